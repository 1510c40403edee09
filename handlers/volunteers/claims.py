"""Who comes: places are given under the task's row lock, first come first served, and late ones wait in line."""

from __future__ import annotations

from datetime import timedelta

from handlers.context import Context
from handlers.duty import above, area_of
from handlers.errors import NotFound, Refusal
from handlers.messages import Reply, choice, reply, say
from handlers.volunteers import views
from handlers.volunteers.signup import registered
from handlers.volunteers.tasks import ask_more, locked
from storage.models import Claim, Task, Volunteer

NOBODY = "—"
"""Stands where a name was that its owner had deleted."""


async def claim(ctx: Context, ref: str) -> Reply:
    """我来: a place, or a position in the waiting list.

    Raises NotFound, or Refusal when the task has begun, or for somebody who never signed up.
    """
    task, own = await _own(ctx, ref)
    if own.state == "claimed":
        raise Refusal("volunteers.claimed_before", ref=task.ref)
    if own.state == "waiting":
        raise Refusal("volunteers.waiting_before", ref=task.ref, position=await _position(ctx, own))
    if task.taken >= task.places:
        await _queue(ctx, own)
        return reply("volunteers.waiting", views.cannot(task), ref=task.ref, position=await _position(ctx, own))
    own.state, own.at = "claimed", ctx.now
    task.taken += 1
    if task.taken == task.places:
        await _tell_full(ctx, task)
    return Reply(
        (say("volunteers.claimed", ref=task.ref), views.line("volunteers.when_where", task)), (views.cannot(task),)
    )


async def decline(ctx: Context, ref: str) -> Reply:
    """这次不行: nothing more is pushed for this task; a place that becomes free goes to the first in line."""
    task, own = await _own(ctx, ref)
    freed = own.state == "claimed"
    own.state, own.at = "declined", ctx.now
    if freed:
        task.taken -= 1
        await _pass_on(ctx, task)
    if task.taken < task.places:
        await _ask_when_short(ctx, task)
    return reply("volunteers.declined", ref=task.ref)


async def withdraw(ctx: Context) -> Reply | None:
    """Take the speaker out of the one task they come to or wait for; asked which when there are several.

    None for whoever is no volunteer: their words are about something else.
    """
    if await ctx.unit.volunteers.get(ctx.person.id) is None:
        return None
    tasks = [
        one
        for one in await ctx.unit.volunteers.tasks_of(ctx.person.id, "claimed", "waiting")
        if one.starts_at > ctx.now
    ]
    if not tasks:
        return reply(
            "volunteers.nothing_claimed",
            choice("volunteers.see_tasks", "volunteer.tasks"),
            choice("menu.human", "human"),
        )
    if len(tasks) > 1:
        return reply("volunteers.which", *(views.which(task) for task in tasks))
    return await decline(ctx, tasks[0].ref)


async def forget(ctx: Context) -> None:
    """Take the speaker off the list: tasks to come are declined for them, so that free places go to who waits in line."""
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    if volunteer is None:
        return
    tasks = await ctx.unit.volunteers.tasks_of(ctx.person.id)
    for ref in [task.ref for task in tasks if task.starts_at > ctx.now]:
        await decline(ctx, ref)
    if ctx.person.name:
        await ctx.unit.erasure.unname_for_staff(ctx.person.id, ctx.person.name, [task.ref for task in tasks], NOBODY)
    await ctx.unit.volunteers.remove(volunteer)


async def _own(ctx: Context, ref: str) -> tuple[Task, Claim]:
    """The locked task and where the speaker stands with it; a task of another community does not exist for them."""
    task = await locked(ctx, ref)
    volunteer = await registered(ctx)
    own = await ctx.unit.volunteers.claim_of(task.id, ctx.person.id)
    if own is None:
        if not await _concerns(ctx, task, volunteer):
            raise NotFound(task.ref)
        own = Claim(task_id=task.id, person_id=ctx.person.id, state="", at=ctx.now)
        ctx.unit.volunteers.add(own)
    return task, own


async def _concerns(ctx: Context, task: Task, volunteer: Volunteer) -> bool:
    community = await above(ctx, await area_of(ctx, volunteer.area_code), "community")
    return community.holds(task.area) or task.area.holds(community)


async def _queue(ctx: Context, own: Claim) -> None:
    """Last in line, even when two come in the same instant."""
    last = await ctx.unit.volunteers.claims(own.task_id, "waiting")
    own.state = "waiting"
    own.at = max(ctx.now, last[-1].at + timedelta(microseconds=1)) if last else ctx.now


async def _position(ctx: Context, own: Claim) -> int:
    waiting = await ctx.unit.volunteers.claims(own.task_id, "waiting")
    return [one.person_id for one in waiting].index(own.person_id) + 1


async def _pass_on(ctx: Context, task: Task) -> None:
    """Give a free place to the first in line who can be told so; staff hear when there is nobody."""
    told = Reply(
        (say("volunteers.promoted", ref=task.ref), views.line("volunteers.when_where", task)), (views.cannot(task),)
    )
    for one in await ctx.unit.volunteers.claims(task.id, "waiting"):
        if await ctx.tell_person(one.person_id, told):
            one.state, one.at = "claimed", ctx.now
            task.taken += 1
            return
    free = reply("volunteers.place_free", ref=task.ref, what=task.what, taken=task.taken, places=task.places)
    await ctx.tell_person(task.author_id, free)


async def _ask_when_short(ctx: Context, task: Task) -> None:
    """Ask the next batch once fewer are still to answer than places are free."""
    if len(await ctx.unit.volunteers.claims(task.id, "asked")) < task.places - task.taken:
        await ask_more(ctx, task)


async def _tell_full(ctx: Context, task: Task) -> None:
    """The others who were asked hear that it is full, once; so does whoever posted the task."""
    for chat in await ctx.unit.volunteers.chats_of(task.id, "asked"):
        if chat.person_id != ctx.person.id:
            ctx.tell(chat, reply("volunteers.full", views.wait(task), ref=task.ref, what=task.what))
    for one in await ctx.unit.volunteers.claims(task.id, "asked"):
        one.state = "told"
    await ctx.tell_person(
        task.author_id, reply("volunteers.full_staff", ref=task.ref, what=task.what, places=task.places)
    )
