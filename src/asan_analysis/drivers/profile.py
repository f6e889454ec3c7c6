"""One body: its gaps to everybody it is held against, and what it should fix first."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import NamedTuple

import pandas as pd
from numpy.random import Generator

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.drivers.accounts import Gap, explain_change, explain_rivals
from asan_analysis.drivers.plans import Plan, plan_place
from asan_analysis.drivers.remedies import list_remedies
from asan_analysis.drivers.rivals import AGAINST, find_rival
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Overview, Refusal, ask_table

_COLUMNS = ("against", "rival", "baseline_year", "node_id", "own", "other", "gap", "from_scores",
            "from_redistribution", "from_method", "score_own", "score_other", "framework",
            "certainty")  # fmt: skip
_REMEDIES = ("service_id", "item_id", "gain", "exact", "chosen", "value", "status", "reason",
             "guidance", "guidance_az", "peers")  # fmt: skip


class View(NamedTuple):
    """What a profile shows of other bodies: whom a score is held against; whether they are named.

    Where they are not, nothing that tells the score or the place of another body is shown either.
    """

    against: tuple[str, ...]
    named: bool


VIEWS = {"final": View((*AGAINST, "before"), named=True),
         "draft": View(("mean", "before"), named=False)}  # fmt: skip


def view_others(data: Dataset) -> View:
    """What a profile shows of other bodies; in a draft only the mean and range of the category."""
    return VIEWS[str(data.about["status"])]


def profile_gaps(
    data: Dataset, year: int, organisation_id: str, ranks: pd.DataFrame, *, rng: Generator
) -> pd.DataFrame:
    """The gaps of one body to the mean, the leader, the next place and its last edition.

    Parameters
    ----------
    data : Dataset
        All editions; its status says whom the body is held against, see `view_others`.
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
        score the table is empty. A draft has neither leader nor next.

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
    asked = view_others(data).against
    rivals = [find_rival(ranks, organisation_id, against) for against in AGAINST
              if against in asked and (placed or against == "mean")]  # fmt: skip
    if len(rivals) > 2 and rivals[1].bodies == rivals[2].bodies:
        rivals.pop()
    gaps = explain_rivals(one, tree, rules, organisation_id, rivals, rng=rng)
    with suppress(Refusal):  # where no edition before scores it
        gaps.append(explain_change(data, year, organisation_id, rng=rng))
    return pd.concat([_list_parts(gap) for gap in gaps], ignore_index=True)[list(_COLUMNS)]


def profile_plan(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, ranks: pd.DataFrame
) -> Plan:
    """`plan_place`; in a draft a refusal, as the list tells the score of the next body.

    The parameters are those of `plan_place`.
    """
    if not view_others(data).named:
        return Plan(None, refused="draft")
    return plan_place(data, tree, rules, organisation_id, ranks)


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
        From `profile_plan`.

    Returns
    -------
    Overview
        Its table is as `list_remedies`, in its order; guidance and guidance_az are the two guidance
        columns, peers are missing in a draft. Also chosen (boolean: in the list of the plan;
        missing where there is no list). Refused where an item has no best answer, or nothing is
        unmet.

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
    named = remedies.rename(columns={"guidance_en": "guidance"})
    named["chosen"] = pd.Series(pd.NA, named.index, dtype="boolean")
    if plan.answers is not None:
        key = pd.MultiIndex.from_frame(remedies[["service_id", "item_id"]])
        named["chosen"] = key.isin(
            pd.MultiIndex.from_frame(plan.answers[["service_id", "item_id"]])
        )
    if not view_others(data).named:
        named["peers"] = pd.Series(None, named.index, dtype="str")
    return named.astype({"chosen": "boolean"})[list(_REMEDIES)]


def _list_parts(gap: Gap) -> pd.DataFrame:
    """The table of a gap with what it is held against."""
    single = gap.rival.against in ("leader", "next")
    return gap.table.assign(
        against=gap.rival.against,
        rival=pd.Series(gap.rival.bodies[0] if single else None, gap.table.index, dtype="str"),
        baseline_year=pd.Series(gap.baseline_year, gap.table.index, dtype="Int64"),
    )
