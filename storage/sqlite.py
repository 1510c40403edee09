"""SQLite connections for the event loop: a statement runs where it is asked for, and only what may wait goes to a thread.

One of our statements takes SQLite some tens of microseconds; the four trips to a thread and back that ``aiosqlite`` makes for
it take ten times that, and under load each may wait for the interpreter's switch interval. So the writing connection leaves
only COMMIT (the disk) to its thread and asks for a lock that another process holds again and again, and a reading one leaves
only the query itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import aiosqlite

WRITING: Final = frozenset({"commit"})
READING: Final = frozenset({"execute", "fetchall"})
_AGAIN: Final = 0.005  # seconds between two requests for the lock


class _Connection(aiosqlite.Connection):
    """Calls named in ``waiting`` go to the thread, all others are made at once."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], waiting: frozenset[str], patience: float) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._waiting, self._patience = waiting, patience
        self._thread.daemon = True

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        if args and str(args[0]).startswith("BEGIN"):
            return await self._begin(partial(fn, *args, **kwargs))
        if fn.__name__ in self._waiting:
            return await _to_its_end(self._in_thread(partial(fn, *args, **kwargs)))
        return fn(*args, **kwargs)

    async def _begin(self, call: Callable[[], Any]) -> Any:
        """Begin, once the lock is free; raises as SQLite does when it stays taken."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._patience
        while True:
            try:
                return call()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or clock() > end:
                    raise
            await asyncio.sleep(_AGAIN)

    def _in_thread(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((result, call))
        return result


async def _to_its_end(result: asyncio.Future[Any]) -> Any:
    """Not even a cancelled caller leaves before the thread is done: two threads in one connection end the process."""
    try:
        return await asyncio.shield(result)
    except asyncio.CancelledError:
        while not result.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({result})
        if not result.cancelled():
            result.exception()  # looked at, so that nobody is told it was lost
        raise


def opener(path: str, waiting: frozenset[str], busy_seconds: float) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """What SQLAlchemy calls for a new connection to the file ``path``; BEGIN is ours to say.

    Once it is set up, the connection should be told not to wait by itself (``busy_timeout=0``): it would hold up the loop.
    """
    connector = partial(sqlite3.connect, path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)

    async def connect() -> aiosqlite.Connection:
        return await _Connection(connector, waiting, busy_seconds)

    return connect
