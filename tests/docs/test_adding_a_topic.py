"""The topic of docs/adding-a-topic.md, taken out of the page, works as the page says."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from types import ModuleType

import pytest
import pytest_asyncio

from bot.app import Knowledge
from handlers import TOPICS, topics
from handlers.rules import Rules
from handlers.texts import LOCALE, Texts
from handlers.topic import Registry
from storage.engine import Database
from tests.docs.tables import DOCS
from tests.handlers.harness import Town, shelf_of

PAGE = (DOCS / "adding-a-topic.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ModuleType]:
    """The module of the page, imported from a file of its own."""
    path = tmp_path / "hours.py"
    path.write_text(blocks("python")[0], "utf-8")
    spec = importlib.util.spec_from_file_location("hours_of_the_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """The catalogues with the page's sentences."""
    folder = tmp_path / "locale"
    copytree(LOCALE, folder)
    for language, content in zip(("zh_Hans", "en"), blocks("po"), strict=True):
        (folder / language / "hours.po").write_text(content, "utf-8")
    return Texts.load(folder)


@pytest_asyncio.fixture
async def town(tmp_path: Path, room: ModuleType, texts: Texts, knowledge: Knowledge) -> AsyncIterator[Town]:
    database = Database(f"sqlite:///{tmp_path / 'town.db'}", durable=False)
    registry = Registry([*topics(), room.topic], texts)
    town = Town(database, replace(shelf_of(knowledge, Rules()), texts=texts, registry=registry))
    await town.settle()
    yield town
    await database.close()


async def test_the_conversation_of_the_page_happens(town: Town) -> None:
    await town.moves_in("resident", consented=False)
    turns = [line.partition(": ") for line in blocks("dialogue")[0].splitlines()]
    told: list[str] = []
    for who, _, words in turns:
        if who == "居民":
            assert told == []
            told = (await town.says("resident", words)).splitlines()
        else:
            assert told.pop(0) == words
    assert told == []


async def test_it_speaks_english(town: Town) -> None:
    await town.moves_in("smith", language="en", consented=False)
    assert await town.says("smith", "Opening hours") == "Which community do you mean?"
    assert "0100-5550101" in await town.says("smith", "1")


def test_both_languages_have_the_same_keys_and_names(texts: Texts) -> None:
    assert texts.keys("zh_Hans") == texts.keys("en")
    chinese, english = (dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE)) for text in blocks("po"))
    assert {key: set(re.findall(r"{\w+}", said)) for key, said in chinese.items()} == {
        key: set(re.findall(r"{\w+}", said)) for key, said in english.items()
    }


def test_the_list_of_the_page_is_todays_with_the_new_topic() -> None:
    (line,) = blocks("text")
    assert tuple(re.findall(r'"(\w+)"', line)) == (*TOPICS, "hours")
