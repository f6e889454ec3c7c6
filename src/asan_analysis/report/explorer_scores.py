"""What `scoring.js` works on: the rules of the root, scores of its children, announced places."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.errors import FrameworkError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rollup import group_services, pool_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services

CHOICES = ("exclude", "zero")  # of the rule on what is not applicable


def tell_method(data: Dataset, tree: Tree, rules: Rules, scores: dict[str, Any]) -> dict[str, Any]:
    """What `scoring.js` has to know of the root and of the rules, and why it cannot weigh.

    `refused` is a text of the catalogue, empty where weights can be moved: fewer than two children,
    or a mean that is not defined for a score below zero.
    """
    power = power_of(tree.column("aggregation", rules.aggregation)[0])
    few = len(tree.children[0]) < 2
    below = power != 1 and any(
        score is not None and score < 0
        for rows in scores["services"]
        for row in rows
        for score in row
    )
    return {
        "power": power,
        "notApplicable": scores["choices"].index(rules.not_applicable),
        "minCoverage": rules.min_coverage,
        "round": rules.round.get(0),
        "roundService": rules.round_service,
        "roundBody": rules.round_organisation,
        "rounding": rules.rounding,
        "ties": rules.ties,
        "rankDigits": None if rules.rank_on != "rounded" else
        rules.round_organisation if rules.round_organisation is not None
        else int(data.about["decimals"]),
        "minServices": int(data.about["min_services"]),
        "refused": "few" if few else "below" if below else "",
    }  # fmt: skip


def score_parts(data: Dataset, tree: Tree, rules: Rules, bodies: list[str]) -> dict[str, Any]:
    """Scores of the root's children, which no weight of theirs changes.

    `choices` names the rules on what is not applicable under which they differ; `services` and,
    where answers are pooled, `pooled` hold for each choice a row a service (a body) and a column
    a child.
    """
    found: dict[str, list[Floats]] = {}
    for choice in sorted(CHOICES, key=lambda one: one != rules.not_applicable):
        try:
            found[choice] = _score_once(data, tree, replace(rules, not_applicable=choice), bodies)
        except FrameworkError:
            if choice == rules.not_applicable:
                raise
    own = found[rules.not_applicable]
    choices = [
        choice for choice in CHOICES
        if choice == rules.not_applicable
        or (choice in found and not all(map(_same, found[choice], own)))
    ]  # fmt: skip
    pooled = rules.roll_up == "pooled"
    return {
        "choices": choices,
        "services": [_rows(found[choice][0]) for choice in choices],
        "pooled": [_rows(found[choice][1]) for choice in choices] if pooled else None,
    }


def _score_once(data: Dataset, tree: Tree, rules: Rules, bodies: list[str]) -> list[Floats]:
    """Children of the root under one set of rules: of the services and, if pooled, of bodies."""
    scored, units = arrays_of_services(data.assessments, data.services, tree, rules)
    below = list(tree.children[0])
    if rules.roll_up != "pooled":
        return [scored.score[below]]
    owners, members, _ = group_services(data.services, units, rules)
    pooled = pool_services(scored, members, tree, rules, owners).score[below]
    place = {body: number for number, body in enumerate(owners)}
    whole = np.full((len(below), len(bodies)), np.nan)
    for number, body in enumerate(bodies):
        if body in place:
            whole[:, number] = pooled[:, place[body]]
    return [scored.score[below], whole]


def weigh_services(data: Dataset, rules: Rules) -> Floats:
    """Weight of each service in the roll-up."""
    units = [str(service) for service in data.services["service_id"]]
    return group_services(data.services, units, rules)[2]


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def _rows(scores: Floats) -> list[list[Any]]:
    return [[plain(score) for score in row] for row in scores.T]


def compare_announced(told: list[dict[str, Any]], data: Dataset, tree: Tree) -> None:
    """Give the bodies their announced place in the category where all of them have one.

    Only of an observed dataset. A rank announced for the category stands as it is; one over all,
    or else the score, gives the order of the category.
    """
    rows = data.announced
    if data.kind != "observed" or rows.empty:
        return
    own = rows[(rows["level"] == "organisation") & (rows["node_id"] == tree.root)]
    own = own.set_index("unit_id")
    for category, place in enumerate(data.categories["id"]):
        bodies = [body for body in told if body["category"] == category and body["rank"]]
        ids = [body["id"] for body in bodies]
        for ranks in _rank_announced(own, str(place), ids):
            if len(ranks) == len(ids) and ranks.notna().all():
                for body, rank in zip(bodies, ranks, strict=True):
                    body["announced"] = plain(rank)
                break


def _rank_announced(
    own: pd.DataFrame, category: str, bodies: list[str]
) -> Iterable[pd.Series[Any]]:
    """Places of bodies by what was announced, the closest first."""
    named, overall = (own[own["scope"] == scope] for scope in (category, "all"))
    if named.index.is_unique:
        yield named["rank"].reindex(bodies)
    if overall.index.is_unique:
        yield rank_scores(-overall["rank"].reindex(bodies).astype("float64"))
        yield rank_scores(overall["score_percent"].reindex(bodies).astype("float64"))


def plain(value: Any) -> int | float | None:
    """A number, or its text, for JSON: whole ones without a point, missing ones None."""
    number = math.nan if value is None or value == "" else float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number
