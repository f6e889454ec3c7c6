"""Build a report: chapters from the cache or run anew, pages, then the whole moved into place."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from asan_analysis.analysis.breakdown import select_organisation
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.data.files import files_read, project_root, sha256_of
from asan_analysis.data.published import Published, load_published
from asan_analysis.errors import FrameworkError, ParameterError, ReportError, refuse
from asan_analysis.index.method import examine_methods
from asan_analysis.report import cache
from asan_analysis.report.execute import Job, run_jobs
from asan_analysis.report.explorer import write_explorer
from asan_analysis.report.identity import (
    Identity,
    input_checksums,
    source_digest,
    write_run,
    write_timings,
)
from asan_analysis.report.origins import describe_inputs, list_shown, locate_cells
from asan_analysis.report.pages import (
    chapter_title,
    write_codebook,
    write_index,
    write_notebook_page,
)
from asan_analysis.report.plan import LONGEST, Run, plan_profile, plan_report
from asan_analysis.report.review import write_review
from asan_analysis.report.workbook import write_workbook


@dataclass(frozen=True)
class Task:
    """A report to build: of what, from which notebooks, where to, with which cache."""

    data: Dataset
    edition: Edition
    runs: list[Run]
    place: Path
    kept: Path
    organisation_id: str = ""


def build_report(data: Dataset, year: int, *, workers: int = 2) -> Path:
    """Build the report of one edition of a dataset under `reports/<year>/<dataset id>/`.

    A chapter runs again only when something it rests on changed. The report is built aside and
    moved into place at the end; a failure leaves the last good report as it was and keeps the
    failed notebook under `reports/<year>/failed/`.

    Parameters
    ----------
    data : Dataset
        All editions, already checked.
    year : int
        Closing year of the edition.
    workers : int
        Notebooks run at the same time, each in its own process.

    Returns
    -------
    Path
        The folder of the report.

    Raises
    ------
    ReportError
        A notebook failed; the message names notebook, cell, line and reason. Or the report could
        not be written.
    ParameterError
        The dataset's id belongs to another folder under `data/`.
    """
    root = project_root()
    place = cache.report_place(year, data.dataset_id)
    return build(
        plan_task(data, year, root / "reports" / place, cache.cache_of(root, place)),
        workers=workers,
    )


def plan_task(data: Dataset, year: int, place: Path, kept: Path) -> Task:
    """The task of a report that is to lie at `place` and to keep its chapters in `kept`."""
    root = project_root()
    one, edition = select_edition(data, year)
    register = one.assessments.empty
    runs = plan_report(root / "notebooks", year=year, dataset=data.dataset_id, register=register)
    return Task(data, edition, runs, place, kept)


def build_profile(data: Dataset, year: int, organisation_id: str) -> Path:
    """Build the profile of one organisation under `reports/<year>/<dataset id>.profiles/<id>/`.

    As `build_report`; the profiles lie beside the report, so that neither deletes the other.

    Raises
    ------
    ParameterError
        The edition has no such organisation, or no answers.
    """
    root = project_root()
    one, edition = select_edition(data, year)
    select_organisation(one, organisation_id)
    if one.assessments.empty:
        raise ParameterError(f"edition {year} of {data.dataset_id} has no answers to profile")
    runs = plan_profile(
        root / "notebooks", year=year, dataset=data.dataset_id, organisation_id=organisation_id
    )
    place = cache.report_place(year, data.dataset_id, organisation_id)
    kept = cache.cache_of(root, place)
    return build(Task(data, edition, runs, root / "reports" / place, kept, organisation_id))


def build(task: Task, *, workers: int = 1) -> Path:
    """Run what must run, make pages, tables and workbooks, move the whole into place."""
    root = project_root()
    _refuse_taken_id(task.data, root)
    try:
        with _alone(task.kept):
            _build(task, root, workers)
    except OSError as error:
        what = Path(error.filename).name if error.filename else "a file"
        raise ReportError(
            f"{what} cannot be written: {error.strerror or error}; make room or give rights and "
            "try again\n  the last good report, if there was one, is as it was"
        ) from None
    return task.place


def _build(task: Task, root: Path, workers: int) -> None:
    started = time.perf_counter()
    data, edition, runs, place = task.data, task.edition, task.runs, task.place
    facts = load_published()
    refuse(FrameworkError, examine_methods(data))
    notebooks = [run.notebook for run in runs]
    digest = source_digest(root, data, notebooks)
    identity = Identity(data, edition, digest, task.organisation_id)
    told = f"profile of {task.organisation_id}" if task.organisation_id else "report"
    count = f"{len(runs)} notebook{'s' if len(runs) > 1 else ''}"
    print(f"{told} {edition.edition_year}, {data.dataset_id}: {count}", flush=True)
    sources = cache.Sources(root, data.folder.resolve(), data.dataset_id)
    library = cache.library_state(root)
    failed = root / "reports" / str(edition.edition_year) / "failed"
    seconds = _refresh_chapters(task, sources, library, workers, failed)
    with _built_aside(place) as folder:
        _gather(task, folder)
        inputs = input_checksums(root, data, notebooks)
        shown = _write_pages(folder, runs, root, identity, facts, inputs)
        write_run(folder, identity, {run.name: run.parameters for run in runs}, inputs, shown)
        seconds["report"] = time.perf_counter() - started
        write_timings(folder, seconds, workers=workers)
        (task.kept / "record.json").unlink(missing_ok=True)
    cache.write_record(task.kept, library, _all_reads(task, sources), place)
    told = (place.relative_to(root) if place.is_relative_to(root) else place).as_posix()
    print(f"{told}/index.html  {seconds['report']:.1f} s", flush=True)


def _refresh_chapters(
    task: Task, sources: cache.Sources, library: dict[str, str], workers: int, failed: Path
) -> dict[str, float]:
    """Run the chapters whose ground changed; the seconds each took."""
    for left in task.kept.glob(".*"):  # of a build that was killed; this one holds the lock
        cache.forget(left)
    jobs = []
    for run in task.runs:
        entry = task.kept / run.name
        state = cache.chapter_state(run.notebook, run.parameters, library)
        reason = cache.find_change(entry, state, sources, entry)
        if reason:
            jobs.append(Job(run, entry, state, reason, sources))
        else:
            print(f"  {run.name}  unchanged", flush=True)
    jobs.sort(key=lambda job: job.run.name not in LONGEST)
    return run_jobs(jobs, workers=workers, failed=failed)


def _all_reads(task: Task, sources: cache.Sources) -> dict[str, str]:
    """Every file that the report rests on: what this process and the chapters read."""
    here = {
        path: digest
        for path, digest in files_read().items()
        if path.is_relative_to(sources.folder) or path.is_relative_to(sources.root / "data")
    }
    reads = sources.name_all(here)
    for run in task.runs:
        reads |= cache.read_record(task.kept / run.name)["reads"]
    notebooks = {run.notebook.resolve(): sha256_of(run.notebook) for run in task.runs}
    return reads | sources.name_all(notebooks)


def _gather(task: Task, folder: Path) -> None:
    """Copy what the chapters made into one folder; two chapters must not write one file."""
    for run in task.runs:
        for name in cache.read_record(task.kept / run.name)["outputs"]:
            target = folder / name
            if target.exists():
                raise ReportError(f"{name} is written by {run.name} and by a chapter before it")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(task.kept / run.name / name, target)


def _refuse_taken_id(data: Dataset, root: Path) -> None:
    """A folder elsewhere must not write over the reports of a dataset under `data/`."""
    own = root / "data" / data.dataset_id
    if own.is_dir() and own.resolve() != data.folder.resolve():
        raise ParameterError(
            f"dataset id {data.dataset_id} belongs to data/{data.dataset_id} already; "
            f"change the id in {data.folder / 'dataset.toml'}"
        )


@contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Hold the lock of a report; a second build of the same one waits and says so."""
    kept.mkdir(parents=True, exist_ok=True)
    lock = FileLock(kept / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build of this report is running; waiting for it", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _built_aside(place: Path) -> Iterator[Path]:
    """A new folder beside `place`, put in its place when the block ends well, removed when not."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(place)
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        aside.chmod(0o755)
        yield aside
        if not _exchange(aside, place):
            _replace(aside, place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _clear_leftovers(place: Path) -> None:
    """Finish what a killed build left: put a moved report back, remove half-built ones."""
    old = place.with_name(f".{place.name}.old")
    if old.exists() and not place.exists():
        old.rename(place)
    for left in place.parent.glob(f".{place.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _exchange(aside: Path, place: Path) -> bool:
    """Let two folders change places in one step, so that no moment is without a whole report.

    Linux alone can; elsewhere, or where there is no report yet, False.
    """
    if not sys.platform.startswith("linux") or not place.exists():
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    names = os.fsencode(aside), os.fsencode(place)
    return rename is not None and rename(here, names[0], here, names[1], exchange) == 0


def _replace(aside: Path, place: Path) -> None:
    """The same in two steps; `_clear_leftovers` mends a break between them."""
    old = place.with_name(f".{place.name}.old")
    if place.exists():
        place.rename(old)
    aside.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _write_pages(
    folder: Path,
    runs: list[Run],
    root: Path,
    identity: Identity,
    facts: Published,
    inputs: dict[str, str],
) -> dict[str, Any]:
    """Write every page, table and workbook; what stands on the pages, as `list_shown` tells it."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see report.execute
    import nbformat

    paths = {run.name: folder / "notebooks" / f"{run.name}.ipynb" for run in runs}
    notebooks = {
        name: nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for name, path in paths.items()
    }
    chapters = [
        {"name": name, "title": chapter_title(notebook)} for name, notebook in notebooks.items()
    ]
    records = [
        record
        for run in runs
        for record in json.loads((folder / "records" / f"{run.name}.json").read_text("utf-8"))
    ]
    records = locate_cells(records, notebooks)
    shutil.rmtree(folder / "records")
    for name, notebook in notebooks.items():
        write_notebook_page(notebook, name, folder / "notebooks", chapters, records, identity)
    write_codebook(folder, root / "data" / "dictionary.csv")
    write_workbook(folder, records, chapters, identity, facts)
    write_review(folder, records, identity)
    if not identity.organisation_id:
        from asan_analysis.report.brief import write_brief  # imports matplotlib, typst

        write_brief(folder, records, identity, facts)
    write_explorer(folder, identity, facts)
    write_index(folder, records, chapters, identity, describe_inputs(inputs, identity, root))
    return list_shown(records)
