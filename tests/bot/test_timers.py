"""The job that lets timers ring: one that cannot is put off, and keeps nobody else's from ringing."""

from __future__ import annotations

import pytest

from bot.jobs import PUT_OFF
from handlers.context import Context
from handlers.reports import ringing
from storage.models import Case, CaseEvent, Timer
from tests.support.bed import Bed


async def test_a_timer_that_fails_is_put_off_and_the_others_ring(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    resident, staff = await bed.on_web("居民"), await bed.on_web("社区")
    await bed.takes_office(staff, "community", "S1-C1")
    for words in ("3栋2单元楼道灯坏了", "同意", "跳过", "提交", "5栋门口垃圾没人清", "跳过", "提交"):
        await resident.say(words)
        await bed.settle()
    first, second = sorted(await bed.all(Case), key=lambda case: case.id)
    rings = ringing.RINGS["accept"]

    async def failing(ctx: Context, case: Case) -> None:
        if case.id == first.id:
            raise RuntimeError("broken")
        await rings(ctx, case)

    monkeypatch.setitem(ringing.RINGS, "accept", failing)  # type: ignore[arg-type]
    bed.clock.passes(hours=30)
    await staff.expect(f"{second.ref} 没有及时受理")
    (waits,) = [one for one in await bed.all(Timer) if one.case_id == first.id and one.kind == "accept"]
    assert bed.clock.now() < waits.at <= bed.clock.now() + PUT_OFF
    assert not [one for one in await bed.all(CaseEvent) if one.case_id == first.id and one.action != "submit"]
    assert len(bed.troubles.found) == 1
    bed.troubles.found.clear()
