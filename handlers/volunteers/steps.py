"""The questions to a volunteer that are read in their own way: when, where they live, what to call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handlers.context import Context
from handlers.form import Pick, Place, Problem, Read, Text
from handlers.form.picking import without_end
from handlers.form.steps import Answers
from handlers.messages import Incoming, Reply, Say, choice
from handlers.texts import plain
from handlers.volunteers.kinds import TIMES

_DAYS: Final = ("workday", "weekend")
_HOURS: Final = ("day", "evening")
_PARTING: Final = " ,，:：、。.!！"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times(Pick):
    """When somebody is free, also as days and hours said together: 周末白天和晚上都行 names two of the options."""

    def _typed(self, ctx: Context, text: str, options: Sequence[tuple[str, Say]]) -> list[str]:
        """All options that the words name, or else what is picked by label and number."""
        bare, over = without_end(plain(text), ctx.shelf.texts.words("words.enough"))
        said = _times(ctx, bare)
        if said is None:
            return Pick._typed(self, ctx, text, options)
        return [*said, *(["enough"] if over else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Place):
    """Where somebody lives: what is known already is offered first."""

    async def ask(self, ctx: Context, answers: Answers) -> Reply:
        """The question, with the building or area they told before."""
        asked, known = await Place.ask(self, ctx, answers), ctx.person.area_code
        if known not in ctx.catalogue.areas or ctx.chat.preset.get("area") == known:
            return asked
        here = choice("form.here", f"area.{known}", place=ctx.full_name(known))
        return replace(asked, choices=(here, *asked.choices))

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """As any place; the words of another question do not belong to the one that is offered."""
        if said.press == f"area.{ctx.person.area_code}":
            ctx.chat.preset = {key: value for key, value in ctx.chat.preset.items() if key != "said"}
        return await Place.read(self, ctx, said, answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Text):
    """What to call somebody, without what leads up to it: 叫我老张 is 老张."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The name alone."""
        texts, name = ctx.shelf.texts, said.text.strip()
        for opener in sorted(texts.words("volunteers.name_openers"), key=len, reverse=True):
            if plain(name[: len(opener)]) == opener:
                name = name[len(opener) :].strip(_PARTING)
        name, _ = without_end(name, texts.words("volunteers.name_endings"))
        return await Text.read(self, ctx, replace(said, text=name or said.text), answers)


def _times(ctx: Context, words: str) -> list[str] | None:
    """The times that days and hours in the words name, in the order of ``TIMES``; None where neither is in them.

    An hour belongs to the days said before it, a day without hours means all of it, hours without a day all days. Where
    anything is denied, none is named for sure.
    """
    texts = ctx.shelf.texts
    kinds = {word: kind for kind in (*_DAYS, *_HOURS) for word in texts.words(f"volunteers.heard.{kind}")}
    heard = re.findall("|".join(map(re.escape, sorted(kinds, key=len, reverse=True))), words)
    if not heard or any(one in words for one in texts.words("volunteers.heard.not")):
        return [] if heard else None
    found: set[str] = set()
    days: list[str] = []
    open_days = False  # whether nothing was said yet about the hours of these days
    for kind in map(kinds.__getitem__, heard):
        if kind in _DAYS:
            days, open_days = [*(days if open_days else []), kind], True
        else:
            found |= {_time(day, kind) for day in days or _DAYS}
            open_days = False
    found |= {_time(day, hour) for day in days for hour in _HOURS} if open_days else set()
    return [one for one in TIMES if one in found]


def _time(day: str, hour: str) -> str:
    return day if hour == "day" else f"{day}_evening"
