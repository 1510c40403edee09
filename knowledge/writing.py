"""Which language and script somebody writes in, as far as the words tell.

A number, a code, an address or a word or two tell nothing; nor do characters that both scripts have (你好, 后, 坏).
"""

import re
from functools import cache
from typing import Final

from knowledge.addresses import is_address
from knowledge.words import LONGEST, simplified

SENTENCE: Final = 3
"""Latin words from which on they are a sentence and not a name, an abbreviation, or ok."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_MARKS = ",.;:!?\"'()“”‘’…-，。？！"
_SYLLABLES = re.compile(r"(?>(?:[zcs]h|[bpmfdtnlgkhjqxrzcswy])?[aeiouv]{1,3}(?:ng?|r)?)++", re.IGNORECASE)
"""A word that may be pinyin: wo jia louti deng huai le is Chinese typed without an input method."""


_EVERYDAY = range(0xA4, 0xC7)
"""The first byte in Big5 of a character that is common in traditional texts."""


def script_of(text: str) -> str:
    """``zh_Hant`` or ``zh_Hans`` where the text (its first 1,000 characters) has characters of that script alone, else ""."""
    text, (traditional, simple) = text[:LONGEST], _alone()
    is_traditional, is_simple = not traditional.isdisjoint(text), not simple.isdisjoint(text)
    if is_traditional == is_simple:
        return ""
    return "zh_Hant" if is_traditional else "zh_Hans"


@cache
def _alone() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional and only simplified texts have; worked out once, in 20 ms."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    pairs = [(one, to) for one, to in zip(every, simplified(" ".join(every)).split(" "), strict=True) if one != to]
    traditional = frozenset(one for one, _ in pairs)
    return traditional, frozenset(to for _, to in pairs if to not in traditional and not _is_everyday(to))


def _is_everyday(char: str) -> bool:
    return next(iter(char.encode("big5", "ignore")), 0) in _EVERYDAY


_ENGLISH = frozenset(("hello", "english", "good morning", "good afternoon", "good evening"))
"""Single words by which somebody shows that they write English."""


def language_of_words(text: str) -> str:
    """``zh`` or ``en``; an empty string where the words (their first 1,000 characters) do not tell."""
    text = text[:LONGEST]
    words = _latin(text)
    if len(_HAN.findall(text)) > len(words):
        return "" if is_address(text) else "zh"
    if text.strip(_MARKS + " ").lower() in _ENGLISH:
        return "en"
    return "en" if len(words) >= SENTENCE and not all(map(_SYLLABLES.fullmatch, words)) else ""


def may_be_pinyin(text: str) -> bool:
    """Whether a text (its first 1,000 characters) is nothing but two or more words that may be pinyin: louti deng huai le."""
    words = _latin(text[:LONGEST])
    return len(words) > 1 and len(words) == len(text[:LONGEST].split()) and all(map(_SYLLABLES.fullmatch, words))


def _latin(text: str) -> list[str]:
    return [word for word in (one.strip(_MARKS) for one in text.split()) if _WORD.fullmatch(word)]
