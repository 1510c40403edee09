"""Proposals and co-signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from storage.models import Area, Cosign, Proposal
from storage.repositories.base import Repository, free_reference


class Proposals(Repository):
    """Find, list, co-sign."""

    async def find(self, ref: str, *, lock: bool = False) -> Proposal | None:
        """By reference."""
        query = select(Proposal).where(Proposal.ref == ref.upper())
        return await self.session.scalar(query.with_for_update(of=Proposal) if lock else query)

    async def new_reference(self) -> str:
        """A free reference such as P4M9T."""

        async def taken(ref: str) -> bool:
            return await self.find(ref) is not None

        return await free_reference("P", taken)

    def add(self, proposal: Proposal) -> None:
        """A new proposal."""
        self.session.add(proposal)

    async def open_in(self, area: Area | None, limit: int = 5) -> Sequence[Proposal]:
        """Open and adopted proposals, the most co-signed first."""
        query = select(Proposal).where(Proposal.state.in_(("open", "adopted")))
        if area is not None:
            query = query.join(Area, Area.code == Proposal.area_code).where(Area.path.startswith(area.path, autoescape=True))
        return (await self.session.scalars(query.order_by(Proposal.signatures.desc(), Proposal.id.desc()).limit(limit))).all()

    async def cosign(self, proposal: Proposal, person_id: int, now: datetime) -> bool:
        """Add a co-signature and count it; False when this person signed before. The caller holds the proposal's lock."""
        if await self.session.get(Cosign, (proposal.id, person_id)) is not None:
            return False
        self.session.add(Cosign(proposal_id=proposal.id, person_id=person_id, at=now))
        proposal.signatures += 1
        return True

    async def signers(self, proposal_id: int) -> Sequence[int]:
        """The ids of the people who co-signed."""
        return (await self.session.scalars(select(Cosign.person_id).where(Cosign.proposal_id == proposal_id))).all()

    async def move_signatures(self, source: Proposal, target: Proposal) -> None:
        """Carry the author's and the co-signers' names to another proposal, each person once."""
        have = {*await self.signers(target.id), target.author_id}
        moving = [person for person in (source.author_id, *await self.signers(source.id)) if person not in have]
        self.session.add_all(Cosign(proposal_id=target.id, person_id=person, at=source.created_at) for person in dict.fromkeys(moving))
        target.signatures += len(dict.fromkeys(moving))
        await self.session.execute(update(Proposal).where(Proposal.into_id == source.id).values(into_id=target.id))
