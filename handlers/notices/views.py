"""How notices are shown: the words as they go out, the desk's preview and counts, a resident's newest ones."""

from __future__ import annotations

from math import ceil

from handlers.context import Context
from handlers.messages import Choice, Reply, Say, choice, reply, say
from handlers.texts import plain
from handlers.worktime import SHANGHAI, differs, told
from knowledge.moments import when
from knowledge.weekdays import only_date
from storage.models import Area
from storage.repositories.notices import Counts

_SHOWN = 3


def minutes(people: int, send_rate: float) -> int:
    """How long the last of so many people waits, in whole minutes, at ``send_rate`` messages a second."""
    return ceil(people / send_rate / 60)


def words(text: str, area: Area) -> Say:
    """What everybody gets: the words themselves first, then who they concern."""
    return say("notices.body", text=text, area=area.name)


def preview(ctx: Context, text: str, area: Area, people: int) -> Reply:
    """Exactly what goes out, to where, to how many people, and for how long it will be going."""
    goes = say("notices.preview", area=_whole(ctx, area), people=people, minutes=minutes(people, ctx.shelf.send_rate))
    return Reply((words(text, area), goes, *unsaid(ctx, text), *_differs(ctx, text)))


def _whole(ctx: Context, area: Area) -> str:
    """An area's name; a building's with the estate it stands in."""
    return ctx.full_name(area.code) if area.kind == "building" else area.name


def unsaid(ctx: Context, text: str) -> tuple[Say, ...]:
    """One gentle line where a notice names no time or no place, which people would ask for (domain.md §6)."""
    typed = plain(text)
    read = when(typed, ctx.now.astimezone(SHANGHAI))
    timed = read.day is not None or read.at is not None or _names(ctx, "notices.time_words", typed)
    placed = _names(ctx, "notices.place_words", typed) or bool(ctx.shelf.gazetteer.locate(typed))
    if timed and placed:
        return ()
    return (say("notices.no_place" if timed else "notices.no_time" if placed else "notices.no_time_or_place"),)


def _differs(ctx: Context, text: str) -> tuple[Say, ...]:
    """One line where the date of a notice is not on the weekday that stands beside it."""
    day = only_date(text, ctx.now.astimezone(SHANGHAI).date())
    return differs(text, day) if day else ()


def _names(ctx: Context, key: str, typed: str) -> bool:
    return any(word in typed for word in ctx.shelf.texts.words(key))


async def newest(ctx: Context, area: Area) -> Reply:
    """The newest notices that concern an area."""
    found = await ctx.unit.notices.of_areas([area.path], _SHOWN)
    offered: tuple[Choice, ...] = ()
    if ctx.person.area_code:
        offered = (choice("notices.move", "notice.home"), choice("notices.mute", "privacy.stop"))
    if not found:
        return reply("notices.none", *offered, place=area.name)
    lines = (say("notices.one", at=told(one.created_at), text=one.text, area=one.area.name) for one in found)
    return Reply((say("notices.newest", count=len(found)), *lines), offered)


async def own(ctx: Context) -> Reply:
    """What became of the speaker's own notices, with 停发 while one is going out."""
    found = await ctx.unit.notices.by_author(ctx.person.id, _SHOWN)
    if not found:
        return reply("notices.none_written")
    lines: list[Say] = []
    offered: list[Choice] = []
    for one in found:
        counts = await ctx.unit.notices.counts(one)
        lines += [
            say("notices.own", ref=one.ref, at=told(one.created_at), area=one.area.name, text=one.text[:30]),
            *_told(counts),
        ]
        if counts.waiting:
            offered.append(choice("notices.cancel", f"notice.cancel:{one.ref}", style="danger", ref=one.ref))
    return Reply(tuple(lines), tuple(offered))


def _told(counts: Counts) -> tuple[Say, ...]:
    numbers = {
        "sent": counts.sent, "read": counts.read, "unreachable": counts.unreachable, "waiting": counts.waiting,
        "people": counts.audience,
    }  # fmt: skip
    stopped = (say("notices.counts_stopped", stopped=counts.stopped, people=counts.audience),) if counts.stopped else ()
    return (say("notices.counts", **numbers), *stopped)
