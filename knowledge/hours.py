"""Hours of the day as people say them: 上午九点, 两点半, 今晚12点, 9:30, 2 pm. Pure; numerals come in as digits (``moments``)."""

import re
from datetime import time
from typing import Final

PART: Final = re.compile(
    r"凌晨|清晨|清早|早晨|早上|上午|中午|午后|下午|傍晚|晚上|半夜|深夜|夜里|早|晚|夜|tonight|\bnight|evening|afternoon|morning"
)
_EVENING = frozenset(("晚上", "晚", "夜", "tonight", "night", "evening"))
"""Their small hours are those after that evening: 明晚1点 is the day after tomorrow at 1:00."""
DEEP_NIGHT: Final = frozenset(("半夜", "深夜", "夜里"))
"""Their small hours are that day's own, the coming night's: 明天夜里2点 is tomorrow at 2:00."""
NIGHT: Final = _EVENING | {"傍晚", "深夜", "夜里"}
_SMALL_HOURS = range(1, 5)
_AFTERNOON = frozenset(("午后", "下午", "afternoon"))
CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*:\s*(?P<minute>\d{2})(?!\d)|\s*[点时](?:钟|整)?(?P<half>半|[13]刻|\d{1,2}(?=分|\D|$))?|(?=\s*[ap]\.?m))"
    r"(?::\d{2})?\s*(?P<half_day>[ap])?(?:\.?m)?"
)


def hour_of(clock: re.Match[str], words: str) -> tuple[int, time] | None:
    """(days later, time of day): 晚上12点 and 1点 are the next day's; None for an hour that does not exist."""
    part = part_of(clock, words)
    hour, half = int(clock["hour"]), clock["half"] or ""
    quarters = {"半": 30, "1刻": 15, "3刻": 45}
    minute = quarters.get(half, int(half) if half.isdigit() else int(clock["minute"] or 0))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    small = hour in _SMALL_HOURS and part in _EVENING | DEEP_NIGHT and clock["half_day"] != "p"
    midnight = hour == 24 or (hour in (0, 12) and part in NIGHT)
    late = midnight or (small and part in _EVENING)
    hour = 0 if midnight or (hour == 12 and part in ("凌晨", "半夜")) else hour
    if hour < 12 and not (late or small) and (_after_noon(part, hour, clock["hour"]) or clock["half_day"] == "p"):
        hour += 12
    if hour == 12 and clock["half_day"] == "a":
        hour = 0
    return int(late), time(hour, minute)


def part_of(clock: re.Match[str], words: str) -> str:
    """The part of the day said nearest before the hour, or else after it; "" where none is."""
    before = [found[0] for found in PART.finditer(words[: clock.start()])]
    return before[-1] if before else next(iter(found[0] for found in PART.finditer(words[clock.end() :])), "")


def _after_noon(part: str, hour: int, written: str) -> bool:
    if part in _AFTERNOON or part in NIGHT:
        return True
    if part == "中午":
        return hour < 3
    return not part and 1 <= hour <= 5 and not written.startswith("0")
