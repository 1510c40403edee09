"""A bucket a chat: whoever writes faster than a person can is served more slowly and told so once.

Nothing is dropped.
"""

from __future__ import annotations

from bot.clock import Clock

_FORGET = 10_000


class Flood:
    """``burst`` messages at once, then ``rate`` a second. Kept in memory: a restart forgives."""

    def __init__(self, burst: int, rate: float, clock: Clock) -> None:
        self._burst, self._rate, self._clock = burst, rate, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._warned: set[str] = set()
        self._to_warn: set[str] = set()

    def spend(self, who: str) -> float:
        """Count a message; returns the seconds to wait before the next one of this chat is served."""
        now = self._clock.elapsed()
        level, at = self._buckets.get(who, (float(self._burst), now))
        level = min(float(self._burst), level + (now - at) * self._rate) - 1.0
        if len(self._buckets) > _FORGET:
            self._tidy(now)
        self._buckets[who] = (level, now)
        if level >= 1:
            if level > self._burst / 2:
                self._warned.discard(who)
            return 0.0
        if who not in self._warned:
            self._warned.add(who)
            self._to_warn.add(who)
        return (1.0 - level) / self._rate

    def is_to_warn(self, who: str) -> bool:
        """Whether this chat is to be told now that it has to wait, and has not been ``warned`` yet."""
        return who in self._to_warn

    def warned(self, who: str) -> None:
        """What was to be told is told for good: the transaction has been committed."""
        self._to_warn.discard(who)

    def _tidy(self, now: float) -> None:
        full = [who for who, (level, at) in self._buckets.items() if level + (now - at) * self._rate >= self._burst]
        for who in full:
            del self._buckets[who]
            self._warned.discard(who)
