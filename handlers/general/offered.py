"""What is offered to who has nothing open: the menu, and what can be done at a place."""

from __future__ import annotations

from typing import Final

from handlers import kept
from handlers.context import Context
from handlers.messages import Location, Reply, choice, say
from knowledge.entries import Area

RESIDENTS: Final = ("service", "report", "progress", "proposal", "volunteer", "notice")
_OFFICE: Final = (
    ("case.list", "menu.cases", "cases"),
    ("handoff.take", "menu.calls", "calls"),
    ("notice.send", "menu.notify", "notice.write"),
    ("task.post", "menu.task", "task.write"),
    ("proposal.decide", "menu.proposals", "proposal.list"),
)
"""What staff find above the residents' entries: (the right it takes, its label, its token)."""


async def menu_of(ctx: Context) -> Reply:
    """What can be done here, numbered; staff see first what their roles are for."""
    entries = [choice(f"menu.{word}", f"menu.{word}") for word in RESIDENTS]
    mine = [choice(label, token) for action, label, token in _OFFICE if await ctx.may(action)]
    return Reply((say("menu.what"),), (*mine, *entries, choice("menu.human", "human")))


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
