"""The faults of a dataset that was read from workbooks, each traced back to its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from asan_analysis.data.datasets import Dataset, examine_dataset
from asan_analysis.data.names import fold
from asan_analysis.data.tables import read_toml
from asan_analysis.errors import DataError, Problem
from asan_analysis.forms.cells import suggest
from asan_analysis.forms.faults import Fault, Report
from asan_analysis.forms.folders import write_folder
from asan_analysis.forms.layout import PLANS
from asan_analysis.forms.tables import Table, unique_of
from asan_analysis.index.method import examine_methods
from asan_analysis.robustness.alternatives import examine_assumptions

_KNOWN = {
    "organisation_id": ("bodies", "organisation_id"), "service_id": ("services", "service_id"),
    "item_id": ("framework", "node_id"), "parent_id": ("framework", "node_id"),
    "category": ("categories", "id"), "edition_year": ("editions", "edition_year"),
    "scope": ("categories", "id"),
}  # fmt: skip


def examine_tables(folder: Path, tables: Mapping[str, Table], report: Report) -> Dataset | None:
    """Write the tables as a dataset into a folder and hold it against every rule of `check`.

    Returns
    -------
    Dataset or None
        The dataset; None where anything is at fault, which is then told with its cell.
    """
    held = write_folder(folder, tables)
    data, problems = examine_dataset(str(folder.resolve()))
    rules = {name: _collect(folder / name) for name, (key, _) in held.items() if key == "rules"}
    problems += examine_methods(replace(data, rules=rules))
    if not problems and not report.faults:
        problems += examine_assumptions(data)
    read: set[tuple[str, ...]] = {one[:3] for one in report.faults}
    hints = _Hints(tables)
    for problem in problems:
        _trace(problem, tables, held, report, read, hints)
    _check_keys(tables, report)
    _check_files(tables, report)
    return None if report.faults else data


def _collect(path: Path) -> dict[str, Any]:
    """Rules that were written, also those that no edition names; none where they are unreadable."""
    try:
        return read_toml(path)
    except DataError:
        return {}


def _trace(
    problem: Problem, tables: Mapping[str, Table], held: Mapping[str, tuple[str, Any]],
    report: Report, read: set[tuple[str, ...]], hints: _Hints,
) -> None:  # fmt: skip
    """One problem of a file as a fault of the cell that it comes from."""
    if problem.file == "dataset.toml":
        if ("categories" if problem.column.startswith("categories") else "about") not in tables:
            return  # the sheet is missing; that is told
        report.faults.append(_trace_fact(problem, tables))
        return
    if problem.file not in held:
        if fault := _trace_file(problem, tables):
            report.faults.append(fault)
        return
    key, rows = held[problem.file]
    table = tables[key]
    if problem.row is None:
        report.faults.append(_trace_rule(problem, table, rows))
        return
    row = int(rows[problem.row - (1 if problem.file.endswith(".parquet") else 2)])
    file, sheet, cell = table.cell(row, problem.column)
    answer = key in ("answers", "evaluations")
    beside = {table.cell(row, name) for name in ("status", "value") if answer}
    if problem.column in ("status", "value") and beside & read:
        return
    rule, remedy = problem.rule, problem.remedy
    if rule == "is empty":
        rule = f"{problem.column} is empty"
    elif rule == "stands twice":
        rule = f"stands twice{_first_place(table, row)}"
    if (
        key == "services"
        and problem.column == "organisation_id"
        and problem.rule.startswith("is not")
    ):
        rule, remedy = "is no id and no name of a body", "write an id of the sheet Bodies"
    rule, remedy = _plain(rule), _plain(remedy)
    hint = ""
    if re.search(r"\b(not|no)\b", rule) and problem.value:
        hint = hints.find(problem.column, problem.value)
    report.faults.append(Fault(file, sheet, cell, problem.value, rule, remedy, hint))


def _plain(text: str) -> str:
    """A rule in the words of the workbook: sheets instead of files."""
    text = text.replace("add it to dataset.toml", "add it to the sheet Categories")
    text = text.replace("add [[categories]]", "add a row")
    for key, name in (("bodies", "organisations.csv"), ("services", "services.csv"),
                      ("editions", "editions.csv"), ("about", "dataset.toml")):  # fmt: skip
        text = re.sub(rf"(?<![\w.]){re.escape(name)}", f"the sheet {PLANS[key].name}", text)
    return text


class _Hints:
    """The known id nearest to one that is not known; each is looked for once."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.known: dict[str, dict[str, str]] = {}
        self.found: dict[tuple[str, str], str] = {}

    def find(self, column: str, value: str) -> str:
        """The id that may be meant in a column, or nothing."""
        if column not in self.known:
            self.known[column] = _list_known(column, self.tables)
        names = self.known[column]
        if (column, value) not in self.found:
            self.found[column, value] = names.get(suggest(value, list(names)), "")
        found = self.found[column, value]
        return found if found != value else ""


def _list_known(column: str, tables: Mapping[str, Table]) -> dict[str, str]:
    """The ids that a column may hold, by themselves and, of bodies, by name."""
    key, name = _KNOWN.get(column, ("", ""))
    if key not in tables:
        return {}
    frame = tables[key].frame
    known = [_text(one) for one in frame[name].dropna().unique()]
    if column == "item_id":
        inner = set(frame["parent_id"].dropna())
        known = [one for one in known if one not in inner]
    names = {one: one for one in known}
    if column == "organisation_id":
        for title in ("name_az", "name_en"):
            pairs = zip(frame[title], frame[name], strict=True) if title in frame else ()
            names |= {fold(_text(one)): code for one, code in pairs if one and code}
    return names


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _first_place(table: Table, row: int) -> str:
    """Where the row with the same key stands first."""
    unique = unique_of(table)
    key = tuple(table.frame[name].iat[row] for name in unique)
    first = table.first_rows.get(key, row)
    file, sheet, cell = table.cell(first, unique[-1])
    own = table.cell(row, unique[-1])[0]
    return f"; first in {f'{file} ' if file != own else ''}{sheet}!{cell}" if first != row else ""


def _trace_fact(problem: Problem, tables: Mapping[str, Table]) -> Fault:
    column, key = problem.column, "about"
    if column.startswith("categories"):
        key = "categories"
        name = column.partition(".")[2]
        if key in tables and name in ("id", "title_az", "title_en", "order"):
            frame = tables[key].frame
            wrong = frame["id"] == problem.value
            if not wrong.any():
                wrong = frame[name].isna()
            if wrong.any():
                row = int(wrong.to_numpy().nonzero()[0][-1])
                cell = tables[key].cell(row, name)
                value = problem.value if name == "id" and frame[name].iloc[row] else ""
                rule = problem.rule if value else "is empty"
                return Fault(*cell, value, rule, problem.remedy)
        return Fault(_file(tables, key), PLANS[key].name, "", problem.value,
                     f"{name} {problem.rule}".strip(), _plain(problem.remedy))  # fmt: skip
    table = tables.get(key)
    if table is not None:
        rows = (table.frame["key"] == column).to_numpy().nonzero()[0]
        if len(rows):
            cell = table.cell(int(rows[0]), "value")
            empty = problem.rule == "is missing"
            return Fault(*cell, problem.value, f"{column} is empty" if empty else problem.rule,
                         "fill the cell" if empty else problem.remedy)  # fmt: skip
    return Fault(_file(tables, key), PLANS[key].name, "", "", f"has no row {column}",
                 "add a row with that key")  # fmt: skip


def _file(tables: Mapping[str, Table], key: str) -> str:
    table = tables.get(key) or next(iter(tables.values()), None)
    return _file_of(table) if table is not None else ""


def _trace_file(problem: Problem, tables: Mapping[str, Table]) -> Fault | None:
    """A file that editions name and no sheet holds; a sheet that is missing is told already."""
    editions = tables.get("editions")
    for column, key in (("framework", "framework"), ("rules", "rules")):
        if editions is None or key not in tables or column not in editions.frame:
            continue
        rows = (editions.frame[column] == problem.file).to_numpy().nonzero()[0]
        if len(rows):
            cell = editions.cell(int(rows[0]), column)
            known = [_text(one) for one in tables[key].frame["file"].dropna().unique()]
            if not known:
                return Fault(_file(tables, key), PLANS[key].name, "", "", "has no rows",
                             "add the rows below the header")  # fmt: skip
            return Fault(
                *cell,
                problem.file,
                f"is no file of the sheet {PLANS[key].name}",
                f"write one of {', '.join(known)}",
                suggest(problem.file, known),
            )
    for key, plan in PLANS.items():
        if plan.file == problem.file and key in tables:
            return Fault(_file(tables, key), plan.name, "", "", problem.rule, problem.remedy)
    return None


def _trace_rule(problem: Problem, table: Table, rows: Any) -> Fault:
    """A fault of a whole file, or of a key of the rules."""
    if table.plan.key == "rules":
        own = table.frame.iloc[rows]
        found = (own["key"] == problem.column).to_numpy().nonzero()[0]
        if len(found):
            cell = table.cell(int(rows[found[0]]), "value")
            return Fault(*cell, problem.value.strip("'"), problem.rule, problem.remedy)
    name = table.plan.name
    rule = f"{problem.column} {_plain(problem.rule.replace('the file has', 'has'))}".strip()
    return Fault(_file_of(table), name, "", problem.value, rule, _plain(problem.remedy))


def _file_of(table: Table) -> str:
    """The first workbook that has a sheet."""
    return next(iter(table.letters), ("", ""))[0]


def _check_keys(tables: Mapping[str, Table], report: Report) -> None:
    """Keys that stand twice in the facts and in the rules, and values without a key."""
    for key in ("about", "rules"):
        if key not in tables:
            continue
        table = tables[key]
        unique = list(table.plan.unique)
        again = table.frame.duplicated(unique) & table.frame[unique].notna().all(axis=1)
        for row in again.to_numpy().nonzero()[0].tolist():
            where = table.cell(row, "key")
            rule = f"stands twice{_first_place(table, row)}"
            report.faults.append(Fault(*where, _text(table.frame["key"].iloc[row]), rule,
                                       "keep one row for each key"))  # fmt: skip
        lone = table.frame["key"].isna() & table.frame["value"].notna()
        for row in lone.to_numpy().nonzero()[0].tolist():
            report.faults.append(Fault(*table.cell(row, "key"), "", "is empty", "write the key"))


def _check_files(tables: Mapping[str, Table], report: Report) -> None:
    """Frameworks and rules that no edition names, so that nothing is left out in silence."""
    if "editions" not in tables:
        return
    wrong = {one.cell[:1] for one in report.faults if one.sheet == PLANS["editions"].name}
    for key, letter in (("framework", "E"), ("rules", "F")):
        table = tables.get(key)
        if table is None or key not in tables["editions"].frame:
            continue
        letter = next(iter(tables["editions"].letters.values())).get(key, letter)
        if letter in wrong:
            continue  # the edition names a file that is not there; that is told
        named = {_text(one) for one in tables["editions"].frame[key]}
        files = table.frame["file"].map(_text)
        for name in dict.fromkeys(files[~files.isin(named)]):
            row = int((files == name).to_numpy().argmax())
            rule = "is named by no edition" if name else "is empty"
            report.faults.append(Fault(*table.cell(row, "file"), name, rule,
                                       "correct it here or in the sheet Editions"))  # fmt: skip


def raise_unread(error: DataError, report: Report, file: str) -> None:
    """Tell a workbook that cannot be read."""
    report.faults += [Fault(file, "", "", "", one.rule, one.remedy) for one in error.problems]


def counts_of(data: Dataset) -> dict[str, int]:
    """Editions, bodies, services and answers of a dataset."""
    return {
        "editions": len(data.editions),
        "bodies": int(data.organisations["organisation_id"].nunique()),
        "services": int(data.services["service_id"].nunique()),
        "answers": len(data.assessments),
    }
