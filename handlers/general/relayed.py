"""Who may see what was sent in a conversation with a person and belongs to no case."""

from __future__ import annotations

from handlers.context import Context
from handlers.general.handoff import may_hold
from storage.models import Media


async def may_see_relayed(ctx: Context, media: Media) -> bool:
    """Whether it was shown in this chat: to the caller, who keeps it, or to staff, who need the right to that call now."""
    if not await ctx.unit.media.was_shown(media.id, ctx.chat.id):
        return False
    mine = await ctx.unit.handoffs.called_from(ctx.chat.id)
    if any(one.staff_chat_id == media.chat_id for one in mine):
        return True
    theirs, duties = await ctx.unit.handoffs.called_from(media.chat_id), await ctx.duties()
    if not theirs:  # the sender called nobody, so it came from staff; who it was is forgotten once they leave
        return bool(mine)
    return any([await may_hold(ctx.unit, duties, one) for one in theirs])
