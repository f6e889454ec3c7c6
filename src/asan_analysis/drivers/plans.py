"""What it takes for one body to reach a score or the next place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import each_row
from asan_analysis.drivers.fewest import NOISE, check_sums, find_fewest
from asan_analysis.drivers.gains import meet_answers
from asan_analysis.drivers.remedies import list_gains
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import rank_array
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

PLACES = ("organisation_id", "category", "rank", "rival", "needed", "answers", "gain",
          "rank_after", "left_out", "outcome")  # fmt: skip
_STRICT = 1e-9  # points above a rival: ahead whatever the noise
_AGREE = 1e-9  # points between the predicted score and the score of the answers met


class Plan(NamedTuple):
    """The answers of `reach_place` (none where it refuses), and the code of the refusal."""

    answers: pd.DataFrame | None
    refused: str


def reach_score(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    target: float,
    *,
    effort: Mapping[str, float] | None = None,
    time_limit: float = 10.0,
) -> pd.DataFrame:
    """The smallest set of answers that brings a body to a score, and its score with them met.

    Parameters
    ----------
    data, tree, rules, organisation_id
        See `list_remedies`.
    target : float
        Score to reach at least, in points.
    effort, time_limit
        See `find_fewest`.

    Returns
    -------
    DataFrame
        Key and columns of `find_fewest`; also target, score_before, score_after (the body scored
        again with these answers met), unmet (unmet answers of the body) and left_out (those whose
        gains do not add up, such as answers that have no score until they are given; they are not
        proposed, and the proof is among the others).

    Raises
    ------
    ParameterError
        As `list_remedies` and `find_fewest`; the body has no score; the target is out of reach
        (with the highest score that can be reached).
    """
    unmet = list_gains(data, tree, rules, organisation_id)
    before = _score(data, tree, rules, organisation_id)
    if np.isnan(before):
        raise ParameterError(f"{organisation_id} has no score; choose an organisation with one")
    single = unmet["exact"] != "sum"
    remedies = unmet if single.all() else unmet[~single]
    check_sums(remedies, target)
    highest = before + float(remedies["gain"].sum())
    if highest < target - NOISE:
        raise Refusal(
            f"{organisation_id}: a score of {target:.6g} is out of reach; with every answer met "
            f"it is {highest:.6g}",
            code="out_of_reach",
        )
    found = find_fewest(remedies, target - before, effort=effort, time_limit=time_limit)
    after = _score(data, tree, rules, organisation_id, met=found)
    if not abs(after - before - found["gain"].sum()) <= _AGREE:
        raise Refusal(
            f"{organisation_id}: scored again the answers give {after}, not "
            f"{before + found['gain'].sum()}; plan under linear rules",
            code="not_additive",
        )
    return found.assign(target=target, score_before=before, score_after=after,
                        unmet=len(unmet), left_out=int(single.sum()))  # fmt: skip


def reach_place(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    ranks: pd.DataFrame,
    *,
    strictly: bool = False,
    effort: Mapping[str, float] | None = None,
    time_limit: float = 10.0,
) -> pd.DataFrame:
    """The smallest set of answers that brings a body to the next place of its category.

    The next place is reached with the score of the nearest body above, or by passing it where
    asked. What place a tie gives is said by `ties` of the rules: the better one, or under `average`
    the mean of the places shared. Everybody else stays as they are.

    Parameters
    ----------
    data, tree, rules, organisation_id
        See `list_remedies`.
    ranks : DataFrame
        From `rank_organisations` of the same edition; it says who has a place.
    strictly : bool
        Pass the body above and do not share its place.
    effort, time_limit
        See `find_fewest`.

    Returns
    -------
    DataFrame
        Key and columns of `reach_score`; also rival (the nearest body above), rank_before and
        rank_after (places in the category as it is and with these answers met, ties as the rules
        say).

    Raises
    ------
    ParameterError
        As `reach_score`; the body has no place or the first one; ranks of rounded scores.
    """
    if rules.rank_on == "rounded":
        raise Refusal(
            "places rest on rounded scores; plan with rank_on = unrounded", code="rounded_places"
        )
    own, field = _find_field(ranks, organisation_id)
    above = field[field["score_percent"] > own["score_percent"] + NOISE]
    if above.empty:
        raise Refusal(
            f"{organisation_id} stands first in its category; name a score to reach instead",
            code="first",
        )
    rival = above.loc[above["score_percent"].idxmin()]
    target = float(rival["score_percent"]) + (_STRICT if strictly else 0.0)
    found = reach_score(
        data, tree, rules, organisation_id, target, effort=effort, time_limit=time_limit
    )
    others = field["score_percent"].to_numpy(dtype="float64")
    return found.assign(
        rival=pd.Series(rival["organisation_id"], found.index, dtype="str"),
        rank_before=own["rank"],
        rank_after=[_place_among(others, score, rules) for score in found["score_after"]],
    )


def plan_place(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    ranks: pd.DataFrame,
    *,
    time_limit: float = 10.0,
) -> Plan:
    """`reach_place`, or the code of its refusal."""
    try:
        found = reach_place(data, tree, rules, organisation_id, ranks, time_limit=time_limit)
    except Refusal as refused:
        return Plan(None, refused.code)
    return Plan(found, "")


def summarise_plans(ranks: pd.DataFrame, plans: Mapping[str, Plan]) -> pd.DataFrame:
    """A row for each plan: what it takes to reach the next place, or why there is no list.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_organisations`.
    plans : mapping of str to Plan
        By organisation_id.

    Returns
    -------
    DataFrame
        Key organisation_id, in the order of `ranks`. Columns category, rank, rival (who holds the
        next place), needed (points), answers (the smallest number that reaches it), gain (points
        they bring), rank_after, left_out (see `reach_score`), outcome: `proved` smallest,
        `proved_among` where answers were left out and the proof is among the others, `not_proved`
        where the solver ran out of time, else the code of the refusal (`not_additive`,
        `out_of_reach`, `no_best_answer`, `rounded_places`, `first`, `no_place`), and then rival to
        left_out are missing.
    """
    rows = [(one.organisation_id, one.category, one.rank, *_shorten(plans[one.organisation_id]))
            for one in each_row(ranks[ranks["organisation_id"].isin(list(plans))])]  # fmt: skip
    kinds = {"rival": "str", "answers": "Int64", "left_out": "Int64", "rank": ranks["rank"].dtype,
             "rank_after": ranks["rank"].dtype, "needed": "float64", "gain": "float64"}  # fmt: skip
    return pd.DataFrame(rows, columns=list(PLACES)).astype(kinds)


def _shorten(plan: Plan) -> tuple[Any, ...]:
    """The columns of a plan from rival on; a list has an answer, as somebody is above."""
    found = plan.answers
    if found is None:
        return (None, np.nan, None, np.nan, None, None, plan.refused)
    first = found.iloc[0]
    proof = "proved_among" if first["left_out"] else "proved"
    return (first["rival"], first["target"] - first["score_before"], len(found),
            found["gain"].sum(), first["rank_after"], first["left_out"],
            proof if first["proved"] == "yes" else "not_proved")  # fmt: skip


def _place_among(others: Floats, score: float, rules: Rules) -> Any:
    """The place of a score among others; one that differs by noise only is level."""
    level = others[np.abs(others - score) <= 2 * NOISE]
    own = level.max() if len(level) else score
    return rank_array(np.append(others, own), ties=rules.ties)[-1]


def _find_field(ranks: pd.DataFrame, organisation_id: str) -> tuple[Any, pd.DataFrame]:
    """The row of a body, and the others of its category that have a place."""
    own = ranks[ranks["organisation_id"] == organisation_id]
    if own.empty or own["rank"].isna().any():
        raise Refusal(
            f"{organisation_id} has no place (too few services with a score, or no score); "
            "name a score to reach instead",
            code="no_place",
        )
    row = own.iloc[0]
    others = (ranks["category"] == row["category"]) & ranks["rank"].notna()
    return row, ranks[others & (ranks["organisation_id"] != organisation_id)]


def _score(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    *,
    met: pd.DataFrame | None = None,
) -> float:
    """The score of one body, with some answers met."""
    services = data.services[data.services["organisation_id"] == organisation_id]
    services = services.reset_index(drop=True)
    answers = data.assessments[data.assessments["service_id"].isin(services["service_id"])]
    if met is not None:
        answers = meet_answers(answers, met, tree, rules)
    scores = score_organisations(answers, services, tree, rules)
    return float(scores["score_percent"].iloc[0])
