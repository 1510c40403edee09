"""Updates on their way to the bot: kept until confirmed, fetched by long polling or pushed to its webhook."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

from tests.fakes.botapi.errors import ApiError, Json
from tests.fakes.botapi.prose import UPDATE_KINDS
from tests.fakes.botapi.webhook import Delivery, Hook, Waiting

_OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LONGEST_POLL = 50


class Updates:
    """The queue of one bot. `time_scale` shortens the pauses and lifetimes of webhook deliveries (0.01: hundredfold)."""

    def __init__(self, time_scale: float, on_answer: Callable[[Json], Awaitable[Any]]) -> None:
        self.time_scale = time_scale
        self.on_answer = on_answer
        self.waiting: deque[Waiting] = deque()
        self.next_id = random.randint(100_000_000, 900_000_000)
        self.allowed = UPDATE_KINDS - _OFF_BY_DEFAULT
        self.hook: Hook | None = None
        self.deliveries: list[Delivery] = []
        self.dropped: list[Json] = []
        self._poll: asyncio.Future[None] | None = None
        self._news: asyncio.Future[None] | None = None
        self._forced = 0

    def push(self, kind: str, payload: Json) -> Json:
        """Queue an update of an allowed kind. Answers the update, also if the bot did not ask for that kind."""
        number = self.next_id
        self.next_id += 1
        update: Json = {"update_id": number, kind: payload}
        if kind in self.allowed:
            self._add(Waiting(update, number, False, time.monotonic()))
        return update

    def force(self, update: Json) -> Json:
        """Queue an update as it is, well-formed or not, new or seen before; it gets an update_id if it has none."""
        if "update_id" not in update:
            update = {"update_id": self.next_id, **update}
            self.next_id += 1
        number = update["update_id"]
        self._add(Waiting(update, number if isinstance(number, int) else 0, True, time.monotonic()))
        return update

    def _add(self, waiting: Waiting) -> None:
        self.waiting.append(waiting)
        self._forced += waiting.forced
        if self.hook is not None:
            self.hook.push(waiting)
        elif self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def poll(self, params: Json) -> list[Json]:
        """getUpdates: confirm, wait, hand out. Raises 409 when a webhook is set or another poller takes over."""
        if self.hook is not None:
            what = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise ApiError(409, f"Conflict: {what}")
        me: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._poll = me
        try:
            self._allow(params.get("allowed_updates"))
            self._confirm(params.get("offset", 0))
            if not self.waiting:
                await self._wait(me, min(max(params.get("timeout", 0), 0), _LONGEST_POLL))
            return self._batch(min(max(params.get("limit", 100), 1), 100))
        finally:
            if self._poll is me:
                self._poll = None

    def _interrupt(self, why: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, f"Conflict: {why}"))
            self._poll.exception()

    def _allow(self, kinds: list[str] | None) -> None:
        if kinds is not None:
            self.allowed = frozenset(kinds) or UPDATE_KINDS - _OFF_BY_DEFAULT

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
            return
        if self._forced:
            kept = [item for item in self.waiting if not (item.delivered if item.forced else item.id < offset)]
            self.waiting = deque(kept)
            self._forced = sum(item.forced for item in kept)
        while self.waiting and not self.waiting[0].forced and self.waiting[0].id < offset:
            self.waiting.popleft()

    async def _wait(self, me: asyncio.Future[None], timeout: float) -> None:
        if timeout <= 0:
            return
        self._news = asyncio.get_running_loop().create_future()
        await asyncio.wait({me, self._news}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if me.done():
            me.result()

    def _batch(self, limit: int) -> list[Json]:
        batch = list(islice(self.waiting, limit))
        for item in batch:
            item.delivered = True
        return [item.update for item in batch]

    async def set_hook(self, params: Json, certificate: bool) -> bool:
        """setWebhook. An empty address takes the webhook away."""
        if params.get("drop_pending_updates"):
            self.waiting.clear()
        await self._unhook()
        self._allow(params.get("allowed_updates"))
        if not params["url"]:
            return True
        self._interrupt("terminated by setWebhook request")
        self.hook = hook = Hook(params, certificate, self.time_scale, self._taken, self.on_answer)
        hook.deliveries = self.deliveries
        for item in self.waiting:
            hook.push(item)
        return True

    async def delete_hook(self, params: Json) -> bool:
        """deleteWebhook."""
        return await self.set_hook({"url": "", **params}, False)

    async def _unhook(self) -> None:
        hook, self.hook = self.hook, None
        if hook is not None:
            await hook.close()

    def _taken(self, item: Waiting, delivered: bool) -> None:
        if not delivered:
            self.dropped.append(item.update)
        with contextlib.suppress(ValueError):
            self.waiting.remove(item)

    def hook_info(self) -> Json:
        """getWebhookInfo."""
        hook, pending = self.hook, len(self.waiting)
        if hook is None:
            return {"url": "", "has_custom_certificate": False, "pending_update_count": pending}
        info = {"url": hook.url, "has_custom_certificate": hook.certificate, "pending_update_count": pending}
        if hook.error_at:
            info |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
        return {**info, "max_connections": hook.connections, "allowed_updates": sorted(self.allowed)}

    async def close(self) -> None:
        """Stop polling and pushing."""
        self._interrupt("the stand-in is closing")
        await self._unhook()
