"""Charts: each draws a frame on an Axes; nothing is computed here beyond positions."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asan_analysis.data.tables import each_row
from asan_analysis.index.ranking import label_ranks
from asan_analysis.report.words import Words

STYLE = Path(__file__).with_name("asan.mplstyle")
COLOURS = ("#1f4e79", "#ac5a08", "#3f7f72", "#76549a", "#6b6b6b", "#a83a4c")
_STATUS_COLOURS = {"scored": "#1f4e79", "not_applicable": "#c9c9c9", "not_answered": "#ac5a08"}
_INK = "#333333"
_PALE = "#8a8a8a"


def new_axes(width: float = 8.0, height: float = 4.2) -> Axes:
    """An Axes in the project's style; width and height in inches."""
    with plt.style.context(STYLE):
        _, ax = plt.subplots(figsize=(width, height))
    return ax


def add_frame(ax: Axes, *, title: str, foot: str) -> None:
    """Title above the chart; source, kind and number of bodies under it."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    lines = textwrap.fill(foot, width=int(figure.get_figwidth() * 17))
    figure.supxlabel(lines, x=0.01, ha="left", fontsize=7.5, color="#5f5f5f")


def plot_coverage(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Stacked columns of services by category over editions; an edition without figures is a gap.

    `frame`: edition_year in order, category (not `all`), services, total, conflict; one row per
    edition and category, services missing where nothing is published.
    """
    ax = ax or new_axes(8, 4.2)
    years = list(dict.fromkeys(frame["edition_year"]))
    bottom = np.zeros(len(years))
    for colour, (category, rows) in zip(
        COLOURS, frame.groupby("category", sort=False), strict=False
    ):
        heights = rows.set_index("edition_year")["services"].reindex(years).astype("float64")
        filled = heights.fillna(0).to_numpy()
        bars = ax.bar(range(len(years)), filled, bottom=bottom, color=colour, width=0.62,
                      label=words.name(category))  # fmt: skip
        labels = [words.number(value) if value >= 30 else "" for value in filled]
        ax.bar_label(bars, labels, label_type="center", color="white", fontsize=8.5)
        bottom += filled
    totals = frame.groupby("edition_year")[["total", "conflict"]].first().reindex(years)
    for place, (total, conflict) in enumerate(zip(totals["total"], totals["conflict"],
                                                  strict=True)):  # fmt: skip
        if pd.isna(total):
            ax.text(place, 12, words.say("chart.not_published"), ha="center", va="bottom",
                    color=_PALE, fontsize=8, style="italic")  # fmt: skip
        else:
            star = "*" if conflict else ""
            ax.text(place, bottom[place] + 8, f"{words.number(total)}{star}", ha="center",
                    va="bottom", fontweight="bold", color=_INK)  # fmt: skip
    ax.set_xticks(range(len(years)), [words.name(year) for year in years])
    ax.set_ylabel(words.say("chart.services"))
    ax.set_ylim(0, max(bottom.max(), 1) * 1.08)
    ax.yaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def plot_printed_scores(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Printed scores over evenly spaced editions; lines join neighbours only.

    `frame`: organisation_id, order (1.., missing where the edition is not certain), edition_year,
    score_percent, rank; rows without a score name the remaining editions.
    """
    ax = ax or new_axes(8, 4.4)
    years = frame[["order", "edition_year"]].dropna().drop_duplicates().sort_values("order")
    scored = frame[frame["score_percent"].notna()]
    for colour, (body, rows) in zip(
        COLOURS, scored.groupby("organisation_id", sort=False), strict=False
    ):
        placed = rows[rows["order"].notna()].sort_values("order")
        series = placed.set_index("order")["score_percent"].reindex(range(1, len(years) + 1))
        ax.plot(series.index, series, marker="o", color=colour)
        below = colour == COLOURS[0]
        for row in each_row(rows):
            score = row.score_percent
            at = 0.0 if pd.isna(row.order) else float(row.order)
            if at == 0.0:
                ax.plot([at], [score], marker="o", markerfacecolor="white", color=colour)
            offset = (0, -15) if below and score > 15 else (0, 9)
            ax.annotate(words.number(score, 2), (at, score), offset, ha="center", color=colour,
                        textcoords="offset points", fontsize=8.5)  # fmt: skip
        _name_line(ax, words.name(body), placed if len(placed) else rows, colour)
    if scored["order"].isna().any():
        ax.axvline(0.5, color="#bbbbbb", linewidth=0.8, linestyle=(0, (3, 3)))
    ticks = [0, *years["order"]] if scored["order"].isna().any() else list(years["order"])
    labels = [words.name(year) for year in years["edition_year"]]
    uncertain = [words.say("chart.edition_uncertain")]
    ax.set_xticks(ticks, uncertain * (len(ticks) - len(labels)) + labels)
    ax.set_ylim(0, 108)
    ax.set_xlim(min(ticks) - 0.5, len(years) + 0.5)
    ax.set_ylabel(words.say("chart.score"))
    ax.yaxis.grid(True)
    return ax


def _name_line(ax: Axes, name: str, points: pd.DataFrame, colour: str) -> None:
    """The name of a line to the left of its first point, or above the point near the left edge."""
    first = points.iloc[0]
    roomy = pd.notna(first["order"]) and first["order"] > 2
    at = (float(first["order"]) if pd.notna(first["order"]) else 0.0, float(first["score_percent"]))
    text = textwrap.fill(name, width=32)
    ax.annotate(text, at, (-9, -4) if roomy else (0, 22), textcoords="offset points",
                ha="right" if roomy else "left", va="bottom", color=colour, fontweight="bold",
                fontsize=8.5)  # fmt: skip


def plot_answers(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Share of services scored, not applicable and not answered, item by item in tree order.

    `frame`: item_id, scored, not_applicable, not_answered, services.
    """
    ax = ax or new_axes(8, 0.6 + 0.3 * len(frame) + 0.8)
    left = np.zeros(len(frame))
    for status, colour in _STATUS_COLOURS.items():
        share = (100 * frame[status] / frame["services"]).to_numpy(dtype="float64")
        if not share.any():
            continue
        bars = ax.barh(range(len(frame)), share, left=left, color=colour, height=0.68,
                       label=words.say(f"status.{status}"))  # fmt: skip
        labels = [words.number(count) if part >= 4 else "" for count, part
                  in zip(frame[status], share, strict=True)]  # fmt: skip
        ax.bar_label(bars, labels, label_type="center", fontsize=8,
                     color=_INK if status == "not_applicable" else "white")  # fmt: skip
        left += share
    ax.set_yticks(range(len(frame)), [words.name(item) for item in frame["item_id"]])
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xlabel(words.say("chart.share_answers"))
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def plot_ranking(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Bars of scores from zero, best first, one colour per category, place before the name.

    `frame`: organisation_id, category, score_percent, rank_all.
    """
    ax = ax or new_axes(8, 1.2 + 0.215 * len(frame))
    categories = _in_order(frame["category"], words)
    palette = dict(zip(categories, COLOURS, strict=False))
    places = label_ranks(frame["rank_all"])
    for category in categories:
        rows = (frame["category"] == category).to_numpy()
        scores = frame.loc[rows, "score_percent"]
        bars = ax.barh(np.flatnonzero(rows), scores, color=palette[category], height=0.72,
                       label=words.name(category))  # fmt: skip
        ax.bar_label(bars, [words.number(score, decimals) for score in scores], padding=4,
                     fontsize=8, color=_INK)  # fmt: skip
    names = [f"{words.name(body)}  {place:>3}" for body, place
             in zip(frame["organisation_id"], places, strict=True)]  # fmt: skip
    ax.set_yticks(range(len(frame)), names, fontsize=8)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xlim(0, 105)
    ax.set_xlabel(words.say("chart.score_axis"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower right", handlelength=1.0)
    return ax


def _in_order(codes: pd.Series[Any], words: Words) -> list[str]:
    """The codes that occur, in the order in which they are named."""
    return sorted(codes.unique(), key=list(words.names).index)


def plot_parameters(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Mean and range of each category for each node, in tree order, means labelled.

    `frame`: category, node_id, score_percent, lowest, highest.
    """
    nodes, categories = list(dict.fromkeys(frame["node_id"])), _in_order(frame["category"], words)
    ax = ax or new_axes(8, 1.3 + 0.34 * len(nodes) * len(categories))
    step = 0.8 / max(len(categories), 1)
    for place, category in enumerate(categories):
        rows = frame[frame["category"] == category].set_index("node_id").reindex(nodes)
        at = np.arange(len(nodes)) + (place - (len(categories) - 1) / 2) * step * 0.8
        colour = COLOURS[place % len(COLOURS)]
        ax.hlines(at, rows["lowest"], rows["highest"], color=colour, alpha=0.35, linewidth=4)
        sns.scatterplot(x=rows["score_percent"].to_numpy(), y=at, color=colour, s=60, ax=ax,
                        label=words.name(category), zorder=3)  # fmt: skip
        for y, score in zip(at, rows["score_percent"], strict=True):
            ax.annotate(words.number(score, decimals), (score, y), (0, 6), ha="center",
                        textcoords="offset points", fontsize=8, color=colour)  # fmt: skip
    ax.set_yticks(range(len(nodes)), [words.name(node) for node in nodes])
    ax.set_ylim(len(nodes) - 0.4, -0.65)
    ax.set_xlim(0, 100)
    ax.set_ylabel("")
    ax.set_xlabel(words.say("chart.score_axis"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax
