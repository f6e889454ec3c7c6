"""The tables of several workbooks made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asan_analysis.forms.faults import Fault, Report
from asan_analysis.forms.tables import Table, unique_of

_ALIKE = ("about", "categories", "editions", "rules", "framework", "assumptions")
_ONCE = (*_ALIKE, "bodies")


def join_books(tables: Mapping[str, Table], report: Report) -> dict[str, Table]:
    """Tables of several workbooks made one: what they share once, differences told.

    Facts, categories, editions, rules, framework and assumptions must be the same in every
    workbook that has their sheet. Bodies are joined; a row that stands alike in two is taken once.
    """
    return {key: _take_once(table, report) if key in _ONCE else table
            for key, table in tables.items()}  # fmt: skip


def _take_once(table: Table, report: Report) -> Table:
    files = list(dict.fromkeys(table.origin["file"]))
    if len(files) < 2:
        return table
    rows = [tuple(row) for row in table.frame.map(repr).to_numpy().tolist()]
    by_file: dict[str, set[Any]] = {file: set() for file in files}
    for file, row in zip(table.origin["file"], rows, strict=True):
        by_file[file].add(row)
    keep, first = [], set()
    for place, row in enumerate(rows):
        file = table.origin["file"].iloc[place]
        others = [other for other in files if row not in by_file[other]]
        if table.plan.key in _ALIKE and others and not _conflicts(table, place):
            where = table.cell(place, table.plan.unique[-1])
            value = str(table.frame[table.plan.unique[-1]].iloc[place])
            report.faults.append(Fault(*where, value, f"stands in {file} and not in {others[0]}",
                                       "make the sheet the same in all workbooks"))  # fmt: skip
        again = row in first and row not in _own_before(rows, table, place, file)
        first.add(row)
        if not again:
            keep.append(place)
    return Table(table.plan, table.frame.iloc[keep].reset_index(drop=True),
                 table.origin.iloc[keep].reset_index(drop=True), table.letters)  # fmt: skip


def _own_before(rows: list[Any], table: Table, place: int, file: str) -> set[Any]:
    """Rows of the same workbook above one: a row twice in one workbook stays a fault."""
    start = int((table.origin["file"] == file).to_numpy().argmax())
    return set(rows[start:place])


def _conflicts(table: Table, place: int) -> bool:
    """Whether another row has the same key and other values; that is told as a double row."""
    unique = unique_of(table)
    keys = table.frame[unique].map(repr).agg("|".join, axis=1)
    alike = table.frame[keys == keys.iloc[place]].map(repr).agg("|".join, axis=1)
    return int(alike.nunique()) > 1
