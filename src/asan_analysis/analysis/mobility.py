"""Who changes places between editions, and how much room is left at the top."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.analysis.bodies import (
    COMPARED,
    LEAST_BODIES,
    check_draws,
    find_state,
    join_bodies,
    list_steps,
)
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.errors import ParameterError, check_level
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rules import Rules

Floats = NDArray[np.float64]
_QUARTILES_FROM = 12  # bodies ranked in both
TRANSITIONS = ["category", "group_before", "group_after", "baseline_year", "edition_year",
               "groups", "bodies", "share", "ranked_both", "state"]  # fmt: skip


def count_transitions(
    ranks: pd.DataFrame,
    coverage: pd.DataFrame,
    before_year: int,
    after_year: int,
    *,
    groups: int | None = None,
) -> pd.DataFrame:
    """Count the bodies that move between the thirds or quarters of their category.

    The bodies of a category that have a place in both editions are ranked again among themselves.
    Place r of n falls into group 1 + floor((r - 1) * groups / n); group 1 is the best. Bodies that
    tie share the better place, so they share a group and groups can be of unlike size.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_editions`.
    coverage : DataFrame
        From `cover_editions`.
    before_year, after_year : int
        Closing years.
    groups : int, optional
        Number of groups. Without it: 4 where at least 12 bodies are ranked in both, else 3.

    Returns
    -------
    DataFrame
        Key category (in order, then `all`), group_before, group_after; every pair of groups has a
        row. Columns baseline_year, edition_year, groups, bodies, share (of those in group_before,
        0..1; missing where there are none), ranked_both, state. Where the editions cannot be
        compared (see `find_state`) or a category has fewer than two bodies a group (`few_bodies`)
        it has one row, without groups and bodies.

    Raises
    ------
    UnknownEditionError, ParameterError
        See `find_state`; fewer than two groups.

    Notes
    -----
    A place says nothing of how far apart the scores are: a body can change its group by a
    hundredth of a point. A body that changed its category stands under `all` only.
    """
    if groups is not None and groups < 2:
        raise ParameterError(f"{groups} groups show no moves; ask for at least 2")
    state = find_state(coverage, before_year, after_year)
    rows: list[dict[str, Any]] = []
    for category, bodies in join_bodies(ranks, before_year, after_year):
        both = bodies.dropna(subset=["rank_before", "rank_after"])
        number = groups or (4 if len(both) >= _QUARTILES_FROM else 3)
        own = "few_bodies" if state == COMPARED and len(both) < 2 * number else state
        about = {"category": category, "ranked_both": len(both), "state": own}
        cells = _count_cells(both, number) if own == COMPARED else [{}]
        rows += [about | cell for cell in cells]
    table = pd.DataFrame(rows).assign(baseline_year=before_year, edition_year=after_year)
    whole = ["group_before", "group_after", "groups", "bodies", "ranked_both"]
    table = table.reindex(columns=TRANSITIONS).astype(dict.fromkeys(whole, "Int64"))
    return table.astype({"share": "float64"})


def _count_cells(both: pd.DataFrame, groups: int) -> list[dict[str, Any]]:
    """Bodies and shares for each pair of groups."""
    old, new = (_group_places(both[column], groups) for column in ("rank_before", "rank_after"))
    cells = []
    for before, after in product(range(1, groups + 1), repeat=2):
        row = int((old == before).sum())
        bodies = int(((old == before) & (new == after)).sum())
        share = bodies / row if row else np.nan
        cells.append({"group_before": before, "group_after": after, "groups": groups,
                      "bodies": bodies, "share": share})  # fmt: skip
    return cells


def _group_places(rank: pd.Series[Any], groups: int) -> NDArray[np.int64]:
    place = rank_scores(-rank.astype("float64")).to_numpy(dtype="int64")
    result: NDArray[np.int64] = 1 + (place - 1) * groups // len(place)
    return result


def compare_orders(
    ranks: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    rng: np.random.Generator,
    pairs: Sequence[tuple[int, int]] | None = None,
    draws: int = 999,
    level: float = 0.9,
) -> pd.DataFrame:
    """How far the order of the bodies stays from one edition to another: Kendall's tau-b.

    Pairs of bodies in the same order less pairs in the opposite order, divided by the geometric
    mean of the pairs that are not tied in the one and in the other edition: 1 is the same order, 0
    no relation, -1 the reverse. The interval is that of the Bayesian bootstrap over bodies: each
    draw gives every body a standard exponential weight and every pair the product of the two; low
    and high are quantiles of the draws.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_editions`.
    coverage : DataFrame
        From `cover_editions`.
    rng : Generator
    pairs : sequence of (before_year, after_year), optional
        Without it each edition with the one before.
    draws : int
    level : float
        Of the interval, above 0 and below 1.

    Returns
    -------
    DataFrame
        Key baseline_year, edition_year, category (in order, then `all`). Columns kendall_tau, low,
        high (-1..1), bodies (ranked in both), state. Missing where the editions cannot be compared
        (see `find_state`), for fewer than five bodies (`few_bodies`), and where all places of an
        edition tie (`all_tied`). An order that is wholly kept or reversed (`same_order`) has no
        interval: the draws do not differ.

    Raises
    ------
    UnknownEditionError, ParameterError
        See `find_state`; a level that is not between 0 and 1; fewer than two draws.

    Notes
    -----
    The interval asks what other bodies of the kind would show. Kendall (1945), "The Treatment of
    Ties in Ranking Problems", Biometrika 33; Rubin (1981), "The Bayesian Bootstrap", Annals of
    Statistics 9. For the share of intervals that hold the true tau see `docs/methodology.md`.
    """
    check_level(level)
    check_draws(draws)
    rows = []
    for before, after in list_steps(coverage) if pairs is None else pairs:
        state = find_state(coverage, before, after)
        for category, bodies in join_bodies(ranks, before, after):
            both = bodies[["rank_before", "rank_after"]].dropna().to_numpy(dtype="float64")
            about = {"baseline_year": before, "edition_year": after, "category": category,
                     "bodies": len(both)}  # fmt: skip
            own = "few_bodies" if state == COMPARED and len(both) < LEAST_BODIES else state
            found = _measure_tau(both, rng, draws, level) if own == COMPARED else {"state": own}
            rows.append(about | found)
    columns = ["baseline_year", "edition_year", "category", "kendall_tau", "low", "high", "bodies",
               "state"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(["kendall_tau", "low", "high"], "float64"))


def _measure_tau(
    places: Floats, rng: np.random.Generator, draws: int, level: float
) -> dict[str, Any]:
    """tau-b of two columns of places, its interval and state."""
    old, new = (np.sign(column[:, None] - column) for column in places.T)
    if not (old.any() and new.any()):
        return {"state": "all_tied"}
    tau = float(weigh_tau(old, new, np.ones((1, len(places))))[0])
    if abs(tau) > 1 - 1e-12:
        return {"kendall_tau": tau, "state": "same_order"}
    weights = rng.standard_exponential((draws, len(places)))
    ends = np.quantile(weigh_tau(old, new, weights), [(1 - level) / 2, (1 + level) / 2])
    return {"kendall_tau": tau, "low": float(ends[0]), "high": float(ends[1]), "state": COMPARED}


def weigh_tau(old: Floats, new: Floats, weights: Floats) -> Floats:
    """tau-b under weights of the bodies, one value a row of weights; signs are bodies x bodies."""
    agree, untied, untied_new = (
        ((weights @ signs) * weights).sum(axis=1) for signs in (old * new, old**2, new**2)
    )
    tau: Floats = agree / np.sqrt(untied * untied_new)
    return tau


def measure_ceiling(ranks: pd.DataFrame, rules: Rules, *, within: float = 5.0) -> pd.DataFrame:
    """How many bodies are near the top of the scale, and how much room the others have.

    A body at 98 of 100 cannot gain more than 2 points. Where many are near the top, slow gains and
    a shrinking spread follow from the scale and are no sign of weakness or of catching up.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_editions`, or any frame with edition_year, category, score_percent.
    rules : Rules
        Its `range` has the top of the scale.
    within : float
        Points below the top that count as near it, zero or more.

    Returns
    -------
    DataFrame
        Key edition_year, category (in order, then `all`). Columns organisations (with a score),
        near_top (share of them at most `within` points below the top, 0..1), mean_room (mean
        distance to the top, points), least_room (that of the best body, points).

    Raises
    ------
    ParameterError
        `within` is below zero.
    """
    if not within >= 0:
        raise ParameterError(f"within {within!r} is below zero; write points such as 5.0")
    scored = ranks[ranks["score_percent"].notna()]
    top = rules.range[1]
    parts = []
    for frame, last in ((scored, False), (scored.assign(category=CATEGORY_ALL), True)):
        room = top - frame["score_percent"].astype("float64")
        own = frame.assign(room=room, near=room <= within + 1e-9, last=last)
        parts.append(own)
    grouped = pd.concat(parts).groupby(["edition_year", "last", "category"])
    table = grouped.agg(
        organisations=("room", "size"), near_top=("near", "mean"), mean_room=("room", "mean"),
        least_room=("room", "min"),
    )  # fmt: skip
    return table.reset_index().drop(columns="last")
