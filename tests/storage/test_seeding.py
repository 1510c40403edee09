"""Several first starts at once on one empty database: the areas are loaded once, and nobody fails."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete

from bot.app import Knowledge
from bot.seed import seed
from storage.engine import Database
from storage.models import Area, Duty, Fact, Person
from tests.support.clock import START


async def test_areas_and_staff_are_loaded_once(database: str, knowledge: Knowledge) -> None:
    processes = [Database(database, durable=False) for _ in range(4)]
    async with processes[0].writing() as unit:
        for model in (Duty, Person, Fact, Area):
            await unit.session.execute(delete(model))

    async def start(one: Database) -> int:
        async with one.writing() as unit:
            return await seed(unit, knowledge[0], START)

    added = await asyncio.gather(*map(start, processes))
    assert sorted(added) == [0, 0, 0, len(knowledge[0].areas)]
    for one in processes:
        await one.close()
