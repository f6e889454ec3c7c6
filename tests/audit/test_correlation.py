"""Correlations of pairs: by hand, by plain loops, with gaps."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from plain_road import node, tree_of

from asan_analysis.audit.correlation import (
    correlate_columns,
    correlate_nodes,
    correlate_pairs,
)

NAN = math.nan


def with_gaps(seed, units=60, columns=5):
    """Correlated columns with a fifth of the cells missing."""
    rng = np.random.default_rng(seed)
    table = rng.normal(50, 10, (units, columns)) + rng.normal(0, 10, (units, 1))
    table[rng.random(table.shape) < 0.2] = NAN
    return table


def both(one, other):
    return [(a, b) for a, b in zip(one, other, strict=True) if not math.isnan(a + b)]


def test_pairs_by_loops():
    table = with_gaps(1)
    found = correlate_pairs(table)
    for i in range(5):
        for j in range(5):
            pairs = both(table[:, i].tolist(), table[:, j].tolist())
            x, y = zip(*pairs, strict=True)
            assert found.n[i, j] == len(pairs)
            assert found.covariance[i, j] == pytest.approx(statistics.covariance(x, y))
            assert found.correlation[i, j] == pytest.approx(statistics.correlation(x, y))
    assert not np.allclose(found.n, found.n[0, 0])  # the gaps are there


def test_columns_by_loops():
    one, other = with_gaps(2), with_gaps(3) + np.nan_to_num(with_gaps(2))
    correlation, n = correlate_columns(one, other)
    for place in range(5):
        pairs = both(one[:, place].tolist(), other[:, place].tolist())
        assert n[place] == len(pairs)
        expected = statistics.correlation(*zip(*pairs, strict=True))
        assert correlation[place] == pytest.approx(expected)


def test_no_correlation_without_spread_or_below_three_units():
    """The first column is 0.1 thrice where the second has values, the third meets it twice."""
    table = np.array([[0.1, 1, NAN], [0.1, 2, 5], [0.1, 4, 6], [7, NAN, 7], [8, NAN, 9]])
    pairs = correlate_pairs(table)
    assert np.isnan(pairs.correlation[0, 1])
    assert np.isnan(pairs.correlation[1, 2])
    assert np.isnan(pairs.covariance[1, 2])
    assert pairs.correlation[0, 2] == pytest.approx(
        statistics.correlation([0.1, 0.1, 7, 8], [5, 6, 7, 9])
    )
    found, n = correlate_columns(table[:, [0, 1]], table[:, [1, 2]])
    assert np.isnan(found).all()
    assert n.tolist() == [3, 2]


TREE = tree_of(node("T"), node("A", "T"), node("a", "A"), node("b", "A"), node("c", "A"),
               node("B", "T"), node("d", "B"), node("e", "B"))  # fmt: skip


def flagged(units=40):
    """Items: a and d the same, b against a, c unrelated to a, e nearly as d."""
    rng = np.random.default_rng(5)
    a, noise = rng.normal(50, 10, units), rng.normal(0, 10, units)
    noise -= np.cov(a, noise)[0, 1] / np.var(a, ddof=1) * (a - a.mean())
    table = pd.DataFrame({"a": a, "b": -a, "c": noise, "d": a, "e": a + noise / 10})
    table["A"], table["B"] = table[["a", "b", "c"]].mean(axis=1), table[["d", "e"]].mean(axis=1)
    return table.assign(T=table[["A", "B"]].mean(axis=1))


def test_pairs_are_flagged_and_items_across_are_listed_where_they_repeat():
    table = correlate_nodes(flagged(), TREE).set_index(["node_id", "other"])
    assert table["flag"].to_dict() == {
        ("A", "B"): "weak", ("a", "b"): "negative", ("a", "c"): "weak", ("b", "c"): "weak",
        ("a", "d"): "high", ("a", "e"): "high", ("b", "d"): "negative", ("b", "e"): "negative",
        ("d", "e"): "high",
    }  # fmt: skip
    assert table["relation"].to_dict() == {
        pair: "same parent" if set(pair) <= {*"abc"} or set(pair) <= {*"de"}
        or pair == ("A", "B") else "across" for pair in table.index
    }  # fmt: skip
    assert table.loc[("a", "b"), "correlation"] == pytest.approx(-1)
    assert (table["n"] == 40).all()


def test_few_units_are_listed_below_one_parent_and_not_judged():
    table = correlate_nodes(flagged(20), TREE)
    assert set(table["flag"]) == {"few"}
    assert set(table["relation"]) == {"same parent"}
    assert len(table) == 5


def test_a_constant_node_is_told():
    table = correlate_nodes(flagged().assign(c=3.3), TREE).set_index(["node_id", "other"])
    assert table.loc[("a", "c"), "flag"] == "constant"
    assert math.isnan(table.loc[("a", "c"), "correlation"])


def test_inner_nodes_of_one_depth_are_all_paired():
    tree = tree_of(node("T"), *(node(name, "T") for name in "PQ"),
                   *(node(f"{name}{place}", name) for name in "PQ" for place in (1, 2)),
                   *(node(f"{name}{place}i", f"{name}{place}") for name in "PQ"
                     for place in (1, 2)))  # fmt: skip
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 11)), columns=tree.node_ids)
    table = correlate_nodes(values, tree)
    pairs = set(zip(table["node_id"], table["other"], strict=True))
    inner = ["P1", "P2", "Q1", "Q2"]
    deep = {(one, other) for place, one in enumerate(inner) for other in inner[place + 1 :]}
    assert pairs == {("P", "Q")} | deep
    assert not table["flag"].eq("weak").where(table["relation"] == "across", False).any()
