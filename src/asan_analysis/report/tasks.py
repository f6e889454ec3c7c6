"""The tasks of a build: of what, from which notebooks, where to; and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asan_analysis.analysis.breakdown import select_organisation
from asan_analysis.data.contracts import DICTIONARY
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.data.files import project_root
from asan_analysis.data.published import Published, load_published
from asan_analysis.data.tables import read_csv
from asan_analysis.errors import FrameworkError, ParameterError, refuse
from asan_analysis.index.method import examine_methods
from asan_analysis.report import cache
from asan_analysis.report.identity import Identity, input_checksums, source_digest
from asan_analysis.report.origins import InputFile, describe_inputs
from asan_analysis.report.plan import Run, plan_profile, plan_report


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
    described: dict[str, list[InputFile]]
    facts: Published
    dictionary: pd.DataFrame


def plan_task(data: Dataset, year: int, place: Path, kept: Path) -> Task:
    """The task of a report that is to lie at `place` and to keep its chapters in `kept`."""
    root = project_root()
    one, edition = select_edition(data, year)
    register = one.assessments.empty
    runs = plan_report(root / "notebooks", year=year, dataset=data.dataset_id, register=register)
    return Task(data, edition, runs, place, kept)


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


def survey(task: Task, root: Path) -> Ground:
    """Read what all tasks share; a method that cannot be used is refused."""
    data, notebooks = task.data, [run.notebook for run in task.runs]
    facts = load_published()
    refuse(FrameworkError, examine_methods(data))
    digest = source_digest(root, data, notebooks)
    inputs = input_checksums(root, data, notebooks)
    return Ground(
        root,
        cache.Sources(root, data.folder.resolve(), data.dataset_id),
        cache.library_state(root),
        digest,
        inputs,
        describe_inputs(inputs, Identity(data, task.edition, digest), root),
        facts,
        read_csv(root / "data" / "dictionary.csv", DICTIONARY),
    )


def refuse_taken_id(data: Dataset, root: Path) -> None:
    """A folder elsewhere must not write over the reports of a dataset under `data/`."""
    own = root / "data" / data.dataset_id
    if own.is_dir() and own.resolve() != data.folder.resolve():
        raise ParameterError(
            f"dataset id {data.dataset_id} belongs to data/{data.dataset_id} already; "
            f"change the id in {data.folder / 'dataset.toml'}"
        )
