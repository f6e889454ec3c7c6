"""Charts over editions: evenly spaced, and broken where editions cannot be compared."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from asan_analysis.data.tables import each_row
from asan_analysis.report.charts import COLOURS, INK, PALE, cut, in_order, new_axes, wrap
from asan_analysis.report.score_charts import group_rows, name_groups, palette, score_axis
from asan_analysis.report.words import Words


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


def plot_announced(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """All that was announced, an edition a column: services by category, then places and scores.

    `frame`: row (category, `all` or organisation, in order), category, edition_year, order,
    services, rank, score_percent, conflict. An empty cell was not published; rows without an
    edition are not drawn.
    """
    rows = list(dict.fromkeys(frame["row"]))
    counts = set(frame.loc[frame["row"] == frame["category"], "row"])
    ax = ax or new_axes(8, 1.3 + 0.34 * len(rows))
    years = frame[["order", "edition_year"]].dropna().drop_duplicates().sort_values("order")
    for row in each_row(frame[frame["order"].notna()]):
        y, star = rows.index(row.row), "*" if row.conflict else ""
        if row.row in counts:
            text = "\u2013" if pd.isna(row.services) else f"{words.number(row.services)}{star}"
            ax.text(row.order, y, text, ha="center", va="center", fontsize=8.5,
                    color=PALE if pd.isna(row.services) else INK)  # fmt: skip
        elif pd.notna(row.rank):
            _draw_place(ax, row, y, star, words)
    names = [words.say("chart.services_row", name=words.name(row)) if row in counts
             else words.name(row) for row in rows]  # fmt: skip
    ax.set_yticks(range(len(rows)), [wrap(name, 34) for name in names], fontsize=8)
    ax.set_xticks(years["order"].astype(int), [words.name(year) for year in years["edition_year"]],
                  fontsize=8)  # fmt: skip
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.set_xlim(0.5, len(years) + 0.5)
    owner = frame.drop_duplicates("row").set_index("row")["category"]
    for place, (row, before) in enumerate(zip(rows[1:], rows, strict=False)):
        if row not in counts and owner[row] != owner[before]:
            ax.axhline(place + 0.5, color="#cfcfcf", linewidth=0.8)
    ax.spines[:].set_visible(False)
    return ax


def _draw_place(ax: Axes, row: Any, y: int, star: str, words: Words) -> None:
    """A place as a number in a disc, the printed score beside it."""
    first = row.rank <= 3
    ax.scatter([row.order - 0.2], [y], s=190, zorder=2, color=COLOURS[0] if first else "white",
               edgecolor=COLOURS[0])  # fmt: skip
    ax.text(row.order - 0.2, y, words.number(row.rank), ha="center", va="center", fontsize=8,
            fontweight="bold", color="white" if first else COLOURS[0])  # fmt: skip
    score = "" if pd.isna(row.score_percent) else words.number(row.score_percent, 2)
    ax.text(row.order + 0.02, y, f"{score}{star}", ha="left", va="center", fontsize=8, color=INK)


def _name_line(ax: Axes, name: str, points: pd.DataFrame, colour: str) -> None:
    """The name of a line to the left of its first point, or above the point near the left edge."""
    first = points.iloc[0]
    roomy = pd.notna(first["order"]) and first["order"] > 2
    at = (float(first["order"]) if pd.notna(first["order"]) else 0.0, float(first["score_percent"]))
    text = textwrap.fill(name, width=32)
    ax.annotate(text, at, (-9, -4) if roomy else (0, 22), textcoords="offset points",
                ha="right" if roomy else "left", va="bottom", color=colour, fontweight="bold",
                fontsize=8.5)  # fmt: skip


def plot_editions(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Mean score of each category over the editions; no line where editions do not compare.

    `frame`: edition_year and order of every edition, category, score_percent, comparable.
    """
    ax = ax or new_axes(8, 4.2)
    ends = []
    for category in in_order(frame["category"], words):
        rows = frame[frame["category"] == category].sort_values("order")
        _draw_broken(ax, rows, "score_percent", color=palette(frame, words)[category])
        scored = rows.dropna(subset="score_percent")
        ends += [(category, scored.iloc[-1])] if len(scored) else []
    heights = _keep_apart([float(row["score_percent"]) for _, row in ends], 5.0)
    for (category, row), height in zip(ends, heights, strict=True):
        text = f"{wrap(words.name(category), 26)}  {words.number(row['score_percent'], decimals)}"
        ax.annotate(text, (float(row["order"]) + 0.15, height), va="center", fontsize=8.5,
                    fontweight="bold", color=palette(frame, words)[category])  # fmt: skip
    _mark_editions(ax, frame, words)
    ax.set_xlim(frame["order"].min() - 0.4, frame["order"].max() + 2.2)
    return ax


def plot_history(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Scores of one organisation over the editions with its places, beside its category's mean.

    `frame`: edition_year, order, score_percent, category_mean, rank, ranked, comparable.
    """
    ax = ax or new_axes(8, 3.8)
    _draw_broken(ax, frame, "category_mean", color=PALE, linewidth=1.2, markersize=4)
    _draw_broken(ax, frame, "score_percent", color=COLOURS[0])
    for row in each_row(frame.dropna(subset="score_percent")):
        below = pd.notna(row.category_mean) and row.score_percent < row.category_mean
        text = words.number(row.score_percent, decimals)
        if pd.notna(row.rank):
            text += f"\n{words.say('chart.place_of', rank=row.rank, ranked=row.ranked)}"
        ax.annotate(text, (row.order, row.score_percent), (0, -9 if below else 9),
                    textcoords="offset points", ha="center", va="top" if below else "bottom",
                    fontsize=8, color=COLOURS[0])  # fmt: skip
    for _, last in frame.dropna(subset="category_mean").tail(1).iterrows():
        ax.annotate(wrap(words.say("chart.category_mean"), 16), (last["order"] + 0.15,
                    last["category_mean"]), va="center", fontsize=8, color=PALE)  # fmt: skip
    _mark_editions(ax, frame, words)
    ax.set_xlim(frame["order"].min() - 0.5, frame["order"].max() + 1.3)
    return ax


def plot_moves(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Score before (hollow) and after (full) of each organisation, the largest rise first.

    `frame`: organisation_id, category, score_before, score_percent, change.
    """
    table, at = group_rows(frame, words)
    ax = ax or new_axes(8, 1.1 + 0.215 * (at[-1] + 1))
    colours = palette(frame, words)
    for y, row in zip(at, each_row(table), strict=True):
        colour = colours[row.category]
        ax.plot([row.score_before, row.score_percent], [y, y], color=colour, linewidth=1.6,
                alpha=0.6)  # fmt: skip
        ax.plot(row.score_before, y, marker="o", markersize=5, color=colour,
                markerfacecolor="white")  # fmt: skip
        ax.plot(row.score_percent, y, marker="o", markersize=5.5, color=colour)
        ax.annotate(words.number(row.change, 2, sign=True), (101.5, y), va="center", fontsize=8,
                    color=INK, ha="left", annotation_clip=False)  # fmt: skip
    ax.set_yticks(at, [cut(words.name(body)) for body in table["organisation_id"]], fontsize=8)
    name_groups(ax, table, at, words)
    score_axis(ax, words, room=8)
    return ax


def _draw_broken(ax: Axes, rows: pd.DataFrame, column: str, **style: Any) -> None:
    """A line with markers that joins neighbours only where the later is comparable."""
    order, values = rows["order"].to_numpy(), rows[column].to_numpy(dtype="float64")
    starts = np.flatnonzero(~rows["comparable"].to_numpy(dtype=bool))
    pieces = np.split(np.arange(len(rows)), starts[starts > 0])
    for piece in pieces:
        ax.plot(order[piece], values[piece], marker="o", **style)


def _mark_editions(ax: Axes, frame: pd.DataFrame, words: Words) -> None:
    """Editions along the axis, evenly spaced; a dashed line before each that does not compare."""
    editions = frame.drop_duplicates("edition_year").sort_values("order")
    for row in each_row(editions.iloc[1:]):
        if not row.comparable:
            ax.axvline(row.order - 0.5, color="#bbbbbb", linewidth=0.9, linestyle=(0, (3, 3)))
            ax.annotate(words.say("chart.not_comparable"), (row.order - 0.5, 1.5), (3, 0),
                        textcoords="offset points", rotation=90, fontsize=7, color=PALE,
                        va="bottom")  # fmt: skip
    ax.set_xticks(editions["order"], [words.name(year) for year in editions["edition_year"]])
    ax.set_ylim(0, 100)
    ax.set_ylabel(words.say("chart.score_axis"))
    ax.yaxis.grid(True)
    ax.spines["left"].set_visible(False)


def _keep_apart(heights: list[float], gap: float) -> list[float]:
    """Heights of labels moved apart by at least `gap`, in their order."""
    if not heights:
        return []
    order = np.argsort(heights)
    placed = np.array(heights, dtype="float64")
    for lower, upper in itertools.pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + gap)
    shift = (placed - np.array(heights)).mean()
    return [float(height) for height in placed - shift]
