"""Charts of what may come: fans of categories, intervals of organisations."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from asan_analysis.data.tables import each_row
from asan_analysis.report.charts import INK, PALE, STYLE, cut, in_order, new_axes
from asan_analysis.report.score_charts import group_rows, name_groups, palette, score_axis
from asan_analysis.report.words import Words


def plot_fans(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Mean score of each category so far, and the band of what may come; a panel for each.

    `frame`: category, edition_year, segment, score_percent (so far), point, low_80, high_80,
    low_95, high_95 (to come). Lines join editions of one segment only. `ax` is the first panel.
    """
    groups = in_order(frame["category"], words)
    rows = -(-len(groups) // 2)
    with plt.style.context(STYLE):
        ax = ax or new_axes(8, 0.6 + 2.5 * rows)
        figure = ax.get_figure(root=True)
        assert figure is not None
        grid = figure.add_gridspec(rows, 2)
        panels = [ax, *(figure.add_subplot(sharey=ax, sharex=ax) for _ in groups[1:])]
    for place, (panel, group) in enumerate(zip(panels, groups, strict=True)):
        panel.set_subplotspec(grid[place // 2, place % 2])
        panel.tick_params(labelleft=place % 2 == 0)
        _draw_fan(panel, frame[frame["category"] == group], palette(frame, words)[group])
        panel.set_title(words.name(group), fontsize=9, loc="left")
        if place % 2 == 0:
            panel.set_ylabel(words.say("chart.score_axis"), fontsize=8)
    ax.set_ylim(0, 100)
    return ax


def _draw_fan(ax: Axes, rows: pd.DataFrame, colour: str) -> None:
    """One category: its line so far, the median and two bands to come."""
    so_far, to_come = rows[rows["score_percent"].notna()], rows[rows["point"].notna()]
    for _, part in so_far.groupby("segment", sort=False):
        ax.plot(part["edition_year"], part["score_percent"], marker="o", markersize=4, color=colour)
    last = so_far.iloc[-1]
    years = np.concatenate([[last["edition_year"]], to_come["edition_year"]]).astype("float64")
    ends = {
        name: np.concatenate([[last["score_percent"]], to_come[name]]).astype("float64")
        for name in ("point", "low_80", "high_80", "low_95", "high_95")
    }
    for level, shade in ((95, 0.16), (80, 0.28)):
        ax.fill_between(years, ends[f"low_{level}"], ends[f"high_{level}"], color=colour,
                        alpha=shade, linewidth=0)  # fmt: skip
    ax.plot(years, ends["point"], color=colour, linestyle=(0, (3, 2)))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.yaxis.grid(True)
    ax.tick_params(labelsize=8)


def plot_forecasts(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """The last score (hollow), the median to come (full) with 80 and 95 percent bars.

    `frame`: organisation_id, category, last, point, low_80, high_80, low_95, high_95; one edition.
    """
    table, at = group_rows(frame, words)
    ax = ax or new_axes(8, 1.1 + 0.215 * (at[-1] + 1))
    colours = palette(frame, words)
    for y, row in zip(at, each_row(table), strict=True):
        colour = colours[row.category]
        ax.plot([row.low_95, row.high_95], [y, y], color=colour, linewidth=1.0, alpha=0.7)
        ax.plot([row.low_80, row.high_80], [y, y], color=colour, linewidth=3.4, alpha=0.45,
                solid_capstyle="butt")  # fmt: skip
        ax.plot(row.last, y, marker="o", markersize=4.5, color=PALE, markerfacecolor="white")
        ax.plot(row.point, y, marker="o", markersize=5, color=colour)
        ax.annotate(_tell(row, words, decimals), (101.5, y), va="center", fontsize=8, color=INK,
                    ha="left", annotation_clip=False)  # fmt: skip
    ax.set_yticks(at, [cut(words.name(body)) for body in table["organisation_id"]], fontsize=8)
    name_groups(ax, table, at, words)
    score_axis(ax, words, room=10)
    return ax


def _tell(row: Any, words: Words, decimals: int) -> str:
    star = "" if row.basis == "own" else "*"
    return f"{words.number(row.point, decimals)}{star}"
