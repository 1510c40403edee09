"""What must not wait behind what can: an emergency behind a broadcast, a chat behind one that floods or hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

import bot.app
from handlers.messages import Priority
from storage.models import Outbox
from tests.fakes.botapi import BotApi, Fault
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, move_in, queue, running, settled, states, texts

NOTICES = range(10_000, 12_000)


async def test_an_emergency_overtakes_two_thousand_queued_notices(
    api: BotApi, places: Place, record_property: Callable[[str, object], None]
) -> None:
    api.delay = 0.02
    api.world.any_chat = True
    async with running(*places, api, telegram_rate=400.0) as app:
        notices = await move_in(app.database, NOTICES)
        residents = await move_in(app.database, range(1, 11))
        await queue(app.database, notices, ["停水通知"], Priority.NOTICE)
        waited = []
        for number, chat in residents.items():
            before, at = len(api.world.sent), time.monotonic()
            await queue(app.database, {number: chat}, ["紧急"], Priority.EMERGENCY)
            async with asyncio.timeout(5):
                while not texts(api, number):
                    await asyncio.sleep(0.002)
            waited.append((time.monotonic() - at) * 1000)
            place = [line.text for line in api.world.sent[before:]].index("紧急")
            assert place <= 60, f"{place} notices went first"
        assert (await states(app.database, Outbox))["queued"] > 500
    waited.sort()
    record_property("emergency_ms", waited)
    print(
        f"an emergency behind 2,000 notices waited {waited[len(waited) // 2]:.0f} ms (median), {waited[-1]:.0f} ms (worst)"
    )


async def test_one_flooding_and_one_hanging_chat_hold_nobody_else_up(
    api: BotApi, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "DRAIN_SECONDS", 0.1)
    api.fault(Fault("half_open", "sendMessage", chat=2, times=1))
    async with running(*place, api, flood_burst=20, flood_rate=10.0) as app:
        api.user(2).say(ASKED[0][0])
        for number in range(40):
            api.user(1).say(ASKED[number % 10][0])
        for chat in range(3, 13):
            api.user(chat).say(ASKED[0][0])
        began = time.monotonic()
        for chat in range(3, 13):
            await api.user(chat).expect(ASKED[0][1], 3)
        assert time.monotonic() - began < 2
        await settled(app.database, 10, sent=51, sending=1)
        slow = [text for text in texts(api, 1) if "请稍等" in text]
        assert len(slow) == 1
        assert len(texts(api, 1)) == 41
