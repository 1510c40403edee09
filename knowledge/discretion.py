"""What strangers need not read in somebody's words: doors, telephone and identity numbers, accounts, names beside a door.

Buildings stay, since a proposal is about a place (domain.md §3, §9). In doubt it is hidden: a number too many costs a
little sense, one too few somebody's peace.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import cache

from knowledge.addresses import Address, addresses
from knowledge.names import BARE, names_before, names_behind
from knowledge.numerals import DIGIT_CHARS, NUMERAL_CHARS, to_arabic
from knowledge.phones import mask, narrow
from knowledge.words import LONGEST, simplified

HIDDEN = "**"
_BETWEEN = r"(?:[^\w*]|_)*"
"""What may stand between the digits of a number: spaces, dots, dashes, signs nobody sees; but not what hides one."""
_IDENTITY = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{16,}}(?:{_BETWEEN}[xX])?")
_MOBILE = rf"1{_BETWEEN}[3-9](?:{_BETWEEN}[0-9]){{9}}"
_MOBILE_ALONE, _MOBILE_WITHIN = re.compile(rf"(?<![0-9]){_MOBILE}(?![0-9])"), re.compile(_MOBILE)
_LONG = re.compile(r"[0-9]{7,}")
_SPACED = re.compile(
    r"(?<![0-9.\-])(?!(?:19|20)[0-9]{2}[ \-.])(?![0-9]*00[\- ][0-9]*00(?![0-9]))"
    r"(?:0[0-9]{2,3}[ \-]?[2-9][0-9]{2,3}[ \-.][0-9]{4}|[2-8][0-9]{2,3}[ \-][0-9]{4}|[2-8][0-9]"
    r"(?:(?P<sign>[ \-.])[0-9]{2})(?:(?P=sign)[0-9]{2}){2})"
    r"(?! ?[0-9\-.元块米栋幢号层个人户年])"
)
"""Landline numbers in groups: 0571 8765 4321, 87 65 43 21; no span of years or of round numbers."""
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·•. \-]?(?=[A-Z0-9]{0,5}[0-9])[A-Z0-9]{5,6}(?![A-Z0-9])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?P<kept>(?:微信|薇信|wechat|weixin|vx|qq|扣扣|邮箱|电话|手机|座机|联系方式)[号码是为加我: ]*|(?:加我?|我的?) ?(?:v|wx)[号是: ]*)"
    r"(?:[a-z0-9_.\-@]{5,}+(?!\*)(?: [0-9]+)*|(?=[a-z_.\-]*[0-9])(?=[0-9]*[a-z_])[a-z0-9_.\-]{3,}+(?!\*)"
    r"|[0-9]{2,}(?:[ \-.][0-9]{2,}+(?!\*))+"
    r"|(?<=[:号是])[\u4e00-\u9fff]{1,4}[0-9]{2,})"
    r"|[a-z0-9_.+\-]+@[a-z0-9\-]+\.[a-z0-9.\-]+",
    re.IGNORECASE,
)
_NUMBER = rf"(?:[0-9]{{1,4}}|[{NUMERAL_CHARS}]{{1,4}})"
_NO_AMOUNT = r"(?![0-9年月日点元块米岁天个人户家次度斤万千百%:：])"
_JOINT = r"[\-—–‐~_/.#]"
_SIDE = r"(?:[东西南北中左右]{1,2}(?:边|侧|面|手)?(?:那|这)?(?:户|家|套|室|门))"
_TRIPLE = re.compile(
    rf"(?<![0-9A-Za-z])(?P<building>[1-9][0-9]{{0,2}}|[A-Za-z]){_JOINT}[1-9][0-9]?{_JOINT}[0-9]{{3,4}}{_NO_AMOUNT}"
)
_ROOM = r"(?!(?:19|20)[0-9]{2}(?![0-9]))(?:[1-9]|[1-3][0-9])(?:0[1-9]|[12][0-9])(?![0-9])"
"""A floor and a door on it."""
_SPOKEN_ROOM = rf"(?<![{NUMERAL_CHARS}])[一二三四五六七八九]{{1,2}}[零〇○][一二三四五六七八九](?![{NUMERAL_CHARS}路线年月日号医团%])"
_DOOR_WORDS = (
    rf"(?<![0-9A-Za-z.\-])(?:[1-9][0-9]?|[A-Za-z])[\-—–#][0-9]{{3,4}}{_NO_AMOUNT}"
    rf"|(?<![0-9/])[1-9][0-9]?/{_ROOM}(?![/路])"
    rf"|(?<![0-9])(?:[0-9]{{3,4}}|[{DIGIT_CHARS}]{{3,4}}|[一二三四五六七八九]百零[一二三四五六七八九])(?:室|号?房(?![屋价子租产地车源]))"
    rf"|(?<![0-9.\-]){_ROOM}(?=[那这][户家]|家[的里太装养吵漏]|的?(?:邻居|住户|业主|户主)|[的（(]?{BARE})"
    rf"|(?<=\(){_ROOM}(?=\))"
    rf"|[一二三四五六七八九]百零[一二三四五六七八九](?=的?{BARE})|(?<=楼上|楼下|隔壁|对门|对面)[0-9]{{3,4}}{_NO_AMOUNT}"
    rf"|(?<=\bin ){_ROOM}(?=[.,;!?)]|$| (?:is|has|keeps?|plays?|makes?|always|who|and)\b)"
    rf"|{_SPOKEN_ROOM}|{_NUMBER}[楼层]{_SIDE}|(?<=住)(?:在)?[0-9]{{3,4}}{_NO_AMOUNT}"
    r"|(?<![0-9])[0-9]{3,4}号?(?=的[\u4e00-\u9fff]{0,4}(?:家|老人|住户|邻居|业主))"
    r"|\b(?:unit|room|rm\.?|flat|apt\.?|apartment|door)\s*(?:no\.?\s*)?#?[0-9]{1,4}[a-z]?\b"
)
_TAIL = re.compile(
    rf"(?:[ ,，、的和与及()（）]{{0,2}}(?:{_JOINT}?{_NUMBER}(?:[单單]元|[层楼]|室|户(?!主)|房间?(?![东主])|号(?:房|门(?!口))?|门(?!口))"
    rf"|{_JOINT}{_NUMBER}{_NO_AMOUNT}|(?:[0-9](?: ?[0-9]){{2,3}}|[{DIGIT_CHARS}]{{3,4}}){_NO_AMOUNT}"
    rf"|[1-9][0-9]?(?=[ ,，、]{{1,2}}[0-9]{{3,4}}{_NO_AMOUNT})"
    rf"|[一二三四五六七八九]百[{NUMERAL_CHARS}]{{1,3}}(?![{NUMERAL_CHARS}多余来]){_NO_AMOUNT}"
    rf"|(?<=[元层楼]){_SIDE}|{_SIDE}(?<!门)))+"
)
"""What goes on behind a building or unit: -2-501, 五楼西户, 、502."""
_GROUND = re.compile(r"[1一][层楼](?![ ]?[0-9东西南北中左右])")
_HERE, _MARK = "\ufdd1", "\ufdd0"
"""Stand before an address, and where a door was hidden, while names beside them are looked for; nobody can write them."""
_SPACE = re.compile(
    rf"(?<=[栋棟幢座楼樓号號元层#])\s+(?=[0-9{NUMERAL_CHARS}])|(?<=[0-9{NUMERAL_CHARS}])\s+(?=[栋棟幢座楼樓号號单單层室户#])"
)


_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟", "一二二三三四五六六七八九十百千")
_FORMAL_NUMBER = re.compile(
    r"[壹贰貳叁參肆伍陆陸柒捌玖拾佰仟零〇]{2,}|[壹贰貳叁肆柒捌玖](?=[单單]元|[栋棟幢座楼樓室层号])"
)
_ENCLOSED = re.compile(r"[⓪①-⑨❶-❾➀-➈]{2,}")
_LETTER_O = re.compile(r"(?<=[0-9])[oO](?=[0-9])")


@cache
def _door() -> re.Pattern[str]:
    return re.compile(_DOOR_WORDS, re.IGNORECASE)


@cache
def _names() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of names behind and before a door."""
    before = names_before(door=f"{_HERE}[^{_HERE}{_MARK}]{{0,12}}{_MARK}", address=_HERE)
    return names_behind(_MARK), before


def prepare() -> None:
    """Compile the long patterns, which else the first use does: a tenth of a second, so call it in a thread."""
    _door()
    _names()


def discreet(text: str, places: Collection[str] = ()) -> str:
    """The words (their first 1,000 characters) without what would lead to somebody's door: 3栋2单元501 → 3栋.

    What ``places`` are called, in simplified characters, is nobody's name.
    """
    return _without_names(_without_doors(_without_numbers(text[:LONGEST])), places)


def _without_numbers(text: str) -> str:
    for flat in (_plain, _spelt):
        text = _replaced(text, flat, _IDENTITY, lambda found: HIDDEN if _count(found[0]) > 17 else found[0])
        text = _replaced(text, flat, _MOBILE_ALONE, lambda found: mask(re.sub(r"[^0-9]", "", found[0])))
        text = _replaced(text, flat, _MOBILE_WITHIN, lambda found: HIDDEN)
        text = mask(text)
        text = _replaced(text, flat, _LONG, lambda found: HIDDEN)
        text = _replaced(text, flat, _SPACED, lambda found: HIDDEN)
    text = _replaced(text, narrow, _PLATE, lambda found: HIDDEN)
    return _replaced(text, narrow, _ACCOUNT, lambda found: HIDDEN)


def _replaced(
    text: str, flat: Callable[[str], str], pattern: re.Pattern[str], hide: Callable[[re.Match[str]], str]
) -> str:
    """The text with what ``pattern`` finds in its flat form (as long as the text) replaced, but for the group ``kept``."""
    for found in reversed(list(pattern.finditer(flat(text)))):
        hidden = hide(found)
        if hidden != found[0]:
            begin = found.start() if found.groupdict().get("kept") is None else found.end("kept")
            text = text[:begin] + hidden + text[found.end() :]
    return text


def _plain(text: str) -> str:
    """Digits of every script, and whatever is written wide, in ASCII, one character for one."""
    return "".join(_ascii(one) for one in narrow(text))


def _spelt(text: str) -> str:
    """The same with Chinese digits read as well: 一三八."""
    return "".join(to_arabic(one) if one in DIGIT_CHARS else _ascii(one) for one in narrow(text).translate(_FORMAL))


def _ascii(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def _count(found: str) -> int:
    return len(re.sub(r"[\W_]", "", found))


def _without_doors(text: str) -> str:
    """Marked where an address begins and where a door was hidden."""
    text = _SPACE.sub("", text.replace(_MARK, "").replace(_HERE, ""))
    text = _replaced(text, _numbered, _TRIPLE, lambda found: f"{_HERE}{found['building']}-{HIDDEN}{_MARK}")
    flat = _numbered(text)
    last = len(text)
    for one in reversed(addresses(flat)):
        end = _end(flat, one, last)
        if end == one.end and not (one.building or one.room) and flat.endswith("号门", 0, end):
            continue  # 南门3号门口: a gate
        words = text[one.start : end]
        hidden = one.unit or one.room or end > one.end
        begin = _HERE + (_building(words, flat[one.start : end], one) + _MARK if hidden else words)
        text = text[: one.start] + begin + text[end:]
        last = one.start
    return _replaced(text, lambda words: _numbered(_simple(words)), _door(), lambda found: _HERE + HIDDEN + _MARK)


def _without_names(text: str, places: Collection[str]) -> str:
    """The marked text without marks and without the names beside the doors."""
    simple = _simple(text)
    said = [name for name in places if name in simple]
    for pattern in _names():
        while (hidden := _replaced(text, _simple, pattern, lambda found: _unless_place(found, said))) != text:
            text = hidden  # one of several names a round
    return text.replace(_MARK, "").replace(_HERE, "")


def _unless_place(found: re.Match[str], places: Collection[str]) -> str:
    begin = found.end("kept") if "kept" in found.re.groupindex else found.start()
    for name in places:
        at = found.string.find(name, max(begin - len(name) + 1, 0))
        if 0 <= at < found.end():
            return found[0]
    return HIDDEN


def _numbered(text: str) -> str:
    """Numbers as written with care or by a keyboard in the plain characters addresses are read in: 伍零贰, ⑤⓪①, 5O1."""
    flat = "".join(_ascii(one) if one.isdecimal() else one for one in narrow(text))
    flat = _ENCLOSED.sub(lambda found: "".join(map(_ascii, found[0])), flat)
    return _LETTER_O.sub("0", _FORMAL_NUMBER.sub(lambda found: found[0].translate(_FORMAL), flat))


def _simple(text: str) -> str:
    """Simplified and narrow, one character for one."""
    simple = simplified(narrow(text))
    return simple if len(simple) == len(text) else text


def _end(text: str, found: Address, last: int) -> int:
    """Where the address really ends; the ground floor of a building is everybody's and stays."""
    if not (found.unit or found.room) and _GROUND.match(text, found.end):
        return found.end
    tail = _TAIL.match(text, found.end, last)
    end = tail.end() if tail else found.end
    return end - 1 if found.building and text[end - 1 : end + 1] == "门口" else end


def _building(words: str, flat: str, found: Address) -> str:
    """The part of an address's words that names the building; ``flat`` are the words as they are read."""
    for end in range(1, len(words)):
        part = addresses(flat[:end])
        if part and part[0].building == found.building and not (part[0].unit or part[0].room):
            return words[:end]
    return f"{found.building}-{HIDDEN}" if found.building else HIDDEN
