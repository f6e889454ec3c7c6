"""Sobol indices against exact ones, and one change at a time against scoring from scratch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, node, tree_of, wide
from test_uncertainty import assumptions, nominal

from asan_analysis.analysis.alternatives import read_factors
from asan_analysis.analysis.sensitivity import (
    compare_methods_singly,
    measure_sensitivity,
    remove_nodes,
)
from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import arrange_table
from asan_analysis.index.framework import build_tree
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules

ROWS = [node("T"), node("P", "T"), node("a", "P"), node("b", "P"), node("Q", "T"), node("c", "Q"),
        node("d", "Q")]  # fmt: skip


def indices(answers, factors, tree, rules, *, draws=20_000, seed=2):
    found = measure_sensitivity(arrange_table(*wide(answers, tree), tree), tree, rules, factors,
                                draws=draws, rng=np.random.default_rng(seed))  # fmt: skip
    return found.set_index(["output", "factor"])


def test_an_additive_model_has_its_known_indices():
    """score(A) = (3 a + b or a + b) / ... at P plus the same at Q: each factor owns its variance."""
    tree = tree_of(*ROWS)
    answers = {"A": {"a": 80, "b": 0, "c": 40, "d": 0}, "B": {"a": 30, "b": 30, "c": 30, "d": 30}}
    factors = read_factors(assumptions(("weight:a", [3]), ("weight:c", [3])), tree, Rules())
    found = indices(answers, factors, tree, Rules()).loc["score:A"]
    # P is 40 or 60, Q is 20 or 30: variances 100 and 25, halved twice by the root
    assert found["S1"].tolist() == pytest.approx([0.8, 0.2], abs=0.02)
    assert found["ST"].tolist() == pytest.approx([0.8, 0.2], abs=0.02)
    assert (found["S1_low"] <= found["S1"]).all() and (found["ST_high"] >= found["ST"]).all()


def test_interacting_rules_have_the_indices_of_their_table():
    """Scores of the four combinations give the exact indices by analysis of variance."""
    tree = tree_of(node("T"), *(node(item, "T") for item in "abcd"))
    answers = {"A": {"a": 100, "b": 60, "c": NA, "d": NO_ANSWER},
               "B": {"a": 50, "b": 50, "c": 50, "d": 50}}  # fmt: skip
    rows = assumptions(("not_applicable", ["zero"]), ("not_answered", ["zero"]))
    found = indices(answers, read_factors(rows, tree, Rules()), tree, Rules()).loc["score:A"]
    cells = np.array([[80, 160 / 3], [160 / 3, 40]])
    variance = cells.var()
    first = [cells.mean(axis=1).var() / variance, cells.mean(axis=0).var() / variance]
    assert found["S1"].tolist() == pytest.approx(first, abs=0.03)
    assert found["ST"].tolist() == pytest.approx([1 - first[1], 1 - first[0]], abs=0.03)


def test_a_group_of_weights_is_one_factor():
    tree = tree_of(*ROWS)
    answers = {"A": {"a": 80, "b": 0, "c": 40, "d": 0}, "B": {"a": 30, "b": 30, "c": 30, "d": 30}}
    rows = assumptions(("weight:2", {"relative": 0.5}), ("aggregation", ["power:2"]))
    found = indices(answers, read_factors(rows, tree, Rules()), tree, Rules(), draws=500)
    assert found.loc["score:A"].index.tolist() == ["weight:2", "aggregation"]


def test_indices_repeat_and_show_their_convergence():
    tree = tree_of(*ROWS)
    answers = {unit: {item: float(value) for item, value in zip("abcd", row, strict=True)}
               for unit, row in {"A": (80, 10, 40, 5), "B": (30, 33, 30, 28),
                                 "C": (10, 60, 35, 20)}.items()}  # fmt: skip
    rows = assumptions(("weight:1", {"relative": 0.9}), ("aggregation", ["geometric"]))
    factors = read_factors(rows, tree, Rules())
    first, again = (indices(answers, factors, tree, Rules(), draws=2000) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert sorted(set(first.loc["rank_shift", "n"])) == [64, 128, 256, 512]
    assert set(first.loc["score:A", "n"]) == {512}


def test_one_factor_is_refused():
    tree = tree_of(*ROWS)
    factors = read_factors(assumptions(("ties", ["dense"])), tree, Rules())
    with pytest.raises(ParameterError, match="1 active assumption"):
        indices({"A": dict.fromkeys("abcd", 1.0)}, factors, tree, Rules())


# One change at a time


@cache
def league(dataset):
    data, tree, rules, answers = nominal(dataset)
    factors = read_factors(data.assumptions, tree, rules)
    found = compare_methods_singly(answers, tree, rules, factors, min_services=3)
    return found.set_index(["change", "alternative"])


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
