"""The framework as a tree: order, shares, and every refusal with its place and remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from plain_road import depth_first, framework_of, node, random_framework, tree_of

from asan_analysis.data.contracts import FRAMEWORK
from asan_analysis.data.tables import read_csv
from asan_analysis.errors import DataError, FrameworkError
from asan_analysis.index.aggregation import nominal_weights
from asan_analysis.index.framework import build_tree, power_of


def test_nodes_stand_depth_first_in_file_order_when_the_file_mixes_them():
    """Children of one parent keep the file's order; a parent may stand below its children."""
    tree = tree_of(
        node("b1", "B"), node("A", "T"), node("T"), node("a2", "A"), node("B", "T"), node("a1", "A")
    )
    assert tree.node_ids == ["T", "A", "a2", "a1", "B", "b1"]
    assert tree.items == ["a2", "a1", "b1"]
    assert tree.root == "T"
    assert tree.below("A") == ["a2", "a1"]
    assert tree.nodes["depth"].tolist() == [0, 1, 2, 2, 1, 2]


@pytest.mark.parametrize("seed", range(15))
def test_order_and_depth_agree_with_a_plain_walk(seed):
    rows = random_framework(np.random.default_rng(seed))
    tree = tree_of(*rows)
    assert list(zip(tree.node_ids, tree.nodes["depth"], strict=True)) == depth_first(rows)


def test_shares_and_nominal_weights_multiply_down():
    """2 and 3 are 0.4 and 0.6; below them 1, 1 and an empty weight, which is 1."""
    tree = tree_of(
        node("T", weight=7),
        node("A", "T", weight=2),
        node("a1", "A", weight=1),
        node("a2", "A", weight=1),
        node("B", "T", weight=3),
        node("b1", "B", weight=""),
    )
    assert tree.nodes["share"].tolist() == pytest.approx([1, 0.4, 0.5, 0.5, 0.6, 1])
    assert nominal_weights(tree).tolist() == pytest.approx([1, 0.4, 0.2, 0.2, 0.6, 0.6])


@pytest.mark.parametrize("seed", range(10))
def test_nominal_weights_of_items_sum_to_1(seed):
    tree = tree_of(*random_framework(np.random.default_rng(seed)))
    assert nominal_weights(tree)[tree.item_rows].sum() == pytest.approx(1, abs=1e-12)


def test_a_single_node_is_root_and_item():
    tree = tree_of(node("T"))
    assert (tree.root, tree.items) == ("T", ["T"])


def test_other_columns_are_carried_along():
    tree = tree_of(node("T", name_en="Total"), node("x", "T", name_en="An item"))
    assert tree.nodes["name_en"].tolist() == ["Total", "An item"]


def test_the_table_given_stays_as_it_was():
    frame = framework_of([node("x", "T", weight=2), node("T")])
    before = frame.copy(deep=True)
    build_tree(frame)
    assert frame.equals(before)


@pytest.mark.parametrize(
    ("aggregation", "power"),
    [("arithmetic", 1), ("geometric", 0), ("harmonic", -1), ("power:0.5", 0.5), ("power:-2", -2)],
)
def test_each_aggregation_is_a_power_mean(aggregation, power):
    assert power_of(aggregation) == power


REFUSED = {
    "no root": ([node("a", "b"), node("b", "a")], ["parent_id", "no root", "leave one"]),
    "two roots": ([node("T"), node("x", "T"), node("U")], ["row 4", "parent_id", "U", "T"]),
    "circle": (
        [node("T"), node("x", "T"), node("c", "d"), node("d", "c")],
        ["row 4", "row 5", "parent_id", "circle"],
    ),
    "own parent": ([node("T"), node("x", "T"), node("c", "c")], ["row 4", "circle"]),
    "unknown parent": ([node("T"), node("x", "Q")], ["row 3", "parent_id", "Q is not a node"]),
    "unit_id": ([node("T"), node("unit_id", "T")], ["row 3", "node_id", "unit_id", "reserved"]),
    "rank": ([node("rank"), node("x", "rank")], ["row 2", "node_id", "rank", "reserved"]),
    "zero weights": (
        [node("T"), node("x", "T", weight=0), node("y", "T", weight=0)],
        ["row 3", "row 4", "weight", "sum to zero"],
    ),
    "direction": ([node("T", direction=-1), node("x", "T")], ["row 2", "direction", "-1"]),
    "normalisation": (
        [node("T", normalisation="minmax"), node("x", "T")],
        ["row 2", "normalisation", "minmax", "items"],
    ),
    "log": ([node("x", "T"), node("T", log="yes")], ["row 3", "log", "yes", "items"]),
    "cap": ([node("T", cap="yes"), node("x", "T")], ["row 2", "cap", "yes", "items"]),
    "bounds": (
        [node("T"), node("x", "T", lower=5, upper=5)],
        ["row 3", "lower", "5", "not below upper", "swap"],
    ),
    "power without number": (
        [node("T", aggregation="power:1.2.3"), node("x", "T")],
        ["row 2", "aggregation", "power:1.2.3", "power:0.5"],
    ),
    "power zero": (
        [node("T", aggregation="power:0"), node("x", "T")],
        ["row 2", "aggregation", "power:0", "geometric"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_faulty_tree_is_refused_with_file_row_column_and_value(case):
    rows, parts = REFUSED[case]
    with pytest.raises(FrameworkError) as error:
        tree_of(*rows)
    assert [part for part in ["F.csv", *parts] if part not in str(error.value)] == []
    assert all(problem.remedy for problem in error.value.problems)


@pytest.mark.parametrize("option", [{"lower": 3}, {"upper": 4}, {"denominator": "population"}])
def test_bounds_and_denominator_on_an_inner_node_are_refused(option):
    """Contract 2 lists them among the options of items; accepted, they are silently ignored."""
    with pytest.raises(FrameworkError, match=next(iter(option))):
        tree_of(node("T"), node("A", "T", **option), node("x", "A"))


def test_an_empty_framework_is_refused():
    with pytest.raises(FrameworkError, match="has no nodes"):
        build_tree(framework_of([node("T")]).iloc[:0])


def test_several_roots_unknown_parents_and_reserved_ids_are_told_at_once():
    with pytest.raises(FrameworkError, match=r"F\.csv: 4 problems") as error:
        tree_of(node("T"), node("U"), node("x", "Q"), node("y", "R"), node("rank", "T"))
    assert sorted(problem.row for problem in error.value.problems) == [3, 4, 5, 6]


def test_several_faults_of_nodes_are_told_at_once():
    with pytest.raises(FrameworkError, match=r"F\.csv: 4 problems") as error:
        tree_of(
            node("T", direction=-1, log="yes"),
            node("x", "T", lower=4, upper=3),
            node("A", "T"),
            node("y", "A", weight=0),
        )
    assert sorted(problem.row for problem in error.value.problems) == [2, 2, 3, 5]


@pytest.mark.parametrize(
    "wrong",
    [[node("y", "Q")], [node("c", "d"), node("d", "c")]],
    ids=["unknown parent", "circle"],
)
def test_faults_of_links_and_of_nodes_are_told_at_once(wrong):
    """`build_tree` promises all faults at once, also across its three stages."""
    with pytest.raises(FrameworkError) as error:
        tree_of(node("T", direction=-1), node("x", "T", lower=4, upper=3), *wrong)
    assert {problem.column for problem in error.value.problems} == {
        "parent_id",
        "direction",
        "lower",
    }


def read(folder: Path, *lines: str):
    path = folder / "F.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_csv(path, FRAMEWORK)


CELLS = {
    "duplicate id": ("x,T,1,,,,,", "node_id", "x stands twice"),
    "negative weight": ("y,T,-2,,,,,", "weight", "-2 is below 0"),
    "text weight": ("y,T,heavy,,,,,", "weight", "heavy is not a finite number"),
    "infinite weight": ("y,T,inf,,,,,", "weight", "inf is not a finite number"),
    "unknown aggregation": ("y,T,1,median,,,,", "aggregation", "median is not known"),
    "power without number": ("y,T,1,power:,,,,", "aggregation", "power: is not known"),
    "direction": ("y,T,1,,2,,,", "direction", "2 is not a direction"),
    "normalisation": ("y,T,1,,,max,,", "normalisation", "max is not known"),
    "lower": ('y,T,1,,,,"1,5",', "lower", "1,5 is not a finite number"),
    "log": ("y,T,1,,,,,maybe", "log", "maybe is not known"),
    "empty id": (",T,1,,,,,", "node_id", "is empty"),
}
HEADER = "node_id,parent_id,weight,aggregation,direction,normalisation,lower,log"


@pytest.mark.parametrize("case", CELLS)
def test_a_faulty_cell_is_refused_with_file_row_column_value_and_remedy(tmp_path, case):
    line, column, text = CELLS[case]
    with pytest.raises(DataError) as error:
        read(tmp_path, HEADER, "T,,,,,,,", "x,T,,,,,,", line)
    assert str(error.value).startswith("F.csv: 1 problem\n  row 4, " + column)
    assert text in str(error.value)
    assert error.value.problems[0].remedy


def test_all_faulty_cells_are_told_at_once(tmp_path):
    lines = [line for line, _, _ in CELLS.values()]
    with pytest.raises(DataError) as error:
        read(tmp_path, HEADER, "T,,,,,,,", "x,T,,,,,,", *lines)
    rows = {problem.row for problem in error.value.problems}
    assert rows == set(range(4, 4 + len(lines)))


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(DataError, match=r"F\.csv: 1 problem\n  parent_id: has no such column"):
        read(tmp_path, "node_id,weight", "T,1")


def test_only_two_columns_are_needed(tmp_path):
    tree = build_tree(read(tmp_path, "node_id,parent_id", "T,", "x,T", "y,T"))
    assert tree.nodes["share"].tolist() == [1, 0.5, 0.5]
