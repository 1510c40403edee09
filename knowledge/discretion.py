"""What strangers need not read in somebody's words: doors, telephone and identity numbers, accounts, names beside a door.

Buildings stay, since a proposal is about a place (domain.md §3, §9). In doubt it is hidden: a number too many costs a
little sense, one too few somebody's peace.
"""

import re
import unicodedata
from collections.abc import Callable

from knowledge.addresses import Address, addresses
from knowledge.names import names_before
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
_ACCOUNT = re.compile(
    r"(?P<kept>(?:微信|wechat|weixin|vx|qq|扣扣|邮箱|电话|手机|座机|联系方式)[号码是为加我: ]*)"
    r"(?:[a-z0-9_.\-@]{5,}+(?!\*)(?: [0-9]+)*|[0-9]{2,}(?:[ \-.][0-9]{2,}+(?!\*))+)"
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
_DOOR = re.compile(
    rf"(?<![0-9A-Za-z.\-])(?:[1-9][0-9]?|[A-Za-z])[\-—–#][0-9]{{3,4}}{_NO_AMOUNT}"
    rf"|{_NUMBER}[楼层]{_SIDE}|(?<=住)(?:在)?[0-9]{{3,4}}{_NO_AMOUNT}"
    r"|(?<![0-9])[0-9]{3,4}号?(?=的[\u4e00-\u9fff]{0,4}(?:家|老人|住户|邻居|业主))"
    r"|\b(?:unit|room|rm\.?|flat|apt\.?|apartment|door)\s*(?:no\.?\s*)?#?[0-9]{1,4}[a-z]?\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    rf"(?:[ ,，、的和与及()（）]{{0,2}}(?:{_JOINT}?{_NUMBER}(?:[单單]元|[层楼]|室|户|房间?|号[门房]?|门(?!口))"
    rf"|{_JOINT}{_NUMBER}{_NO_AMOUNT}|(?:[0-9](?: ?[0-9]){{2,3}}|[{DIGIT_CHARS}]{{3,4}}){_NO_AMOUNT}|{_SIDE}))+"
)
"""What goes on behind a building or unit: -2-501, 五楼西户, 、502."""
_GROUND = re.compile(r"[1一][层楼](?![ ]?[0-9东西南北中左右])")
_HERE, _MARK = "\ufdd1", "\ufdd0"
"""Stand before an address, and where a door was hidden, while names beside them are looked for; nobody can write them."""
_BEFORE = names_before(door=f"{_HERE}[^{_HERE}{_MARK}]{{0,12}}{_MARK}", address=_HERE)
_NAME = re.compile(
    rf"{_MARK}(?P<before>(?:[的，,、：: ]|住着?的?|是|叫){{0,3}}+)(?!邻居|独居|业主|空巢|高龄|孤寡|住户|租户)[\u4e00-\u9fff]{{1,3}}?"
    r"(?=家|老人|住户|奶奶|爷爷|大爷|大妈|阿姨|叔叔|先生|女士|师傅|老师)"
)
_SPACE = re.compile(
    rf"(?<=[栋棟幢座楼樓号號元层#])\s+(?=[0-9{NUMERAL_CHARS}])|(?<=[0-9{NUMERAL_CHARS}])\s+(?=[栋棟幢座楼樓号號单單层室户#])"
)


def discreet(text: str) -> str:
    """The words (their first 1,000 characters) without what would lead to somebody's door: 3栋2单元501 → 3栋."""
    return _without_doors(_without_numbers(text[:LONGEST]))


def _without_numbers(text: str) -> str:
    for flat in (_plain, _spelt):
        text = _replaced(text, flat, _IDENTITY, lambda found: HIDDEN if _count(found[0]) > 17 else found[0])
        text = _replaced(text, flat, _MOBILE_ALONE, lambda found: mask(re.sub(r"[^0-9]", "", found[0])))
        text = _replaced(text, flat, _MOBILE_WITHIN, lambda found: HIDDEN)
        text = mask(text)
        text = _replaced(text, flat, _LONG, lambda found: HIDDEN)
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
    return "".join(to_arabic(one) if one in DIGIT_CHARS else _ascii(one) for one in narrow(text))


def _ascii(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def _count(found: str) -> int:
    return len(re.sub(r"[\W_]", "", found))


def _without_doors(text: str) -> str:
    text = _SPACE.sub("", text.replace(_MARK, "").replace(_HERE, ""))
    text = _replaced(text, narrow, _TRIPLE, lambda found: f"{_HERE}{found['building']}-{HIDDEN}{_MARK}")
    last = len(text)
    for one in reversed(addresses(text)):
        end = _end(text, one, last)
        words = text[one.start : end]
        hidden = one.unit or one.room or end > one.end
        text = text[: one.start] + _HERE + (_building(words, one) + _MARK if hidden else words) + text[end:]
        last = one.start
    text = _replaced(text, narrow, _DOOR, lambda found: _HERE + HIDDEN + _MARK)
    text = _NAME.sub(lambda found: found["before"] + HIDDEN, text)
    while (hidden := _replaced(text, _simple, _BEFORE, lambda found: HIDDEN)) != text:  # one of several names a round
        text = hidden
    return text.replace(_MARK, "").replace(_HERE, "")


def _simple(text: str) -> str:
    """Simplified and narrow, one character for one."""
    simple = simplified(narrow(text))
    return simple if len(simple) == len(text) else text


def _end(text: str, found: Address, last: int) -> int:
    """Where the address really ends; the ground floor of a building is everybody's and stays."""
    if not (found.unit or found.room) and _GROUND.match(text, found.end):
        return found.end
    tail = _TAIL.match(narrow(text), found.end, last)
    return tail.end() if tail else found.end


def _building(words: str, found: Address) -> str:
    """The part of an address's words that names the building."""
    for end in range(1, len(words)):
        part = addresses(words[:end])
        if part and part[0].building == found.building and not (part[0].unit or part[0].room):
            return words[:end]
    return f"{found.building}-{HIDDEN}" if found.building else HIDDEN
