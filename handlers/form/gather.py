"""What comes with an answer: pictures belong to the form's picture step, whichever question is open; voices to the form."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.form import changing
from handlers.form.photos import Photos
from handlers.form.steps import Form, Step, Text
from handlers.messages import Incoming, Kind, Reply, Say, choice, say
from handlers.pictures import added, pictures


def gather(ctx: Context, form: Form, said: Incoming) -> tuple[Say, ...]:
    """Add the pictures to the answers and tell what became of them; an open picture step reads its own."""
    step = next((one for one in form.steps if isinstance(one, Photos)), None)
    if not any(one.kind is Kind.PHOTO for one in said.attachments) or (step and step.key == ctx.chat.step):
        return ()
    if step is None:
        return (say("form.photo_not_here"),)
    have, told = added(ctx.chat.answers.get(step.key) or [], said, ctx.rules.photos_per_report)
    if not pictures(said):
        return told
    changing.answer_anyway(ctx, step.key, have)
    return (say("form.photos_added", count=len(have)), *told)


def keep_voice(ctx: Context, said: Incoming) -> bool:
    """Keep a spoken message with the form's answers; False when it could not be taken in."""
    spoken = [one.media_id for one in said.attachments if one.kind is Kind.VOICE and one.media_id is not None]
    if spoken:
        changing.answer_anyway(ctx, "voices", [*ctx.chat.answers.get("voices", ()), *spoken])
    return bool(spoken)


def may_be_spoken(step: Step) -> bool:
    """Whether a spoken message answers this question."""
    return isinstance(step, Text) and step.spoken


def with_voice_kept(asked: Reply, kept: bool) -> Reply:
    """The question again, below what became of the spoken message, with a person as a way out."""
    note = say("form.voice_kept" if kept else "form.voice_instead")
    return replace(asked, lines=(note, *asked.lines), choices=(*asked.choices, choice("menu.human", "human")))
