"""Ranks on full precision, tie labels, rounding on the decimal value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules

_NOISE = 1e-12


def rank_scores(score: pd.Series[Any], *, ties: str = "min") -> pd.Series[Any]:
    """Competition rank: 1 is the highest score; a missing score has no rank.

    Two scores that differ by less than 1e-12 of their size are the same score: sums of the same
    parts in another order differ by as much, and such noise must not decide a place. The size is
    the larger of the two, or the median score (at most 1) where that is larger.

    Parameters
    ----------
    score : Series of float
        Unrounded scores.
    ties : {"min", "average", "dense"}
        Equal scores share the better place and the next place is skipped; share the mean place;
        or share the place and none is skipped.

    Returns
    -------
    Series
        Int64 for min and dense, Float64 for average; same index.
    """
    values = score.to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(rank_array(values, ties=ties), index=score.index)


def rank_array(values: NDArray[np.float64], *, ties: str = "min") -> Any:
    """`rank_scores` of an array: a pandas array, Int64 for min and dense, Float64 for average."""
    missing = np.isnan(values)
    places = np.flatnonzero(~missing)
    places = places[np.argsort(values[places], kind="stable")]
    group = _without_noise(values[places])
    up_to = np.searchsorted(group, group, side="right")
    ranks: NDArray[Any] = len(group) - up_to + 1
    if ties == "dense":
        ranks = group[-1:] - group + 1
    elif ties == "average":
        ranks = len(group) - (np.searchsorted(group, group) + up_to - 1) / 2
    result: NDArray[Any] = np.ones(values.shape, dtype=ranks.dtype)
    result[places] = ranks
    array = pd.arrays.FloatingArray if ties == "average" else pd.arrays.IntegerArray
    return array(result, missing)


def _without_noise(ordered: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the ascending scores so that neighbours that differ by noise only share one."""
    group = np.zeros(ordered.shape, dtype="int64")
    if len(group):
        size = np.abs(ordered)
        size = np.maximum(size, min(float(np.median(size)), 1.0))
        np.cumsum(np.diff(ordered) > _NOISE * np.maximum(size[1:], size[:-1]), out=group[1:])
    return group


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


def label_ranks(rank: pd.Series[Any]) -> pd.Series[Any]:
    """Ranks as text, ties marked: 1, "=2", "=2", 4; a missing rank is empty text."""
    tied = rank.duplicated(keep=False) & rank.notna()
    text = rank.map(lambda value: f"{float(value):.1f}", na_action="ignore").astype("str")
    text = text.str.removesuffix(".0")
    return text.where(~tied, "=" + text).where(rank.notna(), "")


def round_decimal(
    values: NDArray[np.float64], digits: int, *, rounding: str
) -> NDArray[np.float64]:
    """Round to digits after the point as a person does who reads the number.

    The decision is made on the decimal value: 2.675 rounds half up to 2.68, and a sum that misses
    29 by a last bit is not cut to 28.99. A number counts as a tie (or, cut, as whole) when it lies
    within 64 units in the last place of it, at most a millionth of the last digit kept. Missing
    stays missing.

    Parameters
    ----------
    values : array of float
    digits : int
        Digits kept after the point.
    rounding : {"half_up", "half_even", "truncate"}
        Ties away from zero; to the even neighbour; or everything cut towards zero.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.abs(values) * 10.0**digits
        unit = np.spacing(scaled)
        noise = np.maximum(2 * unit, np.minimum(64 * unit, 1e-6))
        below = np.floor(scaled + noise)
        rest = scaled - below
        if rounding == "truncate":
            whole = below
        else:
            tie = np.abs(rest - 0.5) <= noise
            up = (rest > 0.5) & ~tie | tie & ((rounding == "half_up") | (below % 2 == 1))
            whole = below + up
        rounded = np.copysign(whole / 10.0**digits, values) + 0.0
    return np.where(scaled < 1e16, rounded, values)
