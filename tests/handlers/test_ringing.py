"""What happens to a case by itself: nobody accepts, the promise is broken, the resident does not answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import select

from handlers.reports.ringing import RINGS, ring
from storage.models import Case, CaseEvent, Chat, Timer
from tests.handlers.harness import Town, reference

GRID, COMMUNITY, STREET = "S1-C1-G1", "S1-C1", "S1"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 9:00 in Shanghai."""


@pytest_asyncio.fixture
async def ref(town: Town) -> str:
    town.now = MORNING
    await town.serves("王", "grid_worker", GRID)
    await town.serves("李", "community", COMMUNITY)
    await town.moves_in("周")
    for words in ("3栋2单元楼道灯坏了", "跳过"):
        await town.says("周", words)
    return reference(await town.says("周", "提交"), "R")


async def rings(town: Town, **later: float) -> None:
    """Time passes, and what is due by then rings."""
    town.passes(**later)
    async with town.database.writing() as unit:
        for timer in await unit.cases.ringing(town.now, 20, RINGS):
            for push in await ring(unit, town.shelf, town.now, timer):
                town._told(push.chat, push.reply, pushed=True)


async def history(town: Town) -> list[str]:
    return [one.action for one in await town.all(CaseEvent)]


async def set_for(town: Town) -> set[str]:
    return {one.kind for one in await town.all(Timer)}


async def finished(town: Town, ref: str) -> None:
    await town.presses("王", f"case.accept:{ref}")
    await town.presses("王", f"case.finish:{ref}")
    for words in ("已解决", "换了灯泡", "跳过"):
        await town.says("王", words)


async def test_who_does_not_accept_in_time_loses_it_to_the_next_in_line(town: Town, ref: str) -> None:
    await rings(town, hours=3)
    assert await history(town) == ["submit"]
    await rings(town, hours=2)
    assert await history(town) == ["submit", "pass_on"]
    assert "没有及时受理" in town.last("李")
    assert "没有及时办" in town.last("王")
    assert "由社区来受理" in await town.presses("王", f"case.accept:{ref}")
    await town.presses("李", f"case.accept:{ref}")
    assert (await town.all(Case))[0].state == "accepted"


async def test_at_the_end_of_the_line_they_are_reminded(town: Town, ref: str) -> None:
    await rings(town, hours=5)
    heard = len(town.heard["李"])
    await rings(town, days=1, hours=2)
    assert "没有及时受理" in "\n".join(town.heard["李"][heard:])
    assert (await history(town)).count("pass_on") == 1


async def test_an_accepted_case_is_not_passed_on_but_its_handler_is_reminded_twice(town: Town, ref: str) -> None:
    await town.presses("王", f"case.accept:{ref}")
    assert await set_for(town) == {"half", "most", "due"}
    await rings(town, days=2)
    assert "的时间过了一半" in town.last("王")
    await rings(town, days=1, hours=3)
    assert "快到期了" in town.last("王")
    assert await history(town) == ["submit", "accept"]


async def test_a_broken_promise_is_told_to_the_resident_and_to_the_desk_above(town: Town, ref: str) -> None:
    await town.presses("王", f"case.accept:{ref}")
    await rings(town, days=4)
    assert (await history(town))[-1] == "breach"
    assert "超期了" in town.last("王")
    assert "超期了" in town.last("李")
    assert "没办好" in town.last("周")
    assert (await town.all(Case))[0].state == "accepted"
    assert await set_for(town) == set()


async def test_what_moved_meanwhile_rings_no_more(town: Town, ref: str) -> None:
    await finished(town, ref)
    await town.presses("周", f"case.solved:{ref}")
    assert await set_for(town) == set()
    await rings(town, days=30)
    assert (await history(town))[-1] == "confirm"


async def test_no_answer_is_asked_for_once_more_and_then_closes_but_never_counts_as_solved(
    town: Town, ref: str
) -> None:
    await finished(town, ref)
    await rings(town, days=2)
    assert "再问您一声" in town.last("周")
    assert await town.sees("周") == ["解决了", "部分", "没解决"]
    await rings(town, days=3)
    assert (await town.all(Case))[0].state == "closed"
    assert "不算解决" in town.last("周")
    assert "没有待办诉求" in await town.says("王", "/cases")
    assert "重新打开" in await town.says("周", "没解决")
    assert await set_for(town) == {"accept", "half", "most", "due"}


async def test_a_late_yes_still_counts(town: Town, ref: str) -> None:
    await finished(town, ref)
    await rings(town, days=2)
    await rings(town, days=3)
    assert "几颗星" in await town.says("周", "解决了")
    assert (await town.all(Case))[0].state == "confirmed"


async def test_a_reopened_case_has_a_promise_of_its_own(town: Town, ref: str) -> None:
    first = (await town.all(Case))[0].due_at
    await finished(town, ref)
    town.passes(days=4)
    await town.presses("周", f"case.unsolved:{ref}")
    assert (await town.all(Case))[0].due_at > first


@pytest.mark.parametrize("kind", ["accept", "due"])
async def test_a_timer_that_no_longer_fits_does_nothing(town: Town, ref: str, kind: str) -> None:
    await finished(town, ref)
    async with town.database.writing() as unit:
        unit.session.add(Timer(case_id=1, kind=kind, at=town.now))
    await rings(town, minutes=1)
    assert (await history(town))[-1] == "finish"
    assert await set_for(town) == {"remind", "answer"}


async def test_a_timer_of_a_newer_release_is_left_for_it(town: Town, ref: str) -> None:
    async with town.database.writing() as unit:
        unit.session.add(Timer(case_id=1, kind="newer", at=town.now))
    await rings(town, minutes=1)
    assert "newer" in await set_for(town)


async def test_what_nobody_accepts_is_recalled_again_and_again(town: Town, ref: str) -> None:
    for _ in range(8):
        await rings(town, days=1)
    assert [one for one in await history(town) if one != "submit"] == ["pass_on", "breach"]
    heard = len(town.heard["李"])
    for _ in range(3):
        await rings(town, days=1)
    assert len(town.heard["李"]) > heard
    assert "accept" in await set_for(town)


async def test_with_nobody_on_duty_it_is_not_said_that_somebody_was_told(town: Town) -> None:
    town.now = MORNING
    await town.moves_in("周")
    for words in ("3栋2单元楼道灯坏了", "跳过", "提交"):
        await town.says("周", words)
    await rings(town, days=5)
    assert "还在排队" in town.last("周") and "催办" not in town.last("周")
    await town.serves("王", "grid_worker", GRID)
    await rings(town, days=3)
    assert "没有及时受理" in town.last("王")


async def test_a_reopened_case_is_its_handlers_until_it_is_passed_on(town: Town, ref: str) -> None:
    await town.serves("赵", "street", STREET)
    await town.presses("赵", f"case.accept:{ref}")
    await town.presses("赵", f"case.finish:{ref}")
    for words in ("已解决", "换了灯泡", "跳过"):
        await town.says("赵", words)
    await town.presses("周", f"case.unsolved:{ref}")
    heard = {who: len(town.heard.get(who, ())) for who in ("王", "李")}
    await rings(town, hours=5)
    assert "没有及时受理" in town.last("赵")
    assert {who: len(town.heard.get(who, ())) for who in ("王", "李")} == heard


@pytest.mark.parametrize(("outcome", "told"), [("未解决", "没能解决"), ("部分解决", "部分解决")])
async def test_the_reminder_says_what_came_of_it(town: Town, ref: str, outcome: str, told: str) -> None:
    await town.presses("王", f"case.accept:{ref}")
    await town.presses("王", f"case.finish:{ref}")
    for words in (outcome, "等配件", "跳过"):
        await town.says("王", words)
    await rings(town, days=2)
    assert f"结果：{told}" in town.last("周")


async def test_after_a_long_silence_of_ours_no_time_is_promised_that_is_over(town: Town, ref: str) -> None:
    await finished(town, ref)
    await rings(town, days=9)
    assert "请重新报一次" in town.last("周")
    assert "没解决" not in await town.sees("周")


async def test_who_cannot_be_reached_was_not_silent(town: Town, ref: str) -> None:
    await finished(town, ref)
    async with town.database.writing() as unit:
        chat = await unit.session.scalar(select(Chat).where(Chat.external == "周"))
        assert chat is not None
        chat.unreachable_at = town.now
    await rings(town, days=6)
    assert (await town.all(Case))[0].state == "finished"


async def test_a_late_look_does_not_say_that_it_is_soon(town: Town, ref: str) -> None:
    await town.presses("王", f"case.accept:{ref}")
    heard = len(town.heard["王"])
    await rings(town, days=8)
    assert ["超期了" in one for one in town.heard["王"][heard:]] == [True]
