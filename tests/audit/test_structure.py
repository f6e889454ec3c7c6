"""Cronbach's alpha and principal components: worked by hand and by loops."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from plain_road import flat_tree, node, tree_of

from asan_analysis.audit.structure import (
    alpha_of,
    find_components,
    list_components,
    measure_alpha,
    repair_matrix,
)

NAN = math.nan


def table_of(rows, columns="abc"):
    """Rows as a frame of items below T."""
    frame = pd.DataFrame(rows, columns=list(columns), dtype="float64")
    return frame.assign(T=frame.mean(axis=1))


def test_alpha_by_hand():
    """Variances 1, 1, 1 and sums 3, 7, 8 with variance 7: 3 / 2 x (1 - 3 / 7) = 6 / 7."""
    values = table_of([(1, 1, 1), (2, 3, 2), (3, 2, 3)])
    table = measure_alpha(values, flat_tree(*"abc")).set_index("node_id")
    assert table.loc["T", "alpha"] == pytest.approx(6 / 7)
    assert table.loc["T", ["alpha_children", "alpha_n", "alpha_basis"]].tolist() == [3, 3, "pairs"]
    # without b, a and c are the same: 2 x (1 - 2 / 4) = 1; else 2 x (1 - 2 / 3) = 2 / 3
    assert table.loc[["a", "b", "c"], "alpha_without"].tolist() == pytest.approx([2 / 3, 1, 2 / 3])
    assert table.loc[["a", "b", "c"], "alpha"].isna().all()
    assert math.isnan(table.loc["T", "alpha_without"])


def alpha_plain(rows):
    """From variances of the columns and of the sums, on complete rows."""
    k = len(rows[0])
    parts = sum(statistics.variance(column) for column in zip(*rows, strict=True))
    return k / (k - 1) * (1 - parts / statistics.variance([sum(row) for row in rows]))


def test_alpha_of_complete_tables_by_loops():
    rng = np.random.default_rng(3)
    rows = (rng.integers(0, 5, (25, 4)) + rng.integers(0, 4, (25, 1))).astype(float)
    table = measure_alpha(table_of(rows, "abcd"), flat_tree(*"abcd")).set_index("node_id")
    assert table.loc["T", "alpha"] == pytest.approx(alpha_plain(rows.tolist()))
    for place, name in enumerate("abcd"):
        others = np.delete(rows, place, axis=1).tolist()
        assert table.loc[name, "alpha_without"] == pytest.approx(alpha_plain(others))


def test_items_go_by_pairs_and_inner_nodes_by_complete_units():
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(30, 3)) + rng.normal(size=(30, 1))
    rows[:5, 0], rows[5:8, 1] = NAN, NAN
    values = table_of(rows)
    by_pairs = measure_alpha(values, flat_tree(*"abc")).set_index("node_id").loc["T"]
    covariance = [
        [statistics.covariance(*zip(*[(p, q) for p, q in zip(rows[:, i], rows[:, j], strict=True)
                                      if not math.isnan(p + q)], strict=True))
         for j in range(3)] for i in range(3)
    ]  # fmt: skip
    trace, total = sum(covariance[i][i] for i in range(3)), sum(map(sum, covariance))
    assert by_pairs["alpha"] == pytest.approx(1.5 * (1 - trace / total))
    assert by_pairs["alpha_n"] == 22
    deep = tree_of(node("T"), *(node(name, "T") for name in "abc"),
                   *(node(f"{name}1", name) for name in "abc"))  # fmt: skip
    values = values.assign(a1=values["a"], b1=values["b"], c1=values["c"])
    complete = measure_alpha(values, deep).set_index("node_id").loc["T"]
    assert complete["alpha"] == pytest.approx(alpha_plain(rows[8:].tolist()))
    assert complete[["alpha_n", "alpha_basis"]].tolist() == [22, "complete"]


def test_a_child_that_does_not_vary_takes_no_part():
    values = table_of([(1, 1, 5), (2, 3, 5), (3, 2, 5)])
    table = measure_alpha(values, flat_tree(*"abc")).set_index("node_id")
    assert table.loc["T", "alpha"] == pytest.approx(2 / 3)  # 2 x (1 - 2 / 3)
    assert table.loc["T", "alpha_children"] == 2
    assert table.loc[["a", "b", "c"], "alpha_without"].isna().all()
    alone = measure_alpha(values.assign(b=5.0), flat_tree(*"abc")).set_index("node_id")
    assert math.isnan(alone.loc["T", "alpha"])
    assert alone.loc["T", "alpha_children"] == 1


def test_a_child_without_weight_takes_no_part():
    values = table_of([(1, 1, 9), (2, 3, 1), (3, 2, 4)])
    tree = tree_of(node("T"), node("a", "T"), node("b", "T"), node("c", "T", weight=0))
    table = measure_alpha(values, tree).set_index("node_id")
    assert table.loc["T", "alpha"] == pytest.approx(2 / 3)  # that of a and b alone
    assert table.loc["T", "alpha_children"] == 2
    assert math.isnan(table.loc["c", "alpha_without"])


def test_children_against_each_other_have_no_alpha():
    assert math.isnan(alpha_of(np.array([[1.0, -1.0], [-1.0, 1.0]])))
    assert math.isnan(alpha_of(np.full((2, 2), np.nan)))


def two(r, units=40):
    """Two columns with the correlation r to the last digits."""
    rng = np.random.default_rng(6)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(units), rng.normal(size=(units, 2))]))
    x, y = basis[:, 1], basis[:, 2]
    return pd.DataFrame({"x": x, "y": r * x + math.sqrt(1 - r * r) * y})


@pytest.mark.parametrize("r", [0.6, -0.3])
def test_components_of_two_columns(r):
    """Eigenvalues 1 + |r| and 1 - |r|; loadings are roots of half of them, the first positive."""
    table = find_components(two(r))
    high, low = math.sqrt((1 + abs(r)) / 2), math.sqrt((1 - abs(r)) / 2)
    sign = math.copysign(1, r)
    assert table["component"].tolist() == [1, 1, 2, 2]
    assert table["node_id"].tolist() == ["x", "y", "x", "y"]
    assert table["eigenvalue"].tolist() == pytest.approx(
        [1 + abs(r), 1 + abs(r), 1 - abs(r), 1 - abs(r)]
    )
    assert table["share"].iloc[0] == pytest.approx((1 + abs(r)) / 2)
    assert table["loading"].tolist() == pytest.approx([high, sign * high, low, -sign * low])
    assert set(table["n"]) == {40}
    assert set(table["remark"]) == {""}


def test_components_rebuild_the_correlations_and_the_largest_loading_is_positive():
    rng = np.random.default_rng(7)
    values = pd.DataFrame(rng.normal(size=(50, 4)), columns=list("abcd"))
    values["d"] -= 2 * values["a"]
    table = find_components(values)
    loadings = table.pivot(index="node_id", columns="component", values="loading").to_numpy()
    assert loadings @ loadings.T == pytest.approx(np.corrcoef(values.T))
    largest = np.abs(loadings).argmax(axis=0)
    assert (loadings[largest, range(4)] > 0).all()
    assert table.drop_duplicates("component")["share"].sum() == pytest.approx(1)
    assert table["eigenvalue"].is_monotonic_decreasing


def indefinite(low):
    """Columns whose pairs meet on different units, r = 0.9, 0.9 and `low`."""
    ends = two(0.9), two(0.9), two(low)
    frames = [
        pd.DataFrame({"a": ends[0]["x"], "b": ends[0]["y"]}),
        pd.DataFrame({"b": ends[1]["x"], "c": ends[1]["y"]}),
        pd.DataFrame({"a": ends[2]["x"], "c": ends[2]["y"]}),
    ]
    return pd.concat(frames, ignore_index=True)


def test_a_matrix_that_no_table_can_have_is_mended_or_refused():
    """With r = 0.9, 0.9 the third is 0.62 or more: 0.6 is mended, -0.5 is not."""
    mended = find_components(indefinite(0.6), pairwise=True)
    assert set(mended["remark"]) == {"repaired"}
    assert mended["eigenvalue"].min() == pytest.approx(0, abs=0.02)
    assert mended.drop_duplicates("component")["share"].sum() == pytest.approx(1)
    refused = find_components(indefinite(-0.5), pairwise=True)
    assert refused["remark"].tolist() == ["indefinite"]
    assert refused[["component", "node_id", "loading"]].isna().all(axis=None)


def test_a_mended_matrix_by_hand():
    """[[1, 2], [2, 1]] has -1 and 3: what is left of it is 1.5 everywhere, scaled to 1."""
    assert repair_matrix(np.array([[1.0, 2.0], [2.0, 1.0]])) == pytest.approx(np.ones((2, 2)))


def test_why_there_are_no_components():
    values = two(0.5)
    assert find_components(values.iloc[:29])["remark"].tolist() == ["few_units"]
    assert find_components(values.assign(y=1.0))["remark"].tolist() == ["few_nodes"]
    gaps = values.assign(y=values["y"].where(values.index < 29))
    assert find_components(gaps, pairwise=True)["n"].tolist() == [29]
    # z varies, but not where y has values
    z = pd.Series([1.0] * 35 + [2.0, 3.0, 4.0, 5.0, 6.0])
    met = values.assign(y=values["y"].where(values.index < 35), z=z)
    assert find_components(met, pairwise=True)["remark"].tolist() == ["constant"]


def test_components_of_every_group_of_a_tree():
    tree = tree_of(node("T"), *(node(name, "T") for name in "PQ"),
                   *(node(f"{name}{place}", name) for name in "PQ" for place in (1, 2)),
                   *(node(f"{name}{place}i", f"{name}{place}") for name in "PQ"
                     for place in (1, 2)))  # fmt: skip
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 11)), columns=tree.node_ids)
    table = list_components(values, tree)
    sizes = table.groupby("group", sort=False).size()
    assert sizes.to_dict() == {"T": 4, "P": 4, "P1": 1, "P2": 1, "Q": 4, "Q1": 1, "Q2": 1,
                               "depth 2": 16}  # fmt: skip
    assert set(table.loc[table["group"] == "P1", "remark"]) == {"few_nodes"}
