"""Where a chat stands in its form: which question is open and what it takes, the form put aside, taken up again, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.choices import asked
from handlers.context import Context
from handlers.form import consent
from handlers.form.photos import Photos
from handlers.form.steps import Answers, Form, Moment, Step, Text
from handlers.form.world import Place
from handlers.messages import Reply
from handlers.worktime import SHANGHAI
from knowledge.moments import when


def current(ctx: Context) -> Form | None:
    """The open form, None when there is none or it no longer fits the code (then its answers become a draft)."""
    form = ctx.shelf.registry.forms.get(ctx.chat.form or "")
    if form is None or form.version != ctx.chat.form_version:
        return None
    known = ctx.chat.step == consent.STEP or any(step.key == ctx.chat.step for step in form.steps)
    return form if known else None


def position(ctx: Context) -> tuple[str, str, int] | None:
    """Where the chat stands in a form, to see later whether it has moved."""
    return (ctx.chat.form or "", ctx.chat.step, ctx.chat.revision) if current(ctx) is not None else None


def is_question(ctx: Context, told: Reply) -> bool:
    """Whether a reply asks (or asks again) what the open form wants to know."""
    if told.question:
        return True
    form = current(ctx)
    keys = (
        {"form.consent"}
        if ctx.chat.step == consent.STEP
        else {getattr(form.step(ctx.chat.step), "question", "")}
        if form
        else set()
    )
    mine = f"f:{ctx.chat.revision}:"
    return any(one.token.startswith(mine) for one in told.choices) or any(one.key in keys for one in told.lines)


def wants_words(ctx: Context) -> bool:
    """Whether the open question takes free words, so that anything typed is its answer."""
    form = current(ctx)
    return form is not None and ctx.chat.step != consent.STEP and form.step(ctx.chat.step).free


def is_time_asked_for(ctx: Context, text: str) -> bool:
    """Whether the open question asks for a time, and these words are one: 四点半 is no question about a 四点半 class."""
    form = current(ctx)
    asked = form is not None and ctx.chat.step != consent.STEP and isinstance(form.step(ctx.chat.step), Moment)
    return asked and when(text, ctx.now.astimezone(SHANGHAI)).at is not None


def takes_voices(ctx: Context) -> bool:
    """Whether spoken messages are handed on with what the open form files."""
    form = current(ctx)
    return form is not None and form.voices


def takes_numbers_literally(ctx: Context) -> bool:
    """Whether a typed digit is the answer itself and not the number of a choice."""
    form = current(ctx)
    if form is None or ctx.chat.step == consent.STEP or not form.step(ctx.chat.step).literal:
        return False
    own = ("f:", "human")  # a person is offered beside a question that was misread
    return all(one.token.startswith(own) for one in asked(ctx.chat))  # else something was asked in between


def may_take_number(ctx: Context, number: int) -> bool:
    """Whether the open question can be answered with this number: of one of its choices, or because it takes digits."""
    return reads_digits(ctx) or number <= len(asked(ctx.chat))


def reads_digits(ctx: Context) -> bool:
    """Whether bare digits are an answer to the open question, and not only the number of a choice."""
    form = current(ctx)
    step = form.step(ctx.chat.step) if form is not None and ctx.chat.step != consent.STEP else None
    return step is not None and (step.literal or step.free or isinstance(step, Place))


def takes_short_words(ctx: Context, text: str) -> bool:
    """Whether 没有, 不 or 好 would be heard as an answer to the open question."""
    keys = ("words.skip", "words.no", "words.yes", "words.enough")
    return current(ctx) is not None and any(ctx.shelf.texts.hears(key, text) for key in keys)


def takes_enough(ctx: Context) -> bool:
    """Whether done may be said to the open question, which is no question for free words."""
    return current(ctx) is not None and not wants_words(ctx)


def put_aside(ctx: Context) -> bool:
    """Close the form and keep what was answered as a draft; False when no form was open."""
    chat = ctx.chat
    if chat.form is None:
        return False
    form = ctx.shelf.registry.forms.get(chat.form)
    if chat.step != consent.STEP and (form is None or form.draft):
        chat.draft = {
            "form": chat.form,
            "version": chat.form_version,
            "step": chat.step,
            "answers": chat.answers,
            "at": ctx.now.isoformat(),
        }
    close(ctx)
    return True


def resume(ctx: Context) -> bool:
    """Take up the draft again, unless it is too old; where the form has changed since, nothing is ``current`` then."""
    draft, chat = ctx.chat.draft, ctx.chat
    form = ctx.shelf.registry.forms.get(str(draft.get("form", "")))
    if form is None:
        return False
    if draft["at"] < (ctx.now - timedelta(hours=ctx.rules.draft_hours)).isoformat():
        return False
    if not put_aside(ctx):
        chat.draft = {}
    chat.form, chat.form_version, chat.step, chat.answers = form.name, draft["version"], draft["step"], draft["answers"]
    chat.revision += 1
    return True


def fitting(ctx: Context, form: Form, answers: Answers) -> dict[str, Any]:
    """The answers given to another version of a form that this one can use: words, places, pictures, and what it is about."""
    steps = {step.key: step for step in form.steps}
    told = {key: value for key, value in answers.items() if not key.startswith("_")}
    return {key: value for key, value in told.items() if key not in steps or _fits(ctx, steps[key], value)}


def _fits(ctx: Context, step: Step, value: Any) -> bool:
    if isinstance(step, Place):
        return isinstance(value, dict) and "text" in value and value.get("area") in ctx.catalogue.areas
    return isinstance(value, str) if isinstance(step, Text) else isinstance(step, Photos) and isinstance(value, list)


def close(ctx: Context) -> None:
    """No form is open any more."""
    ctx.chat.form, ctx.chat.step, ctx.chat.answers = None, "", {}
    ctx.chat.revision += 1
