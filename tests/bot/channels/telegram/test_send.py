"""Messages go out in one request, and errors say whether they may have arrived."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from pathlib import Path

import orjson
import pytest

from bot.channels.base import Button, Failed, Moved, Outgoing, Photo, Rejected, Sent, Uncertain, Unreachable, Wait
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.send import keyboard, scrub
from tests.bot.channels.telegram.api import MESSAGE, TOKEN, Answer, Api, body, cut, error, hang, ok


async def test_a_text_goes_out_plain_and_without_preview(api: Api, channel: TelegramChannel) -> None:
    assert await channel.send("5", Outgoing("*好* <b>http://x</b>")) == Sent()
    assert api.calls == [
        ("sendMessage", {"chat_id": 5, "text": "*好* <b>http://x</b>", "link_preview_options": {"is_disabled": True}})
    ]


async def test_buttons_carry_token_and_style(api: Api, channel: TelegramChannel) -> None:
    buttons = (Button("受理这一件事情", "accept:1", "primary"), Button("退回", "return:1", "danger"))
    await channel.send("-100", Outgoing("?", buttons))
    (asked,) = api.asked("sendMessage")
    assert asked["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "受理这一件事情", "callback_data": "accept:1", "style": "primary"}],
            [{"text": "退回", "callback_data": "return:1", "style": "danger"}],
        ]
    }


@pytest.mark.parametrize(
    ("labels", "widths"),
    [
        (["受理"], [1]),
        (["受理", "退回", "转人工"], [3]),
        (["第一个", "第二个", "第三个", "第四个"], [2, 2]),
        (["第一个", "第二个", "第三个", "第四个", "第五个"], [3, 2]),
        (["★1", "★2", "★3", "★4", "★5"], [5]),
        (["受理", "最近的办理点在哪"], [1, 1]),
    ],
)
def test_short_labels_share_a_row(labels: list[str], widths: list[int]) -> None:
    markup = keyboard([Button(label, "t") for label in labels])["reply_markup"]
    assert [len(row) for row in markup["inline_keyboard"]] == widths


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Photo, ...]:
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(b"\xff\xd8%d" % number)
    return tuple(Photo(number, tmp_path / f"{number}.jpg") for number in (1, 2))


async def test_one_photo_carries_caption_and_buttons(
    api: Api, channel: TelegramChannel, pictures: tuple[Photo, ...]
) -> None:
    assert await channel.send("5", Outgoing("灯", (Button("好", "ok"),), pictures[:1])) == Sent()
    (asked,) = api.asked("sendPhoto")
    assert (asked["caption"], asked["photo"], asked["chat_id"]) == ("灯", b"\xff\xd81", "5")
    assert orjson.loads(asked["reply_markup"]) == {"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]}


async def test_several_photos_are_one_album(api: Api, channel: TelegramChannel, pictures: tuple[Photo, ...]) -> None:
    assert await channel.send("5", Outgoing("灯", (), pictures)) == Sent()
    ((method, asked),) = api.calls
    media = orjson.loads(asked["media"])
    assert method == "sendMediaGroup"
    assert [item.get("caption") for item in media] == ["灯", None]
    assert [asked[item["media"].removeprefix("attach://")] for item in media] == [b"\xff\xd81", b"\xff\xd82"]


async def test_words_arrive_though_a_photo_is_gone(api: Api, channel: TelegramChannel, tmp_path: Path) -> None:
    assert await channel.send("5", Outgoing("灯", (), (Photo(3, tmp_path / "none.jpg"),))) == Sent()
    assert api.asked("sendMessage")[0]["text"] == "灯"


async def test_a_location_goes_out(api: Api, channel: TelegramChannel) -> None:
    assert await channel.send("5", Outgoing(location=(31.2, 121.5))) == Sent()
    assert api.asked("sendLocation") == [{"chat_id": 5, "latitude": 31.2, "longitude": 121.5}]


async def test_lone_surrogates_do_not_stop_a_message(api: Api, channel: TelegramChannel) -> None:
    assert await channel.send("5", Outgoing("a\ud800b😀")) == Sent()
    assert api.asked("sendMessage")[0]["text"] == "a?b😀"


@pytest.mark.parametrize(("chat", "message"), [("5", Outgoing()), ("@somebody", Outgoing("x")), ("", Outgoing("x"))])
async def test_what_cannot_be_sent_is_rejected_unasked(
    api: Api, channel: TelegramChannel, chat: str, message: Outgoing
) -> None:
    assert isinstance(await channel.send(chat, message), Rejected)
    assert api.calls == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(429, "Too Many Requests: retry after 7", retry_after=7), Wait(7.0)),
        (error(429, "Too Many Requests"), Wait(5.0)),
        (body(b"<html>", 429), Wait(5.0)),
        (error(401, "Unauthorized"), Wait(60.0)),
        (error(403, "Forbidden: bot was blocked by the user"), Unreachable("Forbidden: bot was blocked by the user")),
        (error(403, "Forbidden: user is deactivated"), Unreachable("Forbidden: user is deactivated")),
        (error(400, "Bad Request: chat not found"), Unreachable("Chat not found")),
        (error(400, "Bad Request: user is deactivated"), Unreachable("User is deactivated")),
        (error(400, "Bad Request: message is not modified: x"), Sent()),
        (error(400, "Bad Request: message is too long"), Rejected("Message is too long")),
        (error(400, "Bad Request: group upgraded", migrate_to_chat_id=-1001234567890), Moved("-1001234567890")),
        (body(b"", 413), Rejected("HTTP 413")),
        (error(500, "Internal Server Error"), Failed("Internal Server Error")),
        (body(b"<html>secret text</html>", 502), Failed("Bad Gateway (502)")),
        (body(b'{"ok":true,"result":'), Uncertain("Invalid server response")),
        (body(b"[]"), Uncertain("Invalid server response")),
        (body(b'{"ok":true}'), Uncertain("answer cannot be read: KeyError")),
        (ok({"message_id": 4}), Sent()),
        (ok({"date": 4}), Uncertain("answer cannot be read: TypeError")),
        (cut, Uncertain("ServerDisconnectedError")),
    ],
)
async def test_errors_say_what_became_of_the_message(
    api: Api, channel: TelegramChannel, answer: Answer, expected: object
) -> None:
    api.script["sendMessage"].append(answer)
    assert await channel.send("5", Outgoing("x")) == expected
    assert len(api.calls) == 1


async def test_a_refused_connection_means_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        channel = TelegramChannel(TOKEN, api_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        await channel.start()
        assert await channel.send("5", Outgoing("x")) == Failed("ClientConnectorError")
        await channel.close()


async def test_before_the_start_nothing_is_sent() -> None:
    assert isinstance(await TelegramChannel(TOKEN).send("5", Outgoing("x")), Failed)


async def test_a_half_open_socket_is_given_up_as_uncertain(
    api: Api, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel._calls, "_total", 0.2)
    api.script["sendMessage"].append(hang(5))
    began = time.perf_counter()
    assert isinstance(await channel.send("5", Outgoing("x")), Uncertain)
    assert time.perf_counter() - began < 2


async def test_waiting_for_a_free_connection_in_vain_means_not_sent(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.request.CONNECT_TIMEOUT", 0.2)
    channel = TelegramChannel(TOKEN, api_url=api.url, connections=1)
    await channel.start()
    api.script["sendMessage"].append(hang(1))
    first = asyncio.create_task(channel.send("5", Outgoing("x")))
    await asyncio.sleep(0.05)
    assert await channel.send("6", Outgoing("y")) == Failed("ConnectionTimeoutError")
    first.cancel()
    await channel.close()


async def test_redirects_are_not_followed(api: Api, channel: TelegramChannel) -> None:
    api.script["sendMessage"].append(body(b"", 302))
    assert isinstance(await channel.send("5", Outgoing("x")), Failed)


async def test_nothing_logged_holds_token_or_words(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (ok(MESSAGE), error(500, "x"), cut, body("我的电话13900000000".encode(), 500)):
        api.script["sendMessage"].append(answer)
        found = await channel.send("5", Outgoing("我的电话13900000000"))
        assert "139" not in repr(found)
    assert not [word for word in ("secret-token", "13900000000", "电话") if word in caplog.text]


def test_reasons_are_scrubbed() -> None:
    assert scrub(f"at https://h/bot{TOKEN}/x for 13900000000 王芳 ({TOKEN})") == "at # for # # (#)"
    assert len(scrub("x" * 500)) == 120
