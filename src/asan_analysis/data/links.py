"""Rows that point at something a dataset does not hold, and answers that break their item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.tables import each_row, problems_at
from asan_analysis.errors import Problem

Tables = Mapping[str, pd.DataFrame]
Method = Mapping[str, Any]

_ORGANISATION = ["edition_year", "organisation_id"]
_SERVICE = ["edition_year", "service_id"]
_OF_AN_EDITION = (
    "organisations.csv", "services.csv", "assessments.parquet", "evaluations.parquet",
    "announced.csv",
)  # fmt: skip


def check_links(
    tables: Tables,
    categories: list[str],
    method: Method,
    *,
    unread: set[str],
    told: list[Problem],
) -> list[Problem]:
    """Every row that points at something the dataset does not hold, and every value off its scale.

    Parameters
    ----------
    tables : mapping
        The tables of a dataset by file name.
    categories : list of str
        Ids of dataset.toml.
    method : mapping
        Frameworks (frames) and rules (mappings) by file name.
    unread : set of str
        Files that could not be read; nothing is held against them.
    told : list of Problem
        What is told already; the value of an answer told there is left alone.
    """
    problems = _check_places(tables["editions.csv"])
    if categories:
        scopes = [*categories, CATEGORY_ALL]
        problems += _check_words("announced.csv", tables, "scope", scopes)
        problems += _check_words("organisations.csv", tables, "category", categories)
    if "editions.csv" not in unread:
        for name in _OF_AN_EDITION:
            problems += _unknown(name, tables[name], ["edition_year"], tables["editions.csv"])
    if "organisations.csv" not in unread:
        organisations = tables["organisations.csv"]
        problems += _unknown("services.csv", tables["services.csv"], _ORGANISATION, organisations)
    faulty = {(one.file, one.row) for one in told if one.column in ("status", "value")}
    for name in ("assessments.parquet", "evaluations.parquet"):
        if "services.csv" not in unread:
            problems += _unknown(name, tables[name], _SERVICE, tables["services.csv"])
        found = _check_answers(name, tables[name], tables["editions.csv"], method)
        problems += [
            one for one in found if one.column == "item_id" or (name, one.row) not in faulty
        ]
    return problems


def _check_places(editions: pd.DataFrame) -> list[Problem]:
    """Editions that share a place in the order."""
    order = editions["order"]
    rule, remedy = "is the place of another edition too", "give each edition its own place"
    return [
        Problem("editions.csv", int(row) + 2, "order", str(order[row]), rule, remedy)
        for row in order.index[order.notna() & order.duplicated()]
    ]


def _check_words(name: str, tables: Tables, column: str, allowed: list[str]) -> list[Problem]:
    """Cells that are not one of the dataset's own words."""
    cells = tables[name][column]
    rule, remedy = "is not a category of the dataset", f"write one of {', '.join(allowed)}"
    wrong = np.flatnonzero(cells.notna() & ~cells.isin(allowed))
    return problems_at(
        name, cells, wrong, rule, f"{remedy}, or add it to dataset.toml", first_row=2
    )


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
    wrong = np.flatnonzero(whole & ~found)
    return problems_at(name, frame[columns[-1]], wrong, rule, remedy, first_row=first)


def _check_answers(
    name: str, answers: pd.DataFrame, editions: pd.DataFrame, method: Method
) -> list[Problem]:
    """Items outside the framework of their edition, values without status, shares outside 0..1."""
    problems: list[Problem] = []

    def add(rows: pd.Series[bool], column: str, rule: str, remedy: str) -> None:
        found = np.flatnonzero(rows)
        problems.extend(problems_at(name, answers[column], found, rule, remedy, first_row=1))

    for edition in each_row(editions):
        framework = method.get(str(edition.framework))
        if framework is None:
            continue
        here = (answers["edition_year"] == edition.edition_year).fillna(False)
        items = framework[~framework["node_id"].isin(framework["parent_id"].dropna())]
        stranger = answers["item_id"].notna() & ~answers["item_id"].isin(items["node_id"])
        add(here & stranger, "item_id", f"is not an item of {edition.framework}", "correct it")
        rules = method.get(str(edition.rules), {})
        shares = items.loc[_is_share(items, rules), "node_id"]
        off = ~answers["value"].between(0, 1) & answers["value"].notna()
        add(here & answers["item_id"].isin(shares) & off, "value", "is outside 0 to 1",
            "write a share, or give the item a normalisation")  # fmt: skip
    scored = answers["status"] == "scored"
    add(scored & answers["value"].isna(), "value", "is empty although scored", "write the value")
    add(~scored & answers["value"].notna(), "value", "stands although not scored", "empty it")
    return problems


def _is_share(items: pd.DataFrame, rules: Mapping[str, Any]) -> pd.Series[bool]:
    """Items without a normalisation and without bounds: their values are shares."""
    default = str(rules.get("normalisation", "none"))
    columns = items.reindex(columns=["normalisation", "lower", "upper"])
    plain = columns["normalisation"].astype(object).fillna(default) == "none"
    return plain & columns["lower"].isna() & columns["upper"].isna()
