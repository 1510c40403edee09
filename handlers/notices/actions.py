"""What can be done with notices: send, stop, mark as read; and where a resident lives, which addresses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.context import Context
from handlers.duty import area_of, duty_areas
from handlers.errors import NotFound, Refusal
from handlers.messages import Reply, choice, reply, say
from handlers.notices import views
from handlers.topic import Answer
from storage.models import Area, Notice


async def home(ctx: Context) -> Area | None:
    """Where the speaker lives, or serves when that is not known; None for a resident who has not said."""
    if ctx.person.area_code:
        return await area_of(ctx, ctx.person.area_code)
    return next(iter(await duty_areas(ctx, "notice.send")), None)


async def remember_home(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Keep the resident's building and show its notices."""
    area = await area_of(ctx, answers["notice_home"]["area"])
    ctx.person.area_code, ctx.person.quiet = area.code, False
    return [reply("notices.home_kept", place=ctx.full_name(area.code)), await views.newest(ctx, area)]


async def send(ctx: Context, answers: dict[str, Any]) -> Reply:
    """Put a notice on its way, to as many people as are counted now; raises NotAllowed outside the speaker's areas."""
    area = await area_of(ctx, answers["notice_area"])
    await ctx.require("notice.send", area, subject=area.code[:40])
    people = await ctx.people_in(area)
    notice = Notice(
        ref=await ctx.unit.notices.new_reference(), text=answers["notice_words"], area=area, area_code=area.code,
        author_id=ctx.person.id, state="sending", people=people, cursor=0, created_at=ctx.now,
        expires_at=ctx.now + timedelta(hours=ctx.rules.notice_hours),
    )  # fmt: skip
    ctx.unit.notices.add(notice)
    await ctx.audit("notice.send", notice.ref, area=area.code, people=people)
    told = say("notices.sending", ref=notice.ref, people=people, minutes=views.minutes(people, ctx.shelf.send_rate))
    return Reply((told,), (choice("notices.cancel", f"notice.cancel:{notice.ref}", style="danger", ref=notice.ref),))


async def cancel(ctx: Context, ref: str) -> Reply:
    """停发: take back what has not gone out; raises NotFound, NotAllowed, or Refusal when all has gone."""
    notice = await _found(ctx, ref, lock=True)
    await ctx.require("notice.send", notice.area, subject=notice.ref)
    if notice.state == "cancelled":
        raise Refusal("notices.stopped_before", ref=notice.ref)
    before = await ctx.unit.notices.counts(notice)
    if not before.waiting:
        raise Refusal("notices.all_out", ref=notice.ref)
    after = await ctx.unit.notices.cancel(notice, ctx.now)
    await ctx.audit("notice.cancel", notice.ref, stopped=after.stopped)
    return reply("notices.stopped", ref=notice.ref, stopped=after.stopped, sent=after.sent + after.waiting)


async def read(ctx: Context, ref: str) -> Reply:
    """Count the speaker among those who have read; raises NotFound for whoever was not addressed."""
    notice = await _found(ctx, ref)
    if not await ctx.unit.notices.mark_read(notice.id, ctx.person.id, ctx.now):
        raise NotFound(notice.ref)
    return reply("notices.thanks")


async def _found(ctx: Context, ref: str, *, lock: bool = False) -> Notice:
    notice = await ctx.unit.notices.find(ref[:12], lock=lock)
    if notice is None:
        raise NotFound(ref[:12])
    return notice
