"""Two versions of a method on the same answers: what differs, what moved, and which change did."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.audit.mixtures import (
    Method,
    Version,
    differ_versions,
    match_versions,
    mix_rules,
    mix_trees,
    rename_items,
)
from asan_analysis.data.datasets import Dataset
from asan_analysis.errors import ParameterError
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations

TOTAL = "total"
MOST_CHANGES = 8


def list_changes(first: Method, second: Method, data: Dataset | None = None) -> pd.DataFrame:
    """What differs between two versions of a method, part by part.

    Items are matched by `match_items`, either way round: renamed ones are the same item, under
    their later id. Inner nodes are matched by id; the two roots are one node.

    Parameters
    ----------
    first, second : (Tree, Rules)
    data : Dataset, optional
        Cut to an edition. Items that none of its answers concern are left out, as in
        `compare_methods`.

    Returns
    -------
    DataFrame
        Key change, node_id, key. Columns change (`items`, `structure`, `weights`, `aggregation`,
        `normalisation`, or `rules.` and a key), node_id (missing for rules), key (the column or
        rule that differs), before and after (as text; missing where there is none). Empty where
        the versions are the same.

    Raises
    ------
    FrameworkError
        A node is an item in one version and has children in the other, or is the root of one and
        a part of the other.
    ParameterError
        None of the answers concerns an item of a version.
    """
    rows = differ_versions(*match_versions(first, second, data))
    columns = ["change", "node_id", "key", "before", "after"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def compare_methods(
    data: Dataset, first: Method, second: Method, *, category: str | None = None
) -> pd.DataFrame:
    """Which change of a method moved which organisation, by how many points and places.

    The changes of `list_changes` are grouped by their name. With n of them the answers are scored
    under all 2^n mixtures of the two versions. A change's share is its Shapley value: what it
    moves when it is made, averaged over all orders in which the changes can be made. The shares
    of an organisation add up to its whole move, no order is preferred, and a change that moves
    nothing in any mixture has a share of zero. Ranks are shared out in the same way, on their own.

    A mixture takes each part from the version it names: which items count, the parent of a node,
    weights as written, means of nodes, options of items, each rule. A part that this version does
    not have, as the weight of an item that only the other one asks, is the other version's. Nodes
    without items vanish. Siblings whose weights would all be zero take the other version's, or
    one each. Items that none of the data's answers concern are left out of both versions: nothing
    is known about them, and a rule that reads silence as zero must not apply.

    A share of a rank counts places that others make too: a body can fall without a change of its
    own score. Weights on two scales (shares of 100 beside ones) meet in a mixture that takes
    items of one version and weights of the other; write both versions on one scale. Shares say
    what a change does beside the others, not what it would do alone.

    Parameters
    ----------
    data : Dataset
        Cut to one edition.
    first, second : (Tree, Rules)
        The former and the later version; either may be the edition's own.
    category : str, optional
        Only organisations of this category; ranks are those within a category in any case.

    Returns
    -------
    DataFrame
        Key organisation_id, change (the names of `list_changes`, then `total`), organisations in
        the order of the data. Columns category, score_change (points), rank_change (places within
        the category, fractions for shares; above zero is a fall), score_before, score_percent,
        rank_before, rank (of the whole versions, on every row). Missing where a mixture gives the
        organisation no score or no place; the row `total` needs the two versions only. Empty where
        the versions are the same.

    Raises
    ------
    ParameterError
        More than eight changes; a category without organisations; no answer concerns an item.
    FrameworkError
        As `list_changes`; a mixture cannot be scored, as a geometric mean of z-scores.

    References
    ----------
    Shapley (1953), A value for n-person games.
    """
    bodies = _list_bodies(data, category)
    changes = list(dict.fromkeys(list_changes(first, second, data)["change"]))
    if len(changes) > MOST_CHANGES:
        raise ParameterError(
            f"{len(changes)} changes ({', '.join(changes)}) are more than {MOST_CHANGES}; "
            "compare in two steps with a version between"
        )
    pair = match_versions(first, second, data)
    names = data.assessments["item_id"].replace(rename_items(first[0], second[0]))
    data = replace(data, assessments=data.assessments.assign(item_id=names))
    values = {
        taken: _score_mixture(data, pair, changes, taken, bodies)
        for taken in product((False, True), repeat=len(changes))
    }
    shares = _share_out(values, len(changes))
    before, after = values[(False,) * len(changes)], values[(True,) * len(changes)]
    whole = {TOTAL: after - before} if changes else {}
    moves = dict(zip(changes, shares, strict=True)) | whole
    parts = [_lay_out(bodies, change, move, before, after) for change, move in moves.items()]
    table = pd.concat(parts) if parts else _lay_out(bodies, "", before, before, after).head(0)
    return table.sort_index(kind="stable").reset_index(drop=True)


def summarise_methods(compared: pd.DataFrame) -> pd.DataFrame:
    """What each change moves over all organisations.

    Parameters
    ----------
    compared : DataFrame
        From `compare_methods`.

    Returns
    -------
    DataFrame
        Key change, in order. Columns organisations (with a share), mean_change, mean_absolute,
        largest_fall, largest_rise (points, the fall below or at zero), places (mean absolute
        change of rank), leading (organisations whose largest share, in absolute points, it is;
        missing for `total`).
    """
    grouped = compared.groupby("change", sort=False)["score_change"]
    table = grouped.agg(
        organisations="count",
        mean_change="mean",
        mean_absolute=lambda move: move.abs().mean(),
        largest_fall=lambda move: min(move.min(), 0.0),
        largest_rise=lambda move: max(move.max(), 0.0),
    )
    table["places"] = compared["rank_change"].abs().groupby(compared["change"]).mean()
    shares = compared[(compared["change"] != TOTAL) & compared["score_change"].notna()]
    size = shares["score_change"].abs()
    top = size.groupby(shares["organisation_id"]).transform("max")
    leading = shares[(size >= top) & (size > 0)].drop_duplicates("organisation_id")
    counts = leading["change"].value_counts().reindex(table.index, fill_value=0).astype("Int64")
    table["leading"] = counts.mask(table.index == TOTAL)
    return table.reset_index()


def _list_bodies(data: Dataset, category: str | None) -> pd.DataFrame:
    bodies = data.organisations[["organisation_id", "category"]]
    if category is None:
        return bodies.reset_index(drop=True)
    known = list(dict.fromkeys(bodies["category"]))
    if category not in known:
        raise ParameterError(f"category {category!r} is not known; known: {', '.join(known)}")
    return bodies[bodies["category"] == category].reset_index(drop=True)


def _score_mixture(
    data: Dataset,
    pair: tuple[Version, Version],
    changes: list[str],
    taken: tuple[bool, ...],
    bodies: pd.DataFrame,
) -> NDArray[np.float64]:
    """Scores and ranks of the bodies, two rows, where some of the changes are made."""
    made = {change for change, yes in zip(changes, taken, strict=True) if yes}
    tree, rules = mix_trees(pair, made), mix_rules(pair, made)
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(
        scores, data.organisations, tree, rules,
        decimals=data.about["decimals"], min_services=data.about["min_services"],
    ).set_index("organisation_id").reindex(bodies["organisation_id"])  # fmt: skip
    both = (ranks[column].astype("Float64") for column in ("score_percent", "rank"))
    return np.array([column.to_numpy("float64", na_value=np.nan) for column in both])


def _share_out(values: dict[tuple[bool, ...], NDArray[np.float64]], number: int) -> list[Any]:
    """Shapley values: what each change adds, averaged over all orders of making them."""
    shares = []
    for one in range(number):
        added: Any = 0.0
        for taken, value in values.items():
            if taken[one]:
                without = (*taken[:one], False, *taken[one + 1 :])
                before = sum(without)
                weight = factorial(before) * factorial(number - before - 1) / factorial(number)
                added = added + weight * (value - values[without])
        shares.append(added)
    return shares


def _lay_out(
    bodies: pd.DataFrame,
    change: str,
    move: NDArray[np.float64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
) -> pd.DataFrame:
    """The rows of one change."""
    return pd.DataFrame(
        {
            "organisation_id": bodies["organisation_id"],
            "change": change,
            "category": bodies["category"],
            "score_change": move[0],
            "rank_change": move[1],
            "score_before": before[0],
            "score_percent": after[0],
            "rank_before": before[1],
            "rank": after[1],
        }
    )
