"""One body: its gaps to everybody it is held against, and what it should fix first."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from numpy.random import Generator

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.drivers.accounts import Gap, explain_change, explain_gap, find_last_scored
from asan_analysis.drivers.fewest import reach_place
from asan_analysis.drivers.remedies import list_gains, list_remedies
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

_COLUMNS = ("against", "rival", "baseline_year", "node_id", "own", "other", "gap", "from_scores",
            "from_redistribution", "from_method", "score_own", "score_other", "framework",
            "certainty")  # fmt: skip
_REMEDIES = ("service_id", "item_id", "gain", "exact", "chosen", "value", "status", "reason",
             "guidance", "guidance_az", "peers")  # fmt: skip


def profile_gaps(
    data: Dataset, year: int, organisation_id: str, ranks: pd.DataFrame, *, rng: Generator
) -> pd.DataFrame:
    """The gaps of one body to the mean, the leader, the next place and its last edition.

    Parameters
    ----------
    data : Dataset
        All editions.
    year : int
        The edition of the profile.
    organisation_id : str
    ranks : DataFrame
        From `rank_organisations` of that edition.
    rng : Generator
        See `explain_gap`.

    Returns
    -------
    DataFrame
        Key against (`mean`, `leader`, `next`, `before`), node_id. Columns rival (the body that
        holds the leading or the next place, else missing), baseline_year (of `before`, else
        missing) and those of `account_gap`. A body that is first or has no place has neither
        leader nor next; where the leader holds the next place too, `next` is left out; without a
        score the table is empty.

    Notes
    -----
    The bodies that hold a place change from edition to edition; the mean of a category rests on
    every body of it with a score, this one too.
    """
    own = ranks[ranks["organisation_id"] == organisation_id]
    if own.empty or own["score_percent"].isna().all():
        return pd.DataFrame(columns=list(_COLUMNS))
    one, edition = select_edition(data, year)
    tree, rules = find_method(one, edition)
    placed = own["rank"].gt(1).fillna(False).all()
    gaps = [
        explain_gap(one, tree, rules, organisation_id, against=against, rng=rng)
        for against in (("mean", "leader", "next") if placed else ("mean",))
    ]
    if placed and gaps[1].rival.bodies == gaps[2].rival.bodies:
        gaps.pop()
    if find_last_scored(data, year, organisation_id) is not None:
        gaps.append(explain_change(data, year, organisation_id, rng=rng))
    return pd.concat([_list_parts(gap) for gap in gaps], ignore_index=True)[list(_COLUMNS)]


class Plan(NamedTuple):
    """The smallest list to the next place (none with a refusal) and the number of unmet answers."""

    answers: pd.DataFrame | None
    refused: str
    unmet: int | None


def plan_place(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, ranks: pd.DataFrame
) -> Plan:
    """The smallest list of answers that brings a body to the next place, or why there is none.

    `answers` is as from `reach_place`, `refused` the code of the refusal or empty, `unmet` the
    number of unmet answers (none where an item has no best answer).
    """
    try:
        unmet = len(list_gains(data, tree, rules, organisation_id))
    except Refusal as refused:
        return Plan(None, refused.code, None)
    try:
        return Plan(reach_place(data, tree, rules, organisation_id, ranks), "", unmet)
    except Refusal as refused:
        return Plan(None, refused.code, unmet)


def profile_remedies(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, ranks: pd.DataFrame
) -> pd.DataFrame:
    """The unmet answers of one body, and which of them make the smallest list to the next place.

    Parameters
    ----------
    data : Dataset
        Cut to one edition by `select_edition`.
    tree, rules : Tree, Rules
        From `find_method`.
    organisation_id : str
    ranks : DataFrame
        From `rank_organisations` of the edition.

    Returns
    -------
    DataFrame
        As `list_remedies`, in its order, or empty where an item has no best answer; guidance and
        guidance_az are its two guidance columns. Also chosen (boolean: in the list of
        `reach_place`; false everywhere where there is no such list).

    Raises
    ------
    ParameterError
        As `list_remedies`.
    """
    plan = plan_place(data, tree, rules, organisation_id, ranks)
    if plan.unmet is None:
        return pd.DataFrame(columns=list(_REMEDIES))
    remedies = list_remedies(data, tree, rules, organisation_id)
    chosen = remedies.iloc[:0] if plan.answers is None else plan.answers
    key = pd.MultiIndex.from_frame(remedies[["service_id", "item_id"]])
    inside = key.isin(pd.MultiIndex.from_frame(chosen[["service_id", "item_id"]]))
    return remedies.rename(columns={"guidance_en": "guidance"}).assign(chosen=inside)[
        list(_REMEDIES)
    ]


def _list_parts(gap: Gap) -> pd.DataFrame:
    """The table of a gap with what it is held against."""
    single = gap.rival.against in ("leader", "next")
    return gap.table.assign(
        against=gap.rival.against,
        rival=pd.Series(gap.rival.bodies[0] if single else None, gap.table.index, dtype="str"),
        baseline_year=pd.Series(gap.baseline_year, gap.table.index, dtype="Int64"),
    )
