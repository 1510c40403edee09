"""What is offered to who has nothing open: the menu, and what can be done at a place."""

from __future__ import annotations

from handlers import kept
from handlers.context import Context
from handlers.menu import menu_of
from handlers.messages import Location, Reply, choice, say
from knowledge.entries import Area


async def wordless(ctx: Context) -> Reply:
    """Nothing to read in it: say what helps."""
    return Reply((say("talk.words_please"),), (await menu_of(ctx)).choices)


def at_place(ctx: Context, area: Area, pin: Location) -> Reply:
    """A place by itself: remember it and ask what for."""
    name = ctx.full_name(area.code)
    kept.put_place(ctx, area, name, pin)
    service = str(ctx.chat.preset.get("service", ""))
    near = (choice("menu.nearest", f"service.near:{service}"),) if service in ctx.catalogue.services else ()
    return Reply(
        (say("menu.here", place=name),),
        (*near, choice("menu.report", "menu.report"), choice("menu.service", "menu.service")),
    )
