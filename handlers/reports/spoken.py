"""受理, 退回 and 办结 typed with what belongs to them: 受理 R7K2Q, R7K2Q 退回, 办结 灯泡已换新, R7K2Q 修好了."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from handlers import kept
from handlers.casework import kept_off, title_in
from handlers.choices import every
from handlers.context import Context
from handlers.errors import Refusal
from handlers.form.standing import current as form_of
from handlers.messages import Choice, Incoming, Reply, choice, say
from handlers.reports import staff
from handlers.reports.reading import desk_cases
from handlers.topic import Answer
from handlers.workflow import can
from knowledge.references import leading, references
from storage.models import Case

_LOOKS: Final = re.compile(r"(?:[Rr](?=[A-Za-z]*[0-9])[0-9A-Za-z]{2,9}|R[0-9A-Z]{2,9})(?![0-9A-Za-z])")
"""A number as it may be mistyped: RWZ6 for RWZ64, R0OI1, and RWZT for RWZT4."""


_TO_REPORTER: Final = ("case.solved", "case.rate")
"""Buttons by which the speaker is asked as the one who reported."""
_KEYS: Final = {"finish": ("case.finish_words", "case.done_words")}
"""Where a verb is said in words of several lists."""


def _after(ctx: Context, verb: str, text: str) -> str:
    """What is said besides the words for ``verb``."""
    found = (ctx.shelf.texts.after(key, text) for key in _KEYS.get(verb, (f"case.{verb}_words",)))
    return next(filter(None, found), "")


def parted(ctx: Context, verb: str, text: str) -> tuple[str, str]:
    """The number of the case that is named, "" if none is, and the other words. ``verb`` is accept, return or finish."""
    words = _after(ctx, verb, text)
    named = leading(words)
    ref = named.upper() if named.upper().startswith("R") else next(iter(references(words, "R")), "")
    return ref, words.removeprefix(named or _slip(words)).strip(" ,，:：、") if ref == named.upper() else words


async def case_meant(ctx: Context, verb: str, said: Incoming, do: Callable[[str, str], Awaitable[Answer]]) -> Answer:
    """``do`` it to the case that is meant, with the other words; ask which of several.

    None for whoever may not: they mean something else.
    """
    if not await ctx.may(f"case.{verb}"):
        return None
    ref, words = parted(ctx, verb, said.text)
    slip = misnamed(ctx, verb, said.text)
    cases = [] if ref else await _likely(ctx, verb, named=slip)
    if not ref and (len(cases) != 1 or slip):
        return await _ask_which(ctx, verb, cases, said)
    return await do(ref or cases[0].ref, words)


def misnamed(ctx: Context, verb: str, text: str) -> bool:
    """Whether a case is named, though by no valid number: 受理 5栋那件, or a number with a slip in it. Then it is asked."""
    words = _after(ctx, verb, text)
    return bool(words if verb == "accept" else _slip(words))


def _slip(words: str) -> str:
    """What looks like a number with which words begin, and is none."""
    found = _LOOKS.match(words)
    return found[0] if found else ""


async def _likely(ctx: Context, verb: str, *, named: bool = False) -> list[Case]:
    """The cases that may be meant when no number is said: that of the card shown last, or else all it can be done to.

    ``named``: one was named so that it cannot be told which, and the card shown last is no more likely than others.

    A card that still has to be accepted is meant by 办结 only where nothing else can be.
    """
    cases = await desk_cases(ctx)
    shown = [one for one in cases if one.ref in _shown(ctx, verb) and not named]
    if verb == "accept":
        return shown or [one for one in cases if can(one, "accept")]
    mine = _in_hand(ctx, cases)
    if verb == "return":
        return shown or [*mine, *(one for one in cases if can(one, "accept"))]
    return shown or mine or [one for one in cases if one.ref in _shown(ctx, "accept")]


async def done(ctx: Context, said: Incoming, do: Callable[[str, str], Awaitable[Answer]]) -> Answer:
    """``do`` it to the case of which 修好了 is said by who has it in hand; asks which of several.

    None where a question is open, where they speak as the resident, and for whoever has none in hand: they mean something else.
    """
    if _answers_something(ctx):
        return None
    cases = await desk_cases(ctx)
    if references(said.text, "R") or _in_hand(ctx, cases):
        return await case_meant(ctx, "finish", said, do)
    waiting = [one for one in cases if can(one, "accept")]
    own = await ctx.unit.cases.of_person(ctx.person.id) if waiting else ()
    return await do(waiting[0].ref, "") if len(waiting) == 1 and not own and await ctx.may("case.finish") else None


async def there(ctx: Context, said: Incoming) -> Answer:
    """我到现场了: the card of the case in hand with what can be done now, the list of several; None for whoever has none."""
    mine = _in_hand(ctx, await desk_cases(ctx))
    refs = references(said.text, "R") or [one.ref for one in mine]
    if not mine or _answers_something(ctx):
        return None
    return await staff.show(ctx, refs[0]) if len(refs) == 1 else await staff.listed(ctx, mine)


def outcome(ctx: Context, text: str) -> str:
    """What words such as 修好了 say of the outcome, "" where they do not tell or leave a doubt: 修好了，但还漏."""
    if any(mark in text for mark in ctx.shelf.texts.words("words.doubt")):
        return ""
    return "solved" if ctx.shelf.texts.after("outcome.heard.solved", text) is not None else ""


def _in_hand(ctx: Context, cases: Sequence[Case]) -> list[Case]:
    """Those that the speaker has accepted."""
    return [one for one in cases if one.state == "accepted" and one.handler_id == ctx.person.id]


def _answers_something(ctx: Context) -> bool:
    """Whether a question is open that 解决了 answers: one of a form, or whether the speaker's own report is solved."""
    asked = any(one.token.partition(":")[0] in _TO_REPORTER for one in every(ctx.chat))
    return asked or form_of(ctx) is not None


async def _ask_which(ctx: Context, verb: str, cases: Sequence[Case], said: Incoming) -> Answer:
    """Which of several, audited as a list; what was said is kept for it. Raises Refusal when there is none."""
    if not cases:
        raise Refusal(f"case.none_to_{verb}", choice("menu.cases", "cases"))
    offered, question = cases[:10], kept.remember(ctx, said)
    await staff.audit_list(ctx, offered)
    return Reply((say(f"case.which_{verb}"),), tuple(_one(ctx, verb, case, question) for case in offered))


def _one(ctx: Context, verb: str, case: Case, question: str) -> Choice:
    """A case to choose, with its place where the channel may show it."""
    token, title = f"case.{verb}:{case.ref}:{question}", title_in(ctx, case, ctx.chat)
    if kept_off(ctx, case, ctx.chat):
        return choice("case.which_private", token, ref=case.ref, title=title)
    return choice("case.which_one", token, ref=case.ref, title=title, place=case.place)


def _shown(ctx: Context, verb: str) -> set[str]:
    """The cases of the buttons last shown to the speaker."""
    return {one.token.split(":")[1] for one in every(ctx.chat) if one.token.startswith(f"case.{verb}:")}
