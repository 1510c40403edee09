"""How long understanding a message takes, and how that grows with the phrases: `python -m tests.benchmarks.understanding_speed`.

Prints build time, median and 99th percentile for 25-character messages with the shipped knowledge, and with 10× and
100× its phrases, in microseconds of processor time. The added entries are made of the shipped words, differently joined.
"""

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.catalogue import Catalogue, load
from knowledge.understanding import Understander

MESSAGES = (
    "我们三栋楼道里的灯坏了三天了一直没有人来修怎么办啊",
    "请问刚出生的孩子上户口都需要带哪些材料要去哪里办呢",
    "楼下烧烤摊每天晚上油烟特别大熏得窗户都不敢开受不了",
    "我建议在小区东门旁边装几个电动车充电桩方便大家充电",
    "我上次报的下水道堵塞的事情处理得怎么样了有没有结果",
    "老人今年八十岁了听说可以领高龄补贴请问要怎么申请呢",
    "帮我推荐一家评分高一点离火车站近的酒店价格便宜一些",
    "周末有空想参加社区的志愿服务活动不知道在哪里能报名",
)
"""Eight messages of 25 characters, of every kind."""


def enlarged(catalogue: Catalogue, times: int) -> Catalogue:
    """The catalogue with so many times as many services and categories."""
    chance = random.Random(2)
    chars = sorted({char for service in catalogue.services.values() for text in service.examples for char in text})

    def phrase(like: str) -> str:
        return "".join(chance.choices(chars, k=max(3, len(like))))

    services, categories = dict(catalogue.services), dict(catalogue.categories)
    for round_ in range(1, times):
        for service in catalogue.services.values():
            services[f"{service.id}-{round_}"] = replace(
                service,
                id=f"{service.id}-{round_}",
                aliases=tuple(map(phrase, service.aliases)),
                examples=tuple(map(phrase, service.examples)),
                name=phrase(service.name),
            )
        for category in catalogue.categories.values():
            categories[f"{category.id}-{round_}"] = replace(
                category,
                id=f"{category.id}-{round_}",
                name=phrase(category.name),
                words=tuple(map(phrase, category.words)),
                not_words=(),
                examples=tuple(map(phrase, category.examples)),
            )
    return replace(catalogue, services=services, categories=categories)


def phrases(catalogue: Catalogue) -> int:
    """Names, everyday words and examples of all services and categories."""
    services = sum(1 + len(s.aliases) + len(s.examples) for s in catalogue.services.values())
    return services + sum(1 + len(c.words) + len(c.examples) for c in catalogue.categories.values())


def timings(engines: Sequence[Understander], rounds: int) -> list[list[float]]:
    """Microseconds of each of so many calls for each engine, taken in turns so that noise meets all alike."""
    taken: list[list[float]] = [[] for _ in engines]
    for number in range(-len(MESSAGES), rounds):
        text = MESSAGES[number % len(MESSAGES)]
        for engine, times in zip(engines, taken, strict=True):
            started = time.thread_time_ns()
            engine.understand(text)
            times.append((time.thread_time_ns() - started) / 1000)
    return [sorted(times[len(MESSAGES) :]) for times in taken]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--rounds", type=int, default=4000)
    options = parser.parse_args()
    started = time.perf_counter()
    shipped = load()
    print(f"load {time.perf_counter() - started:.3f} s")
    engines, rows = [], []
    with tempfile.TemporaryDirectory() as folder:
        for times in options.times:
            catalogue = enlarged(shipped, times)
            started = time.perf_counter()
            engines.append(Understander.build(catalogue, Path(folder)))
            built = time.perf_counter() - started
            rows.append(f"{times:>4}×  {phrases(catalogue):>8} phrases  build {built:6.2f} s")
    gc.freeze()  # as the product does after building: what was built is never garbage
    results = timings(engines, options.rounds)
    for row, taken in zip(rows, results, strict=True):
        median, p99 = statistics.median(taken), taken[int(len(taken) * 0.99)]
        ratio = median / statistics.median(results[0])
        print(f"{row}  median {median:6.1f} µs  p99 {p99:6.1f} µs  ({ratio:.2f}× the first)")


if __name__ == "__main__":
    main()
