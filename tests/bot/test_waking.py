"""Nothing spins when there is nothing to do, and busy pages do not keep news from the others."""

from __future__ import annotations

import asyncio

import pytest

from bot.outbox import Sender
from tests.support.bed import Bed


async def test_an_idle_outbox_rests(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = 0
    turn = Sender._turn

    async def counted(sender: Sender) -> float:
        nonlocal turns
        turns += 1
        return await turn(sender)

    monkeypatch.setattr(Sender, "_turn", counted)
    await asyncio.sleep(0.6)
    assert turns <= 3


async def test_pages_that_talk_much_do_not_delay_the_others(bed: Bed) -> None:
    talkers = [await bed.on_web(f"居民{number}") for number in range(6)]
    for _ in range(18):
        for one in talkers:
            await one.say("你好")
            await one.expect("您好，我在")
    late = await bed.on_web("后来的人")
    await late.say("你好")
    async with asyncio.timeout(3):
        await late.expect("您好，我在")
