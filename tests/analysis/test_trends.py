"""What moved between editions: by hand, by plain loops over the sample, and what must hold."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_road import NA, NO_ANSWER, node, random_framework, rank_plain, tree_of
from shipped import load_shipped
from small_dataset import FLAT, dataset, edition, records

from asan_analysis.analysis.trends import (
    BASES,
    average_editions,
    compare_frameworks,
    compare_like_for_like,
    compare_organisations,
    cover_editions,
    list_history,
    match_items,
    rank_editions,
    score_editions,
)
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import find_baseline, find_edition, list_editions
from asan_analysis.errors import FrameworkError, UnknownEditionError
from asan_analysis.index.aggregation import nominal_weights
from asan_analysis.index.framework import keep_items

ALIKE = ("category", "basis", "organisations", "services", "items", "score_before",
         "score_percent", "change")  # fmt: skip


def pair(data, before=2021, after=2022):
    """Two editions of a dataset."""
    return find_edition(before, data.editions), find_edition(after, data.editions)


def like(data, before=2021, after=2022):
    """Rows of compare_like_for_like by category and basis: bodies, services, before, after."""
    table = compare_like_for_like(data, *pair(data, before, after))
    rows = records(table, "category", "basis", "organisations", "services", "score_before",
                   "score_percent")  # fmt: skip
    return {row[:2]: row[2:] for row in rows}


def moves(data, before=2021, after=2022):
    ranks = rank_editions(data, score_editions(data))
    table = compare_organisations(data, ranks, *pair(data, before, after))
    return table.set_index("organisation_id")


# Two editions of two and three bodies: entry, exit, merger, a moved service, a changed category

TWO = (
    edition(
        2021,
        {"s1": {"x": 0.4, "y": 0.6}, "s2": {"x": 1.0, "y": 0.0}, "s3": {"x": 0.2, "y": 0.2},
         "s4": {"x": 0.9, "y": 0.7}},
        {"s1": "a", "s2": "b", "s3": "b", "s4": "gone"},
        categories={"b": "d"}, successors={"gone": "a"},
    ),
    edition(
        2022,
        {"s1": {"x": 0.6, "y": 0.6}, "s2": {"x": 1.0, "y": 0.4}, "s3": {"x": 0.4, "y": 0.4},
         "s5": {"x": 1.0, "y": 1.0}},
        {"s1": "a", "s2": "a", "s3": "b", "s5": "new"},
        categories={"new": "d"},
    ),
)  # fmt: skip


def test_scores_of_every_edition_by_hand():
    """2021: a 50, b (50 + 20) / 2, gone 80. 2022: a (60 + 70) / 2, b 40, new 100."""
    scores = score_editions(dataset(*TWO))
    root = scores[scores["node_id"] == "T"]
    assert records(root, "edition_year", "organisation_id", "score_percent", "services") == [
        (2021, "a", 50.0, 1), (2021, "b", 35.0, 2), (2021, "gone", 80.0, 1),
        (2022, "a", 65.0, 2), (2022, "b", 40.0, 1), (2022, "new", 100.0, 1),
    ]  # fmt: skip
    assert len(scores) == 6 * 3


def test_what_became_of_every_organisation():
    table = moves(dataset(*TWO))
    assert table["state"].to_dict() == {"a": "both", "b": "both", "gone": "merged",
                                        "new": "entered"}  # fmt: skip
    assert table["change"].dropna().to_dict() == pytest.approx({"a": 15, "b": 5})
    assert table.index.tolist() == ["a", "b", "gone", "new"]  # without a change last, by name
    assert table["successors"].dropna().to_dict() == {"gone": "a"}
    assert table["services_before"].dropna().to_dict() == {"a": 1, "b": 2, "gone": 1}
    assert (table["baseline_year"] == 2021).all()


def test_places_are_climbed_only_within_one_category():
    """Body a climbs from 2 of 2 to 1 of 2 in c; b changed from d to c; one left, one entered."""
    table = moves(dataset(*TWO))
    assert records(table, "rank_before", "ranked_before", "rank", "ranked", "places") == [
        (2, 2, 1, 2, 1), (1, 1, 2, 2, None), (1, 2, None, None, None), (None, None, 1, 1, None),
    ]  # fmt: skip
    assert table["category"].tolist() == ["c", "c", "c", "d"]  # the later one where there is one
    assert str(table["places"].dtype) == "Int64"


def test_like_for_like_by_hand():
    """Everything: (50 + 35 + 80) / 3 and (65 + 40 + 100) / 3.

    Same organisations: a and b. Same services s1, s2, s3 under their later owner: a (50 + 50) / 2
    and 65, b 20 and 40.
    """
    assert like(dataset(*TWO)) == {
        ("c", "everything"): (2, 3, 65.0, 52.5),
        ("c", "same_organisations"): (2, 3, 42.5, 52.5),
        ("c", "same_services"): (2, 3, 35.0, 52.5),
        ("c", "same_items"): (2, 3, 35.0, 52.5),
        ("d", "everything"): (1, 1, 35.0, 100.0),
        ("all", "everything"): (3, 4, 55.0, round(205 / 3, 9)),
        ("all", "same_organisations"): (2, 3, 42.5, 52.5),
        ("all", "same_services"): (2, 3, 35.0, 52.5),
        ("all", "same_items"): (2, 3, 35.0, 52.5),
    }


def test_rows_stand_by_category_then_basis():
    table = compare_like_for_like(dataset(*TWO), *pair(dataset(*TWO)))
    assert table["category"].unique().tolist() == ["c", "d", "all"]
    assert table.loc[table["category"] == "all", "basis"].tolist() == list(BASES)
    assert tuple(table.columns) == ("category", "basis", "baseline_year", *ALIKE[2:])


def test_a_changed_category_does_not_move_a_mean_of_the_same_organisations():
    """Body a stays at 50 in c, b at 90 moves from d to c: nobody changed, so no mean does.

    On everything c goes from 50 to 70; under the earlier category it would on this basis too.
    """
    same = {"s1": {"x": 0.5, "y": 0.5}, "s2": {"x": 0.9, "y": 0.9}}
    owners = {"s1": "a", "s2": "b"}
    data = dataset(edition(2021, same, owners, categories={"b": "d"}), edition(2022, same, owners))
    found = like(data)
    assert found["c", "everything"] == (2, 2, 50.0, 70.0)
    assert found["c", "same_organisations"] == (2, 2, 70.0, 70.0)
    assert ("d", "same_organisations") not in found


def test_a_service_without_a_score_in_one_edition_is_not_the_same_service():
    """s2 is not applicable in 2022: the mean of b over s1 alone, not 30 against 40 with it."""
    first = {"s1": {"x": 0.4, "y": 0.4}, "s2": {"x": 0.2, "y": 0.2}}
    second = {"s1": {"x": 0.4, "y": 0.4}, "s2": {"x": NA, "y": NA}}
    for before, after in ((first, second), (second, first)):
        found = like(dataset(edition(2021, before), edition(2022, after)))
        for basis in ("same_services", "same_items"):
            assert found["all", basis] == (1, 1, 40.0, 40.0)
    assert found["all", "everything"] == (1, 2, 40.0, 30.0)


def test_a_merger_named_between_the_editions_is_a_merger():
    """Body gone is in 2021 without successors, and in 2022 with them; 2023 has it no more."""
    one = {"s1": {"x": 0.5}, "s2": {"x": 0.5}}
    owners = {"s1": "a", "s2": "gone"}
    data = dataset(
        edition(2021, one, owners),
        edition(2022, one, owners, successors={"gone": "a"}),
        edition(2023, one, {"s1": "a", "s2": "a"}),
    )
    for before in (2021, 2022):
        table = moves(data, before, 2023)
        assert table.loc["gone", ["state", "successors"]].tolist() == ["merged", "a"]


def test_successors_named_after_the_later_edition_do_not_count():
    one = {"s1": {"x": 0.5}, "s2": {"x": 0.5}}
    owners = {"s1": "a", "s2": "gone"}
    data = dataset(
        edition(2021, one, owners),
        edition(2022, one, {"s1": "a", "s2": "a"}),
        edition(2023, one, owners, successors={"gone": "a"}),
    )
    assert moves(data).loc["gone", "state"] == "left"


def test_the_last_successors_before_the_later_edition_are_told():
    """Body gone names a, then b; what 2023 itself names comes after."""
    one = {"s1": {"x": 0.5}, "s2": {"x": 0.5}, "s3": {"x": 0.5}}
    owners = {"s1": "a", "s2": "b", "s3": "gone"}
    data = dataset(
        edition(2021, one, owners, successors={"gone": "a"}),
        edition(2022, one, owners, successors={"gone": "b"}),
        edition(2023, one, owners, successors={"gone": "a", "b": "a"}),
    )
    table = moves(data, 2021, 2023)
    assert table["successors"].dropna().to_dict() == {"gone": "b"}
    assert set(table["state"]) == {"both"}
    assert moves(data, 2021, 2022)["successors"].dropna().to_dict() == {"gone": "a"}


def test_a_body_that_left_is_told_under_its_former_category():
    one = {"s1": {"x": 0.5}, "s2": {"x": 0.5}}
    data = dataset(edition(2021, one, {"s1": "a", "s2": "gone"}, categories={"gone": "d"}),
                   edition(2022, one))  # fmt: skip
    table = moves(data)
    assert table.loc["gone", ["category", "state"]].tolist() == ["d", "left"]


def test_a_body_below_min_services_has_a_change_and_no_place():
    data = dataset(*TWO, min_services=2)
    table = moves(data)
    assert table.loc["a", "change"] == pytest.approx(15)
    assert table["rank_before"].dropna().to_dict() == {"b": 1}
    assert table["rank"].dropna().to_dict() == {"a": 1}
    assert table["places"].isna().all()
    assert table.loc[["a", "b"], "ranked"].tolist() == [1, 1]


def test_a_listed_body_without_a_score_entered_and_left_the_scores():
    """Body b stands in every list; its only service is not applicable in 2022."""
    one = {"s1": {"x": 0.5}, "s2": {"x": 0.5}}
    owners = {"s1": "a", "s2": "b"}
    silent = {"s1": {"x": 0.5}, "s2": {"x": NA, "y": NA}}
    data = dataset(edition(2021, one, owners), edition(2022, silent, owners),
                   edition(2023, one, owners))  # fmt: skip
    assert moves(data, 2021, 2022).loc["b", "state"] == "left"
    assert moves(data, 2022, 2023).loc["b", "state"] == "entered"


# Items: renamed, merged, split, added, dropped; weights

BEFORE = [node("T"), node("A", "T", weight=3), node("x", "A"), node("y", "A", weight=2),
          node("z", "A"), node("w", "T", weight=1)]  # fmt: skip


def replacing(node_id, parent_id, replaces, **options):
    return node(node_id, parent_id, replaces=replaces, **options)


def states(table, *columns):
    return records(table, "item_id", "former_id", "state", *columns)


def test_each_state_of_an_item():
    after = tree_of(node("T"), node("x", "T"), replacing("y2", "T", "y"),
                    replacing("v", "T", "z; w"), replacing("u", "T", "elsewhere"))  # fmt: skip
    assert states(match_items(tree_of(*BEFORE), after)) == [
        ("x", "x", "same"), ("y2", "y", "renamed"), ("v", "z;w", "merged"), ("u", None, "added"),
    ]  # fmt: skip


def test_what_no_item_takes_up_is_dropped():
    after = tree_of(node("T"), node("x", "T"))
    assert states(match_items(tree_of(*BEFORE), after)) == [
        ("x", "x", "same"), (None, "y", "dropped"), (None, "z", "dropped"), (None, "w", "dropped"),
    ]  # fmt: skip


def test_an_id_that_was_no_item_is_new():
    """A was a node with children; as an item it asks something else."""
    after = tree_of(node("T"), replacing("A", "T", ""), node("w", "T"))
    assert states(match_items(tree_of(*BEFORE), after))[0] == ("A", None, "added")


def test_a_former_item_taken_up_twice_is_split_and_named_once_at_most_where_alike():
    after = tree_of(node("T"), replacing("x1", "T", "x"), replacing("x2", "T", "x"),
                    node("y", "T"), replacing("y2", "T", "y"),
                    replacing("v", "T", "z;w"), replacing("z2", "T", "z"))  # fmt: skip
    table = match_items(tree_of(*BEFORE), after)
    assert states(table) == [
        ("x1", "x", "split"), ("x2", "x", "split"), ("y", "y", "same"), ("y2", "y", "split"),
        ("v", "z;w", "merged"), ("z2", "z", "split"),
    ]  # fmt: skip
    alike = table.loc[table["state"].isin(["same", "renamed"]), "former_id"]
    assert alike.is_unique


def test_a_name_given_twice_counts_once_and_swapped_ids_stay():
    after = tree_of(node("T"), replacing("y2", "T", "y;y"), replacing("x", "T", "z"),
                    replacing("z", "T", "x"), node("w", "T"))  # fmt: skip
    assert [row[2] for row in states(match_items(tree_of(*BEFORE), after))] == [
        "renamed", "same", "same", "same",
    ]  # fmt: skip


def test_weights_of_the_items_before_and_after():
    """Before: x 3/4 x 1/4, y 3/4 x 2/4, z 3/4 x 1/4, w 1/4. What is merged weighed their sum."""
    after = [node("T"), node("x", "T", weight=1), replacing("v", "T", "z;w", weight=3),
             node("n", "T", weight=6)]  # fmt: skip
    data = dataset(edition(2021, {"s": {"x": 1.0}}, framework="F.csv"),
                   edition(2022, {"s": {"x": 1.0}}, framework="G.csv"),
                   frameworks={"F.csv": BEFORE, "G.csv": after})  # fmt: skip
    table = compare_frameworks(data, *pair(data))
    assert states(table, "weight_before", "weight") == [
        ("x", "x", "same", 0.1875, 0.1), ("v", "z;w", "merged", 0.4375, 0.3),
        ("n", None, "added", None, 0.6), (None, "y", "dropped", 0.375, None),
    ]  # fmt: skip
    assert table[["weight_before", "weight"]].sum().tolist() == pytest.approx([1, 1])


def methods(before_answers, after_answers, after_rows, *, before_rows=FLAT, rules=None):
    """Two editions of one body under two frameworks."""
    return dataset(
        edition(2021, before_answers, framework="F.csv", rules="R.toml"),
        edition(2022, after_answers, framework="G.csv", rules="Q.toml" if rules else "R.toml"),
        frameworks={"F.csv": before_rows, "G.csv": after_rows},
        rules={"R.toml": {}} | ({"Q.toml": rules} if rules else {}),
    )


def test_same_items_part_the_method_from_the_answers():
    """Item y becomes z and weighs 3; y is 0.6 then and now; x drops to 0.2; q is new.

    Before 50 on every basis but the last, where x (1) and y (3) give (40 + 3 x 60) / 4 = 55.
    After, everything: (20 + 3 x 60 + 4 x 100) / 8 = 75; same items: (20 + 180) / 4 = 50.
    """
    rows = [node("T"), node("x", "T"), replacing("z", "T", "y", weight=3), node("q", "T", weight=4)]
    data = methods({"s": {"x": 0.4, "y": 0.6}}, {"s": {"x": 0.2, "z": 0.6, "q": 1.0}}, rows)
    found = like(data)
    assert found["all", "same_services"] == (1, 1, 50.0, 75.0)
    assert found["all", "same_items"] == (1, 1, 55.0, 50.0)
    table = compare_like_for_like(data, *pair(data)).query("category == 'all'")
    assert table["items"].tolist() == [3, 3, 3, 2]


def test_merged_and_split_items_take_no_part_in_same_items():
    """Only w asks the same. A split item would have no former answer and score nothing before."""
    rows = [node("T"), replacing("v", "T", "x;y"), replacing("z1", "T", "z"),
            replacing("z2", "T", "z"), node("w", "T")]  # fmt: skip
    old = {"s": {"x": 0.1, "y": 0.1, "z": 1.0, "w": 0.5}}
    new = {"s": {"v": 0.9, "z1": 1.0, "z2": 1.0, "w": 0.7}}
    data = methods(old, new, rows, before_rows=BEFORE, rules={"not_answered": "zero"})
    assert like(data)["all", "same_items"] == (1, 1, 50.0, 70.0)


def test_an_item_that_lives_on_keeps_its_answers_where_another_replaces_it_too():
    rows = [node("T"), node("x", "T"), replacing("x2", "T", "x"), node("y", "T")]
    old, new = {"s": {"x": 0.8, "y": 0.4}}, {"s": {"x": 0.8, "x2": 0.0, "y": 0.4}}
    data = methods(old, new, rows, rules={"not_answered": "zero"})
    assert like(data)["all", "same_items"] == (1, 1, 60.0, 60.0)


def test_changed_rules_under_one_framework_show_between_services_and_items():
    """Item y is not answered: left out before (40), zero after (20). Alike, both under zero: 20."""
    data = methods({"s": {"x": 0.4, "y": NO_ANSWER}}, {"s": {"x": 0.4}}, FLAT,
                   rules={"not_answered": "zero"})  # fmt: skip
    data = replace(data, editions=data.editions.assign(framework="F.csv"))
    found = like(data)
    assert found["all", "same_services"] == (1, 1, 40.0, 20.0)
    assert found["all", "same_items"] == (1, 1, 20.0, 20.0)
    assert cover_editions(data)["same_method"].tolist()[1:] == [False]
    assert cover_editions(data)["items_shared"].tolist()[1:] == [2]


def test_frameworks_without_a_common_item_leave_nothing_on_the_last_basis():
    data = methods({"s": {"x": 0.4}}, {"s": {"p": 0.5}}, [node("T"), node("p", "T")])
    found = like(data)
    assert found["all", "same_services"] == (1, 1, 40.0, 50.0)
    assert found["all", "same_items"] == (0, 0, None, None)
    assert ("c", "same_items") not in found


def test_common_items_without_weight_do_not_count():
    """Item x weighs nothing in the later framework; alone it would leave its node unscorable."""
    rows = [node("T"), node("A", "T"), node("x", "A", weight=0), node("n", "A"), node("y", "T")]
    data = methods({"s": {"x": 0.0, "y": 0.4}}, {"s": {"x": 1.0, "n": 1.0, "y": 0.5}}, rows)
    assert like(data)["all", "same_items"] == (1, 1, 40.0, 50.0)


def test_editions_without_a_common_service_or_body():
    data = dataset(edition(2021, {"s1": {"x": 0.4}}, {"s1": "a"}),
                   edition(2022, {"s2": {"x": 0.6}}, {"s2": "b"}))  # fmt: skip
    found = like(data)
    assert found["all", "everything"] == (1, 1, 40.0, 60.0)
    for basis in BASES[1:]:
        assert found["all", basis] == (0, 0, None, None)
        assert ("c", basis) not in found


def test_the_later_weights_of_services_hold_for_both_editions():
    """Weighted: s1 counts 3 in 2022. Before under those weights (3 x 20 + 60) / 4."""
    first = {"s1": {"x": 0.2}, "s2": {"x": 0.6}}
    second = {"s1": {"x": 0.4}, "s2": {"x": 0.8}}
    data = dataset(
        edition(2021, first, columns={"users": {"s1": 1, "s2": 3}}),
        edition(2022, second, columns={"users": {"s1": 3, "s2": 1}}),
        rules={"R.toml": {"roll_up": "weighted", "roll_up_weight": "users"}},
    )
    found = like(data)
    assert found["all", "everything"] == (1, 2, 50.0, 50.0)
    assert found["all", "same_services"] == (1, 2, 30.0, 50.0)


# Registers, one edition, no earlier edition


def register(year, services=("s1", "s2")):
    """An edition that lists services and has no answers."""
    one = edition(year, {}, {service: "a" for service in services})
    return {**one, "answers": {}}


ANSWERS = {"s1": {"x": 0.4, "y": 0.4}, "s2": {"x": 0.8, "y": 0.6}}


@pytest.mark.parametrize("missing", ["exclude", "zero"])
def test_an_edition_without_answers_has_no_scores_and_compares_with_nothing(missing):
    """Where what is not answered counts as zero, an empty edition is still not a zero."""
    data = dataset(edition(2021, ANSWERS), register(2022), edition(2023, ANSWERS),
                   rules={"R.toml": {"not_answered": missing}})  # fmt: skip
    scores = score_editions(data)
    ranks = rank_editions(data, scores)
    assert sorted(set(scores["edition_year"])) == sorted(set(ranks["edition_year"])) == [2021, 2023]
    for before, after in ((2021, 2022), (2022, 2023)):
        assert compare_like_for_like(data, *pair(data, before, after)).empty
        assert compare_organisations(data, ranks, *pair(data, before, after)).empty
    assert like(data, 2021, 2023)["all", "everything"] == (1, 2, 55.0, 55.0)
    averages = average_editions(data, scores).query("category == 'all'")
    assert records(averages, "edition_year", "order", "score_percent", "organisations") == [
        (2021, 1, 55.0, 1), (2022, 2, None, 0), (2023, 3, 55.0, 1),
    ]  # fmt: skip
    history = list_history(ranks, average_editions(data, scores), "a")
    assert records(history, "edition_year", "category", "score_percent", "category_mean") == [
        (2021, "c", 55.0, 55.0), (2022, "c", None, None), (2023, "c", 55.0, 55.0),
    ]  # fmt: skip


def test_one_edition_gives_tables_of_the_right_shape():
    data = dataset(edition(2021, ANSWERS))
    (only,) = list_editions(data.editions)
    baseline = find_baseline(only, data.editions, 0)
    assert baseline is None
    ranks = rank_editions(data, score_editions(data))
    full = dataset(*TWO)
    for compare in (
        lambda data, *both: compare_like_for_like(data, *both),
        lambda data, *both: compare_frameworks(data, *both),
        lambda data, *both: compare_organisations(
            data, rank_editions(data, score_editions(data)), *both
        ),
    ):
        empty = compare(data, baseline, only)
        assert empty.empty
        assert empty.columns.tolist() == compare(full, *pair(full)).columns.tolist()
    cover = cover_editions(data)
    assert records(cover, "organisations", "services", "items", "services_shared", "same_method",
                   "comparable") == [(1, 2, 2, None, None, False)]  # fmt: skip
    averages = average_editions(data, score_editions(data))
    assert records(averages, "category", "score_percent", "organisations", "comparable") == [
        ("c", 55.0, 1, False), ("d", None, 0, False), ("all", 55.0, 1, False),
    ]  # fmt: skip
    assert records(list_history(ranks, averages, "a"), "score_percent", "rank") == [(55.0, 1)]


def test_a_register_alone_gives_empty_tables_with_the_same_columns_and_types():
    empty, full = dataset(register(2021), register(2022)), dataset(*TWO)
    scores = score_editions(empty)
    assert scores.empty
    assert scores.dtypes.to_dict() == score_editions(full).dtypes.to_dict()
    ranks = rank_editions(empty, scores)
    assert ranks.empty
    expected = rank_editions(full, score_editions(full)).dtypes.to_dict()
    assert ranks.dtypes.to_dict() == expected
    assert average_editions(empty, scores)["score_percent"].isna().all()
    assert cover_editions(empty)["services_shared"].tolist()[1:] == [2]
    assert compare_like_for_like(empty, *pair(empty)).empty
    history = list_history(ranks, average_editions(empty, scores), "a")
    assert len(history) == 2
    assert history[["category", "score_percent", "category_mean"]].isna().all(axis=None)


def test_an_organisation_that_never_had_a_score_has_a_history_of_gaps():
    data = dataset(*TWO)
    scores = score_editions(data)
    averages = average_editions(data, scores)
    history = list_history(rank_editions(data, scores), averages, "stranger")
    assert records(history, "edition_year", "score_percent", "category_mean") == [
        (2021, None, None), (2022, None, None),
    ]  # fmt: skip


def test_a_history_shows_the_mean_of_the_category_the_body_had_then():
    """b: 35 in d (mean 35), then 40 in c (mean 52.5). new enters; its category is told before."""
    data = dataset(*TWO)
    scores = score_editions(data)
    ranks, averages = rank_editions(data, scores), average_editions(data, scores)
    columns = ("edition_year", "category", "score_percent", "category_mean", "rank", "services")
    assert records(list_history(ranks, averages, "b"), *columns) == [
        (2021, "d", 35.0, 35.0, 1, 2), (2022, "c", 40.0, 52.5, 2, 1),
    ]  # fmt: skip
    assert records(list_history(ranks, averages, "new"), *columns) == [
        (2021, "d", None, 35.0, None, None), (2022, "d", 100.0, 100.0, 1, 1),
    ]  # fmt: skip
    assert records(list_history(ranks, averages, "gone"), *columns[:4]) == [
        (2021, "c", 80.0, 65.0), (2022, "c", None, 52.5),
    ]  # fmt: skip


# Comparable


@pytest.mark.parametrize(
    ("before", "after", "shared", "comparable"),
    [("abcd", "cd", 2, True), ("abcd", "d", 1, False), ("ab", "abcd", 2, True),
     ("ab", "abcde", 2, False), ("abc", "cde", 1, False), ("abcd", "cdef", 2, True)],
)  # fmt: skip
def test_half_of_the_longer_list_makes_two_editions_comparable(before, after, shared, comparable):
    first, second = (
        {f"s{letter}": {"x": 0.5} for letter in letters} for letters in (before, after)
    )
    cover = cover_editions(dataset(edition(2021, first), edition(2022, second)))
    assert records(cover, "services_shared", "same_method", "comparable") == [
        (None, None, False), (shared, True, comparable),
    ]  # fmt: skip
    data = dataset(edition(2021, first), edition(2022, second))
    averages = average_editions(data, score_editions(data))
    assert averages.groupby("edition_year")["comparable"].unique().map(list).to_dict() == {
        2021: [False], 2022: [comparable],
    }  # fmt: skip


@pytest.mark.parametrize("column", ["framework", "rules"])
def test_another_file_of_the_method_makes_editions_incomparable(column):
    """The files are compared by name, as the table says, even where they hold the same."""
    one = edition(2021, ANSWERS)
    other = edition(2022, ANSWERS, **{column: "other"})
    rules = {"R.toml": {}} | ({"other": {}} if column == "rules" else {})
    frameworks = {"F.csv": FLAT} | ({"other": FLAT} if column == "framework" else {})
    cover = cover_editions(dataset(one, other, rules=rules, frameworks=frameworks))
    assert records(cover, "items_shared", "same_method", "comparable")[1] == (2, False, False)


def test_an_edition_is_compared_with_the_one_before_in_order_not_in_the_calendar():
    data = dataset(edition(2023, ANSWERS), edition(2020, {"s1": {"x": 0.1}}))
    assert cover_editions(data)["edition_year"].tolist() == [2023, 2020]
    assert cover_editions(data)["services_shared"].tolist()[1] == 1
    baseline = find_baseline(find_edition(2020, data.editions), data.editions, 0)
    assert baseline is not None
    assert baseline.edition_year == 2023


# find_baseline, keep_items, Tree.cut


def test_the_baseline_is_the_edition_asked_for_or_the_one_before():
    data = dataset(edition(2021, ANSWERS), edition(2022, ANSWERS), edition(2024, ANSWERS))
    last, editions = find_edition(2024, data.editions), data.editions
    assert [find_baseline(last, editions, year).edition_year for year in (0, 2021, 2022)] == [
        2022, 2021, 2022,
    ]  # fmt: skip
    assert find_baseline(find_edition(2021, editions), editions, 0) is None
    with pytest.raises(UnknownEditionError, match=r"2023.*known editions: 2021, 2022, 2024"):
        find_baseline(last, editions, 2023)


def test_kept_items_keep_weights_and_what_is_left_of_a_node_carries_its_weight():
    tree = tree_of(*BEFORE)
    kept = keep_items(tree, ["y", "w", "x"])
    assert kept.node_ids == ["T", "A", "x", "y", "w"]  # in the order of the tree
    weights = dict(zip(kept.node_ids, nominal_weights(kept), strict=True))
    assert weights == pytest.approx({"T": 1, "A": 0.75, "x": 0.25, "y": 0.5, "w": 0.25})
    assert keep_items(tree, ["w"]).node_ids == ["T", "w"]
    assert (
        keep_items(tree, tree.items)
        .nodes.drop(columns="file_row")
        .equals(tree.nodes.drop(columns="file_row"))
    )
    assert tree.node_ids == ["T", "A", "x", "y", "z", "w"]  # untouched
    with pytest.raises(FrameworkError):
        keep_items(tree, [])


@pytest.mark.parametrize(
    ("most", "expected"),
    [(1, ["T"]), (2, ["A", "w"]), (3, ["A", "w"]), (4, ["x", "y", "z", "w"]),
     (99, ["x", "y", "z", "w"])],
)  # fmt: skip
def test_a_cut_is_the_deepest_level_that_fits(most, expected):
    assert tree_of(*BEFORE).cut(most) == expected


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_a_cut_meets_every_path_to_an_item_once(seed, most):
    tree = tree_of(*random_framework(np.random.default_rng(seed)))
    cut, parent = tree.cut(most), dict(zip(tree.node_ids, tree.nodes["parent_id"], strict=True))
    assert len(cut) <= most
    for item in tree.items:
        path = [item]
        while path[-1] != tree.root:
            path.append(parent[path[-1]])
        assert len(set(path) & set(cut)) == 1
    weights = dict(zip(tree.node_ids, nominal_weights(tree), strict=True))
    assert math.fsum(weights[one] for one in cut) == pytest.approx(1)


# What must hold


@cache
def random_data(seed, *, same=False):
    """Two editions, some services and bodies in one only; identical where `same`."""
    rng = np.random.default_rng(seed)
    editions = []
    for year in (2021, 2022):
        rng = np.random.default_rng(seed) if same else rng
        services = [f"s{number}" for number in range(12) if rng.random() < 0.8] + ["s99"]
        answers = {
            service: {item: NA if rng.random() < 0.15 else NO_ANSWER if rng.random() < 0.15
                      else float(rng.random()) for item in ("x", "y", "z", "w")}
            for service in services
        }  # fmt: skip
        owners = {service: str(rng.choice(list("abcd"))) for service in services}
        categories = {body: str(rng.choice(["c", "d"])) for body in sorted(set(owners.values()))}
        editions.append(edition(year, answers, owners, categories=categories))
    rules = {"R.toml": {"not_answered": str(rng.choice(["zero", "exclude"]))}}
    return dataset(*editions, frameworks={"F.csv": BEFORE}, rules=rules)


@pytest.mark.parametrize("seed", range(4))
def test_identical_editions_give_zero_change_on_every_basis(seed):
    data = random_data(seed, same=True)
    table = compare_like_for_like(data, *pair(data))
    assert (table["change"] == 0).all()
    assert set(table.loc[table["category"] == "all", "basis"]) == set(BASES)
    assert (moves(data)["change"].dropna() == 0).all()
    assert (moves(data)["places"].dropna() == 0).all()
    assert cover_editions(data)["comparable"].tolist() == [False, True]


@pytest.mark.parametrize("seed", range(4))
def test_an_edition_compared_with_itself_does_not_change(seed):
    data = random_data(seed)
    table = compare_like_for_like(data, *pair(data, 2022, 2022))
    assert (table["change"] == 0).all()
    assert set(moves(data, 2022, 2022)["state"]) == {"both"}
    assert set(compare_frameworks(data, *pair(data, 2022, 2022))["state"]) == {"same"}


@pytest.mark.parametrize("seed", range(4))
def test_a_change_is_the_later_score_less_the_earlier(seed):
    data = random_data(seed)
    for table in (compare_like_for_like(data, *pair(data)), moves(data)):
        difference = table["score_percent"] - table["score_before"]
        pd.testing.assert_series_equal(table["change"], difference, check_names=False)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_is_irrelevant(seed):
    data = random_data(seed)
    mixed = replace(
        data,
        **{name: getattr(data, name).sample(frac=1, random_state=seed)
           for name in ("editions", "organisations", "services", "assessments")},
    )  # fmt: skip
    for one, other, key in (
        (compare_like_for_like(data, *pair(data)), compare_like_for_like(mixed, *pair(data)),
         ["category", "basis"]),
        (moves(data).reset_index(), moves(mixed).reset_index(), ["organisation_id"]),
        (cover_editions(data), cover_editions(mixed), ["edition_year"]),
        (average_editions(data, score_editions(data)),
         average_editions(mixed, score_editions(mixed)), ["edition_year", "category"]),
    ):  # fmt: skip
        assert one[key].values.tolist() == other[key].values.tolist()
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 5), st.integers(0, 1000), st.floats(0, 1))
def test_a_better_answer_never_lowers_a_change_like_for_like(seed, place, better):
    data = random_data(seed)
    rows = data.assessments
    later = rows.index[(rows["edition_year"] == 2022) & (rows["status"] == "scored")]
    row = later[place % len(later)]
    value = max(float(rows.loc[row, "value"]), better)
    improved = rows.assign(value=rows["value"].where(rows.index != row, value))
    before = compare_like_for_like(data, *pair(data))
    after = compare_like_for_like(replace(data, assessments=improved), *pair(data))
    assert (after["change"].fillna(0) >= before["change"].fillna(0) - 1e-12).all()


# The second road: the sample in plain loops


class Road:
    """The sample as dictionaries, and its scores as the contract words them."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.years = [one.edition_year for one in list_editions(data.editions)]
        self.files = {row.edition_year: (row.framework, row.rules)
                      for row in data.editions.itertuples()}  # fmt: skip
        self.bodies: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in data.organisations.itertuples():
            self.bodies[row.edition_year][row.organisation_id] = row
        self.owner: dict[int, dict[str, str]] = defaultdict(dict)
        for row in data.services.itertuples():
            self.owner[row.edition_year][row.service_id] = row.organisation_id
        self.answers: dict[int, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        columns = ("edition_year", "service_id", "item_id", "status", "value")
        lists = (data.assessments[column].tolist() for column in columns)
        for year, service, item, status, value in zip(*lists, strict=True):
            self.answers[year][service][item] = value if status == "scored" else status
        self.trees = {name: self.tree(frame) for name, frame in data.frameworks.items()}
        self.known: dict[Any, dict[str, float]] = {}

    @staticmethod
    def tree(frame: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
        """Children with their weights by node; the root is the child of None."""
        children: dict[Any, list[tuple[str, float]]] = defaultdict(list)
        for row in frame.itertuples():
            parent = None if pd.isna(row.parent_id) else row.parent_id
            children[parent].append((row.node_id, float(row.weight)))
        return children

    def items(self, framework: str) -> list[str]:
        children = self.trees[framework]
        return [name for rows in list(children.values()) for name, _ in rows
                if name not in children]  # fmt: skip

    def score(self, node_id, children, own, keep):
        """One service at one node: mean over what applies; not answered is zero."""
        if node_id not in children:
            cell = own.get(node_id, NO_ANSWER)
            return None if cell == NA else 0.0 if cell == NO_ANSWER else 100.0 * cell
        total = weights = 0.0
        for child, weight in children[node_id]:
            if keep is not None and child not in keep:
                continue
            score = self.score(child, children, own, keep)
            if score is not None:
                total, weights = total + weight * score, weights + weight
        return total / weights if weights else None

    def services(self, year, framework, *, names=None, keep=None):
        """Root scores of the services of an edition that have one."""
        key = (year, framework, names is None, keep is None)
        if key not in self.known:
            children, scores = self.trees[framework], {}
            (root, _), *_ = children[None]
            for service in self.owner[year]:
                own = self.answers[year][service]
                if names is not None:
                    own = {names[item]: cell for item, cell in own.items() if item in names}
                score = self.score(root, children, own, keep)
                if score is not None:
                    scores[service] = score
            self.known[key] = scores
        return self.known[key]

    def organisations(self, services, owner):
        """Mean over the services of each body."""
        of_body = defaultdict(list)
        for service, score in services.items():
            of_body[owner[service]].append(score)
        return {body: (sum(own) / len(own), len(own)) for body, own in of_body.items()}

    def means(self, organisations, year):
        """Mean over the bodies of each category, and of all."""
        groups = defaultdict(list)
        for body, (score, count) in organisations.items():
            for category in (self.bodies[year][body].category, "all"):
                groups[category].append((score, count))
        return {category: (sum(score for score, _ in own) / len(own), len(own),
                           sum(count for _, count in own), own)
                for category, own in groups.items()}  # fmt: skip

    def matched(self, before, after):
        """Former id to later id of the items that ask the same."""
        old, new = self.files[before][0], self.files[after][0]
        named = {row.node_id: row.replaces for row in self.data.frameworks[new].itertuples()
                 if isinstance(row.replaces, str) and row.replaces}  # fmt: skip
        former = set(self.items(old))
        return {item if item in former else named[item]: item for item in self.items(new)
                if item in former or named.get(item) in former}  # fmt: skip

    def alike(self, before, after):
        """compare_like_for_like in loops."""
        frameworks = self.files[before][0], self.files[after][0]
        both = set(self.owner[before]) & set(self.owner[after])
        names = self.matched(before, after)
        keep = set(names.values())
        children = self.trees[frameworks[1]]
        grew = True
        while grew:
            inner = {parent for parent, rows in children.items()
                     if any(child in keep for child, _ in rows)}  # fmt: skip
            grew = not inner <= keep
            keep |= inner
        found = {}
        pairs = {
            "everything": (self.organisations(self.services(before, frameworks[0]),
                                              self.owner[before]),
                           self.organisations(self.services(after, frameworks[1]),
                                              self.owner[after]), before),
        }  # fmt: skip
        old, new, _ = pairs["everything"]
        pairs["same_organisations"] = (
            {body: old[body] for body in old if body in new},
            {body: new[body] for body in new if body in old}, after,
        )  # fmt: skip
        for basis, first, second in (
            ("same_services", self.services(before, frameworks[0]),
             self.services(after, frameworks[1])),
            ("same_items", self.services(before, frameworks[1], names=names, keep=keep),
             self.services(after, frameworks[1], keep=keep)),
        ):  # fmt: skip
            shared = both & set(first) & set(second)
            old, new = (
                self.organisations({one: scores[one] for one in shared}, self.owner[after])
                for scores in (first, second)
            )
            pairs[basis] = old, new, after
        for basis, (earlier, later, year) in pairs.items():
            first, second = self.means(earlier, year), self.means(later, after)
            for category, (score, bodies, services, _) in second.items():
                found[category, basis] = (
                    bodies, services,
                    len(names) if basis == "same_items" else len(self.items(frameworks[1])),
                    first[category][0], score, score - first[category][0],
                )  # fmt: skip
        return found


@pytest.fixture(scope="module")
def sample():
    return load_shipped("asan_sample")


@pytest.fixture(scope="module")
def road(sample):
    return Road(sample)


@pytest.fixture(scope="module")
def scores(sample):
    return score_editions(sample)


@pytest.fixture(scope="module")
def ranks(sample, scores):
    return rank_editions(sample, scores)


@pytest.mark.parametrize(("before", "after"), [(2021, 2022), (2022, 2023)])
def test_like_for_like_of_the_sample_by_loops(sample, road, before, after):
    """2021 to 2022 changes the framework, 2022 to 2023 does not."""
    table = compare_like_for_like(sample, *pair(sample, before, after))
    found = {row[:2]: row[2:] for row in table[list(ALIKE)].itertuples(index=False, name=None)}
    expected = road.alike(before, after)
    assert set(found) == set(expected)
    for key, row in expected.items():
        assert found[key] == pytest.approx(row, rel=0, abs=1e-9), key
    changed = sample.editions.set_index("edition_year")["framework"]
    bases = [found["all", basis][5] for basis in ("same_services", "same_items")]
    assert (bases[0] == pytest.approx(bases[1])) == (changed[before] == changed[after])


def test_averages_of_the_sample_by_loops(sample, road, scores):
    table = average_editions(sample, scores)
    assert table["edition_year"].drop_duplicates().tolist() == road.years
    comparable = road_cover(road)
    for year in road.years:
        means = road.means(
            road.organisations(road.services(year, road.files[year][0]), road.owner[year]), year
        )
        rows = table[table["edition_year"] == year].set_index("category")
        assert rows.index.tolist() == ["central", "local", "legal_entity", "all"]
        assert (rows["comparable"] == comparable[year][-1]).all()
        for category, row in rows.iterrows():
            if category not in means:
                assert (row["organisations"], pd.isna(row["score_percent"])) == (0, True)
                continue
            mean, count, _, own = means[category]
            values = [score for score, _ in own]
            assert [row["score_percent"], row["lowest"], row["highest"]] == pytest.approx(
                [mean, min(values), max(values)], rel=0, abs=1e-9
            )
            assert row["organisations"] == count


def road_cover(road):
    """Counts of each edition, what it shares with the one before, and whether they compare."""
    found, before = {}, None
    for year in road.years:
        framework = road.files[year][0]
        row = [len(road.bodies[year]), len(road.owner[year]), len(road.items(framework))]
        if before is None:
            row += [None, None, None, None, False]
        else:
            bodies = sum(body in road.bodies[before] for body in road.bodies[year])
            services = sum(one in road.owner[before] for one in road.owner[year])
            same = road.files[before] == road.files[year]
            halves = (2 * services >= len(road.owner[year])
                      and 2 * services >= len(road.owner[before]))  # fmt: skip
            row += [bodies, services, len(road.matched(before, year)), same, same and halves]
        found[year], before = tuple(row), year
    return found


def test_coverage_of_the_sample_by_loops(sample, road):
    columns = ("edition_year", "organisations", "services", "items", "organisations_shared",
               "services_shared", "items_shared", "same_method", "comparable")  # fmt: skip
    found = {row[0]: row[1:] for row in records(cover_editions(sample), *columns)}
    assert found == road_cover(road)
    assert {row[-1] for row in found.values()} == {True, False}


@pytest.mark.parametrize(("before", "after"), [(2021, 2022), (2022, 2023), (2018, 2021)])
def test_organisations_of_the_sample_by_loops(sample, road, ranks, before, after):
    table = compare_organisations(sample, ranks, *pair(sample, before, after))
    rows = table.set_index("organisation_id")
    first, second = (
        road.organisations(road.services(year, road.files[year][0]), road.owner[year])
        for year in (before, after)
    )
    assert set(rows.index) == set(first) | set(second)
    places = {
        year: road_places(road, own, year) for year, own in ((before, first), (after, second))
    }
    for body, row in rows.iterrows():
        listed = [road.bodies[year].get(body) for year in range(before, after)]
        named = any(one and isinstance(one.successors, str) for one in listed)
        gone = "merged" if named else "left"
        state = "entered" if body not in first else "both" if body in second else gone
        assert row["state"] == state, body
        old, new = first.get(body, (math.nan,))[0], second.get(body, (math.nan,))[0]
        assert [row["score_before"], row["score_percent"], row["change"]] == pytest.approx(
            [old, new, new - old], rel=0, abs=1e-9, nan_ok=True
        )
        rank_before, rank = places[before].get(body), places[after].get(body)
        given = [None if pd.isna(one) else int(one) for one in row[["rank_before", "rank"]]]
        assert given == [rank_before, rank], body
        if rank_before and rank:
            assert row["places"] == rank_before - rank
    changes = table["change"].dropna().tolist()
    assert changes == sorted(changes, reverse=True)


def road_places(road, organisations, year):
    """Places in the category of the bodies with enough services."""
    groups = defaultdict(list)
    for body, (score, count) in organisations.items():
        if count >= road.data.about["min_services"]:
            groups[road.bodies[year][body].category].append((body, score))
    found = {}
    for own in groups.values():
        places = rank_plain([score for _, score in own], "min")
        found |= {body: int(place) for (body, _), place in zip(own, places, strict=True)}
    return found


def test_a_dataset_cut_to_one_edition_scores_as_within_all(sample, scores):
    one, _ = select_edition(sample, 2022)
    one = replace(one, editions=sample.editions[sample.editions["edition_year"] == 2022])
    own = scores[scores["edition_year"] == 2022].reset_index(drop=True)
    pd.testing.assert_frame_equal(score_editions(one), own)
