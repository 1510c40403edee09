"""Who somebody is: becoming staff through a one-time invite.

Seeing and deleting what is kept about oneself (domain.md §9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from handlers import kept
from handlers.casework import open_to
from handlers.context import Context
from handlers.errors import Refusal
from handlers.form import Confirm, Form
from handlers.form.steps import Answers
from handlers.general import handoff
from handlers.general.invites import code_hash
from handlers.messages import Reply, Say, choice, say
from handlers.permissions import may
from handlers.topic import Answer
from knowledge.phones import mask
from storage.models import Area, Invite, Person
from storage.repositories.cases import UNDONE


async def redeem(ctx: Context, code: str, *, link: bool = False) -> Answer:
    """Make the speaker staff; the code works once, only in a private chat, and within its time.

    That of the sign-in ``link`` is shorter than that of the code which is typed. On the web only the link counts: it opens
    a fresh session, while that of a resident's page may be older than staff's may be.
    """
    if ctx.chat.channel == "web" and not link:
        raise Refusal("staff.invite_by_link")
    invite = await ctx.unit.staff.invite_of(code_hash(code))
    if ctx.chat.group or invite is None or invite.used_at is not None:
        raise Refusal("staff.invite_gone")
    if (invite.link_expires_at if link else invite.expires_at) <= ctx.now or (invite.used_by is not None and not link):
        raise Refusal("staff.invite_gone")
    known = await ctx.unit.people.get(invite.used_by) if invite.used_by is not None else None
    if not await ctx.unit.staff.use_invite(invite.code_hash, (known or ctx.person).id, ctx.now):
        raise Refusal("staff.invite_gone")
    if known is None:
        await _join(ctx, invite)
    else:
        await _return(ctx, known)
    return await _welcome(ctx, invite)


async def _join(ctx: Context, invite: Invite) -> None:
    """A new duty for the speaker."""
    ctx.person.staff = True
    ctx.unit.staff.grant(ctx.person.id, invite.role, invite.area_code, invite.department, ctx.now)
    await ctx.audit("staff.join", invite.role, area=invite.area_code, department=invite.department)
    await ctx.unit.session.flush()


async def _return(ctx: Context, known: Person) -> None:
    """The chat of a fresh browser belongs to a member of staff who is still on duty; nobody was in it before."""
    if not known.staff:
        raise Refusal("staff.invite_gone")
    stranger, ctx.chat.person = ctx.person, known
    await ctx.unit.session.flush()
    await ctx.unit.session.delete(stranger)
    await ctx.audit("staff.sign_in", str(known.id))


async def _welcome(ctx: Context, invite: Invite) -> Answer:
    """What can be done now."""
    area = await ctx.unit.areas.get(invite.area_code)
    welcome = say("staff.welcome", role=say(f"role.{invite.role}"), area=_name(area))
    calls = (choice("menu.calls", "calls"),) if may(invite.role, "handoff.take") else ()
    inviting = (choice("menu.invite", "invite"),) if may(invite.role, "invite") else ()
    offered = (*calls, *inviting, choice("words.menu_button", "menu"))
    if not may(invite.role, "case.list"):
        return Reply((welcome,), offered)
    seen = await open_to(ctx, await ctx.unit.staff.duties(ctx.person.id))
    waiting = sum(case.state in UNDONE for case in seen)
    return Reply(
        (welcome, say("staff.waiting", count=waiting)), (choice("menu.cases", "cases", style="primary"), *offered)
    )


def _name(area: Area | None) -> str:
    return area.name if area else ""


async def mine(ctx: Context) -> Answer:
    """Everything kept about the speaker, a line each, consented to or left over; with the ways to stop and delete it."""
    person = ctx.person
    cases = await ctx.unit.cases.of_person(person.id, limit=100)
    left = await ctx.unit.erasure.kept(person.id)
    counted = (("cases", len(cases)), ("files", left.files), ("calls", left.calls), ("remarks", left.remarks))
    found = [say(f"privacy.{name}", count=count) for name, count in counted if count]
    for keeps in ctx.shelf.registry.keeps:
        found += await keeps(ctx)
    if person.consented_at is None:
        found = [say("privacy.left"), *found] if found else [say("privacy.nothing")]
    else:
        found = [say("privacy.head"), *_entry(ctx), *found]
    return Reply(
        (*found, say("privacy.talk")),
        (choice("privacy.stop", "privacy.stop"), choice("privacy.forget", "privacy.forget", style="danger")),
        card=True,
    )


def _entry(ctx: Context) -> tuple[Say, ...]:
    person = ctx.person
    name = (say("privacy.name", name=person.name),) if person.name else ()
    phone, area = mask(person.phone) or "—", ctx.full_name(person.area_code) or "—"
    return (*name, say("privacy.phone", phone=phone), say("privacy.area", area=area))


async def _forget(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Delete all that ``privacy.forget_what`` names, here and in what others were told; cases are records and stay."""
    if ctx.chat.handoff_id is not None:
        await handoff.close(ctx)
    for forget in ctx.shelf.registry.forget:
        await forget(ctx)
    person, erasure = ctx.person, ctx.unit.erasure
    if person.phone:
        await erasure.mask_for_staff(person.id, person.phone, mask(person.phone))
    person.phone, person.name, person.area_code, person.quiet = "", "", None, True
    await ctx.unit.people.withdraw(person, ctx.now)
    await erasure.end_calls(person.id)
    await kept.forget(ctx)
    return Reply((say("privacy.forgotten"),))


def _what(ctx: Context, answers: Answers) -> Reply:
    office = (say("privacy.forget_office"),) if ctx.person.staff else ()
    return Reply((say("privacy.forget_what"), say("privacy.forget_stays"), *office, say("privacy.forget_elsewhere")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure(Confirm):
    """A yes or no: there is nothing in it to change."""

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """What will be deleted, with 删除 and 取消."""
        asked = await Confirm.ask(self, ctx, answers)
        return replace(asked, choices=tuple(one for one in asked.choices if one.token != "change"))  # noqa: S105 a button


FORGET = Form(
    "forget",
    version=1,
    done=_forget,
    consent=False,
    draft=False,
    steps=(Sure(key="forget", question="privacy.forget_sure", summary=_what, submit="privacy.forget_yes"),),
)
