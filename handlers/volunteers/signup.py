"""A volunteer's own entry: sign up, change it, pause and resume."""

from __future__ import annotations

from typing import Any

from handlers.context import Context
from handlers.duty import above, area_of
from handlers.errors import Refusal
from handlers.messages import Reply, choice, reply
from handlers.topic import Answer
from handlers.volunteers import views
from storage.models import Volunteer


async def sign_up(ctx: Context, answers: dict[str, Any]) -> Reply:
    """Keep what somebody can do, when, in which grid and what to call them; a paused volunteer is active again.

    The grid is also where notices find somebody who has not said where they live, unless they asked for none.
    """
    grid = await above(ctx, await area_of(ctx, answers["volunteer_grid"]["area"]), "grid")
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    if volunteer is None:
        volunteer = Volunteer(person_id=ctx.person.id, created_at=ctx.now)
        ctx.unit.volunteers.add(volunteer)
    volunteer.skills, volunteer.times = list(answers["volunteer_skills"]), list(answers["volunteer_times"])
    volunteer.area_code, volunteer.active = grid.code, True
    ctx.person.name = answers.get("volunteer_name") or ""
    if ctx.person.area_code is None and not ctx.person.quiet:
        ctx.person.area_code = grid.code
    return reply("volunteers.signed_up", choice("volunteers.see_tasks", "volunteer.tasks"))


def answers_of(ctx: Context, volunteer: Volunteer) -> dict[str, Any]:
    """The form's answers as the entry has them, to be changed one by one."""
    area = {"area": volunteer.area_code, "text": views.grid_name(ctx, volunteer.area_code), "lat": None, "lon": None}
    return {
        "volunteer_skills": volunteer.skills,
        "volunteer_times": volunteer.times,
        "volunteer_grid": area,
        "volunteer_name": ctx.person.name,
    }


def name_of(ctx: Context) -> dict[str, Any]:
    """The name as an answer, so that whoever gave one is not asked again."""
    return {"volunteer_name": ctx.person.name} if ctx.person.name else {}


async def switch(ctx: Context, *, active: bool) -> Answer:
    """Pause or resume; raises Refusal for somebody who has not signed up."""
    volunteer = await registered(ctx)
    volunteer.active = active
    return views.entry(ctx, volunteer)


async def registered(ctx: Context) -> Volunteer:
    """The speaker's entry; raises Refusal that offers to sign up."""
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    if volunteer is None:
        raise Refusal("volunteers.sign_up_first", choice("volunteers.sign_up", "menu.volunteer", style="primary"))
    return volunteer
