"""What happens when a case's timer rings: the next in line gets it, its handler is reminded, the resident is asked again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from handlers import timers
from handlers.casework import Handed, above, card, hand_on, show_to, standing, title_in, whose_turn
from handlers.context import Context, Push, Shelf
from handlers.duty import nearest_desk
from handlers.messages import Reply, choice, say
from handlers.reports import staff
from handlers.reports.resident import closed_for_good, solved_choices
from handlers.workflow import UNDONE, can, step
from handlers.worktime import due, told
from storage.models import Case
from storage.unit import Unit


async def ring(unit: Unit, shelf: Shelf, now: datetime, timer_id: int) -> list[Push]:
    """Let a timer ring; what is to be told to whom. What no longer fits where its case stands does nothing. The caller commits."""
    pushes: list[Push] = []
    rung = await unit.cases.rung(timer_id)
    chat = await unit.people.chat(rung[1].chat_id) if rung is not None else None
    if rung is not None and chat is not None:
        await RINGS[rung[0]](Context(unit, chat, shelf, now, pushes), rung[1])
    return pushes


async def _unaccepted(ctx: Context, case: Case) -> None:
    """Nobody took it on in time: the next in line gets it, and those before hear so; at the end of the line they are reminded."""
    if can(case, "pass_on") and not await _pass_on(ctx, case, "case.back.unaccepted"):
        await _remind_last(ctx, case, "case.back.unaccepted")


async def _overdue(ctx: Context, case: Case) -> None:
    """The promise is over and the case is not done: the next level gets it, or hears of it, and the resident is told the truth."""
    if not can(case, "breach"):
        return
    await step(ctx, case, "breach", actor=None)
    if can(case, "pass_on"):
        hurried = await _pass_on(ctx, case, "case.back.overdue") or await _remind_last(ctx, case, "case.back.overdue")
    else:
        hurried = await _warn(ctx, case, "case.back.overdue") | await _show_above(ctx, case)
    key = "case.told.overdue" if hurried else "case.told.overdue_waits"
    told_of = say(key, ref=case.ref, title=case.title, phone=ctx.rules.office_phone)
    await staff.tell_resident(ctx, case, Reply((told_of,)))


async def _half(ctx: Context, case: Case) -> None:
    if ctx.now < case.due_at:
        await _warn(ctx, case, "case.back.half")


async def _most(ctx: Context, case: Case) -> None:
    if ctx.now < case.due_at:
        await _warn(ctx, case, "case.back.most")


async def _remind(ctx: Context, case: Case) -> None:
    """The resident is asked once more."""
    if case.state == "finished":
        outcome = say(f"outcome.{case.outcome}")
        asked = say("case.told.remind", ref=case.ref, title=case.title, outcome=outcome)
        await staff.tell_resident(ctx, case, Reply((asked, say("case.told.solved")), solved_choices(case), card=True))


async def _unanswered(ctx: Context, case: Case) -> None:
    """Closed without the resident's word, which is not the same as solved, and they are told so.

    Who cannot be told, because nobody who reported it can be reached, is not said to have been silent: it stays finished.
    """
    if not can(case, "close"):
        return
    key, choices = "case.told.closed", solved_choices(case)
    if closed_for_good(ctx, case):
        key, choices = "case.told.closed_for_good", (choice("menu.report", "menu.report"),)
    until = told((case.finished_at or ctx.now) + timedelta(days=ctx.rules.reopen_days))
    lines = (say(key, ref=case.ref, title=case.title, until=until),)
    if await staff.tell_resident(ctx, case, Reply(lines, choices, card=True)):
        await step(ctx, case, "close", actor=None)


RINGS: Final[Mapping[str, Callable[[Context, Case], Awaitable[None]]]] = {
    timers.ACCEPT: _unaccepted,
    timers.HALF: _half,
    timers.MOST: _most,
    timers.DUE: _overdue,
    timers.REMIND: _remind,
    timers.ANSWER: _unanswered,
}
"""By kind of timer; those of a newer release are left for it."""


async def _pass_on(ctx: Context, case: Case, key: str) -> bool:
    """Give a waiting case to the next in line; False where there is nobody above who can be reached."""
    before = await _holders(ctx, case)
    role, _ = await nearest_desk(ctx, case.area, above(ctx, case, before.role)) if before.role else ("", [])
    if not role:
        return False
    await step(ctx, case, "pass_on", actor=None, to=role)
    handed = await hand_on(ctx, case, shown=card(case, why=(say(key, ref=case.ref),)))
    for chat in before.chats:
        if chat not in handed.chats:
            title = title_in(ctx, case, chat)
            ctx.tell(chat, Reply((say("case.told.went_up", ref=case.ref, title=title, who=say(f"case.desk.{role}")),)))
    return True


async def _remind_last(ctx: Context, case: Case, key: str) -> bool:
    """At the end of the line: shown again to who has it, and again later, as long as it waits; False where nobody is there."""
    again = due(ctx.rules.accept_again, ctx.now, ctx.rules)
    await ctx.unit.cases.set_timers(case.id, {timers.ACCEPT: again}, (timers.ACCEPT,))
    return await _warn(ctx, case, key)


async def _warn(ctx: Context, case: Case, key: str) -> bool:
    """Show the case to who works on it, else to whose turn it is, with why it comes; False where nobody can be reached."""
    if case.state not in UNDONE:
        return False
    shown = [await show_to(ctx, chat, case, card(case, why=(say(key, ref=case.ref),))) for chat in (await _holders(ctx, case)).chats]
    return any(shown)


async def _show_above(ctx: Context, case: Case) -> bool:
    """The desk above who works on an overdue case sees it; False where there is none."""
    role = await standing(ctx, case.handler_id, case)
    chats = (await nearest_desk(ctx, case.area, above(ctx, case, role)))[1]
    shown = [await show_to(ctx, chat, case, card(case, why=(say("case.back.overdue", ref=case.ref),))) for chat in chats]
    return any(shown)


async def _holders(ctx: Context, case: Case) -> Handed:
    """Who has the case now: its handler, to whom a reopened one was brought back, else those whose turn it is."""
    latest_first = [event.action for event in reversed(await ctx.unit.cases.history(case.id))]
    passed_on = "pass_on" in takewhile(lambda action: action != "reopen", latest_first)
    here = case.state == "accepted" or (case.state == "reopened" and not passed_on)
    role = await standing(ctx, case.handler_id, case) if here else ""
    chat = await ctx.unit.people.chat_of(case.handler_id) if role and case.handler_id is not None else None
    return Handed(role, [chat]) if chat is not None else await whose_turn(ctx, case)
