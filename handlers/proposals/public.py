"""What everybody may read of a proposal: whole buildings and no doors, no telephone number in full (domain.md §3, §9)."""

from __future__ import annotations

from handlers.context import Context
from handlers.messages import Say, say
from knowledge.addresses import Address, addresses
from knowledge.phones import mask
from storage.models import Proposal

Told = tuple[object, object]
"""(what, where) of a proposal, for a sentence."""
_HIDDEN = "**"


def discreet(text: str) -> str:
    """The words with phone numbers masked, and with units and rooms cut off behind their building: 3栋2单元501 → 3栋."""
    for found in reversed(addresses(text)):
        if found.unit or found.room:
            text = text[: found.start] + _building(text[found.start : found.end], found) + text[found.end :]
    return mask(text)


async def told(ctx: Context, proposal: Proposal, most: int = 1000) -> Told:
    """What and where, in full for the author and for whoever decides, for everybody else the discreet words and the building."""
    if not proposal.what:
        return say("proposals.gone"), ctx.full_name(proposal.area_code)
    if proposal.author_id == ctx.person.id or await ctx.may("proposal.decide", proposal.area):
        return proposal.what[:most], proposal.place[:most]
    return discreet(proposal.what)[:most], ctx.full_name(proposal.area_code)


def title(proposal: Proposal) -> Say | str:
    """The beginning of the discreet words, to recognise a proposal by."""
    return discreet(proposal.what)[:60] or say("proposals.gone")


def _building(words: str, found: Address) -> str:
    """The part of an address's words that names the building."""
    for end in range(1, len(words)):
        part = addresses(words[:end])
        if part and part[0].building == found.building and not (part[0].unit or part[0].room):
            return words[:end]
    return f"{found.building}-{_HIDDEN}" if found.building else _HIDDEN
