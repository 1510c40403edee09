"""Hand-offs to a human, and remarks for staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from storage.models import Area, Handoff, Remark
from storage.repositories.base import Repository, free_reference


class Handoffs(Repository):
    """Conversations that wait for, or are held by, a person."""

    async def get(self, handoff_id: int) -> Handoff | None:
        """By id."""
        return await self.session.get(Handoff, handoff_id)

    async def find(self, ref: str, *, lock: bool = False) -> Handoff | None:
        """By reference."""
        query = select(Handoff).where(Handoff.ref == ref.upper())
        if lock:
            await self.session.flush()
            query = query.with_for_update(of=Handoff).execution_options(populate_existing=True)
        return await self.session.scalar(query)

    async def held_by_chat(self, staff_chat_id: int) -> Handoff | None:
        """The conversation a member of staff holds in this chat."""
        return await self.session.scalar(
            select(Handoff)
            .where(Handoff.staff_chat_id == staff_chat_id, Handoff.state == "held")
            .order_by(Handoff.id.desc())
        )

    async def waiting(self, paths: Sequence[str], codes: Iterable[str], limit: int = 5) -> Sequence[Handoff]:
        """Who waits for a person in these subtrees, or in exactly one of these areas; longest first."""
        within = or_(
            Handoff.area_code.in_(list(codes)), *(Area.path.startswith(path, autoescape=True) for path in paths)
        )
        query = select(Handoff).join(Area, Area.code == Handoff.area_code).where(Handoff.state == "waiting", within)
        return (await self.session.scalars(query.order_by(Handoff.id).limit(limit))).all()

    async def new_reference(self) -> str:
        """A free reference such as H3F8W."""

        async def taken(ref: str) -> bool:
            return await self.find(ref) is not None

        return await free_reference("H", taken)

    def add(self, row: Handoff | Remark) -> None:
        """A new hand-off or remark."""
        self.session.add(row)
