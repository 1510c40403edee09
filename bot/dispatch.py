"""Dispatch: the one place where words become a transaction.

Updates are committed to the inbox before a channel acknowledges them (``Intake``). From there chats are served side by side and each
chat strictly in order, many chats in one transaction: reading, deciding, state, transcript and outbox commit together or not
at all. When one of them fails the batch is rolled back and served one by one, so the fault stays with its own chat; after a few
tries the update is set aside and the person gets an incident number.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from bot.channels.base import Channel, Limits, RawUpdate
from bot.clock import Clock
from bot.flood import Flood
from bot.metrics import Metrics
from bot.pictures import KEPT, Pictures
from bot.speaker import Speaker
from handlers.context import Context, Shelf
from handlers.conversation import respond
from handlers.errors import NotAllowed, Refusal
from handlers.messages import Incoming, Kind, reply
from handlers.texts import language_of
from storage.engine import Database
from storage.models import Chat, Inbox
from storage.repositories.base import ALPHABET
from storage.repositories.queues import Key
from storage.unit import Unit

log = logging.getLogger("linli.dispatch")

BATCH = 64
SWEEP_SECONDS = 2.0
RETRY_SECONDS = (0.2, 1.0, 3.0)


@dataclass(slots=True)
class _Job:
    """One chat's next update, read and ready to be answered."""

    rows: list[Inbox]
    said: Incoming | None

    @property
    def key(self) -> Key:
        return (self.rows[0].channel, self.rows[0].chat)


class _Undo(Exception):
    """A handler refused after it had written: roll back, then say the refusal in a transaction of its own."""


class Dispatch:
    """Owns the order of every chat."""

    def __init__(
        self, database: Database, shelf: Shelf, channels: Mapping[str, Channel], limits: Mapping[str, Limits], pictures: Pictures,
        flood: Flood, clock: Clock, metrics: Metrics, dead_after: int = 3, language: str = "zh_Hans",
    ) -> None:  # fmt: skip
        self._database, self.shelf, self._channels, self._limits = database, shelf, channels, limits
        self._pictures, self._flood, self._clock, self._metrics = pictures, flood, clock, metrics
        self._dead_after, self._language = dead_after, language
        self._ready: dict[Key, None] = {}
        self._waiting: dict[Key, float] = {}
        self._prepared: dict[int, Incoming] = {}
        self._preparing: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._arrived: list[tuple[str, Sequence[RawUpdate], asyncio.Future[None]]] = []
        self._arrival = asyncio.Event()

    # -- taking in ---------------------------------------------------------------------------------------------------

    async def intake(self, channel: str, updates: Sequence[RawUpdate]) -> None:
        """Commit updates; returns only then, so the caller may acknowledge them. Many callers share one commit."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((channel, updates, done))
        self._arrival.set()
        await done

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._commit_arrivals())
            group.create_task(self._serve())
            group.create_task(self._sweep())

    async def _commit_arrivals(self) -> None:
        while True:
            await self._arrival.wait()
            self._arrival.clear()
            batch, self._arrived = self._arrived, []
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[str, Sequence[RawUpdate], asyncio.Future[None]]]) -> None:
        now = self._clock.now()
        rows = [
            {"channel": channel, "external_id": one.external_id[:80], "chat": one.chat[:64], "raw": _encode(one.raw), "received_at": now}
            for channel, updates, _ in batch for one in updates
        ]  # fmt: skip
        try:
            if rows:
                async with self._database.writing(wake=False) as unit:  # nothing to say yet
                    await unit.inbox.add(rows)
        except (SQLAlchemyError, OSError) as error:
            log.exception("inbox not written")
            for *_, done in batch:
                if not done.done():
                    done.set_exception(ConnectionError(type(error).__name__))
            return
        for channel, updates, done in batch:
            if not done.done():
                done.set_result(None)
            for one in updates:
                self._call((channel, one.chat[:64]))
        self._metrics.received.inc(len(rows))

    # -- serving -----------------------------------------------------------------------------------------------------

    def _call(self, key: Key) -> None:
        if key not in self._waiting and key[0] in self._channels:  # what came by a channel now off waits for it
            self._ready[key] = None
            self._wake.set()

    def _call_later(self, key: Key, seconds: float) -> None:
        self._waiting[key] = self._clock.elapsed() + seconds
        asyncio.get_running_loop().call_later(seconds, self._return, key)

    def _return(self, key: Key) -> None:
        self._waiting.pop(key, None)
        self._call(key)

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            keys = [key for _, key in zip(range(BATCH), self._ready, strict=False)]
            for key in keys:
                del self._ready[key]
            if not self._ready:
                self._wake.clear()
            if keys:
                await self._guarded(keys)

    async def _guarded(self, keys: list[Key]) -> None:
        """The error boundary: a batch, and when it fails each chat by itself."""
        try:
            await self._batch(keys)
        except Exception as error:  # noqa: BLE001 the one boundary; what it catches is logged below or in _alone
            if len(keys) == 1:
                await self._failed(keys[0], error)
                return
            for key in keys:
                await self._guarded([key])

    async def _batch(self, keys: list[Key]) -> None:
        started = self._clock.elapsed()
        try:
            served = await self._transact(keys, refusals={})
        except _Undo:
            if len(keys) > 1:
                raise
            served = await self._transact(keys, refusals={keys[0]: None})
        for key, said in served.items():
            pause = self._flood.spend(f"{key[0]}:{key[1]}") if said else 0.0
            if pause > 0:
                self._call_later(key, pause)
            else:
                self._call(key)
        if served:
            self._metrics.handled.inc(len(served))
            self._metrics.batch_seconds.observe(self._clock.elapsed() - started)

    async def _transact(self, keys: list[Key], refusals: dict[Key, None]) -> dict[Key, bool]:
        """One transaction over the next update of each chat; returns the chats served (they may have more waiting)."""
        now = self._clock.now()
        async with self._database.writing() as unit:
            chats = await self._lock(unit, keys)
            jobs = await self._read(unit, [key for key in keys if key in chats or key not in self._locked_elsewhere])
            speaker = Speaker(unit, self.shelf.texts, self._limits, now)
            for job in jobs:
                chat = chats.get(job.key) or self._meet(unit, job, chats, now)
                if chat is not None and job.said is not None:
                    await self._answer(unit, chat, job.said, speaker, now, calm=job.key in refusals)
            await unit.session.flush()
            await speaker.write()
            if jobs:
                await unit.inbox.finish([row.id for job in jobs for row in job.rows])
        for job in jobs:
            for row in job.rows:
                self._prepared.pop(row.id, None)
        return {job.key: job.said is not None for job in jobs}

    async def _lock(self, unit: Unit, keys: list[Key]) -> dict[Key, Chat]:
        chats = await unit.people.lock_chats(keys)
        missing = [key for key in keys if key not in chats]
        self._locked_elsewhere = await unit.people.existing(missing) if missing and not self._database.sqlite else set()
        for key in self._locked_elsewhere:
            self._call_later(key, 0.05)
        return chats

    async def _read(self, unit: Unit, keys: list[Key]) -> list[_Job]:
        """The head of each chat's queue, parsed; what needs a download first is sent off to be prepared."""
        jobs: list[_Job] = []
        for row in await unit.inbox.heads(keys):
            said = self._prepared.get(row.id) or self._parse(row)
            rows = [row]
            if said is not None and said.album:
                said, rows = await self._album(unit, row, said)
            if said is not None and any(one.media_id is None and not one.problem and one.kind in KEPT for one in said.attachments):
                self._prepare(row.id, (row.channel, row.chat), said)
                continue
            jobs.append(_Job(rows, said))
        return jobs

    async def _album(self, unit: Unit, row: Inbox, said: Incoming) -> tuple[Incoming, list[Inbox]]:
        """The pictures of one album, which come as updates of their own, as one message."""
        rows, attachments = [row], list(said.attachments)
        for other in await unit.inbox.following(row):
            more = self._parse(other)
            if more is None or more.album != said.album:
                break
            rows.append(other)
            attachments += more.attachments
        known = {one.remote: one for one in said.attachments}
        return replace(said, attachments=tuple(known.get(one.remote, one) for one in attachments)), rows

    def _parse(self, row: Inbox) -> Incoming | None:
        channel = self._channels.get(row.channel)
        if channel is None:
            return None
        return channel.parse(RawUpdate(row.external_id, row.chat, orjson.loads(row.raw)))

    def _meet(self, unit: Unit, job: _Job, chats: dict[Key, Chat], now: datetime) -> Chat | None:
        if job.said is None or job.said.kind is Kind.BLOCKED:
            return None
        language = language_of(job.said.language, self._language)
        chat = unit.people.open_chat(*job.key, language, now, group=job.said.group)
        chats[job.key] = chat
        return chat

    async def _answer(self, unit: Unit, chat: Chat, said: Incoming, speaker: Speaker, now: datetime, *, calm: bool) -> None:
        if chat.id is None:
            await unit.session.flush()
        await self.shelf.texts.warm(chat.person.language)
        chat.seen_at = now
        if said.kind is not Kind.BLOCKED:
            chat.unreachable_at = None
        speaker.heard(chat, said.text, _heard(said), said.external_id)
        ctx = Context(unit, chat, self.shelf, now)
        try:
            replies = await respond(ctx, said)
        except Refusal as refusal:
            if not calm and (unit.session.dirty or unit.session.new or ctx.pushes):
                raise _Undo from refusal
            if isinstance(refusal, NotAllowed):
                await unit.audit.add(now, chat.person_id, "refused", refusal.subject, wanted=refusal.action)
            replies, ctx.pushes = [refusal.reply], []
        for one in replies:
            speaker.say(chat, one)
        for push in ctx.pushes:
            speaker.say(push.chat, push.reply, push.priority, remember=push.chat.form is None)
        if self._flood.first_warning(f"{chat.channel}:{chat.external}"):
            speaker.say(chat, reply("common.slow_down"), remember=False)

    # -- pictures ----------------------------------------------------------------------------------------------------

    def _prepare(self, row_id: int, key: Key, said: Incoming) -> None:
        """Fetch pictures outside any transaction; the chat waits, the others do not."""
        self._waiting[key] = self._clock.elapsed()
        task = asyncio.create_task(self._fetch(row_id, key, said))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _fetch(self, row_id: int, key: Key, said: Incoming) -> None:
        try:
            attachments = await self._pictures.take(self._channels[key[0]], key, said.attachments)
            self._prepared[row_id] = replace(said, attachments=attachments)
        except Exception as error:  # noqa: BLE001 part of the boundary: counted like any other failure
            await self._failed(key, error)
            return
        self._return(key)

    # -- failing -----------------------------------------------------------------------------------------------------

    async def _failed(self, key: Key, error: Exception) -> None:
        """Count the failure against the update and try again later; the last time, set it aside and tell the person."""
        if _passing(error):
            log.warning("database away", extra={"why": type(error).__name__})
            self._call_later(key, 1.0)
            return
        incident = "".join(secrets.choice(ALPHABET) for _ in range(6))
        log.error("update failed", exc_info=error, extra={"incident": incident, "channel": key[0]})
        self._metrics.failed.inc()
        try:
            dead, attempts = await self._count(key, f"{incident} {type(error).__name__}")
        except Exception:
            log.exception("failure not counted")
            dead, attempts = False, len(RETRY_SECONDS)
        if dead:
            await self._apologise(key, incident)
            self._waiting.pop(key, None)
            self._call(key)
        else:
            self._call_later(key, RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])

    async def _count(self, key: Key, why: str) -> tuple[bool, int]:
        async with self._database.writing() as unit:
            for row in await unit.inbox.heads([key]):
                return await unit.inbox.fail(row.id, why, self._dead_after), row.attempts
        return False, 1

    async def _apologise(self, key: Key, incident: str) -> None:
        now = self._clock.now()
        try:
            async with self._database.writing() as unit:
                chats = await unit.people.lock_chats([key])
                if key in chats:
                    speaker = Speaker(unit, self.shelf.texts, self._limits, now)
                    speaker.say(chats[key], reply("common.incident", incident=incident), remember=False)
                    await speaker.write()
        except Exception:
            log.exception("apology not written", extra={"incident": incident})

    async def _sweep(self) -> None:
        """Pick up what other processes left behind, and what waited in the inbox at start."""
        while True:
            try:
                async with self._database.reading() as unit:
                    keys = await unit.inbox.waiting()
                for key in keys:
                    self._call(key)
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(SWEEP_SECONDS)


def _passing(error: Exception) -> bool:
    """Whether the database is to blame and may come back (locked, full, restarted): not counted against the update."""
    return isinstance(error, (OperationalError, InterfaceError, ConnectionError, OSError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _encode(raw: Mapping[str, Any]) -> str:
    """JSON that any database takes: without NUL, and with lone surrogates replaced."""
    try:
        text = orjson.dumps(raw).decode()
    except (TypeError, orjson.JSONEncodeError):
        import json

        text = json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace").decode()
    return text.replace("\\u0000", "")


def _heard(said: Incoming) -> dict[str, Any]:
    """What besides the words belongs into the transcript."""
    body: dict[str, Any] = {}
    photos = [one.media_id for one in said.attachments if one.media_id is not None]
    if photos:
        body["photos"] = photos
    if said.location is not None:
        body["location"] = [said.location.lat, said.location.lon]
    if said.kind not in (Kind.TEXT, Kind.PHOTO, Kind.LOCATION):
        body["kind"] = said.kind.value
    return body
