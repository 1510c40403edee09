"""我来 and 来不了 typed: which task is meant, by the buttons last shown or by what is open to the volunteer."""

from __future__ import annotations

from handlers.choices import every
from handlers.context import Context
from handlers.messages import Reply, reply
from handlers.volunteers import claims, tasks, views


async def come(ctx: Context) -> Reply | None:
    """A place in the task that is meant, or what there is to choose from; None for whoever is no volunteer."""
    if (shown := await come_to_shown(ctx)) is not None:
        return shown
    if await ctx.unit.volunteers.get(ctx.person.id) is None:
        return None
    return await tasks.open_to_volunteer(ctx)


async def come_to_shown(ctx: Context) -> Reply | None:
    """A place in the task shown last, the list again where several were; None where none was."""
    shown = _shown(ctx, "task.claim")
    if len(shown) > 1:
        return await tasks.open_to_volunteer(ctx)
    return await claims.claim(ctx, shown[0]) if shown else None


async def not_to_shown(ctx: Context) -> Reply | None:
    """这次不行 for the task shown last, asked which where several were; None where none was."""
    shown = _shown(ctx, "task.decline")
    if len(shown) > 1:
        found = [await ctx.unit.volunteers.find_task(ref) for ref in shown]
        return reply("volunteers.which", *(views.which(one) for one in found if one is not None))
    return await claims.decline(ctx, shown[0]) if shown else None


async def unable(ctx: Context) -> Reply | None:
    """Not to the task shown last, else out of the one they come to; None for whoever is asked for none and comes to none."""
    if (shown := await not_to_shown(ctx)) is not None:
        return shown
    coming = await ctx.unit.volunteers.tasks_of(ctx.person.id, "claimed", "waiting")
    return await claims.withdraw(ctx) if any(one.starts_at > ctx.now for one in coming) else None


def _shown(ctx: Context, name: str) -> list[str]:
    """The tasks of the buttons last shown to the speaker that do this; none while a danger is to be told or not."""
    if any(one.token.startswith("emergency.") for one in every(ctx.chat)):
        return []
    refs = (one.token.partition(":")[2] for one in every(ctx.chat) if one.token.partition(":")[0] == name)
    return list(dict.fromkeys(refs))
