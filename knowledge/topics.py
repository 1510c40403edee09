"""What a single word may be about: 狗 is no keyword of anything, but most of what dog owners ask has it.

A word is about an entry when a good part of the entry's own wordings hold it; how one speaks (我, 没, 好) is about nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from knowledge.content import says_nothing

_LONGEST: Final = 3
"""Characters of a word that is looked for; longer ones are found by their parts."""
_PART: Final = (0.3, 0.15)
"""The part of an entry's wordings that has to hold a single character, and a longer word."""


class Topics:
    """The wordings of all entries, a text each, so that counting a word in all of them takes a fifth of a millisecond."""

    def __init__(self, wordings: Mapping[str, Iterable[str]]) -> None:
        self._joined = {key: "\n".join(texts) for key, texts in wordings.items()}
        self._counts = {key: text.count("\n") + 1 for key, text in self._joined.items()}

    def about(self, word: str) -> dict[str, float]:
        """The entries a normalised word may be about, the fullest of it first, each with the part of its wordings."""
        if len(word) > _LONGEST or word.isascii() or not word.isalpha() or says_nothing(word):
            return {}
        counts = {key: found for key, text in self._joined.items() if (found := text.count(word))}
        parts = {key: min(1.0, count / self._counts[key]) for key, count in counts.items()}
        least = _PART[len(word) > 1]
        likely = [key for key, part in parts.items() if part >= least]
        return {key: parts[key] for key in sorted(likely, key=lambda key: (-parts[key] * counts[key], key))}
