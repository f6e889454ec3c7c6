"""How much of the differences between bodies, and inside a body, each node explains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.audit.importance import correlation_ratio, measure_slopes
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree


def share_variance(parts: pd.DataFrame, owner: pd.Series[Any], tree: Tree) -> pd.DataFrame:
    """How much each node explains of the differences between bodies, and between their services.

    Between: the points that a body's services get from a node, averaged plainly over the services
    with a score, against the mean score, over bodies. Within: the points and the scores less the
    mean of the body, over the services of bodies with two scored services or more. The covariance
    share is cov(points of the node, score) / var(score).

    Parameters
    ----------
    parts : DataFrame
        Services x nodes, points of the score: `widen_scores` of `contribute_services` with
        column="contribution". The root's is the score.
    owner : Series
        organisation_id by service_id, for every row of `parts`.
    tree : Tree

    Returns
    -------
    DataFrame
        Key level (`between`, `within`), node_id, depth first. Columns depth, n (bodies; services),
        left_out (services without a score, and within a body also those with no other beside them),
        covariance_share (of the variance of the score at this level; adds up to 1 over the children
        of the root and over any cut through the tree; can be negative), correlation_ratio (0..1,
        from `correlation_ratio`), level_share (of the node's own sum of squares over all scored
        services, how much is at this level; the two levels add up to 1). What does not vary has
        none.

    Raises
    ------
    ParameterError
        A service without an owner.

    Notes
    -----
    Each body counts once in the shares between, each service once in all else. The share of a node
    is no effect: a node can lead because others follow it. Body means differ by the chance of
    their services alone, so level_share between is about (bodies - 1) / (services - 1) where
    services are shuffled among bodies. Under rules that do not roll up by the plain mean the shares
    between are of the plain mean, not of the published score.

    References
    ----------
    Shorrocks (1982), Inequality decomposition by factor components, Econometrica 50(1): the share
    of a part in the variance of a sum.
    """
    body = owner.reindex(parts.index)
    if body.isna().any():
        lost = str(body.index[body.isna()][0])
        raise ParameterError(f"service {lost!r} has no owner; give organisation_id for each row")
    scored = parts.loc[parts[tree.root].notna(), tree.node_ids]
    codes = pd.factorize(body[scored.index])[0]
    x = scored.to_numpy(dtype="float64")
    size = np.bincount(codes)
    means = np.add.reduceat(x[np.argsort(codes, kind="stable")], _starts(size)) / size[:, None]
    centred = x - means[codes]
    inside = centred[size[codes] > 1]
    squares = (centred**2).sum(axis=0)
    total = ((x - x.mean(axis=0)) ** 2).sum(axis=0)
    within = np.where(total > 1e-18 * len(x), squares / np.where(total > 0, total, 1.0), np.nan)
    lost_rows = len(parts) - len(scored)
    return pd.concat(
        [
            _level("between", means, lost_rows, 1 - within, tree),
            _level("within", inside, lost_rows + len(x) - len(inside), within, tree),
        ],
        ignore_index=True,
    )


def _starts(size: Any) -> Any:
    """Where each group of sorted rows begins."""
    return np.cumsum(size) - size


def _level(level: str, x: Floats, left_out: int, share: Floats, tree: Tree) -> pd.DataFrame:
    """The rows of one level; the root is the first column of x."""
    return pd.DataFrame(
        {
            "level": level,
            "node_id": tree.node_ids,
            "depth": tree.depths,
            "n": len(x),
            "left_out": left_out,
            "covariance_share": measure_slopes(x, x[:, :1]),
            "correlation_ratio": [correlation_ratio(column, x[:, 0]) for column in x.T],
            "level_share": share,
        }
    )
