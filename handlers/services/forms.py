"""The three small forms behind a card: where are you, please do it for me, this is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from handlers import casework
from handlers.context import Context
from handlers.errors import NotFound
from handlers.form import Confirm, Form, Place, Text
from handlers.messages import Reply, Say, reply, say
from handlers.services import card, where
from handlers.topic import Answer
from knowledge.entries import Service
from storage.models import Remark

_PLACE: Final = ("area", "text", "lat", "lon")


def places_near(ctx: Context, service: Service, spot: where.Spot) -> Reply:
    """Name the nearest places to go to, with phone, and minutes where the spot is exact."""
    told = where.lines(where.options(ctx, service, spot), phones=True)
    heading = say("service.near.title" if told else "service.near.none", name=service.name)
    return Reply((heading, *told), card.choices(service, without="service.near"), card=True)


async def _told_where(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Answer with the nearest places and forget where the person said they were: nobody consented to keeping it."""
    ctx.chat.preset = {key: value for key, value in ctx.chat.preset.items() if key != "said"}
    service = _about(ctx, answers)
    spot = where.spot_of(ctx.catalogue, answers["service_where"])
    if spot is None:
        raise NotFound("")
    return places_near(ctx, service, spot)


async def _file_behalf(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Hand the wish to the community as a case of its own kind."""
    service, home = _about(ctx, answers), answers["service_home"]
    if home.get("area") not in ctx.catalogue.areas:
        raise NotFound("")
    case = await casework.file_case(
        ctx,
        kind="behalf",
        subject=service.id,
        title=ctx.shelf.texts.word("zh_Hans", "service.behalf.about", name=service.name),
        words=answers.get("service_note") or service.name,
        place={key: home.get(key) for key in _PLACE},
        photos=[],
    )
    await casework.pass_voices(ctx, case, answers.get("voices", ()))
    return casework.filed(ctx, case)


async def _note_wrong(ctx: Context, answers: dict[str, Any]) -> Answer:
    """Keep the remark for staff."""
    service, words = _about(ctx, answers), answers.get("service_wrong") or ""
    remark = Remark(kind="wrong", chat_id=ctx.chat.id, text=words, entry=service.id, at=ctx.now)
    ctx.unit.handoffs.add(remark)
    return reply("service.wrong.thanks", name=service.name)


def _about(ctx: Context, answers: Mapping[str, Any]) -> Service:
    """Find the item the form is about; it is gone when the catalogue changed meanwhile."""
    service = ctx.catalogue.services.get(str(answers.get("service")))
    if service is None:
        raise NotFound(str(answers.get("service")))
    return service


def _named(key: str) -> Any:
    def about(ctx: Context, answers: Mapping[str, Any]) -> Say:
        return say(key, name=_about(ctx, answers).name)

    return about


def _behalf_summary(ctx: Context, answers: Mapping[str, Any]) -> Reply:
    told = [
        say("service.behalf.sum", name=_about(ctx, answers).name),
        say("service.behalf.home", place=answers["service_home"].get("text", "")),
    ]
    note = answers.get("service_note")
    return Reply((*told, say("service.behalf.note", text=note)) if note else tuple(told))


NEAR: Final = Form(
    "service.near",
    version=1,
    done=_told_where,
    steps=(Place(key="service_where", question="service.near.ask"),),
    consent=False,
)
BEHALF: Final = Form(
    "service.behalf",
    version=1,
    done=_file_behalf,
    steps=(
        Text(key="service_note", question="service.behalf.ask_note", optional=True, most=500, spoken=True),
        Place(key="service_home", question="service.behalf.ask_home"),
        Confirm(key="service_confirm", question="service.behalf.confirm", summary=_behalf_summary),
    ),
    about=_named("service.behalf.about"),
    voices=True,
)
WRONG: Final = Form(
    "service.wrong",
    version=1,
    done=_note_wrong,
    steps=(Text(key="service_wrong", question="service.wrong.ask", optional=True, most=500),),
    consent=False,
    about=_named("service.wrong.about"),
)
FORMS: Final = (NEAR, BEHALF, WRONG)
