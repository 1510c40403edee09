"""Many rows in few statements, ids in the order of the rows, and who is told of a commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime

import pytest_asyncio
from sqlalchemy import event, select

from storage.engine import Database
from storage.models import Chat, Message
from storage.unit import Unit

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest_asyncio.fixture
async def seeded(database: str) -> AsyncIterator[Database]:
    made = Database(database)
    yield made
    await made.close()


async def _chats(unit: Unit, count: int) -> list[Chat]:
    chats = [unit.people.open_chat("telegram", str(number), "zh_Hans", NOW) for number in range(1, count + 1)]
    await unit.session.flush()
    return chats


def _row(chat: Chat, text: str) -> dict[str, object]:
    return {"chat_id": chat.id, "out": True, "at": NOW, "text": text, "body": {}, "client": ""}


async def test_many_messages_get_their_ids_in_the_order_given(seeded: Database) -> None:
    texts = [f"第{number}条" for number in range(50)]
    async with seeded.writing() as unit:
        (chat,) = await _chats(unit, 1)
        first = await unit.messages.write([_row(chat, text) for text in texts[:20]])
        second = await unit.messages.write([_row(chat, text) for text in texts[20:]])
    async with seeded.reading() as unit:
        kept = {row.id: row.text for row in await unit.session.execute(select(Message.id, Message.text))}
    assert [kept[number] for number in (*first, *second)] == texts
    assert sorted(kept) == [*first, *second]


async def test_chats_changed_differently_are_written_in_one_statement(seeded: Database) -> None:
    async with seeded.writing() as unit:
        await _chats(unit, 3)
    statements: list[str] = []
    async with seeded.writing() as unit:
        chats = list(await unit.session.scalars(select(Chat).where(Chat.channel == "telegram").order_by(Chat.id)))
        chats[0].misses, chats[1].choices, chats[2].form = 1, [["好", "yes"]], "report"
        connection = (await unit.session.connection()).sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        unit.people.write_alike(chats)
        await unit.session.flush()
    assert len([one for one in statements if one.startswith("UPDATE chats")]) == 1
    async with seeded.reading() as unit:
        found = list(await unit.session.scalars(select(Chat).where(Chat.channel == "telegram").order_by(Chat.id)))
    assert [(one.misses, one.choices, one.form) for one in found] == [
        (1, [], None),
        (0, [["好", "yes"]], None),
        (0, [], "report"),
    ]


async def test_bookkeeping_wakes_nobody_and_words_wake_with_their_chats(seeded: Database) -> None:
    woken: list[set[tuple[str, str]]] = []

    def wake(told: Collection[tuple[str, str]]) -> None:
        woken.append(set(told))

    seeded.on_commit.append(wake)
    async with seeded.writing(wake=False) as unit:
        await _chats(unit, 1)
    async with seeded.writing() as unit:
        unit.told.add(("web", "x"))
    async with seeded.writing():
        pass
    assert woken == [{("web", "x")}, set()]
