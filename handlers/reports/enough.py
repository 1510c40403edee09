"""不用来了, 已经好了, 撤销 R7K2Q: a resident says of a report that nobody has to come any more."""

from __future__ import annotations

from typing import Final

from handlers import danger, kept
from handlers.casework import title_in
from handlers.choices import every
from handlers.context import Context
from handlers.form import standing
from handlers.messages import Incoming, Kind, Reply, choice, say
from handlers.reports import adding, resident
from handlers.texts import plain
from handlers.topic import Answer, argument
from handlers.workflow import UNDONE, can
from knowledge.references import references
from storage.models import Case

_LONGEST: Final = 30
"""Characters up to which words may be about nothing but this."""
_ASKED: Final = ("case.solved", "case.rate")
"""Buttons under which such words answer whether it is solved."""


async def said_among(ctx: Context, said: Incoming) -> Answer:
    """不用来了 among other words: whoever handles the report hears so.

    None where these ask, object or report something else or a danger, or a question is open.
    """
    if danger.found(ctx, said) or len(said.text) > _LONGEST or (rest := _besides(ctx, said.text)) is None:
        return None
    cases = await _meant(ctx, said)
    if any(adding.is_another(ctx, one, words) for one in cases for words in (rest, said.text)):
        return None
    return await _told(ctx, said, cases)


async def withdrawn(ctx: Context, said: Incoming) -> Answer:
    """撤销, with or without a number: what nobody has taken on ends with it, of all else whoever handles it hears.

    None without anything to withdraw. What may be a danger, or was reported by others as well, never ends by a word.
    """
    cases = await _meant(ctx, said)
    if len(cases) == 1 and not danger.found(ctx, said):
        case = await resident.own(ctx, cases[0].ref, lock=True, alone=True)
        if can(case, "withdraw") and case.urgency != "critical" and not await ctx.unit.cases.joined(case.id):
            return await resident.withdraw(ctx, case, said.text.strip())
    return await _told(ctx, said, cases)


async def withdrawn_by_number(ctx: Context, said: Incoming) -> Answer:
    """撤销 R7K2Q, 取消 R7K2Q; None where no report is named."""
    return await withdrawn(ctx, said) if references(said.text, "R") else None


async def chosen(ctx: Context, said: Incoming) -> Answer:
    """Which of several needs nobody any more."""
    ref, _, question = argument(said).partition(":")
    case, words = await resident.own(ctx, ref, lock=True, alone=True), kept.recall(ctx, question).words
    if case.state not in UNDONE or not words:
        return await resident.tell_progress(ctx, case)
    return await resident.no_longer_needed(ctx, case, words)


async def _meant(ctx: Context, said: Incoming) -> list[Case]:
    """The speaker's open reports that may be meant: the one that is named, or else all."""
    asked = any(one.token.partition(":")[0] in _ASKED for one in every(ctx.chat))
    named = references(said.text, "R")
    if said.kind is not Kind.TEXT or standing.current(ctx) is not None or (asked and not named):
        return []
    found = [one for one in await ctx.unit.cases.of_person(ctx.person.id) if one.state in UNDONE]
    return [one for one in found if not named or one.ref in named]


async def _told(ctx: Context, said: Incoming, cases: list[Case]) -> Answer:
    """Tell whoever handles the case, after the number to call where the words tell of danger; ask which of several."""
    if not cases:
        return None
    if len(cases) == 1:
        case = await resident.own(ctx, cases[0].ref, lock=True, alone=True)
        return [*danger.first(ctx, said), await resident.no_longer_needed(ctx, case, said.text.strip())]
    question = kept.remember(ctx, said)
    offered = (
        choice(
            "case.which_private", f"case.enough:{one.ref}:{question}", ref=one.ref, title=title_in(ctx, one, ctx.chat)
        )
        for one in cases
    )
    return [*danger.first(ctx, said), Reply((say("case.which_enough"),), tuple(offered))]


def _besides(ctx: Context, text: str) -> str | None:
    """What is said besides, None where that asks or objects: 已经好了吗, 说已经好了，又坏了."""
    texts, rest = ctx.shelf.texts, plain(text)
    for word in sorted(texts.words("case.enough_words"), key=len, reverse=True):
        rest = rest.replace(word, "")
    marks = texts.words("words.doubt") | texts.words("words.undone")
    return None if any(one in rest for one in marks) else rest
