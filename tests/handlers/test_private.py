"""A city that keeps private cases off a channel: nothing of them is told there, whatever is asked for or pressed."""

from __future__ import annotations

import pytest

from handlers.rules import Rules
from storage.models import Case
from tests.handlers.harness import Town, reference


@pytest.fixture
def rules() -> Rules:
    return Rules(private_off="telegram")


async def test_a_private_case_is_read_and_worked_on_where_it_may_be_and_nowhere_else(town: Town) -> None:
    await town.serves("李", "community", "S1-C1")
    await town.serves("陈", "street", "S1", "web")
    await town.moves_in("周", channel="web")
    for words in ("我被老公打了", "3栋", "跳过"):
        await town.says("周", words)
    ref = reference(await town.says("周", "提交"), "R")
    assert "网页工作台" in town.last("李")
    assert "待办诉求 1 件" in await town.says("李", "/cases")
    (line,) = await town.sees("李")
    assert line.startswith(f"{ref} 私密诉求 ·")
    for move in ("card", "accept", "return", "human", "finish"):
        assert "网页工作台" in await town.presses("李", f"case.{move}:{ref}")
    assert not [word for word in ("老公", "家庭暴力", "3栋") if word in "\n".join([line, *town.heard["李"]])]
    assert ("case.read", ref) not in await town.audited()
    assert ("case.list", "telegram") in await town.audited()
    assert "老公" in await town.presses("陈", f"case.card:{ref}")
    await town.presses("陈", f"case.accept:{ref}")
    (case,) = await town.all(Case)
    assert case.state == "accepted"


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_typed_order_shows_the_place_only_where_it_may_be(town: Town, channel: str) -> None:
    await town.serves("李", "community", "S1-C1", channel)
    await town.moves_in("周", channel="web")
    refs = []
    for door in ("3栋", "4栋"):
        for words in ("我被老公打了", door, "跳过"):
            await town.says("周", words)
        refs.append(reference(await town.says("周", "提交"), "R"))
    await town.says("李", "菜单")
    lists = (await town.audited()).count(("case.list", channel))
    assert "哪一件" in await town.says("李", "受理")
    off = channel == "telegram"
    shown = await town.sees("李")
    assert (shown == [f"{ref} 私密诉求" for ref in refs]) is off
    assert ("3栋" in shown[0]) is not off
    assert (await town.audited()).count(("case.list", channel)) == lists + 1
    assert ("网页工作台" if off else f"您受理了 {refs[1]}") in await town.says("李", "2")


async def test_who_had_it_in_hand_is_told_elsewhere_only_that_it_was_taken(town: Town) -> None:
    await town.serves("李", "community", "S1-C1", "web")
    await town.serves("陈", "street", "S1", "web")
    await town.moves_in("周", channel="web")
    for words in ("我被老公打了", "3栋", "跳过"):
        await town.says("周", words)
    ref = reference(await town.says("周", "提交"), "R")
    await town.presses("李", f"case.accept:{ref}")
    async with town.database.writing() as unit:
        chat = await unit.people.find_chat("web", "李")
        assert chat is not None
        unit.people.open_chat("telegram", "李在外面", "zh_Hans", town.now).person = chat.person
        chat.unreachable_at = town.now
    await town.presses("陈", f"case.finish:{ref}")
    for words in ("已解决", "安排好了", "跳过"):
        await town.says("陈", words)
    assert ref in town.last("李在外面")
    assert "家庭暴力" not in town.last("李在外面")


async def test_ones_own_private_case_is_not_told_in_a_chat_where_it_is_kept_off(town: Town) -> None:
    await town.serves("陈", "community", "S1-C1", "web")
    await town.moves_in("周", channel="web")
    for words in ("我被老公打了", "3栋", "跳过"):
        await town.says("周", words)
    ref = reference(await town.says("周", "提交"), "R")
    async with town.database.writing() as unit:
        chat = await unit.people.find_chat("web", "周")
        assert chat is not None
        unit.people.open_chat("telegram", "周在外面", "zh_Hans", town.now).person = chat.person
        chat.unreachable_at = town.now
    assert "不在这里说" in await town.says("周在外面", ref)
    await town.says("周在外面", "查进度")
    assert await town.sees("周在外面") == [f"{ref} 私密诉求（待受理）"]
    for move in ("see", "add", "solved"):
        assert "不在这里说" in await town.presses("周在外面", f"case.{move}:{ref}")
    await town.presses("陈", f"case.accept:{ref}")
    await town.presses("陈", f"case.finish:{ref}")
    for words in ("已解决", "安排您住进庇护所", "跳过"):
        await town.says("陈", words)
    assert ref in town.last("周在外面")
    assert not [word for word in ("家庭暴力", "庇护所", "老公") if word in "\n".join(town.heard["周在外面"])]
