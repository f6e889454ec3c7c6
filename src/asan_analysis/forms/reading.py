"""The sheets of filled workbooks as tables, each value with the cell it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from asan_analysis.data.names import fold
from asan_analysis.forms.answers import SHARE, Answer, Scale, list_scales, read_answer
from asan_analysis.forms.cells import Known, Raw, Read, read_cell, read_kind, show
from asan_analysis.forms.faults import Accepted, Fault, Report
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.headers import find_header, find_plan, is_ignored
from asan_analysis.forms.layout import NEEDED, PLANS
from asan_analysis.forms.rows import Sheet, fill_merged, leave_out, tell_hidden
from asan_analysis.forms.tables import Table, join_tables
from asan_analysis.forms.texts import SHEETS
from asan_analysis.register.bodies import match_bodies

_PARQUET = ("answers", "evaluations")
_SURE = ("name", "alias", "abbreviation")  # roads of `match_bodies` that guess nothing
_ORIGIN = ["file", "sheet", "row", "letter"]


def read_books(books: Mapping[str, Sequence[Grid]], report: Report) -> dict[str, Table]:
    """Every table of some workbooks; faults and accepted readings join the report.

    Parameters
    ----------
    books : mapping
        The sheets of each workbook by file name.

    Returns
    -------
    dict
        Tables by the key of their sheet; kinds of sheets that no workbook has are left out.
    """
    sheets = sort_sheets(books, report)
    tables: dict[str, Table] = {}
    known = Known()
    scales: dict[Any, dict[str, Scale]] = {}
    for key, plan in PLANS.items():
        items = _list_items(tables) if key == "answers" else {}
        found = [
            Sheet(file, grid, plan, header)
            for file, grid in sheets.get(key, [])
            if (header := find_header(grid, plan, file, report, items))
        ]
        if found:
            parts = [read_sheet(sheet, known, report, scales) for sheet in found]
            tables[key] = join_tables(plan, parts)
        elif key in NEEDED and key not in sheets:
            name = f"{SHEETS[key]['name']} ({SHEETS[key]['az']})"
            for file in list(books)[:1]:
                report.faults.append(
                    Fault(
                        file,
                        plan.name,
                        "",
                        "",
                        "is missing",
                        f"add the sheet {name}; `template` writes one",
                    )
                )
        _learn(key, tables, known)
        if key == "framework":
            scales = scales_of(tables)
    return tables


def sort_sheets(
    books: Mapping[str, Sequence[Grid]], report: Report
) -> dict[str, list[tuple[str, Grid]]]:
    """The sheets by what they are; those of another name are left out, and that is told."""
    sheets: dict[str, list[tuple[str, Grid]]] = {}
    for file, grids in books.items():
        for grid in grids:
            key = find_plan(grid, file, report)
            if not key and grid.rows:
                report.accepted.append(Accepted(file, grid.name, "", "", "", "sheet_ignored"))
            elif key and not is_ignored(key) and grid.rows:
                sheets.setdefault(key, []).append((file, grid))
                if grid.hidden:
                    report.accepted.append(Accepted(file, grid.name, "", "", "", "hidden_sheet"))
    return sheets


def _learn(key: str, tables: Mapping[str, Table], known: Known) -> None:
    """What the next sheets may call by its name, where only one has that name."""
    if key not in tables:
        return
    frame = tables[key].frame
    pairs: list[tuple[str, Any]] = []
    column = {"categories": "id", "editions": "edition_year", "bodies": "organisation_id"}.get(key)
    for row in frame.to_dict("records") if column else []:
        names = [row.get(name) for name in ("label_az", "label_en", "title_az", "title_en",
                                            "name_az", "name_en", column)]  # fmt: skip
        names += str(row.get("aliases") or "").split(";")
        pairs += [(fold(str(name)), row[column]) for name in names if name and row[column]]
    found: dict[str, set[Any]] = {}
    for name, one in pairs:
        found.setdefault(name, set()).add(one)
    only = {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1 and name}
    if key == "categories":
        known.categories = only
    elif key == "editions":
        known.editions = only
    elif key == "bodies":
        known.bodies = only
        known.match = cache(partial(_match_body, frame.dropna(subset="organisation_id")))


def _match_body(organisations: pd.DataFrame, text: str) -> str:
    """The id of the body that another form of its name surely names; nothing otherwise."""
    columns = ["category", "name_az", "name_en", "aliases", "successors"]
    known = organisations.assign(**{name: organisations[name].fillna("") for name in columns})
    row = match_bodies([text], known).iloc[0]
    return str(row["organisation_id"]) if row["how"] in _SURE else ""


def _list_items(tables: Mapping[str, Table]) -> dict[str, str]:
    """Ids of items by heading: the id itself, and folded ids and names that only one has."""
    if "framework" not in tables:
        return {}
    frame = tables["framework"].frame
    items = frame[frame["node_id"].notna() & ~frame["node_id"].isin(frame["parent_id"].dropna())]
    found: dict[str, set[str]] = {}
    for row in items.to_dict("records"):
        for name in (row["node_id"], row.get("name_az"), row.get("name_en")):
            if name:
                found.setdefault(fold(str(name)), set()).add(row["node_id"])
    only = {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}
    return only | {str(node): str(node) for node in items["node_id"]}


def scales_of(tables: Mapping[str, Table]) -> dict[Any, dict[str, Scale]]:
    """The scales of the items of each edition."""
    if "editions" not in tables or "framework" not in tables:
        return {}
    nodes, rules = tables["framework"].frame, tables.get("rules")
    scales = {}
    for row in tables["editions"].frame.to_dict("records"):
        own = nodes[nodes["file"] == row.get("framework")]
        plain = {}
        if rules is not None:
            mine = rules.frame[rules.frame["file"] == row.get("rules")]
            plain = dict(zip(mine["key"], mine["value"], strict=True))
        scales[row["edition_year"]] = list_scales(own, plain)
    return scales


def read_sheet(
    sheet: Sheet, known: Known, report: Report, scales: Mapping[Any, Mapping[str, Scale]]
) -> Table:
    """The rows of one sheet below its header."""
    rows = fill_merged(sheet, report)
    tell_hidden(sheet, rows, report)
    rows = leave_out(sheet, rows, report)
    numbers = [number for number, _ in rows]
    cells = {
        name: [row.get(column) for _, row in rows]
        for column, name in sheet.header.columns.items()
    }  # fmt: skip
    if sheet.plan.key == "about":
        cells.pop("meaning", None)
    told = _Teller(sheet, numbers, report)
    answer = sheet.plan.key in _PARQUET
    values = {
        name: _read_column(own, name, sheet, known, told)
        for name, own in cells.items()
        if not (answer and name in ("status", "value"))
    }
    one_of_two = {"status", "value"} if answer and {"status", "value"} & cells.keys() else set()
    for field in sheet.plan.fields:
        if field.needed and field.name not in cells and not (answer and sheet.header.items):
            _tell_absent(sheet, field.name, field.name in one_of_two, report)
            values[field.name] = [None] * len(rows)
    if sheet.plan.key == "framework":
        _fill_file(sheet, values, report)
    letters = {(sheet.file, sheet.grid.name): sheet.header.letters()}
    if answer and sheet.header.items:
        return _read_wide(sheet, rows, values, letters, told, scales)
    if answer:
        _read_long(cells, values, told, scales)
    frame = pd.DataFrame(values, index=range(len(rows)), dtype=object)
    origin = _origin(sheet, numbers, [""] * len(rows))
    return Table(sheet.plan, frame, origin, letters)


def _origin(sheet: Sheet, numbers: list[int], letters: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame({"row": numbers, "letter": letters})
    return frame.assign(file=sheet.file, sheet=sheet.grid.name)[_ORIGIN]


class _Teller:
    """Where the readings of one sheet are told."""

    def __init__(self, sheet: Sheet, numbers: list[int], report: Report) -> None:
        self.sheet, self.numbers, self.report = sheet, numbers, report
        self.letters = sheet.header.letters()

    def tell(self, row: int, column: str, raw: Raw | None, read: Read, letter: str = "") -> None:
        """A fault or an accepted reading of a cell, if it is one."""
        if not read.rule and not read.told:
            return
        cell = f"{letter or self.letters.get(column, 'A')}{self.numbers[row]}"
        place = (self.sheet.file, self.sheet.grid.name, cell, show(raw))
        if read.rule:
            self.report.faults.append(Fault(*place, read.rule, read.remedy, read.suggestion))
        else:
            self.report.accepted.append(Accepted(*place, _said(read.value), read.told))


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _read_column(
    cells: list[Raw | None], name: str, sheet: Sheet, known: Known, told: _Teller
) -> list[Any]:
    """The values of a column; equal cells are read once."""
    reading = sheet.plan.field(name).reading
    described = any(field.name == name for field in sheet.plan.fields)
    if sheet.plan.key in _PARQUET and not described and _all_of(cells, ("number", "logical")):
        return [None if raw is None else raw.value for raw in cells]
    if sheet.plan.key == "categories" and not described:
        reading = "literal"
    if reading == "literal" and sheet.plan.key == "about":
        keys = {number: column for number, column in sheet.header.columns.items()}
        return _read_facts(cells, keys, sheet, known, told)
    seen: dict[Raw | None, Read] = {}
    values = []
    for row, raw in enumerate(cells):
        if raw not in seen:
            seen[raw] = read_cell(raw, reading, known)
        read = seen[raw]
        told.tell(row, name, raw, read)
        values.append(read.value)
    return values


def _all_of(cells: list[Raw | None], kinds: tuple[str, ...]) -> bool:
    found = {raw.kind for raw in cells if raw is not None}
    return len(found) == 1 and found <= set(kinds)


def _read_facts(
    cells: list[Raw | None], keys: Mapping[int, str], sheet: Sheet, known: Known, told: _Teller
) -> list[Any]:
    """The values of the sheet of facts; kind and status take words of both languages."""
    column = next((number for number, name in keys.items() if name == "key"), 0)
    rows = dict(sheet.grid.rows)
    values = []
    for row, (raw, number) in enumerate(zip(cells, told.numbers, strict=True)):
        key = show(rows[number].get(column)).strip()
        words = key in ("kind", "status") and raw is not None and raw.kind == "text"
        read = read_kind(raw) if words and raw else read_cell(raw, "literal", known)
        told.tell(row, "value", raw, read)
        values.append(read.value)
    return values


def _read_long(
    cells: Mapping[str, list[Raw | None]], values: dict[str, list[Any]], told: _Teller,
    scales: Mapping[Any, Mapping[str, Scale]],
) -> None:  # fmt: skip
    """Status and value of a sheet with a row for each answer."""
    count = len(told.numbers)
    first = cells.get("status") or [None] * count
    second = cells.get("value") or [None] * count
    seen: dict[Any, Answer] = {}
    status: list[str | None] = []
    value: list[float | None] = []
    for row, (state, number) in enumerate(zip(first, second, strict=True)):
        scale = scales.get(values["edition_year"][row], {}).get(values["item_id"][row], SHARE)
        key = state, number, scale
        if key not in seen:
            seen[key] = read_answer(state, number, scale, wide=False)
        answer = seen[key]
        for name, rule in answer.told:
            raw = state if name == "status" else number
            told.tell(row, name, raw, Read(_tell_answer(answer), rule))
        for name, read in answer.faults:
            told.tell(row, name, state if name == "status" else number, read)
        status.append(answer.status)
        value.append(answer.value)
    values["status"], values["value"] = status, value


def _tell_answer(answer: Answer) -> str:
    return answer.status if answer.value is None else repr(answer.value)  # type: ignore[return-value]


def _read_wide(
    sheet: Sheet, rows: list[tuple[int, dict[int, Raw]]], values: dict[str, list[Any]],
    letters: dict[tuple[str, str], dict[str, str]], told: _Teller,
    scales: Mapping[Any, Mapping[str, Scale]],
) -> Table:  # fmt: skip
    """The answers of a sheet with a column for each item; an empty cell gives no row."""
    found: list[tuple[Any, ...]] = []
    numbers, places = [], []
    seen: dict[Any, Answer] = {}
    shared = [name for name in values if name not in ("item_id", "status", "value")]
    for row, (number, cells) in enumerate(rows):
        own = [values[name][row] for name in shared]
        known = scales.get(values["edition_year"][row], {}) if "edition_year" in values else {}
        for column, item in sheet.header.items.items():
            raw = cells.get(column)
            if raw is None:
                continue
            scale = known.get(item, SHARE)
            if (raw, scale) not in seen:
                seen[raw, scale] = read_answer(None, raw, scale, wide=True)
            answer, letter = seen[raw, scale], get_column_letter(column)
            for _, rule in answer.told:
                told.tell(row, "value", raw, Read(_tell_answer(answer), rule), letter)
            for _, read in answer.faults:
                told.tell(row, "value", raw, read, letter)
            found.append((*own, item, answer.status, answer.value))
            numbers.append(number)
            places.append(letter)
    frame = pd.DataFrame(found, columns=[*shared, "item_id", "status", "value"], dtype=object)
    return Table(sheet.plan, frame, _origin(sheet, numbers, places), letters)


def _tell_absent(sheet: Sheet, name: str, spared: bool, report: Report) -> None:
    """A needed column without a heading: empty where its cells may be, otherwise a fault."""
    place, cell = (sheet.file, sheet.grid.name), f"A{sheet.header.last}"
    empty = {"aliases", "successors", "family_id", "unknown", "parent_id", "file"}
    if spared or (name in empty and not (name == "file" and sheet.plan.key == "rules")):
        report.accepted.append(Accepted(*place, cell, name, "", "column_absent"))
    else:
        report.faults.append(Fault(*place, cell, "", f"has no column {name}",
                                   "add the column, or correct its heading"))  # fmt: skip


def _fill_file(sheet: Sheet, values: dict[str, list[Any]], report: Report) -> None:
    """An empty file name is that of the other rows where they name one; without any, the usual."""
    files = {one for one in values["file"] if one}
    if len(files) > 1 or None not in values["file"]:
        return
    name = next(iter(files), "framework.csv")
    cell = f"{sheet.header.letters().get('file', 'A')}{sheet.header.last}"
    place = (sheet.file, sheet.grid.name, cell)
    report.accepted.append(Accepted(*place, "", name, "file_filled"))
    values["file"] = [one or name for one in values["file"]]
