"""修改 inside a form: how it stood before is kept with the answers, so that a change can be given up."""

from __future__ import annotations

from typing import Any, Final

from handlers.context import Context
from handlers.form.steps import Answers

_MARK: Final = "_changing"


def begin(ctx: Context) -> None:
    """Keep how the form stands, unless a change has begun already."""
    answers = ctx.chat.answers
    if _MARK not in answers:
        ctx.chat.answers = {**answers, _MARK: {"step": ctx.chat.step, "answers": answers}}


def is_on(ctx: Context) -> bool:
    """Whether an answer is being changed."""
    return _MARK in ctx.chat.answers and not choosing(ctx)


def choosing(ctx: Context) -> bool:
    """Whether it was asked what to change and not said yet."""
    mark = ctx.chat.answers.get(_MARK)
    return mark is not None and mark["step"] == ctx.chat.step


def give_up(ctx: Context) -> bool:
    """Stand where the change began, with the answers of then; False when nothing was being changed."""
    mark = ctx.chat.answers.get(_MARK)
    if mark is None:
        return False
    ctx.chat.step, ctx.chat.answers = mark["step"], mark["answers"]
    ctx.chat.revision += 1
    return True


def answer_anyway(ctx: Context, key: str, value: Any) -> None:
    """Answer a question that is not the open one, so that it stays answered when a change is given up."""
    answers = {**ctx.chat.answers, key: value}
    if mark := answers.get(_MARK):
        answers[_MARK] = {**mark, "answers": {**mark["answers"], key: value}}
    ctx.chat.answers = answers


def before(answers: Answers) -> Answers:
    """The answers as they stood before the change, or as they stand."""
    mark = answers.get(_MARK)
    return mark["answers"] if mark else answers


def without_mark(answers: Answers) -> dict[str, Any]:
    """The answers alone."""
    return {key: value for key, value in answers.items() if key != _MARK}
