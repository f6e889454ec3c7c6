"""Exact statements on weights: how far they may move before a place is lost, and the ranks then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.robustness.counterexamples import (
    check_weights,
    join_weightings,
    list_fields,
    search_places,
    show_weighting,
    table_places,
)
from asan_analysis.robustness.levels import Level

_NOISE = 1e-12  # of the larger value: no difference at a node
_STRICT = 1e-9  # of the weighted distance of two organisations: level with each other


def certify_level(
    level: Level,
    category: pd.Series[Any],
    *,
    rng: np.random.Generator,
    first: int | None = None,
    box: float = 0.25,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Certificates where a level is linear, counterexamples where it is not.

    Parameters
    ----------
    level : Level
        From `find_level`.
    category : Series
        Category by organisation_id; organisations of the level that it leaves out have no place.
    rng : Generator
        Used by the search only.
    first, box
        See `certify_places`.

    Returns
    -------
    (DataFrame, DataFrame)
        Of `certify_places` and `list_flips`, or of `search_places`.
    """
    kept = [place for place, body in enumerate(level.organisations) if body in category.index]
    bodies = category.loc[[level.organisations[place] for place in kept]]
    options: Any = {"level": level.node_id, "first": first, "box": box}
    if level.linear:
        points = level.points().iloc[kept].dropna()
        places = certify_places(points, level.weights, bodies.loc[points.index], **options)
        return places, list_flips(points, level.weights, places)
    return search_places(
        lambda weightings: level.rescore(weightings)[:, kept],
        level.weights, bodies, rng=rng, **options,
    )  # fmt: skip


def certify_places(
    points: pd.DataFrame,
    weights: pd.Series[float],
    category: pd.Series[Any],
    *,
    level: str = "",
    first: int | None = None,
    box: float = 0.25,
) -> pd.DataFrame:
    """How far weights may move before an organisation's place can be lost, exactly.

    Each weight may be multiplied by any factor from 1 - t to 1 + t. Between organisations A
    and B with weighted means of their points and differences d = A - B, A stays ahead for every
    such weighting exactly while t is below

        sum of w d / sum of w |d|

    The margin is the least of these over all organisations that do not stand above A in the
    category. For the first place this is exact; for a lower place it is exact for the statement
    that nobody below comes level, and the place itself may hold further, where somebody above
    falls back in turn. A margin of 1 means that nobody below is better anywhere: the place holds
    for every weighting (another may come level where only the equal nodes keep weight).

    The ranks over the box of factors 1 - box to 1 + box are exact too: a mixed integer programme
    finds the largest number of rivals that can be ahead, or not ahead, under one and the same
    weighting, and the weighting found is put to the proof. Two organisations count as level where
    they differ by less than 1e-9 of their weighted distance, sum of w |d|. The bounds count the
    rivals one at a time; they can lie outside.

    Parameters
    ----------
    points : DataFrame
        Organisations x nodes without missing values, as `Level.points`; the index is
        organisation_id.
    weights : Series
        Nominal weights by node_id, above zero; any scale.
    category : Series
        Category by organisation_id.
    level : str
        What the column `level` says.
    first : int or None
        Only places up to this one; all where left out.
    box : float
        Share by which weights may move for the ranks, 0 to below 1.

    Returns
    -------
    DataFrame
        Key organisation_id, categories in order of id, best first. Columns category, rank, level,
        status ("linear"), margin (0..1; 0 for a shared place), rival (who comes level first;
        missing where there is nobody below), holds_all (bool), best_rank, worst_rank (over the
        box), best_bound, worst_bound (outer), box. Equal scores share the better rank.

    Raises
    ------
    ParameterError
        Missing points, an organisation without a category, nodes that differ from the weights', a
        weight that is not above zero, a box outside 0 to below 1.

    Notes
    -----
    A statement on weights alone: points and method stay as they are. The set of weightings is a
    box, so the margin treats all nodes alike, however unlikely a change of all at once is.
    """
    values, nominal = _check(points, weights, category, box)
    lead, slope = _compare_pairs(values, nominal)
    rows = []
    own = category[points.index]
    for body, rank, field, lower in list_fields(values @ nominal, own, first):
        margin, rival = _least(lead[body], lower)
        best, worst, outer = _rank_over_box(lead, slope, body, field, rank, box)
        rows.append(
            [points.index[body], own.iloc[body], rank, level, "linear", margin,
             None if rival is None else points.index[rival], margin == 1, best, worst, *outer,
             box]
        )  # fmt: skip
    return table_places(rows)


def certify_sets(
    points: pd.DataFrame,
    weights: pd.Series[float],
    category: pd.Series[Any],
    *,
    places: int = 3,
) -> pd.DataFrame:
    """How far weights may move before the organisations of the first places change, exactly.

    The set stays while each member stays ahead of each other organisation of the category; the
    margin is the least of `certify_places` over these pairs. The order within the set is free.

    Parameters
    ----------
    points, weights, category
        As in `certify_places`.
    places : int
        Number of members; of organisations that share the last place the first by id are taken
        and the margin is 0.

    Returns
    -------
    DataFrame
        Key category. Columns places, members (ids, best first, joined by spaces), margin (0..1),
        member, rival (the pair that comes level first), holds_all (bool).
    """
    values, nominal = _check(points, weights, category, 0.0)
    lead, _ = _compare_pairs(values, nominal)
    fields: dict[Any, Any] = {}
    own = category[points.index]
    for body, _, field, _ in list_fields(values @ nominal, own, None):
        fields.setdefault(own.iloc[body], field)
    rows = []
    for name, field in fields.items():
        inside, outside = field[:places], field[places:]
        pairs = [(*_least(lead[body], outside), body) for body in inside]
        margin, rival, member = min(pairs, key=lambda pair: pair[0])
        rows.append(
            {"category": name, "places": places, "members": " ".join(points.index[inside]),
             "margin": margin, "member": None if rival is None else points.index[member],
             "rival": None if rival is None else points.index[rival], "holds_all": margin == 1}
        )  # fmt: skip
    return pd.DataFrame(rows)


def measure_leads(points: pd.DataFrame, weights: pd.Series[float]) -> pd.DataFrame:
    """For each pair the share by which weights must move before they come level, with its sign.

    Sum of w d / sum of w |d|: above zero where the row is ahead of the column, 1 where it is
    better or equal at every node, 0 where they are level.

    Returns
    -------
    DataFrame
        Organisations x organisations, -1..1.
    """
    values, nominal = _check(points, weights, None, 0.0)
    lead, _ = _compare_pairs(values, nominal)
    return pd.DataFrame(lead, index=points.index, columns=points.index)


def list_flips(
    points: pd.DataFrame, weights: pd.Series[float], places: pd.DataFrame
) -> pd.DataFrame:
    """The weightings at which the rivals of `certify_places` come level.

    Where a place holds for every weighting there is none.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id. Columns rival, weight (nominal share), factor (1 - margin
        where the organisation is better than the rival, 1 + margin where it is worse, 1 where they
        are equal), new_weight (share).
    """
    tables = []
    columns = ["organisation_id", "rival", "margin"]
    for body, rival, margin in places.loc[~places["holds_all"], columns].to_numpy():
        difference = points.loc[body, weights.index] - points.loc[rival, weights.index]
        factor = 1 - float(margin) * np.sign(difference.to_numpy(dtype="float64"))
        tables.append(show_weighting(body, rival, weights, factor))
    return join_weightings(tables)


def _check(
    points: pd.DataFrame, weights: pd.Series[float], category: pd.Series[Any] | None, box: float
) -> tuple[Floats, Floats]:
    """Points in the order of the weights, and the weights as shares."""
    check_weights(weights, box)
    if set(points.columns) != set(weights.index):
        raise ParameterError("points and weights have different nodes; give both the same ones")
    values = points[weights.index].to_numpy(dtype="float64")
    if not np.isfinite(values).all():
        bodies = points.index[~np.isfinite(values).all(axis=1)]
        raise ParameterError(
            f"points are missing for {', '.join(map(str, bodies))}; leave out organisations "
            "without a score, and search where only some nodes are missing"
        )
    if category is not None and not points.index.isin(category.dropna().index).all():
        raise ParameterError("an organisation has no category; give each of them one")
    return values, np.asarray(weights / weights.sum(), dtype="float64")


def _compare_pairs(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """For each pair the lead (-1..1), and how it changes with the factor of each weight.

    With factors f the lead is the sum of f times the second array; at f = 1 it is the first.
    """
    one, other = values[:, None, :], values[None, :, :]
    gap = one - other
    gap[np.abs(gap) <= _NOISE * np.maximum(np.abs(one), np.abs(other))] = 0.0
    distance = np.abs(gap) @ weights
    slope: Floats = np.asarray(gap * weights / np.where(distance > 0, distance, 1.0)[:, :, None])
    lead = np.asarray(slope.sum(axis=2))
    total = values @ weights
    size = _NOISE * np.maximum(np.abs(total)[:, None], np.abs(total)[None, :])
    lead[np.abs(lead) * distance <= size] = 0.0
    ahead, behind = (gap > 0).any(axis=2), (gap < 0).any(axis=2)
    lead[ahead & ~behind], lead[behind & ~ahead] = 1.0, -1.0
    return lead, slope


def _least(leads: Floats, rivals: Any) -> tuple[float, int | None]:
    """The smallest lead over the rivals and whose it is; 1 where there is nobody."""
    if not len(rivals):
        return 1.0, None
    rival = int(rivals[np.argmin(leads[rivals])])
    return max(float(leads[rival]), 0.0), rival


def _rank_over_box(
    lead: Floats, slope: Floats, body: int, field: Any, rank: int, box: float
) -> tuple[int, int, tuple[int, int]]:
    """Best and worst rank over a box of weights, and their outer bounds."""
    others = field[field != body]
    leads, change = lead[body, others], box * slope[body, others]
    reach = np.abs(change).sum(axis=1)
    worst_bound = 1 + int((leads - reach < -_STRICT).sum())
    best_bound = 1 + int((leads + reach < -_STRICT).sum())
    worst, best = worst_bound, best_bound
    if worst_bound > rank:
        worst = 1 + count_together(-leads, -change, _STRICT)
    if best_bound < rank:
        best = 1 + len(others) - count_together(leads, change, -_STRICT)
    return min(best, rank), max(worst, rank), (min(best_bound, rank), max(worst_bound, rank))


def count_together(base: Floats, slope: Floats, least: float) -> int:
    """The largest number of rows with base + slope u >= least at one u in [-1, 1]^k.

    Rows that always or never reach it are counted out first; when all others reach it together, a
    linear programme says so; else a mixed integer programme with the tightest big M chooses. A
    choice that does not stand the proof of recomputation is forbidden, and the search goes on.
    """
    reach = np.abs(slope).sum(axis=1)
    sure = base - reach >= least
    open_ = ~sure & (base + reach >= least)
    always = int(sure.sum())
    base, slope, reach = base[open_], slope[open_], reach[open_]
    if len(base) <= 1 or _hold_together(base, slope, least):
        return always + len(base)
    forbidden: list[Floats] = []
    while True:
        chosen = _choose(base, slope, base - reach, least, forbidden)
        if _hold_together(base[chosen], slope[chosen], least):
            return always + int(chosen.sum())
        forbidden.append(chosen.astype("float64"))


def _hold_together(base: Floats, slope: Floats, least: float) -> bool:
    """Whether all rows reach the least value at one u; the u found is put to the proof."""
    rows, nodes = slope.shape
    if not rows:
        return True
    result = linprog(
        np.append(np.zeros(nodes), -1.0),
        A_ub=np.hstack([-slope, np.ones((rows, 1))]), b_ub=base,
        bounds=[*[(-1, 1)] * nodes, (None, None)],
    )  # fmt: skip
    found = base + slope @ np.clip(result.x[:nodes], -1, 1)
    return bool((found >= least).all())


def _choose(base: Floats, slope: Floats, low: Floats, least: float, forbidden: list[Floats]) -> Any:
    """The largest set of rows that a mixed integer programme finds; not one of the forbidden."""
    rows, nodes = slope.shape
    both = np.hstack([slope, -np.diag(least - low)])
    limits = [LinearConstraint(both, lb=low - base)]
    for one in forbidden:
        limits.append(LinearConstraint(np.append(np.zeros(nodes), one), ub=one.sum() - 1))
    result = milp(
        np.append(np.zeros(nodes), -np.ones(rows)),
        constraints=limits,
        bounds=Bounds(np.r_[-np.ones(nodes), np.zeros(rows)], np.ones(nodes + rows)),
        integrality=np.r_[np.zeros(nodes), np.ones(rows)], options={"mip_rel_gap": 0},
    )  # fmt: skip
    if result.x is None:
        raise ParameterError(f"no rank over the box was found; the solver says: {result.message}")
    return result.x[nodes:] > 0.5
