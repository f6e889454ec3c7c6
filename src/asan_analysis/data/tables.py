"""Read a table and hold it against its contract; every failure is reported at once."""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet

from asan_analysis.data.files import read_file
from asan_analysis.errors import DataError, Problem, refuse


class Column(NamedTuple):
    """One column of a contract: its type, whether a cell may be empty, and its checks.

    `kind` is "text", "integer" or "number"; numbers are finite. `default` fills empty cells;
    `optional` columns may be absent. Each check carries "rule; remedy" as its error text.
    """

    kind: str = "text"
    empty: bool = False
    optional: bool = False
    default: Any = None
    checks: tuple[pa.Check, ...] = ()


class Contract(NamedTuple):
    """The columns of a table and its key; columns beyond the contract are carried along."""

    columns: dict[str, Column]
    key: tuple[str, ...] = ()


def read_csv(path: Path, contract: Contract, *, name: str = "") -> pd.DataFrame:
    """Read a UTF-8 CSV file and check it against its contract.

    Parameters
    ----------
    path : Path
        The file; comma separated, header in the first line.
    contract : Contract
        Columns, types and key.
    name : str
        What messages call the file; its own name when empty.

    Returns
    -------
    DataFrame
        The file's rows in order, text as str, integers as Int64, numbers as float64; empty cells
        missing or at the column's default. Columns beyond the contract stay text.

    Raises
    ------
    DataError
        Every failure of the file at once, with row (the header is row 1), column, value and rule.
    """
    name = name or path.name
    return check_table(read_cells(path, name=name), contract, name=name, first_row=2)


def read_cells(path: Path, *, name: str = "") -> pd.DataFrame:
    """The cells of a UTF-8 CSV file as text, white space at the ends removed; '' is empty.

    Empty lines at the end of the file are left out.

    Raises
    ------
    DataError
        The file is missing or not UTF-8, has no header, or rows of another length.
    """
    name = name or path.name
    text = _read_text(path, name)
    first = text.partition("\n")[0]
    if not text.strip():
        raise _unreadable(name, "is empty", "write a header line and rows")
    if not first.strip():
        raise _unreadable(name, "starts with a blank line", "put the header first")
    if ";" in first and "," not in first:
        raise _unreadable(name, "uses semicolons", "save it with commas between cells")
    _refuse_ragged(text, name)
    cells = pd.read_csv(
        io.StringIO(text), dtype=str, keep_default_na=False, header=None, skip_blank_lines=False,
        index_col=False,
    ).map(str.strip)  # fmt: skip
    header = cells.iloc[0].tolist()
    doubled = sorted({column for column in header if header.count(column) > 1})
    if doubled:
        raise _unreadable(name, f"repeats the column {doubled[0]!r}", "name each column once")
    rows = cells.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)
    filled = np.flatnonzero((rows != "").any(axis=1))
    return rows.iloc[: filled[-1] + 1 if len(filled) else 0]


def _refuse_ragged(text: str, name: str) -> None:
    """Refuse rows whose number of cells is not that of the header; blank lines have none."""
    lengths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text), strict=True):
            lengths.append(len(row) if any(map(str.strip, row)) else 0)
    except csv.Error as error:
        rule, remedy = f"cannot be read as CSV: {error}", "close the quotes, or double those inside"
        refuse(DataError, [Problem(name, len(lengths) + 1, "", "", rule, remedy)])
    remedy = "complete the row, or quote cells that hold commas"
    problems = [
        Problem(name, row, "", "", f"has {found} cells and the header {lengths[0]}", remedy)
        for row, found in enumerate(lengths, start=1)
        if found not in (0, lengths[0])
    ]
    refuse(DataError, problems)


def _read_text(path: Path, name: str) -> str:
    """The text of a UTF-8 file, with or without a byte order mark."""
    try:
        return read_file(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise _unreadable(name, "is missing", "add the file") from None
    except UnicodeDecodeError as error:
        raise _unreadable(name, f"is not UTF-8 (byte {error.start})", "save it as UTF-8") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise _unreadable(name, reason, "put a readable file there") from None


def read_parquet(path: Path) -> pd.DataFrame:
    """The rows of a parquet file; messages number them from 1."""
    name = path.name
    try:
        table = pyarrow.parquet.read_table(arrow.BufferReader(read_file(path)))
    except FileNotFoundError:
        raise _unreadable(name, "is missing", "add the file") from None
    except (arrow.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise _unreadable(name, f"is not a parquet file: {reason}", "write it again") from None
    return pd.DataFrame(table.to_pandas(ignore_metadata=True))


def read_toml(path: Path, *, name: str = "") -> dict[str, Any]:
    """The content of a UTF-8 TOML file."""
    name = name or path.name
    try:
        return tomllib.loads(_read_text(path, name))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(name, f"is not TOML: {error}", "correct that line") from None


def _unreadable(name: str, rule: str, remedy: str) -> DataError:
    problem = Problem(name, None, "", "", f"the file {rule}", remedy)
    return DataError(f"{name}: the file {rule}; {remedy}", [problem])


def check_table(
    cells: pd.DataFrame, contract: Contract, *, name: str, first_row: int
) -> pd.DataFrame:
    """Return the table with the contract's types, or raise one DataError naming every failure."""
    table, problems = examine_table(cells, contract, name=name, first_row=first_row)
    refuse(DataError, problems)
    return table


def examine_table(
    cells: pd.DataFrame, contract: Contract, *, name: str, first_row: int
) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with the contract's types and every failure.

    Cells that do not fit are missing, and so is a column that is absent. Rows are numbered anew.
    """
    cells = cells.reset_index(drop=True)
    missing = [
        column
        for column, rule in contract.columns.items()
        if column not in cells and not rule.optional
    ]
    remedy = f"add {', '.join(missing)}; found {', '.join(map(str, cells.columns))}"
    problems = [Problem(name, None, column, "", "has no such column", remedy) for column in missing]
    typed: dict[str, pd.Series[Any]] = {}
    for column, rule in contract.columns.items():
        if column in cells:
            typed[column], bad = _convert(cells[column], rule)
            problems += [
                Problem(name, index + first_row, column, _show(value), *text)
                for index, value, text in bad
            ]
        elif column in missing:
            typed[column], _ = _convert(pd.Series("", index=cells.index), rule)
        elif rule.default is not None:
            typed[column] = pd.Series(rule.default, index=cells.index)
    rest = [column for column in cells if column not in typed]
    table = pd.concat([pd.DataFrame(typed, index=cells.index), cells[rest]], axis=1)
    problems += _failures(table, cells, contract, name=name, first_row=first_row)
    return table, sorted(problems, key=lambda problem: problem.row or 0)


_Bad = list[tuple[int, Any, tuple[str, str]]]


def _convert(cells: pd.Series[Any], rule: Column) -> tuple[pd.Series[Any], _Bad]:
    """The column in its type, and the cells that do not take it."""
    if cells.dtype == object:  # a column of lists or of several types
        cells = cells.map(str, na_action="ignore").astype("str")
    blank = cells.isna() | (cells == "")
    bad: _Bad = []
    if not rule.empty:
        bad += [
            (index, "", ("is empty", "fill the cell")) for index in np.flatnonzero(blank).tolist()
        ]
    convert = {"text": _as_text, "integer": _as_integer, "number": _as_number}[rule.kind]
    values, wrong, text = convert(cells, blank)
    bad += [(index, cells.iloc[index], text) for index in np.flatnonzero(wrong).tolist()]
    if rule.default is not None:
        values = values.where(~blank, rule.default)
    return values, bad


_Converted = tuple["pd.Series[Any]", "pd.Series[bool]", tuple[str, str]]
_Converter = Callable[["pd.Series[Any]", "pd.Series[bool]"], _Converted]


def _as_text(cells: pd.Series[Any], blank: pd.Series[bool]) -> _Converted:
    codes, unique = pd.factorize(cells.mask(blank))
    texts = pd.Series(pd.Series(unique).astype("str").str.strip()).reindex(
        [*range(len(unique)), -1]
    )
    values = texts.iloc[codes].set_axis(cells.index)
    return values, pd.Series(False, index=cells.index), ("", "")


def _as_number(cells: pd.Series[Any], blank: pd.Series[bool]) -> _Converted:
    if cells.dtype.kind in "mM":  # moments and durations are not measured quantities
        values = pd.Series(np.nan, index=cells.index)
    else:
        values = pd.to_numeric(cells.mask(blank), errors="coerce").astype("float64")
    wrong = ~blank & ~np.isfinite(values)
    return values, wrong, ("is not a finite number", "write it with a point, as 12.5")


def _as_integer(cells: pd.Series[Any], blank: pd.Series[bool]) -> _Converted:
    values, wrong, _ = _as_number(cells, blank)
    wrong |= ~blank & ((values != np.floor(values)) | (values.abs() > 2**53))
    return values.mask(wrong).astype("Int64"), wrong, ("is not a whole number", "write it as 12")


def _failures(
    table: pd.DataFrame, cells: pd.DataFrame, contract: Contract, *, name: str, first_row: int
) -> list[Problem]:
    """What pandera finds, each value of a column checked once, and rows that repeat a key."""
    problems = []
    for column, rule in contract.columns.items():
        if column not in table or not rule.checks:
            continue
        values = pd.Series(table[column].dropna().unique())
        for value, text in _refused_values(values, rule):
            about, _, remedy = text.partition("; ")
            problems += [
                Problem(
                    name, row + first_row, column, _show(cells[column].iloc[row]), about, remedy
                )
                for row in np.flatnonzero(table[column] == value).tolist()
            ]
    if contract.key:
        keys = list(contract.key)
        again = table.duplicated(keys) & table[keys].notna().all(axis=1)
        for index, row_key in table.loc[again, keys].iterrows():
            value = " / ".join(map(str, row_key))
            row = int(str(index)) + first_row
            rule_text, remedy = "stands twice", "keep one row for each key"
            problems.append(Problem(name, row, ", ".join(keys), value, rule_text, remedy))
    return problems


def _refused_values(values: pd.Series[Any], rule: Column) -> list[tuple[Any, str]]:
    """Values that fail a check of their column, with the text of the check."""
    try:
        pa.SeriesSchema(checks=list(rule.checks)).validate(values, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return [(values.iloc[int(case.index)], str(case.check)) for case in each_row(cases)]
    return []


def _show(value: object) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame as named tuples, `Index` first."""
    return iter(frame.itertuples())


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV at full precision: UTF-8, LF, missing cells empty.

    The file is written beside its place and moved there, so it is whole or absent.

    Raises
    ------
    DataError
        The folder does not exist or does not take the file.
    """
    if not path.parent.is_dir():
        reason = f"cannot be written: there is no folder {path.parent}"
        raise _unreadable(str(path), reason, "give a folder that exists")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        frame.to_csv(aside, index=False, lineterminator="\n", encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        reason = f"cannot be written: {error.strerror or error}"
        raise _unreadable(str(path), reason, "give a place that takes a file") from None
