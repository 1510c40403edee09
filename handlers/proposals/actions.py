"""What can be done with a proposal. Each action locks it, checks who asks, writes, and tells whoever has to hear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from handlers import kept
from handlers.context import Context
from handlers.duty import above, area_of, desk_of
from handlers.errors import NotFound, Refusal
from handlers.messages import Reply, choice, reply
from handlers.proposals import views
from handlers.proposals.public import public, title
from knowledge.grams import pairs
from knowledge.words import normalise
from storage.models import Proposal

LIVE: Final = ("open", "adopted")
"""States in which a proposal can take another one in."""


async def refuse_if_too_many(ctx: Context) -> None:
    """Raise Refusal while the speaker's share of open proposals is used up (``rules.proposals_open``)."""
    if await ctx.unit.proposals.open_by(ctx.person.id) >= ctx.rules.proposals_open:
        raise Refusal("proposals.too_many", most=ctx.rules.proposals_open)


async def file(ctx: Context, answers: dict[str, Any]) -> Reply:
    """Keep a new proposal and lay it before the desk of its place; the author gets the number."""
    await refuse_if_too_many(ctx)
    where = answers["proposal_where"]
    area = await area_of(ctx, where["area"])
    proposal = Proposal(
        ref=await ctx.unit.proposals.new_reference(), what=answers["proposal_what"], place=where["text"][:200],
        why=answers["proposal_why"], area=area, area_code=area.code, author_id=ctx.person.id, chat_id=ctx.chat.id,
        state="open", answer="", signatures=0, created_at=ctx.now,
    )  # fmt: skip
    ctx.unit.proposals.add(proposal)
    for chat in await desk_of(ctx, area):
        if ctx.tell(chat, views.card(proposal)):
            ctx.unit.audit.add(ctx.now, chat.person_id, "proposal.read", proposal.ref, pushed=True)
    return reply("proposals.filed", choice("proposals.see_all", "proposal.list"), ref=proposal.ref)


async def to_sign(ctx: Context, ref: str, *, lock: bool = False) -> Proposal:
    """A proposal the speaker may co-sign; raises NotFound, or Refusal for one's own and for decided ones."""
    proposal = await _found(ctx, ref, lock=lock)
    if proposal.author_id == ctx.person.id:
        raise Refusal("proposals.own", ref=proposal.ref)
    _refuse_if_decided(proposal)
    return proposal


async def cosign(ctx: Context, ref: str) -> Reply:
    """附议, once a person; says how many there are now."""
    proposal = await to_sign(ctx, ref, lock=True)
    if not await ctx.unit.proposals.cosign(proposal, ctx.person.id, ctx.now):
        raise Refusal("proposals.signed_before", ref=proposal.ref, count=proposal.signatures)
    return reply("proposals.signed", ref=proposal.ref, what=title(ctx, proposal), count=proposal.signatures)


async def to_decide(ctx: Context, ref: str, *, lock: bool = False) -> Proposal:
    """An undecided proposal the speaker may decide on; raises NotFound, NotAllowed, or Refusal with the decision."""
    proposal = await _found(ctx, ref, lock=lock)
    await ctx.require("proposal.decide", proposal.area, subject=proposal.ref)
    _refuse_if_decided(proposal)
    return proposal


async def adopt(ctx: Context, ref: str, words: str) -> Reply:
    """采纳, with what happens next; author and co-signers hear."""
    return await _close(ctx, await to_decide(ctx, ref, lock=True), "adopted", words)


async def answer(ctx: Context, ref: str, words: str) -> Reply:
    """答复 without adopting; author and co-signers hear."""
    return await _close(ctx, await to_decide(ctx, ref, lock=True), "answered", words)


async def merge(ctx: Context, ref: str, into: str) -> Reply:
    """合并 into another proposal, which gets the author's and the co-signers' names (domain.md §4).

    The two are locked in the order of their numbers, so that two opposite merges cannot block each other.
    """
    ref, into = ref.upper(), into.upper()
    if ref == into:
        raise Refusal("proposals.no_target", ref=into)
    for one in sorted((ref, into)):
        await _found(ctx, one, lock=True)
    source, target = await to_decide(ctx, ref), await _found(ctx, into)
    await ctx.require("proposal.decide", target.area, subject=target.ref)
    if target.state not in LIVE:
        raise Refusal("proposals.no_target", ref=target.ref)
    source.into_id = target.id
    told = await _close(ctx, source, "merged", target.ref)
    await ctx.unit.proposals.move_signatures(source, target)
    return told


async def forget(ctx: Context) -> None:
    """Blank the speaker's words: open proposals are withdrawn, what was adopted or merged stays in its public words.

    Those who co-signed a withdrawn one hear of it; copies in other chats go too.
    """
    gone: list[str] = []
    for ref in [one.ref for one in await ctx.unit.proposals.by_author(ctx.person.id)]:
        proposal = await _found(ctx, ref, lock=True)
        if proposal.state in ("adopted", "merged"):
            proposal.what, proposal.why, proposal.place = (
                public(ctx, proposal.what),
                "",
                ctx.full_name(proposal.area_code),
            )
            continue
        if proposal.state == "open":
            await _withdraw(ctx, proposal)
        proposal.what, proposal.why, proposal.place = "", "", ""
        gone.append(ref)
    await ctx.unit.erasure.copies(ctx.person.id, gone, kept.gone(ctx))


async def _withdraw(ctx: Context, proposal: Proposal) -> None:
    proposal.state = "withdrawn"
    for chat in await ctx.unit.proposals.listeners(proposal):
        if chat.person_id != ctx.person.id:
            ctx.tell(chat, reply("proposals.heard.withdrawn", ref=proposal.ref))


async def similar(ctx: Context, ref: str, limit: int = 5) -> Sequence[Proposal]:
    """Proposals of the same community, those first that share the most character pairs with this one."""
    source = await _found(ctx, ref)
    others = await ctx.unit.proposals.open_in(await above(ctx, source.area, "community"), limit=200)
    wanted = _features(source)
    ranked = sorted((one for one in others if one.id != source.id), key=lambda one: -_likeness(wanted, _features(one)))
    return ranked[:limit]


async def _close(ctx: Context, proposal: Proposal, state: str, words: str) -> Reply:
    listeners = await ctx.unit.proposals.listeners(proposal)
    proposal.state, proposal.answer = state, words
    await ctx.audit(f"proposal.{state}", proposal.ref, **({"into": words} if state == "merged" else {}))
    for chat in listeners:
        ctx.tell(chat, reply(f"proposals.heard.{state}", ref=proposal.ref, what=title(ctx, proposal), words=words))
    return reply(f"proposals.done.{state}", ref=proposal.ref, words=words, count=len(listeners))


async def _found(ctx: Context, ref: str, *, lock: bool = False) -> Proposal:
    proposal = await ctx.unit.proposals.find(ref[:12], lock=lock)
    if proposal is None:
        raise NotFound(ref[:12])
    return proposal


def _refuse_if_decided(proposal: Proposal) -> None:
    if proposal.state != "open":
        raise Refusal(f"proposals.already.{proposal.state}", ref=proposal.ref, words=proposal.answer)


def _features(proposal: Proposal) -> frozenset[str]:
    return pairs(normalise(f"{proposal.what} {proposal.place}"))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared pairs over all pairs (Jaccard), 0..1."""
    return len(one & other) / len(one | other) if one | other else 0.0
