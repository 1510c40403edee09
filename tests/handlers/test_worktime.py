"""Promised times on the Chinese work calendar (国务院办公厅 holiday notices, with swapped days)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import Rules
from handlers.worktime import due, is_open, is_workday, left

RULES = Rules()
LOCAL = ZoneInfo("Asia/Shanghai")
EARLY, LATE = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-06-01")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("2h", "2026-11-20T23:30", "2026-11-21T01:30"),
        ("7d", "2026-11-20T10:00", "2026-11-27T10:00"),
        ("3wd", "2026-11-20T10:00", "2026-11-25T17:30"),
        ("1wd", "2026-09-30T16:00", "2026-10-08T17:30"),
        ("1wd", "2026-10-09T09:00", "2026-10-10T17:30"),
        ("4wh", "2026-11-20T16:30", "2026-11-23T11:30"),
        ("4wh", "2026-11-21T12:00", "2026-11-23T12:30"),
    ],
)
def test_a_limit_ends_when_people_would_say_it_does(limit: str, start: str, end: str) -> None:
    assert due(limit, at(start), RULES) == at(end)


def test_a_saturday_may_be_a_working_day_and_a_weekday_a_holiday() -> None:
    assert is_workday(date(2026, 10, 10))
    assert not is_workday(date(2026, 10, 1))


def test_beyond_the_published_calendar_weekends_count() -> None:
    assert is_workday(date(2031, 3, 3)) and not is_workday(date(2031, 3, 2))


@given(
    st.sampled_from(["1h", "30h", "2d", "3wh", "20wh", "1wd", "15wd"]),
    st.datetimes(EARLY, LATE),
)
def test_nothing_is_ever_due_before_it_began(limit: str, start: datetime) -> None:
    assert due(limit, start.replace(tzinfo=UTC), RULES) > start.replace(tzinfo=UTC)


def test_an_unknown_limit_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a limit"):
        due("soon", at("2026-11-20T10:00"), RULES)


def test_the_office_is_open_in_its_hours_only() -> None:
    assert is_open(at("2026-11-20T09:00"), RULES)
    assert not is_open(at("2026-11-20T18:00"), RULES)
    assert not is_open(at("2026-11-21T09:00"), RULES)


def test_time_left_is_told_in_days_or_hours() -> None:
    now = at("2026-11-20T10:00")
    assert left(at("2026-11-23T10:00"), now) == ("time.left_days", 3, "good")
    assert left(at("2026-11-20T13:00"), now) == ("time.left_hours", 3, "warning")
    assert left(at("2026-11-20T08:00"), now) == ("time.over_hours", 2, "urgent")
    assert left(at("2026-11-20T10:57"), now) == ("time.left_minutes", 57, "warning")
    assert left(at("2026-11-20T09:30"), now) == ("time.over_minutes", 30, "urgent")
