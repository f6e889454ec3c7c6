"""Two versions of a method: shares by hand, over all orders, and sums that add up."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from plain_road import NO_ANSWER, node, random_answers, random_framework, tree_of
from shipped import load_shipped
from small_dataset import dataset, edition, records

from asan_analysis.audit.versions import TOTAL, compare_methods, list_changes, summarise_methods
from asan_analysis.data.datasets import select_edition
from asan_analysis.errors import FrameworkError, ParameterError
from asan_analysis.index.framework import build_tree, keep_items
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules

FLAT = [node("T"), node("x", "T"), node("y", "T"), node("z", "T")]
ANSWERS = {"s": {"x": 0.6, "y": NO_ANSWER, "z": 0.3}, "t": {"x": 0.4, "y": 0.4, "z": 0.52}}
RULES = Rules()


def small(answers=ANSWERS, rows=FLAT, **options):
    """One edition in which services s and t make up bodies a and b."""
    options = {"owners": {"s": "a", "t": "b"}} | options
    one = dataset(edition(2023, answers, **options), frameworks={"F.csv": rows})
    return select_edition(one, 2023)[0]


def compare(data, first, second, **options):
    """Moves by body and change."""
    table = compare_methods(data, first, second, **options)
    return table.set_index(["organisation_id", "change"])


def scores_of(data, tree, rules):
    """Scores and ranks by body under one method."""
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(scores, data.organisations, tree, rules, decimals=2)
    return ranks.set_index("organisation_id")[["score_percent", "rank"]].astype("float64")


@cache
def sample():
    """The sample in 2023, its method, and the framework in force before 2022."""
    whole = load_shipped("asan_sample")
    data, found = select_edition(whole, 2023)
    tree, rules = find_method(whole, found)
    former = build_tree(whole.frameworks["framework_2017.csv"], name="framework_2017.csv")
    return data, tree, rules, former


# By hand


def test_two_changes_by_hand():
    """Body a: 45, silence as zero 30, x three times 52.5, both 42; b stays 44 or becomes 42.4.

    The first change: half of (30 - 45) + (42 - 52.5) = -12.75; the other 9.75; together -3. Body a
    is overtaken whenever silence is zero, so that change moves the places alone.
    """
    heavy = tree_of(node("T"), node("x", "T", weight=3), node("y", "T"), node("z", "T"))
    moves = compare(small(), (tree_of(*FLAT), RULES),
                    (heavy, replace(RULES, not_answered="zero")))  # fmt: skip
    assert moves["score_change"].to_dict() == pytest.approx(
        {("a", "weights"): 9.75, ("a", "rules.not_answered"): -12.75, ("a", TOTAL): -3,
         ("b", "weights"): -1.6, ("b", "rules.not_answered"): 0, ("b", TOTAL): -1.6}
    )  # fmt: skip
    assert moves["rank_change"].to_dict() == pytest.approx(
        {("a", "weights"): 0, ("a", "rules.not_answered"): 1, ("a", TOTAL): 1,
         ("b", "weights"): 0, ("b", "rules.not_answered"): -1, ("b", TOTAL): -1}
    )  # fmt: skip
    whole = moves.loc[("a", TOTAL), ["score_before", "score_percent", "rank_before", "rank"]]
    assert whole.tolist() == pytest.approx([45, 42, 1, 2])


def test_a_moved_and_an_added_item_by_hand():
    """Item y goes from A to B, and w comes under a new C.

    None (A = 50, B = 80): 65. Moved (A = 20, B = 80): 50. Added (and C = 10): 140 / 3. Both: 110/3.
    """
    rows = [node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("B", "T"),
            node("z", "B")]  # fmt: skip
    later = [node("T"), node("A", "T"), node("x", "A"), node("B", "T"), node("z", "B"),
             node("y", "B"), node("C", "T"), node("w", "C")]  # fmt: skip
    data = small({"s": {"x": 0.2, "y": 0.8, "z": 0.8, "w": 0.1}}, later, owners={"s": "a"})
    methods = (tree_of(*rows), RULES), (tree_of(*later), RULES)
    moves = compare(data, *methods)["score_change"]
    both = 110 / 3
    assert moves["a", "structure"] == pytest.approx(((50 - 65) + (both - 140 / 3)) / 2)
    assert moves["a", "items"] == pytest.approx(((140 / 3 - 65) + (both - 50)) / 2)
    assert moves["a", TOTAL] == pytest.approx(both - 65)
    assert records(list_changes(*methods), "change", "node_id", "key", "before", "after") == [
        ("items", "w", "item", None, "yes"), ("structure", "y", "parent_id", "A", "B"),
    ]  # fmt: skip


def test_siblings_without_weight_take_the_other_version_s():
    """Without y only x of weight 0 is left; then x counts, as where it has weight 2."""
    first = tree_of(node("T"), node("x", "T", weight=0), node("y", "T"))
    second = tree_of(node("T"), node("x", "T", weight=2))
    data = small({"s": {"x": 0.2, "y": 0.8}}, [node("T"), node("x", "T"), node("y", "T")],
                 owners={"s": "a"})  # fmt: skip
    moves = compare(data, (first, RULES), (second, RULES))["score_change"]
    # none 80, items 20, weights (0.4 + 0.8) / 3 = 40, both 20
    assert moves["a", "items"] == pytest.approx(((20 - 80) + (20 - 40)) / 2)
    assert moves["a", "weights"] == pytest.approx(((40 - 80) + (20 - 20)) / 2)


def test_a_mixture_without_a_score_leaves_its_shares_missing():
    """Full coverage is asked and y dropped: with y and full coverage there is no score."""
    first, second = tree_of(*FLAT), tree_of(node("T"), node("x", "T"), node("z", "T"))
    moves = compare(small(), (first, RULES), (second, replace(RULES, min_coverage=1.0)))
    assert moves.loc["a", "score_change"].isna().tolist() == [True, True, False]
    assert moves.loc[("a", TOTAL), "score_change"] == 0
    assert moves.loc["b", "score_change"].notna().all()


# One change


WEIGHED = [node("T"), node("A", "T", weight=2), node("x", "A"), node("y", "A"), node("z", "T")]


@pytest.mark.parametrize(
    ("change", "rows", "rules"),
    [
        ("items", WEIGHED[:-1], {}),
        ("structure", [*WEIGHED[:3], node("y", "T"), node("z", "T")], {}),
        ("weights", [*WEIGHED[:2], node("x", "A", weight=4), *WEIGHED[3:]], {}),
        ("aggregation", [WEIGHED[0], node("A", "T", weight=2, aggregation="geometric"),
                         *WEIGHED[2:]], {}),
        ("normalisation", [*WEIGHED[:4], node("z", "T", normalisation="goalposts", lower=0,
                                              upper=2)], {}),
        ("rules.aggregation", WEIGHED, {"aggregation": "harmonic"}),
        ("rules.not_answered", WEIGHED, {"not_answered": "zero"}),
        ("rules.round_organisation", WEIGHED, {"round_organisation": 0}),
        ("rules.ties", WEIGHED, {"ties": "dense"}),
    ],
)  # fmt: skip
def test_a_single_change_gets_the_whole_move(change, rows, rules):
    data = small({"s": {"x": 0.61, "y": NO_ANSWER, "z": 0.3}, "t": {"x": 0.4, "y": 0.5, "z": 0.9}},
                 WEIGHED)  # fmt: skip
    first, second = (tree_of(*WEIGHED), RULES), (tree_of(*rows), replace(RULES, **rules))
    assert set(list_changes(first, second)["change"]) == {change}
    moves = compare(data, first, second)
    expected = scores_of(data, *second) - scores_of(data, *first)
    for which in (change, TOTAL):
        found = moves.xs(which, level="change")[["score_change", "rank_change"]]
        assert found.to_numpy() == pytest.approx(expected.loc[found.index].to_numpy(), abs=1e-12)
    assert change == "rules.ties" or (moves["score_change"] != 0).any()


def test_the_same_method_gives_an_empty_table():
    """Identical versions, one of them written again, have no changes and no moves."""
    data = small()
    same = (tree_of(*FLAT), RULES), (tree_of(*FLAT), replace(RULES, name="other"))
    assert list_changes(*same).empty
    table = compare_methods(data, *same)
    assert table.empty and "score_change" in table and summarise_methods(table).empty


def test_renamed_items_and_roots_are_no_change():
    """The root has another name, y became v and says so; answers stand under either name."""
    later = [node("R"), node("x", "R"), node("v", "R", replaces="y"), node("z", "R")]
    for answers, rows in ((ANSWERS, FLAT), ({"s": {"v": 0.5}, "t": {"v": 0.7}}, later)):
        data = small(answers, rows)
        for methods in ((tree_of(*FLAT), tree_of(*later)), (tree_of(*later), tree_of(*FLAT))):
            first, second = ((tree, RULES) for tree in methods)
            assert list_changes(first, second, data).empty
            moves = compare(data, first, (second[0], replace(RULES, not_answered="zero")))
            own = tree_of(*rows)
            after = scores_of(data, keep_items(own, sorted(set(data.assessments["item_id"]))),
                              replace(RULES, not_answered="zero"))  # fmt: skip
            assert set(moves.index.get_level_values(1)) == {"rules.not_answered", TOTAL}
            found = moves.xs(TOTAL, level="change")["score_percent"]
            assert found.to_dict() == pytest.approx(after["score_percent"].to_dict())


def test_items_without_any_answer_are_left_out():
    """Nobody was asked w: it neither counts as silence nor is a change; without data it is."""
    first = tree_of(*FLAT, node("w", "T")), replace(RULES, not_answered="zero")
    second = tree_of(*FLAT), first[1]
    assert list_changes(first, second)["node_id"].tolist() == ["w"]
    assert list_changes(first, second, small()).empty
    assert compare_methods(small(), first, second).empty


# Over all orders


def test_three_changes_are_averaged_over_all_orders():
    """Random answers; eight methods written by hand, shares from the six orders of making them."""
    rng = np.random.default_rng(5)
    rows = random_framework(rng, options=False, means=False)
    answers = random_answers(rng, rows, units=6, shares=True)
    owners = {unit: f"b{number % 3}" for number, unit in enumerate(answers)}
    data = small(answers, rows, owners=owners)
    heavy = [row | ({"weight": str(1 + place % 4)} if row["parent_id"] else {})
             for place, row in enumerate(rows)]  # fmt: skip
    keys = {"rules.aggregation": {"aggregation": "power:2"},
            "rules.not_answered": {"not_answered": "zero"}}  # fmt: skip
    names = ["weights", *keys]

    def method(made):
        chosen = {key: value for name in made if name in keys for key, value in keys[name].items()}
        return tree_of(*(heavy if "weights" in made else rows)), replace(RULES, **chosen)

    values = {
        made: scores_of(data, *method(made))
        for picks in product((False, True), repeat=3)
        for made in [frozenset(name for name, pick in zip(names, picks, strict=True) if pick)]
    }
    expected = dict.fromkeys(names, 0.0)
    for order in permutations(names):
        for place, name in enumerate(order):
            step = values[frozenset(order[: place + 1])] - values[frozenset(order[:place])]
            expected[name] = expected[name] + step / 6
    moves = compare(data, method([]), method(names))
    for name in names:
        found = moves.xs(name, level="change")
        own = expected[name].loc[found.index]
        assert found["score_change"].to_numpy() == pytest.approx(own["score_percent"].to_numpy())
        assert found["rank_change"].to_numpy() == pytest.approx(own["rank"].to_numpy())
    assert moves["score_change"].abs().min() > 0


# The sample


def test_shares_add_up_on_the_sample():
    """Items, weights, a geometric root and silence left out: sums of shares are the whole move."""
    data, tree, rules, former = sample()
    rows = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
    rows = rows.assign(aggregation=["geometric"] + [None] * (len(rows) - 1))
    later = build_tree(rows.astype({"aggregation": "str"}), name="geometric")
    table = compare_methods(data, (former, rules), (later, replace(rules, not_answered="exclude")))
    changes = table["change"].unique().tolist()
    assert changes == ["items", "weights", "aggregation", "rules.not_answered", TOTAL]
    for column in ("score_change", "rank_change"):
        wide = table.pivot(index="organisation_id", columns="change", values=column)
        assert (wide[changes[:-1]].sum(axis=1) - wide[TOTAL]).abs().max() < 1e-9
    summary = summarise_methods(table).set_index("change")
    assert summary["organisations"].tolist() == [47] * 5
    assert summary["leading"].sum() == 47
    assert (table["score_percent"] - table["score_before"] - table["score_change"]).where(
        table["change"] == TOTAL
    ).abs().max() < 1e-9  # fmt: skip


def test_the_ends_on_the_sample_are_the_versions_themselves():
    """The former framework is scored on its own, its items under their former ids."""
    data, tree, rules, former = sample()
    table = compare_methods(data, (former, rules), (tree, rules))
    own = table[table["change"] == TOTAL].set_index("organisation_id")
    later = scores_of(data, tree, rules)["score_percent"].loc[own.index]
    assert own["score_percent"].to_numpy() == pytest.approx(later.to_numpy(), abs=1e-9)
    replaces = dict(zip(tree.node_ids, tree.column("replaces", ""), strict=True))
    back = {item: replaces[item] for item in tree.items if replaces[item] in former.items}
    answers = data.assessments.assign(item_id=data.assessments["item_id"].replace(back))
    given = set(answers["item_id"])
    asked = [item for item in former.items if item in given]
    assert 0 < len(asked) < len(former.items) and back
    before = scores_of(replace(data, assessments=answers), keep_items(former, asked), rules)
    expected = before["score_percent"].loc[own.index]
    assert own["score_before"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_the_way_back_has_the_opposite_shares():
    data, tree, rules, former = sample()
    keys = ["organisation_id", "change"]
    there = compare_methods(data, (former, rules), (tree, rules), category="local")
    back = compare_methods(data, (tree, rules), (former, rules), category="local")
    assert there[keys].equals(back[keys]) and set(there["category"]) == {"local"}
    assert there["score_change"].to_numpy() == pytest.approx(-back["score_change"].to_numpy())
    assert there["rank_change"].to_numpy() == pytest.approx(-back["rank_change"].to_numpy())


def test_inputs_stay_untouched():
    data, tree, rules, former = sample()
    answers, nodes = data.assessments.copy(), former.nodes.copy()
    compare_methods(data, (former, rules), (tree, rules))
    pd.testing.assert_frame_equal(data.assessments, answers)
    pd.testing.assert_frame_equal(former.nodes, nodes)


# Refusals


def test_more_than_eight_changes_are_refused():
    far = Rules(aggregation="harmonic", normalisation="rank", range=(0.0, 1.0), min_coverage=0.5,
                not_applicable="zero", not_answered="zero", rounding="truncate", ties="dense",
                roll_up="pooled")  # fmt: skip
    with pytest.raises(ParameterError, match=r"9 changes \(.*rules.roll_up.*more than 8"):
        compare_methods(small(), (tree_of(*FLAT), RULES), (tree_of(*FLAT), far))


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([node("T"), node("x", "T"), node("x1", "x"), node("y", "T")], "x: an item in one version"),
        ([node("x"), node("T", "x"), node("y", "T")], "x is the root of one version"),
        ([node("T"), node("N", "T", replaces="x")], "takes the id of another node"),
    ],
)
def test_nodes_that_cannot_be_matched_are_refused(rows, match):
    """An id that is an item here and an inner node there; a root that is a part of the other."""
    former = [*FLAT[:3], node("N", "T"), node("z", "N")]
    first, second = (tree_of(*former), RULES), (tree_of(*rows), RULES)
    with pytest.raises(FrameworkError, match=match):
        list_changes(first, second)


def test_unknown_categories_and_foreign_answers_are_refused():
    method = tree_of(*FLAT), RULES
    other = tree_of(node("T"), node("v", "T")), RULES
    with pytest.raises(ParameterError, match="category 'k' is not known; known: c"):
        compare_methods(small(), method, method, category="k")
    with pytest.raises(ParameterError, match=r"no answer concerns an item of F\.csv"):
        compare_methods(small(), method, other)


def test_a_mean_that_a_mixture_cannot_take_is_refused():
    """A scale from -1 to 1 falls below zero, where the geometric mean is not defined."""
    second = replace(RULES, aggregation="geometric", range=(-1.0, 1.0))
    with pytest.raises(FrameworkError, match="below zero"):
        compare_methods(small(), (tree_of(*FLAT), RULES), (tree_of(*FLAT), second))


def test_the_summary_by_hand():
    """Two bodies: mean, mean size, extremes, places, and the change that leads."""
    moves = [("a", "p", 2.0, 1.0), ("a", "q", -3.0, 0.0), ("a", TOTAL, -1.0, 1.0),
             ("b", "p", 4.0, -1.0), ("b", "q", math.nan, math.nan),
             ("b", TOTAL, 1.0, -1.0)]  # fmt: skip
    columns = ["organisation_id", "change", "score_change", "rank_change"]
    table = summarise_methods(pd.DataFrame(moves, columns=columns))
    assert records(table, *table.columns) == [
        ("p", 2, 3.0, 3.0, 0.0, 4.0, 1.0, 1),
        ("q", 1, -3.0, 3.0, -3.0, 0.0, 0.0, 1),
        (TOTAL, 2, 0.0, 1.0, -1.0, 1.0, 1.0, None),
    ]
