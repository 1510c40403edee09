"""A case as the desk opens it: its words, place, files and every step. Role and area are asked here, as in chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.context import Context
from handlers.errors import NotAllowed, NotFound
from handlers.messages import Say, say
from storage.models import Case, CaseEvent, Media

_DID: Final = {
    action: f"desk.did.{action}"
    for action in ("submit", "accept", "return", "escalate", "finish", "confirm", "reopen", "rate", "add")
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a case: when, by whom, what, in whose words, with which files."""

    at: datetime
    who: Say
    name: str
    what: Say
    words: str
    files: tuple[Media, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A case in full. ``files`` came with the report itself; ``phone`` is the resident's, if left."""

    case: Case
    files: tuple[Media, ...]
    steps: tuple[Step, ...]
    phone: str
    handler: str


async def may_read(ctx: Context, case: Case) -> bool:
    """Whether the speaker's role and area let them see this case; private ones want a right of their own."""
    wanted = "case.read_private" if case.private else "case.read"
    return await ctx.may("case.read", case.area, case.department) and await ctx.may(wanted, case.area, case.department)


async def may_see(ctx: Context, media: Media) -> bool:
    """Whether a file belongs to a case the speaker may see."""
    case = await ctx.unit.cases.get(media.case_id) if media.case_id is not None else None
    return case is not None and await may_read(ctx, case)


async def view(ctx: Context, ref: str) -> View:
    """The case with this reference; raises NotFound, or NotAllowed (to be audited) where it is not the speaker's to see."""
    case = await ctx.unit.cases.find(ref[:12])
    if case is None:
        raise NotFound(ref[:12])
    if not await may_read(ctx, case):
        raise NotAllowed("case.read", case.ref)
    history, files = await ctx.unit.cases.history(case.id), await ctx.unit.media.of_case(case.id)
    shown = [one for one in files if one.deleted_at is None]
    first = {None, *(event.id for event in history if event.action == "submit")}
    reporter = await ctx.unit.people.get(case.reporter_id)
    handler = await ctx.unit.people.get(case.handler_id) if case.handler_id is not None else None
    return View(
        case, tuple(one for one in shown if one.event_id in first),
        tuple([await _step(ctx, case, event, [] if event.id in first else shown) for event in history]),
        reporter.phone if reporter else "", handler.name if handler else "",
    )  # fmt: skip


async def _step(ctx: Context, case: Case, event: CaseEvent, files: Sequence[Media]) -> Step:
    who, name = await _by(ctx, case, event.actor_id)
    return Step(
        event.at, who, name, _what(event), event.note, tuple(one for one in files if one.event_id == event.id)
    )  # fmt: skip


async def _by(ctx: Context, case: Case, actor_id: int | None) -> tuple[Say, str]:
    """The office of who did it, as they hold it now, and their name."""
    if actor_id is None:
        return say("desk.by.nobody"), ""
    if actor_id == case.reporter_id:
        return say("desk.by.resident"), ""
    person = await ctx.unit.people.get(actor_id)
    duties = await ctx.unit.staff.duties(actor_id)
    office = say(f"role.{duties[0][0].role}") if duties else say("desk.by.former")
    return office, person.name if person else ""


def _what(event: CaseEvent) -> Say:
    data = event.data
    told = {
        "reason": say(f"return.{data['reason']}") if data.get("reason") else "",
        "outcome": say(f"outcome.{data['outcome']}") if data.get("outcome") else "",
        "stars": data.get("stars") or "",
    }
    return Say(_DID.get(event.action, "desk.did.other"), told)
