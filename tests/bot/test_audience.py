"""Who is counted as reachable by a notice: people who said something, and not pages that were merely opened."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import text

from storage.models import Area, Chat, Notice
from storage.repositories.people import People
from tests.support.bed import Bed


async def counted(bed: Bed) -> int:
    async with bed.app.database.reading() as unit:
        (root,) = await unit.areas.of_kind("sub_district")
        return await unit.people.count_in(root)


async def test_an_opened_page_is_nobody_until_something_is_said(bed: Bed) -> None:
    before, chats = await counted(bed), len(await bed.all(Chat))
    first, _ = await bed.on_web("甲"), await bed.on_web("乙")
    assert (await counted(bed), len(await bed.all(Chat))) == (before, chats)
    await first.say("你好")
    await bed.settle()
    assert (await counted(bed), len(await bed.all(Chat))) == (before + 1, chats + 1)


async def test_nobody_waits_for_the_count_but_the_desk_that_asked(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, count_in = asyncio.Event(), asyncio.Event(), People.count_in

    async def slow(people: People, area: Area) -> int:
        begun.set()
        await go_on.wait()
        return await count_in(people, area)

    desk, other = await bed.on_web("社区"), await bed.on_web("邻居")
    await bed.takes_office(desk, "street", "S1")
    monkeypatch.setattr(People, "count_in", slow)
    for said, then in (("/notify", "写什么"), ("明天上午9点在小区门口发米", "哪一片")):
        await desk.say(said)
        await desk.expect(then)
    await desk.say("1")
    await begun.wait()
    await other.say("你好")
    await other.expect("您好")
    go_on.set()
    await desk.expect(re.compile(r"发给：柳溪街道，\d 人"))


async def test_people_are_counted_by_a_reader_exactly_at_the_preview_and_again_when_it_is_sent(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_reader: list[bool] = []
    count_in = People.count_in

    async def watched(people: People, area: Area) -> int:
        if bed.app.database.sqlite:
            by_reader.append(await people.session.scalar(text("PRAGMA query_only")) == 1)
        return await count_in(people, area)

    monkeypatch.setattr(People, "count_in", watched)
    desk = await bed.on_web("社区")
    await bed.takes_office(desk, "street", "S1")
    people = await counted(bed)
    for said, then in (("/notify", "写什么"), ("明天上午9点在小区门口发米", "哪一片"), ("1", f"{people} 人")):
        await desk.say(said)
        await desk.expect(then)
    await (await bed.on_web("新邻居")).say("你好")
    await bed.settle()
    await desk.say("发送")
    await desk.expect(f"开始发送，共 {people + 1} 人")
    assert [notice.people for notice in await bed.all(Notice)] == [people + 1]
    assert all(by_reader)
