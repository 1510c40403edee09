"""What is asked about very many chats or people at once stays answerable, and small for whoever waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.settings import Settings
from storage.engine import Database
from storage.models import Duty, Message, Notice, Outbox, Recipient
from storage.repositories.notices import Counts
from tests.support.clock import START, MovableClock

PAGES = 1_200


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[Database]:
    made = Database(database)
    yield made
    await made.close()


async def test_what_is_new_is_found_for_more_than_a_thousand_open_pages(db: Database) -> None:
    async with db.writing() as unit:
        chats = [unit.people.open_chat("web", str(number), "zh_Hans", START) for number in range(PAGES)]
        await unit.session.flush()
        rows = [
            {"chat_id": chat.id, "out": True, "at": START, "text": text, "body": {}, "client": ""}
            for text in ("旧", "新")
            for chat in chats
        ]
        old = (await unit.messages.write(rows))[:PAGES]
    async with db.reading() as unit:
        marks = {chat.id: mark for chat, mark in zip(chats, old, strict=True)}
        found = await unit.messages.since(marks, 200)
    assert {one.chat_id for one in found} == set(marks)
    assert [one.text for one in found] == ["新"] * PAGES


async def test_a_notice_to_very_many_is_counted_by_a_job_and_shown_as_it_was_counted(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repositories.notices.LIVE", 1)
    clock, unused = MovableClock(), _unused()
    work = {job.name: job.work for job in Jobs(db, unused, clock, Settings(), Metrics(), {}).table}["figures"]
    ref = await _notice(db)

    async def shown() -> Counts:
        async with db.reading() as unit:
            notice = await unit.notices.find(ref)
            assert notice is not None
            return await unit.notices.counts(notice)

    nobody_yet = {"sent": 0, "read": 0, "unreachable": 0, "waiting": 3, "stopped": 0}
    assert asdict(await shown()) == {"audience": 3, **nobody_yet}
    await work()
    assert await shown() == Counts(audience=3, sent=1, read=0, unreachable=1, waiting=1, stopped=0)
    async with db.writing() as unit:
        notice = await unit.notices.find(ref)
        assert notice is not None
        assert await unit.notices.mark_read(notice.id, notice.author_id, clock.now())
    clock.passes(minutes=10)
    await work()
    assert (await shown()).read == 1
    async with db.writing() as unit:
        notice = await unit.notices.find(ref, lock=True)
        assert notice is not None
        assert (await unit.notices.cancel(notice, clock.now())).stopped == 1
    assert await shown() == Counts(audience=3, sent=1, read=1, unreachable=1, waiting=0, stopped=1)
    async with db.reading() as unit:
        assert not await unit.notices.to_count(clock.now())
        assert await unit.notices.to_count(clock.now() + timedelta(minutes=1))


async def test_the_queues_depth_is_told_by_state(db: Database) -> None:
    await _notice(db)
    async with db.reading() as unit:
        assert await unit.outbox.depth() == {"queued": 1, "sending": 0, "dead": 1}


async def test_the_offices_of_all_who_worked_on_a_case_are_one_question(db: Database) -> None:
    async with db.writing() as unit:
        chats = [unit.people.open_chat("telegram", str(number), "zh_Hans", START) for number in range(3)]
        await unit.session.flush()
        both, former, resident = [chat.person_id for chat in chats]
        chats[0].person.name = "王芳"
        for person, role, until in ((both, "grid_worker", None), (both, "community", None), (former, "street", START)):
            unit.session.add(Duty(person_id=person, role=role, area_code="S1-C1-G1", since=START, until=until))
    async with db.reading() as unit:
        found = await unit.staff.offices({both, former, resident})
    assert found == {both: ("grid_worker", "王芳"), former: ("", ""), resident: ("", "")}


async def _notice(db: Database) -> str:
    """One to three people: sent, waiting, lost."""
    async with db.writing() as unit:
        chats = [unit.people.open_chat("telegram", str(number), "zh_Hans", START) for number in range(3)]
        await unit.session.flush()
        notice = Notice(ref="N2345", text="停水", area_code="S1-C1-G1", author_id=chats[0].person_id, state="sent", people=3,
                        created_at=START, expires_at=START + timedelta(days=2))  # fmt: skip
        unit.notices.add(notice)
        await unit.session.flush()
        for chat, state in zip(chats, ("sent", "queued", "dead"), strict=True):
            told = Message(chat_id=chat.id, out=True, at=START, text="停水", notice_id=notice.id)
            unit.messages.add(told)
            await unit.session.flush()
            common = {"chat_id": chat.id, "message_id": told.id}
            unit.session.add(Outbox(channel="telegram", priority=2, state=state, **common))
            unit.session.add(Recipient(notice_id=notice.id, person_id=chat.person_id, **common))
    return notice.ref


def _unused() -> Any:
    return None
