"""What happens when a case's timer rings: the next in line gets it, its handler is reminded, the resident is asked again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers import timers
from handlers.casework import LINE, PRIVATE_LINE, card, hand_on, is_conduct, show_to, standing, title_in, whose_turn
from handlers.context import Context, Push, Shelf
from handlers.duty import nearest_desk
from handlers.messages import Reply, Say, say
from handlers.reports import staff
from handlers.reports.resident import solved_choices
from handlers.workflow import UNDONE, can, step
from storage.models import Case, Chat
from storage.unit import Unit


async def ring(unit: Unit, shelf: Shelf, now: datetime, timer_id: int) -> list[Push]:
    """Let a timer ring; what is to be told to whom. What no longer fits where its case stands does nothing. The caller commits."""
    pushes: list[Push] = []
    rung = await unit.cases.rung(timer_id)
    chat = await unit.people.chat(rung[1].chat_id) if rung is not None else None
    if rung is not None and chat is not None and rung[0] in _RINGS:
        await _RINGS[rung[0]](Context(unit, chat, shelf, now, pushes), rung[1])
    return pushes


async def _unaccepted(ctx: Context, case: Case) -> None:
    """Nobody took it on in time: the next in line gets it, and those before hear so; at the end of the line they are reminded."""
    if not can(case, "pass_on"):
        return
    if not await _pass_on(ctx, case, "pass_on", "case.back.unaccepted"):
        await hand_on(ctx, case, shown=_under(case, say("case.back.unaccepted", ref=case.ref)))


async def _overdue(ctx: Context, case: Case) -> None:
    """The promise is over and the case is not done: the next level gets it, or hears of it, and the resident is told the truth."""
    if case.state not in UNDONE:
        return
    if not (can(case, "pass_on") and await _pass_on(ctx, case, "breach", "case.back.overdue")):
        await step(ctx, case, "breach", actor=None)
        await _warn(ctx, case, "case.back.overdue")
        if case.state == "accepted":
            await _show_above(ctx, case)
    await staff.tell_resident(ctx, case, Reply((say("case.told.overdue", ref=case.ref, title=case.title),)))


async def _half(ctx: Context, case: Case) -> None:
    await _warn(ctx, case, "case.back.half")


async def _most(ctx: Context, case: Case) -> None:
    await _warn(ctx, case, "case.back.most")


async def _remind(ctx: Context, case: Case) -> None:
    """The resident is asked once more."""
    if case.state == "finished":
        asked = say("case.told.remind", ref=case.ref, title=case.title)
        await staff.tell_resident(ctx, case, Reply((asked, say("case.told.solved")), solved_choices(case), card=True))


async def _unanswered(ctx: Context, case: Case) -> None:
    """Closed without the resident's word, which is not the same as solved, and they are told so."""
    if can(case, "close"):
        await step(ctx, case, "close", actor=None)
        told = say("case.told.closed", ref=case.ref, title=case.title, days=ctx.rules.reopen_days - ctx.rules.answer_days)
        await staff.tell_resident(ctx, case, Reply((told,), solved_choices(case), card=True))


_RINGS: Final[Mapping[str, Callable[[Context, Case], Awaitable[None]]]] = {
    timers.ACCEPT: _unaccepted,
    timers.HALF: _half,
    timers.MOST: _most,
    timers.DUE: _overdue,
    timers.REMIND: _remind,
    timers.ANSWER: _unanswered,
}


async def _pass_on(ctx: Context, case: Case, name: str, key: str) -> bool:
    """Give a waiting case to the next in line; False where there is nobody above who can be reached."""
    before = await whose_turn(ctx, case)
    line = ("street",) if is_conduct(ctx, case) else PRIVATE_LINE if case.private else LINE
    above = line[line.index(before.role) + 1 :] if before.role in line else ()
    role, _ = await nearest_desk(ctx, case.area, above)
    if not role:
        return False
    await step(ctx, case, name, actor=None, to=role)
    handed = await hand_on(ctx, case, shown=_under(case, say(key, ref=case.ref)))
    for chat in before.chats:
        if chat not in handed.chats:
            title = title_in(ctx, case, chat)
            ctx.tell(chat, Reply((say("case.told.went_up", ref=case.ref, title=title, who=say(f"case.desk.{role}")),)))
    return True


async def _warn(ctx: Context, case: Case, key: str) -> None:
    """Show the case to who works on it, else to whose turn it is, with how much of the time is over."""
    if case.state not in UNDONE:
        return
    shown, handler = _under(case, say(key, ref=case.ref)), await _handler(ctx, case)
    if handler is None or not await show_to(ctx, handler, case, shown):
        await hand_on(ctx, case, shown=shown)


async def _show_above(ctx: Context, case: Case) -> None:
    """The desk above who works on an overdue case sees it."""
    role = await standing(ctx, case.handler_id, case)
    line = PRIVATE_LINE if case.private else LINE
    above = ("street",) if is_conduct(ctx, case) else line[line.index(role) + 1 :] if role in line else ("community", "street")
    for chat in (await nearest_desk(ctx, case.area, above))[1]:
        await show_to(ctx, chat, case, _under(case, say("case.back.overdue", ref=case.ref)))


async def _handler(ctx: Context, case: Case) -> Chat | None:
    """Where who has the case in hand can be told, while they hold an office for it."""
    if case.handler_id is None or case.state != "accepted" or not await standing(ctx, case.handler_id, case):
        return None
    return await ctx.unit.people.chat_of(case.handler_id)


def _under(case: Case, line: Say) -> Reply:
    """The case's card under a line that says why it comes."""
    shown = card(case)
    return replace(shown, lines=(line, *shown.lines))
