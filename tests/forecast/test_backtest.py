"""Backtests: what they see, the rules by hand, and the summary by hand."""

import numpy as np
import pandas as pd
import pytest
from forecast.series import draw_series

from asan_analysis.errors import ParameterError
from asan_analysis.forecast.backtest import (
    NAIVE,
    backtest,
    forecast_naive,
    measure_clustered,
    summarise_backtest,
)  # fmt: skip


def test_a_backtest_never_sees_the_future():
    history = draw_series(1, units=6, years=5)
    later = history["edition_year"] > 2003
    changed = history.assign(score_percent=history["score_percent"].where(~later, 1.0))
    one, other = (
        backtest(each, rng=np.random.default_rng(0), draws=200) for each in (history, changed)
    )
    early = one["origin_year"] <= 2003
    told = ["unit_id", "origin_year", "edition_year", "method", "forecast"]
    pd.testing.assert_frame_equal(one.loc[early, told], other.loc[early, told])
    late = one["origin_year"] == 2004
    assert (one.loc[late, "forecast"] != other.loc[late, "forecast"]).all()


def test_origins_need_a_pair_and_targets_their_segment():
    """Segments 2001-2003 and 2004-2006: no forecast from 2001, none across the break."""
    history = draw_series(1, units=4, years=6)
    history["segment"] = 1 + (history["edition_year"] > 2003)
    found = backtest(history, rng=np.random.default_rng(0), draws=100)
    pairs = sorted(set(zip(found["origin_year"], found["edition_year"], strict=True)))
    assert pairs == [(2002, 2003), (2004, 2005), (2004, 2006), (2005, 2006)]
    assert len(found) == 4 * 4 * 5
    with pytest.raises(ParameterError, match="no backtest"):
        backtest(history[history["edition_year"] < 2003], rng=np.random.default_rng(0))


def test_rules_by_hand():
    """Unit x rises 10 in 2 years, y 2 in 1, then a break; z is new, w of a group without a pair."""
    rows = [
        ("x", "a", 2001, 1, 40.0), ("x", "a", 2003, 1, 50.0), ("x", "a", 2004, 2, 90.0),
        ("y", "a", 2002, 1, 10.0), ("y", "a", 2003, 1, 12.0), ("y", "a", 2004, 2, 97.0),
        ("z", "a", 2004, 2, 20.0), ("w", "b", 2004, 2, 30.0),
    ]  # fmt: skip
    names = ["unit_id", "group", "edition_year", "segment", "score_percent"]
    found = forecast_naive(pd.DataFrame(rows, columns=names), [2005, 2006])
    wide = found.pivot(index="unit_id", columns=["method", "edition_year"], values="forecast")
    assert wide["last"][2006].to_dict() == {"w": 30, "x": 90, "y": 97, "z": 20}
    assert wide["drift"][2006].to_dict() == {"w": 30, "x": 100, "y": 100, "z": 20}
    assert wide["drift"][2005].to_dict() == {"w": 30, "x": 95, "y": 99, "z": 20}
    assert wide["group_drift"][2005].to_dict() == {"w": 33.5, "x": 93.5, "y": 100, "z": 23.5}
    assert wide["category_mean"][2005].to_dict() == {"w": 30, "x": 69, "y": 69, "z": 69}


def judged(errors):
    """Results of two units, one forecast each edition, from errors by method."""
    rows = [
        {"unit_id": unit, "group": "a", "origin_year": 2002, "edition_year": year, "horizon": 1,
         "basis": "own", "method": method, "error": error,
         "inside_80": abs(error) < 3 if method == "model" else None,
         "inside_95": True if method == "model" else None}
        for method, values in errors.items()
        for (unit, year), error in zip([("x", 1), ("x", 2), ("y", 1)], values, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"inside_80": "boolean", "inside_95": "boolean"})


def test_summary_by_hand():
    results = judged(
        {"model": [1, -2, 4], "last": [3, -4, 6], "drift": [9, 9, 9], "group_drift": [5, 5, 5],
         "category_mean": [8, 8, 8]}
    )  # fmt: skip
    table = summarise_backtest(results, rng=np.random.default_rng(0)).set_index("method")
    row = table.loc["model"]
    assert row["mean_absolute_error"] == pytest.approx(7 / 3)
    assert row["mean_error"] == pytest.approx(1)
    assert (row["best_rule"], row["difference"]) == ("last", pytest.approx(-2))
    assert (row["low_95"], row["high_95"]) == (pytest.approx(-2), pytest.approx(-2))
    assert row["verdict"] == "model_better"
    assert row["coverage_80"] == pytest.approx(200 / 3)
    assert row["coverage_80_se"] == pytest.approx(np.sqrt(2 * 2 * (200 / 3) ** 2) / 3)
    assert (row["n"], row["units"]) == (3, 2)
    assert table.loc["drift", "mean_absolute_error"] == 9


@pytest.mark.parametrize(
    ("model", "verdict"), [([9, -9, 9], "naive_better"), ([5, -6, 3], "no_difference")]
)
def test_verdicts(model, verdict):
    rules = {rule: [4, 4, 4] for rule in NAIVE}
    results = judged({"model": model, **rules})
    table = summarise_backtest(results, rng=np.random.default_rng(0), by=())
    assert table.loc[0, "verdict"] == verdict


def test_clustered_error_without_clusters_is_the_plain_one():
    values = pd.Series([1.0, 4.0, 2.0, 7.0])
    alone = measure_clustered(values, pd.Series([1, 2, 3, 4]))
    assert alone == pytest.approx(values.std() / 2)
    assert np.isnan(measure_clustered(values, pd.Series([1, 1, 1, 1])))
