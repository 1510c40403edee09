"""受理 and 办结 typed at once with number and words: the right case, the words kept, the same checks as by button."""

from __future__ import annotations

import pytest

from storage.models import Case, CaseEvent
from tests.handlers.harness import Town, reference

GRID = "S1-C1-G1"


async def reports(town: Town, who: str, words: str, accepted_by: str = "") -> str:
    for each in (words, "跳过"):
        await town.says(who, each)
    ref = reference(await town.says(who, "提交"), "R")
    if accepted_by:
        await town.presses(accepted_by, f"case.accept:{ref}")
    return ref


async def closed(town: Town, who: str) -> list[tuple[str, str, str]]:
    """Answer what is still asked; returns (reference, state, closing words) of what was finished."""
    await town.says(who, "已解决")
    await town.says(who, "跳过")
    refs = {case.id: case for case in await town.all(Case)}
    done = [one for one in await town.all(CaseEvent) if one.action == "finish"]
    return [(refs[one.case_id].ref, refs[one.case_id].state, one.note) for one in done]


@pytest.fixture
async def two(town: Town) -> tuple[str, str]:
    """Two cases that 王 has accepted, the second one's card shown last."""
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    lamp = await reports(town, "周", "3栋2单元楼道灯坏了", "王")
    return lamp, await reports(town, "周", "4栋门口路灯坏了", "王")


@pytest.mark.parametrize(
    "typed",
    [
        "办结 {ref} 灯泡已换新",
        "办结{ref}灯泡已换新",
        "{ref} 办结：灯泡已换新",
        "办结，{lower} 灯泡已换新",
        "辦結 {ref} 灯泡已换新",
    ],
)
async def test_the_number_said_is_the_case_whatever_card_was_shown_last(
    town: Town, two: tuple[str, str], typed: str
) -> None:
    told = await town.says("王", typed.format(ref=two[0], lower=two[0].lower()))
    assert f"{two[0]} 的办结说明：“灯泡已换新”" in told
    assert await closed(town, "王") == [(two[0], "finished", "灯泡已换新")]


async def test_without_a_number_the_card_shown_last_is_meant(town: Town, two: tuple[str, str]) -> None:
    assert two[1] in await town.says("王", "办结 路灯修好了")
    assert await closed(town, "王") == [(two[1], "finished", "路灯修好了")]


async def test_where_several_may_be_meant_it_is_asked_and_the_words_are_kept(town: Town, two: tuple[str, str]) -> None:
    await town.says("王", "菜单")
    assert "办结哪一件" in await town.says("王", "办结 灯泡已换新")
    assert [label[:5] for label in await town.sees("王")] == list(two)
    assert "“灯泡已换新”" in await town.says("王", "1")
    assert await closed(town, "王") == [(two[0], "finished", "灯泡已换新")]


async def test_one_that_waits_for_nobody_else_is_meant_without_its_card(town: Town) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    ref = await reports(town, "周", "3栋2单元楼道灯坏了")
    await town.says("王", "菜单")
    assert f"您受理了 {ref}" in await town.says("王", "受理")
    new = await reports(town, "周", "4栋门口路灯坏了")
    assert new in town.last("王")
    assert f"{ref} 的办结说明" in await town.says("王", "办结 灯泡已换新")


async def test_a_picture_with_the_words_under_it_is_the_picture_asked_for(town: Town, two: tuple[str, str]) -> None:
    assert "办得怎么样" in await town.shows("王", 7, caption=f"办结 {two[0]} 灯泡已换新")
    assert f"{two[0]} 办结，已请居民确认" in await town.says("王", "已解决")


async def test_of_many_pictures_as_many_are_kept_as_there_may_be(town: Town, two: tuple[str, str]) -> None:
    most = town.shelf.rules.photos_per_report
    await town.shows("王", *range(1, most + 3), caption=f"办结 {two[0]} 灯泡已换新")
    assert (await town.chat("王")).answers["finish_photos"] == list(range(1, most + 1))


async def test_too_few_words_are_asked_for(town: Town, two: tuple[str, str]) -> None:
    assert "办结说明" not in await town.says("王", f"办结 {two[0]} 好")
    assert "做了什么" in await town.says("王", "已解决")


async def test_neither_residents_nor_strangers_to_the_case_finish_it_so(town: Town, two: tuple[str, str]) -> None:
    await town.serves("李", "grid_worker", "S1-C2-G1")
    assert "办得怎么样" not in await town.says("周", f"办结 {two[0]} 灯泡已换新")
    assert "办得怎么样" not in await town.says("李", f"办结 {two[0]} 灯泡已换新")
    assert ("refused", two[0]) in await town.audited()
    assert "没有受理了还没办结的" in await town.says("李", "办结 灯泡已换新")
    assert "没有等受理的" in await town.says("李", "受理")


@pytest.mark.parametrize("typed", ["办结了吗", "办结率是多少", "受理时间是几点"])
async def test_words_that_only_begin_alike_are_no_order(town: Town, two: tuple[str, str], typed: str) -> None:
    await town.says("王", "菜单")
    told = await town.says("王", typed)
    assert "哪一件" not in told
    assert "办得怎么样" not in told


async def test_free_words_of_an_open_form_stay_its_answer(town: Town, two: tuple[str, str]) -> None:
    await town.presses("王", f"case.finish:{two[1]}")
    await town.says("王", "已解决")
    assert "照片" in await town.says("王", "办结 路灯修好了")


@pytest.mark.parametrize("named", ["{slip}", "R0OI1", "5栋那件", "r22"])
async def test_what_names_no_case_is_asked_about(town: Town, named: str) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    lamp = await reports(town, "周", "3栋2单元楼道灯坏了")
    assert "受理哪一件" in await town.says("王", "受理 " + named.format(slip=lamp[:4]))
    assert [case.state for case in await town.all(Case)] == ["submitted"]
    assert f"您受理了 {lamp}" in await town.says("王", "1")


async def test_a_number_with_a_slip_in_it_is_no_word_for_the_resident(town: Town, two: tuple[str, str]) -> None:
    assert "办结哪一件" in await town.says("王", f"办结 {two[0][:4]} 换好了")
    label = next(one for one in await town.sees("王") if two[0] in one)
    assert f"{two[0]} 的办结说明：“换好了”" in await town.chooses("王", label)


@pytest.mark.parametrize("typed", ["退回 {ref}", "退回{ref}", "{ref}退回", "{ref} 退回", "{lower} 退回"])
async def test_a_number_may_stand_on_either_side_of_the_order_to_return(
    town: Town, two: tuple[str, str], typed: str
) -> None:
    assert "为什么退回" in await town.says("王", typed.format(ref=two[0], lower=two[0].lower()))
    await town.says("王", "不是本网格")
    await town.says("王", "跳过")
    assert [case.ref for case in await town.all(Case) if case.state == "returned"] == [two[0]]


async def test_a_reason_said_with_the_order_is_not_asked_again(town: Town, two: tuple[str, str]) -> None:
    assert "要说明一句吗" in await town.says("王", f"退回 {two[0]} 不是本网格")
    await town.says("王", "取消")
    assert "为什么退回" in await town.says("王", f"{two[0]} 退回，那是隔壁的楼")
    await town.says("王", "1")
    assert [one.note for one in await town.all(CaseEvent) if one.action == "return"] == ["那是隔壁的楼"]


async def test_who_may_not_return_means_something_else(town: Town) -> None:
    await town.moves_in("周")
    assert "退回哪一件" not in await town.says("周", "退回")


@pytest.mark.parametrize("typed", ["修好了", "办完了", "弄好了", "已解决", "办好了！"])
async def test_done_said_with_one_case_in_hand_begins_its_closing(town: Town, typed: str) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    ref = await reports(town, "周", "3栋2单元楼道灯坏了", "王")
    await town.says("王", "菜单")
    told = await town.says("王", typed)
    assert ref in told or "办得怎么样" in told
    if "办得怎么样" in told:
        await town.says("王", "已解决")
    await town.says("王", "换了灯泡")
    await town.says("王", "跳过")
    done = [one for one in await town.all(CaseEvent) if one.action == "finish"]
    assert [(one.note, one.data["outcome"]) for one in done] == [("换了灯泡", "solved")]


async def test_done_said_with_several_in_hand_asks_which(town: Town, two: tuple[str, str]) -> None:
    await town.says("王", "菜单")
    assert "办结哪一件" in await town.says("王", "修好了")
    assert two[1] in await town.says("王", "2")
    assert two[0] in await town.says("王", f"{two[0]} 修好了")


async def test_done_said_by_who_has_nothing_in_hand_is_something_else(town: Town) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    for who in ("王", "周"):
        assert "办结" not in await town.says(who, "修好了")


async def test_staff_who_reported_something_themselves_are_heard_as_residents(town: Town) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.serves("李", "community", "S1-C1")
    await town.moves_in("周")
    await reports(town, "周", "3栋2单元楼道灯坏了", "王")
    own = await reports(town, "王", "4栋门口路灯坏了", "李")
    await town.says("李", f"办结 {own} 换了灯")
    await town.says("李", "已解决")
    await town.says("李", "跳过")
    assert "几颗星" in await town.says("王", "修好了")


async def test_who_is_on_the_spot_gets_the_card_of_the_case_in_hand(town: Town) -> None:
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    first = await reports(town, "周", "3栋2单元楼道灯坏了", "王")
    assert f"诉求 {first}" in await town.says("王", "我到现场了")
    assert await town.sees("王") == ["办结", "退回", "转人工"]
    await reports(town, "周", "4栋门口路灯坏了", "王")
    assert "待办诉求 2 件" in await town.says("王", "我到现场了")
    assert "诉求" not in await town.says("周", "我到现场了")


@pytest.mark.parametrize("typed", ["今天有啥要办的", "有什么任务", "我的活", "待办？"])
async def test_staff_who_ask_what_there_is_to_do_get_their_open_cases(
    town: Town, two: tuple[str, str], typed: str
) -> None:
    assert "待办诉求 2 件" in await town.says("王", typed)
    assert "待办诉求" not in await town.says("周", typed)
