"""Write the files of a report from what its chapters kept: pages, tables, workbooks, papers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from asan_analysis.data.published import Published
from asan_analysis.errors import ReportError
from asan_analysis.report import cache
from asan_analysis.report.explorer import write_explorer
from asan_analysis.report.identity import Identity, write_run
from asan_analysis.report.origins import list_shown, locate_cells
from asan_analysis.report.pages import chapter_title, write_codebook, write_index, write_pages
from asan_analysis.report.plan import read_notebook
from asan_analysis.report.review import write_review
from asan_analysis.report.tasks import Ground, Task
from asan_analysis.report.workbook import write_workbook

Calls = Mapping[str, Callable[[], Any]]


def write_reports(tasks: list[tuple[Task, Path]], ground: Ground) -> None:
    """Write several reports, each into its folder, in this process."""
    for task, folder in tasks:
        write_report(task, folder, ground, _do_here)


def write_report(
    task: Task, folder: Path, ground: Ground, do_all: Callable[[Calls], object]
) -> None:
    """Write a report into an empty folder.

    Parameters
    ----------
    task : Task
        Its chapters have run.
    folder : Path
        Takes the files.
    ground : Ground
        What the reports of the build share.
    do_all : callable
        Does calls, by name, of which none needs another.

    Raises
    ------
    ReportError
        Two chapters write one file, or a file cannot be made from what they kept.
    """
    _gather(task, folder)
    identity = Identity(task.data, task.edition, ground.digest, task.organisation_id)
    notebooks = {
        run.name: read_notebook(folder / "notebooks" / f"{run.name}.ipynb") for run in task.runs
    }
    records = locate_cells(_take_records(folder, list(notebooks)), notebooks)
    chapters = [{"name": name, "title": chapter_title(one)} for name, one in notebooks.items()]
    do_all(_list_calls(folder, records, chapters, identity, ground))
    write_index(folder, records, chapters, identity, ground.described)
    parameters = {run.name: run.parameters for run in task.runs}
    write_run(folder, identity, parameters, ground.inputs, list_shown(records))


def _do_here(calls: Calls) -> None:
    for call in calls.values():
        call()


def _gather(task: Task, folder: Path) -> None:
    """Copy what the chapters made into one folder; two chapters must not write one file."""
    for run in task.runs:
        for name in cache.read_record(task.kept / run.name)["outputs"]:
            target = folder / name
            if target.exists():
                raise ReportError(f"{name} is written by {run.name} and by a chapter before it")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(task.kept / run.name / name, target)


def _take_records(folder: Path, chapters: list[str]) -> list[dict[str, Any]]:
    """What all chapters show; the files that tell it are no part of a report."""
    texts = [(folder / "records" / f"{name}.json").read_text("utf-8") for name in chapters]
    shutil.rmtree(folder / "records")
    return [record for text in texts for record in json.loads(text)]


def _list_calls(
    folder: Path,
    records: list[dict[str, Any]],
    chapters: list[dict[str, str]],
    identity: Identity,
    ground: Ground,
) -> Calls:
    """What makes the files behind the first page, that which takes longest first."""
    return {
        "tables": partial(_write_tables, folder, records, chapters, identity, ground),
        "pages": partial(write_pages, folder, records, chapters, identity),
        "papers": partial(_write_papers, folder, records, identity, ground.facts),
    }


def _write_tables(
    folder: Path,
    records: list[dict[str, Any]],
    chapters: list[dict[str, str]],
    identity: Identity,
    ground: Ground,
) -> None:
    write_codebook(folder, ground.dictionary)
    write_workbook(folder, records, chapters, identity, ground.facts)


def _write_papers(
    folder: Path, records: list[dict[str, Any]], identity: Identity, facts: Published
) -> None:
    write_review(folder, records, identity)
    if identity.organisation_id:
        from asan_analysis.report.profile_paper import write_profile_papers  # imports matplotlib

        write_profile_papers(folder, records, identity)
    else:
        from asan_analysis.report.brief import write_brief  # so does this

        write_brief(folder, records, identity, facts)
        write_explorer(folder, identity, facts)
