"""Items on a common scale: logarithm, direction, then the item's normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules

Floats = NDArray[np.float64]
Units: TypeAlias = "Sequence[Any] | pd.Index[Any]"  # names, for messages

_BOUNDED = ("minmax", "goalposts", "share")


def normalise_items(
    values: Floats, tree: Tree, rules: Rules, *, units: Units, shares: bool = False
) -> Floats:
    """Put each item on its scale.

    Order of work: natural logarithm of value and bounds where `log` is yes; value times direction;
    then over the units with data: minmax and goalposts (x - lower) / (upper - lower) mapped onto
    `range`, an empty bound being the observed one; zscore with n - 1; rank ascending with 1 the
    worst, ties sharing the lower rank; percentile_rank (rank - 1) / (n - 1); distance_to_max
    1 - (max - x) / (max - min).

    Parameters
    ----------
    values : array, items x units
        Measured quantities, NaN where there is none.
    tree, rules : Tree, Rules
    units : sequence
        Names of the units, for messages.
    shares : bool
        An item without normalisation is a share, mapped from 0..1 onto `range`, or a measured
        quantity between its bounds where it has any.

    Returns
    -------
    array, items x units

    Raises
    ------
    FrameworkError
        An infinite value, a logarithm of zero or less, an item whose values (or bounds) do not
        differ where the method divides by their spread, `cap` without bounds to cap at.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5.
    """
    scaled = values.copy()
    rows = list(range(len(values)))
    normalise_rows(scaled, rows, tree, rules, units=units, shares=shares)
    return scaled


def normalise_rows(
    table: Floats,
    rows: list[int],
    tree: Tree,
    rules: Rules,
    *,
    units: Units,
    shares: bool = False,
) -> None:
    """`normalise_items` in place: row `rows[i]` of `table` holds item i, other rows are NaN."""
    methods, special, mapped = _plan(tree, rules.normalisation, shares)
    infinite = np.isinf(table).any()
    problems = []
    for place in range(len(rows)) if infinite else special:
        option, method = tree.item_options[place], methods[place]
        bounds = _bounds(option, method)
        problems += _check_values(table[rows[place]], bounds, option, tree.name, units, method)
    refuse(FrameworkError, problems)
    for place in special:
        x = table[rows[place]]
        present = ~np.isnan(x)
        if present.any():
            option, method = tree.item_options[place], methods[place]
            prepared, bounds = _prepare(x[present], option, method)
            x[present] = _scale(prepared, method, bounds, rules.range, option, tree.name)
    low, high = rules.range
    for first, last in _runs([rows[place] for place in mapped]):
        table[first:last] *= high - low
        table[first:last] += low


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending rows as slices of neighbours."""
    cuts = [place for place in range(1, len(rows)) if rows[place] != rows[place - 1] + 1]
    ends = zip([0, *cuts], [*cuts, len(rows)], strict=True)
    return [(rows[first], rows[last - 1] + 1) for first, last in ends] if rows else []


def list_methods(tree: Tree, rules: Rules, *, shares: bool = False) -> list[str]:
    """The normalisation of each item in turn: one of the framework's, or `share`."""
    return list(_plan(tree, rules.normalisation, shares)[0])


def bottom_of(tree: Tree, rules: Rules, *, shares: bool = False) -> Floats:
    """The score of an item that earns nothing: the low end of `range`, or 0 off that scale."""
    methods = list_methods(tree, rules, shares=shares)
    return np.array([rules.range[0] if method in _BOUNDED else 0.0 for method in methods])


@lru_cache(maxsize=64)
def _plan(tree: Tree, normalisation: str, shares: bool) -> tuple[list[str], list[int], list[int]]:
    """Method of each item, items that need work of their own, shares that are only mapped."""
    methods = [_method(option, normalisation, shares=shares) for option in tree.item_options]
    plain = [
        option.get("log") != "yes"
        and option.get("cap") != "yes"
        and option.get("direction", 1) != -1
        and method in ("none", "share")
        for option, method in zip(tree.item_options, methods, strict=True)
    ]
    special = [place for place, is_plain in enumerate(plain) if not is_plain]
    mapped = [p for p, is_plain in enumerate(plain) if is_plain and methods[p] == "share"]
    return methods, special, mapped


def _method(option: dict[str, Any], default: str, *, shares: bool) -> str:
    given = option.get("normalisation")
    method = given if isinstance(given, str) and given else default
    if not shares or method != "none":
        return str(method)
    bounded = any(not np.isnan(float(option.get(bound, np.nan))) for bound in ("lower", "upper"))
    return "goalposts" if bounded else "share"


def _bounds(option: dict[str, Any], method: str) -> tuple[float, float]:
    """The bounds of an item in its own units; NaN when empty."""
    if method == "share":
        return 0.0, 1.0
    return float(option.get("lower", np.nan)), float(option.get("upper", np.nan))


def _prepare(x: Floats, option: dict[str, Any], method: str) -> tuple[Floats, tuple[float, float]]:
    """Values and bounds after logarithm and direction; an empty bound is the observed one."""
    low, high = _bounds(option, method)
    if option.get("log") == "yes":
        x, low, high = np.log(x), float(np.log(low)), float(np.log(high))
    if option.get("direction", 1) == -1:
        x, low, high = -x, -high, -low
    low = float(x.min()) if np.isnan(low) else low
    high = float(x.max()) if np.isnan(high) else high
    return (np.clip(x, low, high) if option.get("cap") == "yes" else x), (low, high)


def _check_values(
    x: Floats,
    bounds: tuple[float, float],
    option: dict[str, Any],
    name: str,
    units: Units,
    method: str,
) -> list[Problem]:
    """Values and options of one item that cannot be brought to a scale."""
    item, row = str(option["node_id"]), int(option["file_row"])
    problems = [
        Problem(name, row, item, f"unit {units[unit]}", f"has the value {x[unit]}",
                "give a finite number or leave it empty")
        for unit in np.flatnonzero(np.isinf(x)).tolist()
    ]  # fmt: skip
    if option.get("log") == "yes":
        remedy = "log needs values above zero"
        problems += [
            Problem(name, row, item, f"unit {units[unit]}",
                    f"has the value {x[unit]:g}, which has no logarithm", remedy)
            for unit in np.flatnonzero(x <= 0).tolist()
        ]  # fmt: skip
        problems += [
            Problem(name, row, item, f"{bound:g}", "is a bound without a logarithm", remedy)
            for bound in bounds
            if bound <= 0
        ]
    if option.get("cap") == "yes" and method not in _BOUNDED:
        rule, remedy = f"cannot be capped under {method}", "use minmax or goalposts"
        problems.append(Problem(name, row, item, "", rule, remedy))
    return problems


def _ranks(x: Floats) -> Floats:
    """Ranks ascending from 1, ties sharing the lower rank."""
    return np.asarray(pd.Series(x).rank(method="min"), dtype="float64")


def _scale(
    x: Floats,
    method: str,
    bounds: tuple[float, float],
    onto: tuple[float, float],
    option: dict[str, Any],
    name: str,
) -> Floats:
    """Values of one item, all present, under one method."""
    if method == "none":
        return x
    if method == "rank":
        return _ranks(x)
    low, high = bounds
    if method == "distance_to_max":
        low, high = float(x.min()), float(x.max())
    spread = {"zscore": np.ptp(x), "percentile_rank": x.size - 1}.get(method, high - low)
    if not spread > 0:
        rule = f"lies between {low:g} and {high:g}, which leaves {method} nothing to divide by"
        remedy = "give lower and upper, choose another normalisation, or drop the item"
        item, row = str(option["node_id"]), int(option["file_row"])
        refuse(FrameworkError, [Problem(name, row, item, "", rule, remedy)])
    if method == "zscore":
        ordered = np.sort(x)  # so that the order of units changes no bit
        return np.asarray((x - ordered.mean()) / ordered.std(ddof=1))
    if method == "percentile_rank":
        return (_ranks(x) - 1) / (x.size - 1)
    if method == "distance_to_max":
        return 1 - (high - x) / (high - low)
    return onto[0] + (onto[1] - onto[0]) * ((x - low) / (high - low))
