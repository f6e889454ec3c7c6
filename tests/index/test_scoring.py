"""Scores up the tree: worked by hand, by a plain loop, and what must always hold."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_road import (
    NA,
    NO_ANSWER,
    climb_plain,
    depth_first,
    flat_tree,
    long,
    mean_plain,
    near,
    node,
    plain_list,
    random_answers,
    random_framework,
    random_rules,
    rank_plain,
    round_score,
    score_plain,
    tree_of,
    wide,
)

from asan_analysis.errors import FrameworkError
from asan_analysis.index.aggregation import aggregate, nominal_weights
from asan_analysis.index.contributions import contribute_organisations, contribute_services
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services, score_table

MEANS = ["arithmetic", "geometric", "harmonic", "power:2", "power:-0.5"]
QUICK = settings(deadline=None, derandomize=True, max_examples=25)


def table(answers, tree, **rules):
    """`score_table` of answers by unit."""
    return score_table(*wide(answers, tree), tree, Rules(**rules))


def one(values, tree, **rules):
    """Scores of one unit by node; None where missing."""
    row = table({"u": values}, tree, **rules).iloc[0]
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in tree.node_ids}


def services_of(answers, owners=None, **columns):
    owner = owners or {unit: "body" for unit in answers}
    services = {"service_id": list(answers), "organisation_id": [owner[unit] for unit in answers]}
    return pd.DataFrame({**services, **columns})


def by_key(frame, key, column):
    """One column of a long result by key and node."""
    keys = zip(frame[key], frame["node_id"], strict=True)
    return dict(zip(keys, plain_list(frame[column]), strict=True))


# Worked cases

TWO_LEVELS = [
    node("T"),
    node("A", "T", weight=60),
    node("a1", "A", weight=1),
    node("a2", "A", weight=3),
    node("B", "T", weight=40),
    node("b1", "B"),
    node("C", "T", weight=100),
    node("c1", "C"),
]


def test_a_weight_left_out_is_redistributed_at_two_levels():
    """a1 missing: A = a2 = 80. C missing: T = (60 x 80 + 40 x 50) / 100 = 68."""
    scores = one({"a1": NA, "a2": 80.0, "b1": 50.0, "c1": NO_ANSWER}, tree_of(*TWO_LEVELS))
    assert scores == {
        "T": 68, "A": 80, "a1": None, "a2": 80, "B": 50, "b1": 50, "C": None, "c1": None,
    }  # fmt: skip


def test_the_weight_redistributed_is_told_at_every_level():
    """A misses 1 of 4, C all of it; T misses 100 of 200 from C and a quarter of 60 from A."""
    answers = {"s": {"a1": NA, "a2": 0.8, "b1": 0.5, "c1": NO_ANSWER}}
    tree = tree_of(*TWO_LEVELS)
    found = score_services(long(answers), services_of(answers), tree, Rules())
    left = by_key(found, "service_id", "weight_redistributed")
    assert left["s", "A"] == 0.25
    assert left["s", "C"] == left["s", "c1"] == left["s", "a1"] == 1
    assert left["s", "B"] == 0
    assert left["s", "T"] == pytest.approx((100 + 60 / 4) / 200)
    coverage = by_key(found, "service_id", "coverage")
    assert (coverage["s", "A"], coverage["s", "T"], coverage["s", "C"]) == (0.75, 0.5, 0)


SUB_NODE = [
    node("4"),
    node("4.1", "4", weight=50),
    node("4.2", "4", weight=50),
    node("4.3", "4.2", weight=1),
    node("4.4", "4.2", weight=1),
]


@pytest.mark.parametrize(
    ("first", "second", "sub", "root"),
    [(60.0, 20.0, 40, 70), (NA, 20.0, 20, 60), (60.0, NO_ANSWER, 60, 80), (NA, NA, None, 100)],
)
def test_a_missing_leaf_hands_its_weight_to_its_sibling_and_an_empty_node_is_left_out(
    first, second, sub, root
):
    scores = one({"4.1": 100.0, "4.3": first, "4.4": second}, tree_of(*SUB_NODE))
    assert (scores["4.2"], scores["4"]) == (sub, root)


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("arithmetic", 5), ("geometric", 4), ("harmonic", 3.2), ("power:2", math.sqrt(34)),
     ("power:-1", 3.2), ("power:1", 5)],
)  # fmt: skip
def test_each_mean_of_2_and_8(aggregation, expected):
    assert one({"x": 2.0, "y": 8.0}, flat_tree("x", "y", aggregation=aggregation))[
        "T"
    ] == pytest.approx(expected)


def test_a_node_without_aggregation_follows_the_rules():
    tree = tree_of(node("T", aggregation="arithmetic"), node("A", "T"), node("a", "A"),
                   node("b", "A"), node("c", "T"))  # fmt: skip
    scores = one({"a": 2.0, "b": 8.0, "c": 6.0}, tree, aggregation="geometric")
    assert (scores["A"], scores["T"]) == (pytest.approx(4), pytest.approx(5))


@pytest.mark.parametrize("aggregation", ["geometric", "harmonic", "power:-2"])
def test_a_zero_makes_a_mean_of_power_zero_or_less_zero(aggregation):
    tree = flat_tree("x", "y", aggregation=aggregation)
    assert one({"x": 0.0, "y": 8.0}, tree)["T"] == 0
    assert one({"x": -0.0, "y": 8.0}, tree)["T"] == 0


@pytest.mark.parametrize("aggregation", ["geometric", "harmonic", "power:2", "power:-0.5"])
def test_a_value_below_zero_is_refused_with_node_child_and_unit(aggregation):
    tree = tree_of(node("T"), node("A", "T", aggregation=aggregation), node("x", "A"))
    with pytest.raises(FrameworkError) as error:
        table({"u1": {"x": 4.0}, "u2": {"x": -1.5}}, tree)
    text = str(error.value)
    assert "row 3, aggregation: -1.5 of unit u2 is below zero at x" in text
    assert "mean of A" in text


def test_a_child_of_weight_zero_takes_no_part_even_below_zero():
    tree = tree_of(node("T", aggregation="geometric"), node("x", "T"), node("y", "T", weight=0))
    assert one({"x": 4.0, "y": -1.0}, tree)["T"] == pytest.approx(4)


@pytest.mark.parametrize(
    ("power", "values"), [("-200", (50.0, 100.0)), ("200", (50.0, 100.0)), ("-150", (200.0, 900.0))]
)
def test_a_strong_power_mean_does_not_run_over_the_range_of_floats(power, values):
    """With m the greater child: m (sum of w (x/m)^p)^(1/p), which neither over- nor underflows."""
    p = float(power)
    reference = max(values) if p > 0 else min(values)
    expected = reference * (sum((value / reference) ** p for value in values) / 2) ** (1 / p)
    tree = flat_tree("x", "y", aggregation=f"power:{power}")
    assert one(dict(zip("xy", values, strict=True)), tree)["T"] == pytest.approx(expected)


def test_a_unit_without_answers_has_empty_scores_and_no_rank():
    tree = flat_tree("x", "y")
    scores = table({"a": {"x": 1.0, "y": 2.0}, "b": {"x": NA, "y": NO_ANSWER}}, tree)
    assert scores.loc["b"].isna().all()
    assert scores["rank"].tolist()[0] == 1


def test_not_applicable_and_not_answered_are_read_apart():
    """80 alone, with one zero, with the other, with both."""
    tree = flat_tree("x", "y", "z")
    values = {"x": 80.0, "y": NA, "z": NO_ANSWER}
    found = [
        one(values, tree, not_applicable=first, not_answered=second)["T"]
        for first in ("exclude", "zero")
        for second in ("exclude", "zero")
    ]
    assert found == pytest.approx([80, 40, 40, 80 / 3])


def test_a_zero_stands_at_the_low_end_of_the_range():
    tree = tree_of(node("T"), node("x", "T", normalisation="goalposts", lower=0, upper=10))
    answers = {"a": {"x": 5.0}, "b": {"x": NO_ANSWER}}
    scores = table(answers, tree, range=(20.0, 60.0), not_answered="zero")
    assert scores["T"].tolist() == [40, 20]


@pytest.mark.parametrize(
    ("least", "expected"),
    [(0.0, 50), (0.3, 50), (0.3 + 1e-13, 50), (0.3 + 1e-9, None), (0.31, None), (1.0, None)],
)
def test_coverage_is_compared_with_a_tolerance(least, expected):
    """0.1 + 0.2 of 0.1 + 0.2 + 0.7 is 0.3, although the floats say 0.30000000000000004."""
    tree = tree_of(
        node("T"),
        node("x", "T", weight=0.1),
        node("y", "T", weight=0.2),
        node("z", "T", weight=0.7),
    )
    assert one({"x": 50.0, "y": 50.0, "z": NA}, tree, min_coverage=least)["T"] == expected


def test_full_coverage_of_ten_tenths_is_full():
    tree = tree_of(node("T"), *(node(f"i{k}", "T", weight=0.1) for k in range(10)))
    assert one({item: 50.0 for item in tree.items}, tree, min_coverage=1.0)["T"] == 50


def test_a_node_below_coverage_hands_its_weight_on():
    """A has a quarter of its weight: left out; T = B = 50, and 160 of 200 are redistributed."""
    answers = {"s": {"a1": 0.8, "a2": NA, "b1": 0.5, "c1": NO_ANSWER}}
    tree = tree_of(*TWO_LEVELS)
    rules = Rules(min_coverage=0.2)
    assert one({"a1": 80.0, "a2": NA, "b1": 50.0, "c1": NA}, tree, min_coverage=0.26)["T"] is None
    found = score_services(long(answers), services_of(answers), tree, rules)
    assert by_key(found, "service_id", "score_percent")["s", "T"] == pytest.approx(68)
    tree = tree_of(*[row for row in TWO_LEVELS if row["node_id"] not in ("C", "c1")])
    del answers["s"]["c1"]
    rules = Rules(min_coverage=0.3)
    found = score_services(long(answers), services_of(answers), tree, rules)
    assert by_key(found, "service_id", "score_percent")["s", "T"] == 50
    assert by_key(found, "service_id", "weight_redistributed")["s", "T"] == pytest.approx(0.6)


def test_a_child_of_weight_zero_alone_leaves_the_node_without_a_score():
    tree = tree_of(node("T"), node("A", "T"), node("x", "A", weight=0), node("y", "A"),
                   node("z", "T"))  # fmt: skip
    scores = one({"x": 90.0, "y": NA, "z": 40.0}, tree)
    assert scores == {"T": 40, "A": None, "x": 90, "y": None, "z": 40}


def test_rounding_by_depth_feeds_the_rounded_value_on():
    """A = 2.675 becomes 2.68; T = (2.68 + 1) / 2 = 1.84 and not 1.8375."""
    tree = tree_of(node("T"), node("A", "T"), node("a", "A"), node("b", "T"))
    values = {"a": 2.675, "b": 1.0}
    assert one(values, tree, round={1: 2})["T"] == pytest.approx(1.84)
    assert one(values, tree, round={1: 2}, rounding="truncate")["A"] == 2.67
    assert one(values, tree, round={0: 1})["T"] == 1.8
    assert one(values, tree, round={2: 1})["a"] == 2.7


@pytest.mark.parametrize(("rank_on", "places"), [("unrounded", [2, 1, 3]), ("rounded", [1, 1, 3])])
def test_rank_on_says_which_score_gives_the_place(rank_on, places):
    tree = flat_tree("x")
    answers = {"a": {"x": 50.001}, "b": {"x": 50.002}, "c": {"x": 49.0}}
    scores = table(answers, tree, round={0: 2}, rank_on=rank_on)
    assert scores["T"].tolist() == [50, 50, 49]
    assert scores["rank"].tolist() == places


def test_rank_on_rounded_without_digits_for_the_root_is_refused():
    with pytest.raises(FrameworkError, match="rank_on: rounded needs digits for the root"):
        one({"x": 1.0}, flat_tree("x"), rank_on="rounded")


def test_float_noise_in_weighted_sums_decides_no_place():
    """The same three parts under the same weights, met in another order."""
    tree = tree_of(*[node("T")] + [node(item, "T", weight=0.1) for item in "xyz"])
    answers = {"a": dict(zip("xyz", (0.1, 0.2, 0.3), strict=True)),
               "b": dict(zip("xyz", (0.3, 0.2, 0.1), strict=True))}  # fmt: skip
    assert table(answers, tree)["rank"].tolist() == [1, 1]


def test_a_single_node_is_its_own_score():
    assert one({"T": 2.675}, tree_of(node("T")), round={0: 2}) == {"T": 2.68}


def test_a_score_beyond_the_largest_float_is_refused():
    with pytest.raises(FrameworkError, match="row 2, T: has an infinite score for unit u"):
        one({"x": 1e308, "y": 1e308}, flat_tree("x", "y"))


def test_a_score_beyond_the_largest_float_is_refused_under_rounding_too():
    with pytest.raises(FrameworkError, match="row 2, T: has an infinite score for unit u"):
        one({"x": 1e308, "y": 1e308}, flat_tree("x", "y"), round={0: 2})


def test_a_table_with_its_items_in_another_order_has_the_same_scores():
    """Columns have names; reading them by position would score x as y without a word."""
    tree = tree_of(node("T"), node("x", "T", weight=3), node("y", "T"))
    values, status = wide({"u": {"x": 100.0, "y": 0.0}}, tree)
    assert score_table(values[["y", "x"]], status[["y", "x"]], tree, Rules())["T"].tolist() == [75]


@pytest.mark.parametrize("rule", ["exclude", "zero"])
def test_without_a_table_of_status_a_missing_value_is_not_answered(rule):
    tree = flat_tree("x", "y")
    values, status = wide({"a": {"x": 80.0, "y": NO_ANSWER}, "b": {"x": 10.0, "y": 30.0}}, tree)
    rules = Rules(not_answered=rule)
    there = score_table(values, status, tree, rules)
    pd.testing.assert_frame_equal(there, score_table(values, None, tree, rules))
    assert there["T"].tolist() == [40 if rule == "zero" else 80, 20]


# Rounding of scores as they really arise


def test_three_equal_rounded_answers_pool_to_the_same_answer():
    """9.361 and 9.361 and 9.361 have the mean 9.361; cut after three digits it is not 9.36."""
    answers = {name: {"x": 0.09361} for name in ("s1", "s2", "s3")}
    rules = Rules(roll_up="pooled", round={0: 3, 1: 3}, rounding="truncate")
    found = score_organisations(long(answers), services_of(answers), flat_tree("x"), rules)
    assert found["score_percent"].tolist() == [9.361, 9.361]


@pytest.mark.parametrize(
    ("share", "digits", "rounding", "expected"),
    [(0.29, 2, "truncate", 29), (0.57, 0, "truncate", 57), (0.285, 0, "half_up", 29)],
)
def test_a_share_is_rounded_on_its_decimal_value(share, digits, rounding, expected):
    """100 x 0.29 is 28.999999999999996 in floats; cut at two digits it is 29.00, not 28.99."""
    answers = {"s": {"x": share}}
    rules = Rules(round={0: digits}, rounding=rounding)
    found = score_services(long(answers), services_of(answers), flat_tree("x"), rules)
    assert found["score_percent"][0] == expected


def test_a_weighted_mean_is_rounded_on_its_decimal_value():
    """0.7 x 45 = 31.5 becomes 32; floats say 31.499999999999996."""
    tree = tree_of(
        node("T"),
        node("x", "T", weight=0.1),
        node("y", "T", weight=0.2),
        node("z", "T", weight=0.7),
    )
    assert one({"x": 0.0, "y": 0.0, "z": 45.0}, tree, round={0: 0})["T"] == 32


# Second road


@pytest.mark.parametrize("means", [True, False], ids=["all means", "arithmetic, any sign"])
@pytest.mark.parametrize("seed", range(40))
def test_score_table_agrees_with_plain_loops(seed, means):
    rng = np.random.default_rng([seed, means])
    rows = random_framework(rng, means=means)
    rules = random_rules(rng, means=means)
    answers = random_answers(rng, rows)
    tree = tree_of(*rows)
    plain = score_plain(rows, answers, rules)
    found = score_table(*wide(answers, tree), tree, rules)
    order = [name for name, _ in depth_first(rows)]
    assert found.columns.tolist() == [*order, "rank"]
    for name in order:
        assert plain_list(found[name]) == near([plain[unit][name].score for unit in answers])
    ranked = [plain[unit][order[0]] for unit in answers]
    root = [one.raw if rules.rank_on == "unrounded" else one.score for one in ranked]
    assert plain_list(found["rank"]) == near(rank_plain(root, rules.ties))


def random_dataset(seed, means=True):
    """A framework of shares, its rules, answers of services and the services with their bodies."""
    rng = np.random.default_rng([seed, means, 7])
    rows = random_framework(rng, means=means, options=False)
    answers = random_answers(rng, rows, units=14, shares=True)
    rules = random_rules(rng, means=means)
    own = {
        "normalisation": "none",
        "round_service": rng.choice([None, 1, 2]),
        "round_organisation": rng.choice([None, 0, 2]),
        "roll_up": str(rng.choice(["mean", "weighted", "pooled"])),
        "roll_up_weight": "users",
    }
    rules = Rules(**{**vars(rules), **own})
    owners = {unit: f"o{rng.integers(4)}" for unit in answers}
    owners["u13"] = "empty"
    users = [str(rng.choice(["0", "1", "2.5", "40"])) for _ in answers]
    return rows, rules, answers, services_of(answers, owners, users=users), owners


@pytest.mark.parametrize("seed", range(25))
def test_score_services_agrees_with_plain_loops(seed):
    rows, rules, answers, services, _ = random_dataset(seed)
    tree = tree_of(*rows)
    found = score_services(long(answers), services, tree, rules)
    plain = score_plain(rows, answers, rules, shares=True)
    order = [name for name, _ in depth_first(rows)]
    keys = [(unit, name) for unit in answers for name in order]
    assert list(zip(found["service_id"], found["node_id"], strict=True)) == keys
    expected = {key: plain[key[0]][key[1]].score for key in keys}
    for unit in answers:
        root = expected[unit, order[0]]
        if root is not None and rules.round_service is not None:
            expected[unit, order[0]] = round_score(root, rules.round_service, rules.rounding)
    assert by_key(found, "service_id", "score_percent") == near(expected)
    for column, part in (("coverage", "coverage"), ("weight_redistributed", "left_out")):
        parts = {key: float(getattr(plain[key[0]][key[1]], part)) for key in keys}
        assert by_key(found, "service_id", column) == near(parts)


def roll_up_plain(rows, rules, answers, services, owners):
    """Scores of bodies: (body, node) to score, services scored there, weight redistributed."""
    plain = score_plain(rows, answers, rules, shares=True)
    order = [name for name, _ in depth_first(rows)]
    weight = {unit: 1.0 for unit in answers}
    if rules.roll_up == "weighted":
        weight = dict(zip(services["service_id"], map(float, services["users"]), strict=True))
    if rules.round_service is not None and rules.roll_up != "pooled":
        for own in plain.values():
            if own[order[0]].score is not None:
                own[order[0]].score = round_score(
                    own[order[0]].score, rules.round_service, rules.rounding
                )
    found = {}
    for body in dict.fromkeys(owners.values()):
        units = [unit for unit in answers if owners[unit] == body]

        def mean(pairs):
            total = sum(part for part, _ in pairs)
            return sum(part * value for part, value in pairs) / total if total > 0 else None

        means = {}
        for name in order:
            pairs = [(weight[unit], plain[unit][name].score) for unit in units]
            means[name] = mean([pair for pair in pairs if pair[1] is not None])
        if rules.roll_up == "pooled":
            inner = {row["parent_id"] for row in rows}
            items = {name: value for name, value in means.items() if name not in inner}
            means = {name: one.score for name, one in climb_plain(rows, items, rules).items()}
        root = means[order[0]]
        if root is not None and rules.round_organisation is not None:
            means[order[0]] = round_score(root, rules.round_organisation, rules.rounding)
        for name in order:
            number = sum(plain[unit][name].score is not None for unit in units)
            left = mean([(weight[unit], float(plain[unit][name].left_out)) for unit in units])
            found[body, name] = (means[name], number, left)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_score_organisations_agrees_with_plain_loops(seed):
    rows, rules, answers, services, owners = random_dataset(seed)
    found = score_organisations(long(answers), services, tree_of(*rows), rules)
    plain = roll_up_plain(rows, rules, answers, services, owners)
    assert list(zip(found["organisation_id"], found["node_id"], strict=True)) == list(plain)
    for place, column in enumerate(["score_percent", "services", "weight_redistributed"]):
        expected = {key: parts[place] for key, parts in plain.items()}
        assert by_key(found, "organisation_id", column) == near(expected)


# Bodies and categories by hand

BODY = {
    "s1": {"x": 1.0, "y": 0.0},
    "s2": {"x": 0.5, "y": NA},
    "s3": {"x": NA, "y": NA},
}


@pytest.mark.parametrize(
    ("roll_up", "root", "x", "y"),
    [("mean", 50, 75, 0), ("weighted", 50, 62.5, 0), ("pooled", 37.5, 75, 0)],
)
def test_three_ways_to_roll_services_up(roll_up, root, x, y):
    """s1 = (100 + 0) / 2 = 50, s2 = 50, s3 has no score; weights 1, 3, 5; pooled (75 + 0) / 2."""
    rules = Rules(roll_up=roll_up, roll_up_weight="users")
    services = services_of(BODY, users=["1", "3", "5"])
    found = score_organisations(long(BODY), services, flat_tree("x", "y"), rules)
    assert found["score_percent"].tolist() == pytest.approx([root, x, y])
    assert found["services"].tolist() == [2, 2, 1]


def test_the_service_and_the_body_are_rounded_each_in_turn():
    """2.5 and 1.5 per cent, rounded up to 3 and 2: 2.5, rounded to 3."""
    answers = {"s1": {"x": 0.025}, "s2": {"x": 0.015}}
    services, tree = services_of(answers), flat_tree("x")
    for rules, root in [
        (Rules(), 2),
        (Rules(round_service=0), 2.5),
        (Rules(round_service=0, round_organisation=0), 3),
        (Rules(round_organisation=0), 2),
    ]:
        found = score_organisations(long(answers), services, tree, rules)
        assert found["score_percent"].tolist() == [pytest.approx(root), pytest.approx(2)]


def test_pooled_answers_are_those_before_the_rounding_of_services():
    """The root is the only item: (2.5 + 1.5) / 2 = 2, not the mean of 3 and 2."""
    answers = {"s1": {"T": 0.025}, "s2": {"T": 0.015}}
    rules = Rules(roll_up="pooled", round_service=0)
    found = score_organisations(long(answers), services_of(answers), tree_of(node("T")), rules)
    assert found["score_percent"].tolist() == [pytest.approx(2)]


def test_a_listed_service_without_rows_has_not_answered():
    answers = {"s1": {"x": 1.0}}
    services = pd.DataFrame({"service_id": ["s1", "s2"], "organisation_id": ["a", "a"]})
    rules = Rules(not_answered="zero")
    found = score_organisations(long(answers), services, flat_tree("x"), rules)
    assert found["score_percent"].tolist() == [50, 50]
    excluded = score_organisations(long(answers), services, flat_tree("x"), Rules())
    assert excluded["score_percent"].tolist() == [100, 100]


def test_answers_of_a_service_that_is_not_listed_do_not_reach_another():
    """Scoring the services of one body out of all answers is a natural call; s1 earned 100."""
    answers = {"s1": {"x": 1.0}, "s2": {"x": 0.0}}
    try:
        found = score_services(
            long(answers), services_of({"s1": answers["s1"]}), flat_tree("x"), Rules()
        )
    except FrameworkError:
        return
    assert found["score_percent"].tolist() == [100, 100]


def test_answers_to_an_unknown_item_do_not_reach_another():
    answers = {"s1": {"x": 1.0, "q": 0.0}}
    try:
        found = score_services(long(answers), services_of(answers), flat_tree("x"), Rules())
    except FrameworkError:
        return
    assert found["score_percent"].tolist() == [100, 100]


@pytest.mark.parametrize("weight", ["-1", "many", "inf", None])
def test_a_weight_of_a_service_that_is_no_weight_is_refused(weight):
    services = services_of(BODY, users=["1", weight, "1"])
    rules = Rules(roll_up="weighted", roll_up_weight="users")
    with pytest.raises(FrameworkError, match=r"services.csv: 1 problem\n  users: s2 has no weight"):
        score_organisations(long(BODY), services, flat_tree("x", "y"), rules)


def test_a_weight_column_that_is_not_there_is_refused():
    rules = Rules(roll_up="weighted", roll_up_weight="users")
    with pytest.raises(FrameworkError, match="has no column 'users'"):
        score_organisations(long(BODY), services_of(BODY), flat_tree("x", "y"), rules)


def roots(scores, services=None):
    """What `score_organisations` hands to the ranking, for a tree of one node T."""
    number = services or [1] * len(scores)
    return pd.DataFrame(
        {
            "organisation_id": list(scores),
            "node_id": "T",
            "score_percent": pd.Series(list(scores.values()), dtype="float64"),
            "services": number,
            "weight_redistributed": 0.0,
        }
    )


def bodies(**categories):
    return pd.DataFrame({"organisation_id": list(categories), "category": categories.values()})


@pytest.mark.parametrize(
    ("ties", "rank", "rank_all"),
    [
        ("min", [1, 1, 1, 3], [1, 2, 2, 4]),
        ("average", [1, 1.5, 1.5, 3], [1, 2.5, 2.5, 4]),
        ("dense", [1, 1, 1, 2], [1, 2, 2, 3]),
    ],
)
def test_places_in_the_category_and_over_all(ties, rank, rank_all):
    """Body d leads category k alone; a and b tie in m before c; e has no score and no place."""
    scores = roots({"a": 70, "b": 70, "c": 10, "d": 90, "e": None})
    known = bodies(a="m", b="m", c="m", d="k", e="m")
    found = rank_organisations(scores, known, tree_of(node("T")), Rules(ties=ties), decimals=2)
    assert found["organisation_id"].tolist() == ["d", "a", "b", "c", "e"]
    assert plain_list(found["rank"]) == near([*rank, None])
    assert plain_list(found["rank_all"]) == near([*rank_all, None])
    assert found["ranked"].tolist() == [1, 3, 3, 3, 3]
    assert found["ranked_all"].tolist() == [4] * 5


@pytest.mark.parametrize(
    ("rank_on", "digits", "places"),
    [("unrounded", None, [1, 2, 3]), ("rounded", None, [1, 1, 3]), ("rounded", 3, [1, 2, 3])],
)
def test_rank_on_rounded_takes_the_printed_digits(rank_on, digits, places):
    scores = roots({"a": 70.004, "b": 70.001, "c": 69.99})
    rules = Rules(rank_on=rank_on, round_organisation=digits)
    found = rank_organisations(
        scores, bodies(a="m", b="m", c="m"), tree_of(node("T")), rules, decimals=2
    )
    assert found["rank"].tolist() == places


def test_a_body_with_too_few_services_has_a_score_and_no_place():
    scores = roots({"a": 90, "b": 80, "c": 70}, services=[1, 2, 3])
    found = rank_organisations(
        scores, bodies(a="m", b="m", c="m", d="m"), tree_of(node("T")), Rules(), decimals=2,
        min_services=2,
    )  # fmt: skip
    assert plain_list(found["rank"]) == near([None, 1, 2, None])
    assert plain_list(found["score_percent"]) == near([90, 80, 70, None])
    assert found["services"].tolist() == [1, 2, 3, 0]
    assert found["ranked"].tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize("seed", range(5))
def test_places_of_bodies_agree_with_counting(seed):
    rng = np.random.default_rng(seed)
    scores = {f"o{place:02d}": round(float(rng.uniform(0, 9)), 1) for place in range(40)}
    category = {body: str(rng.choice(["k", "m", "p"])) for body in scores}
    ties = str(rng.choice(["min", "average", "dense"]))
    number = rng.integers(0, 4, 40).tolist()
    found = rank_organisations(
        roots(scores, number), bodies(**category), tree_of(node("T")), Rules(ties=ties),
        decimals=2, min_services=1,
    ).set_index("organisation_id")  # fmt: skip
    counted = {body: score if services else None
               for (body, score), services in zip(scores.items(), number, strict=True)}  # fmt: skip
    for name in ("k", "m", "p"):
        own = [body for body in scores if category[body] == name]
        expected = rank_plain([counted[body] for body in own], ties)
        assert plain_list(found.loc[own, "rank"]) == near(expected)
    overall = rank_plain(list(counted.values()), ties)
    assert plain_list(found.loc[list(scores), "rank_all"]) == near(overall)


def test_categories_are_plain_means_over_bodies_that_have_a_score():
    scores = roots({"a": 70, "b": 50, "c": None, "d": 30})
    found = score_categories(scores, bodies(a="m", b="m", c="m", d="k"))
    expected = {"m": [60, 2, 50, 70], "k": [30, 1, 30, 30], "all": [50, 3, 30, 70]}
    columns = ["score_percent", "organisations", "lowest", "highest"]
    assert found["category"].tolist() == list(expected)
    assert found[columns].to_numpy(dtype="float64").tolist() == list(expected.values())


# What must always hold


@QUICK
@given(seed=st.integers(0, 10**6))
def test_shares_score_within_the_range(seed):
    rows, rules, answers, services, _ = random_dataset(seed)
    low, high = rules.range
    exact = Rules(**{**vars(rules), "round": {}, "round_service": None})
    found = score_services(long(answers), services, tree_of(*rows), exact)["score_percent"]
    assert found.dropna().between(low, high).all()


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(["1", "2", "3", "0.1", "0.7"]), st.floats(0, 100)),
        min_size=1, max_size=6,
    ),
    aggregation=st.sampled_from(MEANS),
)  # fmt: skip
def test_a_mean_lies_between_its_least_and_its_greatest_child(pairs, aggregation):
    tree = tree_of(
        node("T", aggregation=aggregation),
        *(node(f"i{place}", "T", weight=weight) for place, (weight, _) in enumerate(pairs)),
    )
    values = [value for _, value in pairs]
    score = one({f"i{place}": value for place, value in enumerate(values)}, tree)["T"]
    assert min(values) <= score <= max(values)


@pytest.mark.parametrize("aggregation", MEANS)
def test_equal_children_have_their_parent_as_equal(aggregation):
    """Three times 0.1 over 3 is 0.10000000000000002 in floats."""
    tree = flat_tree("x", "y", "z", aggregation=aggregation)
    assert one({"x": 0.1, "y": 0.1, "z": 0.1}, tree)["T"] == 0.1


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_units_changes_no_bit(seed):
    rng = np.random.default_rng([seed, 11])
    rows = random_framework(rng)
    rules, answers = random_rules(rng), random_answers(rng, rows, units=23)
    values, status = wide(answers, tree := tree_of(*rows))
    order = rng.permutation(len(values))
    there = score_table(values, status, tree, rules)
    back = score_table(values.iloc[order], status.iloc[order], tree, rules)
    pd.testing.assert_frame_equal(there.iloc[order], back, check_exact=True)


def many_units(seed, units=3000, low=0.0):
    """A random tree and a table that is worked on in several blocks, with gaps and zeros."""
    rng = np.random.default_rng([seed, 13])
    tree = tree_of(*random_framework(rng, means=low == 0, options=False))
    values = rng.uniform(low, 50, (units, len(tree.items)))
    values[rng.random(values.shape) < 0.2] = np.nan
    values[rng.random(values.shape) < 0.02] = 0.0
    names = [f"u{place}" for place in range(units)]
    return tree, pd.DataFrame(values, columns=tree.items, index=names)


@pytest.mark.parametrize("aggregation", [*MEANS, "power:0.37"])
@pytest.mark.parametrize("seed", range(2))
def test_a_unit_alone_has_the_bits_it_has_among_thousands(seed, aggregation):
    tree, values = many_units(seed)
    places = [0, 1, 500, 1023, 1024, 1700, len(values) - 1]
    values.iloc[places] = values.iloc[7].to_numpy()
    rules = Rules(aggregation=aggregation, round={2: 3})
    scores = score_table(values, None, tree, rules).drop(columns="rank")
    for place in (*places, 7, 8, 2000):
        alone = score_table(values.iloc[[place]], None, tree, rules).drop(columns="rank")
        pd.testing.assert_frame_equal(scores.iloc[[place]], alone, check_exact=True)
    for place in places:
        assert scores.iloc[place].tolist() == near(scores.iloc[7])
        assert (scores.iloc[place].dropna() == scores.iloc[7].dropna()).all()


@pytest.mark.parametrize("low", [0.0, -50.0])
def test_thousands_of_units_agree_with_plain_loops(low):
    """The last ones too, which stand in the last block."""
    tree, values = many_units(3, low=low)
    rows = [node(*pair, weight=weight, aggregation=method) for *pair, weight, method in zip(
        tree.node_ids, tree.nodes["parent_id"].fillna(""), tree.weights,
        tree.column("aggregation", ""), strict=True)]  # fmt: skip
    scores = score_table(values, None, tree, Rules())
    last = values.tail(40)
    answers = {unit: {item: NO_ANSWER if math.isnan(value) else value
                      for item, value in row.items()} for unit, row in last.iterrows()}  # fmt: skip
    plain = score_plain(rows, answers, Rules())
    for name in tree.node_ids:
        expected = near([plain[unit][name].score for unit in answers])
        assert plain_list(scores.loc[last.index, name]) == expected


def test_a_fault_far_down_the_table_is_told_with_its_unit():
    tree = flat_tree("x", "y", aggregation="geometric")
    values = pd.DataFrame(1.0, index=[f"u{place}" for place in range(200_000)], columns=tree.items)
    values.iloc[190_000, 1] = -2.0
    with pytest.raises(FrameworkError, match="-2 of unit u190000 is below zero at y"):
        score_table(values, None, tree, Rules())


@pytest.mark.parametrize("seed", range(10))
def test_other_weights_score_as_a_tree_with_these_weights(seed):
    """What an analysis of uncertain weights calls: the same tree, weights drawn anew, zeros too."""
    rng = np.random.default_rng([seed, 17])
    rows = random_framework(rng, options=False)
    tree, rules = tree_of(*rows), random_rules(rng)
    drawn = {row["node_id"]: str(rng.choice(["0", "0.3", "1", "2.5"])) for row in rows}
    parents = {row["parent_id"] for row in rows}
    for parent in parents:
        drawn[next(row["node_id"] for row in rows if row["parent_id"] == parent)] = "1"
    other = tree_of(*({**row, "weight": drawn[row["node_id"]]} for row in rows))
    items = rng.uniform(1, 50, (len(tree.items), 9))
    items[rng.random(items.shape) < 0.3] = np.nan
    units = [f"u{place}" for place in range(9)]
    weights = np.array([float(drawn[name]) for name in tree.node_ids])
    found = aggregate(items, tree, rules, units, weights=weights)
    expected = aggregate(items, other, rules, units)
    np.testing.assert_array_equal(found.score, expected.score)
    np.testing.assert_array_equal(found.raw, expected.raw)


def test_whole_numbers_as_weights_are_weights():
    items = np.array([[10.0], [40.0]])
    found = aggregate(items, flat_tree("x", "y"), Rules(), ["u"], weights=np.array([1, 2, 1]))
    assert found.score[0] == 20


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_assessments_changes_no_bit(seed):
    rows, rules, answers, services, _ = random_dataset(seed)
    tree, given_rows = tree_of(*rows), long(answers)
    mixed = given_rows.sample(frac=1, random_state=seed)
    for score in (score_services, score_organisations, contribute_organisations):
        there, back = (score(frame, services, tree, rules) for frame in (given_rows, mixed))
        pd.testing.assert_frame_equal(there, back, check_exact=True)


@pytest.mark.parametrize("roll_up", ["mean", "weighted", "pooled"])
def test_the_order_of_services_changes_no_bit_of_a_body(roll_up):
    rng = np.random.default_rng(5)
    answers = {f"s{place}": {"x": float(rng.random()), "y": float(rng.random())}
               for place in range(40)}  # fmt: skip
    services = services_of(answers, users=rng.uniform(1, 9, 40))
    rules = Rules(roll_up=roll_up, roll_up_weight="users")
    there, back = (
        score_organisations(long(answers), listed, flat_tree("x", "y"), rules)
        for listed in (services, services.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(there, back, check_exact=True)


@QUICK
@given(seed=st.integers(0, 10**6), rise=st.floats(0, 1))
def test_a_better_answer_never_lowers_a_score(seed, rise):
    rows, rules, answers, services, _ = random_dataset(seed)
    tree = tree_of(*rows)
    item = tree.items[seed % len(tree.items)]
    better = {unit: dict(own) for unit, own in answers.items()}
    better["u1"][item] += (1 - better["u1"][item]) * rise
    for score in (score_services, score_organisations):
        before = score(long(answers), services, tree, rules)["score_percent"]
        after = score(long(better), services, tree, rules)["score_percent"]
        assert (before.isna() == after.isna()).all()
        assert (after - before).min() > -1e-9


@QUICK
@given(seed=st.integers(0, 10**6), factor=st.sampled_from(["0.001", "3", "7.3", "1000000"]))
def test_scaling_the_weights_of_all_siblings_changes_nothing(seed, factor):
    rng = np.random.default_rng(seed)
    rows = random_framework(rng)
    rules, answers = random_rules(rng), random_answers(rng, rows)
    scaled = [
        {**row, "weight": str(float(Fraction(row.get("weight") or "1") * Fraction(factor)))}
        for row in rows
    ]
    there, back = (table(answers, tree_of(*some), **vars(rules)) for some in (rows, scaled))
    for column in there:
        assert plain_list(there[column]) == near(plain_list(back[column]))


@QUICK
@given(seed=st.integers(0, 10**6))
def test_the_order_of_the_nodes_of_a_framework_moves_no_score(seed):
    """Sums run in another order, so the last bits may differ and nothing else."""
    rows, rules, answers, services, _ = random_dataset(seed)
    exact = Rules(**{**vars(rules), "round": {}, "round_service": None})
    mixed = [rows[place] for place in np.random.default_rng(seed).permutation(len(rows))]
    there, back = (
        by_key(score_services(long(answers), services, tree_of(*nodes), exact),
               "service_id", "score_percent")
        for nodes in (rows, mixed)
    )  # fmt: skip
    assert there.keys() == back.keys()
    assert [back[key] for key in there] == near(list(there.values()))


@QUICK
@given(seed=st.integers(0, 10**6))
def test_the_weight_redistributed_is_the_nominal_weight_of_missing_items(seed):
    rows, rules, answers, services, _ = random_dataset(seed)
    rules = Rules(range=(1.0, 10.0), aggregation=rules.aggregation)
    tree = tree_of(*rows)
    nominal = dict(zip(tree.node_ids, nominal_weights(tree), strict=True))
    found = score_services(long(answers), services, tree, rules)
    left = by_key(found, "service_id", "weight_redistributed")
    for unit, own in answers.items():
        missing = sum(nominal[item] for item, cell in own.items() if isinstance(cell, str))
        assert left[unit, tree.root] == pytest.approx(missing, abs=1e-12)


def test_coverage_is_a_share():
    """Of 17 weights with a decimal, all present: 1 and not 1.0000000000000002."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        weights = rng.choice(["0.1", "0.2", "0.3", "0.7", "1.1"], int(rng.integers(2, 20)))
        tree = tree_of(
            node("T"), *(node(f"i{k}", "T", weight=weight) for k, weight in enumerate(weights))
        )
        answers = {"s": {item: 0.5 for item in tree.items}}
        found = score_services(long(answers), services_of(answers), tree, Rules())
        assert found["coverage"].max() <= 1


# Contributions


def check_split(parts, key, tree):
    """Children add up to their parent, the items' used weights to 1."""
    got, used = by_key(parts, key, "contribution"), by_key(parts, key, "weight_used")
    for unit in dict.fromkeys(parts[key]):
        if math.isnan(got[unit, tree.root]):
            assert all(math.isnan(got[unit, name]) for name in tree.node_ids)
            continue
        for name in tree.node_ids:
            if below := tree.below(name):
                added = sum(got[unit, child] for child in below)
                assert abs(added - got[unit, name]) < 1e-9
        assert sum(used[unit, item] for item in tree.items) == pytest.approx(1, abs=1e-12)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_contributions_add_up_at_every_node(seed):
    """For every mean and roll-up, with rounding by depth; the root's part is the score shown."""
    rows, rules, answers, services, _ = random_dataset(seed)
    rules = Rules(**{**vars(rules), "round_organisation": None})
    tree, given_rows = tree_of(*rows), long(answers)
    for key, score, contribute in (
        ("service_id", score_services, contribute_services),
        ("organisation_id", score_organisations, contribute_organisations),
    ):
        parts = contribute(given_rows, services, tree, rules)
        check_split(parts, key, tree)
        shown = score(given_rows, services, tree, rules)
        root = parts["node_id"] == tree.root
        expected = plain_list(shown.loc[root, "score_percent"])
        assert plain_list(parts.loc[root, "contribution"]) == near(expected)


def test_contributions_of_services_add_up_to_their_rounded_score():
    """`score_services` shows 45.0; a reader who adds the parts expects 45, as for bodies."""
    answers = {"s": {"x": 0.4, "y": 0.503}}
    rules, services, tree = Rules(round_service=0), services_of(answers), flat_tree("x", "y")
    score = score_services(long(answers), services, tree, rules)["score_percent"][0]
    parts = contribute_services(long(answers), services, tree, rules)
    assert parts["contribution"][0] == score == 45


def test_contributions_by_hand():
    """T = 0.6 x 80 + 0.4 x 50 = 68 once a1 and C are left out; A's 48 come from a2 alone."""
    answers = {"s": {"a1": NA, "a2": 0.8, "b1": 0.5, "c1": NO_ANSWER}}
    tree = tree_of(*TWO_LEVELS)
    parts = contribute_services(long(answers), services_of(answers), tree, Rules())
    got, used = (by_key(parts, "service_id", name) for name in ("contribution", "weight_used"))
    assert [got["s", name] for name in tree.node_ids] == near([68, 48, 0, 48, 20, 20, 0, 0])
    assert [used["s", name] for name in tree.node_ids] == near([1, 0.6, 0, 0.6, 0.4, 0.4, 0, 0])
    weight = by_key(parts, "service_id", "weight")
    assert [weight["s", name] for name in tree.node_ids] == near(
        [1, 0.3, 0.075, 0.225, 0.2, 0.2, 0.5, 0.5]
    )


@pytest.mark.parametrize("aggregation", MEANS)
@pytest.mark.parametrize("values", [(0.2, 0.8), (0.55, 0.5), (0.9, 0.01)])
def test_a_contribution_is_the_score_times_its_slope(aggregation, values):
    """The slope by a small step up and down under the plain mean."""
    tree = tree_of(node("T", aggregation=aggregation), node("x", "T"), node("y", "T", weight=3))
    answers = {"s": dict(zip("xy", values, strict=True))}
    parts = contribute_services(long(answers), services_of(answers), tree, Rules())
    x, y = (100 * value for value in values)
    up, down = (mean_plain([(1.0, x + step), (3.0, y)], aggregation) for step in (1e-5, -1e-5))
    assert parts["contribution"][1] == pytest.approx(x * (up - down) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("aggregation", MEANS)
def test_a_unit_below_coverage_has_no_contributions(aggregation):
    """And no warning of overflow: nothing is divided by a score that is not there."""
    tree = flat_tree("x", "y", aggregation=aggregation)
    answers = {"s": {"x": 0.5, "y": NA}}
    rules = Rules(min_coverage=0.6)
    parts = contribute_services(long(answers), services_of(answers), tree, rules)
    assert parts[["contribution", "weight_used"]].isna().all(axis=None)


@pytest.mark.parametrize("aggregation", ["geometric", "harmonic", "power:-2"])
def test_a_mean_met_by_a_zero_has_no_points_to_split(aggregation):
    tree = flat_tree("x", "y", aggregation=aggregation)
    answers = {"s": {"x": 0.0, "y": 0.8}}
    parts = contribute_services(long(answers), services_of(answers), tree, Rules())
    assert parts["contribution"].tolist() == [0, 0, 0]
