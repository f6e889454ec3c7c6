"""Values of the sentences and the text alternatives of the chapter on the register."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]
_COUNTED = ("before", "kept", "renamed", "moved", "moved_renamed", "entered", "left", "after")


def register_counts(frame: pd.DataFrame, words: Words) -> Values:
    """The counts of the whole register."""
    row = frame[frame["category"] == CATEGORY_ALL].iloc[0]
    return {str(name): words.number(row[name]) for name in frame.columns.drop("category")}


def alike_services(frame: pd.DataFrame, words: Words) -> Values:
    """Pairs inside one body and across bodies; `frame` holds duplicates only."""
    inside = int((frame["scope"] == "inside").sum())
    return {
        "n": words.number(len(frame)),
        "inside": words.number(inside),
        "across": words.number(len(frame) - inside),
        "lowest": words.number(frame["score"].min(), 2),
    }


def pairs_by_threshold(frame: pd.DataFrame, words: Words) -> Values:
    """The numbers of pairs at each threshold in words."""
    series = [f"{words.number(row.threshold, 2)}: {words.number(row.inside)} + "
              f"{words.number(row.across)}" for row in each_row(frame)]  # fmt: skip
    return {"series": "; ".join(series), "foot": words.say("foot.pairs")}


def family_cover(frame: pd.DataFrame, words: Words) -> Values:
    """How many families every body, most bodies and few bodies of their category give."""
    return {
        "n": words.number(len(frame)),
        "complete": words.number(int(frame["complete"].sum())),
        "most": words.number(int((frame["share"].ge(0.5) & ~frame["complete"]).sum())),
        "one": words.number(int((frame["giving"] == 1).sum())),
    }


def family_map(frame: pd.DataFrame, words: Words) -> Values:
    """Each family of the category with the number of bodies that give it."""
    name = f"name_{words.lang}"
    firsts = frame.drop_duplicates("family").head(25)
    bodies = frame["organisation_id"].nunique()
    series = [f"{getattr(row, name)} {words.number(row.giving)}" for row in each_row(firsts)]
    return {
        "category": words.name(frame["category"].iloc[0]),
        "bodies": words.number(bodies),
        "series": "; ".join(series),
        "foot": words.say("foot.bodies", n=words.number(bodies)),
    }


def missing_services(frame: pd.DataFrame, words: Words) -> Values:
    """Gaps at every share from which they are counted; `frame` is `count_gaps`."""
    rows = frame[frame["category"] == CATEGORY_ALL]
    series = [f"{words.percent(row.least, 0)}: {words.number(row.gaps)}" for row in each_row(rows)]
    return {"series": "; ".join(series)}


def register_changes(frame: pd.DataFrame, words: Words) -> Values:
    """What became of the services of the edition before; `frame` is one row of the whole field."""
    row = frame.iloc[0]
    counts = {name: words.number(row[name]) for name in _COUNTED}
    return {**counts, "baseline": words.name(row["baseline_year"])}


def services_followed(frame: pd.DataFrame, words: Words) -> Values:
    """Every bar in words."""
    rows = frame[frame["category"] == CATEGORY_ALL]
    states = ("entered", "moved", "moved_renamed", "renamed", "left")
    series = []
    for row in each_row(rows):
        told = [f"{words.say(f'state.{state}')} {words.number(getattr(row, state))}"
                for state in states if getattr(row, state)]  # fmt: skip
        series.append(f"{words.name(row.edition_year)}: {', '.join(told) or words.say('none')}.")
    return {
        "series": " ".join(series),
        "foot": words.say("foot.services", n=words.number(rows["after"].iloc[-1])),
    }


VALUES: dict[str, Callable[..., Values]] = {
    "register_counts.sentence": register_counts,
    "alike_services.sentence": alike_services,
    "pairs_by_threshold": pairs_by_threshold,
    "family_cover.sentence": family_cover,
    "family_map": family_map,
    "missing_services.sentence": missing_services,
    "register_changes.sentence": register_changes,
    "services_followed": services_followed,
}
