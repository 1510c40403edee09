"""A human, please (人工).

The conversation waits for staff, is held by one of them, and comes back to the bot by itself.
"""

from __future__ import annotations

from datetime import timedelta

from handlers.context import Context
from handlers.duty import desk_of
from handlers.errors import NotFound, Refusal
from handlers.messages import Incoming, Kind, Reply, choice, say
from handlers.topic import Answer
from handlers.worktime import is_open
from storage.models import Area, Handoff


async def ask_for_person(ctx: Context, words: str, files: tuple[int, ...] = ()) -> Answer:
    """Call staff: once, however often it is asked; ``files`` (a voice message) come with the call."""
    waiting = await ctx.unit.handoffs.get(ctx.chat.handoff_id) if ctx.chat.handoff_id else None
    if waiting is not None and waiting.state == "waiting":
        for chat in await desk_of(ctx, await _area(ctx), ("community", "street")) if files else ():
            ctx.tell(chat, await _call(ctx, waiting, files))
        return Reply((say("human.still", phone=ctx.rules.office_phone),))
    area = await _area(ctx)
    handoff = Handoff(
        ref=await ctx.unit.handoffs.new_reference(), chat_id=ctx.chat.id, area_code=area.code, reason=words[:500], state="waiting",
        created_at=ctx.now, last_at=ctx.now,
    )  # fmt: skip
    ctx.unit.handoffs.add(handoff)
    await ctx.unit.session.flush()
    ctx.chat.handoff_id, ctx.chat.misses = handoff.id, 0
    for chat in await desk_of(ctx, area, ("community", "street")):
        if chat.id != ctx.chat.id:
            ctx.tell(chat, await _call(ctx, handoff, files))
    key = "human.called" if is_open(ctx.now, ctx.rules) else "human.called_late"
    return Reply((say(key, phone=ctx.rules.office_phone, opens=ctx.rules.day_start),))


async def take(ctx: Context, ref: str) -> Answer:
    """接待: the speaker holds this conversation from now on; of two at once, one wins and the other is told."""
    handoff = await ctx.unit.handoffs.find(ref[:12], lock=True)
    area = await ctx.unit.areas.get(handoff.area_code) if handoff else None
    await ctx.require("handoff.take", area, subject=ref[:12])
    if handoff is None:
        raise NotFound(ref[:12])
    if handoff.state != "waiting":
        raise Refusal("human.taken", ref=handoff.ref)
    if await ctx.unit.handoffs.held_by_chat(ctx.chat.id) is not None:
        raise Refusal("human.one_at_a_time", choice("human.end", "handoff.close"))
    handoff.state, handoff.staff_id, handoff.staff_chat_id, handoff.last_at = (
        "held",
        ctx.person.id,
        ctx.chat.id,
        ctx.now,
    )
    ctx.chat.handoff_id = handoff.id
    await ctx.audit("handoff.take", handoff.ref)
    ctx.tell(await ctx.unit.people.chat(handoff.chat_id), Reply((say("human.here"),)))
    return Reply((say("human.yours", ref=handoff.ref),), (choice("human.end", "handoff.close"),))


async def close(ctx: Context) -> Answer:
    """结束: both sides are back with the bot."""
    handoff = await ctx.unit.handoffs.get(ctx.chat.handoff_id) if ctx.chat.handoff_id else None
    if handoff is None or handoff.state == "closed":
        ctx.chat.handoff_id = None
        return Reply((say("human.none"),))
    await _end(ctx, handoff)
    return Reply((say("human.ended"),), (choice("words.menu_button", "menu"),))


async def relay(ctx: Context, said: Incoming) -> Answer:
    """Pass words between the two sides of a held conversation; None when the bot is to answer itself."""
    if ctx.chat.handoff_id is None or said.kind is Kind.COMMAND:
        return None
    if ctx.shelf.texts.hears("words.done", said.text) or ctx.shelf.texts.hears("words.menu", said.text):
        return None
    handoff = await ctx.unit.handoffs.get(ctx.chat.handoff_id)
    if handoff is None or handoff.state != "held":
        return None
    if ctx.now - handoff.last_at > timedelta(minutes=ctx.rules.handoff_minutes):
        await _end(ctx, handoff)
        return None
    return await _pass_on(ctx, handoff, said)


async def _pass_on(ctx: Context, handoff: Handoff, said: Incoming) -> Answer:
    handoff.last_at = ctx.now
    from_staff = ctx.chat.id == handoff.staff_chat_id
    other = await ctx.unit.people.chat(handoff.chat_id if from_staff else handoff.staff_chat_id or 0)
    photos = tuple(one.media_id for one in said.attachments if one.media_id is not None)
    words = say(
        "human.staff_says" if from_staff else "human.resident_says",
        ref=handoff.ref,
        words=said.text or say(f"human.sent.{said.kind.value}"),
    )
    ctx.tell(
        other,
        Reply((words,), () if from_staff else (choice("human.end", "handoff.close"),), photos, location=said.location),
    )
    return ()


async def _end(ctx: Context, handoff: Handoff) -> None:
    handoff.state, handoff.last_at = "closed", ctx.now
    for chat_id in filter(None, (handoff.chat_id, handoff.staff_chat_id)):
        chat = await ctx.unit.people.chat(chat_id)
        if chat is not None and chat.handoff_id == handoff.id:
            chat.handoff_id = None
            if chat.id != ctx.chat.id:
                ctx.tell(chat, Reply((say("human.ended"),)))


async def _call(ctx: Context, handoff: Handoff, files: tuple[int, ...]) -> Reply:
    """What staff see: the number, why, and the last words of the conversation."""
    said = [one.text for one in await ctx.unit.messages.last(handoff.chat_id, 6) if not one.out and one.text]
    words = " / ".join([*said, handoff.reason] if handoff.reason else said)[-300:]
    return Reply(
        (say("human.call", ref=handoff.ref), say("human.call_words", words=words)),
        (choice("human.take", f"handoff.take:{handoff.ref}", style="primary"),),
        files,
        card=True,
    )


async def _area(ctx: Context) -> Area:
    """Where to look for staff: the person's area, the poster's, or the whole sub-district."""
    for code in (ctx.chat.preset.get("area"), ctx.person.area_code):
        area = await ctx.unit.areas.get(str(code)) if code else None
        if area is not None:
            return area
    return (await ctx.unit.areas.of_kind("sub_district"))[0]
