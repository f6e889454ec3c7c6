"""Values of the sentences and the text alternatives of the chapter on drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.report.texts import TEXTS
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
    """How many columns can be used, which repeat a scored item, and why others are left out."""
    scored = frame["repeats"] != ""
    others = frame[~scored & (frame["why_unused"] != "")]
    told = (f"{words.column(row.attribute)} ({words.say(f'attribute_reason.{row.why_unused}')})"
            for row in each_row(others))  # fmt: skip
    return {
        "n": words.number(len(frame)),
        "used": words.number(int(frame["used"].sum())),
        "refused": _join(words.column(name) for name in frame.loc[scored, "attribute"])
        or words.say("none"),
        "others": _join(told) or words.say("none"),
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
        f"{name_effect(row, words)} {words.number(row.effect, decimals, sign=True)}"
        for row in each_row(rows)
    ]
    bodies = words.number(frame["clusters"].max())
    return {"effects": "; ".join(told), "foot": words.say("foot.bodies", n=bodies)}


def name_effect(row: Any, words: Words) -> str:
    """The attribute with its level and what it is compared with, or with the step of a number."""
    attribute = words.column(row.attribute)
    if not row.level:
        return f"{attribute} (+{row.unit})" if row.unit else attribute
    level, reference = (_name_level(code, row.attribute, words)
                        for code in (row.level, row.reference))  # fmt: skip
    return f"{attribute}: {level} / {reference}"


def _name_level(code: str, attribute: str, words: Words) -> str:
    """A value of an attribute in words; the code itself where no text says it."""
    if attribute == "category":
        return words.name(code)
    return words.say(f"value.{code}") if f"value.{code}" in TEXTS else code


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


def lowest_services(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """The lowest service of all; the item that most often costs most."""
    lowest, items = _most(frame, "score_percent", sign=-1), frame["item_1"].dropna()
    item = items.mode().iloc[0] if len(items) else None
    return {
        "n": words.number(len(frame)),
        "bodies": words.number(frame["organisation_id"].nunique()),
        "service": words.name(lowest["service_id"]),
        "body": words.name(lowest["organisation_id"]),
        "score": words.number(lowest["score_percent"], decimals),
        "item": "\u2013" if item is None else words.name(item),
        "times": words.number(int((items == item).sum())),
    }


def next_places(frame: pd.DataFrame, words: Words) -> Values:
    """How many bodies have a list, the shortest and the longest, and why others have none."""
    there = frame["answers"].notna()
    listed, others = frame[there], frame.loc[~there, "outcome"].value_counts(sort=False)
    told = "; ".join(f"{words.say(f'refused.{code}')} ({words.number(number)})"
                     for code, number in others.items())  # fmt: skip
    return {
        "n": words.number(len(frame)),
        "listed": words.number(len(listed)),
        "proved": words.number(int((listed["outcome"] != "not_proved").sum())),
        "among": words.number(int((listed["outcome"] == "proved_among").sum())),
        "range": _tell_range(listed, words) if len(listed) else "",
        "refused": words.say("next_places.refused", reasons=told) if told else "",
    }


def _tell_range(listed: pd.DataFrame, words: Words) -> str:
    """The shortest and the longest list, and the middle."""
    few, many = _most(listed, "answers", sign=-1), _most(listed, "answers")
    return words.say(
        "next_places.range",
        few=words.number(few["answers"]), few_body=words.name(few["organisation_id"]),
        many=words.number(many["answers"]), many_body=words.name(many["organisation_id"]),
        median=words.number(listed["answers"].median()),
    )  # fmt: skip


def variances(frame: pd.DataFrame, words: Words) -> Values:
    """The share of each component."""
    return {str(row.component): words.percent(row.share) for row in each_row(frame)}


def abilities(frame: pd.DataFrame, words: Words) -> Values:
    """The widest difference to the plain share, and how many places change."""
    ranked = frame[frame["rank"].notna()]
    return {
        "difference": words.number(frame["difference"].abs().max(), 1),
        "moved": words.number(int((ranked["rank"] != ranked["rank_raw"]).sum())),
        "n": words.number(len(ranked)),
    }


def _join(names: Iterable[str]) -> str:
    return ", ".join(names)


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
    "lowest_ten.sentence": lowest_services,
    "next_places.sentence": next_places,
}
