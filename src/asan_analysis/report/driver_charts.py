"""Charts of what goes with a score: parts of the differences, effects of attributes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator

from asan_analysis.data.tables import each_row
from asan_analysis.report.charts import COLOURS, INK, STYLE, cut, new_axes, wrap
from asan_analysis.report.driver_sentences import name_effect
from asan_analysis.report.profile_sentences import name_rival
from asan_analysis.report.words import Words

_LEVELS = ("between", "within")
_MODELS = ("every_service", "inside_body")
_DRAWN = ("mean", "leader", "before")


def plot_shares(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Share of the variance that each part explains, between bodies and inside them.

    `frame`: level (`between`, `within`), node_id, covariance_share; parts in order.
    """
    nodes = list(dict.fromkeys(frame["node_id"]))
    ax = ax or new_axes(8, 1.2 + 0.5 * len(nodes))
    wide = frame.pivot(index="node_id", columns="level", values="covariance_share").reindex(nodes)
    at = np.arange(len(nodes), dtype="float64")
    for place, level in enumerate(one for one in _LEVELS if one in wide):
        bars = ax.barh(at + 0.38 * place - 0.19, 100 * wide[level].fillna(0), height=0.36,
                       color=COLOURS[place], label=words.say(f"level_of.{level}"))  # fmt: skip
        told = [words.percent(share) for share in wide[level]]
        ax.bar_label(bars, told, padding=4, fontsize=8, color=INK)
    ax.set_yticks(at, [cut(words.short(node)) for node in nodes])
    ax.invert_yaxis()
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.margins(x=0.12)
    ax.set_xlabel(words.say("chart.variance_axis"))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    return ax


def plot_effects(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Effects of attributes in points with intervals, over all services and inside bodies.

    `frame`: model (`every_service`, `inside_body`), attribute, level, reference, unit, effect, low,
    high; a missing interval is not drawn.
    """
    keys = list(dict.fromkeys(zip(frame["attribute"], frame["level"], strict=True)))
    ax = ax or new_axes(8, 1.3 + 0.36 * len(keys))
    for place, model in enumerate(_MODELS):
        rows = frame[frame["model"] == model]
        own = list(zip(rows["attribute"], rows["level"], strict=True))
        at = np.array([keys.index(key) for key in own]) + 0.26 * place - 0.13
        ax.hlines(at, rows["low"].astype("float64"), rows["high"].astype("float64"),
                  color=COLOURS[place], linewidth=1.8)  # fmt: skip
        ax.scatter(rows["effect"].astype("float64"), at, color=COLOURS[place], s=26, zorder=3,
                   marker="os"[place], label=words.say(f"model.{model}"))  # fmt: skip
    firsts = frame.drop_duplicates(["attribute", "level"])
    ax.set_yticks(np.arange(len(keys)), [cut(name_effect(row, words)) for row in each_row(firsts)])
    ax.invert_yaxis()
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.xaxis.grid(True)
    ax.set_xlabel(words.say("chart.effect_axis"))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    return ax


def plot_gaps(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """From the score of somebody else, part by part, to the own score; a panel for each of them.

    `frame`: against (`mean`, `leader`, `before`; others are not drawn), rival, baseline_year,
    node_id, gap, score_own, score_other; in each the root first and then its children. `ax` is the
    first of as many axes side by side as there are panels.
    """
    shown = [one for one in _DRAWN if one in set(frame["against"])]
    rows = frame[frame["against"] == shown[0]]
    names = [wrap(words.short(node), 30) for node in rows["node_id"][1:]]
    with plt.style.context(STYLE):
        ax = ax or new_axes(8, 1.6 + 0.42 * len(rows))
        panels = [ax, *(ax.figure.add_subplot(sharey=ax) for _ in shown[1:])]
    grid = GridSpec(1, len(panels), figure=ax.get_figure(root=True))
    for place, (panel, against) in enumerate(zip(panels, shown, strict=True)):
        panel.set_subplotspec(grid[0, place])
        panel.tick_params(labelleft=place == 0)
        _draw_fall(panel, frame[frame["against"] == against], words, decimals)
    ends = words.say("chart.other_score"), words.say("chart.own_score")
    ax.set_yticks(np.arange(len(names) + 2), [ends[0], *names, ends[1]])
    ax.set_ylim(len(names) + 1.6, -0.7)
    return ax


def _draw_fall(ax: Axes, rows: pd.DataFrame, words: Words, decimals: int) -> None:
    """The bars of one panel, each from where the one before it ends."""
    root, parts = rows.iloc[0], rows.iloc[1:]
    gap = parts["gap"].to_numpy(dtype="float64")
    ends = root["score_other"] + np.concatenate([[0.0], np.cumsum(gap)])
    at = np.arange(1, len(gap) + 1)
    colours = [COLOURS[0] if one >= 0 else COLOURS[1] for one in gap]
    ax.vlines(ends, np.arange(len(ends)), np.arange(1, len(ends) + 1), color="#b5b5b5", zorder=1)
    ax.barh(at, gap, left=ends[:-1], height=0.62, color=colours, zorder=2)
    ax.scatter([ends[0], ends[-1]], [0, len(ends)], color=INK, s=30, zorder=3)
    told = [words.number(one, decimals, sign=True) for one in gap]
    whole = [words.number(root[side], decimals) for side in ("score_other", "score_own")]
    sides = np.maximum(ends[:-1], ends[1:])
    for y, (x, text) in enumerate(zip([ends[0], *sides, ends[-1]], [whole[0], *told, whole[1]],
                                      strict=True)):  # fmt: skip
        ax.annotate(text, (x, y), (5, 0), textcoords="offset points", va="center", fontsize=8)
    left, right = ends.min(), ends.max()
    wide = max(right - left, 10.0**-decimals)
    ax.set_xlim(left - 0.1 * wide, right + 0.42 * wide)
    ax.xaxis.grid(True)
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    head, _, body = name_rival(root, words).partition(": ")
    ax.set_title(f"{head}\n{wrap(body, 30)}".strip(), fontsize=8.5, loc="left")
    ax.set_xlabel(words.say("chart.points"))
