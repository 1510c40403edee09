"""Days and times as people say them: 明天上午九点, 周六下午两点半, 11月28日9点, 今晚7点, 2026-12-01 14:00, Sat 9 am.

Pure: the present is passed in and its time zone is the answer's. Of a span (9点到11点) the beginning counts. What looks
like a day and cannot be read (春节, 一个月后) leaves nothing read: to ask again is better than to guess.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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
_NEXT_MONTH = re.compile(r"下个?月\s*(\d{1,2})[日号]?")
_BARE_DAY = re.compile(r"(\d{1,2})[日号]")
_DAYS_ON = re.compile(r"(\d{1,3})\s*(个?星期|个?礼拜|周|天)(?:以后|之后|后)")
_ENGLISH_WEEKDAY = re.compile(rf"(next\s+)?\b({'|'.join(_ENGLISH)})(?:s|nes|rs?|ur)?(?:day)?\b")
_HOLIDAY = re.compile(rf"({'|'.join(_HOLIDAYS)})(?:节|日)?")
_LIKE_A_DAY = re.compile(
    r"(?<!白)天|[日号周旬月年节旦]|星期|礼拜|除夕|端午|中秋|清明|重阳|元宵|初\d|day|week|month|year|christmas|\d(?:st|nd|rd|th)\b|\d"
)
"""What is left over when no day was found, and means that one was named all the same; so does a number that is no hour."""
_MOVES_THE_DAY = re.compile(
    r"[去明后]年|\d年后?|[上下]个?月|月后|next (?:month|year)|(?:weeks?|months?) (?:after|from)"
)
"""What would move the day that was found."""

_PART = re.compile(
    r"凌晨|清晨|清早|早晨|早上|上午|中午|午后|下午|傍晚|晚上|半夜|深夜|夜里|早|晚|夜|tonight|\bnight|evening|afternoon|morning"
)
_EVENING = frozenset(("晚上", "晚", "夜", "tonight", "night", "evening"))
"""Their small hours are those after that evening: 明晚1点 is the day after tomorrow at 1:00."""
_DEEP_NIGHT = frozenset(("半夜", "深夜", "夜里"))
"""Their small hours are that day's own, the coming night's: 明天夜里2点 is tomorrow at 2:00."""
_NIGHT = _EVENING | {"傍晚", "深夜", "夜里"}
_SMALL_HOURS = range(1, 5)
_AFTERNOON = frozenset(("午后", "下午", "afternoon"))
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*:\s*(?P<minute>\d{2})(?!\d)|\s*[点时](?:钟|整)?(?P<half>半|[13]刻|\d{1,2}(?=分|\D|$))?|(?=\s*[ap]\.?m|\s*[-~到至]\s*\d{1,2}\s*[点时]))"
    r"(?::\d{2})?\s*(?P<half_day>[ap])?(?:\.?m)?"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words name: a ``day``, or none; and ``at``, the instant, when they name an hour as well."""

    day: date | None
    at: datetime | None


def when(text: str, now: datetime) -> Told:
    """Read the first day and the first hour in `text`.

    A weekday or an hour alone is the coming one. A month and day are this year's, in December a January the coming
    one. An hour of 1 to 5 without 上午 or the like is the afternoon's, unless a zero stands before it; 1 to 4 at night
    are the small hours. Neither day nor hour is read when another day seems to be named than the one understood.
    """
    words = _plain(text)
    try:
        day, rest = _day(words, now.date())
    except (ValueError, OverflowError):  # the 30th of February
        return Told(None, None)
    if _names_another_day(day, rest):
        return Told(None, None)
    clock = _CLOCK.search(rest)
    hour = _hour(clock, rest) if clock else None
    if hour is None:
        return Told(day, None)
    late, at = hour
    try:
        instant = datetime.combine(day or now.date(), at, now.tzinfo) + timedelta(days=late)
    except OverflowError:
        return Told(day, None)
    return Told(day, _coming(instant, words, day, now))


def _plain(text: str) -> str:
    """One spelling: half-width, lower case, Chinese numerals as digits except in the names of weekdays."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("後", "后").replace("點", "点").replace("週", "周")
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return "\0"

    digits = _NUMERAL.sub(lambda found: to_arabic(found[0]), _WEEKDAY.sub(hold, folded))
    return re.sub("\0", lambda _: held.pop(0), digits)


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
    return _LIKE_A_DAY.search(_CLOCK.sub(" ", rest)) is not None


def _of_year(found: re.Match[str], today: date) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _of_month(month: int, day: int, today: date) -> date:
    return date(today.year + (today.month == 12 and month == 1), month, day)


def _named_month(found: re.Match[str], today: date) -> date:
    name, day = (found[1], found[2]) if found[1] else (found[4], found[3])
    return _of_month(_MONTHS.index(name) + 1, int(day), today)


def _next_month(found: re.Match[str], today: date) -> date:
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(day=int(found[1]))


def _of_this_month(found: re.Match[str], today: date) -> date:
    """The coming day of this number: 5号, said on the 21st, is the next month's."""
    day = int(found[1])
    return today.replace(day=day) if day >= today.day else _next_month(found, today)


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


def _hour(clock: re.Match[str], words: str) -> tuple[int, time] | None:
    """(days later, time of day): 晚上12点 and 1点 are the next day's; None for an hour that does not exist."""
    before = [found[0] for found in _PART.finditer(words[: clock.start()])]
    part = before[-1] if before else next(iter(found[0] for found in _PART.finditer(words[clock.end() :])), "")
    hour, half = int(clock["hour"]), clock["half"] or ""
    quarters = {"半": 30, "1刻": 15, "3刻": 45}
    minute = quarters.get(half, int(half) if half.isdigit() else int(clock["minute"] or 0))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    small = hour in _SMALL_HOURS and part in _EVENING | _DEEP_NIGHT and clock["half_day"] != "p"
    midnight = hour == 24 or (hour == 12 and part in _NIGHT)
    late = midnight or (small and part in _EVENING)
    hour = 0 if midnight or (hour == 12 and part in ("凌晨", "半夜")) else hour
    if hour < 12 and not (late or small) and (_after_noon(part, hour, clock["hour"]) or clock["half_day"] == "p"):
        hour += 12
    if hour == 12 and clock["half_day"] == "a":
        hour = 0
    return int(late), time(hour, minute)


def _after_noon(part: str, hour: int, written: str) -> bool:
    if part in _AFTERNOON or part in _NIGHT:
        return True
    if part == "中午":
        return hour < 3
    return not part and 1 <= hour <= 5 and not written.startswith("0")


def _coming(instant: datetime, words: str, day: date | None, now: datetime) -> datetime:
    """An hour without a day, or on today's weekday, that has passed is the next one, and 今天夜里2点 the coming night's."""
    if day is None:
        return now + ((instant - now) % timedelta(days=1) or timedelta(days=1))
    if instant > now:
        return instant
    weekday = _WEEKDAY.search(words)
    if day == now.date() and any(word in words for word in _DEEP_NIGHT):
        return instant + timedelta(days=1)
    if day == now.date() and weekday is not None and not weekday[1]:
        return instant + timedelta(days=7)
    return instant
