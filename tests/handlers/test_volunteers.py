"""志愿: from signing up to standing in line, and never more people than places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.rules import Rules
from handlers.volunteers.kinds import time_of
from storage.models import Claim, Person, Task, Volunteer
from tests.handlers.harness import Town, reference

BUILDING = "S1-C1-G1-B3"
GRID = "S1-C1-G1"


async def helper(
    town: Town,
    who: str,
    *skills: str,
    times: tuple[str, ...] = ("any",),
    area: str = GRID,
    name: str = "",
    active: bool = True,
) -> int:
    """Somebody who has signed up."""
    person = await town.moves_in(who, name=name)
    async with town.database.writing() as unit:
        unit.volunteers.add(
            Volunteer(
                person_id=person,
                skills=list(skills),
                times=list(times),
                area_code=area,
                active=active,
                created_at=town.now,
            )
        )
    return person


async def posted(
    town: Town,
    who: str = "wang",
    *,
    places: int = 1,
    skill: str = "搬运",
    when: str = "11-28 09:00",
    where: str = "3栋",
) -> str:
    for words in ("/task", "搬桌椅", skill, when, where, str(places)):
        await town.says(who, words)
    return reference(await town.says(who, "发布"), "T")


async def states(town: Town) -> dict[int, str]:
    return {claim.person_id: claim.state for claim in await town.all(Claim)}


@pytest.fixture
def rules() -> Rules:
    return Rules(claim_batch=3, task_places=50)


async def test_signing_up_takes_a_few_questions_and_consent(town: Town) -> None:
    await town.moves_in("li", consented=False)
    assert "几个问题" in await town.says("li", "我要当志愿者")
    await town.says("li", "同意")
    await town.says("li", "搬运")
    await town.says("li", "驾驶")
    await town.says("li", "完成")
    await town.says("li", "周末白天")
    await town.says("li", "完成")
    assert "怎么称呼您" in await town.says("li", "3栋")
    assert "能帮：搬运、驾驶\n时间：周末白天\n网格：青松社区青松苑一区" in await town.says("li", "跳过")
    assert "登记好了" in await town.says("li", "提交")
    (kept,) = await town.all(Volunteer)
    assert (kept.skills, kept.times, kept.area_code, kept.active) == (["carrying", "driving"], ["weekend"], GRID, True)


async def signed_up(town: Town, who: str, called: str) -> str:
    """Sign up from the first question to the last; returns what was answered to the name."""
    await town.says(who, "我要当志愿者")
    for words in ("搬运", "完成", "随时", "完成", "3栋"):
        await town.says(who, words)
    told = await town.says(who, called)
    await town.says(who, "提交")
    return told


async def test_a_name_is_asked_for_kept_and_not_asked_twice(town: Town) -> None:
    person = await town.moves_in("li")
    assert "称呼：王阿姨\n能帮：搬运" in await signed_up(town, "li", "王阿姨")
    assert [one.name for one in await town.all(Person) if one.id == person] == ["王阿姨"]
    assert "称呼：王阿姨" in await town.says("li", "/volunteer")
    await town.says("li", "修改")
    await town.says("li", "修改")
    await town.says("li", "称呼")
    assert "称呼：老王" in await town.says("li", "老王")
    await town.says("li", "提交")
    assert [one.name for one in await town.all(Person) if one.id == person] == ["老王"]


async def test_the_grid_of_a_volunteer_is_where_notices_find_them(town: Town) -> None:
    people = {
        who: await town.moves_in(who, area) for who, area in (("new", None), ("quiet", None), ("old", "S1-C1-G2"))
    }
    async with town.database.writing() as unit:
        person = await unit.people.get(people["quiet"])
        assert person is not None
        person.quiet = True
    for who in people:
        await signed_up(town, who, "跳过")
    homes = {one.id: one.area_code for one in await town.all(Person)}
    assert [homes[people[who]] for who in ("new", "quiet", "old")] == [GRID, None, "S1-C1-G2"]


async def test_an_entry_can_be_changed_paused_and_resumed(town: Town) -> None:
    await helper(town, "li", "carrying")
    assert "能帮：搬运" in await town.says("li", "/volunteer")
    assert "已暂停" in await town.says("li", "暂停")
    assert [one.active for one in await town.all(Volunteer)] == [False]
    assert "会问您" in await town.says("li", "恢复")
    await town.says("li", "修改")
    await town.says("li", "修改")
    await town.says("li", "能帮什么忙")
    await town.says("li", "巡逻")
    assert "能帮：巡逻" in await town.says("li", "完成")
    await town.says("li", "提交")
    assert [(one.skills, one.times) for one in await town.all(Volunteer)] == [(["patrol"], ["any"])]


async def test_only_those_who_fit_are_asked_the_grid_first_then_the_least_recently_asked(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "far", "carrying", area="S1-C1-G5")
    await helper(town, "asked", "carrying")
    await helper(town, "near", "other", times=("workday", "weekend"))
    await helper(town, "evening", "carrying", times=("weekend_evening", "workday"))
    await helper(town, "artist", "arts")
    await helper(town, "paused", "carrying", active=False)
    await helper(town, "elsewhere", "carrying", area="S1-C2-G1")
    async with town.database.writing() as unit:
        asked = next(
            one
            for one in await town.all(Volunteer)
            if one.area_code == GRID and one.skills == ["carrying"] and one.active
        )
        await unit.volunteers.mark_asked([asked.person_id], town.now)
    ref = await posted(town)  # 2026-11-28 is a Saturday
    assert "已经问了 3 位" in town.last("wang")
    assert [who for who in town.heard if who != "wang"] == ["near", "asked", "far"]
    assert (
        town.last("near")
        == f"搬桌椅，周六 11-28 09:00，青松社区青松苑一区3栋\n要 1 人，技能：搬运。任务 {ref}，您能来吗？"
    )
    assert await town.sees("near") == ["我来", "这次不行"]
    assert all(one.asked_at is not None for one in await town.all(Volunteer) if one.skills in (["other"],))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("11月28日上午9点到11点", "周六 11-28 09:00–11:00"),
        ("11-28 9:00-11:00", "周六 11-28 09:00–11:00"),
        ("下周六下午两点到四点半", "周六 11-28 14:00–16:30"),
        ("11月28日晚上10点到早上6点", "周六 11-28 22:00 – 周日 11-29 06:00"),
        ("11-28 09:00", "周六 11-28 09:00"),
    ],
)
async def test_the_end_of_a_task_is_kept_and_shown_wherever_its_beginning_is(
    town: Town, typed: str, shown: str
) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "near", "carrying")
    await posted(town, when=typed)
    (task,) = await town.all(Task)
    assert (task.ends_at is not None) == ("–" in shown)
    assert f"时间：{shown}\n" in town.heard["wang"][-2]
    assert f"搬桌椅，{shown}，" in town.last("near")
    assert f"时间：{shown}\n" in await town.says("near", "我来")
    assert f" 搬桌椅，{shown}，" in await town.presses("near", "volunteer.tasks")
    assert f" 搬桌椅，{shown}，" in await town.says("wang", "/tasks")


async def test_a_task_for_anybody_asks_everybody(town: Town) -> None:
    await town.serves("wang", "grid_worker", GRID)
    await helper(town, "artist", "arts")
    await posted(town, skill="不限")
    assert "artist" in town.heard


async def test_places_are_never_exceeded_and_late_ones_wait_in_line(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    people = {who: await helper(town, who, "carrying") for who in ("a", "b", "c")}
    ref = await posted(town, places=1)
    assert "算上您了" in await town.says("b", "我来")
    assert "候补第 1 位" in await town.says("c", "排候补")
    assert "候补第 2 位" in await town.presses("a", f"task.claim:{ref}")
    assert "已经报上" in await town.presses("b", f"task.claim:{ref}")
    assert "排第 2 位" in await town.presses("a", f"task.claim:{ref}")
    assert await states(town) == {people["b"]: "claimed", people["c"]: "waiting", people["a"]: "waiting"}
    assert [task.taken for task in await town.all(Task)] == [1]


async def test_a_place_is_not_lost_to_a_number_typed_twice(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "a", "carrying")
    await posted(town, places=1)
    assert "算上您了" in await town.says("a", "1")
    assert "刚才收到了：我来" in await town.says("a", "1")
    town.passes(minutes=1)
    assert "确定吗" in await town.says("a", "1")
    assert "没有改动" in await town.chooses("a", "不，照旧")
    assert [claim.state for claim in await town.all(Claim)] == ["claimed"]


async def test_of_two_in_the_same_instant_one_gets_the_place(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    for who in ("a", "b", "c"):
        await helper(town, who, "carrying")
    ref = await posted(town, places=1)
    town.beat = 0
    for who, told in (("c", "算上您了"), ("b", "候补第 1 位"), ("a", "候补第 2 位")):
        assert told in await town.presses(who, f"task.claim:{ref}")
    await town.presses("c", f"task.decline:{ref}")
    assert "有空位了" in town.last("b")


async def test_a_place_that_becomes_free_goes_to_the_first_in_line(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    people = {who: await helper(town, who, "carrying") for who in ("a", "b", "c")}
    ref = await posted(town, places=1)
    for who in ("a", "b", "c"):
        await town.presses(who, f"task.claim:{ref}")
    assert "不再打扰" in await town.says("a", "来不了了")
    assert "有空位了" in town.last("b")
    assert "候补第 2 位" in town.last("c")
    assert await states(town) == {people["a"]: "declined", people["b"]: "claimed", people["c"]: "waiting"}
    assert [task.taken for task in await town.all(Task)] == [1]


async def test_the_free_place_skips_somebody_who_cannot_be_told(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    people = {who: await helper(town, who, "carrying") for who in ("a", "b", "c")}
    ref = await posted(town, places=1)
    for who in ("a", "b", "c"):
        await town.presses(who, f"task.claim:{ref}")
    async with town.database.writing() as unit:
        chat = await unit.people.chat_of(people["b"])
        assert chat is not None
        chat.unreachable_at = town.now
    await town.presses("a", f"task.decline:{ref}")
    assert (await states(town))[people["c"]] == "claimed"


async def test_when_full_the_others_asked_and_the_staff_are_told_once(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    for who in ("a", "b", "c"):
        await helper(town, who, "carrying")
    ref = await posted(town, places=1)
    await town.presses("a", f"task.claim:{ref}")
    assert "人已经满了" in town.last("b")
    assert await town.sees("b") == ["排候补"]
    assert "1 人到齐了" in town.last("wang")
    await town.presses("a", f"task.decline:{ref}")
    assert "没有人候补" in town.last("wang")
    heard = len(town.heard["c"])
    await town.presses("b", f"task.claim:{ref}")
    assert len(town.heard["c"]) == heard


async def test_no_stops_pushes_and_the_next_batch_is_asked(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    for who in "abcde":
        await helper(town, who, "carrying")
    ref = await posted(town, places=3)
    assert set(town.heard) == {"wang", "a", "b", "c"}
    await town.says("a", "这次不行")
    assert {"d", "e"} < set(town.heard)
    heard = len(town.heard["a"])
    assert "没有其他合适" in await town.presses("wang", f"task.more:{ref}")
    assert len(town.heard["a"]) == heard
    assert "算上您了" in await town.presses("a", f"task.claim:{ref}")


async def test_staff_see_who_comes_with_the_names_that_were_given(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.serves("zhao", "community", "S1-C2")
    await helper(town, "a", "carrying", name="王秀兰")
    await helper(town, "b", "carrying")
    phoned = await helper(town, "c", "carrying", name="李叔")
    async with town.database.writing() as unit:
        person = await unit.people.get(phoned)
        assert person is not None
        person.phone = "13800138000"
    ref = await posted(town, places=3)
    for who in ("a", "b", "c"):
        await town.presses(who, f"task.claim:{ref}")
    shown = await town.says("wang", "/tasks")
    assert "3/3 人，候补 0 人" in shown
    assert "王秀兰、李叔（138****8000）、未留名 1 人" in shown
    assert ("task.list", ref) in await town.audited()
    assert ref not in await town.says("zhao", "/tasks")


async def test_volunteers_see_open_tasks_without_names(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "a", "arts", name="王秀兰", area="S1-C1-G2")
    await helper(town, "b", "arts", area="S1-C2-G1")
    ref = await posted(town, places=2)
    assert "还缺 2 人" in await town.says("a", "/tasks")
    assert "算上您了" in await town.says("a", f"我来 {ref}")
    assert "您会来" in await town.says("a", "/tasks")
    assert "没有等人的任务" in await town.says("b", "/tasks")
    assert town.shelf.texts.word("zh_Hans", "common.not_found", ref=ref) == await town.presses("b", f"task.claim:{ref}")


async def test_who_cannot_come_says_so_and_is_asked_which_when_there_are_several(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "a", "carrying")
    assert "没有报名" in await town.says("a", "我去不了了")
    first, second = [await posted(town) for _ in range(2)]
    for ref in (first, second):
        await town.presses("a", f"task.claim:{ref}")
    assert "哪一个来不了" in await town.says("a", "我去不了了")
    asked = await town.sees("a")
    assert [any(ref in label for label in asked) for ref in (first, second)] == [True, True]
    assert second in await town.chooses("a", next(label for label in asked if second in label))
    assert first in await town.says("a", "我来不了了")
    assert [task.taken for task in await town.all(Task)] == [0, 0]


async def test_claiming_needs_signing_up(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.moves_in("li")
    ref = await posted(town)
    assert "先登记" in await town.presses("li", f"task.claim:{ref}")
    assert await town.sees("li") == ["登记志愿者"]
    assert "先登记" in await town.says("li", "/tasks")
    assert not await town.all(Claim)


async def test_only_staff_post_and_only_in_their_area(town: Town) -> None:
    refused = town.shelf.texts.word("zh_Hans", "common.not_allowed")
    await town.moves_in("li")
    await town.serves("feng", "grid_worker", "S1-C1-G2")
    assert await town.says("li", "/task") == refused
    for words in ("/task", "搬桌椅", "不限", "11-28 09:00"):
        await town.says("feng", words)
    assert "不在您负责的范围" in await town.says("feng", "3栋")
    await town.says("feng", "7栋")
    await town.says("feng", "2")
    assert "发布了" in await town.says("feng", "发布")


async def test_a_duty_that_ended_in_the_middle_no_longer_counts(town: Town) -> None:
    person = await town.serves("feng", "grid_worker", GRID)
    for words in ("/task", "搬桌椅", "不限", "11-28 09:00", "3栋", "2"):
        await town.says("feng", words)
    async with town.database.writing() as unit:
        for duty, _ in await unit.staff.duties(person):
            duty.until = town.now
    assert await town.says("feng", "发布") == town.shelf.texts.word("zh_Hans", "common.not_allowed")
    assert not await town.all(Task)
    assert await town.audited() == [("refused", "")]


async def test_a_task_that_has_begun_can_not_be_claimed(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "a", "carrying")
    ref = await posted(town)
    town.passes(days=8)
    assert "已经开始" in await town.presses("a", f"task.claim:{ref}")
    assert [task.taken for task in await town.all(Task)] == [0]


@pytest.mark.parametrize("token", ["", "T", "R7K2Q", "'--", "T" * 50])
async def test_a_forged_button_finds_nothing(town: Town, token: str) -> None:
    await helper(town, "a", "carrying")
    for action in ("claim", "decline", "more"):
        assert "没" in await town.presses("a", f"task.{action}:{token}")


async def test_too_many_places_are_refused_with_the_limit(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    for words in ("/task", "搬桌椅", "不限", "11-28 09:00", "3栋"):
        await town.says("wang", words)
    assert "50" in await town.says("wang", "51")
    assert "人数：50" in await town.says("wang", "50")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-27T09:00", "workday"),
        ("2026-11-27T18:00", "workday_evening"),
        ("2026-11-28T17:59", "weekend"),
        ("2026-11-28T19:30", "weekend_evening"),
        ("2026-10-01T09:00", "weekend"),  # National Day, a Thursday
        ("2026-10-10T09:00", "workday"),  # a Saturday worked instead
        ("2031-03-03T09:00", "workday"),  # beyond the published calendar
    ],
)
def test_the_time_of_day_follows_the_work_calendar(local: str, expected: str) -> None:
    assert time_of(datetime.fromisoformat(f"{local}:00+08:00").astimezone(UTC)) == expected


@pytest.mark.parametrize("words", ["来", "能", "能来", "我去", "可以", "行", "好的呀", "我来", "能，我来", "我可以来"])
async def test_a_typed_yes_to_an_invitation_takes_the_place(town: Town, words: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    li = await helper(town, "li", "carrying")
    ref = await posted(town)
    assert f"算上您了，谢谢。任务 {ref}" in await town.says("li", words)
    assert await states(town) == {li: "claimed"}


@pytest.mark.parametrize("words", ["来不了", "不能", "没空", "去不了", "不行", "这次不行", "不来了", "没时间"])
async def test_a_typed_no_to_an_invitation_declines_it(town: Town, words: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    li = await helper(town, "li", "carrying")
    ref = await posted(town)
    assert f"任务 {ref} 不再打扰您" in await town.says("li", words)
    assert await states(town) == {li: "declined"}


@pytest.mark.parametrize("words", ["可以停车吗", "能来人修吗", "我去医院怎么走", "我来问一下", "不能停车吗"])
async def test_other_words_under_an_invitation_take_and_decline_nothing(town: Town, words: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    li = await helper(town, "li", "carrying")
    await posted(town)
    await town.says("li", words)
    assert await states(town) == {li: "asked"}


async def test_who_offers_to_come_hears_what_there_is(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await helper(town, "li", "carrying", active=False)
    assert "现在没有等人的任务，有了会来问您" in await town.says("li", "我来")
    first = await posted(town)
    assert first in await town.says("li", "我来")
    assert await town.sees("li") == ["我来", "这次不行"]
    second = await posted(town, when="11-29 09:00")
    await town.says("li", "菜单")
    assert "来哪一个" in await town.says("li", "我报名")
    assert await town.sees("li") == [f"我来 {first}", f"我来 {second}"]
    assert "来哪一个" in await town.says("li", "来")
    assert f"任务 {second}" in await town.says("li", f"我来 {second}")
    await town.says("li", "看看任务")
    assert f"算上您了，谢谢。任务 {first}" in await town.says("li", "我来")
    assert "您已经报名了" in await town.says("li", "我来")


async def test_words_that_mean_yes_elsewhere_are_nothing_to_who_was_not_invited(town: Town) -> None:
    await helper(town, "li", "carrying")
    for words in ("可以", "好", "不行"):
        assert "任务" not in await town.says("li", words)


@pytest.mark.parametrize("typed", ["发布一个任务，周日打扫", "发布一个任务周日打扫", "招志愿者：周日打扫"])
async def test_staff_may_order_a_task_with_its_words(town: Town, typed: str) -> None:
    await town.serves("feng", "grid_worker", GRID)
    await town.moves_in("li")
    assert "需要会什么" in await town.says("feng", typed)
    chat = await town.chat("feng")
    assert (chat.form, chat.answers["task_what"]) == ("task", "周日打扫")
    await town.says("li", typed)
    assert (await town.chat("li")).form != "task"
