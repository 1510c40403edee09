"""The staff's side of a case. Every action checks role, area and state here, whatever button or page it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.casework import (
    RANK,
    Handed,
    beyond_limits,
    card,
    hand_on,
    kept_off,
    standing,
    title_in,
    voiced,
    whose_turn,
)
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Reply, Say, choice, say
from handlers.permissions import ACTIONS
from handlers.reports.reading import desk_cases, require_read
from handlers.reports.resident import elsewhere, solved_choices
from handlers.topic import Answer
from handlers.workflow import can, refuse_unless, step
from handlers.worktime import told
from storage.models import Case, CaseEvent, Chat

STAFF = ACTIONS["case.list"]
_ADDED = 3
_PAGE = 10
"""Cases in one message."""


async def workable(ctx: Context, ref: str, action: str) -> Case:
    """A case the speaker may take this action on, locked; otherwise it is refused (and audited)."""
    case = await ctx.unit.cases.find(ref[:12], lock=True)
    if case is None:
        await ctx.require(action, subject=ref[:12])
        raise NotFound(ref[:12])
    await ctx.require(action, case.area, case.department, subject=case.ref)
    await require_read(ctx, case)
    if action in ("case.return", "case.finish"):
        await _refuse_unless_in_hand(ctx, case)
    if action == "case.return":
        await _refuse_at_the_end_of_the_line(ctx, case)
    return case


async def _refuse_unless_in_hand(ctx: Context, case: Case) -> None:
    """What somebody has accepted is for them, or for somebody of a higher role in the same area, to return or finish."""
    if case.state != "accepted" or case.handler_id == ctx.person.id:
        return
    theirs = await standing(ctx, case.handler_id, case)
    if theirs and RANK[theirs] >= RANK[await standing(ctx, ctx.person.id, case)]:
        raise Refusal("case.held", ref=case.ref, who=say(f"role.{theirs}"))


async def _refuse_at_the_end_of_the_line(ctx: Context, case: Case) -> None:
    """The sub-district decides on the spot; what has come to belong to it is not returned again (domain.md §3)."""
    accepting = (choice("case.do.accept", f"case.accept:{case.ref}", "primary"),) if can(case, "accept") else ()
    if await standing(ctx, ctx.person.id, case) == "street":
        raise Refusal("case.last_in_line", *accepting, ref=case.ref)
    if beyond_limits(ctx, case):
        raise Refusal("case.no_more_returns", *accepting, ref=case.ref)


async def _refuse_below_whose_turn_it_is(ctx: Context, case: Case) -> None:
    """What was returned or handed up is for those it went to; an old card below them takes nothing back.

    While nobody of them can be reached, and for a department that was called, it is free.
    """
    role = await standing(ctx, ctx.person.id, case)
    turn = (await whose_turn(ctx, case)).role
    if turn and role != "department" and RANK[role] < RANK[turn]:
        raise Refusal("case.went_up", ref=case.ref, who=say(f"case.desk.{turn}"))


async def open_cases(ctx: Context, start: str = "") -> Answer:
    """The open cases of the speaker's areas, from this one on; a private one that is kept off this channel has its number alone."""
    await ctx.require("case.list")
    cases = await desk_cases(ctx)
    first = int(start) if start.isdecimal() and len(start) < 6 else 0
    return await listed(ctx, cases, first if first < len(cases) else 0) if cases else Reply((say("cases.none"),))


async def listed(ctx: Context, cases: Sequence[Case], first: int = 0) -> Reply:
    """A page of these cases to choose from, audited as on the desk, with the way to the next."""
    page, left = cases[first : first + _PAGE], len(cases) - first - _PAGE
    await audit_list(ctx, page)
    lines = tuple(
        choice(
            "cases.line",
            f"case.card:{case.ref}",
            ref=case.ref,
            title=title_in(ctx, case, ctx.chat),
            state=say(f"case.state.{case.state}"),
            due=told(case.due_at),
        )
        for case in page
    )
    more = (choice("cases.more", f"cases:{first + _PAGE}", count=left),) if left > 0 else ()
    return Reply((say("cases.head", count=len(cases)),), (*lines, *more))


async def audit_list(ctx: Context, cases: Sequence[Case]) -> None:
    """Write into the trail that these cases were listed to the speaker."""
    await ctx.audit("case.list", ctx.chat.channel, refs=[case.ref for case in cases])


async def show(ctx: Context, ref: str) -> Answer:
    """One case with its pictures; reading it is audited, since it holds somebody's words and door."""
    case = await workable(ctx, ref, "case.read")
    await ctx.audit("case.read", case.ref)
    files = await ctx.unit.media.of_case(case.id)
    shown = card(case, tuple(one.id for one in files if one.kind != "voice"))
    reporter = await ctx.unit.people.get(case.reporter_id)
    phone = (say("case.card.phone", phone=reporter.phone),) if reporter and reporter.phone else ()
    spoken = [voiced(case, one.id) for one in files if one.kind == "voice"]
    return [*spoken, replace(shown, lines=(*shown.lines, *await _said_since(ctx, case), *phone))]


async def _said_since(ctx: Context, case: Case) -> tuple[Say, ...]:
    """What was added to a case after it was filed: the last few, a line each."""
    added = [one for one in await ctx.unit.cases.history(case.id) if one.action == "add" and one.note]
    return tuple(say("case.card.added", at=told(one.at), words=one.note) for one in added[-_ADDED:])


async def accept(ctx: Context, ref: str) -> Answer:
    """受理: the speaker takes the case on; the resident is told."""
    case = await workable(ctx, ref, "case.accept")
    refuse_unless(case, "accept")
    await _refuse_below_whose_turn_it_is(ctx, case)
    case.handler_id = ctx.person.id
    await _done(ctx, case, "accept")
    await tell_resident(
        ctx,
        case,
        Reply((say("case.told.accepted", ref=case.ref, title=case.title), say("case.promise", due=told(case.due_at)))),
    )
    shown, since = card(case), await _said_since(ctx, case)
    return Reply((say("case.did.accepted", ref=case.ref), *shown.lines[1:], *since), shown.choices, card=True)


async def send_back(ctx: Context, answers: dict[str, Any]) -> Answer:
    """退回: with a reason code, up the line; after rules.returns times the sub-district decides (domain.md §3)."""
    case = await workable(ctx, str(answers["case"]), "case.return")
    refuse_unless(case, "return")
    role, handler, told = await standing(ctx, ctx.person.id, case), case.handler_id, case.state == "returned"
    case.returns += 1
    case.handler_id = None
    if role == "department":
        case.department = ""
    reason, words = answers["return_reason"], answers.get("return_words") or ""
    await _done(ctx, case, "return", words, reason=reason, to=_next(role))
    handed = await hand_on(ctx, case, shown=_back(case, role, reason, words))
    await _tell_handler(ctx, handler, "case.told.returned", case, role)
    if not told:
        await tell_resident(ctx, case, Reply((_passed_on(case, handed),)))
    return Reply((_returned(ctx, case, handed),))


def _back(case: Case, role: str, reason: str, words: str) -> Reply:
    """The card of a returned case, with who returned it and why."""
    why = say("case.back.returned", ref=case.ref, who=say(f"role.{role}"), why=say(f"return.{reason}"))
    said = (say("case.back.words", words=words),) if words else ()
    return card(case, why=(why, *said))


def _next(role: str) -> str:
    """Whose turn it is after this role."""
    return "community" if RANK[role] < RANK["community"] else "street"


def _returned(ctx: Context, case: Case, handed: Handed) -> Say:
    """What became of a returned case, and no more than that."""
    last, who = beyond_limits(ctx, case), say(f"case.desk.{handed.role}") if handed.role else ""
    if not handed.chats:
        return say("case.did.returned_street_queue" if last else "case.did.returned_queue", ref=case.ref)
    if last:
        key = "case.did.returned_street" if handed.role == "street" else "case.did.returned_desk"
        return say(key, ref=case.ref, who=who)
    return say("case.did.returned", ref=case.ref, who=who)


def _passed_on(case: Case, handed: Handed) -> Say:
    if not handed.chats:
        return say("case.told.passed_queue", ref=case.ref, title=case.title)
    return say("case.told.passed", ref=case.ref, title=case.title, who=say(f"case.desk.{handed.role}"))


async def escalate(ctx: Context, ref: str) -> Answer:
    """转人工: the next in line get the case; its state stays, so nothing is forgotten."""
    case = await workable(ctx, ref, "case.handoff")
    refuse_unless(case, "escalate")
    role = await standing(ctx, ctx.person.id, case)
    if role == "street":
        raise Refusal("case.last_in_line", ref=case.ref)
    await _done(ctx, case, "escalate", to=_next(role))
    handed = await hand_on(ctx, case, without=(ctx.person.id,))
    if not handed.chats:
        return Reply((say("case.did.escalated_queue", ref=case.ref),))
    return Reply((say("case.did.escalated", ref=case.ref, who=say(f"case.desk.{handed.role}")),))


async def finish(ctx: Context, answers: dict[str, Any]) -> Answer:
    """办结: done, says the handler. The resident is asked, and only the resident can make it 'solved'."""
    case = await workable(ctx, str(answers["case"]), "case.finish")
    refuse_unless(case, "finish")
    role, handler = await standing(ctx, ctx.person.id, case), case.handler_id
    case.outcome, case.finished_at, case.handler_id = answers["outcome"], ctx.now, ctx.person.id
    event = await _done(ctx, case, "finish", answers["finish_words"], outcome=answers["outcome"])
    photos = tuple(answers.get("finish_photos") or ())
    for media in await ctx.unit.media.of(photos):
        if media.chat_id == ctx.chat.id:
            media.case_id, media.event_id = case.id, event.id
    lines = (
        say("case.told.finished", ref=case.ref, title=case.title, outcome=say(f"outcome.{case.outcome}")),
        say("case.told.words", words=answers["finish_words"]),
        say("case.told.solved"),
    )
    await tell_resident(ctx, case, Reply(lines, solved_choices(case), photos, card=True))
    await _tell_handler(ctx, handler, "case.told.finished_by", case, role)
    return Reply((say("case.did.finished", ref=case.ref),))


async def _done(ctx: Context, case: Case, action: str, note: str = "", **data: Any) -> CaseEvent:
    await ctx.audit(f"case.{action}", case.ref)
    return await step(ctx, case, action, note, **data)


async def tell_resident(ctx: Context, case: Case, reply: Reply) -> bool:
    """Everybody who reported it: where they did, or wherever they were last heard; False when none of them can be reached.

    Only that there is news where the case is kept off the channel.
    """
    told: dict[int, bool] = {}
    for one in (case, *await ctx.unit.cases.joined(case.id)):
        if one.reporter_id not in told:
            there = _tell_in(ctx, await ctx.unit.people.chat(one.chat_id), case, reply)
            told[one.reporter_id] = there or _tell_in(ctx, await ctx.unit.people.chat_of(one.reporter_id), case, reply)
    return any(told.values())


def _tell_in(ctx: Context, chat: Chat | None, case: Case, reply: Reply) -> bool:
    off = chat is not None and kept_off(ctx, case, chat)
    return ctx.tell(chat, elsewhere(ctx, case) if off else reply)


async def _tell_handler(ctx: Context, handler: int | None, key: str, case: Case, role: str) -> None:
    """Who had accepted the case hears that somebody else of this role took it out of their hands."""
    chat = await ctx.unit.people.chat_of(handler) if handler is not None and handler != ctx.person.id else None
    if chat is not None:
        told = say(key, ref=case.ref, title=title_in(ctx, case, chat), who=say(f"role.{role}"))
        ctx.tell(chat, Reply((told,)))
