"""Who somebody is: becoming staff through a one-time invite.

Seeing and deleting what is kept about oneself (domain.md §9).
"""

from __future__ import annotations

import hashlib
from typing import Any

from handlers.context import Context
from handlers.errors import Refusal
from handlers.form import Confirm, Form
from handlers.form.steps import Answers
from handlers.messages import Reply, choice, say
from handlers.permissions import may
from handlers.topic import Answer
from knowledge.phones import mask
from storage.models import Area, Invite
from storage.repositories.cases import UNDONE


def code_hash(code: str) -> str:
    """What is kept of a secret code."""
    return hashlib.sha256(code.encode()).hexdigest()


async def redeem(ctx: Context, code: str) -> Answer:
    """Make the speaker staff; the code works once, within its time, and only in a private chat."""
    invite = await ctx.unit.staff.invite_of(code_hash(code))
    if ctx.chat.group or invite is None or invite.used_at is not None or invite.expires_at <= ctx.now:
        raise Refusal("staff.invite_gone")
    return await welcome(ctx, invite)


async def welcome(ctx: Context, invite: Invite) -> Answer:
    """Use the invite and tell what can be done now."""
    if not await ctx.unit.staff.use_invite(invite.code_hash, ctx.person.id, ctx.now):
        raise Refusal("staff.invite_gone")
    ctx.person.staff = True
    ctx.unit.staff.grant(ctx.person.id, invite.role, invite.area_code, invite.department, ctx.now)
    await ctx.audit("staff.join", invite.role, area=invite.area_code, department=invite.department)
    await ctx.unit.session.flush()
    area = await ctx.unit.areas.get(invite.area_code)
    open_cases = await ctx.unit.cases.open_in([area.path], limit=100) if area else []
    waiting = sum(case.state in UNDONE for case in open_cases)
    lines = (
        say("staff.welcome", role=say(f"role.{invite.role}"), area=_name(area)),
        say("staff.waiting", count=waiting),
    )
    calls = (choice("menu.calls", "calls"),) if may(invite.role, "handoff.take") else ()
    return Reply(lines, (choice("menu.cases", "cases", style="primary"), *calls, choice("words.menu_button", "menu")))


def _name(area: Area | None) -> str:
    return area.name if area else ""


async def mine(ctx: Context) -> Answer:
    """Everything kept about the speaker, in a few lines."""
    person = ctx.person
    if person.consented_at is None:
        return Reply((say("privacy.nothing"),))
    cases = await ctx.unit.cases.of_person(person.id, limit=100)
    area = ctx.full_name(person.area_code) or "—"
    lines = (
        say("privacy.head"),
        say("privacy.phone", phone=mask(person.phone) or "—"),
        say("privacy.area", area=area),
        say("privacy.cases", count=len(cases)),
    )
    return Reply(
        lines,
        (choice("privacy.stop", "privacy.stop"), choice("privacy.forget", "privacy.forget", style="danger")),
        card=True,
    )


async def _forget(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Delete name, phone, home and words; open reports stay with the staff, without the person's words elsewhere."""
    person = ctx.person
    person.phone, person.name, person.area_code = "", "", None
    await ctx.unit.people.withdraw(person, ctx.now)
    await ctx.unit.people.forget_words(ctx.chat)
    ctx.chat.preset, ctx.chat.draft, ctx.chat.choices = {}, {}, []
    return Reply((say("privacy.forgotten"),))


def _what(ctx: Context, answers: Answers) -> Reply:
    return Reply((say("privacy.forget_what"),))


FORGET = Form(
    "forget",
    version=1,
    done=_forget,
    consent=False,
    steps=(Confirm(key="forget", question="privacy.forget_sure", summary=_what, submit="privacy.forget_yes"),),
)
