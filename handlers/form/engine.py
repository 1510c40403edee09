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
from handlers.form.gather import gather, keep_voice, may_be_spoken, with_voice_kept
from handlers.form.picking import picked
from handlers.form.steps import Form, Problem, Read, Step, Text
from handlers.messages import Choice, Incoming, Kind, Reply, Say, choice, say
from handlers.topic import Answer
from knowledge.addresses import is_address

_CONSENT = "consent"
_CONSENT_VERSION = 1
_MISREAD = "_misread"
"""How often in a row the open question was answered with something else."""


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
    if said.kind is Kind.VOICE:
        return await _hear_voice(ctx, form, said)
    notes = gather(ctx, form, said)
    if notes and not said.text.strip():
        return _noted(notes, await ask(ctx))
    if ctx.chat.step == _CONSENT:
        return _noted(notes, await _hear_consent(ctx, form, said))
    return _noted(notes, await _hear(ctx, form, said))


async def _hear_voice(ctx: Context, form: Form, said: Incoming) -> Answer:
    """Kept for whoever gets what the form files; it answers the question where it may, else words are asked for."""
    kept_it = keep_voice(ctx, said)
    if kept_it and ctx.chat.step != _CONSENT and may_be_spoken(_step(form, ctx.chat.step)):
        spoken = ctx.shelf.texts.word(ctx.person.language, "human.sent.voice")
        return await _hear(ctx, form, replace(said, kind=Kind.TEXT, text=spoken, attachments=()))
    return with_voice_kept(await ask(ctx), kept_it)


async def _hear(ctx: Context, form: Form, said: Incoming) -> Answer:
    step = _step(form, ctx.chat.step)
    if said.press == "change" or said.press.startswith("to."):
        return await _change(ctx, form, said.press[3:])
    if changing.choosing(ctx):
        return await _hear_what_to_change(ctx, form, said)
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
        others = {key: value for key, value in ctx.chat.answers.items() if key != step.key}
        ctx.chat.answers = {**others, step.key: read.value} if read.value else others
        asked = await ask(ctx)
        return replace(asked, lines=(read.note, *asked.lines)) if read.note else asked
    return await _advance(ctx, form, step, read.value)


async def _hear_what_to_change(ctx: Context, form: Form, said: Incoming) -> Answer:
    """A part of the name of an answer; anything else leads back to the summary and never submits it."""
    steps = _changeable(form, changing.before(ctx.chat.answers))
    texts, language = ctx.shelf.texts, ctx.person.language
    found = picked(said.text, [texts.word(language, f"form.step.{step.key}") for step in steps])
    if len(found) == 1:
        return await _change(ctx, form, steps[found[0]].key)
    changing.give_up(ctx)
    return await ask(ctx)


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


def takes_voices(ctx: Context) -> bool:
    """Whether spoken messages are handed on with what the open form files."""
    form = current(ctx)
    return form is not None and form.voices


def takes_numbers_literally(ctx: Context) -> bool:
    """Whether a typed digit is the answer itself and not the number of a choice."""
    form = current(ctx)
    return form is not None and ctx.chat.step != _CONSENT and _step(form, ctx.chat.step).literal


async def _hear_consent(ctx: Context, form: Form, said: Incoming) -> Answer:
    if said.press == "agree" or ctx.shelf.texts.hears("words.yes", said.text):
        ctx.unit.people.consent(ctx.person, "basic", _CONSENT_VERSION, ctx.now)
        ctx.chat.answers = {**ctx.chat.answers, "_told": True}
        ctx.chat.step = _next(form, ctx.chat.answers, 0)
        ctx.chat.revision += 1
        return await ask(ctx)
    if said.press == "disagree" or ctx.shelf.texts.hears("words.no", said.text):
        close(ctx)
        await kept.forget(ctx)
        return Reply((say("form.disagreed", phone=ctx.rules.office_phone),))
    await _keep_early(ctx, form, said)
    asked = await ask(ctx)
    return replace(asked, lines=(say("form.consent_first"), *asked.lines))


async def _keep_early(ctx: Context, form: Form, said: Incoming) -> None:
    """Words of the matter itself, or its building, told while consent is asked: an answer once there is consent."""
    following = _next(form, ctx.chat.answers, 0)
    step = _step(form, following) if following else None
    means_something = ctx.shelf.understander.understand(said.text).intent not in ("none", "menu", "human")
    if step is None or (not (isinstance(step, Text) and means_something) and not is_address(said.text)):
        return
    read = await step.read(ctx, said, ctx.chat.answers) if said.text else None
    if isinstance(read, Read):
        ctx.chat.answers = _inferred(ctx, form, {**ctx.chat.answers, step.key: read.value})


async def _advance(ctx: Context, form: Form, step: Step, value: Any) -> Answer:
    old = changing.before(ctx.chat.answers)
    answers = {key: one for key, one in changing.without_mark(ctx.chat.answers).items() if key != _MISREAD}
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
    """Why it does not fit, and the question again; from the second time on with a person and a way out beside it."""
    misread = int(ctx.chat.answers.get(_MISREAD, 0)) + 1
    ctx.chat.answers = {**ctx.chat.answers, _MISREAD: misread}
    if problem.choices:
        asked = _stamped(ctx, Reply((problem.say,), problem.choices))
    else:
        asked = await ask(ctx)
        asked = replace(asked, lines=(problem.say, *asked.lines))
    if misread < ctx.rules.misses_before_human:
        return asked
    here = {one.token.rpartition(":")[2] for one in asked.choices}
    out = () if "cancel" in here else (choice("form.cancel", "cancel"),)
    return replace(asked, choices=(*asked.choices, choice("menu.human", "human"), *out))


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
