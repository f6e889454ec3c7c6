"""Which evaluators read lower or higher than those who read the same answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.audit.agreement import (
    SERVICE,
    check_draws,
    draw_services,
    find_interval,
    ratio_of,
    read_twice,
)
from asan_analysis.index.aggregation import Floats

_EVALUATORS = ["evaluator_id", "services", "partners", "pairs", "difference", "difference_low",
               "difference_high", "adjusted", "adjusted_low", "adjusted_high", "flag"]  # fmt: skip


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
    evaluator is set to 0. Intervals as in `measure_agreement`, by the services of the evaluator.
    Since every evaluator is tested, a flag needs the adjusted interval at the wider level
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
    check_draws(resamples, level)
    rows = read_twice(evaluations[evaluations["status"] == "scored"])
    if rows.empty:
        return pd.DataFrame(columns=_EVALUATORS)
    pairs = _pair_values(rows)
    names = pd.Index(sorted(pairs["evaluator_id"].unique()))
    away, count = _sum_pairs(pairs, names)
    draws = draw_services(len(away), resamples, rng)
    drawn_away, drawn_count = (np.tensordot(draws, one, 1) for one in (away, count))
    difference = ratio_of(drawn_away.sum(axis=2), drawn_count.sum(axis=2))
    adjusted = _fit_levels(drawn_away, drawn_count)
    adjusted[drawn_count.sum(axis=2) == 0] = np.nan
    total, pairs_of = away.sum(axis=(0, 2)), count.sum(axis=(0, 2))
    services = (count.sum(axis=2) > 0).sum(axis=0)
    both = {"difference": difference, "adjusted": adjusted}
    ends = {name: find_interval(one, services, level) for name, one in both.items()}
    lower, higher = find_interval(adjusted, services, 1 - (1 - level) / len(names))
    table = pd.DataFrame(
        {
            "evaluator_id": names,
            "services": services,
            "partners": (count.sum(axis=0) > 0).sum(axis=1),
            "pairs": pairs_of.astype("int64"),
            "difference": ratio_of(total, pairs_of),
            "adjusted": _fit_levels(away.sum(axis=0)[None], count.sum(axis=0)[None])[0],
            "flag": np.select([higher < 0, lower > 0], ["severe", "lenient"], default=""),
            **{f"{name}_low": low for name, (low, _) in ends.items()},
            **{f"{name}_high": high for name, (_, high) in ends.items()},
        }
    )
    return table.sort_values(["difference", "evaluator_id"], ignore_index=True)[_EVALUATORS]


def _pair_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Every evaluator of an answer beside every other one, both ways."""
    keys = [*SERVICE, "item_id"]
    own = rows[[*keys, "evaluator_id", "value"]]
    pairs = own.merge(own, on=keys, suffixes=("", "_other"), validate="many_to_many")
    return pairs[pairs["evaluator_id"] != pairs["evaluator_id_other"]]


def _sum_pairs(pairs: pd.DataFrame, names: pd.Index[Any]) -> tuple[Floats, Floats]:
    """Sums of differences and numbers of pairs: services x evaluators x partners."""
    service = pairs.groupby(SERVICE, sort=True).ngroup().to_numpy()
    who = names.get_indexer(pd.Index(pairs["evaluator_id"]))
    partner = names.get_indexer(pd.Index(pairs["evaluator_id_other"]))
    away = np.zeros((service.max() + 1, len(names), len(names)))
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
