"""Workbooks of another layout: read through a short mapping, whose first attempt is written.

A mapping is a TOML file:

- `dataset`, `year`: facts, rules, framework, bodies and services come from this edition.
- `framework` (optional): a CSV file beside the mapping instead of the framework of the edition.
- `sheet`, `header_row`: where the table stands.
- `service` and, where the sheet has them, `body`, `service_az`, `service_en`: columns, each by its
  letter or by its heading.
- `[items]`: id of an item = its column. Or, for a row for each answer: `item`, `status`, `value`.
- `[words]`: a text of the workbook = yes, no, not_applicable or not_answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import column_index_from_string

from asan_analysis.data.contracts import CODE, FRAMEWORK
from asan_analysis.data.datasets import Dataset, load_dataset, select_edition
from asan_analysis.data.names import fold
from asan_analysis.data.tables import read_csv, read_toml
from asan_analysis.errors import ParameterError
from asan_analysis.forms.bases import tables_of
from asan_analysis.forms.cells import Known, Raw, clean, show, suggest
from asan_analysis.forms.faults import Accepted, Fault, Report
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.headers import Header
from asan_analysis.forms.layout import PLANS
from asan_analysis.forms.reading import read_sheet, scales_of
from asan_analysis.forms.rows import Sheet
from asan_analysis.forms.tables import Table, join_tables
from asan_analysis.forms.texts import WORDS

_YEAR = 16384  # the last column of a sheet: a place for the year, which has no column of its own
_COLUMNS = {"service": "service_id", "body": "organisation_id", "service_az": "name_az",
            "service_en": "name_en", "item": "item_id", "status": "status", "value": "value",
            "reason": "reason", "evidence": "evidence"}  # fmt: skip
_SETTINGS = {"dataset", "year", "framework", "sheet", "header_row", "items", "words", *_COLUMNS}
_OF_SERVICES = ("service_id", "organisation_id", "name_az", "name_en")


def read_mapped(
    books: Mapping[str, Sequence[Grid]], mapping: Path, report: Report
) -> dict[str, Table]:
    """The tables of a dataset whose answers stand in workbooks of another layout.

    Raises
    ------
    DataError
        The mapping is no TOML file.
    ParameterError
        The mapping has an unknown setting, names a column or an item that is not there, or a
        dataset or an edition that does not exist.
    """
    settings = read_toml(mapping)
    _check_settings(settings, mapping.name)
    data = _load_base(settings, mapping)
    tables = tables_of(data)
    scales = scales_of(tables)
    names = names_of(data.organisations, "organisation_id")
    services = names_of(data.services, "service_id")
    answers, offered = [], []
    for file, grids in books.items():
        grid = _find_sheet(grids, settings, mapping.name)
        columns, items = _find_columns(grid, settings, mapping.name, data)
        grid = _prepare(grid, {**columns, **items}, settings)
        header = Header(int(settings["header_row"]), columns, items)
        grid = _name_services(grid, header, services, file, report)
        own = {number: name for number, name in columns.items()
               if name not in ("organisation_id", "name_az", "name_en")}  # fmt: skip
        sheet = Sheet(file, grid, PLANS["answers"], header._replace(columns=own))
        answers.append(read_sheet(_narrow(sheet), Known(), report, scales))
        more = {number: name for number, name in columns.items()
                if name in (*_OF_SERVICES, "edition_year")}  # fmt: skip
        sheet = Sheet(file, grid, PLANS["services"], header._replace(columns=more, items={}))
        offered.append(read_sheet(_narrow(sheet), Known(bodies=names), Report(), scales))
    tables["answers"] = join_tables(PLANS["answers"], answers)
    tables["services"] = _add_services(tables["services"], offered, report)
    return tables


def _check_settings(settings: Mapping[str, Any], name: str) -> None:
    unknown = sorted(set(settings) - _SETTINGS)
    missing = [
        key for key in ("dataset", "year", "sheet", "header_row", "service") if key not in settings
    ]
    if unknown or missing:
        told = [f"unknown {', '.join(unknown)}"] if unknown else []
        told += [f"missing {', '.join(missing)}"] if missing else []
        raise ParameterError(f"{name}: {'; '.join(told)}; it takes {', '.join(sorted(_SETTINGS))}")
    if not settings.get("items") and "item" not in settings:
        raise ParameterError(f"{name}: no item has a column; fill [items], or name the column item")
    for key in ("year", "header_row"):
        if type(settings[key]) is not int:
            raise ParameterError(f"{name}: {key} {settings[key]!r} is not a whole number")


def _load_base(settings: Mapping[str, Any], mapping: Path) -> Dataset:
    """The edition that the workbook belongs to, without its answers."""
    data, edition = select_edition(load_dataset(str(settings["dataset"])), int(settings["year"]))
    frameworks = {edition.framework: data.frameworks[edition.framework]}
    if "framework" in settings:
        path = mapping.parent / str(settings["framework"])
        frameworks = {edition.framework: read_csv(path, FRAMEWORK)}
    own = data.editions[data.editions["edition_year"] == edition.edition_year]
    return replace(data, editions=own, frameworks=frameworks, announced=data.announced.iloc[:0],
                   rules={edition.rules: data.rules[edition.rules]},
                   evaluations=data.evaluations.iloc[:0],
                   assessments=data.assessments.iloc[:0])  # fmt: skip


def names_of(frame: pd.DataFrame, code: str) -> dict[str, str]:
    """Ids by folded id and name, where only one has it."""
    found: dict[str, set[str]] = {}
    for row in frame.to_dict("records"):
        names = [row[code], row["name_az"], row["name_en"]]
        aliases = row.get("aliases")
        names += aliases.split(";") if isinstance(aliases, str) else []
        for name in names:
            found.setdefault(fold(str(name)), set()).add(row[code])
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1 and name}


def _find_sheet(grids: Sequence[Grid], settings: Mapping[str, Any], name: str) -> Grid:
    for grid in grids:
        if grid.name == settings["sheet"]:
            return grid
    known = ", ".join(grid.name for grid in grids)
    raise ParameterError(f"{name}: there is no sheet {settings['sheet']!r}; found {known}")


def _find_columns(
    grid: Grid, settings: Mapping[str, Any], name: str, data: Dataset
) -> tuple[dict[int, str], dict[int, str]]:
    """The columns by number: those of the layout, and the items."""
    headings = dict(grid.rows).get(int(settings["header_row"]), {})
    places = {clean(show(raw)): number for number, raw in headings.items()}

    def place(key: str, text: object) -> int:
        wanted = clean(str(text))
        if wanted in places:
            return places[wanted]
        if re.fullmatch(r"[A-Z]{1,3}", wanted):
            return int(column_index_from_string(wanted))
        hint = suggest(wanted, list(places))
        raise ParameterError(f"{name}: {key} = {text!r} is no heading of row "
                             f"{settings['header_row']} and no letter of a column"
                             f"{f'; did you mean {hint!r}?' if hint else ''}")  # fmt: skip

    columns = {
        place(key, settings[key]): column for key, column in _COLUMNS.items() if key in settings
    }
    columns[_YEAR] = "edition_year"
    known = items_of(data)
    items: dict[int, str] = {}
    for item, text in settings.get("items", {}).items():
        if item not in known:
            hint = suggest(item, list(known))
            raise ParameterError(f"{name}: [items] {item!r} is no item of the framework"
                                 f"{f'; did you mean {hint!r}?' if hint else ''}")  # fmt: skip
        items[place(item, text)] = item
    return columns, items


def items_of(data: Dataset) -> dict[str, list[str]]:
    """The items of the framework, each with its names."""
    frame = next(iter(data.frameworks.values()))
    items = frame[~frame["node_id"].isin(frame["parent_id"].dropna())]
    names = [column for column in ("name_az", "name_en", "short_az", "short_en") if column in items]
    return {
        str(row["node_id"]): [
            str(row[name]) for name in names if isinstance(row[name], str) and row[name]
        ]
        for row in items.to_dict("records")
    }


def _prepare(grid: Grid, columns: Mapping[int, str], settings: Mapping[str, Any]) -> Grid:
    """The mapped cells below the header, the year beside each, words put into ours."""
    words = {
        fold(str(text)) or clean(str(text)): str(word)
        for text, word in settings.get("words", {}).items()
    }
    unknown = sorted(set(words.values()) - set(WORDS))
    if unknown:
        raise ParameterError(f"[words] gives {', '.join(unknown)}; it takes {', '.join(WORDS)}")
    answers = {number for number, name in columns.items()
               if name not in (*_OF_SERVICES, "item_id", "edition_year")}  # fmt: skip
    rows = []
    for number, cells in grid.rows:
        if number <= int(settings["header_row"]):
            continue
        own = {column: raw for column, raw in cells.items() if column in columns}
        for column in answers & own.keys():
            text = clean(show(own[column]))
            word = words.get(fold(text) or text)
            if word:
                own[column] = Raw("text", word)
        if len(own) > 1:
            own[_YEAR] = Raw("number", int(settings["year"]))
        if own:
            rows.append((number, own))
    return replace(grid, rows=rows)


def _name_services(
    grid: Grid, header: Header, services: Mapping[str, str], file: str, report: Report
) -> Grid:
    """Names of services put into their ids, where only one service has the name."""
    column = next(number for number, name in header.columns.items() if name == "service_id")
    letter = header.letters()["service_id"]
    rows = []
    for number, cells in grid.rows:
        raw = cells.get(column)
        found = services.get(fold(show(raw))) if raw is not None else None
        if raw is not None and found and found != clean(show(raw)):
            place = (file, grid.name, f"{letter}{number}")
            report.accepted.append(Accepted(*place, show(raw), found, "service_as_id"))
            cells = {**cells, column: Raw("text", found)}
        rows.append((number, cells))
    return replace(grid, rows=rows)


def _narrow(sheet: Sheet) -> Sheet:
    """A sheet with the cells of its own columns only."""
    columns = {*sheet.header.columns, *sheet.header.items}
    rows = [(number, {column: raw for column, raw in cells.items() if column in columns})
            for number, cells in sheet.grid.rows]  # fmt: skip
    return sheet._replace(grid=replace(sheet.grid, rows=[row for row in rows if row[1]]))


def _add_services(base: Table, offered: Sequence[Table], report: Report) -> Table:
    """The services of the dataset, and those that the workbook adds with their body and name."""
    table = join_tables(base.plan, list(offered))
    known = set(base.frame["service_id"])
    new = ~table.frame["service_id"].isin(known) & ~table.frame["service_id"].duplicated()
    new &= table.frame["service_id"].notna()
    frame, origin = (
        table.frame[new].reset_index(drop=True),
        table.origin[new].reset_index(drop=True),
    )
    told = Table(base.plan, frame, origin, table.letters)
    named = frame.reindex(columns=["organisation_id", "name_az"]).notna().all(axis=1)
    whole = named & frame["service_id"].map(lambda one: bool(re.fullmatch(CODE, one)))
    names = names_of(base.frame, "service_id")
    for row in (~whole).to_numpy().nonzero()[0].tolist():
        service = str(frame["service_id"].iloc[row])
        nearest = suggest(service, [*known, *names])
        report.faults.append(
            Fault(*told.cell(row, "service_id"), service, "is no service of the dataset",
                  "correct it, or give it a code and map body and service_az to add it",
                  names.get(nearest, nearest)))  # fmt: skip
    added = Table(base.plan, frame[whole].reset_index(drop=True),
                  origin[whole].reset_index(drop=True), table.letters)  # fmt: skip
    if "name_en" not in added.frame or added.frame["name_en"].isna().all():
        added.frame["name_en"] = added.frame["name_az"]
    return join_tables(base.plan, [base, added]) if len(added.frame) else base
