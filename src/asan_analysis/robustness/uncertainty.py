"""Uncertainty analysis: places and scores under the listed alternatives and other services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.rescoring import rank_draws, rescore, vary
from asan_analysis.index.rules import Rules
from asan_analysis.processes import Spread
from asan_analysis.robustness.alternatives import Factor
from asan_analysis.robustness.chunks import Case, Tally, count_chunk, count_chunks
from asan_analysis.robustness.league import TOP

SOURCES = ("method", "services", "both")
TABLES = (  # columns of `bodies`, `ranks` and `pairs`
    ("unit_id", "category", "source", "nominal_rank", "rank_mean", "rank_q05", "rank_q50",
     "rank_q95", "rank_sd", "score_q05", "score_q50", "score_q95", "p_first", "p_top3"),
    ("unit_id", "category", "source", "rank", "share"),
    ("source", "category", "unit_id", "other_id", "p_above"),
)  # fmt: skip
_CELLS = 2**20  # units x draws worked on at a time
_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Uncertainty:
    """What the draws say: `bodies`, `ranks` and `pairs`; see `measure_uncertainty`."""

    bodies: pd.DataFrame
    ranks: pd.DataFrame
    pairs: pd.DataFrame


def measure_uncertainty(
    answers: Answers,
    tree: Tree,
    rules: Rules,
    factors: Sequence[Factor],
    *,
    draws: int,
    rng: np.random.Generator,
    sources: Sequence[str] = SOURCES,
    decimals: int = 2,
    min_services: int = 1,
    progress: Callable[[int], object] = lambda done: None,
    cells: int = _CELLS,
    spread: Spread = map,
) -> Uncertainty:
    """How places and scores spread over the listed alternatives and over other services.

    Monte Carlo: each draw picks every factor at once and scores everybody again. Shares of draws
    are shares of the listed alternatives, each as likely as another; they are no probabilities of
    being best. Resampling presumes that the services stand for more than themselves (U13).

    Parameters
    ----------
    answers, tree, rules : Answers, Tree, Rules
        The nominal case.
    factors : list of Factor
        From `read_factors`.
    draws : int
        Draws for each source, 1 or more.
    rng : Generator
        The same generator state gives the same numbers for any `cells` and any `spread`: chunks of
        draws have seeds of their own, see `robustness.chunks`.
    sources : sequence
        "method": the alternatives only; "services": services resampled inside each body only;
        "both".
    decimals, min_services : int
        As `rank_organisations` takes them. A body with fewer services has scores and no place.
    progress : callable
        Called with the number of draws just done.
    cells : int
        Units x draws worked on at a time; it changes no result.
    spread : callable
        Shaped like `map`, as `processes.spread_over` gives it: calls a function on every chunk,
        here or elsewhere, and gives the results in order. Function and chunks can be pickled.

    Returns
    -------
    Uncertainty
        `bodies`: key unit_id, source; category, nominal_rank, rank_mean, rank_q05, rank_q50,
        rank_q95, rank_sd, score_q05, score_q50, score_q95, p_first, p_top3. Quantiles of ranks are
        places met; those of scores interpolate and are cut to the rules' `range` where answers are
        shares, since stretched draws of few services can pass its ends. `ranks`: unit_id,
        category, source, rank, share of draws with that place (only places met). `pairs`: source,
        category, unit_id, other_id, p_above (share of draws in which the unit scores above the
        other). A body with one service has no interval from resampling: its cells are empty.

    Raises
    ------
    ParameterError
        No draws, one body only, equal scores throughout, or no alternatives where the method is
        to be varied.

    References
    ----------
    Saisana, Saltelli, Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools
    for the quality assessment of composite indicators, JRSS A 168. OECD/JRC (2008), step 7.
    """
    nominal = vary([(tree, rules)], [0])
    scores = rescore(answers, nominal)
    ranked = answers.only_ranked(scores, min_services)
    _check(ranked, factors, sources, draws)
    rank = rank_draws(ranked, answers, nominal, decimals=decimals)[:, 0]
    entropy = rng.integers(2**63, size=8).tolist()
    case = Case(answers, tree, rules, factors, draws, entropy, decimals, min_services, cells)
    chunks = range(count_chunks(draws))
    items = [(source, chunk) for source in sources for chunk in chunks]
    counted = iter(spread(partial(count_chunk, case), items))
    limits = rules.range if answers.shares else (-np.inf, np.inf)
    found = []
    for source in sources:
        tally = Tally(answers, draws)
        for counts in islice(counted, len(chunks)):
            tally.add(counts)
            progress(counts.scores.shape[1])
        found.append(_tabulate(tally, answers, rank, source, limits))
    bodies, ranks, pairs = (
        pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True)
    )
    return Uncertainty(bodies, ranks, pairs)


def _check(ranked: Floats, factors: Sequence[Factor], sources: Sequence[str], draws: int) -> None:
    unknown = [source for source in sources if source not in SOURCES]
    if unknown:
        raise ParameterError(f"source {unknown[0]!r} is not known; write {', '.join(SOURCES)}")
    if draws < 1:
        raise ParameterError(f"{draws} draws: give 1 or more")
    if "method" in sources and not factors:
        raise ParameterError(
            "no active assumption lists an alternative, so there is no method to vary; "
            "add rows to assumptions.csv, or draw services only"
        )
    if fault := find_no_order(ranked):
        raise ParameterError(fault)


def find_no_order(ranked: Floats) -> str:
    """Why scores give no order to examine: fewer than two of them, or all equal; empty if they do.

    `ranked`: scores of the bodies that have a place, missing for the others.
    """
    known = ranked[~np.isnan(ranked)]
    if len(known) < 2:
        return f"{len(known)} unit has a place; ranks need two or more"
    if np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
        return "every unit has the same score, so there is no order to examine; check the values"
    return ""


def _tabulate(
    tally: Tally, answers: Answers, nominal: Floats, source: str, limits: tuple[float, float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of one source."""
    blank = (answers.sizes < 2) & (source != "method")
    places = np.arange(tally.places.shape[1]) / 2
    total = tally.places.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = tally.places @ places / total
        spread = np.sqrt(tally.places @ places**2 / total - mean**2)
    ranks = [_quantile(tally.places, places, level) for level in _QUANTILES]
    scores = np.clip(np.quantile(tally.scores, _QUANTILES, axis=1, overwrite_input=True), *limits)
    share = np.where((total > 0)[:, None], tally.places / tally.done, np.nan)
    firsts = [share[:, (places > 0) & (places <= last)].sum(axis=1) for last in (1, TOP)]
    measured = [mean, *ranks, spread, *scores, *firsts]
    columns: dict[str, Any] = {
        "unit_id": answers.bodies, "category": answers.category.to_numpy(), "source": source,
        "nominal_rank": nominal,
        **{name: np.where(blank, np.nan, column)
           for name, column in zip(TABLES[0][4:], measured, strict=True)},
    }  # fmt: skip
    bodies = pd.DataFrame(columns)
    order = [group[np.argsort(nominal[group], kind="stable")] for group in answers.groups]
    bodies = bodies.iloc[np.concatenate(order)]
    return bodies, _list_ranks(tally, answers, places, source), _list_pairs(tally, answers, source)


def _quantile(counts: NDArray[np.int64], places: Floats, level: float) -> Floats:
    """The least place that at least this share of the draws does not pass."""
    total = counts.cumsum(axis=1)
    reached = (total >= level * total[:, -1:] - 1e-9) & (total > 0)
    found = places[reached.argmax(axis=1)]
    return np.where(total[:, -1] > 0, found, np.nan)


def _list_ranks(tally: Tally, answers: Answers, places: Floats, source: str) -> pd.DataFrame:
    row, column = np.nonzero(tally.places)
    return pd.DataFrame(
        {
            "unit_id": np.array(answers.bodies, dtype=object)[row],
            "category": answers.category.to_numpy()[row],
            "source": source,
            "rank": places[column],
            "share": tally.places[row, column] / tally.done,
        }
    )


def _list_pairs(tally: Tally, answers: Answers, source: str) -> pd.DataFrame:
    parts = []
    names = np.array(answers.bodies, dtype=object)
    for group, above in zip(answers.groups, tally.above, strict=True):
        first, second = np.nonzero(~np.eye(len(group), dtype=bool))
        parts.append(
            pd.DataFrame(
                {
                    "source": source,
                    "category": answers.category.to_numpy()[group[first]],
                    "unit_id": names[group[first]],
                    "other_id": names[group[second]],
                    "p_above": above[first, second] / tally.done,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
