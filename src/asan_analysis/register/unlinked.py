"""Services that left or entered, each with the most alike of the other side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from asan_analysis.data.names import fold
from asan_analysis.errors import ParameterError
from asan_analysis.refusals import no_rows
from asan_analysis.register.changes import OWN, PREVIOUS

_LISTED = ["edition_year", "baseline_year", "state", "service_id", "organisation_id", "name_az",
           "candidate_id", "candidate_organisation", "candidate_name_az", "score"]  # fmt: skip
_BLOCK = 500
_OWN_BODY = 10.0  # points by which a candidate of the same body goes before others


def list_unlinked(changes: pd.DataFrame, *, least: float = 80.0) -> pd.DataFrame:
    """Services that left or entered, each with the most alike of the other side.

    Parameters
    ----------
    changes : DataFrame
        From `follow_services`.
    least : float
        Lower end of the band of scores in which a candidate is named, 0 to 100; 100 is its upper
        end: a name that several services have is no certain link.

    Returns
    -------
    DataFrame
        Key baseline_year, state (`left`, `entered`), service_id. Columns edition_year,
        organisation_id, name_az, candidate_id, candidate_organisation, candidate_name_az (of the
        most alike, one of the same body before others up to 10 points higher; missing below
        `least`), score (`rapidfuzz.fuzz.ratio` of the folded names). Highest score first in each
        pair and state.

    Raises
    ------
    ParameterError
        `least` is outside 0 to 100.

    Notes
    -----
    With 40 services of the sample given a new id and a slip in the name (four draws), 99 % get
    their former self as candidate, and 56 % of the candidates from 80 up are right, 83 % from 90
    up: many bodies give services of one name. Other words for the same service score near 63.
    Alike names are often two services, as the registration of a birth and of a death. A candidate
    is for a reader to judge.
    """
    if not 0 <= least <= 100:
        raise ParameterError(f"least {least!r} is outside 0 to 100; write a score, as 80")
    parts = [no_rows(_LISTED)]
    for _, pair in changes.groupby(["edition_year", "baseline_year"], sort=False):
        years = {year: int(pair[year].iloc[0]) for year in ("edition_year", "baseline_year")}
        left = pair.loc[pair["state"] == "left", PREVIOUS].set_axis(OWN, axis=1)
        entered = pair.loc[pair["state"] == "entered", OWN]
        for state, own, others in (("left", left, entered), ("entered", entered, left)):
            listed = _find_candidates(own, others, least)
            parts.append(
                listed.assign(state=state, **years)
                .sort_values("score", ascending=False, kind="stable")
            )  # fmt: skip
    filled = [part for part in parts[1:] if len(part)]
    return pd.concat(filled or parts[:1], ignore_index=True)[_LISTED]


def _find_candidates(own: pd.DataFrame, others: pd.DataFrame, least: float) -> pd.DataFrame:
    """Each row with the most alike of the others, in blocks that keep memory small."""
    best, score = np.full(len(own), -1), np.full(len(own), np.nan)
    theirs, bodies = others["name_az"].map(fold).tolist(), others["organisation_id"].to_numpy()
    for start in range(0, len(own) if theirs else 0, _BLOCK):
        rows = own.iloc[start : start + _BLOCK]
        mine = rows["name_az"].map(fold).tolist()
        table = process.cdist(mine, theirs, scorer=fuzz.ratio, score_cutoff=least)
        same = rows["organisation_id"].to_numpy()[:, None] == bodies[None, :]
        column = (table + _OWN_BODY * same * (table > 0)).argmax(axis=1)
        found = table[np.arange(len(rows)), column]
        named = (found >= least) & (found > 0)
        best[start : start + _BLOCK] = np.where(named, column, -1)
        score[start : start + _BLOCK] = np.where(named, found, np.nan)
    given = others[["service_id", "organisation_id", "name_az"]].reset_index(drop=True)
    given = given.reindex(best).add_prefix("candidate_").set_axis(own.index)
    new = {"candidate_service_id": "candidate_id",
           "candidate_organisation_id": "candidate_organisation"}  # fmt: skip
    return pd.concat([own, given.rename(columns=new)], axis=1).assign(score=score)
