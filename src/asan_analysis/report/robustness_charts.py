"""Charts of the methodology review: places that move, what moves them, weights that weigh."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from asan_analysis.data.tables import each_row
from asan_analysis.report.charts import COLOURS, INK, PALE, cut, new_axes, wrap
from asan_analysis.report.score_charts import group_rows, name_groups, palette
from asan_analysis.report.words import Words

_SHARE = LinearSegmentedColormap.from_list("share", ["#ffffff", "#dbe7f0", "#7dabd1"])
_BAR = "#c9d6e2"


def plot_places(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Places with two intervals, best first in each category: other methods, other services.

    `frame`: category, organisation_id, rank, method_low, method_high, set_low, set_high; a missing
    interval is not drawn.
    """
    table, at = group_rows(frame, words)
    ax = ax or new_axes(8, 1.3 + 0.215 * (at[-1] + 1))
    colours = [palette(frame, words)[category] for category in table["category"]]
    ax.hlines(at, table["set_low"], table["set_high"], color=_BAR, linewidth=6,
              label=words.say("source.set"))  # fmt: skip
    ax.hlines(at, table["method_low"], table["method_high"], color=colours, linewidth=2.2,
              label=words.say("source.method"))  # fmt: skip
    ax.scatter(table["rank"], at, color=colours, s=26, zorder=3, label=words.say("chart.nominal"))
    ax.set_yticks(at, [cut(words.name(body)) for body in table["organisation_id"]], fontsize=8)
    name_groups(ax, table, at, words)
    last = int(np.nanmax(table[["rank", "method_high", "set_high"]].to_numpy(dtype="float64")))
    ax.set_xlim(0, last + 0.7)
    ax.set_xticks([1, *range(5, last + 1, 5)])
    ax.set_xlabel(words.say("chart.place_axis"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, handlelength=1.4)
    return ax


def plot_acceptability(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Share of draws in which an organisation has a place: a row each, a column per place.

    `frame`: category, organisation_id (best first), rank (place met), share (0 to 1).
    """
    bodies = frame.drop_duplicates("organisation_id")
    table, _ = group_rows(bodies, words)
    last = int(frame["rank"].max())
    wide = frame.assign(rank=np.floor(frame["rank"])).pivot_table(
        index="organisation_id", columns="rank", values="share", aggfunc="sum"
    )
    wide = wide.reindex(list(table["organisation_id"]), columns=range(1, last + 1))
    ax = ax or new_axes(8, 1.4 + 0.215 * len(wide))
    values = wide.fillna(0).to_numpy(dtype="float64")
    ax.pcolormesh(values, cmap=_SHARE, vmin=0, vmax=1, edgecolor="white", linewidth=0.6)
    for (row, column), share in np.ndenumerate(values):
        if share >= 0.045:
            cell = ax.text(column + 0.5, row + 0.5, words.number(100 * share), ha="center",
                           va="center", fontsize=7.5, color=INK)  # fmt: skip
            cell.set_in_layout(False)
    starts = np.flatnonzero(table["category"].ne(table["category"].shift())).tolist()
    for start in starts:
        category = str(table["category"].iloc[start])
        ax.axhline(start, color="white", linewidth=6 if start else 0)
        ax.annotate(words.name(category), (1.01, start), xycoords=("axes fraction", "data"),
                    rotation=-90, va="top", fontweight="bold", fontsize=8,
                    color=palette(bodies, words)[category])  # fmt: skip
    ax.set_ylim(len(wide), 0)
    ax.set_yticks(np.arange(len(wide)) + 0.5, [cut(words.name(one)) for one in wide.index],
                  fontsize=8)  # fmt: skip
    ax.set_xticks(np.arange(last) + 0.5, [str(place) for place in range(1, last + 1)], fontsize=8)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(words.say("chart.place_axis"))
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def plot_indices(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Sobol indices as bars with their intervals, the largest total index first.

    `frame`: factor, S1, S1_low, S1_high, ST, ST_low, ST_high; one output and one n.
    """
    table = frame.sort_values("ST", ascending=False)
    ax = ax or new_axes(8, 1.3 + 0.5 * len(table))
    for index, shift, colour in (("ST", 0.19, _BAR), ("S1", -0.19, COLOURS[0])):
        at = np.arange(len(table)) - shift
        size = 100 * table[index].clip(lower=0)
        ax.barh(at, size, height=0.36, color=colour, label=words.say(f"chart.{index}"))
        low, high = 100 * table[f"{index}_low"], 100 * table[f"{index}_high"]
        ax.hlines(at, low, high, color=INK, linewidth=1)
        for y, value, end in zip(at, size, high, strict=True):
            ax.annotate(words.number(value, 1), (max(end, value), y), (5, 0), va="center",
                        textcoords="offset points", fontsize=8, color=INK)  # fmt: skip
    ax.set_yticks(range(len(table)), [wrap(words.name(one), 36) for one in table["factor"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ends = 100 * table[["S1_low", "ST_low", "S1_high", "ST_high"]].to_numpy(dtype="float64")
    ax.set_xlim(min(0.0, ends.min()) - 1, 1.08 * max(ends.max(), 10))
    ax.set_xlabel(words.say("chart.variance_share"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, handlelength=1.0)
    return ax


def plot_league(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Mean move of places under each other method, the largest first; how many moved beside it.

    `frame`: factor, alternative, moved, mean_move, largest_move; rows that can be scored.
    """
    table = frame.sort_values("mean_move", ascending=False, kind="stable")
    names = [f"{words.name(row.factor)}: {words.name(row.alternative)}"
             for row in each_row(table)]  # fmt: skip
    ax = ax or new_axes(8, 1.1 + 0.26 * len(table))
    at = range(len(table))
    ax.barh(at, table["mean_move"], height=0.66, color=COLOURS[0])
    for y, row in zip(at, each_row(table), strict=True):
        text = words.say("chart.moved", moved=words.number(row.moved),
                         most=words.number(row.largest_move))  # fmt: skip
        ax.annotate(text, (row.mean_move, y), (5, 0), textcoords="offset points", va="center",
                    fontsize=8, color=PALE)  # fmt: skip
    ax.set_yticks(at, [wrap(name, 60) for name in names], fontsize=8)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.6 * float(table["mean_move"].max()))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(lambda value, _: words.number(value, 1))
    ax.set_xlabel(words.say("chart.mean_move"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    return ax


def plot_importance(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Weight of each node beside its share in the differences between scores, in tree order.

    `frame`: node_id, weight, covariance_share, importance (all shares of the siblings, 0 to 1;
    a covariance share can be negative). A missing share is not drawn.
    """
    ax = ax or new_axes(8, 1.4 + 0.46 * len(frame))
    at = np.arange(len(frame))
    weight, share, ratio = (
        100 * frame[column].astype("float64")
        for column in ("weight", "covariance_share", "importance")
    )
    ax.hlines(at, weight, share, color=_BAR, linewidth=3)
    ax.scatter(weight, at, marker="|", s=210, color=INK, linewidths=2.5,
               label=words.say("chart.weight"))  # fmt: skip
    ax.scatter(ratio, at, s=30, facecolor="white", edgecolor=PALE, zorder=2.5,
               label=words.say("chart.correlation_ratio"))  # fmt: skip
    ax.scatter(share, at, s=52, color=COLOURS[0], zorder=3,
               label=words.say("chart.covariance_share"))  # fmt: skip
    for y, value in zip(at, share, strict=True):
        if np.isfinite(value):
            ax.annotate(words.number(value, 1), (value, y), (0, 9), ha="center", fontsize=8,
                        textcoords="offset points", color=COLOURS[0])  # fmt: skip
    ax.set_yticks(at, [wrap(words.short(node), 32) for node in frame["node_id"]])
    ax.set_ylim(len(frame) - 0.4, -0.7)
    ends = pd.concat([weight, share, ratio]).dropna()
    ax.set_xlim(min(0.0, 1.12 * float(ends.min())), 1.12 * float(ends.max()))
    ax.set_xlabel(words.say("chart.weight_share"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.2)
    return ax
