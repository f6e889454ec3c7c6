"""The method of an edition: its tree and its rules."""

from __future__ import annotations

from functools import partial

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition, list_editions
from asan_analysis.errors import FrameworkError, Problem, refuse
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


def check_methods(data: Dataset) -> None:
    """Refuse a dataset whose frameworks or rules have faults, naming all of them."""
    problems: list[Problem] = []
    for edition in list_editions(data.editions):
        framework, rules = edition.framework, edition.rules
        checks = (
            partial(build_tree, data.frameworks[framework], name=framework),
            partial(check_rules, data.rules[rules], name=rules),
        )
        for check in checks:
            try:
                check()
            except FrameworkError as error:
                problems += [problem for problem in error.problems if problem not in problems]
    refuse(FrameworkError, problems)
