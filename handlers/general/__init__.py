"""What works everywhere.

Greeting, menu, cancel, back, language, privacy, a human, and what to say when nothing was understood.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers import kept
from handlers.context import Context
from handlers.errors import NotFound
from handlers.form import engine
from handlers.general import handoff, identity, invites, talk
from handlers.messages import Choice, Incoming, Kind, Location, Reply, choice, say
from handlers.permissions import ACTIONS
from handlers.pictures import refusals
from handlers.texts import LANGUAGES
from handlers.topic import Answer, Topic, argument, command, intent, kind, phrase, press, while_held
from handlers.where import area_at, is_here
from knowledge.addresses import is_address
from knowledge.entries import Area
from storage.models import Remark

topic = Topic("general", forms=[identity.FORGET])

_MENU = ("service", "report", "progress", "proposal", "volunteer", "notice")
_OFFICE = (
    ("case.list", "menu.cases", "cases"),
    ("handoff.take", "menu.calls", "calls"),
    ("notice.send", "menu.notify", "notice.write"),
    ("task.post", "menu.task", "task.write"),
    ("proposal.decide", "menu.proposals", "proposal.list"),
)
"""What staff find above the residents' entries: (the right it takes, its label, its token)."""


async def menu_of(ctx: Context) -> Reply:
    """What can be done here, numbered; staff see first what their roles are for."""
    entries = [choice(f"menu.{word}", f"menu.{word}") for word in _MENU]
    mine = [choice(label, token) for action, label, token in _OFFICE if await ctx.may(action)]
    return Reply((say("menu.what"),), (*mine, *entries, choice("menu.human", "human")))


@topic.on(command("start", listed=False))
async def start(ctx: Context, said: Incoming) -> Answer:
    """A greeting; ``inv_<code>`` makes the speaker staff, ``loc_<area>`` presets the place of a door poster."""
    payload = said.text.strip()
    if payload.startswith("inv_"):
        return await identity.redeem(ctx, payload[4:])
    engine.put_aside(ctx)
    place = await _poster(ctx, payload) if payload.startswith("loc_") else None
    greeting = (say("menu.here", place=place),) if place else ()
    shown = await menu_of(ctx)
    return Reply((say("menu.hello"), *greeting, say("menu.or")), shown.choices)


@topic.on(command("menu"), command("help", listed=False), phrase("words.menu"), press("menu"), intent("menu"))
async def menu(ctx: Context, said: Incoming) -> Answer:
    """The menu; an open form is kept as a draft."""
    aside = engine.put_aside(ctx) and bool(ctx.chat.draft)
    shown = await menu_of(ctx)
    extra = (choice("form.resume", "resume"),) if aside else ()
    return Reply(((say("form.kept"), *shown.lines) if aside else shown.lines), (*shown.choices, *extra))


@topic.on(command("cancel", listed=False), phrase("words.cancel"), press("cancel"))
async def cancel(ctx: Context, said: Incoming) -> Answer:
    """Leave the form; what was answered is kept for a day."""
    if not engine.put_aside(ctx):
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
    return await engine.back(ctx) if engine.current(ctx) else await menu_of(ctx)


@topic.on(press("resume"), phrase("words.resume"))
async def resume(ctx: Context, said: Incoming) -> Answer:
    """Take up what was cancelled."""
    if engine.resume(ctx):
        return await engine.ask(ctx)
    return Reply((say("form.nothing_kept"),), (await menu_of(ctx)).choices)


@topic.on(command("human"), phrase("words.human"), press("human"), press("menu.human"), intent("human"))
async def human(ctx: Context, said: Incoming) -> Answer:
    """A person, please: works in every state; an open form stays where it is."""
    return await handoff.ask_for_person(ctx, said.text, tuple(ctx.chat.answers.get("voices", ())))


@topic.on(command("calls", roles=ACTIONS["handoff.take"]), press("calls"))
async def calls(ctx: Context, said: Incoming) -> Answer:
    """Staff: who waits for a person."""
    return await handoff.calls(ctx)


@topic.on(press("handoff.take"))
async def take(ctx: Context, said: Incoming) -> Answer:
    """Staff: take a conversation over."""
    return await handoff.take(ctx, argument(said))


@topic.on(command("done", listed=False), phrase("words.done"))
async def done(ctx: Context, said: Incoming) -> Answer:
    """Staff or resident: give the conversation back to the bot."""
    return await handoff.close(ctx)


@topic.on(press("handoff.close"))
async def done_with(ctx: Context, said: Incoming) -> Answer:
    """The same by the button, which names the conversation."""
    return await handoff.close_one(ctx, argument(said))


@topic.on(command("invite", roles=ACTIONS["invite"]))
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
    """Small talk gets a kind word; anything else is kept for staff, asked again once, and then a human is offered."""
    meant = ctx.shelf.understander.understand(said.text)
    kept.add_photos(ctx, said)
    if (spoken := talk.small_talk(ctx, said.text)) is not None:
        return spoken
    if talk.is_wordless(said.text):
        return await no_words(ctx, said)
    if is_address(said.text) and len(places := ctx.shelf.gazetteer.locate(said.text)) == 1:
        return _at(ctx, places[0], Location(places[0].lat, places[0].lon))
    if meant.sure:
        told = "talk.kind" if talk.greets(ctx, said.text) else "talk.beyond"
        return Reply((say(told),), (await menu_of(ctx)).choices)
    ctx.chat.misses += 1
    ctx.unit.handoffs.add(Remark(kind="miss", chat_id=ctx.chat.id, text=said.text, at=ctx.now))
    if ctx.chat.misses < ctx.rules.misses_before_human:
        return Reply((say("talk.again"),), (await menu_of(ctx)).choices)
    return Reply(
        (say("talk.human", phone=ctx.rules.office_phone),),
        (choice("menu.human", "human", style="primary"), choice("words.menu_button", "menu")),
    )


@topic.on(intent("unsure"))
async def unsure(ctx: Context, said: Incoming) -> Answer:
    """Did you mean … up to three, and 都不是."""
    if (spoken := talk.small_talk(ctx, said.text)) is not None:
        return spoken
    meant = ctx.shelf.understander.understand(said.text)
    question = kept.remember(ctx, said)
    guesses = [
        (meant.intent, meant.entry_id, meant.entry_name),
        *((one.intent, one.entry_id, one.entry_name) for one in meant.alternatives),
    ]
    offered = list({one.token: one for one in (_guess(question, *guess) for guess in guesses) if one}.values())[:3]
    if not offered:
        return await not_understood(ctx, said)
    none = choice("talk.none_of_these", f"nothing:{question}")
    return Reply((*refusals(said), say("talk.did_you_mean")), (*offered, *_beside(ctx, offered), none))


@topic.on(press("nothing"))
async def nothing_fits(ctx: Context, said: Incoming) -> Answer:
    """都不是: keep the words for staff, and go on as with any miss."""
    ctx.chat.misses += 1
    ctx.unit.handoffs.add(
        Remark(kind="miss", chat_id=ctx.chat.id, text=kept.recall(ctx, argument(said)).words, at=ctx.now)
    )
    return Reply(
        (say("talk.again"),),
        (choice("menu.report", "menu.report"), choice("menu.human", "human"), choice("words.menu_button", "menu")),
    )


@topic.on(kind(Kind.TEXT), kind(Kind.STICKER), kind(Kind.OTHER), kind(Kind.CONTACT))
async def no_words(ctx: Context, said: Incoming) -> Answer:
    """Nothing to read in it: say what helps."""
    return Reply((say("talk.words_please"),), (await menu_of(ctx)).choices)


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
    return _at(ctx, area_at(ctx.catalogue, pin.lat, pin.lon), pin)


def _at(ctx: Context, area: Area, pin: Location) -> Reply:
    name = ctx.full_name(area.code)
    kept.put_place(ctx, area, name, pin)
    service = str(ctx.chat.preset.get("service", ""))
    near = (choice("menu.nearest", f"service.near:{service}"),) if service in ctx.catalogue.services else ()
    return Reply(
        (say("menu.here", place=name),),
        (*near, choice("menu.report", "menu.report"), choice("menu.service", "menu.service")),
    )


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


def _guess(question: str, name: str, entry: str | None, title: str | None) -> Choice | None:
    if name == "service" and entry:
        return choice("talk.guess_service", f"service.open:{entry}", name=title)
    if name == "report":
        return choice("talk.guess_report", f"report.as:{entry or ''}:{question}", name=title or say("report.other"))
    return choice(f"menu.{name}", f"menu.{name}") if name in _MENU else None


def _beside(ctx: Context, offered: Sequence[Choice]) -> tuple[Choice, ...]:
    """All items of a topic, where the guesses name two of it: who says 医保 may mean any of them."""
    named = [one.token.partition(":")[2] for one in offered if one.token.startswith("service.open:")]
    topics = [ctx.catalogue.services[one].topic for one in named]
    if not topics or topics.count(topics[0]) < 2:
        return ()
    return (choice("talk.all_of_topic", f"service.beside:{named[0]}", topic=topics[0]),)


async def _poster(ctx: Context, payload: str) -> str | None:
    area = ctx.catalogue.areas.get(payload[4:])
    if area is None:
        return None
    name = ctx.full_name(area.code)
    ctx.chat.preset = {**ctx.chat.preset, "area": area.code, "text": name, "lat": area.lat, "lon": area.lon}
    return name


def _as_list(answer: Answer) -> list[Reply]:
    return [answer] if isinstance(answer, Reply) else list(answer or ())
