"""Which language somebody writes in, as far as the words tell: a number, a code, an address or a word or two tell nothing."""

import re
from typing import Final

from knowledge.addresses import is_address
from knowledge.words import LONGEST

SENTENCE: Final = 3
"""Latin words from which on they are a sentence and not a name, an abbreviation, or ok."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_MARKS = ",.;:!?\"'()“”‘’…-，。？！"
_SYLLABLE = re.compile(r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcswy])?[aeiouv]{1,3}(?:ng?|r)?", re.IGNORECASE)
"""A word that may be pinyin: wo jia lou shui is Chinese typed without an input method."""


def language_of_words(text: str) -> str:
    """``zh`` or ``en``; an empty string where the words (their first 1,000 characters) do not tell."""
    text = text[:LONGEST]
    words = [word for word in (one.strip(_MARKS) for one in text.split()) if _WORD.fullmatch(word)]
    if len(_HAN.findall(text)) > len(words):
        return "" if is_address(text) else "zh"
    return "en" if len(words) >= SENTENCE and not all(map(_SYLLABLE.fullmatch, words)) else ""
