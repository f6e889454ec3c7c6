"""Editions of millions of services, scored from parquet parts, beside polars; `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
os.environ.setdefault("POLARS_MAX_THREADS", "2")

import numpy as np
import psutil
import pyarrow as arrow
import pyarrow.parquet as parquet
from bench_scoring import make_tree
from lines import Line, make_parser, show_lines, time_together

from asan_analysis.data.parts import Layout, list_parts
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules
from asan_analysis.processes import spread_over
from asan_analysis.scale.scoring import total_part
from asan_analysis.scale.totals import Plan, Totals

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache" / "bench"
BODIES, ITEMS, WORKERS = 47, 143, 2
PART = 100_000  # services of a part
SERVICES, QUICK = 1_000_000, 20_000
GROUP = "Millions of services"
NA, SILENT = 0.08, 0.02  # shares of answers
AGREEMENT = 1e-9
PAUSE = 0.02  # seconds between looks at the memory


def make_parts(services: int, *, items: int = ITEMS, bodies: int = BODIES) -> Path:
    """A folder of wide parts of random shares in hundredths; made once and kept."""
    folder = KEPT / f"{services}x{items}x{bodies}"
    place = folder / "assessments" / "edition_year=2023"
    if (folder / "whole").exists():
        return folder
    place.mkdir(parents=True, exist_ok=True)
    names = np.array([f"b{body:05d}" for body in range(bodies)])
    for part, start in enumerate(range(0, services, PART)):
        rng, size = np.random.default_rng([7, part]), min(PART, services - start)
        columns = {
            "service_id": [f"s{start + row:09d}" for row in range(size)],
            "organisation_id": arrow.array(names[rng.integers(0, bodies, size)]),
        }
        for item in range(items):
            value, chance = rng.integers(0, 101, size) / 100, rng.random(size)
            value[chance < NA] = -8
            value[chance > 1 - SILENT] = -9
            columns[f"I{item}"] = value
        parquet.write_table(arrow.table(columns), place / f"part-{part:05d}.parquet",
                            compression="zstd", row_group_size=PART // 2)  # fmt: skip
    (folder / "whole").touch()
    return folder


def plan_for(tree: Tree, bodies: int = BODIES, *, audit: bool = False) -> Plan:
    """Plain means of shares."""
    names = tuple(f"b{body:05d}" for body in range(bodies))
    layout = Layout(2023, tuple(tree.items), (True,) * len(tree.items), names)
    return Plan(tree, Rules(), layout, audit)


def score(folder: Path, plan: Plan, workers: int = WORKERS) -> Totals:
    """Ours: the totals of all parts, from which every table is made."""
    totals = Totals(plan)
    spread = spread_over(workers, preload=["asan_analysis.scale.scoring"])
    for arrays in spread(partial(total_part, plan=plan), list_parts(folder, 2023)):
        totals.join(Totals.from_arrays(plan, arrays))
    return totals


def check(folder: Path, tree: Tree) -> None:
    """Our figures and those of polars agree within 1e-9."""
    import polars_means as peer

    totals, table = score(folder, plan_for(tree)), peer.score_tables(folder, tree)
    table = table.sort("organisation_id")
    ours = totals.score.round() / totals.count
    worst = np.abs(table.select(tree.node_ids).to_numpy().T - ours).max()
    left = [f"left {tree.node_ids[row]}" for row in tree.inner_rows]
    mine = totals.left_out.round() / totals.answers[0]
    worst = max(worst, np.abs(table.select(left).to_numpy().T - mine).max())
    counts = [f"count {node}" for node in tree.node_ids]
    same = (totals.count == table.select(counts).to_numpy().T).all()
    silent = [f"no {item}" for item in tree.items]
    same &= (table.select(silent).sum().to_numpy()[0] == totals.statuses[1]).all()
    if not same or worst > AGREEMENT:
        raise SystemExit(f"bench: ours and polars differ by {worst:g}")


# Measuring


def read_all(folder: Path, engine: str, tree: Tree) -> None:
    """Only read the items of every part."""
    for path in list_parts(folder, 2023):
        if engine == "polars":
            import polars

            polars.read_parquet(path, columns=tree.items)
        elif engine == "duckdb":
            import duckdb

            names = ", ".join(tree.items)
            duckdb.sql(f"select {names} from '{path}'").to_arrow_reader(8192).read_all()
        else:
            for _ in parquet.ParquetFile(path).iter_batches(8192, columns=tree.items):
                pass


def run_alone(what: str, services: int, **sizes: int) -> dict[str, object]:
    """Seconds, largest size and sizes over time of one run in a process of its own.

    The parts are made here: what that takes is no part of the run.
    """
    make_parts(services, **sizes)
    command = [sys.executable, __file__, "--alone", what, "--services", str(services)]
    for name, value in sizes.items():
        command += [f"--{name}", str(value)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(run.stdout)
    return found


def alone(what: str, services: int, items: int, bodies: int) -> dict[str, object]:
    """One run, the memory of the largest of its processes watched."""
    tree, folder = make_tree(items), make_parts(services, items=items, bodies=bodies)
    plan = plan_for(tree, bodies, audit=what == "audit")
    sizes: list[tuple[float, float]] = []
    peaks: list[float] = []
    ended = threading.Event()
    start = time.perf_counter()

    def look() -> None:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        now = [size for process in family if (size := size_of(process.pid))]
        sizes.append((time.perf_counter() - start, max(size for size, _ in now)))
        peaks.append(max(peak for _, peak in now))

    def watch() -> None:
        while not ended.wait(PAUSE):
            look()

    look()
    thread = threading.Thread(target=watch)
    thread.start()
    score(folder, plan)
    seconds = time.perf_counter() - start
    ended.set()
    thread.join()
    return {"seconds": seconds, "peak": max(peaks), "sizes": sizes}


def size_of(process: int) -> tuple[float, float] | None:
    """Megabytes of a process now and at its largest; None once it ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    if "VmRSS:" not in status:
        return None
    now, peak = (int(status.partition(f"{name}:")[2].split()[0]) / 2**10
                 for name in ("VmRSS", "VmHWM"))  # fmt: skip
    return now, peak


def measure(services: int = SERVICES, repeats: int = 3) -> list[Line]:
    """Every line of this file."""
    import polars_means as peer

    tree, folder = make_tree(), make_parts(services)
    check(make_parts(services // 10), tree)
    ours: Callable[[], object] = lambda: score(folder, plan_for(tree))  # noqa: E731
    mine, means, tables = time_together(
        [ours, lambda: peer.score_means(folder, tree), lambda: peer.score_tables(folder, tree)],
        repeats,
    )
    size = f"{services:,} x {ITEMS}"
    lines = [
        Line(GROUP, f"{size}: means by body", "s", mine, means, "polars"),
        Line(GROUP, f"{size}: all tables", "s", mine, tables, "polars"),
    ]
    readers = [lambda engine=engine: read_all(folder, engine, tree)
               for engine in ("pyarrow", "polars", "duckdb")]  # fmt: skip
    arrow_s, polars_s, duckdb_s = time_together(readers, repeats)
    audit = float(run_alone("audit", services)["seconds"])
    return [
        *lines,
        Line(GROUP, f"{size}: reading alone, pyarrow", "s", arrow_s, polars_s, "polars"),
        Line(GROUP, f"{size}: reading alone, pyarrow", "s", arrow_s, duckdb_s, "duckdb"),
        Line(GROUP, f"{size}: with the audit, in a fresh process", "s", audit),
    ]


def main() -> None:
    """Read the options and run."""
    parser = make_parser(__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--alone", choices=["score", "audit"], help=argparse.SUPPRESS)
    parser.add_argument("--services", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--items", type=int, default=ITEMS, help=argparse.SUPPRESS)
    parser.add_argument("--bodies", type=int, default=BODIES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        found = alone(options.alone, options.services, options.items, options.bodies)
        json.dump(found, sys.stdout)
        return
    sizes = (QUICK, 1) if options.quick else (SERVICES, options.repeats)
    show_lines(measure(*sizes), as_json=options.json)


if __name__ == "__main__":
    main()
