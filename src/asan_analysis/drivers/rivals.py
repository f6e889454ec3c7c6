"""Whom a score is held against: the mean, the leader, the next, or another body."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.refusals import Refusal

AGAINST = ("mean", "leader", "next")


class Rival(NamedTuple):
    """Whom a score is held against: `mean`, `leader`, `next` or `organisation`, and the bodies."""

    against: str
    category: str
    bodies: list[str]


def find_rival(ranks: pd.DataFrame, organisation_id: str, against: str = "mean") -> Rival:
    """Whom the score of an organisation is held against.

    `mean` is every body of its category with a score, itself too, as in `score_categories`;
    `leader` the first of its category; `next` the nearest body on a better place of the category;
    anything else the id of an organisation of any category. Of several on one place the first in
    the order of `ranks` is taken.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_organisations`.
    organisation_id : str
    against : str

    Returns
    -------
    Rival

    Raises
    ------
    Refusal
        An unknown organisation, one without a score or, for `leader` and `next`, without a place;
        the first of a category asks for `leader` or `next`; an organisation against itself.
    """
    own = _find_scored(ranks, organisation_id, "organisation", "organisation")
    category = str(own["category"])
    peers = ranks[(ranks["category"] == category) & ranks["score_percent"].notna()]
    if against == "mean":
        return Rival(against, category, [str(body) for body in peers["organisation_id"]])
    if against not in AGAINST:
        other = _find_scored(ranks, against, "against", f"{', '.join(AGAINST)} or an organisation")
        if against == organisation_id:
            raise Refusal(
                f"against: {against!r} is the organisation itself; "
                f"name another, or one of {', '.join(AGAINST)}",
                code="itself",
            )
        return Rival("organisation", str(other["category"]), [against])
    if pd.isna(own["rank"]):
        raise Refusal(
            f"organisation {organisation_id!r} has too few services for a place in {category}; "
            "compare it with mean or with an organisation",
            code="no_place",
        )
    above = peers[(peers["rank"] < own["rank"]).fillna(False)]
    if above.empty:
        raise Refusal(
            f"organisation {organisation_id!r} is first in {category}, nobody is above it; "
            "compare it with mean or with an organisation",
            code="first",
        )
    place = above["rank"].min() if against == "leader" else above["rank"].max()
    return Rival(
        against, category, [str(above.loc[above["rank"] == place, "organisation_id"].iloc[0])]
    )


def _find_scored(ranks: pd.DataFrame, body: str, parameter: str, kind: str) -> pd.Series[Any]:
    """The row of an organisation that has a score."""
    found = ranks[(ranks["organisation_id"] == body) & ranks["score_percent"].notna()]
    if found.empty:
        scored = ranks.loc[ranks["score_percent"].notna(), "organisation_id"]
        known = ", ".join(str(one) for one in scored.sort_values())
        listed = (ranks["organisation_id"] == body).any()
        told = "has no score in the edition" if listed else "is not in the edition"
        said = f"{parameter} {body!r} {told}; write {kind}; with a score: {known}"
        raise Refusal(said, code="no_score") if listed else Refusal(said, code="unknown_body")
    return found.iloc[0]
