"""Opening a case and bringing it to whoever is next in line; used by every topic in which something is to be done."""

from __future__ import annotations

from typing import Any

from handlers.context import Context
from handlers.duty import desk_of
from handlers.messages import Choice, Priority, Reply, Say, choice, say
from handlers.worktime import due, told
from storage.models import Case, CaseEvent, Chat

LINE = ("grid_worker", "grid_leader", "community", "street")
"""Who is asked first for an ordinary case (domain.md §3); private ones start at the community."""
PRIVATE_LINE = ("community", "street")


async def file_case(
    ctx: Context, *, kind: str, subject: str, title: str, words: str, place: dict[str, Any], photos: list[int],
    urgency: str = "normal", department: str = "", private: bool = False, limit: str = "3wd",
) -> Case:  # fmt: skip
    """Open a case for the speaker and hand it to the first in line. ``place`` is a Place step's answer."""
    hours = {"urgent": ctx.rules.urgent_hours, "critical": ctx.rules.critical_hours}.get(urgency)
    area = await ctx.unit.areas.get(str(place["area"]))
    assert area is not None
    case = Case(
        ref=await ctx.unit.cases.new_reference(), kind=kind, subject=subject, title=title[:120], words=words, area=area,
        place=str(place["text"])[:200], lat=place.get("lat"), lon=place.get("lon"), reporter=ctx.person, chat_id=ctx.chat.id,
        department=department, urgency=urgency, private=private, state="submitted", outcome="", returns=0, reopened=0,
        created_at=ctx.now, due_at=due(f"{hours}h" if hours else limit, ctx.now, ctx.rules),
    )  # fmt: skip
    ctx.unit.cases.add(case)
    await ctx.unit.session.flush()
    event = await record(ctx, case, "submit")
    for media in await ctx.unit.media.of(photos):
        if media.chat_id == ctx.chat.id:
            media.case_id, media.event_id = case.id, event.id
    if ctx.person.area_code is None and not ctx.person.quiet:
        ctx.person.area_code = area.code
    await hand_on(ctx, case, photos=tuple(photos))
    return case


def filed(ctx: Context, case: Case) -> Reply:
    """What the resident is told: the number, by when, and how to ask."""
    return Reply(
        (say("case.filed", ref=case.ref), say("case.promise", due=told(case.due_at)), say("case.how_to_ask", ref=case.ref)),
        (choice("case.see", f"case.see:{case.ref}"), choice("case.leave_phone", f"case.phone:{case.ref}")) if not ctx.person.phone else
        (choice("case.see", f"case.see:{case.ref}"),),
        card=True,
    )  # fmt: skip


async def record(ctx: Context, case: Case, action: str, note: str = "", **data: Any) -> CaseEvent:
    """Append a step to the case's history."""
    event = CaseEvent(
        case_id=case.id, at=ctx.now, actor_id=ctx.person.id, action=action, state=case.state, note=note, data=data
    )
    ctx.unit.cases.record(event)
    await ctx.unit.session.flush()
    return event


async def hand_on(ctx: Context, case: Case, photos: tuple[int, ...] = (), above: tuple[str, ...] = ()) -> list[Chat]:
    """Show the case to the first in line who can be reached; ``above`` names the roles to pass over."""
    line = tuple(role for role in (PRIVATE_LINE if case.private else LINE) if role not in above)
    chats = await desk_of(ctx, case.area, line)
    priority = Priority.EMERGENCY if case.urgency == "critical" else Priority.REPLY
    for chat in chats:
        ctx.tell(chat, card(case, photos), priority)
    return chats


def card(case: Case, photos: tuple[int, ...] = ()) -> Reply:
    """A case as staff see it in chat, with what can be done now."""
    lines: tuple[Say, ...] = (
        say(f"case.card.{case.urgency}", ref=case.ref, title=case.title),
        say("case.card.place", place=case.place),
        say("case.card.words", words=case.words),
        say("case.card.due", due=told(case.due_at), state=say(f"case.state.{case.state}")),
    )
    return Reply(lines, _moves(case), photos, card=True)


def _moves(case: Case) -> tuple[Choice, ...]:
    if case.state in ("submitted", "returned", "reopened"):
        moves = (("accept", "primary"), ("return", ""), ("human", ""))
    elif case.state == "accepted":
        moves = (("finish", "primary"), ("return", ""), ("human", ""))
    else:
        return ()
    return tuple(choice(f"case.do.{move}", f"case.{move}:{case.ref}", style) for move, style in moves)
