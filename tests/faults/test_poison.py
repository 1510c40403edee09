"""Updates nobody can read and handlers that break: set aside after three tries, with a number for the person; the rest goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.app import App
from handlers.context import Context
from handlers.conversation import respond
from handlers.messages import Incoming, Kind, Reply
from handlers.topic import Answer
from storage.models import Inbox, Remark
from tests.fakes.botapi import BotApi
from tests.faults.conftest import Place
from tests.faults.inside import ASKED, rows, running, states, until
from tests.support.pictures import jpeg

INCIDENT = re.compile(r"问题编号 ([2-9A-Z]{6})")


async def _set_aside(app: App, number: int = 1) -> list[Any]:
    async def dead() -> list[Any]:
        found = await rows(app.database, Inbox, Inbox.state == "dead")
        return found if len(found) == number else []

    return list(await until(dead))


async def test_a_malformed_message_is_set_aside_after_three_tries_and_its_chat_goes_on(
    api: BotApi, place: Place
) -> None:
    odd: dict[int, dict[str, Any]] = {5: {"text": 5}, 6: {"text": None, "photo": "x"}, 7: {"from": {"id": "x"}}}
    async with running(*place, api) as app:
        for number in odd:
            api.user(number).say(ASKED[0][0])
            await api.user(number).expect(ASKED[0][1])
        for number, what in odd.items():
            usual = {"message_id": 99, "date": 1, "chat": {"id": number, "type": "private"}, "text": "hm"}
            api.raw_update({"message": usual | {"from": api.user(number).person} | what})
            api.user(number).say(ASKED[1][0])
        for other in range(20, 40):
            api.user(other).say(ASKED[2][0])
        for other in range(20, 40):
            await api.user(other).expect(ASKED[2][1], 2)
        told = {str(number): (await api.user(number).expect(INCIDENT)).text for number in odd}
        for number in odd:
            await api.user(number).expect(ASKED[1][1])
        for poison in await _set_aside(app, len(odd)):
            assert poison.attempts == 3
            assert poison.raw
            assert poison.error.startswith(INCIDENT.findall(told[poison.chat])[0])
        api.user(7).say(ASKED[3][0])
        await api.user(7).expect(ASKED[3][1])


async def test_when_a_handler_breaks_nothing_it_wrote_is_kept_and_the_person_gets_a_number(
    api: BotApi, place: Place
) -> None:
    errors = {"8": RuntimeError("boom"), "9": FileNotFoundError("gone"), "10": RecursionError()}

    async def breaks(ctx: Context, said: Incoming) -> Answer:
        ctx.unit.session.add(Remark(chat_id=ctx.chat.id, kind="test", text="never kept", entry="", at=ctx.now))
        await ctx.unit.session.flush()
        raise errors[said.chat]

    async with running(*place, api) as app:
        app.shelf.registry.handlers["command", "privacy"] = breaks
        for number in map(int, errors):
            api.user(number).command("privacy")
            api.user(number).say(ASKED[0][0])
        for number in map(int, errors):
            await api.user(number).expect(INCIDENT)
            await api.user(number).expect(ASKED[0][1])
        assert {poison.attempts for poison in await _set_aside(app, len(errors))} == {3}
        assert await rows(app.database, Remark) == []


async def test_pictures_fetched_for_a_message_that_is_set_aside_are_not_remembered(
    api: BotApi, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(ctx: Context, said: Incoming) -> list[Reply]:
        if said.attachments:
            raise RuntimeError("boom")
        return await respond(ctx, said)

    monkeypatch.setattr("bot.answering.respond", breaks)
    async with running(*place, api) as app:
        app.answering.prepared["telegram", "6"] = 12_345, Incoming("telegram", "6", "1", Kind.TEXT, text="elsewhere")
        api.user(5).send_photo(jpeg())
        await api.user(5).expect(INCIDENT)
        for number in (5, 6):
            api.user(number).say(ASKED[0][0])
            await api.user(number).expect(ASKED[0][1])
        assert app.answering.prepared == {}


async def test_what_no_update_should_be_neither_stops_polling_nor_is_answered(api: BotApi, place: Place) -> None:
    strange: list[dict[str, Any]] = [
        {"message": None}, {"message": []}, {"message": {"chat": 5}}, {"callback_query": {"id": 5}}, {"my_chat_member": "x"}, {"nothing": 1},
        {"message": {"chat": {"id": 10**40}}}, {"update_id": "x"}, {"update_id": -3}, {"message": {"chat": {"id": 3, "type": "private"}}},
    ]  # fmt: skip
    async with running(*place, api, dead_after=1) as app:
        for one in strange:
            api.raw_update(one)
        for number, (question, word) in enumerate(ASKED[:3]):
            api.user(30 + number).say(question)
            await api.user(30 + number).expect(word)
        await until(lambda: _none_queued(app))
        assert [line.chat for line in api.world.sent if line.chat < 30] == []


async def test_no_text_is_poison_by_the_way_it_is_written_down(api: BotApi, place: Place) -> None:
    odd = ("\\u0000", 'x\\u0000"', "\x00身份证\x00丢了怎么补办\ud800", "\\", '"}]', "x" * 1_000_000)
    async with running(*place, api) as app:
        for number, text in enumerate(odd, 1):
            api.user(number).say(text)
        for number in range(1, len(odd) + 1):
            await api.user(number).expect()
        assert await states(app.database, Inbox) == {"done": len(odd)}


async def _none_queued(app: App) -> bool:
    return "queued" not in await states(app.database, Inbox)
