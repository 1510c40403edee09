"""kill -9, whenever it likes: nothing is lost, and next to nothing said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from storage.models import Inbox, Message
from tests.fakes.botapi import BotApiProcess
from tests.faults.conftest import Place
from tests.faults.inside import looking_into, move_in, rows, send_notice, settled, states
from tests.faults.process import (
    IN_FLIGHT,
    BotProcess,
    everybody_asks,
    repeats,
    said_in,
)

CHATS = range(1000, 1050)
ON_TELEGRAM, ON_WEB = range(5000, 6500), range(1, 801)


async def test_a_polling_bot_killed_again_and_again_answers_everybody_once_and_in_order(
    places: Place, record_property: Callable[[str, object], None]
) -> None:
    folder, url, _ = places
    async with (
        looking_into(url) as database,
        BotApiProcess("--delay-ms", "40") as api,
        BotProcess(folder, url, api.url) as bot,
    ):
        await api.post("say", messages=everybody_asks(CHATS))
        kills = (1, 80, 120) if database.sqlite else (1, 120)
        for messages in kills:
            await bot.runs_and_is_killed(api, messages)
        await bot.start()
        await settled(database, 45, sent=len(CHATS) * 10)
        twice = repeats(await said_in(api), CHATS)
        assert (await api.get("stats"))["waiting"] == 0
        assert (await api.get("violations"))["violations"] == []
        assert await states(database, Inbox) == {"done": 500}
    record_property("repeats", twice)
    print(f"kill -9 of a polling bot: {len(kills)} kills, {twice} of {len(CHATS) * 10} answers twice")
    assert twice <= len(kills) * IN_FLIGHT


async def test_a_broadcast_survives_kills_nobody_is_left_out_and_nobody_told_more_than_twice(
    place: Place, record_property: Callable[[str, object], None]
) -> None:
    folder, url, _ = place
    async with looking_into(url, durable=False) as database:
        await move_in(database, ON_TELEGRAM, "S1-C1-G1")
        await move_in(database, ON_WEB, "S1-C1-G2", "web")
        await send_notice(database, "S1-C1", "明天上午停水。", len(ON_TELEGRAM) + len(ON_WEB))
        async with (
            BotApiProcess("--any-chat", "--delay-ms", "20") as api,
            BotProcess(folder, url, api.url) as bot,
        ):
            for messages in (1, 300):
                await bot.runs_and_is_killed(api, messages)
            await bot.start()
            await settled(database, 30, sent=len(ON_TELEGRAM))
            heard = await said_in(api)
        told = Counter({chat: len(texts) for chat, texts in heard.items()})
        twice = sum(number - 1 for number in told.values())
        record_property("repeats", twice)
        print(f"kill -9 in a broadcast: 2 kills, {twice} of {len(ON_TELEGRAM)} told twice")
        assert set(told) == set(ON_TELEGRAM)
        assert max(told.values()) <= 2
        assert twice <= 2 * IN_FLIGHT
        written = [one for one in await rows(database, Message) if one.notice_id is not None]
        assert len(written) == len({one.chat_id for one in written}) == len(ON_TELEGRAM) + len(ON_WEB)
        async with database.reading() as unit:
            notice = await unit.notices.find("N2222")
            assert notice is not None
            assert notice.state == "sent"
            counts = await unit.notices.count(notice)
        assert (counts.sent, counts.waiting, counts.unreachable) == (len(written), 0, 0)
