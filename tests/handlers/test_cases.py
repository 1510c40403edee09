"""Who has a case, who may take it from whom, where it goes, and what everybody is truthfully told about it."""

from __future__ import annotations

import pytest
import pytest_asyncio

from handlers.casework import file_case
from handlers.context import Context
from handlers.reports.reading import desk_cases
from storage.models import Audit, Case, CaseEvent, Duty
from tests.handlers.harness import Town, reference

GRID, COMMUNITY, STREET = "S1-C1-G1", "S1-C1", "S1"


@pytest_asyncio.fixture
async def ref(town: Town) -> str:
    """A case of 周's, in a grid with one worker, 王."""
    await town.serves("王", "grid_worker", GRID)
    await town.moves_in("周")
    for words in ("3栋2单元楼道灯坏了", "跳过"):
        await town.says("周", words)
    return reference(await town.says("周", "提交"), "R")


async def sends_back(town: Town, who: str, ref: str) -> str:
    await town.presses(who, f"case.return:{ref}")
    await town.says(who, "其他原因")
    return await town.says(who, "跳过")


async def finishes(town: Town, who: str, ref: str) -> str:
    await town.presses(who, f"case.accept:{ref}")
    await town.presses(who, f"case.finish:{ref}")
    await town.says(who, "已解决")
    await town.says(who, "换了灯泡")
    return await town.says(who, "跳过")


async def reopens(town: Town, ref: str, times: int = 1) -> str:
    for _ in range(times):
        await finishes(town, "王", ref)
        told = await town.presses("周", f"case.unsolved:{ref}")
    return told


async def the_case(town: Town) -> Case:
    (case,) = await town.all(Case)
    assert isinstance(case, Case)
    return case


async def test_beyond_the_limit_a_reopened_case_goes_to_the_street(town: Town, ref: str) -> None:
    await town.serves("李", "community", COMMUNITY)
    await town.serves("陈", "street", STREET)
    assert "会接着办" in await reopens(town, ref, 2)
    assert "交给街道" in await reopens(town, ref)
    assert ref in town.last("陈")
    assert "李" not in town.heard
    assert "由街道决定" in town.last("王")


async def test_beyond_the_limit_without_a_street_the_nearest_desk_has_it_and_nobody_says_otherwise(
    town: Town, ref: str
) -> None:
    await town.serves("李", "community", COMMUNITY)
    told = await reopens(town, ref, 3)
    assert "街道现在联系不上，先交给社区看" in told
    assert ref in town.last("李")


async def test_with_nobody_above_the_grid_worker_still_gets_it(town: Town, ref: str) -> None:
    assert "先交给网格员看" in await reopens(town, ref, 3)
    assert "[" not in town.last("王")
    assert ref in town.last("王")


async def test_a_case_is_not_reopened_for_ever(town: Town, ref: str) -> None:
    await reopens(town, ref, 3)
    told = await reopens(town, ref)
    assert "重新打开的次数到了" in told
    assert "找人工" in await town.sees("周")
    assert (await the_case(town)).state == "finished"


async def test_who_reopens_is_not_told_of_somebody_who_was_not(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    async with town.database.writing() as unit:
        duty = (await unit.staff.holders("grid_worker", [GRID]))[0]
        (await unit.session.get_one(Duty, duty.id)).until = town.now
    before = len(town.heard["王"])
    assert "在队列里等人接" in await town.presses("周", f"case.unsolved:{ref}")
    assert len(town.heard["王"]) == before


async def test_stars_do_not_outlive_a_reopening_but_stay_in_the_history(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.presses("周", f"case.solved:{ref}")
    await town.presses("周", f"case.rate:5:{ref}")
    assert (await the_case(town)).rating == 5
    await town.presses("周", f"case.unsolved:{ref}")
    await town.presses("周", f"case.reopen:{ref}")
    assert (await the_case(town)).rating is None
    assert [event.data["stars"] for event in await town.all(CaseEvent) if "stars" in event.data] == [5, 5]


async def test_a_community_workers_return_goes_up_and_never_back(town: Town, ref: str) -> None:
    await town.serves("李", "community", COMMUNITY)
    assert "已转给社区" in await sends_back(town, "王", ref)
    assert "已转给社区" in town.last("周")
    told = len(town.heard["周"])
    cards = len(town.heard["李"])
    assert "在队列里等人接" in await sends_back(town, "李", ref)
    assert not any(ref in words and "原话" in words for words in town.heard["李"][cards:])
    assert len(town.heard["周"]) == told  # once is enough


async def test_a_returned_card_says_who_returned_it_and_why(town: Town, ref: str) -> None:
    await town.serves("李", "community", COMMUNITY)
    await town.presses("王", f"case.return:{ref}")
    await town.says("王", "不是本网格")
    await town.says("王", "那是隔壁的楼")
    assert f"{ref} 由网格员退回：不是本网格。\n退回时写的：那是隔壁的楼\n诉求 {ref}" in town.last("李")


async def test_the_street_decides_and_cannot_return(town: Town, ref: str) -> None:
    await town.serves("陈", "street", STREET)
    assert "已转给街道" in await sends_back(town, "王", ref)
    assert "已经到街道这一级" in await town.presses("陈", f"case.return:{ref}")
    assert await town.sees("陈") == ["受理"]
    assert "已经到街道这一级" in await town.presses("陈", f"case.human:{ref}")
    assert (await the_case(town)).returns == 1


async def test_what_belongs_to_the_street_is_not_returned_again(town: Town, ref: str) -> None:
    await town.serves("李", "community", COMMUNITY)
    await sends_back(town, "王", ref)
    await sends_back(town, "李", ref)
    assert "会留在队列里" in await sends_back(town, "李", ref)
    assert "不能再退" in await town.presses("李", f"case.return:{ref}")
    assert (await the_case(town)).returns == 3


async def test_a_colleague_may_not_take_an_accepted_case_but_a_higher_role_may(town: Town, ref: str) -> None:
    await town.serves("赵", "grid_worker", GRID)
    await town.serves("李", "community", COMMUNITY)
    await town.presses("王", f"case.accept:{ref}")
    for move in ("return", "finish"):
        assert "由网格员受理了" in await town.presses("赵", f"case.{move}:{ref}")
    await sends_back(town, "李", ref)
    assert "社区工作者退回了" in town.last("王")
    assert (await the_case(town)).handler_id is None


async def test_the_handler_hears_that_a_higher_role_finished_it(town: Town, ref: str) -> None:
    await town.serves("李", "community", COMMUNITY)
    await town.presses("王", f"case.accept:{ref}")
    await finishes(town, "李", ref)
    assert "社区工作者办结了" in town.last("王")


async def test_words_added_to_a_confirmed_case_reopen_it(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.presses("周", f"case.solved:{ref}")
    await town.presses("周", f"case.add:{ref}")
    assert "重新打开了" in await town.says("周", "今晚又不亮了")
    assert "居民补充：今晚又不亮了" in town.last("王")
    assert await town.sees("王") == ["受理", "退回", "转人工"]


async def test_words_added_too_late_are_kept_and_passed_on_but_open_nothing(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    town.passes(days=8)
    await town.presses("周", f"case.add:{ref}")
    told = await town.says("周", "又坏了")
    assert "补充到" in told
    assert "已经过了 7 天" in told
    assert "又坏了" in town.last("王")
    assert (await the_case(town)).state == "finished"


async def test_a_department_sees_a_case_only_once_it_is_called(town: Town, ref: str) -> None:
    await town.serves("电工", "department", STREET)
    async with town.database.writing() as unit:
        (await unit.staff.holders("department", [STREET]))[0].department = "power"
    assert "没有待办" in await town.says("电工", "/cases")
    assert "没有权限" in await town.presses("电工", f"case.card:{ref}")
    async with town.database.writing() as unit:
        found = await unit.cases.find(ref)
        assert found is not None
        assert found.department == ""
        found.department = "power"
    assert ref in await town.presses("电工", f"case.card:{ref}")
    await town.serves("李", "community", COMMUNITY)
    assert "已转给社区" in await sends_back(town, "电工", ref)
    assert (await the_case(town)).department == ""


async def test_a_department_without_a_name_sees_nothing(town: Town, ref: str) -> None:
    await town.serves("谁", "department", STREET)
    async with town.database.writing() as unit:
        chat = await unit.people.find_chat("telegram", "谁")
        assert chat is not None
        assert await desk_cases(Context(unit, chat, town.shelf, town.now)) == []
    assert "没有权限" in await town.presses("谁", f"case.card:{ref}")


async def test_the_department_a_category_suggests_is_noted_and_no_more(town: Town) -> None:
    await town.moves_in("周")
    async with town.database.writing() as unit:
        chat = await unit.people.find_chat("telegram", "周")
        assert chat is not None
        place = {"area": GRID, "text": "3栋"}
        ctx = Context(unit, chat, town.shelf, town.now)
        await file_case(
            ctx, kind="report", subject="x", title="x", words="x", place=place, photos=[], suggested="power"
        )
    assert (await the_case(town)).department == ""
    (event,) = await town.all(CaseEvent)
    assert event.data == {"suggested": "power"}


async def test_an_old_card_below_takes_nothing_back_unless_nobody_above_can_be_reached(town: Town, ref: str) -> None:
    await sends_back(town, "王", ref)
    await town.serves("李", "community", COMMUNITY)
    assert "已经转给社区了" in await town.presses("王", f"case.accept:{ref}")
    await away(town, "李")
    assert "您受理了" in await town.presses("王", f"case.accept:{ref}")


async def away(town: Town, who: str) -> None:
    async with town.database.writing() as unit:
        chat = await unit.people.find_chat("telegram", who)
        assert chat is not None
        chat.unreachable_at = town.now


async def test_a_card_that_was_pushed_is_audited_once_for_each_who_got_it(town: Town) -> None:
    for who in ("王", "赵"):
        await town.serves(who, "grid_worker", GRID)
    await town.moves_in("周")
    for words in ("3栋2单元楼道灯坏了", "跳过"):
        await town.says("周", words)
    ref = reference(await town.says("周", "提交"), "R")
    pushed = [line for line in await town.all(Audit) if line.detail.get("pushed")]
    assert [(line.action, line.subject) for line in pushed] == [("case.read", ref)] * 2
    assert {line.actor_id for line in pushed} == {(await town.chat(who)).person_id for who in ("王", "赵")}


async def test_solved_is_opened_again_only_on_a_second_word(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.presses("周", f"case.solved:{ref}")
    assert "要重新打开吗" in await town.presses("周", f"case.partly:{ref}")
    assert (await the_case(town)).state == "confirmed"
    assert "重新打开了" in await town.chooses("周", "确认重新打开")
    assert (await the_case(town)).state == "reopened"


@pytest.mark.parametrize("words", ["修好了", "解决了，谢谢", "灯亮了", "已经解决了", "没问题了", "It is fixed"])
async def test_a_plain_yes_confirms(town: Town, ref: str, words: str) -> None:
    await finishes(town, "王", ref)
    await town.says("周", words)
    assert (await the_case(town)).state == "confirmed"


@pytest.mark.parametrize(
    "words", ["未解决", "还没好", "没搞好", "谁说解决了", "哪里解决了", "从未解决了", "not solved", "unsolved"]
)
async def test_a_denial_reopens(town: Town, ref: str, words: str) -> None:
    await finishes(town, "王", ref)
    await town.says("周", words)
    assert (await the_case(town)).state == "reopened"


@pytest.mark.parametrize(
    "words",
    ["修好了吗", "解决了吗？", "什么时候解决了", "骗人解决了什么", "解决了才怪", "这也叫解决了", "说是修好了",
     "解决了个屁", "解决了个锤子", "好了伤疤忘了疼", "完全解决了你们自己的KPI",
     "差不多解决了", "解决了但是楼上没有", "好了没有", "你们说解决了我没看到", "难道解決了", "谢谢"],
)  # fmt: skip
async def test_anything_but_a_plain_yes_confirms_nothing(town: Town, ref: str, words: str) -> None:
    await finishes(town, "王", ref)
    told = await town.says("周", words)
    assert (await the_case(town)).state == "finished"
    assert words == "谢谢" or "解决了吗" in told or "没解决" in await town.sees("周")


async def test_stars_asked_for_in_the_middle_of_another_report_are_stars(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.says("周", "下水道堵了")
    assert "在哪" in town.last("周")
    assert "几颗星" in (await town.presses("周", f"case.solved:{ref}")).splitlines()[-1]
    told = await town.says("周", "5")
    assert (await the_first_case(town, ref)).rating == 5
    assert "在哪" in told


async def test_words_after_a_denial_are_added_and_the_handler_hears_why(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.presses("周", f"case.unsolved:{ref}")
    assert "居民说没解决" in town.last("王")
    assert "换了灯泡" in town.last("王")
    assert "补充到" in await town.says("周", "晚上又灭了")
    assert "晚上又灭了" in town.last("王")


async def test_a_push_with_choices_ends_the_numbers_of_what_stands_above_it(town: Town, ref: str) -> None:
    await town.says("周", "菜单")
    menu = await town.sees("周")
    await town.presses("王", f"case.accept:{ref}")
    assert await town.sees("周") == menu  # which only told something
    await town.says("王", f"办结 {ref} 灯泡已换新")
    await town.says("王", "已解决")
    await town.says("王", "跳过")
    assert await town.sees("周") == ["解决了", "部分", "没解决"]


async def the_first_case(town: Town, ref: str) -> Case:
    return next(one for one in await town.all(Case) if one.ref == ref)


async def test_a_long_list_of_cases_is_read_page_by_page(town: Town) -> None:
    await town.serves("王", "grid_worker", GRID)
    for who in range(12):
        await town.moves_in(f"r{who}")
        for words in ("3栋2单元楼道灯坏了", "跳过", "提交"):
            await town.says(f"r{who}", words)
    assert "待办诉求 12 件" in await town.says("王", "/cases")
    first = await town.sees("王")
    assert len(first) == 11 and first[-1] == "后面还有 2 件"
    await town.says("王", "11")
    rest = await town.sees("王")
    assert len(rest) == 2 and set(rest).isdisjoint(first)
    for hostile in ("cases:99", "cases:-1", "cases:x", "cases:" + "9" * 50):
        await town.presses("王", hostile)
        assert await town.sees("王") == first


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("楼道灯又坏了", True), ("楼道的灯还是不亮", True), ("楼道灯又灭了", True),
        ("楼道灯又亮了，谢谢", False), ("灯又亮了", False), ("楼道的灯又亮起来了谢谢师傅", False),
        ("3栋又着火了", False),
    ],
)  # fmt: skip
async def test_only_a_complaint_of_the_same_kind_is_asked_whether_it_means_what_was_confirmed(
    town: Town, ref: str, typed: str, asked: bool
) -> None:
    await finishes(town, "王", ref)
    await town.says("周", "解决了")
    await town.says("周", "5")
    assert (f"您说的是办结了的 {ref}" in await town.says("周", typed)) is asked


async def test_what_is_open_goes_before_what_was_finished(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    await town.says("周", "解决了")
    for words in ("5栋楼道灯坏了", "跳过"):
        await town.says("周", words)
    open_one = reference(await town.says("周", "提交"), "R")
    for typed in (f"{open_one} 楼道灯还是不亮", "楼道灯怎么还没修"):
        assert "您说的是办结了的" not in await town.says("周", typed)


@pytest.mark.parametrize("typed", ["我还没看", "差不多", "不知道"])
async def test_a_case_that_was_closed_is_not_opened_by_words_that_say_nothing(
    town: Town, ref: str, typed: str
) -> None:
    await finishes(town, "王", ref)
    async with town.database.writing() as unit:
        case = await unit.cases.find(ref)
        assert case is not None
        case.state = "closed"
    await town.says("周", typed)
    assert (await town.all(Case))[0].state == "closed"
    assert "解决了" in await town.sees("周")


async def test_a_wrong_place_under_a_service_is_the_services(town: Town, ref: str) -> None:
    await town.says("周", "老年证怎么办")
    assert ref not in await town.says("周", "地址不对")
    await town.says("周", "菜单")
    assert f"补充到 {ref} 了" in await town.says("周", "地点写错了，是6栋2单元")


@pytest.mark.parametrize(
    ("typed", "state", "told"),
    [
        ("不好", "reopened", "重新打开"), ("换人来修", "reopened", "重新打开"), ("嗯", "confirmed", "几颗星"),
        ("没了", "finished", "是全好了"), ("亮是亮了", "finished", "是全好了"), ("要等配件", "finished", "不急"),
        ("解决了，但是楼上的又坏了", "finished", "办结待确认"), ("好是好了，过两天又坏了咋办", "finished", "办结待确认"),
        ("我没报过这个呀", "finished", "解决了吗？请选一项"), ("下水道堵了", "finished", "在哪儿"), ("5栋楼道灯也没修呢", "finished", "有照片的话"), ("3栋的灯还没修好", "finished", "办结待确认"), ("楼道灯太暗", "finished", "您说的是办结了的"),
    ],
)  # fmt: skip
async def test_whatever_is_said_to_solved_or_not_is_taken_rightly_or_asked_about(
    town: Town, ref: str, typed: str, state: str, told: str
) -> None:
    await finishes(town, "王", ref)
    assert told in await town.says("周", typed)
    assert (await the_first_case(town, ref)).state == state


async def test_a_picture_with_words_says_that_it_is_not_solved(town: Town, ref: str) -> None:
    await finishes(town, "王", ref)
    assert "重新打开" in await town.shows("周", caption="还是不亮")


async def test_words_nobody_understood_may_be_about_the_one_open_report(town: Town, ref: str) -> None:
    assert f"这是说 {ref}" in await town.says("周", "灯泡是长的那种")
    assert f"补充到 {ref} 了" in await town.says("周", "是的")
    assert "灯泡是长的那种" in town.last("王")
    assert f"这是说 {ref}" in await town.says("周", "我白天不在家")
    assert "补充到" not in await town.says("周", "不是")
    town.passes(days=8)
    assert "这是说" not in await town.says("周", "我白天不在家")


async def test_a_unit_said_after_its_building_belongs_to_the_place(town: Town) -> None:
    await town.moves_in("周")
    for words in ("楼道灯坏了", "3栋", "2单元", "跳过", "提交"):
        await town.says("周", words)
    (case,) = await town.all(Case)
    assert (case.place, case.words) == ("青松社区青松苑一区3栋2单元", "楼道灯坏了")
