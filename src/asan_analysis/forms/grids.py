"""The sheets of a workbook as they are: cells, merged cells, what is hidden."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import (
    COL_TAG,
    FILTER_TAG,
    FORMULA_TAG,
    MERGE_TAG,
    ROW_TAG,
    WorkSheetParser,
)
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.merge import MergeCells
from openpyxl.xml.constants import SHEET_MAIN_NS

from asan_analysis.data.files import read_file
from asan_analysis.data.tables import unreadable
from asan_analysis.forms.cells import Raw

_KINDS = {"s": "text", "str": "text", "n": "number", "d": "moment", "b": "logical", "e": "error"}
_TEXT_TAG, _SHARED_TAG, _SPOKEN_TAG = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("t", "si", "rPh"))
_DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError,
            AttributeError, OSError, SyntaxError, EOFError, OverflowError, RuntimeError,
            RecursionError)  # fmt: skip
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # of older files and of encrypted ones
_DECIMALS = re.compile(r"0\.(0+)")


@dataclass(frozen=True)
class Grid:
    """One sheet. Rows and columns are numbered from 1 as the sheet numbers them.

    `rows` holds the rows with a filled cell: number, and the cells by column. `merged` holds
    (first row, first column, last row, last column).
    """

    name: str
    rows: list[tuple[int, dict[int, Raw]]]
    merged: list[tuple[int, int, int, int]]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    hidden: bool
    filtered: bool


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """The reader of openpyxl, which also says where a formula has no computed value.

    The public reader gives either formulas or values, leaves merged and hidden cells out when it
    reads row by row, and needs several times the memory when it does not. Only the parts of a
    sheet that matter here are read, with the parser written in C.
    """

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The rows, each with its number; what is merged, hidden and filtered is kept."""
        self.auto_filter = None
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
            elif element.tag == COL_TAG:
                self.parse_column_dimensions(element)
            elif element.tag == MERGE_TAG:
                self.merged_cells = MergeCells.from_tree(element)
            elif element.tag == FILTER_TAG:
                self.auto_filter = AutoFilter.from_tree(element)
            else:
                continue
            element.clear()

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """One cell; a formula without a value is of the type f."""
        if element.get("t") == "inlineStr":
            text = "".join(map(_text_of, element))
            row, column = coordinate_to_tuple(element.get("r"))
            style = int(element.get("s", 0))
            return {"row": row, "column": column, "value": text, "data_type": "s",
                    "style_id": style}  # fmt: skip
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None:
            formula = element.find(FORMULA_TAG)
            if formula is not None:
                return {**cell, "data_type": "f", "value": f"={formula.text or ''}"}
        return cell


def read_grids(path: Path) -> list[Grid]:
    """Every sheet of a workbook, in its order.

    Raises
    ------
    DataError
        The file is missing, or is no .xlsx workbook that can be read.
    """
    content = _read(path)
    remedy = "open it in a spreadsheet program and save it as .xlsx"
    if content.startswith(_OLE):
        told = "is locked with a password, or is an older .xls file"
        raise unreadable(path.name, told, f"{remedy} without a password")
    if not content:
        raise unreadable(path.name, "is empty", "give a filled workbook")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of looks that openpyxl does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                texts = _read_texts(book._archive)
                return [_read_grid(page, texts) for page in book.worksheets]
            finally:
                book.close()
    except _DAMAGED:
        zipped = content.startswith(b"PK")
        told = "is damaged, or is no .xlsx workbook" if zipped else "is no .xlsx workbook"
        raise unreadable(path.name, told, remedy) from None


def _read(path: Path) -> bytes:
    try:
        return read_file(path)
    except FileNotFoundError:
        raise unreadable(path.name, "is missing", "give a workbook that exists") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise unreadable(path.name, reason, "give a readable workbook") from None


def _read_texts(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells share; openpyxl would drop the letters x005F_ from them."""
    names = [name for name in archive.namelist() if name.lower().endswith("xl/sharedstrings.xml")]
    texts: list[str] = []
    for name in names[:1]:
        with archive.open(name) as source:
            for _, element in iterparse(source):
                if element.tag == _SHARED_TAG:
                    texts.append(_text_of(element))
                    element.clear()
    return texts


def _text_of(element: Any) -> str:
    """The text of a cell, of all its runs, without what tells how it is pronounced."""
    parts = [
        part for child in element if child.tag != _SPOKEN_TAG for part in child.iter(_TEXT_TAG)
    ]
    return str(unescape("".join(part.text or "" for part in parts)))


def _read_grid(page: Any, texts: list[str]) -> Grid:
    book = page.parent
    with page._get_source() as source:
        parser = _Parser(
            source, texts, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        looks: dict[int, str] = {}
        seen: dict[Any, Raw] = {}
        rows = []
        for number, cells in parser.parse():
            row = {
                cell["column"]: _raw(cell, book, looks, seen)
                for cell in cells
                if cell["value"] is not None and cell["value"] != ""
            }
            if row:
                rows.append((number, row))
    merged = parser.merged_cells.mergeCell if parser.merged_cells else []
    ranges = [(one.min_row, one.min_col, one.max_row, one.max_col) for one in merged]
    hidden = {int(number) for number, look in parser.row_dimensions.items() if _on(look)}
    filled = {number for number, _ in rows}
    chosen = parser.auto_filter
    return Grid(
        page.title, rows, ranges, frozenset(hidden & filled),
        frozenset(_hidden_columns(parser.column_dimensions)), page.sheet_state != "visible",
        bool(chosen is not None and (chosen.filterColumn or ())),
    )  # fmt: skip


def _on(look: dict[str, str]) -> bool:
    return look.get("hidden") in ("1", "true")


def _hidden_columns(columns: dict[str, dict[str, str]]) -> set[int]:
    """Columns that are hidden; a run that reaches the end of the sheet counts to its 500th."""
    return {
        number
        for look in columns.values()
        if _on(look)
        for number in range(int(look["min"]), min(int(look["max"]), int(look["min"]) + 500) + 1)
    }


def _raw(cell: dict[str, Any], book: Any, looks: dict[int, str], seen: dict[Any, Raw]) -> Raw:
    """A cell as the file has it; equal cells are one object."""
    key = cell["value"], cell["data_type"], cell["style_id"], type(cell["value"])
    if key not in seen:
        seen[key] = _make(cell, book, looks)
    return seen[key]


def _make(cell: dict[str, Any], book: Any, looks: dict[int, str]) -> Raw:
    kind, value, style = cell["data_type"], cell["value"], cell["style_id"] or 0
    if kind == "f":
        return Raw("formula", value)
    name = _KINDS.get(kind, "text")
    if name != "number":
        return Raw(name, value)
    if style not in looks:
        number = book._cell_styles[style].numFmtId if book._cell_styles else 0
        custom = book._number_formats
        looks[style] = BUILTIN_FORMATS.get(number) or (
            custom[number - 164] if 0 <= number - 164 < len(custom) else "General"
        )
    if "%" in looks[style]:
        return Raw("percent", value)
    shown = _DECIMALS.fullmatch(looks[style])
    return Raw("number", value, len(shown[1]) if shown else -1)
