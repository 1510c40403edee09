"""Notices: the audience, its fan-out in chunks, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, insert, literal, select, update

from storage.models import Area, Chat, Message, Notice, Outbox, Person, Recipient
from storage.repositories.base import Repository, newest_chat
from storage.repositories.messages import Messages
from storage.repositories.people import live_in

_WAITING: Final = ("queued", "sending")
_LOST: Final = ("dead", "expired")
LIVE: Final = 2_000
"""People up to whom a notice is counted while somebody waits for the figures; larger ones are counted by a job."""
COUNTED: Final = timedelta(days=30)
"""How long a large notice is counted again; hardly anybody presses 已读 after that."""


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one notice. ``sent`` + ``waiting`` + ``unreachable`` + ``stopped`` make up the frozen ``audience``.

    ``read`` are those of the sent who pressed 已读; unreachable are also those for whom it came too late.
    """

    audience: int
    sent: int
    read: int
    unreachable: int
    waiting: int
    stopped: int


class Notices(Repository):
    """Write, fan out, count."""

    async def find(self, ref: str, *, lock: bool = False) -> Notice | None:
        """By reference; the locked row is read afresh."""
        return await self.by_reference(Notice, ref, lock=lock)

    async def new_reference(self) -> str:
        """A free reference such as N6D2K."""
        return await self.new_reference_of(Notice, "N")

    def add(self, notice: Notice) -> None:
        """A new notice."""
        self.session.add(notice)

    async def any_sending(self) -> bool:
        """Whether some notice is going out; a cheap look before a write."""
        return await self.session.scalar(select(Notice.id).where(Notice.state == "sending").limit(1)) is not None

    async def sending(self) -> Sequence[Notice]:
        """Notices whose fan-out is not complete, locked so that two processes do not both move them."""
        query = select(Notice).where(Notice.state == "sending").order_by(Notice.id)
        query = query.with_for_update(of=Notice, skip_locked=True).execution_options(populate_existing=True)
        return (await self.session.scalars(query)).all()

    async def of_areas(self, paths: Sequence[str], limit: int = 5) -> Sequence[Notice]:
        """The newest notices that concern these areas: their own and those of the areas above."""
        codes = {code for path in paths for code in path.strip("/").split("/")}
        query = select(Notice).where(Notice.area_code.in_(codes), Notice.state.in_(("sending", "sent")))
        return (await self.session.scalars(query.order_by(Notice.id.desc()).limit(limit))).all()

    async def by_author(self, person_id: int, limit: int = 3) -> Sequence[Notice]:
        """The newest notices somebody wrote, whatever became of them."""
        query = select(Notice).where(Notice.author_id == person_id).order_by(Notice.id.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def audience(self, notice: Notice, limit: int) -> Sequence[tuple[int, int, str, str]]:
        """The next ``limit`` people after the cursor: (person, their newest reachable chat, its channel, language)."""
        have = exists().where(Recipient.notice_id == notice.id, Recipient.person_id == Person.id)
        query = (
            select(Person.id, Chat.id, Chat.channel, Person.language)
            .outerjoin(Area, Area.code == Person.area_code).join(Chat, Chat.id == newest_chat(Person.id))
            .where(live_in(notice.area), Person.id > notice.cursor, ~have)
            .order_by(Person.id).limit(limit)
        )  # fmt: skip
        return [(person, chat, channel, tongue) for person, chat, channel, tongue in await self.session.execute(query)]

    async def deliver(
        self,
        rows: Sequence[dict[str, object]],
        messages: Sequence[dict[str, object]],
        queued: Collection[str],
        outbox: dict[str, object],
    ) -> None:
        """Write a chunk: messages, recipients and, for chats of the ``queued`` channels, outbox rows.

        ``rows`` are (notice_id, person_id, chat_id, channel), one for each of ``messages``.
        """
        both = list(zip(rows, await Messages(self.session).write(messages), strict=True))
        names = ("notice_id", "person_id", "chat_id")
        await self.session.execute(
            insert(Recipient), [{**{name: row[name] for name in names}, "message_id": message} for row, message in both]
        )
        sends = [
            {**outbox, "message_id": message, "chat_id": row["chat_id"], "channel": row["channel"]}
            for row, message in both
            if row["channel"] in queued
        ]
        if sends:
            await self.session.execute(insert(Outbox), sends)

    async def mark_read(self, notice_id: int, person_id: int, now: datetime) -> bool:
        """Remember that somebody pressed 已读; False when they were not addressed."""
        first = func.coalesce(Recipient.read_at, literal(now, type_=Recipient.read_at.type))
        done = await self.session.execute(
            update(Recipient).where(Recipient.notice_id == notice_id, Recipient.person_id == person_id)
            .values(read_at=first).returning(Recipient.person_id).execution_options(synchronize_session=False)
        )  # fmt: skip
        return done.first() is not None

    async def counts(self, notice: Notice) -> Counts:
        """What became of a notice: of a large one as it was counted last, a few seconds ago or a hundredth of its age."""
        if notice.people <= LIVE:
            return await self.count(notice)
        if notice.counted_at is None:
            return Counts(notice.people, sent=0, read=0, unreachable=0, waiting=notice.people, stopped=0)
        return Counts(**notice.figures)

    async def to_count(self, now: datetime) -> Sequence[Notice]:
        """The large notices whose last count is older than a hundredth of their age then."""
        query = select(Notice).where(Notice.people > LIVE, Notice.created_at > now - COUNTED)
        found = (await self.session.scalars(query.order_by(Notice.id))).all()
        return [one for one in found if one.counted_at is None or (now - one.counted_at) * 100 >= now - one.created_at]

    async def keep(self, counted: Mapping[int, Counts], now: datetime) -> None:
        """Remember the counts of these notices (our own ids)."""
        for number, counts in counted.items():
            kept = update(Notice).where(Notice.id == number).values(figures=asdict(counts), counted_at=now)
            await self.session.execute(kept)

    async def count(self, notice: Notice) -> Counts:
        """Count what became of a notice so far, one recipient after the other."""
        query = (
            select(Outbox.state, func.count(), func.count(Recipient.read_at)).select_from(Recipient)
            .join(Outbox, Outbox.message_id == Recipient.message_id, isouter=True)
            .where(Recipient.notice_id == notice.id).group_by(Outbox.state)
        )  # fmt: skip
        found = {state: (people, read) for state, people, read in await self.session.execute(query)}
        people = {state: count for state, (count, _) in found.items()}
        waiting, lost = (sum(people.get(state, 0) for state in states) for states in (_WAITING, _LOST))
        stopped = people.get("cancelled", 0)
        past = notice.past_sent + notice.past_lost + notice.past_stopped
        written = past + sum(people.values())
        unwritten = max(0, notice.people - written)
        return Counts(
            audience=max(notice.people, written),
            sent=notice.past_sent + sum(people.values()) - waiting - lost - stopped,
            read=notice.past_read + sum(read for _, read in found.values()),
            unreachable=notice.past_lost + lost + (unwritten if notice.state == "sent" else 0),
            waiting=waiting + (unwritten if notice.state == "sending" else 0),
            stopped=notice.past_stopped + stopped + (unwritten if notice.state == "cancelled" else 0),
        )

    async def cancel(self, notice: Notice, now: datetime) -> Counts:
        """Take back what has not been sent; returns the counts afterwards."""
        messages = select(Message.id).where(Message.notice_id == notice.id)
        await self.session.execute(
            update(Outbox).where(Outbox.message_id.in_(messages), Outbox.state == "queued").values(state="cancelled")
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        notice.state = "cancelled"
        after = await self.count(notice)
        notice.figures, notice.counted_at = asdict(after), now
        return after
