"""Distances on the ground (WGS-84): the nearest places, the area around a point, and what is too far to be meant."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from knowledge.catalogue import Catalogue
from knowledge.entries import Area, Place

EARTH_RADIUS_M = 6_371_008.8
WALKING_SPEED = 70.0
"""Metres a minute; people walk 60–80, old people slower."""
_A_DEGREE = 1000
"""Squares in a degree of latitude and longitude."""
_ROW = 1_000_000


@dataclass(frozen=True, slots=True)
class Nearby:
    """A place, how far it is as the crow flies, and the minutes to walk there (at least one)."""

    place: Place
    metres: int
    minutes: int


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points along the great circle (haversine)."""
    p1, p2 = math.radians(lat), math.radians(other_lat)
    half = math.sin((p2 - p1) / 2) ** 2
    half += math.cos(p1) * math.cos(p2) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def cell(lat: float, lon: float) -> int:
    """The square of the map, some 100 m wide, in which a point lies."""
    return _row(lat) * _ROW + _column(lon)


def cells_around(lat: float, lon: float, metres: float) -> list[int]:
    """The squares that hold all points within so many metres; a few for some hundred metres."""
    up = math.degrees(metres / EARTH_RADIUS_M)
    across = up / max(0.01, math.cos(math.radians(lat)))
    rows = range(_row(lat - up), _row(lat + up) + 1)
    columns = range(_column(lon - across), _column(lon + across) + 1)
    return [row * _ROW + column for row in rows for column in columns]


def _row(lat: float) -> int:
    return math.floor((lat + 90.0) * _A_DEGREE)


def _column(lon: float) -> int:
    return math.floor((lon + 180.0) * _A_DEGREE)


def nearest(
    catalogue: Catalogue,
    kinds: Collection[str],
    lat: float,
    lon: float,
    *,
    limit: int = 3,
    speed: float = WALKING_SPEED,
) -> list[Nearby]:
    """The nearest places of the kinds, nearest first; `speed` in metres a minute."""
    found = [
        (distance(lat, lon, place.lat, place.lon), place.id, place)
        for place in catalogue.places.values()
        if place.kind in kinds
    ]
    return [Nearby(place, round(away), max(1, math.ceil(away / speed))) for away, _, place in sorted(found)[:limit]]


def inside(catalogue: Catalogue, code: str, lat: float, lon: float, within: float = 3000.0) -> bool:
    """Whether a point is within so many metres of an area or of anything below it; a point at sea is not."""
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return False
    return any(distance(lat, lon, area.lat, area.lon) <= within for area in catalogue.within(code))


def nearest_area(
    catalogue: Catalogue, lat: float, lon: float, kind: str = "grid", within: float = 3000.0
) -> Area | None:
    """The area of the kind whose centre is nearest to a point; None if none is within so many metres."""
    found = [
        (distance(lat, lon, area.lat, area.lon), area.code) for area in catalogue.areas.values() if area.kind == kind
    ]
    away, code = min(found, default=(math.inf, ""))
    return catalogue.areas[code] if away <= within else None
