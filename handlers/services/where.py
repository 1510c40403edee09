"""Where a service is done: the nearest places when it is known where the person is, otherwise those for most people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from handlers.context import Context
from handlers.messages import Say, say
from knowledge.catalogue import Catalogue
from knowledge.entries import Place, Service
from knowledge.places import distance, nearest

SHOWN: Final = 2
"""Places named at once: more cannot be remembered when read aloud."""

OFFICE: Final = "service-hall"
"""The kind of the places where a community can be met."""

ELDER_PACE: Final = 0.7
"""The part of the usual walking speed that old people make (domain.md §2: slower for old people)."""

_WIDE: Final = frozenset({"sub_district", "community"})


PIN: Final = Say("service.place.pin")
"""What a pin is called."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is, WGS-84; not ``exact`` when only the community is known, too wide for walking minutes.

    ``name`` is what it is called where minutes are counted from it: the pin that was sent, unless it is an area.
    """

    lat: float
    lon: float
    exact: bool = True
    name: Say | str = PIN


@dataclass(frozen=True, slots=True)
class Option:
    """A place to go to; ``minutes`` on foot from ``start``, 0 when it is not known where from."""

    place: Place
    minutes: int = 0
    start: Say | str = ""


def known_spot(ctx: Context) -> Spot | None:
    """Find where the person is as far as a pin, a door poster or their own area tells."""
    return spot_of(ctx.catalogue, ctx.chat.preset) or spot_of(ctx.catalogue, {"area": ctx.person.area_code})


def spot_of(catalogue: Catalogue, told: Mapping[str, Any]) -> Spot | None:
    """Find the spot of a place as forms keep it ({area, lat, lon}): the pin, or the middle of the area."""
    area = catalogue.areas.get(str(told.get("area") or ""))
    lat, lon = told.get("lat"), told.get("lon")
    middle = (area.lat, area.lon) if area else None
    if isinstance(lat, int | float) and isinstance(lon, int | float) and (lat, lon) != middle:
        return Spot(lat, lon)
    return Spot(area.lat, area.lon, area.kind not in _WIDE, area.name) if area else None


def options(ctx: Context, service: Service, spot: Spot | None) -> list[Option]:
    """Choose at most ``SHOWN`` places: the nearest first, or those of the widest area when no spot is known."""
    if spot is None:
        return [Option(place) for place in _widest(ctx.catalogue, service.place_kinds)[:SHOWN]]
    found = nearest(ctx.catalogue, service.place_kinds, spot.lat, spot.lon, limit=SHOWN, speed=_pace(ctx))
    return [Option(one.place, one.minutes if spot.exact else 0, spot.name) for one in found]


def offices(ctx: Context, spot: Spot | None) -> list[Option]:
    """Choose where the community sits: that of the speaker's own area, else the first place of every community."""
    code = str(ctx.chat.preset.get("area") or ctx.person.area_code or "")
    own = {area.code for area in ctx.catalogue.lineage(code)} if code in ctx.catalogue.areas else set()
    by_area: dict[str, Place] = {}
    for place in ctx.catalogue.places.values():
        if place.kind == OFFICE:
            by_area.setdefault(place.area, place)
    found = [place for area, place in by_area.items() if area in own] or list(by_area.values())
    if spot is None or not spot.exact:
        return [Option(place) for place in found]
    away = [distance(spot.lat, spot.lon, place.lat, place.lon) for place in found]
    return [Option(one, max(1, ceil(far / _pace(ctx))), spot.name) for one, far in zip(found, away, strict=True)]


def lines(found: Sequence[Option], *, phones: bool = False) -> list[Say]:
    """Tell name with minutes and from where, address, opening hours, and if asked for the phone on a line of its own."""
    told: list[Say] = []
    for number, one in enumerate(found, 1):
        place = one.place
        key = "service.place.walk" if one.minutes else "service.place"
        told.append(say(key, n=number, name=place.name, minutes=one.minutes, start=one.start))
        told.append(say("service.place.where", address=place.address, hours=place.hours))
        if phones and place.phone:
            told.append(say("service.digits", phone=place.phone))
    return told


def phone(service: Service, found: Sequence[Option]) -> list[Say]:
    """Tell whom to call, the number on its own line: the first place that has one, otherwise the matter's hotline."""
    place = next((one.place for one in found if one.place.phone), None)
    if place is None:
        return [say("service.phone"), say("service.digits", phone=service.complaint_phone)]
    return [say("service.phone.of", name=place.name), say("service.digits", phone=place.phone)]


def _pace(ctx: Context) -> float:
    return ctx.rules.walking_metres * (ELDER_PACE if ctx.person.elder else 1.0)


def _widest(catalogue: Catalogue, kinds: Sequence[str]) -> list[Place]:
    fitting = [place for place in catalogue.places.values() if place.kind in kinds]
    return sorted(fitting, key=lambda place: (len(catalogue.lineage(place.area)), kinds.index(place.kind)))
