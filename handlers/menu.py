"""The menu: what a resident can do here, and above it what the speaker's roles are for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handlers.context import Context
from handlers.messages import Choice, Reply, choice, say

RESIDENTS: Final = ("service", "report", "progress", "proposal", "volunteer", "notice")
_OFFICE: Final = (
    ("case.list", "menu.cases", "cases"),
    ("handoff.take", "menu.calls", "calls"),
    ("notice.send", "menu.notify", "notice.write"),
    ("task.post", "menu.task", "task.write"),
    ("proposal.decide", "menu.proposals", "proposal.list"),
    ("invite", "menu.invite", "invite"),
)
"""What staff find above the residents' entries: (the right it takes, its label, its token)."""


async def menu_of(ctx: Context) -> Reply:
    """What can be done here, numbered; staff see first what their roles are for."""
    return Reply((say("menu.what"),), tuple(await _entries(ctx)))


async def entry_typed(ctx: Context, text: str) -> str:
    """The token of the entry of the speaker's own menu whose label was typed, "" for none."""
    for action, one in _ENTRIES:
        if ctx.shelf.texts.hears(one.label.key, text) and (not action or await ctx.may(action)):
            return one.token
    return ""


async def _entries(ctx: Context) -> Sequence[Choice]:
    return [one for action, one in _ENTRIES if not action or await ctx.may(action)]


_ENTRIES: Final = (
    *((action, choice(label, token)) for action, label, token in _OFFICE),
    *(("", choice(f"menu.{word}", f"menu.{word}")) for word in RESIDENTS),
    ("", choice("menu.human", "human")),
)
"""All entries, each with the right it takes or nothing."""
