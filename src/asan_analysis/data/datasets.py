"""Load one dataset: a folder of assessments with its editions, framework and rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data import contracts, tables
from asan_analysis.data.about import check_about, list_categories
from asan_analysis.data.answers import Lot, examine_answers, has_parts, locate_problem
from asan_analysis.data.editions import Edition, find_edition
from asan_analysis.data.files import DEFAULT_DATASET as DEFAULT_DATASET
from asan_analysis.data.files import FOLDER_VARIABLE as FOLDER_VARIABLE
from asan_analysis.data.files import is_there, kept_while_same, project_root
from asan_analysis.data.links import check_links
from asan_analysis.errors import DataError, ParameterError, Problem, legible, refuse

DEFAULT_REGISTER = "asan_register"


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
        return Path(os.path.realpath(dataset))  # Path.resolve stops at a circle of links
    beside = os.path.isfile(Path(dataset, "dataset.toml"))
    try:
        root = project_root()
    except ParameterError:
        if beside:
            return Path(os.path.realpath(dataset))
        raise
    folder = root / "data" / dataset
    if os.path.isfile(folder / "dataset.toml"):
        return folder
    if beside:
        return Path(os.path.realpath(dataset))
    known = sorted(path.parent.name for path in (root / "data").glob("*/dataset.toml"))
    raise ParameterError(
        f"dataset '{legible(dataset)}' is neither under data/ nor a folder with a dataset.toml; "
        f"known: {', '.join(known)}"
    )


def default_register() -> str:
    """The dataset that is searched where none is given: the register where it is there."""
    there = os.path.isfile(project_root() / "data" / DEFAULT_REGISTER / "dataset.toml")
    return DEFAULT_REGISTER if there else DEFAULT_DATASET


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
    data = _load_folder(_find_folder(dataset))
    _refuse_double_id(data)
    return data


@kept_while_same
def _load_folder(folder: Path) -> Dataset:
    data, problems = _examine_folder(folder)
    refuse(DataError, problems)
    return data


def _refuse_double_id(data: Dataset) -> None:
    """Two folders side by side with one id would write over each other's reports."""
    other = data.folder.parent / data.dataset_id
    if (other / "dataset.toml").is_file() and other.resolve() != data.folder.resolve():
        raise ParameterError(
            f"dataset id {data.dataset_id} belongs to {other.name}/ already; "
            f"change the id in {data.folder.name}/dataset.toml"
        )


def load_outline(dataset: str) -> Dataset:
    """As `load_dataset` without services and answers, which can be too many for memory.

    Raises
    ------
    DataError, ParameterError
        As `load_dataset`.
    """
    data, problems = examine_dataset(dataset, names=("editions.csv", "organisations.csv"))
    refuse(DataError, problems)
    _refuse_double_id(data)
    return data


def examine_dataset(
    dataset: str, *, names: Collection[str] | None = None
) -> tuple[Dataset, list[Problem]]:
    """A dataset as far as it can be read, and every failure of every file.

    A table that cannot be read is empty, and nothing is held against it.

    Parameters
    ----------
    dataset : str
        Id of a folder under `data/`, or a path.
    names : collection of str, optional
        The tables to read, of `TABLE_FILES`; the others are left empty. All where left out.

    Raises
    ------
    ParameterError
        No such dataset.
    """
    return _examine_folder(_find_folder(dataset), names=names)


def _find_folder(dataset: str) -> Path:
    folder = dataset_folder(dataset)
    if not os.path.isdir(folder):  # Path.is_dir stops at a name that is too long
        raise ParameterError(f"dataset '{legible(dataset)}': there is no such folder")
    return folder


def _examine_folder(
    folder: Path, *, names: Collection[str] | None = None
) -> tuple[Dataset, list[Problem]]:
    problems: list[Problem] = []
    read = _collect(problems, lambda: tables.read_toml(folder / "dataset.toml"))
    about = {} if read is None else read
    problems += [] if read is None else check_about(about)
    frames = {
        name: _read_table(folder / name, contract, problems, required=required)
        for name, contract, required in _TABLES
        if names is None or name in names
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
    lots: list[Lot] = []
    if has_parts(folder) and "assessments.parquet" in frames:
        frames["assessments.parquet"], lots = _read_parts(folder, frames, frameworks, problems)
    method = {name: table for name, table in (frameworks | rules).items() if table is not None}
    found = {name: _table(frames, name) for name in TABLE_FILES}
    data = Dataset(
        dataset_id=str(about.get("id", "")),
        folder=folder,
        about=about,
        categories=list_categories(about),
        editions=editions,
        organisations=found["organisations.csv"],
        services=found["services.csv"],
        assessments=found["assessments.parquet"],
        announced=found["announced.csv"],
        assumptions=found["assumptions.csv"],
        evaluations=found["evaluations.parquet"],
        frameworks={name: method[name] for name in frameworks if name in method},
        rules={name: method[name] for name in rules if name in method},
    )
    unread = {name for name in TABLE_FILES if frames.get(name) is None}
    categories = [str(category) for category in data.categories["id"]]
    links = check_links(found, categories, method, unread=unread, told=problems)
    return data, [*problems, *(locate_problem(one, lots) for one in links)]


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
    if not required and not is_there(path):
        return _nothing(name)

    def read() -> tuple[pd.DataFrame, list[Problem]]:
        cells = tables.read_parquet(path) if parquet else tables.read_cells(path)
        if required and cells.empty:
            raise tables.unreadable(name, "has no rows", "add the rows below the header")
        return tables.examine_table(cells, contract, name=name, first_row=1 if parquet else 2)

    table, found = _collect(problems, read) or (None, [])
    problems += found
    return table


def _read_parts(
    folder: Path,
    frames: dict[str, pd.DataFrame | None],
    frameworks: dict[str, pd.DataFrame | None],
    problems: list[Problem],
) -> tuple[pd.DataFrame | None, list[Lot]]:
    """The answers that stand in parts, their failures added to the list; None when unreadable."""
    known = {name: table for name, table in frameworks.items() if table is not None}
    editions, services = _table(frames, "editions.csv"), _table(frames, "services.csv")
    read = partial(examine_answers, folder, editions, known, services)
    table, found, lots = _collect(problems, read) or (None, [], [])
    problems += found
    if table is not None and table.empty:
        table = _nothing("assessments.parquet")
    return table, lots


def _nothing(name: str) -> pd.DataFrame:
    """An empty table with the columns and types of its contract, for the caller alone."""
    return _typed_nothing(name).copy()


@cache
def _typed_nothing(name: str) -> pd.DataFrame:
    contract = next(contract for other, contract, _ in _TABLES if other == name)
    cells = pd.DataFrame({column: pd.Series(dtype="str") for column in contract.columns})
    return tables.check_table(cells, contract, name="", first_row=1)


def _table(frames: dict[str, pd.DataFrame | None], name: str) -> pd.DataFrame:
    """A table that was read, or an empty one."""
    table = frames.get(name)
    return _nothing(name) if table is None else table


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


def load_scored_by(data: Dataset) -> dict[str, list[str]]:
    """Columns of `services.csv` that repeat or are computed from scored items.

    Returns
    -------
    dict of str to list of str
        Item ids by column, from `scored_by` in `data/dictionary.csv`; only columns and items that
        the dataset has.

    Raises
    ------
    DataError
        The dictionary breaks its contract.
    """
    dictionary = tables.read_csv(project_root() / "data" / "dictionary.csv", contracts.DICTIONARY)
    rows = dictionary[(dictionary["table"] == "services") & (dictionary["scored_by"].notna())]
    known = {str(node) for frame in data.frameworks.values() for node in frame["node_id"]}
    found = {str(row.column): str(row.scored_by).split(";") for row in tables.each_row(rows)}
    return {column: items for column, items in found.items()
            if column in data.services and set(items) & known}  # fmt: skip
