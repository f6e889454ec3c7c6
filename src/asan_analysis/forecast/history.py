"""The series a forecast starts from, their scale, and when there are too few of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.errors import DataError, Problem, refuse
from asan_analysis.refusals import Refusal

KEY = ["unit_id", "edition_year"]
SERIES = ["unit_id", "group", "edition_year", "segment", "score_percent", "services"]
_HALF = 0.5  # points added on either side, so that 0 and 100 stay finite
_SERVICES = 10  # of a unit where no edition says how many


def list_series(
    scores: pd.DataFrame, organisations: pd.DataFrame, editions: pd.DataFrame, *, node_id: str
) -> pd.DataFrame:
    """List the scores of every organisation at one node as series a forecast can start from.

    Parameters
    ----------
    scores : DataFrame
        From `score_editions`.
    organisations : DataFrame
        Key edition_year, organisation_id. Column category.
    editions : DataFrame
        From `cover_editions`, in order. Columns edition_year, comparable.
    node_id : str
        The root, a parameter or any other node.

    Returns
    -------
    DataFrame
        Key unit_id, edition_year. Columns group (category of the organisation in its last
        edition), segment (editions of one segment are comparable; a break starts the next),
        score_percent, services. Missing scores have no row. An organisation that takes over
        another goes on under its own id.
    """
    segment = (~editions.set_index("edition_year")["comparable"].astype(bool)).cumsum()
    own = scores[(scores["node_id"] == node_id) & scores["score_percent"].notna()]
    last = organisations.sort_values("edition_year").drop_duplicates("organisation_id", keep="last")
    table = own.rename(columns={"organisation_id": "unit_id"}).assign(
        group=own["organisation_id"].map(last.set_index("organisation_id")["category"]),
        segment=own["edition_year"].map(segment),
    )
    return table[SERIES].sort_values(KEY, ignore_index=True)


def check_history(history: pd.DataFrame) -> pd.DataFrame:
    """Refuse series that break their contract; return them sorted, without missing scores.

    Parameters
    ----------
    history : DataFrame
        Key unit_id, edition_year (year, the time of the series; gaps count). Columns group,
        score_percent (0..100); optional segment (one where absent), services (count; the median
        where missing, 10 where none is known).

    Returns
    -------
    DataFrame
        Columns unit_id, group, edition_year, segment, score_percent, services.

    Raises
    ------
    DataError
        A key twice, a score outside 0..100, or editions of one segment parted by another's.
    ParameterError
        `find_refusal` has a reason.
    """
    table = history.assign(
        segment=history.get("segment", pd.Series(1, index=history.index)),
        services=history.get("services", pd.Series(np.nan, index=history.index)),
    )
    table = table[table["score_percent"].notna()][SERIES].sort_values(KEY, ignore_index=True)
    refuse(DataError, _find_faults(table))
    if reason := find_refusal(table):
        raise Refusal(f"no forecast ({reason}): {REFUSALS[reason]}", code=reason)
    known = table["services"].where(table["services"] > 0).astype("float64")
    middle = known.median() if known.notna().any() else _SERVICES
    return table.assign(
        services=known.fillna(middle), score_percent=table["score_percent"].astype("float64")
    )


REFUSALS = {
    "no_scores": "the series hold no score",
    "one_edition": "the series hold one edition; a change needs two",
    "no_comparable_pair": "no unit has two editions that are comparable, so no change is known",
}


def find_refusal(history: pd.DataFrame) -> str:
    """Say why series allow no forecast: a key of `REFUSALS`, or "" where they allow one."""
    own = history[history["score_percent"].notna()]
    if own.empty:
        return "no_scores"
    if own["edition_year"].nunique() == 1:
        return "one_edition"
    return "" if len(list_paired(own)) else "no_comparable_pair"


def list_paired(history: pd.DataFrame) -> pd.Index[Any]:
    """Units with two editions in one segment."""
    keys = ["unit_id", "segment"] if "segment" in history else ["unit_id"]
    counts = history.groupby(keys, sort=True)["edition_year"].nunique()
    return counts[counts > 1].index.get_level_values("unit_id").unique()


def _find_faults(table: pd.DataFrame) -> list[Problem]:
    def fault(column: str, value: object, rule: str, remedy: str) -> Problem:
        return Problem("history", None, column, str(value), rule, remedy)

    twice = table[table.duplicated(KEY)]
    outside = table[~table["score_percent"].between(0, 100)]
    spans = table.groupby("segment")["edition_year"].agg(["min", "max"]).sort_values("min")
    mixed = spans[spans["min"] <= spans["max"].shift()]
    return [
        *(fault("unit_id", row.unit_id, "stands twice in an edition", "keep one row")
          for row in twice.itertuples()),
        *(fault("score_percent", row.score_percent, "is outside 0..100", "correct the score")
          for row in outside.itertuples()),
        *(fault("segment", name, "begins before the one before it ends", "part them by edition")
          for name in mixed.index),
    ]  # fmt: skip


def to_logit(score_percent: Any) -> Any:
    """Score in percent to the scale of the model: log((score + 0.5) / (100.5 - score))."""
    return np.log((score_percent + _HALF) / (100 + _HALF - score_percent))


def to_percent(logit: Any) -> Any:
    """The way back, held inside 0..100: a score of 100 is reached by all above its own logit."""
    return np.clip((100 + 2 * _HALF) / (1 + np.exp(-logit)) - _HALF, 0.0, 100.0)
