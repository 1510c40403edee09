"""Which of the offered options somebody typed: by number, by label or by a part of one, several at once (2 5, 2、5, 25)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from knowledge.numerals import ordinal, typed

_APART: Final = re.compile(r"[\s,，、。;；+和]+|还有|以及")
_PART_OF_LABEL: Final = 2
"""Characters from which on a part of a label stands for it."""


def picked(text: str, labels: Sequence[str]) -> list[int]:
    """The positions of what was typed, from 0; empty when any of it cannot be understood."""
    words = text.strip().lower()
    names = [label.lower() for label in labels]
    if sum(words in name for name in names) == 1 and (whole := _one(words, names)):
        return whole
    words = typed(words)
    return _all(filter(None, _APART.split(words)), names) or _all([words], names)


def _all(parts: Iterable[str], names: Sequence[str]) -> list[int]:
    found: list[int] = []
    for part in parts:
        these = _one(part, names) or _digits(part, len(names))
        if not these:
            return []
        found += these
    return list(dict.fromkeys(found))


def without_end(text: str, closing: Collection[str]) -> tuple[str, bool]:
    """What was typed before a closing word (2, 5 done), and whether there was one."""
    words = text.strip().rstrip("。.!！~")
    for word in sorted(closing, key=len, reverse=True):
        if words.endswith(word):
            return words.removesuffix(word).rstrip(" ,，、"), True
    return text, False


def _one(part: str, names: Sequence[str]) -> list[int]:
    """The option a single part means, as a list of one; empty when it is none or could be two."""
    if part in names:
        return [names.index(part)]
    number = ordinal(part)
    if number is not None:
        return [number - 1] if 0 < number <= len(names) else []
    if len(part) < _PART_OF_LABEL:
        return []
    near = [at for at, name in enumerate(names) if part in name or name in part]
    return near if len(near) == 1 else []


def _digits(part: str, count: int) -> list[int]:
    """25 for options 2 and 5, where there are not as many as 25."""
    if not re.fullmatch(r"[1-9]{2,9}", part) or int(part) <= count or len(set(part)) < len(part):
        return []
    return [int(digit) - 1 for digit in part] if all(int(digit) <= count for digit in part) else []
