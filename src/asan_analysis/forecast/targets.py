"""The chance of reaching a score or a place by an edition to come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.errors import ParameterError
from asan_analysis.forecast.paths import Paths


def chance_of_score(paths: Paths, targets: pd.DataFrame) -> pd.DataFrame:
    """The chance that a unit has at least a given score in an edition, and by it.

    The share of the draws. `chance` asks for the score in that edition; `chance_by` for it in that
    or an earlier year drawn, so draw all years in between.

    Parameters
    ----------
    paths : Paths
        From `simulate_paths`.
    targets : DataFrame
        Columns unit_id, edition_year (a year drawn), target (percent, 0..100).

    Returns
    -------
    DataFrame
        Columns of `targets`, then chance, chance_by (percent), chance_se, chance_by_se (standard
        error of the drawing alone: root of p (100 - p) / draws, with p no nearer to 0 or 100 than
        one half draw).

    Raises
    ------
    ParameterError
        A unit or year that was not drawn, or a target outside 0..100.
    """
    rows, columns = _find_places(paths, targets)
    goal = targets["target"].to_numpy(dtype="float64")
    if not ((goal >= 0) & (goal <= 100)).all():
        raise ParameterError("targets: a target is outside 0..100; give scores in percent")
    reached = paths.scores[:, rows, :] >= goal[None, :, None]
    return _tell_chances(targets, reached, columns)


def chance_of_place(paths: Paths, targets: pd.DataFrame) -> pd.DataFrame:
    """The chance that a unit is at a given place of its group or better in an edition, and by it.

    A place is one more than the units of the group with a higher score in the same draw. Only
    units of the last edition take part: one that enters later is not foreseen.

    Parameters
    ----------
    paths : Paths
        From `simulate_paths`.
    targets : DataFrame
        Columns unit_id, edition_year (a year drawn), place (1 is the highest score).

    Returns
    -------
    DataFrame
        Columns of `targets`, then group, ranked (units of the group), chance, chance_by,
        chance_se, chance_by_se as in `chance_of_score`.

    Raises
    ------
    ParameterError
        A unit or year that was not drawn, or a place outside 1 to the units of the group.
    """
    rows, columns = _find_places(paths, targets)
    group = paths.units["group"].to_numpy()
    ranked = (group[rows][:, None] == group[None, :]).sum(axis=1)
    wanted = targets["place"].to_numpy()
    if not ((wanted >= 1) & (wanted <= ranked)).all():
        raise ParameterError("targets: a place is outside those of the group; give 1 or more")
    reached = np.empty((len(paths.scores), len(targets), len(paths.years)), bool)
    for at, row in enumerate(rows):
        rivals = paths.scores[:, group == group[row], :]
        above = (rivals > paths.scores[:, [row], :]).sum(axis=1)
        reached[:, at, :] = above < wanted[at]
    return _tell_chances(targets.assign(group=group[rows], ranked=ranked), reached, columns)


def _find_places(paths: Paths, targets: pd.DataFrame) -> tuple[Any, Any]:
    """Row of the unit and column of the year of each target."""
    rows = pd.Index(paths.units["unit_id"]).get_indexer(pd.Index(targets["unit_id"]))
    columns = pd.Index(paths.years).get_indexer(pd.Index(targets["edition_year"]))
    if (rows < 0).any() or (columns < 0).any():
        raise ParameterError(
            f"targets: a unit or year was not drawn; years drawn are {paths.years}, units those "
            "of the last edition"
        )
    return rows, columns


def _tell_chances(targets: pd.DataFrame, reached: Any, columns: Any) -> pd.DataFrame:
    at = np.arange(len(columns))
    in_it = reached[:, at, columns]
    by_it = np.logical_or.accumulate(reached, axis=2)[:, at, columns]
    table = targets.copy()
    for name, one in (("chance", in_it), ("chance_by", by_it)):
        table[name] = 100 * one.mean(axis=0)
        p = one.mean(axis=0).clip(0.5 / len(one), 1 - 0.5 / len(one))
        table[f"{name}_se"] = 100 * np.sqrt(p * (1 - p) / len(one))
    return table
