"""Proposals (提事): anyone proposes and co-signs; the community adopts, merges or answers; every author hears.

Source: domain.md §4, of which this is the first of the five steps and the hearing-back of the last.
"""

from __future__ import annotations

from handlers.context import Context
from handlers.messages import Incoming, Reply
from handlers.proposals import actions, views
from handlers.proposals.forms import ADOPT, ANSWER, COSIGN, MERGE, PROPOSE, says_what
from handlers.proposals.public import public
from handlers.texts import plain
from handlers.topic import Answer, Topic, argument, command, intent, phrase, press
from storage.models import Proposal

topic = Topic("proposals", forms=[PROPOSE, COSIGN, ADOPT, MERGE, ANSWER], keeps=views.kept, forget=actions.forget)


@topic.on(intent("proposal"), command("propose"), phrase("proposals.words"), press("menu.proposal"))
async def begin(ctx: Context, said: Incoming) -> Answer:
    """Start a proposal; words that already say what is wanted are not asked for again, and 附议 shows the list."""
    if any(word in plain(said.text) for word in ctx.shelf.texts.words("proposals.sign_words")):
        return await views.open_ones(ctx)
    await actions.refuse_if_too_many(ctx)
    if says_what(ctx, said.text):
        return await ctx.start(PROPOSE, proposal_what=said.text.strip())
    return await ctx.start(PROPOSE)


@topic.on(command("proposals"), phrase("proposals.list_words"), press("proposal.list"))
async def listed(ctx: Context, said: Incoming) -> Answer:
    """What is proposed around me, to co-sign; the desk gets the cards to decide on."""
    return await views.open_ones(ctx)


@topic.on(press("proposal.sign"))
async def sign(ctx: Context, said: Incoming) -> Answer:
    """附议; whoever has not consented yet is asked first, since the name is kept with the proposal."""
    proposal = await actions.to_sign(ctx, argument(said))
    if ctx.person.consented_at is None:
        return await ctx.start(COSIGN, ref=proposal.ref, what=public(ctx, proposal.what))
    return await actions.cosign(ctx, proposal.ref)


@topic.on(press("proposal.show"))
async def show(ctx: Context, said: Incoming) -> Reply:
    """The card of one proposal, for the desk; reading it is audited."""
    proposal = await actions.to_decide(ctx, argument(said))
    await ctx.audit("proposal.read", proposal.ref)
    return views.card(proposal)


@topic.on(press("proposal.status"))
async def status(ctx: Context, said: Incoming) -> Reply:
    """What became of a proposal, for anybody who has its number."""
    return await views.status(ctx, argument(said))


@topic.on(press("proposal.adopt"))
async def adopt(ctx: Context, said: Incoming) -> Answer:
    """采纳: asks what happens next."""
    return await ctx.start(ADOPT, **_about(await actions.to_decide(ctx, argument(said))))


@topic.on(press("proposal.merge"))
async def merge(ctx: Context, said: Incoming) -> Answer:
    """合并: asks into which."""
    return await ctx.start(MERGE, **_about(await actions.to_decide(ctx, argument(said))))


@topic.on(press("proposal.answer"))
async def answer(ctx: Context, said: Incoming) -> Answer:
    """答复: asks for the words."""
    return await ctx.start(ANSWER, **_about(await actions.to_decide(ctx, argument(said))))


def _about(proposal: Proposal) -> dict[str, str]:
    return {"ref": proposal.ref, "what": proposal.what}
