"""Weights from data: closed forms, worked examples, and plain search."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from small_dataset import records

from asan_analysis.errors import ParameterError
from asan_analysis.robustness.weighting import (
    _miss,
    compare_weightings,
    measure_importance,
    summarise_weightings,
    weigh_components,
    weigh_doubt,
    weigh_equal,
    weigh_importance,
)


def frame(rows, bodies=None):
    values = np.array(rows, dtype="float64")
    names = bodies or [f"b{number}" for number in range(len(values))]
    nodes = [f"n{number}" for number in range(values.shape[1])]
    return pd.DataFrame(values, index=pd.Index(names, name="organisation_id"), columns=nodes)


def weigh(*values):
    return pd.Series(values, index=[f"n{number}" for number in range(len(values))], dtype="float64")


def independent(nodes, bodies=40):
    """Points with exactly uncorrelated columns of variance 1."""
    noise = np.random.default_rng(4).normal(size=(bodies, nodes))
    rows, _ = np.linalg.qr(noise - noise.mean(axis=0))
    return frame(rows * np.sqrt(bodies))


def test_equal_weights():
    assert weigh_equal(frame([[1, 2, 3, 4]])).tolist() == [0.25] * 4


# Components


@pytest.mark.parametrize("seed", range(3))
def test_two_nodes_that_agree_get_equal_weights(seed):
    """The eigenvectors of [[1, r], [r, 1]] are (1, 1) and (1, -1): roots 1 + r and 1 - r."""
    rng = np.random.default_rng(seed)
    one = rng.uniform(0, 100, 8)
    points = frame(np.column_stack([one, 0.3 * one + rng.uniform(0, 20, 8)]))
    table = weigh_components(points)
    r = np.corrcoef(points.to_numpy().T)[0, 1]
    assert table["weight"].tolist() == pytest.approx([0.5, 0.5])
    assert table["explained"].tolist() == pytest.approx([(1 + r) / 2] * 2)
    assert table["explained_next"].tolist() == pytest.approx([(1 - r) / 2] * 2)


def test_three_nodes_with_known_correlations():
    """Correlations r, r and 0 with node 0: loadings (1, s, s) / sqrt(2), s = 1 / sqrt(2)."""
    base = independent(3).to_numpy()
    points = frame(np.column_stack([(base[:, 1] + base[:, 2]) / 2 + base[:, 0], base[:, 1:]]))
    table = weigh_components(points)
    assert table["weight"].tolist() == pytest.approx([0.5, 0.25, 0.25])


def test_a_node_against_the_others_is_told_and_gets_nothing():
    one = np.array([1.0, 2, 3, 4, 6])
    table = weigh_components(frame(np.column_stack([-one, one, 2 * one, np.full(5, 7.0)])))
    assert table["negative"].tolist() == [True, False, False, False]
    assert table["weight"].tolist() == pytest.approx([0, 0.5, 0.5, 0])
    assert table["loading"].tolist() == pytest.approx(
        [-1 / 3**0.5, 1 / 3**0.5, 1 / 3**0.5, np.nan], nan_ok=True
    )


def test_units_of_a_node_do_not_matter():
    points = frame(np.random.default_rng(0).uniform(0, 1, (9, 4)))
    scaled = points * [1, 1000, 0.01, 5] + [0, 4, 1, 2]
    pd.testing.assert_frame_equal(weigh_components(points), weigh_components(scaled))


@pytest.mark.parametrize(
    ("points", "match"),
    [(frame([[1, 2]]), "no node varies"), (frame([[1, 2], [1, 2]]), "no node varies"),
     (frame([[1, np.nan], [1, 2]]), "missing")],
)  # fmt: skip
def test_components_refuse(points, match):
    with pytest.raises(ParameterError, match=match):
        weigh_components(points)


# Benefit of the doubt


def doubt_scores(points, **options):
    return weigh_doubt(points, **options).groupby("organisation_id", sort=False)["score"].first()


def test_benefit_of_the_doubt_by_hand():
    """Bodies (4, 1) and (2, 2) are each best by a node of their own; (2, 1) gets 2/3.

    For (2, 1) the weights w1 = 1/6, w2 = 1/3 bind both: 4/6 + 1/3 = 1 and 2/6 + 2/3 = 1, and give
    2/6 + 1/3 = 2/3.
    """
    points = frame([[4, 1], [2, 2], [2, 1]], ["a", "b", "c"])
    table = weigh_doubt(points)
    assert doubt_scores(points).tolist() == pytest.approx([1, 1, 2 / 3])
    own = table[table["organisation_id"] == "c"]
    assert own["weight"].tolist() == pytest.approx([1 / 6, 1 / 3])
    assert own["share"].tolist() == pytest.approx([0.5, 0.5])


def test_a_body_that_is_best_everywhere_gets_one_and_the_others_less():
    scores = doubt_scores(frame([[80, 90], [40, 60], [79, 10]]))
    assert scores.tolist() == pytest.approx([1, 60 / 90, 79 / 80])


def test_shares_of_the_score_are_held_to_their_limits():
    """(4, 1) against (2, 2) at a share of exactly half each: w = (s/8, s/2).

    Nobody is above 1 under it: (2, 2) gets s/4 + s, so s = 0.8.
    """
    points = frame([[4, 1], [2, 2]])
    table = weigh_doubt(points, lower=0.5, upper=0.5)
    assert table["score"].tolist()[:2] == pytest.approx([0.8, 0.8])
    assert table["share"].tolist() == pytest.approx([0.5] * 4)
    wide = weigh_doubt(points, lower=0.2, upper=0.7)
    assert wide["share"].between(0.2 - 1e-9, 0.7 + 1e-9).all()


def test_benefit_of_the_doubt_by_a_dense_grid():
    """No weights on a grid of directions, scaled to touch 1, give more; the best come close."""
    rng = np.random.default_rng(3)
    points = frame(rng.uniform(1, 9, (5, 3)))
    values = points.to_numpy()
    grid = np.array([one for one in product(np.linspace(0, 1, 41), repeat=3) if sum(one) > 0])
    scores = grid @ values.T
    best = (scores / scores.max(axis=1, keepdims=True)).max(axis=0)
    found = doubt_scores(points).to_numpy()
    assert (found >= best - 1e-9).all()
    assert found == pytest.approx(best, abs=0.01)
    table = weigh_doubt(points).pivot(index="organisation_id", columns="node_id", values="weight")
    assert (table.to_numpy() @ values.T <= 1 + 1e-9).all()


def test_nothing_at_a_node_with_a_lower_share_is_a_score_of_zero():
    points = frame([[4, 0], [2, 2], [0, 0]])
    assert doubt_scores(points).tolist() == pytest.approx([1, 1, 0])
    table = weigh_doubt(points, lower=0.1)
    assert table["score"].tolist()[::2] == pytest.approx([0, 1, 0])
    assert table["share"].isna().tolist() == [True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("points", "options", "match"),
    [(frame([[-1, 2]]), {}, "below zero"), (frame([[1, 2]]), {"lower": 0.6}, "add up to 1"),
     (frame([[1, 2]]), {"upper": 0.4}, "add up to 1"), (frame([[np.nan, 2]]), {}, "missing")],
)  # fmt: skip
def test_benefit_of_the_doubt_refuses(points, options, match):
    with pytest.raises(ParameterError, match=match):
        weigh_doubt(points, **options)


# Importance


def test_importance_of_independent_nodes():
    """Uncorrelated nodes of variance 1: squared shares w^2 / sum w^2, plain ones w / sum w."""
    points, weights = independent(3), weigh(1, 2, 2)
    assert measure_importance(points, weights).tolist() == pytest.approx([1 / 9, 4 / 9, 4 / 9])
    assert measure_importance(points, weights, power=1).tolist() == pytest.approx([0.2, 0.4, 0.4])


def test_importance_against_correlations_of_numpy():
    points = frame(np.random.default_rng(7).uniform(0, 100, (12, 4)) ** 2)
    weights = weigh(3, 1, 2, 4)
    index = points.to_numpy() @ weights.to_numpy()
    squares = np.array([np.corrcoef(points[node], index)[0, 1] ** 2 for node in points])
    assert measure_importance(points, weights).tolist() == pytest.approx(squares / squares.sum())
    flat = points.assign(n3=5.0)
    assert measure_importance(flat, weights)["n3"] == 0


@pytest.mark.parametrize(("power", "root"), [(2, 0.5), (1, 1.0)])
def test_the_optimum_for_independent_nodes_is_known(power, root):
    """Weights in proportion to the root of the target (squares), or to the target itself."""
    target = weigh(0.1, 0.2, 0.3, 0.4)
    table = weigh_importance(independent(4), weigh(1, 1, 1, 1), target=target, power=power)
    expected = target**root / (target**root).sum()
    assert table["weight"].tolist() == pytest.approx(expected.tolist(), abs=1e-4)
    assert table["importance"].tolist() == pytest.approx(target.tolist(), abs=1e-6)
    assert table["reached"].all()


def test_the_nominal_weights_are_the_target_where_none_is_given():
    points = independent(2) * [1, 3]
    table = weigh_importance(points, weigh(1, 1))
    assert table["importance_nominal"].tolist() == pytest.approx([0.1, 0.9])
    assert table["target"].tolist() == [0.5, 0.5]
    assert table["weight"].tolist() == pytest.approx([0.75, 0.25], abs=1e-4)


def test_a_target_out_of_reach_is_told():
    """Two nodes that are the same have the same importance under any weights."""
    one = np.array([1.0, 4, 2, 8])
    table = weigh_importance(frame(np.column_stack([one, one])), weigh(1, 1), target=weigh(9, 1))
    assert not table["reached"].any()
    assert table["importance"].tolist() == pytest.approx([0.5, 0.5])
    assert table["difference"].tolist() == pytest.approx([-0.4, 0.4])


@pytest.mark.parametrize("power", [1, 2])
def test_the_slope_of_the_squares_by_differences(power):
    rng = np.random.default_rng(6)
    correlations = np.corrcoef(rng.normal(size=(4, 9)) + rng.normal(size=9))
    weights, aim, step = rng.uniform(0.1, 1, 4), rng.dirichlet(np.ones(4)), 1e-6
    sides = [
        [_miss(weights + sign * step * unit, correlations, aim, power)[0] for unit in np.eye(4)]
        for sign in (1, -1)
    ]
    differences = (np.array(sides[0]) - sides[1]) / (2 * step)
    slope = _miss(weights, correlations, aim, power)[1]
    assert slope.tolist() == pytest.approx(differences.tolist(), abs=1e-7)
    assert np.abs(slope).max() > 1e-2


@pytest.mark.parametrize("target", [(0.5, 0.3, 0.2), (0.9, 0.05, 0.05)])
def test_the_optimum_for_nodes_that_move_together_by_a_dense_grid(target):
    """No weights of a grid come closer; the second target is out of reach, its optimum a corner."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=(30, 1))
    points = frame((common + rng.normal(size=(30, 3))) * [1, 2, 5])
    table = weigh_importance(points, weigh(1, 1, 1), target=weigh(*target))
    assert table["converged"].all()
    assert table["reached"].all() == (target[0] < 0.9)
    grid = [(a, b, 60 - a - b) for a in range(61) for b in range(61 - a)]
    tried = [measure_importance(points, weigh(*one) / np.array([1, 2, 5])) for one in grid]
    squares = min(((one - weigh(*target)) ** 2).sum() for one in tried)
    assert (table["difference"] ** 2).sum() <= squares + 1e-12
    again = measure_importance(points, table.set_index("node_id")["weight"])
    assert table["importance"].tolist() == pytest.approx(again.tolist())


@pytest.mark.parametrize(
    ("options", "match"),
    [({"power": 3}, "power"), ({"target": weigh(0, 0)}, "not all 0"),
     ({"target": weigh(1)}, "one for each node"), ({"target": weigh(-1, 2)}, "zero or more")],
)  # fmt: skip
def test_importance_refuses(options, match):
    with pytest.raises(ParameterError, match=match):
        weigh_importance(frame([[1, 2], [3, 1]]), weigh(1, 1), **options)


# Comparison

POINTS = frame([[10, 0], [6, 5], [4, 9], [5, 5], [7, 1]], list("abcde"))
CATEGORY = pd.Series({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"})


def test_schemes_beside_each_other_by_hand():
    """Equal: c 6.5, b 5.5, a 5; n0 alone: a, b, c. One pair of three agrees: none, tau -1."""
    weights = pd.DataFrame({"nominal": [1, 1], "first": [4, 0]}, index=["n0", "n1"])
    table = compare_weightings(POINTS, weights, CATEGORY)
    assert records(table, "scheme", "organisation_id", "category", "rank", "moved") == [
        ("nominal", "a", "x", 3, 0), ("nominal", "b", "x", 2, 0), ("nominal", "c", "x", 1, 0),
        ("nominal", "d", "y", 1, 0), ("nominal", "e", "y", 2, 0),
        ("first", "a", "x", 1, 2), ("first", "b", "x", 2, 0), ("first", "c", "x", 3, -2),
        ("first", "d", "y", 2, -1), ("first", "e", "y", 1, 1),
    ]  # fmt: skip
    assert table["score"].tolist()[:3] == [5, 5.5, 6.5]
    summary = summarise_weightings(table)
    assert records(summary, "scheme", "category", "organisations", "moved", "largest_move") == [
        ("nominal", "x", 3, 0, 0), ("nominal", "y", 2, 0, 0),
        ("first", "x", 3, 2, 2), ("first", "y", 2, 2, 1),
    ]  # fmt: skip
    assert summary["kendall_tau"].tolist() == pytest.approx([1, 1, -1, -1])


def test_kendall_tau_by_pairs():
    rng = np.random.default_rng(9)
    points = frame(rng.integers(0, 5, (8, 3)))
    weights = pd.DataFrame({"one": [1, 1, 1], "two": [5, 1, 1]}, index=points.columns)
    table = compare_weightings(points, weights, pd.Series("c", index=points.index))
    first, second = (table.loc[table["scheme"] == name, "score"].to_numpy() for name in weights)
    signs = [
        (np.sign(round(first[i] - first[j], 9)), np.sign(round(second[i] - second[j], 9)))
        for i in range(8) for j in range(i)
    ]  # fmt: skip
    untied = [sum(sign[side] != 0 for sign in signs) for side in (0, 1)]
    tau = sum(one * two for one, two in signs) / np.sqrt(untied[0] * untied[1])
    assert summarise_weightings(table)["kendall_tau"].iloc[1] == pytest.approx(tau)


def test_scores_of_their_own_join_and_one_body_has_no_tau():
    doubt = weigh_doubt(POINTS).groupby("organisation_id")[["score"]].first()
    weights = pd.DataFrame({"equal": weigh_equal(POINTS)})
    category = CATEGORY.replace("y", "x").where(CATEGORY.index != "e", "alone")
    table = compare_weightings(
        POINTS, weights, category, scores=doubt.rename(columns={"score": "doubt"})
    )
    own = table[table["scheme"] == "doubt"]
    assert own["score"].tolist() == pytest.approx(doubt["score"].tolist())
    summary = summarise_weightings(table).set_index(["scheme", "category"])
    assert np.isnan(summary.loc[("doubt", "alone"), "kendall_tau"])
    assert own["rank"].max() <= 4
