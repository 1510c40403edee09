"""Updates nobody can read and handlers that break: set aside after three tries, with a number for the person; the rest goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.app import App
from handlers.context import Context
from handlers.messages import Incoming
from handlers.topic import Answer
from storage.models import Inbox, Remark
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, rows, running, states, until

INCIDENT = re.compile(r"问题编号 ([2-9A-Z]{6})")


async def _set_aside(app: App, number: int = 1) -> list[Any]:
    async def dead() -> list[Any]:
        found = await rows(app.database, Inbox, Inbox.state == "dead")
        return found if len(found) == number else []

    return list(await until(dead))


@pytest.mark.parametrize(
    "odd", [{"text": 5}, {"date": "soon"}, {"from": {"id": "x"}, "text": "hm"}], ids=["text", "date", "sender"]
)
async def test_a_malformed_message_is_set_aside_after_three_tries_and_its_chat_goes_on(
    api: BotApi, place: Place, odd: dict[str, Any]
) -> None:
    resident = api.user(7)
    async with running(*place, api) as app:
        resident.say(ASKED[0][0])
        await resident.expect(ASKED[0][1])
        usual = {
            "message_id": 99,
            "date": 1,
            "chat": {"id": 7, "type": "private"},
            "from": resident.person,
            "text": "hm",
        }
        api.raw_update({"message": usual | odd})
        resident.say(ASKED[1][0])
        for other in range(20, 40):
            api.user(other).say(ASKED[2][0])
        for other in range(20, 40):
            await api.user(other).expect(ASKED[2][1], 2)
        line = await resident.expect(INCIDENT)
        await resident.expect(ASKED[1][1])
        [poison] = await _set_aside(app)
        assert poison.attempts == 3
        assert poison.raw
        assert poison.error.startswith(INCIDENT.findall(line.text)[0])
        resident.say(ASKED[3][0])
        await resident.expect(ASKED[3][1])


@pytest.mark.parametrize(
    "error", [RuntimeError("boom"), FileNotFoundError("gone"), RecursionError()], ids=lambda error: type(error).__name__
)
async def test_when_a_handler_breaks_nothing_it_wrote_is_kept_and_the_person_gets_a_number(
    api: BotApi, place: Place, error: Exception
) -> None:
    async def breaks(ctx: Context, said: Incoming) -> Answer:
        ctx.unit.session.add(Remark(chat_id=ctx.chat.id, kind="test", text="never kept", entry="", at=ctx.now))
        await ctx.unit.session.flush()
        raise error

    newcomer = api.user(8)
    async with running(*place, api) as app:
        app.shelf.registry.handlers["command", "privacy"] = breaks
        newcomer.command("privacy")
        newcomer.say(ASKED[0][0])
        await newcomer.expect(INCIDENT)
        await newcomer.expect(ASKED[0][1])
        [poison] = await _set_aside(app)
        assert poison.attempts == 3
        assert await rows(app.database, Remark) == []


async def test_what_no_update_should_be_neither_stops_polling_nor_is_answered(api: BotApi, place: Place) -> None:
    strange: list[dict[str, Any]] = [
        {"message": None}, {"message": []}, {"message": {"chat": 5}}, {"callback_query": {"id": 5}}, {"my_chat_member": "x"}, {"nothing": 1},
        {"message": {"chat": {"id": 10**40}}}, {"update_id": "x"}, {"update_id": -3}, {"message": {"chat": {"id": 3, "type": "private"}}},
    ]  # fmt: skip
    async with running(*place, api) as app:
        for one in strange:
            api.raw_update(one)
        for number, (question, word) in enumerate(ASKED[:3]):
            api.user(30 + number).say(question)
            await api.user(30 + number).expect(word)
        await until(lambda: _none_queued(app))
        assert [line.chat for line in api.world.sent if line.chat < 30] == []


@pytest.mark.parametrize(
    "text", ["\\u0000", 'x\\u0000"', "\x00身份证\x00丢了怎么补办\ud800", "\\", '"}]'], ids=range(5)
)
async def test_no_text_is_poison_by_the_way_it_is_written_down(api: BotApi, place: Place, text: str) -> None:
    async with running(*place, api) as app:
        api.user(5).say(text)
        await api.user(5).expect()
        assert await states(app.database, Inbox) == {"done": 1}


async def _none_queued(app: App) -> bool:
    return "queued" not in await states(app.database, Inbox)
