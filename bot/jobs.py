"""Periodic work, one table of it. Each job is short, safe to run in several processes at once, and safe to repeat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Limits
from bot.clock import Clock
from bot.metrics import Metrics
from bot.pictures import path_of
from bot.settings import Settings
from bot.speaker import Speaker
from bot.web.lifetime import Lifetimes
from handlers.context import Shelf
from handlers.notices.fanout import fan_out
from handlers.reports.ringing import RINGS, ring
from storage.engine import Database, is_passing

log = logging.getLogger("linli.jobs")

FILES_WAIT: Final = timedelta(days=1)
"""How long an uploaded picture may wait for the words it belongs to."""
SENT_KEPT: Final = timedelta(days=1)
"""How long the row of a sent message stays in the queue; its words are in the transcript."""
INVITES_KEPT: Final = timedelta(days=30)
"""How long an invite that has run out is still known, so that whoever tries it is told why it does not work."""
RINGING, PUT_OFF = 20, timedelta(hours=1)
"""Timers looked up at once, and how long one waits that could not ring."""
LOOK, CHUNK, PAUSE_SECONDS = 2_000, 100, 0.01
"""Rows looked up at once, forgotten in one transaction, and how long others have the writer in between."""


@dataclass(frozen=True, slots=True)
class Job:
    """``work`` every ``seconds``, the first time after a tenth of them; it returns whether there is more to do at once."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[bool]]


def keeping(settings: Settings) -> dict[str, timedelta]:
    """How long each kind of ``storage.repositories.retention`` is kept after it was last needed."""
    messages, records = timedelta(days=settings.keep_messages_days), timedelta(days=settings.keep_records_days)
    return {
        "updates": timedelta(days=settings.keep_updates_days),
        "failed updates": timedelta(days=settings.keep_failed_days),
        "sends": SENT_KEPT,
        "messages": messages,
        "secrets": timedelta(minutes=settings.rules.link_minutes),
        "drafts": timedelta(hours=settings.rules.draft_hours),
        "conversations": messages,
        "calls": messages,
        "remarks": timedelta(days=settings.keep_remarks_days),
        "cases": records,
        "invites": INVITES_KEPT,
        "people": timedelta(days=settings.keep_people_days),
        "proposals": records,
        "audit": timedelta(days=settings.keep_audit_days),
    }


class Jobs:
    """The table."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        clock: Clock,
        settings: Settings,
        metrics: Metrics,
        limits: Mapping[str, Limits],
    ) -> None:
        self._database, self._shelf, self._clock, self._settings, self._metrics = (
            database,
            shelf,
            clock,
            settings,
            metrics,
        )
        self._limits = limits
        self._files, self._looked_at = settings.data_dir / "media", 0
        self._keep = keeping(settings)
        self.table = (
            Job("notices", 1.0, self._notices),
            Job("timers", 2.0, self._timers),
            Job("figures", 5.0, self._figures),
            Job("erase", 0.5, self._erase),
            Job("gauges", 10.0, self._gauges),
            Job("tidy", 600.0, self._tidy),
            Job("files", 600.0, self._tidy_files),
        )

    async def _notices(self) -> bool:
        """Write the next chunk of each notice that is going out."""
        async with self._database.reading() as unit:
            if not await unit.notices.any_sending():
                return False
        async with self._database.writing() as unit:
            sent_to = frozenset(name for name, one in self._limits.items() if not one.mailbox)
            return await fan_out(unit, self._shelf, self._clock.now(), sent_to) > 0

    async def _timers(self) -> bool:
        """Let the timers of cases ring that are due, each by itself: one that fails is put off, and the others ring."""
        async with self._database.reading() as unit:
            due = await unit.cases.ringing(self._clock.now(), RINGING, RINGS)
        for timer in due:
            try:
                async with self._database.writing() as unit:
                    pushes = await ring(unit, self._shelf, self._clock.now(), timer)
                    await Speaker(unit, self._shelf.texts, self._limits, self._clock.now()).pass_on(pushes)
            except Exception as error:
                if is_passing(error):  # somebody else was at it: the next look is soon
                    log.warning("a timer rings later: %s", type(error).__name__, extra={"timer": timer})
                    continue
                log.exception("a timer failed and is put off", extra={"timer": timer})
                async with self._database.writing(wake=False) as unit:
                    await unit.cases.ring_later(timer, self._clock.now() + PUT_OFF)
        return len(due) == RINGING

    async def _figures(self) -> bool:
        """Count what became of large notices, by a reader, so that nobody is held up by it."""
        now = self._clock.now()
        async with self._database.reading() as unit:
            counted = {one.id: await unit.notices.count(one) for one in await unit.notices.to_count(now)}
        if counted:
            async with self._database.writing(wake=False) as unit:
                await unit.notices.keep(counted, now)
        return False

    async def _gauges(self) -> bool:
        """Depths of the queues, for Prometheus."""
        async with self._database.reading() as unit:
            waiting, dead = await unit.inbox.depth()
            out = await unit.outbox.depth()
        self._metrics.inbox_waiting.set(waiting)
        self._metrics.inbox_dead.set(dead)
        self._metrics.outbox_waiting.set(out.get("queued", 0) + out.get("sending", 0))
        self._metrics.outbox_dead.set(out.get("dead", 0))
        return False

    async def _erase(self) -> bool:
        """Carry on with what somebody had deleted and was too much for the transaction of their message."""
        async with self._database.reading() as unit:
            if not await unit.erasure.any_left(self._clock.now()):
                return False
        async with self._database.writing(wake=False) as unit:
            await unit.erasure.carry_on(self._clock.now())
        return True

    async def _tidy(self) -> bool:
        """Forget what needs not be remembered any longer (domain.md §9: retention)."""
        more = await self._end_pages()
        for kind, keep in self._keep.items():
            more |= await self._forget(kind, self._clock.now() - keep)
        return more

    async def _end_pages(self) -> bool:
        """End browser sessions that are over: who is not signed in any more cannot be reached there, staff least of all."""
        lifetimes, now, more = Lifetimes.of(self._settings), self._clock.now(), False
        for span, staff in ((lifetimes.staff, True), (lifetimes.resident, False)):
            begun, active = now - span.whole, now - span.idle
            async with self._database.reading() as unit:
                found = await unit.people.expired_pages(begun, active, CHUNK, staff=staff)
            if found:
                async with self._database.writing(wake=False) as unit:
                    await unit.people.end_pages(found, now)
            more |= len(found) == CHUNK
        return more

    async def _forget(self, kind: str, before: datetime) -> bool:
        """One look and many small transactions, between which everybody else is served; True when there may be more."""
        async with self._database.reading() as unit:
            old = await unit.retention.old(kind, before, LOOK)
        gone = 0
        for start in range(0, len(old), CHUNK):
            async with self._database.writing(wake=False) as unit:
                gone += await unit.retention.forget(kind, old[start : start + CHUNK], before, self._clock.now())
            await asyncio.sleep(PAUSE_SECONDS)
        return len(old) == LOOK and gone > 0

    async def _tidy_files(self) -> bool:
        """Remove pictures whose owner had them deleted, and those that after a day belong to nothing.

        The file goes before its row: whatever interrupts this, the next time finds the row again.
        """
        async with self._database.reading() as unit:
            useless, self._looked_at = await unit.media.orphans(self._clock.now() - FILES_WAIT, self._looked_at)
            gone = {one.id: one.name for one in (*useless, *await unit.media.deleted())}
        for name in gone.values():
            await asyncio.to_thread(path_of(self._files, name).unlink, missing_ok=True)
        if gone:
            async with self._database.writing() as unit:
                await unit.media.drop(gone)
        return self._looked_at > 0


async def periodic(jobs: Jobs) -> None:
    """Run the table until cancelled."""
    async with asyncio.TaskGroup() as group:
        for job in jobs.table:
            group.create_task(_repeat(job))


async def _repeat(job: Job) -> None:
    await asyncio.sleep(job.seconds / 10)  # whoever wrote while nobody was there comes first
    while True:
        try:
            again = await job.work()
        except Exception:
            log.exception("job failed", extra={"job": job.name})
            again = False
        await asyncio.sleep(0.02 if again else job.seconds)
