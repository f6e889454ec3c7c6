"""Values of the sentences and the text alternatives of the chapter on drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]
_LIKELY = 0.05


def variance_shares(frame: pd.DataFrame, words: Words) -> Values:
    """The part that makes most of the differences at each level; how much lies between bodies.

    `frame` holds the root and its children at both levels.
    """
    values: Values = {}
    for level, rows in frame.groupby("level", sort=False):
        root, parts = rows.iloc[0], rows.iloc[1:]
        parts = parts[parts["covariance_share"].notna()]
        values[f"{level}_part"], values[f"{level}_share"] = "\u2013", "\u2013"
        if len(parts):
            most = _most(parts, "covariance_share")
            values[f"{level}_part"] = words.short(most["node_id"])
            values[f"{level}_share"] = words.percent(most["covariance_share"])
        values[f"{level}_n"] = words.number(root["n"])
        values[f"{level}_of_all"] = words.percent(root["level_share"])
    return values


def variance_chart(frame: pd.DataFrame, words: Words) -> Values:
    """Every part with its share at both levels."""
    told = []
    for level, rows in frame.groupby("level", sort=False):
        shares = (f"{words.short(row.node_id)} {words.percent(row.covariance_share)}"
                  for row in each_row(rows))  # fmt: skip
        told.append(f"{words.say(f'level_of.{level}')}: {', '.join(shares)}")
    between = frame[frame["level"] == "between"]
    bodies = words.number(between["n"].iloc[0] if len(between) else 0)
    return {"parts": "; ".join(told), "foot": words.say("foot.bodies", n=bodies)}


def gaps_to_mean(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The widest gaps above and below the mean, and the most that redistribution makes."""
    high, low = _most(frame, "gap"), _most(frame, "gap", sign=-1)
    return {
        "n": words.number(len(frame)),
        "high": words.name(high["organisation_id"]),
        "high_gap": words.number(high["gap"], decimals, sign=True),
        "high_part": words.short(high["largest"]),
        "low": words.name(low["organisation_id"]),
        "low_gap": words.number(low["gap"], decimals, sign=True),
        "low_part": words.short(low["largest"]),
        "moved": words.number(frame["from_redistribution"].abs().max(), decimals),
    }


def attributes_listed(frame: pd.DataFrame, words: Words) -> Values:
    """How many columns can be used, and which repeat a scored item."""
    refused = frame[frame["reason"].str.contains("scored item", regex=False)]
    names = ", ".join(words.column(name) for name in refused["attribute"])
    return {
        "n": words.number(len(frame)),
        "used": words.number(int(frame["used"].sum())),
        "refused": names or words.say("none"),
    }


def attribute_effects(frame: pd.DataFrame, words: Words) -> Values:
    """Attributes that go with the score in each model after correction."""
    values: Values = {}
    for model in ("every_service", "inside_body"):
        rows = frame[(frame["model"] == model) & (frame["test"] == "attribute")]
        found = rows.loc[rows["p_adjusted"] < _LIKELY, "attribute"]
        names = ", ".join(words.column(name) for name in dict.fromkeys(found))
        values[model] = names or words.say("none")
        values[f"{model}_tested"] = words.number(int(rows["p"].notna().sum()))
    values["clusters"] = words.number(frame["clusters"].max())
    return values


def effects_chart(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The effects inside bodies in words."""
    rows = frame[frame["model"] == "inside_body"]
    told = [
        f"{words.column(row.attribute)} {row.level} {words.number(row.effect, decimals, sign=True)}"
        for row in each_row(rows)
    ]
    bodies = words.number(frame["clusters"].max())
    return {"effects": "; ".join(told), "foot": words.say("foot.bodies", n=bodies)}


def items_described(frame: pd.DataFrame, words: Words) -> Values:
    """The hardest item; items that all or none meet."""
    known = frame[frame["difficulty"].notna()]
    hardest = _most(known, "difficulty") if len(known) else None
    return {
        "n": words.number(len(frame)),
        "item": "\u2013" if hardest is None else words.name(hardest["item_id"]),
        "met": "\u2013" if hardest is None else words.percent(1 - hardest["difficulty"]),
        "never": words.number(int(frame["never_met"].sum())),
        "always": words.number(int(frame["always_met"].sum())),
    }


def next_places(frame: pd.DataFrame, words: Words) -> Values:
    """The shortest and the longest list, and how many are proved to be the smallest."""
    few, many = _most(frame, "answers", sign=-1), _most(frame, "answers")
    return {
        "n": words.number(len(frame)),
        "proved": words.number(int((frame["proved"] == "yes").sum())),
        "few": words.number(few["answers"]),
        "few_body": words.name(few["organisation_id"]),
        "median": words.number(frame["answers"].median()),
        "many": words.number(many["answers"]),
        "many_body": words.name(many["organisation_id"]),
    }


def variances(frame: pd.DataFrame, words: Words) -> Values:
    """The share of each component."""
    return {str(row.component): words.percent(row.share) for row in each_row(frame)}


def abilities(frame: pd.DataFrame, words: Words) -> Values:
    """The widest difference to the plain share, and how many places change."""
    ranked = frame[frame["rank"].notna()]
    by = ranked.groupby("category", sort=False)
    raw, own = (by[name].rank(method="min", ascending=False) for name in ("raw_percent", "ability"))
    return {
        "difference": words.number(frame["difference"].abs().max(), 1),
        "moved": words.number(int((raw != own).sum())),
        "n": words.number(len(ranked)),
    }


def _most(frame: pd.DataFrame, column: str, *, sign: int = 1) -> pd.Series[Any]:
    """The first row with the largest value of a column; with the least for a sign of -1."""
    return frame.iloc[int((sign * frame[column].to_numpy(dtype="float64")).argmax())]


VALUES: dict[str, Callable[..., Values]] = {
    "variance_shares.sentence": variance_shares,
    "variance_shares": variance_chart,
    "variances.sentence": variances,
    "abilities.sentence": abilities,
    "gaps_to_mean.sentence": gaps_to_mean,
    "attributes_listed.sentence": attributes_listed,
    "attribute_effects.sentence": attribute_effects,
    "attribute_effects": effects_chart,
    "items_described.sentence": items_described,
    "next_places.sentence": next_places,
}
