"""Telephone numbers in free text: finding them, one spelling for them, and hiding their middle (138****8000)."""

import re
from dataclasses import dataclass

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LOCAL = r"[2-9][0-9]{6,7}"
_AREA = rf"0(?:10|2[0-9])(?=[- ]?{_LOCAL}(?<=[0-9]{{8}})(?![0-9]))|0[0-9]{{2,3}}"
_PHONE = re.compile(
    r"(?<![0-9])(?:(?:\+?86[- ]?)?(?P<mobile>1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4})"
    rf"|(?P<area>{_AREA})[- ]?(?P<local>{_LOCAL})|(?P<free>[48]00[- ]?[0-9]{{3}}[- ]?[0-9]{{4}}))(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number found at `start:end` of the text; `number` is 13800138000 or 0100-5550123."""

    number: str
    start: int
    end: int

    @property
    def masked(self) -> str:
        """The number for people who needn't know it in full."""
        return _mask(self.number)


def narrow(text: str) -> str:
    """Full-width ASCII made half-width, one character for one, so that positions stay."""
    return text.translate(_WIDE)


def phones(text: str) -> list[Phone]:
    """Chinese mobile, landline (with area code) and 400/800 numbers, in the order of the text."""
    return [Phone(_number(match), *match.span()) for match in _PHONE.finditer(narrow(text))]


def mask(text: str) -> str:
    """The text with every number in it masked."""
    for phone in reversed(phones(text)):
        text = text[: phone.start] + phone.masked + text[phone.end :]
    return text


def _number(match: re.Match[str]) -> str:
    if match["mobile"]:
        return re.sub(r"[- ]", "", match["mobile"])
    if match["area"]:
        return f"{match['area']}-{match['local']}"
    return re.sub(r"[- ]", "", match["free"])


def _mask(number: str) -> str:
    area, dash, local = number.rpartition("-")
    kept = 3 if not dash else 0
    hidden = max(len(local) - kept - 4, 3)
    return f"{area}{dash}{local[:kept]}{'*' * hidden}{local[-4:]}"
