"""The machine's clock put forward or back by an hour while messages wait, are under way and come in."""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import SystemClock
from storage.models import Inbox, Outbox
from tests.fakes.botapi import BotApi, Fault
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, move_in, one_answer_each, queue, rows, running, settled, states, texts
from tests.support.clock import MovableClock


@pytest.mark.parametrize("hours", [1, -1], ids=["forward", "back"])
async def test_a_jump_of_the_clock_neither_loses_nor_repeats_nor_stalls(api: BotApi, places: Place, hours: int) -> None:
    clock = MovableClock(SystemClock().now())
    api.delay = 0.4
    async with running(*places, api, clock, telegram_chat_rate=20.0) as app:
        chats = await move_in(app.database, range(40, 50))
        for chat in chats:
            api.user(chat)
        await queue(app.database, chats, ["一", "二"])
        await _under_way(api)
        clock.passes(hours=hours)
        api.user(60).say(ASKED[0][0])
        began = asyncio.get_running_loop().time()
        await queue(app.database, chats, ["三"])
        await settled(app.database, sent=31)
        assert asyncio.get_running_loop().time() - began < 6
        assert {row.uncertain + row.attempts for row in await rows(app.database, Outbox)} == {0}
        assert await states(app.database, Inbox) == {"done": 1}
    assert {tuple(texts(api, chat)) for chat in chats} == {("一", "二", "三")}
    assert one_answer_each(texts(api, 60), ASKED[:1]) == 0


@pytest.mark.parametrize("hours", [1, -1], ids=["forward", "back"])
async def test_a_clock_that_was_moved_while_nothing_ran_stalls_nobody(api: BotApi, place: Place, hours: int) -> None:
    clock = MovableClock(SystemClock().now())
    api.fault(Fault("server_error", "sendMessage", chat=40, times=1))
    async with running(*place, api, clock) as app:
        chats = await move_in(app.database, [40, 41])
        for chat in chats:
            api.user(chat)
        await queue(app.database, chats, ["一"])
        await api.user(41).expect("一")
    clock.passes(hours=hours)
    async with running(*place, api, clock) as app:
        await queue(app.database, chats, ["二"])
        await settled(app.database, 5, sent=4)
    assert texts(api, 40) == texts(api, 41) == ["一", "二"]


async def test_a_pause_that_telegram_asked_for_outlives_a_jump(api: BotApi, place: Place) -> None:
    clock = MovableClock(SystemClock().now())
    api.fault(Fault("too_many", "sendMessage", times=1, retry_after=2))
    async with running(*place, api, clock) as app:
        chats = await move_in(app.database, [40])
        api.user(40)
        await queue(app.database, chats, ["一"])
        async with asyncio.timeout(5):
            while not api.counts["sendMessage 429"]:
                await asyncio.sleep(0.01)
        began = asyncio.get_running_loop().time()
        clock.passes(seconds=-30)
        await settled(app.database, sent=1)
        assert 1.9 < asyncio.get_running_loop().time() - began < 60


async def _under_way(api: BotApi) -> None:
    """Until the stand-in has the first messages; it answers them later."""
    async with asyncio.timeout(5):
        while len(api.world.sent) < 10:
            await asyncio.sleep(0.005)
