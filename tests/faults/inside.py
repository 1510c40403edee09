"""The product inside the test, with hands into its queues: a real ``App`` on a real database and the Bot API's stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, insert, select

from bot.app import App, Knowledge
from bot.clock import Clock, SystemClock
from handlers.messages import Priority
from storage.engine import Database
from storage.models import Chat, Message, Notice, Outbox
from tests.fakes.botapi import BotApi
from tests.support.bed import settings_for

ASKED: Final = (
    ("身份证丢了怎么补办", "身份证"),
    ("居住证怎么办", "居住证"),
    ("孩子上户口要什么材料", "新生儿落户"),
    ("怎么办老年卡", "老年优待"),
    ("养老金资格认证", "养老金资格认证"),
    ("办理残疾证", "残疾人证"),
    ("申请低保需要什么", "低保"),
    ("结婚登记带什么", "结婚登记"),
    ("公积金怎么提取", "住房公积金"),
    ("社保卡丢了", "社保卡"),
)
"""Questions, and a word in the first line of the one message that answers each."""


@asynccontextmanager
async def running(
    folder: Path,
    database: str,
    knowledge: Knowledge,
    api: BotApi | None = None,
    clock: Clock | None = None,
    **more: Any,
) -> AsyncIterator[App]:
    """An App from start to close; ``more`` are settings."""
    settings = settings_for(folder, database, api.url if api else "", **({} if api else {"telegram_token": ""}), **more)
    app = App(settings, clock or SystemClock(), knowledge=knowledge)
    try:
        await app.start()
        async with app.serving():
            yield app
    finally:
        await app.close()


@asynccontextmanager
async def looking_into(url: str, *, durable: bool = True) -> AsyncIterator[Database]:
    """The database of a product that runs, or ran, in a process of its own."""
    database = Database(url, durable=durable)
    try:
        yield database
    finally:
        await database.close()


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 20.0, every: float = 0.03) -> Any:
    """Ask until the answer is true; returns it."""
    end = asyncio.get_running_loop().time() + seconds
    while not (answer := await found()):
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"still {answer!r} after {seconds} s")
        await asyncio.sleep(every)
    return answer


async def rows(database: Database, model: Any, *where: Any) -> list[Any]:
    """Rows of a table in order."""
    async with database.reading() as unit:
        return list((await unit.session.scalars(select(model).where(*where).order_by(model.id))).all())


async def states(database: Database, model: Any) -> dict[str, int]:
    """How many rows of a queue are in each state."""
    async with database.reading() as unit:
        found = await unit.session.execute(select(model.state, func.count()).group_by(model.state))
        return {row[0]: row[1] for row in found}


async def settled(database: Database, seconds: float = 20.0, **wanted: int) -> None:
    """Wait until the outbox stands exactly so: ``settled(db, sent=5, dead=1)``."""

    async def as_wanted() -> bool:
        return await states(database, Outbox) == wanted

    try:
        await until(as_wanted, seconds)
    except AssertionError:
        raise AssertionError(f"wanted {wanted}, found {await states(database, Outbox)}") from None


async def move_in(
    database: Database, ids: Iterable[int], area: str | None = None, channel: str = "telegram"
) -> dict[int, int]:
    """Open a chat with a person behind each of these ids; returns our own ids of the chats."""
    async with database.writing() as unit:
        now = datetime.now(UTC) - timedelta(hours=2)
        chats = {one: unit.people.open_chat(channel, str(one), "zh_Hans", now) for one in ids}
        for chat in chats.values():
            chat.person.area_code = area
        await unit.session.flush()
        return {one: chat.id for one, chat in chats.items()}


async def queue(
    database: Database, chats: Mapping[int, int], texts: Sequence[str], priority: Priority = Priority.REPLY
) -> None:
    """Put the same texts into the outbox of each of these chats (as ``move_in`` returned them)."""
    lines = [(chat, text) for text in texts for chat in chats.values()]
    said = [
        {"chat_id": chat, "out": True, "at": datetime.now(UTC), "text": text, "body": {}, "client": ""}
        for chat, text in lines
    ]
    async with database.writing() as unit:
        written = (
            await unit.session.scalars(insert(Message).returning(Message.id, sort_by_parameter_order=True), said)
        ).all()
        sends = [
            {"message_id": message, "chat_id": chat, "channel": "telegram", "priority": int(priority)}
            for message, (chat, _) in zip(written, lines, strict=True)
        ]
        await unit.session.execute(insert(Outbox), sends)


async def send_notice(database: Database, area: str, text: str, people: int) -> None:
    """What 发出 does to a notice."""
    now = datetime.now(UTC)
    async with database.writing() as unit:
        author = await unit.session.scalar(select(Chat.person_id).limit(1))
        unit.session.add(
            Notice(ref="N2222", text=text, area_code=area, author_id=author, state="sending", people=people, cursor=0,
                   created_at=now, expires_at=now + timedelta(days=1))
        )  # fmt: skip


def texts(api: BotApi, chat: int) -> list[str]:
    """Everything the bot said in a chat."""
    return [line.text for line in api.user(chat).heard]


def one_answer_each(heads: Sequence[str], asked: Sequence[tuple[str, str]] = ASKED) -> int:
    """How many of these messages were repeats; fails unless each question has its answer, in order."""
    fresh = [text for before, text in zip(("", *heads), heads, strict=False) if text != before]
    assert len(fresh) == len(asked), (
        f"{len(asked)} questions, but the answers {[text.splitlines()[0] for text in heads]}"
    )
    for text, (question, word) in zip(fresh, asked, strict=True):
        assert word in text.splitlines()[0], f"{question}: {text.splitlines()[0]}"
    return len(heads) - len(fresh)
