"""The two queues, what came in and what is to go out.

Both databases take the same path: ordinary tables claimed with FOR UPDATE SKIP LOCKED, which SQLite drops because its one
writer excludes the others anyway (docs/adr/0010).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Result as Rows
from sqlalchemy import ScalarSelect, Table, UpdateBase, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from storage.models import Chat, Gate, Inbox, Message, Outbox, Rate
from storage.repositories.base import Repository

LOST_MOST: Final = 4
Key = tuple[str, str]
"""(channel, the channel's chat id)."""


def _table(model: type) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


async def _bulk(queue: Repository, statement: UpdateBase) -> Rows[Any]:
    """Change rows without looking for them among the loaded objects."""
    return await queue.session.execute(statement, execution_options={"synchronize_session": False})


def _inserting(queue: Repository, model: type) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(model) if queue.session.get_bind().dialect.name == "sqlite" else postgresql.insert(model)


class Waiting(NamedTuple):
    """An update that came in and is not handled yet, as the channel delivered it."""

    id: int
    channel: str
    chat: str
    external_id: str
    raw: str


_WAITING: Final = select(Inbox.id, Inbox.channel, Inbox.chat, Inbox.external_id, Inbox.raw)


def _oldest_of(channel: Any, chat: Any) -> ScalarSelect[int]:
    """The id of a chat's oldest waiting update: one step into the index, whatever waits behind it."""
    other = aliased(Inbox)
    waiting = other.state == "queued", other.channel == channel, other.chat == chat
    return select(func.min(other.id)).where(*waiting).scalar_subquery()


class InboxQueue(Repository):
    """What came in and is not handled yet."""

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keep updates; those we have already (same channel and external id) change nothing."""
        await self.session.execute(_inserting(self, Inbox).on_conflict_do_nothing(), list(rows))

    async def head(self, key: Key) -> Waiting | None:
        """The oldest waiting update of a chat, locked; none when another process has it in hand."""
        query = _WAITING.where(Inbox.id == _oldest_of(*key), Inbox.state == "queued")
        found = (await self.session.execute(query.with_for_update(skip_locked=True))).first()
        return Waiting(*found) if found else None

    async def heads(self, chats: Collection[int]) -> list[Waiting]:
        """The oldest waiting update of each of these chats (our own ids), as ``head`` does; however long their queues are."""
        oldest = _oldest_of(Chat.channel, Chat.external).correlate(Chat)
        query = _WAITING.join(Chat, Inbox.id == oldest).where(Chat.id.in_(chats), Inbox.state == "queued")
        found = await self.session.execute(query.with_for_update(of=Inbox, skip_locked=True))
        return [Waiting(*row) for row in found]

    async def waiting_in(self, chats: Collection[int]) -> set[Key]:
        """Which of these chats (our own ids) have something waiting."""
        oldest = _oldest_of(Chat.channel, Chat.external).correlate(Chat)
        query = select(Chat.channel, Chat.external).where(Chat.id.in_(chats), oldest.is_not(None))
        return {(channel, chat) for channel, chat in await self.session.execute(query)}

    async def following(self, row: Waiting, limit: int = 10) -> list[Waiting]:
        """What waits in the same chat behind ``row``."""
        query = _WAITING.where(
            Inbox.state == "queued", Inbox.channel == row.channel, Inbox.chat == row.chat, Inbox.id > row.id
        )
        return [Waiting(*found) for found in await self.session.execute(query.order_by(Inbox.id).limit(limit))]

    async def waiting(self, limit: int = 2000) -> list[Key]:
        """Chats with something waiting, the longest first."""
        query = select(Inbox.channel, Inbox.chat).where(Inbox.state == "queued").group_by(Inbox.channel, Inbox.chat)
        return [
            (channel, chat)
            for channel, chat in await self.session.execute(query.order_by(func.min(Inbox.id)).limit(limit))
        ]

    async def depth(self) -> tuple[int, int]:
        """(waiting, dead) updates."""
        query = select(Inbox.state, func.count()).where(Inbox.state.in_(("queued", "dead"))).group_by(Inbox.state)
        found = {row[0]: row[1] for row in await self.session.execute(query)}
        return found.get("queued", 0), found.get("dead", 0)

    async def finish(self, ids: Sequence[int]) -> None:
        """Handled: the words are in ``messages`` now, so the raw text goes."""
        await _bulk(self, update(Inbox).where(Inbox.id.in_(ids), Inbox.state == "queued").values(state="done", raw=""))

    async def fail(self, row_id: int, error: str, most: int) -> int:
        """Count a failed attempt; with the last of ``most`` the update is set aside as dead (its raw text stays).

        Returns how many there were, 0 when it is no longer waiting.
        """
        row = await self.session.get(Inbox, row_id)
        if row is None or row.state != "queued":
            return 0
        row.attempts += 1
        row.error = error[:200]
        row.state = "dead" if row.attempts >= most else "queued"
        return row.attempts


class Claimed(NamedTuple):
    """A message about to be sent; its row is committed as ``sending``."""

    id: int
    chat_id: int
    external: str
    text: str
    body: dict[str, Any]
    priority: int
    attempts: int
    uncertain: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one send: the row's new state, and until when the chat's gate stays closed."""

    id: int
    chat_id: int
    state: str
    gate_until: datetime
    attempts: int
    uncertain: int
    external_id: str = ""
    error: str = ""


class OutboxQueue(Repository):
    """What is to go out and is not sent yet."""

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Queue messages (message_id, chat_id, channel, priority)."""
        await self.session.execute(insert(Outbox), list(rows))

    async def allowance(self, channel: str, now: datetime, per_second: float, most: int) -> tuple[int, Rate]:
        """How many messages the whole channel may send right now, with its locked row (a token bucket shared by all processes).

        The burst is what 50 ms allow, at least one: at 28/s that is one by one, which never tripped Telegram's limit.
        """
        query = select(Rate).where(Rate.channel == channel).with_for_update()
        rate = await self.session.scalar(query)
        if rate is None:
            await self.session.execute(
                _inserting(self, Rate).values(channel=channel, next_at=now).on_conflict_do_nothing()
            )
            rate = (await self.session.scalars(query)).one()
        burst = max(1, int(per_second * 0.05))
        return (min(most, burst) if rate.next_at <= now else 0), rate

    async def claim(self, channel: str, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
        """Up to ``limit`` messages, at most one a chat, by priority and age; marks them ``sending`` and shuts their gates."""
        rows = await self._candidates(channel, now, limit * 4)
        expired = [row.id for until, row in rows if until is not None and until <= now]
        picked: dict[int, Claimed] = {}
        for until, row in rows:
            if len(picked) < limit and (until is None or until > now):
                picked.setdefault(row.chat_id, row)
        if expired:
            await self._set(expired, state="expired", finished_at=now)
        if picked:
            await self._set([one.id for one in picked.values()], state="sending", lease_until=now + lease)
            await _bulk(self, update(Gate).where(Gate.chat_id.in_(picked)).values(next_at=now + lease))
        return list(picked.values())

    async def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Write down what became of sends, and open or hold the gates of their chats."""
        outbox, gates = _table(Outbox), _table(Gate)
        connection = await self.session.connection()
        await connection.execute(
            update(outbox).where(outbox.c.id == bindparam("row")).values(
                state=bindparam("to"), attempts=bindparam("tries"), uncertain=bindparam("doubt"), external_id=bindparam("ext"),
                error=bindparam("why"), finished_at=bindparam("done"), lease_until=None,
            ),
            [
                {"row": r.id, "to": r.state, "tries": r.attempts, "doubt": r.uncertain, "ext": r.external_id, "why": r.error[:200],
                 "done": None if r.state == "queued" else now}
                for r in results
            ],
        )  # fmt: skip
        await connection.execute(
            update(gates).where(gates.c.chat_id == bindparam("gate")).values(next_at=bindparam("until")),
            [{"gate": r.chat_id, "until": r.gate_until} for r in results],
        )

    async def release_lost(self, now: datetime) -> int:
        """Take back sends whose process died (their lease ran out).

        Each is sent again, since losing a message is worse than saying it twice; one that has been in hand when so many
        processes died may be what kills them, and is given up as dead.
        """
        lost = (
            await self.session.scalars(
                select(Outbox)
                .where(Outbox.state == "sending", Outbox.lease_until < now)
                .with_for_update(skip_locked=True)
            )
        ).all()
        for row in lost:
            row.uncertain += 1
            row.state, row.lease_until = ("queued" if row.uncertain < LOST_MOST else "dead"), None
            row.error = "no answer before the process ended"
        await self.session.flush()  # the next claim has to see them, or it takes what comes after them in their chats
        return len(lost)

    async def renew(self, ids: Sequence[int], chat_ids: Sequence[int], until: datetime) -> None:
        """Hold on to sends still in flight."""
        await self._set(ids, lease_until=until)
        await _bulk(self, update(Gate).where(Gate.chat_id.in_(chat_ids)).values(next_at=until))

    async def bring_near(self, channel: str, now: datetime, far: timedelta, moved: timedelta | None = None) -> None:
        """After the clock was put back (by ``moved``, if that is known): nothing waits for an instant ``far`` ahead.

        The gate of a chat with a send under way, or lost, stays shut until that send's lease ends.
        """
        under_way = select(Outbox.chat_id).where(Outbox.state == "sending")
        await _bulk(
            self, update(Gate).where(Gate.next_at > now + far, Gate.chat_id.not_in(under_way)).values(next_at=now)
        )
        late = Outbox.state == "sending", Outbox.lease_until > now + far
        await _bulk(
            self, update(Gate).where(Gate.chat_id.in_(select(Outbox.chat_id).where(*late))).values(next_at=now + far)
        )
        await _bulk(self, update(Outbox).where(*late).values(lease_until=now + far))
        _, rate = await self.allowance(channel, now, 1, 1)
        if rate.next_at > now + far:
            rate.next_at = max(now, rate.next_at + moved) if moved else now

    async def next_opening(self, channel: str, now: datetime) -> datetime | None:
        """When the next waiting message may go, as far as its chat's gate says."""
        query = (
            select(func.min(Gate.next_at))
            .join(Outbox, Outbox.chat_id == Gate.chat_id)
            .where(Outbox.channel == channel, Outbox.state == "queued")
        )
        found: datetime | None = await self.session.scalar(query)
        return found

    async def bury(self, chat_id: int, reason: str, now: datetime) -> None:
        """Nothing more can reach this chat: what waits for it is dead."""
        waiting = update(Outbox).where(Outbox.chat_id == chat_id, Outbox.state == "queued")
        await _bulk(self, waiting.values(state="dead", error=reason[:200], finished_at=now))

    async def depth(self) -> dict[str, int]:
        """How many are queued, sending and dead."""
        query = (
            select(Outbox.state, func.count())
            .where(Outbox.state.in_(("queued", "sending", "dead")))
            .group_by(Outbox.state)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def _candidates(self, channel: str, now: datetime, limit: int) -> list[tuple[datetime | None, Claimed]]:
        """What may go now, each with its expiry."""
        query = (
            select(
                Outbox.expires_at, Outbox.id, Outbox.chat_id, Chat.external, Message.text, Message.body,
                Outbox.priority, Outbox.attempts, Outbox.uncertain, Message.at,
            )
            .join(Gate, Gate.chat_id == Outbox.chat_id).join(Chat, Chat.id == Outbox.chat_id).join(Message, Message.id == Outbox.message_id)
            .where(Outbox.channel == channel, Outbox.state == "queued", Gate.next_at <= now)
            .order_by(Outbox.priority, Outbox.id).limit(limit).with_for_update(of=(Outbox, Gate), skip_locked=True)
        )  # fmt: skip
        return [(until, Claimed(*row)) for until, *row in await self.session.execute(query)]

    async def _set(self, ids: Sequence[int], **values: Any) -> None:
        await _bulk(self, update(Outbox).where(Outbox.id.in_(ids)).values(**values))
