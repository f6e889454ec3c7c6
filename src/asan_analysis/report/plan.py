"""Which notebooks a report runs, with which parameters; unknown ones are refused beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asan_analysis.errors import ParameterError, ReportError

CHAPTERS = (
    "00_data_and_coverage",
    "01_index_overview",
    "02_category_breakdown",
    "03_trends",
    "04_score_drivers",
    "05_robustness",
    "07_methodology_review",
    "08_forecast",
    "09_register_review",
)
PROFILE = "06_organisation_profile"
OUTPUT_VARIABLE = "ASAN_OUTPUT_FOLDER"  # tells a notebook where its results go
LONGEST = (
    "05_robustness",
    "07_methodology_review",
    "04_score_drivers",
    "08_forecast",
)  # begun first: nobody waits at the end
_REGISTER_CHAPTERS = ("00_data_and_coverage", "09_register_review")
_LINE = re.compile(r"(\w+)\s*:\s*(int|str|float|bool)\s*=\s*(.+?)\s*(?:#\s*(.*))?")
_TYPES: dict[str, type] = {"int": int, "str": str, "float": float, "bool": bool}


@dataclass(frozen=True)
class Run:
    """One notebook with the parameters it is run with."""

    name: str
    notebook: Path
    parameters: dict[str, int | str]

    @property
    def told(self) -> str:
        """The name for a reader: of a profile also whose it is."""
        body = self.parameters.get("organisation_id")
        return f"{self.name} of {body}" if body else self.name


def plan_report(folder: Path, *, year: int, dataset: str, register: bool = False) -> list[Run]:
    """The runs of a report, in order.

    Parameters
    ----------
    folder : Path
        The folder of the notebooks.
    year : int
        Closing year of the edition.
    dataset : str
        Id of the dataset.
    register : bool
        The edition has no assessments, so only the chapters run that need none.

    Raises
    ------
    ReportError
        A notebook is missing or unreadable.
    ParameterError
        A notebook does not declare a parameter it would be given, or declares another type.
    """
    parameters: dict[str, int | str] = {"year": year, "dataset": dataset}
    chapters = _REGISTER_CHAPTERS if register else CHAPTERS
    return [_plan_run(folder, name, parameters) for name in chapters]


def plan_profile(folder: Path, *, year: int, dataset: str, organisation_id: str) -> list[Run]:
    """The run of one organisation's profile; raises as `plan_report` does."""
    parameters: dict[str, int | str] = {
        "year": year, "dataset": dataset, "organisation_id": organisation_id,
    }  # fmt: skip
    return [_plan_run(folder, PROFILE, parameters)]


def _plan_run(folder: Path, name: str, parameters: dict[str, int | str]) -> Run:
    """One run, its parameters held against those the notebook declares."""
    run = Run(name, folder / f"{name}.ipynb", parameters)
    check_parameters(run.parameters, declared_parameters(run.notebook), name=run.name)
    return run


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as plain data, each cell's source as one text."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReportError(f"{path.name} is missing from {path.parent.name}/; restore it") from None
    except ValueError as error:
        raise ReportError(f"{path.name} is not a notebook: {error}") from None
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def declared_parameters(path: Path) -> dict[str, str]:
    """Name and type of each line `name: type = literal  # help` of the parameters cell."""
    cells = [
        cell
        for cell in read_notebook(path)["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(cells) != 1:
        raise ReportError(f"{path.name} has {len(cells)} cells tagged parameters; it needs one")
    lines = [line for line in cells[0]["source"].splitlines() if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    for line, match in zip(lines, found, strict=True):
        if match is None:
            raise ReportError(
                f"{path.name}: the parameter line {line!r} is not 'name: type = literal  # help'"
            )
    return {match[1]: match[2] for match in found if match}


def check_parameters(
    given: Mapping[str, object], declared: Mapping[str, str], *, name: str
) -> None:
    """Refuse parameters a notebook does not declare, and values of another type.

    papermill only warns about them and then reports on the notebook's own defaults.
    """
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ParameterError(f"{name}: unknown {unknown}; it accepts {sorted(declared)}")
    for key, value in given.items():
        if type(value) is not _TYPES[declared[key]]:
            raise ParameterError(f"{name}: {key} is {value!r}; it needs {declared[key]}")
