"""The audit of the data and of the tree: what each node shows, one row a node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.audit.correlation import FEW, WEAK, correlate_columns
from asan_analysis.audit.importance import compare_weights
from asan_analysis.audit.structure import measure_alpha
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.scoring import arrays_of_answers

_SKEWNESS, _KURTOSIS, _AVAILABLE, _END = 2.0, 3.5, 0.65, 0.95
_MISSING = ("not_applicable", "not_answered")


def widen_scores(
    scores: pd.DataFrame, tree: Tree, *, column: str = "score_percent"
) -> pd.DataFrame:
    """One column of a long table by node as a table of units by nodes.

    Parameters
    ----------
    scores : DataFrame
        From `score_services`, `score_organisations` or a split into contributions: its first
        column names the unit.

    Returns
    -------
    DataFrame
        Index of units in order of appearance, a column per node, depth first.
    """
    unit = str(scores.columns[0])
    wide = scores.pivot(index=unit, columns="node_id", values=column)
    wide = wide.reindex(index=scores[unit].unique(), columns=tree.node_ids)
    return wide.rename_axis(index=unit, columns=None)


def widen_status(assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The status of every answer of one edition, services by items.

    Returns
    -------
    DataFrame
        Index service_id in the order of `services`, a column per item: `scored`,
        `not_applicable`, `not_answered` (also where there is no row).
    """
    units, _, cells = arrays_of_answers(assessments, services, tree, statuses=_MISSING)
    status = np.select(cells, _MISSING, default="scored")
    index = pd.Index(units, name="service_id")
    return pd.DataFrame(status, index=index, columns=tree.item_index).astype("str")


def describe_nodes(
    values: pd.DataFrame,
    status: pd.DataFrame | None,
    tree: Tree,
    *,
    scale: tuple[float, float] = (0.0, 100.0),
) -> pd.DataFrame:
    """What the scores of each node look like, and which deserve a second look.

    Statistics are of the scores as the rules make them: an answer that the rules read as zero is a
    zero. The shares of missing answers are of the answers as given. The shares at the ends are of
    the units that were scored, so that a zero for want of an answer is no floor.

    Parameters
    ----------
    values : DataFrame
        Units x nodes, from `widen_scores`.
    status : DataFrame or None
        Units x items, from `widen_status`, same units. None (organisations): there are no shares
        of missing answers, and every unit with a score counts as scored.
    tree : Tree
    scale : (float, float)
        The lowest and the highest possible score: the rules' `range`.

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns depth, n (units with a score), mean, sd (n - 1), skewness
        and kurtosis (adjusted Fisher-Pearson G1 and excess G2; missing without spread),
        share_not_applicable and share_not_answered (of the answers to an item, or to all items
        below a node), share_floor and share_ceiling (of scored units at the ends of the scale; all
        0..1), discrimination (correlation with the rest: the plain mean of those of its siblings
        that have a score in the unit, over the units that have both), flag (words with a space
        between): `constant` (no spread), `few` (n below 30), `missing` (fewer than 65 % of units
        have a score), `outliers` (skewness beyond 2 and kurtosis above 3.5), `floor`, `ceiling`
        (95 % or more), `weak` (discrimination below 0.3), `negative` (below 0).

    Notes
    -----
    The rest of a unit leaves out what it has no score for, so units are compared on different
    siblings. Two siblings have the same discrimination.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 3. Bounds of skewness,
    kurtosis and availability as in `get_stats` of COINr 1.1; 0.3 after Nunnally and Bernstein
    (1994), Psychometric Theory.
    """
    values = values[tree.node_ids]
    varies = values.max() - values.min() > 1e-9
    table = pd.DataFrame(
        {
            "depth": tree.depths,
            "n": values.notna().sum(),
            "mean": values.mean(),
            "sd": values.std(ddof=1).where(varies | (values.count() < 2), 0.0),
            "skewness": values.skew().where(varies),
            "kurtosis": values.kurt().where(varies),
        }
    )
    for name in _MISSING:
        table[f"share_{name}"] = _share_status(status, name, tree)
    scored = _scored(values, status, tree)
    for name, end in zip(("floor", "ceiling"), scale, strict=True):
        at_end = (scored.sub(end).abs() < 1e-9).sum()
        table[f"share_{name}"] = at_end / scored.count().where(scored.count() > 0)
    table["discrimination"] = _discriminate(values.to_numpy(dtype="float64"), tree)
    table["flag"] = flag_nodes(table, len(values))
    return table.rename_axis("node_id").reset_index()


def _share_status(status: pd.DataFrame | None, name: str, tree: Tree) -> Any:
    """The share of the answers below each node that have a status."""
    if status is None or status.empty:
        return np.nan
    share = np.zeros(len(tree.node_ids))
    items = np.zeros(len(tree.node_ids))
    share[tree.item_rows] = (status[tree.items] == name).mean().to_numpy()
    items[tree.item_rows] = 1
    for row in tree.inner_rows:
        below = list(tree.children[row])
        share[row], items[row] = share[below].sum(), items[below].sum()
    return share / items


def _scored(values: pd.DataFrame, status: pd.DataFrame | None, tree: Tree) -> pd.DataFrame:
    """The same scores without those of items that were not scored."""
    if status is None:
        return values
    kept = (status[tree.items] == "scored").reindex(values.index)
    return values.where(kept.reindex(columns=values.columns, fill_value=True))


def _discriminate(values: Floats, tree: Tree) -> Floats:
    """Correlation of each node with the mean of its siblings."""
    rest = np.full(values.shape, np.nan)
    for row in tree.inner_rows:
        below = list(tree.children[row])
        here = ~np.isnan(values[:, below])
        own = np.where(here, values[:, below], 0.0)
        others = here.sum(axis=1, keepdims=True) - here
        total = own.sum(axis=1, keepdims=True) - own
        rest[:, below] = np.where(others > 0, total / np.maximum(others, 1), np.nan)
    return correlate_columns(values, rest)[0]


def flag_nodes(table: pd.DataFrame, units: int) -> list[str]:
    """The words of each row."""
    discrimination = table["discrimination"]
    found: dict[str, Any] = {
        "constant": table["sd"] == 0,
        "few": table["n"] < FEW,
        "missing": table["n"] < _AVAILABLE * units,
        "outliers": (table["skewness"].abs() > _SKEWNESS) & (table["kurtosis"] > _KURTOSIS),
        "floor": table["share_floor"] >= _END,
        "ceiling": table["share_ceiling"] >= _END,
        "weak": (discrimination >= 0) & (discrimination < WEAK),
        "negative": discrimination < 0,
    }
    words = list(found)
    cells: NDArray[np.bool_] = pd.DataFrame(found).to_numpy(dtype="bool")
    return [" ".join(word for word, is_so in zip(words, row, strict=True) if is_so)
            for row in cells]  # fmt: skip


def audit_nodes(
    values: pd.DataFrame,
    status: pd.DataFrame | None,
    tree: Tree,
    *,
    parts: pd.DataFrame | None = None,
    scale: tuple[float, float] = (0.0, 100.0),
) -> pd.DataFrame:
    """Everything about each node in one row: its scores, its children, its weight.

    Parameters
    ----------
    values, status, tree, scale
        See `describe_nodes`.
    parts : DataFrame, optional
        See `compare_weights`.

    Returns
    -------
    DataFrame
        Key node_id, depth first. The columns of `describe_nodes`, `measure_alpha` and
        `compare_weights`.
    """
    table = describe_nodes(values, status, tree, scale=scale)
    weights = compare_weights(values, tree, parts=parts).drop(columns="depth")
    for other in (measure_alpha(values, tree), weights):
        table = table.merge(other, on="node_id", how="left", validate="one_to_one")
    return table
