"""Paths, their intervals and the means of groups."""

import numpy as np
import pandas as pd
import pytest
from forecast.series import draw_series

from asan_analysis.errors import ParameterError
from asan_analysis.forecast.model import fit_forecast
from asan_analysis.forecast.paths import Paths, forecast_groups, forecast_scores, simulate_paths


def test_forecasts_do_not_depend_on_the_order_of_rows():
    history = draw_series(1, units=8, years=4)
    mixed = history.sample(frac=1, random_state=3)
    one, other = (
        forecast_scores(
            simulate_paths(fit_forecast(each), [2005, 2007], rng=np.random.default_rng(2))
        )
        for each in (history, mixed)
    )
    pd.testing.assert_frame_equal(one, other)
    assert one["horizon"].tolist() == [1, 3] * 8
    assert one["editions"].eq(4).all()


def test_names_of_units_change_nothing_but_the_draw():
    history = draw_series(1, units=8, years=4)
    names = {f"u{place:02d}": f"n{7 - place}" for place in range(8)}
    renamed = history.assign(unit_id=history["unit_id"].map(names))
    one, other = (
        forecast_scores(
            simulate_paths(fit_forecast(each), [2005], rng=np.random.default_rng(2), draws=20000)
        ).set_index("unit_id")
        for each in (history, renamed)
    )
    np.testing.assert_allclose(
        other.loc[[names[unit] for unit in one.index], "point"], one["point"], atol=0.5
    )


@pytest.mark.parametrize("seed", range(4))
def test_forecasts_stay_inside_nil_and_a_hundred(seed):
    rng = np.random.default_rng(seed)
    history = draw_series(seed, units=6, years=4)
    history["score_percent"] = rng.choice([0.0, 0.01, 50.0, 99.9, 100.0], len(history))
    if seed == 0:
        history["score_percent"] = 100.0
    paths = simulate_paths(fit_forecast(history), [2005, 2030], rng=rng, draws=500)
    table = forecast_scores(paths)
    order = ["low_95", "low_80", "point", "high_80", "high_95"]
    assert table[order].stack().between(0, 100).all()
    assert (table[order].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert forecast_groups(paths)[order].stack().between(0, 100).all()


def test_intervals_cover_series_of_the_model():
    """Next editions of 25 drawn fields; units share a shock, so the error goes by field."""
    inside = {80: [], 95: []}
    for seed in range(25):
        whole = draw_series(100 + seed, units=12, years=7, shock=0.15)
        fitted = fit_forecast(whole[whole["edition_year"] < 2007])
        paths = simulate_paths(fitted, [2007], rng=np.random.default_rng(seed), draws=500)
        table = forecast_scores(paths).merge(whole, on=["unit_id", "edition_year"])
        for level, found in inside.items():
            hit = table["score_percent"].between(table[f"low_{level}"], table[f"high_{level}"])
            found.append(hit.mean())
    for level, found in inside.items():
        error = max(np.std(found) / np.sqrt(len(found)), 0.01)
        assert abs(np.mean(found) - level / 100) < 3 * error


def test_means_of_groups_by_hand():
    """Two units that move together and one apart: the mean is taken in each draw."""
    units = pd.DataFrame(
        {"unit_id": ["x", "y", "z"], "group": ["a", "a", "b"], "basis": "own", "editions": 2,
         "origin_year": 2001}
    )  # fmt: skip
    steps = np.linspace(0, 40, 101)
    scores = np.stack([30 + steps, 50 + steps, 90 - steps], axis=1)[:, :, None]
    table = forecast_groups(Paths(units, [2003], scores), levels=[0.5]).set_index("group")
    assert table["point"].tolist() == pytest.approx([60, 70, 190 / 3])
    assert table.loc["a", ["low_50", "high_50"]].tolist() == pytest.approx([50, 70])
    assert table["units"].tolist() == [2, 1, 3]
    assert table["horizon"].tolist() == [2, 2, 2]


def test_shared_shocks_do_not_average_out():
    """With a large shock the mean of all is nearly as uncertain as one unit."""
    fitted = fit_forecast(draw_series(9, units=20, years=8, shock=0.5, walk=0.05))
    paths = simulate_paths(fitted, [2009], rng=np.random.default_rng(0))
    alone = paths.scores[:, :, 0].std(axis=0).mean()
    assert paths.scores[:, :, 0].mean(axis=1).std() > 0.8 * alone


@pytest.mark.parametrize("years", [[], [2004], [2006, 2005], [2005, 2005]])
def test_years_are_refused(years):
    fitted = fit_forecast(draw_series(1, units=3, years=4))
    with pytest.raises(ParameterError, match="give years after 2004"):
        simulate_paths(fitted, years, rng=np.random.default_rng(0))


def test_levels_are_refused():
    fitted = fit_forecast(draw_series(1, units=3, years=4))
    paths = simulate_paths(fitted, [2005], rng=np.random.default_rng(0), draws=10)
    with pytest.raises(ParameterError, match="between 0 and 1"):
        forecast_scores(paths, levels=[80])
