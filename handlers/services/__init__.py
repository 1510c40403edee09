"""办事: look a service up and hear it as a card; from there its checklist, the nearest place, 代办, and 信息有误.

The last opened item stays in ``chat.preset["service"]``. ``service.near`` answers at once when the place is known,
as after a pin, and when the message itself carries one.
"""

from __future__ import annotations

from handlers.context import Context
from handlers.errors import NotFound, Refusal
from handlers.messages import Incoming, Reply, say
from handlers.services import card, menu, where
from handlers.services.forms import BEHALF, FORMS, NEAR, WRONG, places_near
from handlers.topic import Answer, Topic, argument, command, intent, phrase, press
from knowledge.entries import Service

LONGEST_ID = 64
"""Characters of a pressed token that are looked at and repeated; tokens are no longer than that (Bot API)."""

topic = Topic("services", forms=list(FORMS))


@topic.on(intent("service"))
async def look_up(ctx: Context, said: Incoming) -> Reply:
    """Answer with the card of what was asked for, or with the groups of topics when no single item was meant."""
    meant = ctx.shelf.understander.understand(said.text)
    service = ctx.catalogue.services.get(meant.entry_id or "")
    return _opened(ctx, service) if service else menu.groups(ctx.catalogue)


@topic.on(phrase("service.again.words"))
async def again(ctx: Context, said: Incoming) -> Reply:
    """Where and with what, said of nothing by name, is about the item last opened."""
    service = ctx.catalogue.services.get(str(ctx.chat.preset.get("service", "")))
    return card.overview(ctx, service) if service else menu.groups(ctx.catalogue)


@topic.on(phrase("service.office_words"))
async def office(ctx: Context, said: Incoming) -> Reply:
    """社区在哪: address, hours and phone of the speaker's community, or of all where theirs is not known."""
    found = where.offices(ctx, where.known_spot(ctx))
    if not found:
        return Reply((say("service.phone"), say("service.digits", phone=ctx.rules.office_phone)))
    key = "service.office" if len(found) == 1 else "service.office.all"
    return Reply((say(key), *where.lines(found, phones=True)), card=True)


@topic.on(command("services"), press("menu.service"), phrase("service.words"))
async def browse(ctx: Context, said: Incoming) -> Reply:
    """Show the groups of topics."""
    return menu.groups(ctx.catalogue)


@topic.on(press("service.group"))
async def browse_group(ctx: Context, said: Incoming) -> Reply:
    """Show the topics of one group."""
    return menu.topics(ctx.catalogue, argument(said)[:LONGEST_ID])


@topic.on(press("service.beside"))
async def browse_beside(ctx: Context, said: Incoming) -> Reply:
    """Show all items of the topic an item belongs to."""
    return menu.beside(ctx.catalogue, _service(ctx, said))


@topic.on(press("service.topic"))
async def browse_topic(ctx: Context, said: Incoming) -> Reply:
    """Show the items of one topic, a page at a time."""
    return menu.items(ctx.catalogue, argument(said)[:LONGEST_ID])


@topic.on(press("service.open"))
async def open_card(ctx: Context, said: Incoming) -> Reply:
    """Show the card of one item."""
    return _opened(ctx, _service(ctx, said))


@topic.on(press("service.materials"))
async def materials(ctx: Context, said: Incoming) -> Reply:
    """Tell what to bring in full, with steps and frequent questions."""
    service = _service(ctx, said)
    if not service.materials:
        raise Refusal("service.no_materials", name=service.name)
    return card.checklist(ctx, service)


@topic.on(press("service.near"))
async def near(ctx: Context, said: Incoming) -> Answer:
    """Name the nearest places; ask where the person is only when that is not known closely."""
    service = _service(ctx, said)
    if not service.place_kinds:
        raise Refusal("service.no_place", name=service.name)
    pin = said.location
    spot = where.Spot(pin.lat, pin.lon) if pin else where.known_spot(ctx)
    return places_near(ctx, service, spot) if spot and spot.exact else await ctx.start(NEAR, service=service.id)


@topic.on(press("service.behalf"))
async def behalf(ctx: Context, said: Incoming) -> Answer:
    """Ask the community to do it."""
    service = _service(ctx, said)
    if not card.community_helps(service):
        raise Refusal("service.no_behalf", name=service.name)
    return await ctx.start(BEHALF, service=service.id)


@topic.on(press("service.wrong"))
async def wrong(ctx: Context, said: Incoming) -> Answer:
    """Say that a card is not right."""
    return await ctx.start(WRONG, service=_service(ctx, said).id)


def _service(ctx: Context, said: Incoming) -> Service:
    """Find the item a pressed token names; the token may be forged or older than the catalogue."""
    name = argument(said)[:LONGEST_ID]
    service = ctx.catalogue.services.get(name)
    if service is None:
        raise NotFound(name)
    return service


def _opened(ctx: Context, service: Service) -> Reply:
    ctx.chat.preset = {**ctx.chat.preset, "service": service.id}
    return card.overview(ctx, service)
