"""The framework as a tree: nodes in depth-first file order, weights, one aggregation per node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse

RESERVED = ("unit_id", "rank")
NEAREST_POWER = 0.001  # exponents closer to 0 lose the digits that the geometric mean keeps


@dataclass(frozen=True, eq=False)
class Tree:
    """A checked framework; what is prepared for it once is kept by its identity.

    `nodes` has one row per node, depth first in file order (root first), with the framework's
    columns and `depth` (0 at the root), `share` (weight over the sum of its siblings' weights),
    `is_item`. `children` holds, for each row, the rows of its children.
    """

    nodes: pd.DataFrame
    children: tuple[tuple[int, ...], ...]
    name: str

    @cached_property
    def node_ids(self) -> list[str]:
        """Ids of all nodes, depth first."""
        return [str(node) for node in self.nodes["node_id"]]

    @cached_property
    def node_index(self) -> pd.Index[Any]:
        """Ids of all nodes as columns of a table."""
        return pd.Index(self.node_ids)

    @cached_property
    def item_rows(self) -> list[int]:
        """Rows of the items."""
        return np.flatnonzero(self.nodes["is_item"]).tolist()

    @cached_property
    def items(self) -> list[str]:
        """Ids of the items, depth first."""
        return [self.node_ids[row] for row in self.item_rows]

    @cached_property
    def item_index(self) -> pd.Index[Any]:
        """Ids of the items as columns of a table."""
        return pd.Index(self.items)

    @cached_property
    def inner_rows(self) -> list[int]:
        """Rows of the nodes with children, children before parents."""
        return [row for row in range(len(self.nodes) - 1, -1, -1) if self.children[row]]

    @cached_property
    def item_options(self) -> list[dict[str, Any]]:
        """The framework's row of each item."""
        rows = self.nodes.loc[self.item_rows].to_dict("records")
        return [{str(column): value for column, value in row.items()} for row in rows]

    @cached_property
    def depths(self) -> NDArray[np.int64]:
        """Depth below the root by row."""
        return self.nodes["depth"].to_numpy(dtype="int64")

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """Weight among siblings by row."""
        return self.nodes["weight"].to_numpy(dtype="float64")

    @cached_property
    def parents(self) -> NDArray[np.int64]:
        """Row of the parent by row; -1 at the root."""
        found = np.full(len(self.nodes), -1)
        for row, below in enumerate(self.children):
            found[list(below)] = row
        return found

    @property
    def root(self) -> str:
        """Id of the root."""
        return self.node_ids[0]

    def column(self, name: str, default: Any) -> list[Any]:
        """One column of the framework by row; `default` where the column or the cell is empty."""
        if name not in self.nodes:
            return [default] * len(self.nodes)
        return [default if pd.isna(value) else value for value in self.nodes[name]]

    def cut(self, most: int) -> list[str]:
        """Ids of the nodes at the deepest level that has at most `most` (1 or more); the whole.

        An item that stands higher than the level belongs to it.
        """
        depth, is_item = self.nodes["depth"], self.nodes["is_item"]
        levels = [
            (depth == level) | (is_item & (depth < level)) for level in range(depth.max() + 1)
        ]
        chosen = [level for level in levels if level.sum() <= most]
        return [self.node_ids[row] for row in np.flatnonzero(chosen[-1])]

    def below(self, node_id: str) -> list[str]:
        """Ids of the children of a node."""
        return [self.node_ids[row] for row in self.children[self.node_ids.index(node_id)]]


def build_tree(framework: pd.DataFrame, *, name: str = "framework.csv") -> Tree:
    """Turn a framework table into a tree.

    Parameters
    ----------
    framework : DataFrame
        Columns of the framework contract; one row per node, `parent_id` empty at the root.
    name : str
        What messages call the table.

    Returns
    -------
    Tree
        Any depth; branches may differ in depth. A node without children is an item.

    Raises
    ------
    FrameworkError
        All faults at once: no root or several, an unknown parent, a circle, a reserved id, weights
        of siblings that sum to zero, options of items on inner nodes, bounds the wrong way round.
    """
    rows = framework.index if framework.index.inferred_type == "integer" else range(len(framework))
    frame = framework.assign(file_row=[int(row) + 2 for row in rows]).reset_index(drop=True)
    frame["is_item"] = ~frame["node_id"].isin(frame["parent_id"].dropna())
    frame["weight"] = frame["weight"].astype("float64")
    siblings = frame.groupby("parent_id")["weight"].transform("sum")
    frame["share"] = (frame["weight"] / siblings.mask(siblings == 0)).mask(
        frame["parent_id"].isna(), 1.0
    )
    order, depth = _depth_first(frame)
    problems = [*_check_parents(frame, order, name), *_check_nodes(frame, name)]
    refuse(FrameworkError, sorted(problems, key=lambda problem: problem.row or 0))
    place = {row: new for new, row in enumerate(order)}
    rows_of = frame.groupby("parent_id").groups
    children = tuple(
        tuple(place[row] for row in rows_of.get(frame["node_id"][old], [])) for old in order
    )
    nodes = frame.loc[order].assign(depth=depth).reset_index(drop=True)
    return Tree(nodes, children, name)


def keep_items(tree: Tree, items: list[str]) -> Tree:
    """The same tree with some of its items only; nodes left without items go too.

    Weights stay as they are, so what remains of a node shares its whole weight.

    Raises
    ------
    FrameworkError
        No item is kept.
    """
    nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
    parent = dict(zip(nodes["node_id"], nodes["parent_id"], strict=True))
    kept: set[str] = set()
    for item in items:
        node: Any = item
        while not pd.isna(node) and node not in kept:
            kept.add(node)
            node = parent[node]
    return build_tree(nodes[nodes["node_id"].isin(kept)], name=tree.name)


def _check_parents(frame: pd.DataFrame, order: list[int], name: str) -> list[Problem]:
    """Roots, unknown parents, circles, reserved names."""
    if frame.empty:
        return [Problem(name, None, "", "", "has no nodes", "add a root and its children")]
    problems = []
    nodes, parents = frame["node_id"], frame["parent_id"]

    def add(rows: pd.Index[Any], column: str, rule: str, remedy: str) -> None:
        for row in rows:
            value = nodes[row] if pd.isna(frame[column][row]) else frame[column][row]
            at = int(frame["file_row"][row])
            problems.append(Problem(name, at, column, str(value), rule, remedy))

    roots = frame.index[parents.isna()]
    if roots.empty:
        rule, remedy = "has no root", "leave one parent_id empty"
        problems.append(Problem(name, None, "parent_id", "", rule, remedy))
    else:
        rule = f"is a second root beside {nodes[roots[0]]}"
        add(roots[1:], "parent_id", rule, "name its parent")
    stranger = parents.notna() & ~parents.isin(nodes)
    add(frame.index[stranger], "parent_id", "is not a node", "add that node or correct the id")
    if len(roots) == 1 and not stranger.any():
        circle = frame.index.difference(order)
        rule = "is part of a circle that the root does not reach"
        add(circle, "parent_id", rule, "correct the parents")
    reserved = frame.index[nodes.isin(RESERVED)]
    add(reserved, "node_id", "is a reserved name", "rename the node")
    return problems


def _depth_first(frame: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Rows reached from the root, each before its children, children in file order; depths."""
    rows_of = {parent: list(rows) for parent, rows in frame.groupby("parent_id").groups.items()}
    waiting = [(int(row), 0) for row in frame.index[frame["parent_id"].isna()][:1]]
    order, depths = [], []
    while waiting:
        row, depth = waiting.pop()
        order.append(row)
        depths.append(depth)
        below = rows_of.get(frame["node_id"][row], [])
        waiting += [(child, depth + 1) for child in reversed(below)]
    return order, depths


def _check_nodes(nodes: pd.DataFrame, name: str) -> list[Problem]:
    """Weights of siblings, options of items on inner nodes, bounds, exponents."""
    problems = []

    def add(rows: pd.Series[bool], column: str, rule: str, remedy: str) -> None:
        for row in np.flatnonzero(rows.fillna(False)).tolist():
            value = str(nodes[column].iloc[row])
            at = int(nodes["file_row"].iloc[row])
            problems.append(Problem(name, at, column, value, rule, remedy))

    inner = ~nodes["is_item"]
    zero = nodes["share"].isna()
    add(zero, "weight", "leaves its siblings with weights that sum to zero", "weigh one of them")
    add(inner & (nodes.get("direction", 1) == -1), "direction",
        "stands on a node with children", "directions belong to items")  # fmt: skip
    for column in ("normalisation", "log", "cap", "lower", "upper", "denominator"):
        if column in nodes:
            plain = nodes[column].isna() | nodes[column].isin(["none", "no"])
            rule, remedy = "stands on a node with children", "it belongs to items"
            add(inner & ~plain, column, rule, remedy)
    if {"lower", "upper"} <= set(nodes):
        add(nodes["lower"] >= nodes["upper"], "lower", "is not below upper", "swap or correct them")
    if "aggregation" in nodes:
        powers = nodes["aggregation"].dropna()
        powers = powers[powers.str.startswith("power:")].str.removeprefix("power:")
        numbers = pd.to_numeric(powers, errors="coerce").reindex(nodes.index)
        named = pd.Series(nodes.index.isin(powers.index), index=nodes.index)
        add(named & numbers.isna(), "aggregation", "has no number after 'power:'", "as power:0.5")
        rule = "is the geometric mean or as good as"
        add(numbers.abs() < NEAREST_POWER, "aggregation", rule, "write geometric")
    return problems


def power_of(aggregation: str) -> float:
    """The exponent p of the power mean an aggregation stands for; the geometric mean is p = 0."""
    named = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}
    return named[aggregation] if aggregation in named else float(aggregation.partition(":")[2])


@dataclass(frozen=True)
class Family:
    """Parents of one depth under one mean, and their children.

    `parents` are rows, most children first. `children` are rows: the first child of every parent,
    then the second child of every parent that has one, and so on. `steps` says how many parents
    have such a child and where these children stand in `children`.
    """

    parents: NDArray[np.int64]
    children: NDArray[np.int64]
    steps: tuple[tuple[int, slice], ...]
    depth: int
    power: float


@lru_cache(maxsize=64)
def families(tree: Tree, aggregation: str) -> tuple[Family, ...]:
    """Every parent in one family, the deepest first; `aggregation` where a node names none."""
    methods = tree.column("aggregation", aggregation)
    groups: dict[tuple[int, float], list[int]] = {}
    for row in tree.inner_rows:
        groups.setdefault((int(tree.depths[row]), power_of(methods[row])), []).append(row)
    return tuple(_family(tree, groups[key], *key) for key in sorted(groups, reverse=True))


def _family(tree: Tree, rows: list[int], depth: int, power: float) -> Family:
    parents = sorted(rows, key=lambda row: -len(tree.children[row]))
    children: list[int] = []
    steps = []
    for place in range(len(tree.children[parents[0]])):
        step = [tree.children[row][place] for row in parents if len(tree.children[row]) > place]
        steps.append((len(step), slice(len(children), len(children) + len(step))))
        children += step
    return Family(np.array(parents), np.array(children), tuple(steps), depth, power)
