"""The desk on a real database: nobody sees what is not theirs, whatever address they ask for, and what is seen is written down."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.reports.desk import view
from handlers.reports.reading import desk_cases
from storage.models import Area, Case, CaseEvent, Chat, Duty, Inbox, Media, Notice, Proposal, Task
from tests.support.bed import Bed
from tests.support.pictures import jpeg
from tests.support.resident import moment
from tests.support.web import OnWeb

GRID, OTHER = "S1-C1-G1", "S1-C1-G2"


async def reported(bed: Bed, words: str = "3栋2单元楼道灯坏了") -> str:
    """A report with a photo, from the web; its number."""
    resident = await bed.on_web("居民")
    for said, then in ((words, "可以吗"), ("同意", "照片")):
        await resident.say(said)
        await resident.expect(then)
    await resident.send_photo(jpeg())
    await resident.expect("收到 1 张")
    for said, then in (("完成", "提交"), ("提交", "收到了")):
        await resident.say(said)
        await resident.expect(then)
    return str((await bed.all(Case))[-1].ref)


async def in_office(bed: Bed, role: str, area: str, department: str = "") -> OnWeb:
    person = await bed.on_web(role)
    await bed.takes_office(person, role, area, department)
    return person


async def shown(person: OnWeb, path: str) -> str:
    """A page of the desk; its status in front when it is none."""
    status, _, body = await person.fetch(path)
    return body.decode() if status == 200 else str(status)


async def test_the_desk_shows_a_case_with_words_place_photos_and_steps_to_those_of_its_area(bed: Bed) -> None:
    ref = await reported(bed)
    worker = await in_office(bed, "grid_worker", GRID)
    await worker.forge(f"case.accept:{ref}")
    await worker.expect("您受理了")
    desk = await in_office(bed, "community", "S1-C1")
    assert ref in await shown(desk, "/desk")
    page = await shown(desk, f"/desk/staff/{ref}")
    for words in ("3栋2单元楼道灯坏了", "照明/楼道灯", "报了这件事", "网格员", "受理", "办理中", "周一 11-23 10:"):
        assert words in page
    assert re.search(r"<dd>周[一二三四五] 1[12]-\d\d \d\d:\d\d · ", page)
    (photo,) = set(re.findall(r'src="(/media/[^"]+)"', page))
    assert (await desk.fetch(photo))[:2][0] == 200
    assert [line for line in await bed.audited() if line[0] == "case.read"][-1][1] == ref


async def test_the_desk_of_another_area_a_department_and_a_resident_see_nothing_of_it(bed: Bed) -> None:
    ref = await reported(bed)
    (name,) = [one.name for one in await bed.all(Media)]
    others: list[OnWeb] = [
        await in_office(bed, "grid_worker", OTHER),
        await in_office(bed, "department", "S1", "property"),
    ]
    for person in others:
        table = await shown(person, "/desk")
        assert ref not in table and "现在没有没办完的事" in table
        assert await shown(person, f"/desk/staff/{ref}") == "404"
        assert await shown(person, f"/desk/staff/{ref}?part=case") == "404"
        assert await shown(person, f"/media/{name}?slot=staff") == "404"
    refused = [(subject, detail) for action, subject, detail in await bed.audited() if action == "refused"]
    assert refused == [(ref, {"wanted": "case.read"})] * 4
    resident = await bed.on_web()
    assert [await shown(resident, path) for path in ("/desk", "/desk/me")] == ["403", "403"]
    assert await shown(resident, f"/desk/me/{ref}") == "404"


async def test_a_private_case_is_for_the_community_alone(bed: Bed) -> None:
    ref = await reported(bed)
    async with bed.app.database.writing() as unit:
        case = await unit.cases.find(ref)
        assert case is not None
        case.private = True
    worker, desk = await in_office(bed, "grid_worker", GRID), await in_office(bed, "community", "S1-C1")
    assert ref not in await shown(worker, "/desk")
    assert await shown(worker, f"/desk/staff/{ref}") == "404"
    assert "私密诉求" in await shown(desk, f"/desk/staff/{ref}")


async def test_who_left_office_sees_nothing_any_more(bed: Bed) -> None:
    ref = await reported(bed)
    worker = await in_office(bed, "grid_worker", GRID)
    assert ref in await shown(worker, "/desk")
    async with bed.app.database.writing() as unit:
        for duty in await unit.session.scalars(select(Duty).where(Duty.area_code == GRID)):
            duty.until = bed.clock.now()
    assert ref not in await shown(worker, "/desk")
    assert await shown(worker, f"/desk/staff/{ref}") in ("404", "403")


async def test_what_has_not_changed_is_not_sent_or_written_down_again(bed: Bed) -> None:
    ref = await reported(bed)
    worker = await in_office(bed, "grid_worker", GRID)
    before = len(await bed.audited())
    for path, part in (("/desk/staff", "rows"), (f"/desk/staff/{ref}", "case")):
        first = await shown(worker, f"{path}?part={part}")
        stamp = re.search(r'data-stamp="(\w+)"', first)
        assert stamp is not None and "<html" not in first
        for _ in range(3):
            assert await shown(worker, f"{path}?part={part}&seen={stamp[1]}") == "204"
    assert [action for action, *_ in (await bed.audited())[before:]] == ["case.list", "case.read"]
    bed.clock.passes(days=1)
    assert await shown(worker, f"/desk/staff/{ref}?part=case&seen={stamp[1]}") != "204"


async def test_while_nothing_happened_nothing_is_built_and_what_happens_is_shown(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await reported(bed)
    worker = await in_office(bed, "grid_worker", GRID)
    bed.clock.passes(minutes=1)
    stamps = {}
    for path in ("/desk/staff?part=rows", f"/desk/staff/{ref}?part=case"):
        found = re.search(r'data-stamp="(\w+)"', await shown(worker, path))
        assert found is not None
        stamps[path] = found[1]
    built = []
    monkeypatch.setattr("bot.web.store.desk_cases", _counting(built, desk_cases))
    monkeypatch.setattr("bot.web.store.view", _counting(built, view))
    for path, stamp in stamps.items():
        assert await shown(worker, f"{path}&seen={stamp}") == "204"
    assert built == []
    async with bed.app.database.writing() as unit:  # a step of another case: looked at once more, and not again
        unit.cases.record(CaseEvent(case_id=1, at=bed.clock.now(), actor_id=None, action="add", state="submitted"))
    status, headers, _ = await worker.fetch(f"/desk/staff?part=rows&seen={stamps['/desk/staff?part=rows']}")
    assert (status, built) == (204, ["desk_cases"])
    assert await shown(worker, f"/desk/staff?part=rows&seen={headers['X-Stamp']}") == "204"
    assert built == ["desk_cases"]
    await worker.forge(f"case.accept:{ref}")
    await worker.expect("您受理了")
    for path, stamp in stamps.items():
        assert "办理中" in await shown(worker, f"{path}&seen={stamp}")


def _counting(built: list[str], work: Any) -> Any:
    async def counted(*given: Any) -> Any:
        built.append(work.__name__)
        return await work(*given)

    return counted


async def test_a_whole_page_is_written_down_whatever_stamp_it_brings(bed: Bed) -> None:
    ref = await reported(bed)
    worker, leader = await in_office(bed, "grid_worker", GRID), await in_office(bed, "grid_leader", GRID)
    stamps = []
    for person in (worker, leader):
        stamp = re.search(r'data-stamp="(\w+)"', await shown(person, f"/desk/staff/{ref}?part=case"))
        assert stamp is not None
        stamps.append(stamp[1])
    assert stamps[0] != stamps[1]
    before = len(await bed.audited())
    assert "3栋2单元楼道灯坏了" in await shown(worker, f"/desk/staff/{ref}?seen={stamps[0]}")
    assert "3栋2单元楼道灯坏了" in await shown(worker, f"/desk/staff/{ref}?part=rows&seen={stamps[0]}")
    assert [action for action, *_ in (await bed.audited())[before:]].count("case.read") == 2


async def test_the_desk_names_all_areas_of_office(bed: Bed) -> None:
    worker = await in_office(bed, "grid_worker", GRID)
    (chat,) = [one for one in await bed.all(Chat) if one.person.staff and one.channel == "web"]
    async with bed.app.database.writing() as unit:
        unit.staff.grant(chat.person_id, "grid_leader", OTHER, "", bed.clock.now())
        names = [(await unit.session.get_one(Area, code)).name for code in (GRID, OTHER)]
    assert " · ".join(names) in await shown(worker, "/desk")


async def test_a_voice_message_is_played_in_parts_for_who_takes_the_call_and_for_nobody_else(bed: Bed) -> None:
    person = await bed.on_telegram("居民")
    desk, other = await in_office(bed, "community", "S1-C1"), await in_office(bed, "grid_worker", OTHER)
    person.user.send_voice(b"OggS" + bytes(range(200)))
    await moment(lambda: any(one.photos for one in desk.heard), "the voice message")
    (media,) = await bed.all(Media)
    status, headers, body = await desk.fetch(f"/media/{media.name}?slot=staff", Range="bytes=4-103")
    assert (status, len(body), body[:3]) == (206, 100, b"\0\1\2")
    assert headers["Content-Type"] == "audio/ogg" and headers["Accept-Ranges"] == "bytes"
    assert (await other.fetch(f"/media/{media.name}?slot=staff"))[0] == 404
    resident = await bed.on_web()
    assert (await resident.fetch(f"/media/{media.name}"))[0] == 404


async def test_what_was_shown_on_duty_is_closed_with_the_duty_and_what_a_caller_was_shown_stays(bed: Bed) -> None:
    desk = await in_office(bed, "community", "S1-C1")
    staff = {one.person_id for one in await bed.all(Chat) if one.person.staff and one.channel == "web"}
    resident = await bed.on_web("居民")
    for words, then in (("我被老公打了", "可以吗"), ("同意", "在哪儿"), ("3栋", "照片")):
        await resident.say(words)
        await resident.expect(then)
    await resident.send_photo(jpeg())
    await resident.expect("收到 1 张")
    for words, then in (("完成", "提交"), ("提交", "收到了"), ("人工", "工作人员")):
        await resident.say(words)
        await resident.expect(then)
    await desk.press("接待")
    await desk.expect("由您接待")
    await resident.send_photo(jpeg())
    await moment(lambda: sum(one.photos for one in desk.heard) == 2, "both pictures")
    await desk.send_photo(jpeg())
    await moment(lambda: sum(one.photos for one in resident.heard) == 1, "the picture of the desk")
    told, relayed, answered = [f"/media/{one.name}" for one in sorted(await bed.all(Media), key=lambda one: one.id)]
    assert [await desk.status(f"{one}?slot=staff") for one in (told, relayed, answered)] == [200, 200, 200]
    async with bed.app.database.writing() as unit:
        for person in staff:
            await unit.session.execute(update(Duty).where(Duty.person_id == person).values(until=bed.clock.now()))
            unit.staff.grant(person, "grid_worker", GRID, "", bed.clock.now())
    assert [await desk.status(f"{one}?slot=staff") for one in (told, relayed, answered)] == [404, 404, 200]
    assert [await resident.status(one) for one in (told, relayed, answered)] == [200, 200, 200]


async def test_open_pages_are_counted_for_the_metrics(bed: Bed) -> None:
    registry = bed.app.metrics.registry
    await moment(lambda: registry.get_sample_value("linli_web_sockets") == 0, "no page")
    person = await bed.on_web()
    await moment(lambda: registry.get_sample_value("linli_web_sockets") == 1, "one page")
    await person.leave()
    await moment(lambda: registry.get_sample_value("linli_web_sockets") == 0, "no page")


async def test_the_longest_id_a_page_may_give_is_kept_whole(bed: Bed) -> None:
    person = await bed.on_web()
    longest = "a" * 40
    for name in (longest, "a" * 39 + "b"):
        await person.send_raw(json.dumps({"type": "text", "id": name, "text": "你好"}))
    await moment(lambda: len(person.acknowledged) == 2, "both acknowledged")
    await bed.settle()
    kept = [one.external_id for one in await bed.all(Inbox) if one.channel == "web"]
    assert len(kept) == 2 and kept[0].endswith(f":{longest}")


async def test_what_else_waits_is_listed_for_those_who_may_deal_with_it_and_written_down(bed: Bed) -> None:
    now = bed.clock.now()
    async with bed.app.database.writing() as unit:
        chat = unit.people.open_chat("web", "someone", "zh_Hans", now)
        await unit.session.flush()
        who, where = {"author_id": chat.person_id, "created_at": now}, {"place": "3栋", "area_code": GRID}
        told = {"text": "明天停水", "area_code": "S1-C1", "people": 1, "expires_at": now + timedelta(days=1)}
        times = {"skill": "other", "time": "any", "starts_at": now + timedelta(days=2)}
        asked = {"what": "装个路灯", "why": "太黑", "chat_id": chat.id}
        unit.session.add_all(
            (
                Proposal(ref="P4M9T", state="open", signatures=2, **asked, **who, **where),
                Proposal(ref="P5N7R", state="adopted", signatures=9, **asked, **who, **where),
                Task(ref="T8C5H", what="扫雪", places=3, taken=1, state="open", **times, **who, **where),
                Notice(ref="N6D2K", state="sending", **told, **who),
            )
        )
    desk = await in_office(bed, "community", "S1-C1")
    page = await shown(desk, "/desk")
    for words in ("等答复的建议", "P4M9T 装个路灯（3栋）· 2 人附议", "T8C5H 扫雪，周三 11-25", "还缺 2 人", "明天停水"):
        assert words in page
    assert "P5N7R" not in page
    listed = [detail for action, _, detail in await bed.audited() if action == "desk.list"]
    assert listed == [{"refs": ["P4M9T", "T8C5H", "N6D2K"]}]
    worker = await shown(await in_office(bed, "grid_worker", GRID), "/desk")
    assert "T8C5H" in worker and "P4M9T" not in worker and "N6D2K" not in worker
    other = await shown(await in_office(bed, "community", "S1-C2"), "/desk")
    assert not {"T8C5H", "P4M9T", "N6D2K"} & set(re.findall(r"[PTN]\w{4}", other))
