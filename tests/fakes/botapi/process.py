"""The stand-in in a process of its own, started and steered by a test or a benchmark."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from tests.fakes.botapi.errors import Json

_PROJECT = Path(__file__).resolve().parents[3]


class BotApiProcess:
    """`async with BotApiProcess("--delay-ms", "50") as api: api.url; await api.post("say", chats=50, each=10)`."""

    def __init__(self, *options: str, token: str = "123456:TEST") -> None:
        self.token = token
        self.url = ""
        self._options = options
        self._child: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", "tests.fakes.botapi", "--token", self.token, *self._options)
        child = await asyncio.create_subprocess_exec(*command, cwd=_PROJECT, stdout=asyncio.subprocess.PIPE)
        self._child = child
        assert child.stdout is not None
        async with asyncio.timeout(20):
            self.url = (await child.stdout.readline()).decode().split()[1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._child is not None and self._child.returncode is None:
            self._child.terminate()
            await self._child.wait()

    async def post(self, name: str, **asked: Any) -> Json:
        """A POST to /control/name. Raises ValueError with what the stand-in has against it."""
        assert self._session is not None
        async with self._session.post(f"{self.url}/control/{name}", data=orjson.dumps(asked)) as response:
            return _checked(await response.json(), response.status)

    async def get(self, name: str, **query: int | str) -> Json:
        """A GET of /control/name."""
        assert self._session is not None
        async with self._session.get(f"{self.url}/control/{name}", params=query) as response:
            return _checked(await response.json(), response.status)

    async def until(self, messages: int, timeout: float = 60.0, every: float = 0.05) -> Json:
        """Wait until so many messages were sent in all; answers the stats. Raises TimeoutError with the number so far."""
        deadline = asyncio.get_running_loop().time() + timeout
        while (stats := await self.get("stats"))["messages"] < messages:
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{stats['messages']} of {messages} messages after {timeout} s")
            await asyncio.sleep(every)
        return stats


def _checked(answer: Json, status: int) -> Json:
    if status != 200:
        raise ValueError(answer)
    return answer
