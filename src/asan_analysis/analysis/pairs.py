"""Pairs of editions: which there are, and two of them scored under their common method."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.analysis.trends import (
    LEAST_SHARED,
    find_alike_items,
    find_successors,
    rename_answers,
)
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition, list_editions
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree, keep_items
from asan_analysis.index.method import find_method
from asan_analysis.index.rollup import group_services, score_categories, score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services, round_services
from asan_analysis.refusals import Refusal

UNIT = ["level", "unit_id"]
_Method = tuple[Tree, Rules]


class Side(NamedTuple):
    """One edition under its own and under the common method.

    `own` and `common` are the scores of its units under either, by level and unit_id, a column for
    each node. `services` has service_id, organisation_id, category and weight; `score` is their
    scores under the common method, nodes x services.
    """

    own: pd.DataFrame
    common: pd.DataFrame
    services: pd.DataFrame
    score: Floats


class Pair(NamedTuple):
    """Two editions under the common method, the later framework cut to what asks the same.

    `common` is None where nothing does. `former` is the id in the earlier framework of each later
    node that it has; `merged` are the organisations that name successors; `categories` are the
    later ones of organisations, where there is one; `order` is that of the categories.
    """

    tree: Tree
    common: Tree | None
    former: dict[str, str]
    before: Side
    after: Side
    merged: set[str]
    categories: dict[str, str]
    order: list[str]


def list_pairs(data: Dataset) -> pd.DataFrame:
    """Which editions can be held against each other.

    Two editions are comparable as in `cover_editions`, neighbours or not: the same framework and
    rules files, and half of the services of the longer list in both.

    Returns
    -------
    DataFrame
        Key before_year, after_year: all pairs of editions with answers, in order. Columns
        same_method (bool), services_shared, comparable (bool), successive (bool: no edition with
        answers between them), widest (bool: the comparable pair farthest apart, the latest of
        several; nowhere without a comparable pair).
    """
    answered = set(data.assessments["edition_year"])
    editions = [one for one in list_editions(data.editions) if one.edition_year in answered]
    services = {
        year: set(rows) for year, rows in data.services.groupby("edition_year")["service_id"]
    }
    rows: list[dict[str, Any]] = []
    for (first, old), (last, new) in combinations(enumerate(editions), 2):
        lists = services[old.edition_year], services[new.edition_year]
        same = (old.framework, old.rules) == (new.framework, new.rules)
        shared, longest = len(lists[0] & lists[1]), max(len(one) for one in lists)
        rows.append(
            {
                "before_year": old.edition_year,
                "after_year": new.edition_year,
                "same_method": same,
                "services_shared": shared,
                "comparable": same and shared >= LEAST_SHARED * longest,
                "successive": last == first + 1,
                "apart": last - first,
            }
        )
    columns = ["before_year", "after_year", "same_method", "services_shared", "comparable",
               "successive", "apart"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    apart = table["apart"].where(table["comparable"])
    table["widest"] = table.index == apart[apart == apart.max()].index.max()
    return table.drop(columns="apart")


def score_pair(data: Dataset, before: Edition | None, after: Edition) -> Pair | None:
    """Two editions scored under their common method; None where one has no answers.

    Raises
    ------
    ParameterError
        Under the later rules no score of an organisation is a weighted mean of service scores.
    FrameworkError
        The common items cannot be normalised.
    """
    if before is None:
        return None
    old, new = (_sort(select_edition(data, one.edition_year)[0]) for one in (before, after))
    if old.assessments.empty or new.assessments.empty:
        return None
    tree, rules = find_method(data, after)
    _check_roll_up(rules)
    same = (before.framework, before.rules) == (after.framework, after.rules)
    former = (tree, rules) if same else find_method(data, before)
    items = find_alike_items(former[0], tree)
    cut = keep_items(tree, list(items.values())) if items and not same else tree
    answers = old.assessments if same else rename_answers(old.assessments, items)
    common = (cut, rules) if items else former
    return Pair(
        tree, cut if items else None, _match_nodes(former[0], tree, items),
        _score_side(old, answers if items else old.assessments, former, common),
        _score_side(new, new.assessments, (tree, rules), (cut, rules)),
        {str(body) for body in find_successors(data, before, after).index},
        _find_categories(old) | _find_categories(new),
        [str(one) for one in data.categories["id"]],
    )  # fmt: skip


def _sort(one: Dataset) -> Dataset:
    """Services in the order of their ids, so that no sum hangs on the order of rows."""
    return replace(one, services=one.services.sort_values("service_id", ignore_index=True))


def _check_roll_up(rules: Rules) -> None:
    remedy = "split the change under rules without it"
    if rules.roll_up == "pooled":
        raise Refusal(
            f"{rules.name}: roll_up 'pooled' averages answers before services have a score, so "
            f"no change can be split over services; {remedy}: roll_up 'mean' or 'weighted'",
            code="pooled_answers",
        )
    if rules.round_organisation is not None:
        raise Refusal(
            f"{rules.name}: round_organisation rounds the scores of organisations, so the parts "
            f"of a change would not add up; {remedy}",
            code="rounded_scores",
        )


def _match_nodes(before: Tree, after: Tree, items: dict[str, str]) -> dict[str, str]:
    """Former id by later id: inner nodes by id, items that ask the same, the roots."""
    inner = {before.node_ids[row] for row in before.inner_rows}
    nodes = {name: name for name in (after.node_ids[row] for row in after.inner_rows)
             if name in inner}  # fmt: skip
    return nodes | {later: former for former, later in items.items()} | {after.root: before.root}


def _find_categories(one: Dataset) -> dict[str, str]:
    bodies = one.organisations
    return dict(zip(bodies["organisation_id"], bodies["category"], strict=True))


def _score_side(one: Dataset, answers: pd.DataFrame, own: _Method, common: _Method) -> Side:
    scored, units = arrays_of_services(answers, one.services, *common)
    _, _, weight = group_services(one.services, units, common[1])
    category = one.services["organisation_id"].map(_find_categories(one))
    services = one.services[["service_id", "organisation_id"]]
    scores = _score_units(one, own)
    alike = scores
    if own[0] is not common[0]:
        alike = _score_units(replace(one, assessments=answers), common)
    return Side(
        scores, alike, services.assign(category=category, weight=weight),
        round_services(scored, common[1]).score,
    )  # fmt: skip


def _score_units(one: Dataset, method: _Method) -> pd.DataFrame:
    """Scores of the field, the categories and the organisations at every node."""
    scores = score_organisations(one.assessments, one.services, *method)
    means = score_categories(scores, one.organisations).assign(level="category")
    means = means.rename(columns={"category": "unit_id"})
    means.loc[means["unit_id"] == CATEGORY_ALL, "level"] = "field"
    own = scores.rename(columns={"organisation_id": "unit_id"}).assign(level="organisation")
    both = pd.concat([means, own], ignore_index=True)
    return both.pivot(index=UNIT, columns="node_id", values="score_percent")
