"""Sensitivity analysis: which assumption matters, by Sobol indices."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_indices
from SALib.sample import sobol as sobol_sample

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import rank_draws, rescore
from asan_analysis.index.rules import Rules
from asan_analysis.processes import Spread
from asan_analysis.robustness.alternatives import Factor, count_columns, draw_variants
from asan_analysis.robustness.league import TOP, rank_nominal

LEVEL = 0.95
_LEAST = 64  # base samples
_STEP = 1024  # draws scored at a time
COLUMNS = ("output", "factor", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "n")


def measure_sensitivity(
    answers: Answers,
    tree: Tree,
    rules: Rules,
    factors: Sequence[Factor],
    *,
    draws: int,
    rng: np.random.Generator,
    decimals: int = 2,
    min_services: int = 1,
    progress: Callable[[int], object] = lambda done: None,
    spread: Spread = map,
) -> pd.DataFrame:
    """First-order and total Sobol indices of each assumption.

    S1 is the share of an output's variance that the factor explains alone, ST the share it has a
    part in. Both rest on a Saltelli design of n base samples, n (k + 2) scorings for k factors; all
    weights of one assumption are one factor. The output is centred before the estimate.

    Parameters
    ----------
    answers, tree, rules, factors
        As `measure_uncertainty` takes them; two factors or more.
    draws : int
        Scorings wanted; n is the least power of two that reaches them, at least 64.
    rng : Generator
        Scrambles the Sobol sequence and draws the bootstrap.
    spread : callable
        As `measure_uncertainty` takes it; it changes no result.

    Returns
    -------
    DataFrame
        Key output, factor, n. Columns S1, S1_low, S1_high, ST, ST_low, ST_high (95 %, bootstrap;
        sampling error can carry them below 0 or above 1) and n. Outputs: `rank_shift` (mean
        absolute change of place from the nominal one), `top3` (number of the nominal first three
        of the categories that stay there), `score:<body>` and `top3:<body>` (1 in the first three).
        An output that never changes is left out. `rank_shift` stands for n/8, n/4, n/2 and n, so
        that a reader sees whether n was enough.

    Raises
    ------
    ParameterError
        Fewer than two factors.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181; Saisana, Saltelli, Tarantola
    (2005), JRSS A 168.
    """
    if len(factors) < 2:
        raise ParameterError(
            f"{len(factors)} active assumption with alternatives: sensitivity compares two or more"
        )
    problem = _problem(factors)
    n = _base_samples(draws, len(factors))
    seeds = rng.integers(2**31, size=2).tolist()
    design = sobol_sample.sample(problem, n, calc_second_order=False, seed=seeds[0])
    design = np.minimum(design, np.nextafter(1.0, 0.0))
    case = Case(answers, tree, rules, factors, design, decimals, min_services)
    parts = []
    for part in spread(partial(score_part, case), range(0, len(design), _STEP)):
        parts.append(part)
        progress(part[0].shape[1])
    scores, ranks = (np.concatenate(one, axis=1) for one in zip(*parts, strict=True))
    nominal = rank_nominal(answers, tree, rules, decimals=decimals, min_services=min_services)
    varied = [
        (name, output[: size * (len(factors) + 2)], size)
        for name, output in _outputs(answers, scores, ranks, nominal).items()
        for size in _sizes(name, n)
    ]
    varied = [one for one in varied if np.ptp(one[1]) > 1e-12 and not np.isnan(one[1]).any()]
    rows = list(spread(partial(share_variance, problem, seeds[1]), varied))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return table.reindex(columns=list(COLUMNS))


class Case(NamedTuple):
    """What all parts of the design share."""

    answers: Answers
    tree: Tree
    rules: Rules
    factors: Sequence[Factor]
    design: Floats
    decimals: int
    min_services: int


def score_part(case: Case, start: int) -> tuple[Floats, Floats]:
    """Scores and places, bodies x draws, of the part of the design that begins there."""
    variants = draw_variants(
        case.factors, case.design[start : start + _STEP], case.tree, case.rules
    )
    scores = rescore(case.answers, variants)
    ranked = case.answers.only_ranked(scores, case.min_services)
    return scores, rank_draws(ranked, case.answers, variants, decimals=case.decimals)


def _sizes(name: str, n: int) -> list[int]:
    """The base samples that an output is estimated from: parts of them where it shows enough."""
    sizes = [size for size in (n // 8, n // 4, n // 2, n) if size >= _LEAST // 2 or size == n]
    return sizes if name == "rank_shift" else [n]


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """The design as SALib takes it: uniform columns, those of one factor in one group."""
    groups = [factor.key for factor in factors for _ in range(factor.columns)]
    names = [f"{group} {place}" for place, group in enumerate(groups)]
    bounds = [[0.0, 1.0]] * count_columns(factors)
    return {"num_vars": len(names), "names": names, "bounds": bounds, "groups": groups}


def _base_samples(draws: int, factors: int) -> int:
    n = _LEAST
    while n * (factors + 2) < draws:
        n *= 2
    return n


def _outputs(answers: Answers, scores: Floats, ranks: Floats, nominal: Floats) -> dict[str, Floats]:
    """What the indices explain, by name; one number a draw."""
    placed = ~np.isnan(nominal)
    shift = np.abs(ranks[placed] - nominal[placed, None]).mean(axis=0)
    top = ranks <= TOP
    return {
        "rank_shift": shift,
        "top3": top[nominal <= TOP].sum(axis=0).astype("float64"),
        **{f"score:{body}": row for body, row in zip(answers.bodies, scores, strict=True)},
        **{f"top3:{body}": row.astype("float64")
           for body, row in zip(answers.bodies, top, strict=True)},
    }  # fmt: skip


def share_variance(
    problem: dict[str, Any], seed: int, varied: tuple[str, Floats, int]
) -> pd.DataFrame:
    """Indices of one output with their bootstrap intervals, a row for each factor."""
    name, output, size = varied
    with warnings.catch_warnings():
        # a resample of the bootstrap may hold one value only
        warnings.filterwarnings("ignore", message="Constant values encountered")
        found = sobol_indices.analyze(
            problem, output, calc_second_order=False, conf_level=LEVEL, seed=seed
        )
    table: dict[str, Any] = {"factor": list(dict.fromkeys(problem["groups"]))}
    for index in ("S1", "ST"):
        middle, half = np.asarray(found[index]), np.asarray(found[f"{index}_conf"])
        table |= {index: middle, f"{index}_low": middle - half, f"{index}_high": middle + half}
    return pd.DataFrame(table).assign(output=name, n=size)
