"""Ranks on full precision, tie labels, rounding on the decimal value."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_NOISE = 1e-12


def rank_scores(score: pd.Series[Any], *, ties: str = "min") -> pd.Series[Any]:
    """Competition rank: 1 is the highest score; a missing score has no rank.

    Two scores that differ by less than 1e-12 of their size are the same score: sums of the same
    parts in another order differ by as much, and such noise must not decide a place. The size is
    the larger of the two, or the median score where that is larger.

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
    method = cast(Literal["min", "average", "dense"], ties)
    ranks = _without_noise(score).rank(method=method, ascending=False)
    return ranks.astype("Float64" if ties == "average" else "Int64")


def _without_noise(score: pd.Series[Any]) -> pd.Series[Any]:
    """Scores with each run of neighbours that differ by noise only set to its lowest score."""
    ordered = score.dropna().sort_values()
    if ordered.empty:
        return score
    values = ordered.to_numpy(dtype="float64")
    size = np.maximum(np.abs(values), np.median(np.abs(values)))
    gap = np.diff(values) > _NOISE * np.maximum(size[1:], size[:-1])
    group = np.concatenate([[0], np.cumsum(gap)])
    first = values[np.searchsorted(group, group)]
    return pd.Series(first, index=ordered.index).reindex(score.index)


def label_ranks(rank: pd.Series[Any]) -> pd.Series[Any]:
    """Ranks as text, ties marked: 1, "=2", "=2", 4; a missing rank is empty text."""
    tied = rank.duplicated(keep=False) & rank.notna()
    text = rank.map(lambda value: f"{float(value):g}", na_action="ignore").astype("str")
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
