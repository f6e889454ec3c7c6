"""Scores of units and of services: answers to arrays, arrays to tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.aggregation import Floats, Scored, climb, weigh_missing
from asan_analysis.index.framework import Tree
from asan_analysis.index.normalise import Units, bottom_of, normalise_rows
from asan_analysis.index.ranking import rank_array, round_decimal
from asan_analysis.index.rules import Rules

_MISSING = ("not_applicable", "not_answered")
_BLOCK = 512  # units turned at a time from rows to columns


def score_table(
    values: pd.DataFrame, status: pd.DataFrame | None, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score a wide table: a row per unit, a column per item.

    Parameters
    ----------
    values : DataFrame
        Index of units, columns `tree.items`; float values, missing unless scored.
    status : DataFrame or None
        Same index and columns: `scored`, `not_applicable` or `not_answered`. None: a missing value
        is not answered. It matters only where a rule reads missing as zero.
    tree, rules : Tree, Rules

    Returns
    -------
    DataFrame
        Index of units. One column per node, depth first (items as normalised), full precision,
        then `rank` over all units.

    Raises
    ------
    FrameworkError
        Values that the framework cannot score; see `normalise_items`.
    """
    if rules.rank_on == "rounded" and 0 not in rules.round:
        rule, remedy = "needs digits for the root", "add round = {0 = 2}, or rank on unrounded"
        refuse(FrameworkError, [Problem(rules.name, None, "rank_on", "rounded", rule, remedy)])
    numbers = _columns(values, tree).to_numpy(dtype="float64")
    zeros = _zeros(numbers, status, tree, rules)
    scored = score_array(numbers, tree, rules, units=values.index, zeros=zeros)
    nodes = pd.DataFrame(scored.score.T, index=values.index, columns=tree.node_index, copy=False)
    root = scored.raw[0] if rules.rank_on == "unrounded" else scored.score[0]
    nodes["rank"] = rank_array(root, ties=rules.ties)
    return nodes


def score_array(
    values: Floats,
    tree: Tree,
    rules: Rules,
    *,
    units: Units,
    zeros: Sequence[NDArray[np.bool_]] = (),
    shares: bool = False,
) -> Scored:
    """Score an array of values: normalise the items, say what missing means, aggregate.

    Parameters
    ----------
    values : array, units x items
        Measured quantities in the order of `tree.items`, NaN where there is none.
    tree, rules : Tree, Rules
    units : sequence
        Names of the units, for messages.
    zeros : sequence of bool arrays, units x items
        Cells that earn nothing: the low end of `range`, or 0 off that scale.
    shares : bool
        See `normalise_items`.

    Returns
    -------
    Scored
        Arrays nodes x units, nodes depth first.

    Raises
    ------
    FrameworkError
        See `normalise_items` and `aggregate`.
    """
    score, items = np.empty((len(tree.node_ids), len(values))), np.array(tree.item_rows)
    for start in range(0, len(values), _BLOCK):
        part = slice(start, start + _BLOCK)
        score[items, part] = values[part].T
    across = [cells.T for cells in zeros]
    return score_columns(score, tree, rules, units=units, zeros=across, shares=shares)


def score_columns(
    score: Floats,
    tree: Tree,
    rules: Rules,
    *,
    units: Units,
    zeros: Sequence[NDArray[np.bool_]] = (),
    shares: bool = False,
) -> Scored:
    """`score_array` in place: the item rows of `score` (nodes x units) hold the values.

    `zeros` are items x units; the other rows are filled.
    """
    score[tree.inner_rows] = np.nan
    normalise_rows(score, tree.item_rows, tree, rules, units=units, shares=shares)
    for cells in zeros:
        bottom = bottom_of(tree, rules, shares=shares)
        for place, row in enumerate(tree.item_rows):
            score[row, cells[place]] = bottom[place]
    return climb(score, tree, rules, units)


def score_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score every service of one edition at every node.

    Parameters
    ----------
    assessments : DataFrame
        Rows of one edition: service_id, item_id, status, value. An item without a normalisation
        is a share from 0 to 1. A listed service without a row for an item has not answered it.
    services : DataFrame
        Rows of the same edition: service_id.

    Returns
    -------
    DataFrame
        Key service_id, node_id (services in the order given, nodes depth first). Columns
        score_percent (missing where nothing below has a score; the root rounded to
        `round_service`), coverage (share of child weight present, 0..1), weight_redistributed
        (share of item weight left out and carried by siblings, 0..1; 1 where there is no score).
    """
    scored, units = arrays_of_services(assessments, services, tree, rules)
    present, left_out = weigh_missing(scored.score, tree)
    return pd.DataFrame(
        {
            **long_keys("service_id", units, tree),
            "score_percent": round_services(scored, rules).score.T.ravel(),
            "coverage": present.T.ravel(),
            "weight_redistributed": left_out.T.ravel(),
        }
    )


def arrays_of_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> tuple[Scored, list[str]]:
    """Scores of the listed services as arrays, and their ids; the root is not rounded."""
    zero = [status for status in _MISSING if getattr(rules, status) == "zero"]
    units, values, zeros = arrays_of_answers(assessments, services, tree, statuses=zero)
    return score_array(values, tree, rules, units=units, zeros=zeros, shares=True), units


def round_services(scored: Scored, rules: Rules) -> Scored:
    """The same scores with the root at `round_service` digits."""
    if rules.round_service is None:
        return scored
    score = scored.score.copy()
    score[0] = round_decimal(score[0], rules.round_service, rounding=rules.rounding)
    return replace(scored, score=score)


def long_keys(key: str, units: list[str], tree: Tree) -> dict[str, NDArray[Any]]:
    """Columns of a long table: every unit with every node, units in order, nodes depth first."""
    nodes = np.tile(np.array(tree.node_ids, dtype=object), len(units))
    return {key: np.repeat(np.array(units, dtype=object), len(tree.node_ids)), "node_id": nodes}


def arrays_of_answers(
    assessments: pd.DataFrame,
    services: pd.DataFrame,
    tree: Tree,
    *,
    statuses: Sequence[str] = (),
) -> tuple[list[str], Floats, list[NDArray[np.bool_]]]:
    """Long answers as matrices: names of services, then services x items.

    Values are NaN where there is none; for each of the `statuses`, which cells have it. A pair
    without a row is not answered. Answers of other services or to other items are left out; a
    checked dataset has none.
    """
    units = pd.Index(services["service_id"])
    row = _places(assessments["service_id"], units)
    column = _places(assessments["item_id"], pd.Index(tree.items))
    here = (row >= 0) & (column >= 0)
    if not here.all():
        row, column, assessments = row[here], column[here], assessments[here]
    cell = row * len(tree.items) + column
    values = np.full((len(units), len(tree.items)), np.nan)
    values.ravel()[cell] = assessments["value"].to_numpy(dtype="float64")
    cells = [np.full(values.shape, status == "not_answered") for status in statuses]
    for one, status in zip(cells, statuses, strict=True):
        one.ravel()[cell] = (assessments["status"] == status).to_numpy(dtype="bool")
    return [str(name) for name in units.tolist()], values, cells


def _places(names: pd.Series[Any], known: pd.Index[Any]) -> NDArray[np.int64]:
    """Where each name stands among the known ones, each name looked up once; -1: nowhere."""
    codes, uniques = pd.factorize(names)
    return np.append(known.get_indexer(pd.Index(uniques)), -1)[codes]


def _columns(frame: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The items of a wide table in the order of the tree."""
    return frame if frame.columns.equals(tree.item_index) else frame[tree.items]


def _zeros(
    values: Floats, status: pd.DataFrame | None, tree: Tree, rules: Rules
) -> list[NDArray[np.bool_]]:
    """Cells of a wide table that the rules read as zero."""
    zero = [name for name in _MISSING if getattr(rules, name) == "zero"]
    if status is None:
        return [np.isnan(values)] if "not_answered" in zero else []
    return [(_columns(status, tree) == name).to_numpy(dtype="bool") for name in zero]
