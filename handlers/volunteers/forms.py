"""The questions to a volunteer, and those about a task."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers.context import Context
from handlers.duty import area_of
from handlers.form import Confirm, Form, Moment, Number, Pick, Place, Problem, Read, Text
from handlers.form.steps import Answers
from handlers.messages import Incoming, Reply, Say, say
from handlers.volunteers import signup, tasks
from handlers.volunteers.kinds import SKILLS, TIMES
from handlers.volunteers.steps import Home, Name, Times
from handlers.volunteers.views import called, grid_name, joined, skill, span, when
from handlers.worktime import SHANGHAI, differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Number):
    """How many people are needed, up to the city's own limit."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A number of people; a time or year would be far beyond the limit and is asked again."""
        return await Number.read(replace(self, high=ctx.rules.task_places), ctx, said, answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace(Place):
    """Where, among the areas in which the speaker may post; told at once, since the action would refuse in the end."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A place as anywhere else, unless it lies outside."""
        found = await Place.read(self, ctx, said, answers)
        if isinstance(found, Read) and not await ctx.may("task.post", await area_of(ctx, found.value["area"])):
            return Problem(say("volunteers.not_your_area", place=found.value["text"]))
        return found


def _begin(ctx: Context, answers: Answers) -> Say:
    return say("volunteers.begin")


def _entry(ctx: Context, answers: Answers) -> Reply:
    told = say(
        "volunteers.entry",
        skills=joined([skill(one) for one in answers["volunteer_skills"]]),
        times=joined([when(one) for one in answers["volunteer_times"]]),
        grid=grid_name(ctx, answers["volunteer_grid"]["area"]),
    )
    return Reply((*called(answers.get("volunteer_name") or ""), told))


def _task(ctx: Context, answers: Answers) -> Reply:
    told = say(
        "volunteers.summary",
        what=answers["task_what"],
        skill=skill(answers["task_skill"]),
        when=span(*tasks.times(answers), ctx.now),
        where=answers["task_where"]["text"],
        places=answers["task_places"],
    )
    begins, _ = tasks.times(answers)
    return Reply((told, *differs(answers["task_what"], begins.astimezone(SHANGHAI).date())))


SIGN_UP = Form(
    "volunteer",
    version=1,
    done=signup.sign_up,
    about=_begin,
    steps=(
        Pick(
            key="volunteer_skills",
            question="volunteers.ask_skills",
            several=True,
            options=[(one, skill(one)) for one in SKILLS],
        ),
        Times(
            key="volunteer_times",
            question="volunteers.ask_times",
            several=True,
            options=[(one, when(one)) for one in TIMES],
        ),
        Home(key="volunteer_grid", question="volunteers.ask_grid"),
        Name(key="volunteer_name", question="volunteers.ask_name", optional=True, most=20),
        Confirm(key="volunteer_confirm", question="volunteers.ask_confirm", summary=_entry),
    ),
)
POST = Form(
    "task",
    version=2,
    tells=True,
    done=tasks.post,
    consent=False,
    steps=(
        Text(key="task_what", question="volunteers.ask_what", least=2, most=200),
        Pick(
            key="task_skill",
            question="volunteers.ask_skill",
            options=[(one, skill(one)) for one in ("any", *SKILLS)],
        ),
        Moment(key="task_when", question="volunteers.ask_when"),
        OwnPlace(key="task_where", question="volunteers.ask_where"),
        Places(key="task_places", question="volunteers.ask_places", low=1, high=1000),
        Confirm(key="task_confirm", question="volunteers.ask_post", submit="volunteers.post", summary=_task),
    ),
)
