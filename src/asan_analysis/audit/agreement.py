"""How far evaluators who read the same answer agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, t

from asan_analysis.data.contracts import STATUSES
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree

_AGREEMENT = ["node_id", "depth", "services", "pairs", "agreement", "agreement_low",
              "agreement_high", "scored_pairs", "alpha", "alpha_low", "alpha_high",
              "status_agreement", "status_alpha"]  # fmt: skip
SERVICE = ["edition_year", "service_id"]


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
    node. Intervals are percentiles over services drawn with replacement, expanded for few
    services (`find_interval`).

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
    spread and raise it.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Hayes and Krippendorff (2007),
    Communication Methods and Measures 1(1); Hesterberg (2015), The American Statistician 69(4).
    """
    check_draws(resamples, level)
    rows = read_twice(evaluations[evaluations["item_id"].isin(tree.items)])
    if rows.empty:
        return pd.DataFrame(columns=_AGREEMENT)
    answers = sum_answers(rows)
    sums = _climb(_by_service(answers, tree), tree)
    point = _measure({name: one.sum(axis=0) for name, one in sums.items()})
    draws = draw_services(len(sums["pairs"]), resamples, rng)
    drawn = _measure({name: draws @ one for name, one in sums.items()})
    services = (sums["pairs"] > 0).sum(axis=0)
    table = pd.DataFrame(
        {"node_id": tree.node_ids, "depth": tree.depths, "services": services, **point}
    )
    for name in ("agreement", "alpha"):
        table[f"{name}_low"], table[f"{name}_high"] = find_interval(drawn[name], services, level)
    counts = dict.fromkeys(["services", "pairs", "scored_pairs"], "int64")
    return table.loc[table["pairs"] > 0, _AGREEMENT].astype(counts).reset_index(drop=True)


def check_draws(resamples: int, level: float) -> None:
    """Refuse numbers that make no interval."""
    if resamples < 1 or not 0 < level < 1:
        raise ParameterError(
            f"resamples {resamples} and level {level:g} make no interval; "
            "draw at least once, at a level above 0 and below 1"
        )


def read_twice(evaluations: pd.DataFrame) -> pd.DataFrame:
    """The readings of answers that have two or more."""
    double = evaluations.duplicated([*SERVICE, "item_id"], keep=False)
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
    keys = [*SERVICE, "item_id"]
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
    service = answers.groupby(level=SERVICE, sort=True).ngroup().to_numpy()
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
        "agreement": ratio_of(sums["equal"], pairs),
        "scored_pairs": sums["scored_pairs"],
        "alpha": 1 - ratio_of((n - 1) * sums["apart"], unlike),
        "status_agreement": ratio_of(sums["same_status"], pairs),
        "status_alpha": 1 - ratio_of((readings - 1) * sums["status_apart"], other_status),
    }


def ratio_of(part: Floats, whole: Floats) -> Floats:
    """Part over whole; NaN where the whole is zero."""
    ratio: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio


def draw_services(services: int, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each service stands in each draw, draws x services."""
    return rng.multinomial(services, np.full(services, 1 / services), resamples).astype("float64")


def find_interval(
    drawn: Floats, services: NDArray[np.int64], level: float
) -> tuple[Floats, Floats]:
    """Expanded percentile interval of each column over its draws that have a value.

    Percentiles of few services are too narrow by the factors that part a t from a z interval; the
    tails are taken as far out as these factors ask (Hesterberg 2015). NaN with one service and
    where most draws have no value.
    """
    ends = np.full((2, drawn.shape[1]), np.nan)
    known = np.isnan(drawn).mean(axis=0) <= 0.5
    for n in np.unique(services[known & (services > 1)]).tolist():
        own = known & (services == n)
        tail = norm.cdf(np.sqrt(n / (n - 1)) * t.ppf((1 - level) / 2, n - 1))
        ends[:, own] = np.nanquantile(drawn[:, own], [tail, 1 - tail], axis=0)
    return ends[0], ends[1]
