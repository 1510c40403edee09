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
from sqlalchemy import Table, UpdateBase, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import Chat, Gate, Inbox, Message, Outbox, Rate
from storage.repositories.base import Repository
from storage.types import among

LOST_MOST: Final = 4
"""Tries of a message of which nobody knows whether they arrived, before it is given up."""
Key = tuple[str, str]
"""(channel, the channel's chat id)."""


def _table(model: type) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


INBOX, OUTBOX, GATES, CHATS, MESSAGES = map(_table, (Inbox, Outbox, Gate, Chat, Message))
"""The queues go around the mapper: their rows are many, and nobody keeps them in hand as objects."""


async def _bulk(queue: Repository, statement: UpdateBase) -> Rows[Any]:
    """Change rows without looking for them among the loaded objects."""
    return await queue.session.execute(statement)


def _inserting(queue: Repository, model: type) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(model) if queue.session.get_bind().dialect.name == "sqlite" else postgresql.insert(model)


class Waiting(NamedTuple):
    """An update that came in and is not handled yet, as the channel delivered it."""

    id: int
    channel: str
    chat: str
    external_id: str
    raw: str


_WAITING: Final = select(INBOX.c.id, INBOX.c.channel, INBOX.c.chat, INBOX.c.external_id, INBOX.c.raw)


_OTHER: Final = INBOX.alias("other")
_OLDEST: Final = (
    select(func.min(_OTHER.c.id))
    .where(_OTHER.c.state == "queued", _OTHER.c.channel == CHATS.c.channel, _OTHER.c.chat == CHATS.c.external)
    .correlate(CHATS).scalar_subquery()
)  # fmt: skip
"""The id of a chat's oldest waiting update: one step into the index, whatever waits behind it."""
_THESE_CHATS: Final = among(CHATS.c.id, "chats")
_HEADS: Final = (
    _WAITING.join_from(CHATS, INBOX, INBOX.c.id == _OLDEST).where(_THESE_CHATS, INBOX.c.state == "queued")
    .with_for_update(of=INBOX, skip_locked=True)
)  # fmt: skip
_STILL_WAITING: Final = select(CHATS.c.channel, CHATS.c.external).where(_THESE_CHATS, _OLDEST.is_not(None))
_READY: Final = (
    select(
        OUTBOX.c.expires_at, OUTBOX.c.id, OUTBOX.c.chat_id, CHATS.c.external, MESSAGES.c.text, MESSAGES.c.body,
        OUTBOX.c.priority, OUTBOX.c.attempts, OUTBOX.c.uncertain,
    )
    .join_from(OUTBOX, GATES, GATES.c.chat_id == OUTBOX.c.chat_id)
    .join(CHATS, CHATS.c.id == OUTBOX.c.chat_id).join(MESSAGES, MESSAGES.c.id == OUTBOX.c.message_id)
    .where(OUTBOX.c.channel == bindparam("channel"), OUTBOX.c.state == "queued", GATES.c.next_at <= bindparam("now"))
    .order_by(OUTBOX.c.priority, OUTBOX.c.id).limit(bindparam("most"))
    .with_for_update(of=(OUTBOX, GATES), skip_locked=True)
)  # fmt: skip
"""What may go now, each with its expiry."""


class InboxQueue(Repository):
    """What came in and is not handled yet."""

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keep updates; those we have already (same channel and external id) change nothing."""
        await self.session.execute(_inserting(self, Inbox).on_conflict_do_nothing(), list(rows))

    async def head(self, key: Key) -> Waiting | None:
        """The oldest waiting update of a chat, locked; none when another process has it in hand."""
        oldest = select(func.min(_OTHER.c.id)).where(
            _OTHER.c.state == "queued", _OTHER.c.channel == key[0], _OTHER.c.chat == key[1]
        )
        query = _WAITING.where(INBOX.c.id == oldest.scalar_subquery(), INBOX.c.state == "queued")
        found = (await self.session.execute(query.with_for_update(skip_locked=True))).first()
        return Waiting(*found) if found else None

    async def heads(self, chats: Collection[int]) -> list[Waiting]:
        """The oldest waiting update of each of these chats (our own ids), as ``head`` does; however long their queues are."""
        return [Waiting(*row) for row in await self.session.execute(_HEADS, {"chats": list(chats)})]

    async def waiting_in(self, chats: Collection[int]) -> set[Key]:
        """Which of these chats (our own ids) have something waiting."""
        found = await self.session.execute(_STILL_WAITING, {"chats": list(chats)})
        return {(channel, chat) for channel, chat in found}

    async def following(self, row: Waiting, limit: int = 10) -> list[Waiting]:
        """What waits in the same chat behind ``row``."""
        query = _WAITING.where(
            INBOX.c.state == "queued", INBOX.c.channel == row.channel, INBOX.c.chat == row.chat, INBOX.c.id > row.id
        )
        return [Waiting(*found) for found in await self.session.execute(query.order_by(INBOX.c.id).limit(limit))]

    async def waiting(self, limit: int = 2000) -> list[Key]:
        """Chats with something waiting, the longest first."""
        query = (
            select(INBOX.c.channel, INBOX.c.chat)
            .where(INBOX.c.state == "queued")
            .group_by(INBOX.c.channel, INBOX.c.chat)
        )
        return [
            (channel, chat)
            for channel, chat in await self.session.execute(query.order_by(func.min(INBOX.c.id)).limit(limit))
        ]

    async def depth(self) -> tuple[int, int]:
        """(waiting, dead) updates."""
        query = select(INBOX.c.state, func.count()).where(INBOX.c.state.in_(("queued", "dead"))).group_by(INBOX.c.state)
        found = {row[0]: row[1] for row in await self.session.execute(query)}
        return found.get("queued", 0), found.get("dead", 0)

    async def finish(self, ids: Sequence[int]) -> None:
        """Handled: the words are in ``messages`` now, so the raw text goes."""
        await _bulk(
            self, update(INBOX).where(among(INBOX.c.id, ids), INBOX.c.state == "queued").values(state="done", raw="")
        )

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


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one send: the row's new state, and until when the chat's gate stays closed."""

    id: int
    chat_id: int
    state: str
    gate_until: datetime
    attempts: int
    uncertain: int
    error: str = ""


class OutboxQueue(Repository):
    """What is to go out and is not sent yet."""

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Queue messages (message_id, chat_id, channel, priority)."""
        await self.session.execute(insert(OUTBOX), list(rows))

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
        found = await self.session.execute(_READY, {"channel": channel, "now": now, "most": limit * 4})
        rows: list[tuple[datetime | None, Claimed]] = [(until, Claimed(*row)) for until, *row in found]
        expired = [row.id for until, row in rows if until is not None and until <= now]
        picked: dict[int, Claimed] = {}
        for until, row in rows:
            if len(picked) < limit and (until is None or until > now):
                picked.setdefault(row.chat_id, row)
        if expired:
            await self._set(expired, state="expired", finished_at=now)
        if picked:
            await self._set([one.id for one in picked.values()], state="sending", lease_until=now + lease)
            await self._shut(picked, now + lease)
        return list(picked.values())

    async def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Write down what became of sends, and open or hold the gates of their chats; those that ended alike in one go."""
        alike: dict[tuple[Any, ...], list[Result]] = {}
        for one in results:
            alike.setdefault((one.state, one.attempts, one.uncertain, one.error, one.gate_until), []).append(one)
        for (state, attempts, uncertain, error, until), these in alike.items():
            await self._set(
                [one.id for one in these], state=state, attempts=attempts, uncertain=uncertain, error=error[:200],
                finished_at=None if state == "queued" else now, lease_until=None,
            )  # fmt: skip
            await self._shut([one.chat_id for one in these], until)

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
        await self._shut(chat_ids, until)

    async def bring_near(self, channel: str, now: datetime, far: timedelta, moved: timedelta | None = None) -> None:
        """After the clock was put back (by ``moved``, if that is known): nothing waits for an instant ``far`` ahead.

        The gate of a chat with a send under way, or lost, stays shut until that send's lease ends.
        """
        under_way = select(OUTBOX.c.chat_id).where(OUTBOX.c.state == "sending")
        await _bulk(
            self,
            update(GATES).where(GATES.c.next_at > now + far, GATES.c.chat_id.not_in(under_way)).values(next_at=now),
        )
        late = OUTBOX.c.state == "sending", OUTBOX.c.lease_until > now + far
        await _bulk(
            self,
            update(GATES).where(GATES.c.chat_id.in_(select(OUTBOX.c.chat_id).where(*late))).values(next_at=now + far),
        )
        await _bulk(self, update(OUTBOX).where(*late).values(lease_until=now + far))
        _, rate = await self.allowance(channel, now, 1, 1)
        if rate.next_at > now + far:
            rate.next_at = max(now, rate.next_at + moved) if moved else now

    async def next_opening(self, channel: str, now: datetime) -> datetime | None:
        """When the next waiting message may go, as far as its chat's gate says."""
        query = (
            select(func.min(GATES.c.next_at))
            .join_from(GATES, OUTBOX, OUTBOX.c.chat_id == GATES.c.chat_id)
            .where(OUTBOX.c.channel == channel, OUTBOX.c.state == "queued")
        )
        found: datetime | None = await self.session.scalar(query)
        return found

    async def bury(self, chat_id: int, reason: str, now: datetime) -> None:
        """Nothing more can reach this chat: what waits for it is dead."""
        waiting = update(OUTBOX).where(OUTBOX.c.chat_id == chat_id, OUTBOX.c.state == "queued")
        await _bulk(self, waiting.values(state="dead", error=reason[:200], finished_at=now))

    async def depth(self) -> dict[str, int]:
        """How many are queued, sending and dead; each state has an index of its own, so the many that are sent are not read."""
        return {
            state: await self.session.scalar(
                select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == literal_column(f"'{state}'"))
            )
            or 0
            for state in ("queued", "sending", "dead")
        }

    async def _set(self, ids: Sequence[int], **values: Any) -> None:
        await _bulk(self, update(OUTBOX).where(among(OUTBOX.c.id, ids)).values(**values))

    async def _shut(self, chat_ids: Collection[int], until: datetime) -> None:
        """Nothing may go to these chats before."""
        await _bulk(self, update(GATES).where(among(GATES.c.chat_id, chat_ids)).values(next_at=until))
