"""Tables read from workbooks: values, and for each the cell it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from asan_analysis.forms.layout import Plan


@dataclass
class Table:
    """The rows of one kind of sheet, of all workbooks.

    `frame` holds the values by column of the layout (text, numbers, None). `origin` has the same
    rows: file, sheet, row and, in a wide sheet, the letter of the column of the answer. `letters`
    holds the letter of each column by (file, sheet).
    """

    plan: Plan
    frame: pd.DataFrame
    origin: pd.DataFrame
    letters: dict[tuple[str, str], dict[str, str]]

    @cached_property
    def _places(self) -> list[tuple[str, str, int, str]]:
        return list(self.origin.itertuples(index=False, name=None))

    @cached_property
    def first_rows(self) -> dict[tuple[object, ...], int]:
        """The first row of each key; that of a framework begins with its file."""
        names = unique_of(self)
        keys = self.frame[names].itertuples(index=False, name=None)
        rows: dict[tuple[object, ...], int] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, row)
        return rows

    def cell(self, row: int, column: str) -> tuple[str, str, str]:
        """File, sheet and cell of a value; of a list of columns the last one counts."""
        file, sheet, number, letter = self._places[row]
        name = column.split(", ")[-1]
        letters = self.letters.get((file, sheet), {})
        if not (letter and name in ("item_id", "status", "value")):
            letter = letters.get(name) or letters.get(self.plan.unique[-1]) or "A"
        return file, sheet, f"{letter}{number}" if number else ""


def unique_of(table: Table) -> list[str]:
    """The columns whose values stand once in a table."""
    extra = ["file"] if table.plan.key == "framework" else []
    return [*extra, *(name for name in table.plan.unique if name in table.frame)]


def join_tables(plan: Plan, parts: Sequence[Table]) -> Table:
    """Tables of one kind, below each other."""
    letters = {place: names for part in parts for place, names in part.letters.items()}
    frames = [part.frame for part in parts]
    columns = list(dict.fromkeys(column for frame in frames for column in frame.columns))
    frame = pd.concat([one.reindex(columns=columns).astype(object) for one in frames],
                      ignore_index=True)  # fmt: skip
    frame = frame.where(frame.notna(), None)
    origin = pd.concat([part.origin for part in parts], ignore_index=True)
    return Table(plan, frame, origin, letters)
