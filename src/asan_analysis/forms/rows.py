"""The rows of a sheet below its header: merged cells, hidden rows, examples, notes beside."""

from __future__ import annotations

from typing import NamedTuple

from openpyxl.utils import get_column_letter

from asan_analysis.data.names import fold
from asan_analysis.forms.cells import Raw, show
from asan_analysis.forms.faults import Accepted, Fault, Report
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.headers import Header
from asan_analysis.forms.layout import Plan
from asan_analysis.forms.texts import EXAMPLE

_FILLED_DOWN = {"edition_year", "organisation_id", "service_id", "item_id", "category", "file",
                "node_id", "parent_id", "evaluator_id"}  # fmt: skip


class Sheet(NamedTuple):
    """A sheet with its header: whose rows are to be read."""

    file: str
    grid: Grid
    plan: Plan
    header: Header


def fill_merged(sheet: Sheet, report: Report) -> list[tuple[int, dict[int, Raw]]]:
    """The rows below the header, merged codes filled down; other merged cells are faults."""
    last, grid = sheet.header.last, sheet.grid
    rows = [(number, dict(cells)) for number, cells in grid.rows if number > last]
    below = dict(rows)
    for top, left, bottom, right in grid.merged:
        raw = below.get(top, {}).get(left)
        if bottom <= last or (raw is None and top > last):
            continue
        cell = f"{get_column_letter(left)}{top}"
        name = sheet.header.columns.get(left, "")
        if left == right and name in _FILLED_DOWN and top > last and raw is not None:
            for number in range(top + 1, bottom + 1):
                if number in below:
                    below[number][left] = raw
            area = f"{cell}:{get_column_letter(right)}{bottom}"
            report.accepted.append(
                Accepted(sheet.file, grid.name, area, show(raw), show(raw), "merged_down")
            )
        else:
            rule = "is merged across columns" if left != right else "is merged with cells below it"
            remedy = "undo the merge and fill each cell"
            report.faults.append(Fault(sheet.file, grid.name, cell, show(raw), rule, remedy))
    return rows


def tell_hidden(
    sheet: Sheet, rows: list[tuple[int, dict[int, Raw]]], report: Report
) -> None:  # fmt: skip
    """Hidden rows and columns that hold something, and a filter that is set."""
    place, grid = (sheet.file, sheet.grid.name), sheet.grid
    for number, _ in rows:
        if number in grid.hidden_rows:
            report.accepted.append(Accepted(*place, f"{number}:{number}", "", "", "hidden_row"))
    for column in sorted({*sheet.header.columns, *sheet.header.items} & grid.hidden_columns):
        letter = get_column_letter(column)
        report.accepted.append(Accepted(*place, f"{letter}:{letter}", "", "", "hidden_column"))
    if grid.filtered:
        report.accepted.append(Accepted(*place, "", "", "", "filtered"))


def leave_out(
    sheet: Sheet, rows: list[tuple[int, dict[int, Raw]]], report: Report
) -> list[tuple[int, dict[int, Raw]]]:
    """The rows without examples; cells outside the columns and rows of one cell are faults."""
    place = (sheet.file, sheet.grid.name)
    columns = {*sheet.header.columns, *sheet.header.items}
    lone = sum(field.needed for field in sheet.plan.fields) >= 4
    kept = []
    for number, cells in rows:
        for column in cells.keys() - columns:
            cell = f"{get_column_letter(column)}{number}"
            report.faults.append(
                Fault(*place, cell, show(cells[column]), "stands outside the columns",
                      "give its column a heading, or move the note to another sheet"))  # fmt: skip
        inside = {column: raw for column, raw in cells.items() if column in columns}
        if not any(show(raw).strip() for raw in inside.values()):
            continue
        first = min(inside)
        cell = f"{get_column_letter(first)}{number}"
        if fold(show(inside[first])).startswith(fold(EXAMPLE)):
            _check_example(sheet, number, inside, cell, report)
        elif lone and len(inside) == 1:
            report.faults.append(
                Fault(*place, cell, show(inside[first]), "stands alone in its row",
                      "complete the row, or move the note to another sheet"))  # fmt: skip
        else:
            kept.append((number, inside))
    return kept


def _check_example(
    sheet: Sheet, number: int, cells: dict[int, Raw], cell: str, report: Report
) -> None:
    """An example is left out; a row with codes of its own under the mark is a fault."""
    place = (sheet.file, sheet.grid.name)
    names = sheet.header.columns
    own = [
        raw for column, raw in cells.items()
        if names.get(column) in ("organisation_id", "service_id", "node_id")
        and not show(raw).startswith("example_")
    ]  # fmt: skip
    if own:
        report.faults.append(
            Fault(*place, cell, show(cells[min(cells)]), "marks an example and the row holds data",
                  "write the edition or the file instead of the mark"))  # fmt: skip
    else:
        report.accepted.append(Accepted(*place, f"{number}:{number}", "", "", "example"))
