"""Volunteers, tasks and claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from storage.models import Area, Claim, Task, Volunteer
from storage.repositories.base import Repository, free_reference


class Volunteers(Repository):
    """Who helps, with what, when."""

    async def get(self, person_id: int) -> Volunteer | None:
        """One volunteer."""
        return await self.session.get(Volunteer, person_id)

    def add(self, row: Volunteer | Task | Claim) -> None:
        """A new row."""
        self.session.add(row)

    async def new_reference(self) -> str:
        """A free reference such as T8C5H."""

        async def taken(ref: str) -> bool:
            return await self.find_task(ref) is not None

        return await free_reference("T", taken)

    async def find_task(self, ref: str, *, lock: bool = False) -> Task | None:
        """By reference; the lock is what keeps the places from being exceeded."""
        query = select(Task).where(Task.ref == ref.upper())
        return await self.session.scalar(query.with_for_update(of=Task) if lock else query)

    async def candidates(self, area: Area, skip: int, limit: int) -> Sequence[Volunteer]:
        """Active volunteers of the area, the least recently asked first (domain.md §5)."""
        query = (
            select(Volunteer).join(Area, Area.code == Volunteer.area_code)
            .where(Volunteer.active.is_(True), Area.path.startswith(area.path, autoescape=True), Volunteer.person_id != skip)
            .order_by(Volunteer.asked_at.asc().nulls_first(), Volunteer.person_id).limit(limit)
        )  # fmt: skip
        return (await self.session.scalars(query)).all()

    async def claim_of(self, task_id: int, person_id: int) -> Claim | None:
        """Where one volunteer stands with a task."""
        return await self.session.scalar(select(Claim).where(Claim.task_id == task_id, Claim.person_id == person_id))

    async def claims(self, task_id: int, *states: str) -> Sequence[Claim]:
        """The claims of a task in these states, in the order they came."""
        return (await self.session.scalars(select(Claim).where(Claim.task_id == task_id, Claim.state.in_(states)).order_by(Claim.at, Claim.id))).all()

    async def open_tasks(self, paths: Sequence[str], now: datetime, limit: int = 10) -> Sequence[Task]:
        """Tasks still to come in these subtrees, the earliest first."""
        within = [Area.path.startswith(path, autoescape=True) for path in paths]
        if not within:
            return []
        query = select(Task).join(Area, Area.code == Task.area_code).where(Task.state == "open", Task.starts_at > now, or_(*within))
        return (await self.session.scalars(query.order_by(Task.starts_at, Task.id).limit(limit))).all()

    async def mark_asked(self, people: Sequence[int], now: datetime) -> None:
        """Remember when these volunteers were last asked."""
        await self.session.execute(update(Volunteer).where(Volunteer.person_id.in_(people)).values(asked_at=now))
