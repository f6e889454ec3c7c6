"""What peers give and a body does not: gaps, how many at each bar, and what to consider first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.errors import ParameterError
from asan_analysis.register.cover import Cover, arrange_cover, measure_likeness, place_services

Given = NDArray[np.bool_]
Floats = NDArray[np.float64]
LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_GAP = ["organisation_id", "category", "family", "name_az", "name_en", "giving", "others", "share",
        "share_alike", "peers", "unplaced"]  # fmt: skip
_DIGITS = 10


def list_gaps(
    services: pd.DataFrame,
    organisations: pd.DataFrame,
    families: pd.DataFrame,
    *,
    least: float = 0.5,
) -> pd.DataFrame:
    """Families that a body does not give although many other bodies of its category do.

    Parameters
    ----------
    services, organisations, families : DataFrame
        As for `arrange_cover`.
    least : float
        Share of the other bodies that must give the family, above 0 to 1. Half is a choice, no
        rule of the decree; `count_gaps` shows what other bars would find.

    Returns
    -------
    DataFrame
        Key organisation_id, family: bodies in the order of the edition, the family that most
        others give first. Columns category, name_az, name_en, giving (others that give the
        family), others (bodies of the category without this one), share (giving / others),
        share_alike (the same share, each weighted by its likeness), peers (ids of those that give
        it, separated by `;`, the body most alike first, see `measure_likeness`), unplaced (own
        services without a known family, in which the family may hide).

    Raises
    ------
    ParameterError
        `least` is not above 0 to 1; or as `arrange_cover`.
    Refusal
        As `arrange_cover`.

    Notes
    -----
    A gap is a question, not a fault: a body may lack the power to give the service. Bodies without
    a service of a known family lack nothing that can be named; they are in `list_unplaced`.
    """
    _check_share(least)
    covers = arrange_cover(services, organisations, families)
    parts = [_list_missing(one) for one in covers]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["share"] >= least - 10.0**-_DIGITS]
    placed = place_services(services, organisations, families)
    return _add_unplaced(_order(table, organisations, ["share", "share_alike"]), placed)


def count_gaps(
    services: pd.DataFrame,
    organisations: pd.DataFrame,
    families: pd.DataFrame,
    *,
    levels: Sequence[float] = LEVELS,
) -> pd.DataFrame:
    """How many gaps there are at each bar.

    Returns
    -------
    DataFrame
        Key category (then `all`), least (the bar). Columns gaps, bodies (with a gap), families
        (with a gap).

    Raises
    ------
    ParameterError, Refusal
        As `list_gaps`.
    """
    found = list_gaps(services, organisations, families, least=min(levels))
    rows = []
    for category in [*organisations["category"].unique(), CATEGORY_ALL]:
        own = found if category == CATEGORY_ALL else found[found["category"] == category]
        for least in levels:
            _check_share(least)
            gaps = own[own["share"] >= least - 10.0**-_DIGITS]
            rows.append((category, least, len(gaps), gaps["organisation_id"].nunique(),
                         gaps["family"].nunique()))  # fmt: skip
    return pd.DataFrame(rows, columns=["category", "least", "gaps", "bodies", "families"])


def list_unplaced(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """Bodies about whose gaps nothing can be said.

    Returns
    -------
    DataFrame
        Key organisation_id, in the order of the edition. Columns category, services, reason:
        `no_service` (none in the edition) or `no_family` (no service of a known family).
    """
    placed = place_services(services, organisations, families)
    owner = placed.groupby("organisation_id")["family"]
    bodies = organisations["organisation_id"]
    given = bodies.map(owner.size()).fillna(0).astype("int64")
    table = organisations[["organisation_id", "category"]].assign(
        services=given, reason=np.where(given == 0, "no_service", "no_family")
    )
    return table[bodies.map(owner.count()).fillna(0) == 0].reset_index(drop=True)


def suggest_services(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame, *, most: int = 5
) -> pd.DataFrame:
    """The families a body does not give that its peers give most: what to consider first.

    Families are ranked by `share_alike`: the share of the other bodies of the category that give
    them, each body weighted by its likeness; equals by the plain share. At least one body gives
    each.

    Parameters
    ----------
    services, organisations, families : DataFrame
        As for `arrange_cover`.
    most : int
        Suggestions for each body.

    Returns
    -------
    DataFrame
        Key organisation_id, place (1 the first; ties by the order of `cover_families`). The other
        columns are those of `list_gaps`.

    Raises
    ------
    ParameterError
        `most` is below 1; or as `arrange_cover`.
    Refusal
        As `arrange_cover`.

    Notes
    -----
    This is collaborative filtering by users (Resnick et al., GroupLens, CSCW 1994) with Jaccard's
    index as weight. `benchmarks/register_gaps.py` hides known families: of those in 35 countries
    93.4 % come back among the first five, 92.8 % by the plain share; where bodies are of two kinds
    40 % against 13 %; where families are given at random neither does better than chance. It tells
    what is usual among peers; it knows neither the law nor the task of a body.
    """
    if most < 1:
        raise ParameterError(f"most {most} is below 1; ask for at least one suggestion")
    covers = arrange_cover(services, organisations, families)
    table = pd.concat([_list_missing(one) for one in covers], ignore_index=True)
    table = _order(table[table["giving"] > 0], organisations, ["share_alike", "share"])
    table["place"] = table.groupby("organisation_id").cumcount() + 1
    placed = place_services(services, organisations, families)
    shown = _add_unplaced(table[table["place"] <= most], placed)
    return shown[["organisation_id", "place", *_GAP[1:]]]


def weigh_peers(likeness: Floats, others: Given) -> tuple[Floats, Floats]:
    """How many of the others give each family, plainly and weighted by their likeness.

    Parameters
    ----------
    likeness : array
        How alike each other body is to the one asked about, 0 to 1; at least one body.
    others : array of bool
        What each of them gives, bodies x families.

    Returns
    -------
    tuple of arrays
        Shares from 0 to 1 by family. The weighted ones are 0 where nobody is alike.
    """
    return others.mean(axis=0), (likeness @ others) / (likeness.sum() or 1.0)


def _list_missing(one: Cover) -> pd.DataFrame:
    """Every family a body does not give and another gives, body after body."""
    given = one.counts > 0
    likeness = measure_likeness(given)
    names = np.array(one.bodies, dtype=object)
    parts = []
    for body in range(len(names) if len(names) > 1 else 0):
        others = np.arange(len(names)) != body
        share, alike = weigh_peers(likeness[body, others], given[others])
        nearest = np.argsort(-likeness[body].round(_DIGITS), kind="stable")
        missing = np.flatnonzero(~given[body])
        peers = [";".join(names[nearest[given[nearest, family]]]) for family in missing]
        parts.append(one.families.iloc[missing].assign(
            organisation_id=names[body], category=one.category,
            giving=given[:, missing].sum(axis=0), others=len(names) - 1, share=share[missing],
            share_alike=alike[missing], peers=peers,
        ))  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_GAP[:-1])


def _order(table: pd.DataFrame, organisations: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Bodies in the order of the edition, in each the highest first; ties as they were."""
    place = {body: number for number, body in enumerate(organisations["organisation_id"])}
    keys = [-table[column].astype("float64").round(_DIGITS) for column in reversed(by)]
    order = np.lexsort([*keys, table["organisation_id"].map(place)])
    return table.iloc[order].reset_index(drop=True)


def _add_unplaced(table: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    counts = placed[placed["family"].isna()].groupby("organisation_id").size()
    unplaced = table["organisation_id"].map(counts).fillna(0).astype("int64")
    known = [column for column in table if column not in _GAP]
    return table.assign(unplaced=unplaced)[[*_GAP, *known]]


def _check_share(least: float) -> None:
    if not 0 < least <= 1:
        raise ParameterError(f"least {least!r} is not above 0 to 1; write 0.5 for half")
