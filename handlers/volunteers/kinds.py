"""What volunteers can do and when, as the short words that are stored; and which of the times a moment falls into."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from handlers.worktime import SHANGHAI, is_workday

SKILLS: Final = (
    "company", "carrying", "repair", "teaching", "medical", "patrol", "cleaning", "arts", "driving", "other",
)  # fmt: skip
TIMES: Final = ("workday", "workday_evening", "weekend", "weekend_evening", "any")
_EVENING = 18
_NIGHT_ENDS = 5


def time_of(moment: datetime) -> str:
    """Which of ``TIMES`` a moment belongs to: public holidays count as weekends, 调休 Saturdays as workdays."""
    local = moment.astimezone(SHANGHAI)
    day = "workday" if is_workday(local.date()) else "weekend"
    return f"{day}_evening" if local.hour >= _EVENING or local.hour < _NIGHT_ENDS else day
