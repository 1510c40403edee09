"""Proposals and co-signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, or_, select, update

from storage.models import Area, Chat, Cosign, Proposal
from storage.repositories.base import Repository, newest_chat

_OPEN_BY: Final = (
    select(func.count())
    .select_from(Proposal)
    .where(Proposal.author_id == bindparam("person"), Proposal.state == "open")
)


class Proposals(Repository):
    """Find, list, co-sign."""

    async def find(self, ref: str, *, lock: bool = False) -> Proposal | None:
        """By reference; the locked row is read afresh, so that a decision taken meanwhile is seen."""
        return await self.by_reference(Proposal, ref, lock=lock)

    async def get(self, proposal_id: int) -> Proposal | None:
        """By our own id."""
        return await self.session.get(Proposal, proposal_id)

    async def new_reference(self) -> str:
        """A free reference such as P4M9T."""
        return await self.new_reference_of(Proposal, "P")

    def add(self, proposal: Proposal) -> None:
        """A new proposal."""
        self.session.add(proposal)

    async def open_by(self, person_id: int) -> int:
        """How many proposals of this person wait for an answer."""
        if any(isinstance(one, Proposal) for one in self.session.new):
            await self.session.flush()
        return await self.session.scalar(_OPEN_BY, {"person": person_id}) or 0

    async def by_author(self, person_id: int) -> Sequence[Proposal]:
        """Everything somebody proposed, the oldest first, which is also the order in which to lock."""
        query = select(Proposal).where(Proposal.author_id == person_id).order_by(Proposal.id)
        return (await self.session.scalars(query)).all()

    async def signatures_of(self, person_id: int) -> int:
        """How many proposals somebody co-signed."""
        return await self.session.scalar(select(func.count()).where(Cosign.person_id == person_id)) or 0

    async def open_in(self, area: Area | None, limit: int = 5) -> Sequence[Proposal]:
        """Open and adopted proposals, the most co-signed first."""
        query = select(Proposal).where(Proposal.state.in_(("open", "adopted")))
        if area is not None:
            query = query.join(Area, Area.code == Proposal.area_code).where(
                Area.path.startswith(area.path, autoescape=True)
            )
        query = query.order_by(Proposal.signatures.desc(), Proposal.id.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def waiting_in(self, area: Area, limit: int) -> Sequence[Proposal]:
        """Proposals without an answer, the most co-signed first."""
        query = select(Proposal).join(Area, Area.code == Proposal.area_code)
        query = query.where(Proposal.state == "open", Area.path.startswith(area.path, autoescape=True))
        return (await self.session.scalars(query.order_by(Proposal.signatures.desc(), Proposal.id).limit(limit))).all()

    async def cosign(self, proposal: Proposal, person_id: int, now: datetime) -> bool:
        """Add a co-signature and count it; False when this person signed before. The caller holds the lock."""
        if await self.session.get(Cosign, (proposal.id, person_id)) is not None:
            return False
        self.session.add(Cosign(proposal_id=proposal.id, person_id=person_id, at=now))
        proposal.signatures += 1
        await self.session.flush()
        return True

    async def signers(self, proposal_id: int) -> Sequence[int]:
        """The ids of the people who co-signed."""
        return (await self.session.scalars(select(Cosign.person_id).where(Cosign.proposal_id == proposal_id))).all()

    async def signed_by(self, person_id: int, proposals: Sequence[int]) -> set[int]:
        """Which of these proposals the person co-signed."""
        query = select(Cosign.proposal_id).where(Cosign.person_id == person_id, Cosign.proposal_id.in_(proposals))
        return set((await self.session.scalars(query)).all())

    async def listeners(self, proposal: Proposal) -> list[Chat]:
        """Whoever hears what becomes of it: the author and the co-signers, each in their newest reachable chat."""
        signers = select(Cosign.person_id).where(Cosign.proposal_id == proposal.id)
        query = select(Chat).where(or_(Chat.person_id == proposal.author_id, Chat.person_id.in_(signers)))
        query = query.where(Chat.id == newest_chat(Chat.person_id)).order_by(Chat.seen_at.desc(), Chat.id.desc())
        return list((await self.session.scalars(query)).all())

    async def move_signatures(self, source: Proposal, target: Proposal) -> None:
        """Carry the author's and the co-signers' names to another proposal, each person once."""
        have = {*await self.signers(target.id), target.author_id}
        all_names = dict.fromkeys((source.author_id, *await self.signers(source.id)))
        moving = [person for person in all_names if person not in have]
        self.session.add_all(Cosign(proposal_id=target.id, person_id=person, at=source.created_at) for person in moving)
        target.signatures += len(moving)
        await self.session.flush()
        await self.session.execute(update(Proposal).where(Proposal.into_id == source.id).values(into_id=target.id))
