"""What is kept between starts."""

import os
from pathlib import Path

import pytest

from knowledge import cached as module
from knowledge.cached import cached
from knowledge.catalogue import Catalogue, load
from knowledge.understanding import Understander
from knowledge.words import Cutter
from tests.knowledge.conftest import FIXTURES


def test_what_was_made_once_is_read_the_next_time(tmp_path: Path) -> None:
    assert cached(tmp_path / "cache", "cuts", b"source", lambda: [["灯", "坏了"]]) == [["灯", "坏了"]]
    assert cached(tmp_path / "cache", "cuts", b"source", lambda: [["never asked"]]) == [["灯", "坏了"]]


def test_another_source_is_made_anew_and_takes_the_place_of_the_older(tmp_path: Path) -> None:
    cached(tmp_path, "cuts", b"source", lambda: [1])
    assert cached(tmp_path, "cuts", b"changed", lambda: [2]) == [2]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_broken_file_and_a_folder_that_cannot_be_written_cost_only_time(tmp_path: Path) -> None:
    cached(tmp_path, "cuts", b"source", lambda: [1])
    next(tmp_path.iterdir()).write_text("[1", encoding="utf-8")
    assert cached(tmp_path, "cuts", b"source", lambda: [1]) == [1]
    nowhere = tmp_path / "file"
    nowhere.touch()
    assert cached(nowhere, "cuts", b"source", lambda: [3]) == [3]


def test_what_json_does_not_know_is_made_each_time(tmp_path: Path) -> None:
    assert cached(tmp_path, "odd", b"source", lambda: {1, 2}) == {1, 2}
    assert cached(tmp_path, "odd", b"source", lambda: {3}) == {3}


def test_other_code_makes_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached(tmp_path, "cuts", b"source", lambda: [1])
    monkeypatch.setattr(module, "_CODE", b"with another weight")
    assert cached(tmp_path, "cuts", b"source", lambda: [2]) == [2]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert cached(tmp_path, "cuts", b"source", lambda: [1]) == [1]
    assert list(tmp_path.iterdir()) == []


def _names(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*"))


def test_folders_where_files_belong_cost_only_time_and_are_warned_about_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = tmp_path / "cache"
    understood = Understander.build(load(FIXTURES, cache), cache).understand("楼道灯坏了")
    assert len(list(cache.iterdir())) > 4
    for file in list(cache.iterdir()):
        file.unlink()
        (file / "something").mkdir(parents=True)
    before = _names(cache)
    assert Understander.build(load(FIXTURES, cache), cache).understand("楼道灯坏了") == understood
    assert _names(cache) == before
    assert [record.getMessage() for record in caplog.records] == ["cache cannot be used"]


def test_a_file_where_the_folder_belongs_costs_only_time(small: Catalogue, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.touch()
    assert Understander.build(small, cache).understand("楼道灯坏了").intent == "report"


@pytest.mark.parametrize("suffix", [".txt", ".cache"])
def test_a_folder_in_the_place_of_one_file_leaves_nothing_new_beside_it(tmp_path: Path, suffix: str) -> None:
    Cutter(tmp_path)
    file = next(tmp_path.glob(f"*{suffix}"))
    file.unlink()
    file.mkdir()
    before = _names(tmp_path)
    assert Cutter(tmp_path).cut("户口") == ["户口"]
    assert _names(tmp_path) == before
