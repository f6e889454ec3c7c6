"""Read a table and hold it against its contract; every failure is reported at once."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet
from numpy.typing import NDArray

from asan_analysis.data.files import read_file
from asan_analysis.errors import DataError, Problem, legible, refuse

# letters that no page, figure or workbook can carry; tab and line feed are white space
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


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

    Letters are read in their composed form (NFC). Empty lines at the end of the file are left out.

    Raises
    ------
    DataError
        The file is missing or not UTF-8, has no header, or rows of another length.
    """
    name = name or path.name
    text = _read_text(path, name)
    first = text.partition("\n")[0]
    if not text.strip():
        raise unreadable(name, "is empty", "write a header line and rows")
    if not first.strip():
        raise unreadable(name, "starts with a blank line", "put the header first")
    for mark, marks in ((";", "semicolons"), ("\t", "tabs")):
        if mark in first and "," not in first:
            raise unreadable(name, f"uses {marks}", "save it with commas between cells")
    _refuse_ragged(text, name)
    cells = pd.read_csv(
        io.StringIO(text), dtype=str, keep_default_na=False, header=None, skip_blank_lines=False,
        index_col=False,
    ).map(str.strip)  # fmt: skip
    header = cells.iloc[0].tolist()
    _refuse_doubled(header, name)
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
    """The text of a UTF-8 file, with or without a byte order mark, its letters composed."""
    try:
        text = _read_bytes(path, name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(name, f"is not UTF-8 (byte {error.start})", "save it as UTF-8") from None
    text = compose(text)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        rule = f"holds the control character {found[0]!r} in line {line}"
        raise unreadable(name, rule, "remove it")
    return text


def compose(text: str) -> str:
    """A text with composed letters (NFC) and one kind of line end.

    A letter with its mark may be written as one sign or as two that look the same; ids and names
    match in either form because both are read as one.
    """
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: Path, name: str) -> bytes:
    """The content of a file; a folder or a device is none."""
    remedy = "put a readable file there"
    try:
        if path.exists() and not path.is_file():
            raise unreadable(name, "cannot be read: it is not a file", remedy)
        return read_file(path)
    except FileNotFoundError:
        raise unreadable(name, "is missing", "add the file") from None
    except OSError as error:
        raise unreadable(name, f"cannot be read: {error.strerror}", remedy) from None


def read_parquet(path: Path) -> pd.DataFrame:
    """The rows of a parquet file; messages number them from 1."""
    name = path.name
    content = arrow.BufferReader(_read_bytes(path, name))
    try:
        # a process that forks others after it has read has one thread alone
        table = pyarrow.parquet.ParquetFile(content).read(use_threads=False)
        columns = [compose(column) for column in table.column_names]
        frame = table.to_pandas(ignore_metadata=True, use_threads=False)
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise unreadable(name, f"is not a parquet file: {reason}", "write it again") from None
    _refuse_doubled(columns, name)
    return pd.DataFrame(frame).set_axis(columns, axis=1)


def _refuse_doubled(header: list[str], name: str) -> None:
    """Refuse a table that names a column twice."""
    doubled = sorted(column for column, count in Counter(header).items() if count > 1)
    if doubled:
        raise unreadable(name, f"repeats the column {doubled[0]!r}", "name each column once")


def read_toml(path: Path, *, name: str = "") -> dict[str, Any]:
    """The content of a UTF-8 TOML file."""
    name = name or path.name
    text = _read_text(path, name)
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise unreadable(name, "is nested too deeply", "correct it") from None
    except tomllib.TOMLDecodeError as error:
        raise unreadable(name, f"is not TOML: {error}", "correct that line") from None
    except ValueError:
        raise unreadable(name, "holds a number without end", "correct it") from None
    _refuse_controls(content, name, "")
    return content


def _refuse_controls(value: Any, name: str, key: str) -> None:
    """Refuse control characters that TOML can write as escapes."""
    if isinstance(value, str) and (found := _CONTROL.search(compose(value))):
        rule = f"holds the control character {found[0]!r}"
        refuse(DataError, [Problem(name, None, key, "", rule, "remove it")])
    pairs = value.items() if isinstance(value, dict) else ()
    inner = [(one, key) for one in value] if isinstance(value, list) else []
    for one, place in [*inner, *((one, str(place)) for place, one in pairs)]:
        _refuse_controls(one, name, place)


def unreadable(name: str, rule: str, remedy: str) -> DataError:
    """The error of a file that cannot be read or written as a whole."""
    problem = Problem(name, None, "", "", f"the file {rule}", remedy)
    return DataError(f"{name}: {problem}", [problem])


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
    found = legible(", ".join(map(str, cells.columns)), 200)
    remedy = f"add {', '.join(missing)}; found {found}"
    problems = [Problem(name, None, column, "", "has no such column", remedy) for column in missing]
    typed: dict[str, pd.Series[Any]] = {}
    for column, rule in contract.columns.items():
        if column in cells:
            typed[column], bad = _convert(cells[column], rule)
            for rows, text in bad:
                problems += problems_at(name, cells[column], rows, *text, first_row=first_row)
        elif column in missing:
            typed[column], _ = _convert(pd.Series("", index=cells.index), rule)
        elif rule.default is not None:
            typed[column] = pd.Series(rule.default, index=cells.index)
    rest = [column for column in cells if column not in typed]
    table = pd.concat([pd.DataFrame(typed, index=cells.index), cells[rest]], axis=1)
    problems += _failures(table, cells, contract, name=name, first_row=first_row)
    return table, sorted(problems, key=lambda problem: problem.row or 0)


def problems_at(
    name: str,
    cells: pd.Series[Any],
    rows: NDArray[np.intp],
    rule: str,
    remedy: str,
    *,
    first_row: int,
) -> list[Problem]:
    """The same problem at some rows of a column, each with its value; a missing one is empty."""
    if not len(rows):
        return []
    column = str(cells.name)
    found = cells.iloc[rows]
    values = [
        "" if missing else _show(value)
        for value, missing in zip(found.tolist(), found.isna().tolist(), strict=True)
    ]
    return [
        Problem(name, row + first_row, column, value, rule, remedy)
        for row, value in zip(rows.tolist(), values, strict=True)
    ]  # fmt: skip


_Bad = list[tuple[NDArray[np.intp], tuple[str, str]]]


def _convert(cells: pd.Series[Any], rule: Column) -> tuple[pd.Series[Any], _Bad]:
    """The column in its type, and the cells that do not take it."""
    if cells.dtype == object:  # a column of lists or of several types
        cells = cells.map(str, na_action="ignore").astype("str")
    blank = cells.isna() | (cells == "")
    bad: _Bad = []
    if not rule.empty:
        bad.append((np.flatnonzero(blank), ("is empty", "fill the cell")))
    convert = {"text": _as_text, "integer": _as_integer, "number": _as_number}[rule.kind]
    values, wrong, text = convert(cells, blank)
    bad.append((np.flatnonzero(wrong), text))
    if rule.default is not None:
        values = values.where(~blank, rule.default)
    return values, bad


_Converted = tuple["pd.Series[Any]", "pd.Series[bool]", tuple[str, str]]
_Converter = Callable[["pd.Series[Any]", "pd.Series[bool]"], _Converted]


def _as_text(cells: pd.Series[Any], blank: pd.Series[bool]) -> _Converted:
    codes, unique = pd.factorize(cells.mask(blank))
    texts = pd.Series(unique).astype("str").map(compose).astype("str").str.strip()
    refused = np.append(texts.str.contains(_CONTROL).to_numpy(dtype="bool"), False)
    values = texts.reindex([*range(len(unique)), -1]).iloc[codes].set_axis(cells.index)
    wrong = pd.Series(refused[codes], index=cells.index)
    return values, wrong, ("holds a control character", "remove it")


def _as_number(cells: pd.Series[Any], blank: pd.Series[bool]) -> _Converted:
    if cells.dtype.kind in "mM":  # moments and durations are not measured quantities
        values = pd.Series(np.nan, index=cells.index)
    else:
        values = pd.to_numeric(cells.mask(blank), errors="coerce").astype("float64")
    wrong = ~blank & ~np.isfinite(values)
    return values.mask(wrong), wrong, ("is not a finite number", "write it with a point, as 12.5")


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
            rows = np.flatnonzero((table[column] == value).fillna(False))
            problems += problems_at(name, cells[column], rows, about, remedy, first_row=first_row)
    if contract.key:
        keys = list(contract.key)
        again = table.duplicated(keys) & table[keys].notna().all(axis=1)
        rows, remedy = np.flatnonzero(again), "keep one row for each key"
        texts = [" / ".join(map(str, key)) for key in table.loc[again, keys].to_numpy()]
        told = pd.Series(texts, index=rows, dtype="str", name=", ".join(keys))
        problems += problems_at(
            name, told.reindex(table.index), rows, "stands twice", remedy, first_row=first_row
        )
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
    write_tables({path: frame})


def write_tables(frames: Mapping[Path, pd.DataFrame]) -> None:
    """Write several frames as `write_csv` does, by path: all of them or none.

    Every file is written beside its place before the first one is moved there.

    Raises
    ------
    DataError
        A folder does not exist or does not take its file, a folder stands in a file's place.
    """
    aside: dict[Path, Path] = {}
    try:
        for path, frame in frames.items():
            if not path.parent.is_dir():
                reason = f"cannot be written: there is no folder {path.parent}"
                raise unreadable(str(path), reason, "give a folder that exists")
            try:
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                aside[path] = path.with_name(f".{path.name}.{os.getpid()}")
                frame.to_csv(aside[path], index=False, lineterminator="\n", encoding="utf-8")
            except OSError as error:
                raise _unwritten(path, error) from None
        for path, temporary in aside.items():
            try:
                temporary.replace(path)
            except OSError as error:
                raise _unwritten(path, error) from None
    finally:
        for temporary in aside.values():
            temporary.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError) -> DataError:
    reason = f"cannot be written: {error.strerror or error}"
    return unreadable(str(path), reason, "give a place that takes a file")
