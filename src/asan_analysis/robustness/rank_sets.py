"""Sets of ranks that the services of the bodies leave open, all bodies of a category at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from asan_analysis.errors import DataError, ParameterError, check_level
from asan_analysis.index.ranking import rank_scores

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NOISE = 1e-18  # a variance below it comes from the last bits of equal scores
_LEAST = 0.01  # of the pooled variance: no variance counts as less when their spread is measured


class Critical(NamedTuple):
    """Critical values of the studentised differences."""

    every: float  # for all pairs of the category at once
    single: Floats  # for the pairs of each body


COLUMNS = (
    "organisation_id", "category", "services", "score_percent", "rank", "rank_low", "rank_high",
    "single_low", "single_high", "alike", "band",
)  # fmt: skip


def find_rank_sets(
    scores: pd.DataFrame, *, level: float = 0.9, draws: int = 20_000, rng: np.random.Generator
) -> pd.DataFrame:
    """Which ranks each body could have if its services stand for more than themselves.

    Bodies of a category are compared in pairs: the difference of their mean scores divided by its
    standard error. One body is above another when that quotient exceeds the critical value, which
    holds for all pairs at once (`find_critical`). A body's rank set runs from 1 + the number of
    bodies above it to the number of bodies less those below it. The sets of a category are made to
    hold the true ranks of all its bodies with probability `level`; `docs/methodology.md` says how
    often they do.

    Parameters
    ----------
    scores : DataFrame
        Rows of one edition, key service_id: organisation_id, category, score_percent (missing is
        left out).
    level : float
        Above 0 and below 1.
    draws : int
        Of the critical value, which then moves by half a percent from seed to seed.

    Returns
    -------
    DataFrame
        Key organisation_id, by category, best first. Columns category,
        services (number with a score), score_percent (plain mean), rank (ties share the better
        place), rank_low, rank_high (best and worst rank of the set), single_low, single_high (the
        same for a body that was picked before looking; narrower), alike (number of other bodies
        that it cannot be told apart from), band. Without a score all but the counts are missing.

        Band 1 is the leader and those not below it; the next band starts at the first body that
        is below the leader of the band, and so on down the ranks. Bodies of one band cannot be
        told from its leader; two neighbours in different bands may be alike.

    Raises
    ------
    ParameterError
        No scored service; a level that is not between 0 and 1; no draw.
    DataError
        A service twice, one without a body or category, or a body in two categories.

    Notes
    -----
    A body with one service has no variance: its set is the whole range, it has no band, and it
    takes no part in the critical value. The same holds where no body of a category has services
    that differ. Variances are moderated, see `moderate_variances`.

    Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for Ranks with Applications to Mobility
    across Neighbourhoods and Academic Achievement across Countries", Review of Economic Studies 91.
    The sets mislead where the services are all there are, where they were picked for what they
    score, and under a roll-up other than the plain mean. Where every body has the same services,
    as the life events of the eGovernment Benchmark, they are usually wider than need be: bodies are
    compared as if their services had nothing in common.
    """
    check_level(level)
    if draws < 1 or not scores["score_percent"].notna().any():
        raise ParameterError("rank sets need a scored service and a draw; give both")
    table = _describe_bodies(scores)
    codes = pd.factorize(table["category"])[0]
    variance, freedom = moderate_variances(
        table["variance"].to_numpy(), table["services"].to_numpy(), codes
    )
    table = table.assign(error=np.sqrt(variance / table["services"].clip(lower=1)), freedom=freedom)
    parts = [
        _rank_category(part, level=level, draws=draws, rng=rng)
        for _, part in table.groupby("category")
    ]
    return pd.concat(parts, ignore_index=True)


def _describe_bodies(scores: pd.DataFrame) -> pd.DataFrame:
    """Number, mean and variance of the services of each body."""
    if scores["service_id"].duplicated().any():
        raise DataError("a service stands twice; give one score for each service of one edition")
    if scores[["organisation_id", "category"]].isna().any(axis=None):
        raise DataError("a service has no body or no category; give both for each")
    grouped = scores.groupby(["organisation_id", "category"], sort=False)["score_percent"]
    table = grouped.agg(services="count", score_percent="mean", variance="var").reset_index()
    if table["organisation_id"].duplicated().any():
        raise DataError("a body stands in two categories; give the rows of one edition")
    return table


def _rank_category(
    part: pd.DataFrame, *, level: float, draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Ranks, rank sets and bands of one category, best first."""
    order = ["score_percent", "organisation_id"]
    table = part.sort_values(order, ascending=[False, True], ignore_index=True)
    mean, error = table["score_percent"].to_numpy(), table["error"].to_numpy()
    known = np.flatnonzero(~np.isnan(error))
    critical = find_critical(
        error[known], table["freedom"].to_numpy()[known], level=level, draws=draws, rng=rng
    )
    above, single = (np.zeros((len(table), len(table)), dtype=bool) for _ in range(2))
    inside = np.ix_(known, known)
    above[inside] = find_above(mean[known], error[known], critical.every)
    single[inside] = find_above(mean[known], error[known], critical.single[:, None])
    below = np.zeros(single.shape, dtype=bool)
    below[inside] = find_above(-mean[known], error[known], critical.single[:, None])
    ranked = int(np.sum(~np.isnan(mean)))
    found = {
        "rank": rank_scores(table["score_percent"]),
        "rank_low": 1 + above.sum(axis=1),
        "rank_high": ranked - above.sum(axis=0),
        "single_low": 1 + single.sum(axis=1),
        "single_high": ranked - below.sum(axis=1),
        "alike": ranked - 1 - above.sum(axis=1) - above.sum(axis=0),
        "band": pd.Series(find_bands(above, known), dtype="Int64"),
    }
    columns = ["organisation_id", "category", "services", "score_percent"]
    ranks = pd.DataFrame(found).astype("Int64")
    ranks.loc[np.isnan(mean)] = pd.NA
    return table[columns].join(ranks)


def moderate_variances(
    variance: Floats, services: NDArray[Any], groups: NDArray[Any]
) -> tuple[Floats, Floats]:
    """Variances of bodies drawn towards the pooled variance of their category.

    (d v + d0 p) / (d + d0), with v the variance of the body's services and d its degrees of
    freedom (services less 1), p the pooled variance of the category (its v weighted by d), and d0
    what p is worth. d0 is the same for all categories: it is small when the logarithms of the
    variances differ more inside categories than chance makes them, infinite when they do not. To be
    on the safe side their observed spread is first raised by one standard error.

    Parameters
    ----------
    variance : array
        Of the services of each body, with n - 1; missing for one service.
    services : array of int
        Number of services of each body.
    groups : array of int
        Number of the category of each body, from 0.

    Returns
    -------
    two arrays
        Moderated variance, and its degrees of freedom: d + d0, at most the sum of d over the
        category. Both missing where the variance is, and where the pooled one is zero
        but for the last bits.

    Notes
    -----
    Smyth (2004), "Linear Models and Empirical Bayes Methods for Assessing Differential Expression
    in Microarray Experiments"; there the centre is that of the logarithms and the spread is not
    raised. With the own variances of three services hardly any two bodies can be told apart.
    A variance below 1 % of the pooled one counts as 1 % when the spread is measured.
    """
    known = ~np.isnan(variance)
    own, freedom, code = variance[known], services[known] - 1.0, groups[known]
    total = np.bincount(code, freedom)[code]
    pooled = np.bincount(code, freedom * own)[code] / total
    differ = pooled > _NOISE
    prior = _find_prior(own[differ] / pooled[differ], freedom[differ], code[differ])
    share = 1.0 if np.isinf(prior) else prior / (prior + freedom)
    moderated, worth = np.full(variance.shape, np.nan), np.full(variance.shape, np.nan)
    moderated[known] = np.where(differ, share * pooled + (1 - share) * own, np.nan)
    worth[known] = np.where(differ, np.minimum(prior + freedom, total), np.nan)
    return moderated, worth


def _find_prior(ratio: Floats, freedom: Floats, code: NDArray[Any]) -> float:
    """Degrees of freedom that the pooled variance is worth, from variances divided by it."""
    left = len(ratio) - len(np.unique(code))
    if left < 1:
        return 0.0
    half = freedom / 2
    size = np.log(np.maximum(ratio, _LEAST)) - digamma(half) + np.log(half)
    centre = np.bincount(code, size)[code] / np.bincount(code)[code]
    observed = ((size - centre) ** 2).sum() / left
    spread = observed * (1 + np.sqrt(2 / left)) - polygamma(1, half).mean()
    return 2 * _invert_trigamma(float(spread)) if spread > 0 else np.inf


def _invert_trigamma(value: float) -> float:
    """The x whose trigamma is the value, by Newton's method on its inverse."""
    x, step = 0.5 + 1 / value, 1.0
    while abs(step) > 1e-9 * x:
        found = float(polygamma(1, x))
        step = found * (1 - found / value) / float(polygamma(2, x))
        x += step
    return x


def find_critical(
    error: Floats,
    freedom: Floats,
    *,
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> Critical:
    """Critical values of the differences of means, for all pairs and for the pairs of each body.

    A draw gives each body a deviation: its standard error times a Student's t with its degrees of
    freedom. The differences of deviations are divided by the standard errors of the differences;
    the critical value is the `level` quantile of the largest absolute one. For two bodies that is
    the test of Behrens and Fisher.

    Parameters
    ----------
    error : array
        Standard error of each body's mean, above zero.
    freedom : array
        Degrees of freedom of each.

    Returns
    -------
    Critical
        every (all pairs at once), single (array, one per body). Infinite for fewer than two bodies.
    """
    if len(error) < 2:
        return Critical(np.inf, np.full(len(error), np.inf))
    deviation = error[:, None] * rng.standard_t(freedom, size=(draws, len(error))).T
    scale = _pair_scale(error)[:, :, None]
    largest = np.stack(
        [(np.abs(deviation - one) * pair).max(axis=0)
         for one, pair in zip(deviation, scale, strict=True)]
    )  # fmt: skip
    every = float(np.quantile(largest.max(axis=0), level))
    return Critical(every, np.quantile(largest, level, axis=1))


def find_above(mean: Floats, error: Floats, critical: float | Floats) -> Flags:
    """Whether the body of each column is above the body of each row, beyond the critical value."""
    above: Flags = (mean[None, :] - mean[:, None]) * _pair_scale(error) > critical
    return above


def _pair_scale(error: Floats) -> Floats:
    """One over the standard error of the difference of each two bodies."""
    return 1 / np.hypot(error[:, None], error[None, :])


def find_bands(above: Flags, known: Sequence[int] | NDArray[Any]) -> list[int | None]:
    """Number of the band of each body; bodies stand best first, none for those not known."""
    bands: list[int | None] = [None] * len(above)
    band, leader = 0, -1
    for body in known:
        if leader < 0 or above[body, leader]:
            band, leader = band + 1, int(body)
        bands[body] = band
    return bands
