"""How cost grows with services, items, bodies and draws, and memory over time; `make bench`.

Points of scoring come from runs in processes of their own (`bench_scale.py`), points of the
uncertainty analysis from this one. The start of each axis is the same work on next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Any, NamedTuple

import bench_scale  # sets threads before numpy is imported
import numpy as np
from bench_uncertainty import calls_of
from lines import Line, make_parser, show_lines

ABOVE = 2.0  # a point counts for the slope where its cost is so many times the fixed cost
SAMPLES = 100  # sizes of a process that are kept
PEAK, MEMORY = "Largest size of a process", "Memory over time"
LITTLE = 1_000  # services of a start
START = "start"


class Sizes(NamedTuple):
    """The points of each axis; `services` beside items and bodies is `fixed`."""

    services: tuple[int, ...] = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
    watched: tuple[int, ...] = (100_000, 1_000_000, 10_000_000)
    items: tuple[int, ...] = (36, 72, 143, 286, 572)
    bodies: tuple[int, ...] = (10, 100, 1_000, 10_000)
    draws: tuple[int, ...] = (1_000, 3_000, 10_000, 30_000, 100_000)
    fixed: int = 200_000
    few: int = 10  # draws of a start


QUICK = Sizes((2_000, 4_000, 8_000), (2_000, 8_000), (36, 143), (10, 100), (20, 40), 2_000, 2)


def grow_services(sizes: Sizes) -> list[Line]:
    """Seconds and largest size of scoring editions, sizes over time of some."""
    group, lines = "Scoring, by services", [start_scoring("Scoring, by services", "services")]
    for services in sizes.services:
        found = bench_scale.run_alone("score", services)
        lines.append(point(group, "services", services, found["seconds"]))
        name = f"{services:,} x {bench_scale.ITEMS}"
        lines.append(Line(PEAK, name, "MB", found["peak"]))
        if services in sizes.watched:
            lines += watch(services, found["sizes"])
    return lines


def start_scoring(group: str, axis: str, **sizes: int) -> Line:
    """Seconds of scoring next to nothing."""
    found = bench_scale.run_alone("score", LITTLE, **sizes)
    return point(group, axis, 0, found["seconds"])


def point(group: str, axis: str, size: int, seconds: Any) -> Line:
    """A point of a curve; size 0 is a start."""
    name = f"{size:,} {axis}" if size else START
    return Line(group, name, "s", float(seconds), axis=axis, size=size)


def watch(services: int, sizes: list[tuple[float, float]]) -> Iterable[Line]:
    """Megabytes at seconds from the start of scoring, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(sizes) - 1, SAMPLES).round().astype(int))
    for at, size in (sizes[place] for place in kept):
        name = f"{services:,} services"
        yield Line(MEMORY, name, "MB", round(size, 1), axis="seconds", size=round(at, 2))


def grow_tables(sizes: Sizes) -> list[Line]:
    """Seconds of scoring by items and by bodies, the services fixed."""
    lines = []
    for axis, numbers in (("items", sizes.items), ("bodies", sizes.bodies)):
        group = f"Scoring {sizes.fixed:,} services, by {axis}"
        lines.append(start_scoring(group, axis, **{axis: numbers[0]}))
        for number in numbers:
            found = bench_scale.run_alone("score", sizes.fixed, **{axis: number})
            lines.append(point(group, axis, number, found["seconds"]))
    return lines


def grow_draws(sizes: Sizes) -> list[Line]:
    """Seconds of both lines of the uncertainty analysis, one call a point."""
    lines = []
    for line in "ab":
        group = f"Uncertainty {line}, by draws"
        calls_of(sizes.few)[line][0]()
        for draws in (sizes.few, *sizes.draws):
            ours, _ = calls_of(draws)[line]
            begun = perf_counter()
            ours()
            size = 0 if draws == sizes.few else draws
            lines.append(point(group, "draws", size, perf_counter() - begun))
    return lines


def fixed_cost(sizes: list[float], costs: list[float], start: float) -> float:
    """Cost of size 0: what the two smallest sizes give for it, or a start where that is more."""
    step = (costs[1] - costs[0]) / (sizes[1] - sizes[0])
    return max(start, costs[0] - step * sizes[0])


def fit_slope(sizes: list[float], costs: list[float], start: float) -> tuple[float, float, int]:
    """Slope and cost at size 1 of the line through logs, and the first point that it rests on.

    Points count from the first one whose cost is `ABOVE` times the fixed cost; all do where
    fewer than two are left.
    """
    fixed = fixed_cost(sizes, costs, start)
    above = [place for place, cost in enumerate(costs) if cost >= ABOVE * fixed]
    first = above[0] if above and above[0] < len(costs) - 1 else 0
    slope, height = np.polyfit(np.log(sizes[first:]), np.log(costs[first:]), 1)
    return float(slope), float(np.exp(height)), first


def measure(sizes: Sizes = Sizes()) -> list[Line]:  # noqa: B008
    """Every line of this file."""
    return [*grow_services(sizes), *grow_tables(sizes), *grow_draws(sizes)]


def main() -> None:
    """Read the options and run."""
    options = make_parser(__doc__).parse_args()
    show_lines(measure(QUICK if options.quick else Sizes()), as_json=options.json)


if __name__ == "__main__":
    main()
