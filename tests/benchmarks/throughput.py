"""Messages a second, end to end over a stand-in for the Bot API in a process of its own.

Linli stores, understands, answers and sends durably; the echo bots it is compared with only send back. All get the same
messages in the same chats, wait in the same queue, and are measured from the moment the messages are there until the last
answer arrived. A run counts only if every chat got exactly one answer a message and nothing waits in Linli's queues.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, at_least, figure
from tests.benchmarks.processes import LIFTED, Child, Linli, scratch
from tests.benchmarks.script import lines
from tests.fakes.botapi import BotApiProcess

CHATS = 200
FIRST = 1000
GOALS = {0: 2.0, 50: 5.0}
"""Delay of the API in milliseconds → times the faster echo."""


@dataclass(slots=True)
class Contestant:
    """A bot: how to start it, and how many of the messages it is given (a slow one gets fewer)."""

    name: str
    start: Callable[[BotApiProcess, Path], Child]
    share: float = 1.0
    rates: list[float] = field(default_factory=list)
    efforts: list[float] = field(default_factory=list)
    """Milliseconds of the bot's processor time a message: what stays comparable when the machine is busy."""


def _linli(api: BotApiProcess, folder: Path) -> Child:
    return Linli(folder, api.url, api.token, **LIFTED)


def _echo(concurrent: int) -> Callable[[BotApiProcess, Path], Child]:
    def start(api: BotApiProcess, folder: Path) -> Child:
        folder.mkdir(parents=True, exist_ok=True)
        return Child(
            "-m", "tests.benchmarks.echo", api.url, api.token, "--concurrent", str(concurrent), log=folder / "bench.log"
        )

    return start


def contestants(delay_ms: int) -> list[Contestant]:
    """Linli and the two echo bots; one after the other, the plain echo answers 18 messages/s when the API takes 50 ms."""
    return [
        Contestant("Linli: stored, understood, answered", _linli),
        Contestant("bare PTB echo, default settings", _echo(0), 0.1 if delay_ms else 1.0),
        Contestant("bare PTB echo, concurrent_updates(256)", _echo(256), 0.5),
    ]


async def measure(messages: int, repeat: int, delays: tuple[int, ...]) -> list[Figure]:
    """The table: messages a second for each, and Linli's ratio to the faster echo within each repeat."""
    figures: list[Figure] = []
    for delay in delays:
        bots = contestants(delay)
        for _ in range(repeat):
            for bot in bots:
                await one_run(bot, max(CHATS, int(messages * bot.share)), delay)
        for bot in bots:
            figures.append(figure(f"{bot.name}; API {delay} ms", bot.rates, "msg/s"))
            figures.append(figure("   its processor time a message", bot.efforts, "ms", digits=2))
        linli, *echoes = bots
        ratios = [own / max(others) for own, *others in zip(linli.rates, *(bot.rates for bot in echoes), strict=True)]
        goal = GOALS.get(delay, 0.0)
        what = f"Linli ÷ the faster echo; API {delay} ms"
        figures.append(figure(what, ratios, "×", digits=2, goal=f"≥ {goal:g} ×", met=at_least(goal)))
    return figures


async def one_run(bot: Contestant, messages: int, delay_ms: int) -> None:
    """Have one bot answer, freshly started and warmed up with one message a chat, and note its figures."""
    texts = [list(lines(chat, messages // CHATS)) for chat in range(CHATS)]
    with scratch() as place:
        async with (
            BotApiProcess("--any-chat", "--delay-ms", str(delay_ms)) as api,
            bot.start(api, Path(place)) as child,
        ):
            await answer(api, child, mixed([["菜单"]] * CHATS))
            await api.post("reset")
            started, used = time.time(), child.cpu_seconds
            stats = await answer(api, child, mixed(texts))
            used = child.cpu_seconds - used
            _check_counts(stats, texts)
        if isinstance(child, Linli):
            check_queues(child.folder / "linli.db")
        count = sum(map(len, texts))
        bot.rates.append(count / (float(stats["last_at"]) - started))
        bot.efforts.append(used / count * 1000)


async def answer(api: BotApiProcess, child: Child, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Have these said, and wait for as many answers; the stand-in's figures then."""
    await api.post("say", messages=messages)
    return await _until(api, child, len(messages))


def mixed(texts: list[list[str]]) -> list[dict[str, Any]]:
    """What the chats say, in rounds: one message of each chat a round."""
    rounds = max(map(len, texts))
    return [
        {"chat": FIRST + chat, "text": said[number]}
        for number in range(rounds) for chat, said in enumerate(texts) if number < len(said)
    ]  # fmt: skip


async def _until(api: BotApiProcess, child: Child, messages: int) -> dict[str, Any]:
    async with asyncio.timeout(300):
        while (stats := await api.get("stats"))["messages"] < messages:
            child.check()
            await asyncio.sleep(0.1)
    return dict(stats)


def _check_counts(stats: dict[str, Any], texts: list[list[str]]) -> None:
    wrong = {
        chat: (got, len(said))
        for chat, said in enumerate(texts)
        if (got := stats["chats"].get(str(FIRST + chat), 0)) != len(said)
    }  # fmt: skip
    if wrong or stats["violations"]:
        raise RuntimeError(
            f"not one answer a message (chat: got, expected): {wrong}; violations: {stats['violations']}"
        )


def check_queues(database: Path) -> None:
    """Raise unless everything that came in was handled and everything that was to go out was sent."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        states = {
            table: dict(connection.execute(f"SELECT state, count(*) FROM {table} GROUP BY state").fetchall())
            for table in ("inbox", "outbox")
        }  # fmt: skip
    if set(states["inbox"]) != {"done"} or set(states["outbox"]) != {"sent"}:
        raise RuntimeError(f"left behind: {states}")
