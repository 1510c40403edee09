"""The conversation over the socket: what is acknowledged, shown once, shown late, and refused with a sentence."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from bot.channels.base import Button
from bot.channels.webchat import SIGNED_OUT
from tests.bot.web.fakes import MemoryBackend
from tests.bot.web.page import Page, greet, hear

WORDS = {"type": "text", "id": "5f0c7a52-0001-4000-8000-000000000001", "text": "楼道灯坏了三天没人管"}


async def test_words_are_acknowledged_after_they_are_kept_and_come_back_as_a_message(
    page: Page, backend: MemoryBackend
) -> None:
    await page.token()
    async with page.socket() as ws:
        await greet(ws)
        await ws.send_json(WORDS)
        assert (await hear(ws, "ack"))["id"] == WORDS["id"]
        assert backend.accepted[0].raw["text"] == WORDS["text"]
        message = await hear(ws, "message")
    assert (message["out"], message["text"], message["client"]) == (False, WORDS["text"], WORDS["id"])


async def test_words_sent_again_with_the_same_id_are_kept_once_and_acknowledged_again(
    page: Page, backend: MemoryBackend
) -> None:
    await page.token()
    for _ in range(2):
        async with page.socket() as ws:
            await greet(ws)
            await ws.send_json(WORDS)
            await hear(ws, "ack")
    assert len(backend.accepted) == 1


async def test_words_that_could_not_be_kept_are_not_acknowledged_and_may_come_again(
    page: Page, backend: MemoryBackend
) -> None:
    await page.token()
    backend.failing = True
    async with page.socket() as ws:
        await greet(ws)
        await ws.send_json(WORDS)
        error = await hear(ws, "error")
        assert error["id"] == WORDS["id"] and error["retry"] and "abc12345" in error["text"]
        backend.failing = False
        await ws.send_json(WORDS)
        await hear(ws, "ack")
    assert len(backend.accepted) == 1


async def test_an_answer_reaches_every_open_page_of_the_chat_and_no_other(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    await page.token("grid")
    async with page.socket() as one, page.socket() as two, page.socket("grid") as other:
        for ws in (one, two, other):
            await greet(ws)
        backend.say(backend.session().chat, "请问在哪里", Button("不用了", "form:cancel"))
        for ws in (one, two):
            message = await hear(ws, "message")
            assert message["out"] and message["buttons"] == [{"label": "不用了", "token": "form:cancel", "style": ""}]
        backend.say(backend.session("grid").chat, "新的报事")
        assert (await hear(other, "message"))["text"] == "新的报事"


async def test_what_another_process_wrote_is_found_without_being_told(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    async with page.socket() as ws:
        await greet(ws)
        backend.webchat.wake = lambda chats=None: None  # type: ignore[method-assign]
        backend.say(backend.session().chat, "来自另一个进程")
        assert (await hear(ws, "message"))["text"] == "来自另一个进程"


async def test_a_message_that_becomes_visible_after_a_later_one_is_still_shown_once(
    page: Page, backend: MemoryBackend
) -> None:
    await page.token()
    chat = backend.session().chat
    async with page.socket() as ws:
        await greet(ws)
        first = next(backend.ids)
        later = backend.say(chat, "后来的")
        assert (await hear(ws, "message"))["id"] == later.id
        backend.rows[chat].append(replace(later, id=first, text="早一点的"))
        backend.webchat.wake((chat,))
        assert (await hear(ws, "message"))["text"] == "早一点的"
        backend.say(chat, "再后来的")
        assert (await hear(ws, "message"))["text"] == "再后来的"


async def test_a_page_that_comes_back_gets_what_it_missed(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    chat = backend.session().chat
    ids = [backend.say(chat, f"第{n}条").id for n in range(300)]
    async with page.socket() as ws:
        welcome = await greet(ws, after=ids[99])
    assert {one["id"] for one in welcome["messages"]} == set(ids[100:])


async def test_a_new_page_gets_the_newest_and_may_ask_for_earlier_ones(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    chat = backend.session().chat
    ids = [backend.say(chat, f"第{n}条").id for n in range(100)]
    async with page.socket() as ws:
        welcome = await greet(ws)
        shown = [one["id"] for one in welcome["messages"]]
        assert shown == ids[-60:] and welcome["more"]
        await ws.send_json({"type": "earlier", "before": shown[0]})
        earlier = await hear(ws, "earlier")
    assert [one["id"] for one in earlier["messages"]] == ids[:40] and not earlier["more"]


async def test_a_page_of_long_messages_ends_early_and_the_rest_is_asked_for(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    chat = backend.session().chat
    ids = [backend.hear(chat, "长" * 4000).id for _ in range(40)]
    async with page.socket() as ws:
        await ws.send_json({"type": "hello", "after": 0})
        welcome = await hear(ws, "welcome")
        shown = [one["id"] for one in welcome["messages"]]
        assert shown == ids[-17:]
        assert welcome["more"]
        await ws.send_json({"type": "earlier", "before": shown[0]})
        earlier = await hear(ws, "earlier")
    assert [one["id"] for one in earlier["messages"]] == ids[6:23]
    assert earlier["more"]


BROKEN: list[Any] = [
    "{",
    "[]",
    "null",
    '"words"',
    "[" * 100_000,
    "9" * 10_000,
    {"type": "sticker", "id": "00000000-0000-0000"},
    {"type": ["text"]},
    {"type": "text", "text": "没有编号"},
    {"type": "text", "id": "../../etc/passwd", "text": "怪编号"},
    {"type": "text", "id": "0" * 41, "text": "longer than can be kept whole"},
    {"type": "text", "id": "00000000-0000-0000", "text": 7},
    {"type": "text", "id": "00000000-0000-0000", "text": "  \n "},
    {"type": "press", "id": "00000000-0000-0000", "token": "长" * 30},
    {"type": "location", "id": "00000000-0000-0000", "lat": 91, "lon": 0},
    '{"type":"location","id":"00000000-0000-0000","lat":NaN,"lon":0}',
    {"type": "location", "id": "00000000-0000-0000", "lat": True, "lon": 0},
    {"type": "photo", "id": "00000000-0000-0000", "media": "../secret"},
    {"type": "language", "lang": "tlh"},
    {"type": "elder", "on": "yes"},
    {"type": "hello", "after": -1},
    {"type": "hello", "after": 2**63},
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: (one if isinstance(one, str) else json.dumps(one))[:60])
async def test_a_frame_that_cannot_be_read_gets_a_sentence_and_the_connection_goes_on(
    page: Page, backend: MemoryBackend, broken: Any
) -> None:
    await page.token()
    async with page.socket() as ws:
        await ws.send_str(broken if isinstance(broken, str) else json.dumps(broken))
        error = await hear(ws, "error")
        assert error["text"] and not error["retry"]
        await ws.send_json(WORDS)
        await hear(ws, "ack")
    assert len(backend.accepted) == 1


async def test_binary_frames_are_refused_like_any_other_nonsense(page: Page) -> None:
    await page.token()
    async with page.socket() as ws:
        await ws.send_bytes(b"\x00\xff")
        await hear(ws, "error")
        await ws.send_json({"type": "ping"})
        await hear(ws, "pong")


async def test_a_megabyte_of_text_arrives_and_broken_characters_are_replaced(
    page: Page, backend: MemoryBackend
) -> None:
    await page.token()
    async with page.socket() as ws:
        await ws.send_str(json.dumps({**WORDS, "text": "x" * 1_000_000 + "\x00\ud800"}))
        await hear(ws, "ack")
    text = backend.accepted[0].raw["text"]
    assert len(text) == 1_000_002 and text.endswith("\ufffd\ufffd")


async def test_a_page_that_never_reads_is_let_go_and_holds_nobody_up(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    chat = backend.session().chat
    async with page.socket() as ws:
        await greet(ws)
        (listener,) = backend.webchat._listeners[chat]
        for _ in range(2000):
            listener.push({"type": "pong"})
        async with asyncio.timeout(3):
            while not ws.closed:
                await ws.receive()
        assert ws.close_code == 1013


async def test_a_signed_out_page_is_let_go_even_while_nothing_can_be_delivered(
    page: Page, backend: MemoryBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.webchat.CHECK", 0.0)
    monkeypatch.setattr("bot.channels.webchat.POLL", 0.02)
    token = await page.token()
    async with page.socket() as ws:
        await greet(ws)
        monkeypatch.setattr(backend, "messages", _away)
        backend.over.add(token)
        assert (await ws.receive(timeout=5)).data == SIGNED_OUT


async def _away(after: object, limit: int) -> dict[str, Any]:
    raise RuntimeError("the database is away")


async def test_a_socket_needs_our_origin_and_a_cookie(page: Page) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        async with page.socket():
            pass
    assert refused.value.status == 401
    await page.token()
    with pytest.raises(WSServerHandshakeError) as refused:
        async with page.socket(origin="https://evil.example"):
            pass
    assert refused.value.status == 403


async def test_language_and_large_view_are_remembered(page: Page, backend: MemoryBackend) -> None:
    await page.token()
    async with page.socket() as ws:
        await greet(ws)
        await ws.send_json({"type": "language", "lang": "en"})
        assert (await hear(ws, "language"))["lang"] == "en"
        await ws.send_json({"type": "elder", "on": True})
        await ws.send_json({**WORDS, "text": ""})
        assert (await hear(ws, "error"))["text"].startswith("This message is empty")
    html = await (await page.get("/chat")).text()
    assert 'lang="en" class="elder"' in html
