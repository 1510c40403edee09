"""Weekdays in the words of a task or a notice, beside the date they are given for."""

from datetime import date

import pytest

from knowledge.weekdays import differing, only_date

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("周六上午给老人搬米", ""),
        ("周日上午给老人搬米", "周日"),
        ("下星期天搬米", "下星期天"),
        ("周五到周日都要人", ""),
        ("周一到周五", "周一到周五"),
        ("每周一的活动改期", ""),
        ("Help on Sunday", "Sunday"),
        ("help on Saturday", ""),
        ("搬米", ""),
    ],
)
def test_a_weekday_that_is_not_the_dates_is_found(text: str, said: str) -> None:
    assert differing(text, SATURDAY) == said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("11月28日上午停水", SATURDAY),
        ("11-28 9:00停水", SATURDAY),
        ("2027年1月5日", date(2027, 1, 5)),
        ("1月5日", date(2027, 1, 5)),
        ("11月28日到11月30日", None),
        ("2月30日", None),
        ("电话 0571-8000 3-2-501", None),
    ],
)
def test_the_one_date_of_a_text_is_read(text: str, day: date | None) -> None:
    assert only_date(text, date(2026, 11, 21)) == day
