"""Notices (通知): staff write to an area after seeing words and number of people; residents read, and press 已读.

Source: domain.md §6. What goes out is written by ``fanout`` in steps and sent by the outbox.
"""

from __future__ import annotations

from handlers import orders
from handlers.context import Context
from handlers.errors import Refusal
from handlers.messages import Incoming, Kind, choice
from handlers.notices import actions, views
from handlers.notices.forms import HOME, NOTIFY
from handlers.permissions import DESK
from handlers.topic import Answer, Topic, among, argument, command, intent, phrase, press

topic = Topic("notices", forms=[HOME, NOTIFY])


@topic.on(intent("notice"), phrase("notices.words"), press("menu.notice"))
async def newest(ctx: Context, said: Incoming) -> Answer:
    """The newest notices where I live; asked for once."""
    area = await actions.home(ctx)
    return await views.newest(ctx, area) if area else await ctx.start(HOME)


@topic.on(command("notices"))
async def listed(ctx: Context, said: Incoming) -> Answer:
    """For the desk what became of its own notices, for everybody else the newest ones."""
    if await ctx.may("notice.read_counts"):
        return await views.own(ctx)
    return await newest(ctx, said)


@topic.on(press("notice.home"))
async def move(ctx: Context, said: Incoming) -> Answer:
    """换楼栋: ask again where I live."""
    return await ctx.start(HOME)


@topic.on(command("notify", roles=DESK), phrase("notices.write_words"), press("notice.write"))
async def write(ctx: Context, said: Incoming) -> Answer:
    """Staff: write a notice; who asks without knowing the command and may not hears who does."""
    if said.kind is not Kind.COMMAND and not await ctx.may("notice.send"):
        raise Refusal("notices.staff_only", choice("menu.notice", "menu.notice"), choice("menu.human", "human"))
    await ctx.require("notice.send")
    return await orders.with_words(ctx, said, NOTIFY)


@topic.on(among("notices.order_words"))
async def write_said(ctx: Context, said: Incoming) -> Answer:
    """Staff: 通知明天上午停水 begins a notice with these words; None for residents, to whom it is something else."""
    return await orders.begun(ctx, said, "notices.order_words", "notice.send", NOTIFY)


@topic.on(press("notice.read"))
async def read(ctx: Context, said: Incoming) -> Answer:
    """已读."""
    return await actions.read(ctx, argument(said))


@topic.on(press("notice.cancel"))
async def cancel(ctx: Context, said: Incoming) -> Answer:
    """停发."""
    return await actions.cancel(ctx, argument(said))
