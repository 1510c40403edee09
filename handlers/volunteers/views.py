"""How volunteers and tasks are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.context import Context
from handlers.messages import Choice, Reply, Say, choice, say
from handlers.worktime import SHANGHAI, told
from knowledge.phones import mask
from storage.models import Task, Volunteer


def skill(value: str) -> Say:
    """The name of a skill."""
    return say(f"volunteers.skill.{value}")


def when(value: str) -> Say:
    """The name of a time."""
    return say(f"volunteers.time.{value}")


def span(begins: datetime, ends: datetime | None, since: datetime) -> Say:
    """``周六 11-28 09:00–11:00``, or only the beginning; the day of the end where it is another."""
    began = told(begins, since)
    if ends is None:
        return began
    there = ends.astimezone(SHANGHAI)
    if there.date() == begins.astimezone(SHANGHAI).date():
        return say("time.span", begin=began, end=f"{there:%H:%M}")
    return say("time.span_days", begin=began, end=told(ends, since))


def joined(parts: Sequence[object]) -> object:
    """Several words as a list in the reader's language; halves, so that even 200 nest only a few levels deep."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    middle = len(parts) // 2
    return say("volunteers.and", first=joined(parts[:middle]), second=joined(parts[middle:]))


def named(comers: Sequence[tuple[str, str]]) -> object:
    """Who comes, with what was given of (name, phone), the phone masked; and how many gave neither."""
    given = [_person(name, phone) for name, phone in comers if name or phone]
    unnamed = len(comers) - len(given)
    return joined([*given, say("volunteers.unnamed", count=unnamed)] if unnamed else given)


def _person(name: str, phone: str) -> object:
    if not phone:
        return name
    return say("volunteers.comer", name=name or say("volunteers.no_name"), phone=mask(phone))


def grid_name(ctx: Context, code: str) -> str:
    """The full name of the grid that holds an area, or of the area itself when it is larger."""
    lineage = ctx.catalogue.lineage(code)
    grid = next((area.code for area in lineage if area.kind == "grid"), code)
    return ctx.full_name(grid)


def called(name: str) -> tuple[Say, ...]:
    """The line with what somebody wants to be called, where they said so."""
    return (say("volunteers.called", name=name),) if name else ()


def entry(ctx: Context, volunteer: Volunteer) -> Reply:
    """Somebody's own entry with 修改 and 暂停 or 恢复."""
    told = say(
        "volunteers.entry",
        skills=joined([skill(one) for one in volunteer.skills]),
        times=joined([when(one) for one in volunteer.times]),
        grid=grid_name(ctx, volunteer.area_code),
    )
    name = called(ctx.person.name)
    state = say("volunteers.active" if volunteer.active else "volunteers.paused")
    switch = ("volunteers.pause", "volunteer.pause") if volunteer.active else ("volunteers.resume", "volunteer.resume")
    offered = (
        choice("volunteers.see_tasks", "volunteer.tasks"),
        choice("volunteers.edit", "volunteer.edit"),
        choice(*switch),
    )
    return Reply((say("volunteers.yours"), *name, told, state), offered, card=True)


async def kept(ctx: Context) -> list[Say]:
    """What is kept about the speaker as a volunteer."""
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    tasks = await ctx.unit.volunteers.tasks_of(ctx.person.id)
    entered = [say("volunteers.kept", grid=grid_name(ctx, volunteer.area_code))] if volunteer else []
    return [*entered, *([say("volunteers.kept_tasks", count=len(tasks))] if tasks else [])]


def card(task: Task) -> Reply:
    """A task as it is pushed: what, when and where in the first lines, 我来 and 这次不行 below."""
    return Reply(
        (line("volunteers.card", task, skill=skill(task.skill)),),
        (
            choice("volunteers.come", f"task.claim:{task.ref}", style="primary"),
            choice("volunteers.not_now", f"task.decline:{task.ref}"),
        ),
        card=True,
    )


def cannot(task: Task) -> Choice:
    """The button for somebody who had said yes."""
    return choice("volunteers.cannot", f"task.withdraw:{task.ref}")


def which(task: Task) -> Choice:
    """The button that names one of several tasks somebody cannot come to."""
    when = span(task.starts_at, task.ends_at, task.created_at)
    return choice("volunteers.which_one", f"task.decline:{task.ref}", ref=task.ref, what=task.what, when=when)


def wait(task: Task) -> Choice:
    """The button to stand in line for a full task."""
    return choice("volunteers.wait", f"task.claim:{task.ref}")


def line(key: str, task: Task, **more: object) -> Say:
    """A sentence about a task, with everything there is to say of it."""
    told = {
        "ref": task.ref,
        "what": task.what,
        "when": span(task.starts_at, task.ends_at, task.created_at),
        "where": task.place,
        "places": task.places,
    }
    return say(key, **{**told, **more})
