"""A clock that runs like any other, from a Monday morning in office hours, and can be put forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai: somebody sits in the office."""


class MovableClock:
    """Fulfils ``bot.clock.Clock``."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def elapsed(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def passes(self, **span: float) -> None:
        """Let time pass at once: ``passes(days=8)``."""
        self._start += timedelta(**span)
