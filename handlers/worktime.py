"""When something is due: hours and days, on the clock or on the Chinese work calendar with its swapped days (调休).

Limits are written ``15m`` minutes, ``4h`` hours, ``7d`` calendar days, ``8wh`` working hours, ``3wd`` working days (domain.md
§3). Times come in and go out as UTC; days begin and end in Asia/Shanghai.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from handlers.messages import Say, say
from handlers.rules import Rules
from knowledge.weekdays import differing

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMIT = re.compile(r"([1-9]\d{0,3})(m|h|d|wh|wd)")
"""How a limit is written."""
_ON_THE_CLOCK = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def due(limit: str, start: datetime, rules: Rules) -> datetime:
    """The instant by which ``limit`` from ``start`` is over. Working days end at the day's closing time.

    Raises ValueError for a limit that is not understood.
    """
    found = LIMIT.fullmatch(limit)
    if found is None:
        raise ValueError(f"not a limit: {limit}")
    amount, unit = int(found[1]), found[2]
    if unit in _ON_THE_CLOCK:
        return start + amount * _ON_THE_CLOCK[unit]
    local = start.astimezone(SHANGHAI)
    end = _after_days(local, amount, rules) if unit == "wd" else _after_hours(local, timedelta(hours=amount), rules)
    return end.astimezone(start.tzinfo)


def is_workday(day: date) -> bool:
    """Whether offices work on this day; beyond the published calendar, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_open(now: datetime, rules: Rules) -> bool:
    """Whether somebody sits in the office at this instant."""
    local = now.astimezone(SHANGHAI)
    return is_workday(local.date()) and _clock(rules.day_start) <= local.time() < _clock(rules.day_end)


def next_opening(now: datetime, rules: Rules) -> datetime:
    """When somebody sits in the office next, if nobody does now."""
    local = now.astimezone(SHANGHAI)
    day = local.date() if local.time() < _clock(rules.day_start) else local.date() + timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return datetime.combine(day, _clock(rules.day_start), SHANGHAI).astimezone(now.tzinfo)


def _after_days(local: datetime, days: int, rules: Rules) -> datetime:
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_workday(day)
    return datetime.combine(day, _clock(rules.day_end), SHANGHAI)


def _after_hours(local: datetime, left: timedelta, rules: Rules) -> datetime:
    day = local.date()
    while True:
        opens, closes = (datetime.combine(day, _clock(edge), SHANGHAI) for edge in (rules.day_start, rules.day_end))
        begin = max(local, opens)
        if is_workday(day) and begin < closes:
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
        day += timedelta(days=1)


def _clock(text: str) -> time:
    hours, _, minutes = text.partition(":")
    return time(int(hours), int(minutes or 0))


def left(due_at: datetime, now: datetime) -> tuple[str, int, str]:
    """How much time is left: (text key, amount, level); level is good, warning or urgent."""
    seconds = (due_at - now).total_seconds()
    level = "urgent" if seconds < 0 else "warning" if seconds < 24 * 3600 else "good"
    days, hours = int(abs(seconds) // 86400), int(abs(seconds) // 3600)
    word = "left" if seconds >= 0 else "over"
    if not hours:
        return f"time.{word}_minutes", int(abs(seconds) // 60), level
    return (f"time.{word}_days", days, level) if days else (f"time.{word}_hours", hours, level)


def weekday(day: date) -> Say:
    """周六."""
    return say(f"time.weekday_{day.weekday()}")


def told(instant: datetime, since: datetime | None = None) -> Say:
    """An instant for people, in local time: ``周六 11-28 17:30``, with the year when it is another than that of ``since``."""
    there = instant.astimezone(SHANGHAI)
    same = since is None or there.year == since.astimezone(SHANGHAI).year
    return say("time.at", weekday=weekday(there.date()), at=there.strftime("%m-%d %H:%M" if same else "%Y-%m-%d %H:%M"))


def differs(text: str, day: date) -> tuple[Say, ...]:
    """One line where a text names a weekday that is not the day's; nothing where they agree or none is named."""
    said = differing(text, day)
    return (say("time.weekday_differs", said=said, day=day.strftime("%m-%d"), weekday=weekday(day)),) if said else ()
