"""Answers to another question than the open one: a place said early or corrected, and the name of what is to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.context import Context
from handlers.form import assuming
from handlers.form.photos import Photos
from handlers.form.picking import picked
from handlers.form.steps import Confirm, Form, Problem, Step
from handlers.form.world import Place, corrects
from handlers.messages import Incoming, Say, say
from handlers.texts import plain
from knowledge.addresses import is_address


def place_corrected(ctx: Context, form: Form, step: Step, said: Incoming) -> str:
    """The answer that is corrected by a place alone, said to the question for pictures or to the sum-up; "" for all other words."""
    heard = isinstance(step, Confirm) or (isinstance(step, Photos) and step.words)
    if not heard or said.press or said.attachments:
        return ""
    places = [one.key for one in form.steps if isinstance(one, Place) and one.key in ctx.chat.answers]
    return next((key for key in places if corrects(ctx, ctx.chat.answers[key], said.text)), "")


async def place_early(ctx: Context, form: Form, said: Incoming) -> tuple[Say, ...] | None:
    """A place said to a question before the one for it, kept for that, and what to say of it; None where it is none, or known."""
    step = next((one for one in form.steps if isinstance(one, Place) and one.key not in ctx.chat.answers), None)
    if step is None or said.press or not is_address(said.text):
        return None
    place = await step.read(ctx, said, ctx.chat.answers)
    if isinstance(place, Problem):
        return None
    ctx.chat.answers = {**ctx.chat.answers, step.key: place.value}
    return assuming.note(ctx) or (say("menu.here", place=place.value["text"]),)


def named_change(ctx: Context, form: Form, said: Incoming) -> str:
    """The answer that is named with the word to change it: 改地点; "" for all other words."""
    words = "" if said.press else plain(said.text)
    word = max((one for one in ctx.shelf.texts.words("words.change") if words.startswith(one)), key=len, default="")
    return named(ctx, changeable(form, ctx.chat.answers), words.removeprefix(word)) if word and words != word else ""


def named(ctx: Context, steps: Sequence[Step], text: str) -> str:
    """The only one of these answers of which the words are (a part of) the name; else ""."""
    texts, language = ctx.shelf.texts, ctx.person.language
    found = picked(text, [texts.word(language, f"form.step.{step.key}") for step in steps])
    return steps[found[0]].key if len(found) == 1 else ""


def changeable(form: Form, answers: Mapping[str, Any]) -> list[Step]:
    """The questions that have an answer."""
    return [step for step in form.steps if step.key in answers]


def asks_for_change(ctx: Context, form: Form, said: Incoming) -> bool:
    """修改 typed where words are asked for: it is the button of the same name, not the words."""
    step = next((one for one in form.steps if one.key == ctx.chat.step), None)
    key = "words.change" if isinstance(step, Photos) else "form.change"
    return ctx.shelf.texts.hears(key, said.text) and bool(changeable(form, ctx.chat.answers))
