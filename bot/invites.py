"""One-time invitations for staff from the command line, and links by which staff sign in on the web again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.settings import Settings
from handlers.general.invites import Issued, issue
from handlers.permissions import ROLES
from knowledge.catalogue import load
from storage.engine import Database
from storage.models import Person
from storage.unit import Unit


class InviteError(Exception):
    """The invitation cannot be made; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Invited:
    """``code`` goes after /start; links are complete. The deep link is empty while the bot's name is unknown."""

    role: str
    area: str
    department: str
    code: str
    start: str
    telegram_link: str
    web_link: str
    expires_at: str
    link_expires_at: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def make_invite(
    database: Database, settings: Settings, now: datetime, role: str, area: str, department: str
) -> Invited:
    """Store the code's hash and return the code, which is told only now."""
    _check(settings, role, department)
    async with database.writing() as unit:
        if await unit.areas.get(area) is None:
            raise InviteError(f"{area} is not an area here; `python -m bot seed` loads the sample's, S1 among them.")
        issued = issue(unit, settings.rules, now, role, area, department)
        bot = (await unit.facts.get("telegram")).get("username", "")
    return Invited(
        role, area, department, f"inv_{issued.secret}", issued.start, issued.telegram(bot), issued.web(settings.base_url),
        issued.expires_at.isoformat(), issued.link_expires_at.isoformat(),
    )  # fmt: skip


async def make_link(unit: Unit, settings: Settings, now: datetime, person: Person) -> Issued:
    """A web sign-in link for somebody who is on duty already."""
    duty, area = (await unit.staff.duties(person.id))[0]
    unit.audit.add(now, None, "staff.link", str(person.id))
    return issue(unit, settings.rules, now, duty.role, area.code, duty.department, person.id)


def _check(settings: Settings, role: str, department: str) -> None:
    if role not in ROLES:
        raise InviteError(f"{role} is not a role; use one of {', '.join(ROLES)}.")
    if (role == "department") != bool(department):
        raise InviteError("the role department needs --department CODE, and only it.")
    known = load(settings.knowledge).departments if department else ()  # all of it takes a third of a second to read
    if department and department not in known:
        raise InviteError(f"{department} is not a department; use one of {', '.join(known)}.")
