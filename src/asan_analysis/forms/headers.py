"""Which sheet is which, where its header stands, and which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from asan_analysis.data.names import fold
from asan_analysis.forms.cells import clean, show, suggest
from asan_analysis.forms.faults import Accepted, Fault, Report
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.layout import IGNORED, PLANS, Plan
from asan_analysis.forms.texts import COLUMNS, EXTRA, SHEETS

_ROWS = 40
_NEAR, _LEAD, _DOUBTFUL = 82.0, 8.0, 72.0
_SHEET_NEAR = 85.0


class Header(NamedTuple):
    """The last row of a header, and the columns below it by number.

    `items` holds the columns of a wide sheet that are items; they are not in `columns`.
    """

    last: int
    columns: dict[int, str]
    items: dict[int, str]

    def letters(self) -> dict[str, str]:
        """The letter of each column by its name."""
        return {name: get_column_letter(number) for number, name in self.columns.items()}


def find_plan(grid: Grid, file: str, report: Report) -> str:
    """The key of the sheet that a grid is; empty where it is none of this layout.

    A name in either language counts, with a number behind it, and one very near to it.
    """
    from rapidfuzz import fuzz

    name = fold(grid.name).rstrip("0123456789 ")
    forms = {fold(text): key for key, texts in SHEETS.items() for text in texts.values()}
    if name in forms:
        return forms[name]
    near, key = max((fuzz.ratio(name, form), key) for form, key in forms.items())
    if near >= _SHEET_NEAR:
        report.accepted.append(
            Accepted(file, grid.name, "", grid.name, SHEETS[key]["name"], "sheet_name")
        )
        return key
    alike = [one for one in PLANS.values() if _is_like(grid, one)] if grid.rows else []
    if len(alike) == 1:
        report.accepted.append(
            Accepted(file, grid.name, "", grid.name, alike[0].name, "sheet_name")
        )
        return alike[0].key
    return ""


def _is_like(grid: Grid, plan: Plan) -> bool:
    """Whether a sheet of another name carries the headings of a plan, all those it needs."""
    if plan.key in ("about", "categories", "rules", "evaluations"):
        return False
    forms = _forms(plan)
    needed = {field.name for field in plan.fields if field.needed}
    return any(
        needed <= {_exact(show(raw), forms) for raw in cells.values()}
        for _, cells in grid.rows[:_ROWS]
    )


def is_ignored(key: str) -> bool:
    """Whether a sheet holds no data: instructions, lists, faults."""
    return key in IGNORED


def _forms(plan: Plan) -> dict[str, str]:
    """Every folded heading of a plan with its column."""
    forms: dict[str, str] = {}
    for field in plan.fields:
        texts = COLUMNS[field.name]
        for form in (field.name, texts["az"], texts["en"], *texts.get("also", ())):
            forms.setdefault(fold(form), field.name)
    return forms


def _exact(heading: str, forms: Mapping[str, str]) -> str:
    """The column that a heading names: as a whole, or by any of its lines."""
    for part in (heading, *heading.split("\n"), *heading.split(" / ")):
        if fold(part) in forms:
            return forms[fold(part)]
    return ""


def find_header(
    grid: Grid, plan: Plan, file: str, report: Report, items: Mapping[str, str]
) -> Header | None:
    """The header of a sheet: the row that names most columns, and those beside that name two.

    Parameters
    ----------
    items : mapping
        Ids of items by heading (the id, or the folded name); the columns of a wide sheet.

    Returns
    -------
    Header or None
        None, with a fault told, where no row names two columns. A heading that is near to one
        column and clearly nearer than to any other is taken for it, and that is told; a doubtful
        one is a fault.
    """
    forms = _forms(plan)
    wide = plan.key == "answers" and not _names(grid, forms, "item_id")
    found = items if wide else {}
    counts = {
        number: len({_exact(show(raw), forms) or _item(show(raw), found) for raw in cells.values()}
                    - {""})
        for number, cells in grid.rows[:_ROWS]
    }  # fmt: skip
    best = max(counts, key=lambda number: counts[number], default=0)
    if counts.get(best, 0) < 2:
        told = ", ".join(field.name for field in plan.fields if field.needed)
        report.faults.append(Fault(file, grid.name, "A1", "", "has no row of headings",
                                   f"put one above the rows: {told}"))  # fmt: skip
        return None
    rows = dict(grid.rows)
    more = {number for number, count in counts.items()
            if count >= 2 and all(raw.kind == "text" for raw in rows[number].values())}  # fmt: skip
    block = [best]
    while block[-1] + 1 in more:
        block.append(block[-1] + 1)
    while block[0] - 1 in more:
        block.insert(0, block[0] - 1)
    headings: dict[int, list[str]] = {}
    for number in block:
        for column, raw in rows[number].items():
            headings.setdefault(column, []).append(show(raw))
    return _name_columns(headings, block[-1], grid, plan, file, report, found)


def _names(grid: Grid, forms: Mapping[str, str], column: str) -> bool:
    """Whether any of the first rows has a heading of a column beside another heading."""
    for _, cells in grid.rows[:_ROWS]:
        named = {_exact(show(raw), forms) for raw in cells.values()} - {""}
        if column in named and len(named) > 1:
            return True
    return False


def _item(heading: str, items: Mapping[str, str]) -> str:
    for part in (heading, *heading.split("\n"), *heading.split(" / ")):
        for form in (clean(part), fold(part)):
            if form in items:
                return items[form]
    return ""


def _name_columns(
    headings: dict[int, list[str]], last: int, grid: Grid, plan: Plan, file: str, report: Report,
    items: Mapping[str, str],
) -> Header:  # fmt: skip
    forms = _forms(plan)
    columns: dict[int, str] = {}
    found: dict[int, str] = {}
    rest: dict[int, str] = {}
    for number, texts in sorted(headings.items()):
        text = "\n".join(texts)
        if fold(EXTRA) in map(fold, text.split("\n")):
            columns[number] = clean(text.split("\n")[0])
        elif name := next(filter(None, (_exact(one, forms) for one in texts)), ""):
            columns[number] = name
        elif item := _item(text, items):
            found[number] = item
        elif clean(text):
            rest[number] = text
    for number, text in rest.items():
        cell = f"{get_column_letter(number)}{last}"
        name = _nearest(text, forms, set(columns.values()), Place(file, grid.name, cell), report)
        columns[number] = name or clean(text.split("\n")[0])
        if not name and items:
            report.faults.append(
                Fault(
                    file,
                    grid.name,
                    cell,
                    text,
                    "is no column and no item of the framework",
                    "correct the heading or remove the column",
                    suggest(text, list(items)),
                )
            )
    for names in (columns, found):
        for number in _doubled(names):
            report.faults.append(
                Fault(file, grid.name, f"{get_column_letter(number)}{last}", names[number],
                      "is the heading of two columns", "keep one of them"))  # fmt: skip
            del names[number]
    return Header(last, columns, found)


class Place(NamedTuple):
    """A cell of a workbook."""

    file: str
    sheet: str
    cell: str


def _nearest(
    heading: str, forms: Mapping[str, str], taken: set[str], place: Place, report: Report
) -> str:
    """The one column not named yet that a heading is clearly near to."""
    from rapidfuzz import fuzz

    near: dict[str, float] = {}
    parts = {fold(part) for part in (heading, *heading.split("\n"))} - {""}
    for form, name in forms.items():
        if name not in taken:
            best = max(float(fuzz.ratio(part, form)) for part in parts) if parts else 0.0
            near[name] = max(near.get(name, 0.0), best)
    order = sorted(near, key=lambda name: -near[name])
    if not order or near[order[0]] < _DOUBTFUL:
        return ""
    lead = near[order[0]] - (near[order[1]] if len(order) > 1 else 0.0)
    if near[order[0]] >= _NEAR and lead >= _LEAD:
        report.accepted.append(Accepted(*place, heading, order[0], "heading"))
        return order[0]
    told = COLUMNS[order[0]]["az"]
    report.faults.append(
        Fault(*place, heading, "is a doubtful heading",
              f"write {told!r}, or another heading far from it", told))  # fmt: skip
    return order[0]


def _doubled(names: dict[int, str]) -> list[int]:
    """Columns whose name stands further to the left already."""
    seen: set[str] = set()
    again = []
    for number in sorted(names):
        if names[number] in seen:
            again.append(number)
        seen.add(names[number])
    return again
