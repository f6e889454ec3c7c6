"""The method of an edition: its tree and its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.rules import Rules, check_rules
from asan_analysis.index.steps import find_denominators

_TABLES = "steps before scoring belong to `score` and `robustness` on a table"

_BUILT: dict[str, tuple[pd.DataFrame, Tree]] = {}  # by name: rows and their tree


def find_method(data: Dataset, edition: Edition) -> tuple[Tree, Rules]:
    """The tree and the rules that an edition of a dataset is scored under.

    Raises
    ------
    FrameworkError
        The framework or the rules have faults, or ask for steps before scoring, which belong to
        tables; all of the file met first.
    """
    tree = _find_tree(data.frameworks[edition.framework], name=edition.framework)
    return tree, _check_rules(data.rules[edition.rules], name=edition.rules)


def _find_tree(framework: pd.DataFrame, *, name: str) -> Tree:
    """The tree of a framework; the last one of its name where the rows are equal."""
    if name not in _BUILT or not _BUILT[name][0].equals(framework):
        _BUILT[name] = framework.copy(), _build_tree(framework, name=name)
    return _BUILT[name][1]


def _build_tree(framework: pd.DataFrame, *, name: str) -> Tree:
    """The tree of a dataset, whose items are not divided."""
    tree = build_tree(framework, name=name)
    rule, remedy = "is the denominator of an item of a dataset", f"leave it empty; {_TABLES}"
    refuse(FrameworkError, [
        Problem(name, int(tree.item_options[tree.items.index(item)]["file_row"]), "denominator",
                column, rule, remedy)
        for item, column in find_denominators(tree).items()
    ])  # fmt: skip
    return tree


def _check_rules(table: Mapping[str, Any], *, name: str) -> Rules:
    """The rules of a dataset, which have no steps."""
    rules = check_rules(table, name=name)
    if rules.steps:
        rule, remedy = "stand in the rules of a dataset", f"remove [[steps]]; {_TABLES}"
        refuse(FrameworkError, [Problem(name, None, "steps", "", rule, remedy)])
    return rules


def examine_methods(data: Dataset) -> list[Problem]:
    """Every fault of the frameworks and the rules of a dataset.

    Nodes that the contract refuses already, without an id or a second time, are left out.
    """
    problems: list[Problem] = []
    frameworks = {
        name: frame.dropna(subset="node_id").drop_duplicates("node_id").fillna({"weight": 1.0})
        for name, frame in data.frameworks.items()
    }
    checks: list[Callable[[], object]] = [
        *(partial(_build_tree, frame, name=name) for name, frame in frameworks.items()),
        *(partial(_check_rules, table, name=name) for name, table in data.rules.items()),
    ]
    for check in checks:
        try:
            check()
        except FrameworkError as error:
            problems += error.problems
    return problems
