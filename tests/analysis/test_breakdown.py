"""Scores taken apart: by hand, by plain loops, and parts that add up."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from plain_road import (
    NA,
    NO_ANSWER,
    node,
    plain_list,
    random_answers,
    random_framework,
    tree_of,
)
from shipped import load_shipped
from small_dataset import dataset, edition, records

from asan_analysis.analysis.breakdown import (
    compare_categories,
    list_parts,
    list_services,
    profile_items,
    profile_nodes,
    select_organisation,
    spread_categories,
    spread_organisations,
)
from asan_analysis.analysis.coverage import count_answers, join_answers
from asan_analysis.data.datasets import select_edition
from asan_analysis.errors import ParameterError
from asan_analysis.index.contributions import contribute_organisations
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.rules import Rules, check_rules
from asan_analysis.index.scoring import score_services

ROWS = [node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("B", "T", weight=3),
        node("z", "B")]  # fmt: skip
ANSWERS = {
    "s1": {"x": 0.2, "y": 0.6, "z": 0.4},
    "s2": {"x": 1.0, "y": NA, "z": 0.8},
    "s3": {"x": 0.5, "y": 0.5, "z": NO_ANSWER},
    "s4": {"x": NA, "y": NA, "z": NA},
}
OWNERS = {"s1": "a", "s2": "a", "s3": "b", "s4": "empty"}


def small(answers=ANSWERS, owners=OWNERS, rows=ROWS, rules=None, **options):
    """One edition, its tree and its rules."""
    data = dataset(edition(2023, answers, owners, **options), frameworks={"F.csv": rows},
                   rules={"R.toml": rules or {}})  # fmt: skip
    one, found = select_edition(data, 2023)
    return one, *find_method(data, found)


def scored(data, tree, rules, min_services=1):
    """Scores and ranks of the organisations of one edition."""
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(scores, data.organisations, tree, rules, decimals=2,
                               min_services=min_services)  # fmt: skip
    return scores, ranks


def profiles_of(data, tree, rules, bodies):
    """The profiles of some organisations."""
    scores, _ = scored(data, tree, rules)
    parts = contribute_organisations(data.assessments, data.services, tree, rules)
    categories = score_categories(scores, data.organisations)
    owns = [select_organisation(data, body) for body in bodies]
    return [profile_nodes(scores, categories, parts, own, rules.range[1]) for own in owns]


def profile_of(data, tree, rules, body):
    """The profile of one organisation."""
    return profiles_of(data, tree, rules, [body])[0]


def ranks_of(scores, categories=None):
    """Ranks as `rank_organisations` makes them, best first, of bodies at given scores."""
    bodies = list(scores)
    table = pd.DataFrame(
        {"organisation_id": bodies, "node_id": "T", "score_percent": list(scores.values()),
         "services": 5, "weight_redistributed": 0.0}
    )  # fmt: skip
    given = [(categories or {}).get(body, "c") for body in bodies]
    about = pd.DataFrame({"organisation_id": bodies, "category": given})
    return rank_organisations(table, about, tree_of(node("T"), node("x", "T")), Rules(), decimals=2)


# Spreads


def test_the_spread_of_four_scores_by_hand():
    """0, 10, 20, 70: quartiles 7.5 and 32.5, median 15, mean 25, variance 2900 / 3."""
    ranks = ranks_of({"a": 70.0, "b": 0.0, "e": 20.0, "f": 10.0})
    table = spread_categories(ranks, ["c", "d"]).set_index("category")
    assert table.index.tolist() == ["c", "all"]
    assert table.loc["c"].tolist() == pytest.approx(
        [4, 0, 7.5, 15, 25, 32.5, 70, math.sqrt(2900 / 3)]
    )
    assert table.columns.tolist() == ["organisations", "lowest", "quartile_1", "median", "mean",
                                      "quartile_3", "highest", "sd"]  # fmt: skip


def test_one_organisation_has_no_deviation_and_a_missing_score_no_part():
    ranks = ranks_of({"a": 40.0, "b": math.nan, "e": 60.0}, {"e": "d"})
    table = spread_categories(ranks, ["d", "c"]).set_index("category")
    assert table.index.tolist() == ["d", "c", "all"]
    assert table["organisations"].tolist() == [1, 1, 2]
    assert table["sd"].isna().tolist() == [True, True, False]
    assert spread_organisations(ranks)["organisation_id"].tolist() == ["e", "a"]


def test_without_a_score_there_is_no_spread():
    ranks = ranks_of({"a": math.nan})
    assert spread_categories(ranks, ["c"]).empty
    assert spread_organisations(ranks).empty


def test_distances_from_the_median_with_ties():
    """c: 80, 80, 50 has the median 80; d: 70 and 40 has 55."""
    ranks = ranks_of({"a": 80.0, "b": 80.0, "e": 50.0, "f": 70.0, "g": 40.0}, {"f": "d", "g": "d"})
    table = spread_organisations(ranks)
    columns = ("organisation_id", "rank", "ranked", "category_median", "distance")
    assert records(table, *columns) == [
        ("a", 1, 3, 80.0, 0.0), ("b", 1, 3, 80.0, 0.0), ("f", 1, 2, 55.0, 15.0),
        ("e", 3, 3, 80.0, -30.0), ("g", 2, 2, 55.0, -15.0),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_spreads_by_numpy(seed):
    rng = np.random.default_rng(seed)
    scores = {f"b{k}": float(rng.choice([rng.uniform(0, 100), 50, np.nan])) for k in range(30)}
    ranks = ranks_of(scores, {body: str(rng.choice(["c", "d", "e"])) for body in scores})
    table = spread_categories(ranks, ["e", "c", "d"]).set_index("category")
    category = dict(zip(ranks["organisation_id"], ranks["category"], strict=True))
    placed = spread_organisations(ranks).set_index("organisation_id")["distance"]
    for name, row in table.iterrows():
        own = [score for body, score in scores.items()
               if not math.isnan(score) and name in (category[body], "all")]  # fmt: skip
        q = np.quantile(own, [0.25, 0.5, 0.75])
        expected = [len(own), min(own), q[0], q[1], math.fsum(own) / len(own), q[2], max(own),
                    np.std(own, ddof=1) if len(own) > 1 else math.nan]  # fmt: skip
        assert row.tolist() == pytest.approx(expected, rel=1e-9, nan_ok=True)
    for body, distance in placed.items():
        median = table.loc[category[body], "median"]
        assert distance == pytest.approx(scores[body] - median, abs=1e-9)
    assert len(placed) == table.loc["all", "organisations"]


# Categories and parts


def test_categories_beside_all_by_hand():
    """a: A (40 + 100) / 2 = 70, B 60; b: A 50 and no B. All: A 60, B 60."""
    data, tree, rules = small(categories={"b": "d"})
    scores, _ = scored(data, tree, rules)
    table = compare_categories(score_categories(scores, data.organisations), ["B", "A"])
    columns = ("node_id", "category", "score_percent", "organisations", "all_mean", "difference")
    assert records(table, *columns) == [
        ("B", "c", 60.0, 1, 60.0, 0.0), ("B", "d", None, 0, 60.0, None),
        ("A", "c", 70.0, 1, 60.0, 10.0), ("A", "d", 50.0, 1, 60.0, -10.0),
    ]  # fmt: skip


def test_categories_keep_their_order_at_every_node():
    """Enough rows that a sort which does not keep ties would show."""
    names = [f"c{place:02}" for place in range(40)]
    rows = [(name, one, 50.0, 1) for name in [*names, "all"] for one in ("A", "B")]
    columns = ["category", "node_id", "score_percent", "organisations"]
    table = compare_categories(pd.DataFrame(rows, columns=columns), ["B", "A"])
    assert table["node_id"].tolist() == ["B"] * 40 + ["A"] * 40
    assert table["category"].tolist() == names * 2


def test_the_mean_of_all_weighs_categories_by_their_organisations():
    answers = {f"s{k}": {"x": value} for k, value in enumerate((0.2, 0.4, 0.9))}
    owners = {"s0": "a", "s1": "b", "s2": "e"}
    data, tree, rules = small(answers, owners, categories={"e": "d"})
    scores, _ = scored(data, tree, rules)
    table = compare_categories(score_categories(scores, data.organisations), ["x"])
    weighted = (table["difference"] * table["organisations"]).sum()
    assert table["all_mean"].tolist() == pytest.approx([50, 50])
    assert weighted == pytest.approx(0, abs=1e-9)


def test_parts_stand_best_body_first_and_nodes_as_asked():
    """Roots: a (55 and 85 of its services) 57.5 and more; b 50; `empty` has no score: no row."""
    data, tree, rules = small()
    scores, ranks = scored(data, tree, rules)
    table = list_parts(scores, ranks, ["B", "A"])
    assert records(table, "organisation_id", "node_id", "rank", "score_percent") == [
        ("a", "B", 1, 60.0), ("a", "A", 1, 70.0), ("b", "B", 2, None), ("b", "A", 2, 50.0),
    ]  # fmt: skip


def test_parts_of_tied_bodies_do_not_mix():
    answers = {"s1": {"x": 0.5}, "s2": {"x": 0.5}}
    data, tree, rules = small(answers, {"s1": "b", "s2": "a"})
    scores, ranks = scored(data, tree, rules)
    table = list_parts(scores, ranks, ["A", "x"])
    assert table["organisation_id"].tolist() == ["a", "a", "b", "b"]
    assert table["rank"].tolist() == [1, 1, 1, 1]


def test_services_stand_lowest_first_and_without_a_score_last():
    """s1 (40 + 3 x 40) / 4 = 40; s2 (100 + 3 x 80) / 4 = 85; s3 50; s4 none. s3 leaves out B."""
    data, tree, rules = small(categories={"b": "d"})
    services = score_services(data.assessments, data.services, tree, rules)
    table = list_services(services, data.services, data.organisations, tree.root)
    columns = ("service_id", "organisation_id", "category", "score_percent", "weight_redistributed")
    assert records(table, *columns) == [
        ("s1", "a", "c", 40.0, 0.0), ("s3", "b", "d", 50.0, 0.75), ("s2", "a", "c", 85.0, 0.125),
        ("s4", "empty", "c", None, 1.0),
    ]  # fmt: skip


def test_tied_services_stand_by_name_whatever_the_order_of_rows():
    answers = {f"s{k}": {"x": 0.5} for k in (3, 1, 2)}
    data, tree, rules = small(answers, None)
    services = score_services(data.assessments, data.services, tree, rules)
    for about in (data.services, data.services.iloc[::-1]):
        table = list_services(services, about, data.organisations, tree.root)
        assert table["service_id"].tolist() == ["s1", "s2", "s3"]


# One organisation


def test_an_unknown_organisation_is_refused_with_the_known_ones():
    data, _, _ = small()
    with pytest.raises(ParameterError, match=r"organisation 'z' is not.*known: a, b, empty"):
        select_organisation(data, "z")


def test_everything_of_one_organisation_is_kept_and_nothing_else():
    data, _, _ = small()
    rows = [("organisation", "a"), ("organisation", "b"), ("service", "s1"), ("service", "s3"),
            ("category", "c"), ("service", "a")]  # fmt: skip
    told = pd.DataFrame(rows, columns=["level", "unit_id"])
    data = replace(data, announced=told, evaluations=data.assessments.assign(evaluator_id="e"))
    own = select_organisation(data, "a")
    assert own.organisations["organisation_id"].tolist() == ["a"]
    assert own.services["service_id"].tolist() == ["s1", "s2"]
    for table in (own.assessments, own.evaluations):
        assert table["service_id"].unique().tolist() == ["s1", "s2"]
        assert table.index.tolist() == list(range(6))
    assert list(own.announced.itertuples(index=False, name=None)) == [rows[0], rows[2]]
    assert len(data.services) == 4  # the input is untouched


def test_a_profile_by_hand():
    """Services of a: s1 40 and s2 85, so 62.5, and 37.5 are lacking.

    Weights used: x is half of A in s1 and all of it in s2, so (1/8 + 1/4) / 2 = 3/16, y 1/16,
    z 3/4. Points: x (100/8 x 0.2 + 100/4 x 1) / 2 = 13.75, y 7.5 / 2 = 3.75, z 45.
    """
    data, tree, rules = small()
    table = profile_of(data, tree, rules, "a")
    columns = ("node_id", "score_percent", "weight_used", "lacking")
    assert records(table, *columns) == [
        ("T", 62.5, 1.0, 37.5), ("A", 70.0, 0.25, 7.5), ("x", 60.0, 0.1875, 5.0),
        ("y", 60.0, 0.0625, 2.5), ("B", 60.0, 0.75, 30.0), ("z", 60.0, 0.75, 30.0),
    ]  # fmt: skip
    # a and b stand in the same category: T 62.5 and 50, A 70 and 50, B only a
    columns = ("node_id", "category_mean", "difference", "lowest", "highest")
    assert records(table, *columns)[:2] + records(table, *columns)[4:5] == [
        ("T", 56.25, 6.25, 50.0, 62.5), ("A", 60.0, 10.0, 50.0, 70.0), ("B", 60.0, 0.0, 60.0, 60.0),
    ]  # fmt: skip


def test_a_profile_stands_beside_its_own_category_only():
    data, tree, rules = small(categories={"b": "d"})
    table = profile_of(data, tree, rules, "b").set_index("node_id")
    columns = ["category_mean", "difference", "lowest", "highest"]
    assert table.loc["T", columns].tolist() == [50, 0, 50, 50]
    assert table.loc["B", columns].isna().all()


def test_the_items_of_a_profile_by_hand():
    data, tree, rules = small()
    table = profile_items(select_organisation(data, "a"), profile_of(data, tree, rules, "a"), tree)
    columns = ("item_id", "parent_id", "lacking", "scored", "not_answered", "not_applicable")
    assert records(table, *columns) == [
        ("z", "B", 30.0, 2, 0, 0), ("x", "A", 5.0, 2, 0, 0), ("y", "A", 2.5, 1, 0, 1),
    ]  # fmt: skip


def test_a_node_without_a_score_lacks_nothing_and_has_no_score():
    """Body b has one service and no B: all of its 50 points are lost at A."""
    data, tree, rules = small()
    table = profile_of(data, tree, rules, "b").set_index("node_id")
    assert table["lacking"].to_dict() == pytest.approx(
        {"T": 50, "A": 50, "x": 25, "y": 25, "B": 0, "z": 0}
    )
    assert table["score_percent"].isna().to_dict() == {
        "T": False, "A": False, "x": False, "y": False, "B": True, "z": True,
    }  # fmt: skip


def test_an_organisation_without_a_score_has_a_profile_of_missing_points():
    data, tree, rules = small()
    table = profile_of(data, tree, rules, "empty")
    assert table["node_id"].tolist() == tree.node_ids
    assert table[["score_percent", "weight_used", "lacking"]].isna().all(axis=None)
    assert table["category_mean"].notna().all()
    items = profile_items(select_organisation(data, "empty"), table, tree)
    assert records(items, "item_id", "scored", "not_answered", "not_applicable") == [
        (item, 0, 0, 1) for item in ("x", "y", "z")
    ]  # fmt: skip


def test_an_organisation_without_a_service_has_an_empty_profile():
    data, tree, rules = small(categories={"idle": "c"})
    table = profile_of(data, tree, rules, "idle")
    assert table.empty
    assert profile_items(select_organisation(data, "idle"), table, tree).empty


def test_an_organisation_without_a_single_answer_lacks_every_item():
    """Where what is not answered is zero, both services of `silent` score 0 on three items."""
    answers = {"s1": {"x": 0.5, "y": 0.5, "z": 0.5}, "s2": {}, "s3": {}}
    owners = {"s1": "a", "s2": "silent", "s3": "silent"}
    data, tree, rules = small(answers, owners, rules={"not_answered": "zero"})
    table = profile_of(data, tree, rules, "silent")
    items = profile_items(select_organisation(data, "silent"), table, tree)
    columns = ("item_id", "score_percent", "lacking", "scored", "not_answered", "not_applicable")
    assert records(items, *columns) == [
        ("z", 0.0, 75.0, 0, 2, 0), ("x", 0.0, 12.5, 0, 2, 0), ("y", 0.0, 12.5, 0, 2, 0),
    ]  # fmt: skip


# Parts that add up

MEANS = ("arithmetic", "geometric", "harmonic", "power:2", "power:0.5")


@cache
def random_case(seed):
    """Nine services of three bodies on a random tree, and its cuts; the last answers nothing."""
    rng = np.random.default_rng(seed)
    rows = random_framework(rng, options=False, means=False)
    answers = random_answers(rng, rows, shares=True)
    if seed % 2:  # a zero, and the top
        answers["u0"] = dict.fromkeys(answers["u0"], 0.0)
        answers["u1"] = dict.fromkeys(answers["u1"], 1.0)
    owners = {unit: "abd"[place % 3] for place, unit in enumerate(answers)}
    users = {unit: int(rng.integers(0, 5)) + (place < 3) for place, unit in enumerate(answers)}
    data, tree, _ = small(answers, owners, rows, columns={"users": users})
    return data, tree, {tuple(tree.cut(most)) for most in range(1, len(tree.nodes))}


@pytest.mark.parametrize("roll_up", ["mean", "weighted", "pooled"])
@pytest.mark.parametrize("aggregation", MEANS)
@pytest.mark.parametrize("missing", [("exclude", "zero"), ("zero", "exclude")])
@pytest.mark.parametrize(
    "digits", [{}, {"round_service": 1, "round_organisation": 0, "round": {"1": 1, "2": 0}}]
)
def test_what_is_lacking_adds_up_over_every_cut(roll_up, aggregation, missing, digits):
    """To top less score, and over the children of every node to the node's own."""
    given = {"roll_up": roll_up, "roll_up_weight": "users", "aggregation": aggregation,
             "not_applicable": missing[0], "not_answered": missing[1], **digits}  # fmt: skip
    for seed in range(2):
        data, tree, cuts = random_case(seed)
        for table in profiles_of(data, tree, check_rules(given), "abd"):
            table = table.set_index("node_id")
            lacking, score = table["lacking"], table.loc[tree.root, "score_percent"]
            assert not math.isnan(score)
            for cut in cuts:
                total = math.fsum(lacking[list(cut)])
                assert total == pytest.approx(100 - score, rel=0, abs=1e-9)
            for row in tree.inner_rows:
                parent = tree.node_ids[row]
                below = math.fsum(lacking[tree.below(parent)])
                assert below == pytest.approx(lacking[parent], rel=0, abs=1e-9)


def test_what_is_lacking_adds_up_on_another_range_and_below_coverage():
    for seed in range(4):
        given = {"range": [1, 10], "min_coverage": 0.6, "not_answered": "zero"}
        data, tree, _ = random_case(seed)
        for table in profiles_of(data, tree, check_rules(given), "abd"):
            table = table.set_index("node_id")
            expected = 10 - table.loc[tree.root, "score_percent"]
            assert math.fsum(table.loc[tree.cut(8), "lacking"]) == pytest.approx(expected)
            assert (table["lacking"] >= -1e-9).all()


def test_under_the_arithmetic_mean_the_top_lacks_nothing():
    data, tree, rules = small({"s": {"x": 1.0, "y": 0.0, "z": 1.0}}, None)
    table = profile_of(data, tree, rules, "a").set_index("node_id")
    assert table["lacking"].to_dict() == pytest.approx(
        {"T": 12.5, "A": 12.5, "x": 0, "y": 12.5, "B": 0, "z": 0}
    )


PAIR = [node("T"), node("x", "T"), node("y", "T")]


@pytest.mark.parametrize(
    ("aggregation", "cells", "score", "lacking"),
    [
        # by weight alone, weak or strong
        ("geometric", (1.0, 0.25), 50, (25, 25)),
        # the strong child lacks more: 0.5 x 40 x 40 / 100 = 8 of 50, and 32 of 50
        ("harmonic", (1.0, 0.25), 40, (42, 18)),
        # and less than nothing: the root of 5000 is 70.7, all of it from x
        ("power:2", (1.0, 0.0), math.sqrt(5000), (50 - math.sqrt(5000), 50)),
        # one zero takes all
        ("geometric", (1.0, 0.0), 0, (50, 50)),
    ],
)
def test_under_other_means_the_sum_holds_and_the_parts_mislead(aggregation, cells, score, lacking):
    answers = {"s": dict(zip("xy", cells, strict=True))}
    data, tree, rules = small(answers, None, PAIR, {"aggregation": aggregation})
    table = profile_of(data, tree, rules, "a").set_index("node_id")
    assert table["score_percent"]["T"] == pytest.approx(score)
    assert table["lacking"].tolist() == pytest.approx([100 - score, *lacking])


def test_off_the_scale_of_the_range_the_sum_holds_and_the_parts_say_nothing():
    """Percentile ranks run from 0 to 1: the better body is at its top and lacks 99 of 100."""
    rows = [node("T"), *(node(item, "T", normalisation="percentile_rank") for item in "xy")]
    answers = {"s1": {"x": 5.0, "y": 5.0}, "s2": {"x": 1.0, "y": 1.0}}
    data, tree, rules = small(answers, {"s1": "a", "s2": "b"}, rows)
    table = profile_of(data, tree, rules, "a")
    assert table["score_percent"].tolist() == [1, 1, 1]
    assert table["lacking"].tolist() == pytest.approx([99, 49.5, 49.5])


# Answers by node


def test_answers_of_nodes_by_hand_in_the_order_asked():
    data, tree, _ = small()
    counts = count_answers(data, tree)
    columns = ("node_id", "scored", "not_applicable", "not_answered", "answers")
    assert records(join_answers(counts, tree, ["B", "A"]), *columns) == [
        ("B", 2, 1, 1, 4), ("A", 5, 3, 0, 8),
    ]  # fmt: skip
    assert records(join_answers(counts, tree, ["A", "z"]), *columns) == [
        ("A", 5, 3, 0, 8), ("z", 2, 1, 1, 4),
    ]  # fmt: skip
    assert records(join_answers(counts, tree, ["T"]), *columns) == [("T", 7, 4, 1, 12)]


def test_items_below_no_node_asked_are_left_out():
    data, tree, _ = small()
    table = join_answers(count_answers(data, tree), tree, ["y", "B"])
    assert table["node_id"].tolist() == ["y", "B"]
    assert table["answers"].tolist() == [4, 4]


def test_a_service_without_a_row_for_an_item_has_not_answered_it():
    data, tree, _ = small({"s1": {"x": 0.5}, "s2": {}}, None)
    table = join_answers(count_answers(data, tree), tree, tree.items)
    assert table["not_answered"].tolist() == [1, 2, 2]
    assert table["answers"].tolist() == [2, 2, 2]


def test_a_register_has_no_answers():
    data, tree, _ = small()
    data = replace(data, assessments=data.assessments.iloc[:0])
    table = join_answers(count_answers(data, tree), tree, ["A", "B"])
    assert table.empty
    assert table.columns.tolist() == ["node_id", "scored", "not_applicable", "not_answered",
                                      "answers"]  # fmt: skip


# The second road: the sample


@pytest.fixture(scope="module")
def sample():
    data, found = select_edition(load_shipped("asan_sample"), 2023)
    return data, *find_method(data, found)


def test_answers_of_the_sample_by_loops(sample):
    data, tree, _ = sample
    parent = dict(zip(tree.node_ids, tree.nodes["parent_id"], strict=True))
    cut = tree.cut(30)
    counts = {one: {"scored": 0, NA: 0, NO_ANSWER: 0} for one in cut}
    lists = (data.assessments[name].tolist() for name in ("service_id", "item_id", "status"))
    status = {(service, item): word for service, item, word in zip(*lists, strict=True)}
    for item in tree.items:
        above = item
        while above not in counts:
            above = parent[above]
        for service in data.services["service_id"]:
            counts[above][status.get((service, item), NO_ANSWER)] += 1
    table = join_answers(count_answers(data, tree), tree, cut)
    found = table.set_index("node_id")[["scored", NA, NO_ANSWER]].to_dict("index")
    assert found == counts
    assert list(found) == cut
    assert table["answers"].sum() == len(tree.items) * len(data.services)


def test_profiles_of_the_sample_by_loops(sample):
    """Arithmetic means only, not applicable left out, not answered zero: as its rules say."""
    data, tree, rules = sample
    children = {name: tree.below(name) for name in tree.node_ids}
    weight = dict(zip(tree.node_ids, tree.nodes["weight"], strict=True))
    lists = (data.assessments[name].tolist()
             for name in ("service_id", "item_id", "status", "value"))  # fmt: skip
    given = defaultdict(dict)
    for service, item, status, value in zip(*lists, strict=True):
        given[service][item] = None if status == NA else 0.0 if status == NO_ANSWER else value

    def score(name, own):
        if not children[name]:
            cell = own.get(name, 0.0)
            return None if cell is None else 100 * cell
        pairs = [(weight[child], score(child, own)) for child in children[name]]
        pairs = [(part, value) for part, value in pairs if value is not None]
        total = sum(part for part, _ in pairs)
        return sum(part * value for part, value in pairs) / total if total else None

    def share(name, own, used, found):
        """Weight used of every node in the root."""
        found[name] = used
        scored = [child for child in children[name] if score(child, own) is not None]
        total = sum(weight[child] for child in scored)
        for child in children[name]:
            part = used * weight[child] / total if child in scored else 0.0
            share(child, own, part, found)
        return found

    for body in ("buttons_committee", "deimos_district_executive"):
        services = data.services.loc[data.services["organisation_id"] == body, "service_id"]
        lacking = dict.fromkeys(tree.node_ids, 0.0)
        for service in services:
            used = share(tree.root, given[service], 1.0, {})
            for name in tree.node_ids:
                value = score(name, given[service])
                if value is not None:
                    lacking[name] += used[name] * (100 - value) / len(services)
        table = profile_of(data, tree, rules, body)
        assert plain_list(table["lacking"]) == pytest.approx(list(lacking.values()), abs=1e-9)
        items = profile_items(select_organisation(data, body), table, tree)
        assert items["lacking"].sum() == pytest.approx(100 - table.loc[0, "score_percent"])
        assert sorted(items["item_id"]) == sorted(tree.items)
        assert (items[["scored", NA, NO_ANSWER]].sum(axis=1) == len(services)).all()
        assert items["lacking"].is_monotonic_decreasing
