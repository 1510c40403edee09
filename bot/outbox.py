"""The outbox: sends what was committed, in order within a chat, within the limits, losing nothing and repeating next to nothing.

One loop a channel. Each turn is one transaction that settles what came back and claims what may go now (one a chat, committed
as ``sending``), then the calls run side by side. A 429 pauses the channel for all processes through its row in ``rates``;
the lease of a send whose process died runs out and the send is repeated (docs/adr/0003).
"""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.base import (
    Button,
    Channel,
    Failed,
    Moved,
    Outcome,
    Outgoing,
    Photo,
    Rejected,
    Uncertain,
    Unreachable,
    Wait,
)
from bot.clock import Clock
from bot.metrics import Metrics
from bot.pictures import Pictures
from storage.engine import Database, is_passing
from storage.repositories.queues import LOST_MOST, Claimed, Result
from storage.unit import Unit

log = logging.getLogger("linli.outbox")

LEASE = timedelta(seconds=12)
RENEW_SECONDS = 4.0
IDLE_SECONDS = 1.0
FEW_SECONDS = 0.2
"""Until it is looked again after fewer messages were found than might have gone."""
SEND_SECONDS = 35.0
AWAY_SECONDS = 1.0
JUMP = timedelta(seconds=2)
FAR = timedelta(seconds=60)
_PATIENCE = 3
_BACKOFF_MOST = 300.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one channel may be sent to: messages a second in all and to one chat, and how many at the same time."""

    rate: float = 28.0
    chat_rate: float = 1.0
    in_flight: int = 30
    attempts: int = 8


class Sender:
    """Sends one channel's messages until cancelled."""

    def __init__(
        self, channel: Channel, database: Database, pictures: Pictures, pace: Pace, clock: Clock, metrics: Metrics
    ) -> None:
        self._channel, self._database, self._pictures, self._pace = channel, database, pictures, pace
        self._clock, self._metrics = clock, metrics
        self._wake = asyncio.Event()
        self._flying: dict[asyncio.Task[None], tuple[Claimed, float]] = {}
        self._landed: list[tuple[Claimed, Outcome]] = []
        self._draining = False
        self._turning = asyncio.Lock()
        self._clocks: tuple[datetime, float] | None = None
        self._stumbles = 0

    def wake(self) -> None:
        """Something may have been queued."""
        self._wake.set()

    async def run(self) -> None:
        """Send until drained or cancelled; trouble with the database is waited out."""
        while not self._draining:
            try:
                pause = await self._turn()
            except Exception as error:  # noqa: BLE001 the boundary of this loop; it is logged in _stumbled
                self._stumbled(error)
                await asyncio.sleep(AWAY_SECONDS)
            else:
                self._stumbles = 0
                await self._rest(pause)

    async def drain(self, seconds: float) -> None:
        """Let the sends in flight end, and settle them; claims nothing new.

        A send that takes longer is left: its lease runs out, and it is repeated.
        """
        self._draining = True
        self._wake.set()
        async with self._turning:
            pass  # the turn under way may still send something off
        if self._flying:
            await asyncio.wait(list(self._flying), timeout=seconds)
        for task in list(self._flying):
            task.cancel()
        try:
            await self._turn()
        except Exception as error:  # noqa: BLE001 stopping goes on; what is not settled now is repeated
            self._stumbled(error)

    def _stumbled(self, error: Exception) -> None:
        """Log a failed turn.

        Results nobody can write down are let go in the end (repeated, as if the process had died): one odd answer must
        not hold up everybody's messages.
        """
        self._clocks = None
        if is_passing(error):
            log.warning("database away", extra={"why": type(error).__name__})
            return
        log.error("outbox turn failed", exc_info=error)
        self._stumbles += 1
        if self._stumbles >= _PATIENCE:
            self._landed.clear()

    async def _turn(self) -> float:
        """Settle and claim; returns how long to rest at most."""
        async with self._turning:
            landed, self._landed = self._landed, []
            room = 0 if self._draining else self._pace.in_flight - len(self._flying)
            try:
                async with self._database.writing(wake=False) as unit:
                    now = self._clock.now()
                    jumped = await self._follow_clock(unit, now)
                    await self._settle(unit, landed, now)
                    await self._renew(unit, now, everything=jumped)
                    claimed, pause = await self._claim(unit, room, now)
            except BaseException:
                self._landed = landed + self._landed
                raise
            for one in claimed:
                task = asyncio.create_task(self._send(one))
                self._flying[task] = (one, self._clock.elapsed())
                task.add_done_callback(self._done)
        return min(pause, IDLE_SECONDS)

    async def _follow_clock(self, unit: Unit, now: datetime) -> bool:
        """Whether the clock was moved since the last turn (at start nobody knows).

        Instants kept by a clock that was put back since lie far ahead and would hold everything up: they are brought near.
        """
        elapsed = self._clock.elapsed()
        before, self._clocks = self._clocks, (now, elapsed)
        if before is None:
            await unit.outbox.bring_near(self._channel.name, now, FAR)
            return True
        moved = now - before[0] - timedelta(seconds=elapsed - before[1])
        if moved <= -JUMP:
            await unit.outbox.bring_near(self._channel.name, now, LEASE, moved)
        return abs(moved) >= JUMP

    async def _claim(self, unit: Unit, room: int, now: datetime) -> tuple[list[Claimed], float]:
        if room <= 0:
            return [], IDLE_SECONDS
        name = self._channel.name
        await unit.outbox.release_lost(now)
        allowed, rate = await unit.outbox.allowance(name, now, self._pace.rate, room)
        if allowed == 0:
            return [], max(0.001, (rate.next_at - now).total_seconds())
        claimed = await unit.outbox.claim(name, now, allowed, LEASE)
        if claimed:
            busy = len(claimed) / self._pace.rate
            rate.next_at = now + timedelta(seconds=busy)
            return claimed, busy if len(claimed) == allowed else max(busy, FEW_SECONDS)  # what lands wakes the loop before that
        opening = await unit.outbox.next_opening(name, now)
        return [], min(IDLE_SECONDS, max(0.001, (opening - now).total_seconds())) if opening else IDLE_SECONDS

    async def _renew(self, unit: Unit, now: datetime, *, everything: bool) -> None:
        """Hold on to what is in flight, before the leases that ran out are looked for."""
        old = [one for one, at in self._flying.values() if everything or self._clock.elapsed() - at > RENEW_SECONDS]
        if old:
            await unit.outbox.renew([one.id for one in old], [one.chat_id for one in old], now + LEASE)

    async def _send(self, one: Claimed) -> None:
        try:
            outgoing = await self._outgoing(one)
            async with asyncio.timeout(SEND_SECONDS):
                outcome: Outcome = await self._channel.send(one.external, outgoing)
        except TimeoutError:
            outcome = Uncertain("no answer in time")
        except Exception as error:
            log.exception("send failed")
            outcome = Failed(type(error).__name__)
        self._landed.append((one, outcome))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        self._wake.set()

    async def _outgoing(self, one: Claimed) -> Outgoing:
        ids = one.body.get("photos", [])
        photos: list[Photo] = []
        if ids:
            async with self._database.reading() as unit:
                photos = [
                    Photo(media.id, self._pictures.path(media.name), media.mime) for media in await unit.media.of(ids)
                ]
        buttons = tuple(Button(*entry) for entry in one.body.get("buttons", []))
        pin = one.body.get("location")
        return Outgoing(one.text, buttons, tuple(photos), (pin[0], pin[1]) if pin else None)

    async def _settle(self, unit: Unit, landed: list[tuple[Claimed, Outcome]], now: datetime) -> None:
        if not landed:
            return
        await unit.outbox.settle([self._result(*entry, now) for entry in landed], now)
        for one, outcome in landed:
            self._metrics.sends.labels(self._channel.name, type(outcome).__name__.lower()).inc()
            match outcome:
                case Unreachable(reason):
                    await unit.people.mark_unreachable(one.chat_id, now)
                    await unit.outbox.bury(one.chat_id, reason, now)
                case Moved(chat):
                    await unit.people.move(one.chat_id, chat, now)
                case Wait(seconds):
                    _, rate = await unit.outbox.allowance(self._channel.name, now, self._pace.rate, 1)
                    rate.next_at = max(rate.next_at, now + timedelta(seconds=seconds))
                    log.warning("told to wait", extra={"seconds": seconds})

    def _result(self, one: Claimed, outcome: Outcome, now: datetime) -> Result:
        free = now + timedelta(seconds=1 / self._pace.chat_rate)
        state, until, tries, doubt, error = "sent", free, one.attempts, one.uncertain, ""
        match outcome:
            case Wait() | Moved():
                state, until = "queued", now
            case Failed(error):
                tries += 1
                state = "queued" if tries < self._pace.attempts else "dead"
                until = now + timedelta(seconds=min(_BACKOFF_MOST, 0.5 * 2**tries) * random.uniform(0.8, 1.2))  # noqa: S311 jitter
            case Uncertain(error):
                doubt += 1
                state, until = ("queued" if doubt < LOST_MOST else "dead"), now + timedelta(seconds=1)
            case Unreachable(error) | Rejected(error):
                state = "dead"
        if state == "dead" and not isinstance(outcome, Unreachable):
            log.error("message given up", extra={"outbox": one.id, "why": error})
        return Result(one.id, one.chat_id, state, until, tries, doubt, error)

    async def _rest(self, seconds: float) -> None:
        """Until woken, but never shorter than the rate asks for while there is nothing to settle."""
        if self._landed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()
