"""Migrations lead to exactly the models; the audit chain shows every tampering."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, select, update

from storage.engine import Database
from storage.migrate import migrate, newest, revision
from storage.models import Audit, Base

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'linli.db'}")
    await migrate(made)
    yield made
    await made.close()


async def test_migrations_lead_to_the_models(database: Database) -> None:
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        differences.extend(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    await database.run_sync(compare)
    assert differences == []
    assert await revision(database) == newest()


def test_the_newest_revision_is_the_head_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "storage/migrations"))
    assert newest() == ScriptDirectory.from_config(config).get_current_head()


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)
    assert await revision(database) == newest()


async def _lines(database: Database, count: int) -> None:
    async with database.writing() as unit:
        for number in range(count):
            unit.audit.add(NOW, number, "case.read", f"R{number}", step=number)


async def test_an_untouched_trail_is_whole(database: Database) -> None:
    await _lines(database, 5)
    async with database.reading() as unit:
        assert await unit.audit.broken_at() is None


async def test_a_changed_line_shows(database: Database) -> None:
    await _lines(database, 5)
    async with database.writing() as unit:
        await unit.session.execute(update(Audit).where(Audit.id == 3).values(actor_id=99))
    async with database.reading() as unit:
        assert await unit.audit.broken_at() == 3


async def test_a_missing_line_shows_in_the_middle_and_at_the_end(database: Database) -> None:
    await _lines(database, 5)
    async with database.writing() as unit:
        await unit.session.execute(delete(Audit).where(Audit.id == 2))
    async with database.reading() as unit:
        assert await unit.audit.broken_at() == 3
    async with database.writing() as unit:
        await unit.session.execute(delete(Audit).where(Audit.id > 1))
    async with database.reading() as unit:
        assert await unit.audit.broken_at() == 0


async def _trimmed(database: Database, *ids: int) -> list[int]:
    """Ask for these lines to go; returns those that are left."""
    async with database.writing() as unit:
        await unit.retention.forget("audit", ids, NOW + timedelta(days=1), NOW)
    async with database.reading() as unit:
        return list(await unit.session.scalars(select(Audit.id).order_by(Audit.id)))


async def test_a_trail_is_whole_after_its_oldest_lines_went_however_often(database: Database) -> None:
    await _lines(database, 5)
    assert await _trimmed(database, 1, 2) == [3, 4, 5]
    assert await _trimmed(database, 3) == [4, 5]
    await _lines(database, 1)
    async with database.reading() as unit:
        assert await unit.audit.broken_at() is None
    async with database.writing() as unit:
        await unit.session.execute(delete(Audit).where(Audit.id == 4))
    async with database.reading() as unit:
        assert await unit.audit.broken_at() == 5


async def test_a_trail_of_which_all_lines_went_is_whole_and_goes_on(database: Database) -> None:
    await _lines(database, 3)
    assert await _trimmed(database, 1, 2, 3) == []
    async with database.reading() as unit:
        assert await unit.audit.broken_at() is None
    await _lines(database, 2)
    async with database.reading() as unit:
        assert await unit.audit.broken_at() is None


async def test_no_line_goes_before_an_older_one_that_stays(database: Database) -> None:
    await _lines(database, 5)
    assert await _trimmed(database, 1, 2, 4, 5) == [3, 4, 5]
    assert await _trimmed(database, 5) == [3, 4, 5]
    async with database.reading() as unit:
        assert await unit.audit.broken_at() is None


async def test_a_failing_block_leaves_nothing(database: Database) -> None:
    try:
        async with database.writing() as unit:
            await unit.facts.put("x", {"a": 1})
            raise RuntimeError
    except RuntimeError:
        pass
    async with database.reading() as unit:
        assert await unit.facts.get("x") == {}
