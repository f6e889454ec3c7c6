"""The scores of organisations as a function of the weights of one node's children."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats, climb
from asan_analysis.index.framework import Tree, build_tree, power_of
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rollup import group_services, pool_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services

Rescore = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Level:
    """The children of one node, and what the scores make of their weights.

    `weights` are their shares among siblings (sum 1), by node_id. `rescore` takes weightings x
    children (zero or more) and gives weightings x organisations, the scores that ranks are made
    of. `breaks` are the reasons why these scores are not linear in the weights; none: linear.
    """

    node_id: str
    weights: pd.Series[float]
    organisations: list[str]
    rescore: Rescore
    breaks: tuple[str, ...]

    @property
    def linear(self) -> bool:
        """Whether each score is a weighted mean of fixed points with these weights."""
        return not self.breaks

    def points(self) -> pd.DataFrame:
        """Scores if one child had the whole weight of its node: organisations x children.

        Where the level is linear the score under any weights is the weighted mean of a row. For
        the children of the root these are the scores at the children.
        """
        rows = pd.Index(self.organisations, name="organisation_id")
        values = self.rescore(np.eye(len(self.weights))).T
        return pd.DataFrame(values, index=rows, columns=self.weights.index)


def find_level(
    assessments: pd.DataFrame,
    services: pd.DataFrame,
    tree: Tree,
    rules: Rules,
    *,
    node_id: str | None = None,
    decimals: int = 2,
) -> Level:
    """How the scores of the organisations depend on the weights of the children of a node.

    Scores are linear in these weights where the node and all above it are arithmetic means,
    nothing at or above it is rounded, and every service (pooled: every organisation) has a value
    at all of the children or at none. A service that lacks some of them has their weight
    redistributed: its score is then a ratio with a denominator of its own.

    Parameters
    ----------
    assessments, services : DataFrame
        As in `score_organisations`.
    node_id : str or None
        The node whose children are weighed; the root where left out. Children of weight zero
        take no part.
    decimals : int
        Digits of the printed score, used where `rank_on` is "rounded".

    Raises
    ------
    ParameterError
        No such node, or an item.
    """
    node_id = tree.root if node_id is None else node_id
    if node_id not in tree.node_ids or not tree.below(node_id):
        raise ParameterError(f"{node_id!r} is not a node with children; name one of the framework")
    scored, units = arrays_of_services(assessments, services, tree, rules)
    bodies, members, weight = group_services(services, units, rules)
    if rules.roll_up == "pooled":
        scored, units = pool_services(scored, members, tree, rules, bodies), bodies
        owners = np.eye(len(bodies))
    else:
        owners = np.zeros((len(units), len(bodies)))
        for body, member in enumerate(members):
            owners[member, body] = weight[member]
    path = _path(tree, node_id)
    top = _top_of(tree, path)
    fixed = scored.score[[tree.node_ids.index(node) for node in top.node_ids]]
    shares = tree.nodes.set_index("node_id")["share"][tree.below(node_id)]
    shares = shares[shares > 0].rename("weight")
    places = [top.node_ids.index(node) for node in shares.index]
    return Level(
        node_id, shares, bodies,
        partial(_rescore, fixed=fixed, top=top, rules=rules, units=units, places=places,
                owners=owners, decimals=decimals),
        tuple(_list_breaks(fixed[places], path, list(shares.index), tree, rules)),
    )  # fmt: skip


def _path(tree: Tree, node_id: str) -> list[str]:
    """The node and all above it, the root last."""
    parent = dict(zip(tree.nodes["node_id"], tree.nodes["parent_id"], strict=True))
    path = [node_id]
    while path[-1] != tree.root:
        path.append(parent[path[-1]])
    return path


def _top_of(tree: Tree, path: list[str]) -> Tree:
    """The tree with only the nodes of a path as inner nodes."""
    nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
    kept = nodes["node_id"].isin(path) | nodes["parent_id"].isin(path)
    return build_tree(nodes[kept], name=tree.name)


def _rescore(
    weightings: Floats,
    *,
    fixed: Floats,
    top: Tree,
    rules: Rules,
    units: list[str],
    places: list[int],
    owners: Floats,
    decimals: int,
) -> Floats:
    """Scores of the organisations under each weighting, with all rounding; weightings x bodies."""
    roots = np.empty((len(weightings), len(units)))
    for row, weighting in enumerate(np.asarray(weightings, dtype="float64")):
        weights = top.weights.copy()
        weights[places] = weighting
        roots[row] = climb(fixed.copy(), top, rules, units, weights=weights).score[0]
    pooled = rules.roll_up == "pooled"
    if rules.round_service is not None and not pooled:
        roots = round_decimal(roots, rules.round_service, rounding=rules.rounding)
    used = ~np.isnan(roots) @ owners
    scores = np.nan_to_num(roots) @ owners / np.where(used > 0, used, np.nan)
    digits = rules.round_organisation
    digits = decimals if digits is None and rules.rank_on == "rounded" else digits
    return scores if digits is None else round_decimal(scores, digits, rounding=rules.rounding)


def _list_breaks(
    values: Floats, path: list[str], children: list[str], tree: Tree, rules: Rules
) -> list[str]:
    """Why scores are not linear in the weights of some children, in words."""
    rows = [tree.node_ids.index(node) for node in path]
    methods = tree.column("aggregation", rules.aggregation)
    breaks = [
        f"the mean of {tree.node_ids[row]} is {methods[row]}"
        for row in rows if power_of(methods[row]) != 1
    ]  # fmt: skip
    depths = {int(tree.depths[row]) for row in rows}
    breaks += [
        f"scores at depth {depth} are rounded" for depth in sorted(depths & set(rules.round))
    ]
    if rules.round_service is not None and rules.roll_up != "pooled":
        breaks.append("scores of services are rounded")
    if rules.round_organisation is not None or rules.rank_on == "rounded":
        breaks.append("organisations are ranked on rounded scores")
    missing = np.isnan(values)
    partly: NDArray[np.bool_] = np.asarray(missing.any(axis=0) & ~missing.all(axis=0))
    if partly.any():
        unit = "organisations" if rules.roll_up == "pooled" else "services"
        lacking = [
            node for node, row in zip(children, missing[:, partly], strict=True) if row.any()
        ]
        breaks.append(
            f"{int(partly.sum())} of {len(partly)} {unit} lack a value at {', '.join(lacking)}"
        )
    return breaks
