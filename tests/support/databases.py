"""A fresh database for each test in milliseconds: a copy of one that was migrated and seeded once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from bot.seed import seed
from knowledge.catalogue import Catalogue
from storage.engine import Database
from storage.migrate import migrate
from tests.support.clock import START
from tests.support.postgres import Postgres

_TEMPLATE = "linli_template"
_numbers = count(1)


def in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end apart from whatever loop the test itself runs in."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _prepare(url: str, catalogue: Catalogue) -> None:
    database = Database(url, durable=False)
    await migrate(database)
    async with database.writing() as unit:
        await seed(unit, catalogue, START)
    await database.close()


class SqliteTemplate:
    """A prepared SQLite file to copy."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._file = folder / "template.db"
        in_thread(_prepare(f"sqlite:///{self._file}", catalogue))

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The address of a copy below ``folder``."""
        shutil.copyfile(self._file, folder / "linli.db")
        yield f"sqlite:///{folder / 'linli.db'}"


class PostgresTemplate:
    """A prepared PostgreSQL database to copy."""

    def __init__(self, server: Postgres, catalogue: Catalogue) -> None:
        self._server = server
        in_thread(self._administer(f"CREATE DATABASE {_TEMPLATE}"))
        in_thread(_prepare(server.url(_TEMPLATE), catalogue))

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The address of a copy that is dropped in the end."""
        name = f"linli_{next(_numbers)}"
        in_thread(self._administer(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}"))
        try:
            yield self._server.url(name)
        finally:
            in_thread(self._administer(f"DROP DATABASE {name} WITH (FORCE)"))

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
