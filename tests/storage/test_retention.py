"""Every kind of kept words has an end; the figures that are reported outlive them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.jobs import Jobs, keeping
from bot.metrics import Metrics
from bot.settings import Settings
from storage.engine import Database
from storage.models import (
    Audit,
    Blanking,
    Case,
    CaseEvent,
    Chat,
    Duty,
    Handoff,
    Inbox,
    Invite,
    Media,
    Mention,
    Message,
    Notice,
    Outbox,
    Person,
    Proposal,
    Recipient,
    Remark,
    Volunteer,
)
from storage.repositories import erasure
from storage.repositories.retention import KINDS
from storage.unit import Unit
from tests.conftest import POSTGRESQL
from tests.support.clock import START, MovableClock

OLD = START - timedelta(days=2000)
AREA = "S1-C1-G1"


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[Database]:
    made = Database(database)
    yield made
    await made.close()


def jobs(database: Database, clock: MovableClock | None = None, **settings: Any) -> Jobs:
    unused: Any = None
    return Jobs(database, unused, clock or MovableClock(), replace(Settings(), **settings), Metrics(), {})


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


async def test_the_audit_trail_goes_after_its_time_and_what_is_left_still_verifies(db: Database) -> None:
    for at in (OLD, OLD, START - timedelta(days=1094)):
        async with db.writing() as unit:
            unit.audit.add(at, None, "case.read", "R2222")
    await tidied(db)
    assert [line.at > OLD for line in await all_of(db, Audit)] == [True]
    async with db.reading() as unit:
        assert await unit.audit.broken_at() is None


async def test_a_look_at_the_trail_while_lines_come_and_go_finds_it_whole(db: Database) -> None:
    for at in (OLD, OLD, START):
        async with db.writing() as unit:
            unit.audit.add(at, None, "case.read", "R2222")
    async with db.reading() as look:
        assert await look.audit.broken_at() is None
        await tidied(db)
        async with db.writing() as unit:
            unit.audit.add(START, None, "case.read", "R3333")
        assert (await look.audit.broken_at(), await look.audit.count()) == (None, 3)
    async with db.reading() as look:
        assert (await look.audit.broken_at(), await look.audit.count()) == (None, 2)


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
    clock = MovableClock()
    table = {job.name: job.work for job in jobs(db, clock).table}
    steps = 0
    while await table["erase"]():
        steps += 1
    assert 2 <= steps <= 4
    clock.passes(seconds=11)
    while await table["erase"]():
        pass
    assert not await all_of(db, Blanking)
    told = {one.id: one.text for one in await all_of(db, Message)}
    assert [told[number] for number in written] == [""] * 450 + ["已删除"] * 10 + ["H2345 说：138"]
    assert told[later] == "你好"
    assert [one.reason for one in await all_of(db, Handoff)] == [""]


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
async def test_words_being_written_while_they_are_erased_go_a_little_later(db: Database) -> None:
    async with db.writing() as unit:
        chat, staff = [await chat_of(unit, name) for name in ("1", "2")]
        unit.session.add(Duty(person_id=staff.person_id, role="community", area_code=AREA, since=OLD))
    async with db.writing() as slow:
        copy = await message(slow, staff, "H2345 说：话", START)
        await slow.messages.mention([("H2345", copy)])
        mine = await message(slow, chat, "话", START)
        async with db.writing() as unit:
            await message(unit, staff, "别的事", START)
            await unit.erasure.words(chat.person_id)
            await unit.erasure.copies(chat.person_id, ["H2345"], {"zh_Hans": "已删除"}, staff=True)
        late = await message(slow, staff, "H2345 说：话", START)
        await slow.messages.mention([("H2345", late)])
    clock = MovableClock()
    erase = {job.name: job.work for job in jobs(db, clock).table}["erase"]
    for _ in range(2):
        while await erase():
            pass
        clock.passes(seconds=11)
    assert not await all_of(db, Blanking)
    told = {one.id: one.text for one in await all_of(db, Message)}
    assert [told[copy], told[mine], told[late]] == ["已删除", "", "已删除"]
    assert "别的事" in told.values()


async def test_names_go_with_whoever_cannot_be_reached_any_more_and_has_nothing_under_way(db: Database) -> None:
    gone = START - timedelta(days=731)
    async with db.writing() as unit:
        chats = [await chat_of(unit, name, gone) for name in ("away", "here", "lately", "staff", "asking", "helping")]
        away, here, lately, staff, asking, helping = chats
        for one in chats:
            one.unreachable_at = gone
            one.person.name, one.person.phone, one.person.area_code = "张三", "13800000000", AREA
            one.person.consented_at = gone
        here.unreachable_at, lately.seen_at = None, START - timedelta(days=729)
        unit.session.add(Duty(person_id=staff.person_id, role="grid_worker", area_code=AREA, since=gone))
        unit.session.add(Volunteer(person_id=helping.person_id, area_code=AREA, created_at=gone))
        unit.cases.add(
            Case(ref="R2345", kind="report", subject="light", title="灯", words="话", place="3栋", reporter_id=asking.person_id,
                 urgency="normal", state="accepted", due_at=gone, area_code=AREA, chat_id=asking.id, created_at=gone)
        )  # fmt: skip
    await tidied(db)
    people = {one.id: one for one in await all_of(db, Person)}
    assert [people[one.person_id].name for one in chats] == ["", *["张三"] * 5]
    blank = people[away.person_id]
    assert (blank.phone, blank.area_code, blank.consented_at) == ("", None, None)


async def test_an_invite_that_ran_out_goes_after_a_month(db: Database) -> None:
    async with db.writing() as unit:
        for days in (1, 29, 31):
            at = START - timedelta(days=days)
            unit.staff.invite(Invite(code_hash=f"{days}", role="grid_worker", area_code=AREA, created_at=at, expires_at=at,
                                     link_expires_at=at))  # fmt: skip
    await tidied(db)
    assert [one.code_hash for one in await all_of(db, Invite)] == ["1", "29"]
