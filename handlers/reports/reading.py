"""Who may read a case, and where: one rule for the cards in chat, the lists, the desk's pages and the files."""

from __future__ import annotations

from typing import Final

from handlers.casework import is_conduct, kept_off, open_to
from handlers.context import Context
from handlers.errors import Refusal
from storage.models import Case, Media

_PRIVATE: Final = "case.read_private"
_CONDUCT: Final = "case.read_conduct"


async def may_read(ctx: Context, case: Case) -> bool:
    """Whether the speaker's role and area let them read this case, on the channel on which they speak."""
    return not kept_off(ctx, case, ctx.chat) and await ctx.may(_right(ctx, case), case.area, case.department)


async def require_read(ctx: Context, case: Case) -> None:
    """Raises NotAllowed (audited) without the right, and a Refusal that names the desk on a channel without private cases."""
    await ctx.require(_right(ctx, case), case.area, case.department, subject=case.ref)
    if kept_off(ctx, case, ctx.chat):
        raise Refusal("case.card.elsewhere", ref=case.ref)


def _right(ctx: Context, case: Case) -> str:
    """The right it takes: those who may read private cases may read the others too."""
    return _CONDUCT if is_conduct(ctx, case) else _PRIVATE if case.private else "case.read"


async def may_see(ctx: Context, media: Media) -> bool:
    """Whether a file belongs to a case the speaker may read now, or was shown to them here as the one who reported it."""
    case = await ctx.unit.cases.get(media.case_id) if media.case_id is not None else None
    if case is None:
        return False
    reported = case.reporter_id == ctx.person.id or await ctx.unit.cases.joined_by(case.id, ctx.person.id) is not None
    if reported and await ctx.unit.media.was_shown(media.id, ctx.chat.id):
        return True
    return await may_read(ctx, case)


async def desk_cases(ctx: Context, limit: int = 100) -> list[Case]:
    """The open cases the speaker has the right to read, the earliest promise first; some may not be read on this channel."""
    return await open_to(ctx, await ctx.duties(), limit)
