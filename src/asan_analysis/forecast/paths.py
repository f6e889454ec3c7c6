"""Scores drawn for the next editions, and what they say of units and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import cho_solve, cholesky, solve_triangular

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.errors import ParameterError
from asan_analysis.forecast.history import to_logit, to_percent
from asan_analysis.forecast.model import (
    Fitted,
    Node,
    add_parts,
    join_points,
    list_basis,
    make_parts,
    make_points,
)  # fmt: skip

LEVELS = (0.8, 0.95)
_JITTER = 1e-10


class Paths(NamedTuple):
    """Drawn scores: draws x units x years, in percent."""

    units: pd.DataFrame  # unit_id, group, basis, editions, origin_year
    years: list[int]
    scores: Any


def simulate_paths(
    fitted: Fitted, years: Sequence[int], *, rng: np.random.Generator, draws: int = 2000
) -> Paths:
    """Draw scores of all units of the last edition in the years to come, together.

    A draw picks a set of parameters by its weight, then scores from their normal distribution
    given all scores known, so that units share the shocks of a year and a unit's years hang
    together. The score drawn is one that is measured, noise included, under the method of the
    last edition; a break to come is not foreseen.

    Parameters
    ----------
    fitted : Fitted
        From `fit_forecast`.
    years : sequence of int
        Closing years after the last edition, rising.
    rng : Generator
        Chance.
    draws : int
        At least 1.

    Returns
    -------
    Paths
        `units` has the key unit_id in order of id; basis (`own`: two comparable editions of its
        own, `category`: those of its category, `field`: those of others), editions (count),
        origin_year.

    Raises
    ------
    ParameterError
        No year, years out of order or not after the last edition, draws below 1.
    """
    last = int(fitted.history["edition_year"].max())
    steps = [*years]
    if draws < 1 or not steps or steps[0] <= last or steps != sorted(set(steps)):
        raise ParameterError(
            f"years {steps}, draws {draws}: give years after {last} in order, and one draw or more"
        )
    units = _list_units(fitted.history)
    table = units.merge(pd.DataFrame({"edition_year": steps}), how="cross")
    points = join_points(fitted.points, make_points(table, fitted.history))
    z = to_logit(fitted.history["score_percent"].to_numpy())
    weights = np.array([node.weight for node in fitted.nodes])
    counts = rng.multinomial(draws, weights / weights.sum())
    parts = [
        _draw(z, make_parts(points, node.damping), node, int(count), rng)
        for node, count in zip(fitted.nodes, counts, strict=True)
        if count
    ]
    scores = to_percent(np.concatenate(parts)).reshape(draws, len(units), len(steps))
    columns = ["unit_id", "group", "basis", "editions", "origin_year"]
    return Paths(units[columns], [int(year) for year in steps], scores)


def _list_units(history: pd.DataFrame) -> pd.DataFrame:
    """Units of the last edition, as they stood there."""
    last = history["edition_year"].max()
    units = history[history["edition_year"] == last].sort_values("unit_id", ignore_index=True)
    units = units.drop(columns=["edition_year", "score_percent"])
    told: pd.DataFrame = units.assign(
        basis=units["unit_id"].map(list_basis(history)),
        editions=units["unit_id"].map(history["unit_id"].value_counts()),
        origin_year=last,
    )
    return told


def _draw(
    z: Any, parts: dict[str, Any], node: Node, count: int, rng: np.random.Generator
) -> Any:  # fmt: skip
    """Draws of the points after the known ones, given those."""
    total = add_parts(parts, node.sd)
    known = len(z)
    root = cholesky(total[:known, :known], lower=True)
    cross = total[known:, :known]
    mean = cross @ cho_solve((root, True), z)
    halves = solve_triangular(root, cross.T, lower=True)
    rest = total[known:, known:] - halves.T @ halves
    spread = cholesky(rest + _JITTER * np.eye(len(rest)), lower=True)
    return mean + rng.standard_normal((count, len(rest))) @ spread.T


def forecast_scores(paths: Paths, *, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Median and intervals of the score of each unit in each year.

    An interval cuts off equal shares of the draws on both sides.

    Parameters
    ----------
    paths : Paths
        From `simulate_paths`.
    levels : sequence of float
        Shares of the draws inside an interval, 0..1.

    Returns
    -------
    DataFrame
        Key unit_id, edition_year. Columns group, origin_year, horizon (years), point, and for each
        level low and high (`low_80`, `high_80`, ...; percent, inside 0..100), basis, editions.
    """
    table = paths.units.merge(pd.DataFrame({"edition_year": paths.years}), how="cross")
    return _add_intervals(table, paths.scores.reshape(len(paths.scores), -1), levels)


def forecast_groups(paths: Paths, *, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Median and intervals of the mean score of each group, and of all, in each year.

    The mean is plain, over the units of the last edition: one that enters or leaves later is not
    foreseen. It is taken in each draw, so shocks that units share do not average out.

    Returns
    -------
    DataFrame
        Key group, edition_year. Columns as in `forecast_scores`, with units for basis and editions.
    """
    group = paths.units["group"]
    names = [*sorted(group.unique()), CATEGORY_ALL]
    rows, means = [], []
    for name in names:
        inside = np.ones(len(group), bool) if name == CATEGORY_ALL else (group == name).to_numpy()
        rows.append((name, int(inside.sum()), paths.units["origin_year"].iloc[0]))
        means.append(paths.scores[:, inside].mean(axis=1))
    table = pd.DataFrame(rows, columns=["group", "units", "origin_year"])
    table = table.merge(pd.DataFrame({"edition_year": paths.years}), how="cross")
    return _add_intervals(table, np.concatenate(means, axis=1), levels)


def _add_intervals(table: pd.DataFrame, scores: Any, levels: Sequence[float]) -> pd.DataFrame:
    if not levels or not all(0 < level < 1 for level in levels):
        raise ParameterError(f"levels {list(levels)}: give shares between 0 and 1")
    table = table.assign(
        horizon=table["edition_year"] - table["origin_year"], point=np.median(scores, axis=0)
    )
    for level in levels:
        for side, share in (("low", (1 - level) / 2), ("high", (1 + level) / 2)):
            table[f"{side}_{100 * level:g}"] = np.quantile(scores, share, axis=0)
    first = [name for name in ("unit_id", "group", "edition_year") if name in table]
    return table[[*first, *(name for name in table if name not in first)]]
