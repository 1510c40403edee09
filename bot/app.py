"""The composition root: the only place that constructs things and joins them. Tests use it as it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.answering import Answering
from bot.channels.base import Channel, Limits
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.clock import Clock, SystemClock
from bot.dispatch import Dispatch
from bot.flood import Flood
from bot.introduce import introduce
from bot.jobs import Jobs, periodic
from bot.metrics import Metrics
from bot.outbox import Pace, Sender
from bot.pictures import Pictures
from bot.seed import is_sample, seed
from bot.settings import Settings
from bot.web.app import build_app
from bot.web.health import build_metrics_app
from bot.web.lifetime import Lifetimes
from bot.web.pages import WebSettings
from bot.web.store import Store
from handlers import topics
from handlers.context import Shelf
from handlers.texts import Texts
from handlers.topic import Registry
from knowledge import discretion
from knowledge.catalogue import Catalogue, load
from knowledge.gazetteer import Gazetteer
from knowledge.understanding import Understander
from storage.engine import Database
from storage.migrate import migrate

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

log = logging.getLogger("linli.app")

DRAIN_SECONDS = 6.0
SETTLE_SECONDS = 1.0
RESTART_SECONDS = 1.0


Work = Callable[[], Coroutine[Any, Any, None]]
Knowledge = tuple[Catalogue, Understander, Gazetteer]


def understanding(settings: Settings) -> Knowledge:
    """Load and compile the knowledge; takes time, so call it in a thread."""
    cache = settings.data_dir / "cache"
    catalogue = load(settings.knowledge, cache)
    return catalogue, Understander.build(catalogue, cache), Gazetteer(catalogue)


class App:
    """Everything of one process, joined.

    ``start`` makes it ready, ``serve`` runs it until cancelled, ``close`` gives it back.
    """

    def __init__(
        self, settings: Settings, clock: Clock | None = None, terminal: Terminal | None = None, knowledge: Knowledge | None = None,
    ) -> None:  # fmt: skip
        """``knowledge`` that is compiled already saves compiling it at ``start``."""
        self.settings, self.clock, self._knowledge = settings, clock or SystemClock(), knowledge
        self.database = Database(settings.database, durable=settings.sqlite_durable)
        self.metrics = Metrics()
        self.pictures = Pictures(self.database, settings.data_dir / "media", settings.rules, self.clock)
        self.terminal = terminal
        self.port = 0
        self.sample = False
        self.ready = False
        self.telegram: TelegramChannel | None = None

    async def start(self) -> None:
        """Load, migrate, seed, construct; nothing is received or sent yet."""
        await migrate(self.database)
        texts, knowledge = await asyncio.gather(asyncio.to_thread(Texts.load), self._understanding())
        catalogue, understander, gazetteer = knowledge
        async with self.database.writing() as unit:
            await seed(unit, catalogue, self.clock.now())
            self.sample = await is_sample(unit)
        registry, rate = Registry(topics(), texts), self.settings.telegram_rate
        address = self.settings.base_url
        self.shelf = Shelf(self.settings.rules, texts, registry, catalogue, understander, gazetteer, rate, address)
        self._join()
        self.ready = True

    async def _understanding(self) -> Knowledge:
        if self._knowledge is not None:
            return self._knowledge
        return await asyncio.to_thread(understanding, self.settings)

    def _join(self) -> None:
        settings, clock = self.settings, self.clock
        channels: dict[str, Channel] = {}
        limits = {"telegram": Limits()}  # its messages wait in the outbox even while no token is set
        flood = Flood(settings.flood_burst, settings.flood_rate, clock)
        self.answering = Answering(self.database, self.shelf, channels, limits, flood, clock, settings.lang)
        self.dispatch = Dispatch(
            self.database, self.answering, channels, self.pictures, flood, clock, self.metrics, settings.dead_after
        )
        lifetimes = Lifetimes.of(settings)
        self.store = Store(
            self.database, self.shelf, self.pictures, clock, self.dispatch.intake, self.problems, lifetimes
        )
        self.webchat = WebChat(self.store)
        self.metrics.sockets.set_function(lambda: self.webchat.open_pages)
        self.telegram = self._telegram() if settings.telegram_token else None
        self.listening: list[Channel] = [one for one in (self.webchat, self.telegram, self.terminal) if one is not None]
        channels |= {one.name: one for one in self.listening}
        limits |= {one.name: one.limits for one in self.listening}
        self.limits = limits
        pace = Pace(
            settings.telegram_rate, settings.telegram_chat_rate, settings.telegram_in_flight, settings.send_attempts
        )
        sent_to = [one for one in self.listening if not one.limits.mailbox]
        self.senders = [Sender(one, self.database, self.pictures, pace, clock, self.metrics) for one in sent_to]
        self.jobs = Jobs(self.database, self.shelf, clock, settings, self.metrics, limits)
        self.database.on_commit.append(self._wake)
        if self.terminal is not None:
            self.terminal.database = self.database

    def _wake(self, told: Collection[tuple[str, str]]) -> None:
        """After a commit: senders look for work, and only those pages for news in whose chats something was said."""
        for sender in self.senders:
            sender.wake()
        self.webchat.wake([chat for channel, chat in told if channel == self.webchat.name])
        if self.terminal is not None:
            self.terminal.wake()

    def _telegram(self) -> TelegramChannel:
        from bot.channels.telegram import TelegramChannel  # noqa: PLC0415 0.4 s and 15 MB saved without it

        settings = self.settings
        return TelegramChannel(
            settings.telegram_token, api_url=settings.telegram_api_url, webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret, connections=settings.telegram_in_flight + 10,
        )  # fmt: skip

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Run everything in the background while the block lasts; then drain."""
        if self.telegram is not None:
            await self.telegram.start()
        sites = await self._listen()
        tasks = [asyncio.create_task(_kept_running(name, work), name=name) for name, work in self._work()]
        tasks.append(asyncio.create_task(asyncio.to_thread(discretion.prepare)))  # else the start would take longer
        try:
            yield
        finally:
            self.ready = False
            await asyncio.gather(*(runner.cleanup() for runner in sites))
            await asyncio.gather(*(_drained(sender) for sender in self.senders))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def terminal_closed(self) -> None:
        """Until the terminal's input ends."""
        running = next(task for task in asyncio.all_tasks() if task.get_name() == "terminal")
        await running

    def _work(self) -> list[tuple[str, Work]]:
        work: list[tuple[str, Work]] = [("dispatch", self.dispatch.run), ("jobs", partial(periodic, self.jobs))]
        work += [(channel.name, partial(channel.run, self.dispatch.intake)) for channel in self.listening]
        if self.telegram is not None:
            work.append(("introduce", partial(introduce, self.telegram, self.database, self.shelf)))
        work += [("outbox", sender.run) for sender in self.senders]
        return work

    async def _listen(self) -> list[web.AppRunner]:
        settings = self.settings
        if self.terminal is not None:
            return []
        site = build_app(
            self.store, self.webchat, self.shelf.texts,
            WebSettings(settings.public_url, settings.lang, self.sample and settings.on_loopback),
        )  # fmt: skip
        if self.telegram is not None and self.telegram.webhook_path:
            site.router.add_post(self.telegram.webhook_path, self.telegram.webhook_handler(self.dispatch.intake))
        runners = [await bind(site, settings.http_host, settings.http_port)]
        self.port = _port(runners[0])
        if settings.metrics_port:
            try:
                runners.append(await bind(build_metrics_app(self.metrics.registry), "127.0.0.1", settings.metrics_port))
            except OSError:
                log.warning("metrics port taken", extra={"port": settings.metrics_port})
        return runners

    async def problems(self) -> Sequence[str]:
        """Why messages cannot be taken or answered now."""
        if not self.ready:
            return ["starting or stopping"]
        try:
            await asyncio.wait_for(self.database.ping(), 3)
        except Exception as error:  # noqa: BLE001 whatever the database says, the answer is the same
            return [f"database: {type(error).__name__}"]
        return []

    async def close(self) -> None:
        """Give everything back."""
        if self.telegram is not None:
            await self.telegram.close()
        await self.pictures.close()
        await self.database.close()


async def _drained(sender: Sender) -> None:
    """Let a sender end its calls and write down what came of them, unless the database does not take it in time."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS + SETTLE_SECONDS):
            await sender.drain(DRAIN_SECONDS)
    except TimeoutError:
        log.warning("stopped before all was written down; what was in doubt is sent once more")


async def _kept_running(name: str, work: Work) -> None:
    """Run a part to its end; when it breaks, which no part should, raise the alarm and start it again."""
    while True:
        try:
            return await work()
        except Exception:
            log.critical("a part broke and is started again", exc_info=True, extra={"part": name})
            await asyncio.sleep(RESTART_SECONDS)


async def bind(site: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; a handler whose client has gone is let come to its end."""
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])
