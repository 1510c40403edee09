"""What is said first, wherever the conversation stands, when somebody's words tell of danger to life."""

from __future__ import annotations

from handlers.context import Context
from handlers.messages import Incoming, Kind, Reply, Say, say
from knowledge.entries import Emergency

_WORDLESS = (Kind.COMMAND, Kind.PRESS, Kind.LOCATION, Kind.CONTACT)
"""Kinds whose text, if any, is not what somebody says: a venue may be called 火车头."""


DESPAIR = "self-harm"
"""The danger of who does not want to live: nothing is offered to be told, somebody is to be with them."""

HUMAN = "human:urgent"
"""The button for a person under what they are answered."""


def despair_phone(ctx: Context) -> str:
    """Whom they can call at any hour."""
    known = ctx.catalogue.emergencies.get(DESPAIR)
    return known.phone if known else ctx.rules.emergency_phone


def found(ctx: Context, said: Incoming) -> Emergency | None:
    """The danger a message tells of, in its words, its caption, or what they were changed to."""
    if said.kind in _WORDLESS or not said.text.strip():
        return None
    return ctx.shelf.understander.danger(said.text)


def number(ctx: Context, danger: Emergency) -> Say:
    """Whom to call, for the speaker; who does not want to live is spoken to differently."""
    if danger.id == DESPAIR:
        return say("emergency.stay", phone=danger.phone)
    name = (danger.name_en if ctx.person.language == "en" else "") or danger.name
    return say("emergency.first", name=name, phone=danger.phone)


def advice(ctx: Context, danger: Emergency) -> tuple[Say, ...]:
    """What to do and not to do until help comes, where that is known."""
    words = (danger.advice_en if ctx.person.language == "en" else "") or danger.advice
    return (say("emergency.advice", words=words),) if words else ()


def first(ctx: Context, said: Incoming) -> list[Reply]:
    """The number to call, to stand before whatever else is answered; nothing where no danger is told of."""
    danger = found(ctx, said)
    return [Reply((number(ctx, danger), *advice(ctx, danger)), card=True)] if danger else []
