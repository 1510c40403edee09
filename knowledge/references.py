"""What people call a matter by: R7K2Q. One pattern for whoever looks for references in words."""

from __future__ import annotations

import re
from typing import Final

KINDS: Final = "HNPRT"
"""The first letters: calls for a human, notices, proposals, reports, tasks."""
_PATTERN: Final = re.compile(
    rf"(?<![0-9a-z])(?=[a-z]*[2-9])[{KINDS}][2-9a-hjkmnp-z]{{4,8}}(?![0-9a-z])", re.ASCII | re.IGNORECASE
)
"""Then four to eight of the letters and digits that can't be misheard (no 0/O, no 1/I/L), with a digit among them."""


def references(text: str, kinds: str = KINDS) -> tuple[str, ...]:
    """The references of these kinds in a text, each once, in capitals."""
    found = (match.upper() for match in _PATTERN.findall(text))
    return tuple(dict.fromkeys(ref for ref in found if ref[0] in kinds))
