"""What the benchmarks have in common: a line, calls timed in turn, options, a table."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Line(NamedTuple):
    """One figure: what was measured, in which unit, ours, and a floor or a peer where there is one.

    `group` puts lines under a heading and `peer` says what the floor is. A point of a curve has
    an `axis`, what grows, and its `size` there; size 0 is the cost of a start.
    """

    group: str
    name: str
    unit: str
    ours: float
    floor: float | None = None
    peer: str = ""
    axis: str = ""
    size: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the floor."""
        return self.ours / self.floor if self.floor and self.floor > 0 else None


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


def largest_size() -> float:
    """Megabytes of this process at its largest; on Linux without what its parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def make_parser(about: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark of `bench.py` has."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="lines as JSON")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    return parser


def show_lines(lines: Iterable[Line], *, as_json: bool) -> None:
    """Print lines as a table, or as JSON for `bench.py`."""
    if as_json:
        json.dump([line._asdict() for line in lines], sys.stdout)
        return
    print(f"{'':46}{'unit':>5}{'ours':>12}{'floor':>12}{'ratio':>8}")
    for line in lines:
        floor = "" if line.floor is None else f"{line.floor:.3f}"
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        row = f"{line.name:46}{line.unit:>5}{line.ours:12.3f}{floor:>12}{ratio:>8}  {line.peer}"
        print(row.rstrip())
