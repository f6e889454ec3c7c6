"""Time and memory of the uncertainty analysis against bare numpy; part of `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from bench_scoring import check_equal, make_tree, make_values
from lines import Line, largest_size, make_parser, show_lines, time_together
from numpy.typing import NDArray

from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import rescore
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_array
from asan_analysis.robustness.alternatives import (
    Factor,
    count_columns,
    draw_variants,
    read_factors,
)
from asan_analysis.robustness.resampling import draw_shares, widen
from asan_analysis.robustness.uncertainty import SOURCES, Uncertainty, measure_uncertainty

Floats = NDArray[np.float64]

GROUP, PEER = "Uncertainty", "bare numpy"
SERVICES, BODIES = 438, 47
DRAWS, QUICK = 10_000, 20
CATEGORIES = (23, 15, 9)
NA_SHARE = 0.1
LEVELS = (0.05, 0.5, 0.95)
CELLS = 2**20
WEIGHTS = {"weight:1": {"relative": 0.25}}
EVERYTHING: dict[str, object] = {
    "weight:1": {"dirichlet": 50},
    "weight:2": {"relative": 0.25},
    "aggregation:0": ["geometric"],
    "not_applicable": ["zero"],
    "not_answered": ["zero"],
    "roll_up": ["pooled", "weighted"],
    "normalisation": ["rank"],
    "weight:P3": [0, 5],
}


def make_answers(tree: Tree) -> Answers:
    """438 services of 47 bodies, a tenth of the cells not applicable, a few not answered."""
    values, rng = make_values(SERVICES), np.random.default_rng(5)
    missing = np.isnan(values)
    silent = missing & (rng.random(values.shape) < 0.2)
    owner = np.sort(np.append(np.arange(BODIES), rng.integers(BODIES, size=SERVICES - BODIES)))
    services = pd.DataFrame(
        {"service_id": [f"s{place}" for place in range(SERVICES)],
         "organisation_id": [f"b{place}" for place in owner],
         "users": rng.integers(1, 10_000, SERVICES)}
    )  # fmt: skip
    category = pd.Series(np.repeat(list("clx"), CATEGORIES))
    statuses = {"not_applicable": missing & ~silent, "not_answered": silent}
    starts = np.searchsorted(owner, np.arange(BODIES))
    bodies = [f"b{place}" for place in range(BODIES)]
    return Answers(values, statuses, services, bodies, category, starts, shares=False)


def make_factors(tree: Tree, rules: Rules, given: dict[str, object]) -> list[Factor]:
    """The alternatives of a line as factors."""
    rows = [{"key": key, "value": None, "alternatives": json.dumps(one), "active": "yes"}
            for key, one in given.items()]  # fmt: skip
    return read_factors(pd.DataFrame(rows), tree, rules)


def run_once(answers: Answers, tree: Tree, rules: Rules, factors: list[Factor], draws: int,
             sources: tuple[str, ...]) -> Uncertainty:  # fmt: skip
    """Ours, from answers to tables, nothing kept from an earlier call."""
    answers.scores.clear()
    return measure_uncertainty(answers, tree, rules, factors, draws=draws, sources=sources,
                               rng=np.random.default_rng(1))  # fmt: skip


# The floor: the same work in bare numpy


def summarise(scores: Floats) -> list[Floats]:
    """Places by argsort in each category, quantiles of scores and of places."""
    ranks = np.empty(scores.shape)
    start = 0
    for size in CATEGORIES:
        own = scores[start : start + size]
        order = np.argsort(-own, axis=0)
        np.put_along_axis(ranks[start : start + size], order, np.arange(1.0, size + 1)[:, None], 0)
        start += size
    return [np.quantile(scores, LEVELS, axis=1), np.quantile(ranks, LEVELS, axis=1)]


def floor_weights(parameters: Floats, nominal: Floats, draws: int) -> list[Floats]:
    """(a): bodies x parameters times weights, then places and quantiles."""
    weights = nominal[:, None] * np.random.default_rng(1).uniform(0.75, 1.25, (draws, 7)).T
    return summarise(parameters @ (weights / weights.sum(axis=0)))


class Floor:
    """(b): the alternatives of point (b) written out for this one tree, in whole-array steps."""

    def __init__(self, answers: Answers, tree: Tree) -> None:
        depth = tree.depths
        self.answers, self.tree = answers, tree
        self.criteria, self.parameters = (np.flatnonzero(depth == level) for level in (2, 1))
        self.items = np.array(tree.item_rows)
        self.owner = np.repeat(np.arange(BODIES), answers.sizes)
        self.member = (self.owner == np.arange(BODIES)[:, None]).astype("float64")
        self.users = answers.services["users"].to_numpy(dtype="float64")
        self.up = [
            self._matrix(self.criteria, self.items),
            self._matrix(self.parameters, self.criteria),
        ]

    def _matrix(self, parents: NDArray[np.int64], children: NDArray[np.int64]) -> Floats:
        """1 where a child belongs to a parent, parents x children."""
        of = {child: row for row in parents for child in self.tree.children[row]}
        return np.array([[float(of[child] == row) for child in children] for row in parents])

    def items_under(self, normalisation: str, na: str, silent: str) -> Floats:
        """Services x items after normalisation and the rules on missing answers."""
        values = self.answers.values.copy()
        if normalisation == "rank":
            order = np.argsort(values, axis=0)
            ranks = np.empty_like(values)
            np.put_along_axis(ranks, order, np.arange(1.0, len(values) + 1)[:, None], 0)
            values = np.where(np.isnan(values), np.nan, ranks)
        for name, rule in (("not_applicable", na), ("not_answered", silent)):
            if rule == "zero":
                values[self.answers.statuses[name]] = 0.0
        return values

    def criteria_of(self, items: Floats) -> Floats:
        """Units x criteria."""
        weights = self.tree.weights[self.items][:, None] * self.up[0].T
        return (np.nan_to_num(items) @ weights) / (~np.isnan(items) @ weights)

    def root_of(self, criteria: Floats, weights: Floats, mean: str) -> Floats:
        """Units x draws from units x criteria and the weights of the upper nodes."""
        total = 0.0
        own = weights[self.parameters]
        own = own / own.sum(axis=0)
        for place in range(len(self.parameters)):
            below = self.up[1][place] > 0
            part = weights[self.criteria[below]]
            score = criteria[:, below] @ (part / part.sum(axis=0))
            total = total + own[place] * (
                np.log(np.maximum(score, 1e-300)) if mean == "geometric" else score
            )
        return np.exp(total) if mean == "geometric" else np.asarray(total)

    def roll(self, root: Floats, by: Floats) -> Floats:
        """Bodies x draws from services x draws and the weights of services."""
        return (self.member @ (root * by)) / (self.member @ np.broadcast_to(by, root.shape))

    def run(self, draws: int, source: str) -> list[Floats]:
        """All draws of one source, chunk by chunk."""
        rng, scores = np.random.default_rng(1), np.empty((BODIES, draws))
        step = CELLS // SERVICES
        for start in range(0, draws, step):
            number = min(step, draws - start)
            weights, choices = self.draw(rng, number, source)
            shares = rng.standard_exponential((number, SERVICES)).T if source != "method" else None
            for chosen in {tuple(column) for column in choices.T.tolist()}:
                at = np.flatnonzero((choices == np.array(chosen)[:, None]).all(axis=0))
                own = None if shares is None else shares[:, at]
                scores[:, start + at] = self.score(chosen, weights[:, at], own)
        return summarise(scores)

    def draw(self, rng: np.random.Generator, number: int, source: str) -> tuple[Floats, Floats]:
        """Weights nodes x draws; the choices of the rules, five x draws."""
        weights = np.repeat(self.tree.weights[:, None], number, axis=1)
        choices = np.zeros((5, number), dtype="int64")
        if source != "services":
            share = self.tree.weights[self.parameters] / self.tree.weights[self.parameters].sum()
            weights[self.parameters] = rng.standard_gamma(50 * share, (number, 7)).T
            weights[self.criteria] *= rng.uniform(0.75, 1.25, (number, len(self.criteria))).T
            weights[self.parameters[3]] *= rng.choice([1.0, 0.0, 5.0], number)
            choices = rng.integers([[2], [2], [2], [3], [2]], size=(5, number))
        return weights, choices

    def score(self, chosen: tuple[int, ...], weights: Floats, shares: Floats | None) -> Floats:
        """Bodies x draws under one set of rules."""
        mean, na, silent, roll_up, normalisation = chosen
        rules = ("zero" if na else "exclude", "zero" if silent else "exclude")
        items = self.items_under("rank" if normalisation else "none", *rules)
        method = "geometric" if mean else "arithmetic"
        if roll_up == 1:
            there = ~np.isnan(items)
            whole = np.nan_to_num(items)
            pooled = (self.member @ whole) / (self.member @ there)
            score = self.root_of(self.criteria_of(pooled), weights, method)
            if shares is None:
                return score
            moved = np.empty_like(score)
            for body in range(BODIES):
                own = self.owner == body
                part, known = whole[own].T @ shares[own], there[own].T @ shares[own]
                moved[body] = self.root_of_many((part / known).T, weights, method)
            return score + widen(self.answers.sizes)[:, None] * (moved - score)
        root = self.root_of(self.criteria_of(items), weights, method)
        by = self.users[:, None] if roll_up == 2 else np.ones((SERVICES, 1))
        score = self.roll(root, by)
        if shares is None:
            return score
        worth = (self.member @ by)[:, 0] ** 2 / (self.member @ by**2)[:, 0]
        return score + widen(worth)[:, None] * (self.roll(root, by * shares) - score)

    def root_of_many(self, items: Floats, weights: Floats, mean: str) -> Floats:
        """One body under each draw: draws x items to draws."""
        criteria, total = self.criteria_of(items), 0.0
        own = weights[self.parameters] / weights[self.parameters].sum(axis=0)
        for place in range(len(self.parameters)):
            below = self.up[1][place] > 0
            part = weights[self.criteria[below]]
            score = (criteria[:, below].T * part).sum(axis=0) / part.sum(axis=0)
            score = np.log(np.maximum(score, 1e-300)) if mean == "geometric" else score
            total = total + own[place] * score
        return np.exp(total) if mean == "geometric" else np.asarray(total)


# Measuring


def check_scores(draws: int) -> float:
    """The largest difference from the floor under the same draws; refused above 1e-9."""
    tree, rules = make_tree(), Rules(roll_up_weight="users")
    answers = make_answers(tree)
    factors = make_factors(tree, rules, EVERYTHING)
    rng = np.random.default_rng(3)
    variants = draw_variants(factors, rng.random((draws, count_columns(factors))), tree, rules)
    shares = draw_shares(answers.sizes.tolist(), draws, rng)
    floor, pairs = Floor(answers, tree), []
    for own in (None, shares):
        ours = rescore(answers, variants, shares=own, widen=widen)
        for draw, one in enumerate(variants.which):
            other, chosen = variants.methods[one]
            mean = other.column("aggregation", "arithmetic")[0]
            code = (int(mean == "geometric"), int(chosen.not_applicable == "zero"),
                    int(chosen.not_answered == "zero"),
                    ("mean", "pooled", "weighted").index(chosen.roll_up),
                    int(chosen.normalisation == "rank"))  # fmt: skip
            part = None if own is None else own[:, [draw]]
            least = floor.score(code, variants.weights[:, [draw]], part)
            pairs.append((ours[:, draw], least[:, 0]))
    return check_equal(pairs)


def calls_of(draws: int) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Ours and the floor of each line."""
    tree, rules = make_tree(), Rules(roll_up_weight="users")
    answers = make_answers(tree)
    few, many = make_factors(tree, rules, WEIGHTS), make_factors(tree, rules, EVERYTHING)
    floor = Floor(answers, tree)
    rows = floor.parameters
    scored = score_array(answers.values, tree, rules, units=range(SERVICES)).score[rows]
    parameters = (floor.member @ scored.T) / answers.sizes[:, None]
    return {
        "a": (lambda: run_once(answers, tree, rules, few, draws, ("method",)),
              lambda: floor_weights(parameters, tree.weights[rows], draws)),
        "b": (lambda: run_once(answers, tree, rules, many, draws, SOURCES),
              lambda: [floor.run(draws, source) for source in SOURCES]),
    }  # fmt: skip


def measure_peak(line: str, draws: int) -> float:
    """Megabytes of one call above imports, in a fresh process."""
    command = [sys.executable, __file__, "--peak", line, "--draws", str(draws)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(run.stdout)


def peak_here(line: str, draws: int) -> float:
    """Growth of this process's largest resident size over imports, in megabytes."""
    before = largest_size()
    result = calls_of(draws)[line][0]()
    after = largest_size()
    del result
    return after - before


def measure(draws: int = DRAWS, repeats: int | None = None) -> list[Line]:
    """Every line of this file."""
    peaks = [Line(GROUP, f"{line}, {number:,} draws, memory", "MB", measure_peak(line, number))
             for number, line in product((draws, 10 * draws), "ab")]  # fmt: skip
    check_scores(20)
    lines = []
    for number, often in ((draws, {"a": 21, "b": 3}), (10 * draws, {"a": 5, "b": 1})):
        for line, calls in calls_of(number).items():
            ours, floor = time_together(list(calls), repeats or often[line])
            name = f"{line}, {number:,} draws"
            lines.append(Line(GROUP, name, "ms", 1000 * ours, 1000 * floor, PEER))
    return lines + peaks


def main() -> None:
    """Read the options and run."""
    parser = make_parser(__doc__)
    parser.add_argument("--draws", type=int)
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--peak", choices=["a", "b"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    draws = options.draws or (QUICK if options.quick else DRAWS)
    if options.peak:
        print(peak_here(options.peak, draws))
        return
    show_lines(measure(draws, 1 if options.quick else options.repeats), as_json=options.json)


if __name__ == "__main__":
    main()
