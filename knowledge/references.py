"""What people call a matter by: R7K2Q. One pattern for whoever looks for references in words."""

from __future__ import annotations

import re
from typing import Final

KINDS: Final = "HNPRT"
"""The first letters: calls for a human, notices, proposals, reports, tasks."""
_PATTERN: Final = re.compile(
    rf"[{KINDS}{KINDS.lower()}](?<![0-9A-Za-z].)(?=[A-Za-z]*[2-9])[2-9A-HJKMNP-Za-hjkmnp-z]{{4,8}}(?![0-9A-Za-z])"
)
"""Then four to eight of the letters and digits that can't be misheard (no 0/O, no 1/I/L), with a digit among them.

The letter stands first in the pattern, and in both cases, so that a search runs over Chinese text without stopping.
"""


def leading(text: str) -> str:
    """The reference with which a text begins, as it was typed; "" where it begins with something else."""
    found = _PATTERN.match(text)
    return found[0] if found else ""


def references(text: str, kinds: str = KINDS) -> tuple[str, ...]:
    """The references of these kinds in a text, each once, in capitals."""
    found = (match.upper() for match in _PATTERN.findall(text))
    return tuple(dict.fromkeys(ref for ref in found if ref[0] in kinds))


def without(text: str) -> str:
    """The text without its references and the signs beside them."""
    return _PATTERN.sub("", text).strip(" :：,，。、")
