"""Pictures of a message: which were taken in, which were refused and why, and how many may be kept together."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.messages import Incoming, Kind, Say, say


def pictures(said: Incoming) -> list[int]:
    """The pictures that were taken in, by media id."""
    return [one.media_id for one in said.attachments if one.media_id is not None and one.kind is Kind.PHOTO]


def refusals(said: Incoming) -> tuple[Say, ...]:
    """Why pictures were not taken, each reason once."""
    return tuple(say(key) for key in dict.fromkeys(one.problem for one in said.attachments if one.problem))


def added(have: Sequence[int], said: Incoming, limit: int) -> tuple[list[int], tuple[Say, ...]]:
    """At most ``limit`` pictures with those of a message, and what has to be told: refusals, and that some are too many."""
    found = [*have, *pictures(said)]
    full = (say("form.photos_full", most=limit),) if len(found) > limit else ()
    return found[:limit], (*refusals(said), *full)
