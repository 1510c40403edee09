"""解决了 and 没解决 typed where their buttons have gone by, and words that say that what was finished is not solved."""

from __future__ import annotations

from typing import Final

from handlers import danger, kept, labels
from handlers.casework import kept_off, title_in
from handlers.choices import every
from handlers.context import Context
from handlers.form import standing
from handlers.messages import Incoming, Kind, Reply, choice, say
from handlers.reports import adding, resident
from handlers.texts import apart, plain
from handlers.topic import Answer, argument
from handlers.workflow import DONE, UNDONE, can
from knowledge.references import references
from storage.models import Case

KEYS: Final = {
    "solved": ("case.solved", "exactly.case.solved"),
    "partly": ("case.partly",),
    "unsolved": ("case.unsolved", "exactly.case.unsolved"),
}
"""By verdict the sentences that list its words."""
_OPEN: Final = ("case.solved:", "emergency.")
"""Beginnings of the buttons of questions that such words answer themselves."""
_MARKS: Final = ("heard.case.solved", "heard.case.unsolved", "words.mixed")
_TALK: Final = ("hello", "thanks", "bye", "sorry", "who", "unwell", "ask")
"""Small talk that is answered as such, whatever question is open."""
_LONGEST: Final = 60
"""Characters up to which words may be an answer."""
_ELSEWISE: Final = ("words.yes", "words.no", "words.skip", "words.enough")
"""Words that may answer something else."""


async def said_alone(ctx: Context, said: Incoming) -> Answer:
    """Of the only report that awaits the resident's word, or which of several; None where none does.

    While its buttons are shown they are what the words stand for. In a form, only what answers nothing else is heard.
    """
    hears = ctx.shelf.texts.hears
    if said.kind is not Kind.TEXT or any(one.token.startswith(_OPEN) for one in every(ctx.chat)):
        return None
    if any(hears(key, said.text) for key in _ELSEWISE):
        return None
    verdict = next((one for one in reversed(KEYS) if _means(ctx, one, said.text)), "")
    cases = await _finished(ctx) if verdict else []
    if len(cases) == 1:
        return await resident.confirm(ctx, cases[0].ref, verdict)
    offered = (
        choice("case.which_private", f"case.{verdict}:{one.ref}", ref=one.ref, title=title_in(ctx, one, ctx.chat))
        for one in cases
    )
    return Reply((say("case.which_enough"),), tuple(offered)) if cases else None


async def unclear(ctx: Context, said: Incoming) -> Reply | None:
    """还没看, 不知道, 差不多 said to 解决了吗: neither closes nor opens anything, and it is asked again; else None."""
    ref = _asked(ctx)
    if not ref or standing.current(ctx) is not None:
        return None
    case = await resident.own(ctx, ref)
    key = "case.unseen" if ctx.shelf.texts.hears("case.unseen_words", said.text) else "case.vague"
    return Reply((say(key, ref=case.ref),), resident.solved_choices(case)) if can(case, "confirm") else None


async def beside(ctx: Context, said: Incoming) -> Answer:
    """What is said while 解决了吗 is open and is none of its answers: a complaint is about this case, or asked about; else asked again.

    None for what surely is another matter: a service, a person, a report elsewhere, another number, danger, thanks.
    """
    ref, texts = _asked(ctx), ctx.shelf.texts
    if not ref or len(said.text) > _LONGEST or danger.found(ctx, said) or references(said.text):
        return None
    case, meant = await resident.own(ctx, ref), ctx.shelf.understander.understand(said.text)
    if not can(case, "confirm") or (meant.sure and meant.intent not in ("report", "none")):
        return None
    another = adding.is_another(ctx, case, said.text) or adding.is_elsewhere(ctx, case, said.text)
    if another or any(texts.hears(f"talk.heard.{one}", said.text) for one in _TALK):
        return None
    words = plain(said.text)
    good, bad, mixed = (any(one in words for one in texts.words(key)) for key in _MARKS)
    if bad and not (good and mixed):
        photos = [one.media_id for one in said.attachments if one.media_id is not None]
        return await resident.supplement(ctx, {"case": ref, "supplement": said.text, "supplement_photos": photos})
    if meant.intent == "report" and not good:
        return _which(ctx, said, case)
    return Reply((say("case.which_verdict", ref=case.ref),), resident.solved_choices(case))


async def about_finished(ctx: Context, said: Incoming) -> Reply | None:
    """The question whether words that say 还是 or 又 are about a report that is finished and may still be opened again.

    None for all others, for danger, for what answers the question that is open, names a report, or tells that all is well.
    """
    if standing.current(ctx) is not None or danger.found(ctx, said) or labels.chosen(ctx, said).kind is Kind.PRESS:
        return None
    if references(said.text) or not _complains(ctx, said.text):
        return None
    cases = await ctx.unit.cases.of_person(ctx.person.id)
    kinds = [kind for kind, _ in resident.likely_categories(ctx, said.text)[:1]]
    if any(one.state in UNDONE and one.subject in kinds for one in cases):
        return None
    for case in cases:
        if case.state not in DONE or kept_off(ctx, case, ctx.chat) or resident.closed_for_good(ctx, case):
            continue
        if case.subject in kinds and not adding.is_another(ctx, case, said.text):
            return _which(ctx, said, case)
    return None


def _asked(ctx: Context) -> str:
    """The number of the report about which 解决了吗 is open, "" for none."""
    return next((one.token.partition(":")[2] for one in every(ctx.chat) if one.token.startswith("case.solved:")), "")


def _which(ctx: Context, said: Incoming, case: Case) -> Reply:
    """The question whether words are about this case."""
    question = kept.remember(ctx, said)
    yes = choice("case.same_yes", f"case.still:{case.ref}:{question}", "primary")
    return Reply((say("case.same", ref=case.ref, title=case.title),), (yes, choice("case.same_no", f"case.another:{question}")))


async def still(ctx: Context, said: Incoming) -> Answer:
    """It is about that one: opened again with what was said."""
    ref, _, question = argument(said).partition(":")
    asked = kept.recall(ctx, question)
    if not asked.words:
        return await resident.tell_progress(ctx, await resident.own(ctx, ref))
    photos = list(asked.photos)
    return await resident.supplement(ctx, {"case": ref, "supplement": asked.words, "supplement_photos": photos})


def _means(ctx: Context, verdict: str, text: str) -> bool:
    """Whether words are this verdict and nothing besides, but for a yes: 好的，没解决."""
    texts, parts = ctx.shelf.texts, apart(text) or [text]
    return any(texts.hears(key, part) for key in KEYS[verdict] for part in parts)


def _complains(ctx: Context, text: str) -> bool:
    """Whether words say that something is wrong: no thanks for it, and none of 又亮了."""
    texts, words = ctx.shelf.texts, plain(text)
    if any(one in words for one in texts.words("heard.case.unsolved")):
        return True
    well = any(one in words for key in ("heard.case.solved", "talk.heard.thanks") for one in texts.words(key) if len(one) > 1)
    return not well and ctx.shelf.understander.understand(text).intent == "report"


async def _finished(ctx: Context) -> list[Case]:
    """The speaker's reports that await their word, the newest first."""
    found = await ctx.unit.cases.of_person(ctx.person.id)
    return [one for one in found if can(one, "confirm") and not kept_off(ctx, one, ctx.chat)]
