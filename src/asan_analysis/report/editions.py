"""Everything there is to build: reports and profiles of all editions, one entry each.

This module imports nothing heavy, so that what needs no work is told so at once.
"""

from __future__ import annotations

import csv
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from textwrap import indent
from typing import NamedTuple

from asan_analysis.data.files import forget_reads, project_root
from asan_analysis.errors import AsanAnalysisError, ParameterError, ReportError
from asan_analysis.processes import Spread
from asan_analysis.report import cache, plan, pool

REPORT, PROFILES = "report", "profiles"  # as the commands are called


class Entry(NamedTuple):
    """What is built: the dataset (id or folder), the edition's year, and which of its pages.

    The year is empty where editions cannot be read; to build it says why.
    """

    dataset: str
    year: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} {self.year}, {self.dataset}" if self.year else self.dataset


def plan_editions(dataset: str | None = None) -> list[Entry]:
    """The reports of all editions, then the profiles of all that have answers.

    Parameters
    ----------
    dataset : str, optional
        Id under `data/` or a folder; all datasets under `data/` where left out.

    Returns
    -------
    list of Entry
        Datasets by id, editions in their order. No dataset is loaded.

    Raises
    ------
    ParameterError
        No project here, or no dataset in it.
    """
    data = project_root() / "data"
    found = sorted(path.parent.name for path in data.glob("*/dataset.toml"))
    if not dataset and not found:
        raise ParameterError(
            "no dataset under data/; docs/adding_a_dataset.md tells how to add one"
        )
    editions = [(one, year) for one in ([dataset] if dataset else found)
                for year in _read_years(one) or [""]]  # fmt: skip
    reports = [Entry(one, year, REPORT) for one, year in editions]
    answered = {one: _read_answered(one) for one, _ in editions}
    profiles = [Entry(one, year, PROFILES) for one, year in editions if year in answered[one]]
    return [*reports, *profiles]


def _read_years(dataset: str) -> list[str]:
    """The years of a dataset's editions in their order; none where they cannot be read."""
    try:
        text = (cache.folder_of(dataset) / "editions.csv").read_text(encoding="utf-8-sig")
        rows = sorted(csv.DictReader(text.splitlines()), key=lambda row: int(row["order"]))
        return [str(int(row["edition_year"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return []


def _read_answered(dataset: str) -> set[str]:
    """The years of a dataset that have answers; none of a register, or where it cannot be read."""
    folder = cache.folder_of(dataset)
    parts = folder.glob("assessments/edition_year=*/part-*.parquet")
    if years := {path.parent.name.removeprefix("edition_year=") for path in parts}:
        return years
    path = folder / "assessments.parquet"
    if not path.is_file():
        return set()
    from pyarrow import parquet

    try:
        years = parquet.read_table(path, columns=["edition_year"])["edition_year"]
    except (OSError, ValueError, KeyError):
        return set()
    return {str(year) for year in years.unique().to_pylist()}


def build_editions(
    entries: Iterable[Entry],
    *,
    build: Callable[[Entry], str] | None = None,
    spread: Spread = map,
) -> None:
    """Build all entries; those that fail are told at the end and stop no other.

    Parameters
    ----------
    entries : iterable of Entry
        From `plan_editions`.
    build : callable
        Builds one entry; `build_entry` where left out.
    spread : callable
        Shaped like `map`: calls a function on every entry, here or on other machines that share
        this folder. Function and entries can be pickled.

    Raises
    ------
    ReportError
        What failed and why. A plan of one entry fails with its own error.
    """
    entries = list(entries)
    failed = []
    results = spread(partial(_attempt, build or build_entry), entries)
    for entry, (told, fault) in zip(entries, results, strict=True):
        if spread is not map:  # what was printed there is not seen here
            print(told, flush=True)
        if fault:
            failed.append((entry, fault))
    if failed and len(entries) == 1:
        raise failed[0][1]
    if failed:
        lead = f"{len(failed)} of {len(entries)} could not be built; the others are there"
        told = [indent(f"{entry}: {fault}", "  ") for entry, fault in failed]
        raise ReportError("\n".join([lead, *told]))


def _attempt(build: Callable[[Entry], str], entry: Entry) -> tuple[str, AsanAnalysisError | None]:
    """Build an entry; a line about it, and what stopped it, if something did."""
    try:
        return build(entry), None
    except AsanAnalysisError as error:
        told = f"{entry}: failed"
        print(told, flush=True)
        return told, error


def build_entry(entry: Entry, *, workers: int = 2) -> str:
    """Build one entry, unless nothing changed; the line that tells where it is.

    In the process of a command it is built here. In a thread or a process that somebody else
    started, as a cluster does, it is built by a command in a process of its own: a build changes
    the environment, and some processes may have no children that fork.

    Raises
    ------
    AsanAnalysisError
        The dataset is refused, or the build failed.
    """
    told = find_current(entry)
    if told:
        print(told, flush=True)
        return told
    here = threading.current_thread() is threading.main_thread()
    if here and multiprocessing.parent_process() is None:
        return _build_here(entry, workers)
    return _build_apart(entry, workers)


def begin(dataset: str, what: str) -> None:
    """Let the process that notebooks are forked from begin, while libraries are imported here.

    `what` is `report`, or anything else for profiles. What is wrong is said by who needs it.
    """
    names = plan.CHAPTERS if what == REPORT else [plan.PROFILE]
    with suppress(ParameterError, OSError):
        root = project_root()
        pool.begin(root, cache.folder_of(dataset),
                   [root / "notebooks" / f"{name}.ipynb" for name in names])  # fmt: skip


def find_current(entry: Entry) -> str:
    """The line that tells that an entry is built and nothing changed; empty where it is not so."""
    if entry.what == REPORT:
        page = cache.is_current(entry.dataset, entry.year)
    else:
        page = cache.are_current(entry.dataset, entry.year)
    return cache.tell_page(page) if page else ""


def _build_here(entry: Entry, workers: int) -> str:
    begin(entry.dataset, entry.what)
    from asan_analysis.data.datasets import load_dataset
    from asan_analysis.report.build import build_profiles, build_report
    from asan_analysis.report.status import first_page

    forget_reads()  # a report rests on what is read for it, not for those before
    data = load_dataset(entry.dataset)
    if not entry.year:
        raise ReportError(f"{entry}: editions.csv was changed while it was read; try again")
    build = build_report if entry.what == REPORT else build_profiles
    folder = build(data, int(entry.year), workers=workers)
    return (folder / first_page(data.about)).relative_to(project_root()).as_posix()


def _build_apart(entry: Entry, workers: int) -> str:
    command = [sys.executable, "-m", "asan_analysis", entry.what, f"--dataset={entry.dataset}",
               f"--year={entry.year}", f"--workers={workers}"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        said = done.stderr.strip().removeprefix("asan-analysis: ")
        raise ReportError(said or f"its process ended with {done.returncode}")
    return done.stdout.strip().splitlines()[-1]
