"""Tasks: staff post them, those who fit are asked in batches, staff and volunteers list them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.context import Context
from handlers.duty import above, area_of, duty_areas
from handlers.errors import NotFound, Refusal
from handlers.messages import Choice, Reply, Say, choice, reply, say
from handlers.volunteers import views
from handlers.volunteers.kinds import time_of
from handlers.volunteers.signup import registered
from storage.models import Claim, Task


async def post(ctx: Context, answers: dict[str, Any]) -> Reply:
    """Keep a new task and ask the first batch; raises NotAllowed outside the speaker's areas, Refusal for the past."""
    where = answers["task_where"]
    area = await area_of(ctx, where["area"])
    await ctx.require("task.post", area)
    starts_at, ends_at = times(answers)
    if starts_at <= ctx.now:
        raise Refusal("volunteers.past")
    task = Task(
        ref=await ctx.unit.volunteers.new_reference(), what=answers["task_what"], skill=answers["task_skill"],
        time=time_of(starts_at), starts_at=starts_at, ends_at=ends_at, place=where["text"][:200],
        places=answers["task_places"], taken=0, area=area, area_code=area.code, author_id=ctx.person.id, state="open", created_at=ctx.now,
    )  # fmt: skip
    ctx.unit.volunteers.add(task)
    await ctx.unit.session.flush()
    await ctx.audit("task.post", task.ref, area=area.code, places=task.places)
    return reply("volunteers.posted", ref=task.ref, asked=await ask_more(ctx, task), places=task.places)


def times(answers: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    """When the task of a form's answers begins, and when it ends if that was said."""
    told = answers["task_when"]
    return datetime.fromisoformat(told["at"]), datetime.fromisoformat(told["until"]) if told["until"] else None


async def ask_more(ctx: Context, task: Task) -> int:
    """Ask the next ``rules.claim_batch`` volunteers who fit and were not asked yet; returns how many there were."""
    grid, community = await above(ctx, task.area, "grid"), await above(ctx, task.area, "community")
    found = await ctx.unit.volunteers.candidates(task, grid, community, ctx.rules.claim_batch)
    for volunteer, chat in found:
        ctx.unit.volunteers.add(Claim(task_id=task.id, person_id=volunteer.person_id, state="asked", at=ctx.now))
        ctx.tell(chat, views.card(task))
    await ctx.unit.volunteers.mark_asked([volunteer.person_id for volunteer, _ in found], ctx.now)
    await ctx.unit.session.flush()
    return len(found)


async def ask_next(ctx: Context, ref: str) -> Reply:
    """再问一批, by staff; raises NotAllowed, NotFound, or Refusal when the task is full."""
    task = await locked(ctx, ref)
    await ctx.require("task.post", task.area, subject=task.ref)
    if task.taken >= task.places:
        raise Refusal("volunteers.full_already", ref=task.ref)
    asked = await ask_more(ctx, task)
    await ctx.audit("task.more", task.ref, asked=asked)
    return reply("volunteers.asked_more" if asked else "volunteers.nobody_left", ref=task.ref, asked=asked)


async def locked(ctx: Context, ref: str) -> Task:
    """The task, locked until the transaction ends; raises NotFound, or Refusal when it has begun."""
    task = await ctx.unit.volunteers.find_task(ref[:12], lock=True)
    if task is None:
        raise NotFound(ref[:12])
    if task.starts_at <= ctx.now:
        raise Refusal("volunteers.begun", ref=task.ref)
    return task


async def listed(ctx: Context) -> Reply:
    """For staff the tasks of their areas with who comes; for a volunteer those of the community, without names."""
    if areas := await duty_areas(ctx, "task.list"):
        found = await ctx.unit.volunteers.open_tasks([area.path for area in areas], ctx.now)
        shown = [await _for_staff(ctx, task) for task in found]
    else:
        home = await area_of(ctx, (await registered(ctx)).area_code)
        found = await ctx.unit.volunteers.open_tasks([(await above(ctx, home, "community")).path], ctx.now)
        shown = [await _for_volunteer(ctx, task) for task in found]
    if not shown:
        return reply("volunteers.no_tasks")
    lines = (say("volunteers.list"), *(line for told, _ in shown for line in told))
    return Reply(lines, tuple(one for _, offered in shown for one in offered))


async def open_to_volunteer(ctx: Context) -> Reply:
    """The tasks of their community to which a volunteer has not answered; a single one as when it is pushed."""
    home = await area_of(ctx, (await registered(ctx)).area_code)
    found = await ctx.unit.volunteers.open_tasks([(await above(ctx, home, "community")).path], ctx.now)
    claimed = {one.id for one in await ctx.unit.volunteers.tasks_of(ctx.person.id, "claimed", "waiting")}
    free = [task for task in found if task.id not in claimed]
    if not free:
        see = choice("volunteers.see_tasks", "volunteer.tasks")
        return reply("volunteers.none_more", see) if claimed else reply("volunteers.none_waiting")
    if len(free) == 1:
        return views.card(free[0])
    shown = [await _for_volunteer(ctx, task) for task in free]
    lines = (say("volunteers.which_come"), *(line for told, _ in shown for line in told))
    return Reply(lines, tuple(one for _, offered in shown for one in offered))


Shown = tuple[tuple[Say, ...], tuple[Choice, ...]]


async def _for_staff(ctx: Context, task: Task) -> Shown:
    waiting = len(await ctx.unit.volunteers.claims(task.id, "waiting"))
    comers = await ctx.unit.volunteers.comers(task.id)
    line = views.line("volunteers.staff_line", task, taken=task.taken, waiting=waiting)
    more = choice("volunteers.more", f"task.more:{task.ref}", ref=task.ref)
    offered = (more,) if task.taken < task.places and await ctx.may("task.post", task.area) else ()
    if not comers:
        return (line,), offered
    await ctx.audit("task.list", task.ref, people=len(comers))
    return (line, say("volunteers.comers", names=views.named(comers))), offered


async def _for_volunteer(ctx: Context, task: Task) -> Shown:
    claim = await ctx.unit.volunteers.claim_of(task.id, ctx.person.id)
    state = claim.state if claim else ""
    if state in ("claimed", "waiting"):
        cannot = choice("volunteers.cannot_one", f"task.withdraw:{task.ref}", ref=task.ref)
        return (views.line(f"volunteers.line_{state}", task),), (cannot,)
    coming = choice("volunteers.come_one", f"task.claim:{task.ref}", ref=task.ref)
    return (views.line("volunteers.line", task, free=task.places - task.taken),), (coming,)
