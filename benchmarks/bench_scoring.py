"""Time and memory of scoring against a floor of bare numpy; part of `make bench`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from lines import Line, largest_size, make_parser, show_lines, time_together
from numpy.typing import NDArray

from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_answers, score_array, score_table

Floats = NDArray[np.float64]

PARAMETERS, CRITERIA, ITEMS = 7, 24, 143
SIZES = (438, 100_000)
QUICK = (30,)
GROUP, PEER = "Scoring", "bare numpy"
MISSING = 0.1
AGREEMENT = 1e-9


def make_tree(items: int = ITEMS) -> Tree:
    """A root over parameters, criteria and items, spread evenly, with weights from 1 to 4."""
    rng = np.random.default_rng(1)
    levels = [["T"]] + [
        [f"{letter}{place}" for place in range(number)]
        for letter, number in (("P", PARAMETERS), ("C", CRITERIA), ("I", items))
    ]
    rows: list[tuple[str, str | None, int]] = [("T", None, 1)]
    for above, level in pairwise(levels):
        for place, name in enumerate(level):
            parent = above[place * len(above) // len(level)]
            rows.append((name, parent, int(rng.integers(1, 5))))
    return build_tree(pd.DataFrame(rows, columns=["node_id", "parent_id", "weight"]))


def make_values(units: int) -> Floats:
    """Units x items between 0 and 100, a tenth of them missing; made without large temporaries."""
    rng = np.random.default_rng(2)
    values = np.empty((units, ITEMS))
    for row in values:
        rng.random(out=row)
        row[rng.random(ITEMS) < MISSING] = np.nan
        row *= 100
    return values


def make_matrices(tree: Tree) -> tuple[list[Floats], list[list[int]]]:
    """Weights of each level as a matrix children x parents, deepest first, and the parents."""
    depth = tree.depths
    matrices, parents = [], []
    for level in range(int(depth.max()) - 1, -1, -1):
        rows, below = np.flatnonzero(depth == level), np.flatnonzero(depth == level + 1)
        matrix = np.zeros((len(below), len(rows)))
        for column, row in enumerate(rows):
            for child in tree.children[row]:
                matrix[np.flatnonzero(below == child), column] = tree.weights[child]
        matrices.append(matrix)
        parents.append(rows.tolist())
    return matrices, parents


def score_floor(values: Floats, matrices: list[Floats]) -> list[Floats]:
    """The floor: level by level, values (missing as 0) and mask times the weights."""
    levels = []
    for matrix in matrices:
        missing = np.isnan(values)
        work = np.where(missing, 0.0, values)
        total = work @ matrix
        np.subtract(1.0, missing, out=work)  # in the place of the values, to spare memory
        values = total / (work @ matrix)
        levels.append(values)
    return levels


def scatter_floor(units: int, row: Any, column: Any, value: Floats) -> Floats:
    """The floor of long-to-wide: values put in their places by whole numbers."""
    table = np.full((units, ITEMS), np.nan)
    table[row, column] = value
    return table


def check_scores(values: Floats, tree: Tree) -> float:
    """The largest difference between our scores and the floor's; refused above 1e-9."""
    matrices, parents = make_matrices(tree)
    score = score_array(values, tree, Rules(), units=range(len(values))).score
    pairs = zip(parents, score_floor(values, matrices), strict=True)
    return check_equal([(score[rows].T, floor) for rows, floor in pairs])


def check_equal(pairs: list[tuple[Floats, Floats]]) -> float:
    """The largest difference of pairs of arrays; refused above 1e-9 or with other gaps."""
    worst = 0.0
    for ours, floor in pairs:
        if not (np.isnan(ours) == np.isnan(floor)).all():
            raise SystemExit("bench: missing scores stand in other places than the floor's")
        worst = max(worst, float(np.nanmax(np.abs(ours - floor))))
    if worst > AGREEMENT:
        raise SystemExit(f"bench: scores differ from the floor by {worst:g}")
    return worst


def measure_peak(what: str, units: int) -> float:
    """Megabytes of one call above input and imports, in a fresh process."""
    command = [sys.executable, __file__, "--peak", what, "--units", str(units)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(run.stdout)


def peak_here(what: str, units: int) -> float:
    """Growth of this process's largest resident size during one call, in megabytes."""
    tree, values = make_tree(), make_values(units)
    matrices, _ = make_matrices(tree)
    index = range(units)
    frame = pd.DataFrame(values, copy=False, columns=tree.items)
    calls: dict[str, Callable[[int], object]] = {
        "kernel": lambda end: score_array(values[:end], tree, Rules(), units=index),
        "table": lambda end: score_table(frame.iloc[:end], None, tree, Rules()),
        "floor": lambda end: score_floor(values[:end], matrices),
    }
    calls[what](20)
    before = largest_size()
    result = calls[what](units)
    after = largest_size()
    del result
    return after - before


def compare_peaks(units: int) -> list[Line]:
    """Memory of the kernel and of the frame function, each with the floor's."""
    kernel, table, floor = (measure_peak(what, units) for what in ("kernel", "table", "floor"))
    size = f"{units:,} x {ITEMS}"
    return [
        Line(GROUP, f"kernel {size}, memory", "MB", kernel, floor, PEER),
        Line(GROUP, f"table {size}, memory", "MB", table, floor, PEER),
    ]


def compare_scores(units: int, tree: Tree, repeats: int) -> list[Line]:
    """Times of the kernel and of the frame function, each with the floor's."""
    values = make_values(units)
    matrices, _ = make_matrices(tree)
    index = pd.Index([f"unit {place}" for place in range(units)])
    frame = pd.DataFrame(values, index=index, columns=tree.items)
    with np.errstate(divide="ignore", invalid="ignore"):
        check_scores(values, tree)
        floor, kernel, table = time_together(
            [
                lambda: score_floor(values, matrices),
                lambda: score_array(values, tree, Rules(), units=index),
                lambda: score_table(frame, None, tree, Rules()),
            ],
            repeats,
        )
    size = f"{units:,} x {ITEMS}"
    return [
        Line(GROUP, f"kernel {size}", "ms", 1000 * kernel, 1000 * floor, PEER),
        Line(GROUP, f"table {size}", "ms", 1000 * table, 1000 * floor, PEER),
    ]


def compare_long(units: int, tree: Tree, repeats: int) -> Line:
    """Time from a long frame of answers to a matrix, with the floor's."""
    row, column = np.divmod(np.arange(units * ITEMS), ITEMS)
    value = make_values(units).ravel()
    names = [f"service-{place:04d}" for place in range(units)]
    status = np.where(np.isnan(value), "not_answered", "scored")
    texts = {"service_id": np.array(names)[row], "item_id": np.array(tree.items)[column]}
    answers = pd.DataFrame({**texts, "status": status}).astype("str").assign(value=value)
    services = pd.DataFrame({"service_id": names})
    ours = lambda: arrays_of_answers(answers, services, tree)  # noqa: E731
    least = lambda: scatter_floor(units, row, column, value)  # noqa: E731
    check_equal([(ours()[1], least())])
    mine, floor = time_together([ours, least], repeats)
    return Line(GROUP, f"long to wide {units:,} x {ITEMS}", "ms", 1000 * mine, 1000 * floor, PEER)


def measure(sizes: tuple[int, ...] = SIZES, repeats: int | None = None) -> list[Line]:
    """Every line of this file."""
    peaks = [line for units in sizes for line in compare_peaks(units)]
    tree, lines = make_tree(), []
    for units in sizes:
        lines += compare_scores(units, tree, repeats or max(9, min(301, 2_000_000 // units)))
    return [*lines, *peaks, compare_long(sizes[0], tree, repeats or 51)]


def main() -> None:
    """Read the options and run."""
    parser = make_parser(__doc__)
    parser.add_argument("--units", type=int, nargs="+")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--peak", choices=["kernel", "table", "floor"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(peak_here(options.peak, options.units[0]))
        return
    sizes = tuple(options.units or (QUICK if options.quick else SIZES))
    show_lines(measure(sizes, 3 if options.quick else options.repeats), as_json=options.json)


if __name__ == "__main__":
    main()
