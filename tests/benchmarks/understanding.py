"""Routing a message: the median and the slowest of a hundred, and how they grow with the phrases of the knowledge."""

from __future__ import annotations

import gc
import statistics
import tempfile
from pathlib import Path

from knowledge.catalogue import load
from knowledge.understanding import Understander
from tests.benchmarks.figures import Figure, at_most, figure, percentile
from tests.benchmarks.understanding_speed import enlarged, phrases, timings

MILLISECONDS = 0.3
GROWTH = 1.5


def measure(repeat: int, rounds: int = 2000, times: tuple[int, ...] = (1, 10, 100)) -> list[Figure]:
    """Milliseconds of processor time, and the ratio to the shipped knowledge within one repeat."""
    catalogues = [enlarged(load(), many) for many in times]
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        engines = [Understander.build(catalogue, Path(folder)) for catalogue in catalogues]
    gc.freeze()
    runs = [timings(engines, rounds) for _ in range(repeat)]
    figures = []
    for at, many in enumerate(times):
        what = f"routing a message, {phrases(catalogues[at]):,} phrases ({many}×)"
        medians = [statistics.median(run[at]) for run in runs]
        goal, met = ("", None) if at else (f"≤ {MILLISECONDS} ms", at_most(MILLISECONDS))
        spent = [one / 1000 for one in medians]
        figures.append(figure(f"{what}, median", spent, "ms", digits=3, goal=goal, met=met))
        figures.append(figure(f"{what}, p99", [percentile(run[at], 0.99) / 1000 for run in runs], "ms", digits=3))
        if at:
            growth = [median / statistics.median(run[0]) for median, run in zip(medians, runs, strict=True)]
            figures.append(figure(f"{many}× ÷ 1×", growth, "×", digits=2, goal=f"≤ {GROWTH} ×", met=at_most(GROWTH)))
    return figures
