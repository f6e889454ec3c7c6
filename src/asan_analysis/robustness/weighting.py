"""Weights taken from data, for comparison with the nominal ones only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog, minimize
from scipy.stats import kendalltau

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.ranking import rank_scores

_SAME = 1e-12
_OPTIMAL = 1e-9
_CLOSE = 1e-6  # a share of importance that misses its target by less has reached it


def weigh_equal(points: pd.DataFrame) -> pd.Series[float]:
    """The same weight for every node: 1 over their number, by node_id."""
    nodes = points.columns
    return pd.Series(1 / len(nodes), index=nodes, name="weight")


def weigh_components(points: pd.DataFrame) -> pd.DataFrame:
    """Weights from the first principal component of the nodes over the organisations.

    The squared loadings of the first eigenvector of the correlation matrix add up to 1 and are
    the weights. Its sign is chosen so that the loadings add up to more than zero. A node with a
    negative loading speaks against the others: its weight is set to zero, the rest share 1.

    Parameters
    ----------
    points : DataFrame
        Organisations x nodes without missing values.

    Returns
    -------
    DataFrame
        Key node_id. Columns loading (-1..1; missing for a node that does not vary), negative
        (bool: the loading is below zero), weight (sum 1; 0 for these and for a constant node),
        explained, explained_next (shares of the variance of the first and of the second
        component).

    Raises
    ------
    ParameterError
        Missing points, fewer than two organisations, no node that varies.

    Notes
    -----
    The weights say how nodes move together and nothing about what matters. They mislead where
    explained is hardly above explained_next: the first component is then one of many.
    Handbook on Constructing Composite Indicators (OECD/JRC 2008), step 6.
    """
    values = _complete(points)
    spread = values.std(axis=0)
    varies = spread > _SAME * np.abs(values).max(axis=0, initial=0.0)
    if len(values) < 2 or not varies.any():
        raise ParameterError("no node varies between organisations; compare two or more that do")
    scaled = (values[:, varies] - values[:, varies].mean(axis=0)) / spread[varies]
    roots, vectors = np.linalg.eigh(scaled.T @ scaled / len(values))
    first = vectors[:, -1]
    lean = first.sum() if abs(first.sum()) > _CLOSE else first[np.argmax(np.abs(first))]
    loading = np.full(len(varies), np.nan)
    loading[varies] = first * np.sign(lean)
    weight = np.where(loading > 0, loading, 0.0) ** 2
    return pd.DataFrame(
        {
            "node_id": points.columns,
            "loading": loading,
            "negative": loading < 0,
            "weight": weight / weight.sum(),
            "explained": roots[-1] / roots.sum(),
            "explained_next": roots[-2] / roots.sum() if len(roots) > 1 else 0.0,
        }
    )


def weigh_doubt(
    points: pd.DataFrame, *, lower: float | None = None, upper: float | None = None
) -> pd.DataFrame:
    """Benefit of the doubt: each organisation under the weights that suit it best.

    For organisation i the sum of w_k y_ik is made as large as possible with w_k >= 0 and no
    organisation above 1 under the same weights. A score of 1 says that some weights put it level
    with the best. Where they are given, each node's share w_k y_ik of the score stays from
    `lower` to `upper`.

    Parameters
    ----------
    points : DataFrame
        Organisations x nodes, zero or more, without missing values.
    lower, upper : float or None
        Shares of the score, 0..1; without them an organisation may rest on one node alone.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id. Columns score (the best one, 0..1, the same in each row),
        weight (per point), share (of the score; missing where the score is 0).

    Raises
    ------
    ParameterError
        Missing or negative points; shares that cannot add up to 1.

    Notes
    -----
    Everybody has weights of its own, so scores compare nobody under one method; several sets of
    weights can be best, and one of them is returned. With a lower share an organisation that has
    nothing at some node has a score of 0. Cherchye, Moesen, Rogge and Van Puyenbroeck (2007), An
    introduction to "benefit of the doubt" composite indicators, Social Indicators Research 82.
    """
    values = _complete(points)
    number = values.shape[1]
    low, high = 0.0 if lower is None else lower, 1.0 if upper is None else upper
    if (values < 0).any():
        raise ParameterError("points below zero have no benefit of the doubt; shift their scale")
    if not (0 <= low <= high and low * number <= 1 <= high * number):
        raise ParameterError(
            f"shares from {low} to {high} of {number} nodes cannot add up to 1; widen them"
        )
    scale = float(values.max(initial=0.0)) or 1.0
    rows = []
    for body, own in zip(points.index, values / scale, strict=True):
        weights = _suit_best(own, values / scale, low, high) / scale
        parts = weights * own * scale
        score = float(parts.sum())
        shares = parts / score if score > 0 else np.full(number, np.nan)
        rows.append(
            pd.DataFrame({"organisation_id": body, "node_id": points.columns, "score": score,
                          "weight": weights, "share": shares})
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def _suit_best(own: Floats, all_: Floats, low: float, high: float) -> Floats:
    """The weights that give one organisation the highest score with nobody above 1."""
    parts = np.diag(own)
    limits, ends = [all_], [np.ones(len(all_))]
    if low > 0:
        limits, ends = [*limits, low * own - parts], [*ends, np.zeros(len(own))]
    if high < 1:
        limits, ends = [*limits, parts - high * own], [*ends, np.zeros(len(own))]
    result = linprog(-own, A_ub=np.vstack(limits), b_ub=np.concatenate(ends), bounds=(0, None))
    return np.asarray(result.x, dtype="float64")


def measure_importance(
    points: pd.DataFrame, weights: pd.Series[float], *, power: int = 2
) -> pd.Series[float]:
    """Each node's share of its correlation with the index, by node_id; they add up to 1.

    The index is the weighted mean of the points. Power 2 takes squared correlations (the
    importance of Paruolo, Saisana and Saltelli 2013 where the relation is straight), power 1 the
    correlations themselves. A node that does not vary has none and gets 0.
    """
    values = _complete(points)
    shares = _importance(values, np.asarray(weights[points.columns], dtype="float64"), power)
    return pd.Series(shares, index=points.columns, name="importance")


def _importance(values: Floats, weights: Floats, power: int) -> Floats:
    centred = values - values.mean(axis=0)
    index = centred @ weights
    size = np.sqrt((centred**2).sum(axis=0) * (index**2).sum())
    product = centred.T @ index
    correlation = product / np.where(size > 0, size, 1.0)
    strength = np.asarray(correlation**power, dtype="float64")
    total = float(strength.sum())
    return strength / (total if total != 0 else 1.0)


def weigh_importance(
    points: pd.DataFrame,
    weights: pd.Series[float],
    *,
    target: pd.Series[float] | None = None,
    power: int = 2,
) -> pd.DataFrame:
    """Weights under which the importance of each node comes closest to a target.

    The sum of squared differences between importance (`measure_importance`) and target is made as
    small as possible over weights of zero or more that add up to 1, from the nominal weights,
    equal ones and the target as starts; the best end is kept.

    Parameters
    ----------
    points : DataFrame
        Organisations x nodes without missing values.
    weights : Series
        Nominal weights by node_id.
    target : Series or None
        Shares of importance by node_id (any scale); the nominal weights where left out.
    power : {2, 1}
        See `measure_importance`.

    Returns
    -------
    DataFrame
        Key node_id. Columns weight_nominal, importance_nominal, target, weight, importance
        (all shares that add up to 1), difference (importance less target), and two columns
        that are the same in each row: reached (bool: every difference is below 1e-6), converged
        (bool: no small change of weights brings them closer).

    Raises
    ------
    ParameterError
        Missing points, a power other than 1 or 2, a target without weight.

    Notes
    -----
    Nodes that move together cannot always reach a target, and the best end found need not be the
    best there is. Becker, Saisana, Paruolo and Vandecasteele (2017), Weights and importance in
    composite indicators: closing the gap, Ecological Indicators 80.
    """
    if power not in (1, 2):
        raise ParameterError(f"power {power} is not known; write 2 for squares or 1")
    values = _complete(points)
    nominal = _shares(weights, points)
    aim = _shares(weights if target is None else target, points)
    spread = values.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (values - values.mean(axis=0)) / spread
    correlations = scaled.T @ scaled / len(values)
    starts = [one * spread for one in (nominal, np.full(len(aim), 1 / len(aim)), aim)]
    ends = [_descend(start / start.sum(), correlations, aim, power) for start in starts]
    end, converged = min(ends, key=lambda one: _miss(one[0], correlations, aim, power)[0])
    weight = end / spread / (end / spread).sum()
    importance = _importance(values, weight, power)
    return pd.DataFrame(
        {
            "node_id": points.columns,
            "weight_nominal": nominal,
            "importance_nominal": _importance(values, nominal, power),
            "target": aim,
            "weight": weight,
            "importance": importance,
            "difference": importance - aim,
            "reached": bool(np.abs(importance - aim).max() < _CLOSE),
            "converged": converged,
        }
    )


def _descend(start: Floats, correlations: Floats, aim: Floats, power: int) -> tuple[Floats, bool]:
    """Weights of the standardised nodes at the end of a descent, and whether it is an optimum.

    It is one where no change of weights promises to lower the squares by more than 1e-9.
    """

    def miss(weights: Floats) -> tuple[float, Floats]:
        value, slope = _miss(weights, correlations, aim, power)
        return 1e4 * value, 1e4 * slope  # else the solver stops at differences that can be seen

    result = minimize(
        miss, start, jac=True, method="SLSQP", bounds=[(0.0, 1.0)] * len(start),
        constraints=[{"type": "eq", "fun": lambda weights: weights.sum() - 1,
                      "jac": lambda weights: np.ones(len(weights))}],
        options={"ftol": 1e-14, "maxiter": 1000},
    )  # fmt: skip
    end = np.clip(result.x, 0.0, 1.0)
    end /= end.sum()
    slope = _miss(end, correlations, aim, power)[1]
    return end, bool(end @ slope - slope.min() <= _OPTIMAL)


def _miss(weights: Floats, correlations: Floats, aim: Floats, power: int) -> tuple[float, Floats]:
    """Squared differences of importance and target, and their slope by weight."""
    size = np.sqrt(max(float(weights @ correlations @ weights), 1e-300))
    r = correlations @ weights / size
    strength = r**power
    total = float(strength.sum())
    gap = strength / total - aim
    by_r = 2 * (gap - gap @ strength / total) * power * r ** (power - 1) / total
    # the size of the index falls out: importance does not change with the scale of the weights
    return float(gap @ gap), correlations @ by_r / size


def compare_weightings(
    points: pd.DataFrame,
    weights: pd.DataFrame,
    category: pd.Series[Any],
    *,
    scores: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Ranks of the organisations under several sets of weights.

    Parameters
    ----------
    points : DataFrame
        Organisations x nodes without missing values.
    weights : DataFrame
        Nodes x schemes; the first scheme is the one the others are compared with.
    category : Series
        Category by organisation_id.
    scores : DataFrame or None
        Organisations x further schemes that have scores of their own, as the benefit of the doubt.

    Returns
    -------
    DataFrame
        Key scheme, organisation_id (schemes in the order given). Columns category, score, rank
        (in the category, equal scores share the better one), moved (places won against the first
        scheme; below zero: lost).
    """
    _complete(points)
    shares = weights.loc[points.columns] / weights.loc[points.columns].sum()
    table = points @ shares
    if scores is not None:
        table = table.join(scores, validate="one_to_one")
    own = category[table.index]
    ranks = table.apply(lambda score: score.groupby(own).transform(rank_scores))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "scheme": scheme,
                    "organisation_id": table.index,
                    "category": own.to_numpy(),
                    "score": table[scheme].to_numpy(),
                    "rank": ranks[scheme].to_numpy(),
                    "moved": (ranks.iloc[:, 0] - ranks[scheme]).to_numpy(),
                }
            )
            for scheme in table
        ],
        ignore_index=True,
    )


def summarise_weightings(compared: pd.DataFrame) -> pd.DataFrame:
    """How far each set of weights moves the ranks of each category.

    Returns
    -------
    DataFrame
        Key scheme, category. Columns organisations, moved (number with another rank than under
        the first scheme), largest_move (places), kendall_tau (tau-b of the ranks with those of the
        first scheme, -1..1; missing where all are equal or there is one organisation).
    """
    table = compared.assign(first=compared["rank"] + compared["moved"])
    rows = []
    for (scheme, category), own in table.groupby(["scheme", "category"], sort=False):
        moved = own["moved"].abs()
        ranks = own[["rank", "first"]].to_numpy(dtype="float64")
        tau = kendalltau(ranks[:, 0], ranks[:, 1]).statistic if len(own) > 1 else np.nan
        rows.append(
            {"scheme": scheme, "category": category, "organisations": len(own),
             "moved": int((moved > 0).sum()), "largest_move": int(moved.max()),
             "kendall_tau": float(tau)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _complete(points: pd.DataFrame) -> Floats:
    """The points as an array; missing ones are refused."""
    values = points.to_numpy(dtype="float64")
    if not values.size or not np.isfinite(values).all():
        raise ParameterError("points are missing; leave out organisations or nodes without them")
    return np.asarray(values, dtype="float64")


def _shares(weights: pd.Series[float], points: pd.DataFrame) -> Floats:
    """Weights in the order of the nodes, adding up to 1."""
    values = weights.reindex(points.columns).to_numpy(dtype="float64")
    if not (np.isfinite(values) & (values >= 0)).all() or values.sum() == 0:
        raise ParameterError("weights and targets are zero or more, one for each node, not all 0")
    return np.asarray(values / values.sum(), dtype="float64")
