"""Consent, asked before the first question of a form whose answers are personal (domain.md §9)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.form.steps import MISREAD, Form, Read, Text
from handlers.messages import Incoming, Reply, choice, say
from knowledge.addresses import is_address

STEP: Final = "consent"
"""Where a chat stands while it is asked."""
_VERSION: Final = 1
_PARTS: Final = re.compile(r"[\s，,。.！!、；;]+")


def question(ctx: Context, form: Form) -> Reply:
    """What the form is about, what is kept, and whether that is all right."""
    about = form.about(ctx, ctx.chat.answers) if form.about else None
    return Reply(
        (*filter(None, (about,)), say("form.consent")),
        (choice("form.agree", "agree", style="primary"), choice("form.disagree", "disagree")),
    )


def answered(ctx: Context, said: Incoming) -> bool | None:
    """Whether it was given; None when neither was said, as with 提交, which agrees to nothing."""
    hears = ctx.shelf.texts.hears
    parts = [part for part in _PARTS.split(said.text) if part]
    if said.press == "disagree" or (parts and all(hears("words.no", part) for part in parts)):
        return False
    agreed = any(hears("words.yes", part) and not hears("words.submit", part) for part in parts)
    if said.press == "agree" or (agreed and all(hears("words.yes", part) or is_address(part) for part in parts)):
        return True
    return None


def besides(ctx: Context, said: Incoming) -> Incoming:
    """What was said with a yes: 好，3栋2单元."""
    hears = ctx.shelf.texts.hears
    rest = "，".join(part for part in _PARTS.split(said.text) if part and not hears("words.yes", part))
    return replace(said, text=rest)


def give(ctx: Context) -> None:
    """Record it; what the form is about was told with the question."""
    ctx.unit.people.consent(ctx.person, "basic", _VERSION, ctx.now)
    others = {key: value for key, value in ctx.chat.answers.items() if key != MISREAD}
    ctx.chat.answers = {**others, "_told": True}


async def keep_early(ctx: Context, form: Form, said: Incoming) -> None:
    """Words of the matter itself, or its building, told while consent is asked: an answer once there is consent."""
    following = form.next_key(ctx.chat.answers)
    step = form.step(following) if following else None
    means_something = ctx.shelf.understander.understand(said.text).intent not in ("none", "menu", "human")
    if step is None or (not (isinstance(step, Text) and means_something) and not is_address(said.text)):
        return
    read = await step.read(ctx, said, ctx.chat.answers) if said.text else None
    if isinstance(read, Read):
        ctx.chat.answers = form.inferred(ctx, {**ctx.chat.answers, step.key: read.value})
