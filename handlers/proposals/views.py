"""How proposals are shown: the desk's card with everything, and in discreet words the list to co-sign and how one stands.

Nobody's name is in any of them.
"""

from __future__ import annotations

from collections.abc import Collection

from handlers.context import Context
from handlers.duty import above, area_of, duty_areas
from handlers.errors import NotFound
from handlers.messages import Choice, Reply, Say, choice, reply, say
from handlers.proposals.public import told
from storage.models import Area, Proposal


def card(proposal: Proposal) -> Reply:
    """One proposal with 采纳, 合并 and 答复."""
    everything = say("proposals.card", ref=proposal.ref, what=proposal.what, where=proposal.place, why=proposal.why)
    return Reply(
        (everything, say("proposals.count", count=proposal.signatures)),
        (
            choice("proposals.adopt", f"proposal.adopt:{proposal.ref}", style="primary"),
            choice("proposals.merge", f"proposal.merge:{proposal.ref}"),
            choice("proposals.answer", f"proposal.answer:{proposal.ref}"),
        ),
        card=True,
    )


async def status(ctx: Context, ref: str) -> Reply:
    """What became of a proposal: open, or the decision and its words. Names and reasons stay out."""
    proposal = await ctx.unit.proposals.find(ref[:12])
    if proposal is None:
        raise NotFound(ref[:12])
    into = await ctx.unit.proposals.get(proposal.into_id) if proposal.into_id else None
    state = say(f"proposals.state.{proposal.state}", words=into.ref if into else proposal.answer)
    sign = choice("proposals.sign_one", f"proposal.sign:{proposal.ref}", ref=proposal.ref)
    what, where = await told(ctx, proposal)
    lines = (say("proposals.line", ref=proposal.ref, what=what, where=where, count=proposal.signatures), state)
    return Reply(lines, (sign,) if proposal.state == "open" and proposal.author_id != ctx.person.id else (), card=True)


async def open_ones(ctx: Context) -> Reply:
    """What is proposed in the speaker's community; everywhere, while we don't know where they live."""
    found = await ctx.unit.proposals.open_in(await _mine(ctx))
    propose = choice("proposals.propose", "menu.proposal")
    if not found:
        return reply("proposals.none", propose)
    signed = await ctx.unit.proposals.signed_by(ctx.person.id, [one.id for one in found])
    offered = [await _offer(ctx, one, signed) for one in found]
    lines = (say("proposals.list"), *[await _line(ctx, one, signed) for one in found])
    return Reply(lines, (*(one for one in offered if one), propose))


async def _mine(ctx: Context) -> Area | None:
    """The desk's area, or the community of a resident."""
    if areas := await duty_areas(ctx, "proposal.decide"):
        return areas[0]
    if ctx.person.area_code is None:
        return None
    return await above(ctx, await area_of(ctx, ctx.person.area_code), "community")


async def _offer(ctx: Context, proposal: Proposal, signed: Collection[int]) -> Choice | None:
    """What this speaker can do with it: decide, co-sign, or nothing."""
    if proposal.state != "open":
        return None
    if await ctx.may("proposal.decide", proposal.area):
        return choice("proposals.show", f"proposal.show:{proposal.ref}", ref=proposal.ref)
    if proposal.author_id == ctx.person.id or proposal.id in signed:
        return None
    return choice("proposals.sign_one", f"proposal.sign:{proposal.ref}", ref=proposal.ref)


async def kept(ctx: Context) -> list[Say]:
    """What is kept about the speaker: their proposals by number, and how many they co-signed."""
    refs = [one.ref for one in await ctx.unit.proposals.by_author(ctx.person.id) if one.what]
    signed = await ctx.unit.proposals.signatures_of(ctx.person.id)
    made = [say("proposals.kept", refs=" ".join(refs), count=len(refs))] if refs else []
    return [*made, *([say("proposals.kept_signed", count=signed)] if signed else [])]


async def _line(ctx: Context, proposal: Proposal, signed: Collection[int]) -> Say:
    key = "proposals.line"
    if proposal.state == "adopted":
        key = "proposals.line_adopted"
    elif proposal.author_id == ctx.person.id:
        key = "proposals.line_own"
    elif proposal.id in signed:
        key = "proposals.line_signed"
    what, where = await told(ctx, proposal, most=80)
    return say(key, ref=proposal.ref, what=what, where=where, count=proposal.signatures)
