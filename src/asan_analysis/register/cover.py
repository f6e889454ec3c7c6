"""Who gives what: families of services by body, category by category, in one edition."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.data.names import fold
from asan_analysis.errors import ParameterError
from asan_analysis.refusals import Refusal

Counts = NDArray[np.int64]
_TOLD = ["family", "name_az", "name_en"]


class Cover(NamedTuple):
    """One category: its bodies, its families, and how many services of each a body gives."""

    category: str
    bodies: list[str]  # that give a service of a known family, in the order of the edition
    families: pd.DataFrame  # family, name_az, name_en; given by most bodies first
    counts: Counts  # services, bodies x families


def given_families(services: pd.DataFrame) -> pd.DataFrame:
    """The families a dataset names itself, in `family_id`.

    Parameters
    ----------
    services : DataFrame
        Of one edition: service_id, name_az, family_id (missing where not told).

    Returns
    -------
    DataFrame
        Key service_id: services with a family. Columns family (the id), name (the commonest
        Azerbaijani name of the family, ties by order), how (`given`).
    """
    known = services[services["family_id"].notna()].rename(columns={"family_id": "family"})
    names = _name_families(known.assign(name_en=known["name_az"])).set_index("family")["name_az"]
    named = known.assign(name=known["family"].map(names), how="given")
    return named[["service_id", "family", "name", "how"]].reset_index(drop=True)


def arrange_cover(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> list[Cover]:
    """The cover of each category, in the order in which `organisations` names them.

    Parameters
    ----------
    services, organisations : DataFrame
        Of one edition, see `contracts.SERVICES` and `contracts.ORGANISATIONS`.
    families : DataFrame
        service_id (once), family; from `given_families` or found by name. A service that it leaves
        out has no known family and counts for nothing.

    Returns
    -------
    list of Cover
        Categories with at least one service of a known family.

    Raises
    ------
    ParameterError
        More than one edition, or a service with two families.
    Refusal
        No service has a family (`no_families`).
    """
    placed = place_services(services, organisations, families)
    known = placed[placed["family"].notna()]
    if known.empty:
        raise Refusal("no service has a family; give family_id, or find families by name",
                      code="no_families")  # fmt: skip
    order = organisations["organisation_id"].tolist()
    return [
        _arrange(str(category), known[known["category"] == category], order)
        for category in organisations["category"].unique()
        if (known["category"] == category).any()
    ]


def place_services(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """The services of one edition with category and family, missing where not known.

    Raises
    ------
    ParameterError
        As `arrange_cover`.
    """
    for name, frame, key in (("services", services, "service_id"),
                             ("organisations", organisations, "organisation_id"),
                             ("families", families, "service_id")):  # fmt: skip
        if frame[key].duplicated().any():
            twice = frame.loc[frame[key].duplicated(), key].iloc[0]
            raise ParameterError(f"{name}: {key} {twice} stands twice; cut it to one edition")
    category = organisations.set_index("organisation_id")["category"]
    family = families.set_index("service_id")["family"]
    return services.assign(
        category=services["organisation_id"].map(category),
        family=services["service_id"].map(family),
    )


def _arrange(category: str, known: pd.DataFrame, order: list[str]) -> Cover:
    table = pd.crosstab(known["organisation_id"], known["family"])
    giving = table.gt(0).sum()
    families = _name_families(known)
    families = families.iloc[np.argsort(-families["family"].map(giving), kind="stable")]
    bodies = [body for body in order if body in table.index]
    counts = table.loc[bodies, families["family"]].to_numpy(dtype="int64")
    return Cover(category, bodies, families.reset_index(drop=True), counts)


def _name_families(known: pd.DataFrame) -> pd.DataFrame:
    """Families in order with their commonest name; names alike when folded count as one."""
    names = known["name_az"].unique()
    folded = known["name_az"].map(dict(zip(names, map(fold, names), strict=True)))
    often = known.groupby(["family", folded])["family"].transform("size")
    first = known.assign(often=often).sort_values("often", ascending=False, kind="stable")
    named = first.drop_duplicates("family").set_index("family")
    return named.loc[known["family"].unique()].reset_index()[_TOLD]


def measure_likeness(given: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How alike bodies are by what they give: Jaccard's index, bodies x bodies.

    Families that both give, over families that at least one gives; 0 with itself, so that nobody
    is a peer of its own, and where neither gives any.
    """
    inside = given.astype("float64")
    both = inside @ inside.T
    size = inside.sum(axis=1)
    either = size[:, None] + size[None, :] - both
    likeness = np.zeros(both.shape)
    np.divide(both, either, out=likeness, where=either > 0)
    np.fill_diagonal(likeness, 0.0)
    return likeness


def cover_families(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """How many bodies of each category give each family.

    Parameters
    ----------
    services, organisations, families : DataFrame
        As for `arrange_cover`.

    Returns
    -------
    DataFrame
        Key category, family; in each category the family that most bodies give first. Columns
        name_az, name_en (the commonest name in the category, ties by order; an example where names
        differ), bodies (of the category with a service of a known family), giving (of them, those
        that give the family), share (giving / bodies, 0..1), services, complete (all give it).

    Raises
    ------
    ParameterError, Refusal
        As `arrange_cover`.

    Notes
    -----
    A service without a known family may belong to a family that looks incomplete; see `unplaced`
    in `list_gaps`. Only families that somebody gives are known.
    """
    parts = [_cover(one) for one in arrange_cover(services, organisations, families)]
    return pd.concat(parts, ignore_index=True)


def _cover(one: Cover) -> pd.DataFrame:
    bodies, giving = len(one.bodies), (one.counts > 0).sum(axis=0)
    table = one.families.assign(
        bodies=bodies, giving=giving, share=giving / bodies, services=one.counts.sum(axis=0),
        complete=giving == bodies,
    )  # fmt: skip
    table.insert(0, "category", one.category)
    return table


def tabulate_cover(
    services: pd.DataFrame,
    organisations: pd.DataFrame,
    families: pd.DataFrame,
    *,
    least_bodies: int = 2,
    complete: bool = True,
) -> pd.DataFrame:
    """Services by family and body, a row a cell, empty cells as 0: what a heat map shows.

    Parameters
    ----------
    services, organisations, families : DataFrame
        As for `arrange_cover`.
    least_bodies : int
        Families that fewer bodies of the category give are left out.
    complete : bool
        With families that every body of the category gives; without them the gaps come to the top.

    Returns
    -------
    DataFrame
        Key category, family, organisation_id: families that most bodies give first, and bodies
        that give most of these families first. Columns name_az, name_en, giving, services.

    Raises
    ------
    ParameterError, Refusal
        As `arrange_cover`.
    """
    covers = arrange_cover(services, organisations, families)
    return pd.concat([_tabulate(one, least_bodies, complete) for one in covers], ignore_index=True)


def _tabulate(one: Cover, least_bodies: int, complete: bool) -> pd.DataFrame:
    giving = (one.counts > 0).sum(axis=0)
    wanted = (giving >= least_bodies) & (complete | (giving < len(one.bodies)))
    kept = np.flatnonzero(wanted)
    bodies = np.argsort(-(one.counts[:, kept] > 0).sum(axis=1), kind="stable")
    rows: dict[str, Any] = {
        "category": one.category,
        "organisation_id": np.tile(np.array(one.bodies, dtype=object)[bodies], len(kept)),
        "giving": np.repeat(giving[kept], len(bodies)),
        "services": one.counts[np.ix_(bodies, kept)].T.ravel(),
    }
    names = one.families.iloc[np.repeat(kept, len(bodies))].reset_index(drop=True)
    cells = names.assign(**rows)
    return cells[["category", "family", "organisation_id", *_TOLD[1:], "giving", "services"]]
