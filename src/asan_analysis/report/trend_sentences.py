"""Values of the sentences and the text alternatives of the chapter on trends: what caused moves."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]
_CAUSES = ("improvement", "reweighting", "entry", "exit", "method")


def announced_series(frame: pd.DataFrame, words: Words) -> Values:
    """How many editions have figures; every row in words."""
    years = frame["edition_year"].dropna().nunique()
    known = frame[frame["services"].notna()]["edition_year"].nunique()
    series = []
    for row, cells in frame[frame["order"].notna()].groupby("row", sort=False):
        told = [f"{words.name(cell.edition_year)} {_tell_cell(cell, words)}"
                for cell in each_row(cells) if _tell_cell(cell, words)]  # fmt: skip
        series.append(f"{words.name(row)}: {', '.join(told) or words.say('none')}.")
    return {
        "known": words.number(known),
        "editions": words.number(years),
        "series": " ".join(series),
        "foot": words.say("foot.editions", n=known, all=years),
    }


def _tell_cell(cell: object, words: Words) -> str:
    """What is announced in one cell of the series."""
    services, rank, score = (getattr(cell, name) for name in ("services", "rank", "score_percent"))
    if pd.notna(services):
        return words.number(services)
    if pd.isna(rank):
        return ""
    place = words.say("chart.place", rank=words.number(rank))
    return place if pd.isna(score) else f"{place} ({words.number(score, 2)})"


def causes(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The change of the field and its causes; every panel in words.

    `frame` holds the field and the categories that have all parts, the field first.
    """
    field = frame.iloc[0]
    series = []
    for row in each_row(frame):
        told = [f"{words.column(cause)} {_points(getattr(row, cause), words, decimals)}"
                for cause in _CAUSES]  # fmt: skip
        series.append(f"{words.name(row.unit_id)} {_points(row.change, words, decimals)}: "
                      f"{', '.join(told)}.")  # fmt: skip
    return {
        "change": _points(field["change"], words, decimals),
        **{cause: _points(field[cause], words, decimals) for cause in _CAUSES},
        "stayed": words.number(field["stayed"]),
        "series": " ".join(series),
        "foot": words.say("foot.services", n=words.number(field["stayed"])),
    }


def firm_moves(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """How many moves are firm, and the widest that is not."""
    known = frame[frame["low"].notna()]
    loose = known[~known["firm"].astype(bool)]
    widest = loose["change"].abs().max() if len(loose) else None
    return {
        "n": words.number(len(known)),
        "up": words.number(int((known["firm"].astype(bool) & (known["change"] > 0)).sum())),
        "down": words.number(int((known["firm"].astype(bool) & (known["change"] < 0)).sum())),
        "widest": words.number(widest, decimals),
    }


def orders(frame: pd.DataFrame, words: Words) -> Values:
    """How far the order of all bodies is kept, or why that is not known."""
    row = frame.iloc[-1]
    if pd.isna(row["kendall_tau"]) or pd.isna(row["low"]):
        state = words.name(row["state"])
        return {"told": words.say("orders.unknown", state=state)}
    ends = {name: words.number(row[name], 2) for name in ("low", "high")}
    return {"told": words.say("orders.known", tau=words.number(row["kendall_tau"], 2), **ends)}


def spread_now(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The spread of all bodies, beside that before where it can be compared."""
    row = frame.iloc[-1]
    after = words.number(row["spread_after"], decimals)
    if pd.isna(row["ratio"]):
        state = words.name(row["state"])
        return {"told": words.say("spread_now.unknown", after=after, state=state)}
    ends = {name: words.number(row[name], 2) for name in ("ratio", "low", "high")}
    before, after = (words.number(row[f"spread_both_{one}"], decimals)
                     for one in ("before", "after"))  # fmt: skip
    return {"told": words.say("spread_now.known", before=before, after=after, **ends)}


def slopes(frame: pd.DataFrame, words: Words) -> Values:
    """The slope of all bodies with and without noise, and what it says."""
    row = frame.iloc[-1]
    low, high = row["corrected_low"], row["corrected_high"]
    if pd.isna(low):
        return {"told": words.say("slopes.unknown", state=words.name(row["state"]))}
    verdict = "closer" if high < 0 else "apart" if low > 0 else "open"
    return {
        "told": words.say(
            "slopes.known", slope=words.number(row["slope"], 2, sign=True),
            corrected=words.number(row["slope_corrected"], 2, sign=True),
            low=words.number(low, 2), high=words.number(high, 2),
            verdict=words.say(f"slopes.{verdict}"),
        )
    }  # fmt: skip


def ceiling(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """How many bodies are near the top, and the room that is left."""
    row = frame.iloc[-1]
    return {
        "near": words.percent(row["near_top"]),
        "room": words.number(row["mean_room"], decimals),
        "least": words.number(row["least_room"], decimals),
    }


def _points(value: object, words: Words, decimals: int) -> str:
    return words.number(value, decimals, sign=True)


VALUES: dict[str, Callable[..., Values]] = {
    "announced_series": announced_series,
    "causes.sentence": causes,
    "mean_moved": causes,
    "firm_moves.sentence": firm_moves,
    "orders.sentence": orders,
    "spread_now.sentence": spread_now,
    "slopes.sentence": slopes,
    "ceiling.sentence": ceiling,
}
