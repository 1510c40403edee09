"""Brings a database to the newest revision; several processes may start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.engine import Database

_LOCK = 7_251_946_300


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this code expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


async def migrate(database: Database) -> None:
    """Upgrade; on PostgreSQL an advisory lock makes the others wait, on SQLite the write lock does."""

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), "head")

    await database.run_sync(work)


async def revision(database: Database) -> str | None:
    """The revision the database is at, None when it is empty."""
    found: list[str | None] = []
    await database.run_sync(
        lambda connection: found.append(MigrationContext.configure(connection).get_current_revision())
    )
    return found[0]
