"""Which estate a bare 3栋 lies in: that of the speaker where it is known, else the only one with such a building.

The latter is only taken to be meant: it is told with the next question, and an estate's name corrects it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from handlers.context import Context
from handlers.form.steps import Answers
from handlers.messages import Say, say
from knowledge.addresses import addresses
from knowledge.entries import Area
from knowledge.phones import narrow
from knowledge.places import distance

_MARK: Final = "assumed"
"""In the answer to a place: the address as it was said, where its estate was not."""
_TOLD: Final = "_assumed"
"""Among a form's answers: the place that was told already."""


def mark(ctx: Context, area: Area, words: str) -> dict[str, str]:
    """What an answer holds besides, where these words name a building alone and the speaker is not known in its estate."""
    if area.kind != "building" or not ctx.shelf.gazetteer.is_bare(words) or area in own(ctx, [area]):
        return {}
    return {_MARK: address_in(words)}


def address_in(words: str) -> str:
    """The first building the words name, with its unit and room, as it was said; "" when there is none."""
    first = next((one for one in addresses(words) if one.building), None)
    return narrow(words)[first.start : first.end] if first else ""


def own(ctx: Context, found: Sequence[Area]) -> list[Area]:
    """Those in the estate of the door poster or pin that is kept, or else in that of the speaker's own area."""
    for code in (ctx.chat.preset.get("area"), ctx.person.area_code):
        estate = _estate(ctx, str(code or ""))
        if inside := [area for area in found if estate and _estate(ctx, area.code) == estate]:
            return inside
    return []


def nearest_first(ctx: Context, found: Sequence[Area]) -> list[Area]:
    """The areas by how far they are from where the speaker is or lives, as they stand where neither is known."""
    known = [ctx.catalogue.areas.get(str(code)) for code in (ctx.chat.preset.get("area"), ctx.person.area_code)]
    here = next(filter(None, known), None)
    return sorted(found, key=lambda area: distance(here.lat, here.lon, area.lat, area.lon)) if here else list(found)


def note(ctx: Context) -> tuple[Say, ...]:
    """The place that was taken to be meant and how to correct it, once before the next question."""
    for _, place in _marked(ctx.chat.answers):
        if ctx.chat.answers.get(_TOLD) != place["text"]:
            ctx.chat.answers = {**ctx.chat.answers, _TOLD: place["text"]}
            return (say("form.place_assumed", place=place["text"]),)
    return ()


def corrected(ctx: Context, text: str) -> tuple[str, str] | None:
    """The answer that is corrected by an estate's name, and what was meant in full; None for all other words."""
    for key, place in _marked(ctx.chat.answers):
        if part := ctx.shelf.gazetteer.only_part(text):
            return key, part + place[_MARK]
        if ctx.shelf.gazetteer.only_names(text):
            return key, text if address_in(text) else text.strip().rstrip("。.!！，, ") + place[_MARK]
    return None


def estate_said(ctx: Context, place: Answers) -> str:
    """The estate, or at least community, in which the answered place lies; "" where that was only taken to be meant."""
    code = str(place["area"])
    community = code in ctx.catalogue.areas and ctx.catalogue.areas[code].kind == "community"
    return "" if _MARK in place else code if community else _estate(ctx, code)


def _marked(answers: Answers) -> list[tuple[str, dict[str, Any]]]:
    return [
        (key, one) for key, one in answers.items() if isinstance(one, dict) and not key.startswith("_") and _MARK in one
    ]


def _estate(ctx: Context, code: str) -> str:
    """The grid an area is or lies in; "" for what is wider, or not ours."""
    line = ctx.catalogue.lineage(code) if code in ctx.catalogue.areas else []
    return next((area.code for area in line if area.kind == "grid"), "")
