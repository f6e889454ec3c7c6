"""Values for titles, captions, alt texts and sentences, computed from the frame that is shown.

Each function is named after the figure, table or sentence it serves and returns what the texts of
that name need: `series` for the alt text, `foot` for what the foot of a figure counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.tables import each_row
from asan_analysis.report import (
    audit_sentences,
    driver_sentences,
    forecast_sentences,
    profile_sentences,
    register_sentences,
    robustness_sentences,
    trend_sentences,
)
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


def answers_by_part(frame: pd.DataFrame, words: Words) -> Values:
    """Parts scored for every service, the part with the fewest scores, every bar in words."""
    share = frame["scored"] / frame["answers"]
    least = frame["node_id"].iloc[int(share.to_numpy().argmin())]
    parts = [
        f"{words.name(row.node_id)}: {words.percent(row.scored / row.answers)}."
        for row in each_row(frame)
    ]
    return {
        "complete": words.number(int((frame["scored"] == frame["answers"]).sum())),
        "parts": words.number(len(frame)),
        "least": words.short(least),
        "share": words.percent(share.min()),
        "series": " ".join(parts),
        "foot": words.say("foot.answers", n=words.number(int(frame["answers"].sum()))),
    }


def results(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """First of each category with its score and the number ranked; the mean of all."""
    ranked = frame[frame["rank"].notna()]
    parts = [
        words.say("results.first", category=words.name(row.category), ranked=row.ranked,
                  body=words.name(row.organisation_id),
                  score=words.number(row.score_percent, decimals))
        for row in each_row(_in_order(ranked[ranked["rank"] == 1], words))
    ]  # fmt: skip
    scores = ranked["score_percent"]
    return {"firsts": " ".join(parts), "mean": words.number(scores.mean(), decimals),
            "n": words.number(len(ranked))}  # fmt: skip


def _in_order(frame: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Rows by category, categories in the order in which they are named."""
    places = {code: place for place, code in enumerate(words.names)}
    return frame.sort_values("category", key=lambda codes: codes.map(places), kind="stable")


def ranking(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Number ranked, every bar in words."""
    parts = [
        f"{words.name(row.organisation_id)} {words.number(row.score_percent, decimals)}"
        for row in each_row(_in_order(frame, words))
    ]
    count = words.number(int(frame["rank"].notna().sum()))
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
        "weakest": words.short(mean.idxmin()),
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


def category_spread(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Categories with the highest and lowest median, and the one that spreads most."""
    own = frame[frame["category"] != CATEGORY_ALL].set_index("category")
    wide = str((own["highest"] - own["lowest"]).idxmax())
    first, last = str(own["median"].idxmax()), str(own["median"].idxmin())
    return {
        "first": words.name(first),
        "first_median": words.number(own["median"].max(), decimals),
        "last": words.name(last),
        "last_median": words.number(own["median"].min(), decimals),
        "wide": words.name(wide),
        "lowest": words.number(own.loc[wide, "lowest"], decimals),
        "highest": words.number(own.loc[wide, "highest"], decimals),
    }


def spread(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Median and range of each category in words."""
    parts = []
    for category, rows in frame.groupby("category", sort=False):
        scores = rows["score_percent"]
        low, high, middle = (
            words.number(value, decimals)
            for value in (scores.min(), scores.max(), rows["category_median"].iloc[0])
        )
        parts.append(f"{words.name(category)}: {low}–{high}, {words.column('median')} {middle}.")
    count = words.number(len(frame))
    return {"series": " ".join(parts), "foot": words.say("foot.bodies", n=count)}


def category_parts(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The node at which two categories differ most, every cell in words."""
    wide = frame.pivot(index="node_id", columns="category", values="score_percent")
    gaps = wide.max(axis=1) - wide.min(axis=1)
    node = str(gaps.idxmax())
    row = wide.loc[node].astype("float64")
    parts = []
    for code, rows in frame.groupby("node_id", sort=False):
        cells = [f"{words.name(one.category)} {words.number(one.score_percent, 1)}"
                 for one in each_row(rows)]  # fmt: skip
        parts.append(f"{words.name(code)}: {', '.join(cells)}.")
    bodies = frame.groupby("category")["organisations"].max().sum()
    return {
        "node": words.short(node),
        "first": words.name(row.idxmax()),
        "high": words.number(row.max(), decimals),
        "last": words.name(row.idxmin()),
        "low": words.number(row.min(), decimals),
        "series": " ".join(parts),
        "foot": words.say("foot.bodies", n=words.number(int(bodies))),
    }


def organisation_parts(frame: pd.DataFrame, words: Words) -> Values:
    """Size of the grid."""
    count = words.number(frame["organisation_id"].nunique())
    return {
        "n": count,
        "nodes": words.number(frame["node_id"].nunique()),
        "foot": words.say("foot.bodies", n=count),
    }


def services_listed(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Every bar in words."""
    parts = [
        f"{words.name(row.service_id)} {words.number(row.score_percent, decimals)}"
        for row in each_row(frame)
    ]
    count = words.number(len(frame))
    return {"n": count, "series": "; ".join(parts), "foot": words.say("foot.services", n=count)}


def editions_shared(frame: pd.DataFrame, words: Words) -> Values:
    """Steps between neighbouring editions that compare; `frame` starts at the second edition."""
    changed = frame.loc[~frame["same_method"].astype("boolean").fillna(True), "edition_year"]
    return {
        "steps": words.number(len(frame)),
        "comparable": words.number(int(frame["comparable"].sum())),
        "changed": ", ".join(words.name(year) for year in changed) or words.say("none"),
    }


def editions(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Every series in words."""
    parts = []
    for category, rows in frame.groupby("category", sort=False):
        points = [f"{words.number(row.score_percent, decimals)} ({words.name(row.edition_year)})"
                  for row in each_row(rows.dropna(subset="score_percent"))]  # fmt: skip
        parts.append(f"{words.name(category)}: {', '.join(points)}.")
    years = frame["edition_year"].nunique()
    return {"series": " ".join(parts), "foot": words.say("foot.all_editions", n=years)}


def items_shared(frame: pd.DataFrame, words: Words) -> Values:
    """Items by state, and the weight that lies on new ones; `frame` holds changed items only."""
    counts = frame["state"].value_counts()
    states = ("renamed", "merged", "split", "added", "dropped")
    return {
        **{state: words.number(int(counts.get(state, 0))) for state in states},
        "weight": words.percent(frame.loc[frame["state"] == "added", "weight"].sum()),
    }


def like_for_like(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The mean of all on the first and the last basis."""
    rows = frame[frame["category"] == CATEGORY_ALL].set_index("basis")
    first, last = rows.loc["everything"], rows.loc["same_items"]
    alike = words.say("like_for_like.alike", services=words.number(last["services"]),
                      items=words.number(last["items"]),
                      alike=words.number(last["change"], decimals, sign=True))  # fmt: skip
    return {
        "baseline": words.name(first["baseline_year"]),
        "before": words.number(first["score_before"], decimals),
        "after": words.number(first["score_percent"], decimals),
        "change": words.number(first["change"], decimals, sign=True),
        "alike": words.say("like_for_like.none") if pd.isna(last["change"]) else alike,
    }


def moves(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Who rose and fell most, who came and went, every change in words."""
    stayed = frame[frame["change"].notna()]
    top, bottom = stayed.iloc[0], stayed.iloc[-1]
    parts = [
        f"{words.name(row.organisation_id)} {words.number(row.change, decimals, sign=True)}"
        for row in each_row(stayed)
    ]
    states = frame["state"].value_counts()
    return {
        "baseline": words.name(top["baseline_year"]),
        "both": words.number(len(stayed)),
        "up": words.number(int((stayed["change"] > 0).sum())),
        "down": words.number(int((stayed["change"] < 0).sum())),
        "most": words.name(top["organisation_id"]),
        "most_change": words.number(top["change"], decimals, sign=True),
        "least": words.name(bottom["organisation_id"]),
        "least_change": words.number(bottom["change"], decimals, sign=True),
        **{
            state: words.number(int(states.get(state, 0)))
            for state in ("entered", "left", "merged")
        },
        "series": ", ".join(parts),
        "foot": words.say("foot.bodies", n=words.number(len(stayed))),
    }


Describe = Callable[..., Values]
VALUES: dict[str, Describe] = {
    "coverage_by_edition": coverage_by_edition,
    "printed_scores": printed_scores,
    "not_published": not_published,
    "answers_by_part": answers_by_part,
    "results.sentence": results,
    "ranking": ranking,
    "parameters": parameters,
    "agreement.sentence": agreement,
    "category_spread.sentence": category_spread,
    "spread": spread,
    "category_parts.sentence": category_parts,
    "category_parts": category_parts,
    "organisation_parts": organisation_parts,
    "lowest_services": services_listed,
    "services_by_score": services_listed,
    "editions_shared.sentence": editions_shared,
    "editions": editions,
    "items_shared.sentence": items_shared,
    "like_for_like.sentence": like_for_like,
    "moves.sentence": moves,
    "moves": moves,
    "profile_services": services_listed,
    **robustness_sentences.VALUES,
    **audit_sentences.VALUES,
    **driver_sentences.VALUES,
    **profile_sentences.VALUES,
    **register_sentences.VALUES,
    **trend_sentences.VALUES,
    **forecast_sentences.VALUES,
}
