"""Build reports: chapters from the cache or run anew, pages, then each whole moved into place.

One report and the profiles of all bodies take the same road: a list of tasks. First the chapters of
all are refreshed, then the files of each are written, so that a failure changes no report.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from asan_analysis.analysis.breakdown import select_organisation
from asan_analysis.data.contracts import DICTIONARY
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.data.files import files_read, project_root, sha256_of
from asan_analysis.data.published import Published, load_published
from asan_analysis.data.tables import read_csv
from asan_analysis.errors import FrameworkError, ParameterError, ReportError, refuse
from asan_analysis.index.method import examine_methods
from asan_analysis.report import cache
from asan_analysis.report.directory import write_directory
from asan_analysis.report.execute import Job, run_jobs, tell_job
from asan_analysis.report.explorer import write_explorer
from asan_analysis.report.folders import alone, built_aside, told_plainly
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
from asan_analysis.report.profile_paper import write_profile_papers
from asan_analysis.report.review import write_review
from asan_analysis.report.status import first_page
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


@dataclass(frozen=True)
class Ground:
    """What the reports of one build share: read and computed once."""

    root: Path
    sources: cache.Sources
    library: dict[str, str]
    digest: str
    inputs: dict[str, str]
    facts: Published
    dictionary: pd.DataFrame


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
    one, _ = select_edition(data, year)
    bodies = [str(body) for body in one.organisations["organisation_id"]]
    tasks = plan_profiles(data, year, bodies)
    digest = build(tasks, workers=workers)
    folder, edition = tasks[0].place.parent, tasks[0].edition
    with told_plainly():
        write_directory(folder, Identity(data, edition, digest))
        cache.record_profiles(data.dataset_id, year, bodies)
    return folder


def plan_profiles(data: Dataset, year: int, bodies: list[str]) -> list[Task]:
    """The tasks of the profiles of some organisations of an edition."""
    root = project_root()
    one, edition = select_edition(data, year)
    for body in bodies:
        select_organisation(one, body)
    if one.assessments.empty:
        raise ParameterError(f"edition {year} of {data.dataset_id} has no answers to profile")
    tasks = []
    for body in bodies:
        runs = plan_profile(
            root / "notebooks", year=year, dataset=data.dataset_id, organisation_id=body
        )
        place = cache.report_place(year, data.dataset_id, body)
        kept = cache.cache_of(root, place)
        tasks.append(Task(data, edition, runs, root / "reports" / place, kept, body))
    return tasks


def build(tasks: list[Task], *, workers: int = 1) -> str:
    """Run what must run, make pages, tables and workbooks, move each whole into place.

    The tasks are of one edition and the same notebooks. Returns the digest of the sources.
    """
    root = project_root()
    _refuse_taken_id(tasks[0].data, root)
    with told_plainly(), ExitStack() as locks:
        for task in tasks:
            locks.enter_context(alone(task.kept))
        return _build(tasks, root, workers)


def _build(tasks: list[Task], root: Path, workers: int) -> str:
    started = time.perf_counter()
    ground = _survey(tasks[0], root)
    print(_tell_tasks(tasks), flush=True)
    due = [task for task in tasks if not _is_whole(task, ground)]
    if len(tasks) > 1 and len(due) < len(tasks):
        print(f"  {len(tasks) - len(due)} unchanged", flush=True)
    seconds = _refresh_chapters(due, ground, workers) if due else {}
    for task in due:
        own = {run.name: seconds[task.kept / run.name]
               for run in task.runs if task.kept / run.name in seconds}  # fmt: skip
        _write_report(task, ground, own, started, workers)
    ended = f"{time.perf_counter() - started:.1f} s" if due else "nothing changed"
    print(f"{_tell_place(tasks, root)}  {ended}", flush=True)
    return ground.digest


def _is_whole(task: Task, ground: Ground) -> bool:
    return cache.is_whole(task.kept, task.place, ground.sources, ground.library)


def _survey(task: Task, root: Path) -> Ground:
    """Read what all tasks share; a method that cannot be used is refused."""
    data, notebooks = task.data, [run.notebook for run in task.runs]
    facts = load_published()
    refuse(FrameworkError, examine_methods(data))
    return Ground(
        root,
        cache.Sources(root, data.folder.resolve(), data.dataset_id),
        cache.library_state(root),
        source_digest(root, data, notebooks),
        input_checksums(root, data, notebooks),
        facts,
        read_csv(root / "data" / "dictionary.csv", DICTIONARY),
    )


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


def _write_report(
    task: Task, ground: Ground, seconds: dict[str, float], started: float, workers: int
) -> None:
    """Write one report from its chapters and put it in its place."""
    with built_aside(task.place) as folder:
        _gather(task, folder)
        identity = Identity(task.data, task.edition, ground.digest, task.organisation_id)
        shown = _write_files(folder, task.runs, identity, ground)
        parameters = {run.name: run.parameters for run in task.runs}
        write_run(folder, identity, parameters, ground.inputs, shown)
        seconds["report"] = time.perf_counter() - started
        write_timings(folder, seconds, workers=workers)
        (task.kept / "record.json").unlink(missing_ok=True)
    cache.write_record(task.kept, ground.library, _all_reads(task, ground.sources), task.place)


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


def _write_files(
    folder: Path, runs: list[Run], identity: Identity, ground: Ground
) -> dict[str, Any]:
    """Turn notebooks and records into files; what stands on the pages, as `list_shown` tells it.

    This is the one place where records become pages, tables and workbooks, of a report as of a
    profile.
    """
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
    write_codebook(folder, ground.dictionary)
    write_workbook(folder, records, chapters, identity, ground.facts)
    write_review(folder, records, identity)
    if identity.organisation_id:
        write_profile_papers(folder, records, identity)
    else:
        from asan_analysis.report.brief import write_brief  # imports matplotlib

        write_brief(folder, records, identity, ground.facts)
    write_explorer(folder, identity, ground.facts)
    inputs = describe_inputs(ground.inputs, identity, ground.root)
    write_index(folder, records, chapters, identity, inputs)
    return list_shown(records)
