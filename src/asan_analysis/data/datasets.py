"""Load one dataset: a folder of assessments with its editions, framework and rules."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data import contracts, tables
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.editions import Edition, find_edition
from asan_analysis.data.provenance import project_root
from asan_analysis.errors import DataError, ParameterError, Problem, refuse

DEFAULT_DATASET = "egov_benchmark_2023"
FOLDER_VARIABLE = "ASAN_DATASET_FOLDER"


@dataclass(frozen=True)
class Dataset:
    """One checked dataset. Frames have the columns of their contracts in `data.tables`.

    `frameworks` and `rules` are keyed by file name. `categories` holds id, title_az, title_en,
    order. A register (no assessments) has an empty `assessments`; absent optional tables are empty.
    """

    dataset_id: str
    folder: Path
    about: dict[str, Any]
    categories: pd.DataFrame
    editions: pd.DataFrame
    organisations: pd.DataFrame
    services: pd.DataFrame
    assessments: pd.DataFrame
    announced: pd.DataFrame
    assumptions: pd.DataFrame
    evaluations: pd.DataFrame
    frameworks: dict[str, pd.DataFrame] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`observed` or `synthetic`."""
        return str(self.about["kind"])

    def title(self, lang: str) -> str:
        """The dataset's title in `az` or `en`."""
        return str(self.about[f"title_{lang}"])


def dataset_folder(dataset: str) -> Path:
    """The folder of a dataset: an id under `data/` of the project, or a folder.

    Raises
    ------
    ParameterError
        There is no such id and no such folder; the message lists the ids under `data/`.
    """
    given = os.environ.get(FOLDER_VARIABLE)
    if given and tables.read_toml(Path(given, "dataset.toml")).get("id") == dataset:
        return Path(given)
    if not dataset.strip():
        raise ParameterError("the dataset is empty; give an id under data/ or a folder")
    if "/" in dataset or "\\" in dataset or dataset in (".", ".."):
        return Path(dataset).resolve()
    root = project_root()
    folder = root / "data" / dataset
    if (folder / "dataset.toml").is_file():
        return folder
    if (Path(dataset) / "dataset.toml").is_file():
        return Path(dataset).resolve()
    known = sorted(path.parent.name for path in (root / "data").glob("*/dataset.toml"))
    raise ParameterError(
        f"dataset {dataset!r} is neither under data/ nor a folder with a dataset.toml; "
        f"known: {', '.join(known)}"
    )


def load_dataset(dataset: str) -> Dataset:
    """Read a dataset's folder and check it against the contract.

    Parameters
    ----------
    dataset : str
        Id of a folder under `data/`, or a path.

    Returns
    -------
    Dataset
        All editions. Use `select_edition` for one.

    Raises
    ------
    DataError
        Every failure of every file at once: file, row, column, value, rule and remedy.
    ParameterError
        No such dataset.
    """
    data, problems = examine_dataset(dataset)
    refuse(DataError, problems)
    _refuse_double_id(data)
    return data


def _refuse_double_id(data: Dataset) -> None:
    """Two folders side by side with one id would write over each other's reports."""
    other = data.folder.parent / data.dataset_id
    if (other / "dataset.toml").is_file() and other.resolve() != data.folder.resolve():
        raise ParameterError(
            f"dataset id {data.dataset_id} belongs to {other.name}/ already; "
            f"change the id in {data.folder.name}/dataset.toml"
        )


def examine_dataset(dataset: str) -> tuple[Dataset, list[Problem]]:
    """A dataset as far as it can be read, and every failure of every file.

    A table that cannot be read is empty, and nothing is held against it.

    Raises
    ------
    ParameterError
        No such dataset.
    """
    folder = dataset_folder(dataset)
    if not folder.is_dir():
        raise ParameterError(f"dataset {dataset!r}: there is no such folder")
    problems: list[Problem] = []
    read = _collect(problems, lambda: tables.read_toml(folder / "dataset.toml"))
    about = {} if read is None else read
    problems += [] if read is None else _check_about(about)
    frames = {
        name: _read_table(folder / name, contract, problems, required=required)
        for name, contract, required in _TABLES
    }
    editions = _table(frames, "editions.csv")
    frameworks = {
        name: _read_table(folder / name, contracts.FRAMEWORK, problems, required=True)
        for name in _file_names(editions, "framework", problems)
    }
    rules = {
        name: _collect(problems, partial(tables.read_toml, folder / name))
        for name in _file_names(editions, "rules", problems)
    }
    unread = {name for name, table in {**frames, **frameworks, **rules}.items() if table is None}
    data = Dataset(
        dataset_id=str(about.get("id", "")),
        folder=folder,
        about=about,
        categories=_categories(about),
        editions=editions,
        organisations=_table(frames, "organisations.csv"),
        services=_table(frames, "services.csv"),
        assessments=_table(frames, "assessments.parquet"),
        announced=_table(frames, "announced.csv"),
        assumptions=_table(frames, "assumptions.csv"),
        evaluations=_table(frames, "evaluations.parquet"),
        frameworks={name: table for name, table in frameworks.items() if table is not None},
        rules={name: table for name, table in rules.items() if table is not None},
    )
    return data, [*problems, *_check_links(data, unread, problems)]


def select_edition(data: Dataset, year: int) -> tuple[Dataset, Edition]:
    """The dataset cut to one edition, and the edition.

    Raises
    ------
    UnknownEditionError
        The dataset has no such edition; the message lists its editions.
    """
    edition = find_edition(year, data.editions, of=f"dataset {data.dataset_id}")

    def cut(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["edition_year"] == year].reset_index(drop=True)

    one = replace(
        data,
        organisations=cut(data.organisations),
        services=cut(data.services),
        assessments=cut(data.assessments),
        announced=cut(data.announced),
        evaluations=cut(data.evaluations),
    )
    return one, edition


def load_values(
    path: Path, items: list[str], *, columns: list[str], na: str
) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """Read a table of values, a row per unit and a column per item.

    Parameters
    ----------
    path : Path
        CSV with `unit_id` and a column per item.
    items : list of str
        Ids of the items, all of which need a column.
    columns : list of str
        Columns that are not items; any other unknown column is refused.
    na : {"not_applicable", "not_answered"}
        What a cell `NA` says; an empty cell is always not answered.

    Returns
    -------
    values : DataFrame
        Index unit_id, columns items in the given order, float64, missing where not scored.
    status : DataFrame
        Same shape: `scored`, `not_applicable` or `not_answered`.
    only_na : bool
        The file writes NA but has no empty cell, so NA may mean every kind of missing.

    Raises
    ------
    DataError
        A column missing or unknown, a unit missing or repeated, a cell that is no finite number.
    """
    cells = tables.read_cells(path)
    problems = _check_values_header(path.name, list(cells.columns), items, columns)
    refuse(DataError, problems)
    answers = cells[items]
    empty, not_known = answers == "", answers == "NA"
    numbers = answers.mask(empty | not_known).apply(pd.to_numeric, errors="coerce")
    numbers = numbers.astype("float64")
    wrong = ~np.isfinite(numbers) & ~empty & ~not_known
    for row, column in np.argwhere(wrong.to_numpy()).tolist():
        problems.append(
            Problem(path.name, row + 2, items[column], repr(answers.iat[row, column]),
                    "is not a finite number",
                    "write it with a point, leave it empty (not answered) or write NA")
        )  # fmt: skip
    units = cells["unit_id"]
    for row in np.flatnonzero(units == "").tolist():
        problems.append(
            Problem(path.name, row + 2, "unit_id", "", "is empty", "name the unit")
        )  # fmt: skip
    for row in np.flatnonzero(units.duplicated() & (units != "")).tolist():
        problems.append(
            Problem(path.name, row + 2, "unit_id", units[row], "stands twice", "keep one row")
        )
    if cells.empty:
        problems.append(Problem(path.name, None, "", "", "has no rows", "add a row per unit"))
    refuse(DataError, sorted(problems, key=lambda problem: problem.row or 0))
    status = pd.DataFrame("scored", index=answers.index, columns=items)
    status = status.mask(empty, "not_answered").mask(not_known, na)
    index = pd.Index(units, name="unit_id")
    only_na = bool(not_known.to_numpy().any() and not empty.to_numpy().any())
    return numbers.set_axis(index), status.set_axis(index), only_na


def _check_values_header(
    name: str, found: list[str], items: list[str], columns: list[str]
) -> list[Problem]:
    problems = []
    wanted = ["unit_id", *items, *columns]
    for column in wanted:
        if column not in found:
            what = "an item of the framework" if column in items else "needed"
            problems.append(
                Problem(name, None, column, "", f"is {what} without a column", "add the column")
            )
    for column in found:
        if column not in wanted:
            remedy = "remove it, add it to the framework, or name it under `columns` in the rules"
            problems.append(Problem(name, None, column, "", "is not an item", remedy))
    return problems


_TABLES = (
    ("editions.csv", contracts.EDITIONS, True),
    ("organisations.csv", contracts.ORGANISATIONS, True),
    ("services.csv", contracts.SERVICES, True),
    ("assessments.parquet", contracts.ASSESSMENTS, False),
    ("evaluations.parquet", contracts.EVALUATIONS, False),
    ("announced.csv", contracts.ANNOUNCED, False),
    ("assumptions.csv", contracts.ASSUMPTIONS, False),
)
TABLE_FILES = tuple(name for name, _, _ in _TABLES)
_CATEGORY: dict[str, type] = {"id": str, "title_az": str, "title_en": str, "order": int}
_TYPE_NAMES = {str: "text", int: "a whole number", list: "[[categories]] tables"}
_ABOUT: dict[str, type] = {
    "id": str, "title_az": str, "title_en": str, "kind": str, "status": str, "publisher": str,
    "licence": str, "citation": str, "decimals": int, "places": int, "min_services": int,
    "categories": list,
}  # fmt: skip
_MOST = {"decimals": 15}
_ABOUT_VALUES = {"kind": ("observed", "synthetic"), "status": ("draft", "final")}


def _collect(problems: list[Problem], read: Callable[[], Any]) -> Any:
    """What `read` returns, or None; its problems join the list instead of being raised."""
    try:
        return read()
    except DataError as error:
        problems += error.problems
        return None


def _read_table(
    path: Path, contract: tables.Contract, problems: list[Problem], *, required: bool
) -> pd.DataFrame | None:
    """A table with its failures added to the list; None when it is unreadable."""
    name, parquet = path.name, path.suffix == ".parquet"
    if not required and not path.exists():
        return _nothing(contract)

    def read() -> tuple[pd.DataFrame, list[Problem]]:
        cells = tables.read_parquet(path) if parquet else tables.read_cells(path)
        return tables.examine_table(cells, contract, name=name, first_row=1 if parquet else 2)

    table, found = _collect(problems, read) or (None, [])
    problems += found
    return table


def _nothing(contract: tables.Contract) -> pd.DataFrame:
    """An empty table with the columns and types of a contract."""
    cells = pd.DataFrame({column: pd.Series(dtype="str") for column in contract.columns})
    return tables.check_table(cells, contract, name="", first_row=1)


def _table(frames: dict[str, pd.DataFrame | None], name: str) -> pd.DataFrame:
    """A table that was read, or an empty one."""
    table = frames[name]
    contract = next(contract for other, contract, _ in _TABLES if other == name)
    return _nothing(contract) if table is None else table


def _categories(about: dict[str, Any]) -> pd.DataFrame:
    """The categories of dataset.toml in their order; entries with faults are left out."""
    given = about.get("categories")
    entries = [
        entry
        for entry in (given if isinstance(given, list) else [])
        if isinstance(entry, dict)
        and all(type(entry.get(key)) is kind for key, kind in _CATEGORY.items())
    ]
    table = pd.DataFrame(entries, columns=list(_CATEGORY))
    return table.sort_values("order", ignore_index=True)


def _file_names(editions: pd.DataFrame, column: str, problems: list[Problem]) -> list[str]:
    """The files an editions table names, each plain: a dataset reads nothing outside its folder."""
    names = [str(name) for name in editions[column].dropna().unique()]
    plain = [name for name in names if Path(name).name == name and name not in (".", "..")]
    for name in names:
        if name not in plain:
            problems.append(
                Problem("editions.csv", None, column, name, "is not a plain file name",
                        "put the file into the dataset's folder")
            )  # fmt: skip
    return plain


def _check_about(about: dict[str, Any]) -> list[Problem]:
    """Faults of dataset.toml."""
    problems: list[Problem] = []

    def add(key: str, value: object, rule: str, remedy: str) -> None:
        problems.append(Problem("dataset.toml", None, key, str(value), rule, remedy))

    for key, kind in _ABOUT.items():
        if key not in about:
            add(key, "", "is missing", "add it")
        elif type(about[key]) is not kind:
            add(key, about[key], "has the wrong type", f"write {_TYPE_NAMES[kind]}")
        elif kind is int and not 0 <= about[key] <= _MOST.get(key, 10**6):
            add(key, about[key], "is out of range", f"write 0 to {_MOST.get(key, 10**6)}")
    for key, allowed in _ABOUT_VALUES.items():
        if about.get(key, allowed[0]) not in allowed:
            add(key, about[key], "is not known", f"write one of {', '.join(allowed)}")
    identifier = about.get("id", "x")
    if isinstance(identifier, str) and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", identifier):
        add("id", identifier, "is not a name", "use ascii letters, digits, '_' and '-'")
    given = about.get("categories")
    if given == []:
        add("categories", "", "has no category", "add [[categories]]")
    for entry in given if isinstance(given, list) else []:
        for key, kind in _CATEGORY.items():
            if not isinstance(entry, dict) or type(entry.get(key)) is not kind:
                add(f"categories.{key}", entry, f"needs {_TYPE_NAMES[kind]}", "add it")
    names = [str(name) for name in _categories(about)["id"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        add("categories.id", name, "stands twice", "keep one category for each id")
    return problems


_ORGANISATION = ["edition_year", "organisation_id"]
_SERVICE = ["edition_year", "service_id"]


def _check_links(data: Dataset, unread: set[str], told: list[Problem]) -> list[Problem]:
    """Rows that point at something the dataset does not hold, and values off their scale.

    Nothing is held against a table that could not be read, nor against the value of an answer
    whose value or status is told already.
    """
    problems: list[Problem] = []
    faulty = {(one.file, one.row) for one in told if one.column in ("status", "value")}
    order = data.editions["order"]
    for row in order.index[order.notna() & order.duplicated()]:
        rule, remedy = "is the place of another edition too", "give each edition its own place"
        value = str(order[row])
        problems.append(Problem("editions.csv", int(row) + 2, "order", value, rule, remedy))
    scope = data.announced["scope"]
    places = [*data.categories["id"], CATEGORY_ALL]
    for row in scope.index[scope.notna() & ~scope.isin(places)]:
        rule, remedy = "is not a category or all", f"write one of {', '.join(places)}"
        problems.append(Problem("announced.csv", int(row) + 2, "scope", scope[row], rule, remedy))
    if "editions.csv" not in unread:
        for name, frame in _by_edition(data):
            problems += _unknown(name, frame, ["edition_year"], data.editions)
    known = set(data.categories["id"])
    rows = data.organisations["category"]
    for row in rows.index[rows.notna() & ~rows.isin(known)] if known else []:
        remedy = f"write one of {', '.join(sorted(known))}, or add it to dataset.toml"
        rule = "is not a category of the dataset"
        problems.append(
            Problem("organisations.csv", int(row) + 2, "category", rows[row], rule, remedy)
        )
    if "organisations.csv" not in unread:
        problems += _unknown("services.csv", data.services, _ORGANISATION, data.organisations)
    for name, frame in (
        ("assessments.parquet", data.assessments), ("evaluations.parquet", data.evaluations),
    ):  # fmt: skip
        if "services.csv" not in unread:
            problems += _unknown(name, frame, _SERVICE, data.services)
        found = _check_answers(name, frame, data)
        problems += [
            one for one in found if one.column == "item_id" or (name, one.row) not in faulty
        ]
    return problems


def _by_edition(data: Dataset) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "organisations.csv", data.organisations
    yield "services.csv", data.services
    yield "assessments.parquet", data.assessments
    yield "evaluations.parquet", data.evaluations
    yield "announced.csv", data.announced


_ABSENT = {
    "edition_year": "is not in editions.csv",
    "organisation_id": "is not in organisations.csv for that edition",
    "service_id": "is not in services.csv for that edition",
}


def _unknown(
    name: str, frame: pd.DataFrame, columns: list[str], other: pd.DataFrame
) -> list[Problem]:
    """Rows whose key does not stand in the other table; incomplete keys are left alone."""
    known = pd.MultiIndex.from_frame(other[columns])
    pairs = frame[columns].drop_duplicates().dropna()
    if pd.MultiIndex.from_frame(pairs).isin(known).all():
        return []
    whole = frame[columns].notna().all(axis=1).to_numpy()
    found = pd.MultiIndex.from_frame(frame[columns]).isin(known)
    first = 1 if name.endswith(".parquet") else 2
    rule, remedy = _ABSENT[columns[-1]], "add it there or correct this row"
    return [
        Problem(name, row + first, columns[-1], str(frame[columns[-1]].iloc[row]), rule, remedy)
        for row in np.flatnonzero(whole & ~found).tolist()
    ]


def _check_answers(name: str, answers: pd.DataFrame, data: Dataset) -> list[Problem]:
    """Items outside the framework of their edition, values without status, shares outside 0..1."""
    problems: list[Problem] = []

    def add(rows: pd.Series[bool], column: str, rule: str, remedy: str) -> None:
        for row in np.flatnonzero(rows).tolist():
            value = answers[column].iloc[row]
            shown = "" if pd.isna(value) else f"{value}"
            problems.append(Problem(name, row + 1, column, shown, rule, remedy))

    for edition in tables.each_row(data.editions):
        framework = data.frameworks.get(str(edition.framework))
        if framework is None:
            continue
        here = (answers["edition_year"] == edition.edition_year).fillna(False)
        items = framework[~framework["node_id"].isin(framework["parent_id"].dropna())]
        stranger = answers["item_id"].notna() & ~answers["item_id"].isin(items["node_id"])
        add(here & stranger, "item_id", f"is not an item of {edition.framework}", "correct it")
        rules = data.rules.get(str(edition.rules), {})
        shares = items.loc[_is_share(items, rules), "node_id"]
        off = ~answers["value"].between(0, 1) & answers["value"].notna()
        add(here & answers["item_id"].isin(shares) & off, "value", "is outside 0 to 1",
            "write a share, or give the item a normalisation")  # fmt: skip
    scored = answers["status"] == "scored"
    add(scored & answers["value"].isna(), "value", "is empty although scored", "write the value")
    add(~scored & answers["value"].notna(), "value", "stands although not scored", "empty it")
    return problems


def _is_share(items: pd.DataFrame, rules: dict[str, Any]) -> pd.Series[bool]:
    """Items without a normalisation and without bounds: their values are shares."""
    default = str(rules.get("normalisation", "none"))
    columns = items.reindex(columns=["normalisation", "lower", "upper"])
    plain = columns["normalisation"].astype(object).fillna(default) == "none"
    return plain & columns["lower"].isna() & columns["upper"].isna()
