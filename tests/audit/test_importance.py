"""Weights against importance: known answers, and shares that add up."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from plain_road import near, node, random_answers, random_framework, tree_of
from scipy.interpolate import make_smoothing_spline
from small_dataset import dataset, edition

from asan_analysis.audit.description import widen_scores
from asan_analysis.audit.importance import compare_weights, correlation_ratio, smooth_means
from asan_analysis.data.datasets import select_edition
from asan_analysis.index.contributions import contribute_organisations, contribute_services
from asan_analysis.index.method import find_method
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services, score_table

TREE = tree_of(node("T"), node("A", "T", weight=3), node("x", "A", weight=1),
               node("y", "A", weight=2), node("z", "T"))  # fmt: skip


def random_values(seed=1, units=50):
    """A complete table scored up the tree."""
    rng = np.random.default_rng(seed)
    items = pd.DataFrame(rng.uniform(0, 100, (units, 3)), columns=TREE.items)
    return score_table(items, None, TREE, Rules())


def test_the_ratio_sees_what_a_line_does_not():
    """With y = x squared on a symmetric x r squared is 0, and the mean of y at each x is y."""
    x = np.linspace(-1, 1, 101)
    assert statistics.correlation(x.tolist(), (x**2).tolist()) == pytest.approx(0, abs=1e-12)
    assert correlation_ratio(x, x**2) == pytest.approx(1, abs=1e-3)
    few = np.repeat([-1.0, 0.0, 1.0], 5)
    assert correlation_ratio(few, few**2) == pytest.approx(1)


def test_the_ratio_of_few_values_by_hand():
    """With y = 1, 3 at 0 and 5, 7 at 1 the means 2 and 6 explain 16 of 20."""
    x, y = np.array([0.0, 0, 1, 1, math.nan, 1]), np.array([1.0, 3, 5, 7, 9, math.nan])
    assert correlation_ratio(x, y) == pytest.approx(0.8)


def test_the_ratio_of_a_line_with_noise_is_that_of_the_line():
    """Of y = x + e with equal variances x explains one half; of pure noise little is explained."""
    rng = np.random.default_rng(2)
    x, noise = rng.normal(size=(2, 2000))
    assert correlation_ratio(x, x + noise) == pytest.approx(0.5, abs=0.05)
    assert correlation_ratio(x, noise) < 0.02
    assert correlation_ratio(x, np.cos(2 * x) + noise / 10) > 0.9


def repeated():
    """Eleven uneven values of x met 1 to 60 times, with the means of y, and y."""
    gen = np.random.default_rng(8)
    counts = [1, 60, 1, 2, 60, 1, 1, 60, 3, 1, 9]
    places = [0.0, 8, 21, 29, 40, 53, 60, 71, 80, 92, 100]
    x = np.repeat(places, counts)
    y = np.sin(x / 15) + gen.normal(0, 1, len(x))
    own = [[b for a, b in zip(x, y, strict=True) if a == value] for value in places]
    within = sum((one - statistics.fmean(part)) ** 2 for part in own for one in part)
    means = [statistics.fmean(part) for part in own]
    return np.array(places), np.array(means), np.array(counts, dtype="float64"), within, x, y


def test_the_smooth_is_that_of_scipy_under_the_same_penalty():
    places, means, counts, within, x, y = repeated()
    smooth, penalty = smooth_means(places, means, counts, within)
    other = make_smoothing_spline(places, means, w=counts, lam=penalty)(places)
    assert smooth == pytest.approx(other, abs=1e-8)
    assert not np.allclose(smooth, means, atol=0.01)
    middle = statistics.fmean(y)
    explained = sum(n * (one - middle) ** 2 for n, one in zip(counts, other, strict=True))
    assert correlation_ratio(x, y) == pytest.approx(explained / sum((y - middle) ** 2))


def test_the_penalty_has_the_least_cross_validation_over_all_units():
    """The trace by smoothing one unit vector after the other; neighbours in penalty are worse."""
    places, means, counts, within, _, _ = repeated()

    def score(penalty):
        def fit(y):
            return make_smoothing_spline(places, y, w=counts, lam=penalty)(places)

        trace = sum(fit(row)[place] for place, row in enumerate(np.eye(len(places))))
        missed = within + sum(counts * (means - fit(means)) ** 2)
        return missed / (sum(counts) - trace) ** 2

    _, best = smooth_means(places, means, counts, within)
    assert score(best) < min(score(best * factor) for factor in (0.05, 0.5, 2, 20))


def test_noise_on_repeated_values_is_not_taken_for_shape():
    """Twenty values of x, 20 units each, y pure noise: plain means explain 19 / 399 on average."""
    gen = np.random.default_rng(0)
    x = np.repeat(np.arange(20.0), 20)
    found = [correlation_ratio(x, gen.normal(size=400)) for _ in range(20)]
    assert statistics.fmean(found) < 0.015


def test_no_ratio_without_spread():
    x = np.arange(10.0)
    assert math.isnan(correlation_ratio(x, np.full(10, 3.0)))
    assert math.isnan(correlation_ratio(np.full(10, 3.0), x))
    assert math.isnan(correlation_ratio(x[:2], x[:2]))


def test_weights_are_products_of_shares():
    table = compare_weights(random_values(), TREE).set_index("node_id")
    assert table["weight"].to_dict() == near({"T": 1, "A": 0.75, "x": 0.25, "y": 0.5, "z": 0.25})
    assert table["share"].to_dict() == near({"T": 1, "A": 0.75, "x": 1 / 3, "y": 2 / 3, "z": 0.25})


def test_measures_by_loops_and_covariance_shares_that_add_up():
    values = random_values()
    table = compare_weights(values, TREE).set_index("node_id")
    root = values["T"].tolist()
    for name in TREE.node_ids:
        own = values[name].tolist()
        r = statistics.correlation(own, root)
        share = table.loc[name, "weight"] * statistics.covariance(own, root)
        assert table.loc[name, "covariance_share"] == pytest.approx(
            share / statistics.variance(root)
        )
        assert table.loc[name, "correlation"] == pytest.approx(r)
        assert table.loc[name, "squared_correlation"] == pytest.approx(r**2)
    for cut in (["A", "z"], ["x", "y", "z"]):
        assert table.loc[cut, "covariance_share"].sum() == pytest.approx(1)
    for siblings in (["A", "z"], ["x", "y"]):
        assert table.loc[siblings, "importance"].sum() == pytest.approx(1)
        assert table.loc[siblings, "squared_share"].sum() == pytest.approx(1)
    assert (table["difference"] == table["importance"] - table["share"]).all()


def test_uncorrelated_nodes_of_equal_spread_share_by_the_square_of_their_weight():
    """Weights 3 and 1: importance 0.9 and 0.1, what Paruolo et al. (2013) warn of."""
    tree = tree_of(node("T"), node("x", "T", weight=3), node("y", "T", weight=1))
    grid = np.repeat([0.0, 50, 100], 3), np.tile([0.0, 50, 100], 3)
    items = pd.DataFrame({"x": grid[0], "y": grid[1]})
    table = compare_weights(score_table(items, None, tree, Rules()), tree).set_index("node_id")
    for column in ("covariance_share", "squared_correlation", "correlation_ratio", "importance"):
        assert table.loc[["x", "y"], column].tolist() == pytest.approx([0.9, 0.1]), column
    assert table.loc["x", "difference"] == pytest.approx(0.15)


def test_a_node_that_does_not_vary_has_no_importance():
    values = random_values().assign(z=40.0)
    table = compare_weights(values, TREE).set_index("node_id")
    assert table.loc["z", ["correlation", "correlation_ratio", "importance"]].isna().all()
    assert table.loc["z", "covariance_share"] == pytest.approx(0, abs=1e-12)
    assert table.loc["A", "importance"] == 1


def test_shares_of_contributions_add_up_whatever_is_missing():
    """Services with gaps and bodies, under other means and with answers read as zero."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rows = random_framework(rng, options=False, means=seed == 2)
        answers = random_answers(rng, rows, units=14, shares=True)
        owners = {unit: "abcdef"[place % 6] for place, unit in enumerate(answers)}
        rules = {"not_answered": ("zero", "exclude")[seed % 2]}
        data, found = select_edition(
            dataset(edition(2023, answers, owners), frameworks={"F.csv": rows},
                    rules={"R.toml": rules}), 2023)  # fmt: skip
        tree, rule = find_method(data, found)
        given = data.assessments, data.services, tree, rule
        for score, split in ((score_services, contribute_services),
                             (score_organisations, contribute_organisations)):  # fmt: skip
            values = widen_scores(score(*given), tree)
            parts = widen_scores(split(*given), tree, column="contribution")
            table = compare_weights(values, tree, parts=parts).set_index("node_id")
            for most in range(1, len(tree.nodes)):
                total = table.loc[tree.cut(most), "covariance_share"].sum()
                assert total == pytest.approx(1)
