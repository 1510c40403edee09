import pytest

from knowledge.writing import language_of_words


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
    "text", ["", "1", "ok", "OK thanks", "R7K2Q", "3栋2单元501", "😀", "wo jia lou shui le", "/menu"]
)
def test_a_number_a_word_a_code_a_door_and_pinyin_tell_nothing(text: str) -> None:
    assert language_of_words(text) == ""
