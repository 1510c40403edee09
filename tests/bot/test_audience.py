"""Who is counted as reachable by a notice: people who said something, and not pages that were merely opened."""

from __future__ import annotations

from storage.models import Chat
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
