"""The database, SQLite or PostgreSQL behind one door.

SQLite has one writer a process (a lock here, ``BEGIN IMMEDIATE`` against other processes) and separate read-only
connections; PostgreSQL has its pool. Whoever has many small writes groups them into one ``writing`` block: that is the group
commit which makes durable writes cheap (docs/adr/0002).
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.sqlite import READING, WRITING, opener
from storage.unit import Unit

BUSY_SECONDS = 5

AlreadyThereError = IntegrityError
"""A row that must be unique is there already: somebody else was quicker."""
DatabaseError = SQLAlchemyError
"""Whatever the database or its driver says no with; the rooms outside catch it by this name."""

_PASSING = ("locked", "busy", "full", "disk i/o", "readonly", "read-only", "unable to open")
_RETRY_CODES = ("08", "25006", "40", "53", "55P03", "57", "58")
"""SQLSTATE beginnings: connection, read-only, serialisation and deadlock, resources, lock, operator, system (PostgreSQL, appendix A)."""
_PROBE, _PROBE_BYTES = "probe", 20_000
_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def is_passing(error: BaseException) -> bool:
    """Whether database or machine are to blame and may come back (locked, full, restarted), rather than what was asked of them.

    Connecting raises the driver's own errors, which SQLAlchemy does not wrap.
    """
    if isinstance(error, OSError) and not isinstance(error, (ConnectionError, TimeoutError)):
        return error.errno in _MACHINE
    if isinstance(error, (OSError, PoolTimeoutError)):
        return True
    origin = error.orig if isinstance(error, DBAPIError) else error
    if str(getattr(origin, "sqlstate", None) or "").startswith(_RETRY_CODES):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or (
        isinstance(error, OperationalError) and any(word in str(origin).lower() for word in _PASSING)
    )


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """Opens units of work.

    ``on_commit`` functions are called after each successful write, to wake whoever waits, with the chats in which something
    was said (``Unit.told``).
    """

    def __init__(self, url: str, *, durable: bool = True, pool: int = 8) -> None:
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.url = parsed.set(drivername="sqlite+aiosqlite" if self.sqlite else "postgresql+asyncpg")
        self.on_commit: list[Callable[[Collection[tuple[str, str]]], None]] = []
        self._writer_free = asyncio.Lock()
        self._troubled = False
        if self.sqlite:
            if parsed.database:
                Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writer = self._sqlite(1, "BEGIN IMMEDIATE", durable, query_only=False)
            self._reader = self._sqlite(4, "BEGIN", durable, query_only=True)
        else:
            self._writer = create_async_engine(
                self.url, pool_size=pool, max_overflow=0, pool_pre_ping=True, hide_parameters=True,
                json_serializer=_dumps, json_deserializer=orjson.loads,
                connect_args={"timeout": 10, "command_timeout": 60, "server_settings": {"idle_in_transaction_session_timeout": "60000"}},
            )  # fmt: skip
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def writing(self, *, wake: bool = True) -> AsyncIterator[Unit]:
        """One transaction that commits when the block returns and rolls back when it raises.

        Without ``wake`` nobody is told: for queues' own bookkeeping, which would otherwise wake itself for ever.
        """
        try:
            if self.sqlite:
                async with self._writer_free, self._unit(self._writer) as unit:
                    yield unit
            else:
                async with self._unit(self._writer) as unit:
                    yield unit
        except Exception as error:
            self._troubled |= is_passing(error)
            raise
        for call in self.on_commit if wake else ():
            call(unit.told)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """A consistent look that writes nothing: all of it as of one moment. Never waits for a writer."""
        async with self._unit(self._reader) as unit:
            yield unit

    async def run_sync(self, work: Callable[[Connection], None]) -> None:
        """Run migrations on a connection of their own transaction."""
        async with self._writer_free, self._writer.begin() as connection:
            await connection.run_sync(work)

    async def ping(self) -> None:
        """Raise unless the database answers and can be written to.

        After trouble that takes a real write: on a full disk transactions still begin.
        """
        if not self._troubled:
            async with self._writer_free, self._writer.begin() as connection:
                await connection.execute(text("SELECT 1"))
            return
        async with self.writing(wake=False) as unit:
            await unit.facts.put(_PROBE, {"room": "x" * _PROBE_BYTES})
            await unit.session.flush()
            await unit.facts.drop(_PROBE)
        self._troubled = False

    async def close(self) -> None:
        """Give all connections back."""
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def _unit(self, engine: AsyncEngine) -> AsyncIterator[Unit]:
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            unit = Unit(session)
            yield unit
            await unit.finish()

    def _sqlite(self, size: int, begin: str, durable: bool, *, query_only: bool) -> AsyncEngine:
        engine = create_async_engine(
            self.url, poolclass=AsyncAdaptedQueuePool, pool_size=size, max_overflow=0, hide_parameters=True,
            json_serializer=_dumps, json_deserializer=orjson.loads,
            async_creator=opener(self.url.database or ":memory:", READING if query_only else WRITING, BUSY_SECONDS),
        )  # fmt: skip

        @event.listens_for(engine.sync_engine, "connect")
        def _prepare(connection: Any, record: Any) -> None:
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL", f"synchronous={'FULL' if durable else 'NORMAL'}", "foreign_keys=ON", "temp_store=MEMORY",
                f"cache_size={-1000 if query_only else -8000}", f"query_only={'ON' if query_only else 'OFF'}",
                f"busy_timeout={BUSY_SECONDS * 1000 if query_only else 0}",
            ):  # fmt: skip
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine
