"""The database locked, full, read-only, restarted: red health meanwhile, nothing lost, nobody blamed, no restart needed."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

import storage.engine
from bot.app import App, Knowledge
from storage.engine import Database, is_passing
from storage.models import Inbox, Outbox
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.hold import held
from tests.faults.inside import ASKED, move_in, one_answer_each, queue, rows, running, settled, texts, until
from tests.support.databases import PostgresTemplate
from tests.support.postgres import Postgres

CHATS = range(60, 80)


async def _ready(app: App) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{app.port}/readyz") as answer:
        return answer.status


async def _red(app: App) -> bool:
    return await _ready(app) == 503


async def _green(app: App) -> bool:
    return await _ready(app) == 200


@asynccontextmanager
async def _with_pragma(app: App, trouble: str, end: str) -> AsyncIterator[None]:
    async def say(pragma: str) -> None:
        async with app.database._writer_free, app.database._writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute(pragma)  # past SQLAlchemy, which would begin a transaction first

    await say(trouble)
    yield
    await say(end)


@asynccontextmanager
async def _full(app: App) -> AsyncIterator[None]:
    """No page more than there are, as on a full disk."""
    async with _with_pragma(app, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000"):
        yield


@asynccontextmanager
async def _read_only(app: App) -> AsyncIterator[None]:
    async with _with_pragma(app, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
        yield


@pytest.mark.parametrize("trouble", [held, _full, _read_only])
async def test_while_sqlite_cannot_be_written_health_is_red_and_nothing_is_lost(
    api: BotApi, place: Place, trouble: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.engine, "BUSY_SECONDS", 0.2)
    api.delay = 1.0  # until a call under way was seen
    async with running(*place, api) as app:
        await queue(app.database, await move_in(app.database, CHATS), ["通知"])
        for chat in CHATS:
            api.user(chat)
        assert await _ready(app) == 200
        await until(lambda: _sending(app))
        api.delay = 0.1
        async with trouble(app):  # type: ignore[operator]
            for question, _ in ASKED[:4]:
                for chat in CHATS:
                    api.user(chat).say(question)
            await until(lambda: _red(app))
            await asyncio.sleep(0.8)
            assert await _ready(app) == 503
        await settled(app.database, 30, sent=len(CHATS) * 5)
        await until(lambda: _green(app))
        assert {row.attempts for row in await rows(app.database, Inbox)} == {0}
        assert {row.attempts + row.uncertain for row in await rows(app.database, Outbox)} == {0}
    for chat in CHATS:
        assert one_answer_each([text for text in texts(api, chat) if text != "通知"], ASKED[:4]) == 0


async def _sending(app: App) -> bool:
    return bool(await rows(app.database, Outbox, Outbox.state == "sending"))


async def test_a_cancelled_transaction_ends_before_anybody_else_uses_its_connection(place: Place) -> None:
    database = Database(place[1], durable=False)
    chats = await move_in(database, [1])
    for step in range(60):
        task = asyncio.create_task(queue(database, chats, ["x"]))
        await asyncio.sleep(step * 0.0001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(queue(database, chats, ["y"]), 1)
    assert len(await rows(database, Outbox)) >= 60
    await database.close()


async def test_when_postgresql_is_restarted_nothing_is_lost_and_the_product_recovers_by_itself(
    api: BotApi, tmp_path: Path, knowledge: Knowledge
) -> None:
    with Postgres() as server:
        template = PostgresTemplate(server, knowledge[0])
        with template.copy(tmp_path) as url:
            async with running(tmp_path, url, knowledge, api) as app:
                for question, _ in ASKED:
                    for chat in CHATS:
                        api.user(chat).say(question)
                async with asyncio.timeout(10):
                    while len(api.world.sent) < 20:
                        await asyncio.sleep(0.005)
                await asyncio.to_thread(server.halt)
                await until(lambda: _red(app))
                for chat in CHATS:
                    api.user(chat).say(ASKED[0][0])
                await asyncio.sleep(1.0)
                assert await _ready(app) == 503
                await asyncio.to_thread(server.resume)
                await until(lambda: _green(app))
                await settled(app.database, 30, sent=len(CHATS) * (len(ASKED) + 1))
                assert {row.attempts for row in await rows(app.database, Inbox)} == {0}
    repeated = sum(one_answer_each(texts(api, chat), (*ASKED, ASKED[0])) for chat in CHATS)
    assert repeated == 0


def _of_the_driver(error: Exception) -> DBAPIError:
    return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (asyncpg.CannotConnectNowError("starting up"), True),
        (asyncpg.TooManyConnectionsError("full"), True),
        (ConnectionRefusedError(), True),
        (OSError(errno.ENOSPC, "full"), True),
        (_of_the_driver(asyncpg.DeadlockDetectedError("")), True),
        (_of_the_driver(asyncpg.DiskFullError("")), True),
        (_of_the_driver(asyncpg.AdminShutdownError("")), True),
        (_of_the_driver(asyncpg.ReadOnlySQLTransactionError("")), True),
        (_of_the_driver(sqlite3.OperationalError("database is locked")), True),
        (_of_the_driver(sqlite3.OperationalError("database or disk is full")), True),
        (_of_the_driver(sqlite3.OperationalError("no such column: x")), False),
        (_of_the_driver(asyncpg.UndefinedColumnError("")), False),
        (FileNotFoundError(errno.ENOENT, "gone"), False),
        (PermissionError(errno.EACCES, "no"), False),
        (KeyError("x"), False),
    ],
    ids=lambda value: type(getattr(value, "orig", value)).__name__,
)
def test_what_may_pass_by_itself_is_told_from_what_an_update_is_to_blame_for(error: Exception, passing: bool) -> None:
    assert is_passing(error) is passing
