"""What is kept of services that were scored: exact sums by body, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from asan_analysis import __version__
from asan_analysis.data.blocks import Block
from asan_analysis.data.parts import Floats, Layout
from asan_analysis.index.aggregation import leave_out
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import round_services, score_columns
from asan_analysis.index.sums import Sums
from asan_analysis.scale.nodes import NodeTotals

MISSING = ("not_applicable", "not_answered")


@dataclass(frozen=True)
class Plan:
    """How parts are scored; `audit` tells whether the nodes are described too.

    `version` is that of the library that made the plan; a worker has to have the same.
    """

    tree: Tree
    rules: Rules
    layout: Layout
    audit: bool = False
    version: str = __version__


class Totals:
    """Sums over services by body, that blocks of services are added to.

    `score` holds scores times weights and `weight` the weights of services that have a score
    (nodes x bodies); `left_out` the share of item weight that has no score, times weights (inner
    nodes x bodies); `every` all weights. `count` is the number of services with a score (nodes x
    bodies). `answers` counts services, answers not applicable and not answered, by body, and
    `statuses` the latter two by item. No bit depends on the order in which services are added.
    """

    def __init__(self, plan: Plan) -> None:
        nodes, bodies = len(plan.tree.node_ids), len(plan.layout.bodies)
        self.plan = plan
        self.score, self.weight = Sums(nodes, bodies), Sums(nodes, bodies)
        self.left_out, self.every = Sums(len(plan.tree.inner_rows), bodies), Sums(1, bodies)
        self.count = np.zeros((nodes, bodies), dtype="int64")
        self.answers = np.zeros((3, bodies), dtype="int64")
        self.statuses = np.zeros((2, len(plan.layout.items)), dtype="int64")
        self.nodes = NodeTotals(plan.tree, plan.rules) if plan.audit else None

    def add(self, block: Block) -> Self:
        """Score the services of a block and add them; returns itself."""
        tree, rules = self.plan.tree, self.plan.rules
        score = np.empty((len(tree.node_ids), len(block.rows)))
        score[tree.item_rows] = block.values
        missing = (block.not_applicable, block.not_answered)
        zeros = [cells for name, cells in zip(MISSING, missing, strict=True)
                 if getattr(rules, name) == "zero"]  # fmt: skip
        scored = score_columns(score, tree, rules, units=block.services, zeros=zeros, shares=True)
        gone = np.isnan(scored.score)
        left_out = leave_out(gone, tree)[tree.inner_rows]
        self._add_scores(round_services(scored, rules).score, gone, left_out, block)
        self._count(missing, block)
        return self

    def _add_scores(
        self, score: Floats, gone: NDArray[np.bool_], left_out: Floats, block: Block
    ) -> None:
        there = ~gone
        filled = fill_missing(score, there)
        self.count[:, block.bodies] += np.add.reduceat(there, block.starts, axis=1, dtype="int32")
        weight = block.weight
        if weight is not None:
            self.weight.add(there * weight, block.starts, block.bodies)
            self.every.add(weight[None, :], block.starts, block.bodies)
        self.score.add(_weigh(filled, weight), block.starts, block.bodies)
        self.left_out.add(_weigh(left_out, weight), block.starts, block.bodies)
        if self.nodes:
            answered = ~(block.not_applicable | block.not_answered)
            self.nodes.add(score, filled, there, answered)

    def _count(self, missing: tuple[NDArray[np.bool_], ...], block: Block) -> None:
        ones = np.ones((1, len(block.rows)), dtype="int64")
        by_service = [cells.view("int8").sum(axis=0, dtype="int32")[None, :] for cells in missing]
        lots = np.concatenate([ones, *by_service])
        self.answers[:, block.bodies] += np.add.reduceat(lots, block.starts, axis=1)
        self.statuses += [cells.view("int8").sum(axis=1, dtype="int32") for cells in missing]

    def join(self, other: Totals) -> Self:
        """Add the totals of other services under the same plan; returns itself."""
        for name in _SUMS:
            getattr(self, name).join(getattr(other, name))
        for name in _COUNTS:
            getattr(self, name)[:] += getattr(other, name)
        if self.nodes and other.nodes:
            self.nodes.join(other.nodes)
        return self

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The same as arrays by name, to be sent or kept."""
        arrays = {name: getattr(self, name) for name in _COUNTS}
        for name in _SUMS:
            digits = getattr(self, name).digits
            arrays |= {f"{name} {place}": digits[place] for place in digits}
        return arrays | (self.nodes.to_arrays() if self.nodes else {})

    @classmethod
    def from_arrays(cls, plan: Plan, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Totals from `to_arrays`."""
        totals = cls(plan)
        for name in _COUNTS:
            getattr(totals, name)[:] = arrays[name]
        for key, cells in arrays.items():
            name, _, place = key.partition(" ")
            if name in _SUMS:
                getattr(totals, name).digits[int(place)] = cells
        if totals.nodes:
            totals.nodes.set_arrays(arrays)
        return totals


_SUMS = ("score", "weight", "left_out", "every")
_COUNTS = ("count", "answers", "statuses")
_REMEMBERED = 2**22 - 2**12  # numbers; just below the largest size that glibc adapts to


def _weigh(values: Floats, weight: Floats | None) -> Floats:
    return values if weight is None else values * weight


def fill_missing(values: Floats, there: NDArray[np.bool_]) -> Floats:
    """Values with 0 where there is none: the bits of a number kept where it is there."""
    mask = np.negative(there.view("int8"), dtype="int64")
    filled: Floats = np.bitwise_and(values.view("int64"), mask, out=mask).view("float64")
    return filled


def total_blocks(blocks: Iterable[Block], plan: Plan) -> Totals:
    """Score blocks of services one after the other and add them up."""
    np.empty(_REMEMBERED)  # once freed, it makes glibc keep what blocks free, and not fault again
    totals = Totals(plan)
    for block in blocks:
        totals.add(block)
    return totals
