"""What was not understood for sure: guesses to choose from, a second question, and then a person."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import kept
from handlers.context import Context
from handlers.general import talk
from handlers.general.offered import place_alone, wordless
from handlers.menu import RESIDENTS, menu_of
from handlers.messages import Choice, Incoming, Reply, choice, say
from handlers.pictures import refusals
from handlers.topic import Answer, argument
from knowledge.writing import may_be_pinyin
from storage.models import Remark


async def not_understood(ctx: Context, said: Incoming) -> Answer:
    """Small talk gets a kind word; anything else is kept for staff, asked again once, and then a human is offered."""
    meant = ctx.shelf.understander.understand(said.text)
    kept.add_photos(ctx, said)
    if (spoken := await _small_talk(ctx, said.text)) is not None:
        return spoken
    if talk.is_wordless(said.text):
        return await wordless(ctx)
    if (asked := place_alone(ctx, said.text)) is not None:
        return asked
    if meant.sure:
        told = "talk.kind" if talk.greets(ctx, said.text) else "talk.beyond"
        return Reply((say(told),), (await menu_of(ctx)).choices)
    beside_report = ctx.shelf.registry.find("intent", "case.remark")
    if beside_report is not None and (asked_about := await beside_report(ctx, said)) is not None:
        return asked_about
    ctx.chat.misses += 1
    ctx.unit.handoffs.add(Remark(kind="miss", chat_id=ctx.chat.id, text=said.text, at=ctx.now))
    if ctx.chat.misses < ctx.rules.misses_before_human:
        again = "talk.pinyin" if may_be_pinyin(said.text) else "talk.again"
        return Reply((say(again),), (await menu_of(ctx)).choices)
    return Reply(
        (say("talk.human", phone=ctx.rules.office_phone),),
        (choice("menu.human", "human", style="primary"), choice("words.menu_button", "menu")),
    )


async def did_you_mean(ctx: Context, said: Incoming) -> Answer:
    """Did you mean … up to three, and 都不是."""
    if (spoken := await _small_talk(ctx, said.text)) is not None:
        return spoken
    if (asked := place_alone(ctx, said.text)) is not None:
        return asked
    meant = ctx.shelf.understander.understand(said.text)
    question = kept.remember(ctx, said)
    guesses = [
        (meant.intent, meant.entry_id, meant.entry_name),
        *((one.intent, one.entry_id, one.entry_name) for one in meant.alternatives),
    ]
    offered = list({one.token: one for one in (_guess(question, *guess) for guess in guesses) if one}.values())[:3]
    if not offered:
        return await not_understood(ctx, said)
    none = choice("talk.none_of_these", f"nothing:{question}")
    return Reply((*refusals(said), say("talk.did_you_mean")), (*offered, *_beside(ctx, offered), none))


async def nothing_fits(ctx: Context, said: Incoming) -> Answer:
    """都不是: keep the words for staff, and go on as with any miss."""
    ctx.chat.misses += 1
    ctx.unit.handoffs.add(
        Remark(kind="miss", chat_id=ctx.chat.id, text=kept.recall(ctx, argument(said)).words, at=ctx.now)
    )
    return Reply(
        (say("talk.again"),),
        (choice("menu.report", "menu.report"), choice("menu.human", "human"), choice("words.menu_button", "menu")),
    )


async def _small_talk(ctx: Context, text: str) -> Reply | None:
    """The answer to a mere greeting, with the menu, or to other small talk; None for anything else."""
    if ctx.shelf.texts.hears("talk.heard.hello", text):
        return Reply((say("talk.kind"),), (await menu_of(ctx)).choices)
    return talk.small_talk(ctx, text)


def _guess(question: str, name: str, entry: str | None, title: str | None) -> Choice | None:
    if name == "service" and entry:
        return choice("talk.guess_service", f"service.open:{entry}", name=title)
    if name == "report":
        return choice("talk.guess_report", f"report.as:{entry or ''}:{question}", name=title or say("report.other"))
    return choice(f"menu.{name}", f"menu.{name}") if name in RESIDENTS else None


def _beside(ctx: Context, offered: Sequence[Choice]) -> tuple[Choice, ...]:
    """All items of a topic, where the guesses name two of it: who says 医保 may mean any of them."""
    named = [one.token.partition(":")[2] for one in offered if one.token.startswith("service.open:")]
    topics = [ctx.catalogue.services[one].topic for one in named]
    if not topics or topics.count(topics[0]) < 2:
        return ()
    return (choice("talk.all_of_topic", f"service.beside:{named[0]}", topic=topics[0]),)
