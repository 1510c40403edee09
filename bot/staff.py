"""Staff from the command line: who is on duty, ending duties, a new sign-in link for the web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Limits
from bot.speaker import Speaker
from handlers.context import Shelf
from handlers.general.leaving import LastAdministratorError, end_duties
from storage.engine import Database
from storage.models import Duty, Person
from storage.unit import Unit


class StaffError(Exception):
    """It cannot be done; the sentence says why."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One duty. ``person`` is the number by which the commands name somebody; ``channels`` are where they can be reached."""

    person: int
    name: str
    role: str
    area: str
    area_name: str
    department: str
    channels: tuple[str, ...]
    since: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def on_duty(unit: Unit) -> list[OnDuty]:
    """Every duty held now, by area."""
    channels = await unit.staff.channels()
    return [
        OnDuty(
            person.id, person.name, duty.role, area.code, area.name, duty.department, channels.get(person.id, ()),
            duty.since.isoformat(timespec="seconds"),
        )
        for duty, area, person in await unit.staff.serving()
    ]  # fmt: skip


async def find(unit: Unit, who: str) -> Person:
    """Somebody on duty, by number or name; raises StaffError when that is nobody, or several."""
    people = {person.id: person for _, _, person in await unit.staff.serving()}
    found = [one for one in people.values() if who in (str(one.id), one.name)]
    if not found:
        raise StaffError(f"nobody on duty is called {who}; `python -m bot staff` lists them.")
    if len(found) > 1:
        raise StaffError(f"several are called {who}: use one of the numbers {', '.join(str(one.id) for one in found)}.")
    return found[0]


async def dismiss(
    database: Database, shelf: Shelf, limits: Mapping[str, Limits], now: datetime, who: str, role: str = "", area: str = ""
) -> tuple[str, list[Duty]]:  # fmt: skip
    """End the duties of somebody (all, or those of a role or in an area), at once and for every process.

    Returns their name, which may be empty, and what ended.

    Raises StaffError for nobody, for a duty they do not hold, and for the last administrator.
    """
    async with database.writing() as unit:
        person = await find(unit, who)
        held = [duty for duty, _ in await unit.staff.duties(person.id)]
        ending = [duty for duty in held if role in ("", duty.role) and area in ("", duty.area_code)]
        if not ending:
            raise StaffError("they hold no such duty; `python -m bot staff` lists what they hold.")
        try:
            pushes = await end_duties(unit, shelf, person, ending, now)
        except LastAdministratorError as error:
            raise StaffError(
                "this is the last administrator; invite another one first: `python -m bot invite admin --area CODE`."
            ) from error
        await Speaker(unit, shelf.texts, limits, now).pass_on(pushes)
    return person.name, ending
