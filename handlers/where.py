"""Places in the words of people: full names of areas, and which area a pin lies in."""

from __future__ import annotations

from knowledge.catalogue import Catalogue
from knowledge.entries import Area
from knowledge.places import inside, nearest_area


def full_name(catalogue: Catalogue, code: str) -> str:
    """The area's name after those above it, without the sub-district's: 青松社区青松苑一区3栋; the code when unknown."""
    names = [area.name for area in catalogue.lineage(code) if area.kind != "sub_district" or area.code == code]
    return "".join(reversed(names)) or code


def is_here(catalogue: Catalogue, lat: float, lon: float, kilometres: float) -> bool:
    """Whether a pin lies within ``kilometres`` of one of our sub-districts."""
    roots = [area.code for area in catalogue.areas.values() if not area.parent]
    return any(inside(catalogue, code, lat, lon, kilometres * 1000) for code in roots)


def area_at(catalogue: Catalogue, lat: float, lon: float) -> Area:
    """The building nearest to a pin, else the nearest grid, else the first root."""
    found = nearest_area(catalogue, lat, lon, "building", 60.0) or nearest_area(catalogue, lat, lon)
    return found or next(area for area in catalogue.areas.values() if not area.parent)
