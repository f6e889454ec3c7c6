"""The same answers scored again under many methods, one a draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, ParameterError
from asan_analysis.index.aggregation import Floats, Scored
from asan_analysis.index.answers import STATUSES, Answers
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.ranking import rank_array, round_decimal
from asan_analysis.index.rollup import group_services, pool_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_array

_TOLERANCE = 1e-12
_KEPT = 64  # sets of rules whose scores are kept


@dataclass(frozen=True)
class Variants:
    """Methods to score under, one a draw: which of the `methods`, and all `weights`.

    A method is a tree and its rules; the trees differ in the means of their nodes only. `weights`
    (nodes x draws) take the place of the trees' own. `varied` are the rows whose weights differ
    from the framework's in some draw.
    """

    methods: list[tuple[Tree, Rules]]
    which: NDArray[np.int64]
    weights: Floats
    varied: NDArray[np.int64]


def vary(methods: list[tuple[Tree, Rules]], which: Any, weights: Floats | None = None) -> Variants:
    """Variants with the rows found whose weights differ from the framework's.

    Parameters
    ----------
    methods : list of (Tree, Rules)
    which : sequence of int
        The method of each draw.
    weights : array, nodes x draws, optional
        Weights among siblings; the framework's where left out.
    """
    own, which = methods[0][0].weights[:, None], np.asarray(which, dtype="int64")
    weights = np.repeat(own, len(which), axis=1) if weights is None else weights
    return Variants(methods, which, weights, np.flatnonzero((weights != own).any(axis=1)))


def rescore(
    answers: Answers,
    variants: Variants,
    *,
    shares: Floats | None = None,
    widen: Callable[[Floats], Floats] | None = None,
) -> Floats:
    """Score every body under every variant.

    A node above a varied weight is computed again for each draw, every other node once for each
    set of rules. Where all of that is linear and no value is missing, services are rolled up
    first. Sums run in file order, draw by draw, so a draw does not depend on its neighbours.

    Parameters
    ----------
    answers : Answers
    variants : Variants
    shares : array, services x draws, optional
        Weight of each service in its body for each draw (services resampled); equal where absent.
    widen : callable, optional
        Takes the number of equally weighted services that each body is worth and gives what the
        deviation from the plain roll-up is multiplied by; see `robustness.resampling`.

    Returns
    -------
    array, bodies x draws
        Score of the root, full precision unless the rules round; NaN where there is none.

    Raises
    ------
    FrameworkError
        A set of rules cannot score these answers; the message names the rules.
    ParameterError
        A variant leaves the children of a node without weight.
    """
    _check_weights(variants)
    scores = np.empty((len(answers.bodies), len(variants.which)))
    keys = [_key(tree, rules) for tree, rules in variants.methods]
    firsts = np.array([keys.index(key) for key in keys])  # methods that differ after scoring only
    for one in np.unique(firsts[variants.which]):
        draws = np.flatnonzero(firsts[variants.which] == one)
        everything = len(draws) == len(variants.which)
        weights = variants.weights if everything else variants.weights[:, draws]
        own = shares if shares is None or everything else shares[:, draws]
        tree, rules = variants.methods[one]
        walk = _Walk(tree, rules, weights, open_rows(tree, variants.varied))
        scores[:, draws] = _score_bodies(answers, walk, own, widen)
    for one, (_, rules) in enumerate(variants.methods):
        if rules.round_organisation is not None:
            draws, digits = variants.which == one, rules.round_organisation
            scores[:, draws] = round_decimal(scores[:, draws], digits, rounding=rules.rounding)
    return scores


def rank_draws(
    scores: Floats, answers: Answers, variants: Variants, *, decimals: int = 2
) -> Floats:
    """Places of bodies inside their category for each draw; NaN without a score.

    `scores`: bodies x draws. Ties and rounding follow the rules of each draw.
    """
    return compare_draws(scores, answers, variants, decimals=decimals)[0]


def compare_draws(
    scores: Floats, answers: Answers, variants: Variants, *, decimals: int = 2
) -> tuple[Floats, list[NDArray[np.int64]]]:
    """Places as `rank_draws`, and in how many draws one body of a category is above another.

    The counts are one array a category: above (rows) x below (columns), in the order of `groups`.
    Scores that differ by noise only are level.
    """
    scores = round_ranked(scores, variants, decimals)
    ranks = np.ones(scores.shape)
    counts = []
    for group in answers.groups:
        own = scores[group]
        limits = own + _TOLERANCE * np.maximum(np.abs(own), 1.0)
        above = np.empty((len(group), len(group)), dtype="int64")
        for place, limit in enumerate(limits):
            higher = own > limit
            above[:, place] = np.count_nonzero(higher, axis=1)
            ranks[group[place]] += higher.sum(axis=0, dtype="uint16")
        counts.append(above)
        _untie(ranks, own, group, variants)
    missing = np.isnan(scores)
    if missing.any():
        ranks[missing] = np.nan
    return ranks, counts


def round_ranked(scores: Floats, variants: Variants, decimals: int) -> Floats:
    """Scores as they are ranked: rounded in the draws whose rules say so."""
    for one, (_, rules) in enumerate(variants.methods):
        if rules.rank_on == "rounded":
            draws = variants.which == one
            digits = decimals if rules.round_organisation is None else rules.round_organisation
            scores = scores.copy()
            scores[:, draws] = round_decimal(scores[:, draws], digits, rounding=rules.rounding)
    return scores


def _untie(ranks: Floats, own: Floats, group: NDArray[np.int64], variants: Variants) -> None:
    """Ranks under another tie rule than "min", in the draws that have ties."""
    ties = [rules.ties for _, rules in variants.methods]
    if set(ties) == {"min"} or len(group) < 2:
        return
    gaps = np.diff(np.sort(own, axis=0), axis=0)
    tied = (gaps <= _TOLERANCE * np.maximum(np.abs(own).max(axis=0), 1.0)).any(axis=0)
    for draw in np.flatnonzero(tied):
        rule = ties[variants.which[draw]]
        if rule != "min":
            found = rank_array(own[:, draw], ties=rule)
            ranks[group, draw] = found.to_numpy(dtype="float64", na_value=np.nan)


def _check_weights(variants: Variants) -> None:
    tree = variants.methods[0][0]
    for row in set(tree.parents[variants.varied].tolist()) - {-1}:
        empty = ~(variants.weights[list(tree.children[row])].sum(axis=0) > 0)
        if empty.any():
            node = tree.node_ids[row]
            raise ParameterError(
                f"{node}: a variant leaves its children without weight; "
                "take away an alternative that sets a weight below it to zero"
            )


def open_rows(tree: Tree, varied: NDArray[np.int64]) -> set[int]:
    """Nodes above a varied weight: those whose scores differ from draw to draw."""
    found: set[int] = set()
    for row in tree.parents[varied].tolist():
        while row >= 0 and row not in found:
            found.add(row)
            row = int(tree.parents[row])
    return found


def _key(tree: Tree, rules: Rules) -> tuple[Any, ...]:
    """What the scores of bodies depend on, apart from weights and from rounding at the end."""
    return (tree, rules.aggregation, rules.normalisation, rules.range, rules.not_applicable,
            rules.not_answered, rules.min_coverage, rules.rounding,
            tuple(sorted(rules.round.items())), rules.round_service, rules.roll_up,
            rules.roll_up_weight)  # fmt: skip


def score_once(answers: Answers, tree: Tree, rules: Rules) -> tuple[Floats, Floats, Floats]:
    """Scores under the framework's weights, once for each set of rules and kept.

    Nodes x services; nodes x bodies under pooled answers, else the mean of the services where all
    have a score; weights of services in the roll-up.
    """
    key = _key(tree, rules)
    if key not in answers.scores:
        while len(answers.scores) >= _KEPT:
            answers.scores.pop(next(iter(answers.scores)))
        base = _score_nodes(answers, tree, rules)
        by = np.ones(base.shape[1])
        if rules.roll_up == "weighted":
            by = group_services(answers.services, answers.names, rules)[2]
        if rules.roll_up == "pooled":
            members = np.split(np.arange(base.shape[1]), answers.starts[1:])
            bodies = pool_services(Scored(base, base), members, tree, rules, answers.bodies).score
        else:
            bodies = _means_of_bodies(base.T, by[:, None], answers).T
            bodies[np.isnan(base).any(axis=1)] = np.nan
        answers.scores[key] = base, bodies, by
    found: tuple[Floats, Floats, Floats] = answers.scores[key]
    return found


def _score_nodes(answers: Answers, tree: Tree, rules: Rules) -> Floats:
    """Nodes x services."""
    zeros = [cells for name, cells in answers.statuses.items() if getattr(rules, name) == "zero"]
    try:
        return score_array(answers.values, tree, rules, units=answers.names, zeros=zeros,
                           shares=answers.shares).score  # fmt: skip
    except FrameworkError as error:
        told = ", ".join(f"{name} {getattr(rules, name)}" for name in
                         ("aggregation", "normalisation", *STATUSES))  # fmt: skip
        raise FrameworkError(f"under {told}: {error}", error.problems) from None


def _score_bodies(
    answers: Answers,
    walk: _Walk,
    shares: Floats | None,
    widen: Callable[[Floats], Floats] | None,
) -> Floats:
    """Bodies x draws (x 1 where draws do not differ) under one set of rules."""
    base, bodies, by = score_once(answers, walk.tree, walk.rules)
    if walk.rules.roll_up == "pooled":
        score = walk.climb(_Fixed(bodies), 0)
        if shares is not None:
            moved = walk.climb(_Resampled(base, shares, answers), 0)
            score = score + _stretch(moved - score, by, answers, widen)
        return score
    if shares is None and walk.is_linear(bodies):
        return walk.climb(_Fixed(bodies), 0)
    root = walk.climb(_Fixed(base), 0)
    if walk.rules.round_service is not None:
        digits = walk.rules.round_service
        root = round_decimal(root, digits, rounding=walk.rules.rounding)
    score = _means_of_bodies(root, by[:, None], answers)
    if shares is not None:
        weights = shares * by[:, None] if walk.rules.roll_up == "weighted" else shares
        moved = _means_of_bodies(root, weights, answers)
        score = score + _stretch(moved - score, by, answers, widen)
    return score


def _stretch(
    deviation: Floats, by: Floats, answers: Answers, widen: Callable[[Floats], Floats] | None
) -> Floats:
    """Deviations of bodies that are worth the square of their weights over the weights squared."""
    if widen is None:
        return deviation
    total, squares = (np.add.reduceat(one, answers.starts) for one in (by, by**2))
    return deviation * widen(total**2 / np.where(squares > 0, squares, np.nan))[:, None]


def _means_of_bodies(root: Floats, by: Floats, answers: Answers) -> Floats:
    """Weighted means over the services of each body that have a score."""
    missing = np.isnan(root)
    if missing.any():
        by, root = np.where(missing, 0.0, by), np.where(missing, 0.0, root)
    total = np.add.reduceat(root * by, answers.starts, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total / np.add.reduceat(by, answers.starts, axis=0)
    return mean


@dataclass(frozen=True)
class _Fixed:
    """Scores that are the same in every draw, nodes x units."""

    scores: Floats

    def at(self, row: int) -> Floats:
        """Units x 1."""
        score: Floats = self.scores[row][:, None]
        return score


@dataclass(frozen=True)
class _Resampled:
    """Answers of a body pooled under the shares of each draw."""

    scores: Floats
    shares: Floats
    answers: Answers

    def at(self, row: int) -> Floats:
        """Bodies x draws."""
        return _means_of_bodies(self.scores[row][:, None], self.shares, self.answers)


@dataclass(frozen=True, eq=False)
class _Walk:
    """Up the tree for some draws: nodes in `opened` are computed for each of them."""

    tree: Tree
    rules: Rules
    weights: Floats
    opened: set[int]

    @cached_property
    def powers(self) -> list[float]:
        """Exponent of the mean of each node."""
        return [power_of(one) for one in self.tree.column("aggregation", self.rules.aggregation)]

    def fixed(self) -> list[int]:
        """Nodes that do not differ from draw to draw, right below one that does."""
        return [child for row in sorted(self.opened) for child in self.tree.children[row]
                if child not in self.opened]  # fmt: skip

    def is_linear(self, bodies: Floats) -> bool:
        """Whether a body's score is a weighted sum of its services' means at the fixed nodes."""
        return (
            bool(self.opened)
            and self.rules.round_service is None
            and all(self.powers[row] == 1 for row in self.opened)
            and not any(int(self.tree.depths[row]) in self.rules.round for row in self.opened)
            and not np.isnan(bodies[self.fixed()]).any()
        )

    def climb(self, source: _Fixed | _Resampled, row: int) -> Floats:
        """The score of one node, units x draws (units x 1 where it does not differ)."""
        below = self.tree.children[row]
        if not below or (isinstance(source, _Fixed) and row not in self.opened):
            return source.at(row)
        children = ((child, self.climb(source, child)) for child in below)
        mean, found = _power_mean(children, self.weights, self.powers[row])
        if self.rules.min_coverage > _TOLERANCE:
            share = found / self.weights[list(below)].sum(axis=0)
            mean = np.where(share < self.rules.min_coverage - _TOLERANCE, np.nan, mean)
        digits = self.rules.round.get(int(self.tree.depths[row]))
        if digits is None:
            return mean
        return round_decimal(mean, digits, rounding=self.rules.rounding)


def _power_mean(
    children: Iterator[tuple[int, Floats]], weights: Floats, power: float
) -> tuple[Floats, Floats]:
    """Weighted power mean over the children that have a score, and their weight."""
    total: Any = 0.0
    found: Any = np.zeros((1, weights.shape[1]))
    zero: Any = False
    for child, score in children:
        weight = weights[child]
        there = score == score
        whole = bool(there.all())
        if power != 1:
            if power <= 0:
                zero = zero | ((score == 0) & (weight > 0))
            score = np.where(score > 0, score, 1.0 if power <= 0 else 0.0)
            score = np.log(score) if power == 0 else score**power
        if not whole:
            score = np.where(there, score, 0.0)
        total = total + score * weight
        found = found + (weight if whole else there * weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.asarray(total / found)
        if power == 0:
            mean = np.exp(mean)
        elif power != 1:
            mean **= 1 / power
    return np.where(zero, 0.0, mean) if power <= 0 else mean, found
