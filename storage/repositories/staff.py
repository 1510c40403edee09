"""Duties and invites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from storage.models import Area, Chat, Duty, Invite
from storage.repositories.base import Repository


class Staff(Repository):
    """Who may do what, and how they came to it."""

    async def duties(self, person_id: int) -> Sequence[tuple[Duty, Area]]:
        """The duties a person holds now, each with its area."""
        query = (
            select(Duty, Area)
            .join(Area, Area.code == Duty.area_code)
            .where(Duty.person_id == person_id, Duty.until.is_(None))
            .order_by(Duty.id)
        )
        return [(duty, area) for duty, area in await self.session.execute(query)]

    async def roles_by_chat(self, channel: str) -> dict[str, frozenset[str]]:
        """The roles held behind each reachable chat of a channel, by the channel's chat id."""
        query = select(Chat.external, Duty.role).join(Duty, Duty.person_id == Chat.person_id)
        query = query.where(
            Chat.channel == channel, Duty.until.is_(None), Chat.unreachable_at.is_(None), Chat.group.is_(False)
        )
        found: dict[str, frozenset[str]] = {}
        for external, role in await self.session.execute(query):
            found[external] = found.get(external, frozenset()) | {role}
        return found

    async def holders(self, role: str, area_codes: Sequence[str]) -> Sequence[Duty]:
        """Who holds a role in one of these areas."""
        query = (
            select(Duty)
            .where(Duty.role == role, Duty.area_code.in_(area_codes), Duty.until.is_(None))
            .order_by(Duty.id)
        )
        return (await self.session.scalars(query)).all()

    def grant(self, person_id: int, role: str, area_code: str, department: str, now: datetime) -> None:
        """Give a duty."""
        self.session.add(Duty(person_id=person_id, role=role, area_code=area_code, department=department, since=now))

    def invite(self, invite: Invite) -> None:
        """Remember a new invite."""
        self.session.add(invite)

    async def invite_of(self, code_hash: str) -> Invite | None:
        """An invite by the hash of its code."""
        return await self.session.get(Invite, code_hash)

    async def use_invite(self, code_hash: str, person_id: int, now: datetime) -> bool:
        """Take the invite if nobody took it before: of two at once, one wins."""
        taken = await self.session.execute(
            update(Invite).where(Invite.code_hash == code_hash, Invite.used_at.is_(None)).values(used_at=now, used_by=person_id)
            .returning(Invite.code_hash).execution_options(synchronize_session=False)
        )  # fmt: skip
        return taken.first() is not None
