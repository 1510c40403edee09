"""From the start of the process to ``/readyz``, and the memory it holds after a thousand messages."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.benchmarks.figures import Figure, at_most, figure
from tests.benchmarks.pages import Page, stranger
from tests.benchmarks.processes import LIFTED, Linli, scratch
from tests.benchmarks.script import lines
from tests.benchmarks.throughput import CHATS, answer, mixed
from tests.fakes.botapi import BotApiProcess

SECONDS = 2.5
MEGABYTES = 150.0
MESSAGES = 1000


async def measure(repeat: int) -> list[Figure]:
    """Start on warm caches and an existing database; then memory with the web chat alone, and with Telegram."""
    starts, web, telegram = [], [], []
    for _ in range(repeat):
        with scratch() as place:
            async with Linli(Path(place)):
                pass
            async with Linli(Path(place), **LIFTED) as linli:
                starts.append(linli.ready_seconds)
                await _chat(linli)
                web.append(linli.megabytes)
        telegram.append(await _with_telegram())
    limit = f"≤ {MEGABYTES:.0f} MB"
    return [
        figure("start to ready", starts, "s", digits=2, goal=f"≤ {SECONDS} s", met=at_most(SECONDS)),
        figure("memory after 1,000 messages, web chat only", web, "MB", goal=limit, met=at_most(MEGABYTES)),
        figure("memory after 1,000 messages, with Telegram", telegram, "MB", goal=limit, met=at_most(MEGABYTES)),
    ]


async def _chat(linli: Linli, pages: int = 20) -> None:
    async def talk(number: int) -> None:
        async with Page(session, linli.url) as page:
            for text in lines(number, MESSAGES // pages):
                await page.say(text)

    async with stranger() as session:
        await asyncio.gather(*(talk(number) for number in range(pages)))


async def _with_telegram() -> float:
    with scratch() as place:
        async with BotApiProcess("--any-chat") as api, Linli(Path(place), api.url, api.token, **LIFTED) as linli:
            await answer(api, linli, mixed([list(lines(chat, MESSAGES // CHATS)) for chat in range(CHATS)]))
            return linli.megabytes
