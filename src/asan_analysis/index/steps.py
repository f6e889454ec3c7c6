"""Steps before scoring for measured quantities: denominate, impute, treat, screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import DataError, FrameworkError, Problem, refuse
from asan_analysis.index.framework import Tree
from asan_analysis.index.preparation import Table, denominate_items, impute_items, screen_units
from asan_analysis.index.rules import Rules
from asan_analysis.index.treatment import treat_items

_NAMED = 8  # dropped units named in the line of a step


class Done(NamedTuple):
    """What a step did: `1_denominate`, its table, one line for the reader."""

    name: str
    table: pd.DataFrame
    told: str


def apply_steps(
    values: pd.DataFrame,
    status: pd.DataFrame,
    columns: pd.DataFrame,
    tree: Tree,
    rules: Rules,
    *,
    name: str = "values",
) -> tuple[pd.DataFrame, pd.DataFrame, list[Done]]:
    """Run the steps of the rules in their order, each on what the one before it left.

    Parameters
    ----------
    values : DataFrame
        Index of units, columns `tree.items`; float64, missing unless scored.
    status : DataFrame
        Same shape: `scored`, `not_applicable` or `not_answered`.
    columns : DataFrame
        Same index: denominators as float64, groups as text, missing where empty.
    tree, rules : Tree, Rules
    name : str
        What messages call the file of values.

    Returns
    -------
    values, status : DataFrame
        The same columns; units may be fewer. An imputed cell has the status `imputed`, which is
        scored like an answer.
    done : list of Done
        One a step; see the function of each step for its table.

    Raises
    ------
    FrameworkError
        See `check_denominators`; an item with bounds or `log` that a step took logarithms of.
    DataError
        A denominator that is zero or negative, a unit without a group, a value that becomes
        infinite, no unit left.
    """
    check_denominators(tree, rules)
    done = []
    for number, step in enumerate(rules.steps, start=1):
        table = Table(values, status, columns, name)
        path = f"step {number}, {step['do']}"
        with np.errstate(over="ignore"):
            values, status, result, told = _run(step, table, tree)
        _refuse_infinite(values, table, path)
        done.append(Done(f"{number}_{step['do']}", result, f"{path}: {told}"))
    return values, status, done


def find_denominators(tree: Tree) -> dict[str, str]:
    """The column that divides each item that has one, items depth first."""
    found = {str(one["node_id"]): one.get("denominator") for one in tree.item_options}
    return {item: column for item, column in found.items() if isinstance(column, str) and column}


def check_denominators(tree: Tree, rules: Rules) -> dict[str, str]:
    """The denominators of a framework, refused where they and the steps do not fit.

    Raises
    ------
    FrameworkError
        A denominator without a step `denominate`, the step without a denominator, a denominator
        that is an item or not one of the rules' `columns`.
    """
    found = find_denominators(tree)
    named = [step["do"] for step in rules.steps]
    problems = []
    if "denominate" in named and not found:
        rule, remedy = "has no item to divide", f"fill the column denominator of {tree.name}"
        path = f"steps[{named.index('denominate') + 1}].do"
        problems.append(Problem(rules.name, None, path, "denominate", rule, remedy))
    for option in tree.item_options:
        column = found.get(str(option["node_id"]))
        for rule, remedy in _misfits(column, tree, rules) if column else ():
            row = int(option["file_row"])
            problems.append(Problem(tree.name, row, "denominator", str(column), rule, remedy))
    refuse(FrameworkError, problems)
    return found


def _misfits(column: str, tree: Tree, rules: Rules) -> list[tuple[str, str]]:
    """Why a denominator cannot be used."""
    faults = []
    if all(step["do"] != "denominate" for step in rules.steps):
        remedy = 'add [[steps]] with do = "denominate" to the rules, or leave it empty'
        faults.append(("has no step that divides by it", remedy))
    if column in tree.items:
        faults.append(("is an item", "give the denominator a column of its own"))
    elif column not in rules.columns:
        remedy = "add it to columns = [...] in the rules"
        faults.append(("is not one of the rules' `columns`", remedy))
    return faults


_Result = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str]


def _run(step: Mapping[str, Any], table: Table, tree: Tree) -> _Result:
    """Values, status, the step's table, what to tell."""
    values, status = table.values, table.status
    if step["do"] == "denominate":
        values, status, made = denominate_items(table, find_denominators(tree))
        lost = made["made_missing"].sum()
        told = f"items divided {len(made)}, values without a denominator made missing {lost}"
    elif step["do"] == "impute":
        values, status, made = impute_items(table, by=step["with"], group=step.get("group", ""))
        left = int(made["value"].isna().sum())
        told = f"cells imputed {len(made) - left}, left missing {left}"
    elif step["do"] == "treat":
        values, made = treat_items(values, most=step["most"])
        _refuse_scales(made, tree)
        told = _tell_treated(made)
    else:
        made = screen_units(values, least=step["least"])
        kept = (made["kept"] == "yes").to_numpy()
        _refuse_empty(kept, step["least"], table.name)
        values, status = values[kept], status[kept]
        told = _tell_dropped(made)
    return values, status, made, told


def _refuse_empty(kept: NDArray[np.bool_], least: float, name: str) -> None:
    if not kept.any():
        rule, remedy = f"has no unit with {least:g} of its items", "lower `least` of the screen"
        refuse(DataError, [Problem(name, None, "", "", rule, remedy)])


def _refuse_scales(made: pd.DataFrame, tree: Tree) -> None:
    """Refuse logarithms of items whose options are in the units of before."""
    problems = []
    for option in tree.item_options:
        item = str(option["node_id"])
        if made.loc[made["item_id"] == item, "transform"].item() != "log":
            continue
        for key in ("lower", "upper"):
            if not pd.isna(option.get(key, np.nan)):
                rule = "is a bound in other units, for `treat` takes logarithms of the item"
                problems.append((option, key, f"{option[key]:g}", rule, "leave it empty"))
        if option.get("log") == "yes":
            rule = "takes logarithms of an item of which `treat` takes logarithms"
            problems.append((option, "log", "yes", rule, "write no"))
    refuse(FrameworkError, [
        Problem(tree.name, int(option["file_row"]), key, value, rule,
                f"{remedy}, or leave out the step treat")
        for option, key, value, rule, remedy in problems
    ])  # fmt: skip


def _refuse_infinite(values: pd.DataFrame, table: Table, path: str) -> None:
    row, column = np.nonzero(np.isinf(values.to_numpy()))
    rule, remedy = f"becomes infinite in {path}", "correct the value or what it is divided by"
    refuse(DataError, [
        Problem(table.name, at, str(values.columns[item]), "", rule, remedy)
        for at, item in zip(table.rows_of(values.index[row]), column.tolist(), strict=True)
    ])  # fmt: skip


def _tell_treated(made: pd.DataFrame) -> str:
    ways, notes = made["transform"].value_counts(), made["note"].value_counts()
    alone = notes.drop(["", "still has outliers"], errors="ignore").sum()
    return (
        f"items Winsorised {ways.get('winsorise', 0)} (values {made['winsorised'].sum()}), "
        f"to logarithms {ways.get('log', 0)}, "
        f"with outliers still {notes.get('still has outliers', 0)}, "
        f"left alone for too few values or no spread {alone}"
    )


def _tell_dropped(made: pd.DataFrame) -> str:
    dropped = [str(unit) for unit in made.loc[made["kept"] == "no", "unit_id"]]
    more = f" and {len(dropped) - _NAMED} more" if len(dropped) > _NAMED else ""
    named = f": {', '.join(dropped[:_NAMED])}{more}" if dropped else ""
    return f"units dropped {len(dropped)} of {len(made)}{named}"
