"""What besides cases a desk is shown, to be dealt with in the chat: calls for a person, proposals, volunteer tasks, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.context import Context
from handlers.duty import duty_areas
from handlers.general.handoff import waiting_for
from handlers.messages import Say, say
from handlers.proposals.public import told as told_of
from handlers.volunteers.views import line
from handlers.worktime import told

SHOWN: Final = 5
_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class Others:
    """Things of one kind under a heading (a text key): numbers, and a sentence of each."""

    heading: str
    refs: Sequence[str]
    lines: Sequence[Say]


async def others(ctx: Context) -> list[Others]:
    """The kinds of which there is something in the areas where the speaker has the right to see it."""
    found = (await _calls(ctx), await _proposals(ctx), await _tasks(ctx), await _notices(ctx))
    return [one for one in found if one.refs]


async def _calls(ctx: Context) -> Others:
    """Who waits for a person: the urgent ones first, then the longest; what they said is read by who takes the call."""
    shown = await waiting_for(ctx)
    lines = [
        say("human.line_urgent" if one.urgent else "human.line", ref=one.ref, since=told(one.created_at, ctx.now))
        for one in shown
    ]
    return Others("web.desk.calls", [one.ref for one in shown], lines)


async def _proposals(ctx: Context) -> Others:
    """Those nobody has answered, the most co-signed first."""
    areas = await duty_areas(ctx, "proposal.decide")
    found = {one.id: one for area in areas for one in await ctx.unit.proposals.waiting_in(area, SHOWN)}
    shown = sorted(found.values(), key=lambda one: (-one.signatures, one.id))[:SHOWN]
    lines = []
    for one in shown:
        what, where = await told_of(ctx, one, _CHARACTERS)
        lines.append(say("proposals.line", ref=one.ref, what=what, where=where, count=one.signatures))
    return Others("web.desk.proposals", [one.ref for one in shown], lines)


async def _tasks(ctx: Context) -> Others:
    """The next ones."""
    paths = [area.path for area in await duty_areas(ctx, "task.list")]
    shown = await ctx.unit.volunteers.open_tasks(paths, ctx.now, SHOWN) if paths else ()
    lines = [line("volunteers.line", one, free=one.places - one.taken) for one in shown]
    return Others("web.desk.tasks", [one.ref for one in shown], lines)


async def _notices(ctx: Context) -> Others:
    """The newest that concern these areas."""
    paths = [area.path for area in await duty_areas(ctx, "notice.read_counts")]
    shown = await ctx.unit.notices.of_areas(paths, SHOWN) if paths else ()
    lines = [
        say(
            "notices.own",
            ref=one.ref,
            at=told(one.created_at, ctx.now),
            area=one.area.name,
            text=one.text[:_CHARACTERS],
        )
        for one in shown
    ]
    return Others("web.desk.notices", [one.ref for one in shown], lines)
