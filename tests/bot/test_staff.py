"""Staff come and go: who is on duty, how it ends, and that nothing of it is left open anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import commands, introduce
from bot.app import App
from bot.invites import make_invite, make_link
from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.staff import StaffError, dismiss, find, on_duty
from storage.models import Audit, Case, CaseEvent, Mention, Message, Person
from storage.models.privacy import SECRET
from tests.support.bed import Bed, settings_for
from tests.support.databases import SqliteTemplate
from tests.support.resident import moment
from tests.support.web import OnWeb

COMMUNITY = "S1-C1"


async def newest(bed: Bed) -> str:
    """The number of whoever came on duty last."""
    async with bed.app.database.reading() as unit:
        return str(max(one.person for one in await on_duty(unit)))


async def dismissed(bed: Bed, who: str, role: str = "", area: str = "") -> None:
    app = bed.app
    await dismiss(app.database, app.shelf, app.limits, bed.clock.now(), who, role, area)


async def at_the_desk(bed: Bed, name: str = "社区") -> OnWeb:
    person = await bed.on_web(name)
    await bed.takes_office(person, "community", COMMUNITY)
    return person


async def signed_out(person: OnWeb) -> None:
    """Until the page was told that its session is over."""
    await moment(lambda: person.closed == 4401, "the page to be let go", 15)


async def test_who_is_dismissed_is_out_at_once_and_their_conversation_waits_again(bed: Bed) -> None:
    staff, colleague, resident = await at_the_desk(bed), await at_the_desk(bed, "同事"), await bed.on_telegram()
    async with bed.app.database.reading() as unit:
        numbers = sorted(one.person for one in await on_duty(unit))[-2:]
    await resident.say("/start loc_S1-C1-G1-B3")
    await resident.say("人工")
    await staff.expect("有居民找人工")
    await staff.press("接待")
    await resident.expect("工作人员来了")
    colleague.catch_up()
    await dismissed(bed, str(numbers[0]))
    await resident.expect("已经请别的工作人员来")
    await colleague.expect("有居民找人工")
    await signed_out(staff)
    assert await staff.status("/desk") == 403
    await colleague.press("接待")
    await resident.expect("工作人员来了")
    assert [line for line in await bed.audited() if line[0] == "staff.leave"] == [
        ("staff.leave", "community", {"person": numbers[0], "area": COMMUNITY, "department": ""})
    ]


async def test_what_who_is_dismissed_had_accepted_goes_to_whose_turn_it_is(bed: Bed) -> None:
    worker, resident = await bed.on_telegram("网格员"), await bed.on_telegram()
    await bed.takes_office(worker, "grid_worker", "S1-C1-G1")
    community = await at_the_desk(bed)
    for words in ("3栋楼道灯坏了", "同意", "跳过", "提交"):
        await resident.say(words)
        await bed.settle()
    await worker.press("受理")
    await resident.expect("已受理")
    community.catch_up()
    async with bed.app.database.reading() as unit:
        number = max(one.person for one in await on_duty(unit) if one.role == "grid_worker")
    await dismissed(bed, str(number))
    await community.expect("3栋楼道灯坏了")
    await community.press("受理")
    await resident.expect("已受理")
    assert [one.state for one in await bed.all(Case)] == ["accepted"]
    assert [one.action for one in await bed.all(CaseEvent)] == ["submit", "accept", "release", "accept"]


async def test_staff_at_two_browsers_hear_in_both_and_a_conversation_stays_in_one(bed: Bed) -> None:
    first, second, resident = await at_the_desk(bed), await bed.on_web("第二个浏览器"), await bed.on_telegram()
    app = bed.app
    async with app.database.writing() as unit:
        issued = await make_link(unit, app.settings, bed.clock.now(), await find(unit, await newest(bed)))
    await second.join(f"inv_{issued.secret}")
    await second.expect("欢迎。您现在是")
    await resident.say("/start loc_S1-C1-G1-B3")
    await resident.say("人工")
    await second.expect("有居民找人工")
    await first.expect("有居民找人工")
    await first.press("接待")
    await resident.expect("工作人员来了")
    await resident.say("请问几点下班")
    await first.expect("请问几点下班")
    await bed.settle()
    assert "请问几点下班" not in str(second.heard)
    await second.press("接待")
    await second.expect("已经有人接待")


async def test_of_two_duties_one_may_end(bed: Bed) -> None:
    staff = await bed.on_telegram()
    await bed.takes_office(staff, "community", COMMUNITY)
    await bed.takes_office(staff, "grid_worker", "S1-C1-G1")
    await staff.say("菜单")
    await staff.expect("[发通知]")
    with pytest.raises(StaffError, match="no such duty"):
        await dismissed(bed, await newest(bed), "street")
    await dismissed(bed, await newest(bed), "community", COMMUNITY)
    await staff.say("发通知")
    await staff.expect("由社区和街道的工作人员来发")
    await staff.say("发任务")
    await staff.expect("要做什么")
    await dismissed(bed, await newest(bed))
    await staff.say("取消")
    await staff.say("/cases")
    await staff.expect("您没有权限")
    await staff.say("菜单")
    await staff.expect("回复数字就行")
    assert "待办诉求" not in str(staff.heard[-1])


async def test_of_two_areas_the_conversations_of_the_one_that_ends_go_back(bed: Bed) -> None:
    staff, colleague, resident = await at_the_desk(bed), await at_the_desk(bed, "同事"), await bed.on_telegram()
    async with bed.app.database.writing() as unit:
        number = sorted({one.person for one in await on_duty(unit)})[-2]
        unit.staff.grant(number, "community", "S1-C2", "", bed.clock.now())
    await resident.say("/start loc_S1-C1-G1-B3")
    await resident.say("人工")
    await staff.press("接待")
    await resident.expect("工作人员来了")
    await dismissed(bed, str(number), "community", "S1-C2")
    await resident.say("在吗")
    await staff.expect("在吗")
    async with bed.app.database.writing() as unit:
        unit.staff.grant(number, "community", "S1-C2", "", bed.clock.now())
    colleague.catch_up()
    await dismissed(bed, str(number), "community", COMMUNITY)
    await resident.expect("已经请别的工作人员来")
    await colleague.expect("有居民找人工")
    assert staff.closed is None


async def test_of_the_last_two_administrators_dismissed_at_once_one_stays(bed: Bed) -> None:
    async with bed.app.database.reading() as unit:
        admins = [str(one.person) for one in await on_duty(unit) if one.role == "admin"]
    while len(admins) < 2:
        person = await bed.on_telegram()
        await bed.takes_office(person, "admin", "S1")
        admins.append(await newest(bed))
    for one in admins[2:]:
        await dismissed(bed, one, "admin")
    ended = await asyncio.gather(*(dismissed(bed, one, "admin") for one in admins[:2]), return_exceptions=True)
    assert [type(one) for one in ended if one is not None] == [StaffError]


async def test_the_last_administrator_stays(bed: Bed) -> None:
    first, second = await bed.on_telegram(), await bed.on_telegram()
    async with bed.app.database.reading() as unit:
        samples = [str(one.person) for one in await on_duty(unit) if one.role == "admin"]
    await bed.takes_office(first, "admin", "S1")
    one = await newest(bed)
    for sample in samples:
        await dismissed(bed, sample, "admin")
    with pytest.raises(StaffError, match="last administrator"):
        await dismissed(bed, one)
    await bed.takes_office(second, "admin", "S1")
    await dismissed(bed, one)
    with pytest.raises(StaffError, match="nobody on duty"):
        await dismissed(bed, one)


async def test_people_of_one_name_are_told_apart_by_number(bed: Bed) -> None:
    for _ in range(2):
        await at_the_desk(bed)
    async with bed.app.database.writing() as unit:
        await unit.session.execute(update(Person).where(Person.staff.is_(True), Person.name == "").values(name="李"))
    async with bed.app.database.reading() as unit:
        with pytest.raises(StaffError, match="use one of the numbers"):
            await find(unit, "李")


async def test_a_session_of_staff_ends_after_some_idle_days_and_a_link_brings_the_same_person_back(bed: Bed) -> None:
    staff, resident = await at_the_desk(bed), await bed.on_web()
    await resident.say("菜单")
    await resident.expect("回复数字")
    bed.clock.passes(hours=71)
    assert await staff.status("/desk") == 200
    bed.clock.passes(hours=2)
    await signed_out(staff)
    assert await staff.status("/desk") == 403
    assert resident.closed is None
    app = bed.app
    async with app.database.writing() as unit:
        person = await find(unit, str(max(one.person for one in await on_duty(unit))))
        issued = await make_link(unit, app.settings, bed.clock.now(), person)
    people = len(await bed.all(Person))
    typed = await bed.on_telegram()
    await typed.say(f"/start inv_{issued.secret}")
    await typed.expect("已经用过或过期")
    await bed.settle()
    assert len(await bed.all(Person)) == people + 1
    await staff.join(f"inv_{issued.secret}")
    await staff.expect("欢迎。您现在是")
    assert await staff.status("/desk") == 200
    assert len(await bed.all(Person)) == people + 1
    async with app.database.reading() as unit:
        assert [one.channels for one in await on_duty(unit) if one.person == person.id] == [("web",)]


async def test_staff_whose_session_is_over_are_not_called_there_any_more(bed: Bed) -> None:
    staff, dismissed_one = await at_the_desk(bed), await at_the_desk(bed, "同事")
    numbers = [int(await newest(bed)) - 1, int(await newest(bed))]
    await dismissed(bed, str(numbers[1]))
    bed.clock.passes(hours=73)
    await signed_out(staff)
    await signed_out(dismissed_one)
    await tidied(bed)
    app, resident = bed.app, await bed.on_telegram()
    async with app.database.reading() as unit:
        assert not (await unit.staff.channels()).get(numbers[0])
        assert [await unit.people.chat_of(one) for one in numbers] == [None, None]
    await resident.say("/start loc_S1-C1-G1-B3")
    await resident.say("人工")
    await resident.expect("工作人员")
    assert not [one for one in await bed.audited() if one[0] == "handoff.read"]


async def test_a_code_typed_on_the_web_is_not_used_up_and_its_link_works(bed: Bed) -> None:
    app, person = bed.app, await bed.on_web()
    await person.say("你好")
    bed.clock.passes(days=40)
    invited = await make_invite(app.database, app.settings, bed.clock.now(), "community", COMMUNITY, "")
    await person.say(invited.start)
    await person.expect("请打开邀请里的网址")
    await person.join(invited.code)
    await person.expect("欢迎。您现在是")
    assert await person.status("/desk") == 200


async def test_an_invite_told_in_chat_is_soon_gone_from_the_transcript(bed: Bed) -> None:
    admins = await bed.on_telegram(), await bed.on_web()
    for admin in admins:
        await bed.takes_office(admin, "admin", "S1")
        await admin.say("/invite 网格员 青松苑一区")
        await admin.expect("/start inv_")
    await bed.settle()

    async def told() -> list[str]:
        return [one.text for one in await bed.all(Message) if one.out and "邀请" in one.text]

    assert len([one for one in await told() if "inv_" in one]) == 2
    bed.clock.passes(minutes=11)
    await tidied(bed)
    assert await told() == ["给青松苑一区 网格员的邀请。邀请码和网址已经不再显示。"] * 2
    assert not [one for one in await bed.all(Mention) if one.ref == SECRET]


async def tidied(bed: Bed) -> None:
    """One turn of the job that forgets."""
    app = bed.app
    (job,) = [
        one
        for one in Jobs(app.database, app.shelf, bed.clock, app.settings, Metrics(), {}).table
        if one.name == "tidy"
    ]
    await job.work()


async def test_however_busy_a_session_is_it_ends(bed: Bed) -> None:
    staff = await at_the_desk(bed)
    for _ in range(11):
        bed.clock.passes(days=2, hours=23)
        if staff.closed is None:
            await staff.say("/cases")
            await bed.settle()
    await signed_out(staff)


async def test_an_expired_invite_opens_nothing(bed: Bed) -> None:
    app, person = bed.app, await bed.on_telegram()
    invited = await make_invite(app.database, app.settings, bed.clock.now(), "community", COMMUNITY, "")
    bed.clock.passes(minutes=11)
    assert await app.store.redeem(invited.code.removeprefix("inv_"), "staff", "zh_Hans") is None
    bed.clock.passes(hours=24)
    await person.say(invited.start)
    await person.expect("已经用过或过期")


class Menus:
    """Telegram's menus of commands, which cannot be set at first."""

    name = "telegram"

    def __init__(self) -> None:
        self.shown: dict[str, list[str]] = {}
        self.away = True

    async def set_commands(self, menus: Mapping[str, Sequence[tuple[str, str]]], chat: str = "") -> bool:
        if self.away:
            return False
        self.shown[chat] = [name for name, _ in menus[""]]
        return True


async def test_menus_follow_duties_and_are_tried_again(bed: Bed) -> None:
    staff = await bed.on_telegram()
    await bed.takes_office(staff, "community", COMMUNITY)
    menus, known = Menus(), dict[str, frozenset[str]]()

    async def show() -> None:
        await introduce._show(menus, bed.app.database, bed.app.shelf, known)  # type: ignore[arg-type]

    await show()
    menus.away = False
    await show()
    (chat,) = [one for one in menus.shown if one]
    assert "notify" in menus.shown[chat]
    assert "notify" not in menus.shown[""]
    await dismissed(bed, await newest(bed))
    await show()
    assert menus.shown[chat] == menus.shown[""]


async def test_check_tells_whether_the_trail_is_whole(
    tmp_path: Path, sqlite_template: SqliteTemplate, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite_template.copy(tmp_path) as url:
        settings = settings_for(tmp_path, url, "http://127.0.0.1:9")
        app = App(settings)
        async with app.database.writing() as unit:
            for number in range(3):
                unit.audit.add(app.clock.now() - timedelta(1), None, "case.read", f"R{number}")
        assert await commands.check(settings) == 0
        assert "audit: 3 entries, whole" in capsys.readouterr().out
        async with app.database.writing() as unit:
            await unit.session.execute(update(Audit).where(Audit.id == 2).values(subject="R9"))
        assert await commands.check(settings) == 1
        assert "entry 2 does not fit" in capsys.readouterr().err
        await app.close()
