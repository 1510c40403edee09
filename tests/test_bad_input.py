"""Whatever is thrown at it through the real channels gets a sentence that helps; nothing is lost, nobody else waits.

The fixture ``bed`` checks in the end that every update was handled, none set aside, and no error logged.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import dispatch
from bot.app import Knowledge
from bot.invites import make_invite
from handlers.messages import Kind
from storage.models import Case, Chat, Handoff, Media
from tests.support.bed import Bed, opened
from tests.support.databases import SqliteTemplate
from tests.support.pictures import bomb, heavy, jpeg
from tests.support.resident import Resident, moment

REPORT = "楼道灯坏了三天没人管"
GARBAGE = ("", "garbage", "R2222", "1" * 40, "%s{0}{x}' OR 1=1 --")

STRAY = (
    ":",
    "::",
    "nothing:there",
    "f",
    "f:",
    "f:0:",
    "f:x:y:z",
    "f:99999999999999999999:yes",
    "f:-1:agree",
    "f:1:to.",
)


async def everybody(bed: Bed) -> tuple[Resident, ...]:
    """One person a channel."""
    return await bed.on_telegram("在手机上"), await bed.on_web("在网页上")


async def begin_report(person: Resident) -> None:
    """Up to the question for the place."""
    await person.say(REPORT)
    await person.expect("[同意]")
    await person.press("同意")
    await person.expect("在哪儿")


async def to_the_summary(person: Resident) -> None:
    """Up to 提交."""
    await begin_report(person)
    await person.say("3栋")
    await person.expect("有照片的话")
    await person.say("跳过")
    await person.expect("[提交]")


# -- words -------------------------------------------------------------------------------------------------------------


async def test_two_thousand_emoji_get_a_sentence(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.say("😀" * 2000)
        await person.expect("这个我看不懂")


async def test_a_megabyte_of_text_is_read_as_far_as_it_goes_and_that_is_said(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.say(REPORT + "。" + "灯" * 330_000)
        await person.expect("我读了前 2000 个字")


async def test_a_megabyte_inside_a_form_keeps_the_form(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.say("报修")
        await person.press("同意")
        await person.expect("什么事")
        await person.say("灯" * 330_000)
        await person.expect("我读了前 2000 个字")
        await person.expect("太长了，最多 1000 个字")
        await person.say(REPORT)
        await person.expect("在哪儿")


async def test_nul_halves_of_characters_and_invisible_marks_do_no_harm(bed: Bed) -> None:
    phone, page = await bed.on_telegram(), await bed.on_web()
    broken = "楼\u200b道\x00灯\u202e坏了\u2069\ud83d三天没\u200d人管\udc00"
    await phone.say(broken)
    await page.send_raw(json.dumps({"type": "text", "id": "broken-words", "text": broken}))
    for person in (phone, page):
        await person.expect("报事 · 照明/楼道灯")
        await person.press("同意")
        await person.expect("在哪儿")
        await person.say("3栋")
        await person.expect("有照片的话")
        await person.say("跳过")
        await person.press("提交")
        await person.expect("收到了")
    cases = await bed.all(Case)
    assert cases
    assert all(set("\x00\u200b\u200d\u202e\u2069").isdisjoint(case.words) for case in cases)


@pytest.mark.parametrize(
    "words",
    [
        "...",
        "。",
        "？？？",
        "　",
        "\u200b",
        "-",
        "١٢٣",
        "/",
        "//",
        "/ ",
        "@",
        "\u202eabc",
        "<b>",
        "{ref}",
        "%(ref)s",
        "99999999999",
    ],
)
async def test_signs_without_words_get_a_sentence(bed: Bed, words: str) -> None:
    for person in await everybody(bed):
        await person.say(words)
        await moment(lambda person=person: len(person.heard) > 0, f"an answer to {words!r}")


async def test_what_was_said_is_shown_as_it_was_said(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.say("报修")
        await person.press("同意")
        await person.expect("什么事")
        await person.say("{ref} %s <b>楼道灯坏了</b> \\n `x`")
        await person.expect("在哪儿")
        await person.say("3栋")
        await person.expect("有照片的话")
        await person.say("跳过")
        await person.expect("内容：{ref} %s <b>楼道灯坏了</b> \\n `x`")


async def test_frames_no_page_would_send_get_a_sentence(bed: Bed) -> None:
    page = await bed.on_web()
    frames: list[Any] = [
        "", "[]", "nonsense", "{}", {"type": "text"}, {"type": "text", "id": "12345678"}, {"type": "text", "id": "12345678", "text": " "},
        {"type": "text", "id": "12345678", "text": 7}, {"type": "press", "id": "12345678", "token": "x" * 65}, {"type": "fly", "id": "12345678"},
        {"type": "location", "id": "12345678", "lat": 95, "lon": 0}, {"type": "location", "id": "12345678", "lat": "x", "lon": None},
        {"type": "photo", "id": "12345678", "media": "../../etc/passwd"}, {"type": "earlier", "before": -1},
    ]  # fmt: skip
    for frame in frames:
        await page.send_raw(frame if isinstance(frame, str) else json.dumps(frame))
    await moment(lambda: len(page.heard) == len(frames), f"{len(frames)} sentences")
    await page.send_raw(json.dumps({"type": "photo", "id": "another-photo", "media": "0" * 32}))
    await page.expect("取不到了")


# -- things that are no words ------------------------------------------------------------------------------------------


async def test_stickers_polls_and_files_in_a_form_are_explained_and_the_form_goes_on(bed: Bed) -> None:
    person = await bed.on_telegram()
    await begin_report(person)
    user = person.user
    things: list[Callable[[], object]] = [user.send_sticker, user.send_poll, user.send_voice]
    things += [lambda: user.send_document(b"%PDF-1.7"), lambda: user.send_contact(own=False)]
    for thing in things:
        thing()
        await person.expect("还请写几个字" if thing == user.send_voice else "请写楼栋")
    await person.say("3栋")
    await person.expect("有照片的话")
    things.append(lambda: user.send_location(30.0, 125.0))
    for thing in (*things[:2], things[-1]):
        thing()
        await person.expect("请发照片。不发就回复“跳过”。")
    await person.say("跳过")
    await person.expect("[提交]")


async def test_pictures_that_are_none_are_refused_with_a_reason(bed: Bed) -> None:
    person = await bed.on_telegram()
    await begin_report(person)
    await person.say("3栋")
    await person.expect("有照片的话")
    person.user.send_photo(heavy(12_000_000))
    await person.expect("照片太大了")
    person.user.send_photo(jpeg(), size=(20_000, 20_000))
    await person.expect("照片尺寸太大")
    for width, height in ((20_000, 20_000), (10_000, 10_000)):
        person.user.send_photo(bomb(width, height), size=(800, 600))
        await person.expect("照片尺寸太大")
    for data in (b"%PDF-1.7 no picture", b"", jpeg()[:200], b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        person.user.send_photo(data)
        await person.expect("不是能打开的照片")
    person.user.send_photo(jpeg())
    await person.expect("收到 1 张照片")
    assert len(await bed.all(Media)) == 1


async def test_uploads_that_are_no_pictures_are_refused_with_a_reason(bed: Bed) -> None:
    page = await bed.on_web()
    await page.send_photo(heavy(12_000_000))
    await page.expect("照片太大了，请发 10 MB 以内的。")
    for width, height in ((20_000, 20_000), (10_000, 10_000)):
        await page.send_photo(bomb(width, height))
        await page.expect("照片尺寸太大")
    await page.send_photo(b"%PDF-1.7", mime="application/pdf")
    await page.expect("只能收照片")
    for data in (b"%PDF-1.7 no picture", b"", jpeg()[:200]):
        await page.send_photo(data)
        await page.expect("不是能打开的照片")
    await page.send_photo(jpeg())
    await page.expect("照片收到了。是要报事吗？")


async def test_a_picture_sent_as_a_file_gets_a_sentence(bed: Bed) -> None:
    person = await bed.on_telegram()
    person.user.send_document(bomb(20_000, 20_000), "huge.png", "image/png")
    await person.expect("文件我读不了。照片可以直接发")
    person.user.send_document(b"%PDF-1.7", "paper.pdf", size=1_500_000_000)
    await person.expect("文件我读不了")


async def test_an_album_is_one_message_and_more_pictures_than_wanted_are_left_out(bed: Bed) -> None:
    person = await bed.on_telegram()
    await begin_report(person)
    await person.say("3栋")
    await person.expect("有照片的话")
    person.user.send_album([jpeg(color=color) for color in ("red", "green", "blue", "olive")])
    await person.expect("收到 4 张照片")
    person.user.send_album([jpeg(color=color) for color in ("red", "green", "blue", "olive")])
    await person.expect("收到 6 张照片")


async def test_a_place_at_sea_is_none_of_ours(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.send_location(30.0, 125.0)
        await person.expect("不在本街道范围内")
        await begin_report(person)
        await person.send_location(0.0, 0.0)
        await person.expect("不在本街道范围内")
        await person.expect("在哪儿")


async def test_another_persons_card_is_not_taken_for_ones_own(bed: Bed) -> None:
    person = await bed.on_telegram()
    person.user.send_contact(own=False)
    await person.expect("这个我看不懂")
    await to_the_summary(person)
    await person.press("提交")
    await person.press("留个电话")
    await person.expect("请写您的手机号")
    person.user.send_contact(own=False)
    await person.expect("这是别人的名片")
    person.user.send_contact("13800138000")
    await person.expect("电话记下了")


# -- buttons -----------------------------------------------------------------------------------------------------------


async def test_a_button_of_an_earlier_question_changes_nothing(bed: Bed) -> None:
    for person in await everybody(bed):
        await begin_report(person)
        await person.press("同意")
        await person.expect("这个按钮已经过时了，没有做任何改动。")
        await person.expect("在哪儿")
        await person.say("取消")
        await person.expect("已取消")
        await person.press("同意")
        await person.expect("过时了")


async def test_pressed_twice_is_done_once(bed: Bed) -> None:
    for person in await everybody(bed):
        await to_the_summary(person)
        for _ in range(5):
            await person.press("提交")
        await person.expect("收到了，编号")
        await person.expect("过时了")
        await bed.settle()
    assert len(await bed.all(Case)) == 2


@pytest.mark.timeout(240)
async def test_every_button_with_forged_arguments_gets_a_sentence(bed: Bed) -> None:
    """By strangers, and by staff of another area; whatever form one of them opens is open for the next."""
    names = sorted({name for sort, name in bed.app.shelf.registry.handlers if sort == "press"})
    references = await _other_peoples_references(bed)
    arguments = (*GARBAGE, *references) if bed.app.database.sqlite else ("", GARBAGE[-2], references[0])
    tokens = [*names, *STRAY, *(f"{name}:{argument}"[:64] for name in names for argument in arguments)]
    strangers = [await bed.on_web(f"陌生人{number}") for number in range(5)]
    staff = [await bed.on_web(f"别处网格员{number}") for number in range(3)]
    for person in staff:
        await bed.takes_office(person, "grid_worker", "S1-C2-G1")
    await asyncio.gather(
        *(_forge_all(person, tokens[number::5]) for number, person in enumerate(strangers)),
        *(_forge_all(person, tokens[number::6]) for number, person in enumerate(staff)),
    )
    assert [one.state for one in await bed.all(Case)] == ["submitted"]
    assert [one.state for one in await bed.all(Handoff) if one.reason == "转人工"] == ["waiting"]


async def _forge_all(person: Resident, tokens: list[str]) -> None:
    before = len(person.heard)
    for token in tokens:
        await person.forge(token)
    await moment(lambda: len(person.heard) - before >= len(tokens), f"{len(tokens)} answers", 100)


async def test_forged_presses_on_telegram_get_a_sentence(bed: Bed) -> None:
    names = sorted({name for sort, name in bed.app.shelf.registry.handlers if sort == "press"})
    person = await bed.on_telegram()
    for name in (*names, "", "f:1:yes", "é", "x" * 200):
        await person.forge(f"{name}:R2222")
    await moment(lambda: len(person.heard) >= len(names) + 4, "answers", 30)


async def test_forged_answers_to_an_open_question_get_a_sentence(bed: Bed) -> None:
    person = await bed.on_telegram()
    await begin_report(person)
    for value in ("preset", "area.S9", "area.", "enough", "yes", "to.report_words2", "agree", "x" * 40, "skip"):
        before, revision = len(person.heard), (await bed.all(Chat))[-1].revision
        await person.forge(f"f:{revision}:{value}")
        await moment(lambda before=before: len(person.heard) > before, f"an answer to {value}")
    await person.say("3栋")
    await person.expect("有照片的话")


async def _other_peoples_references(bed: Bed) -> list[str]:
    """A report and a waiting conversation of somebody else."""
    victim = await bed.on_telegram("别人")
    await to_the_summary(victim)
    await victim.press("提交")
    ref = (await victim.expect(re.compile("R[2-9A-Z]{4}")))[0]
    await victim.say("转人工")
    await victim.expect("工作人员现在不在线")
    handoff = (await bed.all(Handoff))[0].ref
    victim.catch_up()
    return [ref, handoff, f"5:{ref}"]


async def test_an_invite_works_once_and_not_for_ever(bed: Bed) -> None:
    invited = [
        await make_invite(bed.app.database, bed.app.settings, bed.clock.now(), "grid_worker", "S1-C1-G1", "")
        for _ in range(2)
    ]
    first, second = await bed.on_telegram("先到"), await bed.on_telegram("后到")
    await first.join(invited[0].code)
    await first.expect("欢迎。您现在是青松苑一区的网格员。")
    await second.join(invited[0].code)
    await second.expect("这个邀请已经用过或过期了。")
    await second.join("inv_guessed")
    await second.expect("这个邀请已经用过或过期了。")
    await bed.settle()
    bed.clock.passes(hours=25)
    await second.join(invited[1].code)
    await second.expect("这个邀请已经用过或过期了。")
    await second.say("/cases")
    await second.expect("您没有权限做这一步。")


# -- many at once ------------------------------------------------------------------------------------------------------


async def test_two_devices_report_at_once_and_both_get_a_number(bed: Bed) -> None:
    people = [*await everybody(bed), *await everybody(bed)]
    await asyncio.gather(*(to_the_summary(person) for person in people))
    await asyncio.gather(*(person.press("提交") for person in people))
    for person in people:
        await person.expect(re.compile("收到了，编号 R[2-9A-Z]{4}"))
    assert len({case.ref for case in await bed.all(Case)}) == len(people)


async def test_a_report_without_category_is_taken(bed: Bed) -> None:
    for person in await everybody(bed):
        await person.say("报修")
        await person.press("同意")
        await person.expect("什么事")
        await person.say("阿巴阿巴阿巴")
        await person.expect("在哪儿")
        await person.say("3栋")
        await person.expect("有照片的话")
        await person.say("跳过")
        await person.press("提交")
        await person.expect("收到了，编号")
    assert [case.title for case in await bed.all(Case)] == ["阿巴阿巴阿巴"] * 2


async def test_cancelled_in_the_middle_loses_nothing(bed: Bed) -> None:
    for person in await everybody(bed):
        await begin_report(person)
        await person.say("取消")
        await person.expect("[继续刚才的]")
        await person.press("继续刚才的")
        await person.expect("在哪儿")
        await person.say("/cancel")
        await person.expect("[继续刚才的]")


async def test_thirty_messages_in_a_second_are_all_answered_and_nobody_else_waits(
    sqlite_template: SqliteTemplate, tmp_path: Path, knowledge: Knowledge
) -> None:
    with sqlite_template.copy(tmp_path) as url:
        async with opened(tmp_path, url, knowledge, flood_burst=10, flood_rate=5.0) as bed:
            hasty, calm = await bed.on_telegram("急性子"), await bed.on_web("旁人")
            for _ in range(30):
                await hasty.say("你好")
            await _answered_at_once(calm)
            await bed.settle()
            told = [one.text for one in hasty.heard]
            assert len([text for text in told if "您好，我在" in text]) == 30
            assert len([text for text in told if "请稍等，您发得比较快" in text]) == 1
            await bed.check()


async def _answered_at_once(person: Resident) -> None:
    begun = asyncio.get_running_loop().time()
    for number in range(1, 11):
        await person.say("你好")
        await moment(lambda number=number: len(person.heard) >= number, "an answer")
    assert (asyncio.get_running_loop().time() - begun) / 10 < 0.5


# -- our own mistakes --------------------------------------------------------------------------------------------------


async def test_a_fault_of_ours_is_owned_up_to_even_to_who_writes_for_the_first_time(
    sqlite_template: SqliteTemplate, tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dispatch, "RETRY_SECONDS", (0.01, 0.01, 0.01))
    with sqlite_template.copy(tmp_path) as url:
        async with opened(tmp_path, url, knowledge) as bed:
            bed.app.shelf.registry.handlers["kind", Kind.STICKER.value] = broken
            person, other = await bed.on_telegram(), await bed.on_telegram("旁人")
            person.user.send_sticker()
            await other.say("你好")
            await other.expect("您好，我在")
            await person.expect(re.compile("问题编号 [2-9A-Z]{6}"))
            await person.say("你好")
            await person.expect("您好，我在")
