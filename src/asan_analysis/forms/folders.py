"""Tables of workbooks as the files of a dataset: written aside, moved into place as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.tables import write_csv
from asan_analysis.errors import ParameterError
from asan_analysis.forms.literals import write_toml
from asan_analysis.forms.tables import Table

PARQUET = {"answers": "assessments.parquet", "evaluations": "evaluations.parquet"}
CSV = {"editions": "editions.csv", "bodies": "organisations.csv", "services": "services.csv",
       "announced": "announced.csv", "assumptions": "assumptions.csv"}  # fmt: skip
FRAMEWORK_NEEDED = ("node_id", "parent_id")
_OPTIONAL = ("answers", "evaluations", "announced", "assumptions")


def check_target(to: Path) -> None:
    """Refuse a folder that exists, or whose parent does not."""
    if os.path.lexists(to):
        raise ParameterError(f"--to {to} exists already; give a new folder, nothing is overwritten")
    if not to.parent.is_dir():
        raise ParameterError(f"--to {to}: there is no folder {to.parent}; make it first")


def write_whole(to: Path, write: Callable[[Path], bool]) -> bool:
    """Let `write` fill a folder beside the place, and move it there where it returns true.

    Raises
    ------
    ParameterError
        The place exists, or takes no folder.
    """
    check_target(to)
    aside = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        aside.mkdir()
        good = write(aside)
        if good:
            check_target(to)
            aside.rename(to)
        return good
    except OSError as error:
        raise ParameterError(
            f"--to {to}: {error.strerror}; give a place that takes a folder"
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def facts_of(tables: Mapping[str, Table]) -> dict[str, Any]:
    """The content of dataset.toml: the facts, then the categories."""
    about: dict[str, Any] = {}
    if "about" in tables:
        frame = tables["about"].frame
        about = {key: one for key, one in zip(frame["key"], frame["value"], strict=True)
                 if key and one is not None}  # fmt: skip
    if "categories" in tables:
        frame = tables["categories"].frame
        about["categories"] = [
            {key: one for key, one in row.items() if one is not None}
            for row in frame.to_dict("records")
        ]
    return about


def write_folder(folder: Path, tables: Mapping[str, Table]) -> dict[str, tuple[str, Any]]:
    """Write the files of a dataset.

    Returns
    -------
    dict
        By file name the key of its table and the rows of that table that it holds, in order.
    """
    held: dict[str, tuple[str, Any]] = {"dataset.toml": ("about", None)}
    text = write_toml(facts_of(tables))
    (folder / "dataset.toml").write_text(text, encoding="utf-8", newline="\n")
    for key, name in CSV.items():
        if key in tables and not (key in _OPTIONAL and tables[key].frame.empty):
            write_csv(tables[key].frame, folder / name)
            held[name] = key, np.arange(len(tables[key].frame))
    for key, name in PARQUET.items():
        if key in tables and not tables[key].frame.empty:
            _typed(tables[key].frame).to_parquet(folder / name, index=False)
            held[name] = key, np.arange(len(tables[key].frame))
    for key in ("framework", "rules"):
        for name in _plain_names(tables, key):
            rows = np.flatnonzero(tables[key].frame["file"] == name)
            held[name] = key, rows
            own = tables[key].frame.iloc[rows].drop(columns="file")
            if key == "framework":
                write_csv(_own_columns(tables[key], rows, own), folder / name)
                continue
            pairs = {one: value for one, value in zip(own["key"], own["value"], strict=True)
                     if one and value is not None}  # fmt: skip
            (folder / name).write_text(write_toml(pairs), encoding="utf-8", newline="\n")
    return held


def _plain_names(tables: Mapping[str, Table], key: str) -> list[str]:
    """The files of frameworks or rules: plain names that no other file of a dataset has."""
    if key not in tables:
        return []
    other = {"dataset.toml", *CSV.values(), *PARQUET.values()}
    names = [str(name) for name in tables[key].frame["file"].dropna().unique()]
    return [
        name
        for name in names
        if Path(name).name == name and name not in (".", "..") and name not in other
    ]


def _own_columns(table: Table, rows: Any, own: pd.DataFrame) -> pd.DataFrame:
    """A framework without the columns that only the sheets of other frameworks have."""
    places = table.origin.iloc[rows][["file", "sheet"]].drop_duplicates().itertuples(index=False)
    headed = {name for place in places for name in table.letters[tuple(place)]}
    kept = [name for name in own.columns if name in headed or name in FRAMEWORK_NEEDED]
    return own[kept]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Answers in the types of the contract: years, values, texts; further numbers as they are."""
    typed: dict[str, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if name == "edition_year":
            typed[name] = pd.to_numeric(column).astype("Int64")
        elif name == "value":
            typed[name] = pd.to_numeric(column).astype("float64")
        elif column.map(lambda one: isinstance(one, str) or one is None).all():
            typed[name] = column.astype("str").where(column.notna(), np.nan)
        else:
            typed[name] = column.infer_objects()
    return pd.DataFrame(typed)
