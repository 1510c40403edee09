"""Updates on their way to the bot: kept until confirmed, fetched by long polling or pushed to its webhook."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import aiohttp
import orjson

from tests.fakes.botapi.errors import ApiError, Json
from tests.fakes.botapi.prose import UPDATE_KINDS

_OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LONGEST_POLL = 50
_CALLBACK_LIFE, _MESSAGE_LIFE = 150.0, 86_400.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(slots=True, eq=False)
class Waiting:
    """An update not yet confirmed. A `forced` one (a duplicate, a malformed one) is delivered whatever the offset is."""

    update: Json
    id: int
    forced: bool
    since: float
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to push an update: HTTP status, 0 if the bot could not be reached."""

    update_id: int
    attempt: int
    status: int
    at: float


@dataclass(slots=True)
class Hook:
    """Where updates are pushed, and how it went."""

    url: str
    secret: str | None
    connections: int
    certificate: bool
    error_at: int = 0
    error: str = ""
    lines: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    queues: dict[str, deque[Waiting]] = field(default_factory=dict)


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
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(40)

    def push(self, kind: str, payload: Json) -> Json:
        """Queue an update of an allowed kind. Answers the update, also if the bot did not ask for that kind."""
        update = {"update_id": self.next_id, kind: payload}
        self.next_id += 1
        if kind in self.allowed:
            self._add(Waiting(update, update["update_id"], False, time.monotonic()))
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
        if self.hook is not None:
            self._line_up(self.hook, waiting)
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
        if any(item.forced for item in self.waiting):
            kept = [item for item in self.waiting if not (item.delivered if item.forced else item.id < offset)]
            self.waiting = deque(kept)
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
        hook = Hook(params["url"], params.get("secret_token"), params.get("max_connections", 40), certificate)
        self.hook = hook
        self._slots = asyncio.Semaphore(hook.connections)
        for item in self.waiting:
            self._line_up(hook, item)
        return True

    async def delete_hook(self, params: Json) -> bool:
        """deleteWebhook."""
        return await self.set_hook({"url": "", **params}, False)

    async def _unhook(self) -> None:
        hook, self.hook = self.hook, None
        if hook is not None:
            for task in hook.lines.values():
                task.cancel()
            await asyncio.gather(*hook.lines.values(), return_exceptions=True)

    def hook_info(self) -> Json:
        """getWebhookInfo."""
        hook, pending = self.hook, len(self.waiting)
        if hook is None:
            return {"url": "", "has_custom_certificate": False, "pending_update_count": pending}
        info = {"url": hook.url, "has_custom_certificate": hook.certificate, "pending_update_count": pending}
        if hook.error_at:
            info |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
        return {**info, "max_connections": hook.connections, "allowed_updates": sorted(self.allowed)}

    def _line_up(self, hook: Hook, item: Waiting) -> None:
        """Messages go one after another in a chat; presses queue by the person, so one may overtake a message."""
        line = line_of(item.update)
        hook.queues.setdefault(line, deque()).append(item)
        if line not in hook.lines:
            hook.lines[line] = asyncio.create_task(self._run_line(hook, line))

    async def _run_line(self, hook: Hook, line: str) -> None:
        queue = hook.queues[line]
        while queue:
            await self._deliver(hook, queue[0])
            item = queue.popleft()
            with contextlib.suppress(ValueError):
                self.waiting.remove(item)
        del hook.queues[line], hook.lines[line]

    async def _deliver(self, hook: Hook, item: Waiting) -> None:
        """Push until the bot answers 2xx or the update is too old: at once again, then after 2, 4, 8 … 60–120 s."""
        life = (_CALLBACK_LIFE if "callback_query" in item.update else _MESSAGE_LIFE) * self.time_scale
        attempt = 0
        while True:
            status, pause = await self._attempt(hook, item, attempt)
            if 200 <= status < 300:
                return
            attempt += 1
            if time.monotonic() - item.since > life:
                self.dropped.append(item.update)
                return
            backoff = 0.0 if attempt == 1 else 2.0 ** (attempt - 1) if attempt < 7 else random.uniform(60, 120)
            await asyncio.sleep((backoff if pause is None else pause) * self.time_scale)

    async def _attempt(self, hook: Hook, item: Waiting, attempt: int) -> tuple[int, float | None]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60, sock_connect=5))
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers[SECRET_HEADER] = hook.secret
        status, pause, answer = 0, None, b""
        async with self._slots:
            try:
                body = orjson.dumps(item.update)
                async with self._session.post(hook.url, data=body, headers=headers) as response:
                    status, answer = response.status, await response.read()
                    pause = _seconds(response.headers.get("Retry-After"))
                    await self._obey(status, answer)
            except (aiohttp.ClientError, TimeoutError) as error:
                hook.error = f"Connection refused or lost: {error}"[:200]
        self.deliveries.append(Delivery(item.id, attempt, status, time.time()))
        if not 200 <= status < 300:
            hook.error_at = int(time.time())
            hook.error = f"Wrong response from the webhook: {status}" if status else hook.error
        return status, pause

    async def _obey(self, status: int, answer: bytes) -> None:
        """A method call in the answer to a webhook is carried out, its result never told."""
        if 200 <= status < 300 and answer.lstrip().startswith(b"{") and b'"method"' in answer:
            await self.on_answer(orjson.loads(answer))

    async def close(self) -> None:
        """Stop polling and pushing."""
        self._interrupt("the stand-in is closing")
        await self._unhook()
        if self._session is not None:
            await self._session.close()


def line_of(update: Json) -> str:
    """The line in which an update waits its turn."""
    press = update.get("callback_query")
    if isinstance(press, dict):
        return f"press {_number(press.get('from'))}"
    payload = next((value for key, value in update.items() if key != "update_id"), None)
    chat = payload.get("chat", payload.get("from")) if isinstance(payload, dict) else None
    return f"chat {_number(chat)}"


def _number(owner: Any) -> Any:
    return owner.get("id") if isinstance(owner, dict) else None


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.replace(".", "", 1).isdigit() else None
