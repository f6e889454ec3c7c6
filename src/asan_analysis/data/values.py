"""Read a table of values for scoring: a row per unit, a column per item."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from asan_analysis.data import tables
from asan_analysis.errors import DataError, Problem, refuse


def load_values(
    path: Path, items: list[str], *, columns: list[str], na: str, numbers: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, bool]:
    """Read a table of values, a row per unit and a column per item.

    Parameters
    ----------
    path : Path
        CSV with `unit_id` and a column per item.
    items : list of str
        Ids of the items, all of which need a column.
    columns : list of str
        Columns that are not items; any other unknown column is refused.
    na : {"not_applicable", "not_answered"}
        What a cell `NA` says; an empty cell is always not answered.
    numbers : collection of str
        Those of `columns` that hold numbers, as denominators do; there a cell `NA` is missing.

    Returns
    -------
    values : DataFrame
        Index unit_id, columns items in the given order, float64, missing where not scored.
    status : DataFrame
        Same shape: `scored`, `not_applicable` or `not_answered`.
    extra : DataFrame
        Same index, the `columns`: float64 where they are numbers, otherwise text, empty as missing.
    only_na : bool
        The file writes NA but has no empty cell, so NA may mean every kind of missing.

    Raises
    ------
    DataError
        A column missing or unknown, a unit missing or repeated, a cell that is no finite number.
    """
    cells = tables.read_cells(path)
    problems = _check_values_header(path.name, list(cells.columns), items, columns)
    refuse(DataError, problems)
    answers = cells[items]
    empty, not_known = answers == "", answers == "NA"
    values, wrong = _read_numbers(answers, empty | not_known)
    remedy = "write it with a point, leave it empty (not answered) or write NA"
    problems += _tell_wrong(path.name, answers, wrong, remedy)
    extra = cells[list(dict.fromkeys(columns))]
    extra = extra.mask(extra == "")
    for column in extra.columns.intersection(list(numbers)):
        own = extra[[column]]
        figures, wrong = _read_numbers(own, own.isna() | (own == "NA"))
        problems += _tell_wrong(path.name, own, wrong, "write it with a point or leave it empty")
        extra = extra.assign(**{column: figures[column]})
    units = cells["unit_id"]
    for row in np.flatnonzero(units == "").tolist():
        problems.append(
            Problem(path.name, row + 2, "unit_id", "", "is empty", "name the unit")
        )  # fmt: skip
    for row in np.flatnonzero(units.duplicated() & (units != "")).tolist():
        problems.append(
            Problem(path.name, row + 2, "unit_id", units[row], "stands twice", "keep one row")
        )
    if cells.empty:
        problems.append(Problem(path.name, None, "", "", "has no rows", "add a row per unit"))
    refuse(DataError, sorted(problems, key=lambda problem: problem.row or 0))
    status = pd.DataFrame("scored", index=answers.index, columns=items)
    status = status.mask(empty, "not_answered").mask(not_known, na)
    index = pd.Index(units, name="unit_id")
    only_na = bool(not_known.to_numpy().any() and not empty.to_numpy().any())
    return values.set_axis(index), status.set_axis(index), extra.set_axis(index), only_na


def _read_numbers(texts: pd.DataFrame, missing: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Texts as float64, and which of those that are not missing are no finite numbers."""
    numbers = texts.mask(missing).apply(pd.to_numeric, errors="coerce").astype("float64")
    return numbers, ~np.isfinite(numbers) & ~missing


def _tell_wrong(name: str, texts: pd.DataFrame, wrong: pd.DataFrame, remedy: str) -> list[Problem]:
    return [
        Problem(name, row + 2, str(texts.columns[column]), repr(texts.iat[row, column]),
                "is not a finite number", remedy)
        for row, column in np.argwhere(wrong.to_numpy()).tolist()
    ]  # fmt: skip


def _check_values_header(
    name: str, found: list[str], items: list[str], columns: list[str]
) -> list[Problem]:
    problems = []
    wanted = ["unit_id", *items, *columns]
    for column in wanted:
        if column not in found:
            what = "an item of the framework" if column in items else "needed"
            problems.append(
                Problem(name, None, column, "", f"is {what} without a column", "add the column")
            )
    for column in found:
        if column not in wanted:
            remedy = "remove it, add it to the framework, or name it under `columns` in the rules"
            problems.append(Problem(name, None, column, "", "is not an item", remedy))
    return problems
