"""Files, spinners, the bot's name and its menu."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from aiohttp import web

from bot.channels.base import FetchError, RawUpdate
from bot.channels.telegram import TelegramChannel
from handlers.messages import Attachment, Kind
from tests.bot.channels.telegram.api import TOKEN, Answer, Api, body, cut, error, hang, ok

PHOTO = Attachment(Kind.PHOTO, "F1")
FILE = {"file_id": "F1", "file_unique_id": "U", "file_path": "photos/file_1.jpg"}


async def test_a_file_is_downloaded(api: Api, channel: TelegramChannel) -> None:
    api.script["getFile"].append(ok(FILE))
    api.files["photos/file_1.jpg"] = body(b"x" * 1000)
    assert await channel.fetch(PHOTO, 1000) == b"x" * 1000
    assert api.asked("getFile") == [{"file_id": "F1"}]


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


@pytest.mark.parametrize(
    ("attachment", "located", "content"),
    [
        (Attachment(Kind.PHOTO, "F1", size=1001), FILE, body(b"")),
        (PHOTO, FILE | {"file_size": 1001}, body(b"")),
        (PHOTO, FILE, body(b"x" * 1001)),
        (PHOTO, FILE, endless),
    ],
)
async def test_no_more_than_the_limit_is_taken(
    api: Api, channel: TelegramChannel, attachment: Attachment, located: dict[str, Any], content: Answer
) -> None:
    api.script["getFile"].append(ok(located))
    api.files["photos/file_1.jpg"] = content
    with pytest.raises(FetchError) as caught:
        await channel.fetch(attachment, 1000)
    assert (caught.value.reason, caught.value.gone) == ("too large", True)


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (error(400, "Bad Request: wrong file_id or the file is temporarily unavailable"), True),
        (error(429, "Too Many Requests", retry_after=3), False),
        (error(500, "Internal"), False),
        (cut, False),
        (ok(FILE | {"file_path": "/etc/passwd"}), True),
        (ok(FILE | {"file_path": "../../x"}), True),
        (ok(FILE | {"file_path": None}), True),
    ],
)
async def test_a_file_that_cannot_be_located(api: Api, channel: TelegramChannel, answer: Answer, gone: bool) -> None:
    api.script["getFile"].append(answer)
    with pytest.raises(FetchError) as caught:
        await channel.fetch(PHOTO, 1000)
    assert caught.value.gone is gone


@pytest.mark.parametrize(("answer", "gone"), [(body(b"", 404), True), (body(b"", 500), False), (cut, False)])
async def test_a_download_that_fails(api: Api, channel: TelegramChannel, answer: Answer, gone: bool) -> None:
    api.script["getFile"].append(ok(FILE))
    api.files["photos/file_1.jpg"] = answer
    with pytest.raises(FetchError) as caught:
        await channel.fetch(PHOTO, 1000)
    assert caught.value.gone is gone


def pressed(number: object) -> RawUpdate:
    return RawUpdate("u1", "5", {"update_id": 1, "callback_query": {"id": number}})


async def test_a_press_is_acknowledged(api: Api, channel: TelegramChannel) -> None:
    await channel.acknowledge(pressed("42"))
    assert api.asked("answerCallbackQuery") == [{"callback_query_id": "42"}]


@pytest.mark.parametrize(
    "answer", [error(400, "Bad Request: query is too old"), error(429, "x"), cut, hang(3), body(b"?")]
)
async def test_acknowledging_never_raises(
    api: Api, channel: TelegramChannel, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel.BRIEF", 0.2)
    api.script["answerCallbackQuery"].append(answer)
    await channel.acknowledge(pressed("42"))


async def test_what_is_no_press_needs_no_acknowledging(api: Api, channel: TelegramChannel) -> None:
    await channel.acknowledge(RawUpdate("u1", "5", {"update_id": 1, "message": {}}))
    await channel.acknowledge(pressed(None))
    assert api.calls == []


async def test_the_name_is_asked_once(api: Api, channel: TelegramChannel) -> None:
    api.script["getMe"].append(error(500, "x"))
    assert [await channel.username() for _ in range(3)] == ["", "LinliBot", "LinliBot"]
    assert len(api.asked("getMe")) == 2


async def test_the_menu_is_set_by_language(api: Api, channel: TelegramChannel) -> None:
    api.script["setMyCommands"].append(error(500, "x"))
    menu = {"": [("menu", "主菜单")], "en": [("menu", "Menu")]}
    assert not await channel.set_commands(menu)
    assert api.asked("setMyCommands") == [
        {"commands": [{"command": "menu", "description": "主菜单"}]},
        {"commands": [{"command": "menu", "description": "Menu"}], "language_code": "en"},
    ]
    api.script["setMyCommands"].append(error(400, "Bad Request: chat not found"))
    assert await channel.set_commands(menu, "5")


async def test_the_library_never_writes_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(TOKEN)
    assert "secret-token" not in caplog.text + repr(channel)
