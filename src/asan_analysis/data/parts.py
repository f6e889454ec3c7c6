"""Answers kept as a folder of parquet parts: where they lie, what they hold, whether they may.

`assessments/edition_year=2023/part-*.parquet`, each part long (service_id, organisation_id,
item_id, status, value) or wide (service_id, organisation_id, a column per item). A wide cell that
is no value is empty or holds one of `CODES`. A service stands in one part.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from asan_analysis.data.tables import unreadable
from asan_analysis.errors import DataError, Problem, refuse

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

FOLDER = "assessments"
CODES = {"not_applicable": -8.0, "not_answered": -9.0}  # of a wide part; an empty cell is as -9
KEYS = ("service_id", "organisation_id")
LONG = (*KEYS, "item_id", "status", "value")
MOST_TOLD = 200  # problems of one kind in one block that are listed
_NOTES = ("reason", "evidence", "objection", "decision")


@dataclass(frozen=True)
class Layout:
    """What the parts of an edition hold.

    `shares` tells of each item whether its values are shares from 0 to 1. `bodies` are the
    organisations of the edition. `weight` is the column of weights of a roll-up, or empty;
    `columns` may stand in a part and are not read.
    """

    year: int
    items: tuple[str, ...]
    shares: tuple[bool, ...]
    bodies: tuple[str, ...]
    weight: str = ""
    columns: tuple[str, ...] = ()


def list_parts(folder: Path, year: int) -> list[Path]:
    """The parts of an edition of a dataset, in the order of their names; empty without a folder."""
    return sorted((folder / FOLDER / f"edition_year={year}").glob("part-*.parquet"))


def name_part(path: Path) -> str:
    """What messages call a part: its place below the dataset's folder."""
    return path.relative_to(path.parents[2]).as_posix()


def open_part(path: Path) -> parquet.ParquetFile:
    """A part whose footer was read.

    Raises
    ------
    DataError
        The file is missing or is no parquet file.
    """
    try:
        return parquet.ParquetFile(path)
    except (arrow.ArrowException, OSError) as error:
        remedy = "write it again; every worker needs the folder at the same path"
        raise damaged(path, error, remedy) from None


def damaged(path: Path, error: Exception, remedy: str = "write it again") -> DataError:
    """The error of a part that cannot be read."""
    reason = (str(error).splitlines() or ["damaged"])[0]
    return unreadable(name_part(path), f"cannot be read: {reason}", remedy)


def is_long(names: list[str]) -> bool:
    """Whether a part with these columns has a row per answer; else it has one per service."""
    return "item_id" in names


def check_columns(names: list[str], name: str, layout: Layout) -> list[Problem]:
    """Columns of a part that are missing, and those that nobody knows."""
    needed = LONG if is_long(names) else (*KEYS, *layout.items)
    needed = (*needed, layout.weight) if layout.weight else needed
    known = {*needed, *layout.columns, *_NOTES, "edition_year"}
    absent = [column for column in needed if column not in names]
    strange = [column for column in names if column not in known]
    remedy = "add it to the framework, name it under `columns` in the rules, or remove it"
    return [
        *(Problem(name, None, column, "", "has no such column", "add it") for column in absent),
        *(Problem(name, None, column, "", "is not an item", remedy) for column in strange),
    ]


def check_keys(table: Any, rows: Rows, name: str, layout: Layout) -> list[Problem]:
    """Rows of a part without an id, of another edition, or of an organisation nobody knows."""
    problems = []
    for column in KEYS:
        size = compute.fill_null(
            compute.binary_length(compute.cast(table.column(column), "string")), 0
        )
        if table.num_rows and compute.min(size).as_py() == 0:
            blank = np.flatnonzero(np.asarray(size.to_numpy(zero_copy_only=False)) == 0)
            problems += [Problem(name, int(rows[place]), column, "", "is empty", "fill it")
                         for place in blank[:MOST_TOLD]]  # fmt: skip
    if "edition_year" in table.schema.names:
        years = read_numbers(table.column("edition_year"), rows, name, "edition_year")
        rule, remedy = "is not the year of the folder", "move the row or correct it"
        for place in np.flatnonzero(years != layout.year)[:MOST_TOLD]:
            value = f"{years[place]:g}"
            problems.append(Problem(name, int(rows[place]), "edition_year", value, rule, remedy))
    return problems


def encode(column: Any) -> tuple[list[str], NDArray[np.int32]]:
    """The distinct texts of a column without empty cells, and for each cell which it holds."""
    if isinstance(column, arrow.ChunkedArray):
        column = column.combine_chunks()
    encoded = compute.cast(column, "string").dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def read_numbers(column: Any, rows: Rows, name: str, label: str) -> Floats:
    """A column as float64, empty cells NaN; `rows` number it for the message.

    Raises
    ------
    DataError
        It holds something else than numbers.
    """
    if column.type != arrow.float64():
        try:
            column = compute.cast(column, "float64")
        except arrow.ArrowException:
            rule, remedy = f"holds {column.type} and not numbers", "write numbers"
            refuse(DataError, [Problem(name, int(rows[0]), label, "", rule, remedy)])
    return np.asarray(column.to_numpy(zero_copy_only=False))


def read_weights(table: Any, rows: Rows, name: str, layout: Layout) -> Floats | None:
    """Weights of the rows in the roll-up; None where it weighs nothing.

    Raises
    ------
    DataError
        A weight that is missing, below zero or infinite.
    """
    if not layout.weight:
        return None
    weight = read_numbers(table.column(layout.weight), rows, name, layout.weight)
    rule, remedy = "has no weight of zero or more", "write a number for each service"
    refuse(DataError, [
        Problem(name, int(rows[place]), layout.weight, "", rule, remedy)
        for place in np.flatnonzero(~((weight >= 0) & (weight < np.inf)))[:MOST_TOLD]
    ])  # fmt: skip
    return weight
