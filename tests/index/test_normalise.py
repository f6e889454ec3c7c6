"""Items on their scales: each method by hand, by a plain loop, and what cannot be scaled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_road import node, normalise_plain, tree_of

from asan_analysis.errors import FrameworkError
from asan_analysis.index.normalise import bottom_of, normalise_items
from asan_analysis.index.rules import Rules

NAN = math.nan
METHODS = [
    "none", "minmax", "goalposts", "zscore", "rank", "percentile_rank", "distance_to_max",
]  # fmt: skip


def scale(values, *, rules=None, shares=False, **options):
    """One item x under a root T, as a list."""
    tree = tree_of(node("T"), node("x", "T", **options))
    units = [f"u{place}" for place in range(len(values))]
    table = np.array([values], dtype="float64")
    return normalise_items(table, tree, rules or Rules(), units=units, shares=shares)[0].tolist()


WORKED = {
    "none": ({}, [3, NAN, 7], [3, NAN, 7]),
    "minmax": ({"normalisation": "minmax"}, [2, 4, NAN, 6], [0, 50, NAN, 100]),
    "minmax with bounds": (
        {"normalisation": "minmax", "lower": 0, "upper": 10}, [2, 4, NAN], [20, 40, NAN],
    ),
    "one bound": ({"normalisation": "minmax", "lower": 0}, [2, 4, 8], [25, 50, 100]),
    "goalposts": ({"normalisation": "goalposts", "lower": 1, "upper": 5}, [1, 2, 5], [0, 25, 100]),
    "beyond bounds": (
        {"normalisation": "goalposts", "lower": 1, "upper": 5}, [0, 6, 3], [-25, 125, 50],
    ),
    "beyond bounds, capped": (
        {"normalisation": "goalposts", "lower": 1, "upper": 5, "cap": "yes"},
        [0, 6, 3], [0, 100, 50],
    ),
    "less is better": ({"normalisation": "minmax", "direction": -1}, [2, 4, 6], [100, 50, 0]),
    "less is better, bounds": (
        {"normalisation": "goalposts", "direction": -1, "lower": 0, "upper": 10},
        [0, 2, 10, 12], [100, 80, 0, -20],
    ),
    "less is better, bounds, capped": (
        {"normalisation": "goalposts", "direction": -1, "lower": 0, "upper": 10, "cap": "yes"},
        [-1, 2, 12], [100, 80, 0],
    ),
    "less is better, one bound": (
        {"normalisation": "minmax", "direction": -1, "upper": 10}, [2, 4, 6], [100, 75, 50],
    ),
    "less is better, none": ({"direction": -1}, [2, NAN, 6], [-2, NAN, -6]),
    "log": ({"normalisation": "minmax", "log": "yes"}, [1, 10, 100], [0, 50, 100]),
    "log of bounds": (
        {"normalisation": "goalposts", "log": "yes", "lower": 1, "upper": 10000},
        [1, 10, 100], [0, 25, 50],
    ),
    "log, less is better": (
        {"normalisation": "goalposts", "log": "yes", "direction": -1, "lower": 1, "upper": 10000},
        [1, 10, 10000], [100, 75, 0],
    ),
    "zscore": ({"normalisation": "zscore"}, [1, 2, NAN, 3], [-1, 0, NAN, 1]),
    "zscore with n - 1": (
        {"normalisation": "zscore"}, [0, 2], [-1 / math.sqrt(2), 1 / math.sqrt(2)],
    ),
    "rank": ({"normalisation": "rank"}, [5, 1, 5, NAN, 9], [2, 1, 2, NAN, 4]),
    "rank, less is better": (
        {"normalisation": "rank", "direction": -1}, [5, 1, 5, 9], [2, 4, 2, 1],
    ),
    "percentile_rank ties": (
        {"normalisation": "percentile_rank"}, [5, 1, 5, NAN, 7, 9], [0.25, 0, 0.25, NAN, 0.75, 1],
    ),
    "percentile_rank, all equal": ({"normalisation": "percentile_rank"}, [4, 4, 4], [0, 0, 0]),
    "distance_to_max": ({"normalisation": "distance_to_max"}, [2, 4, NAN, 10], [0, 0.25, NAN, 1]),
    "distance_to_max, less is better": (
        {"normalisation": "distance_to_max", "direction": -1}, [2, 4, 10], [1, 0.75, 0],
    ),
    "no unit has data": ({"normalisation": "zscore"}, [NAN, NAN], [NAN, NAN]),
}  # fmt: skip


@pytest.mark.parametrize("case", WORKED)
def test_worked_by_hand(case):
    options, values, expected = WORKED[case]
    assert scale(values, **options) == pytest.approx(expected, nan_ok=True, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_only_minmax_goalposts_and_shares_follow_the_range(method):
    plain = scale([1, 2, 4], normalisation=method)
    moved = scale([1, 2, 4], normalisation=method, rules=Rules(range=(10.0, 30.0)))
    if method in ("minmax", "goalposts"):
        assert moved == pytest.approx([10 + value / 5 for value in plain])
    else:
        assert moved == plain


def test_a_share_is_mapped_onto_the_range_in_a_dataset_only():
    rules = Rules(range=(10.0, 30.0))
    assert scale([0, 0.25, 1], rules=rules, shares=True) == [10, 15, 30]
    assert scale([0, 0.25, 1], rules=rules) == [0, 0.25, 1]
    assert scale([0, 0.25, 1], rules=rules, shares=True, direction=-1) == [30, 25, 10]


def test_an_empty_normalisation_is_the_default_of_the_rules():
    rules = Rules(normalisation="minmax")
    assert scale([2, 4, 6], rules=rules) == [0, 50, 100]
    assert scale([2, 4, 6], rules=rules, normalisation="none") == [2, 4, 6]


def test_an_item_that_earns_nothing_stands_at_the_low_end():
    tree = tree_of(
        node("T"), *(node(f"by_{method}", "T", normalisation=method) for method in METHODS)
    )
    rules = Rules(range=(5.0, 10.0))
    assert bottom_of(tree, rules).tolist() == [0, 5, 5, 0, 0, 0, 0]
    assert bottom_of(tree, rules, shares=True).tolist() == [5, 5, 5, 0, 0, 0, 0]


REFUSED = {
    "constant under minmax": ({"normalisation": "minmax"}, [4, 4, NAN], "minmax"),
    "constant under zscore": ({"normalisation": "zscore"}, [4, 4, 4], "zscore"),
    "constant under distance_to_max": ({"normalisation": "distance_to_max"}, [4, 4], "distance_"),
    "one unit under zscore": ({"normalisation": "zscore"}, [4, NAN], "zscore"),
    "one unit under percentile_rank": ({"normalisation": "percentile_rank"}, [4], "percentile_r"),
    "infinite": ({}, [4, math.inf], "unit u1.*inf"),
    "minus infinite": ({"normalisation": "rank"}, [-math.inf, 1], "unit u0.*-inf"),
    "log of zero": ({"log": "yes"}, [1, 0], "unit u1.*0.*logarithm"),
    "log of less than zero": ({"log": "yes"}, [NAN, -2], "unit u1.*-2.*logarithm"),
    "log of a bound": (
        {"normalisation": "minmax", "log": "yes", "lower": 0}, [1, 2], "0 is a bound",
    ),
    "cap without bounds": ({"normalisation": "zscore", "cap": "yes"}, [1, 2], "capped under zs"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_scaled_is_refused_with_file_row_and_item(case):
    options, values, text = REFUSED[case]
    with pytest.raises(FrameworkError, match=f"F.csv: 1 problem\n  row 3, x: .*{text}"):
        scale(values, **options)


def test_every_bad_value_of_an_item_is_told_at_once():
    with pytest.raises(FrameworkError, match="3 problems"):
        scale([math.inf, 0, -1, 5], log="yes")


def test_bad_values_of_several_items_are_told_at_once():
    """STYLE 6: validation collects all failures, then raises once."""
    tree = tree_of(node("T"), node("x", "T"), node("y", "T", log="yes"))
    with pytest.raises(FrameworkError, match="2 problems"):
        normalise_items(np.array([[math.inf, 1.0], [0.0, 1.0]]), tree, Rules(), units=["u0", "u1"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(6))
def test_every_method_agrees_with_a_plain_loop(method, seed):
    rng = np.random.default_rng(seed)
    row = {"normalisation": method}
    row["direction"] = str(rng.choice(["", "1", "-1"]))
    row["log"] = str(rng.choice(["", "yes"]))
    if method in ("minmax", "goalposts"):
        row["lower"], row["upper"] = [("", ""), ("5", "40"), ("", "60")][rng.integers(3)]
        row["cap"] = str(rng.choice(["yes", "no"]))
    values = np.round(rng.uniform(1, 50, 30), int(rng.integers(0, 3)))
    values[rng.random(30) < 0.3] = NAN
    rules = Rules(range=(-2.0, 3.0))
    known = {str(place): value for place, value in enumerate(values) if not math.isnan(value)}
    plain = normalise_plain(known, row, rules)
    expected = [plain.get(str(place), NAN) for place in range(30)]
    found = scale(values, rules=rules, **row)
    assert found == pytest.approx(expected, nan_ok=True, rel=1e-12, abs=1e-12)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    values=st.lists(st.integers(1, 40), min_size=3, max_size=12).filter(lambda x: len(set(x)) > 1),
    method=st.sampled_from(METHODS),
    direction=st.sampled_from([1, -1]),
    log=st.sampled_from(["yes", "no"]),
)
def test_a_better_value_never_scores_below_a_worse_one(values, method, direction, log):
    scores = scale(values, normalisation=method, direction=direction, log=log)
    order = sorted(range(len(values)), key=lambda place: direction * values[place])
    ranked = [scores[place] for place in order]
    assert ranked == sorted(ranked)
    assert all((scores[a] == scores[b]) == (values[a] == values[b]) for a in order for b in order)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_units_changes_no_bit(method):
    rng = np.random.default_rng(3)
    values = rng.uniform(0, 100, 101)
    order = rng.permutation(101)
    there = scale(values, normalisation=method)
    back = scale(values[order], normalisation=method)
    assert [there[place] for place in order] == back
