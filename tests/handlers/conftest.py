"""A town a test can live in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import Knowledge
from handlers.rules import Rules
from storage.engine import Database
from tests.handlers.harness import Town, shelf_of


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest_asyncio.fixture
async def town(tmp_path: Path, knowledge: Knowledge, rules: Rules) -> AsyncIterator[Town]:
    database = Database(f"sqlite:///{tmp_path / 'town.db'}", durable=False)
    town = Town(database, shelf_of(knowledge, rules))
    await town.settle()
    yield town
    await database.close()
