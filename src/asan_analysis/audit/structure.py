"""How the children of a node hang together: Cronbach's alpha and principal components."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.audit.correlation import FEW, correlate_pairs
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree

_REPAIRED = -0.05  # the least eigenvalue of a matrix of pairs that is mended
_COLUMNS = ["component", "node_id", "eigenvalue", "share", "loading", "n", "remark"]


def measure_alpha(values: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """Whether the children of a node vary together, and which child disturbs.

    Cronbach's alpha of k children: k / (k - 1) times 1 less the sum of their variances over the
    variance of their sum, which is the sum of all variances and covariances. Children that do not
    vary or have no weight are left out. Where a child is an item the covariances are those of the
    units that have both (`pairs`), since hardly any unit has them all; else those of the units that
    have all children (`complete`).

    Parameters
    ----------
    values : DataFrame
        Units x nodes, from `widen_scores`.
    tree : Tree

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns alpha (of its children; missing for an item, with fewer
        than two children that vary, where a pair has fewer than 3 units), alpha_children (number
        that vary), alpha_n (units with all children, or of the pair with the fewest), alpha_basis
        (`pairs`, `complete`, empty for an item), alpha_without (alpha of its parent without this
        node, on the same units).

    Notes
    -----
    Weights above zero take no part. Alpha grows with the number of children, and a high one does
    not say that they measure a single thing. Covariances of pairs come from different units, so
    that the value can leave the range that a complete table allows. Children of an index may be
    causes of what it measures rather than signs of it, and then need not vary together.

    References
    ----------
    Cronbach (1951), Psychometrika 16; OECD/JRC (2008), Handbook on Constructing Composite
    Indicators, step 4.
    """
    nothing = {"alpha": np.nan, "alpha_children": None, "alpha_n": None, "alpha_basis": "",
               "alpha_without": np.nan}  # fmt: skip
    found: dict[str, dict[str, Any]] = {node: {**nothing} for node in tree.node_ids}
    for row in tree.inner_rows:
        children = [child for child in tree.children[row] if tree.weights[child] > 0]
        below = [tree.node_ids[child] for child in children]
        pairwise = bool(tree.nodes["is_item"].iloc[children].any())
        covariance, kept, n = _covariances(values[below], pairwise)
        found[tree.node_ids[row]] |= {
            "alpha": alpha_of(covariance), "alpha_children": len(kept), "alpha_n": n,
            "alpha_basis": "pairs" if pairwise else "complete",
        }  # fmt: skip
        for place, child in enumerate(kept):
            others = [other for other in range(len(kept)) if other != place]
            found[child]["alpha_without"] = alpha_of(covariance[np.ix_(others, others)])
    table = pd.DataFrame.from_dict(found, orient="index").rename_axis("node_id").reset_index()
    return table.astype({"alpha_children": "Int64", "alpha_n": "Int64", "alpha_basis": "str"})


def alpha_of(covariance: Floats) -> float:
    """Cronbach's alpha from a matrix of covariances; NaN below two columns or without spread."""
    k, total = len(covariance), covariance.sum()
    if k < 2 or not total > 0:
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def _covariances(frame: pd.DataFrame, pairwise: bool) -> tuple[Floats, list[str], int]:
    """Covariances of the columns that vary, their names, and the units they rest on."""
    table, kept = _varying(frame if pairwise else frame.dropna())
    pairs = correlate_pairs(table)
    n = int(pairs.n.min()) if len(kept) else 0
    return pairs.covariance, kept, n


def _varying(frame: pd.DataFrame) -> tuple[Floats, list[str]]:
    """The columns with two values that differ, and their names."""
    spread = frame.max() - frame.min()
    kept = [str(name) for name in frame.columns[spread > 1e-9 * (1 + frame.max().abs())]]
    return frame[kept].to_numpy(dtype="float64"), kept


def list_components(values: pd.DataFrame, tree: Tree, *, min_units: int = FEW) -> pd.DataFrame:
    """Principal components of the children of every node, and of the nodes of every depth.

    Parameters
    ----------
    values : DataFrame
        Units x nodes, from `widen_scores`.
    tree : Tree
    min_units : int
        See `find_components`.

    Returns
    -------
    DataFrame
        Key group, component, node_id. `group` is the node whose children are taken (depth first),
        then `depth 2` and so on for all inner nodes of a depth below the first. Other columns as
        in `find_components`; components by pairs where one of the nodes is an item.
    """
    nodes = tree.nodes
    inner = ~nodes["is_item"]
    groups = [(tree.node_ids[row], list(tree.children[row])) for row in reversed(tree.inner_rows)]
    for depth in range(2, int(nodes["depth"].max())):
        rows = nodes.index[inner & (nodes["depth"] == depth)].tolist()
        groups += [(f"depth {depth}", rows)] if len(rows) > 1 else []
    tables = []
    for group, rows in groups:
        pairwise = bool(nodes["is_item"].iloc[rows].any())
        own = values[tree.node_index[rows]]
        table = find_components(own, pairwise=pairwise, min_units=min_units)
        table.insert(0, "group", group)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def find_components(
    values: pd.DataFrame, *, pairwise: bool = False, min_units: int = FEW
) -> pd.DataFrame:
    """How many things some nodes measure: principal components of their correlations.

    The eigenvalues of the correlation matrix, the largest first; a loading is the eigenvector times
    the root of the eigenvalue, the correlation of the node with the component. The sign of a
    component is free: here its largest loading (of equals the first) is positive. Nodes that do not
    vary are left out.

    A matrix of pairs need not be one that a table can have. Where its least eigenvalue is below
    zero but not below -0.05, the negative ones are set to zero and the matrix is scaled back to a
    diagonal of ones, and the remark tells it.

    Parameters
    ----------
    values : DataFrame
        Units x the nodes to compare.
    pairwise : bool
        Correlations over the units of each pair; else over the units that have all nodes.
    min_units : int
        Units that every correlation must rest on.

    Returns
    -------
    DataFrame
        Key component (1, 2, ...), node_id. Columns eigenvalue, share (of the variance, 0..1),
        loading (-1..1), n (units with all nodes, or of the pair with the fewest), remark (empty or
        `repaired`). Without components one row with a remark why: `few_nodes` (fewer than two that
        vary), `few_units` (below `min_units`), `constant` (a node does not vary over the units of a
        pair), `indefinite` (an eigenvalue below -0.05).

    Notes
    -----
    Items of few steps correlate by their difficulty too, which can look like a component.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 4.
    """
    table, kept = _varying(values if pairwise else values.dropna())
    if len(kept) < 2:
        return _no_components("few_nodes", len(table))
    pairs = correlate_pairs(table)
    n, matrix, remark = int(pairs.n.min()), pairs.correlation, ""
    if n < min_units:
        return _no_components("few_units", n)
    if np.isnan(matrix).any():
        return _no_components("constant", n)
    roots = np.linalg.eigvalsh(matrix)
    if roots[0] < _REPAIRED:
        return _no_components("indefinite", n)
    if roots[0] < -1e-8:
        matrix, remark = repair_matrix(matrix), "repaired"
    return _list_loadings(matrix, kept, n, remark)


def repair_matrix(matrix: Floats) -> Floats:
    """A correlation matrix with its negative eigenvalues set to zero and a diagonal of ones."""
    roots, vectors = np.linalg.eigh(matrix)
    mended = (vectors * np.maximum(roots, 0)) @ vectors.T
    size = np.sqrt(np.diag(mended))
    return np.asarray(mended / np.outer(size, size))


def _list_loadings(matrix: Floats, kept: list[str], n: int, remark: str) -> pd.DataFrame:
    """Eigenvalues and loadings in long form, the largest component first."""
    roots, vectors = np.linalg.eigh(matrix)
    roots, vectors = np.maximum(roots[::-1], 0), vectors[:, ::-1]
    size = np.abs(vectors)
    first = (size > size.max(axis=0) - 1e-9).argmax(axis=0)
    sign = np.sign(vectors[first, np.arange(len(kept))])
    loadings = vectors * sign * np.sqrt(roots)
    return pd.DataFrame(
        {
            "component": np.repeat(np.arange(1, len(kept) + 1), len(kept)),
            "node_id": kept * len(kept),
            "eigenvalue": np.repeat(roots, len(kept)),
            "share": np.repeat(roots / len(kept), len(kept)),
            "loading": loadings.T.ravel(),
            "n": n,
            "remark": remark,
        }
    ).astype({"component": "Int64", "node_id": "str", "n": "Int64", "remark": "str"})


def _no_components(remark: str, n: int) -> pd.DataFrame:
    row = [pd.NA, pd.NA, np.nan, np.nan, np.nan, n, remark]
    table = pd.DataFrame([row], columns=_COLUMNS)
    return table.astype({"component": "Int64", "node_id": "str", "n": "Int64", "remark": "str"})
