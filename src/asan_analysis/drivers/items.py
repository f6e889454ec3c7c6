"""The items themselves: how hard each is, who meets it, and which always say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.audit.correlation import FEW, correlate_pairs
from asan_analysis.audit.description import describe_nodes
from asan_analysis.drivers.gains import MET
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree


def describe_items(
    values: pd.DataFrame,
    status: pd.DataFrame,
    services: pd.DataFrame,
    tree: Tree,
    *,
    scale: tuple[float, float] = (0.0, 100.0),
) -> pd.DataFrame:
    """How hard each item is, how it goes with the rest, and which bodies meet it.

    The difficulty is 1 less the mean score on a scale from 0 to 1. A body meets an item
    everywhere when each of its services to which the item applies was scored at the top; nowhere
    when none was. An answer that was not given is not met.

    Parameters
    ----------
    values, status : DataFrame
        Services x nodes and services x items, from `widen_scores` and `widen_status`.
    services : DataFrame
        `services.csv` of the edition: service_id, organisation_id.
    tree : Tree
    scale : (float, float)
        The rules' `range`.

    Returns
    -------
    DataFrame
        Key item_id, in the order of the framework. Columns n, mean, share_not_applicable,
        share_not_answered, share_floor, share_ceiling, discrimination, flag (of `describe_nodes`),
        difficulty (0 easy to 1 hard), bodies (number to which the item applies),
        bodies_everywhere, bodies_nowhere (numbers of these), always_met, never_met (bool: all, or
        none, of the scored answers at the top; false without any).

    Notes
    -----
    An item that everybody or nobody meets tells bodies apart no more; whether it belongs in the
    index is another question. Where the rules read an answer that is not given as zero, the
    difficulty counts it as a miss.
    """
    kept = ["node_id", "n", "mean", "share_not_applicable", "share_not_answered", "share_floor",
            "share_ceiling", "discrimination", "flag"]  # fmt: skip
    nodes = describe_nodes(values, status, tree, scale=scale)
    table = nodes.loc[tree.item_rows, kept].rename(columns={"node_id": "item_id"})
    table = table.reset_index(drop=True)
    table["difficulty"] = 1 - (table["mean"] - scale[0]) / (scale[1] - scale[0])
    scored, applies, met = _read_status(values, status, tree, scale)
    owner = services.set_index("service_id")["organisation_id"].reindex(status.index)
    asked, reached = (_count_by_body(cells, owner) for cells in (applies, met))
    table["bodies"] = (asked > 0).sum(axis=0)
    table["bodies_everywhere"] = ((asked > 0) & (reached == asked)).sum(axis=0)
    table["bodies_nowhere"] = ((asked > 0) & (reached == 0)).sum(axis=0)
    number, tops = scored.sum(axis=0), met.sum(axis=0)
    table["always_met"] = (number > 0) & (tops == number)
    table["never_met"] = (number > 0) & (tops == 0)
    return table


def pair_items(
    values: pd.DataFrame,
    status: pd.DataFrame,
    tree: Tree,
    *,
    threshold: float = 1.0,
    min_units: int = FEW,
) -> pd.DataFrame:
    """Pairs of items that get the same answer in the same service.

    The share agreeing is the number of services with equal scores at both, over those in which
    both were scored. Items that do not vary over these services make no pair: they would agree
    with each other and say nothing.

    Parameters
    ----------
    values, status : DataFrame
        Services x nodes and services x items, from `widen_scores` and `widen_status`.
    tree : Tree
    threshold : float
        Least share agreeing, 0 to 1; at 1 the pairs that always agree.
    min_units : int
        Pairs with fewer services are left out.

    Returns
    -------
    DataFrame
        Key item_id, other, in the order of the framework. Columns n (services with both scored),
        agreeing (share, 0..1), correlation (-1..1), relation (`same parent`, `across`).

    Notes
    -----
    Two items that most services meet agree often by chance; below a threshold of 1 read the
    correlation beside the share. `correlate_nodes` finds items that rise and fall together without
    being equal.
    """
    cells = values[tree.items].to_numpy(dtype="float64")
    scored = (status[tree.items] == "scored").to_numpy()
    table = np.where(scored, cells, np.nan)
    pairs = correlate_pairs(table)
    agreeing = _count_equal(table) / np.maximum(pairs.n, 1)
    one, other = np.triu_indices(len(tree.items), 1)
    kept = ((pairs.n >= min_units) & ~np.isnan(pairs.correlation)
            & (agreeing >= threshold - MET))[one, other]  # fmt: skip
    one, other = one[kept], other[kept]
    parent = tree.parents[tree.item_rows]
    return pd.DataFrame(
        {
            "item_id": tree.item_index[one],
            "other": tree.item_index[other],
            "n": pairs.n[one, other].astype("int64"),
            "agreeing": agreeing[one, other],
            "correlation": pairs.correlation[one, other],
            "relation": np.where(parent[one] == parent[other], "same parent", "across"),
        }
    ).astype(dict.fromkeys(["item_id", "other", "relation"], "str"))


def _read_status(
    values: pd.DataFrame, status: pd.DataFrame, tree: Tree, scale: tuple[float, float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which answers were scored, which apply, which are scored at the top."""
    given = status[tree.items]
    scored = (given == "scored").to_numpy()
    applies = (given != "not_applicable").to_numpy()
    top = scale[1] - MET * (scale[1] - scale[0])
    cells = values[tree.items].reindex(status.index).to_numpy(dtype="float64")
    return scored, applies, scored & (cells >= top)


def _count_by_body(cells: NDArray[np.bool_], owner: pd.Series[Any]) -> NDArray[np.int64]:
    """Number of cells by body and item."""
    codes, bodies = pd.factorize(owner)
    counts = np.zeros((len(bodies), cells.shape[1]), dtype="int64")
    np.add.at(counts, codes, cells)
    return counts


def _count_equal(table: Floats) -> Floats:
    """Number of services with equal scores, items x items."""
    equal = np.zeros((table.shape[1], table.shape[1]))
    for item in range(table.shape[1]):
        near = np.abs(table[:, item:] - table[:, [item]]) < MET
        equal[item, item:] = near.sum(axis=0)
    return equal + np.triu(equal, 1).T
