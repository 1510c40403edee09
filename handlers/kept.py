"""What is kept of somebody between two messages outside any form, in ``Chat.preset``, and for how long.

The words a question was asked about stand under a short key that travels in the question's buttons, so an old button
never takes up newer words. Pictures without words wait ``rules.photo_minutes`` for the report they belong to. A place
stays, but is taken without asking for ``rules.place_minutes`` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from handlers.context import Context
from handlers.messages import Incoming, Location, Say
from handlers.pictures import added, pictures
from handlers.texts import LANGUAGES
from knowledge.entries import Area

_NEVER: Final = "0001-01-01T00:00+00:00"
_QUESTIONS: Final = 5
"""Questions whose words are kept at once; an older button starts without words."""
_MORE: Final = 10
"""Messages kept that were said to one question besides its answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody said before a question was asked about it."""

    words: str = ""
    photos: tuple[int, ...] = ()
    ref: str = ""
    """The case that came of it already."""
    at: str = ""
    """When, as it is kept."""
    more: tuple[str, ...] = ()
    """What was said to the question besides."""


def remember(ctx: Context, said: Incoming) -> str:
    """Keep the words and pictures a question is about to be asked about; returns the key for its buttons."""
    asked = _asked(ctx)
    number = int(ctx.now.timestamp() * 1000)
    while (key := format(number % 16**8, "x")) in asked:
        number += 1
    asked[key] = {"words": said.text, "photos": pictures(said), "at": ctx.now.isoformat()}
    _put(ctx, asked=dict(list(asked.items())[-_QUESTIONS:]))
    return key


def recall(ctx: Context, key: str) -> Asked:
    """What that question was about; empty when it is too old or was never asked."""
    found = _asked(ctx).get(key)
    if found is None:
        return Asked()
    more = tuple(found.get("more", ()))
    return Asked(str(found["words"]), tuple(found["photos"]), str(found.get("ref", "")), str(found["at"]), more)


def questions(ctx: Context) -> dict[str, Asked]:
    """All that is kept of what questions were asked about, by key, the oldest first."""
    return {key: recall(ctx, key) for key in _asked(ctx)}


def add_words(ctx: Context, key: str, words: str) -> None:
    """Keep what was said besides to a question with what it was asked about."""
    asked, words = _asked(ctx), words.strip()
    if key in asked and words:
        more = [*asked[key].get("more", ()), words][-_MORE:]
        _put(ctx, asked={**asked, key: {**asked[key], "more": more}})


def settle(ctx: Context, key: str, ref: str) -> None:
    """Note which case came of a question's words, so that its button pressed again makes no second one."""
    asked = _asked(ctx)
    if key in asked:
        _put(ctx, asked={**asked, key: {**asked[key], "ref": ref}})


def add_photos(ctx: Context, said: Incoming) -> tuple[int, tuple[Say, ...]]:
    """Keep pictures without words beside those that came shortly before; returns how many wait, and what to tell."""
    waiting, told = added(_photos(ctx), said, ctx.rules.photos_per_report)
    if pictures(said):
        _put(ctx, photos={"ids": waiting, "at": ctx.now.isoformat()})
    return len(waiting), told


def take_photos(ctx: Context) -> list[int]:
    """The pictures that wait, which are not kept here any longer."""
    waiting = _photos(ctx)
    _put(ctx, photos=None)
    return waiting


def put_place(ctx: Context, area: Area, name: str, pin: Location) -> None:
    """Keep where somebody is; without consent only the building or area, never the point itself (domain.md §9)."""
    known = ctx.person.consented_at is not None
    lat, lon = (pin.lat, pin.lon) if known else (None, None)
    _put(ctx, area=area.code, text=name, lat=lat, lon=lon, placed=ctx.now.isoformat())


def drop_place(ctx: Context) -> None:
    """Where somebody is is not known any more."""
    _put(ctx, area=None, text=None, lat=None, lon=None, placed=None)


def here(ctx: Context) -> dict[str, Any] | None:
    """The place scanned, sent or named within the last ``rules.place_minutes``, as the answer to a question for a place."""
    preset, oldest = ctx.chat.preset, ctx.now - timedelta(minutes=ctx.rules.place_minutes)
    if preset.get("area") not in ctx.catalogue.areas or datetime.fromisoformat(preset.get("placed", _NEVER)) < oldest:
        return None
    return {key: preset.get(key) for key in ("area", "text", "lat", "lon")}


def put_danger(ctx: Context, ref: str, kind: str) -> None:
    """Keep which case came of a danger that was told, and of which kind it is: what is said next is about it."""
    _put(ctx, danger={"ref": ref, "kind": kind, "at": ctx.now.isoformat()})


def put_despair(ctx: Context) -> None:
    """Keep that somebody said they do not want to live: whoever they call for is called at once."""
    _put(ctx, despair=ctx.now.isoformat())


def despairs(ctx: Context, *, recently: bool = False) -> bool:
    """Whether they said so within the last ``rules.draft_hours``, or (``recently``) ``rules.danger_minutes``."""
    said = datetime.fromisoformat(ctx.chat.preset.get("despair", _NEVER))
    minutes, hours = (ctx.rules.danger_minutes, 0) if recently else (0, ctx.rules.draft_hours)
    return said >= ctx.now - timedelta(hours=hours, minutes=minutes)


def danger(ctx: Context, kind: str = "") -> str:
    """The reference of the danger (of this ``kind``, if any) reported within the last ``rules.danger_minutes``, or ""."""
    told, oldest = ctx.chat.preset.get("danger"), ctx.now - timedelta(minutes=ctx.rules.danger_minutes)
    if not told or datetime.fromisoformat(told["at"]) < oldest or (kind and kind != told["kind"]):
        return ""
    return str(told["ref"])


async def forget(ctx: Context) -> None:
    """Keep nothing of what the speaker said or sent that is not part of an official record, on any channel.

    For whoever refuses consent or has their data deleted. What staff were told in a call that is not over stays with them
    until it is, and goes then.
    """
    person, erasure = ctx.person, ctx.unit.erasure
    await erasure.conversations(person.id)
    await erasure.copies(person.id, await erasure.calls(person.id), gone(ctx), staff=True)
    await erasure.words(person.id)
    await erasure.files(person.id, ctx.now)


def gone(ctx: Context) -> dict[str, str]:
    """What stands in others' chats where somebody's words were, by language."""
    return {language: ctx.shelf.texts.word(language, "privacy.gone") for language in LANGUAGES}


def _asked(ctx: Context) -> dict[str, Any]:
    oldest = ctx.now - timedelta(hours=ctx.rules.draft_hours)
    kept = ctx.chat.preset.get("asked", {})
    return {key: one for key, one in kept.items() if datetime.fromisoformat(one["at"]) >= oldest}


def _photos(ctx: Context) -> list[int]:
    kept = ctx.chat.preset.get("photos")
    fresh = kept and datetime.fromisoformat(kept["at"]) >= ctx.now - timedelta(minutes=ctx.rules.photo_minutes)
    return list(kept["ids"]) if kept and fresh else []


def _put(ctx: Context, **values: Any) -> None:
    """Change what is kept; None takes a value away, and so does its age."""
    kept: dict[str, Any] = {**ctx.chat.preset, "asked": _asked(ctx), **values}
    if "photos" not in values and not _photos(ctx):
        kept.pop("photos", None)
    ctx.chat.preset = {key: value for key, value in kept.items() if value not in (None, {})}
