"""Measured items made ready: divided, imputed, units with too little data screened out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import DataError, Problem, refuse

_TOLERANCE = 1e-12


class Table(NamedTuple):
    """Units x items with their status, and the columns that are not items."""

    values: pd.DataFrame
    status: pd.DataFrame
    columns: pd.DataFrame
    name: str  # what messages call the file of values

    def rows_of(self, units: pd.Index[Any]) -> list[int]:
        """Rows of the file where some units stand; `columns` keeps every unit of the file."""
        return (self.columns.index.get_indexer(units) + 2).tolist()


def denominate_items(
    table: Table, denominators: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Divide items by their denominators: x / d.

    Parameters
    ----------
    table : Table
    denominators : mapping
        Column of `table.columns` by item.

    Returns
    -------
    values, status : DataFrame
        A value whose unit has no denominator is missing and not answered.
    table : DataFrame
        Key item_id. Columns denominator, divided (units), made_missing (units).

    Raises
    ------
    DataError
        Every zero or negative denominator; a column that is absent.
    """
    _refuse_denominators(table, list(dict.fromkeys(denominators.values())))
    values, status, rows = table.values.copy(), table.status.copy(), []
    for item, column in denominators.items():
        by = table.columns.loc[values.index, column]
        has = values[item].notna()
        lost = has & by.isna()
        values[item] = values[item] / by
        status.loc[lost, item] = "not_answered"
        rows.append((item, column, int((has & ~lost).sum()), int(lost.sum())))
    made = pd.DataFrame(rows, columns=["item_id", "denominator", "divided", "made_missing"])
    return values, status, made


def _refuse_denominators(table: Table, names: list[str]) -> None:
    """Refuse columns that are absent and denominators that are zero or negative."""
    problems = _absent(table, names)
    for column in names if not problems else ():
        by = table.columns.loc[table.values.index, column]
        wrong = by[by <= 0]
        remedy = "correct it, or leave it empty where it is not known"
        problems += [
            Problem(table.name, row, column, f"{value:g}", "is no denominator", remedy)
            for row, value in zip(table.rows_of(wrong.index), wrong.tolist(), strict=True)
        ]
    refuse(DataError, sorted(problems, key=lambda problem: problem.row or 0))


def _absent(table: Table, names: list[str]) -> list[Problem]:
    return [
        Problem(table.name, None, column, "", "is needed without a column", "add the column")
        for column in names
        if column not in table.columns
    ]


def impute_items(
    table: Table, *, by: str, group: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Fill cells that are not answered with the mean or the median of the answered ones.

    Parameters
    ----------
    table : Table
    by : {"mean", "median"}
        Over the units that have answered the item; values imputed before take no part.
    group : str
        A column of `table.columns`: only units of the same group count. Empty: all units.

    Returns
    -------
    values, status : DataFrame
        A filled cell has the status `imputed`. A cell that is not applicable stays missing, and so
        does one whose group has no answer to the item.
    table : DataFrame
        Key unit_id, item_id: the cells that are not answered, in order. Columns group, value
        (missing where the cell stays missing).

    Raises
    ------
    DataError
        A unit without a group; a column that is absent.

    Notes
    -----
    An imputed value makes a unit look average and narrows the spread of the item: how many there
    are belongs beside the scores.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 3.
    """
    names = _groups_of(table, group)
    codes, labels = pd.factorize(names)
    wanted = (table.status == "not_answered").to_numpy()
    values = table.values.to_numpy(dtype="float64", copy=True)
    answered = (table.status == "scored").to_numpy() & ~np.isnan(values)
    for item in np.flatnonzero(wanted.any(axis=0)).tolist():
        known, cells = answered[:, item], wanted[:, item]
        centres = _centres(values[known, item], codes[known], len(labels), by)
        values[cells, item] = centres[codes[cells]]
    filled = pd.DataFrame(values, index=table.values.index, columns=table.values.columns)
    status = table.status.mask(wanted & ~np.isnan(values), "imputed")
    row, column = np.nonzero(wanted)
    made = pd.DataFrame(
        {
            "unit_id": table.values.index[row],
            "item_id": table.values.columns[column],
            "group": names.to_numpy()[row],
            "value": values[row, column],
        }
    )
    return filled, status, made


def _groups_of(table: Table, group: str) -> pd.Series[Any]:
    """The group of every unit; all in one without a column."""
    units = table.values.index
    if not group:
        return pd.Series("", index=units, dtype="str")
    refuse(DataError, _absent(table, [group]))
    names: pd.Series[Any] = table.columns.loc[units, group]
    rule, remedy = "is empty", "name the group of the unit; impute needs it"
    rows = table.rows_of(units[names.isna()])
    refuse(DataError, [Problem(table.name, row, group, "", rule, remedy) for row in rows])
    return names


def _centres(x: NDArray[Any], codes: NDArray[Any], number: int, by: str) -> NDArray[np.float64]:
    """Mean or median of each group, whatever the order of its values; NaN where it has none."""
    order = np.lexsort((x, codes))
    ends = np.cumsum(np.bincount(codes, minlength=number))
    centres = np.full(number, np.nan)
    for code, part in enumerate(np.split(x[order], ends[:-1])):
        if part.size:
            centre = np.median(part) if by == "median" else part.mean()
            centres[code] = np.clip(centre, part[0], part[-1])  # a mean of equal values is theirs
    return centres


def screen_units(values: pd.DataFrame, *, least: float) -> pd.DataFrame:
    """Which units have enough data: at least a share of all items.

    The share is the number of items that have a value, answered or imputed, over the number of all
    items; items that are not applicable to a unit count as items without data.

    Parameters
    ----------
    values : DataFrame
        Units x items, missing where there is none.
    least : float
        Share from 0 to 1; a share that misses it by 1e-12 or less is kept.

    Returns
    -------
    DataFrame
        Key unit_id, in order. Columns available (items), share (0..1), kept (yes or no).

    References
    ----------
    COINr (Becker et al. 2022), `Screen`.
    """
    available = values.notna().sum(axis=1).to_numpy()
    share = available / values.shape[1]
    kept = np.where(share >= least - _TOLERANCE, "yes", "no")
    return pd.DataFrame(
        {"unit_id": values.index, "available": available, "share": share, "kept": kept}
    )
