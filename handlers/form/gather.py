"""Pictures that come with an answer: they belong to the form's picture step, whichever question is open."""

from __future__ import annotations

from handlers.context import Context
from handlers.form import changing
from handlers.form.steps import Form
from handlers.form.world import Photos
from handlers.messages import Incoming, Kind, Say, say
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
