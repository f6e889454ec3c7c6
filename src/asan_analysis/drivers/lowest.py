"""The lowest services of each body, and the answers that cost them most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.analysis.breakdown import list_services
from asan_analysis.data.datasets import Dataset
from asan_analysis.drivers.gains import Field, arrange_field, gain_services
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services

_SHOWN = 3
COLUMNS = ("service_id", "organisation_id", "category", "score_percent", "rank", "services",
           "item_1", "cost_1", "item_2", "cost_2", "item_3", "cost_3")  # fmt: skip
_DIGITS = 10


def list_lowest(
    data: Dataset, tree: Tree, rules: Rules, *, most: int = 10, all_up_to: int = 15
) -> pd.DataFrame:
    """The lowest services of each body, and what would raise them most.

    The points of an item are the service's score with this answer at the top of the scale, less
    its score as it is: weight used x (top - score) under arithmetic means.

    Parameters
    ----------
    data : Dataset
        Cut to one edition by `select_edition`.
    tree, rules : Tree, Rules
        From `find_method`, or a variant of them.
    most : int
        Services to list of a body with more than `all_up_to`.
    all_up_to : int
        Bodies with this many services or fewer are listed whole.

    Returns
    -------
    DataFrame
        Key service_id; bodies in the order of the edition, the lowest service first, ties by
        service_id. Columns organisation_id, category, score_percent, rank (in the body, 1 the
        highest, ties by the better place), services (of the body), item_1, cost_1 to item_3,
        cost_3 (the unmet answers that cost most, in points of the service's score; ties in the
        order of the framework; missing where fewer cost anything). Services without a score
        are left out and not counted.

    Raises
    ------
    ParameterError
        An item has no best answer of its own; see `list_best`.

    Notes
    -----
    Places inside a body compare services of different kinds: to which fewer items apply, the
    fewer answers decide. Points of several items add up under linear rules only.
    """
    scores = score_services(data.assessments, data.services, tree, rules)
    table = list_services(scores, data.services, data.organisations, tree.root)
    table = table[table["score_percent"].notna()].drop(columns="weight_redistributed")
    owner = table.groupby("organisation_id")["score_percent"]
    table["rank"] = owner.transform(lambda score: rank_scores(score)).astype("Int64")
    table["services"] = owner.transform("size").astype("int64")
    shown = (owner.cumcount() < most) | (table["services"] <= all_up_to)
    place = {body: number for number, body in enumerate(data.organisations["organisation_id"])}
    table = table[shown].sort_values(
        "organisation_id", key=lambda body: body.map(place), kind="stable", ignore_index=True
    )
    return pd.concat([table, _list_costs(data, table, tree, rules)], axis=1)[list(COLUMNS)]


def _list_costs(data: Dataset, table: pd.DataFrame, tree: Tree, rules: Rules) -> pd.DataFrame:
    """The items that cost most, one row a service of the table."""
    points = _measure_points(arrange_field(data.assessments, table, tree, rules), tree, rules)
    order = np.argsort(-points.round(_DIGITS), axis=1, kind="stable")[:, :_SHOWN]
    best = np.take_along_axis(points, order, axis=1)
    unmet = best > 10.0**-_DIGITS
    columns: dict[str, Any] = {}
    for number in range(_SHOWN):
        there = unmet[:, number] if number < unmet.shape[1] else np.zeros(len(table), dtype="bool")
        ids: NDArray[Any] = np.full(len(table), None, dtype=object)
        cost = np.full(len(table), np.nan)
        if there.any():
            ids[there] = np.array(tree.items, dtype=object)[order[there, number]]
            cost[there] = best[there, number]
        columns[f"item_{number + 1}"] = pd.Series(ids, table.index, dtype="str")
        columns[f"cost_{number + 1}"] = cost
    return pd.DataFrame(columns, index=table.index)


def _measure_points(field: Field, tree: Tree, rules: Rules) -> Floats:
    """Points of each answer, services x items; minus infinity where there is nothing to meet."""
    points = np.full(field.unmet.T.shape, -np.inf)
    cells = np.argwhere(field.unmet)
    points[cells[:, 1], cells[:, 0]] = gain_services(field, tree, rules, cells) + 0.0
    return points
