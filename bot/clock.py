"""The only reader of time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests pass one they can move."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds on a clock that never jumps; for intervals."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()
