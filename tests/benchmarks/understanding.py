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


def measure(repeat: int, rounds: int = 2000, times: tuple[int, ...] = (10, 100)) -> list[Figure]:
    """Milliseconds of processor time: of the shipped knowledge by itself, then of larger ones beside it, taken in turns.

    In turns all are slower, because each finds the processor's caches full of the others; that is what the ratios compare.
    """
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        shipped = Understander.build(load(), Path(folder))
        gc.freeze()
        alone = [timings([shipped], rounds)[0] for _ in range(repeat)]
        larger = [enlarged(load(), many) for many in times]
        engines = [shipped, *(Understander.build(catalogue, Path(folder)) for catalogue in larger)]
    gc.freeze()
    runs = [timings(engines, rounds) for _ in range(repeat)]
    goal = f"≤ {MILLISECONDS} ms"
    what = f"{phrases(load()):,} phrases (the sample)"
    middle, slow = [statistics.median(run) / 1000 for run in alone], [percentile(run, 0.99) / 1000 for run in alone]
    figures = [
        figure(f"{what}, median", middle, "ms", digits=3, goal=goal, met=at_most(MILLISECONDS)),
        figure(f"{what}, p99", slow, "ms", digits=3),
    ]
    for at, (many, catalogue) in enumerate(zip(times, larger, strict=True), 1):
        for share, name in ((0.5, "median"), (0.99, "p99")):
            growth = [percentile(run[at], share) / percentile(run[0], share) for run in runs]
            what = f"{many}× ({phrases(catalogue):,} phrases) ÷ the sample, {name}"
            figures.append(figure(what, growth, "×", digits=2, goal=f"≤ {GROWTH} ×", met=at_most(GROWTH)))
    return figures
