"""Everything the command `robustness` writes, from answers to tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.audit.description import audit_nodes
from asan_analysis.index.aggregation import Scored, split_root
from asan_analysis.index.answers import STATUSES, Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import rescore, score_once, vary
from asan_analysis.index.rules import Rules
from asan_analysis.processes import Spread
from asan_analysis.robustness.alternatives import Factor
from asan_analysis.robustness.certificates import certify_level
from asan_analysis.robustness.league import compare_alternatives, remove_nodes
from asan_analysis.robustness.levels import find_level
from asan_analysis.robustness.rank_sets import COLUMNS as SET_COLUMNS
from asan_analysis.robustness.rank_sets import find_rank_sets
from asan_analysis.robustness.sensitivity import COLUMNS, measure_sensitivity
from asan_analysis.robustness.uncertainty import (
    TABLES,
    Uncertainty,
    find_no_order,
    measure_uncertainty,
)


def examine_method(
    answers: Answers,
    tree: Tree,
    rules: Rules,
    factors: Sequence[Factor],
    *,
    draws: int,
    seed: int,
    decimals: int = 2,
    min_services: int = 1,
    progress: Callable[[int], object] = lambda done: None,
    spread: Spread = map,
) -> dict[str, pd.DataFrame]:
    """Uncertainty, sensitivity, certificates, audit and single changes, as tables by file name.

    Parameters
    ----------
    answers, tree, rules, factors
        As `measure_uncertainty` takes them.
    draws : int
        Draws of each source; sensitivity takes at least as many scorings.
    seed : int
        Every table has a generator of its own made from it.
    decimals, min_services, progress, spread
        As `measure_uncertainty` takes them.

    Returns
    -------
    dict of str to DataFrame
        `uncertainty`, `rank_share` and `pairwise` (`measure_uncertainty`), `sensitivity`
        (`measure_sensitivity`; empty with fewer than two factors), `certificates`
        (`certify_level` for the children of the root, every place), `audit` (`audit_nodes` of the
        services, or units), `remove` (`remove_nodes`), `methods` (`compare_alternatives`) and,
        where bodies have services, `rank_sets` (`find_sets`).

    Raises
    ------
    ParameterError, FrameworkError
        As the functions named do.
    """
    streams = [np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(4)]
    options: dict[str, Any] = {"decimals": decimals, "min_services": min_services}
    sources = list_sources(answers, factors)
    found = measure_uncertainty(answers, tree, rules, factors, draws=draws, rng=streams[0],
                                sources=sources, progress=progress, spread=spread,
                                **options)  # fmt: skip
    indices = find_indices(answers, tree, rules, factors, draws=draws, rng=streams[1],
                           progress=progress, spread=spread, **options)  # fmt: skip
    level = find_level(answers, tree, rules, decimals=decimals)
    places, _ = certify_level(level, answers.list_ranked(min_services), rng=streams[2])
    tables = {
        "uncertainty": found.bodies,
        "rank_share": found.ranks,
        "pairwise": found.pairs,
        "sensitivity": indices,
        "certificates": places.rename(columns={"organisation_id": "unit_id"}),
        "audit": audit_answers(answers, tree, rules),
        "remove": remove_nodes(answers, tree, rules, **options),
        "methods": compare_alternatives(answers, tree, rules, factors, **options),
    }
    if has_services(answers):
        sets = find_sets(answers, tree, rules, min_services=min_services, rng=streams[3])
        tables["rank_sets"] = sets.rename(columns={"organisation_id": "unit_id"})
    return tables


def draw_places(
    answers: Answers, tree: Tree, rules: Rules, factors: Sequence[Factor], **options: Any
) -> Uncertainty:
    """`measure_uncertainty` from all sources that there are; empty tables where nobody has a rival.

    Parameters
    ----------
    options
        Of `measure_uncertainty`, without `sources`.
    """
    scores = rescore(answers, vary([(tree, rules)], [0]))
    if find_no_order(answers.only_ranked(scores, options.get("min_services", 1))):
        return Uncertainty(*(pd.DataFrame(columns=list(columns)) for columns in TABLES))
    sources = list_sources(answers, factors)
    return measure_uncertainty(answers, tree, rules, factors, sources=sources, **options)


def find_indices(
    answers: Answers, tree: Tree, rules: Rules, factors: Sequence[Factor], **options: Any
) -> pd.DataFrame:
    """`measure_sensitivity`; empty with fewer than two factors, where there is nothing to share."""
    if len(factors) < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    return measure_sensitivity(answers, tree, rules, factors, **options)


def has_services(answers: Answers) -> bool:
    """Whether bodies are made of services; in a table every unit is its own."""
    return answers.shares


def list_sources(answers: Answers, factors: Sequence[Factor]) -> list[str]:
    """The sources of uncertainty that there are: alternatives, services, both."""
    method = ["method"] if factors else []
    services = ["services"] if has_services(answers) else []
    return [*method, *services, *(["both"] if method and services else [])] or ["method"]


def find_sets(
    answers: Answers, tree: Tree, rules: Rules, *, min_services: int, rng: np.random.Generator
) -> pd.DataFrame:
    """`find_rank_sets` of the services; empty where a body is no plain mean of its services.

    The sets compare plain means. Under another roll-up they would speak of other scores than those
    that are ranked.
    """
    services = list_services(answers, tree, rules, min_services)
    if rules.roll_up != "mean" or services["score_percent"].isna().all():
        return pd.DataFrame(columns=list(SET_COLUMNS))
    return find_rank_sets(services, rng=rng)


def list_services(
    answers: Answers, tree: Tree, rules: Rules, min_services: int = 1
) -> pd.DataFrame:
    """Score of each service of the bodies with a place.

    Returns
    -------
    DataFrame
        Key service_id. Columns organisation_id, category, score_percent.
    """
    nodes, _, _ = score_once(answers, tree, rules)
    owner = np.repeat(np.arange(len(answers.bodies)), answers.sizes)
    table = pd.DataFrame(
        {
            "service_id": answers.names,
            "organisation_id": np.array(answers.bodies, dtype=object)[owner],
            "category": answers.category.to_numpy()[owner],
            "score_percent": nodes[0],
        }
    )
    return table[(answers.sizes >= min_services)[owner]].reset_index(drop=True)


def audit_answers(answers: Answers, tree: Tree, rules: Rules) -> pd.DataFrame:
    """`audit_nodes` of the services of some answers, or of the units of a table."""
    nodes, _, _ = score_once(answers, tree, rules)
    index = pd.Index(answers.names)
    values = pd.DataFrame(nodes.T, index=index, columns=tree.node_index)
    split, _ = split_root(Scored(nodes, nodes), tree, rules)
    parts = pd.DataFrame(split.T, index=index, columns=tree.node_index)
    status = np.select([answers.statuses[name] for name in STATUSES], STATUSES, default="scored")
    states = pd.DataFrame(status, index=index, columns=tree.item_index).astype("str")
    return audit_nodes(values, states, tree, parts=parts, scale=rules.range)
