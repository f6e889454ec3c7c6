"""Sensitivity analysis: which assumption matters, by Sobol indices and one change at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import sobol as sobol_indices
from SALib.sample import sobol as sobol_sample
from scipy.stats import kendalltau

from asan_analysis.analysis.alternatives import Factor, count_columns, draw_variants
from asan_analysis.analysis.uncertainty import TOP
from asan_analysis.errors import AsanAnalysisError, ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import rank_draws, rescore, vary
from asan_analysis.index.rules import Rules

LEVEL = 0.95
_LEAST = 64  # base samples
_STEP = 1024  # draws scored at a time
_INDICES = ("S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high")


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
    bodies: bool = True,
    progress: Callable[[int], object] = lambda done: None,
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
    bodies : bool
        Outputs of each body beside those of all.

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
    scores = np.empty((len(answers.bodies), len(design)))
    ranks = np.empty_like(scores)
    for start in range(0, len(design), _STEP):
        part = slice(start, start + _STEP)
        variants = draw_variants(factors, design[part], tree, rules)
        scores[:, part] = rescore(answers, variants)
        counted = np.where((answers.sizes >= min_services)[:, None], scores[:, part], np.nan)
        ranks[:, part] = rank_draws(counted, answers, variants, decimals=decimals)
        progress(len(design[part]))
    nominal = _nominal_ranks(answers, tree, rules, decimals, min_services)
    outputs = _outputs(answers, scores, ranks, nominal, bodies=bodies)
    rows = []
    for name, output in outputs.items():
        sizes = [size for size in (n // 8, n // 4, n // 2, n) if size >= _LEAST // 2 or size == n]
        for size in sizes if name == "rank_shift" else [n]:
            own = output[: size * (len(factors) + 2)]
            if np.ptp(own) > 1e-12 and not np.isnan(own).any():
                rows.append(_indices(problem, own, factors, seeds[1]).assign(output=name, n=size))
    if not rows:
        return pd.DataFrame(columns=["output", "factor", *_INDICES, "n"])
    return pd.concat(rows, ignore_index=True)[["output", "factor", *_INDICES, "n"]]


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


def _nominal_ranks(
    answers: Answers, tree: Tree, rules: Rules, decimals: int, min_services: int
) -> Floats:
    nominal = vary([(tree, rules)], [0])
    scores = rescore(answers, nominal)
    counted = np.where((answers.sizes >= min_services)[:, None], scores, np.nan)
    return rank_draws(counted, answers, nominal, decimals=decimals)[:, 0]


def _outputs(
    answers: Answers, scores: Floats, ranks: Floats, nominal: Floats, *, bodies: bool
) -> dict[str, Floats]:
    """What the indices explain, by name; one number a draw."""
    placed = ~np.isnan(nominal)
    shift = np.abs(ranks[placed] - nominal[placed, None]).mean(axis=0)
    top = ranks <= TOP
    outputs = {"rank_shift": shift, "top3": top[nominal <= TOP].sum(axis=0).astype("float64")}
    if bodies:
        outputs |= {f"score:{body}": row for body, row in zip(answers.bodies, scores, strict=True)}
        outputs |= {f"top3:{body}": row.astype("float64")
                    for body, row in zip(answers.bodies, top, strict=True)}  # fmt: skip
    return outputs


def _indices(
    problem: dict[str, Any], output: Floats, factors: Sequence[Factor], seed: int
) -> pd.DataFrame:
    """Indices of one output with their bootstrap intervals."""
    found = sobol_indices.analyze(
        problem, output, calc_second_order=False, conf_level=LEVEL, seed=seed
    )
    table: dict[str, Any] = {"factor": [factor.key for factor in factors]}
    for index in ("S1", "ST"):
        middle, half = np.asarray(found[index]), np.asarray(found[f"{index}_conf"])
        table |= {index: middle, f"{index}_low": middle - half, f"{index}_high": middle + half}
    return pd.DataFrame(table)


def compare_methods_singly(
    answers: Answers,
    tree: Tree,
    rules: Rules,
    factors: Sequence[Factor] = (),
    *,
    decimals: int = 2,
    min_services: int = 1,
) -> pd.DataFrame:
    """A league table of methods: the nominal one with one thing changed.

    Parameters
    ----------
    answers, tree, rules : Answers, Tree, Rules
    factors : list of Factor
        Their choices come first; then every other mean, normalisation, rule and equal weights at
        each depth.

    Returns
    -------
    DataFrame
        Key change, alternative. Columns listed (whether an assumption lists it), moved (bodies
        with another place), mean_move, largest_move (places), largest_body (organisation_id),
        kendall_tau (mean over the categories weighted by pairs), entered, left (organisation ids
        of the first three of the categories, separated by ;), reason (why it cannot be scored).
    """
    rows = []
    nominal = _nominal_ranks(answers, tree, rules, decimals, min_services)
    for change, alternative, listed, method, weights in _single_changes(tree, rules, factors):
        row = {"change": change, "alternative": alternative, "listed": listed, "reason": ""}
        if alternative == "zscore" and "zero" in (rules.not_applicable, rules.not_answered):
            rows.append({**row, "reason": "an answer that earns nothing would earn the mean"})
            continue
        try:
            variants = vary([method], [0], weights)
            scores = rescore(answers, variants)
        except AsanAnalysisError as error:
            rows.append({**row, "reason": _first_problem(error)})
            continue
        counted = np.where((answers.sizes >= min_services)[:, None], scores, np.nan)
        if np.nanmax(counted) - np.nanmin(counted) <= 1e-12:
            rows.append({**row, "reason": "gives every body the same score"})
            continue
        ranks = rank_draws(counted, answers, variants, decimals=decimals)[:, 0]
        rows.append({**row, **_compare_ranks(answers, nominal, ranks)})
    columns = ["change", "alternative", "listed", *_MOVES, "reason"]
    return pd.DataFrame(rows).reindex(columns=columns)


_MOVES = ("moved", "mean_move", "largest_move", "largest_body", "kendall_tau", "entered", "left")


def _first_problem(error: AsanAnalysisError) -> str:
    problems = error.problems
    return f"{problems[0].column} {problems[0].rule}" if problems else str(error)


def _single_changes(
    tree: Tree, rules: Rules, factors: Sequence[Factor]
) -> list[tuple[str, str, bool, tuple[Tree, Rules], Floats | None]]:
    """Change, alternative, whether listed, method, weights."""
    found: list[tuple[str, str, bool, tuple[Tree, Rules], Floats | None]] = []
    for place, factor in enumerate(factors):
        for number, label in enumerate(factor.labels[1:], start=1):
            columns = count_columns(factors)
            design = np.zeros((1, columns)) + 0.0
            design[0, count_columns(factors[:place])] = (number + 0.5) / len(factor.choices)
            variants = draw_variants([one if one is factor else _still(one) for one in factors],
                                     design, tree, rules)  # fmt: skip
            found.append((factor.key, label, True, variants.methods[0], variants.weights))
    known = {(change, alternative) for change, alternative, *_ in found}
    for key, value in _other_rules(rules):
        if (key, str(value)) not in known:
            found.append((key, str(value), False, (tree, replace(rules, **{key: value})), None))
    for value in ("minmax", "zscore", "rank", "percentile_rank"):
        method = replace_normalisation(tree, value), replace(rules, normalisation=value)
        if ("normalisation", value) not in known and value != rules.normalisation:
            found.append(("normalisation", value, False, method, None))
    for depth in range(1, int(tree.depths.max()) + 1):
        weights = np.where(tree.depths == depth, 1.0, tree.weights)[:, None]
        if (f"weight:{depth}", "equal") not in known and _differs(weights, tree):
            found.append((f"weight:{depth}", "equal", False, (tree, rules), weights))
    return found


def replace_normalisation(tree: Tree, normalisation: str) -> Tree:
    """The same tree with every item under one normalisation, between its observed bounds."""
    plain = {"lower": np.nan, "upper": np.nan, "cap": None}
    nodes = tree.nodes.assign(**{name: value for name, value in plain.items()
                                 if name in tree.nodes})  # fmt: skip
    nodes["normalisation"] = pd.Series(normalisation, nodes.index, dtype=object).where(
        nodes["is_item"]
    )
    return replace(tree, nodes=nodes)


def _still(factor: Factor) -> Factor:
    """The same factor held at its nominal state, with as many columns."""
    if factor.spread:
        return replace(factor, spread=("relative", 0.0))
    return factor


def _differs(weights: Floats, tree: Tree) -> bool:
    """Whether other shares come out of these weights."""
    for row in tree.inner_rows:
        below = list(tree.children[row])
        own, other = tree.weights[below], weights[below, 0]
        if np.abs(own / own.sum() - other / other.sum()).max() > 1e-12:
            return True
    return False


def _other_rules(rules: Rules) -> list[tuple[str, Any]]:
    """Every other value of the rules that choose among methods."""
    choices: dict[str, tuple[Any, ...]] = {
        "aggregation": ("arithmetic", "power:0.5", "geometric", "harmonic"),
        "not_applicable": ("exclude", "zero"),
        "not_answered": ("exclude", "zero"),
        "min_coverage": (0.5,),
        "roll_up": ("mean", "pooled", *(("weighted",) if rules.roll_up_weight else ())),
        "round_service": (0, 1, 2),
        "round_organisation": (0, 1, 2),
    }
    return [(key, value) for key, values in choices.items() for value in values
            if value != getattr(rules, key)]  # fmt: skip


def remove_nodes(
    answers: Answers, tree: Tree, rules: Rules, *, decimals: int = 2, min_services: int = 1
) -> pd.DataFrame:
    """Each node left out in turn: its weight goes to its siblings.

    Returns
    -------
    DataFrame
        Key node_id, depth first, without the root and without only children. Columns depth, weight
        (share among siblings), then those of the league table: moved, mean_move, largest_move,
        largest_body, kendall_tau, entered, left.
    """
    share = tree.nodes["share"].to_numpy(dtype="float64")
    rows = [row for row in range(1, len(tree.node_ids)) if 0 < share[row] < 1]
    weights = np.repeat(tree.weights[:, None], len(rows), axis=1)
    weights[rows, np.arange(len(rows))] = 0.0
    nominal = _nominal_ranks(answers, tree, rules, decimals, min_services)
    found = []
    for place, row in enumerate(rows):
        variants = vary([(tree, rules)], [0], weights[:, [place]])
        scores = rescore(answers, variants)
        counted = np.where((answers.sizes >= min_services)[:, None], scores, np.nan)
        ranks = rank_draws(counted, answers, variants, decimals=decimals)[:, 0]
        own = {"node_id": tree.node_ids[row], "depth": int(tree.depths[row]), "weight": share[row]}
        found.append({**own, **_compare_ranks(answers, nominal, ranks)})
    return pd.DataFrame(found, columns=["node_id", "depth", "weight", *_MOVES])


def _compare_ranks(answers: Answers, before: Floats, after: Floats) -> dict[str, Any]:
    """What moved between two sets of places."""
    both = ~np.isnan(before) & ~np.isnan(after)
    move = np.where(both, np.abs(after - before), 0.0)
    names = np.array(answers.bodies, dtype=object)
    return {
        "moved": int((move > 0).sum()),
        "mean_move": float(move[both].mean()) if both.any() else np.nan,
        "largest_move": float(move.max()),
        "largest_body": str(names[move.argmax()]) if move.max() > 0 else "",
        "kendall_tau": _kendall(answers.groups, before, after, both),
        "entered": ";".join(names[(after <= TOP) & ~(before <= TOP)]),
        "left": ";".join(names[(before <= TOP) & ~(after <= TOP)]),
    }


def _kendall(
    groups: list[NDArray[np.int64]], before: Floats, after: Floats, both: NDArray[np.bool_]
) -> float:
    """Kendall's tau-b inside the categories, weighted by their pairs."""
    total, pairs = 0.0, 0
    for group in groups:
        own = group[both[group]]
        if len(own) < 2:
            continue
        tau = float(kendalltau(before[own], after[own]).statistic)
        if not np.isnan(tau):
            number = len(own) * (len(own) - 1) // 2
            total, pairs = total + tau * number, pairs + number
    return total / pairs if pairs else np.nan
