"""The channel against a Bot API that checks every call: a conversation each way, and the faults of a real network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from bot.channels.base import Button, Failed, FetchError, Outgoing, Photo, RawUpdate, Sent, Uncertain, Unreachable, Wait
from bot.channels.telegram import TelegramChannel
from handlers.messages import Contact, Incoming, Kind
from tests.fakes.botapi import BotApi, Fault

PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080002000201011100ffd9") + b"x" * 1_500_000


class Inbox:
    """Commits to a list, once or more."""

    def __init__(self) -> None:
        self.updates: list[RawUpdate] = []

    async def __call__(self, channel: str, updates: Sequence[RawUpdate]) -> None:
        self.updates += updates

    async def count(self, number: int) -> list[RawUpdate]:
        async with asyncio.timeout(10):
            while len(self.updates) < number:
                await asyncio.sleep(0.005)
        return self.updates


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api
        api.assert_clean()


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(api.token, api_url=api.url, poll_timeout=2)
    await channel.start()
    yield channel
    await channel.close()


@pytest.fixture
async def inbox(channel: TelegramChannel) -> AsyncIterator[Inbox]:
    inbox = Inbox()
    task = asyncio.create_task(channel.run(inbox))
    yield inbox
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_all_a_person_can_do_is_understood(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    wang = api.user(1001, "王阿姨")
    first = wang.say("楼道灯坏了")
    wang.start("loc_7Q")
    wang.send_photo(PICTURE, "看")
    wang.send_album([PICTURE, PICTURE], "两张")
    wang.send_document(b"%PDF")
    wang.send_voice()
    wang.send_sticker()
    wang.send_poll()
    wang.send_location(31.2, 121.5)
    wang.send_contact("13800138000")
    wang.send_contact("13900139000", own=False)
    wang.forward("/start stolen")
    wang.edit(first, "楼道灯坏了三天")
    wang.block()
    wang.unblock()
    found = [channel.parse(update) for update in await inbox.count(16)]
    said = [one for one in found if one is not None]
    assert [one.kind.value for one in said] == [
        "text",
        "command",
        "photo",
        "photo",
        "photo",
        "document",
        "voice",
        "sticker",
        "other",
        "location",
        "contact",
        "contact",
        "text",
        "edited",
        "blocked",
        "unblocked",
    ]
    assert {one.chat for one in said} == {"1001"}
    assert [one.contact for one in said if one.contact] == [Contact("13800138000", True), Contact("13900139000", False)]
    assert said[3].album == said[4].album != ""


async def test_files_come_whole(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    api.user(1001).send_photo(PICTURE)
    said = channel.parse((await inbox.count(1))[0])
    assert said is not None
    assert await channel.fetch(said.attachments[0], 2_000_000) == PICTURE
    with pytest.raises(FetchError):
        await channel.fetch(said.attachments[0], 1_000_000)


async def test_all_a_bot_can_say_is_accepted(api: BotApi, channel: TelegramChannel, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(PICTURE)
    photo = Photo(1, tmp_path / "p.jpg")
    buttons = (Button("受理", "accept:1", "primary"), Button("退回", "return:1", "danger"))
    wang = api.user(1001)
    for message in (
        Outgoing("<b>*好*</b>"),
        Outgoing("好", buttons),
        Outgoing("好", buttons, (photo,)),
        Outgoing("好", (), (photo, photo)),
        Outgoing(location=(31.2, 121.5)),
    ):
        assert isinstance(await channel.send("1001", message), Sent)
    assert [line.text for line in wang.heard if line.text] == ["<b>*好*</b>", "好", "好", "好"]
    await channel.set_commands({"": [("menu", "主菜单")], "en": [("menu", "Menu")]})
    assert await channel.username() == "linli_test_bot"


async def test_a_press_comes_back_and_is_acknowledged(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    wang = api.user(1001)
    await channel.send("1001", Outgoing("好吗", (Button("好", "ok:1"),)))
    wang.press("好")
    (update,) = await inbox.count(1)
    said = channel.parse(update)
    assert isinstance(said, Incoming)
    assert (said.kind, said.press, said.chat) == (Kind.PRESS, "ok:1", "1001")
    await channel.acknowledge(update)
    assert api.unanswered() == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("too_many", retry_after=3), Wait),
        (Fault("unauthorized"), Wait),
        (Fault("server_error"), Failed),
        (Fault("bad_gateway"), Failed),
        (Fault("blocked"), Unreachable),
        (Fault("deactivated"), Unreachable),
        (Fault("chat_not_found"), Unreachable),
        (Fault("garbage"), Uncertain),
        (Fault("lost_answer"), Uncertain),
        (Fault("half_open"), Uncertain),
        (Fault("reset"), Uncertain),
        (Fault("delay"), Sent),
    ],
)
async def test_faults_become_outcomes(
    api: BotApi, channel: TelegramChannel, fault: Fault, expected: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel._calls, "_total", 0.5)
    api.user(1001)
    api.fault(fault)
    assert isinstance(await channel.send("1001", Outgoing("x")), expected)


async def test_polling_loses_nothing_to_faults(
    api: BotApi, channel: TelegramChannel, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.poll.pause", lambda failures: 0.01)
    monkeypatch.setattr("bot.channels.telegram.poll.GRACE", -1.5)
    for kind in ("server_error", "bad_gateway", "garbage", "reset", "half_open", "lost_answer"):
        api.fault(Fault(kind, method="getUpdates"))
    said = [api.user(1001 + number % 3).say(str(number))["text"] for number in range(250)]
    await heard_in_full(inbox, lambda: [update.raw["message"]["text"] for update in inbox.updates], said)


async def heard_in_full(inbox: Inbox, heard: Callable[[], list[str]], said: list[str]) -> None:
    async with asyncio.timeout(10):
        while len(set(heard())) < len(said):
            await asyncio.sleep(0.01)
    assert list(dict.fromkeys(heard())) == said


async def test_a_malformed_update_holds_nobody_up(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    api.raw_update({"update_id": "nonsense", "message": 5})
    api.user(1001).say("还在吗")
    (update,) = await inbox.count(1)
    said = channel.parse(update)
    assert said is not None
    assert said.text == "还在吗"
