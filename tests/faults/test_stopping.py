"""SIGTERM in the middle of the work: over within 10 s, and nothing is said twice after the next start."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from bot.app import DRAIN_SECONDS, SETTLE_SECONDS
from storage.models import Outbox
from tests.fakes.botapi import BotApiProcess
from tests.faults.conftest import Place
from tests.faults.inside import looking_into, rows, settled, states
from tests.faults.process import BotProcess, everybody_asks, repeats, said_in

CHATS = range(2000, 2040)


async def test_sigterm_under_load_drains_and_the_next_start_repeats_nothing(place: Place) -> None:
    folder, url, _ = place
    async with (
        looking_into(url) as database,
        BotApiProcess("--delay-ms", "150") as api,
        BotProcess(folder, url, api.url) as bot,
    ):
        await api.post("say", messages=everybody_asks(CHATS))
        await bot.start()
        await api.until(100, every=0.01)
        status, seconds = await bot.terminate()
        assert status == 0
        assert seconds < 10
        assert (await states(database, Outbox)).keys() == {"sent", "queued"}  # in the middle, and nothing in doubt
        await bot.start()
        await settled(database, 30, sent=len(CHATS) * 10)
        assert repeats(await said_in(api), CHATS) == 0
        assert {row.uncertain for row in await rows(database, Outbox)} == {0}


async def test_a_send_that_hangs_does_not_hold_the_end_up_and_is_repeated_once(place: Place) -> None:
    assert DRAIN_SECONDS + SETTLE_SECONDS <= 7  # of the 10 s; closing pages and connections takes the rest
    folder, url, _ = place
    async with looking_into(url) as database, BotApiProcess() as api, BotProcess(folder, url, api.url) as bot:
        await api.post("faults", kind="half_open", method="sendMessage", chat=2000, times=1)
        await api.post("say", messages=everybody_asks(CHATS[:2]))
        await bot.start()
        await api.until(10)
        await asyncio.sleep(0.2)
        status, seconds = await bot.terminate()
        assert status == 0
        assert seconds < 10
        [hanging] = await rows(database, Outbox, Outbox.state == "sending")
        await bot.start()
        await settled(database, 20, sent=20)
        assert repeats(await said_in(api), CHATS[:2]) == 0
        [again] = await rows(database, Outbox, Outbox.id == hanging.id)
        assert again.uncertain == 1


async def test_a_locked_database_does_not_hold_the_end_up_and_loses_nothing(place: Place) -> None:
    folder, url, _ = place
    async with (
        looking_into(url) as database,
        BotApiProcess("--delay-ms", "200") as api,
        BotProcess(folder, url, api.url) as bot,
    ):
        await api.post("say", messages=everybody_asks(CHATS[:10]))
        await bot.start()
        await api.until(20, every=0.01)
        with closing(sqlite3.connect(folder / "linli.db", isolation_level=None, timeout=5)) as other:
            other.execute("BEGIN IMMEDIATE")
            status, seconds = await bot.terminate()
        assert status == 0
        assert seconds < 7  # the tests' bot drains for 3 s, not 6
        await bot.start()
        await settled(database, 30, sent=100)
        repeats(await said_in(api), CHATS[:10])
