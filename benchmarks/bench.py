"""Measure everything and write `docs/performance.md`, its charts and figures; `make bench`.

Each script runs in a fresh process, `--runs` times, one after the other. The page is made from
`performance.csv` and `performance_runs.csv` beside it; with `--only` the other groups keep the
figures that stand there. `--page` writes page and charts from these files without measuring.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from bench_charts import draw_growth, draw_memory
from bench_page import summarise, write_page
from lines import Line

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
SCRIPTS = {"scoring": "bench_scoring.py", "uncertainty": "bench_uncertainty.py",
           "methods": "bench_methods.py", "scale": "bench_scale.py",
           "growth": "bench_growth.py", "report": "bench_report.py"}  # fmt: skip
SLOW = ("report",)  # has no tiny size; left out of a quick run
LOOK = 2.0  # seconds over which the work of others is counted
RUNS = 3
PACKAGES = ("numpy", "pandas", "polars", "duckdb", "scipy", "pyarrow")


def describe_machine() -> str:
    """Cores, processor, memory and versions."""
    model, memory = platform.processor() or platform.machine(), ""
    if (cpu := Path("/proc/cpuinfo")).exists():
        names = [line for line in cpu.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
        total = Path("/proc/meminfo").read_text().partition("MemTotal:")[2].split()[0]
        memory = f", {int(total) / 2**20:.0f} GB of memory"
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores"
    return f"{cores}, {model}{memory}; Python {platform.python_version()}, {versions}"


def count_busy(seconds: float = LOOK) -> float | None:
    """Cores that others keep busy while this process waits; None where that is not told."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    before = list(map(int, stat.read_text().split("\n", 1)[0].split()[1:]))
    time.sleep(seconds)
    after = list(map(int, stat.read_text().split("\n", 1)[0].split()[1:]))
    ticks = [new - old for new, old in zip(after, before, strict=True)][:8]
    idle = ticks[3] + ticks[4]
    return round((sum(ticks) - idle) / max(1, sum(ticks)) * (os.cpu_count() or 1), 2)


def run_script(script: str, *, quick: bool) -> list[Line]:
    """The lines of one script, from a process of its own."""
    command = [sys.executable, str(HERE / script), "--json", *(["--quick"] if quick else [])]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"bench: {script} ended with {run.returncode}; its message stands above")
    return [Line(**line) for line in json.loads(run.stdout)]


def measure(names: Sequence[str], runs: int, *, quick: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Figures of every run, and when, where and under which load each run was."""
    figures, told = [], []
    for run in range(1, runs + 1):
        for name in names:
            busy = count_busy(LOOK / 10 if quick else LOOK)
            told.append({"script": name, "run": run, "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
                         "load": round(os.getloadavg()[0], 2), "busy": busy,
                         "machine": describe_machine()})  # fmt: skip
            print(f"{name}, run {run} of {runs}", file=sys.stderr)
            lines = run_script(SCRIPTS[name], quick=quick)
            figures += [{"script": name, "run": run, **line._asdict()} for line in lines]
    return pd.DataFrame(figures), pd.DataFrame(told)


def keep_others(file: Path, new: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """The new rows and those of scripts that were not measured now, in the order of scripts."""
    old = pd.read_csv(file, keep_default_na=False, na_values=[""]) if file.exists() else new.head(0)
    old = old[~old["script"].isin(new["script"])]
    whole = pd.concat([one for one in (old, new) if len(one)], ignore_index=True)
    return whole.sort_values("script", key=lambda names: names.map(order.index), kind="stable")


def write_all(folder: Path, figures: pd.DataFrame, runs: pd.DataFrame) -> None:
    """The figures, the page and the charts that there are points for."""
    folder.mkdir(parents=True, exist_ok=True)
    figures.to_csv(folder / "performance.csv", index=False, lineterminator="\n")
    runs.to_csv(folder / "performance_runs.csv", index=False, lineterminator="\n")
    figures = pd.read_csv(folder / "performance.csv", dtype={"peer": "str", "axis": "str"})
    table = summarise(figures)
    pictures = [
        picture
        for draw, name in ((draw_growth, "performance.png"), (draw_memory, "memory.png"))
        for picture in draw(table, folder / name)
    ]
    write_page(folder / "performance.md", table, runs, pictures)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options and run."""
    there = [name for name, script in SCRIPTS.items() if (HERE / script).exists()]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=there, nargs="+", help="measure these scripts")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each script")
    parser.add_argument("--output", type=Path, help="folder of the page; docs/ where left out")
    parser.add_argument("--quick", action="store_true", help="one run of tiny sizes, to --output")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    options = parser.parse_args(arguments)
    if options.quick and not options.output:
        parser.error("--quick needs --output: figures of tiny sizes do not belong into docs/")
    folder = options.output or DOCS
    if options.page:
        files = [folder / name for name in ("performance.csv", "performance_runs.csv")]
        write_all(folder, *(pd.read_csv(file) for file in files))
        return
    names = options.only or [name for name in there if not (options.quick and name in SLOW)]
    figures, runs = measure(names, 1 if options.quick else options.runs, quick=options.quick)
    order = list(SCRIPTS)
    write_all(
        folder,
        keep_others(folder / "performance.csv", figures, order),
        keep_others(folder / "performance_runs.csv", runs, order),
    )


if __name__ == "__main__":
    main()
