"""Values of the sentences and the text alternatives of the chapter on robustness."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]
_KEPT = 0.95


def varied(frame: pd.DataFrame, words: Words) -> Values:
    """Number and names of the factors."""
    names = ", ".join(words.name(factor) for factor in frame["factor"])
    return {"n": words.number(len(frame)), "names": names}


def places_kept(frame: pd.DataFrame, words: Words) -> Values:
    """First places and the share of draws that keeps them, by source."""
    firsts = frame[frame["rank"] == 1]
    parts = [
        words.say("places.first", category=words.name(row.category),
                  body=words.name(row.organisation_id),
                  **{source: words.percent(getattr(row, f"share_first_{source}"))
                     for source in ("method", "services", "both")})
        for row in each_row(firsts)
    ]  # fmt: skip
    kept = int((firsts["share_first_method"] >= _KEPT).sum())
    return {"kept": words.number(kept), "firsts": words.number(len(firsts)),
            "parts": " ".join(parts)}  # fmt: skip


def places(frame: pd.DataFrame, words: Words) -> Values:
    """Every interval in words."""
    parts = [
        f"{words.name(row.organisation_id)} {row.rank} "
        f"({words.number(row.method_low)}–{words.number(row.method_high)}; "
        f"{words.number(row.set_low)}–{words.number(row.set_high)})"
        for row in each_row(frame)
    ]
    count = words.number(len(frame))
    return {"series": ", ".join(parts), "foot": words.say("foot.bodies", n=count)}


def acceptability(frame: pd.DataFrame, words: Words) -> Values:
    """The likeliest place of each organisation in words."""
    likeliest = frame.loc[frame.groupby("organisation_id", sort=False)["share"].idxmax()]
    parts = [
        f"{words.name(row.organisation_id)} {words.number(row.rank)} ({words.percent(row.share)})"
        for row in each_row(likeliest)
    ]
    count = words.number(frame["organisation_id"].nunique())
    return {"series": ", ".join(parts), "foot": words.say("foot.bodies", n=count)}


def alike(frame: pd.DataFrame, words: Words) -> Values:
    """How many organisations of each category could be first."""
    parts = [
        words.say("alike.part", lead=words.number(row.could_lead),
                  n=words.number(row.organisations), category=words.name(row.category))
        for row in each_row(frame)
    ]  # fmt: skip
    return {"parts": "; ".join(parts) + "."}


def certificates(frame: pd.DataFrame, words: Words) -> Values:
    """What is certain of the first place of each category."""
    parts = []
    for row in each_row(frame[frame["rank"] == 1]):
        key = "certificates.part" if row.status == "linear" else "certificates.found"
        if row.status == "linear" and row.holds_all:
            key = "certificates.every"
        elif pd.isna(row.margin):
            key = "certificates.nobody"
        parts.append(
            words.say(key, category=words.name(row.category), margin=words.percent(row.margin),
                      rival=words.name(row.rival))
        )  # fmt: skip
    return {"parts": " ".join(parts)}


def indices(frame: pd.DataFrame, words: Words) -> Values:
    """The factor with the largest total index; every pair of indices in words."""
    first = frame.iloc[int(frame["ST"].to_numpy().argmax())]
    parts = [
        f"{words.name(row.factor)}: S1 {words.number(row.S1, 2)}, ST {words.number(row.ST, 2)}."
        for row in each_row(frame)
    ]
    return {
        "first": words.name(first["factor"]),
        "share": words.percent(max(float(first["S1"]), 0.0), 0),
        "total": words.percent(first["ST"], 0),
        "series": " ".join(parts),
        "foot": words.say("foot.indices", n=words.number(first["n"])),
    }


def methods(frame: pd.DataFrame, words: Words) -> Values:
    """Methods that move nothing, the one that moves most, changes among the first three."""
    most = frame.iloc[int(frame["mean_move"].to_numpy().argmax())]
    tops = (frame["entered"].fillna("") != "") | (frame["left"].fillna("") != "")
    parts = [
        f"{words.name(row.factor)}, {words.name(row.alternative)}: "
        f"{words.number(row.mean_move, 2)} ({words.number(row.moved)})."
        for row in each_row(frame)
    ]
    count = words.number(len(frame))
    return {
        "n": count,
        "still": words.number(int((frame["moved"] == 0).sum())),
        "change": words.name(most["factor"]),
        "alternative": words.name(most["alternative"]),
        "moved": words.number(most["moved"]),
        "mean": words.number(most["mean_move"], 2),
        "tops": words.number(int(tops.sum())),
        "series": " ".join(parts),
        "foot": words.say("foot.methods", n=count),
    }


def removed(frame: pd.DataFrame, words: Words) -> Values:
    """The node whose absence moves places most."""
    most = frame.iloc[int(frame["mean_move"].to_numpy().argmax())]
    return {
        "node": words.short(most["node_id"]),
        "moved": words.number(most["moved"]),
        "mean": words.number(most["mean_move"], 2),
    }


VALUES: dict[str, Callable[..., Values]] = {
    "varied.sentence": varied,
    "places.sentence": places_kept,
    "places": places,
    "acceptability": acceptability,
    "alike.sentence": alike,
    "certificates.sentence": certificates,
    "indices.sentence": indices,
    "indices": indices,
    "methods.sentence": methods,
    "methods": methods,
    "removed.sentence": removed,
}
