"""The questions of a notice: a resident's building, and the desk's words, area and preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers.context import Context
from handlers.duty import area_of, duty_areas
from handlers.form import Confirm, Form, Pick, Place, Problem, Read, Text
from handlers.form.steps import Answers
from handlers.messages import Incoming, Reply, Say, say
from handlers.notices import actions, views
from knowledge.addresses import building_in
from storage.models import Area

_MOST_AREAS = 60
"""More choices than this nobody reads; a wider desk sees its own areas first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Text):
    """The words of a notice, as long as the city allows."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """Free words up to ``rules.notice_limit`` characters."""
        return await Text.read(replace(self, most=ctx.rules.notice_limit), ctx, said, answers)


def _unseen(ctx: Context, answers: Answers) -> Reply:
    return Reply(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(Confirm):
    """The exact text, the area and the exact number of people, counted when it is asked."""

    summary: Callable[[Context, Answers], Reply] = _unseen

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The preview with 发出."""
        area = await area_of(ctx, answers["notice_area"])
        told = views.preview(ctx, answers["notice_words"], area, await ctx.people_in(area))
        return await Confirm.ask(replace(self, summary=lambda ctx, answers: told), ctx, answers)

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """发出, unless nobody would get it now: then another area can be chosen."""
        found, area = await Confirm.read(self, ctx, said, answers), await area_of(ctx, answers["notice_area"])
        nobody = isinstance(found, Read) and not await ctx.people_in(area)
        return Problem(say("notices.nobody", area=area.name)) if nobody else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom(Pick):
    """Which area: one of those offered, or one building of them, by its number."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """A building that is named is meant itself, and never the whole estate it stands in."""
        if said.press or not (number := building_in(said.text)):
            return await Pick.read(self, ctx, said, answers)
        named = [area for area in ctx.shelf.gazetteer.locate(said.text) if area.kind == "building"]
        mine = await duty_areas(ctx, "notice.send")
        found = [
            area for area in [await area_of(ctx, one.code) for one in named] if any(one.holds(area) for one in mine)
        ]
        if len(found) == 1:
            return Read(found[0].code)
        return Problem(say("notices.one_building") if found else say("notices.no_building", number=number))


async def _areas(ctx: Context, answers: Answers) -> list[tuple[str, Say]]:
    """The areas of the speaker's duties, with the communities and grids in them, the widest first."""
    mine = await duty_areas(ctx, "notice.send")
    found: dict[str, Area] = {area.code: area for area in mine}
    for kind in ("community", "grid"):
        for area in mine:
            found.update((one.code, one) for one in await ctx.unit.areas.of_kind(kind, within=area))
    return [(area.code, say("notices.area", name=area.name)) for area in list(found.values())[:_MOST_AREAS]]


def _begin(ctx: Context, answers: Answers) -> Say:
    return say("notices.why_home")


HOME = Form(
    "notice_home",
    version=1,
    done=actions.remember_home,
    about=_begin,
    steps=(Place(key="notice_home", question="notices.ask_home"),),
)
NOTIFY = Form(
    "notify",
    version=1,
    tells=True,
    done=actions.send,
    consent=False,
    steps=(
        Words(key="notice_words", question="notices.ask_words", least=4),
        Whom(key="notice_area", question="notices.ask_area", options=_areas),
        Preview(key="notice_confirm", question="notices.ask_confirm", submit="notices.send"),
    ),
)
