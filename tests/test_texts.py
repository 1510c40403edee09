"""The message catalogues and the code agree: no sentence missing, none left over, the same parameters everywhere."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from handlers import topics
from handlers.messages import Say
from handlers.texts import LANGUAGES, Texts
from handlers.topic import Registry
from tests.support.texts_in_code import Named, literals, named

TEXTS = Texts.load()
KEYS = TEXTS.keys("zh_Hans")


def sentence(language: str, key: str) -> str:
    """As it stands in the catalogue."""
    return TEXTS.say(language, Say(key))


def parameters(language: str, key: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence(language, key)) if name}


def test_both_catalogues_hold_the_same_sentences() -> None:
    assert TEXTS.keys("en") == KEYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key in KEYS if not sentence(language, key).strip()] == []


def test_english_sentences_have_no_chinese_in_them() -> None:
    """Except the names of scripts, the mark of sample content, and houses, which are called what stands on their walls."""
    chinese = [
        key for key in KEYS if re.search("[\u4e00-\u9fff]", re.sub("[0-9]+(栋|单元)|示例", "", sentence("en", key)))
    ]
    assert [key for key in chinese if not key.startswith("language.")] == []


def test_translations_name_the_same_parameters() -> None:
    assert [key for key in KEYS if parameters("en", key) != parameters("zh_Hans", key)] == []


def test_every_sentence_the_code_names_exists() -> None:
    assert [one for one in named() if not any(one.fits(key) for key in KEYS)] == []


def test_every_sentence_is_given_what_it_names() -> None:
    missing = [
        (one.where, key, sorted(parameters("zh_Hans", key) - one.params))
        for one in named() if one.params is not None for key in KEYS
        if one.key == key and parameters("zh_Hans", key) and not parameters("zh_Hans", key) <= one.params
    ]  # fmt: skip
    assert missing == []


def test_every_command_is_explained() -> None:
    registry = Registry(topics(), TEXTS)
    assert {f"command.{trigger.name}" for trigger in registry.commands if trigger.listed} <= KEYS


def test_every_question_can_be_named_when_answers_are_changed() -> None:
    steps = {step.key for form in Registry(topics(), TEXTS).forms.values() for step in form.steps[:-1]}
    assert {f"form.step.{key}" for key in steps} <= KEYS


def test_no_sentence_is_left_over() -> None:
    told = {one for one in literals() if "." in one}
    families = [Named(one, "") for one in told if "…" in one]
    used = {key for key in KEYS if key in told or any(one.fits(key) for one in families)}
    assert (
        sorted(key for key in KEYS - used if key.removesuffix(".title") not in used and not key.startswith("command."))
        == []
    )


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("停电了", "en", "zh_Hans"),
        ("停電了", "en", "zh_Hant"),
        ("停電了", "zh_Hans", "zh_Hant"),
        ("停电了", "zh_Hant", "zh_Hans"),
        ("你好", "zh_Hant", "zh_Hant"),
        ("你好", "en", "zh_Hans"),
        ("部𨋢成日坏", "zh_Hans", "zh_Hans"),
        ("学校饭堂啲餸有虫", "zh_Hans", "zh_Hans"),
        ("餘家小区漏水", "zh_Hans", "zh_Hans"),
        ("餘家小区漏水", "zh_Hant", "zh_Hant"),
        ("里面坏了", "zh_Hant", "zh_Hant"),
        ("The lift is stuck", "zh_Hant", "en"),
        ("ok", "zh_Hant", "zh_Hant"),
        ("", "en", "en"),
    ],
)
def test_the_language_written_in_is_followed_where_words_tell_it(text: str, before: str, after: str) -> None:
    assert TEXTS.written_in(text, before) == after
