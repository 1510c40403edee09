"""A case as the desk opens it: its words, place, files and every step. Role and area are asked here, as in chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.context import Context
from handlers.errors import NotFound
from handlers.messages import Say, say
from handlers.reports.reading import require_read
from handlers.workflow import MOVES
from storage.models import Case, CaseEvent, Media

Offices = Mapping[int, tuple[str, str]]
"""By person: their role now ("" when they have none) and their name."""
_DID: Final = {action: f"desk.did.{action}" for action in MOVES}


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


async def view(ctx: Context, ref: str) -> View:
    """The case with this reference; raises NotFound, or what ``require_read`` raises."""
    case = await ctx.unit.cases.find(ref[:12])
    if case is None:
        raise NotFound(ref[:12])
    await require_read(ctx, case)
    history, files = await ctx.unit.cases.history(case.id), await ctx.unit.media.of_case(case.id)
    shown = [one for one in files if one.deleted_at is None]
    first = {None, *(event.id for event in history if event.action == "submit")}
    reporter = await ctx.unit.people.get(case.reporter_id)
    handler = await ctx.unit.people.get(case.handler_id) if case.handler_id is not None else None
    offices = await ctx.unit.staff.offices({event.actor_id for event in history if event.actor_id is not None})
    return View(
        case, tuple(one for one in shown if one.event_id in first),
        tuple(_step(case, event, offices, [] if event.id in first else shown) for event in history),
        reporter.phone if reporter else "", handler.name if handler else "",
    )  # fmt: skip


def _step(case: Case, event: CaseEvent, offices: Offices, files: Sequence[Media]) -> Step:
    who, name = _by(case, event.actor_id, offices)
    return Step(
        event.at, who, name, _what(event), event.note, tuple(one for one in files if one.event_id == event.id)
    )  # fmt: skip


def _by(case: Case, actor_id: int | None, offices: Offices) -> tuple[Say, str]:
    """The office of who did it, as they hold it now, and their name."""
    if actor_id is None:
        return say("desk.by.nobody"), ""
    if actor_id == case.reporter_id:
        return say("desk.by.resident"), ""
    role, name = offices.get(actor_id, ("", ""))
    return say(f"role.{role}") if role else say("desk.by.former"), name


def _what(event: CaseEvent) -> Say:
    data = event.data
    told = {
        "reason": say(f"return.{data['reason']}") if data.get("reason") else "",
        "outcome": say(f"outcome.{data['outcome']}") if data.get("outcome") else "",
        "stars": data.get("stars") or "",
        "ref": data.get("ref") or "",
        "into": data.get("into") or "",
    }
    return Say(_DID.get(event.action, "desk.did.other"), told)
