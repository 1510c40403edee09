"""Duties and invites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, select, update

from storage.models import Area, Chat, Duty, Invite, Person
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

    async def offices(self, people: Collection[int]) -> dict[int, tuple[str, str]]:
        """Of each of these people the role of the first duty they hold now, "" for none, and the name; one query."""
        holding = and_(Duty.person_id == Person.id, Duty.until.is_(None))
        query = select(Person.id, Duty.role, Person.name).outerjoin(Duty, holding).where(Person.id.in_(people))
        found: dict[int, tuple[str, str]] = {}
        for person, role, name in await self.session.execute(query.order_by(Duty.id)):
            found.setdefault(person, (role or "", name))
        return found

    async def roles_by_chat(self, channel: str) -> dict[str, frozenset[str]]:
        """The roles held behind each reachable chat of a channel, by the channel's chat id; none for who was staff once."""
        query = select(Chat.external, Duty.role, Duty.until).join(Duty, Duty.person_id == Chat.person_id)
        query = query.where(Chat.channel == channel, Chat.unreachable_at.is_(None), Chat.group.is_(False))
        found: dict[str, frozenset[str]] = {}
        for external, role, until in await self.session.execute(query):
            found[external] = found.get(external, frozenset()) | ({role} if until is None else frozenset())
        return found

    async def serving(self) -> Sequence[tuple[Duty, Area, Person]]:
        """Every duty held now, with its area and who holds it."""
        query = select(Duty, Area, Person).join(Area, Area.code == Duty.area_code)
        query = query.join(Person, Person.id == Duty.person_id).where(Duty.until.is_(None))
        found = await self.session.execute(query.order_by(Area.path, Duty.role, Duty.id))
        return [(duty, area, person) for duty, area, person in found]

    async def channels(self) -> dict[int, tuple[str, ...]]:
        """The channels on which each person with a duty can be reached."""
        query = select(Chat.person_id, Chat.channel).join(Duty, Duty.person_id == Chat.person_id).distinct()
        query = query.where(Duty.until.is_(None), Chat.unreachable_at.is_(None), Chat.group.is_(False))
        found: dict[int, tuple[str, ...]] = {}
        for person, channel in await self.session.execute(query.order_by(Chat.channel)):
            found[person] = (*found.get(person, ()), channel)
        return found

    async def locked(self, role: str) -> Sequence[Duty]:
        """Every duty of this role held anywhere; nobody else ends one before this transaction does."""
        query = select(Duty).where(Duty.role == role, Duty.until.is_(None)).order_by(Duty.id)
        return (await self.session.scalars(query.with_for_update())).all()

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
