"""One model for all series: levels that wander, drifts that are shared, shocks that hit all.

On the scale of `to_logit`, for unit i of group g in edition t of segment s:

    score = level[i, s] + drift[i] * D(t) + walk[i, t] + shock[t] + noise[i, t]
    drift[i] = field + group[g] + own[i]

D(t) is the damped time since the first edition of the unit in the segment, where its walk and its
part in the shocks begin too, so that a level alone says nothing of a drift.
Everything is normal, so all scores together are one normal vector, and its parts add up as
matrices of covariance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

from asan_analysis.forecast.history import check_history, list_paired, to_logit

# Weak priors, in logits: median and standard deviation of the logarithm. One logit is 25 points
# at 50 % and 9 points at 90 %.
PRIORS = {
    "noise_sd": (0.30, 1.0),  # of an edition, divided by the root of the services
    "walk_sd": (0.15, 1.0),  # of a unit in a year
    "shock_sd": (0.17, 0.6),  # of all units in a year
    "drift_sd": (0.05, 1.0),  # of units around their group
    "group_drift_sd": (0.03, 1.0),  # of groups around the field
    "level_sd": (0.70, 0.5),  # of units around their group
}
DAMPINGS = (0.90, 0.95, 1.00)  # a year; equally likely before the data are seen
FIELD_DRIFT_SD = 0.2  # of the drift of the field around nil, a year
_DIFFUSE = {"segment": 3.0, "group": 1.5}  # of the mean levels around 50 %
_STEPS = {"shock_sd": np.arange(-3, 4) / 2, "walk_sd": np.arange(-2, 3) / 2}
_NAMES = list(PRIORS)
_LEAST = 1e-3  # a node of the grid with a smaller weight is left out


class Points(NamedTuple):
    """Units in editions, as arrays: what the covariance of two scores depends on."""

    unit: Any
    group: Any
    segment: Any
    year: Any
    since: Any  # years since the first edition of the unit in the segment
    services: Any


class Node(NamedTuple):
    """One set of parameters and how likely it is."""

    weight: float
    damping: float
    sd: dict[str, float]


class Fitted(NamedTuple):
    """A fitted model: the series, their points and the sets of parameters."""

    history: pd.DataFrame
    points: Points
    nodes: list[Node]
    parameters: dict[str, float]  # means over the nodes: damping, and every sd of PRIORS


def fit_forecast(history: pd.DataFrame) -> Fitted:
    """Fit the pooled damped model to all series at once.

    For each damping of a grid the standard deviations are those most likely under the scores and
    their weak priors (`PRIORS`). Around them the shock and the walk, which few editions tell
    least about, run over a grid too. Every node is weighted by its likelihood and prior, so the
    intervals hold the doubt about damping, shock and walk. A unit's drift is drawn to that of its
    group, and a group's to that of the field, by as much as their variances say.

    Parameters
    ----------
    history : DataFrame
        As in `check_history`.

    Returns
    -------
    Fitted
        `parameters` holds damping (0.9..1) and the standard deviations in logits.

    Raises
    ------
    DataError, ParameterError
        As in `check_history`.

    Notes
    -----
    A change across a break informs nothing but the level after it. A shock is one normal draw for
    all units in a year; its variance rests on a few editions and leans on its prior.
    Source: Gardner and McKenzie (1985) for the damped trend; Searle, Casella and McCulloch (1992)
    for mixed models.
    """
    table = check_history(history)
    points = make_points(table, table)
    z = to_logit(table["score_percent"].to_numpy())
    found: list[tuple[float, float, dict[str, float]]] = []
    start = np.log([PRIORS[name][0] for name in _NAMES])
    for damping in DAMPINGS[::-1]:
        parts = make_parts(points, damping)
        start = minimize(
            _loss, start, (z, parts), jac=True, method="L-BFGS-B", options={"ftol": 1e-8},
            bounds=[(middle - 6 * sd, middle + 6 * sd) for middle, sd in _logs()],
        ).x  # fmt: skip
        found += _score_grid(damping, start, z, parts)
    nodes = _weigh(found)
    parameters = {"damping": sum(node.weight * node.damping for node in nodes)}
    for name in _NAMES:
        parameters[name] = sum(node.weight * node.sd[name] for node in nodes)
    return Fitted(table, points, nodes, parameters)


def _score_grid(
    damping: float, middle: Any, z: Any, parts: dict[str, Any]
) -> list[tuple[float, float, dict[str, float]]]:
    """Log density of every node around the best standard deviations of one damping."""
    found = []
    for shock in _STEPS["shock_sd"]:
        for walk in _STEPS["walk_sd"]:
            log_sd = middle.copy()
            log_sd[_NAMES.index("shock_sd")] += shock
            log_sd[_NAMES.index("walk_sd")] += walk
            density = _score_density(log_sd, z, parts)
            found.append((density, damping, dict(zip(_NAMES, np.exp(log_sd), strict=True))))
    return found


def _weigh(found: list[tuple[float, float, dict[str, float]]]) -> list[Node]:
    density = np.array([one[0] for one in found])
    weight = np.exp(density - density.max())
    weight = np.where(weight >= _LEAST * weight.max(), weight, 0.0)
    weight /= weight.sum()
    return [
        Node(float(own), damping, {name: float(one) for name, one in sd.items()})
        for own, (_, damping, sd) in zip(weight, found, strict=True)
        if own > 0
    ]


def make_points(table: pd.DataFrame, history: pd.DataFrame) -> Points:
    """Points of a table of units, groups, segments, years and services, on the codes of history."""
    units, groups = sorted(history["unit_id"].unique()), sorted(history["group"].unique())
    keys = ["unit_id", "segment"]
    first = (
        history.groupby(keys)["edition_year"].min().reindex(pd.MultiIndex.from_frame(table[keys]))
    )
    year = table["edition_year"].to_numpy(dtype="float64")
    return Points(
        pd.Index(units).get_indexer(table["unit_id"]),
        pd.Index(groups).get_indexer(table["group"]),
        table["segment"].to_numpy(),
        year - float(history["edition_year"].min()),
        year - first.to_numpy(dtype="float64"),
        table["services"].to_numpy(dtype="float64"),
    )


def join_points(first: Points, second: Points) -> Points:
    """Points of two sets, one after the other."""
    return Points(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def damp_years(years: Any, damping: float) -> Any:
    """Years of full drift in so many years from the start: 1 + damping + damping^2 + ..."""
    if damping == 1:
        return years
    return (1 - damping**years) / (1 - damping)


def make_parts(points: Points, damping: float) -> dict[str, Any]:
    """Covariance of every two points for one unit of each variance, and what is fixed."""
    unit, group, segment = (one[:, None] == one[None, :] for one in points[:3])
    start = points.year - points.since
    overlap = np.minimum.outer(points.year, points.year) - np.maximum.outer(start, start)
    shared = np.maximum(overlap, 0.0) * segment
    drifted = damp_years(points.year, damping) - damp_years(start, damping)
    drifts = np.outer(drifted, drifted)
    fixed = _DIFFUSE["segment"] ** 2 * segment + _DIFFUSE["group"] ** 2 * (segment & group)
    return {
        "noise_sd": np.diag(1 / points.services),
        "walk_sd": shared * unit,
        "shock_sd": shared,
        "drift_sd": drifts * unit,
        "group_drift_sd": drifts * group,
        "level_sd": (unit & segment).astype("float64"),
        "fixed": fixed + FIELD_DRIFT_SD**2 * drifts,
    }


def add_parts(parts: dict[str, Any], sd: dict[str, float]) -> Any:
    """The covariance of the scores."""
    total = parts["fixed"].copy()
    for name in _NAMES:
        total += sd[name] ** 2 * parts[name]
    return total


def _logs() -> list[tuple[float, float]]:
    return [(float(np.log(median)), sd) for median, sd in PRIORS.values()]


def _away(log_sd: Any) -> Any:
    """How far the logarithms are from the middle of their priors, in their deviations."""
    return np.array(
        [(one - middle) / sd for one, (middle, sd) in zip(log_sd, _logs(), strict=True)]
    )


def _score_density(log_sd: Any, z: Any, parts: dict[str, Any]) -> float:
    """Log of likelihood times prior, up to a constant."""
    total = add_parts(parts, dict(zip(_NAMES, np.exp(log_sd), strict=True)))
    root = cholesky(total, lower=True)
    rest = solve_triangular(root, z, lower=True)
    return float(-np.log(np.diag(root)).sum() - rest @ rest / 2 - (_away(log_sd) ** 2).sum() / 2)


def _loss(log_sd: Any, z: Any, parts: dict[str, Any]) -> tuple[float, Any]:
    """Minus the log density and its slope."""
    variance = np.exp(2 * log_sd)
    total = add_parts(parts, dict(zip(_NAMES, np.exp(log_sd), strict=True)))
    root = cholesky(total, lower=True)
    inverse = cho_solve((root, True), np.eye(len(z)))
    solved = inverse @ z
    away = _away(log_sd)
    slopes = inverse - np.outer(solved, solved)
    slope = [one * (slopes * parts[name]).sum() for one, name in zip(variance, _NAMES, strict=True)]
    loss = np.log(np.diag(root)).sum() + z @ solved / 2 + (away**2).sum() / 2
    return float(loss), np.array(slope) + away / [sd for _, sd in _logs()]


def describe_drifts(fitted: Fitted) -> pd.DataFrame:
    """Drift of every unit, its group and the field, as the model sees them.

    Parameters
    ----------
    fitted : Fitted
        From `fit_forecast`.

    Returns
    -------
    DataFrame
        Key unit_id. Columns group, drift, group_drift, field_drift (logits a year, at the first
        edition; expected values), drift_now (in the last edition, damped), own_share (0..1: how
        much of the doubt about the unit's departure from its group its own changes remove; near
        0 the drift is that of the group).
    """
    table = fitted.history.drop_duplicates("unit_id", keep="last")[["unit_id", "group"]]
    z = to_logit(fitted.history["score_percent"].to_numpy())
    span = fitted.points.year.max()
    total: Any = 0.0
    for node in fitted.nodes:
        parts = make_parts(fitted.points, node.damping)
        root = cholesky(add_parts(parts, node.sd), lower=True)
        points = fitted.points
        drifted = damp_years(points.year, node.damping)
        drifted = drifted - damp_years(points.year - points.since, node.damping)
        codes = make_points(fitted.history.loc[table.index], fitted.history)
        own = node.sd["drift_sd"] ** 2 * (codes.unit[:, None] == points.unit) * drifted
        group = node.sd["group_drift_sd"] ** 2 * (codes.group[:, None] == points.group) * drifted
        field = np.tile(FIELD_DRIFT_SD**2 * drifted, (len(table), 1))
        solved = cho_solve((root, True), z)
        halves = solve_triangular(root, own.T, lower=True)
        share = (halves**2).sum(axis=0) / node.sd["drift_sd"] ** 2
        means = [(own + group + field) @ solved, (group + field) @ solved, field @ solved]
        now = node.damping**span * means[0]
        total = total + node.weight * np.column_stack([*means, now, share])
    names = ["drift", "group_drift", "field_drift", "drift_now", "own_share"]
    return table.reset_index(drop=True).assign(**dict(zip(names, total.T, strict=True)))


def list_basis(history: pd.DataFrame) -> pd.Series[Any]:
    """What the drift of each unit rests on: `own`, `category` or `field`, by unit_id."""
    last = history.drop_duplicates("unit_id", keep="last").set_index("unit_id")["group"]
    paired = list_paired(history)
    groups = set(last.reindex(paired))
    basis = [
        "own" if unit in paired else "category" if group in groups else "field"
        for unit, group in last.items()
    ]
    return pd.Series(basis, index=last.index, dtype="str")
