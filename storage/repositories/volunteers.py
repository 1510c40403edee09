"""Volunteers, tasks and claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from storage.models import Area, Chat, Claim, Person, Task, Volunteer
from storage.repositories.base import Repository, newest_chat


def _lists(column: ColumnElement[list[Any]] | InstrumentedAttribute[list[Any]], *values: str) -> ColumnElement[bool]:
    """Whether a JSON list of short words holds one of ``values``; as text, which both databases can do."""
    text = cast(column, String)
    return or_(*(text.contains(f'"{value}"', autoescape=True) for value in values))


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
        return await self.new_reference_of(Task, "T")

    async def find_task(self, ref: str, *, lock: bool = False) -> Task | None:
        """By reference; the lock, under which the row is read afresh, keeps the places from being exceeded."""
        return await self.by_reference(Task, ref, lock=lock)

    async def candidates(self, task: Task, grid: Area, community: Area, limit: int) -> list[tuple[Volunteer, Chat]]:
        """Whom to ask next, with the chat that reaches them: skill and time fit, not asked for this task yet.

        The task's grid comes before the rest of the community, and in each the least recently asked (domain.md §5).
        """
        asked = exists().where(Claim.task_id == task.id, Claim.person_id == Volunteer.person_id)
        query = (
            select(Volunteer, Chat).join(Area, Area.code == Volunteer.area_code)
            .join(Chat, Chat.id == newest_chat(Volunteer.person_id))
            .where(Volunteer.active.is_(True), Area.path.startswith(community.path, autoescape=True))
            .where(Volunteer.person_id != task.author_id, ~asked, _lists(Volunteer.times, "any", task.time))
            .order_by(case((Area.path.startswith(grid.path, autoescape=True), 0), else_=1))
            .order_by(Volunteer.asked_at.asc().nulls_first(), Volunteer.person_id).limit(limit)
        )  # fmt: skip
        if task.skill != "any":
            query = query.where(_lists(Volunteer.skills, "other", task.skill))
        return [(volunteer, chat) for volunteer, chat in await self.session.execute(query)]

    async def claim_of(self, task_id: int, person_id: int) -> Claim | None:
        """Where one volunteer stands with a task."""
        await self.session.flush()
        query = select(Claim).where(Claim.task_id == task_id, Claim.person_id == person_id)
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def claims(self, task_id: int, *states: str) -> Sequence[Claim]:
        """The claims of a task in these states, in the order they came."""
        await self.session.flush()
        query = select(Claim).where(Claim.task_id == task_id, Claim.state.in_(states)).order_by(Claim.at, Claim.id)
        return (await self.session.scalars(query.execution_options(populate_existing=True))).all()

    async def chats_of(self, task_id: int, state: str) -> list[Chat]:
        """The newest reachable chat of everybody who stands so with a task."""
        query = select(Chat).join(Claim, Chat.id == newest_chat(Claim.person_id))
        query = query.where(Claim.task_id == task_id, Claim.state == state)
        return list((await self.session.scalars(query.order_by(Chat.seen_at.desc(), Chat.id.desc()))).all())

    async def comers(self, task_id: int) -> list[tuple[str, str]]:
        """(name, phone) of those who come, in the order they claimed; empty where nothing was given."""
        query = select(Person.name, Person.phone).join(Claim, Claim.person_id == Person.id)
        query = query.where(Claim.task_id == task_id, Claim.state == "claimed").order_by(Claim.at, Claim.id)
        return [(name, phone) for name, phone in await self.session.execute(query)]

    async def tasks_of(self, person_id: int, *states: str) -> Sequence[Task]:
        """The tasks with which somebody stands so, in the order in which to lock them.

        Without ``states``: for which they were asked or spoke up, and did not decline.
        """
        query = select(Task).join(Claim, Claim.task_id == Task.id).where(Claim.person_id == person_id)
        query = query.where(Claim.state.in_(states) if states else Claim.state != "declined")
        return (await self.session.scalars(query.order_by(Task.id))).all()

    async def remove(self, volunteer: Volunteer) -> None:
        """Strike somebody off the list of volunteers."""
        await self.session.delete(volunteer)

    async def open_tasks(self, paths: Sequence[str], now: datetime, limit: int = 10) -> Sequence[Task]:
        """Tasks still to come in these subtrees, the earliest first."""
        within = [Area.path.startswith(path, autoescape=True) for path in paths]
        if not within:
            return []
        query = select(Task).join(Area, Area.code == Task.area_code)
        query = query.where(Task.state == "open", Task.starts_at > now, or_(*within))
        return (await self.session.scalars(query.order_by(Task.starts_at, Task.id).limit(limit))).all()

    async def mark_asked(self, people: Sequence[int], now: datetime) -> None:
        """Remember when these volunteers were last asked."""
        await self.session.execute(update(Volunteer).where(Volunteer.person_id.in_(people)).values(asked_at=now))
