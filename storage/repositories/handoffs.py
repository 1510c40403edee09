"""Hand-offs to a human, and remarks for staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from storage.models import Area, Handoff, Remark
from storage.repositories.base import Repository


class Handoffs(Repository):
    """Conversations that wait for, or are held by, a person."""

    async def get(self, handoff_id: int) -> Handoff | None:
        """By id."""
        return await self.session.get(Handoff, handoff_id)

    async def find(self, ref: str, *, lock: bool = False) -> Handoff | None:
        """By reference."""
        return await self.by_reference(Handoff, ref, lock=lock)

    async def held_by_chat(self, staff_chat_id: int) -> Handoff | None:
        """The conversation a member of staff holds in this chat."""
        return await self.session.scalar(
            select(Handoff)
            .where(Handoff.staff_chat_id == staff_chat_id, Handoff.state == "held")
            .order_by(Handoff.id.desc())
        )

    async def called_from(self, chat_id: int, limit: int = 100) -> Sequence[Handoff]:
        """The calls of a chat, the newest first."""
        query = select(Handoff).where(Handoff.chat_id == chat_id).order_by(Handoff.id.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def held_by(self, person_id: int) -> Sequence[Handoff]:
        """All conversations a member of staff holds."""
        query = select(Handoff).where(Handoff.staff_id == person_id, Handoff.state == "held").order_by(Handoff.id)
        return (await self.session.scalars(query.with_for_update())).all()

    async def waiting(self, paths: Sequence[str], codes: Iterable[str], limit: int = 5) -> Sequence[Handoff]:
        """Who waits for a person in these subtrees, or in exactly one of these areas; the urgent ones first, then the longest."""
        within = or_(
            Handoff.area_code.in_(list(codes)), *(Area.path.startswith(path, autoescape=True) for path in paths)
        )
        query = select(Handoff).join(Area, Area.code == Handoff.area_code).where(Handoff.state == "waiting", within)
        return (await self.session.scalars(query.order_by(Handoff.urgent.desc(), Handoff.id).limit(limit))).all()

    async def new_reference(self) -> str:
        """A free reference such as H3F8W."""
        return await self.new_reference_of(Handoff, "H")

    def add(self, row: Handoff | Remark) -> None:
        """A new hand-off or remark."""
        self.session.add(row)
