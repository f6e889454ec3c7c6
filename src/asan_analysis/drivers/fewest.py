"""The smallest set of answers that reaches a score or a place, and the proof that it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.refusals import Refusal

NOISE = 1e-11  # points: sums of the same parts in another order differ by less
_REPAIR = 1e-7  # points asked for in addition where the solver fell short by its tolerance
_SCALE = 1e6  # the solver takes constraints to hold within 1e-6


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
    check_sums(remedies, needed)
    cost = _check_effort(remedies, effort)
    table = remedies[["service_id", "item_id", "gain"]].assign(effort=cost)
    table = table[table["gain"] > NOISE].reset_index(drop=True)
    most = float(table["gain"].sum())
    if most < needed - NOISE:
        raise Refusal(
            f"{needed:.6g} points are out of reach; all {len(table)} answers together gain "
            f"{most:.6g}",
            code="out_of_reach",
        )
    if needed <= NOISE:
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


def check_sums(remedies: pd.DataFrame, needed: float) -> None:
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
        enough = LinearConstraint(classes.gain * _SCALE, (needed - NOISE + more) * _SCALE)
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
    left, taken = needed - NOISE, np.zeros(len(classes.gain))
    for place in np.argsort(classes.effort / classes.gain, kind="stable"):
        wanted = np.ceil((left - NOISE) / classes.gain[place])
        taken[place] = min(max(wanted, 0.0), classes.number[place])
        left -= taken[place] * classes.gain[place]
    return taken


def _run(cost: Floats, limits: list[LinearConstraint], number: Floats, seconds: float) -> Any:
    """One integer programme, solved to the end or until the time is over."""
    return milp(cost, constraints=limits, integrality=np.ones(len(cost)), bounds=Bounds(0, number),
                options={"mip_rel_gap": 0.0, "time_limit": seconds})  # fmt: skip


def _reaches(taken: Floats, classes: _Classes, needed: float) -> bool:
    return bool(taken @ classes.gain >= needed - 2 * NOISE)


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
