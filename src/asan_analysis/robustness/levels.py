"""The scores of organisations as a function of the weights of one node's children."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.rescoring import rescore, round_ranked, score_once, vary
from asan_analysis.index.rules import Rules

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
    answers: Answers, tree: Tree, rules: Rules, *, node_id: str | None = None, decimals: int = 2
) -> Level:
    """How the scores of the organisations depend on the weights of the children of a node.

    Scores are linear in these weights where the node and all above it are arithmetic means,
    nothing at or above it is rounded, and every service (pooled: every organisation) has a value
    at all of the children or at none. A service that lacks some of them has their weight
    redistributed: its score is then a ratio with a denominator of its own.

    Parameters
    ----------
    answers, tree, rules : Answers, Tree, Rules
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
    path = _path(tree, node_id)
    shares = tree.nodes.set_index("node_id")["share"][tree.below(node_id)]
    shares = shares[shares > 0].rename("weight")
    rows = [tree.node_ids.index(node) for node in shares.index]
    services, bodies, _ = score_once(answers, tree, rules)
    values = (bodies if rules.roll_up == "pooled" else services)[rows]
    return Level(
        node_id, shares, answers.bodies,
        partial(_rescore, answers=answers, tree=tree, rules=rules, rows=rows, decimals=decimals),
        tuple(_list_breaks(values, path, list(shares.index), tree, rules)),
    )  # fmt: skip


def _path(tree: Tree, node_id: str) -> list[str]:
    """The node and all above it, the root last."""
    row = tree.node_ids.index(node_id)
    path = [node_id]
    while (row := int(tree.parents[row])) >= 0:
        path.append(tree.node_ids[row])
    return path


def _rescore(
    weightings: Floats,
    *,
    answers: Answers,
    tree: Tree,
    rules: Rules,
    rows: list[int],
    decimals: int,
) -> Floats:
    """Scores as they are ranked under each weighting; weightings x bodies."""
    weights = np.repeat(tree.weights[:, None], len(weightings), axis=1)
    weights[rows] = np.asarray(weightings, dtype="float64").T
    variants = vary([(tree, rules)], np.zeros(len(weightings)), weights)
    return round_ranked(rescore(answers, variants), variants, decimals).T


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
