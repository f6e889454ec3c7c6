"""Time of a report and of the profiles against the cells of their notebooks alone.

Everything happens in a copy of the project; `reports/` and `.cache/` stay as they are.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from lines import Line, make_parser, show_lines

from asan_analysis.data.files import project_root
from asan_analysis.report import cache, pool
from asan_analysis.report.plan import LONGEST, OUTPUT_VARIABLE, Run, read_notebook

Figures = tuple[str, float, float]

WORKERS = 2
CHANGED = "02_category_breakdown"
GROUP, CELLS, INTERPRETER = "Report", "cells alone", "a bare interpreter"
NOTHING = "nothing changed"
NONE = float("nan")


def copy_project(folder: Path) -> Path:
    """Data, notebooks and lock in a folder of their own, with the fonts that are known."""
    root = project_root()
    for name in ("data", "notebooks", "src"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "requirements.lock", folder)
    fonts = root / ".cache" / "matplotlib"
    if fonts.is_dir():
        shutil.copytree(fonts, folder / ".cache" / "matplotlib")
    return folder


def time_command(*arguments: str) -> float:
    """Seconds of a command of the package in the working folder."""
    source = os.pathsep.join(filter(None, [str(Path.cwd() / "src"), os.environ.get("PYTHONPATH")]))
    started = perf_counter()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    return perf_counter() - started


def run_cells(run: Run, folder: Path) -> None:
    """The cells of a notebook one after the other, with the parameters of the run; no kernel."""
    os.environ[OUTPUT_VARIABLE] = str(folder)
    os.chdir(run.notebook.parent)
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in read_notebook(run.notebook)["cells"]:
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], run.name, "exec"), space)
        if "parameters" in cell["metadata"].get("tags", []):
            space |= run.parameters


def time_cells(runs: list[Run]) -> float:
    """Seconds of the cells of notebooks as plain scripts, two at a time, forked from here."""
    waiting, running = list(runs), 0
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        while waiting or running:
            while waiting and running < WORKERS:
                run = waiting.pop(0)
                running += 1
                if os.fork() == 0:
                    _be_script(run, Path(folder, str(len(waiting))))
            _, status = os.wait()
            running -= 1
            if status:
                raise SystemExit("bench: the cells of a notebook failed")
        return perf_counter() - started


def _be_script(run: Run, folder: Path) -> None:
    code = 1
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run_cells(run, folder)
        code = 0
    finally:
        os._exit(code)


def time_notebooks(runs: list[Run], root: Path, dataset: Path) -> float:
    """Seconds of the notebooks as a build runs them, begun from a warm process."""
    from asan_analysis.report.execute import Job, run_jobs

    sources = cache.Sources(root, dataset.resolve(), dataset.name)
    with tempfile.TemporaryDirectory() as folder:
        jobs = [Job(run, Path(folder, str(number)), {}, "bench", sources)
                for number, run in enumerate(runs)]  # fmt: skip
        pool.run_all({"warm": partial(abs, -1)}, root=root, workers=1)
        started = perf_counter()
        run_jobs(jobs, workers=WORKERS, failed=Path(folder, "failed"), tell=lambda job, taken: None)
        return perf_counter() - started


def time_parts(task: Any, root: Path) -> Iterator[Figures]:
    """Seconds of each part of writing a built report, one after the other in this process."""
    from asan_analysis.report import brief, explorer, tasks, writing

    found: dict[str, float] = {}

    def do_all(calls: Mapping[str, Callable[[], Any]]) -> None:
        for name, call in calls.items():
            found[name] = _time(call)
        folder, records, identity, facts = calls["papers"].args  # type: ignore[attr-defined]
        found["brief"] = _time(partial(brief.write_brief, folder, records, identity, facts))
        found["explorer"] = _time(partial(explorer.write_explorer, folder, identity, facts))

    with tempfile.TemporaryDirectory() as folder:
        writing.write_report(task, Path(folder), tasks.survey(task, root), do_all)
    for name, part in (("conversion", "pages"), ("brief", "brief"), ("explorer", "explorer"),
                       ("workbook", "tables")):  # fmt: skip
        yield name, found[part], NONE


def _time(call: Callable[[], Any]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def measure(year: int, dataset: str, *, profiles: bool = True) -> list[Figures]:
    """The lines of the table: what, our seconds, the seconds of the floor or none.

    Parameters
    ----------
    year : int
        Closing year of the edition.
    dataset : str
        Id of a dataset under `data/`.
    profiles : bool
        Also build the profiles of all bodies, which takes longest.
    """
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="asan-bench-") as folder:
        root = copy_project(Path(folder, "project"))
        os.chdir(root)
        try:
            with pool.library_environment(root):
                return _measure_here(year, dataset, root, profiles)
        finally:
            os.chdir(before)


def _measure_here(year: int, dataset: str, root: Path, profiles: bool) -> list[Figures]:
    given = ["-m", "asan_analysis", "report", "--year", str(year), "--dataset", dataset]
    whole, nothing = time_command(*given), time_command(*given)
    path = root / "notebooks" / f"{CHANGED}.ipynb"
    path.write_text(path.read_text("utf-8").replace("\\n", " \\n", 1), encoding="utf-8")
    changed = time_command(*given)
    several = time_command(*given[:2], "profiles", *given[3:]) if profiles else NONE

    task, bodies = _begin(year, dataset, root)
    runs = sorted(task.runs, key=lambda run: run.name not in LONGEST)  # as a build begins them
    cells = time_cells(runs)
    one = time_cells([run for run in task.runs if run.name == CHANGED])
    lines = [
        ("cells alone", cells, cells),
        ("notebooks", time_notebooks(runs, root, task.data.folder), cells),
        *time_parts(task, root),
        ("whole report", whole, cells),
        ("one notebook changed", changed, one),
        (NOTHING, nothing, time_command("-c", "pass")),
    ]
    if profiles:
        own = [run for body in bodies for run in body.runs]
        alone = time_cells(own)
        lines += [
            (f"{len(own)} profiles, notebooks",
             time_notebooks(own, root, task.data.folder), alone),
            (f"{len(own)} profiles", several, alone),
        ]  # fmt: skip
    return lines


def _begin(year: int, dataset: str, root: Path) -> tuple[Any, list[Any]]:
    """The task of the report and those of the profiles; this process and that which forks warm."""
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    os.environ[pool.DATA_VARIABLE] = str((root / "data" / dataset).resolve())
    os.environ[pool.NOTEBOOKS_VARIABLE] = os.pathsep.join(map(str, notebooks))
    import asan_analysis.report.preload  # noqa: F401
    from asan_analysis.data.datasets import load_dataset, select_edition
    from asan_analysis.report.tasks import plan_profiles, plan_task

    data = load_dataset(dataset)
    place = cache.report_place(year, dataset)
    pool.begin(root, data.folder, notebooks)
    one, _ = select_edition(data, year)
    bodies = [str(body) for body in one.organisations["organisation_id"]]
    task = plan_task(data, year, root / "reports" / place, cache.cache_of(root, place))
    return task, plan_profiles(data, year, bodies)


def name_lines(figures: list[Figures]) -> list[Line]:
    """Lines of `bench.py`; a figure that is its own floor has none."""
    return [
        Line(GROUP, name, "s", ours, floor if floor > 0 and floor != ours else None,
             "" if not floor > 0 or floor == ours else INTERPRETER if name == NOTHING else CELLS)
        for name, ours, floor in figures
    ]  # fmt: skip


def main() -> None:
    """Read the options, measure, print the lines."""
    parser = make_parser(__doc__)
    parser.add_argument("--year", type=int, default=2023)
    parser.add_argument("--dataset", default="asan_sample")
    parser.add_argument("--no-profiles", action="store_true")
    options = parser.parse_args()
    profiles = not (options.no_profiles or options.quick)
    figures = measure(options.year, options.dataset, profiles=profiles)
    show_lines(name_lines(figures), as_json=options.json)


if __name__ == "__main__":
    main()
