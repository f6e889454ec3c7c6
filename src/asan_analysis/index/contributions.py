"""Scores split into the points that each node contributes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asan_analysis.index.aggregation import Floats, nominal_weights, split_root
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rollup import group_means, group_services, pool_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services, long_keys, round_services


def contribute_organisations(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Split each organisation's score into the points its nodes contribute.

    At every node the contributions of the children add up to the node's own: weight times score
    for the arithmetic mean and, for the other means, the share of Euler's theorem (a mean is
    homogeneous of degree 1, so score times derivative, summed over the children, is the mean).
    Rounded nodes pass their rounded value on. Under a geometric mean the split follows the
    weights alone, so it says nothing about which child is weak.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id. Columns contribution (points of the organisation's score;
        the root's is the score), weight (nominal share of the root, 0..1), weight_used (share
        after redistribution, mean over services, 0..1).
    """
    scored, units = arrays_of_services(assessments, services, tree, rules)
    bodies, members, weight = group_services(services, units, rules)
    if rules.roll_up == "pooled":
        parts, used = split_root(pool_services(scored, members, tree, rules, bodies), tree, rules)
    else:
        parts, used = (
            group_means(part, members, weight)
            for part in split_root(round_services(scored, rules), tree, rules)
        )
    if rules.round_organisation is not None:
        rounded = round_decimal(parts[0], rules.round_organisation, rounding=rules.rounding)
        parts *= rounded / np.where(parts[0] == 0, 1.0, parts[0])
    return _contributions("organisation_id", bodies, parts, used, tree)


def contribute_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Split each service's score into the points its nodes contribute.

    Returns
    -------
    DataFrame
        Key service_id, node_id; columns as in `contribute_organisations`.
    """
    scored, units = arrays_of_services(assessments, services, tree, rules)
    parts, used = split_root(round_services(scored, rules), tree, rules)
    return _contributions("service_id", units, parts, used, tree)


def _contributions(
    key: str, units: list[str], parts: Floats, used: Floats, tree: Tree
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **long_keys(key, units, tree),
            "contribution": parts.T.ravel(),
            "weight": np.tile(nominal_weights(tree), len(units)),
            "weight_used": used.T.ravel(),
        }
    )
