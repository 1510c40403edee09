"""The product as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from tests.fakes.botapi import BotApiProcess
from tests.faults.inside import ASKED, one_answer_each

_PROJECT: Final = Path(__file__).resolve().parents[2]
IN_FLIGHT: Final = 30
START_SECONDS: Final = 30.0
LEASE_SECONDS: Final = 2.0
"""As ``impatient`` has it."""


class BotProcess:
    """``python -m bot run`` on a database, as ``impatient`` as tests are; settings are given without their prefix."""

    def __init__(self, folder: Path, database: str, api_url: str, **settings: object) -> None:
        usual: dict[str, object] = {
            "data_dir": folder, "database_url": database, "http_port": _free_port(), "metrics_port": 0, "telegram_token": "123456:TEST",
            "telegram_api_url": api_url, "telegram_rate": 10_000, "telegram_chat_rate": 10_000, "telegram_in_flight": IN_FLIGHT,
            "flood_burst": 1000, "log_level": "WARNING",
        }  # fmt: skip
        given = usual | settings
        self.url = f"http://127.0.0.1:{given['http_port']}"
        self.log = folder / "bot.log"
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        self._env = foreign | {f"LINLI_{name.upper()}": str(value) for name, value in given.items()}
        self._child: asyncio.subprocess.Process | None = None
        self._killed = -LEASE_SECONDS

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start, and wait until it is ready.

        After a kill only once its leases have run out: what was in hand then goes first, and a second kill finds other things
        in hand. (That two kills may meet the same message is another test's matter.)
        """
        await asyncio.sleep(max(0.0, self._killed + LEASE_SECONDS - time.monotonic()))
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "tests.faults.impatient", "run")
            self._child = await asyncio.create_subprocess_exec(*command, cwd=_PROJECT, env=self._env, stderr=log)
        end = time.monotonic() + START_SECONDS
        while await self.readiness() != 200:
            assert self._child.returncode is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, "not ready"
            await asyncio.sleep(0.05)

    async def readiness(self) -> int:
        """What /readyz says; 0 while nobody listens."""
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{self.url}/readyz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def kill(self) -> None:
        """kill -9."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()
            self._killed = time.monotonic()

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit status and how many seconds it took."""
        assert self._child is not None
        began = time.monotonic()
        self._child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            status = await self._child.wait()
        return status, time.monotonic() - began

    async def runs_and_is_killed(self, api: BotApiProcess, after: int) -> None:
        """Start it, let so many messages out, and kill it."""
        await self.start()
        before = (await api.get("stats"))["messages"]
        await api.until(before + after, every=0.01)
        await self.kill()


def everybody_asks(chats: range) -> list[dict[str, object]]:
    """For the stand-in's ``say``: every chat asks every question, round after round."""
    return [{"chat": chat, "text": question} for question, _ in ASKED for chat in chats]


async def said_in(api: BotApiProcess) -> dict[int, list[str]]:
    """What the bot said, by chat."""
    heard: dict[int, list[str]] = {}
    for line in (await api.get("sent"))["sent"]:
        heard.setdefault(line["chat"], []).append(line["text"])
    return heard


def repeats(heard: dict[int, list[str]], chats: range) -> int:
    """How many messages are repeats; fails unless each chat has all its answers in order, none more than twice."""
    assert set(heard) == set(chats)
    assert all(texts.count(text) <= 2 for texts in heard.values() for text in texts)
    return sum(one_answer_each(texts) for texts in heard.values())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
