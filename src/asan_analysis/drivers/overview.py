"""The drivers of a whole edition: one row a body; where a method cannot answer, its reason."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.drivers import ability, components, explanation, lowest
from asan_analysis.drivers.accounts import account_gap
from asan_analysis.drivers.plans import plan_place, summarise_plans
from asan_analysis.drivers.remedies import group_remedies, list_gains
from asan_analysis.drivers.shapley import is_linear
from asan_analysis.drivers.splits import average_splits, split_scores
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Overview, Refusal, ask_table, no_rows

GAPS = ("organisation_id", "category", "score_percent", "gap", "from_scores",
        "from_redistribution", "largest", "largest_gap")  # fmt: skip

FIRST = ("organisation_id", "item_id", "services", "gain", "exact")


class AbilityOverview(NamedTuple):
    """Bodies and items, and why they are empty where they are."""

    bodies: pd.DataFrame
    items: pd.DataFrame
    refused: Refusal | None


def list_gaps(data: Dataset, tree: Tree, rules: Rules, ranks: pd.DataFrame) -> Overview:
    """The gap of every body to the mean of its category, and the part that makes most of it.

    Parameters
    ----------
    data : Dataset
        Cut to one edition by `select_edition`.
    tree, rules : Tree, Rules
    ranks : DataFrame
        organisation_id, category, score_percent: bodies in the order to list them.

    Returns
    -------
    Overview
        Key organisation_id. Columns category, score_percent, gap (points, to the plain mean of the
        category), from_scores, from_redistribution (add up to gap), largest (the child of the root
        with the largest part in size), largest_gap (its part, points). Refused where scores are
        not linear (`explain_gap` splits those body by body) and where nobody has a score.
    """
    return ask_table(partial(_list_gaps, data, tree, rules, ranks), GAPS)


def _list_gaps(data: Dataset, tree: Tree, rules: Rules, ranks: pd.DataFrame) -> pd.DataFrame:
    if not is_linear(tree, rules):
        raise Refusal(
            "scores are not linear in the answers; explain_gap splits the gap of one body",
            code="not_linear",
        )
    scored = ranks[ranks["score_percent"].notna()]
    splits, rows = split_scores(data, tree, rules), []
    for category, bodies in scored.groupby("category", sort=False)["organisation_id"]:
        mean = average_splits(splits, list(bodies))
        for body in bodies:
            table = account_gap(average_splits(splits, [body]), mean, tree).set_index("node_id")
            whole, parts = table.loc[tree.root], table["gap"].loc[tree.below(tree.root)]
            largest = str(parts.abs().idxmax())
            rows.append((body, category, whole["own"], whole["gap"], whole["from_scores"],
                         whole["from_redistribution"], largest, parts[largest]))  # fmt: skip
    return pd.DataFrame(rows, columns=list(GAPS))


def list_next_places(
    data: Dataset, tree: Tree, rules: Rules, ranks: pd.DataFrame, *, time_limit: float = 10.0
) -> pd.DataFrame:
    """How few answers each body has to meet to reach the next better place of its category.

    Parameters
    ----------
    data, tree, rules
        As `list_gaps`.
    ranks : DataFrame
        From `rank_organisations` of the same edition.
    time_limit : float
        Seconds for each body; see `find_fewest`.

    Returns
    -------
    DataFrame
        `summarise_plans` of every body that has a place and is not first.
    """
    below = ranks.loc[ranks["rank"].gt(1).fillna(False), "organisation_id"]
    plans = {
        body: plan_place(data, tree, rules, body, ranks, time_limit=time_limit) for body in below
    }
    return summarise_plans(ranks, plans)


def list_effects(
    scores: pd.DataFrame,
    services: pd.DataFrame,
    attributes: pd.DataFrame,
    *,
    rng: np.random.Generator,
    resamples: int = 999,
) -> Overview:
    """`explain_scores`, refused where no attribute can be examined."""
    ask = partial(explanation.explain_scores, scores, services, attributes)
    return ask_table(partial(ask, rng=rng, resamples=resamples), explanation.COLUMNS)


def list_lowest_services(data: Dataset, tree: Tree, rules: Rules) -> Overview:
    """`list_lowest`, refused where items have no best answer of their own or nothing is scored."""
    return ask_table(partial(lowest.list_lowest, data, tree, rules), lowest.COLUMNS)


def list_first_items(data: Dataset, tree: Tree, rules: Rules, *, most: int = 5) -> Overview:
    """The items that would bring each body most, were they met in all of its services.

    Parameters
    ----------
    data, tree, rules
        As `list_gaps`.
    most : int
        Items to list of a body.

    Returns
    -------
    Overview
        Key organisation_id, item_id; bodies in the order of the edition, the rows of a body as
        `group_remedies` gives them: services (in which the item is unmet), gain (points of the
        body's score), exact. Refused where an item has no best answer.
    """
    return ask_table(partial(_list_first_items, data, tree, rules, most), FIRST)


def _list_first_items(data: Dataset, tree: Tree, rules: Rules, most: int) -> pd.DataFrame:
    owner = data.assessments["service_id"].map(
        data.services.set_index("service_id")["organisation_id"]
    )
    answers = {str(body): part for body, part in data.assessments.groupby(owner)}
    parts = []
    for body in data.organisations["organisation_id"]:
        if str(body) in answers:
            one = replace(data, assessments=answers[str(body)])
            items = group_remedies(list_gains(one, tree, rules, str(body)), tree).head(most)
            parts.append(items.assign(organisation_id=str(body)))
    return pd.concat(parts, ignore_index=True)[list(FIRST)] if parts else no_rows(FIRST)


def list_variances(
    answers: Answers, tree: Tree, rules: Rules, *, rng: np.random.Generator
) -> Overview:
    """`estimate_components`, refused where bodies, services or items are too few."""
    ask = partial(components.estimate_components, answers, tree, rules, rng=rng)
    return ask_table(ask, components.COLUMNS)


def list_abilities(
    answers: Answers, tree: Tree, rules: Rules, *, min_services: int
) -> AbilityOverview:
    """Bodies and items of `fit_abilities`, refused where fewer than two bodies have answers."""
    try:
        found = ability.fit_abilities(answers, tree, rules, min_services=min_services)
    except Refusal as refused:
        return AbilityOverview(no_rows(ability.BODIES), no_rows(ability.ITEMS), refused)
    return AbilityOverview(found.bodies, found.items, None)
