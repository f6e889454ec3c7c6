"""Aggregation up the tree on arrays, and the split of the root's score over its nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import Family, Tree, families, power_of
from asan_analysis.index.normalise import Units
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rules import Rules

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12
_CELLS = 2**17  # children x units worked on at a time; they stay in the processor's cache


@dataclass(frozen=True)
class Scored:
    """Arrays, nodes x units; `raw` is `score` before the rounding of its node."""

    score: Floats
    raw: Floats


def aggregate(
    items: Floats,
    tree: Tree,
    rules: Rules,
    units: Units,
    *,
    weights: Floats | None = None,
) -> Scored:
    """From normalised items to every node.

    A node is the weighted power mean of its children that have a score. Children are added one
    after the other in file order, so equal rows have equal scores to the last bit wherever they
    stand in the table. What depends on the tree alone is prepared at the first call and kept, so
    many calls with other items or weights are cheap.

    Parameters
    ----------
    items : array, items x units
        Normalised items in the order of `tree.items`; NaN where there is no score.
    tree, rules : Tree, Rules
        Aggregation, coverage and rounding are taken from the rules.
    units : sequence
        Names of the units, for messages.
    weights : array, nodes
        Weight of each node among its siblings (zero or more, not all zero), depth first; the
        framework's where left out.

    Raises
    ------
    FrameworkError
        A value below zero under another mean than the arithmetic one, an infinite score.
    """
    score = np.empty((len(tree.node_ids), items.shape[1]))
    score[tree.item_rows] = items
    return climb(score, tree, rules, units, weights=weights)


def climb(
    score: Floats,
    tree: Tree,
    rules: Rules,
    units: Units,
    *,
    weights: Floats | None = None,
) -> Scored:
    """`aggregate` in place: `score` (nodes x units) holds the items, the other rows are filled."""
    weights = tree.weights if weights is None else np.asarray(weights, dtype="float64")
    raw = score.copy() if rules.round else score
    items = np.array(tree.item_rows)
    for depth, digits in rules.round.items():
        rows = items[tree.depths[items] == depth]
        score[rows] = round_decimal(score[rows], digits, rounding=rules.rounding)
    groups = families(tree, rules.aggregation)
    # a whole block whatever the number of units, so that small calls reuse the same memory
    widest = max((len(family.children) for family in groups), default=1)
    block = max(256, _CELLS // widest)
    scratch = np.empty((2, widest * block))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for start in range(0, score.shape[1], block):
            part = slice(start, start + block)
            for family in groups:
                mean = _means(score[:, part], family, weights, tree, rules, units[part], scratch)
                if rules.round:
                    raw[family.parents, part] = mean
                if family.depth in rules.round:
                    digits = rules.round[family.depth]
                    mean = round_decimal(mean, digits, rounding=rules.rounding)
                score[family.parents, part] = mean
    return Scored(score, raw)


def _means(
    score: Floats,
    family: Family,
    weights: Floats,
    tree: Tree,
    rules: Rules,
    units: Units,
    scratch: Floats,
) -> Floats:
    """Weighted power means of a family, parents x units; NaN without children or coverage.

    p = 1 is the arithmetic, 0 the geometric, -1 the harmonic mean. A zero makes a mean with
    p <= 0 zero, its limit; a child of weight zero takes no part. A mean lies between its least
    and its greatest child, which floating-point sums can miss by a last digit.
    """
    shape = len(family.children), score.shape[1]
    children, used = scratch[:, : shape[0] * shape[1]].reshape(2, *shape)
    np.take(score, family.children, axis=0, out=children, mode="clip")  # "raise" copies twice
    weight = weights[family.children][:, None]
    if not weight.all():
        children[weight[:, 0] == 0] = np.nan
    low, high = fold(np.fmin, children, family), fold(np.fmax, children, family)
    if family.power != 1 and (low < 0).any():
        _refuse_negative(score, family, weights, tree, units)
    size = high if family.power > 0 else low
    mean, found = _average(children, weight, size, family, used)
    if np.isinf(mean).any():
        _refuse_infinite(mean, family, tree, units)
    if rules.min_coverage > _TOLERANCE:
        share = found / fold(np.add, weight, family)
        mean[share < rules.min_coverage - _TOLERANCE] = np.nan
    np.maximum(mean, low, out=mean)
    np.minimum(mean, high, out=mean)
    mean += 0.0  # no minus zero
    return mean


def _average(
    children: Floats, weight: Floats, size: Floats, family: Family, used: Floats
) -> tuple[Floats, Floats]:
    """Weighted power means and the weight of the children that have a score.

    Works in the memory of `children` and `used`. The mask has all bits of a number that is there
    and none of a missing one.
    """
    mask = np.negative((children == children).view("int8"), out=used.view("int64"))
    terms = _terms(children, size, family)
    np.bitwise_and(terms.view("int64"), mask, out=terms.view("int64"))
    np.bitwise_and(weight.view("int64"), mask, out=mask)
    found = fold(np.add, used, family)
    mean = fold(np.add, np.multiply(terms, used, out=terms), family)
    mean /= found
    if family.power == 0:
        np.exp(mean, out=mean)
    elif family.power != 1:
        mean = np.where(size == 0, 0.0, size * mean ** (1 / family.power))
    return mean, found


def _terms(children: Floats, size: Floats, family: Family) -> Floats:
    """What is averaged, in place; powers of numbers near 1 stay inside the range of floats."""
    if family.power == 0:
        return np.log(children, out=children)
    if family.power != 1:
        for number, step in family.steps:
            children[step] /= size[:number]
        children **= family.power
    return children


def fold(operation: np.ufunc, children: Floats, family: Family) -> Floats:
    """Children taken together one after the other, parents x units."""
    (_, first), *others = family.steps
    result = children[first].copy()
    for number, step in others:
        operation(result[:number], children[step], out=result[:number])
    return result


def weigh_missing(score: Floats, tree: Tree) -> tuple[Floats, Floats]:
    """The share of child weight that has a score, and the share of item weight that has none.

    Both nodes x units, 0..1. A node without a score leaves out all of its weight.
    """
    missing = np.isnan(score)
    present = 1.0 - missing
    for family in families(tree, "arithmetic"):
        weight = tree.weights[family.children][:, None]
        used = fold(np.add, np.where(missing[family.children], 0.0, weight), family)
        present[family.parents] = used / fold(np.add, weight, family)
    return present, leave_out(missing, tree)


def leave_out(missing: NDArray[np.bool_], tree: Tree) -> Floats:
    """The share of the item weight below each node that has no score; see `weigh_missing`."""
    left_out = missing.astype("float64")
    for family in families(tree, "arithmetic"):
        weight = tree.weights[family.children][:, None]
        carried = fold(np.add, weight * left_out[family.children], family)
        carried /= fold(np.add, weight, family)
        left_out[family.parents] = np.where(missing[family.parents], 1.0, carried)
    return left_out


def _refuse_negative(
    score: Floats, family: Family, weights: Floats, tree: Tree, units: Units
) -> None:
    """Means other than the arithmetic one are not defined below zero."""
    for row in sorted(family.parents.tolist(), reverse=True):
        below = [child for child in tree.children[row] if weights[child] > 0]
        for child, unit in np.argwhere(score[below] < 0)[:1].tolist():
            node, name = tree.node_ids[row], tree.node_ids[below[child]]
            rule = f"is below zero at {name}, and the mean of {node} is not defined there"
            remedy = "use the arithmetic mean or a normalisation that stays above zero"
            value = f"{score[below[child], unit]:g} of unit {units[unit]}"
            file_row = int(tree.nodes["file_row"].iloc[row])
            problem = Problem(tree.name, file_row, "aggregation", value, rule, remedy)
            refuse(FrameworkError, [problem])


def _refuse_infinite(mean: Floats, family: Family, tree: Tree, units: Units) -> None:
    place, unit = np.argwhere(np.isinf(mean))[0].tolist()
    row = int(family.parents[place])
    rule = f"has an infinite score for unit {units[unit]}"
    remedy = "its values are too large for this method; rescale them"
    file_row = int(tree.nodes["file_row"].iloc[row])
    refuse(FrameworkError, [Problem(tree.name, file_row, tree.node_ids[row], "", rule, remedy)])


def split_root(scored: Scored, tree: Tree, rules: Rules) -> tuple[Floats, Floats]:
    """Contributions to the root and weights used in it, both nodes x units.

    Where the root has no score both are missing; a node left out contributes 0 with weight 0.
    """
    parts, used = np.zeros_like(scored.score), np.zeros_like(scored.score)
    factor = np.zeros_like(scored.score)  # part over score, where the score may be 0
    parts[0], used[0], factor[0] = scored.score[0], 1.0, 1.0
    methods = tree.column("aggregation", rules.aggregation)
    weights = tree.weights
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
