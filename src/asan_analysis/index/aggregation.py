"""Aggregation up the tree on arrays, and the split of the root's score over its nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rules import Rules

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Scored:
    """Arrays, nodes x units.

    `raw` is `score` before the rounding of its node; `present` is the share of child weight that
    has a score; `redistributed` is the share of item weight that has none.
    """

    score: Floats
    raw: Floats
    present: Floats
    redistributed: Floats


def aggregate(items: Floats, tree: Tree, rules: Rules, units: list[str]) -> Scored:
    """From normalised items (items x units) to every node.

    Children are added one after the other, so equal rows have equal scores to the last bit
    wherever they stand in the table.
    """
    shape = (len(tree.nodes), items.shape[1])
    score, present = np.full(shape, np.nan), np.ones(shape)
    left_out = np.zeros(shape)
    score[tree.item_rows] = items
    present[tree.item_rows] = ~np.isnan(items)
    left_out[tree.item_rows] = np.isnan(items)
    raw = score.copy()
    _round_rows(score, tree.item_rows, tree, rules)
    methods = tree.column("aggregation", rules.aggregation)
    weights = tree.nodes["weight"].to_numpy()
    for row in tree.inner_rows:
        below = list(tree.children[row])
        weight, total = weights[below], sum(weights[below])
        power = power_of(methods[row])
        _check_means(score[below], weight, power, tree, row, units)
        mean, found = _power_mean(score[below], weight, power)
        _check_finite(mean, tree, row, units)
        present[row] = found / total
        covered = (found > 0) & (present[row] >= rules.min_coverage - _TOLERANCE)
        raw[row] = np.where(covered, mean, np.nan)
        carried = sum(part * child for part, child in zip(weight, left_out[below], strict=True))
        left_out[row] = np.where(covered, carried / total, 1.0)
        score[row] = raw[row]
        _round_rows(score, [row], tree, rules)
    return Scored(score, raw, present, left_out)


def _power_mean(children: Floats, weights: Floats, power: float) -> tuple[Floats, Floats]:
    """Weighted power mean over the children that have a score, and the weight they have.

    p = 1 is the arithmetic, 0 the geometric, -1 the harmonic mean. A zero makes a mean with
    p <= 0 zero, its limit; a child of weight zero takes no part. A mean lies between its least
    and its greatest child, which floating-point sums can miss by a last digit.
    """
    units = children.shape[1]
    total, weight = np.zeros(units), np.zeros(units)
    low, high = np.full(units, np.nan), np.full(units, np.nan)
    for child in children[weights > 0]:
        low, high = np.fmin(low, child), np.fmax(high, child)
    # powers of numbers near 1 stay inside the range of floats
    size = {True: high, False: low}[power > 0] if power not in (0, 1) else np.ones(units)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for child, part in zip(children, weights, strict=True):
            if part == 0:
                continue
            relative = child / size if power not in (0, 1) else child
            term = child if power == 1 else np.log(child) if power == 0 else relative**power
            missing = np.isnan(child)
            total += np.where(missing, 0.0, part * term)
            weight += np.where(missing, 0.0, part)
        mean = total / weight
        if power == 0:
            mean = np.exp(mean)
        elif power != 1:
            mean = np.where(size == 0, 0.0, size * mean ** (1 / power))
    return np.where(np.isinf(mean), mean, np.clip(mean, low, high)), weight


def _check_means(
    children: Floats, weights: Floats, power: float, tree: Tree, row: int, units: list[str]
) -> None:
    """Means other than the arithmetic one are not defined below zero."""
    negative = (children < 0) & (weights[:, None] > 0)
    if power == 1 or not negative.any():
        return
    child, unit = np.argwhere(negative)[0]
    node, below = tree.node_ids[row], tree.node_ids[tree.children[row][child]]
    rule = f"is below zero at {below}, and the mean of {node} is not defined there"
    remedy = "use the arithmetic mean or a normalisation that stays above zero"
    value = f"{children[child, unit]:g} of unit {units[unit]}"
    file_row = int(tree.nodes["file_row"].iloc[row])
    refuse(FrameworkError, [Problem(tree.name, file_row, "aggregation", value, rule, remedy)])


def _check_finite(mean: Floats, tree: Tree, row: int, units: list[str]) -> None:
    if np.isinf(mean).any():
        rule = f"has an infinite score for unit {units[int(np.isinf(mean).argmax())]}"
        remedy = "its values are too large for this method; rescale them"
        file_row = int(tree.nodes["file_row"].iloc[row])
        refuse(FrameworkError, [Problem(tree.name, file_row, tree.node_ids[row], "", rule, remedy)])


def _round_rows(score: Floats, rows: list[int], tree: Tree, rules: Rules) -> None:
    """Round the rows whose depth has digits, in place in an array this module made."""
    for row in rows:
        digits = rules.round.get(int(tree.nodes["depth"].iloc[row]))
        if digits is not None:
            score[row] = round_decimal(score[row], digits, rounding=rules.rounding)


def split_root(scored: Scored, tree: Tree, rules: Rules) -> tuple[Floats, Floats]:
    """Contributions to the root and weights used in it, both nodes x units.

    Where the root has no score both are missing; a node left out contributes 0 with weight 0.
    """
    parts, used = np.zeros_like(scored.score), np.zeros_like(scored.score)
    factor = np.zeros_like(scored.score)  # part over score, where the score may be 0
    parts[0], used[0], factor[0] = scored.score[0], 1.0, 1.0
    methods = tree.column("aggregation", rules.aggregation)
    weights = tree.nodes["weight"].to_numpy()
    for row in reversed(tree.inner_rows):
        power, below = power_of(methods[row]), list(tree.children[row])
        children, raw = np.nan_to_num(scored.score[below]), np.nan_to_num(scored.raw[row])
        weight = np.where(np.isnan(scored.score[below]), 0.0, weights[below, None])
        weight /= np.where(weight.sum(axis=0) > 0, weight.sum(axis=0), 1.0)
        rounded = np.nan_to_num(scored.score[row]) / np.where(raw == 0, 1.0, raw)
        if power == 1:
            factor[below] = factor[row] * np.where(raw == 0, 1.0, rounded) * weight
            parts[below] = factor[below] * children
        else:
            taking_part = (children > 0) & (weight > 0) & (raw > 0)
            ratio = np.where(taking_part, children, 1.0) / np.where(raw > 0, raw, 1.0)
            share = np.where(taking_part, weight * np.where(taking_part, ratio, 1.0) ** power, 0.0)
            parts[below] = parts[row] * share
            factor[below] = parts[below] / np.where(taking_part, children, 1.0)
        used[below] = used[row] * weight
    unscored = np.isnan(scored.score[0])
    parts[:, unscored], used[:, unscored] = np.nan, np.nan
    return parts, used


def nominal_weights(tree: Tree) -> Floats:
    """Weight of each node in the root: the product of shares on the way down; depth-first."""
    weight = np.ones(len(tree.nodes))
    share = tree.nodes["share"].to_numpy()
    for row in reversed(tree.inner_rows):
        for child in tree.children[row]:
            weight[child] = weight[row] * share[child]
    return weight
