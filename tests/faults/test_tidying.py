"""While a great deal is forgotten, by the clock or because somebody had it deleted, everybody else is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from bot.app import App
from storage.models import Message
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, move_in, rows, running, settled, texts, until

MANY, QUICK = 3_000, 1.0
SPEAKER = 500


async def _said(app: App, days: int) -> int:
    """Have somebody have said very much so many days ago; returns their chat."""
    chat = (await move_in(app.database, [SPEAKER]))[SPEAKER]
    at = datetime.now(UTC) - timedelta(days=days)
    said = {"chat_id": chat, "out": False, "at": at, "text": "很久以前", "body": {}, "client": ""}
    async with app.database.writing() as unit:
        await unit.session.execute(insert(Message), [said] * MANY)
    return chat


async def _to_its_end(work: Callable[[], Awaitable[bool]]) -> None:
    while await work():
        pass


async def _waits_during(app: App, api: BotApi, job: str) -> list[float]:
    """Seconds that people wait for their answers, one asking after another, until ``job`` is done."""
    work = next(one.work for one in app.jobs.table if one.name == job)
    task, waits, clock = asyncio.create_task(_to_its_end(work)), [], asyncio.get_running_loop().time
    while not task.done():
        chat, began = SPEAKER + 1 + len(waits), clock()
        api.user(chat).say(ASKED[0][0])
        while not texts(api, chat):
            await asyncio.sleep(0.005)
        waits.append(clock() - began)
    await task
    await settled(app.database, sent=len(waits))
    return waits


async def test_others_are_answered_while_old_words_go(api: BotApi, places: Place) -> None:
    async with running(*places, api) as app:
        chat = await _said(app, days=200)
        assert max(await _waits_during(app, api, "tidy")) < QUICK

        async def gone() -> bool:  # the product's own job does its share beside the test's
            return not await rows(app.database, Message, Message.chat_id == chat)

        await until(gone)


async def test_others_are_answered_while_somebodys_words_go(api: BotApi, places: Place) -> None:
    async with running(*places, api) as app:
        chat = await _said(app, days=1)
        async with app.database.writing() as unit:
            known = await unit.people.chat(chat)
            assert known is not None
            await unit.erasure.words(known.person_id)
        assert max(await _waits_during(app, api, "erase")) < QUICK
        assert {one.text for one in await rows(app.database, Message, Message.chat_id == chat)} == {""}
