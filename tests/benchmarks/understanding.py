"""Routing a message: the median and the slowest of a hundred, and how they grow with the phrases of the knowledge."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from knowledge.catalogue import load
from knowledge.understanding import Understander
from tests.benchmarks.figures import Figure, figure, percentile
from tests.benchmarks.understanding_speed import enlarged, phrases, timings

MILLISECONDS = 0.3
GROWTH = 1.5


def measure(repeat: int, rounds: int = 2000, times: tuple[int, ...] = (1, 10, 100)) -> list[Figure]:
    """Milliseconds of processor time, and the ratio to the shipped knowledge within one repeat."""
    shipped = load()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        engines = {many: Understander.build(enlarged(shipped, many), Path(folder)) for many in times}
    taken = {many: [timings(engine, rounds) for _ in range(repeat)] for many, engine in engines.items()}
    medians = {many: [statistics.median(run) / 1000 for run in runs] for many, runs in taken.items()}
    figures = []
    for many in times:
        what = f"routing a message, {phrases(enlarged(shipped, many)):,} phrases"
        goal = {"goal": f"≤ {MILLISECONDS} ms", "met": lambda median: median <= MILLISECONDS} if many == 1 else {}
        figures.append(figure(f"{what}, median", medians[many], "ms", digits=3, **goal))
        figures.append(figure(f"{what}, p99", [percentile(run, 0.99) / 1000 for run in taken[many]], "ms", digits=3))
    for many in times[1:]:
        ratios = [more / base for more, base in zip(medians[many], medians[times[0]], strict=True)]
        figures.append(
            figure(
                f"{many}× the phrases ÷ the shipped knowledge",
                ratios,
                "×",
                digits=2,
                goal=f"≤ {GROWTH} ×",
                met=lambda x: x <= GROWTH,
            )
        )
    return figures
