"""What the benchmarks have in common: a line, calls timed in turn, a table."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Line(NamedTuple):
    """One figure: what was measured, in which unit, ours, and a floor or a peer where there is one.

    `group` puts lines under a heading.
    """

    group: str
    name: str
    unit: str
    ours: float
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the floor."""
        return self.ours / self.floor if self.floor else None


def time_together(calls: list[Callable[[], object]], repeats: int) -> list[float]:
    """Median seconds of each call, one after the other in every repeat, after one of each."""
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, own in zip(calls, times, strict=True):
            start = perf_counter()
            call()
            own.append(perf_counter() - start)
    return [median(own) for own in times]


def show_lines(lines: Iterable[Line], *, as_json: bool) -> None:
    """Print lines as a table, or as JSON for `bench.py`."""
    if as_json:
        json.dump([line._asdict() for line in lines], sys.stdout)
        return
    print(f"{'':56}{'unit':>5}{'ours':>10}{'floor':>10}{'ratio':>8}")
    for line in lines:
        floor = "" if line.floor is None else f"{line.floor:.3f}"
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        print(f"{line.name:56}{line.unit:>5}{line.ours:10.3f}{floor:>10}{ratio:>8}")
