"""The answers of a dataset that keeps them in parts, as one long table in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asan_analysis.data import contracts, tables
from asan_analysis.data.files import is_there, list_folder
from asan_analysis.data.parts import (
    CODES,
    FOLDER,
    MOST_TOLD,
    is_long,
    list_parts,
    name_part,
    open_part,
)
from asan_analysis.errors import DataError, Problem, refuse

MOST_ANSWERS = 10_000_000  # that are read into memory; a table of them takes some 2 GB
TABLE = "assessments.parquet"  # what messages about the whole table call it
_OTHER = ("edition_year", "service_id", "organisation_id")


def has_parts(folder: Path) -> bool:
    """Whether a dataset keeps its answers in parts; that it does not is recorded."""
    return is_there(folder / FOLDER) and (folder / FOLDER).is_dir()


def examine_answers(
    folder: Path, editions: pd.DataFrame, frameworks: dict[str, pd.DataFrame],
    services: pd.DataFrame,
) -> tuple[pd.DataFrame, list[Problem], list[Lot]]:  # fmt: skip
    """All answers of a dataset as `assessments.parquet` would hold them, and every failure.

    The third thing tells which rows of the table came from which part; see `locate_problem`.

    Raises
    ------
    DataError
        Parts of an edition that is not listed, an `assessments.parquet` beside them, a part that
        cannot be read, or more than `MOST_ANSWERS` answers; these are for `score-dataset`.
    """
    list_folder(folder / FOLDER)  # a part more or less changes what is made of them
    refuse(DataError, _check_folder(folder, editions))
    frames, problems, lots = [], [], []
    for edition in tables.each_row(editions):
        framework = frameworks.get(str(edition.framework))
        if framework is None:
            continue
        inner = framework["parent_id"].dropna()
        items = [str(node) for node in framework["node_id"] if node not in set(inner)]
        parts = list_parts(folder, int(edition.edition_year))
        _refuse_many(parts, len(items))
        for path in parts:
            frame, found, rows = _examine_part(path, int(edition.edition_year), items, services)
            frames.append(frame.assign(part=name_part(path)))
            problems += found
            lots.append(Lot(name_part(path), len(frame), rows))
    if not frames:
        return pd.DataFrame(), problems, lots
    whole = pd.concat(frames, ignore_index=True)
    return whole.drop(columns="part"), [*problems, *_check_spans(whole)], lots


class Lot(NamedTuple):
    """The rows of a table that came from a part: how many, and how many of them from one row."""

    name: str
    answers: int
    per_row: int


def locate_problem(problem: Problem, lots: list[Lot]) -> Problem:
    """A problem in a row of the table as one in a row of its part; others stay as they are."""
    if problem.file != TABLE or problem.row is None:
        return problem
    row = problem.row
    for lot in lots:
        if row <= lot.answers:
            return problem._replace(file=lot.name, row=(row - 1) // lot.per_row + 1)
        row -= lot.answers
    return problem


def _check_folder(folder: Path, editions: pd.DataFrame) -> list[Problem]:
    """Answers in two places, and editions that nobody lists."""
    problems = []
    if (folder / TABLE).exists():
        rule = f"stands beside the folder {FOLDER}/"
        problems.append(Problem(TABLE, None, "", "", rule, "keep one of the two"))
    years = {f"edition_year={year}" for year in editions["edition_year"]}
    for path in sorted((folder / FOLDER).iterdir()):
        if path.name not in years:
            rule, remedy = "is no edition of editions.csv", f"name it one of {sorted(years)}"
            problems.append(Problem(FOLDER, None, "", path.name, rule, remedy))
    return problems


def _refuse_many(parts: list[Path], items: int) -> None:
    """Refuse more answers than memory is meant to take."""
    answers = 0
    for path in parts:
        with open_part(path) as file:
            long = is_long(file.schema_arrow.names)
            answers += file.metadata.num_rows * (1 if long else items)
    if answers > MOST_ANSWERS:
        rule = f"hold {answers} answers, and a report reads {MOST_ANSWERS} at most"
        remedy = "score them with asan-analysis score-dataset"
        refuse(DataError, [Problem(FOLDER, None, "", "", rule, remedy)])


def _examine_part(
    path: Path, year: int, items: list[str], services: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem], int]:
    """The answers of a part as a long table, and its failures with the rows of the part.

    Last, how many answers a row of the part holds.
    """
    cells, name = tables.read_parquet(path), name_part(path)
    problems = []
    if "organisation_id" in cells and "service_id" in cells:
        own = services[services["edition_year"] == year].set_index("service_id")["organisation_id"]
        known = cells["service_id"].map(own)
        other = np.flatnonzero(known.notna() & (known != cells["organisation_id"]))
        rule, remedy = "is not the organisation that services.csv names", "correct one of the two"
        problems += tables.problems_at(
            name, cells["organisation_id"], other, rule, remedy, first_row=1
        )
    per_row = 1
    if not is_long(list(cells.columns)):
        absent = [item for item in items if item not in cells]
        rule, remedy = "has no such column", "add it"
        refuse(DataError, [Problem(name, None, item, "", rule, remedy) for item in absent])
        cells, wrong = _melt(cells, items, name)
        problems += wrong
        per_row = len(items)
    cells = cells.assign(edition_year=cells.get("edition_year", year))
    table, found = tables.examine_table(cells, contracts.ASSESSMENTS, name=TABLE, first_row=1)
    lots = [Lot(name, len(table), per_row)]
    problems += [locate_problem(one, lots)._replace(file=name) for one in found]
    return table.drop(columns="organisation_id", errors="ignore"), problems, per_row


def _melt(cells: pd.DataFrame, items: list[str], name: str) -> tuple[pd.DataFrame, list[Problem]]:
    """A wide part as long answers, service by service, and its cells that are no numbers."""
    numbers = cells[items].apply(pd.to_numeric, errors="coerce").astype("float64")
    wrong = (numbers.isna() & cells[items].notna()).to_numpy()
    rule, remedy = "is not a finite number", "write it with a point, as 12.5"
    problems = [
        Problem(name, row + 1, items[column], str(cells[items[column]].iloc[row]), rule, remedy)
        for row, column in np.argwhere(wrong)[:MOST_TOLD].tolist()
    ]
    values = numbers.to_numpy().ravel()
    silent = (values == CODES["not_answered"]) | np.isnan(values)
    status = np.select([values == CODES["not_applicable"], silent], list(CODES), default="scored")
    kept = [column for column in _OTHER if column in cells]
    columns: dict[str, Any] = {
        column: np.repeat(cells[column].to_numpy(dtype=object), len(items)) for column in kept
    }
    columns["item_id"] = np.tile(np.array(items, dtype=object), len(cells))
    value = np.where(status == "scored", values, np.nan)
    return pd.DataFrame({**columns, "status": status, "value": value}), problems


def _check_spans(answers: pd.DataFrame) -> list[Problem]:
    """Services whose answers stand in two parts."""
    pairs = answers[["edition_year", "service_id", "part"]].drop_duplicates()
    again = pairs[pairs.duplicated(["edition_year", "service_id"])]
    rule, remedy = "stands in another part too", "keep the answers of a service in one part"
    return [Problem(str(row.part), None, "service_id", str(row.service_id), rule, remedy)
            for row in tables.each_row(again)]  # fmt: skip
