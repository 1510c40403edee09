"""The whole product in one test: the real App on a real database, a Bot API that is strict, and people on every channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from aiohttp import web_app
from sqlalchemy import func, select

from bot.app import App, Knowledge
from bot.invites import make_invite
from bot.settings import Settings
from storage.models import Audit, Inbox, Outbox
from tests.fakes.botapi import BotApi
from tests.support.clock import MovableClock
from tests.support.resident import Resident, moment
from tests.support.telegram import OnTelegram
from tests.support.terminal import AtTerminal
from tests.support.web import OnWeb

TOKEN: Final = "123456:TEST"
_PASSED_OVER: Final = frozenset({"metrics port taken"})


class _Troubles(logging.Handler):
    """Errors that were logged: there should be none."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        why = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        if record.getMessage() not in _PASSED_OVER:
            self.found.append(f"{record.name}: {record.getMessage()} {why}")


class Bed:
    """A running product with people. ``settle`` waits until all is answered; ``check`` says that nothing was lost."""

    def __init__(self, app: App, api: BotApi, clock: MovableClock) -> None:
        self.app, self.api, self.clock = app, api, clock
        self.people: list[Resident] = []
        self.troubles = _Troubles()
        self._ids = count(1001)

    async def resident(self, name: str = "居民", channel: str = "telegram", language: str = "zh-hans") -> Resident:
        """A person nobody has heard of; ``language`` as the channel's client would tell it."""
        if channel == "web":
            person: Resident = await OnWeb(name, f"http://127.0.0.1:{self.app.port}", language).open()
        elif channel == "terminal":
            terminal = self.app.terminal
            person = next(one for one in self.people if isinstance(one, AtTerminal) and one.terminal is terminal)
        else:
            person = OnTelegram(name, self.api.user(next(self._ids), name, language_code=language))
        self.people.append(person)
        return person

    async def on_telegram(self, name: str = "居民", language: str = "zh-hans") -> OnTelegram:
        """A person on Telegram."""
        person = await self.resident(name, "telegram", language)
        assert isinstance(person, OnTelegram)
        return person

    async def on_web(self, name: str = "居民", language: str = "zh-CN") -> OnWeb:
        """A person at the web page."""
        person = await self.resident(name, "web", language)
        assert isinstance(person, OnWeb)
        return person

    async def takes_office(self, person: Resident, role: str, area: str, department: str = "") -> None:
        """Make somebody staff, through a one-time invite as the command line prints it."""
        invited = await make_invite(self.app.database, self.app.settings, self.clock.now(), role, area, department)
        await person.join(invited.code)
        await person.expect("欢迎。您现在是")

    async def all(self, model: Any) -> list[Any]:
        """Every row of a table."""
        async with self.app.database.reading() as unit:
            return list((await unit.session.scalars(select(model))).all())

    async def audited(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(action, subject, detail) of the audit trail."""
        return [(line.action, line.subject, line.detail) for line in await self.all(Audit)]

    async def settle(self, timeout: float = 20.0) -> None:
        """Until everything received is handled and everything queued is sent."""
        end = asyncio.get_running_loop().time() + timeout
        quiet = 0
        while quiet < 2:
            quiet = quiet + 1 if not self._coming() and not await self._open() else 0
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"not settled within {timeout} s: {await self._open()} open")
            await asyncio.sleep(0.02)

    async def check(self) -> None:
        """Nothing lost, nothing dead, nothing wrongly sent, no button left spinning, no error logged."""
        for _ in range(3):  # a notice under way may bring more between two looks
            await self.settle()
            inbox, outbox = await self._states(Inbox.state), await self._states(Outbox.state)
            if outbox <= {"sent", "cancelled"}:
                break
        assert inbox <= {"done"}, inbox
        assert outbox <= {"sent", "cancelled"}, outbox
        assert not self.troubles.found, "\n".join(self.troubles.found)
        self.api.assert_clean()
        await moment(lambda: not self.api.unanswered(), f"presses without an answer: {self.api.unanswered()}")

    async def _states(self, column: Any) -> set[str]:
        async with self.app.database.reading() as unit:
            return set((await unit.session.scalars(select(column).distinct())).all())

    def _coming(self) -> bool:
        """Whether Telegram still holds updates that the bot has not confirmed."""
        return self.app.telegram is not None and bool(self.api.updates.waiting)

    async def _open(self) -> int:
        async with self.app.database.reading() as unit:
            waiting = await unit.session.scalar(select(func.count()).where(Inbox.state == "queued"))
            sending = await unit.session.scalar(select(func.count()).where(Outbox.state.in_(("queued", "sending"))))
        return int(waiting or 0) + int(sending or 0)


def settings_for(folder: Path, database: str, api: str, **more: Any) -> Settings:
    """Settings of a quick test: free ports, no limits on sending that would only be waited for."""
    quick = Settings(
        data_dir=folder, database_url=database, http_port=0, metrics_port=0, telegram_token=TOKEN, telegram_api_url=api,
        telegram_rate=10_000.0, telegram_chat_rate=10_000.0, sqlite_durable=False, flood_burst=100_000,
    )  # fmt: skip
    return replace(quick, **more)


@asynccontextmanager
async def opened(
    folder: Path, database: str, knowledge: Knowledge, *, terminal: AtTerminal | None = None, **more: Any
) -> AsyncIterator[Bed]:
    """A bed on this database; ``more`` are settings. With a ``terminal`` nothing else listens, as in ``make chat``."""
    async with BotApi(token=TOKEN) as api:
        settings = settings_for(folder, database, api.url, **more)
        if terminal is not None:
            settings = replace(settings, telegram_token="")
        clock = MovableClock()
        app = App(settings, clock, terminal.terminal if terminal else None, knowledge)
        bed = Bed(app, api, clock)
        if terminal is not None:
            bed.people.append(terminal)
        logging.getLogger().addHandler(bed.troubles)
        try:
            await app.start()
            async with app.serving():
                yield bed
                await _leave(bed.people)
        finally:
            logging.getLogger().removeHandler(bed.troubles)
            await _leave(bed.people)
            await app.close()
            web_app._cached_build_middleware.cache_clear()


async def _leave(people: Sequence[Resident]) -> None:
    for person in people:
        await person.leave()
