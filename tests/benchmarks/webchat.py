"""The web chat's round trip with many open pages, each of which writes as fast as a person does."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.pages import Page, stranger
from tests.benchmarks.processes import Linli, scratch
from tests.benchmarks.script import lines

PAUSE = 10.0
"""Seconds between two messages of one person, on average."""
EACH = 3
"""Messages of one person."""


async def measure(chats: int, repeat: int) -> list[Figure]:
    """Milliseconds from sending to the first message of the answer."""
    medians, slowest = [], []
    for _ in range(repeat):
        taken = await one_run(chats)
        medians.append(percentile(taken, 0.5) * 1000)
        slowest.append(percentile(taken, 0.99) * 1000)
    what = f"web chat, {chats} open pages, {chats / PAUSE:.0f} messages/s: send to answer"
    return [figure(f"{what}, p50", medians, "ms", digits=1), figure(f"{what}, p99", slowest, "ms", digits=1)]


async def one_run(chats: int) -> list[float]:
    """Seconds of every round trip."""
    with scratch() as place:
        async with Linli(Path(place)) as linli, stranger() as session, AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(Page(session, linli.url)) for _ in range(chats)]
            spoken = await asyncio.gather(*(_person(page, number) for number, page in enumerate(pages)))
    return [seconds for one in spoken for seconds in one]


async def _person(page: Page, number: int) -> list[float]:
    chance = random.Random(number)
    taken = []
    for text in lines(number, EACH):
        await asyncio.sleep(chance.uniform(0, 2 * PAUSE))
        taken.append(await page.say(text))
    return taken
