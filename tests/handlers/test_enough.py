"""不用来了: whoever handles the report hears it, and it stays open until they finish it."""

from __future__ import annotations

import pytest

from storage.models import Case, CaseEvent, Timer
from tests.handlers.harness import Town
from tests.handlers.test_spoken import GRID, reports


@pytest.fixture
async def ref(town: Town) -> str:
    """A case of 周's that 王 has accepted, and nothing to choose from."""
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    ref = await reports(town, "周", "3栋2单元楼道灯坏了", "王")
    await town.says("周", "菜单")
    return ref


@pytest.mark.parametrize(
    "typed", ["不用来了", "灯亮了，不用来了", "撤销{ref}", "取消 {ref}", "{ref} 撤回", "撤销", "不用修了，谢谢", "已经好了"]
)
async def test_whoever_handles_the_report_hears_that_nobody_has_to_come(town: Town, ref: str, typed: str) -> None:
    words = typed.format(ref=ref)
    assert f"已经转告办理的人（{ref}）" in await town.says("周", words)
    assert f"{ref} 居民补充：{words}" in town.last("王")
    assert [(case.state, case.ref) for case in await town.all(Case)] == [("accepted", ref)]
    assert [one.note for one in await town.all(CaseEvent) if one.action == "add"] == [words]


@pytest.mark.parametrize(
    "typed", ["已经好了吗", "昨天说已经好了，今天又坏了", "灯已经好了，但是电梯坏了", "取消", "怎么撤销低保", "撤回 P7K2Q"]
)
async def test_what_asks_or_tells_something_else_is_not_taken_for_it(town: Town, ref: str, typed: str) -> None:
    assert "已经转告" not in await town.says("周", typed)


async def test_of_several_it_is_asked_which(town: Town, ref: str) -> None:
    other = await reports(town, "周", "4栋门口路灯坏了")
    assert "您说的是哪一件" in await town.says("周", "人来过了，不用来了")
    assert {label[:5] for label in await town.sees("周")} == {ref, other}
    label = next(one for one in await town.sees("周") if one.startswith(other))
    assert f"已经转告办理的人（{other}）" in await town.chooses("周", label)
    assert f"{other} 居民补充：人来过了，不用来了" in town.last("王")


async def test_danger_among_the_words_is_answered_first(town: Town, ref: str) -> None:
    told = await town.says("周", "3栋着火了，不用来了")
    assert "119" in told


async def test_somebody_elses_report_and_none_at_all_are_not_touched(town: Town, ref: str) -> None:
    await town.moves_in("吴")
    for words in (f"撤销{ref}", "不用来了", "撤销"):
        assert "转告" not in await town.says("吴", words)
    assert not [one for one in await town.all(CaseEvent) if one.action == "add"]


async def test_where_nobody_can_be_reached_it_is_not_said_that_somebody_was(town: Town) -> None:
    await town.moves_in("周")
    ref = await reports(town, "周", "3栋2单元楼道灯坏了")
    assert f"记在 {ref} 上了" in await town.says("周", "不用来了")


@pytest.mark.parametrize("typed", ["撤销{ref}", "取消 {ref}", "{ref} 撤回", "撤销"])
async def test_what_nobody_has_taken_on_is_withdrawn(town: Town, typed: str) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    ref = await reports(town, "周", "3栋2单元楼道灯坏了")
    assert f"{ref} 撤销了" in await town.says("周", typed.format(ref=ref))
    assert "居民撤销了，不用处理" in town.last("王")
    assert [case.state for case in await town.all(Case)] == ["withdrawn"]
    assert not await town.all(Timer)
    assert "没有待办诉求" in await town.says("王", "/cases")
    assert "已撤销" in await town.presses("王", f"case.accept:{ref}")
    assert "已撤销" in await town.says("周", ref)


async def test_a_danger_never_ends_by_a_word(town: Town) -> None:
    await town.moves_in("周")
    await town.says("周", "3栋着火了")
    await town.says("周", "告诉网格员")
    told = await town.says("周", "撤销")
    assert "不会有人来" not in told
    assert [case.state for case in await town.all(Case)] == ["submitted"]
