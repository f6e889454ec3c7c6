"""Scores of bodies if their services stand for more than themselves: draws and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from asan_analysis.errors import ParameterError, check_level

Floats = NDArray[np.float64]
Members = Sequence[ArrayLike]


def draw_shares(
    sizes: Sequence[int], draws: int, rng: np.random.Generator, *, members: Members | None = None
) -> Floats:
    """Random shares of the services of each body, those of the Bayesian bootstrap.

    Each draw gives every service a standard exponential number and divides by the sum over its
    body: the shares of a body are Dirichlet(1, .., 1). Every service keeps some share, so a mean
    over a part of the services has a value whenever one of them is scored. Shares divided by
    their sum over that part are again shares of the Bayesian bootstrap.

    Parameters
    ----------
    sizes : sequence of int
        Number of services of each body.
    draws : int
    rng : Generator
        Read draw after draw: 30 draws and then 20 are the same as 50.
    members : sequence of arrays of int, optional
        Places of each body's services among all. Without it services stand body after body.

    Returns
    -------
    array, services x draws
        The shares of each body add up to 1 in each draw. A body of one service has the share 1.

    Raises
    ------
    ParameterError
        No draw; a body without services; members that are not every place once.

    Notes
    -----
    Rubin (1981), "The Bayesian Bootstrap", Annals of Statistics 9.
    """
    if draws < 1 or min(sizes, default=0) < 1:
        raise ParameterError("shares need a draw, a body, and a service in each; count them again")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    numbers = rng.standard_exponential((draws, int(starts[-1])))
    sums = np.add.reduceat(numbers, starts[:-1], axis=1)
    shares = (numbers / np.repeat(sums, sizes, axis=1)).T
    if members is None:
        return np.ascontiguousarray(shares)
    places = np.concatenate([np.asarray(member) for member in members])
    lengths = [len(np.asarray(member)) for member in members]
    if lengths != list(sizes) or not np.array_equal(np.sort(places), np.arange(len(places))):
        raise ParameterError("members do not fit the sizes; list each place of a service once")
    placed = np.empty(shares.shape)
    placed[places] = shares
    return placed


def widen(sizes: ArrayLike, *, level: float = 0.9) -> Floats:
    """Factor by which the deviations of a draw are stretched so that few services do not mislead.

    sqrt((n + 1) / (n - 1)) t / z, with t and z the quantiles of Student's t with n - 1 degrees of
    freedom and of the normal distribution at (1 + level) / 2. The first part makes the variance of
    Dirichlet shares that of a mean, the second turns normal into t intervals. The interval of
    score + factor * (draw - score) is that of the expanded percentile bootstrap.

    Parameters
    ----------
    sizes : number or array of numbers
        Number of services of each body; under weights its `count_effective`.
    level : float
        Of the interval the draws are for, above 0 and below 1. The factor fits that level only.

    Returns
    -------
    array
        Missing for one service: no interval can be given.

    Raises
    ------
    ParameterError
        A level that is not between 0 and 1.

    Notes
    -----
    Hesterberg (2015), "What Teachers Should Know About the Bootstrap", American Statistician 69.
    Where a few heavy services decide a weighted mean, an interval that counts all of them is far
    too narrow.
    """
    check_level(level)
    count = np.where(np.asarray(sizes) > 1, sizes, np.nan).astype("float64")
    upper = (1 + level) / 2
    factor: Floats = np.sqrt((count + 1) / (count - 1)) * t.ppf(upper, count - 1) / norm.ppf(upper)
    return factor


def count_effective(weight: Floats, members: Members) -> Floats:
    """Number of equally weighted services that a weighted mean of each body is worth.

    The square of the sum of weights divided by the sum of their squares (Kish 1965): the number of
    services where all weights are equal, 1 where one service has all the weight.

    Parameters
    ----------
    weight : array
        Weight of each service, zero or more, some above zero in each body.
    members : sequence of arrays of int
        Places of each body's services.
    """
    own = [weight[np.asarray(member)] for member in members]
    return np.array([one.sum() ** 2 / (one**2).sum() for one in own])


def find_score_intervals(
    scores: pd.DataFrame,
    *,
    level: float = 0.9,
    draws: int = 4000,
    rng: np.random.Generator,
    limits: tuple[float, float] = (0.0, 100.0),
) -> pd.DataFrame:
    """Interval for the score of each body if its services stand for more than themselves.

    A draw is the mean of the service scores under `draw_shares`, its deviation from the plain mean
    times `widen`. The interval lies between the quantiles (1 - level) / 2 and (1 + level) / 2 of
    the draws, cut to the limits of the scale, where the true score lies anyway.

    Parameters
    ----------
    scores : DataFrame
        Rows of one edition: organisation_id, score_percent (of a service; missing is left out).
    level : float
        Share of intervals that hold the true score, 0..1.
    limits : two floats
        The rules' `range`.

    Returns
    -------
    DataFrame
        Key organisation_id (in order of appearance). Columns services (number with a score),
        score_percent (plain mean), score_low, score_high (missing for fewer than two services).

    Raises
    ------
    ParameterError
        No scored service; a level that is not between 0 and 1; no draw.

    Notes
    -----
    It says nothing where the services are all there are: then the score is what it is. A body
    whose services all score alike gets an interval without width, which is too narrow.
    """
    known = scores[scores["score_percent"].notna()]
    if known.empty:
        raise ParameterError("no service has a score; give scores of services of one edition")
    names = scores["organisation_id"].unique()
    codes, bodies = pd.factorize(known["organisation_id"])
    members = [np.flatnonzero(codes == code) for code in range(len(bodies))]
    sizes = np.bincount(codes)
    value = known["score_percent"].to_numpy(dtype="float64")
    shares = draw_shares(sizes.tolist(), draws, rng, members=members)
    mean = np.array([value[member].mean() for member in members])
    drawn = np.array([value[member] @ shares[member] for member in members])
    stretched = mean[:, None] + widen(sizes, level=level)[:, None] * (drawn - mean[:, None])
    ends = np.clip(np.quantile(stretched, [(1 - level) / 2, (1 + level) / 2], axis=1), *limits)
    table = pd.DataFrame(
        {"services": sizes, "score_percent": mean, "score_low": ends[0], "score_high": ends[1]},
        index=pd.Index(bodies, name="organisation_id"),
    ).reindex(names)
    table["services"] = table["services"].fillna(0).astype("int64")
    return table.rename_axis("organisation_id").reset_index()
