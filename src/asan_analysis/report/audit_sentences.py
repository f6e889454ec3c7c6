"""Values of the sentences and the text alternatives of the chapter on the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.audit.versions import TOTAL
from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]


def handbook_steps(frame: pd.DataFrame, words: Words) -> Values:
    """Steps by how far they are disclosed, and those that are checked here."""
    counts = frame["disclosure"].value_counts()
    return {
        "n": words.number(len(frame)),
        "disclosed": words.number(int(counts.get("disclosed", 0))),
        "partly": words.number(int(counts.get("partly_disclosed", 0))),
        "hidden": words.number(int(counts.get("not_disclosed", 0))),
        "checked": words.number(int((frame["checked_on"] != "none").sum())),
    }


def printed_left(frame: pd.DataFrame, words: Words) -> Values:
    """Scores with a printed number of services and the rules they leave; what the rest exclude."""
    known = frame["services"].notna()
    return {
        "rules": words.number(frame["rules"].max()),
        "figures": words.number(len(frame)),
        "unknown": words.number(int((~known).sum())),
        "known": words.number(int(known.sum())),
        "remains": words.number(frame.loc[known, "remains"].min()),
        "others": words.number(frame.loc[~known, "excluded"].max()),
    }


def nodes_audited(frame: pd.DataFrame, words: Words) -> Values:
    """Items with a remark, each remark with its count; alpha of the root's children.

    `frame` holds the root first and then the items.
    """
    root, items = frame.iloc[0], frame.iloc[1:]
    counts = Counter(" ".join(items["flag"]).split()).most_common()
    parts = [f"{words.name(flag)}: {words.number(count)}" for flag, count in counts]
    return {
        "items": words.number(len(items)),
        "flagged": words.number(int((items["flag"] != "").sum())),
        "parts": "; ".join(parts) or words.say("none"),
        "n": words.number(root["services"]),
        "alpha": words.number(root["alpha"], 2),
    }


def pairs_flagged(frame: pd.DataFrame, words: Words) -> Values:
    """Pairs by their remark."""
    counts = frame["flag"].value_counts()
    told = {flag: words.number(int(counts.get(flag, 0)))
            for flag in ("weak", "negative", "high", "few")}  # fmt: skip
    return {"n": words.number(len(frame)), **told}


def components(frame: pd.DataFrame, words: Words) -> Values:
    """The first two components of the first group."""
    first = frame.iloc[0]
    return {
        "nodes": words.number(first["nodes"]),
        "first": words.percent(first["share_first"]),
        "second": words.percent(first["share_second"]),
        "above": words.number(first["above_one"]),
    }


def importance(frame: pd.DataFrame, words: Words) -> Values:
    """The part whose weight and share lie furthest apart; every pair in words."""
    far = frame.iloc[int(frame["difference"].abs().fillna(0).to_numpy().argmax())]
    parts = [
        f"{words.name(row.node_id)}: {words.say('chart.weight')} {words.percent(row.weight)}, "
        f"{words.say('chart.covariance_share')} {words.percent(row.covariance_share)}."
        for row in each_row(frame)
    ]
    return {
        "node": words.short(far["node_id"]),
        "weight": words.percent(far["weight"]),
        "share": words.percent(far["covariance_share"]),
        "series": " ".join(parts),
        "foot": words.say("foot.parts", n=words.number(len(frame))),
    }


def evaluators_agree(frame: pd.DataFrame, words: Words) -> Values:
    """Agreement over all, and the part with the least; `frame`: the root, then its children."""
    root = frame.iloc[0]
    parts = frame.iloc[1:] if len(frame) > 1 else frame
    least = parts.iloc[int(parts["agreement"].to_numpy().argmin())]
    return {
        "pairs": words.number(root["pairs"]),
        "services": words.number(root["services"]),
        "agreement": words.percent(root["agreement"]),
        "low": words.percent(root["agreement_low"]),
        "high": words.percent(root["agreement_high"]),
        "alpha": words.number(root["alpha"], 2),
        "node": words.short(least["node_id"]),
        "least": words.percent(least["agreement"]),
    }


def evaluators(frame: pd.DataFrame, words: Words) -> Values:
    """Evaluators who read lower or higher than their partners."""
    counts = frame["flag"].value_counts()
    told = {flag: words.number(int(counts.get(flag, 0))) for flag in ("severe", "lenient")}
    return {"n": words.number(len(frame)), **told}


def weightings(frame: pd.DataFrame, words: Words) -> Values:
    """The weights that move most organisations, over all categories."""
    sums = frame.groupby("scheme", sort=False)[["organisations", "moved"]].sum()
    most = str(sums["moved"].idxmax())
    own = frame[frame["scheme"] == most]
    return {
        "scheme": words.name(most),
        "moved": words.number(sums.loc[most, "moved"]),
        "n": words.number(sums.loc[most, "organisations"]),
        "places": words.number(own["largest_move"].max()),
    }


def versions_compared(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """What changed, what it moved, and which change moved most organisations."""
    total = frame[frame["change"] == TOTAL].iloc[0]
    shares = frame[frame["change"] != TOTAL]
    leading = shares.iloc[int(shares["leading"].fillna(0).to_numpy().argmax())]
    return {
        "former": words.name(total["baseline_year"]),
        "changes": ", ".join(words.name(change) for change in shares["change"]),
        "mean": words.number(total["mean_change"], decimals, sign=True),
        "size": words.number(total["mean_absolute"], decimals),
        "places": words.number(total["mean_move"], 1),
        "leading": words.name(leading["change"]),
        "most": words.number(leading["leading"]),
        "n": words.number(total["organisations"]),
    }


def printed_rules(frame: pd.DataFrame, words: Words) -> Values:
    """Whether a plain yes or no for every item can give each score, whatever the rounding."""
    plain: Any = frame[frame["all_apply"]].groupby("score_percent")["points_1"]
    never = [score for score, left in plain if (left == "none").all()]
    told = ", ".join(words.number(score, 2) for score in never)
    return {"never": told or words.say("none")}


VALUES: dict[str, Callable[..., Values]] = {
    "handbook_steps.sentence": handbook_steps,
    "printed_left.sentence": printed_left,
    "printed_rules.sentence": printed_rules,
    "nodes_audited.sentence": nodes_audited,
    "pairs_flagged.sentence": pairs_flagged,
    "components.sentence": components,
    "importance": importance,
    "evaluators_agree.sentence": evaluators_agree,
    "evaluators.sentence": evaluators,
    "weights_from_data.sentence": weightings,
    "versions_compared.sentence": versions_compared,
}
