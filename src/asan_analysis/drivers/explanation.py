"""Which attributes of services and bodies go with higher scores: one regression, body by body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from asan_analysis.drivers.attributes import read_attribute
from asan_analysis.drivers.clusters import (
    Regression,
    bootstrap_effect,
    bootstrap_joint,
    compare_wald,
    draw_weights,
    fit_clusters,
    invert_test,
    measure_cr1,
    measure_cr3,
)
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.refusals import Refusal

_FEW_BODIES = 3
MODELS = ("every_service", "inside_body")
COLUMNS = ("model", "attribute", "level", "test", "reference", "unit", "n_services", "left_out",
           "clusters", "effect", "low", "high", "p", "p_adjusted", "method")  # fmt: skip


@dataclass(frozen=True)
class _Column:
    """One column of the regression and what its coefficient says."""

    attribute: str
    level: str
    reference: str
    unit: str
    n_services: int
    values: Floats
    joint: bool  # one of several levels
    reason: str = ""  # why it is not tested
    dropped: bool = False  # out of the regression, too


def explain_scores(
    scores: pd.DataFrame,
    services: pd.DataFrame,
    attributes: pd.DataFrame,
    *,
    rng: np.random.Generator,
    resamples: int = 999,
    few_clusters: int = 50,
    level: float = 0.95,
) -> pd.DataFrame:
    """Which attributes go with higher scores of services, the other attributes held equal.

    One least-squares regression of the service's score on all used attributes at once, twice:
    `every_service` with a constant, `inside_body` with a constant for each body. Inside, only
    differences between services of the same body count, so a body that is good at everything does
    not pass for its channel; attributes of the body drop out.

    A number counts linearly, per interquartile step of the services used (per difference of its two
    values where it has two; per unit where the quartiles are equal). A text counts by level against
    its most frequent level.

    Services of a body are not independent: tests and intervals are clustered by body. From
    `few_clusters` bodies on by the jackknife CR3 with t(G - 1), below by the wild cluster bootstrap
    with the null imposed, whose interval inverts the test. The levels of a text are also tested
    together.

    Parameters
    ----------
    scores : DataFrame
        From `score_services`, the rows of one node: service_id, score_percent.
    services : DataFrame
        Rows of the same edition: service_id, organisation_id and the attributes.
    attributes : DataFrame
        From `list_attributes`: those used enter.
    rng : Generator
    resamples : int
        Draws of the bootstrap; all sets of weights where there are at most 4,096.
    few_clusters : int
        Below this number of bodies the bootstrap is used.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Key model (`every_service`, `inside_body`), attribute, level (empty for a number and for
        the test of all levels together). Columns test (`attribute`: this row tests the whole
        attribute; `level`: one of several levels), reference (the level compared with), unit (the
        step of a number), n_services (with that level, or in the regression), left_out (services
        without a score or without a value of a used attribute; inside, also those alone in their
        body), clusters (bodies in the regression), effect (points), low, high (of the interval), p,
        p_adjusted (Holm), method (or `not tested:` and why).

    Raises
    ------
    ParameterError
        No attribute is used, a service has two scores, or fewer than three bodies remain.

    Notes
    -----
    p_adjusted is Holm's, over the attributes of a model: with independent or dependent tests the
    chance of any false finding is at most the level. It needs nothing but the p values, so it is
    the same under the jackknife and the bootstrap; Romano-Wolf gains little over at most a dozen
    tests. For one of several levels it is Holm's over all levels and numbers of the model, and at
    least that of its attribute.

    An attribute or level that fewer than three bodies differ in is not tested, whatever its p would
    be: no method is right there. It stays in the regression and its effect is given.

    An effect is a difference that goes with the attribute, not what would happen if it were
    changed: what drives both (an improvement that raises quality and moves the channel) stays in
    it. A very skewed number (users) is carried by its few largest values. Scores end at 100: near
    the top, effects in points shrink.

    References
    ----------
    Cameron and Miller (2015), A practitioner's guide to cluster-robust inference, Journal of Human
    Resources 50(2); MacKinnon, Nielsen and Webb (2023), Cluster-robust inference: a guide to
    empirical practice, Journal of Econometrics 232(2); Holm (1979).
    """
    names = [str(name) for name in attributes.loc[attributes["used"], "attribute"]]
    if not names:
        raise Refusal(
            "no attribute is used; see the reasons in list_attributes", code="no_attribute"
        )
    if scores["service_id"].duplicated().any():
        raise ParameterError("a service has several scores; pass the rows of one node")
    rows = services[["service_id", "organisation_id"]].assign(
        score=services["service_id"].map(scores.set_index("service_id")["score_percent"]),
        **{name: read_attribute(services[name]) for name in names},
    )
    used = rows[rows[["score", *names]].notna().all(axis=1)]
    bodies = pd.factorize(used["organisation_id"], sort=True)[0].astype("int64")
    if bodies.max(initial=-1) + 1 < _FEW_BODIES:
        raise Refusal(
            f"the services with a score and all attributes belong to fewer than {_FEW_BODIES} "
            "bodies; choose a larger edition or fewer attributes",
            code="too_few_bodies",
        )
    columns = [one for name in names for one in _expand(name, used[name])]
    score = used["score"].to_numpy(dtype="float64")
    models = []
    for model in MODELS:
        table = _explain(
            columns, score, bodies, within=model == "inside_body", rng=rng, resamples=resamples,
            few=few_clusters, level=level,
        )  # fmt: skip
        models.append(table.assign(model=model, left_out=len(rows) - table["regressed"]))
    return pd.concat(models, ignore_index=True)[list(COLUMNS)]


def _expand(name: str, values: pd.Series[Any]) -> list[_Column]:
    """The columns of one attribute: the number in its step, or an indicator for each level."""
    if values.dtype == "float64":
        numbers = values.to_numpy()
        step = float(np.subtract(*np.quantile(numbers, [0.75, 0.25])))
        step = float(np.ptp(numbers)) if len(np.unique(numbers)) == 2 else step or 1.0
        centered = (numbers - numbers.mean()) / step
        return [_Column(name, "", "", f"{step:g}", len(values), centered, joint=False)]
    counts = values.value_counts()
    order = sorted(counts.index, key=lambda level: (-counts[level], level))
    return [
        _Column(name, str(level), str(order[0]), "", int(counts[level]),
                (values == level).to_numpy(dtype="float64"), joint=len(order) > 2)
        for level in order[1:]
    ]  # fmt: skip


def _explain(
    columns: list[_Column], score: Floats, bodies: NDArray[np.int64], *, within: bool,
    rng: np.random.Generator, resamples: int, few: int, level: float,
) -> pd.DataFrame:  # fmt: skip
    """The table of one model."""
    here = np.bincount(bodies)[bodies] > within
    codes, y = pd.factorize(bodies[here], sort=True)[0].astype("int64"), score[here]
    columns = [_judge(_cut(one, here), codes, within) for one in columns]
    constant = [] if within else [np.ones(len(y))]
    if within:
        y = _center(y, codes)
        columns = [replace(one, values=_center(one.values, codes)) for one in columns]
    columns = _drop_dependent(columns, constant)
    kept = [one for one in columns if not one.dropped]
    clusters = int(codes.max(initial=-1)) + 1
    places: dict[tuple[str, str], int] = {}
    tests = None
    if clusters >= _FEW_BODIES and kept and len(y) > len(kept) + (clusters if within else 1):
        fit = fit_clusters(np.column_stack([*constant, *(one.values for one in kept)]), y, codes)
        places = {(one.attribute, one.level): place + len(constant)
                  for place, one in enumerate(kept)}  # fmt: skip
        tests = _Tests(fit, level, few, resamples, rng)
    table = pd.DataFrame(_list_rows(columns, places, tests))
    return _adjust(table).assign(clusters=clusters, regressed=len(y))


def _cut(one: _Column, here: NDArray[np.bool_]) -> _Column:
    """The column over some of its rows."""
    values = one.values[here]
    return replace(one, values=values, n_services=int(values.sum()) if one.level else len(values))


def _judge(one: _Column, codes: NDArray[np.int64], within: bool) -> _Column:
    """The column with the reason why it is not tested, where too few bodies differ in it."""
    levels, place, counts = np.unique(one.values, return_inverse=True, return_counts=True)
    common = place == counts.argmax() if len(counts) else place.astype("bool")
    away, there = (set(codes[side].tolist()) for side in (~common, common))
    if within:
        ends = pd.Series(one.values).groupby(codes).agg(["min", "max"])
        bodies = int((ends["max"] > ends["min"]).sum())
        if not bodies:
            return replace(one, reason="one value in each body", dropped=True)
    else:
        bodies = min(len(away), len(there)) if len(levels) == 2 else len(away)
    if bodies < _FEW_BODIES:
        noun = "body" if bodies == 1 else "bodies"
        return replace(one, reason=f"varies in {bodies} {noun} only")
    return one


def _center(values: Floats, codes: NDArray[np.int64]) -> Floats:
    """Values less the mean of their body."""
    return np.asarray(values - (np.bincount(codes, values) / np.bincount(codes))[codes])


def _drop_dependent(columns: list[_Column], basis: list[Floats]) -> list[_Column]:
    """The columns, those that follow from earlier ones marked as out of the regression."""
    basis = [one / np.linalg.norm(one) for one in basis]
    found = []
    for one in columns:
        rest = one.values
        for _ in range(2):  # twice, for rounding
            for direction in basis:
                rest = rest - direction * float(direction @ rest)
        size, length = float(np.linalg.norm(rest)), float(np.linalg.norm(one.values))
        if not one.dropped and size <= 1e-7 * max(length, 1e-12):
            one = replace(one, reason="follows from the other attributes", dropped=True)
        if not one.dropped:
            basis.append(rest / size)
        found.append(one)
    return found


class _Tests:
    """The tests of one regression, by the jackknife or by the bootstrap."""

    def __init__(
        self, fit: Regression, level: float, few: int, resamples: int, rng: np.random.Generator
    ) -> None:
        self.fit, self.level = fit, level
        self.bootstrap = fit.clusters < few
        if self.bootstrap:
            self.weights, name, self.every = draw_weights(fit.clusters, resamples, rng)
            number = f"all {len(self.weights)}" if self.every else f"{resamples} draws"
            self.method = f"wild cluster bootstrap, CR1, {name}, {number}"
            self.covariance = measure_cr1(fit)
        else:
            self.method = f"CR3, t({fit.clusters - 1})"
            self.covariance = measure_cr3(fit)

    def test_one(self, place: int) -> tuple[float, float, float]:
        """The p value and the interval of one coefficient."""
        effect = float(self.fit.beta[place])
        error = float(np.sqrt(self.covariance[place, place]))
        if self.bootstrap:
            test = bootstrap_effect(self.fit, place, self.weights, every=self.every)
            return test(0.0), *invert_test(test, effect, error, level=self.level)
        freedom = self.fit.clusters - 1
        half = float(stats.t.ppf(0.5 + self.level / 2, freedom)) * error
        return float(2 * stats.t.sf(abs(effect) / error, freedom)), effect - half, effect + half

    def test_all(self, places: list[int]) -> float:
        """The p value of several coefficients together."""
        if self.bootstrap:
            return bootstrap_joint(self.fit, places, self.weights, every=self.every)
        covariance = self.covariance[np.ix_(places, places)]
        return compare_wald(self.fit.beta[places], covariance, self.fit.clusters)


def _list_rows(
    columns: list[_Column], places: dict[tuple[str, str], int], tests: _Tests | None
) -> list[dict[str, Any]]:
    """A row for each column, before the levels of an attribute one for all of them."""
    rows: list[dict[str, Any]] = []
    for one in columns:
        levels = [other for other in columns if other.attribute == one.attribute]
        if one.joint and one is levels[0]:
            rows.append(_join_levels(levels, places, tests))
        row = {"attribute": one.attribute, "level": one.level, "reference": one.reference,
               "test": "level" if one.joint else "attribute", "unit": one.unit,
               "n_services": one.n_services, "effect": np.nan, "low": np.nan, "high": np.nan,
               "p": np.nan}  # fmt: skip
        at = places.get((one.attribute, one.level))
        reason = one.reason or ("" if tests else "too few services or bodies")
        if tests and at is not None:
            row["effect"] = float(tests.fit.beta[at])
            if not reason:
                row["p"], row["low"], row["high"] = tests.test_one(at)
        row["method"] = f"not tested: {reason}" if reason or not tests else tests.method
        rows.append(row)
    return rows


def _join_levels(
    levels: list[_Column], places: dict[tuple[str, str], int], tests: _Tests | None
) -> dict[str, Any]:
    """The row of all levels of an attribute together; those too few bodies have are left out."""
    first = levels[0]
    row = {"attribute": first.attribute, "level": "", "test": "attribute", "unit": "",
           "reference": first.reference, "n_services": len(first.values), "effect": np.nan,
           "low": np.nan, "high": np.nan, "p": np.nan}  # fmt: skip
    at = [places[one.attribute, one.level] for one in levels
          if not one.reason and (one.attribute, one.level) in places]  # fmt: skip
    if not tests or not at:
        reason = "too few services or bodies" if not tests else first.reason
        return row | {"method": f"not tested: {first.reason or reason}"}
    if len(at) >= tests.fit.clusters:
        return row | {"method": "not tested: as many levels as bodies"}
    p = tests.test_one(at[0])[0] if len(at) == 1 else tests.test_all(at)
    return row | {"p": p, "method": tests.method}


def _adjust(table: pd.DataFrame) -> pd.DataFrame:
    """The table with p_adjusted: Holm over the attributes, and for levels over all effects."""
    whole = table["test"] == "attribute"
    adjusted = pd.Series(np.nan, table.index).where(~whole, _holm(table["p"].where(whole)))
    single = ~whole | table["effect"].notna()
    levels = _holm(table["p"].where(single))
    above = table["attribute"].map(adjusted[whole].groupby(table["attribute"][whole]).max())
    both = pd.concat([levels, above], axis=1).max(axis=1, skipna=False)
    return table.assign(p_adjusted=adjusted.where(whole, both))


def _holm(p: pd.Series[Any]) -> pd.Series[Any]:
    """Holm's adjusted p values; missing ones stay missing and are not counted."""
    known = p.dropna().sort_values()
    steps = known.to_numpy(dtype="float64") * np.arange(len(known), 0, -1)
    highest = np.minimum(np.maximum.accumulate(steps), 1.0)
    return pd.Series(highest, known.index).reindex(p.index)
