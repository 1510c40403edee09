"""Times as people type them, on Saturday 2026-11-21 at ten in the morning in Shanghai."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.moments import is_repeated, when

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("明天上午九点", "2026-11-22 09:00"),
        ("明早8点", "2026-11-22 08:00"),
        ("后天下午两点半", "2026-11-23 14:30"),
        ("大后天早上七点一刻", "2026-11-24 07:15"),
        ("11月28日9点", "2026-11-28 09:00"),
        ("十一月二十八号上午十点", "2026-11-28 10:00"),
        ("11-28 09:00", "2026-11-28 09:00"),
        ("11.28 9:00", "2026-11-28 09:00"),
        ("28号下午3点", "2026-11-28 15:00"),
        ("5号上午9点", "2026-12-05 09:00"),
        ("下个月3号上午9点", "2026-12-03 09:00"),
        ("周六上午9点到11点", "2026-11-28 09:00"),
        ("周六上午11点", "2026-11-21 11:00"),
        ("周日晚上7:30", "2026-11-22 19:30"),
        ("下周三下午3点", "2026-11-25 15:00"),
        ("下周一十点", "2026-11-23 10:00"),
        ("下下周五 9:00", "2026-12-04 09:00"),
        ("礼拜天早上8点", "2026-11-22 08:00"),
        ("下周末上午9点", "2026-11-28 09:00"),
        ("今晚7点", "2026-11-21 19:00"),
        ("今天下午5点", "2026-11-21 17:00"),
        ("今晚十二点", "2026-11-22 00:00"),
        ("中午12点", "2026-11-21 12:00"),
        ("明天中午1点", "2026-11-22 13:00"),
        ("明天凌晨3点", "2026-11-22 03:00"),
        ("9:30", "2026-11-22 09:30"),
        ("下午3点", "2026-11-21 15:00"),
        ("明天3点", "2026-11-22 15:00"),
        ("明天03:00", "2026-11-22 03:00"),
        ("三天后上午9点", "2026-11-24 09:00"),
        ("一周后上午9点", "2026-11-28 09:00"),
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026年12月1日下午2点", "2026-12-01 14:00"),
        ("2026/12/1 14:00:00", "2026-12-01 14:00"),
        ("明天 14:00", "2026-11-22 14:00"),
        ("後天下午3點", "2026-11-23 15:00"),
        ("明天9点半到11点", "2026-11-22 09:30"),
        ("明天9点40分", "2026-11-22 09:40"),
        ("九点，明天", "2026-11-22 09:00"),
        ("tomorrow 9am", "2026-11-22 09:00"),
        ("Sat 2:30 pm", "2026-11-21 14:30"),
        ("tonight 7", None),
        ("Nov 28, 9 am", "2026-11-28 09:00"),
        ("夜里2点", "2026-11-22 02:00"),
        ("晚上1点", "2026-11-22 01:00"),
        ("今晚1点", "2026-11-22 01:00"),
        ("明晚1点", "2026-11-23 01:00"),
        ("明天夜里2点", "2026-11-22 02:00"),
        ("今天半夜两点", "2026-11-22 02:00"),
        ("明天晚上五点", "2026-11-22 17:00"),
        ("夜里10点", "2026-11-21 22:00"),
        ("tomorrow night at 1 am", "2026-11-23 01:00"),
        ("tonight at 1 am", "2026-11-22 01:00"),
        ("元旦上午9点", "2027-01-01 09:00"),
        ("国庆节下午两点", "2027-10-01 14:00"),
        ("12月1日星期二上午9点", "2026-12-01 09:00"),
        ("明天9-11点", "2026-11-22 09:00"),
        ("上午9点到11点", "2026-11-22 09:00"),
        ("两个礼拜后上午9点", "2026-12-05 09:00"),
        ("春节上午9点", None),
        ("一个月后9点", None),
        ("过几天上午9点", None),
        ("每天上午9点", None),
        ("下个月上午9点", None),
        ("明年3月5号9点", "2027-03-05 09:00"),
        ("明年1月1日零点", "2027-01-01 00:00"),
        ("明年元旦上午9点", "2027-01-01 09:00"),
        ("2027年国庆节上午九点", "2027-10-01 09:00"),
        ("今年12月25日晚上8点", "2026-12-25 20:00"),
        ("后年三月一号上午十点", "2028-03-01 10:00"),
        ("下个月3号下午两点", "2026-12-03 14:00"),
        ("次月1日9点", "2026-12-01 09:00"),
        ("下下个月3号9点", "2027-01-03 09:00"),
        ("今晚零点", "2026-11-22 00:00"),
        ("明晚零点", "2026-11-23 00:00"),
        ("明天零点", "2026-11-22 00:00"),
        ("明年上午9点", None),
        ("后年9点", None),
        ("去年3月1号9点", None),
        ("明年春节上午9点", None),
        ("五一上午9点", None),
        ("初五上午9点", None),
        ("next month 9 am", None),
        ("the 5th at 9 am", None),
        ("in 3 days at 9 am", None),
        ("明天", None),
        ("后天上午", None),
        ("尽快", None),
        ("25点", None),
        ("02-30 9:00", None),
        ("13-45 99:99", None),
        ("3栋", None),
        ("", None),
        ("9999-12-31 24:00", None),
    ],
)
def test_a_time_is_read_as_it_was_meant(typed: str, expected: str | None) -> None:
    at = when(typed, NOW).at
    assert (at and at.strftime("%Y-%m-%d %H:%M")) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("明天上午9点到11点", "11-22 09:00 11-22 11:00"),
        ("9:00-11:00", "11-22 09:00 11-22 11:00"),
        ("11-28 9:00-11:30", "11-28 09:00 11-28 11:30"),
        ("11月28日 9:00 — 11:00", "11-28 09:00 11-28 11:00"),
        ("周六下午两点到四点半", "11-21 14:00 11-21 16:30"),
        ("9点到11点，明天", "11-22 09:00 11-22 11:00"),
        ("明天9-11点", "11-22 09:00 11-22 11:00"),
        ("明天九到十一点", "11-22 09:00 11-22 11:00"),
        ("明天9点40到10点20", "11-22 09:40 11-22 10:20"),
        ("明天9点到下午3点", "11-22 09:00 11-22 15:00"),
        ("明天上午10点至2点", "11-22 10:00 11-22 14:00"),
        ("明天2点～6点", "11-22 14:00 11-22 18:00"),
        ("中午11点到1点", "11-21 11:00 11-21 13:00"),
        ("今晚7点到9点", "11-21 19:00 11-21 21:00"),
        ("今晚10点到12点", "11-21 22:00 11-22 00:00"),
        ("今晚12点到1点", "11-22 00:00 11-22 01:00"),
        ("今晚10点到明早6点", "11-21 22:00 11-22 06:00"),
        ("晚上10点到早上6点", "11-21 22:00 11-22 06:00"),
        ("夜里10点到2点", "11-21 22:00 11-22 02:00"),
        ("11月28日9点到29日17点", "11-28 09:00 11-29 17:00"),
        ("周六11点到周日17点", "11-21 11:00 11-22 17:00"),
        ("tomorrow 9am-11am", "11-22 09:00 11-22 11:00"),
        ("tomorrow 9 am until 1:30 pm", "11-22 09:00 11-22 13:30"),
        ("tomorrow 9 to 11am", "11-22 09:00 11-22 11:00"),
        ("tomorrow 2-4 pm", "11-22 14:00 11-22 16:00"),
        ("tomorrow 7 to 9 pm", "11-22 19:00 11-22 21:00"),
        ("tomorrow 11 to 1pm", "11-22 11:00 11-22 13:00"),
        ("tomorrow 10 to 12 pm", "11-22 10:00 11-22 12:00"),
        ("tomorrow from 9am to 11am", "11-22 09:00 11-22 11:00"),
        ("从明天9点开始到11点结束", "11-22 09:00 11-22 11:00"),
        ("明天九点开始，到十一点结束", "11-22 09:00 11-22 11:00"),
        ("明天上午9点起至11点", "11-22 09:00 11-22 11:00"),
        ("明天9点到社区，11点结束", "11-22 09:00"),
        ("明天9点到25点", "11-22 09:00"),
        ("11月28日9点到27日10点", "11-28 09:00"),
        ("明天9点到2月30日10点", None),
        ("9999-12-31 22:00-1:00", "12-31 22:00"),
    ],
)
def test_a_span_has_an_end(typed: str, expected: str | None) -> None:
    told = when(typed, NOW)
    named = [one.strftime("%m-%d %H:%M") for one in (told.at, told.until) if one]
    assert (" ".join(named) or None) == expected


@pytest.mark.parametrize(
    ("typed", "month", "began"),
    [
        ("11月30日9点到31日10点", 10, "11-30 09:00"),
        ("2月28日9点到29日10点", 1, "02-28 09:00"),
        ("2月27日上午9点至30日下午5点停水", 1, "02-27 09:00"),
    ],
)
def test_an_end_on_a_day_that_month_does_not_have_is_no_end(typed: str, month: int, began: str) -> None:
    told = when(typed, datetime(2026, month, 21, 10, 0, tzinfo=SHANGHAI))
    assert told.at is not None
    assert (told.at.strftime("%m-%d %H:%M"), told.until) == (began, None)


def test_what_comes_again_and_again_is_no_single_date() -> None:
    repeated = (
        "每周六上午9点",
        "每个星期六9点",
        "每天下午3点",
        "逢周六",
        "every Saturday 9 am",
        "Saturdays 9 am",
        "每月5号",
    )
    assert all(map(is_repeated, repeated))
    assert not any(map(is_repeated, ("周六上午9点", "Saturday 9 am", "下周六9点", "明天9点每人带手套")))


_PIECES = (
    "月日号点时半到至-:/. 十廿两周",
    "上午 下午 晚上 夜里 凌晨 明天 今晚 星期 下个月 天后 国庆 元旦 Nov Fri to am pm",
)
_PIECE = st.sampled_from([*_PIECES[0], *_PIECES[1].split()]) | st.integers(0, 9999).map(str)


@given(
    st.lists(_PIECE, max_size=14).map("".join) | st.text(max_size=30),
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(SHANGHAI)),  # noqa: DTZ001 it has a zone
)
def test_no_words_are_too_odd_to_be_read(typed: str, now: datetime) -> None:
    told = when(typed, now)
    assert told.until is None or (told.at is not None and told.at < told.until)


def test_a_day_without_an_hour_is_known_to_be_one() -> None:
    assert when("后天上午", NOW).day is not None
    assert when("尽快", NOW).day is None


def test_the_night_that_has_begun_is_the_coming_one() -> None:
    after_midnight = datetime(2026, 11, 22, 0, 30, tzinfo=SHANGHAI)
    assert [when(typed, after_midnight).at for typed in ("晚上1点", "夜里1点")] == [
        after_midnight.replace(hour=1, minute=0)
    ] * 2


def test_what_looks_like_a_day_and_is_none_leaves_nothing_read() -> None:
    told = when("一个月后9点", NOW)
    assert (told.day, told.at) == (None, None)
    assert when("国庆节", NOW).day is not None


def test_what_has_passed_stays_passed_when_the_day_was_named() -> None:
    told = when("今天上午9点", NOW).at
    assert told is not None
    assert told < NOW


def test_in_december_a_january_is_the_coming_one() -> None:
    told = when("1月5日9点", datetime(2026, 12, 30, tzinfo=SHANGHAI)).at
    assert told is not None
    assert told.year == 2027
