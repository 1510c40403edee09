"""Opening a case and bringing it to whoever is next in line; used by every topic in which something is to be done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from handlers.context import Context
from handlers.duty import nearest_desk
from handlers.messages import Choice, Priority, Reply, Say, choice, say
from handlers.permissions import may
from handlers.workflow import NEW, can, step
from handlers.worktime import due, told
from knowledge.places import cell
from storage.models import Area, Case, Chat, Duty

LINE: Final = ("grid_worker", "grid_leader", "community", "street")
"""Who is asked first for an ordinary case (domain.md §3); private ones start at the community."""
PRIVATE_LINE: Final = ("community", "street")
RANK: Final = {"grid_worker": 0, "grid_leader": 1, "department": 1, "community": 2, "street": 3}
"""Who may step in for whom: a higher rank in the same area. A called department stands below the community that called it."""


_SHOWN: Final = (("accept", "accept", "primary"), ("finish", "finish", "primary"), ("return", "return", ""), ("escalate", "human", ""))
"""The steps that stand under a card, with the names of their buttons and how these look."""


class Handed(NamedTuple):
    """Who was shown a case: the role, and the chats; ("", []) when nobody could be reached and it waits in the queue."""

    role: str
    chats: list[Chat]


async def file_case(
    ctx: Context, *, kind: str, subject: str, title: str, words: str, place: dict[str, Any], photos: list[int],
    urgency: str = "normal", suggested: str = "", private: bool = False,
) -> Case:  # fmt: skip
    """Open a case for the speaker and hand it to the first in line. ``place`` is a Place step's answer.

    ``suggested`` is the department its category usually belongs to. It is only noted: a department sees nothing before it
    is called (domain.md §1), which is what ``Case.department`` says.
    """
    area = await ctx.unit.areas.get(str(place["area"]))
    assert area is not None
    case = Case(
        ref=await ctx.unit.cases.new_reference(), kind=kind, subject=subject, title=title[:120], words=words, area=area,
        place=str(place["text"])[:200], lat=place.get("lat"), lon=place.get("lon"), cell=_cell(place),
        reporter=ctx.person, chat_id=ctx.chat.id,
        department="", urgency=urgency, private=private, state=NEW, outcome="", returns=0, reopened=0,
        created_at=ctx.now, due_at=promised(ctx, subject, urgency),
    )  # fmt: skip
    ctx.unit.cases.add(case)
    noted: dict[str, Any] = {"suggested": suggested} if suggested else {}
    event = await step(ctx, case, "submit", **noted)
    for media in await ctx.unit.media.of(photos):
        if media.chat_id == ctx.chat.id:
            media.case_id, media.event_id = case.id, event.id
    if ctx.person.area_code is None and not ctx.person.quiet and ctx.person.consented_at is not None:
        ctx.person.area_code = area.code
    await hand_on(ctx, case, photos=tuple(photos))
    return case


def _cell(place: dict[str, Any]) -> int | None:
    lat, lon = place.get("lat"), place.get("lon")
    return cell(lat, lon) if lat is not None and lon is not None else None


def promised(ctx: Context, subject: str, urgency: str) -> datetime:
    """By when a case of this kind that comes in now is to be done: by its urgency, else its category."""
    hours = {"urgent": ctx.rules.urgent_hours, "critical": ctx.rules.critical_hours}.get(urgency)
    category = ctx.catalogue.categories.get(subject)
    limit = category.limit if category is not None else ctx.rules.other_limit
    return due(f"{hours}h" if hours else limit, ctx.now, ctx.rules)


def filed(ctx: Context, case: Case) -> Reply:
    """What the resident is told: the number, by when, and how to ask."""
    seen_by = (say("case.street_only"),) if is_conduct(ctx, case) else ()
    promise = (say("case.promise", due=told(case.due_at)), say("case.how_to_ask", ref=case.ref))
    phone = () if ctx.person.phone else (choice("case.leave_phone", f"case.phone:{case.ref}"),)
    return Reply(
        (say("case.filed", ref=case.ref), *seen_by, *promise),
        (choice("case.see", f"case.see:{case.ref}"), *phone),
        card=True,
    )


async def hand_on(
    ctx: Context, case: Case, photos: tuple[int, ...] = (), shown: Reply | None = None, without: Collection[int] = ()
) -> Handed:
    """Show the case (or what is ``shown`` of it) to those whose turn it is, but not to ``without``."""
    handed = await whose_turn(ctx, case, without)
    for chat in handed.chats:
        await show_to(ctx, chat, case, shown or card(case, photos))
    return handed


async def pass_voices(ctx: Context, case: Case, voices: Iterable[int]) -> None:
    """Attach what the speaker said into the microphone, and play it to who works on the case, else to whose turn it is."""
    spoken = [one for one in await ctx.unit.media.of(voices) if one.chat_id == ctx.chat.id]
    working = await standing(ctx, case.handler_id, case) if spoken else ""
    chat = await ctx.unit.people.chat_of(case.handler_id) if working and case.handler_id is not None else None
    chats = [chat] if chat is not None else (await whose_turn(ctx, case)).chats if spoken else []
    for one in spoken:
        one.case_id = case.id
        for each in chats:
            await show_to(ctx, each, case, voiced(case, one.id))


def voiced(case: Case, voice: int) -> Reply:
    """A spoken message of a case, a message of its own."""
    return Reply((say("case.voice", ref=case.ref),), photos=(voice,))


async def show_to(ctx: Context, chat: Chat, case: Case, shown: Reply) -> bool:
    """Push what is ``shown`` of a case to somebody on duty, audited as if they had asked; False when they cannot be reached."""
    off = kept_off(ctx, case, chat)
    told = ctx.tell(chat, Reply((say("case.card.elsewhere", ref=case.ref),)) if off else shown, _priority(case))
    if told and not off:
        ctx.unit.audit.add(ctx.now, chat.person_id, "case.read", case.ref, pushed=True)
    return told


def kept_off(ctx: Context, case: Case, chat: Chat) -> bool:
    """Whether the city keeps this case off the chat's channel (rules.private_off)."""
    return case.private and chat.channel in ctx.rules.private_channels


def title_in(ctx: Context, case: Case, chat: Chat) -> str | Say:
    """What a case is called in this chat: its title, where the chat's channel may show it."""
    return say("cases.private") if kept_off(ctx, case, chat) else case.title


def line_of(ctx: Context, case: Case) -> tuple[str, ...]:
    """The roles that are asked one after the other; about people of the community's own, only the sub-district."""
    return ("street",) if is_conduct(ctx, case) else PRIVATE_LINE if case.private else LINE


def above(ctx: Context, case: Case, role: str) -> tuple[str, ...]:
    """The roles of a case's line above this one; a called department stands below the community."""
    return tuple(one for one in line_of(ctx, case) if _rank(one) > _rank(role))


async def whose_turn(ctx: Context, case: Case, without: Collection[int] = ()) -> Handed:
    """The nearest who can be reached among those whose turn it is.

    What belongs to the sub-district while nobody of it can be reached is for the nearest desk that can be; whoever returned
    a case does not get it back.
    """
    history = await ctx.unit.cases.history(case.id)
    returners = {event.actor_id for event in history if event.action == "return" and event.actor_id is not None}
    level = max((event.data.get("to", "") for event in history), key=_rank, default="")
    if is_conduct(ctx, case):
        return Handed(*await nearest_desk(ctx, case.area, ("street",), {*returners, *without}))
    if beyond_limits(ctx, case):
        level = "street"
    line = line_of(ctx, case)
    turn: list[Sequence[str]] = [[role for role in line if _rank(role) >= _rank(level)]]
    if level == "street":
        turn += [PRIVATE_LINE, () if returners else line]
    handed = Handed("", [])
    for roles in turn:
        handed = handed if handed.chats else Handed(*await nearest_desk(ctx, case.area, roles, {*returners, *without}))
    return handed


def is_conduct(ctx: Context, case: Case) -> bool:
    """Whether it is about people of the community's own, so that only the sub-district may see it (domain.md §3)."""
    category = ctx.catalogue.categories.get(case.subject)
    return category is not None and category.desk == "street"


async def open_to(ctx: Context, duties: Sequence[tuple[Duty, Area]], limit: int = 100) -> list[Case]:
    """The open cases that who holds these duties has the right to read, the earliest promise first."""
    conduct = [one.id for one in ctx.catalogue.categories.values() if one.desk == "street"]
    seen: dict[int, Case] = {}
    for duty, area in duties:
        department = duty.department if duty.role == "department" else ""
        if not may(duty.role, "case.list") or (duty.role == "department" and not department):
            continue
        private = may(duty.role, "case.read_private")
        without = () if may(duty.role, "case.read_conduct") else conduct
        for case in await ctx.unit.cases.open_in(
            [area.path], limit, private=private, department=department, without=without
        ):
            seen[case.id] = case
    return sorted(seen.values(), key=lambda case: (case.due_at, case.id))[:limit]


def beyond_limits(ctx: Context, case: Case) -> bool:
    """Whether the case was returned or reopened so often that the sub-district decides (domain.md §3)."""
    return case.returns > ctx.rules.returns or case.reopened > ctx.rules.reopen_times


async def standing(ctx: Context, person_id: int | None, case: Case) -> str:
    """The highest role in which a person works on this case, "" for nobody who does."""
    duties = await ctx.unit.staff.duties(person_id) if person_id is not None else ()
    held = [
        duty.role
        for duty, area in duties
        if duty.role in RANK
        and area.holds(case.area)
        and (duty.role != "department" or duty.department == case.department != "")
    ]
    return max(held, key=_rank, default="")


def _rank(role: str) -> int:
    return RANK.get(role, -1)


def _priority(case: Case) -> Priority:
    return Priority.EMERGENCY if case.urgency == "critical" else Priority.REPLY


def card(case: Case, photos: tuple[int, ...] = (), why: Iterable[Say] = ()) -> Reply:
    """A case as staff see it in chat, with what can be done now, under lines that say ``why`` it comes."""
    lines: tuple[Say, ...] = (
        *why,
        say(f"case.card.{case.urgency}", ref=case.ref, title=case.title),
        say("case.card.place", place=case.place),
        say("case.card.words", words=case.words),
        say("case.card.due", due=told(case.due_at), state=say(f"case.state.{case.state}")),
    )
    return Reply(lines, moves(case), photos, card=True)


def moves(case: Case) -> tuple[Choice, ...]:
    """What staff can do with it as it stands; nothing once it is finished."""
    return tuple(choice(f"case.do.{name}", f"case.{name}:{case.ref}", style) for move, name, style in _SHOWN if can(case, move))
