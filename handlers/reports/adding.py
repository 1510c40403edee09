"""Whether what a resident says beside a report is to be added to it, or is something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from handlers import kept
from handlers.casework import kept_off, title_in
from handlers.choices import every
from handlers.context import Context
from handlers.form import standing
from handlers.messages import Incoming, Kind, Reply, choice, say
from handlers.reports import resident
from handlers.reports.forms import SUPPLEMENT
from handlers.texts import plain
from handlers.topic import Answer, argument
from handlers.workflow import UNDONE
from knowledge.numerals import ordinal
from knowledge.references import without
from storage.models import Case

_LEAST: Final = 2
"""Characters from which on words nobody understood may say something of a report."""
_LATELY: Final = timedelta(days=7)
"""So long after a report was made words may be about it without naming it."""
_SMALL: Final = ("thanks", "hello", "fine", "bye")
"""Small talk that adds nothing to a report."""


async def added_to(ctx: Context, case: Case, text: str) -> Answer:
    """What stands beside a report's number, added to it: R7K2Q 是四楼的灯; None where there is nothing, or a question.

    What is finished is opened again by 没解决 alone.
    """
    words = without(text)
    asking = ctx.shelf.texts.words("words.asking")
    if case.state not in UNDONE or len(words) < 2 or any(word in words.lower() for word in asking):
        return None
    return await invited(ctx, case, words)


async def invited(ctx: Context, case: Case, words: str) -> Answer:
    """What somebody says to 要补充什么吗: words to add, or nothing to add.

    None for small talk, a report of its own and a question how it stands.
    """
    hears = ctx.shelf.texts.hears
    if any(hears(key, words) for key in ("words.skip", "words.no", "words.yes")):
        return Reply((say("supplement.nothing", ref=case.ref),))
    empty = ordinal(words) is not None or not any(sign.isalnum() for sign in words)
    if empty or any(hears(f"talk.heard.{one}", words) for one in _SMALL):
        return None
    if is_another(ctx, case, words) or _asks_how_it_stands(ctx, words):
        return None
    return await resident.supplement(ctx, {"case": case.ref, "supplement": words})


async def to_place(ctx: Context, said: Incoming) -> Answer:
    """地点写错了，是6栋: added to the open report, or the right place asked for; which of several is asked.

    None where there is none, and where the place of something else was shown last.
    """
    if standing.current(ctx) is not None or any(one.token.startswith("service.") for one in every(ctx.chat)):
        return None
    found = await ctx.unit.cases.of_person(ctx.person.id)
    cases = [one for one in found if one.state in UNDONE and not kept_off(ctx, one, ctx.chat)]
    if len(cases) == 1 and ctx.shelf.gazetteer.locate(said.text):
        return await resident.supplement(ctx, {"case": cases[0].ref, "supplement": said.text})
    if len(cases) == 1:
        asked = await ctx.start(SUPPLEMENT, case=cases[0].ref)
        return replace(asked, lines=(say("supplement.place", ref=cases[0].ref),)) if isinstance(asked, Reply) else asked
    offered = (
        choice("case.which_private", f"case.add:{one.ref}", ref=one.ref, title=title_in(ctx, one, ctx.chat))
        for one in cases
    )
    return Reply((say("case.which_enough"),), tuple(offered)) if cases else None


async def remark(ctx: Context, said: Incoming) -> Answer:
    """Words nobody understood, of who has one report open that was made or moved lately: they may be about that, and are asked.

    None for everybody else, and for words that say too little.
    """
    if standing.current(ctx) is not None or len(plain(said.text)) < _LEAST or said.kind is not Kind.TEXT:
        return None
    if ctx.shelf.gazetteer.locate(said.text):  # a place alone is that of what is told next
        return None
    cases = [one for one in await ctx.unit.cases.of_person(ctx.person.id) if one.state in UNDONE]
    if len(cases) != 1 or kept_off(ctx, cases[0], ctx.chat) or ctx.now - cases[0].created_at > _LATELY:
        return None
    question = kept.remember(ctx, said)
    yes = choice("supplement.yes", f"case.remark:{cases[0].ref}:{question}", "primary")
    return Reply((say("supplement.is_it", ref=cases[0].ref, title=cases[0].title),), (yes, choice("supplement.no", f"nothing:{question}")))


async def remarked(ctx: Context, said: Incoming) -> Answer:
    """It is about that report: added to it."""
    ref, _, question = argument(said).partition(":")
    words = kept.recall(ctx, question).words
    if not words:
        return await resident.tell_progress(ctx, await resident.own(ctx, ref))
    return await resident.supplement(ctx, {"case": ref, "supplement": words})


def is_another(ctx: Context, case: Case, words: str) -> bool:
    """Whether words report something else than this case: surely of another kind, or at another place."""
    meant, known = ctx.shelf.understander.understand(words), ctx.catalogue
    if meant.intent != "report":
        return False
    kinds = [kind for kind, _ in resident.likely_categories(ctx, words)]
    told_kind = case.subject in known.categories or case.urgency == "critical"
    return (meant.sure and told_kind and case.subject not in kinds) or is_elsewhere(ctx, case, words)


def is_elsewhere(ctx: Context, case: Case, words: str) -> bool:
    """Whether words name a place, and neither the case's nor what it lies in or holds."""
    known = ctx.catalogue
    here = {area.code for area in known.lineage(case.area_code)}
    places = ctx.shelf.gazetteer.locate(words)
    near = [one for one in places if one.code in here or case.area_code in [up.code for up in known.lineage(one.code)]]
    return bool(places) and not near


def _asks_how_it_stands(ctx: Context, words: str) -> bool:
    """Whether words ask for progress and do not tell, as 怎么还没修好 does, that nothing is done."""
    if ctx.shelf.understander.understand(words).intent != "progress":
        return False
    undone = ctx.shelf.texts.words("words.undone")
    return bool(resident.reference_in(words)) or not any(word in plain(words) for word in undone)
