"""Owen values: the points by which each item moves a score away from a reference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import factorial
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from asan_analysis.index.aggregation import Floats, Scored
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rules import Rules

MOST_EXACT = 12  # children of a node whose coalitions are all counted
_ORDERS = 256  # sampled orders, each with its reverse
_POINTS = 2**23  # scores computed for one unit, for all coalitions to be counted
_BLOCK = 2**21  # scores computed at a time
_TOLERANCE = 1e-12


def is_linear(tree: Tree, rules: Rules) -> bool:
    """Whether every mean of the tree is arithmetic and none is rounded on the way up."""
    methods = tree.column("aggregation", rules.aggregation)
    plain = all(power_of(methods[row]) == 1 for row in tree.inner_rows)
    return plain and not set(rules.round) & set(tree.depths.tolist())


def split_moves(
    scored: Scored, reference: Scored, tree: Tree, rules: Rules, *, rng: Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Split the distance of each unit's root score from that of a reference over the items.

    The items of a unit take the place of those of the reference one after the other. The value of
    an item is the mean move of the root at its turn, over all orders that keep the items below
    each node together. It is the Owen value, on a tree of any depth. Units are split one by one.

    A node meets the rest of the tree only through its own score. So the value of an item needs the
    coalitions of its siblings, those of its parent's siblings, and so on up to the root, which is
    what is counted. Shares of each node's own Shapley split carried down in proportion were not
    taken: they are not defined where a node ends at the score it began with.

    Parameters
    ----------
    scored : Scored
        Nodes x units. Where the root has no score, the split has none.
    reference : Scored
        Nodes x 1. It has a score wherever some unit has one, so that no coalition is left without.
    tree, rules : Tree, Rules
        The method of both. The rounding of nodes by depth is part of the game.
    rng : Generator
        Draws the orders of the children of a node with more than 12. Where counting all
        coalitions would take more than 2**23 scores a unit, orders of the whole tree are drawn.

    Returns
    -------
    moves : array, items x units
        Points. The sum over all items is the distance of the roots, sampled or not.
    sampled : array of bool, nodes
        Whether the value of the node rests on sampled orders.

    Notes
    -----
    A value says what an item did beside the others, not what it would do alone. It depends on the
    reference.

    References
    ----------
    Shapley (1953), A value for n-person games. Owen (1977), Values of games with a priori unions.
    Winter (1989), A value for cooperative games with levels structure of cooperation.
    """
    paired = _count_points(tree) > _POINTS
    plans = _draw_plans(tree, rng, paired=paired)
    sampled = np.zeros(len(tree.node_ids), dtype="bool")
    for row in range(1, len(sampled)):
        parent = int(tree.parents[row])
        sampled[row] = sampled[parent] or plans[parent].sampled
    moves = np.full((len(tree.node_ids), scored.score.shape[1]), np.nan)
    units = np.flatnonzero(~np.isnan(scored.score[0]))
    size = max(1, _BLOCK // _widest(tree, plans, paired=paired))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for start in range(0, len(units), size):
            part = units[start : start + size]
            game = _Game(scored.score[:, part].T, reference.score[:, 0], tree, rules, plans, paired)
            moves[:, part] = game.split().T
    return moves[tree.item_rows], sampled


@dataclass(frozen=True)
class _Plan:
    """The coalitions of the children of one node: which children (columns) are in each.

    Child i takes part in the pairs `before[i]`, `after[i]` of coalitions without it and with it,
    and each pair counts by `chance[i]`.
    """

    inside: NDArray[np.bool_]
    before: list[NDArray[np.int64]]
    after: list[NDArray[np.int64]]
    chance: list[Floats]
    sampled: bool


def _count_points(tree: Tree) -> int:
    """Scores computed for one unit where every node of at most 12 children is exact."""
    total, contexts = 0, {0: 1}
    for row in reversed(tree.inner_rows):
        number = len(tree.children[row])
        exact = number <= MOST_EXACT
        states = 2**number if exact else 2 * _ORDERS * (number + 1)
        for child in tree.children[row]:
            contexts[child] = contexts[row] * (2 ** (number - 1) if exact else 2 * _ORDERS)
        if any(not tree.children[child] for child in tree.children[row]):
            total += states * contexts[row]
    return total


def _draw_plans(tree: Tree, rng: Generator, *, paired: bool) -> dict[int, _Plan]:
    """The coalitions of every node with children, nodes depth first."""
    plans: dict[int, _Plan] = {}
    exact: dict[int, _Plan] = {}
    for row in reversed(tree.inner_rows):
        number = len(tree.children[row])
        if paired or number > MOST_EXACT:
            plans[row] = _sample_plan(number, rng)
        else:
            exact.setdefault(number, _exact_plan(number))
            plans[row] = exact[number]
    return plans


def _exact_plan(number: int) -> _Plan:
    """All coalitions, each with the share of orders in which it comes before a child."""
    inside = np.array(list(product((False, True), repeat=number)), dtype="bool")
    size = inside.sum(axis=1)
    orders = factorial(number)
    share = np.array(
        [factorial(one) * factorial(number - 1 - one) / orders for one in range(number)]
    )
    before = [np.flatnonzero(~inside[:, child]) for child in range(number)]
    after = [places + 2 ** (number - 1 - child) for child, places in enumerate(before)]
    return _Plan(inside, before, after, [share[size[places]] for places in before], sampled=False)


def _sample_plan(number: int, rng: Generator) -> _Plan:
    """The coalitions that build up along sampled orders and their reverses, order by order."""
    orders = rng.permuted(np.tile(np.arange(number), (_ORDERS, 1)), axis=1)
    orders = np.concatenate([orders, orders[:, ::-1]])
    turn = np.argsort(orders, axis=1)
    steps = np.arange(number + 1)
    inside = (turn[:, None, :] < steps[None, :, None]).reshape(-1, number)
    start = np.arange(len(orders)) * (number + 1)
    before = [start + turn[:, child] for child in range(number)]
    chance = [np.full(len(orders), 1 / len(orders))] * number
    return _Plan(inside, before, [places + 1 for places in before], chance, sampled=True)


def _widest(tree: Tree, plans: dict[int, _Plan], *, paired: bool) -> int:
    """The most scores of one unit that stand side by side."""
    contexts, widest = {0: 1}, 1
    for row in reversed(tree.inner_rows):
        widest = max(widest, len(plans[row].inside) * (1 if paired else contexts[row]))
        for child, chance in zip(tree.children[row], plans[row].chance, strict=True):
            contexts[child] = contexts[row] * len(chance)
    return widest


@dataclass(frozen=True)
class _Context:
    """The other children of a node's parent in each coalition: sum of terms and weight."""

    terms: Floats  # units x coalitions
    weight: Floats
    chance: Floats
    complete: bool  # every child has a score in every coalition


@dataclass(frozen=True, eq=False)
class _Game:
    """Some units (units x nodes) against the reference (nodes)."""

    own: Floats
    reference: Floats
    tree: Tree
    rules: Rules
    plans: dict[int, _Plan]
    paired: bool

    @cached_property
    def powers(self) -> list[float]:
        """Exponent of the mean of each node."""
        return [power_of(one) for one in self.tree.column("aggregation", self.rules.aggregation)]

    @cached_property
    def contexts(self) -> dict[int, _Context]:
        """What stands beside each node but the root."""
        return {
            child: self._stand_beside(row, place)
            for row in self.tree.inner_rows
            for place, child in enumerate(self.tree.children[row])
        }

    @cached_property
    def scale(self) -> dict[int, Floats]:
        """A size by which the children of a node are divided before powers are taken, by unit."""
        sizes = {}
        for row in self.tree.inner_rows:
            below = list(self.tree.children[row])
            both = np.hstack([self.own[:, below], np.tile(self.reference[below],
                                                          (len(self.own), 1))])  # fmt: skip
            both[~(both > 0)] = np.nan
            fold = np.fmax if self.powers[row] > 0 else np.fmin
            size = fold.reduce(both, axis=1)
            sizes[row] = np.where(np.isnan(size), 1.0, size)
        return sizes

    def split(self) -> Floats:
        """Moves of the items, units x nodes; 0 at the others."""
        moves = np.zeros(self.own.shape)
        for row in self.tree.inner_rows:
            below = self.tree.children[row]
            if all(self.tree.children[child] for child in below):
                continue
            plan = self.plans[row]
            roots = self._expect(row, self._score_states(row))
            for place, child in enumerate(below):
                if not self.tree.children[child]:
                    step = roots[:, plan.after[place]] - roots[:, plan.before[place]]
                    moves[:, child] = step @ plan.chance[place]
        return moves

    def _score_states(self, row: int) -> Floats:
        """Score of a node in every coalition of its children, units x coalitions."""
        terms, weight = self._add_children(row, self.plans[row].inside, None)
        return self._mean(row, terms, weight)

    def _stand_beside(self, row: int, place: int) -> _Context:
        plan = self.plans[row]
        terms, weight = self._add_children(row, plan.inside[plan.before[place]], place)
        below = [child for child in self.tree.children[row] if self.tree.weights[child] > 0]
        there = np.isfinite(self.own[:, below]).all() and np.isfinite(self.reference[below]).all()
        return _Context(terms, weight, plan.chance[place], bool(there))

    def _add_children(
        self, row: int, inside: NDArray[np.bool_], without: int | None
    ) -> tuple[Floats, Floats]:
        """Sum of terms and of weights of the children of a node, units x coalitions."""
        terms = np.zeros((len(self.own), len(inside)))
        weight = np.zeros_like(terms)
        for place, child in enumerate(self.tree.children[row]):
            if place != without:
                one, by = self._term(row, child, self.own[:, child][:, None])
                base, base_by = self._term(row, child, self.reference[child][None, None])
                column = inside[:, place]
                terms += np.where(column, one, base)
                weight += np.where(column, by, base_by)
        return terms, weight

    def _term(self, row: int, child: int, score: Floats) -> tuple[Floats, Floats]:
        """What a child adds to the mean of its parent, and the weight it takes part with."""
        share, power = self.tree.weights[child], self.powers[row]
        there = ~np.isnan(score) & (share > 0)
        if power == 0:
            value = np.log(score)
        elif power == 1:
            value = score
        else:
            size = self.scale[row]
            value = (score / size.reshape(-1, *[1] * (score.ndim - 1))) ** power
        return np.where(there, share * value, 0.0), np.where(there, share, 0.0)

    def _mean(self, row: int, terms: Floats, weight: Floats) -> Floats:
        """Score of a node from the sum of its terms; missing without children or coverage."""
        mean: Floats = terms / weight
        power = self.powers[row]
        if power == 0:
            mean = np.exp(mean)
        elif power != 1:
            size = self.scale[row].reshape(-1, *[1] * (mean.ndim - 1))
            mean = size * mean ** (1 / power)
        if self.rules.min_coverage > _TOLERANCE:
            whole = self.tree.weights[list(self.tree.children[row])].sum()
            short = weight / whole < self.rules.min_coverage - _TOLERANCE
            mean = np.where(short, np.nan, mean)
        digits = self.rules.round.get(int(self.tree.depths[row]))
        if digits is None:
            return mean
        return round_decimal(mean, digits, rounding=self.rules.rounding)

    def _expect(self, row: int, scores: Floats) -> Floats:
        """The root, averaged over what stands beside a node, for scores of the node.

        Units x scores. Under sampled orders of the whole tree, order m of a node meets order m of
        the nodes above; the scores then stand order by order.
        """
        if self.paired:
            return self._follow_orders(row, scores)
        if row == 0:
            return scores
        context, parent = self.contexts[row], int(self.tree.parents[row])
        term, weight = self._term(parent, row, scores)
        if self._is_separable(parent, context):
            return self._separate(parent, term, weight, context)
        terms = term[:, :, None] + context.terms[:, None, :]
        weights = weight[:, :, None] + context.weight[:, None, :]
        mean = self._mean(parent, terms, weights)
        roots = self._expect(parent, mean.reshape(len(scores), -1))
        expected: Floats = roots.reshape(terms.shape) @ context.chance
        return expected

    def _is_separable(self, parent: int, context: _Context) -> bool:
        """Whether the average over coalitions at the root is a product or a sum of two parts."""
        rounded = int(self.tree.depths[parent]) in self.rules.round
        return parent == 0 and self.powers[0] in (0, 1) and context.complete and not rounded

    def _separate(self, parent: int, term: Floats, weight: Floats, context: _Context) -> Floats:
        """The average over coalitions in one step: all weights are there, so they do not vary."""
        whole = weight[:, :1] + context.weight[:, :1]
        beside = self._mean(parent, context.terms, whole) @ context.chance
        own = self._mean(parent, term, whole)
        joined = np.multiply if self.powers[parent] == 0 else np.add
        return np.asarray(joined(own, beside[:, None]))

    def _follow_orders(self, row: int, scores: Floats) -> Floats:
        orders = 2 * _ORDERS
        found: Any = scores.reshape(len(scores), orders, -1)
        while row:
            context, parent = self.contexts[row], int(self.tree.parents[row])
            term, weight = self._term(parent, row, found)
            found = self._mean(
                parent, term + context.terms[:, :, None], weight + context.weight[:, :, None]
            )
            row = parent
        return np.asarray(found.reshape(len(scores), -1))
