"""What is offered to who has nothing open: the menu, and what can be done at a place."""

from __future__ import annotations

from typing import Final

from handlers import kept
from handlers.choices import every
from handlers.context import Context
from handlers.form import assuming
from handlers.form.world import told
from handlers.menu import menu_of
from handlers.messages import Choice, Location, Reply, choice, say
from knowledge.addresses import is_address
from knowledge.entries import Area

_AT_PLACE: Final = (choice("menu.report", "menu.report"), choice("menu.service", "menu.service"))
"""What can be done at a place."""


async def wordless(ctx: Context) -> Reply:
    """Nothing to read in it: say what helps."""
    return Reply((say("talk.words_please"),), (await menu_of(ctx)).choices)


def place_alone(ctx: Context, text: str) -> Reply | None:
    """The question what is the matter there, where words name a place and nothing else; None for all other words.

    The place is remembered where it is a single one; its door only of who agreed that such things are kept.
    """
    gazetteer = ctx.shelf.gazetteer
    if not (is_address(text) or gazetteer.only_names(text)):
        return None
    found = gazetteer.locate(text)
    found = assuming.own(ctx, found) or found
    if len(found) != 1:
        kept.drop_place(ctx)
        return Reply((say("menu.there"),), _AT_PLACE)
    words = "" if gazetteer.lacking(text) else text
    name = told(ctx, found[0].code, words, rooms=ctx.person.consented_at is not None)
    asked = at_place(ctx, found[0], Location(found[0].lat, found[0].lon), name)
    guesses = tuple(Choice(say("form.shown", label=one.label), one.token) for one in every(ctx.chat))
    if any(one.token.startswith("nothing:") for one in guesses):  # what is the matter was said, and is still being asked
        return Reply((asked.lines[0], say("talk.did_you_mean")), guesses)
    return asked


def at_place(ctx: Context, area: Area, pin: Location, name: str = "") -> Reply:
    """A place by itself: remember it and ask what for."""
    name = name or ctx.full_name(area.code)
    kept.put_place(ctx, area, name, pin)
    service = str(ctx.chat.preset.get("service", ""))
    near = (choice("menu.nearest", f"service.near:{service}"),) if service in ctx.catalogue.services else ()
    return Reply((say("menu.here", place=name), say("menu.there")), (*near, *_AT_PLACE))
