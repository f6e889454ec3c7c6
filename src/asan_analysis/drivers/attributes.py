"""What is known of services and bodies beside their answers, and what of it may explain a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.index.aggregation import Floats

NOT_ATTRIBUTES = ("edition_year", "service_id", "organisation_id", "name_az", "name_en",
                  "family_id")  # fmt: skip
_MOST_LEVELS, _MOST_UNIQUE, _MOST_MISSING = 12, 1 / 3, 0.2
_REPEATS, _COMPARED, _BINS = 0.95, 10, 20
_COLUMNS = ["attribute", "type", "levels", "missing", "used", "why_unused", "repeats", "agreement"]


def add_body_attributes(services: pd.DataFrame, organisations: pd.DataFrame) -> pd.DataFrame:
    """Services with two attributes of their body: its category and its number of services.

    Parameters
    ----------
    services, organisations : DataFrame
        `services.csv` and `organisations.csv` of one edition.

    Returns
    -------
    DataFrame
        `services` with the columns category and body_services (all services of the body in
        `services`), in place of columns of these names.
    """
    owner = services["organisation_id"]
    category = organisations.set_index("organisation_id")["category"]
    size = owner.map(owner.value_counts()).astype("int64")
    return services.assign(category=owner.map(category), body_services=size)


def list_attributes(
    services: pd.DataFrame,
    assessments: pd.DataFrame,
    scored_by: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Which columns of services can explain a score, and why the others cannot.

    A column of numbers stays a number, every other column becomes levels. Refused are, in this
    order: a column that is scored itself (`scored_by`); one that repeats an item (see Notes); one
    with a single value; one that is missing for more than a fifth of the services; a text with more
    than 12 levels, or with levels for more than a third of the services (a name, an id).

    Parameters
    ----------
    services : DataFrame
        Rows of one edition; every column beyond the required ones is taken for an attribute
        (`add_body_attributes` adds two of the body).
    assessments : DataFrame
        Answers of the same edition: service_id, item_id, status, value.
    scored_by : mapping, optional
        Column to the ids of the items that it repeats or is computed from.

    Returns
    -------
    DataFrame
        Key attribute, in file order. Columns type (`number` or `levels`), levels (number of
        different values), missing (number of services), used (bool), why_unused (empty where used;
        else `computed_from_item`, `repeats_item`, `one_value`, `often_missing` or `id_or_text`, in
        the order above), repeats (the items it is computed from or repeats, `;` between; empty
        where there is none), agreement (share of services where column and item agree, 0..1, or the
        size of the rank correlation; missing where it repeats none).

    Notes
    -----
    An item's answer cannot explain the score it is part of. A column repeats an item when, over the
    services that have both (10 at least), guessing the column from the answer, by its most frequent
    value at each answer, is right for 95 % of them, and wrong at most half as often as guessing
    without the answer: else a column with nearly one value would repeat every item. Answers of more
    than 20 values are cut into 20 groups of equal size. Numbers are also refused at a rank
    correlation of 0.95 with an item, either way. A copy with more noise than that passes unseen;
    so does a column computed from several items, which `scored_by` has to name.
    """
    names = [column for column in services.columns if column not in NOT_ATTRIBUTES]
    items, answers = _widen_answers(services["service_id"], assessments)
    rows = []
    for name in names:
        values = read_attribute(services[name])
        known = values.notna()
        kind = "number" if values.dtype == "float64" else "levels"
        levels = int(values.nunique())
        reason, item, agreement = _find_scored(name, values, items, answers, scored_by or {})
        reason = reason or _tell_unfit(kind, levels, int(known.sum()), len(values))
        rows.append((name, kind, levels, int((~known).sum()), not reason, reason, item, agreement))
    kinds = {"attribute": "str", "used": "bool", "agreement": "float64"}
    return pd.DataFrame(rows, columns=_COLUMNS).astype(kinds)


def read_attribute(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column as numbers (float64) where every value is a finite number, else as text (object).

    Empty cells are missing.
    """
    known = column.notna() & (column.astype("str").str.strip() != "")
    numbers = pd.to_numeric(column.where(known), errors="coerce").astype("float64")
    is_bool = column.dtype.kind == "b"
    if not is_bool and np.isfinite(numbers[known].to_numpy()).all():
        return numbers
    return column.astype("str").str.strip().astype("object").where(known)


def _widen_answers(units: pd.Series[Any], assessments: pd.DataFrame) -> tuple[list[str], Floats]:
    """Scored answers as services x items, NaN where there is none."""
    scored = assessments[assessments["status"] == "scored"]
    row = pd.Index(units).get_indexer(pd.Index(scored["service_id"]))
    column, items = pd.factorize(scored["item_id"])
    table = np.full((len(units), len(items)), np.nan)
    here = row >= 0
    table[row[here], column[here]] = scored["value"].to_numpy(dtype="float64")[here]
    return [str(item) for item in items], table


def _find_scored(
    name: str,
    values: pd.Series[Any],
    items: list[str],
    answers: Floats,
    scored_by: Mapping[str, Sequence[str]],
) -> tuple[str, str, float]:
    """Why a column is scored itself, by which items, and how closely it repeats one."""
    named = [str(item) for item in scored_by.get(name, [])]
    if named:
        return "computed_from_item", ";".join(named), np.nan
    item, agreement = _find_repeated(values, items, answers)
    return ("repeats_item", item, agreement) if agreement >= _REPEATS else ("", "", np.nan)


def _find_repeated(values: pd.Series[Any], items: list[str], answers: Floats) -> tuple[str, float]:
    """The item that a column repeats most closely, and how closely."""
    codes = pd.factorize(values)[0]
    best, found = 0.0, ""
    for item, answer in zip(items, answers.T, strict=True):
        here = (codes >= 0) & ~np.isnan(answer)
        if here.sum() < _COMPARED:
            continue
        share = _agree(codes[here], answer[here])
        if values.dtype == "float64":
            share = max(share, _follow(values.to_numpy()[here], answer[here]))
        if share > best:
            best, found = share, item
    return found, best


def _agree(codes: NDArray[np.int64], answer: Floats) -> float:
    """Share of services guessed from the answer; 0 where that is no better than without it."""
    groups = np.unique(answer, return_inverse=True)[1]
    if groups.max() >= _BINS:
        cuts = np.quantile(answer, np.arange(1, _BINS) / _BINS)
        groups = np.searchsorted(cuts, answer)
    width = int(codes.max()) + 1
    table = np.bincount(groups * width + codes, minlength=(int(groups.max()) + 1) * width)
    table = table.reshape(-1, width)
    right, blind = table.max(axis=1).sum() / len(codes), table.sum(axis=0).max() / len(codes)
    few = width * len(table) * 2 <= len(codes)  # else a guess for each cell is right by chance
    return float(right) if few and 2 * (1 - right) <= 1 - blind and blind < 1 else 0.0


def _follow(x: Floats, y: Floats) -> float:
    """Absolute rank correlation; 0 without spread."""
    if not (np.ptp(x) > 0 and np.ptp(y) > 0):
        return 0.0
    ranks = pd.DataFrame({"x": x, "y": y}).rank()
    return float(abs(np.corrcoef(ranks["x"], ranks["y"])[0, 1]))


def _tell_unfit(kind: str, levels: int, known: int, total: int) -> str:
    """Why a column cannot stand in a regression."""
    if levels < 2:
        return "one_value"
    if total - known > _MOST_MISSING * total:
        return "often_missing"
    if kind == "levels" and (levels > _MOST_LEVELS or levels > _MOST_UNIQUE * known):
        return "id_or_text"
    return ""
