"""Do the scores of bodies draw together between editions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from asan_analysis.analysis.bodies import (
    COMPARED,
    LEAST_BODIES,
    find_state,
    join_bodies,
    list_steps,
)
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.errors import check_level

Floats = NDArray[np.float64]
_LEAST_RELIABILITY = 0.5  # of the earlier scores; below it the correction divides by noise
SLOPES = ["category", "bodies", "mean_change", "slope", "slope_low", "slope_high", "reliability",
          "slope_corrected", "corrected_low", "corrected_high", "state"]  # fmt: skip


def measure_spread(
    ranks: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    pairs: Sequence[tuple[int, int]] | None = None,
    level: float = 0.9,
) -> pd.DataFrame:
    """Whether scores lie closer together than before (sigma convergence).

    The spread is the standard deviation of the scores of bodies (n - 1). The ratio is that of the
    later edition by that of the earlier over the bodies scored in both; below 1 they drew together.
    Its interval is log ratio plus or minus t(n - 1) times the jackknife standard error (each body
    left out in turn), turned back.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_editions`.
    coverage : DataFrame
        From `cover_editions`.
    pairs : sequence of (before_year, after_year), optional
        Without it each edition with the one before.
    level : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    DataFrame
        Key baseline_year, edition_year, category (in order, then `all`). Columns bodies_before,
        bodies_after, spread_before, spread_after (points, all bodies of the edition; missing for
        one body), bodies_both, spread_both_before, spread_both_after (points, bodies scored in
        both), ratio, low, high, state. The figures on both are missing where the editions cannot be
        compared (see `find_state`), for fewer than five bodies (`few_bodies`); ratio and interval
        where the scores of an edition do not differ (`no_spread`).

    Raises
    ------
    UnknownEditionError, ParameterError
        See `find_state`; a level that is not between 0 and 1.

    Notes
    -----
    Scores hold noise (see `measure_moves`); where services become fewer the spread grows without
    any body moving apart. Near the top of the scale the spread must shrink (`measure_ceiling`).
    A smaller spread does not say that the weak caught up: the strong may have fallen. Intervals
    over skewed scores are too short; see `docs/methodology.md`.
    """
    check_level(level)
    rows = []
    for before, after in list_steps(coverage) if pairs is None else pairs:
        state = find_state(coverage, before, after)
        for category, bodies in join_bodies(ranks, before, after):
            scores = bodies[["score_percent_before", "score_percent_after"]].astype("float64")
            about = {"baseline_year": before, "edition_year": after, "category": category}
            rows.append(about | _describe(scores) | _compare_spread(scores.dropna(), state, level))
    columns = ["baseline_year", "edition_year", "category", "bodies_before", "bodies_after",
               "spread_before", "spread_after", "bodies_both", "spread_both_before",
               "spread_both_after", "ratio", "low", "high", "state"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    figures = ["spread_both_before", "spread_both_after", "ratio", "low", "high"]
    return table.astype(dict.fromkeys(figures, "float64"))


def _describe(scores: pd.DataFrame) -> dict[str, Any]:
    counts, spreads = scores.count().tolist(), scores.std().tolist()
    return {"bodies_before": counts[0], "bodies_after": counts[1],
            "spread_before": spreads[0], "spread_after": spreads[1]}  # fmt: skip


def _compare_spread(both: pd.DataFrame, state: str, level: float) -> dict[str, Any]:
    """Spread over the bodies of both, the ratio and its interval."""
    if state == COMPARED and len(both) < LEAST_BODIES:
        state = "few_bodies"
    found: dict[str, Any] = {"bodies_both": len(both), "state": state}
    if state != COMPARED:
        return found
    old, new = (both[column].to_numpy() for column in both)
    found |= {"spread_both_before": old.std(ddof=1), "spread_both_after": new.std(ddof=1)}
    if min(np.ptp(_leave_out(old), axis=1).min(), np.ptp(_leave_out(new), axis=1).min()) <= 1e-9:
        return found | {"state": "no_spread"}
    log, error = _jackknife(lambda one, two: np.log(np.std(two, 1) / np.std(one, 1)), old, new)
    ends = log + np.array([-1, 1]) * t.ppf((1 + level) / 2, len(both) - 1) * error
    low, high = np.exp(ends).tolist()
    return found | {"ratio": float(np.exp(log)), "low": low, "high": high}


def measure_convergence(moves: pd.DataFrame, *, level: float = 0.9) -> pd.DataFrame:
    """Whether bodies with low scores gain more (beta convergence), less what noise alone shows.

    The slope is that of the change on the earlier score by least squares: points gained for each
    point more before; below zero the low gain more. Noise in the earlier score makes it negative
    where nothing happens (Galton's regression to the mean): a body low by bad luck rises. The
    corrected slope takes the noise out of both sums: (covariance of change and earlier score, less
    the mean of error covariance less squared error_before) / (variance of the earlier score, less
    the mean of squared error_before). Services in both editions carry part of their luck along,
    which is why the covariance of the errors counts.

    Parameters
    ----------
    moves : DataFrame
        From `measure_moves`; rows whose state is not `compared` are left out.
    level : float
        Of the intervals, above 0 and below 1.

    Returns
    -------
    DataFrame
        Key category (in order, then `all`). Columns bodies, mean_change (points), slope, slope_low,
        slope_high (HC3 and t(n - 2)), reliability (share of the variance of earlier scores that
        is not noise, at most 1), slope_corrected, corrected_low, corrected_high (jackknife over
        bodies and t(n - 2)), state. Missing for fewer than five bodies (`few_bodies`), where the
        earlier scores do not differ (`no_spread`), and, for the corrected slope only, where the
        reliability is below 0.5 (`much_noise`).

    Raises
    ------
    ParameterError
        A level that is not between 0 and 1.

    Notes
    -----
    Only noise that services show is taken out. A mistake that touches all services of a body in
    one edition is still in the slope, so it can be too low even when corrected. A negative slope
    does not mean that the spread shrinks (`measure_spread`), and near the top of the scale it
    must be negative (`measure_ceiling`). Galton (1886), "Regression Towards Mediocrity in
    Hereditary Stature"; Fuller (1987), "Measurement Error Models", 1.2; MacKinnon and White
    (1985) for HC3.
    """
    check_level(level)
    used = moves[moves["state"] == COMPARED].sort_values("organisation_id")
    parts = [(name, used[used["category"] == name]) for name in sorted(set(moves["category"]))]
    rows = [{"category": name, **_fit(own, level)} for name, own in [*parts, (CATEGORY_ALL, used)]]
    return pd.DataFrame(rows, columns=SLOPES).astype(dict.fromkeys(SLOPES[2:-1], "float64"))


def _fit(bodies: pd.DataFrame, level: float) -> dict[str, Any]:
    """Slopes, intervals and state of one category."""
    score, change, noise, shared = (
        bodies[column].to_numpy(dtype="float64")
        for column in ("score_before", "change", "error_before", "error_covariance")
    )
    found: dict[str, Any] = {"bodies": len(bodies)}
    if len(bodies) < LEAST_BODIES:
        return found | {"state": "few_bodies"}
    if np.ptp(_leave_out(score), axis=1).min() <= 1e-9:
        return found | {"mean_change": change.mean(), "state": "no_spread"}
    slope, error = _fit_line(score, change)
    half = t.ppf((1 + level) / 2, len(bodies) - 2)
    reliability = 1 - (noise**2).mean() / score.var(ddof=1)
    found |= {"mean_change": change.mean(), "slope": slope, "slope_low": slope - half * error,
              "slope_high": slope + half * error, "reliability": reliability}  # fmt: skip
    if reliability < _LEAST_RELIABILITY:
        return found | {"state": "much_noise"}
    slope, error = _jackknife(correct_slope, score, change, noise**2, shared)
    return found | {
        "slope_corrected": slope, "corrected_low": slope - half * error,
        "corrected_high": slope + half * error, "state": COMPARED,
    }  # fmt: skip


def _fit_line(score: Floats, change: Floats) -> tuple[float, float]:
    """Slope and its HC3 standard error."""
    away = score - score.mean()
    size = (away**2).sum()
    slope = (away * change).sum() / size
    rest = change - change.mean() - slope * away
    leverage = 1 / len(score) + away**2 / size
    error = np.sqrt((away**2 * (rest / (1 - leverage)) ** 2).sum()) / size
    return float(slope), float(error)


def correct_slope(score: Floats, change: Floats, noise: Floats, shared: Floats) -> Floats:
    """The corrected slope of samples x bodies; noise is the variance of earlier errors."""
    away = score - score.mean(axis=1, keepdims=True)
    free = score.shape[1] - 1
    both = (away * change).sum(axis=1) / free - (shared - noise).mean(axis=1)
    own = (away**2).sum(axis=1) / free - noise.mean(axis=1)
    slope: Floats = both / own
    return slope


def _leave_out(values: Floats) -> Floats:
    """Each body left out in turn: bodies x bodies - 1."""
    size = len(values)
    rows: Floats = np.broadcast_to(values, (size, size))[~np.eye(size, dtype=bool)]
    return rows.reshape(size, size - 1)


def _jackknife(figure: Callable[..., Floats], *columns: Floats) -> tuple[float, float]:
    """A figure over all bodies and its jackknife standard error."""
    whole = float(figure(*(column[None] for column in columns))[0])
    each = figure(*(_leave_out(column) for column in columns))
    size = len(each)
    return whole, float(np.sqrt((size - 1) / size * ((each - each.mean()) ** 2).sum()))
