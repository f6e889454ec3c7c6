"""The drivers of a whole edition: one row a body; empty where a method cannot answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import each_row
from asan_analysis.drivers.ability import fit_abilities
from asan_analysis.drivers.accounts import account_gap
from asan_analysis.drivers.components import estimate_components
from asan_analysis.drivers.explanation import explain_scores
from asan_analysis.drivers.fewest import reach_place
from asan_analysis.drivers.lowest import list_lowest
from asan_analysis.drivers.shapley import is_linear
from asan_analysis.drivers.splits import average_splits, split_scores
from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules

T = TypeVar("T")
GAPS = ("organisation_id", "category", "score_percent", "gap", "from_scores",
        "from_redistribution", "largest", "largest_gap")  # fmt: skip
PLACES = ("organisation_id", "category", "rank", "rival", "needed", "answers", "gain",
          "rank_after", "proved")  # fmt: skip
EFFECTS = ("model", "attribute", "level", "test", "reference", "unit", "n_services", "left_out",
           "clusters", "effect", "low", "high", "p", "p_adjusted", "method")  # fmt: skip
MODELS = {"pooled": "every_service", "within": "inside_body"}
VARIANCES = ("component", "variance", "share", "low", "high", "n", "draws")
ABILITIES = ("organisation_id", "category", "ability", "standard_error", "ability_percent",
             "raw_percent", "difference", "low", "high", "rank", "n", "services")  # fmt: skip
DIFFICULTIES = ("item_id", "difficulty", "standard_error", "met_percent", "n")
LOWEST = ("organisation_id", "category", "service_id", "score_percent", "rank", "services")


def list_gaps(data: Dataset, tree: Tree, rules: Rules, ranks: pd.DataFrame) -> pd.DataFrame:
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
    DataFrame
        Key organisation_id. Columns category, score_percent, gap (points, to the plain mean of the
        category), from_scores, from_redistribution (add up to gap), largest (the child of the root
        with the largest part in size), largest_gap (its part, points). Empty where scores are not
        linear: `explain_gap` splits those body by body.
    """
    if not is_linear(tree, rules):
        return pd.DataFrame(columns=list(GAPS))
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


def list_next_places(data: Dataset, tree: Tree, rules: Rules, ranks: pd.DataFrame) -> pd.DataFrame:
    """How few answers each body has to meet to reach the next better place of its category.

    Parameters
    ----------
    data, tree, rules
        As `list_gaps`.
    ranks : DataFrame
        From `rank_organisations` of the same edition.

    Returns
    -------
    DataFrame
        Key organisation_id. Columns category, rank, rival (who holds the next place), needed
        (points), answers (the smallest number that reaches it), gain (points they bring),
        rank_after, proved (yes or no). A body that is first or has no place is left out, and so
        is all where gains do not add up.
    """
    rows: list[dict[str, Any]] = []
    for one in each_row(ranks[ranks["rank"].gt(1).fillna(False)]):
        found = _unless_refused(partial(reach_place, data, tree, rules, one.organisation_id, ranks))
        if found is None or found.empty:
            continue
        first = found.iloc[0]
        rows.append(
            {
                "organisation_id": one.organisation_id,
                "category": one.category,
                "rank": one.rank,
                "rival": first["rival"],
                "needed": first["target"] - first["score_before"],
                "answers": len(found),
                "gain": found["gain"].sum(),
                "rank_after": first["rank_after"],
                "proved": first["proved"],
            }
        )
    return pd.DataFrame(rows, columns=list(PLACES))


def list_effects(
    scores: pd.DataFrame,
    services: pd.DataFrame,
    attributes: pd.DataFrame,
    *,
    rng: np.random.Generator,
    resamples: int = 999,
) -> pd.DataFrame:
    """`explain_scores`, with its columns and no rows where no attribute can be examined.

    The models are called `every_service` and `inside_body`.
    """
    found = _unless_refused(
        lambda: explain_scores(scores, services, attributes, rng=rng, resamples=resamples)
    )
    if found is None:
        return pd.DataFrame(columns=list(EFFECTS))
    return found.assign(model=found["model"].map(MODELS))


def list_lowest_services(data: Dataset, tree: Tree, rules: Rules) -> pd.DataFrame:
    """`list_lowest`, with no rows where items have no best answer of their own."""
    found = _unless_refused(lambda: list_lowest(data, tree, rules))
    return pd.DataFrame(columns=list(LOWEST)) if found is None else found


def list_variances(
    answers: Answers, tree: Tree, rules: Rules, *, rng: np.random.Generator
) -> pd.DataFrame:
    """`estimate_components`, with no rows where there are too few bodies or services."""
    found = _unless_refused(partial(estimate_components, answers, tree, rules, rng=rng))
    return pd.DataFrame(columns=list(VARIANCES)) if found is None else found


def list_abilities(
    answers: Answers, tree: Tree, rules: Rules, *, min_services: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bodies and items of `fit_abilities`, with no rows where the data cannot tell them apart."""
    found = _unless_refused(partial(fit_abilities, answers, tree, rules, min_services=min_services))
    if found is None:
        return pd.DataFrame(columns=list(ABILITIES)), pd.DataFrame(columns=list(DIFFICULTIES))
    return found.bodies, found.items


def _unless_refused(ask: Callable[[], T]) -> T | None:
    """The answer, or none where the method refuses these data."""
    try:
        return ask()
    except ParameterError:
        return None
