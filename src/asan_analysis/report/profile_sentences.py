"""Values of the sentences and the text alternatives of the profile of one organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]


def profile_history(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Score, place and the mean of the category; every edition in words."""
    scored = frame.dropna(subset="score_percent")
    last = scored.iloc[-1]
    points = [f"{words.number(row.score_percent, decimals)} ({words.name(row.edition_year)})"
              for row in each_row(scored)]  # fmt: skip
    return {
        "body": words.name(last["organisation_id"]),
        "score": words.number(last["score_percent"], decimals),
        "rank": words.number(last["rank"]),
        "ranked": words.number(last["ranked"]),
        "category": words.name(last["category"]),
        "mean": words.number(last["category_mean"], decimals),
        "services": words.number(last["services"]),
        "series": ", ".join(points),
        "foot": words.say("foot.all_editions", n=len(frame)),
    }


def profile_parts(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The part that lacks most and the one furthest below the category; every dot in words."""
    parts = [
        f"{words.name(row.node_id)}: {words.number(row.score_percent, decimals)} "
        f"({words.say('chart.category_mean')} {words.number(row.category_mean, decimals)})."
        for row in each_row(frame)
    ]
    most = frame.iloc[int(frame["lacking"].to_numpy().argmax())]
    below = frame.iloc[int(frame["difference"].fillna(0).to_numpy().argmin())]
    return {
        "most": words.short(most["node_id"]),
        "points": words.number(most["lacking"], decimals),
        "total": words.number(frame["lacking"].sum(), decimals),
        "below": words.short(below["node_id"]),
        "difference": words.number(below["difference"], decimals, sign=True),
        "series": " ".join(parts),
        "foot": words.say("foot.one_body"),
    }


def profile_items(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """How few items hold half of what is lacking, and answers that were not given."""
    total = frame["lacking"].sum()
    half = int((frame["lacking"].cumsum() < total / 2).sum()) + 1
    return {
        "half": words.number(half),
        "items": words.number(len(frame)),
        "total": words.number(total, decimals),
        "silent": words.number(int(frame["not_answered"].sum())),
    }


def profile_gaps(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The gap to each rival with the part that makes most of it; every bar in words."""
    told, series = [], []
    for _, rows in frame.groupby("against", sort=False):
        root, parts = rows.iloc[0], rows.iloc[1:]
        whom = name_rival(root, words)
        gap = words.number(root["gap"], decimals, sign=True)
        each = [f"{words.short(row.node_id)} {words.number(row.gap, decimals, sign=True)}"
                for row in each_row(parts)]  # fmt: skip
        series.append(f"{whom} ({gap}): {', '.join(each)}.")
        most = each[int(parts["gap"].abs().to_numpy(dtype="float64").argmax())] if each else ""
        told.append(words.say("profile_gaps.one", whom=whom, gap=gap, most=most))
    moved = frame["from_redistribution"].abs().max()
    return {
        "told": "; ".join(told),
        "moved": words.number(moved, decimals),
        "series": " ".join(series),
        "foot": words.say("foot.one_body"),
    }


def profile_place(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The smallest list of answers to the next place, or why there is none."""
    row = frame.iloc[0]
    if pd.isna(row["answers"]):
        reason = words.say(f"refused.{row['outcome']}")
        return {"told": words.say("profile_place.refused", reason=reason)}
    kind = "found" if row["outcome"] == "not_proved" else "proved"
    told = words.say(
        f"profile_place.{kind}", rival=words.name(row["rival"]),
        needed=words.number(row["needed"], decimals), answers=words.number(row["answers"]),
        gain=words.number(row["gain"], decimals), rank_after=words.number(row["rank_after"]),
    )  # fmt: skip
    if row["left_out"]:
        told += words.say("profile_place.left_out", n=words.number(row["left_out"]))
    return {"told": told}


def name_rival(row: pd.Series[Any], words: Words) -> str:
    """What a score is held against, as a heading."""
    body = "" if pd.isna(row["rival"]) else words.name(row["rival"])
    year = "" if pd.isna(row["baseline_year"]) else words.name(row["baseline_year"])
    return words.say(f"against.{row['against']}.whom", body=body, year=year)


VALUES: dict[str, Callable[..., Values]] = {
    "profile_history.sentence": profile_history,
    "profile_history": profile_history,
    "profile_parts.sentence": profile_parts,
    "profile_parts": profile_parts,
    "profile_items.sentence": profile_items,
    "profile_gaps.sentence": profile_gaps,
    "profile_steps": profile_gaps,
    "profile_place.sentence": profile_place,
}
