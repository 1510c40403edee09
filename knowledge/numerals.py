"""Chinese numerals as people write them in addresses: 十八 is 18, 二十一 is 21, 五零一 and 五〇一 are 501."""

import re
import unicodedata

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1, "○": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}

DIGIT_CHARS = "".join(_DIGITS)
NUMERAL_CHARS = "".join((*_DIGITS, *_UNITS))


def to_arabic(text: str) -> str:
    """The number in ASCII digits without leading zeros; what isn't a number is returned in upper case (b → B)."""
    if text.isascii():
        return text.lstrip("0") or "0" if text.isdigit() else text.upper()
    if any(char in _UNITS for char in text):
        return str(_with_units(text))
    return "".join(str(_DIGITS[char]) for char in text)


_ORDINAL = re.compile(
    rf"\(?(?:我?[选選][择擇]?|第|要)?\s*([0-9]{{1,2}}|[{NUMERAL_CHARS}]{{1,3}})\s*(?:[个個号號项項条條颗顆星])*\)?[吧的]?[.。、]?"
)
_COUNT = re.compile(
    rf"(?<![{NUMERAL_CHARS}第])([俩仨]|[{DIGIT_CHARS}]?十[{DIGIT_CHARS}]?|[{DIGIT_CHARS}])(?:[个個位人名口]|$)"
)
_KEYCAP = re.compile("[\ufe0e\ufe0f\u20e3]")
_TEN = {"🔟": "10"}


def typed(text: str) -> str:
    """Numbers as keyboards offer them in plain digits: １, ①, ❶, ⑴, 1️⃣ are 1 (⑴ keeps its brackets)."""
    return unicodedata.normalize("NFKC", "".join(_TEN.get(one, _digit(one)) for one in _KEYCAP.sub("", text)))


def ordinal(text: str) -> int | None:
    """The number somebody chose by: 2, 2., (2), ②, 二, 2号, 第二个, 选2, 五颗星; None for anything else."""
    found = _ORDINAL.fullmatch(typed(text).strip())
    return int(to_arabic(found[1])) if found else None


def counted(text: str) -> int | None:
    """How many are told of, in up to nine digits or written out before 个, 位, 人, 名: 5, 一共5个人, 两位, 十二个; else None."""
    words = typed(text)
    if digits := re.search(r"[0-9]{1,9}", words):
        return int(digits[0])
    found = _COUNT.search(words)
    return int(to_arabic(found[1].replace("俩", "两").replace("仨", "三"))) if found else None


def _digit(char: str) -> str:
    """A digit with something around it that has no plain spelling (❶), else the character."""
    return str(int(unicodedata.numeric(char))) if "\u2776" <= char <= "\u2793" else char


def _with_units(text: str) -> int:
    total, last = 0, 0
    for char in text:
        if char in _UNITS:
            total += (last or 1) * _UNITS[char]
            last = 0
        else:
            last = _DIGITS[char]
    return total + last
