"""The clustered regression: against statsmodels, Stata, plain loops and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from asan_analysis.drivers.clusters import (
    bootstrap_effect,
    bootstrap_joint,
    compare_wald,
    draw_weights,
    fit_clusters,
    invert_test,
    measure_cr1,
    measure_cr3,
)


def noisy(clusters=6, rows=5, columns=3, seed=1):
    """A constant and random columns, noise shared inside clusters; rows out of order."""
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.repeat(np.arange(clusters), rows))
    shared = rng.standard_normal((clusters, columns))[codes]
    x = np.column_stack([np.ones(len(codes)), shared + rng.standard_normal(shared.shape)])
    y = x[:, 1] + rng.standard_normal(clusters)[codes] + rng.standard_normal(len(codes))
    return x, y, codes


def plain_t(x, y, codes, column, null=0.0):
    """|t| under CR1 by statsmodels."""
    found = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": codes})
    return abs(found.params[column] - null) / found.bse[column]


def plain_wcr(x, y, codes, column, null, weights):
    """The bootstrap as it is told: every resample of y made and regressed again."""
    others = np.delete(x, column, axis=1)
    held = y - null * x[:, column]
    fitted = sm.OLS(held, others).fit()
    observed = plain_t(x, y, codes, column, null)
    made = [null * x[:, column] + fitted.fittedvalues + fitted.resid * one[codes]
            for one in weights]  # fmt: skip
    again = [plain_t(x, other, codes, column, null) for other in made]
    return np.mean([one >= observed * (1 - 1e-9) for one in again])


def test_cr1_is_that_of_statsmodels():
    x, y, codes = noisy()
    theirs = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": codes})
    fit = fit_clusters(x, y, codes)
    assert fit.beta == pytest.approx(theirs.params, abs=1e-10)
    assert measure_cr1(fit) == pytest.approx(theirs.cov_params(), abs=1e-10)


def test_cr1_of_the_grunfeld_data_is_what_stata_prints():
    """`regress invest mvalue kstock, vce(cluster company)`, ten firms, 1935 to 1954."""
    data = sm.datasets.grunfeld.load_pandas().data
    data = data[data["firm"] != "American Steel"]
    x = np.column_stack([np.ones(len(data)), data[["value", "capital"]]])
    codes = data["firm"].astype("category").cat.codes.to_numpy("int64")
    fit = fit_clusters(x, data["invest"].to_numpy(), codes)
    errors = np.sqrt(np.diag(measure_cr1(fit)))
    assert fit.beta == pytest.approx([-42.71437, 0.1155622, 0.2306785], rel=1e-6)
    assert errors == pytest.approx([20.4252, 0.0158943, 0.0849671], rel=1e-5)


def test_cr3_is_the_jackknife_in_a_plain_loop():
    x, y, codes = noisy()
    fit = fit_clusters(x, y, codes)
    total = np.zeros((4, 4))
    for one in range(6):
        away = sm.OLS(y[codes != one], x[codes != one]).fit().params - fit.beta
        total += np.outer(away, away)
    assert measure_cr3(fit) == pytest.approx(total * 5 / 6, abs=1e-10)


def test_cr3_with_a_cluster_for_each_row_is_hc3():
    """HC3 of statsmodels has no factor (G - 1) / G."""
    x, y, _ = noisy()
    fit = fit_clusters(x, y, np.arange(30))
    assert measure_cr3(fit) * 30 / 29 == pytest.approx(sm.OLS(y, x).fit().cov_HC3, abs=1e-10)


@pytest.mark.parametrize("null", [0.0, 0.7])
def test_the_bootstrap_is_that_of_a_plain_loop_over_all_weights(null):
    x, y, codes = noisy()
    weights = np.array(list(product([-1.0, 1.0], repeat=6)))
    test = bootstrap_effect(fit_clusters(x, y, codes), 2, weights, every=True)
    assert test(null) == plain_wcr(x, y, codes, 2, null, weights)
    assert 2 / 64 <= test(null) < 1


def test_drawn_weights_count_the_data_as_one_more_resample():
    x, y, codes = noisy()
    weights = draw_weights(13, 99, np.random.default_rng(1))[0][:, :6]
    test = bootstrap_effect(fit_clusters(x, y, codes), 1, weights, every=False)
    assert test(0.3) == pytest.approx((99 * plain_wcr(x, y, codes, 1, 0.3, weights) + 1) / 100)


def test_the_joint_bootstrap_is_that_of_a_plain_loop():
    x, y, codes = noisy()
    weights = np.array(list(product([-1.0, 1.0], repeat=6)))
    restricted = sm.OLS(y, x[:, :2]).fit()

    def wald(y):
        found = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": codes})
        beta, covariance = found.params[2:], found.cov_params()[2:, 2:]
        return beta @ np.linalg.solve(covariance, beta)

    again = [wald(restricted.fittedvalues + restricted.resid * one[codes]) for one in weights]
    p = np.mean(np.array(again) >= wald(y) * (1 - 1e-9))
    fit = fit_clusters(x, y, codes)
    assert bootstrap_joint(fit, [2, 3], weights, every=True) == p
    assert bootstrap_joint(fit, [2], weights, every=True) == bootstrap_effect(
        fit, 2, weights, every=True
    )(0.0)


def test_the_interval_holds_what_the_test_does_not_reject():
    x, y, codes = noisy(clusters=13)
    fit = fit_clusters(x, y, codes)
    weights, _, every = draw_weights(13, 999, np.random.default_rng(3))
    test = bootstrap_effect(fit, 1, weights, every=every)
    low, high = invert_test(test, fit.beta[1], 0.1)
    assert low < fit.beta[1] < high
    for end, sign in ((low, -1), (high, 1)):
        assert test(end - sign * 1e-6) > 0.05 >= test(end + sign * 1e-6)


def test_the_interval_of_a_t_test_is_the_printed_one():
    """t(9): 2.262157 at 97.5 %; an estimate of 3 with a standard error of 2."""
    low, high = invert_test(lambda b: 2 * stats.t.sf(abs(3 - b) / 2, 9), 3.0, 2.0)
    assert [low, high] == pytest.approx([3 - 2 * 2.262157, 3 + 2 * 2.262157], abs=1e-5)


def test_a_test_that_never_rejects_has_no_ends():
    assert invert_test(lambda b: 1.0, 0.0, 1.0) == (-np.inf, np.inf)


def test_weights_are_all_where_they_are_few():
    rng = np.random.default_rng(1)
    webb, name, every = draw_weights(4, 99, rng)
    assert (name, every, webb.shape) == ("Webb", True, (6**4, 4))
    assert len(np.unique(webb, axis=0)) == 6**4
    assert np.unique(webb**2).tolist() == pytest.approx([0.5, 1.0, 1.5])
    assert [draw_weights(size, 99, rng)[1:] for size in (5, 11, 12, 13)] == [
        ("Webb", False), ("Webb", False), ("Rademacher", True), ("Rademacher", False)
    ]  # fmt: skip
    drawn = draw_weights(13, 99, rng)[0]
    assert drawn.shape == (99, 13)
    assert np.unique(drawn).tolist() == [-1, 1]


def test_hotelling_with_one_coefficient_is_t():
    p = compare_wald(np.array([3.0]), np.array([[2.0]]), 10)
    assert p == pytest.approx(2 * stats.t.sf(3 / np.sqrt(2), 9))


def test_five_percent_of_true_nulls_are_rejected_at_twenty_clusters():
    """Noise and column shared inside clusters; 600 tables: 5 % give or take 1.8 (two errors).

    The same tables under errors that forget the clusters reject more than a quarter.
    """
    rng = np.random.default_rng(11)
    codes = np.repeat(np.arange(20), 8)
    found = []
    for _ in range(600):
        x = np.column_stack([np.ones(160), rng.standard_normal(20)[codes]])
        y = rng.standard_normal(20)[codes] + rng.standard_normal(160)
        fit = fit_clusters(x, y, codes)
        weights, _, every = draw_weights(20, 199, rng)
        p = bootstrap_effect(fit, 1, weights, every=every)(0.0)
        error = np.sqrt(measure_cr3(fit)[1, 1])
        jackknife = 2 * stats.t.sf(abs(fit.beta[1]) / error, 19)
        plain = np.sqrt((y - x @ fit.beta) @ (y - x @ fit.beta) / 158 * fit.inverse[1, 1])
        found.append((p <= 0.05, jackknife <= 0.05, abs(fit.beta[1]) > 1.96 * plain))
    wild, cr3, naive = np.mean(found, axis=0)
    assert 0.032 <= wild <= 0.068
    assert 0.02 <= cr3 <= 0.068
    assert naive > 0.25
