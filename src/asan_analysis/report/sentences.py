"""Values for titles, captions, alt texts and sentences, computed from the frame that is shown.

Each function is named after the figure, table or sentence it serves and returns what the texts of
that name need: `series` for the alt text, `foot` for what the foot of a figure counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]


def coverage_by_edition(frame: pd.DataFrame, words: Words) -> Values:
    """Lowest and highest total, editions without figures, every column in words."""
    totals = frame.groupby("edition_year", sort=False)["total"].first()
    known = totals.dropna()
    parts = []
    for year, rows in frame.groupby("edition_year", sort=False):
        named = [
            f"{words.name(row.category)} {words.number(row.services)}"
            for row in each_row(rows.dropna(subset="services"))
        ]
        text = ", ".join(named) if named else words.say("chart.not_published").replace("\n", " ")
        parts.append(f"{words.name(year)}: {text}.")
    return {
        "low": words.number(known.min()),
        "high": words.number(known.max()),
        "missing": words.number(int(totals.isna().sum())),
        "editions": words.number(len(totals)),
        "series": " ".join(parts),
        "foot": words.say("foot.editions", n=len(known), all=len(totals)),
    }


def printed_scores(frame: pd.DataFrame, words: Words) -> Values:
    """Number of bodies, the score without a certain edition, every series in words."""
    scored = frame[frame["score_percent"].notna()]
    unplaced = scored[scored["order"].isna()]["score_percent"]
    parts = []
    for body, rows in scored.groupby("organisation_id", sort=False):
        points = [
            f"{words.number(row.score_percent, 2)} ({_edition(row, words)})"
            for row in each_row(rows)
        ]
        parts.append(f"{words.name(body)}: {', '.join(points)}.")
    return {
        "bodies": words.number(scored["organisation_id"].nunique()),
        "unplaced": ", ".join(words.number(score, 2) for score in unplaced),
        "series": " ".join(parts),
        "foot": words.say("foot.scores", n=len(scored), bodies=scored["organisation_id"].nunique()),
    }


def _edition(row: Any, words: Words) -> str:
    if pd.isna(row.edition_year):
        return words.say("chart.edition_uncertain").replace("\n", " ")
    return words.name(row.edition_year)


def not_published(frame: pd.DataFrame, words: Words) -> Values:
    """Number of unknowns."""
    return {"n": words.number(len(frame))}


def answers_by_item(frame: pd.DataFrame, words: Words) -> Values:
    """Items scored for every service, the item with the fewest scores, every bar in words."""
    share = frame["scored"] / frame["services"]
    least = frame["item_id"].iloc[int(share.to_numpy().argmin())]
    parts = [
        f"{words.name(row.item_id)}: {words.percent(row.scored / row.services)}."
        for row in each_row(frame)
    ]
    return {
        "complete": words.number(int((frame["scored"] == frame["services"]).sum())),
        "items": words.number(len(frame)),
        "least": words.name(least),
        "share": words.percent(share.min()),
        "series": " ".join(parts),
        "foot": words.say("foot.services", n=words.number(frame["services"].max())),
    }


def results(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """First, last and mean of the ranked organisations."""
    ranked = frame[frame["rank_all"].notna()]
    first = ranked.iloc[0]
    scores = ranked["score_percent"]
    return {
        "first": words.name(first["organisation_id"]),
        "score": words.number(first["score_percent"], decimals),
        "n": words.number(len(ranked)),
        "last": words.number(scores.min(), decimals),
        "mean": words.number(scores.mean(), decimals),
    }


def ranking(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Number ranked, every bar in words."""
    parts = [
        f"{words.name(row.organisation_id)} {words.number(row.score_percent, decimals)}"
        for row in each_row(frame)
    ]
    count = words.number(int(frame["rank_all"].notna().sum()))
    return {"n": count, "series": ", ".join(parts), "foot": words.say("foot.bodies", n=count)}


def parameters(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The part with the lowest mean over the categories' organisations, every dot in words."""
    size = frame["organisations"].astype("float64")
    total = (frame["score_percent"] * size).groupby(frame["node_id"]).sum()
    mean = total / size.groupby(frame["node_id"]).sum()
    parts = [
        f"{words.name(row.node_id)}, {words.name(row.category)}: "
        f"{words.number(row.score_percent, decimals)} "
        f"({words.number(row.lowest, decimals)}–{words.number(row.highest, decimals)})."
        for row in each_row(frame)
    ]
    bodies = frame.groupby("category")["organisations"].max().sum()
    return {
        "weakest": words.name(mean.idxmin()),
        "score": words.number(mean.min(), decimals),
        "series": " ".join(parts),
        "foot": words.say("foot.bodies", n=words.number(int(bodies))),
    }


def agreement(frame: pd.DataFrame, words: Words) -> Values:
    """Announced ranks and scores that are reproduced."""
    counts = frame.groupby("figure")["agrees"].agg(["sum", "size"]).reindex(["rank", "score"])
    counts = counts.fillna(0).astype(int)
    return {
        "ranks": words.number(counts.loc["rank", "sum"]),
        "ranks_all": words.number(counts.loc["rank", "size"]),
        "scores": words.number(counts.loc["score", "sum"]),
        "scores_all": words.number(counts.loc["score", "size"]),
    }


Describe = Callable[..., Values]
VALUES: dict[str, Describe] = {
    "coverage_by_edition": coverage_by_edition,
    "printed_scores": printed_scores,
    "not_published": not_published,
    "answers_by_item": answers_by_item,
    "results.sentence": results,
    "ranking": ranking,
    "parameters": parameters,
    "agreement.sentence": agreement,
}
