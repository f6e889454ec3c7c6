"""How far evaluators who read the same answer agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.contracts import STATUSES
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree

_AGREEMENT = ["node_id", "depth", "services", "pairs", "agreement", "agreement_low",
              "agreement_high", "scored_pairs", "alpha", "alpha_low", "alpha_high",
              "status_agreement", "status_alpha"]  # fmt: skip
_EVALUATORS = ["evaluator_id", "services", "partners", "pairs", "difference", "difference_low",
               "difference_high", "adjusted", "adjusted_low", "adjusted_high", "flag"]  # fmt: skip
_SERVICE = ["edition_year", "service_id"]


def measure_agreement(
    evaluations: pd.DataFrame,
    tree: Tree,
    *,
    rng: np.random.Generator,
    resamples: int = 400,
    level: float = 0.95,
) -> pd.DataFrame:
    """Where two evaluators of one service read the same item alike, and where they do not.

    `agreement` is the share of pairs of evaluators with the same status and, where that is scored,
    the same value. `alpha` is Krippendorff's for interval data on the values of the evaluators who
    scored: 1 less the observed over the expected disagreement, where the observed is the mean
    square difference of two values of one answer and the expected that of any two values of the
    node. Intervals are percentiles over services drawn with replacement.

    Parameters
    ----------
    evaluations : DataFrame
        Rows of one or several editions: edition_year, service_id, item_id, evaluator_id, status,
        value. Answers with one reading take no part.
    tree : Tree
        Of these editions; answers to other items take no part.
    rng : Generator
    resamples : int
        Draws of services.
    level : float
        Of the intervals, above 0 and below 1.

    Returns
    -------
    DataFrame
        Key node_id, depth first (nodes with a pair below). Columns depth, services (read twice),
        pairs, agreement (0..1), agreement_low, agreement_high, scored_pairs (both scored), alpha
        (at most 1; 0 is chance; missing where no two values of the node differ), alpha_low,
        alpha_high (over the draws that have an alpha; missing where most have none),
        status_agreement (0..1), status_alpha (nominal, on the three statuses). Empty where nobody
        read an answer twice: then agreement is not known.

    Raises
    ------
    ParameterError
        `level` or `resamples` out of range.

    Notes
    -----
    An item that nearly everybody passes has a low alpha and a high agreement: there is little to
    tell apart. The alpha of an inner node pools its items, so that their different levels count as
    spread and raise it. Few services make wide intervals; those below about 20 are too narrow.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Hayes and Krippendorff (2007),
    Communication Methods and Measures 1(1).
    """
    _check_draws(resamples, level)
    rows = _read_twice(evaluations[evaluations["item_id"].isin(tree.items)])
    if rows.empty:
        return pd.DataFrame(columns=_AGREEMENT)
    answers = sum_answers(rows)
    sums = _climb(_by_service(answers, tree), tree)
    point = _measure({name: one.sum(axis=0) for name, one in sums.items()})
    draws = _draw_services(len(sums["pairs"]), resamples, rng)
    drawn = _measure({name: draws @ one for name, one in sums.items()})
    table = pd.DataFrame(
        {"node_id": tree.node_ids, "depth": tree.depths,
         "services": (sums["pairs"] > 0).sum(axis=0), **point}
    )  # fmt: skip
    for name in ("agreement", "alpha"):
        table[f"{name}_low"], table[f"{name}_high"] = _interval(drawn[name], level)
    counts = dict.fromkeys(["services", "pairs", "scored_pairs"], "int64")
    return table.loc[table["pairs"] > 0, _AGREEMENT].astype(counts).reset_index(drop=True)


def _check_draws(resamples: int, level: float) -> None:
    if resamples < 1 or not 0 < level < 1:
        raise ParameterError(
            f"resamples {resamples} and level {level:g} make no interval; "
            "draw at least once, at a level above 0 and below 1"
        )


def _read_twice(evaluations: pd.DataFrame) -> pd.DataFrame:
    """The readings of answers that have two or more."""
    double = evaluations.duplicated([*_SERVICE, "item_id"], keep=False)
    return evaluations[double].reset_index(drop=True)


def sum_answers(rows: pd.DataFrame) -> pd.DataFrame:
    """What each answer adds to agreement and to the alphas.

    Returns
    -------
    DataFrame
        Index edition_year, service_id, item_id. Columns pairs, equal, same_status, scored_pairs;
        values (readings that another scored reading stands beside), total, squares (their sum and
        sum of squares), apart (squared differences over ordered pairs, over the values less 1);
        readings, one column per status, status_apart.
    """
    keys = [*_SERVICE, "item_id"]
    x = rows["value"].where(rows["status"] == "scored")
    parts = {status: (rows["status"] == status).astype("int64") for status in STATUSES}
    table = rows[keys].assign(values=x.notna().astype("int64"), total=x, squares=x**2, **parts)
    sums = table.groupby(keys, sort=True).sum()
    counts = sums[list(STATUSES)]
    sums["readings"] = counts.sum(axis=1)
    alike = (
        rows[[*keys, "status"]].assign(value=x).groupby([*keys, "status", "value"], dropna=False)
    )
    same = alike.size()
    sums["equal"] = (same * (same - 1) / 2).groupby(keys).sum()
    sums["pairs"] = sums["readings"] * (sums["readings"] - 1) / 2
    sums["same_status"] = (counts * (counts - 1) / 2).sum(axis=1)
    sums["status_apart"] = 2 * (sums["pairs"] - sums["same_status"]) / (sums["readings"] - 1)
    n = sums["values"]
    sums["scored_pairs"] = n * (n - 1) / 2
    apart = (2 * (n * sums["squares"] - sums["total"] ** 2) / (n - 1).where(n > 1)).clip(lower=0)
    sums["apart"] = apart.fillna(0.0)
    pairable = ["values", "total", "squares"]
    sums[pairable] = sums[pairable].where(n > 1, 0.0)
    return sums


def _by_service(answers: pd.DataFrame, tree: Tree) -> dict[str, Floats]:
    """Each sum as services x nodes, filled at the items."""
    service, _ = pd.factorize(pd.MultiIndex.from_frame(answers.index.to_frame()[_SERVICE]))
    item = pd.Index(tree.node_ids).get_indexer(answers.index.get_level_values("item_id"))
    tables = {}
    for name in answers:
        table = np.zeros((service.max() + 1, len(tree.node_ids)))
        table[service, item] = answers[name].to_numpy(dtype="float64")
        tables[str(name)] = table
    return tables


def _climb(tables: dict[str, Floats], tree: Tree) -> dict[str, Floats]:
    """Sums of inner nodes, filled in place."""
    for table in tables.values():
        for row in tree.inner_rows:
            table[:, row] = table[:, list(tree.children[row])].sum(axis=1)
    return tables


def _measure(sums: dict[str, Floats]) -> dict[str, Floats]:
    """Agreement and alphas from the sums of answers."""
    pairs, n = sums["pairs"], sums["values"]
    unlike = 2 * (n * sums["squares"] - sums["total"] ** 2)  # over all ordered pairs of values
    unlike = np.where(unlike > 1e-12 * n * sums["squares"], unlike, 0.0)
    readings = sums["readings"]
    other_status = readings**2 - sum(sums[status] ** 2 for status in STATUSES)
    return {
        "pairs": pairs,
        "agreement": _ratio(sums["equal"], pairs),
        "scored_pairs": sums["scored_pairs"],
        "alpha": 1 - _ratio((n - 1) * sums["apart"], unlike),
        "status_agreement": _ratio(sums["same_status"], pairs),
        "status_alpha": 1 - _ratio((readings - 1) * sums["status_apart"], other_status),
    }


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio


def _draw_services(services: int, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each service stands in each draw, draws x services."""
    return rng.multinomial(services, np.full(services, 1 / services), resamples).astype("float64")


def _interval(drawn: Floats, level: float) -> tuple[Floats, Floats]:
    """Percentiles of each column over its draws that have a value; NaN where most have none."""
    ends = np.full((2, drawn.shape[1]), np.nan)
    known = np.isnan(drawn).mean(axis=0) <= 0.5
    ends[:, known] = np.nanquantile(drawn[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends[0], ends[1]


def compare_evaluators(
    evaluations: pd.DataFrame,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Who reads lower or higher than those who read the same answers.

    `difference` is the mean over answers that both scored of the evaluator's value less the
    partner's. `adjusted` takes out who the partners were: with one level a for each evaluator, the
    differences of all pairs are fitted by a less the partner's a (least squares), and the median
    evaluator is set to 0. Intervals are percentiles over services drawn with replacement. Since
    every evaluator is tested, a flag needs the adjusted interval at the wider level
    1 - (1 - level) / number of evaluators to leave out 0.

    Parameters
    ----------
    evaluations : DataFrame
        See `measure_agreement`.
    rng, resamples, level
        See `measure_agreement`.

    Returns
    -------
    DataFrame
        Key evaluator_id, the lowest first (those with a partner). Columns services, partners, pairs
        (answers both scored, once a partner), difference (in units of value; below 0 is severe),
        difference_low, difference_high, adjusted, adjusted_low, adjusted_high, flag (`severe`,
        `lenient` or empty). Empty where nobody read an answer twice.

    Raises
    ------
    ParameterError
        `level` or `resamples` out of range.

    Notes
    -----
    Who often reads beside a severe evaluator has a difference that looks lenient. Where the pairs
    fall into groups that share nobody, levels compare within a group only. Items must be on one
    scale with more being better. Who is right is not known from this.
    """
    _check_draws(resamples, level)
    rows = _read_twice(evaluations[evaluations["status"] == "scored"])
    if rows.empty:
        return pd.DataFrame(columns=_EVALUATORS)
    pairs = _pair_values(rows)
    names = pd.Index(sorted(pairs["evaluator_id"].unique()))
    away, count = _sum_pairs(pairs, names)
    draws = _draw_services(len(away), resamples, rng)
    drawn_away, drawn_count = (np.tensordot(draws, one, 1) for one in (away, count))
    difference = _ratio(drawn_away.sum(axis=2), drawn_count.sum(axis=2))
    adjusted = _fit_levels(drawn_away, drawn_count)
    adjusted[drawn_count.sum(axis=2) == 0] = np.nan
    total, pairs_of = away.sum(axis=(0, 2)), count.sum(axis=(0, 2))
    ends = {"difference": _interval(difference, level), "adjusted": _interval(adjusted, level)}
    lower, higher = _interval(adjusted, 1 - (1 - level) / len(names))
    table = pd.DataFrame(
        {
            "evaluator_id": names,
            "services": (count.sum(axis=2) > 0).sum(axis=0),
            "partners": (count.sum(axis=0) > 0).sum(axis=1),
            "pairs": pairs_of.astype("int64"),
            "difference": _ratio(total, pairs_of),
            "adjusted": _fit_levels(away.sum(axis=0)[None], count.sum(axis=0)[None])[0],
            "flag": np.select([higher < 0, lower > 0], ["severe", "lenient"], default=""),
            **{f"{name}_low": low for name, (low, _) in ends.items()},
            **{f"{name}_high": high for name, (_, high) in ends.items()},
        }
    )
    return table.sort_values(["difference", "evaluator_id"], ignore_index=True)[_EVALUATORS]


def _pair_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Every evaluator of an answer beside every other one, both ways."""
    keys = [*_SERVICE, "item_id"]
    own = rows[[*keys, "evaluator_id", "value"]]
    pairs = own.merge(own, on=keys, suffixes=("", "_other"), validate="many_to_many")
    return pairs[pairs["evaluator_id"] != pairs["evaluator_id_other"]]


def _sum_pairs(pairs: pd.DataFrame, names: pd.Index[Any]) -> tuple[Floats, Floats]:
    """Sums of differences and numbers of pairs: services x evaluators x partners."""
    service, found = pd.factorize(pd.MultiIndex.from_frame(pairs[_SERVICE]))
    who = names.get_indexer(pairs["evaluator_id"])
    partner = names.get_indexer(pairs["evaluator_id_other"])
    away = np.zeros((len(found), len(names), len(names)))
    count = np.zeros_like(away)
    np.add.at(away, (service, who, partner), (pairs["value"] - pairs["value_other"]).to_numpy())
    np.add.at(count, (service, who, partner), 1.0)
    return away, count


def _fit_levels(away: Floats, count: Floats) -> Floats:
    """Levels of evaluators, draws x evaluators, from draws x evaluators x partners; median 0."""
    equations = -count
    place = np.arange(count.shape[1])
    equations[:, place, place] += count.sum(axis=2)
    levels = (np.linalg.pinv(equations, hermitian=True) @ away.sum(axis=2)[..., None])[..., 0]
    middle: Floats = np.median(levels, axis=1, keepdims=True)
    return np.asarray(levels - middle)
