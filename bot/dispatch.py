"""Dispatch: who is served when. Chats side by side, each chat strictly in order, many chats in one transaction.

The one error boundary is here: when a batch fails it is served chat by chat, so the fault stays with its own; after a few
tries the update is set aside and the person gets an incident number. What other processes left behind is swept up.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

from bot.answering import Answering
from bot.channels.base import Channel
from bot.clock import Clock
from bot.flood import Flood
from bot.inbox import Inbox
from bot.metrics import Metrics
from bot.pictures import Pictures
from handlers.messages import Incoming
from storage.engine import Database, is_passing
from storage.repositories.base import ALPHABET
from storage.repositories.queues import Key, Waiting

log = logging.getLogger("linli.dispatch")

BATCH = 64
SWEEP_SECONDS = 2.0
BUSY_SECONDS = 0.05
AWAY_SECONDS = 1.0
RETRY_SECONDS = (0.2, 1.0, 3.0)


class Dispatch:
    """Owns the order of every chat. ``channels`` are those this process can read; others' updates wait."""

    def __init__(
        self, database: Database, answering: Answering, channels: dict[str, Channel], pictures: Pictures, flood: Flood,
        clock: Clock, metrics: Metrics, dead_after: int = 3,
    ) -> None:  # fmt: skip
        self._database, self._answering, self._channels, self._pictures = database, answering, channels, pictures
        self._flood, self._clock, self._metrics, self._dead_after = flood, clock, metrics, dead_after
        self._inbox = Inbox(database, clock, metrics, self._call)
        self.intake = self._inbox.take
        self._ready: dict[Key, None] = {}
        self._resting: dict[Key, asyncio.TimerHandle | None] = {}
        self._preparing: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Take in, serve and sweep until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._inbox.run())
            group.create_task(self._serve())
            group.create_task(self._sweep())

    # -- order -------------------------------------------------------------------------------------------------------

    def _call(self, key: Key) -> None:
        """This chat may have something waiting."""
        if key not in self._resting and key[0] in self._channels:
            self._ready[key] = None
            self._wake.set()

    def _rest(self, key: Key, seconds: float) -> None:
        """Serve this chat again, but not before ``seconds`` have passed; a newer rest replaces an older one."""
        self._hold(key)
        self._resting[key] = asyncio.get_running_loop().call_later(seconds, self._wake_up, key)

    def _hold(self, key: Key) -> None:
        """Not to be served until woken, even if something arrived meanwhile."""
        if (timer := self._resting.pop(key, None)) is not None:
            timer.cancel()
        self._resting[key] = None
        self._ready.pop(key, None)

    def _wake_up(self, key: Key) -> None:
        self._resting.pop(key, None)
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

    async def _guarded(self, keys: Sequence[Key]) -> bool:
        """The error boundary: a batch, and when it fails each chat by itself; False when the database was away."""
        try:
            await self._batch(keys)
        except Exception as error:  # noqa: BLE001 the boundary; what is caught here is logged in _failed
            if len(keys) == 1:
                return await self._failed(keys[0], error)
            await self._one_by_one(keys)
        return True

    async def _one_by_one(self, keys: Sequence[Key]) -> None:
        """Leave a fault to its own chat. Once two chats found the database away, the others need not wait for it in turn."""
        away = 0
        for number, key in enumerate(keys, 1):
            away += not await self._guarded([key])
            if away > 1:
                for later in keys[number:]:
                    self._rest(later, AWAY_SECONDS)
                return

    async def _batch(self, keys: Sequence[Key]) -> None:
        started = self._clock.elapsed()
        served = await self._answering.serve(keys)
        for key in served.busy:
            self._rest(key, BUSY_SECONDS)
        for row_id, key, said in served.unprepared:
            self._prepare(key, self._fetch(row_id, key, said))
        for key, code in served.uncounted.items():
            self._prepare(key, self._answering.count(key, code))
        for key, answered in served.done.items():
            pause = self._flood.spend(f"{key[0]}:{key[1]}") if answered else 0.0
            if pause > 0:
                self._rest(key, pause)
            elif key in served.more or not answered:
                self._call(key)
        if served.done:
            self._metrics.handled.inc(len(served.done))
            self._metrics.batch_seconds.observe(self._clock.elapsed() - started)

    async def _sweep(self) -> None:
        """Pick up what other processes left behind, and what waited in the inbox at start.

        Not while there is more than a batch to do anyway: the look through a long queue would only hold it up.
        """
        while True:
            if len(self._ready) > BATCH:
                await asyncio.sleep(SWEEP_SECONDS / 10)
                continue
            try:
                async with self._database.reading() as unit:
                    keys = await unit.inbox.waiting()
                for key in keys:
                    self._call(key)
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(SWEEP_SECONDS)

    # -- preparing ---------------------------------------------------------------------------------------------------

    def _prepare(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        """Do what an answer needs outside any transaction; this chat waits for it, the others do not."""
        self._hold(key)
        task = asyncio.create_task(self._prepared(key, work))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _prepared(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 part of the boundary: counted like any other failure
            await self._failed(key, error)
            return
        self._wake_up(key)

    async def _fetch(self, row_id: int, key: Key, said: Incoming) -> None:
        """Pictures."""
        await self._answering.meet(key, said)
        attachments = await self._pictures.take(self._channels[key[0]], key, said.attachments)
        self._answering.prepared[key] = row_id, replace(said, attachments=attachments)

    # -- failing -----------------------------------------------------------------------------------------------------

    async def _failed(self, key: Key, error: Exception) -> bool:
        """Count the failure against the update and try again later; the last time, set it aside and tell the person.

        False when the database was away: that counts against nobody.
        """
        if is_passing(error):
            log.warning("database away", extra={"why": type(error).__name__})
            self._rest(key, AWAY_SECONDS)
            return False
        incident = "".join(secrets.choice(ALPHABET) for _ in range(6))
        log.error("update failed", exc_info=error, extra={"incident": incident, "channel": key[0]})
        self._metrics.failed.inc()
        try:
            row, attempts = await self._count(key, f"{incident} {type(error).__name__}")
            dead = attempts >= self._dead_after
            if row is not None and dead:
                await self._answering.apologise(row, incident)
        except Exception:
            log.exception("failure not counted", extra={"incident": incident})
            dead, attempts = False, len(RETRY_SECONDS)
        self._rest(key, 0 if dead else RETRY_SECONDS[min(max(attempts, 1), len(RETRY_SECONDS)) - 1])
        return True

    async def _count(self, key: Key, why: str) -> tuple[Waiting | None, int]:
        """The update that failed, and how often it has."""
        async with self._database.writing() as unit:
            row = await unit.inbox.head(key)
            return row, await unit.inbox.fail(row.id, why, self._dead_after) if row is not None else 1
