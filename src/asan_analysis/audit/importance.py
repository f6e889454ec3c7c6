"""What a node's weight says, and how much the node counts in the differences between scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asan_analysis.audit.correlation import correlate_columns
from asan_analysis.index.aggregation import Floats, nominal_weights
from asan_analysis.index.framework import Tree

_STEPS = 100  # the range of x is cut into as many steps before it is smoothed
_KNOTS = 5  # distinct values from which on a smooth is drawn through them


def compare_weights(
    values: pd.DataFrame, tree: Tree, *, parts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Whether the nodes count as much as their weights say.

    Weights are meant as importance, but how much a node moves the ranking also depends on its
    spread and on its correlation with the others. Three measures, each between the node x and the
    root y over the units that have both: the covariance share, w cov(x, y) / var(y) with w the
    nominal weight in the root; the square of the correlation; the correlation ratio (main effect),
    Var(E(y|x)) / Var(y), from `correlation_ratio`.

    Parameters
    ----------
    values : DataFrame
        Units x nodes, from `widen_scores`.
    tree : Tree
    parts : DataFrame, optional
        Units x nodes, the points contributed to the root (`widen_scores` of
        `contribute_services` or `contribute_organisations` with column="contribution"). With them
        the covariance share is cov(part, y) / var(y), which adds up to 1 whatever is missing.

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns depth, weight (nominal in the root: the product of the
        shares on the way down, 0..1), share (nominal among siblings, 0..1), weight_n (units with
        both), covariance_share (of the root's variance; adds to 1 over a cut through the tree where
        means are arithmetic and nothing is missing, or with `parts`; can be negative), correlation
        (with the root), squared_correlation, correlation_ratio (0..1), squared_share and
        importance (the last two over their sum among siblings, to compare with share), difference
        (importance less share). A node that does not vary has none.

    Notes
    -----
    A node is part of the root, so that a large weight makes a large correlation by itself. Siblings
    that correlate explain the same differences: importance is no part of a whole, and the closer
    the siblings follow each other the nearer importance comes to equal shares, whatever the
    weights. Then the covariance share over the siblings' sum is the better comparison. The
    correlation ratio is too high on few units, the more the smooth bends. A low one can mean few
    differences between units as well as a node without weight.

    References
    ----------
    Paruolo, Saisana and Saltelli (2013), Ratings and rankings: voodoo or science?, Journal of the
    Royal Statistical Society A 176(3); OECD/JRC (2008), Handbook on Constructing Composite
    Indicators, step 6.
    """
    x = values[tree.node_ids].to_numpy(dtype="float64")
    y, weight = x[:, :1], nominal_weights(tree)
    correlation, n = correlate_columns(x, np.broadcast_to(y, x.shape))
    ratio = [correlation_ratio(column, y[:, 0]) for column in x.T]
    table = pd.DataFrame(
        {
            "node_id": tree.node_ids,
            "depth": tree.depths,
            "weight": weight,
            "share": tree.nodes["share"].to_numpy(dtype="float64"),
            "weight_n": n.astype("int64"),
            "covariance_share": weight * measure_slopes(x, y)
            if parts is None
            else measure_slopes(parts[tree.node_ids].to_numpy(dtype="float64"), y),
            "correlation": correlation,
            "squared_correlation": correlation**2,
            "correlation_ratio": ratio,
        }
    )
    siblings = tree.nodes["parent_id"].fillna("")
    for column, measure in (
        ("squared_share", "squared_correlation"),
        ("importance", "correlation_ratio"),
    ):
        total = table[measure].groupby(siblings).transform("sum")
        table[column] = table[measure] / total.where(total > 0)
    return table.assign(difference=table["importance"] - table["share"])


def measure_slopes(x: Floats, y: Floats) -> Floats:
    """cov(x, y) / var(y) of each column over the units that have both; NaN without spread of y.

    `x` is units x columns, `y` units x 1 or of the shape of `x`. For columns that add up to y, as
    the points of siblings do, the slopes add up to 1: they are shares of the variance of y.
    """
    here = ~(np.isnan(x) | np.isnan(y))
    n = np.maximum(here.sum(axis=0), 1)
    mean = np.where(here, y, 0.0).sum(axis=0) / n
    away = np.where(here, y - mean, 0.0)
    squares = (away**2).sum(axis=0)
    product = (np.where(here, x, 0.0) * away).sum(axis=0)
    spread = squares > 1e-18 * n * (1 + mean**2)
    return np.where(spread, product / np.where(spread, squares, 1.0), np.nan)


def correlation_ratio(x: Floats, y: Floats) -> float:
    """The share of the variance of y that the mean of y at each x explains: 0..1.

    Values of x closer than 1/100 of its range are taken together and their y averaged. With five
    or more different values the means are smoothed (`smooth_means`); with fewer they are taken as
    they are, and k of them explain about (k - 1) / (n - 1) by chance. Units without one of the two
    are left out; NaN where one of them does not vary.
    """
    here = ~(np.isnan(x) | np.isnan(y))
    x, y = x[here], y[here]
    if len(x) < 3 or not np.ptp(x) > 1e-9 or not np.ptp(y) > 1e-9:
        return float("nan")
    step = np.rint((x - x.min()) / np.ptp(x) * _STEPS)
    place, group, count = np.unique(step, return_inverse=True, return_counts=True)
    mean = np.bincount(group, weights=y) / count
    if len(place) >= _KNOTS:
        within = float(((y - mean[group]) ** 2).sum())
        mean, _ = smooth_means(place, mean, count.astype("float64"), within)
    explained = (count * (mean - y.mean()) ** 2).sum()
    return float(min(explained / ((y - y.mean()) ** 2).sum(), 1.0))


def smooth_means(x: Floats, mean: Floats, count: Floats, within: float) -> tuple[Floats, float]:
    """Means of y at x smoothed by a natural cubic spline, and the penalty.

    Minimises the squared distances, weighted by the units, plus the penalty times the integral of
    the squared second derivative. The penalty is that of 200 with the least generalised
    cross-validation over all units: their squared distances (to the means, `within`, and of the
    means to the curve) over the square of the units less the trace of the smoother. Leaving
    `within` out would take the noise of means for their shape.

    References
    ----------
    Green and Silverman (1994), Nonparametric Regression and Generalized Linear Models, 2.1 to 3.4.
    """
    h, root, k = np.diff(x), np.sqrt(count), np.arange(len(x) - 2)
    bends, gram = np.zeros((len(x), len(k))), np.zeros((len(k), len(k)))
    bends[k, k], bends[k + 2, k] = 1 / h[:-1], 1 / h[1:]
    bends[k + 1, k] = -1 / h[:-1] - 1 / h[1:]
    gram[k, k] = (h[:-1] + h[1:]) / 3
    gram[k[1:], k[:-1]] = gram[k[:-1], k[1:]] = h[1:-1] / 6
    bends /= root[:, None]
    cost, waves = np.linalg.eigh(bends @ np.linalg.solve(gram, bends.T))
    cost[:2] = 0  # lines
    size = waves.T @ (root * mean)
    penalty = np.geomspace(1e-3 / cost[-1], 1e4 / cost[2], 200)
    kept = 1 / (1 + penalty[:, None] * cost)
    missed = within + ((size * (1 - kept)) ** 2).sum(axis=1)
    best = (missed / (count.sum() - kept.sum(axis=1)) ** 2).argmin()
    return waves @ (size * kept[best]) / root, float(penalty[best])
