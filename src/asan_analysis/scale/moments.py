"""Moments of rows and of pairs of rows, of lots of columns that are put together one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Moments(NamedTuple):
    """Number, mean, sums of powers of the distance from the mean, and ends, of each row."""

    n: Floats
    mean: Floats
    second: Floats
    third: Floats
    fourth: Floats
    low: Floats
    high: Floats


def measure_rows(values: Floats, filled: Floats, here: Floats) -> tuple[Moments, Floats]:
    """Moments of each row, and its distances from its mean.

    Parameters
    ----------
    values, filled : array, rows x columns
        NaN and 0 where there is none.
    here : array, rows x columns
        1.0 where there is a value, else 0.0.

    Returns
    -------
    Moments
    array
        Distances from the mean of the row, 0 where there is no value.
    """
    n = here.sum(axis=1)
    mean = filled.sum(axis=1) / np.maximum(n, 1)
    away = filled - mean[:, None]
    away *= here
    square = away * away
    second, third = square.sum(axis=1), np.einsum("ij,ij->i", square, away)
    fourth = np.einsum("ij,ij->i", square, square)
    low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    return Moments(n, mean, second, third, fourth, low, high), away


def join_moments(one: Moments, other: Moments) -> Moments:
    """Moments of two lots of columns taken together.

    References
    ----------
    Pébay (2008), Formulas for robust, one-pass parallel computation of covariances and
    arbitrary-order statistical moments, Sandia report SAND2008-6212.
    """
    n = one.n + other.n
    total, there = np.maximum(n, 1), (one.n > 0) & (other.n > 0)
    gap = np.where(there, other.mean - one.mean, 0.0)
    mean = np.where(one.n > 0, one.mean, other.mean) + gap * other.n / total
    both, less = one.n * other.n, one.n - other.n
    second = one.second + other.second + gap**2 * both / total
    third = (
        one.third + other.third + gap**3 * both * less / total**2
        + 3 * gap * (one.n * other.second - other.n * one.second) / total
    )  # fmt: skip
    fourth = (
        one.fourth + other.fourth
        + gap**4 * both * (one.n**2 - both + other.n**2) / total**3
        + 6 * gap**2 * (one.n**2 * other.second + other.n**2 * one.second) / total**2
        + 4 * gap * (one.n * other.third - other.n * one.third) / total
    )  # fmt: skip
    low, high = np.fmin(one.low, other.low), np.fmax(one.high, other.high)
    return Moments(n, mean, second, third, fourth, low, high)


class Comoments(NamedTuple):
    """Of pairs x, y over the columns that have both: number, means, sums of squares and product."""

    n: Floats
    x: Floats
    y: Floats
    xx: Floats
    yy: Floats
    xy: Floats


def measure_pairs(x: Floats, y: Floats, x_here: Floats, y_here: Floats) -> Comoments:
    """Comoments of every row of x with every row of y.

    Both are rows x columns, 0 where `here` (1.0 or 0.0) is 0, and not far from 0 elsewhere.
    """
    n = x_here @ y_here.T
    total = np.maximum(n, 1)
    x_mean, y_mean = (x @ y_here.T) / total, (x_here @ y.T) / total
    xx = np.maximum((x * x) @ y_here.T - n * x_mean**2, 0.0)
    yy = np.maximum(x_here @ (y * y).T - n * y_mean**2, 0.0)
    return Comoments(n, x_mean, y_mean, xx, yy, x @ y.T - n * x_mean * y_mean)


def measure_alike(x: Floats, y: Floats, here: Floats) -> Comoments:
    """Comoments of each row of x with the same row of y; both 0 where `here` is 0."""
    n = here.sum(axis=1)
    total = np.maximum(n, 1)
    x_mean, y_mean = x.sum(axis=1) / total, y.sum(axis=1) / total
    xx, yy, xy = (np.einsum("ij,ij->i", a, b) for a, b in ((x, x), (y, y), (x, y)))
    return Comoments(
        n, x_mean, y_mean, np.maximum(xx - n * x_mean**2, 0.0),
        np.maximum(yy - n * y_mean**2, 0.0), xy - n * x_mean * y_mean,
    )  # fmt: skip


def join_comoments(one: Comoments, other: Comoments) -> Comoments:
    """Comoments of two lots of columns taken together; see `join_moments`."""
    n = one.n + other.n
    total, there = np.maximum(n, 1), (one.n > 0) & (other.n > 0)
    x_gap, y_gap = (np.where(there, gap, 0.0) for gap in (other.x - one.x, other.y - one.y))
    weight = one.n * other.n / total
    return Comoments(
        n,
        np.where(one.n > 0, one.x, other.x) + x_gap * other.n / total,
        np.where(one.n > 0, one.y, other.y) + y_gap * other.n / total,
        one.xx + other.xx + weight * x_gap**2,
        one.yy + other.yy + weight * y_gap**2,
        one.xy + other.xy + weight * x_gap * y_gap,
    )


def correlate(pairs: Comoments, *, least: int = 3) -> Floats:
    """Pearson correlation of each pair; missing below `least` columns and without spread."""
    floor = 1e-18 * pairs.n
    spread = (pairs.xx > floor * (1 + pairs.x**2)) & (pairs.yy > floor * (1 + pairs.y**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.clip(pairs.xy / np.sqrt(pairs.xx * pairs.yy), -1, 1)
    return np.where(spread & (pairs.n >= least), found, np.nan)
