import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import Cutter, normalise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("樓道燈壞咗！！", "楼道灯坏咗"),
        ("楼 道 灯 坏 了 😀😀", "楼道灯坏了"),
        ("Ｒ７Ｋ２Ｑ 到哪一步了？？！", "r7k2q到哪一步了?"),
        ("停水，，。。停电", "停水,停电"),
        ("12-3-1802 漏水", "12-3-1802漏水"),
        ("8:30开门吗", "8:30开门吗"),
        ("hello   world", "hello world"),
        ("there's a fire and I can't get out", "there is a fire and i cannot get out"),
        ("there’s a fire and he isn’t here", "there is a fire and he is not here"),
        ("theres a man who wont stop, im afraid", "there is a man who will not stop,i am afraid"),
        ("my mother's flat", "my mother,s flat"),
        ("三栋二单元", "三栋二单元"),
        ("1️⃣号", "1号"),
        ("a\x00b", "ab"),
        ("……", ""),
        ("", ""),
    ],
)
def test_one_spelling_for_all(text: str, plain: str) -> None:
    assert normalise(text) == plain


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet="楼道灯壞ａＡ 1-#.,，？!\n　", max_size=40))
def test_normalising_twice_changes_nothing_near_the_marks(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_two_thousand_emoji_are_nothing() -> None:
    assert normalise("😀" * 2000) == ""


def test_learnt_words_stay_whole_and_stay_with_their_cutter(cache: Path) -> None:
    knowing, other = Cutter(cache), Cutter(cache)
    knowing.learn(["声控灯"])
    assert "声控灯" in knowing.cut("声控灯坏了")
    assert "声控灯" not in other.cut("声控灯坏了")


def test_no_word_is_glued_from_rests(cache: Path) -> None:
    cutter = Cutter(cache)
    cutter.learn(["楼道灯"])
    assert cutter.cut("楼道灯坏了")[:2] == ["楼道灯", "坏"]


def test_files_are_written_to_the_given_folder_only_and_jieba_is_silent(tmp_path: Path) -> None:
    code = "from pathlib import Path; from knowledge.words import Cutter; print(Cutter(Path('cache')).cut('上户口'))"
    root = Path(__file__).parents[2]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    assert not list(temporary.iterdir())
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {".txt", ".cache"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # jieba leaves the file open
@pytest.mark.parametrize("content", [b"", b"\xff\x00 garbage", "灯 many\n".encode()])
def test_a_broken_dictionary_is_written_once_more(tmp_path: Path, content: bytes) -> None:
    Cutter(tmp_path)
    dictionary = next(tmp_path.glob("words-*.txt"))
    whole = dictionary.read_bytes()
    for one in tmp_path.iterdir():
        one.unlink()
    dictionary.write_bytes(content)
    assert Cutter(tmp_path).cut("户口") == ["户口"]
    assert dictionary.read_bytes() == whole
