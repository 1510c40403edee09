"""The stand-in itself: an HTTP server that answers as api.telegram.org does, only stricter and on command wrongly."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.botapi import body
from tests.fakes.botapi.check import Method, rules
from tests.fakes.botapi.control import control
from tests.fakes.botapi.errors import ApiError, Json, Violation
from tests.fakes.botapi.faults import Fault, Faults, Police
from tests.fakes.botapi.media import Parts
from tests.fakes.botapi.methods import run
from tests.fakes.botapi.people import User
from tests.fakes.botapi.shapes import dumps
from tests.fakes.botapi.updates import Updates
from tests.fakes.botapi.world import World

_BODY_BYTES = 60 * 1024 * 1024
_MESSAGE = re.compile(r"(send(?!ChatAction|\w+Draft|Chat)|forwardMessage|copyMessage)")
_WORDS = (
    ("text: is empty", "message text is empty"),
    ("text: is too long", "message is too long"),
    ("caption: is too long", "message caption is too long"),
    ("callback_data: ", "BUTTON_DATA_INVALID"),
    ("chat_id: missing", "chat_id is empty"),
    ("parse entities", "can't parse entities"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was answered: `status` 200, the error's code, or 0 when no answer was given."""

    method: str
    params: Json
    status: int
    at: float


class BotApi:
    """A Bot API for one bot: `async with BotApi(token="123:TEST") as api: api.url; api.user(1001, "王阿姨")`.

    `delay` seconds are added to every answer (effects come first); `time_scale` shortens webhook pauses; with `any_chat`
    every positive chat id is a person who has started the bot. Wrong calls are answered by 400 and kept in `violations`.
    """

    def __init__(
        self,
        token: str = "123456:TEST",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay: float = 0.0,
        time_scale: float = 1.0,
        any_chat: bool = False,
        username: str = "linli_test_bot",
    ) -> None:
        self.token = token
        self.delay = delay
        self.world = World(token, username, any_chat)
        self.updates = Updates(time_scale, self._call_from_webhook)
        self.faults = Faults()
        self.police: Police | None = None
        self.violations: list[Violation] = []
        self.calls: deque[Call] = deque(maxlen=200_000)
        self.counts: Counter[str] = Counter()
        self._host, self._port = host, port
        self._closing = asyncio.Event()
        self._users: dict[int, User] = {}
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """The base address: `/bot<token>/METHOD` and `/file/bot<token>/PATH` are added."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen; with port 0 on a free one."""
        server = web.Server(
            self._serve, request_factory=self._request, handler_cancellation=True, access_log=None, keepalive_timeout=75
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and forget nothing: what was sent can still be looked at."""
        self._closing.set()
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()

    def user(self, user_id: int, first_name: str = "", **more: str) -> User:
        """The person with this id, in the private chat with the bot; made at first use (username=, language_code=)."""
        if user_id not in self._users:
            self._users[user_id] = User.in_private(self, user_id, first_name or f"P{user_id}", **more)
        return self._users[user_id]

    def group(self, chat_id: int, title: str, *members: User) -> list[User]:
        """A group that the bot is in; answers its members as they are within it, in the order given."""
        chat = self.world.open_group(chat_id, title)
        return [member.within(chat) for member in members]

    def fault(self, fault: Fault) -> Fault:
        """Order a fault."""
        return self.faults.add(fault)

    def raw_update(self, update: Json) -> Json:
        """Hand the bot an update as it is: malformed, or one it has had before."""
        return self.updates.force(update)

    def called(self, method: str) -> list[Json]:
        """The parameters of all calls of a method that were accepted."""
        return [call.params for call in self.calls if call.method == method and call.status == 200]

    def unanswered(self) -> list[str]:
        """Button presses that were never answered: the person still sees a spinning button."""
        return list(self.world.presses)

    def assert_clean(self) -> None:
        """Fail with all violations, if there are any."""
        if self.violations:
            raise AssertionError("\n".join(map(str, self.violations)))

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_BODY_BYTES)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if path.startswith("/control/"):
            return await control(self, request, path.removeprefix("/control/"), query)
        if path.startswith("/file/bot"):
            return self._download(path)
        try:
            method = self._method(path)
        except ApiError as error:
            return _answer(error.code, error.body())
        return await self._handle(request, method, query)

    def _method(self, path: str) -> Method:
        """The method a path asks for. Raises 401 for another bot's token and 404 for what does not exist."""
        token, _, name = unquote(path).removeprefix("/bot").partition("/")
        if token != self.token:
            formed = path.startswith("/bot") and re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token)
            raise ApiError(401, "Unauthorized") if formed else ApiError(404, "Not Found")
        method = rules().method(name)
        if method is None:
            self.violations.append(Violation(name, "no such method", {}))
            raise ApiError(404, "Not Found: method not found")
        return method

    async def _handle(self, request: web.BaseRequest, method: Method, query: str) -> web.StreamResponse:
        params, parts, problem = await body.read(request, method, query)
        problem = problem or method.problem(params, parts)
        chat = params.get("chat_id")
        fault = None if problem else self.faults.take(method.name, chat if isinstance(chat, int) else None)
        if fault is not None and fault.kind in ("half_open", "reset"):
            return await self._no_answer(request, method, params, fault)
        if fault is not None and fault.kind in ("bad_gateway", "garbage"):
            return self._gibberish(method, params, fault)
        status, answer = await self._carry_out(method, params, parts, problem, fault)
        self._note(method, params, status)
        if fault is not None and fault.kind == "lost_answer":
            await self._closing.wait()
        pause = self.delay + (fault.seconds if fault is not None and fault.kind == "delay" else 0)
        if pause:
            await asyncio.sleep(pause)
        return _answer(status, answer)

    async def _carry_out(
        self, method: Method, params: Json, parts: Parts, problem: str | None, fault: Fault | None
    ) -> tuple[int, Json]:
        try:
            if problem is not None:
                raise self._violation(method.name, problem, params)
            if _MESSAGE.match(method.name) and self.police is not None:
                self.police.see(params.get("chat_id"))
            self._refuse(fault)
            return 200, {"ok": True, "result": await self._run(method.name, params, parts)}
        except ApiError as error:
            return error.code, error.body()

    def _refuse(self, fault: Fault | None) -> None:
        error = fault.error() if fault is not None else None
        if error is None:
            return
        if error.code == 429 and self.police is not None:
            self.police.told_to_wait(error.parameters["retry_after"])
        raise error

    async def _run(self, name: str, params: Json, parts: Parts) -> Any:
        if name == "getUpdates":
            return await self.updates.poll(params)
        if name == "setWebhook":
            return await self.updates.set_hook(params, "certificate" in parts)
        if name == "deleteWebhook":
            return await self.updates.delete_hook(params)
        if name == "getWebhookInfo":
            return self.updates.hook_info()
        return run(self.world, name, params, parts)

    def _violation(self, name: str, problem: str, params: Json) -> ApiError:
        self.violations.append(Violation(name, problem, params))
        told = next((words for sign, words in _WORDS if sign in problem), problem)
        return ApiError(400, f"Bad Request: {told}" + (f": {problem}" if told == "can't parse entities" else ""))

    def _note(self, method: Method, params: Json, status: int) -> None:
        self.counts[f"{method.name} {status}"] += 1
        if method.name != "getUpdates":
            self.calls.append(Call(method.name, params, status, time.time()))

    async def _no_answer(
        self, request: web.BaseRequest, method: Method, params: Json, fault: Fault
    ) -> web.StreamResponse:
        self._note(method, params, 0)
        if fault.kind == "reset" and request.transport is not None:
            request.transport.abort()
        await self._closing.wait()
        return web.Response(status=500)

    def _gibberish(self, method: Method, params: Json, fault: Fault) -> web.Response:
        status = 502 if fault.kind == "bad_gateway" else 200
        self._note(method, params, 502 if status == 502 else 0)
        return web.Response(status=status, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")

    async def _call_from_webhook(self, answer: Json) -> None:
        """A method named in the answer to a webhook."""
        name = str(answer.pop("method"))
        method = rules().method(name)
        if method is None:
            self.violations.append(Violation(name, "no such method", answer))
            return
        status, _ = await self._carry_out(method, answer, {}, method.problem(answer), None)
        self._note(method, answer, status)

    def _download(self, path: str) -> web.Response:
        token, _, where = unquote(path).removeprefix("/file/bot").partition("/")
        found = self.world.file_at(where) if token == self.token else None
        if found is None:
            return _answer(*((404, ApiError(404, "Not Found").body()) if token == self.token else _UNAUTHORIZED))
        fault = self.faults.take("download", None)
        if fault is not None and (error := fault.error()) is not None:
            return _answer(error.code, error.body())
        return web.Response(body=found.data, content_type="application/octet-stream")


_UNAUTHORIZED = (401, ApiError(401, "Unauthorized").body())


def _answer(status: int, answer: Json) -> web.Response:
    return web.Response(body=dumps(answer), status=status, content_type="application/json")
