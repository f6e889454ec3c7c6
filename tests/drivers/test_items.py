"""Items: by hand, by plain loops, and in the data."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, long, node, tree_of
from shipped import load_shipped
from small_dataset import records

from asan_analysis.audit.description import describe_nodes, widen_scores, widen_status
from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.items import describe_items, pair_items
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services

TREE = tree_of(node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("z", "T"))
ANSWERS = {
    "s1": {"x": 1.0, "y": 1.0, "z": 0.5},
    "s2": {"x": 1.0, "y": 0.0, "z": NA},
    "s3": {"x": 1.0, "y": 0.0, "z": 0.0},
    "s4": {"x": NO_ANSWER, "y": NA, "z": NA},
}
OWNERS = {"s1": "a", "s2": "a", "s3": "b", "s4": "e"}


def widened(answers, tree=TREE, rules=None):
    """Values, status and services of some answers."""
    owners = [OWNERS.get(name, name) for name in answers]
    services = pd.DataFrame({"service_id": list(answers), "organisation_id": owners})
    rules = rules or Rules(not_answered="zero")
    scores = score_services(long(answers), services, tree, rules)
    return widen_scores(scores, tree), widen_status(long(answers), services, tree), services


@cache
def edition_of(name):
    data, found = select_edition(load_shipped(name), 2023)
    tree, rules = find_method(data, found)
    values = widen_scores(score_services(data.assessments, data.services, tree, rules), tree)
    return values, widen_status(data.assessments, data.services, tree), data.services, tree


def test_items_by_hand():
    """x: mean 75 with the zero of s4, which b and a meet and e does not; z applies to a and b."""
    values, status, services = widened(ANSWERS)
    table = describe_items(values, status, services, TREE)
    columns = ("item_id", "n", "difficulty", "bodies", "bodies_everywhere", "bodies_nowhere",
               "always_met", "never_met")  # fmt: skip
    assert records(table, *columns) == [
        ("x", 4, 0.25, 3, 2, 1, True, False), ("y", 3, round(2 / 3, 9), 2, 0, 1, False, False),
        ("z", 2, 0.75, 2, 0, 2, False, True),
    ]  # fmt: skip


def test_an_item_without_a_scored_answer_is_neither_met_nor_failed():
    values, status, services = widened({"s1": {"x": 1.0, "y": NA}, "s2": {"x": 1.0, "y": NA}})
    table = describe_items(values, status, services, TREE).set_index("item_id")
    assert not table.loc[["y", "z"], ["always_met", "never_met"]].any(axis=None)
    assert table.loc["y", "bodies"] == 0
    assert table.loc["z", ["bodies", "bodies_nowhere"]].tolist() == [1, 1]


def test_difficulty_follows_the_range():
    values, status, services = widened(ANSWERS, rules=Rules(range=(1, 10)))
    table = describe_items(values, status, services, TREE, scale=(1, 10)).set_index("item_id")
    assert table["difficulty"].to_dict() == pytest.approx({"x": 0, "y": 2 / 3, "z": 0.75})
    assert table["always_met"].to_dict() == {"x": True, "y": False, "z": False}


@pytest.mark.parametrize("name", ["asan_sample", "egov_benchmark_2023"])
def test_items_of_the_data_by_plain_counts(name):
    values, status, services, tree = edition_of(name)
    table = describe_items(values, status, services, tree)
    nodes = describe_nodes(values, status, tree).set_index("node_id").loc[tree.items]
    assert table["item_id"].tolist() == tree.items
    for column in ("mean", "discrimination", "share_floor"):
        assert table[column].tolist() == pytest.approx(nodes[column].tolist(), nan_ok=True)
    owner = services.set_index("service_id")["organisation_id"]
    for item, row in list(table.set_index("item_id").iterrows())[::20]:
        cells: dict[str, list[bool]] = {}
        for unit, given in status[item].items():
            if given != NA:
                is_met = given == "scored" and values.loc[unit, item] > 100 - 1e-6
                cells.setdefault(owner[unit], []).append(is_met)
        assert row["bodies"] == len(cells)
        assert row["bodies_everywhere"] == sum(all(one) for one in cells.values())
        assert row["bodies_nowhere"] == sum(not any(one) for one in cells.values())


def test_what_nobody_failed_in_the_sample_was_left_unanswered_by_some():
    """Three items were met wherever they were scored; unanswered, they still cost points."""
    table = describe_items(*edition_of("asan_sample")[:3], edition_of("asan_sample")[3])
    always = table[table["always_met"]]
    assert len(always) == 3
    assert (always["difficulty"] > 0).all()
    assert (always["share_not_answered"] > 0).all()


def test_pairs_by_hand():
    """Items x and y agree in all of 30; z differs from them once; c and k are constant."""
    items = ["x", "y", "z", "c", "k"]
    tree = tree_of(node("T"), node("A", "T"), *(node(item, "A") for item in items[:2]),
                   *(node(item, "T") for item in items[2:]))  # fmt: skip
    cells = [float(place % 2) for place in range(30)]
    answers = {
        f"s{place}": {"x": cell, "y": cell, "z": cell if place else 0.5, "c": 1.0, "k": 1.0}
        for place, cell in enumerate(cells)
    }
    answers["more"] = {"x": 0.0, "y": NO_ANSWER, "z": 0.0, "c": 1.0, "k": 1.0}
    values, status, _ = widened(answers, tree)
    columns = ("item_id", "other", "n", "agreeing", "relation")
    assert records(pair_items(values, status, tree), *columns) == [
        ("x", "y", 30, 1.0, "same parent")
    ]
    more = pair_items(values, status, tree, threshold=29 / 30)
    assert records(more, *columns) == [
        ("x", "y", 30, 1.0, "same parent"), ("x", "z", 31, round(30 / 31, 9), "across"),
        ("y", "z", 30, round(29 / 30, 9), "across"),
    ]  # fmt: skip
    assert pair_items(values, status, tree, min_units=31).empty


@pytest.mark.parametrize("threshold", [0.8, 0.9])
def test_pairs_of_the_sample_by_a_plain_loop(threshold):
    values, status, _, tree = edition_of("asan_sample")
    items = tree.items[:40]
    cells = values.where(status.reindex(columns=values.columns) == "scored")
    expected = {}
    for place, one in enumerate(items):
        for other in items[place + 1 :]:
            both = cells[[one, other]].dropna().to_numpy()
            share = np.isclose(both[:, 0], both[:, 1], atol=1e-6).mean()
            if len(both) >= 30 and share >= threshold and np.ptp(both, axis=0).all():
                expected[one, other] = (len(both), share)
    table = pair_items(values, status, tree, threshold=threshold)
    table = table[table["item_id"].isin(items) & table["other"].isin(items)]
    found = table.set_index(["item_id", "other"])[["n", "agreeing"]]
    assert expected
    assert found.index.tolist() == list(expected)
    assert found.to_numpy() == pytest.approx(np.array(list(expected.values())))
