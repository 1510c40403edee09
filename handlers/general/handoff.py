"""A human, please (人工).

The conversation waits for staff, is held by one of them, and comes back to the bot by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers import danger
from handlers.context import Context
from handlers.duty import desk_of
from handlers.errors import NotAllowed, NotFound, Refusal, Stale
from handlers.form import engine, standing
from handlers.messages import Choice, Incoming, Kind, Priority, Reply, Say, choice, say
from handlers.permissions import may
from handlers.texts import plain
from handlers.topic import Answer
from handlers.worktime import is_open, next_opening, told
from knowledge.numerals import ordinal
from knowledge.phones import mask
from storage.models import Area, Duty, Handoff
from storage.unit import Unit

DESK = ("community", "street")


async def ask_for_person(ctx: Context, words: str, files: tuple[int, ...] = (), *, urgent: bool = False) -> Answer:
    """Call staff: once, however often it is asked; ``files`` (a voice message) come with the call.

    ``urgent``: from who does not want to live. They are never told to wait for opening time, and the desk sees it first.
    """
    open_one = await _open_handoff(ctx)
    if open_one is not None and open_one.state == "held":
        key = "human.yours" if open_one.staff_chat_id == ctx.chat.id else "human.here"
        return Reply((say(key, ref=open_one.ref),), (_end_button(open_one),))
    if open_one is not None:
        newly = urgent and not open_one.urgent
        open_one.urgent = open_one.urgent or urgent
        if files or newly:
            await _tell_desk(ctx, open_one, files)
        if open_one.urgent:
            return _called_urgently(ctx)
        return Reply((say("human.still", phone=ctx.rules.office_phone),))
    handoff = Handoff(
        ref=await ctx.unit.handoffs.new_reference(),
        chat_id=ctx.chat.id,
        area_code=(await _area(ctx)).code,
        reason=words[:500],
        urgent=urgent,
        state="waiting",
        created_at=ctx.now,
        last_at=ctx.now,
    )
    ctx.unit.handoffs.add(handoff)
    await ctx.unit.session.flush()
    ctx.chat.handoff_id, ctx.chat.misses = handoff.id, 0
    reached = await _tell_desk(ctx, handoff, files)
    if urgent:
        return _called_urgently(ctx)
    called = "human.called" if reached else "human.queued"
    key = called if is_open(ctx.now, ctx.rules) else "human.called_late"
    return Reply((say(key, phone=ctx.rules.office_phone, opens=told(next_opening(ctx.now, ctx.rules))),))


def _called_urgently(ctx: Context) -> Reply:
    return Reply((say("human.called_urgent", phone=danger.despair_phone(ctx)),), card=True)


async def calls(ctx: Context) -> Answer:
    """Staff: who waits for a person in my areas, the longest first."""
    await ctx.require("handoff.take")
    waiting = await waiting_for(ctx)
    if not waiting:
        return Reply((say("human.no_calls"),))
    for one in waiting:
        await ctx.audit("handoff.read", one.ref)
    return [await _call(ctx, one, ()) for one in waiting]


async def waiting_for(ctx: Context) -> list[Handoff]:
    """The calls the speaker may take: of their areas, and those whose place is not known more closely."""
    mine = [area for duty, area in await ctx.duties() if may(duty.role, "handoff.take")]
    codes = {code for area in mine for code in area.path.strip("/").split("/")}
    return list(await ctx.unit.handoffs.waiting([area.path for area in mine], codes)) if mine else []


async def take(ctx: Context, ref: str) -> Answer:
    """接待: the speaker holds this conversation from now on; of two at once, one wins and the other is told."""
    handoff = await ctx.unit.handoffs.find(ref[:12], lock=True)
    await ctx.require("handoff.take", subject=ref[:12])
    if handoff is None:
        raise NotFound(ref[:12])
    if not await may_hold(ctx.unit, await ctx.duties(), handoff):
        raise NotAllowed("handoff.take", handoff.ref)
    if handoff.state != "waiting":
        raise Refusal("human.taken", ref=handoff.ref)
    if (other := await ctx.unit.handoffs.held_by_chat(ctx.chat.id)) is not None:
        raise Refusal("human.one_at_a_time", _end_button(other), ref=other.ref)
    handoff.state, handoff.staff_id, handoff.staff_chat_id, handoff.last_at = (
        "held",
        ctx.person.id,
        ctx.chat.id,
        ctx.now,
    )
    ctx.chat.handoff_id = handoff.id
    standing.put_aside(ctx)  # what is written from now on goes to the resident
    await ctx.audit("handoff.take", handoff.ref)
    ctx.tell(await ctx.unit.people.chat(handoff.chat_id), Reply((say("human.here"),)))
    return Reply((say("human.yours", ref=handoff.ref),), (_end_button(handoff),))


async def may_hold(unit: Unit, duties: Sequence[tuple[Duty, Area]], handoff: Handoff) -> bool:
    """Whether one of these duties is for the call's area: it lies within theirs, or is not known as closely as theirs."""
    area = await unit.areas.get(handoff.area_code)
    assert area is not None
    return any(may(duty.role, "handoff.take") and (where.holds(area) or area.holds(where)) for duty, where in duties)


async def is_on(ctx: Context) -> bool:
    """Whether this chat called somebody, or talks with a person."""
    return await _open_handoff(ctx) is not None


async def close_one(ctx: Context, ref: str) -> Answer:
    """The button 结束: ends the conversation it was shown with, and no other."""
    if not ref:
        raise Stale
    handoff = await ctx.unit.handoffs.find(ref[:12], lock=True)
    if handoff is None or ctx.chat.id not in (handoff.chat_id, handoff.staff_chat_id):
        raise NotFound(ref[:12])
    if handoff.state == "closed":
        raise Refusal("human.closed_before", ref=handoff.ref)
    return await _ended_here(ctx, handoff)


async def close(ctx: Context) -> Answer:
    """结束, typed: both sides are back with the bot."""
    handoff = await _open_handoff(ctx)
    if handoff is None:
        ctx.chat.handoff_id = None
        return Reply((say("human.none"),))
    return await _ended_here(ctx, handoff)


async def relay(ctx: Context, said: Incoming) -> Answer:
    """Pass words between the two sides of a held conversation; None when the bot is to answer itself."""
    if ctx.chat.handoff_id is None or said.kind is Kind.COMMAND:
        return None
    if ctx.shelf.texts.hears("words.done", said.text) or ctx.shelf.texts.hears("words.menu", said.text):
        return None
    handoff = await _open_handoff(ctx)
    if handoff is None or handoff.state != "held":
        await _tell_of_danger(ctx, handoff, said)
        return None
    if any(ctx.shelf.texts.hears(key, said.text) for key in ("words.cancel", "words.back")):
        return Reply((say("human.to_end", ref=handoff.ref),), (_end_button(handoff),))
    if ctx.now - handoff.last_at > timedelta(minutes=ctx.rules.handoff_minutes):
        await _end(ctx, handoff)
        if ctx.chat.id == handoff.staff_chat_id:  # the words were meant for the resident, not for the bot
            return Reply((say("human.over", ref=handoff.ref),), (choice("words.menu_button", "menu"),))
        return None
    return await _pass_on(ctx, handoff, said)


async def _tell_of_danger(ctx: Context, handoff: Handoff | None, said: Incoming) -> None:
    """Danger told by who waits for a person: the desk hears of it at once; the bot answers it as always."""
    if handoff is not None and handoff.state == "waiting" and handoff.chat_id == ctx.chat.id and danger.found(ctx, said):
        handoff.reason, handoff.urgent = said.text[:500], True
        await _tell_desk(ctx, handoff, ())


async def _pass_on(ctx: Context, handoff: Handoff, said: Incoming) -> Answer:
    handoff.last_at = ctx.now
    from_staff = ctx.chat.id == handoff.staff_chat_id
    other = await ctx.unit.people.chat(handoff.chat_id if from_staff else handoff.staff_chat_id or 0)
    photos = tuple(one.media_id for one in said.attachments if one.media_id is not None)
    words: object = said.text or (said.contact.phone if said.contact else say(f"human.sent.{said.kind.value}"))
    first = [] if from_staff else danger.first(ctx, said)  # nobody waits for a person to read it
    key = "human.staff_says" if from_staff else "human.resident_in_danger" if first else "human.resident_says"
    told = Reply((say(key, ref=handoff.ref, words=words),), () if from_staff else (_end_button(handoff),), photos, location=said.location)
    reached = ctx.tell(other, told, Priority.EMERGENCY if first else Priority.REPLY)
    if not reached:
        return [*first, Reply((say("human.unreachable"),), (_end_button(handoff),))]
    passed = [Reply((say("human.passed", ref=handoff.ref),), (_end_button(handoff),))] if from_staff else []
    return [*first, *(Reply((say(one.problem),)) for one in said.attachments if one.problem), *passed]


async def give_back(ctx: Context, handoff: Handoff) -> None:
    """Who held this conversation left: it waits again, the caller (whose chat ``ctx`` is) is told, the desk called."""
    held = await ctx.unit.people.chat(handoff.staff_chat_id or 0)
    if held is not None and held.handoff_id == handoff.id:
        held.handoff_id = None
    handoff.state, handoff.staff_id, handoff.staff_chat_id, handoff.last_at = "waiting", None, None, ctx.now
    await _tell_desk(ctx, handoff, ())
    ctx.tell(ctx.chat, Reply((say("human.given_back", phone=ctx.rules.office_phone),)))


def _end_button(handoff: Handoff) -> Choice:
    return choice("human.end", f"handoff.close:{handoff.ref}")


async def _open_handoff(ctx: Context) -> Handoff | None:
    """The call this chat made, or the conversation it holds, unless it is over."""
    if ctx.person.staff and (held := await ctx.unit.handoffs.held_by_chat(ctx.chat.id)) is not None:
        return held
    found = await ctx.unit.handoffs.get(ctx.chat.handoff_id) if ctx.chat.handoff_id else None
    return found if found is not None and found.state != "closed" else None


async def _ended_here(ctx: Context, handoff: Handoff) -> Reply:
    """End it, and say so to the speaker."""
    await _end(ctx, handoff)
    resume = (choice("form.resume", "resume"),) if ctx.chat.draft else ()
    return Reply((_over(handoff, ctx.chat.id),), (*resume, choice("words.menu_button", "menu")))


def _over(handoff: Handoff, chat_id: int) -> Say:
    """That it ended, as each side is told: to the resident the bot is back."""
    return say("human.ended_staff", ref=handoff.ref) if chat_id == handoff.staff_chat_id else say("human.ended")


async def _end(ctx: Context, handoff: Handoff) -> None:
    """Both sides are told, and a form that was left open asks its question again."""
    handoff.state, handoff.last_at = "closed", ctx.now
    for chat_id in filter(None, (handoff.chat_id, handoff.staff_chat_id)):
        chat = await ctx.unit.people.chat(chat_id)
        if chat is None or chat.handoff_id != handoff.id:
            continue
        chat.handoff_id = None
        if chat.id != ctx.chat.id:
            resume = (choice("form.resume", "resume"),) if chat.draft else ()
            ctx.tell(chat, Reply((_over(handoff, chat.id),), resume))
            theirs = replace(ctx, chat=chat, _duties=None)
            if standing.current(theirs) is not None:
                ctx.tell(chat, await engine.ask(theirs))


async def _tell_desk(ctx: Context, handoff: Handoff, files: tuple[int, ...]) -> bool:
    """Show the call to the nearest desk, up the tree and else anywhere below; False when nobody can be reached."""
    area = await ctx.unit.areas.get(handoff.area_code)
    assert area is not None
    chats = await desk_of(ctx, area, DESK) or await ctx.unit.people.on_duty_below(DESK, area.path)
    reached = False
    for chat in chats:
        priority = Priority.EMERGENCY if handoff.urgent else Priority.REPLY
        if chat.id != ctx.chat.id and ctx.tell(chat, await _call(ctx, handoff, files), priority):
            ctx.unit.audit.add(ctx.now, chat.person_id, "handoff.read", handoff.ref)
            reached = True
    return reached


async def _call(ctx: Context, handoff: Handoff, files: tuple[int, ...]) -> Reply:
    """What staff see: the number, who it is and where, since when they wait, what they said last, and their open cases.

    Of the cases only the numbers: what is behind one asks for its own right to be read.
    """
    chat = await ctx.unit.people.chat(handoff.chat_id)
    assert chat is not None
    cases = await ctx.unit.cases.undone_of(chat.person_id)
    who = chat.person.name or mask(chat.person.phone) or say("human.call_unnamed")
    lines = (
        say("human.call_urgent" if handoff.urgent else "human.call", ref=handoff.ref),
        say("human.call_who", who=who, area=ctx.full_name(handoff.area_code)),
        say("human.call_since", since=told(handoff.created_at)),
        *await _last_said(ctx, handoff),
        *([say("human.call_cases", refs=" ".join(cases))] if cases else ()),
    )
    return Reply(
        lines,
        (choice("human.take", f"handoff.take:{handoff.ref}", style="primary"),),
        files,
        card=True,
    )


async def _last_said(ctx: Context, handoff: Handoff) -> tuple[Say, ...]:
    """The last three things the caller said, a line each, numbers masked; a word for a button, or 人工, is no news."""
    kept, hears = await ctx.unit.messages.last(handoff.chat_id, 12), ctx.shelf.texts.hears
    said = [one.text for one in kept if not one.out and one.text and not one.body.get("kind")]
    if handoff.reason and handoff.reason not in said:  # just said, and not kept yet
        said.append(handoff.reason)
    told_us = [one for one in said if not (ctx.shelf.registry.phrased(plain(one)) or ordinal(one) or hears("words.skip", one))]
    lines = tuple(say("human.call_one", words=mask(one)[:100]) for one in told_us[-3:])
    return (say("human.call_words"), *lines) if lines else ()


async def _area(ctx: Context) -> Area:
    """Where to look for staff: the poster's area, the person's, that of what they reported, or the whole sub-district."""
    reported = [one.area_code for one in await ctx.unit.cases.of_person(ctx.person.id, 1)]
    for code in (ctx.chat.preset.get("area"), ctx.person.area_code, *reported):
        area = await ctx.unit.areas.get(str(code)) if code else None
        if area is not None:
            return area
    return await ctx.unit.areas.root()
