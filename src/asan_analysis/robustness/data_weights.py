"""Weights taken from the data of one level, side by side, and the places they would give."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asan_analysis.errors import ParameterError
from asan_analysis.robustness.levels import Level
from asan_analysis.robustness.weighting import (
    compare_weightings,
    summarise_weightings,
    weigh_components,
    weigh_doubt,
    weigh_equal,
    weigh_importance,
)

_WEIGHTS = ["node_id", "weight", "weight_equal", "weight_components", "weight_importance"]
_LEAGUE = ["scheme", "category", "organisations", "moved", "largest_move", "kendall_tau"]


def list_weights(level: Level) -> pd.DataFrame:
    """What some data would weigh the children of a node, beside what the method weighs them.

    Parameters
    ----------
    level : Level
        From `find_level`.

    Returns
    -------
    DataFrame
        Key node_id. Columns weight (nominal), weight_equal (1 over their number),
        weight_components (`weigh_components`), weight_importance (`weigh_importance`: influence
        closest to the nominal weights); shares that add up to 1. Organisations without a score at
        one of the children take no part. Empty where weights cannot be taken from the rest: fewer
        than two children or three organisations, or none that differ.
    """
    points = level.points().dropna()
    if len(points) < 3 or points.shape[1] < 2:
        return pd.DataFrame(columns=_WEIGHTS)
    try:
        components = weigh_components(points)
    except ParameterError:  # no child varies
        return pd.DataFrame(columns=_WEIGHTS)
    importance = weigh_importance(points, level.weights)
    table = pd.DataFrame({"weight": level.weights, "weight_equal": weigh_equal(points)})
    for name, found in (("components", components), ("importance", importance)):
        table[f"weight_{name}"] = found.set_index("node_id")["weight"]
    return table.rename_axis("node_id").reset_index()


def compare_schemes(level: Level, weights: pd.DataFrame, category: pd.Series[Any]) -> pd.DataFrame:
    """How far weights from the data would move the places of each category.

    The scores are plain weighted means of the children; a level that is not linear is read as if
    it were. Beside the weightings of `list_weights` stands the benefit of the doubt
    (`weigh_doubt`), each organisation under the weights that suit it best, every share of its
    score from half to twice an equal one.

    Parameters
    ----------
    level : Level
    weights : DataFrame
        From `list_weights`.
    category : Series
        Category by organisation_id of those with a place; others are left out.

    Returns
    -------
    DataFrame
        As `summarise_weightings`, without the nominal weights; scheme is `equal`, `components`,
        `importance` or `doubt`. Empty where there are no weights.
    """
    points = level.points().dropna()
    points = points[points.index.isin(category.index)]
    if weights.empty or len(points) < 2:
        return pd.DataFrame(columns=_LEAGUE)
    schemes = weights.set_index("node_id")
    schemes.columns = schemes.columns.str.removeprefix("weight_")
    scores = None
    if (points >= 0).all(axis=None):
        equal = 1 / points.shape[1]
        doubt = weigh_doubt(points, lower=equal / 2, upper=min(2 * equal, 1.0))
        best = doubt.drop_duplicates("organisation_id").set_index("organisation_id")["score"]
        scores = best.to_frame("doubt")
    league = summarise_weightings(compare_weightings(points, schemes, category, scores=scores))
    return league[league["scheme"] != "weight"].reset_index(drop=True)
