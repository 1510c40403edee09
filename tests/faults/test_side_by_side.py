"""Several products on one database, updates that come twice, together or in an odd order."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from bot.app import App
from storage.models import Chat, Inbox, Message
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, one_answer_each, rows, running, settled, states, texts, until

SECRET = "s3cret"


async def _three(stack: AsyncExitStack, place: Place, api: BotApi) -> list[App]:
    """Three on one database, each with a webhook that nothing but the test calls."""
    hook: dict[str, Any] = {"telegram_webhook_url": "http://127.0.0.1:9/hook", "telegram_webhook_secret": SECRET}
    return [await stack.enter_async_context(running(*place, api, **hook)) for _ in range(3)]


def _update(number: int, chat: int, **what: Any) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "P", "language_code": "zh-hans"}
    private = {"id": chat, "type": "private", "first_name": "P"}
    return {"update_id": number, "message": {"message_id": number, "date": 1, "chat": private, "from": person, **what}}


async def _push(http: aiohttp.ClientSession, app: App, update: dict[str, Any]) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with http.post(f"http://127.0.0.1:{app.port}/hook", json=update, headers=headers) as answer:
        return answer.status


async def test_the_same_update_a_hundred_times_at_once_over_three_has_one_effect(
    api: BotApi, places: Place, caplog: pytest.LogCaptureFixture
) -> None:
    api.user(9)
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as http:
        apps = await _three(stack, places, api)
        update = _update(77, 9, text=ASKED[0][0])
        taken = await asyncio.gather(*(_push(http, apps[number % 3], update) for number in range(100)))
        assert set(taken) == {200}
        await settled(apps[0].database, sent=1)
        await asyncio.sleep(0.3)
        assert await states(apps[0].database, Inbox) == {"done": 1}
        assert [one.out for one in await rows(apps[0].database, Message)] == [False, True]
        assert len(await rows(apps[0].database, Chat, Chat.external == "9")) == 1
        assert await _push(http, apps[1], update) == 200  # and once more, when it was handled long ago
        await asyncio.sleep(0.3)
        assert await states(apps[0].database, Inbox) == {"done": 1}
    assert len(texts(api, 9)) == 1
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_chats_whose_updates_come_through_three_keep_their_order(api: BotApi, places: Place) -> None:
    chats = range(100, 112)
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as http:
        apps = await _three(stack, places, api)

        async def asks(chat: int) -> None:
            api.user(chat)
            for number, (question, _) in enumerate(ASKED):
                update = _update(chat * 100 + number, chat, text=question)
                assert await _push(http, apps[(chat + number) % 3], update) == 200

        await asyncio.gather(*map(asks, chats))
        await settled(apps[0].database, sent=len(chats) * len(ASKED))
        assert await states(apps[0].database, Inbox) == {"done": len(chats) * len(ASKED)}
        assert {row.attempts for row in await rows(apps[0].database, Inbox)} == {0}
    assert sum(one_answer_each(texts(api, chat)) for chat in chats) == 0


async def test_ids_that_run_backwards_or_start_again_are_all_handled(api: BotApi, place: Place) -> None:
    async with running(*place, api) as app:
        for number, (question, _) in zip((900, 40, 39, 901, 12, 41, 3, 902, 2, 1), ASKED, strict=True):
            api.user(6)
            api.raw_update(_update(number, 6, text=question))
            api.raw_update(_update(number, 6, text=question))
        await settled(app.database, sent=len(ASKED))
        assert await states(app.database, Inbox) == {"done": len(ASKED)}
    assert one_answer_each(texts(api, 6)) == 0


async def test_a_press_may_overtake_the_message_before_it(api: BotApi, place: Place) -> None:
    person = api.user(4)
    async with running(*place, api) as app:
        person.say(ASKED[0][0])
        card = await person.expect(ASKED[0][1])
        # Written first: a question. Pressed after it, delivered before it: the card's button, and one of a form not yet open.
        person.press(card.labels[0], card)
        person.forge("f:report:1:place:0:x", card)
        person.say(ASKED[1][0])
        await person.expect(ASKED[1][1])
        newcomer = api.user(5)
        newcomer.forge("menu.service", {"message_id": 1, "date": 0, "chat": newcomer.chat.info})
        newcomer.command("start")
        await newcomer.expect("您好")
        await until(lambda: _all_done(app))
        assert await states(app.database, Inbox) == {"done": 6}
    api.assert_clean()


async def _all_done(app: App) -> bool:
    return set(await states(app.database, Inbox)) == {"done"}
