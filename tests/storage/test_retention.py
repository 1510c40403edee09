"""Every kind of kept words has an end; the figures that are reported outlive them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy import select

from bot.jobs import Jobs, keeping
from bot.metrics import Metrics
from bot.settings import Settings
from storage.engine import Database
from storage.models import (
    Blanking,
    Case,
    CaseEvent,
    Chat,
    Duty,
    Handoff,
    Inbox,
    Media,
    Mention,
    Message,
    Notice,
    Outbox,
    Person,
    Proposal,
    Recipient,
    Remark,
)
from storage.repositories import erasure
from storage.repositories.base import references
from storage.repositories.retention import KINDS
from storage.unit import Unit
from tests.support.clock import START, MovableClock

OLD = START - timedelta(days=2000)
AREA = "S1-C1-G1"


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[Database]:
    made = Database(database)
    yield made
    await made.close()


def jobs(database: Database, **settings: Any) -> Jobs:
    unused: Any = None
    return Jobs(database, unused, MovableClock(), replace(Settings(), **settings), Metrics(), frozenset())


async def tidied(database: Database, **settings: Any) -> None:
    table = {job.name: job.work for job in jobs(database, **settings).table}
    while await table["tidy"]():
        pass


async def chat_of(unit: Unit, name: str, seen: datetime = START) -> Chat:
    chat = unit.people.open_chat("telegram", name, "zh_Hans", seen)
    await unit.session.flush()
    return chat


async def message(unit: Unit, chat: Chat, text: str, at: datetime = OLD, **more: Any) -> int:
    usual: dict[str, Any] = {"out": True, "body": {}, "client": "", "notice_id": None}
    (number,) = await unit.messages.write([{"chat_id": chat.id, "at": at, "text": text, **usual, **more}])
    return number


async def all_of(database: Database, model: Any) -> list[Any]:
    async with database.reading() as unit:
        return list((await unit.session.scalars(select(model).order_by(*model.__table__.primary_key))).all())


def send(message_id: int, chat: Chat, state: str, at: datetime = OLD) -> Outbox:
    done = {"finished_at": at} if state != "queued" else {}
    return Outbox(message_id=message_id, chat_id=chat.id, channel="telegram", priority=2, state=state, **done)


def test_every_kind_has_its_time() -> None:
    assert keeping(Settings()).keys() == KINDS.keys()


async def test_a_notices_figures_stay_when_its_messages_go(db: Database) -> None:
    fates = ["sent", "sent", "dead", "expired", "cancelled", "queued", ""]
    async with db.writing() as unit:
        chats = [await chat_of(unit, str(number)) for number in range(len(fates) + 1)]
        author = chats[0].person_id
        notice = Notice(
            ref="N2222", text="停水", area_code=AREA, author_id=author, state="sent", people=9, cursor=99, created_at=OLD, expires_at=OLD
        )  # fmt: skip
        unit.notices.add(notice)
        await unit.session.flush()
        for number, (chat, fate) in enumerate(zip(chats, [*fates, "sent"], strict=True)):
            at = START if number == len(fates) else OLD  # the last is new and stays
            told = await message(unit, chat, "停水", at, notice_id=notice.id)
            unit.session.add(
                Recipient(
                    notice_id=notice.id,
                    person_id=chat.person_id,
                    chat_id=chat.id,
                    message_id=told,
                    read_at=START if number < 2 else None,
                )
            )
            if fate:
                unit.session.add(send(told, chat, fate, at))
        await unit.session.flush()
        before = await unit.notices.counts(notice)
    await tidied(db)
    async with db.reading() as unit:
        kept = await unit.notices.find("N2222")
        assert kept is not None
        after = await unit.notices.counts(kept)
    # what still waited for a channel after all this time never reached anybody
    assert after == replace(before, unreachable=before.unreachable + before.waiting, waiting=0)
    assert (after.audience, after.sent, after.read) == (9, 4, 2)
    assert len(await all_of(db, Message)) == len(await all_of(db, Recipient)) == 1
    assert [row.state for row in await all_of(db, Outbox)] == ["sent"]


async def test_what_is_being_sent_waits_and_what_is_new_stays(db: Database) -> None:
    async with db.writing() as unit:
        chat = await chat_of(unit, "1")
        under_way, gone, new = [await message(unit, chat, "话", at) for at in (OLD, OLD, START)]
        unit.session.add(send(under_way, chat, "sending"))
        await unit.messages.mention([("R2345", gone), ("R2345", new)])
    await tidied(db)
    assert [row.id for row in await all_of(db, Message)] == [under_way, new]
    assert [row.message_id for row in await all_of(db, Mention)] == [new]


async def test_updates_set_aside_go_after_their_time_and_waiting_ones_never(db: Database) -> None:
    async with db.writing() as unit:
        for state, days in (("done", 8), ("done", 1), ("dead", 31), ("dead", 8), ("queued", 999)):
            at = START - timedelta(days=days)
            unit.session.add(
                Inbox(channel="web", external_id=f"{state}{days}", chat="1", raw="话", state=state, received_at=at)
            )
    await tidied(db)
    assert sorted(row.external_id for row in await all_of(db, Inbox)) == ["dead8", "done1", "queued999"]


async def test_conversations_calls_and_remarks_end_but_not_before_their_time(db: Database) -> None:
    async with db.writing() as unit:
        for number, days in enumerate((0, 2, 181)):
            at = START - timedelta(days=days)
            chat = await chat_of(unit, str(number), at)
            chat.form, chat.answers, chat.choices = "report", {"report_words": "话"}, [["是", "yes"]]
            chat.draft, chat.preset = {"answers": {"report_words": "话"}}, {"text": "3栋"}
            common: dict[str, Any] = {"chat_id": chat.id}
            unit.handoffs.add(
                Handoff(
                    ref=f"H{number}234",
                    area_code=AREA,
                    reason="话",
                    state="waiting",
                    created_at=at,
                    last_at=at,
                    **common,
                )
            )
            unit.handoffs.add(Remark(kind="miss", text="话", at=at, **common))
    await tidied(db)
    chats = await all_of(db, Chat)
    assert [bool(one.draft or one.preset) for one in chats] == [True, False, False]
    assert [one.form for one in chats] == ["report", "report", None]
    assert [bool(one.answers or one.choices) for one in chats] == [True, True, False]
    assert [(one.reason, one.state) for one in await all_of(db, Handoff)] == [
        ("话", "waiting"),
        ("话", "waiting"),
        ("", "closed"),
    ]
    assert len(await all_of(db, Remark)) == 2


async def test_of_a_record_the_figures_stay(db: Database) -> None:
    async with db.writing() as unit:
        chat = await chat_of(unit, "1")
        usual: dict[str, Any] = {"area_code": AREA, "chat_id": chat.id, "created_at": OLD}
        for number, (state, over) in enumerate((("confirmed", OLD), ("accepted", OLD), ("confirmed", START)), 2):
            case = Case(ref=f"R{number}345", kind="report", subject="light", title="灯", words="话", place="3栋2单元", lat=1.0, lon=1.0,
                        reporter_id=chat.person_id, urgency="normal", state=state, outcome="done", due_at=OLD, finished_at=over, **usual)  # fmt: skip
            unit.cases.add(case)
            await unit.session.flush()
            unit.cases.record(CaseEvent(case_id=case.id, at=OLD, action="finish", state=state, note="话"))
            unit.media.add(Media(name=f"{number}", kind="photo", chat_id=chat.id, case_id=case.id, created_at=OLD))
        for number, state in enumerate(("open", "adopted"), 2):
            unit.proposals.add(
                Proposal(
                    ref=f"P{number}345",
                    what="话",
                    place="3栋",
                    why="话",
                    author_id=chat.person_id,
                    state=state,
                    **usual,
                )
            )
    await tidied(db)
    assert [(one.words, one.place, one.lat, one.outcome) for one in await all_of(db, Case)] == [
        ("", "", None, "done"), ("话", "3栋2单元", 1.0, "done"), ("话", "3栋2单元", 1.0, "done"),
    ]  # fmt: skip
    assert [one.note for one in await all_of(db, CaseEvent)] == ["", "话", "话"]
    assert [one.deleted_at is not None for one in await all_of(db, Media)] == [True, False, False]
    assert [(one.what, one.why) for one in await all_of(db, Proposal)] == [("话", "话"), ("", "")]


async def test_a_long_erasure_goes_on_in_small_steps_and_spares_what_came_later(db: Database) -> None:
    async with db.writing() as unit:
        chat, staff, other = [await chat_of(unit, name) for name in ("1", "2", "3")]
        unit.session.add(Duty(person_id=staff.person_id, role="community", area_code=AREA, since=OLD))
        rows = [(chat, "我的话")] * 450 + [(staff, "H2345 说：138")] * 10 + [(other, "H2345 说：138")]
        written = [await message(unit, one, text, START) for one, text in rows]
        await unit.messages.mention([("H2345", number) for number in written[450:]])
        unit.handoffs.add(
            Handoff(
                ref="H2345", chat_id=chat.id, area_code=AREA, reason="话", state="closed", created_at=OLD, last_at=OLD
            )
        )
        person = await unit.session.get_one(Person, chat.person_id)
    async with db.writing() as unit:
        await unit.erasure.words(person.id)
        await unit.erasure.copies(person.id, await unit.erasure.calls(person.id), {"zh_Hans": "已删除"}, staff=True)
    blank = [one.text for one in await all_of(db, Message)].count("")
    assert blank == erasure.AT_ONCE
    assert len(await all_of(db, Blanking)) == 2
    async with db.writing() as unit:
        later = await message(unit, chat, "你好", START)
    table = {job.name: job.work for job in jobs(db).table}
    steps = 0
    while await table["erase"]():
        steps += 1
    assert 2 <= steps <= 4
    assert not await all_of(db, Blanking)
    told = {one.id: one.text for one in await all_of(db, Message)}
    assert [told[number] for number in written] == [""] * 450 + ["已删除"] * 10 + ["H2345 说：138"]
    assert told[later] == "你好"
    assert [one.reason for one in await all_of(db, Handoff)] == [""]


def test_references_are_seen_between_chinese_words_and_are_no_words() -> None:
    assert references("编号R7K2Q已受理，合并到P4M9T。HELLO，N6D2K，AR7K2Q，T23") == {"R7K2Q", "P4M9T"}
