"""Brings a database to the newest revision; several processes may start at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_251_946_300
_SCRIPTS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The revision this code expects: scripts are named after theirs, in order."""
    return max(path.name.partition("_")[0] for path in _SCRIPTS.glob("versions/[0-9]*_*.py"))


async def migrate(database: Database) -> None:
    """Upgrade; on PostgreSQL an advisory lock makes the others wait, on SQLite the write lock does.

    Alembic is read only where there is something to do: it costs a start 0.2 s and ten megabytes.
    """
    if await revision(database) == newest():
        return
    from alembic import command  # noqa: PLC0415 see above

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), "head")

    await database.run_sync(work)


async def revision(database: Database) -> str | None:
    """The revision the database is at, None when it is empty."""
    found: list[str | None] = []

    def look(connection: Connection) -> None:
        known = inspect(connection).has_table("alembic_version")
        found.append(connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None)

    await database.run_sync(look)
    return found[0]


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 see migrate

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
