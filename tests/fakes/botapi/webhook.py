"""Updates pushed to the bot's webhook: in lines, with the secret, again and again until the bot takes them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.botapi.errors import Json
from tests.fakes.botapi.shapes import dumps, loads

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_CALLBACK_LIFE, _MESSAGE_LIFE = 150.0, 86_400.0


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


class Hook:
    """Where updates are pushed, and how it went. `taken` is told of each update that the bot took or that was given up.

    Messages go one after another in a chat; presses queue by the person, so a press may overtake a message.
    """

    def __init__(
        self,
        params: Json,
        certificate: bool,
        time_scale: float,
        taken: Callable[[Waiting, bool], None],
        on_answer: Callable[[Json], Awaitable[Any]],
    ) -> None:
        self.url: str = params["url"]
        self.connections: int = params.get("max_connections", 40)
        self.certificate = certificate
        self.error_at, self.error = 0, ""
        self.deliveries: list[Delivery] = []
        self._secret: str | None = params.get("secret_token")
        self._time_scale, self._taken, self._on_answer = time_scale, taken, on_answer
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._queues: dict[str, deque[Waiting]] = {}
        self._slots = asyncio.Semaphore(self.connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60, sock_connect=5))

    async def close(self) -> None:
        """Stop pushing; what was not taken stays with the queue."""
        for task in self._lines.values():
            task.cancel()
        await asyncio.gather(*self._lines.values(), return_exceptions=True)
        await self._session.close()

    def push(self, item: Waiting) -> None:
        """Put an update into its line."""
        line = line_of(item.update)
        self._queues.setdefault(line, deque()).append(item)
        if line not in self._lines:
            self._lines[line] = asyncio.create_task(self._run_line(line))

    async def _run_line(self, line: str) -> None:
        queue = self._queues[line]
        while queue:
            taken = await self._deliver(queue[0])
            self._taken(queue.popleft(), taken)
        del self._queues[line], self._lines[line]

    async def _deliver(self, item: Waiting) -> bool:
        """Push until the bot answers 2xx or the update is too old: at once again, then after 2, 4, 8 … 60–120 s."""
        life = (_CALLBACK_LIFE if "callback_query" in item.update else _MESSAGE_LIFE) * self._time_scale
        attempt = 0
        while True:
            status, pause = await self._attempt(item, attempt)
            if 200 <= status < 300:
                return True
            attempt += 1
            if time.monotonic() - item.since > life:
                return False
            backoff = 0.0 if attempt == 1 else 2.0 ** (attempt - 1) if attempt < 7 else random.uniform(60, 120)
            await asyncio.sleep((backoff if pause is None else pause) * self._time_scale)

    async def _attempt(self, item: Waiting, attempt: int) -> tuple[int, float | None]:
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[SECRET_HEADER] = self._secret
        status, pause = 0, None
        async with self._slots:
            try:
                async with self._session.post(self.url, data=dumps(item.update), headers=headers) as response:
                    status, answer = response.status, await response.read()
                    pause = _seconds(response.headers.get("Retry-After"))
                    await self._obey(status, answer)
            except (aiohttp.ClientError, TimeoutError) as error:
                self.error = f"Connection refused or lost: {error}"[:200]
        self.deliveries.append(Delivery(item.id, attempt, status, time.time()))
        if not 200 <= status < 300:
            self.error_at = int(time.time())
            self.error = f"Wrong response from the webhook: {status}" if status else self.error
        return status, pause

    async def _obey(self, status: int, answer: bytes) -> None:
        """A method call in the answer to a webhook is carried out, its result never told."""
        if 200 <= status < 300 and answer.lstrip().startswith(b"{") and b'"method"' in answer:
            await self._on_answer(loads(answer))


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
