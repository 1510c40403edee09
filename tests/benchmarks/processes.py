"""The product and the echo bots it is compared with, each as a process of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

PROJECT = Path(__file__).resolve().parents[2]
LIFTED = {
    "LINLI_TELEGRAM_RATE": "100000",
    "LINLI_TELEGRAM_CHAT_RATE": "100000",
    "LINLI_TELEGRAM_IN_FLIGHT": "256",
    "LINLI_FLOOD_BURST": "1000000",
    "LINLI_FLOOD_RATE": "100000",
}
"""Settings that take the limits away, which are Telegram's and not the product's."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def resident(pid: int) -> float:
    """Megabytes of memory a process holds (Linux: ``VmRSS``)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def processor_time(pid: int) -> float:
    """Seconds of processor time a process has used (Linux: ``utime`` and ``stime``)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Child:
    """A Python module running as a process while the block lasts; its output goes to ``log``."""

    def __init__(self, *arguments: str, log: Path, env: dict[str, str] | None = None) -> None:
        self._arguments, self._log, self._env = arguments, log, env
        self.process: asyncio.subprocess.Process | None = None
        self.started = 0.0

    async def __aenter__(self) -> Self:
        others = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        with self._log.open("ab") as output:
            self.started = time.perf_counter()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, cwd=PROJECT, env=others | (self._env or {}), stdout=output, stderr=output
            )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(15):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
                print(f"killed after 15 s: {' '.join(self._arguments)}", file=sys.stderr)

    @property
    def megabytes(self) -> float:
        """Resident memory now."""
        assert self.process is not None
        return resident(self.process.pid)

    @property
    def cpu_seconds(self) -> float:
        """Processor time used so far."""
        assert self.process is not None
        return processor_time(self.process.pid)

    def check(self) -> None:
        """Raise with the end of the log if the process has ended."""
        if self.process is not None and self.process.returncode is not None:
            raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:])


class Linli(Child):
    """``python -m bot run`` on a data folder of its own; entered once ``/readyz`` says 200."""

    def __init__(self, folder: Path, api_url: str = "", token: str = "", **settings: str) -> None:
        self.folder, self.port, self.ready_seconds = folder, free_port(), 0.0
        folder.mkdir(parents=True, exist_ok=True)
        env = {
            "LINLI_DATA_DIR": str(folder),
            "LINLI_HTTP_PORT": str(self.port),
            "LINLI_METRICS_PORT": "0",
            "LINLI_LOG_LEVEL": "WARNING",
        }
        if api_url:
            env |= {"LINLI_TELEGRAM_API_URL": api_url, "LINLI_TELEGRAM_TOKEN": token}
        super().__init__("-m", "bot", "run", log=folder / "bench.log", env=env | settings)

    @property
    def url(self) -> str:
        """Where the web chat is."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while not await _ready(session, f"{self.url}/readyz"):
                self.check()
                await asyncio.sleep(0.01)
        self.ready_seconds = time.perf_counter() - self.started
        return self


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for one run; ``TMPDIR`` says on which disk."""
    return tempfile.TemporaryDirectory(prefix="linli-bench-", ignore_cleanup_errors=True)
