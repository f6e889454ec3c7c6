"""Draws in chunks, each with a seed of its own, so that anybody may count any of them.

A chunk's seed is made from the number of the chunk and from what the generator gave at the start:
child (chunk, 0) of one `numpy.random.SeedSequence` draws the alternatives, child (chunk, 1) the
services.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import compare_draws, rescore
from asan_analysis.index.rules import Rules
from asan_analysis.robustness.alternatives import Factor, count_columns, draw_variants
from asan_analysis.robustness.resampling import draw_shares, widen

CHUNK = 2000  # draws; another number moves every result


class Case(NamedTuple):
    """What all chunks share: the arguments of `measure_uncertainty`, and what seeds are made of."""

    answers: Answers
    tree: Tree
    rules: Rules
    factors: Sequence[Factor]
    draws: int
    entropy: list[int]
    decimals: int
    min_services: int
    cells: int


class Counts(NamedTuple):
    """What some draws say: scores (bodies x draws), places by half places, pairs by category."""

    scores: Floats
    places: NDArray[np.int64]
    above: list[NDArray[np.int64]]


def count_chunk(case: Case, item: tuple[str, int]) -> Counts:
    """Draw one chunk, score it and count; nothing but the case, source and number decides on it.

    Every source sees the same draws.
    """
    source, chunk = item
    answers, factors = case.answers, case.factors if source != "services" else []
    seeds = [np.random.SeedSequence(case.entropy, spawn_key=(chunk, part)) for part in range(2)]
    alternatives, services = (np.random.default_rng(seed) for seed in seeds)
    number = min(CHUNK, case.draws - chunk * CHUNK)
    step = max(1, case.cells // len(answers.values))
    counts = _no_counts(answers, number)
    for start in range(0, number, step):
        size = min(step, number - start)
        design = alternatives.random((size, count_columns(factors)))
        drawn = source != "method"
        shares = draw_shares(answers.sizes.tolist(), size, services) if drawn else None
        variants = draw_variants(factors, design, case.tree, case.rules)
        scores = rescore(answers, variants, shares=shares, widen=widen)
        counts.scores[:, start : start + size] = scores
        ranked = answers.only_ranked(scores, case.min_services)
        _count(counts, *compare_draws(ranked, answers, variants, decimals=case.decimals))
    return counts


def count_chunks(draws: int) -> int:
    """In how many chunks so many draws are cut; the last one may be short."""
    return -(-draws // CHUNK)


def _no_counts(answers: Answers, draws: int) -> Counts:
    bodies = len(answers.bodies)
    return Counts(
        np.empty((bodies, draws)),
        np.zeros((bodies, 2 * bodies + 1), dtype="int64"),
        [np.zeros((len(group), len(group)), dtype="int64") for group in answers.groups],
    )


def _count(counts: Counts, places: Floats, above: list[NDArray[np.int64]]) -> None:
    """Add places (bodies x draws) and pairs of some draws to the counts."""
    for own, more in zip(counts.above, above, strict=True):
        own += more
    width = counts.places.shape[1]
    halves = 2 * places + np.arange(len(places))[:, None] * width
    missing = np.isnan(halves)
    known = (halves[~missing] if missing.any() else halves.ravel()).astype("int64")
    counts.places[:] += np.bincount(known, minlength=counts.places.size).reshape(-1, width)


class Tally:
    """Counts over all draws of a source; scores are kept for their quantiles."""

    def __init__(self, answers: Answers, draws: int) -> None:
        self.done = 0
        self.scores, self.places, self.above = _no_counts(answers, draws)

    def add(self, counts: Counts) -> None:
        """Take in a chunk."""
        size = counts.scores.shape[1]
        self.scores[:, self.done : self.done + size] = counts.scores
        self.done += size
        self.places += counts.places
        for own, more in zip(self.above, counts.above, strict=True):
            own += more
