"""Assumptions as factors: what a method could be instead, and the draws of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import find_edition
from asan_analysis.data.tables import each_row
from asan_analysis.errors import FrameworkError, ParameterError, Problem, refuse
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rescoring import Variants
from asan_analysis.index.rules import Rules, check_rules

_WEIGHT, _MEAN = "weight:", "aggregation:"
_FIXED_KEYS = ("name", "columns", "steps", "na")
_ONLY_DATASETS = ("roll_up", "roll_up_weight", "round_service", "round_organisation")


@dataclass(frozen=True)
class Factor:
    """One assumption that is varied.

    `key` is a rules key, `weight:<node or depth>` or `aggregation:<node or depth>`; `rows` are the
    nodes it is about. A factor has `choices` (the first one nominal; values, or weights by row), or
    a `spread`: ("relative", share) or ("dirichlet", concentration). `labels` names the choices.
    """

    key: str
    rows: tuple[int, ...] = ()
    choices: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()
    spread: tuple[str, float] | None = None

    @property
    def columns(self) -> int:
        """Uniform numbers a draw takes."""
        return len(self.rows) if self.spread else 1


def read_factors(
    assumptions: pd.DataFrame,
    tree: Tree,
    rules: Rules,
    *,
    name: str = "assumptions.csv",
    table: bool = False,
) -> list[Factor]:
    """The active assumptions with alternatives, as factors.

    Parameters
    ----------
    assumptions : DataFrame
        Columns assumption_id, key, value, alternatives (JSON), active. `alternatives` of a rules
        key is a list of other values. Of `weight:<node>` it is a list of other weights, or
        `{"relative": x}`: the weight times a uniform number from 1-x to 1+x. Of `weight:<depth>`
        (1 is right below the root; a number that is a depth is never read as a node) it is
        `{"relative": x}` for every node there, `{"dirichlet": c}`: shares among siblings from a
        Dirichlet distribution around the framework's with concentration c, or a list of
        scenarios: `"equal"`, `"drop"` (each node left out in turn) or `{"<node>": weight, ...}`.
        Of `aggregation:<node or depth>` (0 is the root) it is a list of other means of these nodes.
    tree, rules : Tree, Rules
        The nominal method.
    table : bool
        A table without services, where rules of the roll-up mean nothing.

    Returns
    -------
    list of Factor
        In file order; empty where nothing is varied.

    Raises
    ------
    ParameterError
        All faults at once: an unknown key, node or value, weights that are all zero, a key that
        stands twice.

    Notes
    -----
    The nominal state is the method's; the column `value` is for readers. An alternative that is
    the method's own is left out.
    """
    factors: list[Factor] = []
    problems: list[Problem] = []
    for place, row in enumerate(each_row(assumptions)):
        given = [] if pd.isna(row.alternatives) else json.loads(row.alternatives)
        if row.active != "yes" or pd.isna(row.key) or not given:
            continue
        key = str(row.key)
        try:
            if key in [factor.key for factor in factors]:
                raise ValueError("stands twice; keep one active row for each key")
            if key.startswith(_WEIGHT):
                factor = _weight_factor(key, given, tree)
            elif key.startswith(_MEAN):
                factor = _mean_factor(key, given, tree, rules)
            else:
                factor = _rules_factor(key, given, rules, table=table)
            if factor.spread or len(factor.choices) > 1:
                factors.append(factor)
        except ValueError as error:
            rule, _, remedy = str(error).partition("; ")
            problems.append(Problem(name, place + 2, "alternatives", key, rule, remedy))
    refuse(ParameterError, problems)
    return factors


def select_assumptions(data: Dataset, tree: Tree) -> pd.DataFrame:
    """The assumptions that concern a framework: those on a node of other editions are left out."""
    others = {node for frame in data.frameworks.values() for node in frame["node_id"]}
    absent = others - set(tree.node_ids)
    node = data.assumptions["key"].str.extract(r"^(?:weight|aggregation):(.*)$")[0]
    return data.assumptions[~node.isin(absent)]


def examine_assumptions(data: Dataset) -> list[Problem]:
    """Faults of a dataset's assumptions under the method of its last edition."""
    last = data.editions.sort_values("order")["edition_year"].iloc[-1]
    tree, rules = find_method(data, find_edition(int(last), data.editions))
    try:
        read_factors(select_assumptions(data, tree), tree, rules)
    except ParameterError as error:
        return error.problems
    return []


def _rules_factor(key: str, given: Any, rules: Rules, *, table: bool) -> Factor:
    known = [one.name for one in fields(Rules) if one.name not in _FIXED_KEYS]
    if key not in known:
        raise ValueError(
            f"is not a rules key; write one of {', '.join(known)}, weight:<node or depth> or "
            "aggregation:<node or depth>"
        )
    if table and key in _ONLY_DATASETS:
        raise ValueError("is about services, and the table has none; take the row away")
    if not isinstance(given, list):
        raise ValueError('needs a list of other values; write it as ["geometric"]')
    nominal = getattr(rules, key)
    read = [_read_rule(key, one, rules) for one in given]
    choices = (nominal, *(one for one in read if one != nominal))
    labels = tuple("" if one is None else str(one) for one in choices)
    return Factor(key, choices=choices, labels=labels)


def _read_rule(key: str, value: Any, rules: Rules) -> Any:
    table: dict[str, Any] = {key: value}
    if key == "roll_up":
        table["roll_up_weight"] = rules.roll_up_weight
    try:
        return getattr(check_rules(table, name="alternatives"), key)
    except FrameworkError as error:
        told = error.problems[0]
        raise ValueError(f"lists {value!r}, which {told.rule}; {told.remedy}") from None


def _find_rows(place: str, tree: Tree, lowest: int) -> tuple[list[int], bool]:
    """The nodes that a key names, and whether it names them by their depth."""
    if place.isdecimal() and lowest <= int(place) <= int(tree.depths.max()):
        return np.flatnonzero(tree.depths == int(place)).tolist(), True
    if place in tree.node_ids:
        return [tree.node_ids.index(place)], False
    raise ValueError(f"names no node and no depth from {lowest} on; write a node's id or a depth")


def _mean_factor(key: str, given: Any, tree: Tree, rules: Rules) -> Factor:
    rows, _ = _find_rows(key.removeprefix(_MEAN), tree, 0)
    rows = [row for row in rows if tree.children[row]]
    own = {tree.column("aggregation", rules.aggregation)[row] for row in rows}
    if len(own) != 1:
        raise ValueError("names nodes with different means or none; name one node")
    (nominal,) = own
    plain = _rules_factor("aggregation", given, replace(rules, aggregation=nominal), table=False)
    return replace(plain, key=key, rows=tuple(rows))


def _weight_factor(key: str, given: Any, tree: Tree) -> Factor:
    rows, by_depth = _find_rows(key.removeprefix(_WEIGHT), tree, 1)
    own = tree.weights[rows]
    if isinstance(given, dict):
        return Factor(key, tuple(rows), spread=_read_spread(given, by_depth=by_depth))
    scenarios = [one for item in given for one in _read_scenario(item, rows, tree, by_depth)]
    for label, scenario in scenarios:
        _check_scenario(label, scenario, tree)
    choices = (dict(zip(rows, own, strict=True)), *(scenario for _, scenario in scenarios))
    return Factor(key, tuple(rows), choices, ("", *(label for label, _ in scenarios)))


def _read_spread(given: Mapping[str, Any], *, by_depth: bool) -> tuple[str, float]:
    (kind, size), *more = given.items() if given else [("", 0)]
    number = isinstance(size, int | float) and not isinstance(size, bool)
    if not more and number and kind == "relative" and 0 < size <= 1:
        return "relative", float(size)
    if not more and number and kind == "dirichlet" and 0 < size < np.inf and by_depth:
        return "dirichlet", float(size)
    raise ValueError(
        'has no known spread; write {"relative": 0.25} (above 0, up to 1), or at a depth '
        '{"dirichlet": 50} (above 0)'
    )


def _read_scenario(
    item: Any, rows: list[int], tree: Tree, by_depth: bool
) -> list[tuple[str, dict[int, float]]]:
    """Names and weights by row of what one entry of a list stands for."""
    if by_depth and item == "equal":
        return [("equal", dict.fromkeys(rows, 1.0))]
    if by_depth and item == "drop":
        own = dict(zip(rows, tree.weights[rows], strict=True))
        return [(f"-{tree.node_ids[row]}", {**own, row: 0.0}) for row in rows]
    if by_depth and isinstance(item, dict) and item:
        unknown = [node for node in item if node not in [tree.node_ids[row] for row in rows]]
        if unknown:
            raise ValueError(f"weighs {unknown[0]}, which is no node of that depth; correct it")
        own = dict(zip(rows, tree.weights[rows], strict=True))
        given = {tree.node_ids.index(node): _read_weight(size) for node, size in item.items()}
        return [(json.dumps(item), {**own, **given})]
    if not by_depth and not isinstance(item, dict):
        return [(str(item), {rows[0]: _read_weight(item)})]
    choices = '"equal", "drop" or {"<node>": weight}' if by_depth else "a weight"
    raise ValueError(f"lists {item!r}, which is no scenario; write {choices}")


def _read_weight(size: Any) -> float:
    if isinstance(size, int | float) and not isinstance(size, bool) and 0 <= size < np.inf:
        return float(size)
    raise ValueError(f"lists {size!r}, which is no weight; write a number of zero or more")


def _check_scenario(label: str, scenario: Mapping[int, float], tree: Tree) -> None:
    weights = tree.weights.copy()
    weights[list(scenario)] = list(scenario.values())
    for row in tree.inner_rows:
        if not weights[list(tree.children[row])].sum() > 0:
            rule = f"leaves the children of {tree.node_ids[row]} without weight under {label!r}"
            raise ValueError(f"{rule}; weigh one of them")


def count_columns(factors: Sequence[Factor]) -> int:
    """Uniform numbers that a draw of all factors takes."""
    return sum(factor.columns for factor in factors)


def draw_variants(factors: Sequence[Factor], design: Floats, tree: Tree, rules: Rules) -> Variants:
    """Methods from uniform numbers.

    Every choice of a factor is as likely as another, the nominal one included. Weights are set in
    the order of the factors: a relative change multiplies what stands there.

    Parameters
    ----------
    factors : list of Factor
    design : array, draws x columns
        Uniform numbers from 0 to below 1, the columns of each factor side by side.
    tree, rules : Tree, Rules
        The nominal method.
    """
    weights = np.broadcast_to(tree.weights[:, None], (len(tree.weights), len(design))).copy()
    codes = np.zeros(len(design), dtype="int64")
    varied: list[Factor] = []
    start = 0
    for factor in factors:
        uniform = design[:, start : start + factor.columns].T
        start += factor.columns
        if factor.spread:
            _spread_weights(weights, factor, uniform, tree)
            continue
        number = len(factor.choices)
        choice = np.minimum((uniform[0] * number).astype("int64"), number - 1)
        if factor.key.startswith(_WEIGHT):
            _choose_weights(weights, factor, choice)
        else:
            codes = codes * number + choice
            varied.append(factor)
    met, which = np.unique(codes, return_inverse=True)
    methods = [_combine(tree, rules, varied, code) for code in met.tolist()]
    rows = {row for factor in factors if factor.key.startswith(_WEIGHT) for row in factor.rows}
    return Variants(methods, which, weights, np.array(sorted(rows), dtype="int64"))


def _combine(tree: Tree, rules: Rules, factors: Sequence[Factor], code: int) -> tuple[Tree, Rules]:
    """The method that a number stands for: one digit a factor, the last factor's last."""
    chosen: dict[str, Any] = {}
    means: dict[int, str] = {}
    for factor in reversed(factors):
        code, digit = divmod(code, len(factor.choices))
        if factor.rows and digit:
            means |= dict.fromkeys(factor.rows, factor.choices[digit])
        elif not factor.rows:
            chosen[factor.key] = factor.choices[digit]
    changed = replace_means(tree, tuple(sorted(means.items()))) if means else tree
    return changed, replace(rules, **chosen)


@lru_cache(maxsize=256)
def replace_means(tree: Tree, means: tuple[tuple[int, str], ...]) -> Tree:
    """The same tree with other means at some rows; the same object for the same means."""
    column = pd.Series(tree.column("aggregation", None), dtype=object)
    column[[row for row, _ in means]] = [mean for _, mean in means]
    return replace(tree, nodes=tree.nodes.assign(aggregation=column))


def _choose_weights(weights: Floats, factor: Factor, choice: NDArray[np.int64]) -> None:
    for place, scenario in enumerate(factor.choices[1:], start=1):
        draws = choice == place
        for row, weight in scenario.items():
            weights[row, draws] = weight


def _spread_weights(weights: Floats, factor: Factor, uniform: Floats, tree: Tree) -> None:
    assert factor.spread is not None
    kind, size = factor.spread
    rows = list(factor.rows)
    if kind == "relative":
        weights[rows] *= 1 - size + 2 * size * uniform
        return
    shares = tree.nodes["share"].to_numpy(dtype="float64")
    parents = tree.nodes["parent_id"].to_numpy(dtype=object)
    for parent in dict.fromkeys(parents[rows]):
        own = [place for place, row in enumerate(rows) if parents[row] == parent]
        drawn = gammaincinv(np.maximum(size * shares[rows][own], 1e-12)[:, None], uniform[own])
        total = tree.weights[[rows[place] for place in own]].sum()
        weights[[rows[place] for place in own]] = total * drawn / drawn.sum(axis=0)
