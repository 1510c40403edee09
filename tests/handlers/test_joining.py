"""The same matter reported twice: asked about, joined only by a yes, and then everybody hears everything."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio

from storage.models import Case
from tests.handlers.harness import Town, reference

GRID = "S1-C1-G1"


async def reports(town: Town, who: str, words: str, *more: str) -> str:
    for one in (words, *more, "跳过"):
        await town.says(who, one)
    return reference(await town.says(who, "提交"), "R")


@pytest_asyncio.fixture
async def first(town: Town) -> str:
    await town.serves("王", "grid_worker", GRID)
    for who in ("周", "吴", "郑"):
        await town.moves_in(who)
    return await reports(town, "周", "3栋2单元楼道灯坏了")


async def case(town: Town, ref: str) -> Case:
    found: Case = next(one for one in await town.all(Case) if one.ref == ref)
    return found


async def test_who_joins_hears_everything_and_may_answer_and_rate(town: Town, first: str) -> None:
    mine = await reports(town, "吴", "3栋楼道灯不亮了")
    assert "已经有人报过青松社区青松苑一区3栋的照明/楼道灯" in town.last("吴")
    assert await town.sees("吴") == ["是同一件事", "不是，另办"]
    assert f"一起办，编号 {first}" in await town.says("吴", "是的")
    assert (await case(town, mine)).state == "joined"
    assert f"又有一位居民报了 {first}（{mine}）：3栋楼道灯不亮了" in "\n".join(town.heard["王"])
    assert f"{mine}（照明/楼道灯）和 {first} 是同一件事" in town.last("王")
    assert "待办诉求 1 件" in await town.says("王", "/cases")
    await town.presses("王", f"case.accept:{first}")
    assert all(f"{first} 已受理" in town.last(who) for who in ("周", "吴"))
    await town.presses("王", f"case.finish:{first}")
    for words in ("已解决", "换了灯泡", "跳过"):
        await town.says("王", words)
    assert all("解决了吗" in town.last(who) for who in ("周", "吴"))
    assert "重新打开" in await town.says("吴", "没解决")
    assert (await case(town, first)).state == "reopened"
    assert f"您报的 {mine} 和 {first} 一起办" in await town.says("吴", mine)


async def test_each_rates_for_themselves(town: Town, first: str) -> None:
    mine = await reports(town, "吴", "3栋楼道灯不亮了")
    await town.says("吴", "是同一件事")
    await town.presses("王", f"case.accept:{first}")
    await town.presses("王", f"case.finish:{first}")
    for words in ("已解决", "换了灯泡", "跳过"):
        await town.says("王", words)
    await town.says("周", "解决了")
    await town.says("周", "5")
    await town.presses("吴", f"case.solved:{first}")
    await town.presses("吴", f"case.rate:2:{first}")
    assert ((await case(town, first)).rating, (await case(town, mine)).rating) == (5, 2)


@pytest.mark.parametrize("no", ["不是", "不是，另办", "另一件"])
async def test_without_a_yes_it_stays_a_report_of_its_own(town: Town, first: str, no: str) -> None:
    mine = await reports(town, "吴", "3栋楼道灯不亮了")
    assert f"{mine} 单独办" in await town.says("吴", no)
    assert (await case(town, mine)).state == "submitted"


@pytest.mark.parametrize(
    "words", ["5栋楼道灯坏了", "3栋门口垃圾没人清", "3栋电梯里有人被困住了", "3栋我老公打我孩子"]
)
async def test_elsewhere_of_another_kind_in_danger_or_private_nothing_is_asked(
    town: Town, first: str, words: str
) -> None:
    for one in (words, "告诉网格员", "告诉社区工作人员", "跳过", "提交"):
        await town.says("吴", one)
    assert "是同一件事" not in "\n".join(town.heard["吴"])


async def test_pins_near_each_other_are_the_same_place_and_far_ones_are_not(town: Town, first: str) -> None:
    building = town.shelf.catalogue.areas["S1-C1-G1-B4"]
    for who, north in (("周", 0.0), ("吴", 0.0004), ("郑", 0.004)):
        await town.says(who, "路灯坏了不亮")
        await town.pins(who, building.lat + north, building.lon)
        await town.says(who, "跳过")
        await town.says(who, "提交")
    assert await town.sees("吴") == ["是同一件事", "不是，另办"]
    assert "是同一件事" not in await town.sees("郑")


async def test_strangers_join_nothing_and_nothing_is_joined_by_a_forged_button(town: Town, first: str) -> None:
    mine = await reports(town, "吴", "5栋门口垃圾没人清")
    other = await reports(town, "郑", "3栋楼道灯不亮了")
    for token in (f"case.join:{mine}:{first}", f"case.join:{other}:{first}", f"case.join:{first}:{first}", "case.join:x:y", "case.join:"):
        await town.presses("吴", token)
    assert {one.state for one in await town.all(Case)} == {"submitted"}
    assert "没有" in await town.says("吴", first)  # somebody else's number tells nothing


async def test_what_was_finished_meanwhile_is_not_joined(town: Town, first: str) -> None:
    mine = await reports(town, "吴", "3栋楼道灯不亮了")
    await town.presses("周", f"case.enough:{first}")
    await town.says("周", f"撤销{first}")
    await town.presses("吴", f"case.join:{mine}:{first}")
    assert (await case(town, mine)).state == "submitted"


async def test_who_joined_goes_along_when_that_one_is_joined_to_another(town: Town, first: str) -> None:
    second = await reports(town, "吴", "3栋楼道灯不亮了")
    third = await reports(town, "郑", "3栋楼道灯又黑了")
    await town.presses("郑", f"case.join:{third}:{second}")
    await town.presses("吴", f"case.join:{second}:{first}")
    await town.presses("王", f"case.accept:{first}")
    assert all(f"{first} 已受理" in town.last(who) for who in ("周", "吴", "郑"))


async def test_complaints_about_staff_are_told_to_nobody_else(town: Town, first: str) -> None:
    known = town.shelf.catalogue
    public = {**known.categories, "staff-conduct": replace(known.categories["staff-conduct"], private=False)}
    town.shelf = replace(town.shelf, catalogue=replace(known, categories=public))
    await town.serves("赵", "street", "S1")
    for who in ("吴", "郑"):
        for words in ("3栋的网格员态度恶劣骂人", "跳过", "提交"):
            await town.says(who, words)
    conduct = [one for one in await town.all(Case) if one.ref != first]
    assert len(conduct) == 2
    assert len({one.subject for one in conduct}) == 1
    assert "是同一件事" not in "\n".join((*town.heard["吴"], *town.heard["郑"]))


async def test_a_withdrawn_original_does_not_silence_who_joined(town: Town, first: str) -> None:
    await reports(town, "吴", "3栋楼道灯不亮了")
    await town.says("吴", "是同一件事")
    told = await town.says("周", f"撤销{first}")
    assert "不会有人来" not in told
    assert (await case(town, first)).state == "submitted"
