"""One-time invites: how they are made and worded; an administrator makes them in chat as well (``/invite``).

The code is told once and only its hash is kept for good: the transcript of the chat in which it was told has something else
in its place after ``rules.link_minutes``, at the next tidying.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.context import Context
from handlers.duty import area_of
from handlers.errors import Refusal
from handlers.messages import Reply, say
from handlers.permissions import ROLES
from handlers.rules import Rules
from handlers.topic import Answer
from storage.models import Invite
from storage.unit import Unit


def code_hash(code: str) -> str:
    """What is kept of a secret code."""
    return hashlib.sha256(code.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Issued:
    """A new code with the moments from which it, and its shorter-lived web link, no longer count."""

    secret: str
    expires_at: datetime
    link_expires_at: datetime

    @property
    def start(self) -> str:
        """What to send to the bot."""
        return f"/start inv_{self.secret}"

    def telegram(self, bot: str) -> str:
        """The deep link, "" while the bot's name is unknown."""
        return f"https://t.me/{bot}?start=inv_{self.secret}" if bot else ""

    def web(self, address: str) -> str:
        """The sign-in link of the web page."""
        return f"{address}/signin/{self.secret}"


def issue(
    unit: Unit, rules: Rules, now: datetime, role: str, area_code: str, department: str, person_id: int | None = None
) -> Issued:
    """Keep a new invite; for ``person_id`` a sign-in link that gives no new duty. Whoever calls has checked the rest."""
    link = now + timedelta(minutes=rules.link_minutes)
    expires = link if person_id is not None else now + timedelta(hours=rules.invite_hours)
    issued = Issued(secrets.token_urlsafe(18), expires, link)
    unit.staff.invite(
        Invite(
            code_hash=code_hash(issued.secret), role=role, area_code=area_code, department=department, created_at=now,
            expires_at=expires, link_expires_at=link, used_by=person_id,
        )
    )  # fmt: skip
    return issued


async def invite(ctx: Context, words: str) -> Answer:
    """``/invite role area [department]``: within the administrator's own areas, and for every role but their own."""
    await ctx.require("invite")
    role, area_code, department = _read(ctx, words)
    area = await area_of(ctx, area_code)
    await ctx.require("invite", area, subject=area.code[:40])
    issued = issue(ctx.unit, ctx.rules, ctx.now, role, area.code, department)
    await ctx.audit("staff.invite", role, area=area.code, department=department)
    bot = (await ctx.unit.facts.get("telegram")).get("username", "")
    deep = (say("staff.invited_telegram", link=issued.telegram(bot)),) if bot else ()
    web = say("staff.invited_web", minutes=ctx.rules.link_minutes, link=issued.web(ctx.shelf.address))
    told = say(
        "staff.invited", role=say(f"role.{role}"), area=area.name, hours=ctx.rules.invite_hours, start=issued.start
    )
    return Reply((told, *deep, web), instead=say("staff.invited_before", role=say(f"role.{role}"), area=area.name))


def _read(ctx: Context, words: str) -> tuple[str, str, str]:
    """Role, area code and department; raises Refusal that shows how to write it."""
    role, area, department, *_ = (*words.split(), "", "", "")
    role = next((one for one in ROLES if role.lower() == one or ctx.shelf.texts.hears(f"role.{one}", role)), "")
    areas = ctx.catalogue.areas
    found = [area.upper()] if area.upper() in areas else [one.code for one in areas.values() if one.name == area]
    departments = ctx.catalogue.departments
    called = next((one for one in departments if department in (one, departments[one].name)), "")
    if (
        role in ("", "admin")
        or len(found) != 1
        or (role == "department") != bool(called)
        or (department and not called)
    ):
        raise Refusal("staff.invite_how")
    return role, found[0], called
