"""The columns of a sheet: cells of a saved table in one language, with every digit."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from asan_analysis.errors import ReportError
from asan_analysis.report.words import SIGNED_COLUMNS, Words, in_language

HEADER_ROW = 4
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")


class Cell(NamedTuple):
    """A text, a number with its format, or nothing."""

    value: str | float | None
    look: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a sheet, ready to be written."""

    heading: str
    cells: list[Cell]

    @cached_property
    def width(self) -> int:
        """Characters that show a heading on two lines and the longest cell, within limits."""
        cells = {id(cell): cell for cell in self.cells}.values()  # equal texts are one cell
        longest = max(map(_length, cells), default=0)
        words = max(map(len, self.heading.split()), default=0)
        heading = max(words, math.ceil(len(self.heading) / 2)) + 4
        most = 70 if longest > 150 and not self.holds_addresses() else 50
        return max(min(longest + 3, most), min(heading, most), 8)

    def is_number(self) -> bool:
        """Whether the column is set to the right: every cell that is filled is a number."""
        filled = [cell.value for cell in self.cells if cell.value is not None]
        return bool(filled) and not any(isinstance(value, str) for value in filled)

    def lines(self) -> list[int]:
        """Lines that each cell takes in the width of the column."""
        if self.holds_addresses():
            return [1] * len(self.cells)
        width = self.width - 1
        lines = {value: lines_of(value, width) for value in {cell.value for cell in self.cells}}
        return [lines[cell.value] for cell in self.cells]

    def holds_addresses(self) -> bool:
        """Whether a cell is a public address; such a column shows one line."""
        texts = (cell.value for cell in self.cells if isinstance(cell.value, str))
        return any(_ADDRESS.fullmatch(text) for text in texts)


def make_columns(
    table: pd.DataFrame,
    meanings: Mapping[str, tuple[str, str]],
    words: Words,
    *,
    decimals: int,
    file: str,
) -> list[Column]:
    """The columns of a sheet from the cells of a saved table.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells as text, empty where missing, as `read_cells` gives them.
    meanings : mapping of str to (str, str)
        Type and unit of each column, from `codebook.csv`.
    words : Words
        The words of the table's section.
    decimals : int
        Digits that points show; the cells keep every digit.
    file : str
        File named in a text that is longer than a cell holds.

    Returns
    -------
    list of Column
        A key that has names stands twice: its name, then its code.

    Raises
    ------
    ReportError
        The table has more rows than a sheet.
    """
    if len(table) > MOST_ROWS - HEADER_ROW - 1:
        raise ReportError(
            f"{file} has {len(table)} rows and a sheet of Excel holds {MOST_ROWS - HEADER_ROW - 1};"
            " keep the table with chapter.keep instead of showing it"
        )
    columns = []
    for name, cells in in_language(table, words.lang).items():
        column = str(name)
        known = meanings.get(column) or meanings[f"{column}_{words.lang}"]
        columns += _make_column(column, list(cells), *known, words, decimals, file)
    return columns


def _make_column(
    column: str, cells: list[str], kind: str, unit: str, words: Words, decimals: int, file: str
) -> list[Column]:
    """One column, or two where a key has names."""
    heading, unique = words.column(column), set(cells)
    if column.endswith("_id") or column == "edition_year":
        spoken = Words(words.lang)
        codes = {cell: _tell(cell, column, kind, unit, spoken, decimals) for cell in unique}
        labels = {cell: Cell(words.label(cell, column) or None) for cell in unique}
        coded = Column(heading, [codes[cell] for cell in cells])
        if all(label.value == (cell or None) for cell, label in labels.items()):
            return [coded]
        named = Column(heading, [labels[cell] for cell in cells])
        return [named, replace(coded, heading=words.say("workbook.code", column=heading))]
    told = {
        cell: _cut(_tell(cell, column, kind, unit, words, decimals), words, file) for cell in unique
    }
    return [Column(heading, [told[cell] for cell in cells])]


def _tell(text: str, column: str, kind: str, unit: str, words: Words, decimals: int) -> Cell:
    """A cell as it is written: a missing one is nothing, a number keeps its digits."""
    if text == "":
        return Cell(None)
    if kind == "boolean" and text in ("True", "False"):
        return Cell(words.say("yes" if text == "True" else "no"))
    if kind in ("integer", "number") and _NUMBER.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            look = _number_format(number, kind, unit, decimals)
            signed = column in SIGNED_COLUMNS and look != "General"
            return Cell(number, f"+{look};-{look};{look}" if signed else look)
    return Cell(words.label(text, column))


def _number_format(number: float, kind: str, unit: str, decimals: int) -> str:
    """How a number shows. Where points and places share a column, whole numbers stay whole."""
    points = f"0.{'0' * decimals}" if decimals else "0"
    if kind == "integer":
        return "0"
    if unit == "share":
        return "0.0%"
    if unit.startswith("points or place"):
        if number == int(number):
            return "0"
        return points if abs(number) >= 0.5 / 10**decimals else "0.0E+00"
    return points if unit == "points" else "General"


def _cut(cell: Cell, words: Words, file: str) -> Cell:
    """A text that is longer than a cell holds ends with a mark that names the file."""
    text = cell.value
    if not isinstance(text, str) or len(text) <= MOST_CHARACTERS // 2:
        return cell
    if _units(text) <= MOST_CHARACTERS:
        return cell
    mark = words.say("workbook.cut", file=file)
    kept = text.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - _units(mark))]
    return Cell(kept.decode("utf-16-le", errors="ignore") + mark)


def _units(text: str) -> int:
    """Length as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2


def lines_of(text: str | float | None, width: float) -> int:
    """Lines that a text takes in a width given in characters; anything else takes one."""
    if not isinstance(text, str) or (len(text) <= width * 1.2 and "\n" not in text):
        return 1
    parts = text.splitlines()
    # letters are narrower than the digits that a width counts
    return sum(max(1, len(textwrap.wrap(part, max(int(width * 1.2), 1)))) for part in parts)


def _length(cell: Cell) -> int:
    """Characters that a cell shows."""
    if cell.value is None:
        return 0
    if isinstance(cell.value, str):
        return max(map(len, cell.value.splitlines()), default=0)
    if cell.look.endswith("%"):
        return len(f"{cell.value:.1%}")
    if cell.look in ("General", "0.0E+00"):
        return min(len(repr(cell.value)), 10)
    look = cell.look.partition(";")[0]
    return len(f"{cell.value:.{len(look.partition('.')[2])}f}") + look.startswith("+")
