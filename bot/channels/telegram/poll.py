"""Long polling that loses nothing: fetch raw, commit through ``intake``, and only then move the offset.

Asking with a higher offset is what makes Telegram forget the updates below it; so whatever happens before ``intake``
returned, a crash included, the same updates come again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import orjson
from telegram.error import NetworkError, TelegramError

from bot.channels.base import Intake
from bot.channels.telegram.raw import ALLOWED_UPDATES, CHANNEL, decode, update_id, updates
from bot.channels.telegram.request import AiohttpRequest, retry_after
from bot.channels.telegram.retry import LONGEST, pause

BATCH = 100
"""Updates a request at most (the Bot API's limit)."""

GRACE = 5.0
"""Seconds an answer may come late before the socket counts as dead."""

CONFLICT_PAUSE = 5.0
"""Seconds to wait at least while somebody else polls: two that take turns would only disturb each other."""

QUIET = 6 * 24 * 3600.0
"""Seconds without updates after which ids may start again anywhere (Bot API, Update.update_id: after a week)."""

_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')
_log = logging.getLogger(__name__)


class UnreadableError(Exception):
    """The answer to getUpdates is no JSON; ``body`` is what came."""

    def __init__(self, body: bytes) -> None:
        super().__init__("unreadable batch")
        self.body = body


class Poller:
    """The state of one poller: the next offset and how often it failed in a row. ``timeout`` is in seconds."""

    def __init__(self, request: AiohttpRequest, base_url: str, intake: Intake, timeout: float) -> None:
        self._request = request
        self._base_url = base_url
        self._intake = intake
        self._timeout = timeout
        self._offset = 0
        self._limit = BATCH
        self._failures = 0
        self._heard = 0.0

    async def run(self) -> None:
        """Poll until cancelled. A webhook left over from before is removed first: with one set, polling gets 409."""
        self._heard = asyncio.get_running_loop().time()
        await self._remove_webhook()
        while True:
            wait = await self._round()
            if wait:
                await asyncio.sleep(wait)

    async def _round(self) -> float:
        """Fetch, hand over, move on; returns the seconds to wait before the next round."""
        try:
            status, body = await self._call("getUpdates", self._question(), self._timeout + GRACE)
            if status != 200:
                return await self._refused(status, body)
            items = _result(body)
        except NetworkError as error:
            return self._failed(f"getUpdates got no answer ({type(error).__name__})")
        except UnreadableError as error:
            return self._step_over(error.body)
        return await self._hand_over(items)

    async def _hand_over(self, items: list[Any]) -> float:
        try:
            if batch := updates(items):
                await self._intake(CHANNEL, batch)
        except Exception as error:  # noqa: BLE001 whatever the storage raises, the updates stay with Telegram meanwhile
            return self._failed(f"{len(items)} update(s) could not be stored ({type(error).__name__})")
        return self._advance(items)

    def _advance(self, items: list[Any]) -> float:
        numbers = [number for item in items if (number := update_id(item)) is not None]
        now = asyncio.get_running_loop().time()
        if numbers:
            self._offset, self._limit, self._heard = max(numbers) + 1, BATCH, now
        elif items:
            return self._failed("a whole batch without update ids")
        elif now - self._heard > QUIET:
            self._offset = 0
        self._failures = 0
        return 0.0

    def _step_over(self, body: bytes) -> float:
        """Of a batch nobody can read fetch one by one, and pass over the one that is to blame."""
        if self._limit > 1:
            self._limit = 1
            return self._failed("a batch of updates cannot be read")
        if found := _ID.search(body):
            self._offset, self._limit = int(found[1]) + 1, BATCH
            _log.error("passed over update %d: it cannot be read", int(found[1]))
        return self._failed("an update cannot be read")

    async def _refused(self, status: int, body: bytes) -> float:
        if status == 429:
            return retry_after(body)
        if status == 409:
            _log.error("getUpdates: 409. A webhook is set, or another process polls with the same token: stop that one")
            await self._remove_webhook()
            return max(CONFLICT_PAUSE, self._failed("polling is taken"))
        if status in (401, 404):
            _log.error("getUpdates: %d. Telegram refuses the bot's token", status)
            return LONGEST
        return self._failed(f"getUpdates: HTTP {status}")

    def _failed(self, what: str) -> float:
        self._failures += 1
        wait = pause(self._failures)
        _log.warning("%s; trying again in %.1f s", what, wait)
        return wait

    def _question(self) -> dict[str, Any]:
        question = {"limit": self._limit, "timeout": int(self._timeout), "allowed_updates": ALLOWED_UPDATES}
        return question | {"offset": self._offset} if self._offset else question

    async def _remove_webhook(self) -> None:
        try:
            await self._call("deleteWebhook", {}, 10.0)
        except TelegramError as error:
            _log.warning("deleteWebhook failed (%s)", type(error).__name__)

    async def _call(self, method: str, payload: dict[str, Any], total: float) -> tuple[int, bytes]:
        return await self._request.exchange(f"{self._base_url}/{method}", orjson.dumps(payload), total)


def _result(body: bytes) -> list[Any]:
    try:
        result = decode(body)["result"]
    except (ValueError, TypeError, KeyError):
        raise UnreadableError(body) from None
    if not isinstance(result, list):
        raise UnreadableError(body)
    return result
