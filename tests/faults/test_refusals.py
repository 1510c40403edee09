"""What Telegram and the network do to a message on its way out, and what comes of it."""

from __future__ import annotations

import asyncio

import pytest

import bot.outbox
from bot.channels.telegram import request
from handlers.messages import Priority
from storage.models import Chat, Outbox
from storage.repositories.queues import LOST_MOST
from tests.fakes.botapi import BotApi, Fault, Police
from tests.fakes.botapi.faults import Kind
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, move_in, queue, rows, running, settled, texts


async def test_after_429_the_whole_bot_waits_then_goes_on_by_priority_and_no_attempt_is_counted(
    api: BotApi, places: Place
) -> None:
    api.police = Police()
    api.fault(Fault("too_many", "sendMessage", times=1, retry_after=1))
    async with running(*places, api, telegram_in_flight=1) as app:
        chats = await move_in(app.database, range(1, 7))
        for number in chats:
            api.user(number)
        await queue(app.database, {1: chats[1]}, ["通知一"], Priority.NOTICE)
        await _until_called(api, "sendMessage 429")
        for number, priority in (
            (2, Priority.NOTICE),
            (3, Priority.REPLY),
            (4, Priority.EMERGENCY),
            (5, Priority.REPLY),
        ):
            await queue(app.database, {number: chats[number]}, [f"{number}"], priority)
        await settled(app.database, sent=5)
        assert [line.chat for line in api.world.sent] == [4, 3, 5, 1, 2]
        assert {row.attempts + row.uncertain for row in await rows(app.database, Outbox)} == {0}
    assert not api.police.early


async def test_whoever_blocked_the_bot_gets_nothing_until_they_write_again(api: BotApi, places: Place) -> None:
    resident = api.user(7)
    async with running(*places, api) as app:
        chats = await move_in(app.database, [7, 8])
        api.user(8)
        resident.deactivate()
        await queue(app.database, chats, ["一", "二", "三"])
        await settled(app.database, sent=3, dead=3)
        assert texts(api, 8) == ["一", "二", "三"]
        assert api.counts["sendMessage 403"] == 1
        [chat] = await rows(app.database, Chat, Chat.external == "7")
        assert chat.unreachable_at is not None
        resident.chat.state = "open"
        resident.say(ASKED[0][0])
        await resident.expect(ASKED[0][1])
        [chat] = await rows(app.database, Chat, Chat.external == "7")
        assert chat.unreachable_at is None
    assert len(texts(api, 7)) == 1


async def test_a_failing_server_is_tried_again_later_and_the_order_of_the_chat_is_kept(
    api: BotApi, place: Place
) -> None:
    failing: dict[int, Kind] = {1: "server_error", 2: "bad_gateway", 3: "reset"}
    for number, kind in failing.items():
        api.fault(Fault(kind, "sendMessage", chat=number, times=1))
    async with running(*place, api) as app:
        chats = await move_in(app.database, [*failing, 4])
        for number in chats:
            api.user(number)
        began = asyncio.get_running_loop().time()
        await queue(app.database, chats, ["一", "二", "三"])
        await api.user(4).expect("三", 0.8)
        await settled(app.database, sent=12)
        assert asyncio.get_running_loop().time() - began > 0.7
        for number in failing:
            tries = await rows(app.database, Outbox, Outbox.chat_id == chats[number])
            assert [row.attempts + row.uncertain for row in tries] == [1, 0, 0]
    assert {tuple(texts(api, number)) for number in chats} == {("一", "二", "三")}


async def test_a_message_that_fails_too_often_is_given_up_with_an_alarm_and_the_next_goes(
    api: BotApi, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    api.fault(Fault("server_error", "sendMessage"))
    async with running(*place, api, send_attempts=1) as app:
        chats = await move_in(app.database, [1])
        api.user(1)
        await queue(app.database, chats, ["一", "二"])
        await settled(app.database, sent=1, dead=1)
    assert texts(api, 1) == ["二"]
    assert [one.levelname for one in caplog.records if one.message == "message given up"] == ["ERROR"]


async def test_a_half_open_socket_is_closed_within_35_s_and_the_message_sent_again(
    api: BotApi, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert min(bot.outbox.SEND_SECONDS, request.SEND_TIMEOUT) <= 35
    monkeypatch.setattr(bot.outbox, "SEND_SECONDS", 0.3)
    api.fault(Fault("half_open", "sendMessage", chat=1, times=1))
    api.fault(Fault("half_open", "sendMessage", chat=2, times=2))
    api.fault(Fault("half_open", "sendMessage", chat=3, times=LOST_MOST))
    async with running(*place, api) as app:
        chats = await move_in(app.database, [1, 2, 3])
        for number in chats:
            api.user(number)
        await queue(app.database, chats, ["一", "二"])
        await settled(app.database, sent=5, dead=1)
        for chat, doubts in ((1, [1, 0]), (2, [2, 0]), (3, [LOST_MOST, 0])):
            assert [row.uncertain for row in await rows(app.database, Outbox, Outbox.chat_id == chats[chat])] == doubts
    assert texts(api, 1) == texts(api, 2) == ["一", "二"]
    assert texts(api, 3) == ["二"]


async def test_a_lost_answer_after_delivery_costs_one_repeat_at_most(
    api: BotApi, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.outbox, "SEND_SECONDS", 0.3)
    api.fault(Fault("lost_answer", "sendMessage", chat=1, times=1))
    async with running(*place, api) as app:
        chats = await move_in(app.database, [1])
        api.user(1)
        await queue(app.database, chats, ["一", "二"])
        await settled(app.database, sent=2)
    assert texts(api, 1) == ["一", "一", "二"]


async def test_a_chat_that_is_not_found_is_tried_once(api: BotApi, place: Place) -> None:
    async with running(*place, api) as app:
        chats = await move_in(app.database, [5])
        await queue(app.database, chats, ["一", "二"])
        await settled(app.database, dead=2)
        [chat] = await rows(app.database, Chat, Chat.external == "5")
        assert chat.unreachable_at is not None
    assert api.counts["sendMessage 400"] == 1


@pytest.mark.parametrize("known", [False, True], ids=["new id unknown", "new id known already"])
async def test_what_waits_for_a_group_follows_it_when_it_becomes_a_supergroup(
    api: BotApi, places: Place, known: bool
) -> None:
    old, new = -500, -1_000_000_000_500
    [member] = api.group(old, "三号楼", api.user(1))
    async with running(*places, api) as app:
        chats = await move_in(app.database, [old, 2])
        api.user(2)
        if known:
            await move_in(app.database, [new])
        member.upgrade(new)
        await queue(app.database, chats, ["一", "二"])
        await settled(app.database, sent=4)
        again = await rows(app.database, Chat, Chat.external == str(new))
        assert len(again) == 1
    assert [line.text for line in api.world.sent if line.chat == new] == ["一", "二"]
    assert texts(api, 2) == ["一", "二"]


async def _until_called(api: BotApi, what: str) -> None:
    async with asyncio.timeout(5):
        while not api.counts[what]:
            await asyncio.sleep(0.01)
