"""What one more answer fully met is worth: unmet answers and their gains, as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.drivers.shapley import is_linear
from asan_analysis.index.aggregation import Floats, aggregate
from asan_analysis.index.answers import STATUSES
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_answers, arrays_of_services
from asan_analysis.refusals import Refusal

MET = 1e-9  # of the length of the scale: an answer as good as the best


class Field(NamedTuple):
    """Answers of some services: normalised items and roots (rounded as the rules say).

    `items` and `values` are items x services, NaN where there is none; `met` says which answers
    are as good as the best, `unmet` which could be met: neither met nor not applicable.
    """

    names: list[str]
    items: Floats
    values: Floats
    roots: Floats
    met: NDArray[np.bool_]
    unmet: NDArray[np.bool_]


def arrange_field(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> Field:
    """The answers of the listed services, and which of them are met.

    Raises
    ------
    ParameterError
        An item has no fixed best answer; see `list_best`.
    """
    list_best(tree, rules)
    scored, names = arrays_of_services(assessments, services, tree, rules)
    _, values, cells = arrays_of_answers(assessments, services, tree, statuses=STATUSES)
    not_applicable, not_answered = (one.T for one in cells)
    items = scored.score[tree.item_rows]
    low, top = rules.range
    best = items >= top - MET * (top - low)
    met = best & ~not_applicable & ~not_answered
    roots = _round_root(scored.score[0], rules)
    return Field(names, items, values.T, roots, met, ~met & ~not_applicable)


def list_best(tree: Tree, rules: Rules) -> pd.Series[float]:
    """The answer of each item that earns the top of the scale, by item_id.

    1 of a share, the upper bound of an item with bounds; the lower end where less is better.

    Raises
    ------
    ParameterError
        An item is scored against the other units (ranks, z scores, open bounds), so no answer of
        its own is the best.
    """
    found = {}
    for option in tree.item_options:
        given = option.get("normalisation")
        method = given if isinstance(given, str) and given else rules.normalisation
        bounds = [float(option.get(name, np.nan)) for name in ("lower", "upper")]
        if method == "none" and np.isnan(bounds).all():
            bounds = [0.0, 1.0]
        if method not in ("none", "minmax", "goalposts") or np.isnan(bounds).any():
            raise Refusal(
                f"{option['node_id']}: {method} compares a unit with the others, so no answer is "
                "the best; give the item a lower and an upper bound",
                code="no_best_answer",
            )
        found[str(option["node_id"])] = bounds[0 if option.get("direction", 1) == -1 else 1]
    return pd.Series(found, dtype="float64").rename_axis("item_id")


def adds_up(tree: Tree, rules: Rules) -> bool:
    """Whether gains of several answers add up: means are arithmetic and nothing is rounded."""
    rounded = rules.round_service is not None or rules.round_organisation is not None
    return is_linear(tree, rules) and not rounded


def gain_services(field: Field, tree: Tree, rules: Rules, cells: NDArray[Any]) -> Floats:
    """Points of each cell's service if that answer alone were met.

    `cells` (answers x 2) holds places of items and services. Missing where the service has no
    score before or after.
    """
    after = _roots_after(field, tree, rules, cells)
    gain: Floats = after - field.roots[cells[:, 1]]
    return gain


def gain_body(
    field: Field, weight: Floats, tree: Tree, rules: Rules, cells: NDArray[Any]
) -> tuple[float, Floats]:
    """Score of the body that the services make up, and its points for each answer met alone.

    `weight` is the weight of each service in the roll-up, as `group_services` gives it.
    """
    if rules.roll_up == "pooled":
        before, after = _pool(field, tree, rules, cells)
    else:
        before, after = _average(field, weight, tree, rules, cells)
    if rules.round_organisation is not None:
        digits, rounding = rules.round_organisation, rules.rounding
        before = float(round_decimal(np.array([before]), digits, rounding=rounding)[0])
        return before, round_decimal(after, digits, rounding=rounding) - before
    return before, after - before


def _average(
    field: Field, weight: Floats, tree: Tree, rules: Rules, cells: NDArray[Any]
) -> tuple[float, Floats]:
    """The mean of the services, before and after; a service may get its first score."""
    there = ~np.isnan(field.roots)
    total = weight[there].sum()
    before = (weight[there] * field.roots[there]).sum() / total if total > 0 else np.nan
    own = weight[cells[:, 1]]
    new = ~there[cells[:, 1]]
    root = _roots_after(field, tree, rules, cells)
    change = root - np.where(new, before, field.roots[cells[:, 1]])
    gain = own * change / np.where(new, total + own, total) if total > 0 else root * np.nan
    return float(before), before + np.where(np.isnan(root), 0.0, gain)


def _roots_after(field: Field, tree: Tree, rules: Rules, cells: NDArray[Any]) -> Floats:
    """Score of each cell's service with that answer met."""
    items = field.items[:, cells[:, 1]]
    items[cells[:, 0], np.arange(len(cells))] = rules.range[1]
    units = [field.names[place] for place in cells[:, 1]]
    return _round_root(aggregate(items, tree, rules, units).score[0], rules)


def _pool(field: Field, tree: Tree, rules: Rules, cells: NDArray[Any]) -> tuple[float, Floats]:
    """The root over the means of each item, before and after."""
    there = ~np.isnan(field.items)
    number, total = there.sum(axis=1), np.where(there, field.items, 0.0).sum(axis=1)
    item, service = cells.T
    with np.errstate(invalid="ignore"):
        means = np.repeat((total / number)[:, None], len(cells) + 1, axis=1)
    old = np.where(there[item, service], field.items[item, service], 0.0)
    counted = number[item] + ~there[item, service]
    means[item, np.arange(len(cells))] = (total[item] - old + rules.range[1]) / counted
    root = aggregate(means, tree, rules, ["body"] * (len(cells) + 1)).score[0]
    return float(root[-1]), root[:-1]


def _round_root(root: Floats, rules: Rules) -> Floats:
    """The root of services at `round_service` digits."""
    if rules.round_service is None:
        return root
    return round_decimal(root, rules.round_service, rounding=rules.rounding)


def meet_answers(
    assessments: pd.DataFrame, answers: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """The assessments of an edition with some answers fully met.

    Parameters
    ----------
    assessments : DataFrame
        Rows of one edition: service_id, item_id, status, value.
    answers : DataFrame
        service_id, item_id of the answers to meet, each once.

    Returns
    -------
    DataFrame
        Key service_id, item_id. Columns status, value: `scored` with the best answer where met,
        else as given. An answer without a row gets one.

    Raises
    ------
    ParameterError
        An item has no fixed best answer; see `list_best`.
    """
    key, columns = ["service_id", "item_id"], ["service_id", "item_id", "status", "value"]
    best = answers[key].astype("str").reset_index(drop=True)
    best = best.assign(status="scored", value=best["item_id"].map(list_best(tree, rules)))
    here = pd.MultiIndex.from_frame(assessments[key]).isin(pd.MultiIndex.from_frame(best[key]))
    return pd.concat([assessments.loc[~here, columns], best], ignore_index=True)
