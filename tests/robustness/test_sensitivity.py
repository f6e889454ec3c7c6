"""Sobol indices against exact ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, node, tree_of, wide
from test_uncertainty import assumptions

from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import arrange_table
from asan_analysis.index.rules import Rules
from asan_analysis.robustness.alternatives import read_factors
from asan_analysis.robustness.sensitivity import (
    measure_sensitivity,
)

ROWS = [node("T"), node("P", "T"), node("a", "P"), node("b", "P"), node("Q", "T"), node("c", "Q"),
        node("d", "Q")]  # fmt: skip


def indices(answers, factors, tree, rules, *, draws=20_000, seed=2):
    found = measure_sensitivity(arrange_table(*wide(answers, tree), tree), tree, rules, factors,
                                draws=draws, rng=np.random.default_rng(seed))  # fmt: skip
    return found.set_index(["output", "factor"])


def test_an_additive_model_has_its_known_indices():
    """P depends on the first factor alone, Q on the second: each owns its part of the variance."""
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
