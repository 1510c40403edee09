"""Loads areas (and, of the sample, its people on duty) from the catalogue into an empty database; gives out its parts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from knowledge import entries
from knowledge.catalogue import Catalogue
from storage.models import Area, Chat, Person, Volunteer
from storage.unit import Unit

_MARK = "sample"
_GRID: Final = "S1-C1-G1"
_OFFICES: Final = {"grid": ("grid_worker", _GRID), "desk": ("community", _GRID.rpartition("-")[0])}


async def seed(unit: Unit, catalogue: Catalogue, now: datetime) -> int:
    """Add the catalogue's areas and staff unless there are areas already; returns how many areas were added.

    Several processes may start at once on an empty database: one loads, the others wait and find it done.
    """
    if await unit.areas.count():
        return 0
    await unit.areas.claim()
    if await unit.areas.count():
        return 0
    paths: dict[str, str] = {}
    areas: list[Area] = []
    for one in (area for root in catalogue.areas.values() if not root.parent for area in catalogue.within(root.code)):
        paths[one.code] = f"{paths.get(one.parent, '')}{one.code}/"
        areas.append(_area(one, paths[one.code]))
    unit.areas.add(areas)
    await unit.session.flush()
    for member in catalogue.staff:
        person = Person(
            name=member.name, phone=member.phone, language="zh_Hans", language_chosen=False, elder=False, staff=True, quiet=True,
            area_code=None, consented_at=now, created_at=now,
        )  # fmt: skip
        unit.session.add(person)
        await unit.session.flush()
        unit.staff.grant(person.id, member.role, member.area, member.department, now)
    if areas and any(area.sample for area in catalogue.areas.values()):
        await unit.facts.put(_MARK, {"since": now.isoformat()})
    return len(areas)


def _area(one: entries.Area, path: str) -> Area:
    return Area(
        code=one.code,
        kind=one.kind,
        name=one.name,
        parent_code=one.parent or None,
        path=path,
        lat=one.lat,
        lon=one.lon,
        households=one.households,
        units=one.units,
    )


async def is_sample(unit: Unit) -> bool:
    """Whether the sample sub-district is what is loaded."""
    return bool(await unit.facts.get(_MARK))


async def take_part(unit: Unit, chat: Chat, part: str, now: datetime) -> bool:
    """Let who writes in ``chat`` play a part of the sample: resident, volunteer, grid or desk. False outside the sample."""
    if not await is_sample(unit):
        return False
    if part in _OFFICES:
        role, area = _OFFICES[part]
        holders = await unit.staff.holders(role, [area])
        if holders:
            chat.person_id = holders[0].person_id
        return bool(holders)
    if part == "volunteer" and await unit.volunteers.get(chat.person_id) is None:
        unit.people.consent(chat.person, "basic", 1, now)
        chat.person.area_code = _GRID
        unit.volunteers.add(
            Volunteer(
                person_id=chat.person_id, skills=["other"], times=["any"], area_code=_GRID, active=True, created_at=now
            )
        )
    return part in ("volunteer", "resident")
