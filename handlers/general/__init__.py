"""What works everywhere.

Greeting, menu, cancel, back, language, privacy, a human, and what to say when nothing was understood.
"""

from __future__ import annotations

from handlers import kept
from handlers.context import Context
from handlers.errors import NotFound
from handlers.form import engine, standing
from handlers.general import handoff, identity, invites, understood
from handlers.general.offered import at_place, wordless
from handlers.menu import menu_of
from handlers.messages import Incoming, Kind, Location, Reply, choice, say
from handlers.permissions import ACTIONS
from handlers.texts import LANGUAGES
from handlers.topic import Answer, Topic, answer, argument, command, intent, kind, phrase, press, while_held
from handlers.where import area_at, is_here

topic = Topic("general", forms=[identity.FORGET])


@topic.on(command("start", listed=False))
async def start(ctx: Context, said: Incoming) -> Answer:
    """A greeting; ``inv_<code>`` makes the speaker staff, ``loc_<area>`` presets the place of a door poster."""
    payload = said.text.strip()
    if payload.startswith("inv_"):
        return await identity.redeem(ctx, payload[4:])
    standing.put_aside(ctx)
    place = await _poster(ctx, payload) if payload.startswith("loc_") else None
    greeting = (say("menu.here", place=place),) if place else ()
    shown = await menu_of(ctx)
    return Reply((say("menu.hello"), *greeting, say("menu.or")), shown.choices)


@topic.on(command("menu"), command("help", listed=False), phrase("words.menu"), press("menu"), intent("menu"))
async def menu(ctx: Context, said: Incoming) -> Answer:
    """The menu; an open form is kept as a draft."""
    aside = standing.put_aside(ctx) and bool(ctx.chat.draft)
    shown = await menu_of(ctx)
    extra = (choice("form.resume", "resume"),) if aside else ()
    return Reply(((say("form.kept"), *shown.lines) if aside else shown.lines), (*shown.choices, *extra))


@topic.on(command("cancel", listed=False), phrase("words.cancel"), phrase("words.given_up"), press("cancel"))
async def cancel(ctx: Context, said: Incoming) -> Answer:
    """Leave the form; what was answered is kept for a day."""
    if not standing.put_aside(ctx):
        return Reply((say("form.nothing_open"),), (await menu_of(ctx)).choices)
    if not ctx.chat.draft:
        return Reply((say("form.cancelled"),), (choice("words.menu_button", "menu"),))
    return Reply(
        (say("form.cancelled_kept", hours=ctx.rules.draft_hours),),
        (choice("form.resume", "resume"), choice("words.menu_button", "menu")),
    )


@topic.on(command("back", listed=False), phrase("words.back"), press("back"))
async def back(ctx: Context, said: Incoming) -> Answer:
    """One question back; outside a form, the menu."""
    return await engine.back(ctx) if standing.current(ctx) else await menu_of(ctx)


@topic.on(press("resume"), phrase("words.resume"))
async def resume(ctx: Context, said: Incoming) -> Answer:
    """Take up what was cancelled."""
    await engine.refuse_while_talking(ctx)
    if standing.resume(ctx):
        return await engine.ask(ctx) if standing.current(ctx) else await engine.renew(ctx)
    return Reply((say("form.nothing_kept"),), (await menu_of(ctx)).choices)


@topic.on(command("human"), phrase("words.human"), press("human"), press("menu.human"), intent("human"))
async def human(ctx: Context, said: Incoming) -> Answer:
    """A person, please: works in every state; an open form stays where it is."""
    voices = tuple(ctx.chat.answers.get("voices", ()))
    return await handoff.ask_for_person(ctx, said.text, voices, urgent=kept.despairs(ctx))


@topic.on(command("calls", roles=ACTIONS["handoff.take"]), press("calls"))
async def calls(ctx: Context, said: Incoming) -> Answer:
    """Staff: who waits for a person."""
    return await handoff.calls(ctx)


@topic.on(answer("human.take"))
async def take_said(ctx: Context, said: Incoming) -> Answer:
    """接待 typed: the only call that waits, or all of them, the longest first; None where none does."""
    waiting = await handoff.waiting_for(ctx)
    if len(waiting) > 1:
        return await handoff.calls(ctx)
    return await handoff.take(ctx, waiting[0].ref) if waiting else None


@topic.on(press("handoff.take"))
async def take(ctx: Context, said: Incoming) -> Answer:
    """Staff: take a conversation over."""
    return await handoff.take(ctx, argument(said))


@topic.on(command("done", listed=False), phrase("words.done"))
async def done(ctx: Context, said: Incoming) -> Answer:
    """Staff or resident: give the conversation back to the bot. In a form, with nobody to leave, done means 完成."""
    enough = ctx.shelf.texts.hears("words.enough", said.text) and said.kind is Kind.TEXT
    if enough and standing.takes_enough(ctx) and not await handoff.is_on(ctx):
        return await engine.hear(ctx, said)
    return await handoff.close(ctx)


@topic.on(press("handoff.close"))
async def done_with(ctx: Context, said: Incoming) -> Answer:
    """The same by the button, which names the conversation."""
    return await handoff.close_one(ctx, argument(said))


@topic.on(command("invite", roles=ACTIONS["invite"]), press("invite"))
async def invite(ctx: Context, said: Incoming) -> Answer:
    """Administrators: a one-time invite for a colleague."""
    return await invites.invite(ctx, said.text)


@topic.on(while_held())
async def relay(ctx: Context, said: Incoming) -> Answer:
    """While a person holds the conversation, words go between the two and the bot is silent."""
    return await handoff.relay(ctx, said)


@topic.on(phrase("words.office"))
async def office(ctx: Context, said: Incoming) -> Answer:
    """The office's number and hours."""
    rules = ctx.rules
    told = say("talk.office", phone=rules.office_phone, opens=rules.day_start, closes=rules.day_end)
    return Reply((told,), (choice("menu.human", "human"),), card=True)


@topic.on(command("language"), phrase("words.language"))
async def language(ctx: Context, said: Incoming) -> Answer:
    """Choose 简体, 繁體 or English."""
    return Reply((say("language.ask"),), tuple(choice(f"language.{one}", f"language:{one}") for one in LANGUAGES))


@topic.on(press("language"))
async def set_language(ctx: Context, said: Incoming) -> Answer:
    """Speak this language from now on."""
    if argument(said) not in LANGUAGES:
        raise NotFound(argument(said)[:12])
    ctx.person.language, ctx.person.language_chosen = argument(said), True
    return Reply((say("language.set"),), (await menu_of(ctx)).choices)


@topic.on(command("privacy"), phrase("words.privacy"))
async def privacy(ctx: Context, said: Incoming) -> Answer:
    """What is kept about me, and how to have it deleted."""
    return await identity.mine(ctx)


@topic.on(press("privacy.forget"))
async def forget(ctx: Context, said: Incoming) -> Answer:
    """Ask once more before deleting."""
    return await ctx.start(identity.FORGET)


@topic.on(press("privacy.stop"), phrase("words.unsubscribe"))
async def unsubscribe(ctx: Context, said: Incoming) -> Answer:
    """No more notices of a building or community."""
    ctx.person.area_code, ctx.person.quiet = None, True
    return Reply((say("privacy.stopped"),))


@topic.on(intent("none"))
async def not_understood(ctx: Context, said: Incoming) -> Answer:
    """Nothing that can be done was meant, or nothing known."""
    return await understood.not_understood(ctx, said)


@topic.on(intent("unsure"))
async def unsure(ctx: Context, said: Incoming) -> Answer:
    """Did you mean …."""
    return await understood.did_you_mean(ctx, said)


@topic.on(press("leave"))
async def leave(ctx: Context, said: Incoming) -> Answer:
    """不，照旧: what a number would have taken back stays."""
    return Reply((say("form.left"),))


@topic.on(press("nothing"))
async def nothing_fits(ctx: Context, said: Incoming) -> Answer:
    """都不是, of what was guessed."""
    return await understood.nothing_fits(ctx, said)


@topic.on(kind(Kind.TEXT), kind(Kind.STICKER), kind(Kind.OTHER), kind(Kind.CONTACT))
async def no_words(ctx: Context, said: Incoming) -> Answer:
    """Nothing to read in it."""
    return await wordless(ctx)


@topic.on(kind(Kind.VOICE))
async def voice(ctx: Context, said: Incoming) -> Answer:
    """Kept, and passed to a person."""
    files = tuple(one.media_id for one in said.attachments if one.media_id is not None)
    return [Reply((say("talk.voice"),)), *_as_list(await handoff.ask_for_person(ctx, "", files))]


@topic.on(kind(Kind.DOCUMENT))
async def document(ctx: Context, said: Incoming) -> Answer:
    """Files are not read here; pictures are."""
    return Reply((say("talk.document"),), (choice("menu.human", "human"), choice("words.menu_button", "menu")))


@topic.on(kind(Kind.LOCATION))
async def location(ctx: Context, said: Incoming) -> Answer:
    """A bare pin: remember it as the place and ask what for."""
    pin = said.location
    assert pin is not None
    if not is_here(ctx.catalogue, pin.lat, pin.lon, ctx.rules.area_kilometres):
        return Reply((say("form.place_far"),))
    return at_place(ctx, area_at(ctx.catalogue, pin.lat, pin.lon), pin)


@topic.on(kind(Kind.EDITED))
async def edited(ctx: Context, said: Incoming) -> Answer:
    """A changed message does not change what was done; say so."""
    return Reply((say("talk.edited"),))


@topic.on(kind(Kind.BLOCKED))
async def blocked(ctx: Context, said: Incoming) -> Answer:
    """Cannot be reached until they come back."""
    ctx.chat.unreachable_at = ctx.now
    await ctx.unit.outbox.bury(ctx.chat.id, "blocked", ctx.now)
    return None


@topic.on(kind(Kind.UNBLOCKED))
async def unblocked(ctx: Context, said: Incoming) -> Answer:
    """Back again."""
    ctx.chat.unreachable_at = None
    return None


async def _poster(ctx: Context, payload: str) -> str | None:
    area = ctx.catalogue.areas.get(payload[4:])
    if area is None:
        return None
    name = ctx.full_name(area.code)
    kept.put_place(ctx, area, name, Location(area.lat, area.lon))
    return name


def _as_list(answer: Answer) -> list[Reply]:
    return [answer] if isinstance(answer, Reply) else list(answer or ())
