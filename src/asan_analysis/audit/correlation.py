"""Correlations of the nodes of an index, on the units that have both values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree

HIGH, WEAK, NEGATIVE = 0.92, 0.3, -0.4
FEW = 30  # units below which a correlation is not judged
_LEAST = 3  # two units always lie on a line


class Pairs(NamedTuple):
    """Of each two columns: units with both, covariance (n - 1) and correlation over these."""

    n: Floats
    covariance: Floats
    correlation: Floats


def correlate_pairs(table: Floats) -> Pairs:
    """Pairwise-complete covariances and correlations of the columns of an array, units x columns.

    A covariance is missing below 3 units; a correlation too, and where a column does not vary over
    the units of the pair. The diagonal holds the variances.
    """
    here = (~np.isnan(table)).astype("float64")
    total = here.sum(axis=0)
    mean = np.nansum(table, axis=0) / np.maximum(total, 1)
    x = np.where(here > 0, table - mean, 0.0)
    n, sums, squares = here.T @ here, x.T @ here, (x**2).T @ here
    enough = n >= _LEAST
    divisor = np.where(enough, n - 1, np.nan)
    covariance = (x.T @ x - sums * sums.T / np.maximum(n, 1)) / divisor
    variance = (squares - sums**2 / np.maximum(n, 1)) / divisor
    own = np.diag(squares) / np.maximum(total - 1, 1)
    floor = np.maximum(1e-12 * own, 1e-18 * (1 + mean**2))  # what sums of floats leave of zero
    variance[~(variance > floor[:, None])] = np.nan
    correlation = np.clip(covariance / np.sqrt(variance * variance.T), -1, 1)
    return Pairs(n, covariance, correlation)


def correlate_columns(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Correlation of each column with the same column of another array, and the units of each.

    Over the units that have both; missing below 3 units and where one of them does not vary.
    """
    here = ~(np.isnan(one) | np.isnan(other))
    n = here.sum(axis=0).astype("float64")
    (x, x_square), (y, y_square) = (_centre(table, here, n) for table in (one, other))
    product = (x * y).sum(axis=0)
    correlation = np.clip(product / np.sqrt(x_square * y_square), -1, 1)
    return np.where(n >= _LEAST, correlation, np.nan), n


def _centre(table: Floats, here: NDArray[np.bool_], n: Floats) -> tuple[Floats, Floats]:
    """Distances from the mean of the units told, 0 elsewhere; squares, NaN without spread."""
    mean = np.where(here, table, 0.0).sum(axis=0) / np.maximum(n, 1)
    x = np.where(here, table - mean, 0.0)
    squares = (x**2).sum(axis=0)
    return x, np.where(squares > 1e-18 * n * (1 + mean**2), squares, np.nan)


def correlate_nodes(values: pd.DataFrame, tree: Tree, *, min_units: int = FEW) -> pd.DataFrame:
    """Which nodes say the same, which siblings do not belong together.

    Pearson correlations over the units that have a score at both nodes. Of items the pairs below
    one parent, and those pairs anywhere that repeat each other (beyond 0.92 in either direction,
    over `min_units` or more); of inner nodes all pairs of one depth.

    Parameters
    ----------
    values : DataFrame
        Units x nodes, from `widen_scores`; scores on one scale with more being better.
    tree : Tree
    min_units : int
        Pairs with fewer units are listed and not judged.

    Returns
    -------
    DataFrame
        Key node_id, other (depth first, items last). Columns correlation (-1..1, missing where one
        does not vary), n (units with both), relation (`same parent`, `across`), flag: `few` (fewer
        than `min_units`), `constant` (no correlation), `high` (above 0.92, double counting),
        `negative` (below -0.4, a trade-off that the mean hides), `weak` (below 0.3 under one
        parent, not the same concept), else empty.

    Notes
    -----
    Items of few steps and with nearly equal scores correlate weakly whatever they measure. Answers
    that the rules read as zero count as zeros, and can make items alike that are merely unanswered.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, steps 3 and 4. The bounds -0.4
    and 0.3 are those of `plot_corr` of COINr 1.1; it has 0.9 for high, JRC audits use 0.92.
    """
    nodes = tree.nodes
    groups = [
        (nodes.index[~nodes["is_item"] & (nodes["depth"] == depth)], False)
        for depth in range(1, int(nodes["depth"].max()))
    ]
    groups.append((nodes.index[nodes["is_item"]], True))
    tables = [_list_pairs(values, tree, rows, items, min_units) for rows, items in groups]
    return pd.concat(tables, ignore_index=True)


def _list_pairs(
    values: pd.DataFrame, tree: Tree, rows: pd.Index[int], items: bool, min_units: int
) -> pd.DataFrame:
    """The pairs of one group of nodes in long form."""
    ids = tree.node_index[rows]
    pairs = correlate_pairs(values[ids].to_numpy(dtype="float64"))
    one, other = np.triu_indices(len(ids), 1)
    r, n = pairs.correlation[one, other], pairs.n[one, other]
    parent = tree.nodes["parent_id"].to_numpy(dtype=object)[rows]
    same = parent[one] == parent[other]
    tests = [n < min_units, np.isnan(r), r > HIGH, r < NEGATIVE, same & (r < WEAK)]
    flag = np.select(tests, ["few", "constant", "high", "negative", "weak"], default="")
    table = pd.DataFrame(
        {
            "node_id": ids[one],
            "other": ids[other],
            "correlation": r,
            "n": n.astype("int64"),
            "relation": np.where(same, "same parent", "across"),
            "flag": flag,
        }
    ).astype(dict.fromkeys(["node_id", "other", "relation", "flag"], "str"))
    repeats = (np.abs(r) > HIGH) & (n >= min_units)
    kept: pd.DataFrame = table[same | repeats | (not items)]
    return kept
