"""The numbers a city may want different, each with its default and one line of explanation.

``bot.settings`` reads them from the environment as ``LINLI_<NAME>`` and ``check`` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def rule(default: Any, doc: str) -> Any:
    """A field with its explanation."""
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits and intervals of the trade (domain.md); seconds, hours and counts as named."""

    text_limit: int = rule(2000, "characters of one message that are read; the rest is cut with a notice")
    misses_before_human: int = rule(2, "messages in a row not understood before a human is offered (domain.md §8)")
    open_reports: int = rule(5, "reports one resident may have open at a time")
    photos_per_report: int = rule(6, "pictures taken with one report")
    photos_waiting: int = rule(20, "pictures one chat may upload within a day without saying what they belong to")
    photo_megabytes: int = rule(10, "largest picture in MB")
    photo_megapixels: int = rule(40, "largest picture in millions of pixels")
    private_off: str = rule(
        "", "channels on which private matters are not taken, such as telegram; people are told where to turn instead"
    )
    reopen_days: int = rule(7, "days in which a resident may reopen a finished report (domain.md §3)")
    reopen_times: int = rule(2, "times a report may be reopened before the sub-district takes it")
    returns: int = rule(2, "times a report may be returned before the sub-district decides")
    other_limit: str = rule("3wd", "promised time for what has no category of its own")
    urgent_hours: int = rule(2, "promised hours for urgent reports")
    critical_hours: int = rule(1, "promised hours where life is in danger")
    accept_limit: str = rule("4wh", "time to accept a report before the next in line gets it (m, h, d, wh, wd)")
    accept_urgent: str = rule("1h", "the same for urgent reports")
    accept_critical: str = rule("15m", "the same where life is in danger")
    accept_again: str = rule("1wd", "time after which the last in line is reminded of what nobody accepted, again and again")
    warn_half: int = rule(50, "per cent of the promised time after which whoever handles a report is reminded")
    warn_most: int = rule(80, "per cent of the promised time after which they are reminded again")
    remind_days: int = rule(2, "days after which a resident is asked once more whether a finished report is solved")
    answer_days: int = rule(5, "days after which a finished report is closed as not answered, never as solved")
    join_days: int = rule(14, "days in which a report of the same kind at the same place may be the same matter")
    join_metres: int = rule(100, "metres within which two pins are the same place")
    day_start: str = rule("08:30", "start of a working day, local time")
    day_end: str = rule("17:30", "end of a working day, local time")
    proposals_open: int = rule(5, "proposals one resident may have open at a time")
    claim_batch: int = rule(30, "volunteers asked at once for one task")
    task_places: int = rule(200, "largest number of places of one task")
    notice_limit: int = rule(1000, "characters of one notice")
    notice_hours: int = rule(48, "hours after which a notice is no longer sent")
    walking_metres: int = rule(70, "metres walked in a minute (domain.md §2: 60–80)")
    area_kilometres: float = rule(5.0, "farthest distance from any known building that still counts as here, km")
    handoff_minutes: int = rule(30, "minutes of silence after which the bot takes a conversation back from a human")
    photo_minutes: int = rule(30, "minutes a picture without words waits for the report it belongs to")
    danger_minutes: int = rule(20, "minutes in which what somebody says after a danger was reported is added to it")
    place_minutes: int = rule(
        30, "minutes a place that was scanned or named counts as the place of the report that follows"
    )
    draft_hours: int = rule(24, "hours a cancelled form can be taken up again")
    invite_hours: int = rule(24, "hours a staff invite's code is valid")
    link_minutes: int = rule(10, "minutes a web sign-in link is valid")
    emergency_phone: str = rule("110", "number told when nothing more specific is known")
    office_phone: str = rule("0100-5550100", "the service hall's number told when a human is asked for")

    @property
    def private_channels(self) -> frozenset[str]:
        """The channels of ``private_off``."""
        return frozenset(filter(None, (name.strip().lower() for name in self.private_off.split(","))))
