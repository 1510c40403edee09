"""The form engine: moves a chat through a form and never loses an answer.

Every question's buttons carry the chat's revision (``f:<revision>:<value>``), which grows with each accepted answer: a button
of an earlier question is recognised as stale, and the current question is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import kept
from handlers.context import Context
from handlers.errors import Refusal
from handlers.form import changing
from handlers.form.gather import gather
from handlers.form.steps import Form, Problem, Step
from handlers.messages import Choice, Incoming, Kind, Reply, Say, choice, say
from handlers.topic import Answer

_CONSENT = "consent"
_CONSENT_VERSION = 1


async def start(ctx: Context, form: Form, answers: Mapping[str, Any]) -> Answer:
    """Open ``form``; answers known already are not asked for again."""
    chat = ctx.chat
    put_aside(ctx)
    chat.form, chat.form_version, chat.answers = form.name, form.version, _inferred(ctx, form, dict(answers))
    chat.step = _CONSENT if form.consent and ctx.person.consented_at is None else _next(form, chat.answers, 0)
    chat.revision += 1
    return await ask(ctx) if chat.step else await _finish(ctx, form, dict(chat.answers))


async def ask(ctx: Context) -> Reply:
    """The current question, with 跳过 where it may be skipped."""
    form = current(ctx)
    assert form is not None
    if ctx.chat.step == _CONSENT:
        about = form.about(ctx, ctx.chat.answers) if form.about else None
        return _stamped(
            ctx,
            Reply(
                (*filter(None, (about,)), say("form.consent")),
                (choice("form.agree", "agree", style="primary"), choice("form.disagree", "disagree")),
            ),
        )
    step = _step(form, ctx.chat.step)
    asked = await step.ask(ctx, ctx.chat.answers)
    if form.about and not ctx.chat.answers.get("_told"):
        about = form.about(ctx, ctx.chat.answers)
        if about is not None:
            ctx.chat.answers = {**ctx.chat.answers, "_told": True}
            asked = replace(asked, lines=(about, *asked.lines))
    if changing.is_on(ctx):
        asked = replace(asked, choices=(*asked.choices, choice("form.keep", "keep")))
    elif step.optional and not ctx.chat.answers.get(step.key):
        asked = replace(asked, choices=(*asked.choices, choice("form.skip", "skip")))
    if not _changeable(form, ctx.chat.answers):
        asked = replace(asked, choices=tuple(one for one in asked.choices if one.label.key != "form.change"))
    return _stamped(ctx, asked)


async def hear(ctx: Context, said: Incoming) -> Answer:
    """An answer to the current question; pictures that come with it find their own step."""
    form = current(ctx)
    assert form is not None
    notes = gather(ctx, form, said)
    if notes and not said.text.strip():
        return _noted(notes, await ask(ctx))
    if ctx.chat.step == _CONSENT:
        return _noted(notes, await _hear_consent(ctx, form, said))
    return _noted(notes, await _hear(ctx, form, said))


async def _hear(ctx: Context, form: Form, said: Incoming) -> Answer:
    step = _step(form, ctx.chat.step)
    if said.press == "change" or said.press.startswith("to."):
        return await _change(ctx, form, said.press[3:])
    if changing.choosing(ctx):
        changing.give_up(ctx)
    skipped = said.press == "skip" or (not said.attachments and ctx.shelf.texts.hears("words.skip", said.text))
    nothing_new = skipped and not ctx.chat.answers.get(step.key)
    if changing.is_on(ctx) and (said.press == "keep" or nothing_new):
        changing.give_up(ctx)
        return await ask(ctx)
    if step.optional and skipped:
        return await _advance(ctx, form, step, ctx.chat.answers.get(step.key))
    read = await step.read(ctx, said, ctx.chat.answers)
    if isinstance(read, Problem):
        return await _again(ctx, read)
    if read.more:
        ctx.chat.answers = {**ctx.chat.answers, step.key: read.value}
        asked = await ask(ctx)
        return replace(asked, lines=(read.note, *asked.lines)) if read.note else asked
    return await _advance(ctx, form, step, read.value)


async def back(ctx: Context) -> Answer:
    """返回: the question before this one; at the first, it is asked again. From a change, back to where it began."""
    form = current(ctx)
    assert form is not None
    if changing.give_up(ctx):
        return await ask(ctx)
    keys = [step.key for step in form.steps if step.when is None or step.when(ctx.chat.answers)]
    here = keys.index(ctx.chat.step) if ctx.chat.step in keys else 0
    if here > 0:
        ctx.chat.step = keys[here - 1]
        ctx.chat.revision += 1
    return await ask(ctx)


def put_aside(ctx: Context) -> bool:
    """Close the form and keep what was answered as a draft; False when no form was open."""
    chat = ctx.chat
    if chat.form is None:
        return False
    form = ctx.shelf.registry.forms.get(chat.form)
    if chat.step != _CONSENT and (form is None or form.draft):
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
    """Take up the draft again, unless it is too old or the form has changed since."""
    draft, chat = ctx.chat.draft, ctx.chat
    form = ctx.shelf.registry.forms.get(str(draft.get("form", "")))
    if form is None or draft.get("version") != form.version:
        return False
    if draft["at"] < (ctx.now - timedelta(hours=ctx.rules.draft_hours)).isoformat():
        return False
    if not put_aside(ctx):
        chat.draft = {}
    chat.form, chat.form_version, chat.step, chat.answers = form.name, form.version, draft["step"], draft["answers"]
    chat.revision += 1
    return True


def close(ctx: Context) -> None:
    """No form is open any more."""
    ctx.chat.form, ctx.chat.step, ctx.chat.answers = None, "", {}
    ctx.chat.revision += 1


def current(ctx: Context) -> Form | None:
    """The open form, None when there is none or it no longer fits the code (then its answers become a draft)."""
    form = ctx.shelf.registry.forms.get(ctx.chat.form or "")
    if form is None or form.version != ctx.chat.form_version:
        return None
    known = ctx.chat.step == _CONSENT or any(step.key == ctx.chat.step for step in form.steps)
    return form if known else None


def position(ctx: Context) -> tuple[str, str, int] | None:
    """Where the chat stands in a form, to see later whether it has moved."""
    return (ctx.chat.form or "", ctx.chat.step, ctx.chat.revision) if current(ctx) is not None else None


def is_question(ctx: Context, told: Reply) -> bool:
    """Whether a reply asks (or asks again) what the open form wants to know."""
    form = current(ctx)
    keys = (
        {"form.consent"}
        if ctx.chat.step == _CONSENT
        else {getattr(_step(form, ctx.chat.step), "question", "")}
        if form
        else set()
    )
    mine = f"f:{ctx.chat.revision}:"
    return any(one.token.startswith(mine) for one in told.choices) or any(one.key in keys for one in told.lines)


def wants_words(ctx: Context) -> bool:
    """Whether the open question takes free words, so that anything typed is its answer."""
    form = current(ctx)
    return form is not None and ctx.chat.step != _CONSENT and _step(form, ctx.chat.step).free


def takes_numbers_literally(ctx: Context) -> bool:
    """Whether a typed digit is the answer itself and not the number of a choice."""
    form = current(ctx)
    return form is not None and ctx.chat.step != _CONSENT and _step(form, ctx.chat.step).literal


async def _hear_consent(ctx: Context, form: Form, said: Incoming) -> Answer:
    if said.press == "agree" or ctx.shelf.texts.hears("words.agree", said.text):
        ctx.unit.people.consent(ctx.person, "basic", _CONSENT_VERSION, ctx.now)
        ctx.chat.answers = {**ctx.chat.answers, "_told": True}
        ctx.chat.step = _next(form, ctx.chat.answers, 0)
        ctx.chat.revision += 1
        return await ask(ctx)
    if said.press == "disagree" or ctx.shelf.texts.hears("words.disagree", said.text):
        close(ctx)
        await ctx.unit.people.forget_words(ctx.chat)
        kept.forget(ctx)
        return Reply((say("form.disagreed", phone=ctx.rules.office_phone),))
    asked = await ask(ctx)
    return replace(asked, lines=(say("form.consent_first"), *asked.lines))


async def _advance(ctx: Context, form: Form, step: Step, value: Any) -> Answer:
    old = changing.before(ctx.chat.answers)
    answers = changing.without_mark(ctx.chat.answers)
    if step.key in old and old[step.key] != value:
        void = form.follow.get(step.key, ())
        answers = {key: answer for key, answer in answers.items() if key not in void}
    ctx.chat.answers = answers = _inferred(ctx, form, {**answers, step.key: value})
    following = _next(form, answers, form.steps.index(step) + 1)
    if following:
        ctx.chat.step = following
        ctx.chat.revision += 1
        return await ask(ctx)
    return await _finish(ctx, form, answers)


async def _finish(ctx: Context, form: Form, answers: dict[str, Any]) -> Answer:
    close(ctx)
    ctx.chat.preset = {name: value for name, value in ctx.chat.preset.items() if name != "said"}
    try:
        return await form.done(ctx, {key: value for key, value in answers.items() if not key.startswith("_")})
    except Refusal as refusal:
        refusal.final = True
        raise


async def _change(ctx: Context, form: Form, key: str) -> Answer:
    """修改: first which answer, then that question again; the others keep their answers."""
    changing.begin(ctx)
    asked = _changeable(form, changing.before(ctx.chat.answers))
    if key in [step.key for step in asked]:
        ctx.chat.answers = {name: value for name, value in ctx.chat.answers.items() if name != key}
        ctx.chat.step = key
        ctx.chat.revision += 1
        return await ask(ctx)
    offered = tuple(choice(f"form.step.{step.key}", f"to.{step.key}") for step in asked)
    return _stamped(ctx, Reply((say("form.change_what"),), offered))


def _changeable(form: Form, answers: Mapping[str, Any]) -> list[Step]:
    return [step for step in form.steps if step.key in answers]


def _noted(notes: tuple[Say, ...], answer: Answer) -> Answer:
    """The answer with what has to be told about pictures before it."""
    if not notes:
        return answer
    first, *others = [answer] if isinstance(answer, Reply) else list(answer or ()) or [Reply(())]
    return [replace(first, lines=(*notes, *first.lines)), *others]


async def _again(ctx: Context, problem: Problem) -> Reply:
    if problem.choices:
        return _stamped(ctx, Reply((problem.say,), problem.choices))
    asked = await ask(ctx)
    return replace(asked, lines=(problem.say, *asked.lines))


def _next(form: Form, answers: Mapping[str, Any], begin: int) -> str:
    for step in form.steps[begin:]:
        if step.key not in answers and (step.when is None or step.when(answers)):
            return step.key
    return ""


def _inferred(ctx: Context, form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    return answers | form.infer(ctx, answers) if form.infer else answers


def _step(form: Form, key: str) -> Step:
    return next(step for step in form.steps if step.key == key)


def _stamped(ctx: Context, asked: Reply) -> Reply:
    stamped = tuple(Choice(one.label, f"f:{ctx.chat.revision}:{one.token}", one.style) for one in asked.choices)
    return replace(asked, choices=stamped, question=True)


def unstamp(ctx: Context, said: Incoming) -> Incoming | None:
    """The press with its bare value, or None when it belongs to an earlier question."""
    _, revision, value = [*said.press.split(":", 2), "", ""][:3]
    fits = ctx.chat.form is not None and revision == str(ctx.chat.revision)
    return replace(said, press=value, kind=Kind.PRESS) if fits else None
