"""Staff leave: duties end, web sessions with them, and whoever they were talking to, and what they had accepted, goes back to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.casework import hand_on, standing
from handlers.context import Context, Push, Shelf
from handlers.general.handoff import give_back, may_hold
from handlers.workflow import step
from storage.models import Case, Duty, Person
from storage.unit import Unit


class LastAdministratorError(Exception):
    """Nobody could invite anybody afterwards."""


async def end_duties(unit: Unit, shelf: Shelf, person: Person, duties: Sequence[Duty], now: datetime) -> list[Push]:
    """End these duties of a person; returns what others have to be told.

    The browser sessions end with the last duty; until then rights follow from the duties that are left, and so do the
    conversations the person holds. Raises LastAdministratorError.
    """
    await _keep_an_administrator(unit, duties)
    for duty in duties:
        duty.until = now
        held = {"person": person.id, "area": duty.area_code, "department": duty.department}
        unit.audit.add(now, None, "staff.leave", duty.role, **held)
    await unit.session.flush()
    left = await unit.staff.duties(person.id)
    if not left:
        person.staff = False
        await unit.people.end_sessions(person.id, now)
    pushes: list[Push] = []
    for case in await unit.cases.accepted_by(person.id):
        chat = await unit.people.chat(case.chat_id)
        assert chat is not None
        await _release(Context(unit, chat, shelf, now, pushes), case, person)
    for handoff in await unit.handoffs.held_by(person.id):
        if not await may_hold(unit, left, handoff):
            chat = await unit.people.chat(handoff.chat_id)
            assert chat is not None
            await give_back(Context(unit, chat, shelf, now, pushes), handoff)
    return pushes


async def _release(ctx: Context, case: Case, person: Person) -> None:
    """What they had accepted and have no duty for any more goes to whose turn it is."""
    if await standing(ctx, person.id, case):
        return
    case.handler_id = None
    await step(ctx, case, "release", actor=person.id)
    await hand_on(ctx, case)


async def _keep_an_administrator(unit: Unit, ending: Sequence[Duty]) -> None:
    """Of two who are dismissed at once the second waits, and sees that the first is gone."""
    if any(duty.role == "admin" for duty in ending):
        gone = {duty.id for duty in ending}
        if not any(duty.id not in gone for duty in await unit.staff.locked("admin")):
            raise LastAdministratorError
