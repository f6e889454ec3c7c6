"""Scores of units and of services: answers to arrays, arrays to tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.aggregation import Floats, Scored, aggregate
from asan_analysis.index.framework import Tree
from asan_analysis.index.normalise import bottom_of, normalise_items
from asan_analysis.index.ranking import rank_scores, round_decimal
from asan_analysis.index.rules import Rules

_CODES = {"scored": 0, "not_applicable": 1, "not_answered": 2}


def score_table(
    values: pd.DataFrame, status: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score a wide table: a row per unit, a column per item.

    Parameters
    ----------
    values, status : DataFrame
        Same index of units, columns `tree.items`; float values (missing unless scored) and
        `scored`, `not_applicable` or `not_answered`.
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
    units = [str(unit) for unit in values.index]
    answers = _matrix(values[tree.items]), _matrix_of_status(status[tree.items])
    scored = _score(*answers, tree, rules, units, shares=False)
    nodes = pd.DataFrame(scored.score.T, index=values.index, columns=tree.node_ids)
    root = scored.raw[0] if rules.rank_on == "unrounded" else scored.score[0]
    ranks = rank_scores(pd.Series(root, index=values.index), ties=rules.ties)
    return nodes.assign(rank=ranks)


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
    scored = round_services(scored, rules)
    return pd.DataFrame(
        {
            **long_keys("service_id", units, tree),
            "score_percent": scored.score.T.ravel(),
            "coverage": scored.present.T.ravel(),
            "weight_redistributed": scored.redistributed.T.ravel(),
        }
    )


def arrays_of_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> tuple[Scored, list[str]]:
    """Scores of the listed services as arrays, and their ids; the root is not rounded."""
    units, values, status = _answers(assessments, services, tree)
    return _score(values, status, tree, rules, units, shares=True), units


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


def _matrix(frame: pd.DataFrame) -> Floats:
    """Items x units, each item's values side by side in memory."""
    return np.ascontiguousarray(frame.to_numpy(dtype="float64").T)


def _matrix_of_status(status: pd.DataFrame) -> NDArray[np.int8]:
    codes = status.apply(lambda column: column.map(_CODES))
    return np.ascontiguousarray(codes.to_numpy(dtype="int8").T)


def _answers(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree
) -> tuple[list[str], Floats, NDArray[np.int8]]:
    """Long answers as matrices items x services; a pair without a row is not answered.

    Answers of other services or to other items are left out; a checked dataset has none.
    """
    units = pd.Index(services["service_id"])
    unit = units.get_indexer(pd.Index(assessments["service_id"]))
    item = pd.Index(tree.items).get_indexer(pd.Index(assessments["item_id"]))
    values = np.full((len(tree.items), len(units)), np.nan)
    status = np.full(values.shape, _CODES["not_answered"], dtype="int8")
    here = (unit >= 0) & (item >= 0)
    rows, columns, listed = item[here], unit[here], assessments[here]
    values[rows, columns] = listed["value"].to_numpy(dtype="float64")
    status[rows, columns] = listed["status"].map(_CODES).to_numpy(dtype="int8")
    return [str(name) for name in units], values, status


def _score(
    values: Floats,
    status: NDArray[np.int8],
    tree: Tree,
    rules: Rules,
    units: list[str],
    *,
    shares: bool,
) -> Scored:
    """Normalise the items, say what missing means, aggregate up the tree."""
    items = normalise_items(values, tree, rules, units=units, shares=shares)
    bottom = bottom_of(tree, rules, shares=shares)
    for name in ("not_applicable", "not_answered"):
        if getattr(rules, name) == "zero":
            items = np.where(status == _CODES[name], bottom[:, None], items)
    return aggregate(items, tree, rules, units)
