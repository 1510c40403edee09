"""The forms of the reports room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handlers import kept
from handlers.casework import filed
from handlers.context import Context
from handlers.form import Confirm, Form, Phone, Photos, Pick, Place, Problem, Read, Text, assuming
from handlers.form.photos import CAPTIONS
from handlers.form.steps import Answers
from handlers.form.world import LACKS, NEAR, named_estates, names_another, told, within
from handlers.messages import Incoming, Reply, Say, say
from handlers.reports import joining, resident, staff
from handlers.reports.outcome import CLOSING, OUTCOMES, Outcome
from handlers.topic import Answer
from knowledge.addresses import is_address
from knowledge.entries import Area
from knowledge.whereabouts import speaks_of_elsewhere

RETURN_REASONS = ("wrong_area", "wrong_department", "unclear", "duplicate", "other")
_FROM_WORDS = {"from_words": True}
KEPT: Final = {**_FROM_WORDS, "kept": True}
"""In the answer to the place that was told before the report: words that name another one go before it, and it is said."""
_EVERYBODYS = ("fire", "gas-leak", "live-wire", "lift-trapped")
"""Dangers that are nobody's private matter, whoever is in them: 着火了，有个老头没出来."""
_LIKELY = 0.5
"""The score from which a category is taken to be that of a danger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter(Text):
    """What it is about: a building alone tells where, and the question stays open."""

    async def read(self, ctx: Context, said: Incoming, answers: Answers) -> Read | Problem:
        """The words, unless they only name a place; that is remembered and not asked again."""
        places = ctx.shelf.gazetteer.locate(said.text) if is_address(said.text) else []
        where = (
            await Place(key="report_place", question="report.ask_place").read(ctx, said, answers)
            if len(places) == 1
            else None
        )
        if not isinstance(where, Read):
            return await Text.read(self, ctx, said, answers)
        ctx.chat.answers = {**ctx.chat.answers, "report_place": where.value}
        return Problem(say("report.place_only", place=where.value["text"]))


async def _categories(ctx: Context, answers: Answers) -> list[tuple[str, Say]]:
    """The three likeliest categories of the words, and 其他."""
    likely = resident.likely_categories(ctx, str(answers.get("report_words", "")))
    named = [(entry, say("report.category", name=name)) for entry, name in likely[:3]]
    return [*named, ("other", say("report.other"))]


def infer(ctx: Context, answers: dict[str, Any]) -> dict[str, Any]:
    """What the words already tell: the category when it is certain (or nothing comes near), the building, or the estate.

    A place that was read from the words gives way to the one that changed words name, or, where that has to be asked, goes.
    """
    words = str(answers.get("report_words", ""))
    found: dict[str, Any] = {}
    if words and "report_category" not in answers:
        likely = resident.likely_categories(ctx, words)
        sure = resident.sure_category(ctx, words)
        if ctx.shelf.understander.understand(words).emergency:
            found["report_category"] = danger_category(ctx, words)
        elif sure or not likely:
            found["report_category"] = sure
    if words and answers.get("report_place", _FROM_WORDS).get("from_words"):
        near = named_estates(ctx, words) or _told_before(ctx)
        places, lacking = within(ctx, words, near)
        if len(places) == 1 and places[0].kind == "building":
            said = told(ctx, places[0].code, assuming.address_in(words))
            where = {"area": places[0].code, "text": said, **_FROM_WORDS}
            found["report_place"] = where | assuming.mark(ctx, places[0], words)
        elif "report_place" in answers and _gives_way(ctx, answers["report_place"], words, places):
            found["report_place"] = None
        found |= {NEAR: near, LACKS: lacking}
    return found


def _told_before(ctx: Context) -> list[str]:
    """The estate or community told just before the report, as a list for ``NEAR``."""
    here = kept.here(ctx)
    wide = here is not None and ctx.catalogue.areas[here["area"]].kind in ("grid", "community")
    return [here["area"]] if here and wide else []


def _gives_way(ctx: Context, place: Mapping[str, Any], words: str, places: Sequence[Area]) -> bool:
    """Whether the words name another place, or speak of one while the place was told before them."""
    return names_another(ctx, place, places) or (place.get("kept", False) and speaks_of_elsewhere(words))


def danger_category(ctx: Context, words: str) -> str:
    """The category where life is in danger: the likeliest when it is pressing and hardly doubted, or private; else none.

    Nothing is asked then, and what is private never goes the ordinary way (domain.md §9).
    """
    understood = ctx.shelf.understander.understand(words)
    meant = [one for one in understood.alternatives if one.intent == "report"]
    likeliest, score = next(((one.entry_id or "", one.score) for one in meant if one.entry_id), ("", 0.0))
    category = ctx.catalogue.categories.get(likeliest)
    pressing = category is not None and category.urgency != "normal" and score >= _LIKELY
    everybodys = understood.emergency is not None and understood.emergency.id in _EVERYBODYS
    if category is None or (category.private and everybodys):
        return ""
    return likeliest if category.private or pressing else ""


def _critical(ctx: Context, answers: Answers) -> bool:
    """Whether life is in danger: the resident said so, or the words (or those of the place or a picture) do."""
    place = str((answers.get("report_place") or {}).get("text", ""))
    said = (str(answers.get("report_words", "")), place, *answers.get(CAPTIONS, ()))
    return answers.get("report_urgency") == "critical" or any(
        ctx.shelf.understander.understand(words).emergency for words in said
    )


async def _file(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Open the case, as urgent as the words are when they are handed in; give the number, and ask whether it is one known already."""
    urgency = {"report_urgency": "critical"} if _critical(ctx, answers) else {}
    await resident.refuse_if_too_many(ctx)
    case = await resident.open_case(ctx, {**answers, **urgency, "report_words": all_words(answers)})
    return await joining.offered(ctx, case, filed(ctx, case))


def all_words(answers: Answers) -> str:
    """The resident's words, and those written under pictures, a line each."""
    return "\n".join((answers["report_words"], *answers.get(CAPTIONS, ())))


def _about(ctx: Context, answers: Answers) -> Say | None:
    """What was understood, said before the first question."""
    category = ctx.catalogue.categories.get(str(answers.get("report_category", "")))
    place = answers.get("report_place", {})
    at = say("report.sum_place", place=place["text"]) if place.get("kept") else None
    if "report_words" not in answers:
        return at
    what = say("report.about", name=category.label) if category else say("report.about_other")
    return say("report.about_at", what=what, at=at) if at else what


def _summary(ctx: Context, answers: Answers) -> Reply:
    category = ctx.catalogue.categories.get(str(answers.get("report_category", "")))
    critical = (say("report.sum_critical"),) if _critical(ctx, answers) else ()
    return Reply(
        (
            *critical,
            say("report.sum_head", name=category.label if category else say("report.other")),
            say("report.sum_place", place=answers["report_place"]["text"]),
            say("report.sum_words", words=all_words(answers)),
            say("report.sum_photos", count=len(answers.get("report_photos") or [])),
        )
    )


REPORT = Form(
    "report",
    version=1,
    done=_file,
    infer=infer,
    follow={"report_words": ("report_category",)},
    voices=True,
    about=_about,
    steps=(
        Matter(key="report_words", question="report.ask_words", least=2),
        Pick(key="report_category", question="report.ask_category", options=_categories),
        Place(key="report_place", question="report.ask_place", vague=True),
        Photos(key="report_photos", question="report.ask_photos", words=True),
        Confirm(key="report_ok", question="report.ask_ok", summary=_summary),
    ),
)


def _closing(ctx: Context, answers: Answers) -> Say | None:
    """Which case it is and what the resident will read, where the words came before the form."""
    if "finish_words" not in answers:
        return None
    return say("finish.about", ref=answers["case"], words=answers["finish_words"])


FINISH = Form(
    "finish",
    version=1,
    tells=True,
    done=staff.finish,
    consent=False,
    about=_closing,
    steps=(
        Outcome(
            key="outcome", question="finish.ask_outcome", options=[(one, say(f"outcome.{one}")) for one in OUTCOMES]
        ),
        CLOSING,
        Photos(key="finish_photos", question="finish.ask_photos"),
    ),
)

RETURN = Form(
    "return",
    version=1,
    tells=True,
    done=staff.send_back,
    consent=False,
    steps=(
        Pick(
            key="return_reason",
            question="return.ask_reason",
            options=[(one, say(f"return.{one}")) for one in RETURN_REASONS],
        ),
        Text(key="return_words", question="return.ask_words", optional=True),
    ),
)

PHONE = Form(
    "phone", version=1, done=resident.keep_phone, steps=(Phone(key="phone", question="phone.ask"),), draft=False
)

SUPPLEMENT = Form(
    "supplement",
    version=1,
    done=resident.supplement,
    steps=(
        Text(key="supplement", question="supplement.ask", spoken=True, optional=True),
        Photos(key="supplement_photos", question="report.ask_photos", when=lambda answers: False),
    ),
    voices=True,
)
