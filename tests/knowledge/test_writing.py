"""Which language and script words are written in, and which words tell neither."""

from time import perf_counter

import pytest

from knowledge.writing import language_of_words, may_be_pinyin, script_of


@pytest.mark.parametrize(
    "text", ["楼道灯坏了", "好", "停電了", "wifi 坏了", "物业 TV BOX 收费太贵", "3栋2单元楼道灯坏了"]
)
def test_chinese_is_told_by_its_characters(text: str) -> None:
    assert language_of_words(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "The street light is broken",
        "I can't sleep, it's too loud!",
        "The lamp in 3栋 is out",
        "water leaking in unit 2",
    ],
)
def test_english_is_told_by_its_sentences(text: str) -> None:
    assert language_of_words(text) == "en"


@pytest.mark.parametrize(
    "text", ["", "1", "ok", "OK thanks", "R7K2Q", "3栋2单元501", "😀", "wo jia lou shui le", "louti deng huai le", "/menu"]
)
def test_a_number_a_word_a_code_a_door_and_pinyin_tell_nothing(text: str) -> None:
    assert language_of_words(text) == ""


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("停電了", "zh_Hant"),
        ("裡面的燈壞了", "zh_Hant"),
        ("停电了", "zh_Hans"),
        ("万一坏了", "zh_Hans"),
        ("王后里面只有一台", ""),
        ("乾隆年间的树", ""),
        ("OK 3栋", "zh_Hans"),
        ("ok", ""),
        ("", ""),
    ],
)
def test_the_script_is_told_by_characters_that_only_one_of_them_has(text: str, script: str) -> None:
    assert script_of(text) == script


def test_words_of_syllables_alone_may_be_pinyin() -> None:
    assert all(map(may_be_pinyin, ("louti deng huai le", "wo jia lou shui", "jiu ming!")))
    assert not any(map(may_be_pinyin, ("the lamp is out", "deng 坏了", "ok", "wo jia 3", "", "asdf qwer")))


@pytest.mark.parametrize("sign", ["a", "n", "ang", "a ", "a'"])
def test_a_thousand_letters_are_read_at_once(sign: str) -> None:
    begin = perf_counter()
    may_be_pinyin(sign * 500 + "b b")
    assert perf_counter() - begin < 0.1
