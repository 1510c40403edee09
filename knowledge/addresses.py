"""Buildings, units and rooms in free text: 3栋2单元501, 三栋二单元五零一, 3 栋, 18号楼, B座1203, 12-3-1802, 201幢.

Captured numbers only are converted: a general number converter damages text (五一路 → 51路). A lone 这一栋 or 三栋楼
is a count, 2#线 a bus or a wire, and 3号 of 1月3号楼道 a date.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.numerals import DIGIT_CHARS, NUMERAL_CHARS, to_arabic
from knowledge.phones import narrow
from knowledge.spelt import together
from knowledge.words import LONGEST


@dataclass(frozen=True, slots=True)
class Address:
    """What was found at `start:end`; parts that weren't said are empty. Numbers are ASCII, letters upper case."""

    building: str
    unit: str
    room: str
    start: int
    end: int


_GAP = r"[ ,，、的\-]?"
_AFTER_DIGIT = r"(?:(?<=[0-9A-Za-z]) )?"
_DASH = " ?[-‐‑–—−] ?"
_FLOOR = rf"(?:(?:[0-9]{{1,2}}|[{NUMERAL_CHARS}]{{1,3}})[层楼]{_GAP})?"
_ROOM = rf"{_FLOOR}(?P<room>[0-9]{{3,4}}|[{DIGIT_CHARS}]{{3,4}})"
_ROOM_END = r"(?:室|房间|房(?![东主])|号房|号室|户(?!主))?(?![0-9]|[元块米岁天个年人])"
_UNIT = rf"(?P<unit>[0-9]{{1,2}}|[{NUMERAL_CHARS}]{{1,3}}|[A-Za-z]){_AFTER_DIGIT}(?:单元|單元|门洞|号门|门(?={_GAP}[0-9]{{3}}))"

_APART = rf"(?<!(?<![万统唯周拜])(?<!星期)[{NUMERAL_CHARS}])(?<![万统唯](?=一))(?<![周拜])(?<!星期)"
"""No numeral goes on here, nor begins with what ends a word: 万一3栋, 统一三栋, 周三3栋."""
_BUILDING = re.compile(
    rf"(?<![0-9A-Za-z月#.\-]){_APART}(?P<building>[A-Za-z]?[0-9]{{1,4}}|[A-Za-z]|[{NUMERAL_CHARS}]{{1,5}})"
    rf"{_AFTER_DIGIT}(?P<kind>[号號]?[栋棟幢]|[号號][楼樓]|#[楼樓]|座|#(?=[0-9]{{1,2}}单元|{_GAP}[0-9]{{3,4}}(?![0-9])))"
    rf"(?:{_GAP}{_UNIT})?(?:{_GAP}{_ROOM}{_ROOM_END})?"
)
_DASHED = re.compile(
    rf"(?<![0-9A-Za-z\-/.])(?P<building>[1-9][0-9]{{0,2}}){_DASH}(?P<unit>[1-9]|1[0-2]){_DASH}"
    r"(?P<room>(?!202[0-9])[0-9]{3,4})(?![0-9\-/.])"
)
_UNIT_FIRST = re.compile(rf"(?<![0-9A-Za-z]){_APART}{_UNIT}(?:{_GAP}{_ROOM}{_ROOM_END})?")
_ROOM_ALONE = re.compile(r"(?<![0-9\-])(?P<room>[0-9]{3,4})(?:室|房间)")
_ENGLISH = re.compile(
    r"\b(?:building|block|bldg\.?)\s*(?:no\.?\s*)?#?(?P<building>[0-9]{1,4}|[a-z])\b(?:\s*,?\s*unit\s*(?P<unit>[0-9]{1,2})\b)?",
    re.IGNORECASE,
)
_PATTERNS = (_BUILDING, _DASHED, _UNIT_FIRST, _ROOM_ALONE, _ENGLISH)
_AROUND = re.compile(
    r"不是|不对|错了|弄错了?|应该|就是|是|我?们?家?(?:住在|是在|住|在)|[的那边这里处旁前后门口楼内]|[\W_]+"
)

_STAIRS = "道下顶上梯前后门里内外口旁边底间长面栋"
"""What may follow 楼 in 三栋楼道, where 楼 doesn't belong to the number."""
_COUNTED_BEFORE = re.compile(r"(?:(?<!还)有|[这那每某整同另哪盖建几共全前后])$")
_COUNTED_AFTER = re.compile(rf"的?[老新旧小大高空]{{0,2}}(?:[楼樓](?![{_STAIRS}])|房|别墅|建筑|住宅|宿舍|民宅)")


def addresses(text: str) -> list[Address]:
    """Addresses in the order of the text (its first 1,000 characters), none inside another."""
    text, places = together(narrow(text[:LONGEST]))
    found: list[Address] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if pattern is _BUILDING and _is_count(match, text):
                continue
            one = _address(match, places)
            if all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return sorted(found, key=lambda address: address.start)


def building_in(text: str) -> str:
    """The number of the first building a text names, "" when it names none."""
    return next((one.building for one in addresses(text) if one.building), "")


def is_address(text: str) -> bool:
    """Whether there is an address in the text and nothing else that matters: 3栋, 我住三栋二单元."""
    found, rest = addresses(text), narrow(text[:LONGEST])
    for one in reversed(found):
        rest = rest[: one.start] + rest[one.end :]
    return bool(found) and not _AROUND.sub("", rest)


def _address(match: re.Match[str], places: Sequence[int]) -> Address:
    said = match.groupdict()
    building, unit, room = (to_arabic(said.get(part) or "") for part in ("building", "unit", "room"))
    return Address(building, unit, room, places[match.start()], places[match.end() - 1] + 1)


def _is_count(match: re.Match[str], text: str) -> bool:
    """三栋楼, 这一栋, 一座桥, 7座车: a number of things and no name."""
    number = match["building"]
    if match["unit"] or match["room"]:
        return False
    if match["kind"] == "座":
        return not (number.isascii() and number[0].isalpha())
    if match["kind"][-1] in "楼樓":
        return False
    if number == "两" or (len(to_arabic(number)) < 3 and _COUNTED_BEFORE.search(text[: match.start()])):
        return True
    return not number.isascii() and bool(_COUNTED_AFTER.match(text[match.end() : match.end() + 6]))
