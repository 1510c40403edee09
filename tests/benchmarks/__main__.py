"""`python -m tests.benchmarks` prints every measured figure; with a part's name only that part.

All ratios are taken within one run and one repeat, because machines differ and are busy with other things.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable

from tests.benchmarks import starting, throughput, understanding, webchat
from tests.benchmarks.figures import Figure, table

PARTS = {
    "throughput": "Messages a second, end to end",
    "understanding": "Understanding a message",
    "starting": "Start and memory",
    "webchat": "Web chat round trip",
}


def main() -> int:
    """Measure, print; the exit status is 1 when a goal was missed."""
    options = _options()
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before; each figure is the median of {options.repeat} repeats"
    )
    measured: list[Figure] = []
    for part in [options.part] if options.part else PARTS:
        figures = _measures(options)[part]()
        print(table(PARTS[part], figures), flush=True)
        measured += figures
    return int(any(one.met is False for one in measured))


def _measures(options: argparse.Namespace) -> dict[str, Callable[[], list[Figure]]]:
    return {
        "throughput": lambda: asyncio.run(throughput.measure(options.messages, options.repeat, tuple(options.delay))),
        "understanding": lambda: understanding.measure(options.repeat),
        "starting": lambda: asyncio.run(starting.measure(options.repeat)),
        "webchat": lambda: asyncio.run(webchat.measure(options.chats, options.repeat)),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "part", nargs="?", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; all without it"
    )
    parser.add_argument("--repeat", type=int, default=3, help="how often each figure is measured")
    parser.add_argument("--messages", type=int, default=4000, help="messages of one throughput run")
    parser.add_argument(
        "--delay", type=int, nargs="+", default=[0, 50], metavar="MS", help="milliseconds the Bot API takes"
    )
    parser.add_argument("--chats", type=int, default=200, help="open pages of the web chat")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
