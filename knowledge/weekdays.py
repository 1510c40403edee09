"""Weekdays and dates that a text names, to see whether they agree: 周六, 星期天, 周一到周五, Saturday; 11-28, 11月28日."""

import re
from dataclasses import dataclass
from datetime import date

_NAMES = "一二三四五六日"
_WEEK = "(?:周|星期|礼拜|週|禮拜)"
_CHINESE = re.compile(
    rf"(每|下下?个?|上|这|本)?{_WEEK}([一二三四五六日天])(?:[到至和、\-~—]+{_WEEK}?([一二三四五六日天]))?"
)
_ENGLISH = re.compile(r"\b(every )?(mon|tues|wednes|thurs|fri|satur|sun)day(s)?\b", re.IGNORECASE)
_ENGLISH_NAMES = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
_DATE = re.compile(
    r"(?<![0-9.:\-/])(?:(20[0-9]{2})[年\-/.])?(1[0-2]|0?[1-9])(?:月|[\-/])(3[01]|[12][0-9]|0?[1-9])(?:日|号|號)?(?![0-9\-/:])"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A weekday as it was said, and the days it means, Monday 0; several for 周一到周五."""

    words: str
    days: frozenset[int]


def weekdays(text: str) -> list[Named]:
    """The weekdays a text names (its first 2,000 characters), without those of every week."""
    text = text[:2000]
    found = [Named(match[0], _days(match[2], match[3])) for match in _CHINESE.finditer(text) if match[1] != "每"]
    english = [match for match in _ENGLISH.finditer(text) if not match[1] and not match[3]]
    return found + [Named(match[0], frozenset({_ENGLISH_NAMES.index(match[2].lower())})) for match in english]


def differing(text: str, day: date) -> str:
    """The first weekday a text names, where none that it names is that of the day; "" when they agree or none is named."""
    named = weekdays(text)
    return "" if not named or any(day.weekday() in one.days for one in named) else named[0].words


def only_date(text: str, today: date) -> date | None:
    """The one date a text names with month and day, in the year that brings it nearest; None for none or several."""
    found = {(match[1], int(match[2]), int(match[3])) for match in _DATE.finditer(text[:2000])}
    if len(found) != 1:
        return None
    ((year, month, day),) = found
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1]
    near = [one for one in (_date(number, month, day) for number in years) if one is not None]
    return min(near, key=lambda one: abs(one - today), default=None)


def _days(first: str, last: str | None) -> frozenset[int]:
    begin = _day(first)
    end = _day(last) if last else begin
    return frozenset(range(begin, end + 1)) if begin <= end else frozenset({begin, end})


def _day(name: str) -> int:
    return _NAMES.index("日" if name == "天" else name)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
