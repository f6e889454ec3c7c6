"""One change at a time against scoring from scratch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from test_uncertainty import nominal

from asan_analysis.index.framework import build_tree
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.robustness.alternatives import read_factors
from asan_analysis.robustness.league import compare_alternatives, remove_nodes


@cache
def league(dataset):
    data, tree, rules, answers = nominal(dataset)
    factors = read_factors(data.assumptions, tree, rules)
    found = compare_alternatives(answers, tree, rules, factors, min_services=3)
    return found.set_index(["factor", "alternative"])


def places(data, tree, rules):
    scores = score_organisations(data.assessments, data.services, tree, rules)
    found = rank_organisations(scores, data.organisations, tree, rules, decimals=2, min_services=3)
    return found.set_index("organisation_id").sort_index()


@pytest.mark.parametrize(
    ("change", "alternative"),
    [("roll_up", "pooled"), ("not_answered", "exclude"), ("min_coverage", "0.5"),
     ("round_service", "0"), ("aggregation", "power:0.5")],
)  # fmt: skip
def test_a_line_of_the_league_equals_the_places_computed_anew(change, alternative):
    data, tree, rules, _ = nominal("asan_sample")
    value = float(alternative) if change == "min_coverage" else alternative
    value = int(alternative) if change == "round_service" else value
    before, after = places(data, tree, rules), places(data, tree, replace(rules, **{change: value}))
    row = league("asan_sample").loc[(change, alternative)]
    move = (after["rank"] - before["rank"]).abs()
    assert row["moved"] == int((move > 0).sum())
    assert row["mean_move"] == pytest.approx(float(move.mean()))
    assert row["largest_move"] == move.max()
    entered = after.index[(after["rank"] <= 3) & ~(before["rank"] <= 3)]
    assert sorted(row["entered"].split(";")) == (sorted(entered) or [""])
    pairs, tau = 0, 0.0
    for _, own in before.dropna(subset="rank").groupby("category"):
        number = len(own) * (len(own) - 1) / 2
        tau += number * own["rank"].astype(float).corr(
            after["rank"].reindex(own.index).astype(float), method="kendall")  # fmt: skip
        pairs += number
    assert row["kendall_tau"] == pytest.approx(tau / pairs)


def test_methods_that_cannot_be_scored_say_why():
    found = league("asan_sample")["reason"]
    assert found["normalisation", "zscore"] == "an answer that earns nothing would earn the mean"
    assert "nothing to divide by" in found["normalisation", "minmax"]
    assert found["aggregation", "geometric"] == "gives every body the same score"
    assert found["roll_up", "pooled"] == ""


def test_equal_weights_are_no_change_where_weights_are_equal():
    changes = league("egov_benchmark_2023").index
    assert ("weight:1", "equal") not in changes and ("weight:2", "equal") in changes


def test_a_node_left_out_equals_the_framework_without_it():
    data, tree, rules, answers = nominal("asan_sample")
    found = remove_nodes(answers, tree, rules, min_services=3).set_index("node_id")
    before = places(data, tree, rules)
    for node_id in ("P4", "K-3.3", "4.1.3"):
        nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
        nodes.loc[nodes["node_id"] == node_id, "weight"] = 0.0
        after = places(data, build_tree(nodes), rules)
        move = (after["rank"] - before["rank"]).abs()
        assert found.loc[node_id, "moved"] == int((move > 0).sum())
        assert found.loc[node_id, "largest_move"] == move.max()
    assert len(found) == len(tree.node_ids) - 1


def test_without_a_placed_body_nothing_moves_and_nothing_warns():
    """No body has enough services for a place: no method moves one, and none is refused for it."""
    _, tree, rules, answers = nominal("asan_sample")
    found = compare_alternatives(answers, tree, rules, min_services=10_000)
    assert set(found["moved"].dropna()) == {0}
    assert not found["reason"].eq("gives every body the same score").any()
