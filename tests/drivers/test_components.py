"""Variance components: the textbook, another estimator, planted variances, and refusals."""

from __future__ import annotations

import math
import statistics
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from plain_road import node, tree_of
from shipped import load_shipped
from small_answers import answers_of

from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.components import (
    COMPONENTS,
    estimate_components,
    list_shares,
    solve_components,
    sum_bodies,
)
from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import arrange_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules

PLANTED = np.array([0.15, 0.1, 0.2, 0.3]) ** 2


def plant(rng, sizes, items, missing=0.0):
    """Answers with normal effects of the planted variances, some cells missing by chance."""
    own = np.repeat(np.arange(len(sizes)), sizes)
    body, service, item, rest = np.sqrt(PLANTED)
    y = rng.normal(0, body, len(sizes))[own][:, None] + rng.normal(0, service, len(own))[:, None]
    y = 0.5 + y + rng.normal(0, item, items) + rng.normal(0, rest, (len(own), items))
    y[rng.random(y.shape) < missing] = math.nan
    return y


def estimate(y, sizes):
    return solve_components(sum_bodies(y, np.cumsum(sizes) - sizes).sum(axis=0), y.shape[1])


def anova(y, bodies):
    """Balanced services x items by the mean squares of the textbook, in plain loops."""
    services, items = len(y) // bodies, len(y[0])
    grand = statistics.fmean(x for row in y for x in row)
    by_item = [statistics.fmean(column) for column in zip(*y, strict=True)]
    by_service = [statistics.fmean(row) for row in y]
    by_body = [statistics.fmean(by_service[b * services : (b + 1) * services])
               for b in range(bodies)]  # fmt: skip
    ms_body = services * items * sum((x - grand) ** 2 for x in by_body) / (bodies - 1)
    ms_service = items * sum((x - by_body[s // services]) ** 2 for s, x in enumerate(by_service))
    ms_service /= bodies * (services - 1)
    ms_item = len(y) * sum((x - grand) ** 2 for x in by_item) / (items - 1)
    left = sum((x - by_service[s] - by_item[k] + grand) ** 2
               for s, row in enumerate(y) for k, x in enumerate(row))  # fmt: skip
    ms_left = left / ((len(y) - 1) * (items - 1))
    return [(ms_body - ms_service) / (services * items), (ms_service - ms_left) / items,
            (ms_item - ms_left) / len(y), ms_left]  # fmt: skip


def test_balanced_answers_give_the_variances_of_the_textbook():
    """Searle, Casella and McCulloch (1992), chapter 4: mean squares equal their expectations."""
    y = plant(np.random.default_rng(1), [4] * 5, 6)
    assert estimate(y, np.array([4] * 5)) == pytest.approx(anova(y.tolist(), 5), abs=1e-12)


def test_two_bodies_of_two_services_by_hand():
    """Bodies 1 and 0 apart, no other difference: variance 1/2 between them, nothing else."""
    y = np.array([[1.0, 1], [1, 1], [0, 0], [0, 0]])
    assert estimate(y, np.array([2, 2])) == pytest.approx([0.5, 0, 0, 0], abs=1e-12)


def fit_mixed(y, sizes):
    """Restricted maximum likelihood: one group, all factors as variance components."""
    rows, columns = np.nonzero(~np.isnan(y))
    owner = np.repeat(np.arange(len(sizes)), sizes)[rows]
    frame = pd.DataFrame({"y": y[rows, columns], "item": columns, "service": rows, "body": owner})
    frame["one"] = 1
    parts = {name: f"0 + C({name})" for name in ("body", "service", "item")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sm.MixedLM.from_formula("y ~ 1", groups="one", vc_formula=parts, data=frame).fit(
            method="lbfgs"
        )
    assert found.converged
    named = dict(zip(found.model.exog_vc.names, found.vcomp, strict=True))
    return [*(named[name] for name in ("body", "service", "item")), found.scale]


def test_mixed_models_agree():
    """Where nothing is missing to a thousandth; with cells missing within 15 % or 0.002."""
    rng, sizes = np.random.default_rng(4), np.array([3, 5, 2, 6, 4, 3])
    even = plant(rng, [4] * 5, 6)
    assert estimate(even, np.array([4] * 5)) == pytest.approx(fit_mixed(even, [4] * 5), rel=1e-3)
    y = plant(rng, sizes, 8, missing=0.15)
    assert estimate(y, sizes) == pytest.approx(fit_mixed(y, sizes), rel=0.15, abs=0.002)


def test_the_mean_estimate_is_the_planted_variance():
    """Unbiased with uneven sizes and missing cells: 300 tables, at four standard errors."""
    rng, sizes = np.random.default_rng(6), np.array([2, 3, 9, 1, 4, 6])
    found = np.array([estimate(plant(rng, sizes, 6, missing=0.3), sizes) for _ in range(300)])
    error = found.std(axis=0) / np.sqrt(300)
    assert np.abs(found.mean(axis=0) - PLANTED) == pytest.approx(np.zeros(4), abs=4 * error.max())
    assert (np.abs(found.mean(axis=0) - PLANTED) < 4 * error).all()


def test_items_missing_where_they_are_hard_do_not_move_bodies():
    """Body 0 has only hard items to answer, and scores low for that alone: no body variance."""
    rng = np.random.default_rng(7)
    y = np.linspace(0.1, 0.9, 12) + rng.normal(0, 0.01, (20, 12))
    y[:5, 6:] = math.nan
    assert abs(estimate(y, np.array([5] * 4))[0]) < 1e-4
    assert np.nanmean(y[:5]) < 0.4 < 0.5 < np.nanmean(y[5:]) + 0.01


def test_the_sums_of_bodies_add_up_to_those_of_drawn_bodies():
    """A resample by adding sums is the estimate on the rows written out."""
    sizes = np.array([3, 2, 4])
    y = plant(np.random.default_rng(8), sizes, 5, missing=0.1)
    y -= np.nanmean(y)
    starts = np.cumsum(sizes) - sizes
    often = np.array([2, 0, 1])
    summed = solve_components(often @ sum_bodies(y, starts), 5)
    rows = [*range(3), *range(3), *range(5, 9)]
    assert estimate(y[rows], np.array([3, 3, 4])) == pytest.approx(summed, abs=1e-12)


def answer(y, sizes, **options):
    answers, tree = answers_of(y, sizes)
    return estimate_components(answers, tree, Rules(), rng=np.random.default_rng(3), **options)


def test_about_nine_in_ten_intervals_hold():
    """Nominal 90 %: of 40 tables of 30 bodies 30 or more hold the planted variance.

    By docs/methodology.md the long-run share is near 87 %, so that fewer come about once in a
    hundred seeds; an interval half as long would hold in about half of them. The interval of the
    items is for the items drawn: it holds the planted variance in a minority of tables.
    """
    rng, held = np.random.default_rng(9), np.zeros(4)
    for _ in range(40):
        sizes = rng.integers(3, 9, 30)
        y = np.clip(0.5 + (plant(rng, sizes, 5, missing=0.1) - 0.5) / 3, 0, 1)
        found = answer(y, sizes, resamples=60)
        held += (found["low"] <= PLANTED / 9) & (found["high"] >= PLANTED / 9)
    assert (held[[0, 1, 3]] >= 30).all()
    assert held[2] < 20


def test_the_table_says_what_it_rests_on():
    y = np.random.default_rng(2).random((9, 4))
    y[0, 0] = math.nan
    y[:, 3] = math.nan
    found = answer(y, [4, 5], resamples=20).set_index("component")
    assert found.index.tolist() == list(COMPONENTS)
    assert found["n"].tolist() == [2, 9, 3, 26]
    assert found["share"].sum() == pytest.approx(1)
    negative = found["variance"] < 0
    assert negative.any()
    assert (found.loc[negative, "share"] == 0).all()


def test_the_rules_say_what_is_zero_and_weight_zero_is_left_out():
    silent = np.array([[True, False], [False, False]])
    answers, _ = answers_of([[0.5, 1], [math.nan, 1]], [1, 1], not_answered=silent)
    tree = answers_of([[0.5, 1]], [1])[1]
    share, _ = list_shares(answers, tree, Rules(not_answered="zero"))
    assert np.array_equal(share, [[0, 1], [math.nan, 1]], equal_nan=True)
    with pytest.raises(ParameterError, match="range"):
        list_shares(*answers_of([[0.5, 1], [0.2, 0]], [1, 1]), Rules(normalisation="zscore"))
    light = tree_of(node("T"), node("i0", "T", weight=0), node("i1", "T"))
    assert list_shares(answers, light, Rules())[1] == ["i1"]


def test_the_sample_and_the_benchmark():
    """Bodies differ about as much from each other as twice the services inside them."""
    for name in ("asan_sample", "egov_benchmark_2023"):
        data, edition = select_edition(load_shipped(name), 2023)
        tree, rules = find_method(data, edition)
        found = estimate_components(
            arrange_edition(data, tree), tree, rules, rng=np.random.default_rng(1), resamples=10
        ).set_index("component")
        assert (found["low"] < found["variance"]).all()
        assert (found["variance"] < found["high"]).all()
        assert 1.8 < found["variance"]["body"] / found["variance"]["service"] < 2.5


@pytest.mark.parametrize(
    ("y", "sizes", "options", "match"),
    [
        (np.eye(4), [4], {}, "too few"),
        (np.eye(4), [1] * 4, {}, "too few"),
        (np.eye(4)[:, :1], [2, 2], {}, "too few"),
        (np.eye(4), [2, 2], {"level": 90}, "level 90"),
        (np.eye(4), [2, 2], {"resamples": 0}, "0 resamples"),
    ],
)
def test_answers_without_components_are_refused(y, sizes, options, match):
    with pytest.raises(ParameterError, match=match):
        answer(y, sizes, **options)
