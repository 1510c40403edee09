"""An order said in one breath with what belongs to it: 通知明天上午停水, 发布一个任务，周日打扫."""

from __future__ import annotations

from typing import Any

from handlers import danger
from handlers.context import Context
from handlers.form import Form, Read, standing
from handlers.messages import Incoming, Kind
from handlers.texts import plain
from handlers.topic import Answer

_PARTING = " \t\n,，:：、.。;；!！-—"


async def begun(ctx: Context, said: Incoming, key: str, action: str, form: Form) -> Answer:
    """The form, its first question answered with the words that go on after one that the sentence ``key`` lists.

    None for whoever may not take the ``action``, while another question is open, for danger, which is answered first, and for
    words that ask about it instead.
    """
    words = _after(ctx, key, said.text)
    if said.kind is not Kind.TEXT or not words or standing.current(ctx) is not None or danger.found(ctx, said):
        return None
    if not await ctx.may(action):
        return None
    known = await _first(ctx, said, words, form)
    return await ctx.start(form, **known) if known else None


async def with_words(ctx: Context, said: Incoming, form: Form) -> Answer:
    """The form, its first question answered with the words that stand after a command: /task 周日打扫."""
    words = said.text.strip() if said.kind is Kind.COMMAND else ""
    return await ctx.start(form, **(await _first(ctx, said, words, form) if words else {}))


async def _first(ctx: Context, said: Incoming, words: str, form: Form) -> dict[str, Any]:
    """The words as the answer to the form's first question; empty where they are none."""
    first = form.steps[0]
    read = await first.read(ctx, Incoming(said.channel, said.chat, said.external_id, Kind.TEXT, words), {})
    return {first.key: read.value} if isinstance(read, Read) and read.value else {}


def _after(ctx: Context, key: str, text: str) -> str:
    """What goes on after an order, "" where the text begins with none or asks."""
    texts, said = ctx.shelf.texts, text.strip()
    word = max((one for one in texts.words(key) if plain(said[: len(one)]) == one), key=len, default="")
    rest = said[len(word) :].strip(_PARTING)
    asks = any(one in plain(text) for one in texts.words("orders.asking"))
    return "" if not word or asks or rest.startswith(tuple(texts.words("orders.about"))) else rest
