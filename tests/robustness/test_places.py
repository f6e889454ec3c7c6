"""Tables for readers: draws, rank sets and certificates side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plain_road import node, tree_of, wide
from test_uncertainty import assumptions, nominal

from asan_analysis.index.answers import arrange_table
from asan_analysis.index.rescoring import rank_draws, rescore, vary
from asan_analysis.index.rules import Rules
from asan_analysis.robustness.alternatives import read_factors
from asan_analysis.robustness.examination import (
    draw_places,
    examine_method,
    find_indices,
    find_sets,
    list_services,
    list_sources,
)
from asan_analysis.robustness.places import (
    certify_tops,
    count_alike,
    list_factors,
    list_places,
    list_shares,
)

TREE = tree_of(node("T"), node("x", "T"), node("y", "T"))


def test_places_join_what_each_source_says():
    bodies = pd.DataFrame(
        {"unit_id": ["a", "b"] * 2, "category": "p", "source": ["method"] * 2 + ["both"] * 2,
         "nominal_rank": [1.0, np.nan] * 2, "rank_q05": [1.0, np.nan, 1.0, np.nan],
         "rank_q95": [2.0, np.nan, 3.0, np.nan], "p_first": [0.7, np.nan, 0.5, np.nan],
         "p_top3": [1.0, np.nan, 0.9, np.nan]}
    )  # fmt: skip
    sets = pd.DataFrame({"organisation_id": ["a"], "rank_low": [1], "rank_high": [4], "alike": [3],
                         "band": [1]})  # fmt: skip
    found = list_places(bodies, sets).set_index("organisation_id")
    columns = ["rank", "method_low", "method_high", "set_low", "set_high"]
    assert found.loc["a", columns].tolist() == [1, 1, 2, 1, 4]
    assert found.loc["a", ["share_first_method", "share_first_both"]].tolist() == [0.7, 0.5]
    assert found["share_first_services"].isna().all()
    assert found.loc["b"].drop("category").isna().all()


def test_shares_follow_the_order_of_the_places():
    ranks = pd.DataFrame(
        {"unit_id": ["b", "a", "a"], "category": "p", "rank": [1, 1, 2],
         "share": [0.2, 0.8, 0.2], "source": ["method", "method", "both"]}
    )  # fmt: skip
    order = pd.DataFrame({"organisation_id": ["a", "b", "c"], "rank": [1, 2, None]})
    found = list_shares(ranks, order, "method")
    assert found[["organisation_id", "share"]].to_numpy().tolist() == [["a", 0.8], ["b", 0.2]]


def test_factors_are_told_with_their_choices():
    rows = assumptions(("aggregation", ["geometric"]), ("weight:1", {"relative": 0.5}))
    rows["unknown"] = ["U5", "U4"]
    found = list_factors(read_factors(rows, TREE, Rules()), rows)
    assert found.drop(columns="size").to_numpy().tolist() == [
        ["aggregation", "arithmetic", "geometric", "", "U5"],
        ["weight:1", "", "", "relative", "U4"],
    ]


def test_tops_stand_in_the_order_of_the_dataset():
    table = pd.DataFrame(
        {"organisation_id": list("abcd"), "category": ["p", "p", "q", "q"], "rank": [1, 2, 1, 2],
         "status": "linear", "margin": 0.1, "rival": "z", "holds_all": False, "best_rank": 1,
         "worst_rank": 2}
    )  # fmt: skip
    assert certify_tops(table, ["q", "p"], places=1)["organisation_id"].tolist() == ["c", "a"]


def test_rank_sets_are_counted_by_hand():
    answers = nominal("egov_benchmark_2023")[-1]
    sets = pd.DataFrame(
        {"organisation_id": ["a", "b", "c"], "category": "other", "rank": [1, 2, 3],
         "rank_low": [1, 1, 3], "rank_high": [2, 2, 3], "alike": [1, 1, 0], "band": [1, 1, 2]}
    )  # fmt: skip
    found = count_alike(sets, answers).set_index("category").loc["other"]
    assert found.tolist() == [3, 2, 2, pytest.approx(5 / 3), pytest.approx(2 / 3)]


def test_services_and_scores_are_those_of_the_dataset():
    _, tree, rules, answers = nominal("asan_sample")
    services = list_services(answers, tree, rules, 3)
    means = services.groupby("organisation_id")["score_percent"].mean()
    scores = pd.Series(rescore(answers, vary([(tree, rules)], [0]))[:, 0], answers.bodies)
    assert means.to_numpy() == pytest.approx(scores.reindex(means.index).to_numpy())
    assert len(answers.list_ranked(3)) == 47 and len(services) == 438


@pytest.mark.parametrize("answers", [{"A": {"x": 1, "y": 2}},
                                     {"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 1}}])  # fmt: skip
def test_nothing_is_drawn_where_nobody_has_a_rival(answers):
    arranged = arrange_table(*wide(answers, TREE), TREE)
    factors = read_factors(assumptions(("weight:1", {"relative": 0.5})), TREE, Rules())
    found = draw_places(arranged, TREE, Rules(), factors, draws=5, rng=np.random.default_rng(1))
    assert found.bodies.empty and found.ranks.empty and found.pairs.empty
    assert find_indices(arranged, TREE, Rules(), factors).empty
    sets = pd.DataFrame(columns=["organisation_id", "rank_low", "rank_high", "alike", "band"])
    assert list_places(found.bodies, sets).empty


def test_sources_are_those_that_there_are():
    _, tree, rules, answers = nominal("egov_benchmark_2023")
    factors = read_factors(assumptions(("ties", ["dense"])), tree, rules)
    assert list_sources(answers, factors) == ["method", "services", "both"]
    assert list_sources(answers, []) == ["services"]
    table = arrange_table(*wide({"A": {"x": 1, "y": 2}}, TREE), TREE)
    assert list_sources(table, factors) == ["method"]


def test_the_whole_examination_repeats_with_its_seed():
    data, tree, rules, answers = nominal("egov_benchmark_2023")
    factors = read_factors(data.assumptions, tree, rules)[:3]
    runs = [examine_method(answers, tree, rules, factors, draws=40, seed=3) for _ in range(2)]
    for name, table in runs[0].items():
        pd.testing.assert_frame_equal(table, runs[1][name], check_exact=True)
    certificates = runs[0]["certificates"].set_index("unit_id")
    assert certificates.loc["MT", "margin"] == pytest.approx(0.931, abs=5e-4)


def test_rank_sets_are_given_for_plain_means_alone():
    """Under another roll-up the sets would speak of other scores than those that are ranked."""
    _, tree, rules, answers = nominal("asan_sample")
    options = {"min_services": 3, "rng": np.random.default_rng(1)}
    plain = find_sets(answers, tree, rules, **options)
    pooled = find_sets(answers, tree, replace(rules, roll_up="pooled"), **options)
    assert len(plain) == 47 and pooled.empty
    assert list(pooled.columns) == list(plain.columns)
    assert count_alike(pooled, answers).empty
    ranks = plain.set_index("organisation_id")["rank"]
    first = rank_draws(rescore(answers, vary([(tree, rules)], [0])), answers,
                       vary([(tree, rules)], [0]))[:, 0]  # fmt: skip
    assert ranks.reindex(answers.bodies).tolist() == first.tolist()


def test_bodies_without_a_place_are_neither_drawn_nor_listed():
    """A mask of services too few for a place holds in draws, certificates and sets alike."""
    _, tree, rules, answers = nominal("asan_sample")
    small = int((answers.sizes < 6).sum())
    assert small > 0
    assert len(answers.list_ranked(6)) == 47 - small
    scores = np.ones((47, 2))
    assert np.isnan(answers.only_ranked(scores, 6)).all(axis=1).sum() == small
    sets = find_sets(answers, tree, rules, min_services=6, rng=np.random.default_rng(1))
    assert len(sets) == 47 - small
