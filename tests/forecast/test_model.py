"""The model against known answers: planted parameters, plain sums, series without noise."""

import numpy as np
import pandas as pd
import pytest
from forecast.series import draw_series
from scipy.stats import multivariate_normal

from asan_analysis.forecast import model
from asan_analysis.forecast.history import check_history, to_logit, to_percent
from asan_analysis.forecast.paths import forecast_scores, simulate_paths


def plain_covariance(one, other, first, damping, sd):
    """Covariance of two scores, rows of a history of one segment that starts in 2001."""

    def damped(row):
        return sum(damping ** (year - 2001) for year in range(first[row.unit_id], row.edition_year))

    same, kin = one.unit_id == other.unit_id, one.group == other.group
    begin = max(first[one.unit_id], first[other.unit_id])
    shared = max(min(one.edition_year, other.edition_year) - begin, 0)
    drifts = damped(one) * damped(other)
    total = 9.0 + 2.25 * kin + sd["level_sd"] ** 2 * same
    total += shared * (sd["shock_sd"] ** 2 + sd["walk_sd"] ** 2 * same)
    drift = model.FIELD_DRIFT_SD**2 + sd["group_drift_sd"] ** 2 * kin + sd["drift_sd"] ** 2 * same
    total += drifts * drift
    if same and one.edition_year == other.edition_year:
        total += sd["noise_sd"] ** 2 / one.services
    return total


def test_density_and_its_slope_by_a_plain_road():
    """Loops over pairs of scores, scipy's normal density, and finite differences."""
    history = draw_series(3, units=4, years=4)
    table = check_history(history.drop(index=[0, 1, 5]))
    first = table.groupby("unit_id")["edition_year"].min()
    sd = {name: median for name, (median, _) in model.PRIORS.items()}
    rows = list(table.itertuples())
    cover = np.array([[plain_covariance(a, b, first, 0.9, sd) for b in rows] for a in rows])
    parts = model.make_parts(model.make_points(table, table), 0.9)
    np.testing.assert_allclose(model.add_parts(parts, sd), cover, rtol=1e-10)
    z = to_logit(table["score_percent"].to_numpy())
    middle = np.log(list(sd.values()))
    constant = len(z) * np.log(2 * np.pi) / 2
    wanted = multivariate_normal(np.zeros(len(z)), cover).logpdf(z) + constant
    assert model._score_density(middle, z, parts) == pytest.approx(wanted)
    start = middle + 0.3
    loss, slope = model._loss(start, z, parts)
    assert loss == pytest.approx(-model._score_density(start, z, parts))
    steps = 1e-5 * np.eye(len(start))
    near = [
        (model._loss(start + step, z, parts)[0] - model._loss(start - step, z, parts)[0]) / 2e-5
        for step in steps
    ]
    np.testing.assert_allclose(slope, near, rtol=1e-4, atol=1e-5)


def test_segments_share_nothing_but_drift():
    table = check_history(
        draw_series(3, units=2, years=4).assign(segment=lambda rows: 1 + (rows.edition_year > 2002))
    )
    parts = model.make_parts(model.make_points(table, table), 1.0)
    apart = np.not_equal.outer(table["segment"].to_numpy(), table["segment"].to_numpy())
    for name in ("noise_sd", "walk_sd", "shock_sd", "level_sd"):
        assert (parts[name][apart] == 0).all()
    assert (parts["drift_sd"][apart] != 0).any()


def test_a_jump_across_a_break_changes_no_drift():
    """A jump of 0.8 logits at the break leaves the drifts; without the break it moves them."""
    history = draw_series(5, units=8, years=6, walk=0.02, shock=0.02)
    history["segment"] = 1 + (history["edition_year"] > 2003)
    jump = history["segment"].eq(2) * 0.8
    moved = history.assign(score_percent=to_percent(to_logit(history["score_percent"]) + jump))
    one, other = (model.describe_drifts(model.fit_forecast(each)) for each in (history, moved))
    np.testing.assert_allclose(one["drift"], other["drift"], atol=0.002)
    joined = model.describe_drifts(model.fit_forecast(moved.assign(segment=1)))
    assert (joined["drift"] - one["drift"]).mean() > 0.03


@pytest.mark.parametrize("damping", [0.9, 1.0])
def test_damped_series_without_noise_go_on(damping):
    whole = draw_series(
        7, units=16, years=9, noise=0, walk=0, shock=0, drift=0.35, own=0.08, damping=damping
    )
    known = whole[whole["edition_year"] <= 2007]
    fitted = model.fit_forecast(known)
    assert fitted.parameters["damping"] == pytest.approx(damping, abs=0.02)
    paths = simulate_paths(fitted, [2008, 2009], rng=np.random.default_rng(0))
    found = forecast_scores(paths).merge(whole, on=["unit_id", "edition_year"])
    assert len(found) == 32
    assert (found["point"] - found["score_percent"]).abs().max() < 1.0


def test_planted_parameters_are_found():
    """Means over four fields of 40 units; one field alone is off by a tenth or two."""
    planted = {"noise": 0.3, "walk": 0.15, "own": 0.10}
    fits = [
        model.fit_forecast(draw_series(seed, units=40, years=8, shock=0.1, **planted))
        for seed in range(11, 15)
    ]
    found = pd.DataFrame([fitted.parameters for fitted in fits]).mean()
    assert found["noise_sd"] == pytest.approx(0.3, rel=0.12)
    assert found["walk_sd"] == pytest.approx(0.15, rel=0.12)
    assert found["drift_sd"] == pytest.approx(0.10, rel=0.3)
    assert found["shock_sd"] == pytest.approx(0.10, rel=0.4)
    for fitted in fits:
        assert sum(node.weight for node in fitted.nodes) == pytest.approx(1)
        drifts = model.describe_drifts(fitted)
        assert drifts["drift"].mean() == pytest.approx(0.2, abs=0.13)
        assert drifts["own_share"].between(0.05, 1).all()


def test_a_unit_with_one_edition_has_the_drift_of_its_group():
    history = draw_series(13, units=9, years=6)
    late = history[(history["unit_id"] != "u08") | (history["edition_year"] == 2006)]
    lone = pd.DataFrame(
        {"unit_id": ["z"], "group": ["c"], "edition_year": [2006], "score_percent": [40.0],
         "services": [5]}
    )  # fmt: skip
    late = pd.concat([late, lone], ignore_index=True)
    drifts = model.describe_drifts(model.fit_forecast(late)).set_index("unit_id")
    assert drifts.loc["u08", "own_share"] == pytest.approx(0, abs=1e-9)
    assert drifts.loc["u08", "drift"] == pytest.approx(drifts.loc["u08", "group_drift"])
    assert drifts.loc["z", "group_drift"] == pytest.approx(drifts.loc["z", "field_drift"])
    basis = model.list_basis(check_history(late))
    assert basis[["u00", "u08", "z"]].tolist() == ["own", "category", "field"]
