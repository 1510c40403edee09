"""Pushed updates: secret, size, JSON, commit, 200."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.base import RawUpdate
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.webhook import BODY_LIMIT, SECRET_HEADER
from tests.bot.channels.telegram.api import TOKEN, Api, error

SECRET = {SECRET_HEADER: "s3cret"}
UPDATE = orjson.dumps({"update_id": 3, "message": {"chat": {"id": 5}, "text": "好"}})
Client = TestClient[web.Request, web.Application]


class Inbox:
    """Keeps what it is given unless told to fail."""

    def __init__(self) -> None:
        self.seen: list[RawUpdate] = []
        self.fail = False

    async def __call__(self, channel: str, updates: Sequence[RawUpdate]) -> None:
        if self.fail:
            raise OSError("disk full")
        self.seen += updates


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def client(inbox: Inbox) -> AsyncIterator[Client]:
    channel = TelegramChannel(TOKEN, webhook_url="https://linli.example/tg/hook", webhook_secret="s3cret")
    app = web.Application()
    app.router.add_post(channel.webhook_path, channel.webhook_handler(inbox))
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_stored_update_is_answered_200(client: Client, inbox: Inbox) -> None:
    answer = await client.post("/tg/hook", data=UPDATE, headers=SECRET)
    assert answer.status == 200
    assert [(update.external_id, update.chat) for update in inbox.seen] == [("u3", "5")]


@pytest.mark.parametrize("given", [{}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: "s3cret "[:-2]}, {SECRET_HEADER: "é"}])
async def test_without_the_secret_nothing_is_read(client: Client, inbox: Inbox, given: dict[str, str]) -> None:
    answer = await client.post("/tg/hook", data=b"{" * 100, headers=given)
    assert answer.status == 401
    assert inbox.seen == []


async def test_the_secret_is_judged_before_the_body_arrives(client: Client) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(b"POST /tg/hook HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
    async with asyncio.timeout(2):
        assert b"401" in await reader.readline()
    writer.close()


async def test_a_huge_body_is_refused_announced_or_not(client: Client, inbox: Inbox) -> None:
    assert (await client.post("/tg/hook", data=io.BytesIO(b"x" * (BODY_LIMIT + 1)), headers=SECRET)).status == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 65536 + 1):
            yield b"x" * 65536

    assert (await client.post("/tg/hook", data=chunks(), headers=SECRET)).status == 413
    assert inbox.seen == []


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b"5", b"{}", b'{"update_id": "x"}', b"[" * 100_000])
async def test_what_is_no_update_is_400(client: Client, inbox: Inbox, bad: bytes) -> None:
    assert (await client.post("/tg/hook", data=bad, headers=SECRET)).status == 400
    assert inbox.seen == []


async def test_what_cannot_be_stored_is_503_and_comes_again(client: Client, inbox: Inbox) -> None:
    inbox.fail = True
    assert (await client.post("/tg/hook", data=UPDATE, headers=SECRET)).status == 503
    inbox.fail = False
    assert (await client.post("/tg/hook", data=UPDATE, headers=SECRET)).status == 200


async def test_the_webhook_is_set_until_telegram_takes_it(
    api: Api, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.retry.pause", lambda failures: 0.01)
    api.script["setWebhook"] += [error(500, "x"), error(429, "x", retry_after=0.01)]
    channel = TelegramChannel(TOKEN, api_url=api.url, webhook_url="https://linli.example/hook", webhook_secret="s3cret")
    await channel.start()
    task = asyncio.create_task(channel.run(inbox))
    async with asyncio.timeout(3):
        while len(api.asked("setWebhook")) < 3:
            await asyncio.sleep(0.01)
    asked = api.asked("setWebhook")[-1]
    assert asked == {
        "secret_token": "s3cret",
        "url": "https://linli.example/hook",
        "max_connections": 40,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await channel.close()
