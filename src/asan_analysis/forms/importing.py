"""Filled workbooks into a dataset: whole, or not at all with every fault named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asan_analysis.data.datasets import DEFAULT_DATASET
from asan_analysis.data.tables import write_csv
from asan_analysis.errors import DataError, ParameterError, Problem
from asan_analysis.forms.checking import counts_of, examine_tables, raise_unread
from asan_analysis.forms.faults import (
    Accepted,
    Fault,
    Report,
    describe_accepted,
    describe_faults,
    table_of,
)
from asan_analysis.forms.folders import check_target, write_whole
from asan_analysis.forms.grids import Grid, read_grids
from asan_analysis.forms.headers import find_plan
from asan_analysis.forms.joining import join_books
from asan_analysis.forms.marking import mark_workbook
from asan_analysis.forms.reading import read_books
from asan_analysis.forms.tables import Table

ACCEPTED_FILE = "accepted.csv"
_MARK = ".marked"
_BOOKS, _OTHERS = (".xlsx", ".xlsm"), (".xls", ".xlsb", ".ods", ".numbers")


class Imported(NamedTuple):
    """What was read: the folder, how many of each, the readings that were accepted."""

    folder: Path
    counts: dict[str, int]
    accepted: list[Accepted]

    def tell(self) -> list[str]:
        """The result as text, a line each."""
        counts = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        lines = [f"{self.folder}: {counts}", *describe_accepted(self.accepted)]
        if not self.counts["answers"]:
            lines.append("there are no answers yet: the sheet Answers is empty or absent, "
                         "and nothing can be scored")  # fmt: skip
        return lines


def import_workbook(
    source: Path, to: Path, *, mapping: Path | None = None, dataset: str = DEFAULT_DATASET
) -> Imported:
    """Turn a filled workbook, or a folder with one workbook for each body, into a dataset.

    The folder of the dataset appears whole, checked as `check` does, or not at all. Readings that
    were accepted are listed in its `accepted.csv`, where there are any.

    Parameters
    ----------
    source : Path
        An .xlsx file or a folder of them. Facts, framework and rules of several must be the same
        or stand in one only; bodies, services and answers are joined.
    to : Path
        The folder to make.
    mapping : Path, optional
        A file that says how a workbook of another layout is read; see `forms.mapping`.
    dataset : str
        The dataset to whose items a first mapping is matched.

    Raises
    ------
    DataError
        Any fault. The first 20 stand in the message; all of them in `<name>.faults.csv` (file,
        sheet, cell, value, rule, remedy, suggestion) and in `<name>.marked.xlsx`, a copy with the
        faulty cells marked, beside the workbook.
    ParameterError
        `to` exists already; a workbook of another layout without a mapping, for which a first
        mapping is then written.
    """
    check_target(to)
    paths = list_workbooks(source)
    report = Report()
    books = _read(paths, report)
    if mapping is not None:
        from asan_analysis.forms.mapping import read_mapped

        tables = read_mapped(books, mapping, report)
    else:
        _refuse_decisions(books)
        for name, grids in books.items():
            if grids and not any(grid.rows for grid in grids):
                raise ParameterError(f"{name}: the workbook is empty; give a filled one")
        foreign = [name for name, grids in books.items() if not is_ours(grids)]
        if foreign:
            from asan_analysis.forms.attempts import write_attempt

            path = next(path for path in paths if path.name == foreign[0])
            raise write_attempt(path, books[foreign[0]], dataset)
        tables = join_books(read_books(books, report), report)
    return finish_import(source, paths, tables, to, report)


def _refuse_decisions(books: Mapping[str, Sequence[Grid]]) -> None:
    """An export with decisions is no dataset of its own."""
    for name, grids in books.items():
        if any(find_plan(grid, "", Report()) == "decisions" for grid in grids):
            raise ParameterError(f"{name}: is an export with decisions; "
                                 "add --decisions, --dataset and --year")  # fmt: skip


def finish_import(
    source: Path, paths: Sequence[Path], tables: Mapping[str, Table], to: Path, report: Report
) -> Imported:
    """Write the dataset, or raise the faults."""
    counts: dict[str, int] = {}

    def write(aside: Path) -> bool:
        data = examine_tables(aside, tables, report)
        if data is None:
            return False
        _check_id(data.dataset_id, to, tables, report)
        if report.faults:
            return False
        if report.accepted:
            write_csv(table_of(report.accepted, Accepted), aside / ACCEPTED_FILE)
        counts.update(counts_of(data))
        return True

    if not write_whole(to, write):
        raise refuse_workbooks(source, paths, report.unique())
    return Imported(to, counts, report.accepted)


def _check_id(dataset_id: str, to: Path, tables: Mapping[str, Table], report: Report) -> None:
    """Two folders side by side with one id would write over each other's reports."""
    if dataset_id != to.name and (to.parent / dataset_id / "dataset.toml").is_file():
        table = tables["about"]
        row = int((table.frame["key"] == "id").to_numpy().argmax())
        report.faults.append(
            Fault(
                *table.cell(row, "value"),
                dataset_id,
                f"is the id of the dataset beside {to.name}",
                "change the id",
            )
        )


def list_workbooks(source: Path) -> list[Path]:
    """The workbook, or those of a folder in the order of their names, without marked copies."""
    if source.is_dir():
        found = sorted(
            path for path in source.iterdir()
            if path.suffix.lower() in (*_BOOKS, *_OTHERS) and path.is_file()
            and _MARK not in path.name and path.name[0] not in ".~"
        )  # fmt: skip
        others = [path.name for path in found if path.suffix.lower() in _OTHERS]
        if others:
            raise ParameterError(
                f"{source}: {', '.join(others)}: not an .xlsx workbook and not to be left out in "
                "silence; save it as .xlsx, or move it elsewhere"
            )
        if not found:
            raise ParameterError(f"{source}: the folder has no .xlsx workbook; put them there")
        return found
    if not source.exists():
        raise ParameterError(f"{source}: there is no such file or folder; give a workbook")
    if source.suffix.lower() not in _BOOKS:
        raise ParameterError(f"{source}: is not an .xlsx workbook; open it in a spreadsheet "
                             "program and save it as .xlsx")  # fmt: skip
    return [source]


def _read(paths: Sequence[Path], report: Report) -> dict[str, list[Grid]]:
    books = {}
    for path in paths:
        try:
            books[path.name] = read_grids(path)
        except DataError as error:
            if len(paths) == 1:
                raise
            raise_unread(error, report, path.name)
    return books


def is_ours(grids: Sequence[Grid]) -> bool:
    """Whether a workbook has the layout of the template: two of its sheets, by name or headings."""
    return len({key for grid in grids if (key := find_plan(grid, "", Report()))}) >= 2


def refuse_workbooks(source: Path, paths: Sequence[Path], faults: list[Fault]) -> DataError:
    """Write the list of faults and the marked copies; the error that tells them."""
    listed = source / "faults.csv" if source.is_dir() else source.with_suffix(".faults.csv")
    number = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
    lines = [f"{source.name}: {number}; nothing was imported",
             describe_faults(faults, named=source.is_dir())]  # fmt: skip
    try:
        write_csv(table_of(faults, Fault), listed)
        lines.append(f"all faults: {listed}")
        for path in paths:
            own = [fault for fault in faults if fault.file == path.name]
            if own:
                target = _free(path)
                mark_workbook(path, own, target)
                lines.append(f"marked copy: {target}")
    except (DataError, OSError, ValueError, KeyError, TypeError) as error:
        lines.append(f"the list or a marked copy could not be written: {error}")
    problems = [Problem(one.file, None, f"{one.sheet}!{one.cell}", one.value, one.rule, one.remedy)
                for one in faults]  # fmt: skip
    return DataError("\n".join(lines), problems)


def _free(path: Path) -> Path:
    """The place of a marked copy; one that is there stays, somebody may work in it."""
    name, number = path.with_suffix(f"{_MARK}.xlsx"), 1
    while name.exists():
        number += 1
        name = path.with_suffix(f"{_MARK}-{number}.xlsx")
    return name
