"""Proposals (提事): anyone proposes and co-signs; the community adopts, merges or answers; every author hears.

Source: domain.md §4, of which this is the first of the five steps and the hearing-back of the last.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.form import Form, Read, Text
from handlers.messages import Incoming, Reply
from handlers.proposals import actions, views
from handlers.proposals.forms import ADOPT, ANSWER, COSIGN, MERGE, PROPOSE, says_what
from handlers.proposals.public import public
from handlers.texts import plain
from handlers.topic import Answer, Topic, argument, command, intent, opening, phrase, press
from knowledge.references import leading
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
    return await _shown(ctx, await actions.to_decide(ctx, argument(said)))


@topic.on(press("proposal.status"))
async def status(ctx: Context, said: Incoming) -> Reply:
    """What became of a proposal, for anybody who has its number; its card for whoever has yet to decide it."""
    found = await ctx.unit.proposals.find(argument(said)[:12])
    if found is not None and found.state == "open" and await ctx.may("proposal.decide", found.area):
        return await _shown(ctx, found)
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


@topic.on(opening("proposals.adopt_words"))
async def adopt_said(ctx: Context, said: Incoming) -> Answer:
    """采纳 PXPQ4, with or without what happens next."""
    return await _ordered(ctx, said, "proposals.adopt_words", ADOPT)


@topic.on(opening("proposals.answer_words"))
async def answer_said(ctx: Context, said: Incoming) -> Answer:
    """答复 PXPQ4, with or without the words."""
    return await _ordered(ctx, said, "proposals.answer_words", ANSWER)


@topic.on(opening("proposals.merge_words"))
async def merge_said(ctx: Context, said: Incoming) -> Answer:
    """合并 PXPQ4."""
    return await _ordered(ctx, said, "proposals.merge_words", MERGE)


async def _ordered(ctx: Context, said: Incoming, key: str, form: Form) -> Answer:
    """The form of an order about the proposal it names; None without a number, with a picture, and for whoever decides nothing.

    The words beside it are the answer to the form's first question, which takes words, and are shown before they are published.
    """
    told = ctx.shelf.texts.after(key, said.text) or ""
    ref = leading(told)
    if said.attachments or not ref.upper().startswith("P") or not await ctx.may("proposal.decide"):
        return None
    about, first = _about(await actions.to_decide(ctx, ref.upper())), form.steps[0]
    read = await first.read(ctx, replace(said, text=told.removeprefix(ref).strip(" ,，:：、")), about)
    known = {first.key: read.value} if isinstance(first, Text) and isinstance(read, Read) and read.value else {}
    return await ctx.start(form, **about, **known)


async def _shown(ctx: Context, proposal: Proposal) -> Reply:
    await ctx.audit("proposal.read", proposal.ref)
    return views.card(proposal)


def _about(proposal: Proposal) -> dict[str, str]:
    return {"ref": proposal.ref, "what": proposal.what}
