"""A town a test can live in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.rules import Rules
from storage.engine import Database
from tests.handlers.harness import Town, shelf_of


@pytest.fixture(scope="session")
def words_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest_asyncio.fixture
async def town(tmp_path: Path, words_folder: Path, rules: Rules) -> AsyncIterator[Town]:
    database = Database(f"sqlite:///{tmp_path / 'town.db'}", durable=False)
    town = Town(database, shelf_of(words_folder, rules))
    await town.settle()
    yield town
    await database.close()
