"""Days and times as people say them: 明天上午九点, 周六下午两点半, 11月28日9点, 今晚7点, 2026-12-01 14:00, Sat 9 am.

Pure: the present is passed in and its time zone is the answer's. A span (9点到11点) has an end besides. What looks like a
day and cannot be read (春节, 一个月后) leaves nothing read: to ask again is better than to guess.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.hours import CLOCK, DEEP_NIGHT, NIGHT, PART, hour_of, part_of
from knowledge.numerals import NUMERAL_CHARS, to_arabic

_WEEKDAYS = {char: number % 7 for number, char in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_WEEKDAYS |= {str(number + 1): number for number in range(7)}
_ENGLISH = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_HOLIDAYS = {
    "元旦": (1, 1),
    "劳动节": (5, 1),
    "国庆": (10, 1),
    "圣诞": (12, 25),
    "new year's day": (1, 1),
    "christmas day": (12, 25),
}
"""Those on the same date every year; 春节 and others of the lunar calendar are asked for."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AHEAD = {"大后": 3, "后": 2, "明": 1, "今": 0, "day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0}

_WEEKDAY = re.compile(r"(?:(下+|这|本)个?)?(?:周|星期|礼拜)([一二三四五六日天末1-7])")
_DAY_WORD = re.compile(
    r"大后天|(?:后|明|今)(?:天|日|儿)|(?:明|今)(?=早|晚|夜)|day after tomorrow|tomorrow|today|tonight"
)
_NUMERAL = re.compile(f"[{NUMERAL_CHARS}]+")
_WHOLE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})[日号]?")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*(?:月|[-/.](?=\d{1,2}\D))\s*(\d{1,2})(?!\d|\s*[点时])[日号]?")
_ENGLISH_DAY = re.compile(
    rf"({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})\s+({'|'.join(_MONTHS)})"
)
_NEXT_MONTH = re.compile(r"(下+|次)个?月\s*(\d{1,2})[日号]?")
_BARE_DAY = re.compile(r"(\d{1,2})[日号]")
_DAYS_ON = re.compile(r"(\d{1,3})\s*(个?星期|个?礼拜|周|天)(?:以后|之后|后)")
_ENGLISH_WEEKDAY = re.compile(rf"(next\s+)?\b({'|'.join(_ENGLISH)})(?:s|nes|rs?|ur)?(?:day)?\b")
_HOLIDAY = re.compile(rf"({'|'.join(_HOLIDAYS)})(?:节|日)?")
_YEARS_AHEAD = {"今": 0, "明": 1, "后": 2, "大后": 3}
_YEAR_SAID = re.compile(rf"(?:({'|'.join(_YEARS_AHEAD)})|(\d{{4}}))年的?\s*(?:(?=\d{{1,2}}\s*月\s*\d)|{_HOLIDAY.pattern})")
"""A year in words before a day of it (明年3月5号), or any year before a holiday (2027年元旦)."""
_LIKE_A_DAY = re.compile(
    r"(?<!白)天|[日号周旬月年节旦]|星期|礼拜|除夕|端午|中秋|清明|重阳|元宵|初\d|day|week|month|year|christmas|\d(?:st|nd|rd|th)\b|\d"
)
"""What is left over when no day was found, and means that one was named all the same; so does a number that is no hour."""
_MOVES_THE_DAY = re.compile(
    r"[去明后]年|\d年后?|[上下]个?月|月后|next (?:month|year)|(?:weeks?|months?) (?:after|from)"
)
"""What would move the day that was found."""
_LONGEST = timedelta(days=7)
"""A span that seems longer was not understood."""
_TO = r"(?:[-~–—到至]|to|until|till)"
_SPAN = re.compile(
    rf"(?:(?<=[点时分半刻整钟m])|(?<=[:点时]\d\d)|(?P<bare>(?<=\d)(?=\s*{_TO}+\s*\d{{1,2}}\s*(?:[点时]|(?P<half>[ap])\.?m))))"
    rf"(?:开始|起)?[\s,]*{_TO}+\s*"
)
"""Between two hours, of which the first may be a bare number: 9-11点, 9 to 11 am."""
_REPEATED = re.compile(
    r"每(?:个|逢|隔)?[周星礼天日月年早晚\d]|每[一两二三四五六七八九十]+[周天个]|天天|逢(?:周|星期|礼拜)"
    r"|\b(?:every|each|daily|weekly|monthly)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words name: a ``day``, or none; ``at``, the instant, when they name an hour as well; and when it ends."""

    day: date | None
    at: datetime | None
    until: datetime | None = None


def when(text: str, now: datetime) -> Told:
    """Read the first day and the first hour in `text`, and the hour up to which it goes.

    A weekday or an hour alone is the coming one. A month and day are this year's, in December a January the coming
    one. An hour of 1 to 5 without 上午 or the like is the afternoon's, unless a zero stands before it; 1 to 4 at night
    are the small hours. Neither day nor hour is read when another day seems to be named than the one understood.
    """
    try:
        words, end = _apart(_in_its_year(_plain(text), now.date()), now.date())
        day, rest = _day(words, now.date())
    except (ValueError, OverflowError):  # the 30th of February
        return Told(None, None)
    if _names_another_day(day, rest):
        return Told(None, None)
    clock = CLOCK.search(rest)
    hour = hour_of(clock, rest) if clock else None
    if clock is None or hour is None:
        return Told(day, None)
    late, at = hour
    try:
        instant = datetime.combine(day or now.date(), at, now.tzinfo) + timedelta(days=late)
        began = _coming(instant, words, day, now)
    except OverflowError:
        return Told(day, None)
    try:
        return Told(day, began, _until(end, began, late, part_of(clock, rest)))
    except (ValueError, OverflowError):  # up to the 31st of November
        return Told(day, began)


def is_repeated(text: str) -> bool:
    """Whether the words name a time that comes again and again: 每周六, every Saturday."""
    return _REPEATED.search(unicodedata.normalize("NFKC", text)) is not None


def _apart(words: str, today: date) -> tuple[str, str]:
    """The words without the end of a span, and that end (下午4点半, 29日10点), "" where there is none."""
    to = _SPAN.search(words)
    clock = CLOCK.search(words, to.end()) if to else None
    if to is None or clock is None:
        return words, ""
    _, between = _day(words[to.end() : clock.start()], today)
    if PART.sub("", between).strip():  # 9点到场,11点结束
        return words, ""
    began = words[: to.start()] + (_hour_sign(words[: to.start()], clock, to["half"]) if to["bare"] is not None else "")
    return f"{began} {words[clock.end() :]}", words[to.end() : clock.end()]


def _hour_sign(began: str, end: re.Match[str], half: str | None) -> str:
    """What a bare first hour is written with: that of the end, whose half of the day is its own where it is the earlier."""
    if half is None:
        return "点"
    hour = int(re.sub(r".*?(\d{1,2})$", r"\1", began, flags=re.DOTALL))
    other = "a" if half == "p" else "p"
    return f" {half if hour % 12 < int(end['hour']) % 12 else other}m"


def _until(end: str, at: datetime, late: int, part: str) -> datetime | None:
    """The first instant after the beginning that fits, on the day it began (`late` days before `at`) unless one is named.

    Without a part of the day it is in the one in which it began, or the next half of the day (上午10点到2点).
    """
    began = (at - timedelta(days=late)).date()
    day, rest = _day(end, began)
    same = day is None and PART.search(rest) is None
    words = part + rest if same else rest
    clock = CLOCK.search(words)
    hour = hour_of(clock, words) if clock else None
    if clock is None or hour is None:
        return None
    until = datetime.combine(day or began, hour[1], at.tzinfo) + timedelta(days=hour[0])
    if until <= at and same and until.hour < 12 and part not in NIGHT and not clock["half_day"]:
        until += timedelta(hours=12)
    if until <= at and day is None:
        until += timedelta(days=1)
    return until if at < until <= at + _LONGEST else None


def _plain(text: str) -> str:
    """One spelling: half-width, lower case, Chinese numerals as digits except in the names of weekdays."""
    folded = unicodedata.normalize("NFKC", text.replace("\0", "")).lower()
    folded = folded.replace("後", "后").replace("點", "点").replace("週", "周")
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return "\0"

    digits = _NUMERAL.sub(lambda found: to_arabic(found[0]), _WEEKDAY.sub(hold, folded))
    return re.sub("\0", lambda _: held.pop(0), digits)


def _in_its_year(words: str, today: date) -> str:
    """The words with the years written in digits: 明年元旦 is 2027年1月1日."""

    def written(found: re.Match[str]) -> str:
        year = int(found[2]) if found[2] else today.year + _YEARS_AHEAD[found[1]]
        month, day = _HOLIDAYS.get(found[3], (0, 0))
        return f"{year}年{month}月{day}日" if month else f"{year}年"

    return _YEAR_SAID.sub(written, words)


def _day(words: str, today: date) -> tuple[date | None, str]:
    """The day, and the words without it, so that its digits are not taken for an hour."""
    for pattern, read in _DAYS:
        found = pattern.search(words)
        if found is None:
            continue
        kept = found[0] if found[0] == "tonight" else " "
        return read(found, today), words[: found.start()] + kept + words[found.end() :]
    return None, words


def _names_another_day(day: date | None, rest: str) -> bool:
    """Whether a day is named in what is left that was not understood, or that would move the one that was."""
    if day is not None:
        return _MOVES_THE_DAY.search(rest) is not None
    return _LIKE_A_DAY.search(CLOCK.sub(" ", rest)) is not None


def _of_year(found: re.Match[str], today: date) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _of_month(month: int, day: int, today: date) -> date:
    return date(today.year + (today.month == 12 and month == 1), month, day)


def _named_month(found: re.Match[str], today: date) -> date:
    name, day = (found[1], found[2]) if found[1] else (found[4], found[3])
    return _of_month(_MONTHS.index(name) + 1, int(day), today)


def _in_months(months: int, day: int, today: date) -> date:
    later = today.month - 1 + months
    return date(today.year + later // 12, later % 12 + 1, day)


def _next_month(found: re.Match[str], today: date) -> date:
    """下下个月 is the month after the next."""
    return _in_months(max(1, found[1].count("下")), int(found[2]), today)


def _of_this_month(found: re.Match[str], today: date) -> date:
    """The coming day of this number: 5号, said on the 21st, is the next month's."""
    day = int(found[1])
    return _in_months(int(day < today.day), day, today)


def _holiday(found: re.Match[str], today: date) -> date:
    """The coming one."""
    this_year = date(today.year, *_HOLIDAYS[found[1]])
    return this_year if this_year >= today else this_year.replace(year=today.year + 1)


def _days_on(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=int(found[1]) * (1 if found[2] == "天" else 7))


def _spoken(found: re.Match[str], today: date) -> date:
    word = found[0] if found[0] in _AHEAD else found[0].rstrip("天日儿")
    return today + timedelta(days=_AHEAD[word])


def _weekday(found: re.Match[str], today: date) -> date:
    """下周三 is in the week that begins next Monday, 这周三 in this one, 周三 the coming one."""
    which, number = found[1] or "", _WEEKDAYS[found[2]]
    if not which:
        return today + timedelta(days=(number - today.weekday()) % 7)
    return today + timedelta(days=number - today.weekday() + 7 * which.count("下"))


def _english_weekday(found: re.Match[str], today: date) -> date:
    ahead = (_ENGLISH[found[2]] - today.weekday()) % 7
    return today + timedelta(days=ahead + (7 if found[1] and ahead == 0 else 0))


_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (_WHOLE, _of_year),
    (_NEXT_MONTH, _next_month),
    (_MONTH_DAY, lambda found, today: _of_month(int(found[1]), int(found[2]), today)),
    (_ENGLISH_DAY, _named_month),
    (_HOLIDAY, _holiday),
    (_DAYS_ON, _days_on),
    (_WEEKDAY, _weekday),
    (_DAY_WORD, _spoken),
    (_BARE_DAY, _of_this_month),
    (_ENGLISH_WEEKDAY, _english_weekday),
)


def _coming(instant: datetime, words: str, day: date | None, now: datetime) -> datetime:
    """An hour without a day, or on today's weekday, that has passed is the next one, and 今天夜里2点 the coming night's."""
    if day is None:
        return now + ((instant - now) % timedelta(days=1) or timedelta(days=1))
    if instant > now:
        return instant
    weekday = _WEEKDAY.search(words)
    if day == now.date() and any(word in words for word in DEEP_NIGHT):
        return instant + timedelta(days=1)
    if day == now.date() and weekday is not None and not weekday[1]:
        return instant + timedelta(days=7)
    return instant
