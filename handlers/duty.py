"""Who is on duty for an area, and whose area is meant: what proposals, volunteers and notices ask alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from handlers.context import Context
from handlers.errors import NotFound
from handlers.permissions import may
from storage.models import Area, Chat


async def nearest_desk(
    ctx: Context, area: Area, roles: Sequence[str], without: Collection[int] = ()
) -> tuple[str, list[Chat]]:
    """The role and the chats of the desk nearest to ``area``: up the tree to the first area where somebody can be reached.

    In one area the first of ``roles`` that is held there counts; all who hold it are returned, newest chat a person, but
    for the people in ``without``. ("", []) when nobody can be reached.
    """
    for code in reversed(area.path.strip("/").split("/")):
        for role in roles:
            chats = [chat for chat in await ctx.unit.people.on_duty(role, [code]) if chat.person_id not in without]
            if chats:
                return role, chats
    return "", []


async def desk_of(ctx: Context, area: Area, roles: Sequence[str] = ("community", "street")) -> list[Chat]:
    """The chats of ``nearest_desk``."""
    return (await nearest_desk(ctx, area, roles))[1]


async def area_of(ctx: Context, code: str) -> Area:
    """The area with this code; raises NotFound."""
    area = await ctx.unit.areas.get(code)
    if area is None:
        raise NotFound(code)
    return area


async def above(ctx: Context, area: Area, kind: str) -> Area:
    """The area of this kind that holds ``area``, or ``area`` itself where the tree has none (it is higher already)."""
    for code in reversed(area.path.strip("/").split("/")):
        found = await ctx.unit.areas.get(code)
        if found is not None and found.kind == kind:
            return found
    return area


async def duty_areas(ctx: Context, action: str) -> list[Area]:
    """The areas in which the speaker may take ``action``; empty for residents."""
    return [area for duty, area in await ctx.duties() if may(duty.role, action)]
