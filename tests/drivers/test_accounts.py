"""Gaps split over nodes: by hand, to the last point on both datasets, between editions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, near, node, plain_list, tree_of
from shipped import load_shipped
from small_dataset import dataset, edition

from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import list_editions
from asan_analysis.drivers.accounts import account_gap, explain_change, explain_gap
from asan_analysis.drivers.matching import join_trees, name_former
from asan_analysis.drivers.rivals import find_rival
from asan_analysis.drivers.splits import (
    average_items,
    average_splits,
    list_item_scores,
    split_distances,
    split_scores,
)
from asan_analysis.errors import ParameterError
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations

PARTS = ["from_scores", "from_redistribution", "from_method"]
ROWS = [node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("B", "T"), node("z", "B")]
FULL = {"x": 0.8, "y": 0.4, "z": 0.6}
ANSWERS = {"s1": FULL, "s2": FULL | {"y": NA}, "s3": {"x": 0.5, "y": 0.2, "z": 0.2},
           "s4": {"x": 0.1, "y": 0.9, "z": 0.7}}  # fmt: skip
OWNERS = {"s1": "full", "s2": "lacks", "s3": "low", "s4": "other"}


def chance():
    return np.random.default_rng(7)


def small(answers=ANSWERS, owners=OWNERS, rules=None, **options):
    data = dataset(
        edition(2023, answers, owners, categories={"other": "d"}),
        frameworks={"F.csv": ROWS}, rules={"R.toml": rules or {}}, **options,
    )  # fmt: skip
    one, found = select_edition(data, 2023)
    return one, *find_method(data, found)


def check_sums(table, tree):
    """Parts make gaps, children make parents, the root is own less other."""
    columns = table[["own", "other", "gap", *PARTS]].to_numpy()
    own, other, gap = columns[:, :3].T
    assert np.abs(columns[:, 3:].sum(axis=1) - gap).max() < 1e-9
    assert abs(gap[0] - (own[0] - other[0])) < 1e-9
    below = np.zeros(columns.shape)
    np.add.at(below, tree.parents[1:], columns[1:])
    inner = tree.inner_rows
    assert np.abs(below[inner] - columns[inner]).max() < 1e-9


def parts_of(found, *nodes):
    return found.table.set_index("node_id").loc[list(nodes), PARTS].to_numpy().tolist()


def ranks_of(one, tree, rules):
    scores = score_organisations(one.assessments, one.services, tree, rules)
    about = one.about
    return rank_organisations(scores, one.organisations, tree, rules, decimals=about["decimals"],
                              min_services=about["min_services"])  # fmt: skip


def test_a_gap_of_scores_by_hand():
    """Weights 1/4, 1/4, 1/2; differences of 30, 20 and 40 points."""
    found = explain_gap(*small(), "full", against="low", rng=chance())
    assert (found.score_own, found.score_other) == (pytest.approx(60), pytest.approx(27.5))
    assert parts_of(found, "T", "A", "x", "y", "B", "z") == [
        near(row) for row in
        ([32.5, 0, 0], [12.5, 0, 0], [7.5, 0, 0], [5, 0, 0], [20, 0, 0], [20, 0, 0])
    ]  # fmt: skip
    assert set(found.table["certainty"]) == {"exact"}


def test_an_item_left_out_moves_weight_and_no_score():
    """`lacks` is `full` without y: x 80 carries 1/2 instead of 1/4 and the root is 70, not 60.

    The midpoint is 65: x gains (1/2 - 1/4)(80 - 65), y gains (0 - 1/4)(40 - 65).
    """
    one, tree, rules = small()
    found = explain_gap(one, tree, rules, "lacks", against="full", rng=chance())
    assert parts_of(found, "x", "y", "z", "T") == [
        near(row) for row in ([0, 3.75, 0], [0, 6.25, 0], [0, 0, 0], [0, 10, 0])
    ]
    check_sums(found.table, tree)


def test_a_third_item_has_scores_and_weights():
    """`lacks` against `low`: used weights 1/2, 0, 1/2 and 1/4, 1/4, 1/2; midpoint 48.75."""
    one, tree, rules = small()
    found = explain_gap(one, tree, rules, "lacks", against="low", rng=chance())
    assert parts_of(found, "x", "y", "z") == [
        near(row) for row in
        ([30 * 0.375, 0.25 * (65 - 48.75), 0], [0, -0.25 * (20 - 48.75), 0], [20, 0, 0])
    ]  # fmt: skip


def test_who_stands_where():
    one, tree, rules = small()
    ranks = ranks_of(one, tree, rules)
    assert find_rival(ranks, "low").bodies == ["lacks", "full", "low"]
    assert find_rival(ranks, "low", "leader").bodies == ["lacks"]
    assert find_rival(ranks, "low", "next").bodies == ["full"]
    assert find_rival(ranks, "low", "other") == ("organisation", "d", ["other"])
    for body, against, told in [
        ("lacks", "next", "first in c"), ("lacks", "leader", "first in c"),
        ("nobody", "mean", "with a score: full, lacks, low, other"),
        ("low", "nobody", "mean, leader, next or an organisation; with a score: full, lacks"),
        ("low", "low", "is the organisation itself"),
    ]:  # fmt: skip
        with pytest.raises(ParameterError, match=told):
            find_rival(ranks, body, against)
    one, tree, rules = small(min_services=2)
    with pytest.raises(ParameterError, match="too few services for a place in c"):
        find_rival(ranks_of(one, tree, rules), "low", "next")


def test_of_those_level_the_first_is_taken_and_none_is_above_the_first():
    ranks = pd.DataFrame({"organisation_id": list("abcd"), "category": "c",
                          "score_percent": [5.0, 5.0, 4.0, np.nan],
                          "rank": pd.array([1, 1, 3, None], dtype="Int64")})  # fmt: skip
    assert find_rival(ranks, "c", "next").bodies == ["a"]
    assert find_rival(ranks, "c", "mean").bodies == ["a", "b", "c"]
    with pytest.raises(ParameterError, match="nobody is above it"):
        find_rival(ranks, "b", "next")
    with pytest.raises(ParameterError, match="'d' has no score in the edition"):
        find_rival(ranks, "d")


def pairs_of(ranks):
    """Every body with each rival it has, and the ids of the rivals."""
    for body in ranks.loc[ranks["score_percent"].notna(), "organisation_id"]:
        for against in ("mean", "leader", "next"):
            try:
                yield body, find_rival(ranks, body, against)
            except ParameterError as error:
                assert "first in" in str(error) or "too few services" in str(error)


@pytest.mark.parametrize("name", ["asan_sample", "egov_benchmark_2023"])
def test_gaps_add_up_for_every_body_of_every_edition(name):
    data = load_shipped(name)
    for found in list_editions(data.editions):
        one, _ = select_edition(data, found.edition_year)
        tree, rules = find_method(data, found)
        ranks, splits = ranks_of(one, tree, rules), split_scores(one, tree, rules)
        scores = ranks.set_index("organisation_id")["score_percent"]
        sides = {
            body: average_splits(splits, [body]) for body in splits["organisation_id"].unique()
        }
        means = {}
        for body, rival in pairs_of(ranks):
            key = tuple(rival.bodies)
            if len(key) > 1 and key not in means:
                means[key] = average_splits(splits, rival.bodies)
            table = account_gap(sides[body], means.get(key, sides[key[0]]), tree)
            check_sums(table, tree)
            assert abs(table["gap"][0] - (scores[body] - scores[rival.bodies].mean())) < 1e-9
            assert (table["from_method"] == 0).all()
        assert means


def test_the_mean_is_that_of_the_category():
    data = load_shipped("egov_benchmark_2023")
    one, found = select_edition(data, 2023)
    tree, rules = find_method(data, found)
    body = str(one.organisations["organisation_id"].iloc[-1])
    gap = explain_gap(one, tree, rules, body, rng=chance())
    scores = score_organisations(one.assessments, one.services, tree, rules)
    means = score_categories(scores, one.organisations)
    means = means[means["category"] == gap.rival.category]
    assert plain_list(gap.table["score_other"]) == near(plain_list(means["score_percent"]))
    own = scores[scores["organisation_id"] == body]
    assert plain_list(gap.table["score_own"]) == near(plain_list(own["score_percent"]))


def test_changes_add_up_for_every_body_that_was_scored_before():
    data = load_shipped("asan_sample")
    before, built = {}, {}
    for found in list_editions(data.editions):
        one, _ = select_edition(data, found.edition_year)
        if found.framework not in built:
            built[found.framework] = find_method(data, found)
        tree, rules = built[found.framework]
        splits = split_scores(one, tree, rules)
        joined = {}
        sides = {str(body): part for body, part in splits.groupby("organisation_id", sort=False)}
        for body, side in sides.items():
            if body in before:
                old, former = before[body]
                if former not in joined:
                    joined[former] = join_trees(tree, former), name_former(tree, former)
                whole, names = joined[former]
                table = account_gap(side, old.assign(node_id=old["node_id"].map(names)), whole)
                check_sums(table, whole)
                alone = table.iloc[whole.item_rows].query("framework != 'both'")
                assert not alone[["from_scores", "from_redistribution"]].to_numpy().any()
                assert bool(len(alone)) == (former is not tree)
            before[body] = side, tree
    body = next(iter(sides))
    found = explain_change(data, 2024, body, rng=chance())
    assert (found.baseline_year, found.rival.against) == (2023, "before")
    assert found.gap == pytest.approx(found.score_own - found.score_other, abs=1e-9)


OLD = [node("T"), node("P1", "T"), node("a", "P1"), node("gone", "P1"), node("P2", "T"),
       node("b", "P2")]  # fmt: skip
NEW = [node("T"), node("P1", "T"), node("a", "P1"), node("P2", "T"), node("b2", "P2", replaces="b"),
       node("new", "P2")]  # fmt: skip


def two_editions(rules=None, new=NEW, **options):
    first = {"s": {"a": 0.4, "gone": 0.8, "b": 0.5}}
    second = {"s": {"a": 0.5, "b2": 0.5, "new": 0.9}}
    return dataset(
        edition(2021, first, framework="old.csv"),
        edition(2022, {"t": {"a": 1.0, "gone": 1.0, "b": 1.0}}, {"t": "b"}, framework="old.csv"),
        edition(2023, second, framework="new.csv"),
        frameworks={"old.csv": OLD, "new.csv": new}, rules={"R.toml": rules or {}},
    )  # fmt: skip


def test_a_change_of_framework_by_hand():
    """55 then 60, midpoint 57.5. a: weight 1/4 then 1/2, 40 then 50. b: 1/2 then 1/4, 50 both."""
    found = explain_change(two_editions(), 2023, "a", rng=chance())
    assert (found.baseline_year, found.score_other) == (2021, pytest.approx(55))
    table = found.table.set_index("node_id")
    assert list(table.index) == ["T", "P1", "a", "gone", "P2", "b2", "new"]
    assert parts_of(found, "a", "gone", "b2", "new") == [
        near(row) for row in
        ([10 * 0.375, 0, 0.25 * (45 - 57.5)], [0, 0, -0.25 * (80 - 57.5)],
         [0, 0, -0.25 * (50 - 57.5)], [0, 0, 0.25 * (90 - 57.5)])
    ]  # fmt: skip
    assert table["framework"].to_dict() == dict.fromkeys(table.index, "both") | {
        "gone": "other", "new": "own"
    }  # fmt: skip
    assert plain_list(table.loc[["P1", "P2"], "score_other"]) == near([60.0, 50.0])


@pytest.mark.parametrize("rules", [{"aggregation": "geometric"}, {"round": {"1": 0}}])
def test_a_change_under_other_means_adds_up(rules):
    data = two_editions(rules)
    found = explain_change(data, 2023, "a", rng=chance())
    former, later = (tree_of(*rows) for rows in (OLD, NEW))
    check_sums(found.table, join_trees(later, former))
    alone = found.table.set_index("node_id").loc[["gone", "new"], PARTS]
    assert (alone[["from_scores", "from_redistribution"]] == 0).all(axis=None)
    assert (alone["from_method"] != 0).all()


def test_a_change_by_moves_by_hand():
    """The reference a 45, b 50, gone 80, new 90 scores 56.25 then 57.5; midpoint 56.875."""
    found = explain_change(two_editions({"round": {"0": 6}}), 2023, "a", rng=chance())
    assert parts_of(found, "a", "gone", "b2", "new", "T") == [
        near(row) for row in
        ([3.75, 0, 0.25 * (45 - 56.875)], [0, 0, -0.25 * (80 - 56.875)],
         [0, 0, -0.25 * (50 - 56.875)], [0, 0, 0.25 * (90 - 56.875)], [3.75, 0, 1.25])
    ]  # fmt: skip


def test_a_body_without_an_earlier_score_is_told_so():
    with pytest.raises(ParameterError, match="no score under this id before 2022"):
        explain_change(two_editions(), 2022, "b", rng=chance())
    with pytest.raises(ParameterError, match="no score in 2023; with a score: a"):
        explain_change(two_editions(), 2023, "b", rng=chance())


def test_ids_that_changed_their_kind_stand_apart():
    """An item that became a node, and a node that became an item."""
    new = tree_of(node("T"), node("gone", "T"), node("a", "gone"), node("P2", "T"))
    joined = join_trees(new, tree_of(*OLD))
    names = name_former(new, tree_of(*OLD))
    assert (names["gone"], names["P2"], names["a"]) == ("former:gone", "former:P2", "a")
    assert joined.items == ["a", "P2", "former:gone", "b"]
    assert joined.below("T") == ["gone", "P2", "P1", "former:P2"]


def distances_of(one, tree, rules, bodies):
    reference = average_items(list_item_scores(one, tree, rules))
    return split_distances(one, tree, rules, bodies, reference=reference, rng=chance())


def test_under_a_linear_method_both_roads_agree_where_nothing_is_missing():
    one, tree, rules = small()
    splits = distances_of(one, tree, rules, ["full", "low", "other"])
    linear = split_scores(one, tree, rules)
    for other in ("low", "other"):
        tables = [account_gap(average_splits(frame, ["full"]), average_splits(frame, [other]), tree)
                  for frame in (splits, linear)]  # fmt: skip
        for column in ["gap", *PARTS]:
            assert plain_list(tables[0][column]) == near(plain_list(tables[1][column]))


@pytest.mark.parametrize(
    "table",
    [
        {"aggregation": "geometric"},
        {"aggregation": "harmonic", "round_service": 0, "round_organisation": 0},
        {"aggregation": "power:2", "round": {"1": 0}},
        {"aggregation": "geometric", "roll_up": "pooled", "round_organisation": 1},
    ],
)
def test_gaps_under_other_means_add_up_to_the_scores(table):
    owners = OWNERS | {"s1": "lacks"}
    one, tree, rules = small(owners=owners, rules=table)
    scores = ranks_of(one, tree, rules).set_index("organisation_id")["score_percent"]
    pairs = [("lacks", "low"), ("low", "other"), ("lacks", "other")]
    found = [explain_gap(one, tree, rules, own, against=other, rng=chance())
             for own, other in pairs]  # fmt: skip
    for gap, (own, other) in zip(found, pairs, strict=True):
        check_sums(gap.table, tree)
        assert gap.gap == pytest.approx(scores[own] - scores[other], abs=1e-9)
    chain = found[0].table["gap"] + found[1].table["gap"]
    assert plain_list(chain) == near(plain_list(found[2].table["gap"]))
    against_mean = explain_gap(one, tree, rules, "lacks", rng=chance())
    mean = scores[["lacks", "low"]].mean()
    assert against_mean.gap == pytest.approx(scores["lacks"] - mean, abs=1e-9)


def test_an_item_that_only_one_body_lacks_is_redistribution():
    """Alike but for y: nothing but y and what it leaves behind."""
    one, tree, rules = small({"s1": FULL, "s2": FULL | {"y": NA}}, {"s1": "full", "s2": "lacks"},
                             {"aggregation": "geometric"})  # fmt: skip
    found = explain_gap(one, tree, rules, "lacks", against="full", rng=chance())
    gap = (80 * 60) ** 0.5 - (80 * 40) ** 0.25 * 60**0.5
    assert parts_of(found, "x", "y", "z") == [near([0, 0, 0]), near([0, gap, 0]), near([0, 0, 0])]


def test_the_order_of_rows_changes_nothing():
    for rules in ({}, {"aggregation": "geometric"}):
        one, tree, method = small(rules=rules)
        mixed = replace(one, assessments=one.assessments.iloc[::-1].reset_index(drop=True),
                        services=one.services.iloc[::-1].reset_index(drop=True),
                        organisations=one.organisations.iloc[::-1])  # fmt: skip
        pair = [explain_gap(data, tree, method, "lacks", rng=chance()).table
                for data in (one, mixed)]  # fmt: skip
        pd.testing.assert_frame_equal(*pair, rtol=0, atol=1e-12)


def test_the_sample_under_a_geometric_root():
    data = load_shipped("asan_sample")
    one, found = select_edition(data, 2023)
    tree, rules = find_method(data, found)
    nodes = tree.nodes.assign(aggregation=np.where(tree.nodes["depth"] == 0, "geometric", None))
    tree = replace(tree, nodes=nodes)
    body = str(one.organisations["organisation_id"].iloc[3])
    gap = explain_gap(one, tree, rules, body, rng=chance())
    check_sums(gap.table, tree)
    assert set(gap.table["certainty"]) == {"exact"}
    assert gap.score_own - gap.score_other == pytest.approx(gap.gap, abs=1e-9)
