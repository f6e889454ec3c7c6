"""How forecasts from earlier editions did, beside rules that need no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.forecast.history import check_history, find_refusal
from asan_analysis.forecast.model import fit_forecast
from asan_analysis.forecast.paths import forecast_scores, simulate_paths
from asan_analysis.refusals import Refusal

NAIVE = ("last", "drift", "group_drift", "category_mean")
METHODS = ("model", *NAIVE)
_ROWS = ["unit_id", "group", "origin_year", "edition_year", "horizon", "basis", "method",
         "forecast", "actual", "error", "inside_80", "inside_95"]  # fmt: skip


def backtest(history: pd.DataFrame, *, rng: np.random.Generator, draws: int = 2000) -> pd.DataFrame:
    """Forecast every edition from the earlier ones and compare with what came.

    An edition is an origin when the editions up to it allow a forecast (some unit has two
    comparable editions there) and a later edition of its segment exists. From it every later
    edition of that segment is forecast, for each unit that has a score in both. Nothing after the
    origin is seen. A forecast across a break is not judged: the two scores do not compare.

    Parameters
    ----------
    history : DataFrame
        As in `check_history`.
    rng : Generator
        Chance; each origin draws from a stream of its own.
    draws : int
        Draws of each origin.

    Returns
    -------
    DataFrame
        Key unit_id, origin_year, edition_year, method. Methods: `model`; `last` (the score at the
        origin); `drift` (that, plus the unit's mean change a year between comparable editions;
        `last` where it has none); `group_drift` (that, plus the mean of such changes over its
        group; over all where the group has none); `category_mean` (mean of the group at the
        origin). Columns group, horizon (years), basis, forecast, actual (percent), error (forecast
        less actual, points), inside_80, inside_95 (boolean; missing for rules). Naive forecasts
        are held inside 0..100.

    Raises
    ------
    ParameterError
        No origin has a later comparable edition (a `Refusal`).
    """
    table = check_history(history)
    first = table.drop_duplicates("edition_year")
    editions = dict(zip(first["edition_year"].astype(int).tolist(), first["segment"], strict=True))
    parts = []
    for origin in sorted(editions):
        known = table[table["edition_year"] <= origin]
        later = [
            year for year in sorted(editions)
            if year > origin and editions[year] == editions[origin]
        ]  # fmt: skip
        if later and not find_refusal(known):
            own = np.random.default_rng(rng.integers(2**63))
            parts.append(_judge_origin(known, table, later, own, draws))
    if not parts:
        raise Refusal(
            "no backtest: no edition follows two comparable ones; wait for another edition",
            code="no_origin",
        )
    return pd.concat(parts, ignore_index=True)


def _judge_origin(
    known: pd.DataFrame, table: pd.DataFrame, years: list[int], rng: np.random.Generator, draws: int
) -> pd.DataFrame:
    paths = simulate_paths(fit_forecast(known), years, rng=rng, draws=draws)
    model = forecast_scores(paths).rename(columns={"point": "forecast"}).assign(method="model")
    rules = forecast_naive(known, years)
    keys = ["unit_id", "edition_year"]
    rules = rules.merge(
        model[[*keys, "group", "origin_year", "horizon", "basis"]], on=keys, validate="many_to_one"
    )
    actual = table[[*keys, "score_percent"]].rename(columns={"score_percent": "actual"})
    judged = pd.concat([model, rules]).merge(actual, on=keys, validate="many_to_one")
    judged["error"] = judged["forecast"] - judged["actual"]
    for level in ("80", "95"):
        inside = judged["actual"].between(judged[f"low_{level}"], judged[f"high_{level}"])
        known_bounds = judged[f"low_{level}"].notna()
        judged[f"inside_{level}"] = inside.astype("boolean").where(known_bounds)
    return judged[_ROWS]


def forecast_naive(history: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Forecast by rules that need no model; see `backtest` for what they say.

    Parameters
    ----------
    history : DataFrame
        As in `check_history`.
    years : sequence of int
        Closing years after the last edition.

    Returns
    -------
    DataFrame
        Key unit_id, edition_year, method. Column forecast (percent, 0..100).
    """
    table = check_history(history)
    last = table["edition_year"].max()
    now = table[table["edition_year"] == last].set_index("unit_id")
    score, group = now["score_percent"], now["group"]
    slopes = _list_slopes(table)
    own = slopes.reindex(score.index)
    groups = table.drop_duplicates("unit_id", keep="last").set_index("unit_id")["group"]
    shared = slopes.groupby(groups.reindex(slopes.index)).mean()
    slope = {
        "last": 0.0 * score,
        "drift": own.fillna(0.0),
        "group_drift": group.map(shared).fillna(slopes.mean()),
        "category_mean": 0.0 * score,
    }
    start = dict.fromkeys(NAIVE, score) | {"category_mean": score.groupby(group).transform("mean")}
    parts = [
        pd.DataFrame(
            {"unit_id": score.index, "edition_year": int(year), "method": method,
             "forecast": (start[method] + slope[method] * (year - last)).clip(0, 100).to_numpy()}
        )
        for method in NAIVE for year in years
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _list_slopes(table: pd.DataFrame) -> pd.Series[Any]:
    """Points a year between comparable editions, by unit: all changes over all their years."""
    steps = table.groupby(["unit_id", "segment"])[["score_percent", "edition_year"]]
    sums = (steps.last() - steps.first()).groupby(level="unit_id").sum()
    sums = sums[sums["edition_year"] > 0]
    return sums["score_percent"] / sums["edition_year"]


def summarise_backtest(
    results: pd.DataFrame, *, rng: np.random.Generator, by: Sequence[str] = ("horizon",),
    resamples: int = 1000,
) -> pd.DataFrame:  # fmt: skip
    """How large the errors were, whether the model beat the best rule, and how often it covered.

    The best rule is the one with the smallest mean absolute error on the same forecasts, so it
    is chosen with hindsight and the model is not. The interval of the difference draws units
    again, each with all its forecasts. It does not hold the chance of the editions: a shock that
    hit all units counts once however many units there are.

    Parameters
    ----------
    results : DataFrame
        From `backtest`.
    rng : Generator
        Chance.
    by : sequence of str
        Columns of `results` to part it by; none for all forecasts together.
    resamples : int
        Draws of the units.

    Returns
    -------
    DataFrame
        Key `by`, method, in the order of `METHODS`. Columns n (forecasts), units,
        mean_absolute_error, mean_error (points); for the model best_rule, difference (its mean
        absolute error less that of the best rule; below nil the model is nearer), low_95, high_95,
        verdict (`model_better`, `naive_better`, `no_difference`: the interval holds nil), and
        coverage_80, coverage_80_se, coverage_95, coverage_95_se (percent; standard errors by
        unit). Missing elsewhere.
    """
    groups = results.groupby(list(by), sort=True) if by else [((), results)]
    rows: list[dict[str, Any]] = []
    for key, own in groups:
        names = dict(zip(by, key, strict=True))
        wide = _widen(own)
        for method in METHODS:
            errors = own[own["method"] == method]
            rows.append(
                {**names, "method": method, "n": len(errors), "units": errors["unit_id"].nunique(),
                 "mean_absolute_error": wide[method].mean(), "mean_error": errors["error"].mean()}
                | ({} if method != "model" else _compare_model(wide, errors, rng, resamples))
            )  # fmt: skip
    return pd.DataFrame(rows)


def _widen(own: pd.DataFrame) -> pd.DataFrame:
    """Absolute errors of all methods, a row for each forecast, by unit."""
    keys = ["unit_id", "origin_year", "edition_year"]
    wide = own.assign(size=own["error"].abs()).pivot(index=keys, columns="method", values="size")
    return wide.reset_index(["origin_year", "edition_year"], drop=True)


def _compare_model(
    wide: pd.DataFrame, own: pd.DataFrame, rng: np.random.Generator, resamples: int
) -> dict[str, Any]:
    best = str(wide[list(NAIVE)].mean().idxmin())
    paired = (wide["model"] - wide[best]).groupby(level="unit_id").agg(["sum", "count"])
    drawn = rng.multinomial(len(paired), np.full(len(paired), 1 / len(paired)), resamples)
    means = (drawn @ paired["sum"].to_numpy()) / (drawn @ paired["count"].to_numpy())
    low, high = np.quantile(means, [0.025, 0.975]) if len(paired) > 1 else (np.nan, np.nan)
    row = {"best_rule": best, "difference": paired["sum"].sum() / paired["count"].sum(),
           "low_95": low, "high_95": high, "verdict": _judge(low, high)}  # fmt: skip
    for level in ("80", "95"):
        inside = 100 * own[f"inside_{level}"].astype("float64")
        row[f"coverage_{level}"] = inside.mean()
        row[f"coverage_{level}_se"] = measure_clustered(inside, own["unit_id"])
    return row


def _judge(low: float, high: float) -> str:
    return "model_better" if high < 0 else "naive_better" if low > 0 else "no_difference"


def measure_clustered(values: pd.Series[Any], cluster: pd.Series[Any]) -> float:
    """Standard error of a mean whose values hang together inside clusters.

    Root of G / (G - 1) times the sum over the G clusters of the squared sum of departures, over n.
    Missing with one cluster.
    """
    sums = (values - values.mean()).groupby(cluster).sum()
    if len(sums) < 2:
        return float("nan")
    return float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / len(values))
