"""Taking in: an update is committed before anybody is told it arrived, and many callers share one commit."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from bot.channels.base import RawUpdate
from bot.clock import Clock
from bot.metrics import Metrics
from storage.engine import Database, is_passing
from storage.repositories.queues import Key

log = logging.getLogger("linli.inbox")

_Batch = list[tuple[str, Sequence[RawUpdate], asyncio.Future[None]]]


class Inbox:
    """Writes what channels receive into the inbox table; ``arrived`` is told which chats have something waiting."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics, arrived: Callable[[Key], None]) -> None:
        self._database, self._clock, self._metrics, self._arrived = database, clock, metrics, arrived
        self._batch: _Batch = []
        self._wake = asyncio.Event()

    async def take(self, channel: str, updates: Sequence[RawUpdate]) -> None:
        """Commit updates; returns only then, so the caller may acknowledge them.

        Raises ConnectionError when nothing was kept: the caller must not acknowledge, and may try again.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.append((channel, updates, done))
        self._wake.set()
        await done

    async def run(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._batch = self._batch, []
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: _Batch) -> None:
        now = self._clock.now()
        rows = [
            {"channel": channel, "external_id": one.external_id[:80], "chat": one.chat[:64], "raw": _encode(one.raw), "received_at": now}
            for channel, updates, _ in batch for one in updates
        ]  # fmt: skip
        try:
            if rows:
                async with self._database.writing(wake=False) as unit:  # nothing to say yet
                    await unit.inbox.add(rows)
        except Exception as error:  # noqa: BLE001 whatever it is: the channels keep what was not kept here, and this loop goes on
            await self._not_kept(batch, error)
            return
        for channel, updates, done in batch:
            if not done.done():
                done.set_result(None)
            for one in updates:
                self._arrived((channel, one.chat[:64]))
        self._metrics.received.inc(len(rows))

    async def _not_kept(self, batch: _Batch, error: Exception) -> None:
        """One caller's odd update must not cost the others theirs; when the database is away, nobody's is kept."""
        if len(batch) > 1 and not is_passing(error):
            for one in batch:
                await self._commit([one])
            return
        log.error("inbox not written", exc_info=error)
        for *_, done in batch:
            if not done.done():
                done.set_exception(ConnectionError(type(error).__name__))


def _encode(raw: Mapping[str, Any]) -> str:
    """JSON that can be stored; lone surrogates, which UTF-8 does not know, become question marks."""
    try:
        return orjson.dumps(raw).decode()
    except orjson.JSONEncodeError:
        return json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace").decode()
