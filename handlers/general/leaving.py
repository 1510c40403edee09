"""Staff leave: duties end, web sessions with them, and whoever they were talking to goes back to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.context import Context, Push, Shelf
from handlers.general.handoff import give_back
from handlers.permissions import may
from storage.models import Duty, Person
from storage.unit import Unit


async def end_duties(unit: Unit, shelf: Shelf, person: Person, duties: Sequence[Duty], now: datetime) -> list[Push]:
    """End these duties of a person; returns what others have to be told.

    The browser sessions end with the last duty; until then rights follow from the duties that are left.
    """
    for duty in duties:
        duty.until = now
        held = {"person": person.id, "area": duty.area_code, "department": duty.department}
        unit.audit.add(now, None, "staff.leave", duty.role, **held)
    await unit.session.flush()
    left = await unit.staff.duties(person.id)
    if not left:
        person.staff = False
        await unit.people.end_sessions(person.id)
    if any(may(duty.role, "handoff.take") for duty, _ in left):
        return []
    pushes: list[Push] = []
    for handoff in await unit.handoffs.held_by(person.id):
        chat = await unit.people.chat(handoff.chat_id)
        assert chat is not None
        await give_back(Context(unit, chat, shelf, now, pushes), handoff)
    return pushes
