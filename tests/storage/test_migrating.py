"""However a database came to its form, made at once or script by script, it has the same one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import Connection, text

from storage.engine import Database
from storage.migrate import newest, revision, upgrade
from storage.models import Base

POSTGRESQL = (
    "SELECT c.relname, c.reloptions::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


@pytest_asyncio.fixture
async def made(database: str) -> AsyncIterator[Database]:
    made = Database(database, durable=False)
    yield made
    await made.close()


async def test_a_database_made_at_once_is_like_one_made_by_the_scripts(made: Database) -> None:
    at_once = await _form(made)
    assert len(at_once) > 100
    await made.run_sync(_empty)
    assert await revision(made) is None
    await made.run_sync(upgrade)
    assert await revision(made) == newest()
    assert await _form(made) == at_once


def _empty(connection: Connection) -> None:
    Base.metadata.drop_all(connection)
    connection.execute(text("DROP TABLE alembic_version"))


async def _form(database: Database) -> set[object]:
    """Tables, columns, constraints and indexes, in no order."""
    found: set[object] = set()

    def look(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            found.update(tuple(row) for query in POSTGRESQL for row in connection.execute(text(query)))
            return
        for (written,) in connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")):
            head, _, body = re.sub(r"\s+", " ", written).partition("(")
            parts = re.split(r",(?![^(]*\))", body.strip().removesuffix(")")) if "TABLE" in head else [body]
            found.update((head, part.strip()) for part in parts)

    await database.run_sync(look)
    return found
