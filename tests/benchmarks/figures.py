"""Measured figures as lines of a table: the median of the repeats with their spread, and the goal where there is one."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. ``value`` and ``spread`` carry their unit; ``met`` is None where there is no goal."""

    what: str
    value: str
    spread: str = ""
    goal: str = ""
    met: bool | None = None


def figure(
    what: str, taken: Sequence[float], unit: str, *, digits: int = 0, goal: str = "", met: Callable[[float], bool] | None = None
) -> Figure:  # fmt: skip
    """The line of one quantity measured several times; ``met`` is asked about the median."""
    middle = statistics.median(taken)
    spread = f"{min(taken):,.{digits}f} – {max(taken):,.{digits}f}" if len(taken) > 1 else ""
    return Figure(what, f"{middle:,.{digits}f} {unit}".strip(), spread, goal, met(middle) if met else None)


def at_least(goal: float) -> Callable[[float], bool]:
    """Met from ``goal`` on."""
    return lambda value: value >= goal


def at_most(goal: float) -> Callable[[float], bool]:
    """Met up to ``goal``."""
    return lambda value: value <= goal


def percentile(taken: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(title: str, figures: Iterable[Figure]) -> str:
    """The lines under a title, in columns."""
    lines = [f"\n{title}", f"  {'':<58} {'median':>14}  {'least – most':<20} {'goal':<10}"]
    for one in figures:
        verdict = "" if one.met is None else ("met" if one.met else "MISSED")
        lines.append(f"  {one.what:<58} {one.value:>14}  {one.spread:<20} {one.goal:<10} {verdict}".rstrip())
    return "\n".join(lines)
