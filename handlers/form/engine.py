"""The form engine: moves a chat through a form and never loses an answer.

Every question's buttons carry the chat's revision (``f:<revision>:<value>``), which grows with each accepted answer: a button
of an earlier question is recognised as stale, and the current question is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from handlers import kept
from handlers.choices import end_form
from handlers.context import Context
from handlers.errors import Refusal
from handlers.form import assuming, beside, changing, consent
from handlers.form.gather import gather, keep_voice, may_be_spoken, with_voice_kept
from handlers.form.photos import Photos
from handlers.form.pick import Pick
from handlers.form.standing import close, current, fitting, put_aside
from handlers.form.steps import MISREAD, Confirm, Form, Problem, Step
from handlers.form.world import LACKS, NEAR, Place
from handlers.messages import Choice, Incoming, Kind, Reply, Say, choice, say
from handlers.topic import Answer
from knowledge.addresses import building_in, is_address
from knowledge.whereabouts import without_denied

_ASIDE: Final = "_aside"
"""Among a form's answers: that another one was put aside for it."""
TYPED: Final = "typed."
"""Begins the value of a button that stands for words that were typed before."""


async def start(ctx: Context, form: Form, answers: Mapping[str, Any]) -> Answer:
    """Open ``form``; answers known already are not asked for again."""
    chat = ctx.chat
    await refuse_while_talking(ctx)
    aside = {_ASIDE: True} if put_aside(ctx) and chat.draft else {}
    chat.form, chat.form_version, chat.answers = form.name, form.version, form.inferred(ctx, {**answers, **aside})
    chat.step = consent.STEP if form.consent and ctx.person.consented_at is None else form.next_key(chat.answers)
    chat.revision += 1
    return _noted((say("form.kept"),) if aside else (), await _ask_or_finish(ctx, form))


async def refuse_while_talking(ctx: Context) -> None:
    """Of staff who hold a conversation, all that is written goes to the resident, and no answer to a form may."""
    held = await ctx.unit.handoffs.held_by_chat(ctx.chat.id) if ctx.person.staff else None
    if held is not None:
        raise Refusal("human.end_first", choice("human.end", f"handoff.close:{held.ref}"), ref=held.ref)


async def renew(ctx: Context) -> Answer:
    """Begin the open form anew, since it is another one by now, with the answers that still fit; this is said."""
    form, given = ctx.shelf.registry.forms.get(ctx.chat.form or ""), changing.before(ctx.chat.answers)
    close(ctx)
    end_form(ctx.chat)
    if form is None:
        return Reply((say("form.gone"),))
    return _noted((say("form.changed"),), await start(ctx, form, fitting(ctx, form, given)))


async def ask(ctx: Context) -> Reply:
    """The current question, with 跳过 where it may be skipped."""
    form = current(ctx)
    assert form is not None
    if ctx.chat.step == consent.STEP:
        return _stamped(ctx, consent.question(ctx, form))
    step = form.step(ctx.chat.step)
    asked = await step.ask(ctx, ctx.chat.answers)
    if form.about and not ctx.chat.answers.get("_told"):
        about = form.about(ctx, ctx.chat.answers)
        if about is not None:
            ctx.chat.answers = {**ctx.chat.answers, "_told": True}
            asked = replace(asked, lines=(about, *asked.lines))
    asked = replace(asked, lines=(*assuming.note(ctx), *asked.lines))
    if changing.is_on(ctx):
        asked = replace(asked, choices=(*asked.choices, choice("form.keep", "keep")))
    elif step.optional and not ctx.chat.answers.get(step.key):
        asked = replace(asked, choices=(*asked.choices, choice("form.skip", "skip")))
    if not beside.changeable(form, ctx.chat.answers):
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
    if ctx.chat.step == consent.STEP:
        return _noted(notes, await _hear_consent(ctx, form, said))
    return _noted(notes, await _hear(ctx, form, said))


async def _hear_voice(ctx: Context, form: Form, said: Incoming) -> Answer:
    """Kept for whoever gets what the form files; it answers the question where it may, else words are asked for."""
    kept_it = keep_voice(ctx, said)
    if kept_it and ctx.chat.step != consent.STEP and may_be_spoken(form.step(ctx.chat.step)):
        spoken = ctx.shelf.texts.word(ctx.person.language, "human.sent.voice")
        return await _hear(ctx, form, replace(said, kind=Kind.TEXT, text=spoken, attachments=()))
    return with_voice_kept(await ask(ctx), kept_it)


async def _hear(ctx: Context, form: Form, said: Incoming) -> Answer:
    step = form.step(ctx.chat.step)
    if said.press == "change" or said.press.startswith("to.") or beside.asks_for_change(ctx, form, said):
        return await _change(ctx, form, said.press[3:])
    if isinstance(step, Confirm | Photos) and (key := beside.named_change(ctx, form, said)):
        return await _change(ctx, form, key)
    if changing.choosing(ctx):
        return await _hear_what_to_change(ctx, form, said)
    if isinstance(step, Place | Photos | Confirm) and ctx.shelf.gazetteer.locate(meant_place := without_denied(said.text)):
        said = replace(said, text=meant_place)
    if not said.press and not changing.is_on(ctx) and (meant := assuming.corrected(ctx, said.text)) is not None:
        return await _correct(ctx, form, replace(said, text=meant[1], attachments=()), meant[0])
    if not changing.is_on(ctx) and (key := beside.place_corrected(ctx, form, step, said)):
        return await _correct(ctx, form, said, key)
    skipped = said.press == "skip" or (not said.attachments and ctx.shelf.texts.hears("words.skip", said.text))
    nothing_new = skipped and not ctx.chat.answers.get(step.key)
    if changing.is_on(ctx) and (said.press == "keep" or nothing_new):
        changing.give_up(ctx)
        return await ask(ctx)
    if step.optional and skipped:
        return await _advance(ctx, form, step, ctx.chat.answers.get(step.key))
    read = await step.read(ctx, said, ctx.chat.answers)
    if isinstance(read, Problem):
        if isinstance(step, Pick) and (place := await beside.place_early(ctx, form, said)) is not None:
            return replace(asked := await ask(ctx), lines=(*place, *asked.lines))
        return await _again(ctx, read)
    if read.more:
        others = {key: value for key, value in ctx.chat.answers.items() if key != step.key}
        ctx.chat.answers = {**others, step.key: read.value} if read.value else others
        asked = await ask(ctx)
        return replace(asked, lines=(read.note, *asked.lines)) if read.note else asked
    return await _advance(ctx, form, step, read.value)


async def _correct(ctx: Context, form: Form, said: Incoming, key: str) -> Answer:
    """The place is another one: read what was said, a bare building in the estate of before, a unit in its building, and go on."""
    if is_address(said.text) and not building_in(said.text):
        said = replace(said, text=ctx.catalogue.areas[ctx.chat.answers[key]["area"]].name + said.text.strip())
    others = {name: value for name, value in ctx.chat.answers.items() if name not in (key, NEAR, LACKS)}
    if (estate := assuming.estate_said(ctx, ctx.chat.answers[key])) and ctx.shelf.gazetteer.is_bare(said.text):
        others[NEAR] = [estate]
    read = await form.step(key).read(ctx, said, others)
    if isinstance(read, Problem):
        ctx.chat.answers, ctx.chat.step = others, key
        ctx.chat.revision += 1
        return await _again(ctx, read)
    ctx.chat.answers = {**others, key: read.value}
    corrected, assumed = say("form.place_corrected", place=read.value["text"]), assuming.note(ctx)
    asked = await ask(ctx)
    return replace(asked, lines=(*(assumed or (corrected,)), *asked.lines))


async def _hear_what_to_change(ctx: Context, form: Form, said: Incoming) -> Answer:
    """A part of the name of an answer; anything else leads back to the summary and never submits it."""
    if key := beside.named(ctx, beside.changeable(form, changing.before(ctx.chat.answers)), said.text):
        return await _change(ctx, form, key)
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


async def _hear_consent(ctx: Context, form: Form, said: Incoming) -> Answer:
    given = consent.answered(ctx, said)
    if given:
        await consent.keep_early(ctx, form, consent.besides(ctx, said))
        consent.give(ctx)
        ctx.chat.step = form.next_key(ctx.chat.answers)
        ctx.chat.revision += 1
        return await _ask_or_finish(ctx, form)
    if given is False:
        close(ctx)
        await kept.forget(ctx)
        return Reply((say("form.disagreed", phone=ctx.rules.office_phone),))
    await consent.keep_early(ctx, form, said)
    asking = any(word in said.text.lower() for word in ctx.shelf.texts.words("words.why_consent"))
    misread, asked = _count(ctx), await ask(ctx)
    first = say("form.consent_why" if asking else "form.consent_first")
    return _with_way_out(ctx, replace(asked, lines=(first, *asked.lines)), misread)


async def _advance(ctx: Context, form: Form, step: Step, value: Any) -> Answer:
    old = changing.before(ctx.chat.answers)
    answers = {key: one for key, one in changing.without_mark(ctx.chat.answers).items() if key != MISREAD}
    if step.key in old and old[step.key] != value:
        void = form.follow.get(step.key, ())
        answers = {key: answer for key, answer in answers.items() if key not in void}
    ctx.chat.answers = answers = form.inferred(ctx, {**answers, step.key: value})
    following = form.next_key(answers, form.steps.index(step) + 1)
    if following:
        ctx.chat.step = following
        ctx.chat.revision += 1
        return await ask(ctx)
    return await _finish(ctx, form, answers)


async def _ask_or_finish(ctx: Context, form: Form) -> Answer:
    """The open question, or the end of a form whose answers are all known: told before it began, or before consent."""
    return await ask(ctx) if ctx.chat.step else await _finish(ctx, form, dict(ctx.chat.answers))


async def _finish(ctx: Context, form: Form, answers: dict[str, Any]) -> Answer:
    close(ctx)
    ctx.chat.preset = {name: value for name, value in ctx.chat.preset.items() if name != "said"}
    try:
        told = await form.done(ctx, {key: value for key, value in answers.items() if not key.startswith("_")})
    except Refusal as refusal:
        refusal.final = True
        raise
    return _resumable(told) if answers.get(_ASIDE) and ctx.chat.draft else told


def _resumable(told: Answer) -> Answer:
    """What is told at the end of a form, with the way back to the one it put aside."""
    *others, last = [told] if isinstance(told, Reply) else list(told or ()) or [Reply(())]
    way_back = choice("form.resume", "resume")
    return told if way_back in last.choices else [*others, replace(last, choices=(*last.choices, way_back))]


async def _change(ctx: Context, form: Form, key: str) -> Answer:
    """修改: first which answer, then that question again; the others keep their answers."""
    changing.begin(ctx)
    asked = beside.changeable(form, changing.before(ctx.chat.answers))
    if key in [step.key for step in asked]:
        ctx.chat.answers = {name: value for name, value in ctx.chat.answers.items() if name != key}
        ctx.chat.step = key
        ctx.chat.revision += 1
        return await ask(ctx)
    offered = tuple(choice(f"form.step.{step.key}", f"to.{step.key}") for step in asked)
    return _stamped(ctx, Reply((say("form.change_what"),), offered))


def _noted(notes: tuple[Say, ...], answer: Answer) -> Answer:
    """The answer with what has to be told about pictures before it."""
    if not notes:
        return answer
    first, *others = [answer] if isinstance(answer, Reply) else list(answer or ()) or [Reply(())]
    return [replace(first, lines=(*notes, *first.lines)), *others]


async def _again(ctx: Context, problem: Problem) -> Reply:
    """Why it does not fit, and the question again; from the second time on with a person and a way out beside it."""
    misread = _count(ctx)
    if problem.choices:
        asked = _stamped(ctx, Reply((problem.say,), problem.choices))
    else:
        asked = await ask(ctx)
        asked = replace(asked, lines=(problem.say, *(() if problem.whole else asked.lines)))
    return _with_way_out(ctx, asked, misread)


def _count(ctx: Context) -> int:
    """How often in a row, with this time, the open question was answered with something else."""
    misread = int(ctx.chat.answers.get(MISREAD, 0)) + 1
    ctx.chat.answers = {**ctx.chat.answers, MISREAD: misread}
    return misread


def _with_way_out(ctx: Context, asked: Reply, misread: int) -> Reply:
    """The question, from the second time on with a person and a way out beside it."""
    if misread < ctx.rules.misses_before_human:
        return asked
    here = {one.token.rpartition(":")[2] for one in asked.choices}
    out = () if "cancel" in here else (choice("form.cancel", "cancel"),)
    return replace(asked, choices=(*asked.choices, choice("menu.human", "human"), *out))


def _stamped(ctx: Context, asked: Reply) -> Reply:
    stamped = tuple(Choice(one.label, f"f:{ctx.chat.revision}:{one.token}", one.style) for one in asked.choices)
    return replace(asked, choices=stamped, question=True)


def unstamp(ctx: Context, said: Incoming) -> Incoming | None:
    """The press with its bare value, or None when it belongs to an earlier question."""
    _, revision, value = [*said.press.split(":", 2), "", ""][:3]
    if ctx.chat.form is None or revision != str(ctx.chat.revision):
        return None
    if value.startswith(TYPED):
        return replace(said, press="", kind=Kind.TEXT, text=value.removeprefix(TYPED))
    return replace(said, press=value, kind=Kind.PRESS)
