"""Polling hands over before it moves on, and nothing stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels.base import RawUpdate
from bot.channels.telegram import TelegramChannel
from tests.bot.channels.telegram.api import Api, body, cut, error, hang, ok


class Inbox:
    """Keeps what it is given; fails ``broken`` times first."""

    def __init__(self, broken: int = 0) -> None:
        self.broken = broken
        self.seen: list[str] = []

    async def __call__(self, channel: str, updates: Sequence[RawUpdate]) -> None:
        assert channel == "telegram"
        if self.broken:
            self.broken -= 1
            raise RuntimeError("database is locked: 13900000000")
        self.seen += [update.external_id for update in updates]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.poll.pause", lambda failures: 0.01)
    monkeypatch.setattr("bot.channels.telegram.poll.LONGEST", 0.01)


@asynccontextmanager
async def listening(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.run(inbox))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


def update(number: int, **extra: Any) -> dict[str, Any]:
    return {"update_id": number, "message": {"chat": {"id": 5}, "text": "好"}} | extra


def offsets(api: Api) -> list[int | None]:
    return [asked.get("offset") for asked in api.asked("getUpdates")]


async def test_the_offset_moves_only_after_the_commit(api: Api, channel: TelegramChannel) -> None:
    api.script["getUpdates"] += [ok([update(7), update(8)])] * 2
    inbox = Inbox(broken=1)
    async with listening(channel, inbox):
        await until(lambda: len(offsets(api)) > 2)
    assert offsets(api)[:3] == [None, None, 9]
    assert inbox.seen == ["u7", "u8"]


async def test_it_asks_for_what_it_understands_and_removes_a_webhook_first(api: Api, channel: TelegramChannel) -> None:
    async with listening(channel, Inbox()):
        await until(lambda: api.asked("getUpdates"))
    assert [method for method, _ in api.calls[:3]] == ["getMe", "deleteWebhook", "getUpdates"]
    assert api.asked("deleteWebhook") == [{}]
    assert api.asked("getUpdates")[0] == {
        "limit": 100,
        "timeout": 1,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }


async def test_malformed_elements_are_passed_over(api: Api, channel: TelegramChannel) -> None:
    api.script["getUpdates"].append(ok([None, "x", {"no": 1}, update(3), {"update_id": []}, update(4, message=5)]))
    inbox = Inbox()
    async with listening(channel, inbox):
        await until(lambda: len(offsets(api)) > 1)
    assert inbox.seen == ["u3", "u4"]
    assert offsets(api)[1] == 5


async def test_lone_surrogates_do_not_stop_it(api: Api, channel: TelegramChannel) -> None:
    api.script["getUpdates"].append(body(rb'{"ok":true,"result":[{"update_id":3,"message":{"text":"\ud800"}}]}'))
    inbox = Inbox()
    async with listening(channel, inbox):
        await until(lambda: inbox.seen)
    assert inbox.seen == ["u3"]


async def test_an_update_nobody_can_read_is_isolated_and_passed_over(api: Api, channel: TelegramChannel) -> None:
    bad = body(b'{"ok":true,"result":[{"update_id":3,"message":{"text":"\x01}}]}')
    api.script["getUpdates"] += [bad, bad, ok([update(4)])]
    inbox = Inbox()
    async with listening(channel, inbox):
        await until(lambda: inbox.seen)
    assert inbox.seen == ["u4"]
    assert [(asked["limit"], asked.get("offset")) for asked in api.asked("getUpdates")[:3]] == [
        (100, None),
        (1, None),
        (100, 4),
    ]


@pytest.mark.parametrize(
    "trouble",
    [
        error(500, "Internal"),
        error(429, "Too Many Requests", retry_after=0.01),
        error(401, "Unauthorized"),
        cut,
        body(b"<html>", 200),
        ok("nonsense"),
        ok([None]),
    ],
)
async def test_trouble_passes(api: Api, channel: TelegramChannel, trouble: Any) -> None:
    api.script["getUpdates"] += [trouble, trouble, ok([update(1)])]
    inbox = Inbox()
    async with listening(channel, inbox):
        await until(lambda: inbox.seen)
    assert inbox.seen == ["u1"]


async def test_a_silent_server_is_given_up(api: Api, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.poll.GRACE", -0.8)
    api.script["getUpdates"] += [hang(3), ok([update(1)])]
    inbox = Inbox()
    async with listening(channel, inbox):
        await until(lambda: inbox.seen)


async def test_a_conflict_is_told_and_a_webhook_removed(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.poll.CONFLICT_PAUSE", 0.01)
    api.script["getUpdates"].append(error(409, "Conflict: can't use getUpdates method while webhook is active"))
    async with listening(channel, Inbox()):
        await until(lambda: len(offsets(api)) > 1)
    assert len(api.asked("deleteWebhook")) == 2
    assert "another process polls with the same token" in caplog.text


async def test_storage_trouble_is_logged_without_its_words(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.script["getUpdates"] += [ok([update(1)])] * 2
    inbox = Inbox(broken=1)
    async with listening(channel, inbox):
        await until(lambda: inbox.seen)
    assert "could not be stored (RuntimeError)" in caplog.text
    assert "13900000000" not in caplog.text
