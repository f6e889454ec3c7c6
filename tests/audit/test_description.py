"""The audit of nodes: by hand, by plain loops, and what was planted in the sample."""

from __future__ import annotations

import json
import math
import statistics
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, long, near, node, plain_list, tree_of, wide
from shipped import load_shipped

from asan_analysis.audit.description import audit_nodes, describe_nodes, widen_scores, widen_status
from asan_analysis.data.datasets import select_edition
from asan_analysis.index.contributions import contribute_services
from asan_analysis.index.method import find_method
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services, score_table

TREE = tree_of(node("T"), node("A", "T"), node("x", "A"), node("y", "A"), node("z", "A"),
               node("w", "T"))  # fmt: skip
ANSWERS = {
    "s1": {"x": 0.0, "y": 0.5, "z": 1.0, "w": 0.25},
    "s2": {"x": 1.0, "y": 1.0, "z": NA, "w": 0.25},
    "s3": {"x": NO_ANSWER, "y": 0.5, "z": 0.5, "w": NA},
    "s4": {"x": 1.0, "y": 0.0, "z": 0.5, "w": 0.25},
}
RULES = Rules(not_answered="zero")


def small(answers=ANSWERS, tree=TREE):
    """Values and status of a few services, as scored where no answer is zero."""
    services = pd.DataFrame({"service_id": list(answers)})
    scores = score_services(long(answers), services, tree, RULES)
    return widen_scores(scores, tree), widen_status(long(answers), services, tree)


@cache
def sample(organisations=False):
    data, found = select_edition(load_shipped("asan_sample"), 2023)
    tree, rules = find_method(data, found)
    if organisations:
        scores = score_organisations(data.assessments, data.services, tree, rules)
        return widen_scores(scores, tree), None, tree, None
    given = data.assessments, data.services, tree
    values = widen_scores(score_services(*given, rules), tree)
    parts = widen_scores(contribute_services(*given, rules), tree, column="contribution")
    return values, widen_status(*given), tree, parts


def test_scores_and_status_side_by_side():
    """The same table as scoring the wide answers; a service without a row has not answered."""
    values, status = small()
    again = score_table(wide(ANSWERS, TREE)[0] * 100, status, TREE, RULES)
    pd.testing.assert_frame_equal(values, again[TREE.node_ids], check_names=False)
    assert status.loc["s3"].tolist() == [NO_ANSWER, "scored", "scored", NA]
    services = pd.DataFrame({"service_id": ["s9", "s1"]})
    told = widen_status(long({"s1": {"x": 1.0}}), services, TREE)
    assert told.index.tolist() == ["s9", "s1"]
    assert told.loc["s9"].eq(NO_ANSWER).all()
    assert told.loc["s1"].tolist() == ["scored", *[NO_ANSWER] * 3]


def test_nodes_described_by_hand():
    """The zero of s3 for want of an answer counts in the mean of x and is no floor."""
    values, status = small()
    table = describe_nodes(values, status, TREE).set_index("node_id")
    assert table.index.tolist() == TREE.node_ids
    x = table.loc["x"]
    assert (x["n"], x["mean"], x["share_floor"], x["share_ceiling"]) == (4, 50, 1 / 3, 2 / 3)
    assert x["sd"] == pytest.approx(math.sqrt(10000 / 3))
    assert table["share_not_answered"].to_dict() == near(
        {"T": 1 / 16, "A": 1 / 12, "x": 1 / 4, "y": 0, "z": 0, "w": 0}
    )
    assert table["share_not_applicable"].to_dict() == near(
        {"T": 2 / 16, "A": 1 / 12, "x": 0, "y": 0, "z": 1 / 4, "w": 1 / 4}
    )
    assert table["depth"].tolist() == [0, 1, 2, 2, 2, 1]


def test_the_rest_is_the_mean_of_the_siblings_that_have_a_score():
    """The item z has the rest 25, 25, 50 beside 100, 50, 50: r = -1 / 2; s2 has no z."""
    values, status = small()
    table = describe_nodes(values, status, TREE).set_index("node_id")
    assert table.loc["z", "discrimination"] == pytest.approx(-0.5)
    x, rest = [0, 100, 0, 100], [75, 100, 50, 25]
    assert table.loc["x", "discrimination"] == pytest.approx(statistics.correlation(x, rest))
    assert math.isnan(table.loc["T", "discrimination"])
    assert "negative" in table.loc["z", "flag"].split()


def test_a_node_that_does_not_vary_has_no_shape():
    values, status = small()
    w = describe_nodes(values, status, TREE).set_index("node_id").loc["w"]
    assert (w["n"], w["sd"]) == (3, 0)
    assert w[["skewness", "kurtosis", "discrimination"]].isna().all()
    assert w["flag"] == "constant few"


def test_skewness_and_kurtosis_as_the_textbook_has_them():
    """Joanes and Gill (1998): G1 and G2 from the moments, worked by loops on 2, 4, 4, 10, 25."""
    x = [2.0, 4.0, 4.0, 10.0, 25.0]
    tree = tree_of(node("T"), node("x", "T"))
    values = pd.DataFrame({"T": x, "x": x})
    n, mean = len(x), sum(x) / len(x)
    m2, m3, m4 = (sum((value - mean) ** power for value in x) / n for power in (2, 3, 4))
    g1, g2 = m3 / m2**1.5, m4 / m2**2 - 3
    row = describe_nodes(values, None, tree).loc[1]
    assert row["skewness"] == pytest.approx(g1 * math.sqrt(n * (n - 1)) / (n - 2))
    assert row["kurtosis"] == pytest.approx((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6))


def test_without_status_nothing_is_known_of_missing_answers():
    values, _ = small()
    table = describe_nodes(values, None, TREE)
    assert table[["share_not_applicable", "share_not_answered"]].isna().all(axis=None)
    assert table.set_index("node_id").loc["x", "share_floor"] == 0.5


def test_the_ends_of_another_scale():
    values, status = small()
    table = describe_nodes(values / 10 + 1, status, TREE, scale=(1.0, 11.0)).set_index("node_id")
    assert table.loc["x", ["share_floor", "share_ceiling"]].tolist() == near([1 / 3, 2 / 3])


def test_flags_of_ends_gaps_and_outliers():
    """40 units: x at the top but one, y for 20 of them, z spread evenly against w."""
    x, y = [100.0] * 39 + [0.0], [float(place) for place in range(20)] + [math.nan] * 20
    z = [float(place) for place in range(40)]
    tree = tree_of(node("T"), *(node(name, "T") for name in "xyzw"))
    values = pd.DataFrame({"T": z, "x": x, "y": y, "z": z, "w": [-value for value in z]})
    table = describe_nodes(values, None, tree).set_index("node_id")
    words = {name: set(text.split()) for name, text in table["flag"].items()}
    assert {"outliers", "ceiling"} <= words["x"]
    assert {"few", "missing"} <= words["y"]
    assert "negative" in words["w"]
    assert words["T"] == set()


def test_units_in_another_order_change_nothing():
    values, status, tree, _ = sample()
    order = np.random.default_rng(4).permutation(len(values))
    one = describe_nodes(values, status, tree)
    other = describe_nodes(values.iloc[order], status.iloc[order], tree)
    pd.testing.assert_frame_equal(one, other)


def test_items_of_the_sample_by_loops():
    values, status, tree, _ = sample()
    table = describe_nodes(values, status, tree).set_index("node_id")
    parent = dict(zip(tree.node_ids, tree.nodes["parent_id"], strict=True))
    columns = {name: values[name].tolist() for name in tree.node_ids}
    for item in tree.items[::12]:
        own = columns[item]
        known = [value for value in own if not math.isnan(value)]
        assert table.loc[item, "mean"] == pytest.approx(statistics.fmean(known))
        assert table.loc[item, "sd"] == pytest.approx(statistics.stdev(known))
        scored = [value for value, told in zip(own, status[item], strict=True) if told == "scored"]
        assert table.loc[item, "share_ceiling"] == pytest.approx(scored.count(100) / len(scored))
        pairs = []
        others = [name for name in tree.below(parent[item]) if name != item]
        for unit, value in enumerate(own):
            rest = [columns[name][unit] for name in others if not math.isnan(columns[name][unit])]
            if rest and not math.isnan(value):
                pairs.append((value, statistics.fmean(rest)))
        expected = statistics.correlation(*zip(*pairs, strict=True))
        assert table.loc[item, "discrimination"] == pytest.approx(expected)


def test_the_extreme_items_of_the_sample_are_found():
    """Items planted at a difficulty of 4.5 or -4.5, nearly never or nearly always met."""
    values, status, tree, _ = sample()
    path = Path(load_shipped("asan_sample").folder, "truth.json")
    truth = json.loads(path.read_text(encoding="utf-8"))
    # named by their first framework; a renamed item has another id now
    renamed = truth["method_change"]["renamed"]
    extreme = {renamed.get(item, item) for item, planted in truth["items"].items()
               if abs(planted["difficulty"]) > 4}  # fmt: skip
    extreme &= set(tree.items)
    flags = describe_nodes(values, status, tree).set_index("node_id")["flag"]
    at_end = {name for name, text in flags.items() if {"floor", "ceiling"} & set(text.split())}
    assert extreme
    assert extreme <= at_end
    assert len(at_end) < 15


@pytest.mark.parametrize("organisations", [False, True])
def test_one_row_a_node_with_everything(organisations):
    values, status, tree, parts = sample(organisations)
    if organisations:  # a few nodes are enough of the second table
        tree = tree_of(node("index"), *(node(name, "index") for name in tree.below(tree.root)))
        values = values[tree.node_ids]
    table = audit_nodes(values, status, tree, parts=parts)
    assert table["node_id"].tolist() == tree.node_ids
    assert table.columns.is_unique
    assert {"mean", "discrimination", "flag", "alpha", "alpha_without", "weight", "importance",
            "covariance_share"} <= set(table)  # fmt: skip
    assert table.loc[0, "alpha"] > 0.8
    assert all(0 <= value <= 1 for value in plain_list(table["correlation_ratio"].dropna()))
