"""The unit of work: one database session with the repositories that read and write through it."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.repositories.areas import Areas
from storage.repositories.audit import AuditTrail
from storage.repositories.cases import Cases
from storage.repositories.erasure import Erasure
from storage.repositories.facts import Facts
from storage.repositories.handoffs import Handoffs
from storage.repositories.media import MediaFiles
from storage.repositories.messages import Messages
from storage.repositories.notices import Notices
from storage.repositories.people import People
from storage.repositories.proposals import Proposals
from storage.repositories.queues import InboxQueue, OutboxQueue
from storage.repositories.retention import Retention
from storage.repositories.staff import Staff
from storage.repositories.volunteers import Volunteers

FLUSHES: Final = "flushes"


@event.listens_for(Session, "after_flush")
def _count(session: Session, _: object) -> None:
    session.info[FLUSHES] = session.info.get(FLUSHES, 0) + 1


class Unit:
    """What one message or one POST reads and writes; the repositories never commit."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.told: set[tuple[str, str]] = set()
        """(channel, external) of the chats in which something was said."""

    @property
    def wrote(self) -> int:
        """Grows with what was sent to the database so far, or is to be with the commit."""
        flushes: int = self.session.info.get(FLUSHES, 0)
        return flushes + len(self.audit.lines)

    async def finish(self) -> None:
        """What has to be the last thing before the commit."""
        await self.audit.write()

    @cached_property
    def areas(self) -> Areas:
        """The tree of areas."""
        return Areas(self.session)

    @cached_property
    def audit(self) -> AuditTrail:
        """What staff did."""
        return AuditTrail(self.session)

    @cached_property
    def cases(self) -> Cases:
        """Reports and their history."""
        return Cases(self.session)

    @cached_property
    def erasure(self) -> Erasure:
        """Taking back what was kept about somebody."""
        return Erasure(self.session)

    @cached_property
    def facts(self) -> Facts:
        """Single remembered values."""
        return Facts(self.session)

    @cached_property
    def handoffs(self) -> Handoffs:
        """Conversations held by people, and remarks for staff."""
        return Handoffs(self.session)

    @cached_property
    def inbox(self) -> InboxQueue:
        """What came in."""
        return InboxQueue(self.session)

    @cached_property
    def media(self) -> MediaFiles:
        """Pictures and other files."""
        return MediaFiles(self.session)

    @cached_property
    def messages(self) -> Messages:
        """What was said."""
        return Messages(self.session)

    @cached_property
    def notices(self) -> Notices:
        """Notices and their recipients."""
        return Notices(self.session)

    @cached_property
    def outbox(self) -> OutboxQueue:
        """What is to go out."""
        return OutboxQueue(self.session)

    @cached_property
    def people(self) -> People:
        """People and their chats."""
        return People(self.session)

    @cached_property
    def proposals(self) -> Proposals:
        """Proposals and co-signatures."""
        return Proposals(self.session)

    @cached_property
    def retention(self) -> Retention:
        """What is kept too long."""
        return Retention(self.session)

    @cached_property
    def staff(self) -> Staff:
        """Duties and invites."""
        return Staff(self.session)

    @cached_property
    def volunteers(self) -> Volunteers:
        """Volunteers, tasks and claims."""
        return Volunteers(self.session)
