"""Services rolled up to organisations, organisations to categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.aggregation import Floats, Scored, aggregate, weigh_missing
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services, long_keys, round_services
from asan_analysis.index.sums import Sums


def score_organisations(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score every organisation of one edition at every node.

    `roll_up` decides how: "mean" is the plain mean, at each node, over the services that have a
    score there; "weighted" weighs services by the column `roll_up_weight`; "pooled" averages the
    normalised answers of all services item by item and aggregates those up the tree.

    Parameters
    ----------
    assessments : DataFrame
        Rows of one edition: service_id, item_id, status, value.
    services : DataFrame
        Rows of the same edition: service_id, organisation_id and, where needed, the weights.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id (in order of appearance, depth first). Columns score_percent,
        services (number with a score at the node), weight_redistributed (mean over its services).
        The root is rounded to `round_organisation` where that is set.
    """
    scored, units = arrays_of_services(assessments, services, tree, rules)
    bodies, members, weight = group_services(services, units, rules)
    score = group_means(round_services(scored, rules).score, members, weight)
    _, left_out = weigh_missing(scored.score, tree)
    redistributed = group_means(left_out, members, weight)
    if rules.roll_up == "pooled":
        score = pool_services(scored, members, tree, rules, bodies).score
    if rules.round_organisation is not None:
        score[0] = round_decimal(score[0], rules.round_organisation, rounding=rules.rounding)
    counts = [(~np.isnan(scored.score[:, member])).sum(axis=1) for member in members]
    return pd.DataFrame(
        {
            **long_keys("organisation_id", bodies, tree),
            "score_percent": score.T.ravel(),
            "services": np.concatenate(counts),
            "weight_redistributed": redistributed.T.ravel(),
        }
    )


def score_categories(scores: pd.DataFrame, organisations: pd.DataFrame) -> pd.DataFrame:
    """Plain mean over the organisations of each category, and of all, at every node.

    Sums are exact, so no bit depends on the order of the organisations.

    Returns
    -------
    DataFrame
        Key category (ids, then `all`), node_id. Columns score_percent, organisations (number with
        a score), lowest, highest.
    """
    table = scores.merge(
        organisations[["organisation_id", "category"]],
        on="organisation_id", how="left", validate="many_to_one",
    )  # fmt: skip
    both = pd.concat([table, table.assign(category="all")], ignore_index=True)
    grouped = both.groupby(["category", "node_id"], sort=False)["score_percent"]
    result = grouped.agg(organisations="count", lowest="min", highest="max")
    group = grouped.ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    filled = both["score_percent"].fillna(0.0).to_numpy(dtype="float64")[None, order]
    starts = np.searchsorted(group[order], np.arange(len(result)))
    total = Sums(1, len(result)).add(filled, starts).round()[0]
    known = result["organisations"].where(result["organisations"] > 0)
    result.insert(0, "score_percent", total / known)
    return result.reset_index()


def group_services(
    services: pd.DataFrame, units: list[str], rules: Rules
) -> tuple[list[str], list[NDArray[Any]], Floats]:
    """Organisations, the places of their services, and the weight of each service."""
    owner = services["organisation_id"].to_numpy()
    bodies = services["organisation_id"].unique().tolist()
    members = [np.flatnonzero(owner == body) for body in bodies]
    return bodies, members, weigh_services(services, units, rules)


def weigh_services(services: pd.DataFrame, units: list[str], rules: Rules) -> Floats:
    """The weight of each service in the roll-up; 1 where services count alike."""
    if rules.roll_up != "weighted":
        return np.ones(len(units))
    column = rules.roll_up_weight
    if column not in services:
        rule, remedy = f"has no column {column!r}", "add it or change roll_up_weight"
        refuse(FrameworkError, [Problem("services.csv", None, column, "", rule, remedy)])
    weight = pd.to_numeric(services[column], errors="coerce").to_numpy(dtype="float64")
    bad = [unit for unit, one in zip(units, weight, strict=True) if not 0 <= one < np.inf]
    rule, remedy = "has no weight of zero or more", "write a number for each service"
    problems = [Problem("services.csv", None, column, unit, rule, remedy) for unit in bad]
    refuse(FrameworkError, problems)
    return weight


def group_means(matrix: Floats, members: list[NDArray[Any]], weight: Floats) -> Floats:
    """Weighted mean over the units of each group that have a value; nodes x groups.

    Sums are exact, so no bit depends on the order of the units; see `index.sums`.
    """
    order = np.concatenate([np.zeros(0, dtype="int64"), *members])
    starts = np.cumsum([0, *(len(member) for member in members)])[:-1]
    own, by = matrix[:, order], weight[order]
    missing = np.isnan(own)
    shape = len(matrix), len(members)
    parts = Sums(*shape).add(np.where(missing, 0.0, own * by), starts).round()
    used = Sums(*shape).add(np.where(missing, 0.0, by), starts).round()
    return parts / np.where(used > 0, used, np.nan)


def pool_services(
    scored: Scored, members: list[NDArray[Any]], tree: Tree, rules: Rules, bodies: list[str]
) -> Scored:
    """Answers of all services of a body averaged item by item, then aggregated up the tree."""
    items = scored.score[tree.item_rows]
    return aggregate(group_means(items, members, np.ones(items.shape[1])), tree, rules, bodies)
