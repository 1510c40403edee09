"""The same matter reported twice: whoever reports it again is asked, and may join what is being worked on (domain.md §3).

Nothing is lost by it: their report is filed with a number of its own before they are asked, and stays by itself unless
they say yes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.casework import card, title_in, whose_turn
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Reply, choice, say
from handlers.reports import resident
from handlers.topic import Answer
from handlers.workflow import can, step
from handlers.worktime import told
from knowledge.places import cells_around, distance
from storage.models import Case


async def offered(ctx: Context, case: Case, receipt: Reply) -> Reply:
    """The receipt of a report, with the question whether it is what somebody reported before."""
    other = await _same(ctx, case)
    if other is None:
        return receipt
    key = "join.ask_own" if other.reporter_id == ctx.person.id else "join.ask"
    asked = say(key, title=other.title, area=ctx.full_name(other.area_code), at=told(other.created_at))
    yes = choice("join.yes", f"case.join:{case.ref}:{other.ref}", "primary")
    return replace(receipt, lines=(*receipt.lines, asked), choices=(yes, choice("join.no", f"case.apart:{case.ref}")))


async def join(ctx: Context, mine: str, ref: str) -> Answer:
    """是同一件事: the report ends in the other one; its reporter hears all that becomes of that, and may answer and rate."""
    found = [one for one in (await ctx.unit.cases.find(mine[:12]), await ctx.unit.cases.find(ref[:12])) if one]
    for one in sorted(found, key=lambda case: case.id):  # in one order, whoever joins what to what
        await ctx.unit.cases.find(one.ref, lock=True)
    case = await resident.own(ctx, mine, alone=True)
    other = found[-1] if len(found) == 2 else None
    if other is None or other not in await _alike(ctx, case):
        raise NotFound(ref[:12])
    if not can(case, "join"):
        raise Refusal("case.already", ref=case.ref, state=say(f"case.state.{case.state}"))
    shown = (await whose_turn(ctx, case)).chats
    case.joined_id, case.finished_at = other.id, ctx.now
    for follower in await ctx.unit.cases.joined(case.id):  # who had joined this one hears of that one now
        follower.joined_id = other.id
    await step(ctx, case, "join", into=other.ref)
    await step(ctx, other, "joined_by", ref=case.ref)
    photos = tuple(one.id for one in await ctx.unit.media.of_case(case.id) if one.kind != "voice")
    again = say("join.again", ref=other.ref, mine=case.ref, words=case.words)
    await resident.bring_to_handler(ctx, other, card(other, photos, (again,)))
    for chat in shown:
        ctx.tell(chat, Reply((say("join.told", mine=case.ref, ref=other.ref, title=title_in(ctx, case, chat)),)))
    promise = say("case.promise", due=told(other.due_at))
    return Reply((say("join.done", ref=other.ref), promise), (choice("case.see", f"case.see:{other.ref}"),))


async def apart(ctx: Context, ref: str) -> Answer:
    """不是: it stays a report of its own."""
    case = await resident.own(ctx, ref, alone=True)
    return Reply((say("join.apart", ref=case.ref),), (choice("case.see", f"case.see:{case.ref}"),))


async def _same(ctx: Context, case: Case) -> Case | None:
    """The oldest report of the same matter, as far as can be told; None where nobody else reported it."""
    return min(await _alike(ctx, case), key=lambda one: one.id, default=None)


async def _alike(ctx: Context, case: Case) -> list[Case]:
    """Open reports of the same kind (or one the words may mean as well) at the same building, or within some metres of the pin."""
    known = ctx.catalogue.categories
    if case.subject not in known or case.private or case.urgency == "critical":
        return []
    likely = (case.subject, *(kind for kind, _ in resident.likely_categories(ctx, case.words)))
    kinds = {kind for kind in likely if known[kind].desk != "street"}  # complaints about people are told to nobody else
    since, lat, lon = ctx.now - timedelta(days=ctx.rules.join_days), case.lat, case.lon
    if lat is None or lon is None:
        return list(await ctx.unit.cases.alike(case, kinds, since)) if case.area.kind == "building" else []
    near = await ctx.unit.cases.alike(case, kinds, since, cells_around(lat, lon, ctx.rules.join_metres))
    return [one for one in near if distance(lat, lon, one.lat or 0.0, one.lon or 0.0) <= ctx.rules.join_metres]
