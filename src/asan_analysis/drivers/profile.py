"""One body: its gaps to everybody it is held against, and what it should fix first."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pandas as pd
from numpy.random import Generator

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.drivers.accounts import Gap, explain_change, explain_rivals
from asan_analysis.drivers.plans import Plan
from asan_analysis.drivers.remedies import list_remedies
from asan_analysis.drivers.rivals import find_rival
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Overview, Refusal, ask_table

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
    rivals = [find_rival(ranks, organisation_id, against)
              for against in (("mean", "leader", "next") if placed else ("mean",))]  # fmt: skip
    if placed and rivals[1].bodies == rivals[2].bodies:
        rivals.pop()
    gaps = explain_rivals(one, tree, rules, organisation_id, rivals, rng=rng)
    with suppress(Refusal):  # where no edition before scores it
        gaps.append(explain_change(data, year, organisation_id, rng=rng))
    return pd.concat([_list_parts(gap) for gap in gaps], ignore_index=True)[list(_COLUMNS)]


def profile_remedies(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, plan: Plan
) -> Overview:
    """The unmet answers of one body, and which of them make the smallest list to the next place.

    Parameters
    ----------
    data : Dataset
        Cut to one edition by `select_edition`.
    tree, rules : Tree, Rules
        From `find_method`.
    organisation_id : str
    plan : Plan
        From `plan_place`.

    Returns
    -------
    Overview
        Its table is as `list_remedies`, in its order; guidance and guidance_az are the two guidance
        columns. Also chosen (boolean: in the list of the plan; false everywhere where there is no
        list). Refused where an item has no best answer, or nothing is unmet.

    Raises
    ------
    ParameterError
        As `list_remedies`.
    """
    return ask_table(partial(_mark_remedies, data, tree, rules, organisation_id, plan), _REMEDIES)


def _mark_remedies(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, plan: Plan
) -> pd.DataFrame:
    remedies = list_remedies(data, tree, rules, organisation_id)
    chosen = remedies.iloc[:0] if plan.answers is None else plan.answers
    key = pd.MultiIndex.from_frame(remedies[["service_id", "item_id"]])
    inside = key.isin(pd.MultiIndex.from_frame(chosen[["service_id", "item_id"]]))
    named = remedies.rename(columns={"guidance_en": "guidance"}).assign(chosen=inside)
    return named[list(_REMEDIES)]


def _list_parts(gap: Gap) -> pd.DataFrame:
    """The table of a gap with what it is held against."""
    single = gap.rival.against in ("leader", "next")
    return gap.table.assign(
        against=gap.rival.against,
        rival=pd.Series(gap.rival.bodies[0] if single else None, gap.table.index, dtype="str"),
        baseline_year=pd.Series(gap.baseline_year, gap.table.index, dtype="Int64"),
    )
