"""How far the score of each body moved, and how sure that is with the services it has."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, t

from asan_analysis.analysis.bodies import COMPARED, check_draws, find_state
from asan_analysis.analysis.trends import cover_editions
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.errors import check_level
from asan_analysis.index.method import find_method
from asan_analysis.index.rollup import group_services
from asan_analysis.index.scoring import score_services
from asan_analysis.refusals import Refusal

Floats = NDArray[np.float64]
COLUMNS = [
    "organisation_id", "category", "baseline_year", "edition_year", "score_before", "score_percent",
    "change", "low", "high", "standard_error", "firm", "services_before", "services_after",
    "services_both", "error_before", "error_after", "error_covariance", "comparable", "state",
]  # fmt: skip


class Pair(NamedTuple):
    """Services of all bodies, body after body: scores and shares in two editions, 2 x services."""

    value: Floats  # 0 where a service is not in the edition
    share: Floats  # of the body's score, 0 where not in the edition; sums to 1 by body and edition
    starts: NDArray[np.intp]  # place of the first service of each body


def measure_moves(
    data: Dataset,
    before: Edition,
    after: Edition,
    *,
    rng: np.random.Generator,
    draws: int = 999,
    level: float = 0.9,
) -> pd.DataFrame:
    """How far the score of each body moved, with an interval for which services it happens to have.

    The change is the mean score of its services in the later edition less that in the earlier.
    The services are taken for draws from all the services such a body could offer (the view of a
    superpopulation; no correction for a finite number). Each draw gives every service of a body a
    standard exponential weight, one for both of its scores where it is in both editions, and
    weighs the two means anew. Deviations from the mean of an edition are stretched by
    sqrt((n + 1) / (n - 1)), n its services, so that their variance is that of a mean, and those
    of the change by t / z for few services (see `find_freedom`). Low and high are quantiles of
    the draws, cut to the width of the scale.

    Parameters
    ----------
    data : Dataset
    before, after : Edition
    rng : Generator
    draws : int
    level : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    DataFrame
        Key organisation_id, in order: bodies with a scored service in both editions. Columns
        category (of the later edition), baseline_year, edition_year, score_before, score_percent,
        change, low, high, standard_error (points; of the draws before t / z), firm (the interval
        leaves out 0), services_before, services_after, services_both (in both, under this body),
        error_before, error_after (standard errors of the two scores, points), error_covariance (of
        the two errors, points squared), comparable (the two editions are), state: `compared`;
        `few_services` (fewer than two in an edition: no interval); or why the editions cannot be
        compared (see `find_state`), then without change and interval.

    Raises
    ------
    UnknownEditionError, ParameterError
        See `find_state`; a level that is not between 0 and 1; fewer than two draws; rules that
        pool the answers of services, so that a score is no mean over them.

    Notes
    -----
    It says nothing where the services are all there are: then the change is what it is. A mistake
    that touches all services of a body alike, such as a lenient evaluator, is not in it. Of bodies
    that did not move, one in ten is firm at level 0.9. Services that all move alike give an
    interval without width, which is too narrow. Where `roll_up` weighs services, n is Kish's
    effective number. Rounding of organisations is left out.
    Rubin (1981), "The Bayesian Bootstrap", Annals of Statistics 9; Hesterberg (2015), "What
    Teachers Should Know About the Bootstrap", American Statistician 69.
    """
    check_level(level)
    check_draws(draws)
    state = find_state(cover_editions(data), before.edition_year, after.edition_year)
    services = _join_services(data, before, after)
    pair = pair_services(services)
    width = float(np.ptp(find_method(data, after)[1].range))
    moved = draw_moves(pair, rng=rng, draws=draws, level=level, width=width)
    bodies = services["organisation_id"].drop_duplicates().to_numpy()
    table = moved.assign(organisation_id=bodies, **_count_services(services))
    table["comparable"] = state == COMPARED
    few = table[["services_before", "services_after"]].min(axis=1) < 2
    table["state"] = np.where(few & (state == COMPARED), "few_services", state)
    if state != COMPARED:
        table[["change", "low", "high", "standard_error"]] = np.nan
    away = (table["low"] > 1e-9) | (table["high"] < -1e-9)
    table["firm"] = away.astype("boolean").mask(table["low"].isna())
    later = data.organisations[data.organisations["edition_year"] == after.edition_year]
    category = later.set_index("organisation_id")["category"]
    table["category"] = category.reindex(table["organisation_id"]).to_numpy()
    years = {"baseline_year": before.edition_year, "edition_year": after.edition_year}
    return table.assign(**years)[COLUMNS]


def _join_services(data: Dataset, before: Edition, after: Edition) -> pd.DataFrame:
    """Scores and weights of the services of bodies scored in both editions, by body and service."""
    old, new = (_score_edition(data, edition) for edition in (before, after))
    table = old.merge(new, on=["organisation_id", "service_id"], how="outer",
                      suffixes=("_before", "_after"), validate="one_to_one")  # fmt: skip
    both = set(old["organisation_id"]) & set(new["organisation_id"])
    table = table[table["organisation_id"].isin(both)]
    return table.sort_values(["organisation_id", "service_id"], ignore_index=True)


def _score_edition(data: Dataset, edition: Edition) -> pd.DataFrame:
    """organisation_id, service_id, score and weight of the scored services of an edition."""
    one, _ = select_edition(data, edition.edition_year)
    tree, rules = find_method(data, edition)
    if rules.roll_up == "pooled":
        raise Refusal(
            "moves need scores that are means over services; use rules with roll_up mean",
            code="pooled_answers",
        )
    if one.assessments.empty:
        return pd.DataFrame(columns=["organisation_id", "service_id", "score", "weight"])
    scores = score_services(one.assessments, one.services, tree, rules)
    root = scores[scores["node_id"] == tree.root].set_index("service_id")["score_percent"]
    units = one.services["service_id"].tolist()
    _, _, weight = group_services(one.services, units, rules)
    table = one.services[["organisation_id", "service_id"]].assign(
        score=root.reindex(units).to_numpy(), weight=weight
    )
    return table[table["score"].notna() & (table["weight"] > 0)]


def _count_services(services: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    old, new = services["score_before"].notna(), services["score_after"].notna()
    flags = {"services_before": old, "services_after": new, "services_both": old & new}
    owner = services["organisation_id"]
    counts = pd.DataFrame(flags).groupby(owner).sum().astype("int64")
    return {name: counts[name].to_numpy() for name in flags}


def pair_services(services: pd.DataFrame) -> Pair:
    """Arrays of services that stand body after body.

    Parameters
    ----------
    services : DataFrame
        organisation_id, score_before, score_after (missing where not in the edition),
        weight_before, weight_after.
    """
    owner = services["organisation_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]][: len(owner)])
    sizes = np.diff(np.r_[starts, len(owner)])
    names = ("before", "after")
    score = np.array([services[f"score_{name}"].to_numpy(dtype="float64") for name in names])
    weight = np.array([services[f"weight_{name}"].to_numpy(dtype="float64") for name in names])
    weight = np.where(np.isnan(score), 0.0, weight)
    total = np.add.reduceat(weight, starts, axis=1) if len(starts) else weight
    return Pair(np.nan_to_num(score), weight / np.repeat(total, sizes, axis=1), starts)


def draw_moves(
    pair: Pair, *, rng: np.random.Generator, draws: int, level: float, width: float = np.inf
) -> pd.DataFrame:
    """The arithmetic of `measure_moves`: a row for each body, in order.

    Returns
    -------
    DataFrame
        Columns score_before, score_percent, change, low, high, standard_error, error_before,
        error_after, error_covariance; the last six missing for fewer than two services in an
        edition.
    """
    sizes = np.diff(np.r_[pair.starts, pair.share.shape[1]])
    mean = _by_body(pair, pair.share * pair.value)
    rest = np.where(pair.share > 0, pair.value - np.repeat(mean, sizes, axis=1), 0.0)
    count = 1 / _by_body(pair, pair.share**2)  # Kish's effective number, services where equal
    count = np.where(count > 1 + 1e-9, count, np.nan)
    alike = _by_body(pair, (pair.share[0] * pair.share[1])[None])[0] * count[0] * count[1]
    stretch = np.sqrt((count + 1) / (count - 1))
    drawn = _draw_deviations(pair, rest * np.repeat(stretch, sizes, axis=1), rng, draws)
    change = mean[1] - mean[0]
    factor = t.ppf((1 + level) / 2, find_freedom(count, alike)) / norm.ppf((1 + level) / 2)
    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = np.clip(change + factor * ends, -width, width)
    error = np.sqrt(_by_body(pair, pair.share * rest**2) / (count - 1))
    return pd.DataFrame(
        {
            "score_before": mean[0], "score_percent": mean[1], "change": change, "low": low,
            "high": high, "standard_error": drawn.std(axis=0, ddof=1),
            "error_before": error[0], "error_after": error[1],
            "error_covariance": _find_covariance(pair, rest, count, alike),
        }
    )  # fmt: skip


def _by_body(pair: Pair, rows: Floats) -> Floats:
    """Sums over the services of each body; rows x bodies."""
    if not len(pair.starts):
        return np.empty((len(rows), 0))
    sums: Floats = np.add.reduceat(rows, pair.starts, axis=1)
    return sums


def _draw_deviations(pair: Pair, rest: Floats, rng: np.random.Generator, draws: int) -> Floats:
    """Deviations of the change from its value; draws x bodies."""
    weights = rng.standard_exponential((draws, pair.share.shape[1]))
    old, new = (
        _by_body(pair, weights * (share * deviation)) / _by_body(pair, weights * share)
        for share, deviation in zip(pair.share, rest, strict=True)
    )
    drawn: Floats = new - old
    return drawn


def _find_covariance(pair: Pair, rest: Floats, count: Floats, alike: Floats) -> Floats:
    """Covariance of the errors of the two scores, without bias where services weigh alike."""
    raw = _by_body(pair, (pair.share[0] * rest[0] * pair.share[1] * rest[1])[None])[0]
    kept = 1 - 1 / count[0] - 1 / count[1] + alike / (count[0] * count[1])
    shared: Floats = np.where(alike > 0, raw / np.where(alike > 0, kept, 1.0), 0.0)
    return np.where(np.isnan(count).any(axis=0), np.nan, shared)


def find_freedom(count: Floats, alike: Any) -> Floats:
    """Degrees of freedom of the estimated variance of a change.

    Those of Satterthwaite (square of the mean over half the variance) where all scores vary alike
    and independently: services - 1 where all are in both editions, those of Welch where none is.

    Parameters
    ----------
    count : array, 2 x bodies
        Services in either edition, more than one.
    alike : array
        Services in both.

    Returns
    -------
    array
        At least 1.
    """
    one, two = count
    kept = 1 - 1 / one - 1 / two + alike / (one * two)
    own = 1 / (one**2 * (one - 1)) + 1 / (two**2 * (two - 1))
    cross = 2 * alike * kept / (one * (one - 1) * two * (two - 1))
    freedom: Floats = np.maximum((1 / one + 1 / two) ** 2 / (own + cross), 1.0)
    return freedom
