"""Forms: pictures find their step, changes can be given up, and what is no answer is not taken for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.channels.base import Limits, RawUpdate
from bot.channels.webchat import WebChat
from bot.speaker import Speaker
from handlers.messages import Kind, Reply, choice, say
from handlers.texts import Texts
from handlers.worktime import told
from knowledge.gazetteer import Gazetteer
from storage.models import Case, Chat, Remark
from tests.handlers.harness import Town

WORDS = "楼道灯坏了三天没人管"
HERE = (30.51956, 120.66896)


async def to_the_place(town: Town, *, consented: bool = True) -> None:
    await town.moves_in("li", consented=consented)
    await town.says("li", WORDS)


async def to_the_summary(town: Town) -> None:
    await to_the_place(town)
    await town.says("li", "3栋")
    assert "这样提交" in await town.says("li", "跳过")


async def answers(town: Town) -> dict[str, object]:
    return (await town.chat("li")).answers


async def test_a_hint_that_says_all_is_not_followed_by_the_question(town: Town) -> None:
    await to_the_place(town)
    assert "在哪儿" not in await town.says("li", "？？？")
    await town.says("li", "3栋")
    told = await town.says("li", "好的")
    assert "请发照片" in told
    assert "有照片的话" not in told


async def test_a_door_is_written_as_it_stands_on_the_wall_whoever_writes_it(town: Town) -> None:
    await town.moves_in("ann", language="en")
    await town.says("ann", WORDS)
    assert "3栋2单元501室" in await town.says("ann", "3栋2单元501") + await town.says("ann", "skip")


# -- pictures ----------------------------------------------------------------------------------------------------------


async def test_bare_pictures_one_by_one_all_come_into_the_report(town: Town) -> None:
    await town.moves_in("li")
    await town.shows("li", 1)
    await town.shows("li", 2)
    assert "一共 3 张" in await town.shows("li", 3)
    await town.says("li", "报修")
    await town.says("li", WORDS)
    assert "照片：3 张" in await town.says("li", "3栋")


async def test_a_bare_picture_is_not_attached_to_a_much_later_report(town: Town) -> None:
    await town.moves_in("li")
    await town.shows("li", 1)
    town.passes(minutes=31)
    await town.says("li", WORDS)
    assert "report_photos" not in await answers(town)


async def test_a_captioned_picture_answers_the_question_and_is_kept(town: Town) -> None:
    await to_the_place(town)
    told = await town.shows("li", 7, caption="3栋2单元")
    assert "一共 1 张" in told
    assert "照片：1 张" in told


async def test_a_picture_sent_while_consent_is_asked_is_kept(town: Town) -> None:
    await to_the_place(town, consented=False)
    assert "可以吗" in await town.shows("li", 7, caption="就是这个灯")
    await town.says("li", "同意")
    assert "照片：1 张" in await town.says("li", "3栋")


async def test_a_refused_picture_is_said_and_the_report_goes_on(town: Town) -> None:
    await town.moves_in("li")
    told = await town.shows("li", caption=WORDS, refused="photo.too_big")
    assert "照片太大了" in told
    assert "在哪儿" in told
    assert "照片太大了" in await town.shows("li", caption="3栋", refused="photo.too_big")


async def test_more_pictures_than_are_taken_is_said(town: Town) -> None:
    await to_the_place(town)
    assert "最多 6 张" in await town.shows("li", *range(1, 9))
    assert (await answers(town))["report_photos"] == [1, 2, 3, 4, 5, 6]


async def test_a_form_without_pictures_says_that_it_takes_none(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "我建议在小区门口加一排座椅")
    assert "这里收不了照片" in await town.shows("li", 4, caption="3栋")


async def test_did_you_mean_keeps_words_and_pictures(town: Town) -> None:
    await town.moves_in("li")
    await town.shows("li", 5, caption="电动车充电")
    await town.chooses("li", "报：充电/充电桩问题")
    known = await answers(town)
    assert (known["report_words"], known["report_photos"]) == ("电动车充电", [5])


# -- what is kept between messages -------------------------------------------------------------------------------------


async def test_a_button_goes_with_the_words_it_was_asked_about(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "着火了")
    tell = dict(await town._choices("li"))["告诉网格员"]
    await town.says("li", "煤气泄漏了")
    await town.presses("li", tell)
    assert (await answers(town))["report_words"] == "着火了"


async def test_a_forged_question_starts_without_words(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "电动车充电")
    await town.presses("li", "report.as:charging-pile:ffff")
    assert "report_words" not in await answers(town)
    await town.says("li", "取消")
    assert "什么事" in await town.presses("li", "report.as::")


async def test_none_of_these_keeps_the_words_of_its_own_question(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "电动车充电")
    nothing = dict(await town._choices("li"))["都不是"]
    town.passes(minutes=1)
    await town.says("li", "着火了")
    await town.presses("li", nothing)
    assert [one.text for one in await town.all(Remark)] == ["电动车充电"]


async def test_words_are_not_kept_longer_than_a_draft(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "着火了")
    tell = dict(await town._choices("li"))["告诉网格员"]
    town.passes(hours=25)
    await town.presses("li", tell)
    assert "report_words" not in await answers(town)


async def test_without_consent_nothing_is_kept(town: Town) -> None:
    await town.moves_in("li", consented=False)
    await town.pins("li", *HERE)
    assert not {"lat", "lon"} & set((await town.chat("li")).preset)
    await town.says("li", "着火了")
    await town.shows("li", 1)
    await town.says("li", WORDS)
    await town.says("li", "不同意")
    chat = await town.chat("li")
    assert (chat.preset, chat.draft, chat.answers) == ({}, {}, {})


async def test_with_consent_the_pin_itself_is_kept(town: Town) -> None:
    await town.moves_in("li")
    await town.pins("li", *HERE)
    preset = (await town.chat("li")).preset
    assert (preset["lat"], preset["lon"]) == HERE


# -- changing ----------------------------------------------------------------------------------------------------------


async def test_changed_words_are_understood_anew(town: Town) -> None:
    await to_the_summary(town)
    await town.says("li", "修改")
    await town.says("li", "内容")
    assert "也告诉网格员" in await town.says("li", "3栋着火了，好大的烟")
    told = await town.says("li", "继续")
    assert "特急" in told
    assert "楼道灯" not in told
    await town.says("li", "提交")
    assert [one.urgency for one in await town.all(Case)] == ["critical"]


async def test_changed_words_that_name_another_house_change_a_place_read_from_words(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "3栋2单元楼道灯坏了")
    await town.says("li", "跳过")
    await town.says("li", "修改")
    await town.says("li", "内容")
    assert "一区5栋" in await town.says("li", "5栋2单元楼道灯坏了")


async def test_changed_words_that_name_another_estate_have_its_building_asked_for(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "3栋2单元楼道灯坏了")
    await town.says("li", "跳过")
    await town.says("li", "修改")
    await town.says("li", "内容")
    assert "河湾花园，记下了。哪一栋？" in await town.says("li", "河湾花园楼道灯坏了")
    assert "河湾花园东区101号楼" in await town.says("li", "101")


@pytest.mark.parametrize("words", ["楼道灯坏了三天了", "青松苑一区楼道灯坏了"])
async def test_changed_words_that_name_no_other_place_keep_the_one_before(town: Town, words: str) -> None:
    await town.moves_in("li")
    await town.says("li", "3栋2单元楼道灯坏了")
    await town.says("li", "跳过")
    await town.says("li", "修改")
    await town.says("li", "内容")
    assert "一区3栋" in await town.says("li", words)


async def test_words_that_name_no_place_are_taken_in_what_the_estates_named_have_in_common(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "河湾花园楼道灯坏了")
    for _ in range(2):
        told = await town.says("li", "反正就那边")
    assert "照片" in told
    assert "地点：河湾社区河湾花园 · 反正就那边" in await town.says("li", "跳过")
    await town.says("li", "提交")
    assert [one.area_code for one in await town.all(Case)] == ["S1-C2"]


async def test_changed_words_leave_a_place_that_was_answered(town: Town) -> None:
    await to_the_summary(town)
    await town.says("li", "修改")
    await town.says("li", "内容")
    assert "一区3栋" in await town.says("li", "5栋旁边的楼道灯坏了")


async def test_an_emergency_told_as_the_place_is_reported_at_a_word(town: Town) -> None:
    await to_the_place(town)
    assert "要不要我也告诉网格员" in await town.says("li", "3栋着火了")
    told = await town.says("li", "要")
    assert "特急" in told
    assert "青松苑一区3栋" in told


@pytest.mark.parametrize("words", ["返回", "跳过", "不改了"])
@pytest.mark.parametrize("what", ["内容", "地点", "照片"])
async def test_a_change_given_up_leads_back_to_the_summary_as_it_was(town: Town, what: str, words: str) -> None:
    await to_the_place(town)
    await town.shows("li", 1, 2, caption="3栋")
    before = await answers(town)
    await town.says("li", "修改")
    await town.says("li", what)
    told = await town.says("li", words)
    assert "照片：2 张" in told
    assert "这样提交" in told
    assert await answers(town) == before


async def test_back_from_what_to_change_is_the_summary(town: Town) -> None:
    await to_the_summary(town)
    assert "要改哪一项" in await town.says("li", "修改")
    assert "这样提交" in await town.says("li", "返回")
    assert "有照片的话" in await town.says("li", "返回")
    assert "这样提交" in await town.says("li", "跳过")


async def test_other_pictures_take_the_place_of_those_before(town: Town) -> None:
    await to_the_place(town)
    await town.shows("li", 1, 2, caption="3栋")
    await town.says("li", "修改")
    await town.says("li", "照片")
    await town.shows("li", 3)
    assert "照片：1 张" in await town.says("li", "完成")
    assert (await answers(town))["report_photos"] == [3]


async def test_a_picture_that_comes_in_the_middle_of_a_change_stays_when_it_is_given_up(town: Town) -> None:
    await to_the_summary(town)
    await town.says("li", "修改")
    await town.says("li", "地点")
    await town.shows("li", 9)
    assert "照片：1 张" in await town.says("li", "返回")


# -- what is no answer -------------------------------------------------------------------------------------------------


async def test_a_bare_number_or_a_skip_is_no_place(town: Town) -> None:
    await to_the_place(town)
    assert "不能跳过" in await town.says("li", "跳过")
    assert "请写楼栋" in await town.says("li", "77")
    assert "可能是这几处" in await town.says("li", "3")
    assert "一区3栋" in (await town.sees("li"))[0]
    assert "有照片的话" in await town.says("li", "1")


async def test_a_question_without_choices_ends_the_numbers_of_earlier_ones(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "菜单")
    await town.says("li", WORDS)
    assert await town.sees("li") == []
    assert "过时" not in await town.says("li", "2")


async def test_the_speaker_ends_choices_with_a_question_and_not_with_a_note(town: Town) -> None:
    await town.moves_in("li")
    async with town.database.writing() as unit:
        chat = (await unit.people.lock_chats([("telegram", "li")]))[("telegram", "li")]
        speaker = Speaker(unit, town.shelf.texts, {"telegram": Limits()}, town.now)
        speaker.say(chat, Reply((say("menu.what"),), (choice("words.menu_button", "menu"),)))
        speaker.say(chat, Reply((say("rate.thanks"),)))
        assert chat.choices == [["菜单", "menu"]]
        speaker.say(chat, Reply((say("report.ask_place"),), question=True))
        assert chat.choices == []
        await speaker.write()


def test_a_press_on_the_page_carries_no_words() -> None:
    page = WebChat(feed=None)  # type: ignore[arg-type]
    said = page.parse(RawUpdate("1", "a", {"type": "press", "token": "menu.proposal", "label": "提建議"}))
    assert said is not None
    assert (said.kind, said.press, said.text, said.label) == (Kind.PRESS, "menu.proposal", "", "提建議")


# -- times -------------------------------------------------------------------------------------------------------------


async def to_the_time(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.says("wang", "/task")
    await town.says("wang", "搬桌子")
    assert "什么时候" in await town.chooses("wang", (await town.sees("wang"))[0])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("0001-01-01 0:00", "已经过去了"),
        ("11-18 09:00", "已经过去了"),
        ("2025-12-01 9:00", "已经过去了"),
        ("2028-01-01 9:00", "最多写到一年以后"),
        ("9999-12-31 23:59", "最多写到一年以后"),
        ("02-30 9:00", "没看懂这个时间"),
        ("2027-02-10 9:00", "在哪"),
        ("11-28 9:00", "在哪"),
    ],
)
async def test_only_a_time_within_a_year_is_taken(town: Town, typed: str, told: str) -> None:
    await to_the_time(town)
    assert told in await town.says("wang", typed)


async def test_in_december_a_january_is_the_coming_one(town: Town) -> None:
    town.now = datetime(2026, 12, 28, 2, tzinfo=UTC)
    await to_the_time(town)
    await town.says("wang", "01-05 09:00")
    assert (await town.chat("wang")).answers["task_when"] == {
        "at": "2027-01-05T01:00:00+00:00",
        "until": None,
    }


def test_a_time_is_shown_with_its_weekday_and_that_of_another_year_with_the_year() -> None:
    texts, written = Texts.load(), datetime(2026, 12, 28, tzinfo=UTC)
    assert texts.say("zh_Hans", told(datetime(2027, 1, 5, 1, tzinfo=UTC), written)) == "周二 2027-01-05 09:00"
    assert texts.say("zh_Hans", told(datetime(2026, 12, 29, 1, tzinfo=UTC), written)) == "周二 12-29 09:00"
    assert texts.say("en", told(datetime(2026, 11, 28, 1, tzinfo=UTC))) == "Sat 11-28 09:00"


async def test_the_numbers_of_a_form_end_with_it(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "5栋楼道灯坏了")
    await town.says("li", "取消")
    assert not [token for _, token in await town._choices("li") if token.startswith("f:")]


async def test_choices_of_another_shape_are_passed_over(town: Town) -> None:
    await town.moves_in("li")
    async with town.database.writing() as unit:
        chat = (await unit.session.scalars(select(Chat))).one()
        chat.choices = [["菜单", "menu"], ["新", "new", True, 3], "旧", ["一", 2], {"label": "三"}]
    assert await town.sees("li") == ["菜单"]
    assert "您想做什么" in await town.says("li", "1")


async def is_of_an_older_release(town: Town, version: int = 0) -> None:
    async with town.database.writing() as unit:
        chat = (await unit.session.scalars(select(Chat))).one()
        chat.form_version, chat.draft = version, {**chat.draft, "version": version} if chat.draft else {}


async def test_a_form_that_has_changed_begins_anew_with_what_still_fits(town: Town) -> None:
    await to_the_summary(town)
    await is_of_an_older_release(town)
    told = await town.chooses("li", "提交")
    assert "这张表刚改过" in told
    assert "有照片的话请发来" in told  # 没有照片 was said of another question, perhaps
    assert "这张表刚改过" not in (told := await town.says("li", "跳过"))
    assert WORDS in told
    assert "收到了，编号" in await town.says("li", "提交")


async def test_words_answer_the_same_question_of_a_form_that_has_changed(town: Town) -> None:
    await to_the_place(town)
    await is_of_an_older_release(town)
    told = await town.says("li", "3栋")
    assert "这张表刚改过" in told
    assert "有照片的话请发来" in told


async def test_what_works_everywhere_works_in_a_form_that_has_changed(town: Town) -> None:
    await to_the_place(town)
    await is_of_an_older_release(town)
    assert "已取消" in await town.says("li", "取消")
    await is_of_an_older_release(town)
    told = await town.says("li", "继续")
    assert "这张表刚改过" in told
    assert "在哪儿" in told


async def test_a_form_that_is_no_more_is_told_of(town: Town) -> None:
    await to_the_place(town)
    async with town.database.writing() as unit:
        (await unit.session.scalars(select(Chat))).one().form = "lottery"
    told = await town.says("li", "菜单")
    assert "已经不用了" in told
    assert "您想做什么" in told


# -- a building whose number several estates have ----------------------------------------------------------------------


def with_a_second_third_building(town: Town) -> None:
    areas = dict(town.shelf.catalogue.areas)
    areas["S1-C2-G3-B3"] = replace(areas["S1-C2-G3-B113"], code="S1-C2-G3-B3", name="3号楼")
    catalogue = replace(town.shelf.catalogue, areas=areas)
    town.shelf = replace(town.shelf, catalogue=catalogue, gazetteer=Gazetteer(catalogue))


async def test_a_number_of_several_estates_is_asked_about_and_an_estate_completes_it(town: Town) -> None:
    with_a_second_third_building(town)
    await to_the_place(town)
    assert "是哪个小区的3栋2单元？" in await town.says("li", "3栋2单元")
    assert await town.sees("li") == ["青松社区青松苑一区3栋", "河湾社区水岸人家3号楼", "都不是"]
    assert "有照片的话" in await town.says("li", "水岸人家")
    assert "地点：河湾社区水岸人家3号楼2单元" in await town.says("li", "跳过")


@pytest.mark.parametrize("words", ["都不是", "其他", "跳过", "3"])
async def test_none_of_several_estates_goes_on_as_well(town: Town, words: str) -> None:
    with_a_second_third_building(town)
    await to_the_place(town)
    await town.says("li", "3栋2单元")
    assert "有照片的话" in await town.says("li", words)
    assert "3栋2单元" in await town.says("li", "跳过")


async def test_who_is_known_in_one_of_several_estates_is_not_asked(town: Town) -> None:
    with_a_second_third_building(town)
    await town.moves_in("zhao", "S1-C2-G3-B114")
    await town.says("zhao", WORDS)
    assert "有照片的话" in await town.says("zhao", "3栋2单元")
    assert "地点：河湾社区水岸人家3号楼2单元" in await town.says("zhao", "跳过")


async def test_a_call_for_help_pressed_twice_is_sent_once(town: Town) -> None:
    await town.moves_in("li", "S1-C1-G1-B3", consented=False)
    await town.says("li", "电梯困人了")
    tell = dict(await town._choices("li"))["告诉网格员"]
    assert "已经按特急报给网格" in await town.presses("li", tell)
    await town.presses("li", tell)
    (case,) = await town.all(Case)
    assert (case.subject, case.urgency) == ("lift-trapped", "critical")


async def test_change_typed_where_words_are_asked_for_is_the_button(town: Town) -> None:
    await town.moves_in("li")
    for words in ("我建议装几把椅子", "3栋"):
        told = await town.says("li", words)
    assert "为什么需要" in told
    assert "要改哪一项" in await town.says("li", "修改")


async def test_deleting_is_said_as_the_note_on_privacy_says_it(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "隐私")
    assert await town.says("li", "删除") == await town.presses("li", "privacy.forget")


async def test_what_is_said_to_a_summary_is_answered_with_its_own_button(town: Town) -> None:
    await town.serves("王", "community", "S1-C1")
    await town.moves_in("li", "S1-C1-G1-B3")
    for words in ("/notify", "明天上午九点到十一点停水，请提前接水。", "青松苑一区"):
        await town.says("王", words)
    assert "请选“发出”“修改”或“取消”" in await town.says("王", "什么")


@pytest.mark.parametrize(("typed", "told"), [("受理了", "没有等受理的"), ("办结了", "没有受理了还没办结的")])
async def test_staff_may_say_that_it_is_done(town: Town, typed: str, told: str) -> None:
    await town.serves("王", "grid_worker", "S1-C1-G1")
    assert told in await town.says("王", typed)
