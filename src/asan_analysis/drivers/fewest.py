"""The smallest set of answers that reaches a score or a place, and the proof that it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from asan_analysis.data.datasets import Dataset
from asan_analysis.drivers.gains import meet_answers
from asan_analysis.drivers.remedies import list_gains
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import rank_array
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

_NOISE = 1e-11  # points: sums of the same parts in another order differ by less
_STRICT = 1e-9  # points above a rival: ahead whatever the noise
_REPAIR = 1e-7  # points asked for in addition where the solver fell short by its tolerance
_SCALE = 1e6  # the solver takes constraints to hold within 1e-6
_AGREE = 1e-9  # points between the predicted score and the score of the answers met


def find_fewest(
    remedies: pd.DataFrame,
    needed: float,
    *,
    effort: Mapping[str, float] | None = None,
    time_limit: float = 10.0,
) -> pd.DataFrame:
    """The smallest set of answers that gains the needed points, or that of the least effort.

    An integer programme: minimise the sum of the efforts (1 each where none are given) of the
    answers met, subject to the sum of their gains reaching the needed points. A second programme
    takes, among the sets of that effort, the one that gains most; what is level in both gain and
    effort goes to the answer listed first. Answers level in both are one variable.

    Parameters
    ----------
    remedies : DataFrame
        From `list_remedies`; rows that are not to be proposed may be left out.
    needed : float
        Points to gain at least; nothing is needed at 0 or below.
    effort : mapping, optional
        Effort by item_id, above zero in any unit, the same in every service.
    time_limit : float
        Seconds that the solver may take for each of its programmes (two, or three where it falls
        short by its tolerance), above zero. Where it is hit, the best set so far is given with the
        bound so far, and both depend on the machine; without a set, answers of the least effort by
        point are taken first.

    Returns
    -------
    DataFrame
        Key service_id, item_id, in the order of `remedies`; empty where nothing is needed. Columns
        gain, effort, gain_total (points up to this row), effort_total, status (`optimal`,
        else the solver's message on the first programme), bound (no set has less effort, by the
        solver), proved (`yes` where the effort meets the bound, else `no`).

    Raises
    ------
    ParameterError
        The points are out of reach (with the most that can be gained), gains that do not add up
        (`exact` is `single`), an effort or a time limit that is missing or not above zero.

    Notes
    -----
    Without efforts taking the largest gains first is optimal too, and the tests hold the two
    together; with efforts it is not.

    References
    ----------
    The problem is the covering form of the knapsack problem: Kellerer, Pferschy and Pisinger
    (2004), Knapsack Problems, chapter 13. The solver is HiGHS.
    """
    if not time_limit > 0:
        raise ParameterError(f"time_limit {time_limit!r} is not above 0; write 10 for 10 seconds")
    _check_sums(remedies, needed)
    cost = _check_effort(remedies, effort)
    table = remedies[["service_id", "item_id", "gain"]].assign(effort=cost)
    table = table[table["gain"] > _NOISE].reset_index(drop=True)
    most = float(table["gain"].sum())
    if most < needed - _NOISE:
        raise Refusal(
            f"{needed:.6g} points are out of reach; all {len(table)} answers together gain "
            f"{most:.6g}",
            code="out_of_reach",
        )
    if needed <= _NOISE:
        return _show(table.iloc[:0], "nothing is needed", 0.0)
    classes = _group_level(table)
    found, bound, message = _solve(classes, needed, time_limit)
    return _show(table.loc[_take_first(table, classes, found)], message, bound)


class _Classes(NamedTuple):
    """Answers level in gain and effort: their gain, effort and number, and each answer's class."""

    gain: Floats
    effort: Floats
    number: Floats
    of: Any


def _check_sums(remedies: pd.DataFrame, needed: float) -> None:
    """Gains that can be added up, and a number to reach."""
    if np.isnan(needed):
        raise ParameterError("no points are named; give the points that are needed as a number")
    single = remedies["exact"] != "sum"
    if single.any():
        raise Refusal(
            f"{int(single.sum())} of {len(remedies)} gains hold for the answer alone and do not "
            "add up (means other than the arithmetic one, rounding on the way, answers that are "
            "left out until given); leave these rows out or plan under linear rules",
            code="not_additive",
        )


def _check_effort(remedies: pd.DataFrame, effort: Mapping[str, float] | None) -> Floats:
    """The effort of each answer."""
    if effort is None:
        effort = dict.fromkeys(remedies["item_id"], 1.0)
    cost: Floats = np.array([effort.get(item, np.nan) for item in remedies["item_id"]], dtype=float)
    bad = ~((cost > 0) & (cost < np.inf))
    if bad.any():
        names = ", ".join(pd.unique(remedies["item_id"][bad])[:5])
        raise ParameterError(f"no effort above zero for {names}; give each item a number")
    return cost


def _group_level(table: pd.DataFrame) -> _Classes:
    """Answers that the programme need not tell apart; the larger gains first."""
    pairs = np.column_stack([-table["gain"].round(10), table["effort"]])
    unique, first, of, number = np.unique(
        pairs, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    gain = table["gain"].to_numpy()[first]
    return _Classes(gain, unique[:, 1], number.astype("float64"), of.ravel())


def _solve(classes: _Classes, needed: float, seconds: float) -> tuple[Floats, float, str]:
    """Number taken of each class, a lower bound of the effort, the solver's message.

    The first bound holds whatever the tolerances: they only add to the sets allowed.
    """
    unit = classes.effort.mean() / 1e3
    cost, bound, message = classes.effort / unit, 0.0, ""
    taken = _take_cheapest(classes, needed)
    for more in (0.0, _REPAIR):
        enough = LinearConstraint(classes.gain * _SCALE, (needed - _NOISE + more) * _SCALE)
        result = _run(cost, [enough], classes.number, seconds)
        if not message:
            bound = max(float(result.mip_dual_bound or 0.0) * unit, 0.0)  # efforts are above zero
            message = "optimal" if result.status == 0 else str(result.message)
        if result.x is not None and _reaches(np.rint(result.x), classes, needed):
            taken = np.rint(result.x)
            break
    least = float(taken @ cost)
    limits = [enough, LinearConstraint(cost, -np.inf, least * (1 + 1e-9))]
    result = _run(-classes.gain * _SCALE, limits, classes.number, seconds)
    if result.x is not None:
        again = np.rint(result.x)
        if _reaches(again, classes, needed) and again @ cost <= least * (1 + 1e-9):
            taken = again
    return taken, bound, message


def _take_cheapest(classes: _Classes, needed: float) -> Floats:
    """Number taken of each class, those of the least effort by point first, until it suffices."""
    left, taken = needed - _NOISE, np.zeros(len(classes.gain))
    for place in np.argsort(classes.effort / classes.gain, kind="stable"):
        wanted = np.ceil((left - _NOISE) / classes.gain[place])
        taken[place] = min(max(wanted, 0.0), classes.number[place])
        left -= taken[place] * classes.gain[place]
    return taken


def _run(cost: Floats, limits: list[LinearConstraint], number: Floats, seconds: float) -> Any:
    """One integer programme, solved to the end or until the time is over."""
    return milp(cost, constraints=limits, integrality=np.ones(len(cost)), bounds=Bounds(0, number),
                options={"mip_rel_gap": 0.0, "time_limit": seconds})  # fmt: skip


def _reaches(taken: Floats, classes: _Classes, needed: float) -> bool:
    return bool(taken @ classes.gain >= needed - 2 * _NOISE)


def _take_first(table: pd.DataFrame, classes: _Classes, taken: Floats) -> Any:
    """The answers listed first of each class, as many as are taken."""
    place = table.groupby(classes.of).cumcount().to_numpy()
    return place < taken[classes.of]


def _show(chosen: pd.DataFrame, message: str, bound: float) -> pd.DataFrame:
    """The answers of a set with its proof."""
    total = float(chosen["effort"].sum())
    proved = total - bound <= 1e-7 * max(total, 1.0) or not len(chosen)
    if (chosen["effort"] == 1).all():  # numbers of answers are whole
        proved = proved or total <= np.ceil(bound - 1e-6)
    return chosen.assign(
        gain_total=chosen["gain"].cumsum(),
        effort_total=chosen["effort"].cumsum(),
        status=pd.Series(message, chosen.index, dtype="str"),
        bound=bound,
        proved=pd.Series("yes" if proved else "no", chosen.index, dtype="str"),
    ).reset_index(drop=True)


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
        again with these answers met) and left_out (unmet answers whose gains do not add up, such
        as those that have no score until they are given; they are not proposed, and the proof is
        among the others).

    Raises
    ------
    ParameterError
        As `list_remedies` and `find_fewest`; the body has no score; the target is out of reach
        (with the highest score that can be reached).
    """
    remedies = list_gains(data, tree, rules, organisation_id)
    before = _score(data, tree, rules, organisation_id)
    if np.isnan(before):
        raise ParameterError(f"{organisation_id} has no score; choose an organisation with one")
    single = remedies["exact"] != "sum"
    if not single.all():
        remedies = remedies[~single]
    _check_sums(remedies, target)
    highest = before + float(remedies["gain"].sum())
    if highest < target - _NOISE:
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
    return found.assign(
        target=target, score_before=before, score_after=after, left_out=int(single.sum())
    )


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
    above = field[field["score_percent"] > own["score_percent"] + _NOISE]
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


def _place_among(others: Floats, score: float, rules: Rules) -> Any:
    """The place of a score among others; one that differs by noise only is level."""
    level = others[np.abs(others - score) <= 2 * _NOISE]
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
