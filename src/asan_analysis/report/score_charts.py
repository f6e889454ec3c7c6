"""Charts of one edition: places, categories, parts of the index, one organisation.

seaborn is imported where it draws: it brings scipy.stats, which takes most of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from asan_analysis.data.tables import each_row
from asan_analysis.index.ranking import label_ranks
from asan_analysis.report.charts import COLOURS, INK, PALE, cut, in_order, new_axes, wrap
from asan_analysis.report.words import Words

# from sand over white to blue; light enough at both ends for dark letters
_HEAT = LinearSegmentedColormap.from_list("score", ["#efcf9a", "#f6efe2", "#dbe7f0", "#7dabd1"])


def score_axis(ax: Axes, words: Words, *, room: float = 0.0) -> None:
    """A horizontal axis of scores from 0 to 100, with room for labels beyond."""
    ax.set_xlim(0, 100 + room)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(words.say("chart.score_axis"))
    ax.xaxis.grid(True)
    ax.spines["left"].set_visible(False)


def group_rows(frame: pd.DataFrame, words: Words) -> tuple[pd.DataFrame, list[float]]:
    """The rows of a frame category by category, and their places with a gap before each group."""
    categories = in_order(frame["category"], words)
    table = pd.concat([frame[frame["category"] == category] for category in categories])
    gaps = np.cumsum(table["category"].ne(table["category"].shift()).to_numpy())
    return table, (np.arange(len(table)) + 1.2 * gaps).tolist()


def name_groups(ax: Axes, table: pd.DataFrame, at: list[float], words: Words) -> None:
    """The name of each category above its first row."""
    for category in dict.fromkeys(table["category"]):
        first = int((table["category"] == category).to_numpy().argmax())
        ax.annotate(words.name(category), (0, at[first] - 0.95), (2, 0), xycoords="data",
                    textcoords="offset points", va="center", fontweight="bold",
                    color=palette(table, words)[category])  # fmt: skip
    ax.set_ylim(at[-1] + 0.6, at[0] - 1.6)


def palette(frame: pd.DataFrame, words: Words) -> dict[str, str]:
    """One colour for each category, in their order."""
    return dict(zip(in_order(frame["category"], words), COLOURS, strict=False))


def plot_ranking(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Bars of scores from zero, best first in each category, the place before the name.

    `frame`: organisation_id, category, score_percent, rank.
    """
    table, at = group_rows(frame, words)
    ax = ax or new_axes(8, 1.1 + 0.215 * (at[-1] + 1))
    colours = palette(frame, words)
    bars = ax.barh(at, table["score_percent"], height=0.72,
                   color=[colours[category] for category in table["category"]])  # fmt: skip
    ax.bar_label(bars, [words.number(score, decimals) for score in table["score_percent"]],
                 padding=4, fontsize=8, color=INK)  # fmt: skip
    by_category = table.groupby("category", sort=False)["rank"]
    places = pd.concat([label_ranks(ranks) for _, ranks in by_category])
    names = [f"{cut(words.name(body))}  {place:>3}" for body, place
             in zip(table["organisation_id"], places, strict=True)]  # fmt: skip
    ax.set_yticks(at, names, fontsize=8)
    name_groups(ax, table, at, words)
    score_axis(ax, words, room=5)
    return ax


def plot_spread(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Each organisation as a dot, by category; the median as a line, first and last named.

    `frame`: organisation_id, category, score_percent, category_median.
    """
    import seaborn as sns

    categories = in_order(frame["category"], words)
    ax = ax or new_axes(8, 0.9 + 1.15 * len(categories))
    colours = palette(frame, words)
    for place, category in enumerate(categories):
        rows = frame[frame["category"] == category]
        scores = rows["score_percent"]
        sns.swarmplot(x=scores.to_numpy(), y=np.full(len(rows), place), orient="h", size=7,
                      color=colours[category], ax=ax, native_scale=True, legend=False)  # fmt: skip
        middle = float(rows["category_median"].iloc[0])
        ax.vlines(middle, place - 0.3, place + 0.3, color=INK, linewidth=1.6)
        ax.annotate(words.number(middle, decimals), (middle, place + 0.3), (0, -9), ha="center",
                    textcoords="offset points", fontsize=8, color=INK)  # fmt: skip
        for row, first in ((scores.argmax(), True), (scores.argmin(), False)):
            if len(rows) > 1:
                _name_dot(ax, rows.iloc[int(row)], place, words, decimals, first=first)
    ax.set_yticks(range(len(categories)), [wrap(words.name(one), 22) for one in categories])
    ax.set_ylim(len(categories) - 0.4, -0.6)
    score_axis(ax, words)
    return ax


def _name_dot(
    ax: Axes, row: pd.Series[Any], place: int, words: Words, decimals: int, *, first: bool
) -> None:
    """The name of the first organisation above its dot, of the last below, away from the rest."""
    score = float(row["score_percent"])
    text = f"{cut(words.name(row['organisation_id']))} {words.number(score, decimals)}"
    outwards = score <= 66 if first else score >= 34
    side = "left" if first == outwards else "right"
    ax.annotate(text, (score, place + (-0.4 if first else 0.4)), ha=side, va="center",
                fontsize=8, color=PALE)  # fmt: skip


def plot_parameters(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Mean and range of each category for each node, in tree order, means labelled.

    `frame`: category, node_id, score_percent, lowest, highest.
    """
    import seaborn as sns

    nodes, categories = list(dict.fromkeys(frame["node_id"])), in_order(frame["category"], words)
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
    ax.set_yticks(range(len(nodes)), [wrap(words.short(node), 30) for node in nodes])
    ax.set_ylim(len(nodes) - 0.4, -0.65)
    ax.set_ylabel("")
    score_axis(ax, words)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def plot_categories(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """A grid of means: a row per node, a column per category and for all, values written in.

    `frame`: node_id, category, score_percent, all_mean.
    """
    wide = frame.pivot(index="node_id", columns="category", values="score_percent")
    wide = wide.reindex(
        list(dict.fromkeys(frame["node_id"])), columns=in_order(frame["category"], words)
    )
    wide["all"] = frame.drop_duplicates("node_id").set_index("node_id")["all_mean"]
    return _heat(wide, [wrap(words.short(node), 52) for node in wide.index], ax=ax, words=words)


def plot_grid(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """A grid of scores: a row per organisation by category, a column per node.

    `frame`: organisation_id, node_id, category, rank, score_percent.
    """
    table, _ = group_rows(frame.drop_duplicates("organisation_id"), words)
    names = [f"{cut(words.name(row.organisation_id))}  {row.rank}" for row in each_row(table)]
    wide = frame.pivot(index="organisation_id", columns="node_id", values="score_percent")
    nodes = list(dict.fromkeys(frame["node_id"]))
    wide = wide.reindex(list(table["organisation_id"]), columns=nodes)
    ax = _heat(wide, names, ax=ax, words=words)
    starts = np.flatnonzero(table["category"].ne(table["category"].shift())).tolist()
    for start in starts:
        category = str(table["category"].iloc[start])
        ax.axhline(start, color="white", linewidth=6 if start else 0)
        ax.annotate(words.name(category), (1.01, start), xycoords=("axes fraction", "data"),
                    rotation=-90, va="top", fontweight="bold", fontsize=8,
                    color=palette(frame, words)[category])  # fmt: skip
    return ax


def _heat(wide: pd.DataFrame, names: list[str], *, ax: Axes | None, words: Words) -> Axes:
    """Cells shaded from 0 to 100 with their score written in; the columns named above."""
    lines = sum(1 + name.count("\n") * 0.55 for name in names)
    ax = ax or new_axes(8, 1.5 + 0.24 * lines)
    values = wide.astype("float64")
    # not seaborn's heatmap: it draws the whole figure once more to look at its own labels
    ax.pcolormesh(values, cmap=_HEAT, vmin=0, vmax=100, edgecolor="white", linewidth=1)
    ax.set_ylim(len(values), 0)
    for (row, column), score in np.ndenumerate(values.to_numpy()):
        cell = ax.text(column + 0.5, row + 0.5, words.number(score, 1), ha="center",
                       va="center", fontsize=8, color=INK)  # fmt: skip
        cell.set_in_layout(False)  # inside its cell; measuring hundreds of them takes seconds
    heads = [wrap(words.short(column), 12) for column in wide.columns]
    ax.set_xticks(np.arange(len(heads)) + 0.5, heads, rotation=0, fontsize=7.5)
    ax.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0, fontsize=8)
    ax.xaxis.tick_top()
    ax.set(xlabel="", ylabel="")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def plot_profile(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """One organisation as dots, the mean of its category as strokes, the category's range as bars.

    `frame`: node_id, score_percent, category_mean, lowest, highest.
    """
    ax = ax or new_axes(8, 1.2 + 0.42 * len(frame))
    at = np.arange(len(frame))
    ax.barh(at, frame["highest"] - frame["lowest"], left=frame["lowest"], height=0.3,
            color="#e3e3e3", label=words.say("chart.category_range"))  # fmt: skip
    ax.plot(frame["category_mean"], at, linestyle="none", marker="|", markersize=14,
            markeredgewidth=2.5, color=PALE, label=words.say("chart.category_mean"))  # fmt: skip
    ax.plot(frame["score_percent"], at, linestyle="none", marker="o", markersize=8,
            color=COLOURS[0], label=words.say("chart.organisation"))  # fmt: skip
    for y, score in enumerate(frame["score_percent"]):
        ax.annotate(words.number(score, decimals), (score, y), (0, 8), ha="center",
                    textcoords="offset points", fontsize=8, color=COLOURS[0])  # fmt: skip
    ax.set_yticks(at, [wrap(words.short(node), 32) for node in frame["node_id"]])
    ax.set_ylim(len(frame) - 0.4, -0.7)
    score_axis(ax, words)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.2)
    return ax


def plot_services(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """Bars of the scores of services from zero, in the order of the frame.

    `frame`: service_id, category, score_percent and, where there are several organisations,
    organisation_id.
    """
    names = [wrap(words.name(service), 52) for service in frame["service_id"]]
    if frame["organisation_id"].nunique() > 1:
        names = [f"{wrap(words.name(row.service_id), 52)}\n{cut(words.name(row.organisation_id))}"
                 for row in each_row(frame)]  # fmt: skip
    lines = sum(1 + name.count("\n") * 0.6 for name in names)
    ax = ax or new_axes(8, 0.9 + 0.25 * lines)
    colours = palette(frame, words)
    bars = ax.barh(range(len(frame)), frame["score_percent"], height=0.68,
                   color=[colours[category] for category in frame["category"]])  # fmt: skip
    ax.bar_label(bars, [words.number(score, decimals) for score in frame["score_percent"]],
                 padding=4, fontsize=8, color=INK)  # fmt: skip
    ax.set_yticks(range(len(frame)), names, fontsize=8)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    if len(colours) > 1:
        handles = [Rectangle((0, 0), 1, 1, color=colour) for colour in colours.values()]
        ax.legend(handles, [words.name(one) for one in colours], loc="lower left",
                  bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)  # fmt: skip
    score_axis(ax, words, room=5)
    return ax
