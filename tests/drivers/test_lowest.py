"""The lowest services: by hand, by scoring again, and of every body of the data."""

from __future__ import annotations

import pytest
from plain_road import NA, NO_ANSWER, node
from shipped import load_shipped
from small_dataset import dataset, edition, records

from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.gains import meet_answers
from asan_analysis.drivers.lowest import list_lowest
from asan_analysis.index.method import find_method
from asan_analysis.index.scoring import score_services

ROWS = [node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("z", "T", weight=3)]


def small(answers, owners, rules=None):
    """One edition, its tree and its rules."""
    data = dataset(edition(2023, answers, owners), frameworks={"F.csv": ROWS},
                   rules={"R.toml": {"not_answered": "zero"} | (rules or {})})  # fmt: skip
    one, found = select_edition(data, 2023)
    return one, *find_method(data, found)


def test_the_lowest_services_by_hand():
    """s1: 12.5 x 0.2 + 12.5 + 37.5 = 52.5; s2 leaves out y, so x weighs 25; s4 has no score."""
    answers = {
        "s1": {"x": 0.2, "y": 1.0, "z": 0.5},
        "s2": {"x": 0.0, "y": NA, "z": NO_ANSWER},
        "s3": {"x": 1.0, "y": 1.0, "z": 1.0},
        "s4": {"x": NA, "y": NA, "z": NA},
        "s5": {"x": 0.0, "y": 0.0, "z": 0.0},
    }
    table = list_lowest(*small(answers, {"s5": "b"}))
    columns = ("organisation_id", "service_id", "score_percent", "rank", "services")
    assert records(table, *columns) == [
        ("a", "s2", 0.0, 3, 3), ("a", "s1", 52.5, 2, 3), ("a", "s3", 100.0, 1, 3),
        ("b", "s5", 0.0, 1, 1),
    ]  # fmt: skip
    columns = ("item_1", "cost_1", "item_2", "cost_2", "item_3", "cost_3")
    assert records(table, *columns) == [
        ("z", 75.0, "x", 25.0, None, None), ("z", 37.5, "x", 10.0, None, None), (None,) * 6,
        ("z", 75.0, "x", 12.5, "y", 12.5),
    ]  # fmt: skip


def test_small_bodies_are_whole_and_large_ones_cut():
    """Sixteen services of a, fifteen of b: ten and fifteen rows, tied ones by name."""
    names = [f"s{place:02}" for place in range(31)]
    answers = {name: {"x": 0.5, "y": 0.5, "z": 0.5} for name in names}
    owners = {name: "a" if place < 16 else "b" for place, name in enumerate(names)}
    table = list_lowest(*small(answers, owners))
    assert table["service_id"].tolist() == names[:10] + names[16:]
    assert set(table["rank"]) == {1}
    few = list_lowest(*small(answers, owners), most=2, all_up_to=0)
    assert few["service_id"].tolist() == ["s00", "s01", "s16", "s17"]


@pytest.mark.parametrize("rules", [{}, {"aggregation": "geometric"}, {"not_answered": "exclude"}])
def test_points_are_those_of_scoring_again(rules):
    answers = {"s1": {"x": 0.2, "y": 0.9, "z": 0.5}, "s2": {"x": 0.4, "y": NO_ANSWER, "z": 0.3}}
    data, tree, found = small(answers, {}, rules)
    tried = 0
    for row in list_lowest(data, tree, found).itertuples():
        for item, points in ((row.item_1, row.cost_1), (row.item_2, row.cost_2)):
            if item != item:  # meeting it alone brings nothing
                continue
            one = data.assessments[["service_id", "item_id"]].query(
                f"service_id == '{row.service_id}' and item_id == '{item}'"
            )
            again = meet_answers(data.assessments, one, tree, found)
            scores = score_services(again, data.services, tree, found)
            scores = scores[scores["node_id"] == "T"].set_index("service_id")["score_percent"]
            tried += 1
            assert scores[row.service_id] - row.score_percent == pytest.approx(points, abs=1e-9)
    assert tried >= 3


@pytest.mark.parametrize("name", ["asan_sample", "egov_benchmark_2023"])
def test_the_lowest_of_every_body(name):
    """Ten of a large body, all of a small one; none left out is lower, the dearest item first."""
    data, found = select_edition(load_shipped(name), 2023)
    tree, rules = find_method(data, found)
    table = list_lowest(data, tree, rules)
    scores = score_services(data.assessments, data.services, tree, rules)
    root = scores[scores["node_id"] == tree.root].set_index("service_id")["score_percent"]
    owner = data.services.set_index("service_id")["organisation_id"]
    assert table["organisation_id"].unique().tolist() == [
        body for body in data.organisations["organisation_id"] if (owner == body).any()
    ]
    for body, part in table.groupby("organisation_id"):
        own = root[owner[owner == body].index].sort_values()
        shown = len(own) if len(own) <= 15 else 10
        assert part["score_percent"].tolist() == own.iloc[:shown].tolist()
        assert part["rank"].tolist() == [1 + (own > score).sum() for score in own.iloc[:shown]]
    for less, more in (("cost_2", "cost_1"), ("cost_3", "cost_2")):
        assert (table[less].fillna(0) <= table[more].fillna(0) + 1e-9).all()
