"""A page without a browser: what the scripts would ask of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient


@dataclass
class Page:
    """A test client that knows its own origin."""

    client: TestClient[web.Request, web.Application]

    @property
    def origin(self) -> str:
        return f"http://{self.client.server.host}:{self.client.server.port}"

    async def get(self, path: str, **more: Any) -> ClientResponse:
        return await self.client.get(path, allow_redirects=False, **more)

    async def post(
        self, path: str, origin: str | None = "", headers: Mapping[str, str] | None = None, **more: Any
    ) -> ClientResponse:
        sent = dict(headers or {})
        if origin is not None:
            sent["Origin"] = origin or self.origin
        return await self.client.post(path, allow_redirects=False, headers=sent, **more)

    def socket(self, slot: str = "me", origin: str = "") -> AbstractAsyncContextManager[ClientWebSocketResponse]:
        return self.client.ws_connect(f"/chat/{slot}/ws", headers={"Origin": origin or self.origin}, max_msg_size=0)

    async def token(self, slot: str = "me") -> str:
        """Open the page once; the value of its cookie."""
        answer = await self.get(f"/chat/{slot}")
        assert answer.status == 200
        return self.client.session.cookie_jar.filter_cookies(answer.url)[f"linli_{slot}"].value


async def hear(ws: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next frame of a kind; others are passed over."""
    async with asyncio.timeout(3):
        while True:
            frame: dict[str, Any] = await ws.receive_json()
            if frame["type"] == kind:
                return frame


async def greet(ws: ClientWebSocketResponse, after: int = 0) -> dict[str, Any]:
    """Say hello; the welcome."""
    await ws.send_json({"type": "hello", "after": after, "lang": "zh-CN", "elder": False})
    return await hear(ws, "welcome")
