"""The staff's side of a case. Every action checks role, area and state here, whatever button or page it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.casework import card, hand_on, record
from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Priority, Reply, choice, say
from handlers.permissions import ACTIONS, may
from handlers.reports.resident import solved_choices
from handlers.topic import Answer
from handlers.worktime import told
from storage.models import Case, CaseEvent

STAFF = ACTIONS["case.list"]
WAITING = ("submitted", "returned", "reopened")


async def workable(ctx: Context, ref: str, action: str) -> Case:
    """A case the speaker may take this action on, locked; otherwise it is refused (and audited)."""
    case = await ctx.unit.cases.find(ref[:12], lock=True)
    if case is None or not await ctx.may("case.read", case.area, case.department):
        await ctx.require(action, case.area if case else None, subject=ref[:12])
        raise NotFound(ref[:12])
    if case.private:
        await ctx.require("case.read_private", case.area, subject=case.ref)
    await ctx.require(action, case.area, case.department, subject=case.ref)
    return case


async def open_cases(ctx: Context) -> Answer:
    """The list of open cases in the speaker's areas."""
    await ctx.require("case.list")
    cases = await desk_cases(ctx)
    if not cases:
        return Reply((say("cases.none"),))
    lines = tuple(
        choice(
            "cases.line",
            f"case.card:{case.ref}",
            ref=case.ref,
            title=case.title,
            state=say(f"case.state.{case.state}"),
            due=told(case.due_at),
        )
        for case in cases[:10]
    )
    return Reply((say("cases.head", count=len(cases)),), lines)


async def desk_cases(ctx: Context, limit: int = 100) -> list[Case]:
    """The open cases the speaker may see, the earliest promise first."""
    seen: dict[int, Case] = {}
    for duty, area in await ctx.duties():
        if not may(duty.role, "case.list"):
            continue
        department = duty.department if duty.role == "department" else ""
        private = may(duty.role, "case.read_private")
        for case in await ctx.unit.cases.open_in([area.path], limit, private=private, department=department):
            seen[case.id] = case
    return sorted(seen.values(), key=lambda case: (case.due_at, case.id))[:limit]


async def show(ctx: Context, ref: str) -> Answer:
    """One case with its pictures; reading it is audited, since it holds somebody's words and door."""
    case = await workable(ctx, ref, "case.read")
    await ctx.audit("case.read", case.ref)
    shown = card(case, tuple(media.id for media in await ctx.unit.media.of_case(case.id)))
    reporter = await ctx.unit.people.get(case.reporter_id)
    phone = (say("case.card.phone", phone=reporter.phone),) if reporter and reporter.phone else ()
    return replace(shown, lines=(*shown.lines, *phone))


async def accept(ctx: Context, ref: str) -> Answer:
    """受理: the speaker takes the case on; the resident is told."""
    case = await workable(ctx, ref, "case.accept")
    _must_be(case, WAITING)
    case.state, case.handler_id = "accepted", ctx.person.id
    await _done(ctx, case, "accept")
    await _tell_resident(
        ctx,
        case,
        Reply((say("case.told.accepted", ref=case.ref, title=case.title), say("case.promise", due=told(case.due_at)))),
    )
    shown = card(case)
    return Reply((say("case.did.accepted", ref=case.ref), *shown.lines[1:]), shown.choices, card=True)


async def send_back(ctx: Context, answers: dict[str, Any]) -> Answer:
    """退回: with a reason code, at most rules.returns times; then the sub-district decides (domain.md §3)."""
    case = await workable(ctx, str(answers["case"]), "case.return")
    _must_be(case, (*WAITING, "accepted"))
    case.returns += 1
    case.state, case.handler_id = "returned", None
    await _done(ctx, case, "return", answers.get("return_words") or "", reason=answers["return_reason"])
    last = case.returns > ctx.rules.returns
    passed = ("grid_worker", "grid_leader", "community") if last else ("grid_worker", "grid_leader")
    chats = await hand_on(ctx, case, above=passed)
    return Reply(
        (
            say(
                "case.did.returned_street" if last else "case.did.returned" if chats else "case.did.returned_queue",
                ref=case.ref,
            ),
        )
    )


async def escalate(ctx: Context, ref: str) -> Answer:
    """转人工: the community's staff get the case; its state stays, so nothing is forgotten."""
    case = await workable(ctx, ref, "case.handoff")
    _must_be(case, (*WAITING, "accepted"))
    await _done(ctx, case, "escalate")
    chats = [
        chat
        for chat in await hand_on(ctx, case, above=("grid_worker", "grid_leader"))
        if chat.person_id != ctx.person.id
    ]
    return Reply((say("case.did.escalated" if chats else "case.did.escalated_queue", ref=case.ref),))


async def finish(ctx: Context, answers: dict[str, Any]) -> Answer:
    """办结: done, says the handler. The resident is asked, and only the resident can make it 'solved'."""
    case = await workable(ctx, str(answers["case"]), "case.finish")
    _must_be(case, ("accepted",))
    case.state, case.outcome, case.finished_at, case.handler_id = "finished", answers["outcome"], ctx.now, ctx.person.id
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
    await _tell_resident(ctx, case, Reply(lines, solved_choices(case), photos, card=True))
    return Reply((say("case.did.finished", ref=case.ref),))


async def _done(ctx: Context, case: Case, action: str, note: str = "", **data: Any) -> CaseEvent:
    await ctx.audit(f"case.{action}", case.ref)
    return await record(ctx, case, action, note, **data)


async def _tell_resident(ctx: Context, case: Case, reply: Reply) -> None:
    """Where the report was written, or wherever its owner was last heard."""
    if not ctx.tell(await ctx.unit.people.chat(case.chat_id), reply, Priority.REPLY):
        await ctx.tell_person(case.reporter_id, reply)


def _must_be(case: Case, states: tuple[str, ...]) -> None:
    if case.state not in states:
        raise Refusal("case.already", ref=case.ref, state=say(f"case.state.{case.state}"))
