"""Ranks on full precision, tie labels, rounding on the decimal value."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}
_DIGITS_COMPARED = 12


def rank_scores(score: pd.Series[Any], *, ties: str = "min") -> pd.Series[Any]:
    """Competition rank: 1 is the highest score; a missing score has no rank.

    Scores are compared to 12 significant digits of the largest one: two sums of the same parts in
    another order differ by less, and such noise must not decide a place.

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
    largest = score.abs().max()
    if pd.notna(largest) and largest > 0:
        digits = _DIGITS_COMPARED - 1 - int(np.floor(np.log10(largest)))
        score = score.round(digits) if digits < 300 else score
    methods = {"min": "min", "average": "average", "dense": "dense"}
    ranks = score.rank(method=methods[ties], ascending=False)  # type: ignore[arg-type]
    return ranks.astype("Float64" if ties == "average" else "Int64")


def label_ranks(rank: pd.Series[Any]) -> pd.Series[Any]:
    """Ranks as text, ties marked: 1, "=2", "=2", 4; a missing rank is empty text."""
    tied = rank.duplicated(keep=False) & rank.notna()
    text = rank.map(lambda value: f"{float(value):g}", na_action="ignore").astype("str")
    return text.where(~tied, "=" + text).where(rank.notna(), "")


def round_decimal(
    values: NDArray[np.float64], digits: int, *, rounding: str
) -> NDArray[np.float64]:
    """Round to digits after the point as a person does who reads the printed number.

    The decision is made on the shortest decimal text of the float: 2.675 rounds half up to 2.68,
    although the float is slightly below. Missing stays missing.
    """
    flat = values.ravel()
    scaled = flat * 10.0**digits
    edge = 0.0 if rounding == "truncate" else 0.5
    distance = np.abs(scaled - edge - np.round(scaled - edge))
    close = np.isfinite(scaled) & (distance <= 1e-6 + 1e-12 * np.abs(scaled))
    with np.errstate(invalid="ignore"):
        whole = np.trunc(scaled) if rounding == "truncate" else np.round(scaled)
    exact = np.abs(scaled) >= 1e16
    rounded = np.where(exact, flat, whole / 10.0**digits)
    step = Decimal(1).scaleb(-digits)
    for place in np.flatnonzero(close & ~exact).tolist():
        text = Decimal(repr(float(flat[place])))
        rounded[place] = float(text.quantize(step, rounding=_ROUNDING[rounding]))
    return rounded.reshape(values.shape)
