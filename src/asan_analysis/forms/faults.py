"""Faults of workbooks, each with its cell, and readings that were accepted: as rows and texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.errors import legible
from asan_analysis.forms.layout import PLANS

SHOWN = 20
ACCEPTED = {
    "spaces": "spaces at the ends, doubled or of another kind were removed",
    "word": "a word was read as one of the listed words",
    "decimal_comma": "a decimal comma was read as a point",
    "percent": "a percentage was read as a share",
    "number_as_text": "a number kept as text was read as a number",
    "text_as_number": "a number was read as text",
    "date_as_text": "a date was read as text, year-month-day",
    "logical": "TRUE or FALSE was read as a word",
    "edition_label": "the label of an edition was read as its year",
    "title_as_id": "the title of a category was read as its id",
    "name_as_id": "the name of a body was read as its id",
    "service_as_id": "the name of a service was read as its id",
    "status_of_value": "an empty status was taken from the value",
    "yes_of_bounds": "yes or no was read as a bound of a measured item",
    "merged_down": "a merged cell was filled down its rows",
    "hidden_row": "a hidden row was read",
    "hidden_column": "a hidden column was read",
    "hidden_sheet": "a hidden sheet was read",
    "filtered": "a filter is set; the rows it hides were read",
    "example": "a row marked as an example was left out",
    "heading": "a heading was taken for a column",
    "sheet_name": "a sheet was taken by a name like its own",
    "sheet_ignored": "a sheet of another name was left out",
    "file_filled": "an empty file name was taken from the sheet",
    "column_absent": "a column that may be empty was absent and is empty",
}


class Fault(NamedTuple):
    """One fault in one cell; `suggestion` is what may have been meant, or empty."""

    file: str
    sheet: str
    cell: str
    value: str
    rule: str
    remedy: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        found = f"{legible(self.value)!r} {self.rule}" if self.value else self.rule
        hint = f"did you mean {self.suggestion!r}?" if self.suggestion else self.remedy
        told = f"{found}; {hint}" if hint else found
        return f"{place}: {told}" if place else told


class Accepted(NamedTuple):
    """One cell that was read in another form than it was written in."""

    file: str
    sheet: str
    cell: str
    value: str
    read_as: str
    rule: str


class Report:
    """The faults and the accepted readings met so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.accepted: list[Accepted] = []

    def unique(self) -> list[Fault]:
        """The faults in the order met, one for each cell."""
        kept: dict[tuple[str, ...], Fault] = {}
        for one in self.faults:
            kept.setdefault(one[:3] if one.cell else tuple(one), one)
        return sorted(kept.values(), key=_order)


_SHEETS = [plan.name for plan in PLANS.values()]


def _order(fault: Fault) -> tuple[Any, ...]:
    """By workbook, sheet, row and column; sheets in the order of the template."""
    place = _SHEETS.index(fault.sheet) if fault.sheet in _SHEETS else len(_SHEETS)
    found = re.match(r"([A-Z]*)([0-9]*)", fault.cell)
    letters, digits = (found[1], found[2]) if found else ("", "")
    return fault.file, place, fault.sheet, int(digits or 0), len(letters), letters


def describe_faults(faults: list[Fault], *, named: bool, shown: int = SHOWN) -> str:
    """The first faults as text, a line each, with or without the name of the file; the count."""
    lines = [f"{f'{one.file} ' if named else ''}{one}" for one in faults[:shown]]
    if len(faults) > shown:
        lines.append(f"and {len(faults) - shown} more")
    return "\n".join(lines)


def describe_accepted(accepted: Iterable[Accepted]) -> list[str]:
    """How many readings were accepted under each rule, a line each, with the first cell."""
    rows = list(accepted)
    first: dict[str, Accepted] = {}
    for one in rows:
        first.setdefault(one.rule, one)
    counts = Counter(one.rule for one in rows)
    lines = []
    for rule, count in counts.items():
        one = first[rule]
        place = f"{one.sheet}!{one.cell}" if one.cell else one.sheet
        reading = f": {legible(one.value, 40)!r} as {legible(one.read_as, 40)!r}"
        told = reading if one.read_as and one.value else ""
        lines.append(f"{count} x {ACCEPTED[rule]} (first {place}{told})")
    return lines


def table_of(rows: Iterable[Fault] | Iterable[Accepted], kind: type) -> pd.DataFrame:
    """Faults or accepted readings as a table, a column for each field."""
    return pd.DataFrame([tuple(row) for row in rows], columns=list(kind._fields), dtype="str")  # type: ignore[attr-defined]
