"""One-time invitations for staff: a code to send to the bot, a Telegram deep link, and a web sign-in link."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.settings import Settings
from handlers.general.identity import code_hash
from handlers.permissions import ROLES
from knowledge.catalogue import DATA, load
from storage.engine import Database
from storage.models import Invite


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
    if role not in ROLES:
        raise InviteError(f"{role} is not a role; use one of {', '.join(ROLES)}.")
    known = _departments(settings)
    if (role == "department") != bool(department):
        raise InviteError("the role department needs --department CODE, and only it.")
    if department and department not in known:
        raise InviteError(f"{department} is not a department; use one of {', '.join(known)}.")
    secret = secrets.token_urlsafe(18)
    async with database.writing() as unit:
        if await unit.areas.get(area) is None:
            raise InviteError(f"{area} is not an area here; `python -m bot seed` loads the sample's, S1 among them.")
        expires, link = now + timedelta(hours=settings.invite_hours), now + timedelta(minutes=settings.link_minutes)
        unit.staff.invite(
            Invite(
                code_hash=code_hash(secret),
                role=role,
                area_code=area,
                department=department,
                created_at=now,
                expires_at=expires,
                link_expires_at=link,
            )
        )
        bot = (await unit.facts.get("telegram")).get("username", "")
    code = f"inv_{secret}"
    return Invited(
        role, area, department, code, f"/start {code}", f"https://t.me/{bot}?start={code}" if bot else "",
        f"{settings.base_url}/signin/{secret}", expires.isoformat(), link.isoformat(),
    )  # fmt: skip


def _departments(settings: Settings) -> list[str]:
    return list(load(Path(settings.knowledge_dir) if settings.knowledge_dir else DATA).departments)
