"""Values of the sentences and the text alternatives of the chapter on what may come."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.tables import each_row
from asan_analysis.report.words import Words

Values = dict[str, str]
_MOST = 5


def group_forecasts(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """What the mean of all may be in the next edition."""
    row = frame[frame["category"] == CATEGORY_ALL].iloc[0]
    return {
        "year": str(row["edition_year"]),
        "units": words.number(row["organisations"]),
        **{name: words.number(row[name], decimals)
           for name in ("point", "low_80", "high_80", "low_95", "high_95")},
    }  # fmt: skip


def fans(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """Every category with its median and 80 percent interval in words."""
    told = []
    for row in each_row(frame[frame["point"].notna()]):
        point, low, high = (words.number(one, decimals)
                            for one in (row.point, row.low_80, row.high_80))  # fmt: skip
        told.append(f"{words.name(row.category)} {row.edition_year}: {point} ({low}\u2013{high}).")
    return {"series": " ".join(told), "foot": words.say("foot.all_editions",
            n=words.number(frame["edition_year"].nunique()))}  # fmt: skip


def body_forecasts(frame: pd.DataFrame, words: Words, decimals: int) -> Values:
    """How wide the intervals are, and how many bodies lean on their category alone."""
    width = (frame["high_80"] - frame["low_80"]).median()
    told = [f"{words.name(row.organisation_id)} {words.number(row.point, decimals)}"
            for row in each_row(frame)]  # fmt: skip
    return {
        "n": words.number(len(frame)),
        "width": words.number(width, decimals),
        "borrowed": words.number(int((frame["basis"] != "own").sum())),
        "year": str(frame["edition_year"].iloc[0]),
        "series": ", ".join(told),
        "foot": words.say("foot.bodies", n=words.number(len(frame))),
    }


def tested(frame: pd.DataFrame, words: Words) -> Values:
    """For each horizon the error of the model beside that of the best simple rule."""
    told = []
    for horizon, rows in frame.groupby("horizon", sort=True):
        one = rows.set_index("method")
        model = one.loc["model"]
        told.append(
            words.say(
                "tested.one", horizon=words.number(horizon), n=words.number(model["n"]),
                error=words.number(model["mean_absolute_error"], 2),
                rule=words.name(model["best_rule"]),
                naive=words.number(one.loc[model["best_rule"], "mean_absolute_error"], 2),
                difference=words.number(model["difference"], 2, sign=True),
                low=words.number(model["low_95"], 2, sign=True),
                high=words.number(model["high_95"], 2, sign=True),
                verdict=words.name(model["verdict"]),
                coverage_80=words.number(model["coverage_80"], 0),
                coverage_95=words.number(model["coverage_95"], 0),
            )
        )  # fmt: skip
    return {"told": " ".join(told)}


def chances(frame: pd.DataFrame, words: Words) -> Values:
    """Who is most likely to pass the place by the last edition drawn."""
    last = frame[frame["edition_year"] == frame["edition_year"].max()]
    known = last[last["chance_place"].notna()]
    best = known.sort_values("chance_place", ascending=False, kind="stable").head(_MOST)
    told = [f"{words.name(row.organisation_id)} ({_tell_chance(row.chance_place, words)})"
            for row in each_row(best)]  # fmt: skip
    sure = int((last["chance_score"] >= 50).sum())
    return {
        "place": words.number(last["target_place"].iloc[0]),
        "target": words.number(last["target_score"].iloc[0]),
        "year": str(last["edition_year"].iloc[0]),
        "best": ", ".join(told) or words.say("chances.nobody"),
        "sure": words.number(sure),
        "n": words.number(len(last)),
    }


def _tell_chance(chance: float, words: Words) -> str:
    """A chance in percent; one that was reached or missed in nearly all draws is not certain."""
    if chance > 99:
        return ">99%"
    return "<1%" if chance < 1 else f"{words.number(chance)}%"


VALUES: dict[str, Callable[..., Values]] = {
    "group_forecasts.sentence": group_forecasts,
    "fans": fans,
    "body_forecasts.sentence": body_forecasts,
    "bodies_ahead": body_forecasts,
    "tested.sentence": tested,
    "chances.sentence": chances,
}
