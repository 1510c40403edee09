"""Notices: the audience, its fan-out in chunks, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, literal, select, update

from storage.models import Area, Chat, Message, Notice, Outbox, Person, Recipient
from storage.repositories.base import Repository, free_reference


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one notice: the frozen audience, who got it, who pressed 已读, who cannot be reached, who waits."""

    audience: int
    sent: int
    read: int
    unreachable: int
    waiting: int


class Notices(Repository):
    """Write, fan out, count."""

    async def find(self, ref: str, *, lock: bool = False) -> Notice | None:
        """By reference."""
        query = select(Notice).where(Notice.ref == ref.upper())
        return await self.session.scalar(query.with_for_update(of=Notice) if lock else query)

    async def new_reference(self) -> str:
        """A free reference such as N6D2K."""

        async def taken(ref: str) -> bool:
            return await self.find(ref) is not None

        return await free_reference("N", taken)

    def add(self, notice: Notice) -> None:
        """A new notice."""
        self.session.add(notice)

    async def sending(self) -> Sequence[Notice]:
        """Notices whose fan-out is not complete, locked so that two processes do not both move them."""
        query = select(Notice).where(Notice.state == "sending").order_by(Notice.id).with_for_update(of=Notice, skip_locked=True)
        return (await self.session.scalars(query)).all()

    async def of_areas(self, paths: Sequence[str], limit: int = 5) -> Sequence[Notice]:
        """The newest notices that concern these areas: their own and those of the areas above."""
        codes = {code for path in paths for code in path.strip("/").split("/")}
        query = select(Notice).where(Notice.area_code.in_(codes), Notice.state.in_(("sending", "sent"))).order_by(Notice.id.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def audience(self, notice: Notice, limit: int) -> Sequence[tuple[int, int, str, str]]:
        """The next ``limit`` people after the cursor: (person, their newest reachable chat, its channel, language)."""
        newest = (
            select(Chat.id).where(Chat.person_id == Person.id, Chat.unreachable_at.is_(None), Chat.group.is_(False))
            .order_by(Chat.seen_at.desc(), Chat.id.desc()).limit(1).correlate(Person).scalar_subquery()
        )  # fmt: skip
        query = (
            select(Person.id, Chat.id, Chat.channel, Person.language).join(Area, Area.code == Person.area_code).join(Chat, Chat.id == newest)
            .where(Area.path.startswith(notice.area.path, autoescape=True), Person.id > notice.cursor).order_by(Person.id).limit(limit)
        )  # fmt: skip
        return [(person, chat, channel, language) for person, chat, channel, language in await self.session.execute(query)]

    async def deliver(self, rows: Sequence[dict[str, object]], messages: Sequence[dict[str, object]], queued: Sequence[bool], outbox: dict[str, object]) -> None:
        """Write a chunk: messages, recipients and, for chats that are sent to, outbox rows."""
        ids = (await self.session.scalars(insert(Message).returning(Message.id, sort_by_parameter_order=True), list(messages))).all()
        await self.session.execute(insert(Recipient), [{**row, "message_id": message} for row, message in zip(rows, ids, strict=True)])
        sends = [
            {**outbox, "message_id": message, "chat_id": row["chat_id"], "channel": row["channel"]}
            for row, message, send in zip(rows, ids, queued, strict=True) if send
        ]  # fmt: skip
        if sends:
            await self.session.execute(insert(Outbox), sends)

    async def mark_read(self, notice_id: int, person_id: int, now: datetime) -> bool:
        """Remember that somebody pressed 已读; False when they were not addressed."""
        done = await self.session.execute(
            update(Recipient).where(Recipient.notice_id == notice_id, Recipient.person_id == person_id)
            .values(read_at=func.coalesce(Recipient.read_at, literal(now, type_=Recipient.read_at.type))).returning(Recipient.person_id)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        return done.first() is not None

    async def counts(self, notice: Notice) -> Counts:
        """What became of a notice so far."""
        base = select(func.count()).select_from(Recipient).where(Recipient.notice_id == notice.id)
        reached = base.join(Outbox, Outbox.message_id == Recipient.message_id, isouter=True)
        total = await self.session.scalar(base) or 0
        waiting = await self.session.scalar(reached.where(Outbox.state.in_(("queued", "sending")))) or 0
        lost = await self.session.scalar(reached.where(Outbox.state.in_(("dead", "expired", "cancelled")))) or 0
        read = await self.session.scalar(base.where(Recipient.read_at.is_not(None))) or 0
        return Counts(notice.people, total - waiting - lost, read, lost + notice.people - total if notice.state == "sent" else lost, waiting)

    async def cancel(self, notice: Notice) -> int:
        """Take back what has not been sent; returns how many."""
        messages = select(Message.id).where(Message.notice_id == notice.id)
        done = await self.session.execute(
            update(Outbox).where(Outbox.message_id.in_(messages), Outbox.state == "queued").values(state="cancelled")
            .returning(Outbox.id).execution_options(synchronize_session=False)
        )  # fmt: skip
        notice.state = "cancelled"
        return len(done.all())
