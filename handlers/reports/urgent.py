"""告诉网格员: danger to life goes to the grid at once; only what nobody knows is asked, and only where it is.

No consent is asked: passing it on protects life (Personal Information Protection Law, article 13 (4); domain.md §9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from handlers import danger, kept
from handlers.casework import filed
from handlers.context import Context
from handlers.form import Form, Photos, Place
from handlers.form.assuming import address_in
from handlers.form.world import WRITTEN, told
from handlers.kept import Asked
from handlers.messages import Choice, Incoming, Kind, Location, choice, say
from handlers.reports import forms, resident
from handlers.texts import plain
from handlers.topic import Answer
from handlers.where import area_at, is_here
from knowledge.addresses import is_address
from knowledge.references import references

_LEAVING: Final = ("words.no", *(f"talk.heard.{one}" for one in ("thanks", "bye", "hello", "fine")))
"""Words that leave the offer as it is."""


def _infer(ctx: Context, answers: dict[str, Any]) -> dict[str, Any]:
    """The building in the words; else, where they name no place, where the speaker is or lives."""
    words = str(answers.get("report_words", ""))
    found = {key: one for key, one in forms.infer(ctx, answers).items() if key != "report_category"}
    if not words or "report_place" in {**answers, **found} or ctx.shelf.gazetteer.locate(words):
        return found
    place = kept.here(ctx) or _home(ctx)
    return {**found, "report_place": place} if place else found


def place_put_aside(ctx: Context, at: str, words: str) -> dict[str, Any]:
    """The place answered in the form that was put aside at that moment for the danger, unless the words name one."""
    draft = ctx.chat.draft
    place = draft.get("answers", {}).get("report_place") if draft.get("at") == at else None
    if not place or ctx.shelf.gazetteer.locate(words):
        return {}
    return {"report_place": {key: place.get(key) for key in ("area", "text", "lat", "lon")}}


def is_private(ctx: Context, words: str) -> bool:
    """Whether it is a matter that goes to the community alone, and not to the grid (domain.md §9)."""
    category = ctx.catalogue.categories.get(forms.danger_category(ctx, words))
    return category is not None and category.private


def offer(ctx: Context, words: str, question: str) -> tuple[Choice, ...]:
    """The buttons under 要不要我也告诉网格员; ``question`` is the key of the ``words`` that were said."""
    label = "emergency.tell_private" if is_private(ctx, words) else "emergency.tell"
    return choice(label, f"emergency.tell:{question}", "danger"), choice("menu.human", "human")


def is_more(ctx: Context, said: Incoming, asked: Asked) -> bool:
    """Whether what is said while the offer stands belongs to it: nothing that surely asks or reports something else.

    Nor thanks, a farewell and a no, which leave it as it is, nor anything after ``rules.danger_minutes``.
    """
    if not asked.at or datetime.fromisoformat(asked.at) < ctx.now - timedelta(minutes=ctx.rules.danger_minutes):
        return False
    if said.kind is not Kind.TEXT:
        return True
    hears, meant = ctx.shelf.texts.hears, ctx.shelf.understander.understand(said.text)
    if any(hears(key, said.text) for key in _LEAVING):
        return False
    waits = meant.intent == "progress" and "来" in said.text  # 怎么还没来人
    return not references(said.text) and (is_address(said.text) or not meant.sure or meant.intent in ("none", "human") or waits)


def put_pin(ctx: Context, pin: Location) -> bool:
    """Keep the point that was sent as where it is; False where it lies far from here."""
    if not is_here(ctx.catalogue, pin.lat, pin.lon, ctx.rules.area_kilometres):
        return False
    area = area_at(ctx.catalogue, pin.lat, pin.lon)
    kept.put_place(ctx, area, ctx.full_name(area.code), pin)
    return True


def told_last(ctx: Context) -> str:
    """The key of the danger told last within ``rules.danger_minutes``, of which nothing was filed yet; "" for none."""
    oldest = (ctx.now - timedelta(minutes=ctx.rules.danger_minutes)).isoformat()
    for key, asked in reversed(kept.questions(ctx).items()):
        if asked.at >= oldest and not asked.ref and ctx.shelf.understander.danger(asked.words):
            return key
    return ""


def is_over(ctx: Context, said: Incoming) -> bool:
    """Whether words say that it is over, was none, or is not to be told: 已经灭了, 搞错了, 先不要."""
    return any(word in plain(said.text) for word in ctx.shelf.texts.words("emergency.over"))


def says_where(ctx: Context, said: Incoming, words: str) -> bool:
    """Whether the answer is a place, which is as good as a yes; what is private goes nowhere without one."""
    texts, gazetteer, typed = ctx.shelf.texts, ctx.shelf.gazetteer, plain(said.text)
    if said.location is not None:
        return not is_private(ctx, words)
    beside = any(word in typed for word in texts.words("emergency.beside"))
    if beside or is_over(ctx, said) or not gazetteer.locate(typed):
        return False
    agreed = any(typed.startswith(word) for word in texts.words("words.yes"))
    return agreed or ((is_address(typed) or gazetteer.only_names(typed)) and not is_private(ctx, words))


def place_in(ctx: Context, more: Sequence[str]) -> dict[str, Any]:
    """The place said last to the offer."""
    for words in reversed(more):
        places = ctx.shelf.gazetteer.locate(words)
        if len(places) == 1:
            text = told(ctx, places[0].code, words if is_address(words) else address_in(words))
            return {"report_place": {"area": places[0].code, "text": text, "lat": None, "lon": None}}
    return {}


def _home(ctx: Context) -> dict[str, Any] | None:
    """The speaker's building, marked as what it is: it was not said this time."""
    area = ctx.catalogue.areas.get(ctx.person.area_code or "")
    if area is None or area.kind != "building":
        return None
    text = ctx.shelf.texts.word(WRITTEN, "emergency.home", place=ctx.full_name(area.code))
    return {"area": area.code, "text": text, "lat": None, "lon": None}


async def _tell(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Open the case above all queues, and say what went where, whom to call all the same, and how to add to it."""
    question, words = str(answers.pop("question", "")), answers["report_words"]
    category = forms.danger_category(ctx, words)
    known = {"report_words": forms.all_words(answers), "report_category": category, "report_urgency": "critical"}
    case = await resident.open_case(ctx, {**answers, **known})
    kept.settle(ctx, question, case.ref)
    receipt = filed(ctx, case)
    found = ctx.shelf.understander.danger(words)
    kept.put_danger(ctx, case.ref, found.id if found else "")
    call = (say("emergency.call", phone=found.phone if found else ctx.rules.emergency_phone),)
    if found is not None and found.id == danger.DESPAIR:
        call = (danger.number(ctx, found),)
    sent = say("emergency.sent_private" if case.private else "emergency.sent", place=case.place)
    more = choice("case.add", f"case.add:{case.ref}", "primary")
    resume = (choice("form.resume", "resume"),) if ctx.chat.draft else ()
    lines = (sent, *call, *receipt.lines, say("emergency.more"))
    return replace(receipt, lines=lines, choices=(more, *receipt.choices, *resume))


TELL = Form(
    "emergency",
    version=1,
    done=_tell,
    infer=_infer,
    consent=False,
    for_danger=True,
    voices=True,
    steps=(
        forms.Matter(key="report_words", question="report.ask_words", least=2),
        Place(key="report_place", question="emergency.ask_place", vague=True),
        Photos(key="report_photos", question="report.ask_photos", when=lambda answers: False),
    ),
)
