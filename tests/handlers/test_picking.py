"""Options picked by what was typed."""

from __future__ import annotations

import pytest

from handlers.form.picking import picked, without_end
from knowledge.numerals import ordinal
from tests.handlers.harness import Town

SKILLS = ["陪伴老人", "搬运", "维修", "教学", "医护", "巡逻", "清洁", "文艺", "驾驶", "其他"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", [1]), ("2 5", [1, 4]), ("2、5", [1, 4]), ("2,5", [1, 4]), ("2，5，2", [1, 4]), ("25", [1, 4]), ("10", [9]), ("二 五", [1, 4]),
        ("第二个", [1]), ("搬运", [1]), ("搬运、维修", [1, 2]), ("陪伴", [0]), ("我会搬运", [1]), ("搬运和驾驶", [1, 8]), ("搬运和陪伴", [1, 0]),
        ("２", [1]), ("②⑤", [1, 4]), ("2️⃣ 5️⃣", [1, 4]), ("选2号", [1]), ("1号和3号", [0, 2]), ("２，５", [1, 4]),
        ("12", [0, 1]), ("99", []), ("2 99", []), ("22", []), ("唱歌", []), ("", []), ("0", []),
    ],
)  # fmt: skip
def test_numbers_and_labels_one_or_several(typed: str, expected: list[int]) -> None:
    assert picked(typed, SKILLS) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3", 3), ("3.", 3), ("(3)", 3), ("三", 3), ("第三个", 3), ("选3", 3), ("五颗星", 5), ("十一", 11), ("３", 3), ("①", 1), ("2️⃣", 2),
        ("选2号", 2), ("2号", 2), ("第2个", 2), ("选二", 2), ("選二", 2), ("第二個", 2), ("（２）", 2), ("❷", 2), ("❿", 10), ("🔟", 10), ("⒉", 2),
        ("㈡", 2), ("⑪", 11), ("3栋", None), ("3号楼", None), ("", None), ("三天", None), ("号", None), ("🙂", None),
    ],
)  # fmt: skip
def test_a_number_somebody_chose_by(typed: str, expected: int | None) -> None:
    assert ordinal(typed) == expected


async def test_done_in_english_is_heard_before_anything_is_picked_and_after_it(town: Town) -> None:
    await town.moves_in("ann", language="en")
    await town.says("ann", "/volunteer")
    assert "choose one" in await town.says("ann", "done")
    await town.says("ann", "2, 5 done")
    assert (await town.chat("ann")).answers["volunteer_skills"] == ["carrying", "medical"]
    assert (await town.chat("ann")).step != "volunteer_skills"


def test_what_was_picked_stands_before_the_closing_word() -> None:
    closing = {"完成", "done", "选好了", "好了"}
    assert without_end("2 5 选好了。", closing) == ("2 5", True)
    assert without_end("2、5", closing) == ("2、5", False)


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("周末白天和晚上都行", ["weekend", "weekend_evening"]),
        ("周末都可以", ["weekend", "weekend_evening"]),
        ("晚上", ["workday_evening", "weekend_evening"]),
        ("工作日和周末的晚上", ["workday_evening", "weekend_evening"]),
        ("平时晚上，双休日白天", ["workday_evening", "weekend"]),
        ("周末白天", ["weekend"]),
        ("随时", ["any"]),
        ("2 3", ["workday_evening", "weekend"]),
    ],
)
async def test_all_times_that_were_said_are_recorded_and_shown(town: Town, typed: str, recorded: list[str]) -> None:
    await town.moves_in("li")
    for words in ("当志愿者", "搬运", "完成"):
        await town.says("li", words)
    told = await town.says("li", typed)
    assert (await town.chat("li")).answers["volunteer_times"] == recorded
    assert "记下了" in told


async def test_times_with_a_no_in_them_are_asked_again(town: Town) -> None:
    await town.moves_in("li")
    for words in ("当志愿者", "搬运", "完成"):
        await town.says("li", words)
    assert "请选一项" in await town.says("li", "工作日晚上没空，别的都行")


async def test_a_button_pressed_twice_in_haste_picks_once(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "当志愿者")
    button = dict(await town._choices("li"))["搬运"]
    await town.presses("li", button)
    await town.presses("li", button)
    assert (await town.chat("li")).answers["volunteer_skills"] == ["carrying"]
    await town.chooses("li", "✓ 搬运")
    assert "volunteer_skills" not in (await town.chat("li")).answers


async def test_yes_to_what_to_change_submits_nothing(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "3栋楼道灯坏了三天没人管")
    await town.says("li", "跳过")
    await town.says("li", "修改")
    assert "这样提交可以吗" in await town.says("li", "好")
    await town.says("li", "修改")
    assert "在哪儿" in await town.says("li", "改地点")


async def test_a_question_misread_twice_offers_a_person_and_a_way_out(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "漏水")
    assert "找人工" not in (await town.says("li", "嗯嗯"), await town.sees("li"))[1]
    await town.says("li", "你猜")
    assert (await town.sees("li"))[-2:] == ["找人工", "取消"]
    await town.says("li", "1")
    assert "找人工" not in await town.sees("li")


@pytest.mark.parametrize("typed", ["２", "②", "2️⃣", "选2号", "2号", "第2个", "选二"])
async def test_a_number_is_understood_however_it_is_typed(town: Town, typed: str) -> None:
    await town.moves_in("li")
    await town.says("li", "当志愿者")
    await town.says("li", typed)
    assert (await town.chat("li")).answers["volunteer_skills"] == ["carrying"]
