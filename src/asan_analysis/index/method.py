"""The method of an edition: its tree and its rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.errors import FrameworkError, Problem
from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.rules import Rules, check_rules


def find_method(data: Dataset, edition: Edition) -> tuple[Tree, Rules]:
    """The tree and the rules that an edition of a dataset is scored under.

    Raises
    ------
    FrameworkError
        The framework or the rules have faults; all of the file met first.
    """
    tree = build_tree(data.frameworks[edition.framework], name=edition.framework)
    return tree, check_rules(data.rules[edition.rules], name=edition.rules)


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
        *(partial(build_tree, frame, name=name) for name, frame in frameworks.items()),
        *(partial(check_rules, table, name=name) for name, table in data.rules.items()),
    ]
    for check in checks:
        try:
            check()
        except FrameworkError as error:
            problems += error.problems
    return problems
