"""What everybody may read of a proposal: whole buildings and no doors, no telephone number in full (domain.md §3, §9)."""

from __future__ import annotations

from handlers.context import Context
from handlers.messages import Say, say
from knowledge.discretion import discreet
from storage.models import Proposal

Told = tuple[object, object]
"""(what, where) of a proposal, for a sentence."""


def public(ctx: Context, words: str) -> str:
    """The words as everybody may read them; what places are called is nobody's name."""
    return discreet(words, ctx.shelf.gazetteer.names)


async def told(ctx: Context, proposal: Proposal, most: int = 1000) -> Told:
    """What and where, in full for the author and for whoever decides, for everybody else the discreet words and the building."""
    if not proposal.what:
        return say("proposals.gone"), ctx.full_name(proposal.area_code)
    if proposal.author_id == ctx.person.id or await ctx.may("proposal.decide", proposal.area):
        return proposal.what[:most], proposal.place[:most]
    return public(ctx, proposal.what)[:most], ctx.full_name(proposal.area_code)


def title(ctx: Context, proposal: Proposal) -> Say | str:
    """The beginning of the discreet words, to recognise a proposal by."""
    return public(ctx, proposal.what)[:60] or say("proposals.gone")
