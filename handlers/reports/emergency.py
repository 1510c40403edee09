"""Danger to life: whom to call, the offer to tell the grid worker as well, and whatever is said to it (domain.md §9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from handlers import danger, kept
from handlers.context import Context
from handlers.form.photos import CAPTIONS
from handlers.messages import Incoming, Kind, Reply, choice, say
from handlers.pictures import pictures, refusals
from handlers.reports import resident, urgent
from handlers.topic import Answer, argument
from knowledge.addresses import is_address

_FEW: Final = 4
"""Characters up to which words said in despair are hardly a report."""


async def told(ctx: Context, said: Incoming) -> Answer:
    """Life first: whom to call. The bot never claims to have called; it offers to tell the grid worker as well."""
    question = kept.remember(ctx, said)
    found = danger.found(ctx, said)
    if found is not None and found.id == danger.DESPAIR:
        kept.put_despair(ctx)
        return Reply((danger.number(ctx, found),), (choice("menu.human", danger.HUMAN, style="primary"),), card=True)
    number = danger.number(ctx, found) if found else say("emergency.first", name="", phone=ctx.rules.emergency_phone)
    then = say("emergency.then_private" if urgent.is_private(ctx, said.text) else "emergency.then")
    return Reply(
        (number, *(danger.advice(ctx, found) if found else ()), *refusals(said), then),
        urgent.offer(ctx, said.text, question),
        card=True,
    )


async def beside_despair(ctx: Context, said: Incoming) -> Answer:
    """Whatever is said soon after somebody said they do not want to live: they are not left, and an address calls a person.

    None for what surely is another matter, and for a person asked for in other words.
    """
    meant = ctx.shelf.understander.understand(said.text)
    another = meant.sure and meant.intent in ("service", "notice", "volunteer", "human", "menu")
    if another or (meant.sure and meant.intent == "report" and len(said.text) > _FEW):
        return None
    call = ctx.shelf.registry.find("press", "human")
    if is_address(said.text) and call is not None:
        return await call(ctx, replace(said, press=danger.HUMAN))
    stay = say("emergency.stay", phone=danger.despair_phone(ctx))
    return Reply((stay,), (choice("menu.human", danger.HUMAN, style="primary"),), card=True)


async def asked_by_name(ctx: Context, said: Incoming) -> Answer:
    """告诉网格员 typed where its button has gone by: the danger told last, or how it stands; None where none was told."""
    if question := urgent.told_last(ctx):
        return await tell(ctx, replace(said, press=f"emergency.tell:{question}", text=""))
    ref = kept.danger(ctx)
    return await resident.tell_progress(ctx, await resident.own(ctx, ref)) if ref else None


async def tell(ctx: Context, said: Incoming) -> Answer:
    """Report the emergency to the grid as well, above all queues: at once, or as soon as it is told where."""
    question = argument(said)
    asked = kept.recall(ctx, question)
    if asked.ref:
        return await resident.tell_progress(ctx, await resident.own(ctx, asked.ref))
    photos = [*kept.take_photos(ctx), *asked.photos][: ctx.rules.photos_per_report]
    words = {"report_words": asked.words, CAPTIONS: list(asked.more)} if asked.words else {}
    place = urgent.place_put_aside(ctx, asked.at, asked.words) | urgent.place_in(ctx, asked.more)
    return await ctx.start(urgent.TELL, **words, **place, report_photos=photos, question=question)


async def beside_offer(ctx: Context, said: Incoming) -> Answer:
    """What is said to the offer to tell the grid worker, but a yes or a no: with its place it is told, with more it is asked again."""
    question = argument(said)
    if not urgent.is_more(ctx, said, kept.recall(ctx, question)):
        return None
    kept.add_words(ctx, question, said.text)
    if pictures(said):
        kept.add_photos(ctx, said)
    words = kept.recall(ctx, question).words
    if urgent.is_over(ctx, said):
        return Reply((say("emergency.left"),))
    far = said.location is not None and not urgent.put_pin(ctx, said.location)
    if not far and urgent.says_where(ctx, said, words):
        return await tell(ctx, replace(said, kind=Kind.PRESS))
    again = say("emergency.again_private" if urgent.is_private(ctx, words) else "emergency.again")
    lines = (*((say("form.place_far"),) if far else ()), *refusals(said), again)
    return Reply(lines, urgent.offer(ctx, words, question), card=True)
