"""Two versions of a method under shared names, what differs, and their mixtures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import pandas as pd

from asan_analysis.analysis.trends import match_items
from asan_analysis.data.datasets import Dataset
from asan_analysis.errors import FrameworkError, ParameterError
from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.rules import Rules

Method = tuple[Tree, Rules]
Parts = tuple[str, str | None, str, str | None, str | None]
_NUMBERS = {"direction": 1, "lower": None, "upper": None}  # and what an empty cell means
_TEXTS = {"normalisation": None, "log": "no", "cap": "no", "denominator": None}
_OPTIONS = {**_NUMBERS, **_TEXTS}
_DEFAULTS = {**_OPTIONS, "weight": 1.0}
_TOGETHER = {"roll_up_weight": "roll_up"}  # rules that say nothing alone


@dataclass(frozen=True)
class Version:
    """One version under names that both share: cells by node in file order, items that count."""

    nodes: dict[str, dict[str, Any]]
    items: frozenset[str]
    rules: Rules

    def cell(self, node: str, column: str) -> Any:
        """A cell of the framework; its default, or None, where it is empty or not there."""
        value = self.nodes[node].get(column)
        return _DEFAULTS.get(column) if pd.isna(value) else value

    @cached_property
    def reached(self) -> frozenset[str]:
        """The items that count and the nodes above them."""
        found: set[str] = set()
        for item in self.items:
            node: Any = item
            while node is not None and node not in found:
                found.add(node)
                node = self.cell(node, "parent_id")
        return frozenset(found)


def rename_items(first: Tree, second: Tree) -> dict[str, str]:
    """Former to later id of renamed items, whichever version is the later one."""
    names: dict[str, str] = {}
    for before, after in ((first, second), (second, first)):
        table = match_items(before, after)
        pairs = table[table["state"] == "renamed"]
        names |= dict(zip(pairs["former_id"], pairs["item_id"], strict=True))
    return names


def match_versions(first: Method, second: Method, data: Dataset | None) -> tuple[Version, Version]:
    """Both versions with shared names: renamed items under their later id, roots as one."""
    names = rename_items(first[0], second[0])
    heard = None if data is None else set(data.assessments["item_id"].replace(names))
    root = second[0].root
    if root in first[0].node_ids[1:]:
        raise FrameworkError(
            f"{root} is the root of one version and a part of the other; give one another id"
        )
    one = _name_version(*first, names | {first[0].root: root}, heard)
    other = _name_version(*second, names, heard)
    for items, nodes in ((one.items, other.reached - other.items),
                         (other.items, one.reached - one.items)):  # fmt: skip
        if both := sorted(items & nodes):
            raise FrameworkError(
                f"{', '.join(both)}: an item in one version, with children in the other; "
                "give one of them another id"
            )
    return one, other


def _name_version(
    tree: Tree, rules: Rules, names: dict[str, str], heard: set[str] | None
) -> Version:
    """A version under shared names; `heard` are the items that answers concern."""
    items = frozenset(names.get(item, item) for item in tree.items)
    if heard is not None and not items & heard:
        raise ParameterError(f"no answer concerns an item of {tree.name}; give its answers")
    frame = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"]).astype(object)
    frame = frame.where(frame.notna(), None)
    for column in ("node_id", "parent_id"):
        frame[column] = [names.get(node, node) for node in frame[column]]
    rows = frame.to_dict("records")
    nodes = {str(row["node_id"]): {str(key): cell for key, cell in row.items()} for row in rows}
    if len(nodes) < len(rows):
        raise FrameworkError(f"{tree.name}: an item takes the id of another node; give it its own")
    return Version(nodes, items if heard is None else items & heard, rules)


def differ_versions(first: Version, second: Version) -> list[Parts]:
    """What differs: change, node, column or rule, before, after; framework first, then rules."""
    cells = [*_differ_items(first, second), *_differ_cells(first, second)]
    order = ["items", "structure", "weights", "aggregation", "normalisation"]
    cells.sort(key=lambda cell: order.index(cell[0]))
    rules = list(_differ_rules(first.rules, second.rules))
    return [(*cell[:3], _tell(cell[3]), _tell(cell[4])) for cell in [*cells, *rules]]


def _differ_items(first: Version, second: Version) -> Iterator[tuple[Any, ...]]:
    """Items of one version only."""
    for item in second.nodes:
        if item in second.items - first.items:
            yield ("items", item, "item", None, "yes")
    for item in first.nodes:
        if item in first.items - second.items:
            yield ("items", item, "item", "yes", None)


def _differ_cells(first: Version, second: Version) -> Iterator[tuple[Any, ...]]:
    """Cells of nodes of both versions that differ."""
    for node in (node for node in second.nodes if node in first.reached & second.reached):
        columns = {"parent_id": "structure"}
        if second.cell(node, "parent_id") is not None:
            columns["weight"] = "weights"
        if node in second.items:
            columns |= dict.fromkeys(_OPTIONS, "normalisation")
        else:
            columns["aggregation"] = "aggregation"
        for column, change in columns.items():
            before, after = first.cell(node, column), second.cell(node, column)
            if before != after:
                yield (change, node, column, before, after)


def _differ_rules(first: Rules, second: Rules) -> Iterator[tuple[Any, ...]]:
    for key in (one.name for one in fields(Rules) if one.compare):
        before, after = getattr(first, key), getattr(second, key)
        if before != after:
            yield (f"rules.{_TOGETHER.get(key, key)}", None, key, before, after)


def _tell(cell: Any) -> str | None:
    """A cell as text; a number without the point of a whole one."""
    if cell is None:
        return None
    return f"{cell:.15g}" if isinstance(cell, int | float) else str(cell)


def mix_trees(pair: tuple[Version, Version], made: set[str]) -> Tree:
    """The framework with some changes made and the others not."""

    def take(node: str, column: str, change: str) -> Any:
        own, other = pair[:: -1 if change in made else 1]
        return (own if node in own.nodes else other).cell(node, column)

    parents: dict[str, Any] = {}
    for item in pair["items" in made].items:
        node: Any = item
        while node is not None and node not in parents:
            parents[node] = take(node, "parent_id", "structure")
            node = parents[node]
    inner, first = set(parents.values()), pair["structure" in made]
    ordered = dict.fromkeys([*first.nodes, *pair[0].nodes, *pair[1].nodes])
    rows = []
    for node in (node for node in ordered if node in parents):
        row = {"node_id": node, "parent_id": parents[node],
               "weight": take(node, "weight", "weights")}  # fmt: skip
        if node in inner:
            row["aggregation"] = take(node, "aggregation", "aggregation")
        else:
            row |= {column: take(node, column, "normalisation") for column in _OPTIONS}
        rows.append(row)
    _weigh(rows, pair["weights" not in made])
    return build_tree(_read_rows(rows), name="mixture")


def _weigh(rows: list[dict[str, Any]], other: Version) -> None:
    """Siblings whose weights are all zero take those of the other version, or one each."""
    families: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        families.setdefault(row["parent_id"], []).append(row)
    for family in families.values():
        if not any(row["weight"] for row in family):
            known = {row["node_id"] for row in family} & set(other.nodes)
            weights = {node: other.cell(node, "weight") for node in known}
            for row in family:
                row["weight"] = weights.get(row["node_id"], 0.0) if any(weights.values()) else 1.0


def _read_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a framework in the types of its contract; columns without a cell are left out."""
    table = pd.DataFrame(rows, dtype=object)
    empty = [column for column in table if column in _OPTIONS and table[column].isna().all()]
    table = table.drop(columns=empty)
    kinds = {column: "float64" if column in (*_NUMBERS, "weight") else "str" for column in table}
    return table.astype(kinds)


def mix_rules(pair: tuple[Version, Version], made: set[str]) -> Rules:
    """The rules with some changes made and the others not."""
    keys = (one.name for one in fields(Rules))
    taken = [key for key in keys if f"rules.{_TOGETHER.get(key, key)}" in made]
    return replace(pair[0].rules, **{key: getattr(pair[1].rules, key) for key in taken})
