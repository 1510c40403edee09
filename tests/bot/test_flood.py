"""Whoever writes faster than a person is slowed down and told so once; nobody else notices."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.flood import Flood


class Stopped:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        return self.at


def test_the_burst_is_free_then_each_message_waits_and_one_warning_is_due() -> None:
    flood = Flood(3, 1.0, clock := Stopped())
    assert [flood.spend("a") for _ in range(2)] == [0.0, 0.0]
    assert not flood.is_to_warn("a")
    assert flood.spend("a") == 1.0
    assert flood.is_to_warn("a")
    assert flood.is_to_warn("a")  # the transaction in which it was told was undone
    flood.warned("a")
    assert not flood.is_to_warn("a")
    clock.at += 1.0
    assert flood.spend("a") == 1.0
    assert not flood.is_to_warn("a")


def test_others_are_not_slowed_down() -> None:
    flood = Flood(2, 1.0, Stopped())
    for _ in range(5):
        flood.spend("a")
    assert flood.spend("b") == 0.0


def test_after_a_rest_the_burst_is_back() -> None:
    flood = Flood(3, 1.0, clock := Stopped())
    for _ in range(4):
        flood.spend("a")
    clock.at += 60
    assert flood.spend("a") == 0.0
