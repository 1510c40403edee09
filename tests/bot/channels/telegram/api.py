"""A small Bot API on loopback that answers what a test tells it to and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "123456:secret-token-secret-token"
MESSAGE = {"message_id": 77, "date": 1_700_000_000, "chat": {"id": 5, "type": "private"}, "text": "echo"}
RESULTS: dict[str, Any] = {
    "sendMessage": MESSAGE,
    "sendPhoto": MESSAGE,
    "sendLocation": MESSAGE,
    "sendMediaGroup": [MESSAGE, MESSAGE],
    "getMe": {"id": 1, "is_bot": True, "first_name": "邻里", "username": "LinliBot"},
    "getUpdates": [],
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """``script[method]`` holds the next answers; without one the call succeeds."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.script: defaultdict[str, list[Answer]] = defaultdict(list)
        self.files: dict[str, Answer] = {}
        self.url = ""

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of ``method`` so far."""
        return [params for name, params in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["token"] == TOKEN
        method = request.match_info["method"]
        self.calls.append((method, await _params(request)))
        if self.script[method]:
            return await self.script[method].pop(0)(request)
        if method == "getUpdates":
            await asyncio.sleep(0.01)
        return web.Response(body=orjson.dumps({"ok": True, "result": RESULTS.get(method, True)}))

    async def file(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["token"] == TOKEN
        return await self.files[request.match_info["path"]](request)


async def _params(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return orjson.loads(await request.read())  # type: ignore[no-any-return]
    form = await request.post()
    return {key: value.file.read() if isinstance(value, web.FileField) else value for key, value in form.items()}


def ok(result: Any) -> Answer:
    """Succeed with ``result``."""
    return body(orjson.dumps({"ok": True, "result": result}))


def body(content: bytes, status: int = 200) -> Answer:
    """Answer exactly so."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=content, status=status)

    return answer


def error(status: int, description: str, **parameters: Any) -> Answer:
    """Fail as the Bot API does."""
    payload: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return body(orjson.dumps(payload | ({"parameters": parameters} if parameters else {})), status)


def hang(seconds: float) -> Answer:
    """Take the request and keep quiet, as behind a half-open socket."""

    async def answer(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response()

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """Take the request and drop the connection."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def serve(api: Api) -> TestServer:
    """Start ``api`` on a free port of 127.0.0.1."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/bot{token}/{method}", api.handle)
    app.router.add_get("/file/bot{token}/{path:.*}", api.file)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    api.url = str(server.make_url("")).rstrip("/")
    return server
