"""Aggregation up the tree, services rolled up to bodies and categories, contributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.normalise import bottom_of, normalise_items
from asan_analysis.index.ranking import rank_scores, round_decimal
from asan_analysis.index.rules import Rules

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12


@dataclass(frozen=True)
class _Scored:
    """Arrays, nodes x units.

    `raw` is `score` before the rounding of its node; `present` is the share of child weight that
    has a score; `redistributed` is the share of item weight that has none.
    """

    score: Floats
    raw: Floats
    present: Floats
    redistributed: Floats


def score_table(
    values: pd.DataFrame, status: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score a wide table: a row per unit, a column per item.

    Parameters
    ----------
    values, status : DataFrame
        Same index of units, columns `tree.items`; float values (missing unless scored) and
        `scored`, `not_applicable` or `not_answered`.
    tree, rules : Tree, Rules

    Returns
    -------
    DataFrame
        Index of units. One column per node, depth first (items as normalised), full precision,
        then `rank` over all units.

    Raises
    ------
    FrameworkError
        Values that the framework cannot score; see `normalise_items`.
    """
    if rules.rank_on == "rounded" and 0 not in rules.round:
        rule, remedy = "needs digits for the root", "add round = {0 = 2}, or rank on unrounded"
        refuse(FrameworkError, [Problem("rules", None, "rank_on", "rounded", rule, remedy)])
    units = [str(unit) for unit in values.index]
    answers = _matrix(values[tree.items]), _matrix_of_status(status[tree.items])
    scored = _score(*answers, tree, rules, units, shares=False)
    nodes = pd.DataFrame(scored.score.T, index=values.index, columns=tree.node_ids)
    root = scored.raw[0] if rules.rank_on == "unrounded" else scored.score[0]
    ranks = rank_scores(pd.Series(root, index=values.index), ties=rules.ties)
    return nodes.assign(rank=ranks)


def score_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Score every service of one edition at every node.

    Parameters
    ----------
    assessments : DataFrame
        Rows of one edition: service_id, item_id, status, value. An item without a normalisation
        is a share from 0 to 1. A listed service without a row for an item has not answered it.
    services : DataFrame
        Rows of the same edition: service_id.

    Returns
    -------
    DataFrame
        Key service_id, node_id (services in the order given, nodes depth first). Columns
        score_percent (missing where nothing below has a score; the root rounded to
        `round_service`), coverage (share of child weight present, 0..1), weight_redistributed
        (share of item weight left out and carried by siblings, 0..1; 1 where there is no score).
    """
    scored, units = _scored_services(assessments, services, tree, rules)
    return pd.DataFrame(
        {
            **_keys("service_id", units, tree),
            "score_percent": scored.score.T.ravel(),
            "coverage": scored.present.T.ravel(),
            "weight_redistributed": scored.redistributed.T.ravel(),
        }
    )


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
    scored, units = _scored_services(assessments, services, tree, rules)
    bodies, members, weight = _groups(services, units, rules)
    score = _group_means(scored.score, members, weight)
    redistributed = _group_means(scored.redistributed, members, weight)
    if rules.roll_up == "pooled":
        score = _pool(scored, members, tree, rules, bodies).score
    if rules.round_organisation is not None:
        score[0] = round_decimal(score[0], rules.round_organisation, rounding=rules.rounding)
    counts = [(~np.isnan(scored.score[:, member])).sum(axis=1) for member in members]
    return pd.DataFrame(
        {
            **_keys("organisation_id", bodies, tree),
            "score_percent": score.T.ravel(),
            "services": np.concatenate(counts),
            "weight_redistributed": redistributed.T.ravel(),
        }
    )


def rank_organisations(
    scores: pd.DataFrame,
    organisations: pd.DataFrame,
    tree: Tree,
    rules: Rules,
    *,
    decimals: int,
    min_services: int = 1,
) -> pd.DataFrame:
    """Places of organisations, in their category and over all.

    Parameters
    ----------
    scores : DataFrame
        From `score_organisations`.
    organisations : DataFrame
        Rows of the edition: organisation_id, category.
    decimals : int
        Digits of the printed score, used where `rank_on` is "rounded".
    min_services : int
        Organisations with fewer scored services have a score and no place.

    Returns
    -------
    DataFrame
        Key organisation_id, best first. Columns category, score_percent, services, rank, ranked
        (number of organisations with a place in the category), rank_all, ranked_all.
    """
    root = scores[scores["node_id"] == tree.root].drop(columns="node_id")
    table = organisations[["organisation_id", "category"]].merge(
        root, on="organisation_id", how="left", validate="one_to_one"
    )
    table["services"] = table["services"].fillna(0).astype("Int64")
    counted = table["score_percent"].where(table["services"] >= min_services)
    if rules.rank_on == "rounded":
        digits = rules.round_organisation if rules.round_organisation is not None else decimals
        rounded = round_decimal(counted.to_numpy(), digits, rounding=rules.rounding)
        counted = pd.Series(rounded, index=counted.index)
    by_category = counted.groupby(table["category"])
    table["rank"] = by_category.transform(lambda score: rank_scores(score, ties=rules.ties))
    table["ranked"] = by_category.transform("count").astype("Int64")
    table["rank_all"] = rank_scores(counted, ties=rules.ties)
    table["ranked_all"] = int(counted.count())
    columns = ["organisation_id", "category", "score_percent", "services",
               "rank", "ranked", "rank_all", "ranked_all"]  # fmt: skip
    ordered = table.sort_values(
        ["score_percent", "organisation_id"], ascending=[False, True], na_position="last"
    )
    return ordered[columns].reset_index(drop=True)


def score_categories(scores: pd.DataFrame, organisations: pd.DataFrame) -> pd.DataFrame:
    """Plain mean over the organisations of each category, and of all, at every node.

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
    result = grouped.agg(score_percent="mean", organisations="count", lowest="min", highest="max")
    return result.reset_index()


def contribute_organisations(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Split each organisation's score into the points its nodes contribute.

    At every node the contributions of the children add up to the node's own: weight times score
    for the arithmetic mean and, for the other means, the share of Euler's theorem (a mean is
    homogeneous of degree 1, so score times derivative, summed over the children, is the mean).
    Rounded nodes pass their rounded value on. Under a geometric mean the split follows the
    weights alone, so it says nothing about which child is weak.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id. Columns contribution (points of the organisation's score;
        the root's is the score), weight (nominal share of the root, 0..1), weight_used (share
        after redistribution, mean over services, 0..1).
    """
    scored, units = _scored_services(assessments, services, tree, rules)
    bodies, members, weight = _groups(services, units, rules)
    if rules.roll_up == "pooled":
        parts, used = _split(_pool(scored, members, tree, rules, bodies), tree, rules)
    else:
        parts, used = (_group_means(part, members, weight) for part in _split(scored, tree, rules))
    if rules.round_organisation is not None:
        rounded = round_decimal(parts[0], rules.round_organisation, rounding=rules.rounding)
        parts *= rounded / np.where(parts[0] == 0, 1.0, parts[0])
    return _contributions("organisation_id", bodies, parts, used, tree)


def contribute_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> pd.DataFrame:
    """Split each service's score into the points its nodes contribute.

    Returns
    -------
    DataFrame
        Key service_id, node_id; columns as in `contribute_organisations`.
    """
    scored, units = _scored_services(assessments, services, tree, rules)
    parts, used = _split(scored, tree, rules)
    return _contributions("service_id", units, parts, used, tree)


def nominal_weights(tree: Tree) -> Floats:
    """Weight of each node in the root: the product of shares on the way down; depth-first."""
    weight = np.ones(len(tree.nodes))
    share = tree.nodes["share"].to_numpy()
    for row in reversed(tree.inner_rows):
        for child in tree.children[row]:
            weight[child] = weight[row] * share[child]
    return weight


def _matrix(frame: pd.DataFrame) -> Floats:
    """Items x units, each item's values side by side in memory."""
    return np.ascontiguousarray(frame.to_numpy(dtype="float64").T)


_CODES = {"scored": 0, "not_applicable": 1, "not_answered": 2}


def _matrix_of_status(status: pd.DataFrame) -> NDArray[np.int8]:
    codes = status.apply(lambda column: column.map(_CODES))
    return np.ascontiguousarray(codes.to_numpy(dtype="int8").T)


def _answers(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree
) -> tuple[list[str], Floats, NDArray[np.int8]]:
    """Long answers as matrices items x services; a pair without a row is not answered.

    Answers of other services or to other items are left out; a checked dataset has none.
    """
    units = pd.Index(services["service_id"])
    unit = units.get_indexer(pd.Index(assessments["service_id"]))
    item = pd.Index(tree.items).get_indexer(pd.Index(assessments["item_id"]))
    values = np.full((len(tree.items), len(units)), np.nan)
    status = np.full(values.shape, _CODES["not_answered"], dtype="int8")
    here = (unit >= 0) & (item >= 0)
    rows, columns, listed = item[here], unit[here], assessments[here]
    values[rows, columns] = listed["value"].to_numpy(dtype="float64")
    status[rows, columns] = listed["status"].map(_CODES).to_numpy(dtype="int8")
    return [str(name) for name in units], values, status


def _score(
    values: Floats,
    status: NDArray[np.int8],
    tree: Tree,
    rules: Rules,
    units: list[str],
    *,
    shares: bool,
) -> _Scored:
    """Normalise the items, say what missing means, aggregate up the tree."""
    items = normalise_items(values, tree, rules, units=units, shares=shares)
    bottom = bottom_of(tree, rules, shares=shares)
    for name in ("not_applicable", "not_answered"):
        if getattr(rules, name) == "zero":
            items = np.where(status == _CODES[name], bottom[:, None], items)
    return _aggregate(items, tree, rules, units)


def _aggregate(items: Floats, tree: Tree, rules: Rules, units: list[str]) -> _Scored:
    """From normalised items (items x units) to every node.

    Children are added one after the other, so equal rows have equal scores to the last bit
    wherever they stand in the table.
    """
    shape = (len(tree.nodes), items.shape[1])
    score, present = np.full(shape, np.nan), np.ones(shape)
    left_out = np.zeros(shape)
    score[tree.item_rows] = items
    present[tree.item_rows] = ~np.isnan(items)
    left_out[tree.item_rows] = np.isnan(items)
    raw = score.copy()
    _round_rows(score, tree.item_rows, tree, rules)
    methods = tree.column("aggregation", rules.aggregation)
    weights = tree.nodes["weight"].to_numpy()
    for row in tree.inner_rows:
        below = list(tree.children[row])
        weight, total = weights[below], sum(weights[below])
        power = power_of(methods[row])
        _check_means(score[below], weight, power, tree, row, units)
        mean, found = _power_mean(score[below], weight, power)
        _check_finite(mean, tree, row, units)
        present[row] = found / total
        covered = (found > 0) & (present[row] >= rules.min_coverage - _TOLERANCE)
        raw[row] = np.where(covered, mean, np.nan)
        carried = sum(part * child for part, child in zip(weight, left_out[below], strict=True))
        left_out[row] = np.where(covered, carried / total, 1.0)
        score[row] = raw[row]
        _round_rows(score, [row], tree, rules)
    return _Scored(score, raw, present, left_out)


def _power_mean(children: Floats, weights: Floats, power: float) -> tuple[Floats, Floats]:
    """Weighted power mean over the children that have a score, and the weight they have.

    p = 1 is the arithmetic, 0 the geometric, -1 the harmonic mean. A zero makes a mean with
    p <= 0 zero, its limit; a child of weight zero takes no part. A mean lies between its least
    and its greatest child, which floating-point sums can miss by a last digit.
    """
    units = children.shape[1]
    total, weight = np.zeros(units), np.zeros(units)
    low, high = np.full(units, np.nan), np.full(units, np.nan)
    for child in children[weights > 0]:
        low, high = np.fmin(low, child), np.fmax(high, child)
    # powers of numbers near 1 stay inside the range of floats
    size = {True: high, False: low}[power > 0] if power not in (0, 1) else np.ones(units)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for child, part in zip(children, weights, strict=True):
            if part == 0:
                continue
            relative = child / size if power not in (0, 1) else child
            term = child if power == 1 else np.log(child) if power == 0 else relative**power
            missing = np.isnan(child)
            total += np.where(missing, 0.0, part * term)
            weight += np.where(missing, 0.0, part)
        mean = total / weight
        if power == 0:
            mean = np.exp(mean)
        elif power != 1:
            mean = np.where(size == 0, 0.0, size * mean ** (1 / power))
    return np.where(np.isinf(mean), mean, np.clip(mean, low, high)), weight


def _check_means(
    children: Floats, weights: Floats, power: float, tree: Tree, row: int, units: list[str]
) -> None:
    """Means other than the arithmetic one are not defined below zero."""
    negative = (children < 0) & (weights[:, None] > 0)
    if power == 1 or not negative.any():
        return
    child, unit = np.argwhere(negative)[0]
    node, below = tree.node_ids[row], tree.node_ids[tree.children[row][child]]
    rule = f"is below zero at {below}, and the mean of {node} is not defined there"
    remedy = "use the arithmetic mean or a normalisation that stays above zero"
    value = f"{children[child, unit]:g} of unit {units[unit]}"
    file_row = int(tree.nodes["file_row"].iloc[row])
    refuse(FrameworkError, [Problem(tree.name, file_row, "aggregation", value, rule, remedy)])


def _check_finite(mean: Floats, tree: Tree, row: int, units: list[str]) -> None:
    if np.isinf(mean).any():
        rule = f"has an infinite score for unit {units[int(np.isinf(mean).argmax())]}"
        remedy = "its values are too large for this method; rescale them"
        file_row = int(tree.nodes["file_row"].iloc[row])
        refuse(FrameworkError, [Problem(tree.name, file_row, tree.node_ids[row], "", rule, remedy)])


def _round_rows(score: Floats, rows: list[int], tree: Tree, rules: Rules) -> None:
    """Round the rows whose depth has digits, in place in an array this module made."""
    for row in rows:
        digits = rules.round.get(int(tree.nodes["depth"].iloc[row]))
        if digits is not None:
            score[row] = round_decimal(score[row], digits, rounding=rules.rounding)


def _scored_services(
    assessments: pd.DataFrame, services: pd.DataFrame, tree: Tree, rules: Rules
) -> tuple[_Scored, list[str]]:
    """Scores of services, their root rounded to `round_service`, and their ids."""
    units, values, status = _answers(assessments, services, tree)
    scored = _score(values, status, tree, rules, units, shares=True)
    if rules.round_service is not None:
        root = round_decimal(scored.score[0], rules.round_service, rounding=rules.rounding)
        scored.score[0] = root
    return scored, units


def _groups(
    services: pd.DataFrame, units: list[str], rules: Rules
) -> tuple[list[str], list[NDArray[Any]], Floats]:
    """Organisations, the places of their services, and the weight of each service."""
    owner = services["organisation_id"].to_numpy()
    bodies = services["organisation_id"].unique().tolist()
    members = [np.flatnonzero(owner == body) for body in bodies]
    if rules.roll_up != "weighted":
        return bodies, members, np.ones(len(units))
    column = rules.roll_up_weight
    if column not in services:
        rule, remedy = f"has no column {column!r}", "add it or change roll_up_weight"
        refuse(FrameworkError, [Problem("services.csv", None, column, "", rule, remedy)])
    weight = pd.to_numeric(services[column], errors="coerce").to_numpy(dtype="float64")
    bad = [unit for unit, one in zip(units, weight, strict=True) if not 0 <= one < np.inf]
    rule, remedy = "has no weight of zero or more", "write a number for each service"
    problems = [Problem("services.csv", None, column, unit, rule, remedy) for unit in bad]
    refuse(FrameworkError, problems)
    return bodies, members, weight


def _group_means(matrix: Floats, members: list[NDArray[Any]], weight: Floats) -> Floats:
    """Weighted mean over the units of each group that have a value; nodes x groups.

    Parts are added in the order of their size, so the order of units changes no bit.
    """
    means = np.full((matrix.shape[0], len(members)), np.nan)
    for group, member in enumerate(members):
        part = matrix[:, member]
        missing = np.isnan(part)
        used = np.sort(np.where(missing, 0.0, weight[member]), axis=1).sum(axis=1)
        parts = np.sort(np.where(missing, 0.0, part * weight[member]), axis=1).sum(axis=1)
        means[:, group] = parts / np.where(used > 0, used, np.nan)
    return means


def _pool(
    scored: _Scored, members: list[NDArray[Any]], tree: Tree, rules: Rules, bodies: list[str]
) -> _Scored:
    """Answers of all services of a body averaged item by item, then aggregated up the tree."""
    items = scored.score[tree.item_rows]
    return _aggregate(_group_means(items, members, np.ones(items.shape[1])), tree, rules, bodies)


def _split(scored: _Scored, tree: Tree, rules: Rules) -> tuple[Floats, Floats]:
    """Contributions to the root and weights used in it, both nodes x units.

    Where the root has no score both are missing; a node left out contributes 0 with weight 0.
    """
    parts, used = np.zeros_like(scored.score), np.zeros_like(scored.score)
    factor = np.zeros_like(scored.score)  # part over score, where the score may be 0
    parts[0], used[0], factor[0] = scored.score[0], 1.0, 1.0
    methods = tree.column("aggregation", rules.aggregation)
    weights = tree.nodes["weight"].to_numpy()
    for row in reversed(tree.inner_rows):
        power, below = power_of(methods[row]), list(tree.children[row])
        children, raw = np.nan_to_num(scored.score[below]), np.nan_to_num(scored.raw[row])
        weight = np.where(np.isnan(scored.score[below]), 0.0, weights[below, None])
        weight /= np.where(weight.sum(axis=0) > 0, weight.sum(axis=0), 1.0)
        rounded = np.nan_to_num(scored.score[row]) / np.where(raw == 0, 1.0, raw)
        if power == 1:
            factor[below] = factor[row] * np.where(raw == 0, 1.0, rounded) * weight
            parts[below] = factor[below] * children
        else:
            taking_part = (children > 0) & (weight > 0) & (raw > 0)
            ratio = np.where(taking_part, children, 1.0) / np.where(raw > 0, raw, 1.0)
            share = np.where(taking_part, weight * np.where(taking_part, ratio, 1.0) ** power, 0.0)
            parts[below] = parts[row] * share
            factor[below] = parts[below] / np.where(taking_part, children, 1.0)
        used[below] = used[row] * weight
    unscored = np.isnan(scored.score[0])
    parts[:, unscored], used[:, unscored] = np.nan, np.nan
    return parts, used


def _keys(key: str, units: list[str], tree: Tree) -> dict[str, NDArray[Any]]:
    """Columns of a long table: every unit with every node, units in order, nodes depth first."""
    nodes = np.tile(np.array(tree.node_ids, dtype=object), len(units))
    return {key: np.repeat(np.array(units, dtype=object), len(tree.node_ids)), "node_id": nodes}


def _contributions(
    key: str, units: list[str], parts: Floats, used: Floats, tree: Tree
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **_keys(key, units, tree),
            "contribution": parts.T.ravel(),
            "weight": np.tile(nominal_weights(tree), len(units)),
            "weight_used": used.T.ravel(),
        }
    )
