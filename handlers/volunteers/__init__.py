"""Volunteers (志愿): sign up, get tasks that fit, claim a place or wait in line; staff post tasks and see who comes.

Source: domain.md §5, without hours and points.
"""

from __future__ import annotations

from typing import Final

from handlers import danger, orders
from handlers.context import Context
from handlers.errors import Refusal
from handlers.form import standing
from handlers.messages import Incoming, Kind, choice
from handlers.permissions import DESK, GRID
from handlers.topic import Answer, Topic, among, answer, argument, command, intent, opening, phrase, press
from handlers.volunteers import claims, signup, tasks, typed, views
from handlers.volunteers.forms import POST, SIGN_UP
from knowledge.references import references

_LONGEST: Final = 20
"""Characters up to which words may only say that somebody cannot come."""

topic = Topic("volunteers", forms=[SIGN_UP, POST], keeps=views.kept, forget=claims.forget)


@topic.on(intent("volunteer"), command("volunteer"), phrase("volunteers.words"), press("menu.volunteer"))
async def begin(ctx: Context, said: Incoming) -> Answer:
    """The sign-up form, or the entry of somebody who signed up already."""
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    return views.entry(ctx, volunteer) if volunteer else await ctx.start(SIGN_UP, **signup.name_of(ctx))


@topic.on(press("volunteer.edit"))
async def edit(ctx: Context, said: Incoming) -> Answer:
    """修改: the summing-up of the form with what is known, each answer can be changed."""
    volunteer = await ctx.unit.volunteers.get(ctx.person.id)
    return await ctx.start(SIGN_UP, **(signup.answers_of(ctx, volunteer) if volunteer else {}))


@topic.on(press("volunteer.pause"))
async def pause(ctx: Context, said: Incoming) -> Answer:
    """暂停: no more tasks are pushed."""
    return await signup.switch(ctx, active=False)


@topic.on(press("volunteer.resume"))
async def resume(ctx: Context, said: Incoming) -> Answer:
    """恢复: tasks are pushed again."""
    return await signup.switch(ctx, active=True)


@topic.on(command("task", roles=GRID | DESK), phrase("volunteers.post_words"), press("task.write"))
async def post(ctx: Context, said: Incoming) -> Answer:
    """Staff: post a task; who asks without knowing the command and may not hears who does."""
    if said.kind is not Kind.COMMAND and not await ctx.may("task.post"):
        raise Refusal(
            "volunteers.staff_only", choice("menu.volunteer", "menu.volunteer"), choice("menu.human", "human")
        )
    await ctx.require("task.post")
    return await orders.with_words(ctx, said, POST)


@topic.on(among("volunteers.order_words"))
async def post_said(ctx: Context, said: Incoming) -> Answer:
    """Staff: 发布一个任务，周日打扫 begins a task with these words; None for residents, to whom it is something else."""
    return await orders.begun(ctx, said, "volunteers.order_words", "task.post", POST)


@topic.on(command("tasks", roles=GRID | DESK), press("volunteer.tasks"))
async def listed(ctx: Context, said: Incoming) -> Answer:
    """Staff see the tasks of their areas with who comes; volunteers those of their community."""
    return await tasks.listed(ctx)


@topic.on(phrase("volunteers.task_words"))
async def listed_said(ctx: Context, said: Incoming) -> Answer:
    """任务, typed; None where the open question takes any words."""
    return None if standing.wants_words(ctx) else await tasks.listed(ctx)


@topic.on(press("task.more"))
async def more(ctx: Context, said: Incoming) -> Answer:
    """再问一批."""
    return await tasks.ask_next(ctx, argument(said))


@topic.on(press("task.claim"))
async def claim(ctx: Context, said: Incoming) -> Answer:
    """我来."""
    return await claims.claim(ctx, argument(said))


@topic.on(answer("volunteers.come_words"))
async def come(ctx: Context, said: Incoming) -> Answer:
    """我来 typed: to the invitation shown last, or to the one task that is open; None where a question is open."""
    return None if standing.current(ctx) is not None else await typed.come(ctx)


@topic.on(opening("volunteers.come_words"), opening("volunteers.cannot_words"))
async def come_by_number(ctx: Context, said: Incoming) -> Answer:
    """我来 T9EKD and 去不了 T9EKD: the label of a button that has gone by; None where no task is named."""
    named = references(said.text, "T")
    if not named or await ctx.unit.volunteers.get(ctx.person.id) is None:
        return None
    coming = ctx.shelf.texts.after("volunteers.come_words", said.text) is not None
    return await (claims.claim if coming else claims.decline)(ctx, named[0])


@topic.on(answer("volunteers.agree_words"))
async def agree(ctx: Context, said: Incoming) -> Answer:
    """能, 行, 可以: what means 我来 only under an invitation; None everywhere else."""
    return None if standing.current(ctx) is not None else await typed.come_to_shown(ctx)


@topic.on(phrase("volunteers.cannot_words"), answer("volunteers.cannot_words"))
async def cannot(ctx: Context, said: Incoming) -> Answer:
    """我去不了了: this time not, or withdraws the claim, asking which if there are several."""
    shown = None if standing.current(ctx) is not None else await typed.not_to_shown(ctx)
    return shown or await claims.withdraw(ctx)


@topic.on(among("volunteers.unable_words"))
async def unable(ctx: Context, said: Incoming) -> Answer:
    """腰疼，去不了 of who is asked or said yes; None of everybody else, for a question, and for words that report something."""
    if len(said.text) > _LONGEST or any(one in said.text for one in ctx.shelf.texts.words("words.asking")):
        return None
    tells = danger.found(ctx, said) or ctx.shelf.understander.understand(said.text).intent == "report"
    return None if tells or standing.current(ctx) is not None else await typed.unable(ctx)


@topic.on(answer("volunteers.refuse_words"))
async def refuse(ctx: Context, said: Incoming) -> Answer:
    """没空, 不行: what means 这次不行 only under an invitation; None everywhere else."""
    return None if standing.current(ctx) is not None else await typed.not_to_shown(ctx)


@topic.on(press("task.decline"), press("task.withdraw"))
async def decline(ctx: Context, said: Incoming) -> Answer:
    """这次不行, and 来不了了 of whoever had said yes."""
    return await claims.decline(ctx, argument(said))
