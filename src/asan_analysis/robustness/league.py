"""One change at a time: a league table of methods, and every node left out in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import kendalltau

from asan_analysis.errors import AsanAnalysisError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import Variants, rank_draws, rescore, vary
from asan_analysis.index.rules import Rules
from asan_analysis.robustness.alternatives import Factor, count_columns, draw_variants

TOP = 3


def rank_nominal(
    answers: Answers, tree: Tree, rules: Rules, *, decimals: int = 2, min_services: int = 1
) -> Floats:
    """Places of the bodies under the nominal method, in the order of `answers.bodies`."""
    return _rank(answers, vary([(tree, rules)], [0]), decimals, min_services)[:, 0]


def _rank(answers: Answers, variants: Variants, decimals: int, min_services: int) -> Floats:
    """Places under some variants; missing for bodies with too few services."""
    scores = rescore(answers, variants)
    ranked = answers.only_ranked(scores, min_services)
    return rank_draws(ranked, answers, variants, decimals=decimals)


def compare_alternatives(
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
        Key factor, alternative. Columns listed (whether an assumption lists it), moved (bodies
        with another place), mean_move, largest_move (places), largest_body (organisation_id),
        kendall_tau (mean over the categories weighted by pairs), entered, left (organisation ids
        of the first three of the categories, separated by ;), reason (why it cannot be scored).
    """
    rows = []
    nominal = rank_nominal(answers, tree, rules, decimals=decimals, min_services=min_services)
    for change, alternative, listed, method, weights in _single_changes(tree, rules, factors):
        row = {"factor": change, "alternative": alternative, "listed": listed, "reason": ""}
        if alternative == "zscore" and "zero" in (rules.not_applicable, rules.not_answered):
            rows.append({**row, "reason": "an answer that earns nothing would earn the mean"})
            continue
        try:
            ranks = _rank(answers, vary([method], [0], weights), decimals, min_services)[:, 0]
        except AsanAnalysisError as error:
            rows.append({**row, "reason": _first_problem(error)})
            continue
        if (nominal > 1).any() and not (ranks > 1).any():
            rows.append({**row, "reason": "gives every body the same score"})
            continue
        rows.append({**row, **_compare_ranks(answers, nominal, ranks)})
    columns = ["factor", "alternative", "listed", *_MOVES, "reason"]
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
            design = np.zeros((1, columns))
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
    nominal = rank_nominal(answers, tree, rules, decimals=decimals, min_services=min_services)
    found = []
    for place, row in enumerate(rows):
        variants = vary([(tree, rules)], [0], weights[:, [place]])
        ranks = _rank(answers, variants, decimals, min_services)[:, 0]
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
