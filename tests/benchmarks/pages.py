"""Open web chat pages without a browser: what the page's script says over its socket, and how long the answer takes."""

from __future__ import annotations

import asyncio
import time
import uuid
from types import TracebackType
from typing import Any, Self

import aiohttp


class Page:
    """One open page with a chat of its own."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """``session`` must keep no cookies, so that each page is somebody else."""
        self._session, self._url = session, url
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        async with self._session.get(f"{self._url}/chat") as response:
            response.raise_for_status()
            cookie = response.cookies["linli_me"]
        headers = {"Cookie": f"linli_me={cookie.value}", "Origin": self._url}
        self._socket = await self._session.ws_connect(f"{self._url}/chat/ws", headers=headers)
        await self._socket.send_json({"type": "hello", "after": 0, "lang": "zh-CN", "elder": False})
        await self._hear("welcome")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def say(self, text: str) -> float:
        """Send a message; seconds until the first message of the answer is here."""
        assert self._socket is not None
        started = time.perf_counter()
        await self._socket.send_json({"type": "text", "id": uuid.uuid4().hex, "text": text})
        while not (await self._hear("message"))["out"]:
            pass
        return time.perf_counter() - started

    async def _hear(self, kind: str) -> dict[str, Any]:
        assert self._socket is not None
        async with asyncio.timeout(30):
            while True:
                frame: dict[str, Any] = await self._socket.receive_json()
                if frame["type"] == "error":
                    raise RuntimeError(frame["text"])
                if frame["type"] == kind:
                    return frame


def stranger() -> aiohttp.ClientSession:
    """A session that keeps no cookies."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0))
