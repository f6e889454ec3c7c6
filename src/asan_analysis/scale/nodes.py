"""Statistics of the nodes of an index over services that are added block by block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules
from asan_analysis.scale.moments import (
    Comoments,
    Floats,
    Moments,
    join_comoments,
    join_moments,
    measure_alike,
    measure_pairs,
    measure_rows,
)

_NEAR = 1e-9  # of an end of the scale


class NodeTotals:
    """Moments of each node and of pairs of nodes.

    `moments` of every node; `rest`, each node with the plain mean of those of its siblings that
    have a score; `root`, each node with the root; `pairs`, the children of each inner node in turn
    with one another, row by row. `ends` counts, by node, scored services at the low end of the
    scale, at the high end, and all of them. Blocks are added in a fixed order, which decides the
    last bits.
    """

    def __init__(self, tree: Tree, rules: Rules) -> None:
        nodes, pairs = len(tree.node_ids), sum(len(tree.children[row]) ** 2
                                               for row in tree.inner_rows)  # fmt: skip
        nothing = np.full(nodes, np.nan)
        self.tree, self.rules = tree, rules
        self.ends = np.zeros((3, nodes), dtype="int64")
        self.moments = Moments(*np.zeros((7, nodes)))._replace(low=nothing, high=nothing)
        self.rest, self.root = Comoments(*np.zeros((6, nodes))), Comoments(*np.zeros((6, nodes)))
        self.pairs = Comoments(*np.zeros((6, pairs)))

    def add(
        self, score: Floats, filled: Floats, there: NDArray[np.bool_], answered: NDArray[np.bool_]
    ) -> None:
        """Add services; arrays nodes x services, `answered` items x services.

        `score` and `filled` hold NaN and 0 where there is none. A zero for want of an answer is no
        floor: at the ends of the scale the answers of an item count.
        """
        here = there.astype("float64")
        known = there.copy()
        known[self.tree.item_rows] &= answered
        ends = [(np.abs(filled - end) < _NEAR) & known for end in self.rules.range]
        self.ends += [np.count_nonzero(cells, axis=1) for cells in (*ends, known)]
        moments, away = measure_rows(score, filled, here)
        self.moments = join_moments(self.moments, moments)
        self.rest = join_comoments(self.rest, self._compare_rest(filled, away, here, moments))
        self.root = join_comoments(self.root, self._compare_root(away, here, moments))
        self.pairs = join_comoments(self.pairs, self._compare_siblings(away, here, moments))

    def _compare_rest(
        self, filled: Floats, away: Floats, here: Floats, moments: Moments
    ) -> Comoments:
        """Each node with the mean of its siblings; the root has none."""
        rest, both = np.zeros(away.shape), np.zeros(away.shape)
        for row in self.tree.inner_rows:
            below = list(self.tree.children[row])
            own, known = filled[below], here[below]
            others = known.sum(axis=0) - known
            both[below] = known * (others > 0)
            mean = (own.sum(axis=0) - own) / np.maximum(others, 1)
            rest[below] = (mean - moments.mean[row]) * both[below]
        found = measure_alike(away * both, rest, both)
        parent = moments.mean[np.maximum(self.tree.parents, 0)]
        return found._replace(x=found.x + moments.mean, y=found.y + parent)

    def _compare_root(self, away: Floats, here: Floats, moments: Moments) -> Comoments:
        found = measure_pairs(away, away[:1], here, here[:1])
        found = Comoments(*(cells[:, 0] for cells in found))
        return found._replace(x=found.x + moments.mean, y=found.y + moments.mean[0])

    def _compare_siblings(self, away: Floats, here: Floats, moments: Moments) -> Comoments:
        parts = []
        for row in self.tree.inner_rows:
            below = list(self.tree.children[row])
            x, known, mean = away[below], here[below], moments.mean[below]
            found = measure_pairs(x, x, known, known)
            found = found._replace(x=found.x + mean[:, None], y=found.y + mean)
            parts.append([cells.ravel() for cells in found])
        return Comoments(*(np.concatenate(cells) for cells in zip(*parts, strict=True)))

    def join(self, other: NodeTotals) -> Self:
        """Add the services of other totals after those of this; returns itself."""
        self.ends += other.ends
        self.moments = join_moments(self.moments, other.moments)
        for name in _PAIRS:
            setattr(self, name, join_comoments(getattr(self, name), getattr(other, name)))
        return self

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The same as arrays by name, to be sent or kept."""
        return {"ends": self.ends, "moments": np.stack(self.moments),
                **{name: np.stack(getattr(self, name)) for name in _PAIRS}}  # fmt: skip

    def set_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `to_arrays` gave."""
        self.ends, self.moments = arrays["ends"], Moments(*arrays["moments"])
        for name in _PAIRS:
            setattr(self, name, Comoments(*arrays[name]))


_PAIRS = ("rest", "root", "pairs")
