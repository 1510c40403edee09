"""Text typed with a space after every character (3 栋 楼 道 灯), or with invisible signs among them, put together again."""

import re
from collections.abc import Sequence
from typing import Final

_ONE = r"(?:[\u3400-\u9fff]|[0-9]{1,4}|[A-Za-z](?= +[\u3400-\u9fff]))"
_EDGE = r"[\s,，.。、!！?？;；:：]"
_SPELT: Final = re.compile(rf"(?:(?<={_EDGE})|^){_ONE}(?: +{_ONE}){{2,}}(?={_EDGE}|$)")
"""Three and more characters or numbers, each by itself."""
_INVISIBLE: Final = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACE: Final = re.compile(r"(?<=[\u3400-\u9fff]) +| +(?=[\u3400-\u9fff])|(?<=\b[0-9]) (?=[0-9]\b)")
"""Between numbers it parts them, unless they are single digits: 5 0 1."""


def together(text: str) -> tuple[str, Sequence[int]]:
    """The text put together, and where each of its characters stood."""
    left_out: set[int] = set()
    for found in _INVISIBLE.finditer(text):
        left_out.add(found.start())
    for run in _SPELT.finditer(text):
        for found in _SPACE.finditer(text, *run.span()):
            left_out.update(range(*found.span()))
    places = range(len(text))
    if not left_out:
        return text, places
    kept = [place for place in places if place not in left_out]
    return "".join(text[place] for place in kept), kept
