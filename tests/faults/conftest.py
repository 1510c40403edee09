"""Where the products of these tests run, and a stand-in for the Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import Knowledge
from tests.fakes.botapi import BotApi
from tests.support.databases import SqliteTemplate

Place = tuple[Path, str, Knowledge]


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
def place(tmp_path: Path, sqlite_template: SqliteTemplate, warm: Path, knowledge: Knowledge) -> Iterator[Place]:
    """An App's folder, its database (SQLite: what is asked of it here is the same on both), what it knows."""
    (tmp_path / "cache").symlink_to(warm)
    with sqlite_template.copy(tmp_path) as url:
        yield tmp_path, url, knowledge


@pytest.fixture
def places(tmp_path: Path, database: str, warm: Path, knowledge: Knowledge) -> Place:
    """The same on both databases."""
    (tmp_path / "cache").symlink_to(warm)
    return tmp_path, database, knowledge
