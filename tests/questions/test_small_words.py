"""Short answers as people give them, against the word lists of the catalogues."""

import pytest

from handlers.texts import Texts

TEXTS = Texts.load()
YES = [
    "要得", "得行", "中嘞", "交", "发", "报吧", "报", "送上去", "交上去", "送出", "送出吧", "就报", "递交", "好嘞", "好勒", "好噻", "要得！",
    "报嘛", "冇問題", "对头", "好的", "提交",
]  # fmt: skip
ENGLISH_YES = ("send it", "Go ahead", "submit it", "Send it please!", "that's right", "yes")
NO = ["木有", "不报", "别报", "莫报", "先不交", "不得行", "要不得", "冇", "不要"]
NEITHER = (
    "报一下进度",
    "发几张",
    "送谁",
    "报给谁",
    "要得不",
    "得行不",
    "send it where",
    "I do not want to send it",
    "好了莫",
)


@pytest.mark.parametrize("words", [*YES, *ENGLISH_YES])
def test_a_plain_yes_is_heard_and_is_no_no(words: str) -> None:
    assert TEXTS.hears("words.yes", words)
    assert not TEXTS.hears("words.no", words)


@pytest.mark.parametrize("words", [*NO, "not now", "don't send"])
def test_a_plain_no_is_heard_and_is_no_yes(words: str) -> None:
    assert TEXTS.hears("words.no", words)
    assert not TEXTS.hears("words.yes", words)


@pytest.mark.parametrize("words", NEITHER)
def test_a_question_is_neither(words: str) -> None:
    assert not TEXTS.hears("words.yes", words)
    assert not TEXTS.hears("words.no", words)


@pytest.mark.parametrize("words", ["木有", "冇", "木有照片", "交上去", "跳过", "没有"])
def test_no_picture_is_heard(words: str) -> None:
    assert TEXTS.hears("words.skip", words)


@pytest.mark.parametrize(
    "words", ["好了莫", "修好了莫", "好了没", "好了么", "好了不", "好了冇", "好咗未", "好了咩", "好了木有", "好了吧"]
)
def test_a_question_whether_it_is_done_has_a_word_of_doubt(words: str) -> None:
    assert any(mark in words for mark in TEXTS.words("words.doubt"))
