"""Cases and their history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, or_, select, update

from storage.models import Area, Case, CaseEvent, Timer
from storage.repositories.base import Repository

UNDONE = ("submitted", "accepted", "returned", "reopened")
OPEN = (*UNDONE, "finished")
OVER = ("finished", "confirmed", "closed", "withdrawn", "joined")
"""What a case comes to; the table of its steps is ``handlers.workflow``'s."""


_LAST_STEP: Final = select(func.max(CaseEvent.id))
_OF_PERSON: Final = (
    select(Case).where(Case.reporter_id == bindparam("person")).order_by(Case.id.desc()).limit(bindparam("most"))
)
_OPEN_OF_PERSON: Final = (
    select(func.count()).select_from(Case).where(Case.reporter_id == bindparam("person"), Case.state.in_(UNDONE))
)
"""Asked with every message that begins a report: put together once."""


class Cases(Repository):
    """Find cases; add to their history, never take away."""

    async def get(self, case_id: int) -> Case | None:
        """A case by our own id."""
        return await self.session.get(Case, case_id)

    async def find(self, ref: str, *, lock: bool = False) -> Case | None:
        """The case with this reference; ``lock`` keeps others from changing it meanwhile."""
        return await self.by_reference(Case, ref, lock=lock)

    async def new_reference(self) -> str:
        """A free reference such as R7K2Q."""
        return await self.new_reference_of(Case, "R")

    def add(self, case: Case) -> None:
        """A new case."""
        self.session.add(case)

    def record(self, event: CaseEvent) -> None:
        """Append to the history."""
        self.session.add(event)

    async def history(self, case_id: int) -> Sequence[CaseEvent]:
        """All steps, oldest first."""
        return (
            await self.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id))
        ).all()

    async def alike(
        self, case: Case, subjects: Collection[str], since: datetime, cells: Collection[int] = ()
    ) -> Sequence[Case]:
        """What is being worked on of the same kind, in the same area or, where ``cells`` are given, near by; the newest first."""
        near = Case.cell.in_(cells) if cells else Case.area_code == case.area_code
        query = select(Case).where(
            near, Case.subject.in_(subjects), Case.state.in_(UNDONE), Case.private.is_(False),
            Case.kind == case.kind, Case.created_at >= since, Case.id != case.id,
        )  # fmt: skip
        return (await self.session.scalars(query.order_by(Case.id.desc()).limit(20))).all()

    async def joined(self, case_id: int) -> Sequence[Case]:
        """The cases that were joined to this one, the oldest first."""
        return (await self.session.scalars(select(Case).where(Case.joined_id == case_id).order_by(Case.id))).all()

    async def joined_by(self, case_id: int, person_id: int) -> Case | None:
        """The case of a person's own that was joined to this one."""
        query = select(Case).where(Case.joined_id == case_id, Case.reporter_id == person_id)
        return await self.session.scalar(query.order_by(Case.id).limit(1))

    async def set_timers(self, case_id: int, rings: Mapping[str, datetime], kinds: Collection[str] = ()) -> None:
        """When the case is looked at by itself, in place of all that was set before, or of what was of these kinds."""
        old = delete(Timer).where(Timer.case_id == case_id)
        await self.session.execute(old.where(Timer.kind.in_(kinds)) if kinds else old)
        if rings:
            rows = [{"case_id": case_id, "kind": kind, "at": at} for kind, at in rings.items()]
            await self.session.execute(insert(Timer), rows)

    async def ringing(self, now: datetime, limit: int, kinds: Collection[str]) -> Sequence[int]:
        """The ids of timers of these kinds that have rung, the earliest first; a cheap look before a write."""
        query = select(Timer.id).where(Timer.at <= now, Timer.kind.in_(kinds)).order_by(Timer.at, Timer.id)
        return (await self.session.scalars(query.limit(limit))).all()

    async def rung(self, timer_id: int) -> tuple[str, Case] | None:
        """Take a timer away: its kind, and its case, locked; None when it is gone, or the case is being worked on right now.

        The case is locked before the timer, as by whoever moves it.
        """
        timer = await self.session.get(Timer, timer_id)
        if timer is None:
            return None
        query = select(Case).where(Case.id == timer.case_id).with_for_update(of=Case, skip_locked=True)
        case = await self.session.scalar(query.execution_options(populate_existing=True))
        taken = case and (await self.session.execute(delete(Timer).where(Timer.id == timer_id).returning(Timer.id))).all()
        return (timer.kind, case) if case is not None and taken else None

    async def ring_later(self, timer_id: int, at: datetime) -> None:
        """Put a timer off that could not ring, so that the others do."""
        await self.session.execute(update(Timer).where(Timer.id == timer_id).values(at=at))

    async def last_step(self) -> int:
        """The id of the newest step of any case, 0 when there is none."""
        return await self.session.scalar(_LAST_STEP) or 0

    async def of_person(self, person_id: int, limit: int = 10) -> Sequence[Case]:
        """A resident's own cases, newest first."""
        return (await self.session.scalars(_OF_PERSON, {"person": person_id, "most": limit})).all()

    async def open_of_person(self, person_id: int) -> int:
        """How many of a resident's cases are not finished yet."""
        return await self.session.scalar(_OPEN_OF_PERSON, {"person": person_id}) or 0

    async def undone_of(self, person_id: int, limit: int = 10) -> Sequence[str]:
        """The references of a resident's cases that are not finished yet, the newest first."""
        query = select(Case.ref).where(Case.reporter_id == person_id, Case.state.in_(UNDONE))
        return (await self.session.scalars(query.order_by(Case.id.desc()).limit(limit))).all()

    async def accepted_by(self, person_id: int) -> Sequence[Case]:
        """What somebody has in hand, locked."""
        query = select(Case).where(Case.handler_id == person_id, Case.state == "accepted")
        return (await self.session.scalars(query.order_by(Case.id).with_for_update(of=Case))).all()

    async def open_in(
        self, paths: Iterable[str], limit: int = 20, *, private: bool = False, department: str = "",
        without: Collection[str] = (),
    ) -> Sequence[Case]:  # fmt: skip
        """Open cases in these subtrees, the earliest promise first.

        Private ones only for who may see them, and none on the subjects ``without``.
        """
        within: list[ColumnElement[bool]] = [Area.path.startswith(path, autoescape=True) for path in paths]
        if not within:
            return []
        query = select(Case).join(Area, Area.code == Case.area_code).where(Case.state.in_(OPEN), or_(*within))
        if not private:
            query = query.where(Case.private.is_(False))
        if without:
            query = query.where(Case.subject.not_in(without))
        if department:
            query = query.where(Case.department == department)
        return (await self.session.scalars(query.order_by(Case.due_at, Case.id).limit(limit))).all()
