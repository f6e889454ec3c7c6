"""A copy of a workbook in which every faulty cell is marked, with a sheet that lists them."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from asan_analysis.data.files import read_file
from asan_analysis.forms.faults import Fault
from asan_analysis.forms.messages import say_both
from asan_analysis.forms.texts import SHEETS

_RED = PatternFill("solid", start_color="FFFFB3B3")
_HEAD = PatternFill("solid", start_color="FFE3EDF5")
_CELL = re.compile(r"[A-Z]{1,3}[0-9]+")
_HEADINGS = ["Xana / Cell", "Yazılan / Found", "Qayda / Rule", "Düzəliş / Remedy",
             "Bəlkə / Suggestion"]  # fmt: skip
_WIDTHS = (22, 28, 44, 52, 25)


def mark_workbook(source: Path, faults: Sequence[Fault], target: Path) -> None:
    """Write a copy of a workbook with its faults marked.

    Faulty cells are red and carry a comment with rule and remedy, in Azerbaijani and English where
    the rule is listed there. The sheet `Faults` comes first
    and lists all faults, each with a link to its cell. Values, formulas and looks stay; what
    openpyxl does not keep, such as pictures, is lost in the copy.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of looks that openpyxl does not keep
        book = load_workbook(io.BytesIO(read_file(source)))
        for fault in faults:
            if fault.sheet in book.sheetnames and _CELL.fullmatch(fault.cell):
                _mark(book[fault.sheet], fault)
        _list_faults(book, faults)
        book.save(target)


def _mark(page: Any, fault: Fault) -> None:
    cell = page[fault.cell]
    if isinstance(cell, MergedCell):
        area = next(one for one in page.merged_cells.ranges if fault.cell in one)
        cell = page.cell(area.min_row, area.min_col)
    cell.fill = _RED
    note = Comment(_note(fault), "asan-analysis", width=380, height=150)
    cell.comment = note


def _note(fault: Fault) -> str:
    lines = [f"{fault.value!r}"] if fault.value else []
    lines += [say_both(fault.rule), say_both(fault.remedy)]
    if fault.suggestion:
        lines.append(f"Bəlkə / did you mean: {fault.suggestion}")
    return _legal("\n".join(lines))


def _legal(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("?", text))


def _list_faults(book: Any, faults: Sequence[Fault]) -> None:
    name = SHEETS["faults"]["name"]
    if name in book.sheetnames:
        del book[name]
    page = book.create_sheet(name, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    page.append(_HEADINGS)
    for row, fault in enumerate(faults, 2):
        place = f"{fault.sheet}!{fault.cell}" if fault.cell else fault.sheet
        page.append([place])
        cells = (fault.value, say_both(fault.rule), say_both(fault.remedy), fault.suggestion)
        for column, text in enumerate(cells, 2):
            cell = page.cell(row, column)
            cell.value = _legal(text)
            cell.data_type = "s"  # a text that begins with = is no formula
        if fault.sheet in book.sheetnames and _CELL.fullmatch(fault.cell):
            link = page.cell(row, 1)
            sheet = fault.sheet.replace("'", "''")
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{sheet}'!{fault.cell}")
            link.font = Font(name="Calibri", color="FF1B5A96", underline="single")
        page.row_dimensions[row].height = _height((place, *cells))
    for cell in page[1]:
        cell.font, cell.fill = Font(name="Calibri", bold=True), _HEAD
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
        for cell in page[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:E{len(faults) + 1}"
    page.sheet_properties.tabColor = "FFCC0000"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0
    page.print_title_rows = "1:1"


def _height(texts: Sequence[str]) -> float:
    """Height of a row of the list, whose columns have `_WIDTHS`."""
    lines = [
        sum(1 + max(len(line) - 1, 0) // (width - 2) for line in text.split("\n"))
        for text, width in zip(texts, _WIDTHS, strict=True)
    ]
    return float(min(15 * max(lines) + 2, 400))
