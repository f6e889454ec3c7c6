"""Build reports: chapters from the cache or run anew, pages, then each whole moved into place.

One report and the profiles of all bodies take the same road: a list of tasks. First the chapters of
all are refreshed, then the files of each are written, so that a failure changes no report.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tqdm import tqdm

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.files import files_read, project_root, sha256_of
from asan_analysis.report import cache
from asan_analysis.report.execute import Job, run_jobs, tell_job
from asan_analysis.report.folders import alone, built_aside, told_plainly
from asan_analysis.report.identity import Identity, write_timings
from asan_analysis.report.plan import LONGEST
from asan_analysis.report.pool import begin, run_all
from asan_analysis.report.status import first_page
from asan_analysis.report.tasks import (
    Ground,
    Task,
    plan_profiles,
    plan_task,
    refuse_taken_id,
    survey,
)
from asan_analysis.report.writing import write_report, write_reports


def build_report(data: Dataset, year: int, *, workers: int = 2) -> Path:
    """Build the report of one edition of a dataset under `reports/<year>/<dataset id>/`.

    A chapter runs again only when something it rests on changed. The report is built aside and
    moved into place at the end; a failure leaves the last good report as it was and keeps the
    failed notebook under `reports/<year>/<dataset id>.failed/`.

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
    task = plan_task(data, year, root / "reports" / place, cache.cache_of(root, place))
    build([task], workers=workers)
    return task.place


def build_profile(data: Dataset, year: int, organisation_id: str) -> Path:
    """Build the profile of one organisation under `reports/<year>/<dataset id>.profiles/<id>/`.

    As `build_report`; the profiles lie beside the report, so that neither deletes the other.

    Raises
    ------
    ParameterError
        The edition has no such organisation, or no answers.
    """
    [task] = plan_profiles(data, year, [organisation_id])
    build([task])
    return task.place


def build_profiles(data: Dataset, year: int, *, workers: int = 2) -> Path:
    """Build the profiles of all organisations of an edition, and a page that lists them.

    As `build_profile` for each. All notebooks run before a profile is written, so a failure leaves
    every profile as it was; those that ran are kept, and the next call goes on from there.

    Returns
    -------
    Path
        The folder of the profiles, `reports/<year>/<dataset id>.profiles/`.

    Raises
    ------
    ReportError
        As `build_report`; the message names the organisation too.
    ParameterError
        The edition has no answers.
    """
    from asan_analysis.report.directory import write_directory

    one, _ = select_edition(data, year)
    bodies = [str(body) for body in one.organisations["organisation_id"]]
    tasks = plan_profiles(data, year, bodies)
    digest = build(tasks, workers=workers)
    folder, edition = tasks[0].place.parent, tasks[0].edition
    with told_plainly():
        write_directory(folder, Identity(data, edition, digest))
        cache.record_profiles(data.dataset_id, year, bodies)
    return folder


def build(tasks: list[Task], *, workers: int = 1) -> str:
    """Run what must run, make pages, tables and workbooks, move each whole into place.

    The tasks are of one edition and the same notebooks. Returns the digest of the sources.
    """
    root = project_root()
    refuse_taken_id(tasks[0].data, root)
    with told_plainly(), ExitStack() as locks:
        for task in tasks:
            locks.enter_context(alone(task.kept))
        return _build(tasks, root, workers)


def _build(tasks: list[Task], root: Path, workers: int) -> str:
    started = time.perf_counter()
    begin(root, tasks[0].data.folder, [run.notebook for run in tasks[0].runs])
    ground = survey(tasks[0], root)
    print(_tell_tasks(tasks), flush=True)
    due = [task for task in tasks if not _is_whole(task, ground)]
    if len(tasks) > 1 and len(due) < len(tasks):
        print(f"  {len(tasks) - len(due)} unchanged", flush=True)
    seconds = _refresh_chapters(due, ground, workers) if due else {}
    if due:
        _write_all(due, ground, seconds, started, workers)
    ended = f"{time.perf_counter() - started:.1f} s" if due else "nothing changed"
    print(f"{_tell_place(tasks, root)}  {ended}", flush=True)
    return ground.digest


def _is_whole(task: Task, ground: Ground) -> bool:
    return cache.is_whole(task.kept, task.place, ground.sources, ground.library)


def _tell_tasks(tasks: list[Task]) -> str:
    """What is built, in a line."""
    first, count = tasks[0], len(tasks[0].runs)
    edition = f"{first.edition.edition_year}, {first.data.dataset_id}"
    if len(tasks) > 1:
        return f"profiles {edition}: {len(tasks)} organisations"
    told = f"profile of {first.organisation_id}" if first.organisation_id else "report"
    return f"{told} {edition}: {count} notebook{'s' if count > 1 else ''}"


def _tell_place(tasks: list[Task], root: Path) -> str:
    """The page to open: of the report, or that which lists the profiles."""
    place = tasks[0].place if len(tasks) == 1 else tasks[0].place.parent
    told = place.relative_to(root) if place.is_relative_to(root) else place
    return f"{told.as_posix()}/{first_page(tasks[0].data.about)}"


def _refresh_chapters(tasks: list[Task], ground: Ground, workers: int) -> dict[Path, float]:
    """Run the chapters whose ground changed; the seconds each took, by its place in the cache."""
    jobs = []
    for task in tasks:
        for left in task.kept.glob(".*"):  # of a build that was killed; this one holds the lock
            cache.forget(left)
        for run in task.runs:
            entry = task.kept / run.name
            state = cache.chapter_state(run.notebook, run.parameters, ground.library)
            reason = cache.find_change(entry, state, ground.sources, entry)
            if reason:
                jobs.append(Job(run, entry, state, reason, ground.sources))
            elif len(tasks) == 1:
                print(f"  {run.name}  unchanged", flush=True)
    jobs.sort(key=lambda job: job.run.name not in LONGEST)
    first, what = tasks[0], ".profiles" if tasks[0].organisation_id else ""
    edition = ground.root / "reports" / str(first.edition.edition_year)
    failed = edition / f"{first.data.dataset_id}{what}.failed"
    with _progress(len(jobs), bar=len(tasks) > 1) as tell:
        return run_jobs(jobs, workers=workers, failed=failed, tell=tell)


@contextmanager
def _progress(count: int, *, bar: bool) -> Iterator[Callable[[Job, float], None]]:
    """Who is told of each job that ended: a bar on a terminal, else a line for each."""
    if not bar or not count:
        yield tell_job
        return
    with tqdm(total=count, unit=" profile", disable=None) as progress:

        def tell(job: Job, seconds: float) -> None:
            progress.update()
            if progress.disable:
                tell_job(job, seconds)

        yield tell


def _write_all(
    tasks: list[Task], ground: Ground, seconds: dict[Path, float], started: float, workers: int
) -> None:
    """Write the reports aside, at the same time where it can be; then put each in its place.

    So a report that cannot be written leaves all as they were.
    """
    do_all = partial(run_all, root=ground.root, workers=workers)
    with ExitStack() as places:
        pairs = [(task, places.enter_context(built_aside(task.place))) for task in tasks]
        if len(pairs) == 1:
            write_report(*pairs[0], ground, do_all)
        else:
            parts = [pairs[first::workers] for first in range(min(workers, len(pairs)))]
            do_all({
                f"part {number} of the profiles": partial(write_reports, part, ground)
                for number, part in enumerate(parts, start=1)
            })  # fmt: skip
        for task, folder in pairs:
            own = {run.name: seconds[task.kept / run.name]
                   for run in task.runs if task.kept / run.name in seconds}  # fmt: skip
            own["report"] = time.perf_counter() - started
            write_timings(folder, own, workers=workers)
            (task.kept / "record.json").unlink(missing_ok=True)
    for task in tasks:
        reads = _all_reads(task, ground.sources)
        cache.write_record(task.kept, ground.library, reads, task.place)


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
