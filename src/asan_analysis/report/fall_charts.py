"""Waterfall charts: from one score to another, cause by cause, a panel for each pair of scores."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from asan_analysis.report.charts import COLOURS, INK, STYLE, new_axes, wrap
from asan_analysis.report.profile_sentences import name_rival
from asan_analysis.report.words import Words

_RIVALS = ("mean", "leader", "before")
_CAUSES = ("improvement", "reweighting", "entry", "exit", "method")


def plot_gaps(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """From the score of somebody else, part by part, to the own score; a panel for each of them.

    `frame`: against (`mean`, `leader`, `before`; others are not drawn), rival, baseline_year,
    node_id, gap, score_own, score_other; in each the root first and then its children. `ax` is the
    first of as many axes side by side as there are panels.
    """
    shown = [one for one in _RIVALS if one in set(frame["against"])]
    panels = [frame[frame["against"] == one] for one in shown]
    names = [wrap(words.short(node), 30) for node in panels[0]["node_id"][1:]]
    ends = words.say("chart.other_score"), words.say("chart.own_score")
    axes = _new_panels(len(panels), [ends[0], *names, ends[1]], ax)
    for one, rows in zip(axes, panels, strict=True):
        head, _, body = name_rival(rows.iloc[0], words).partition(": ")
        steps = rows["gap"].to_numpy(dtype="float64")[1:]
        _draw_fall(one, float(rows["score_other"].iloc[0]), steps, words, decimals)
        one.set_title(f"{head}\n{wrap(body, 30)}".strip(), fontsize=8.5, loc="left")
    return axes[0]


def plot_causes(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, decimals: int = 2
) -> Axes:
    """From the score before, cause by cause, to the score now; a panel for each unit.

    `frame`: unit_id, score_before, improvement, reweighting, entry, exit, method (points).
    """
    names = [words.column("score_before"), *map(words.column, _CAUSES), words.say("chart.now")]
    axes = _new_panels(len(frame), [wrap(name, 22) for name in names], ax)
    for one, (_, row) in zip(axes, frame.iterrows(), strict=True):
        steps = row[list(_CAUSES)].to_numpy(dtype="float64")
        _draw_fall(one, float(row["score_before"]), steps, words, decimals)
        one.set_title(wrap(words.name(row["unit_id"]), 20), fontsize=8.5, loc="left")
    return axes[0]


def _new_panels(number: int, rows: Sequence[str], ax: Axes | None) -> list[Axes]:
    """Axes side by side that share their rows, the first at the top."""
    with plt.style.context(STYLE):
        ax = ax or new_axes(8, 1.2 + 0.42 * len(rows))
        axes = [ax, *(ax.figure.add_subplot(sharey=ax) for _ in range(number - 1))]
    grid = GridSpec(1, number, figure=ax.get_figure(root=True))
    for place, one in enumerate(axes):
        one.set_subplotspec(grid[0, place])
        one.tick_params(labelleft=place == 0)
    ax.set_yticks(np.arange(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.4, -0.7)
    return axes


def _draw_fall(
    ax: Axes, start: float, steps: NDArray[np.float64], words: Words, decimals: int
) -> None:
    """The bars of one panel, each from where the one before it ends."""
    ends = start + np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(1, len(steps) + 1)
    colours = [COLOURS[0] if one >= 0 else COLOURS[1] for one in steps]
    ax.vlines(ends, np.arange(len(ends)), np.arange(1, len(ends) + 1), color="#b5b5b5", zorder=1)
    ax.barh(at, steps, left=ends[:-1], height=0.62, color=colours, zorder=2)
    ax.scatter([start, ends[-1]], [0, len(ends)], color=INK, s=30, zorder=3)
    told = [words.number(start, decimals),
            *(words.number(one, decimals, sign=True) for one in steps),
            words.number(ends[-1], decimals)]  # fmt: skip
    sides = [start, *np.maximum(ends[:-1], ends[1:]), ends[-1]]
    for y, (x, text) in enumerate(zip(sides, told, strict=True)):
        ax.annotate(text, (x, y), (5, 0), textcoords="offset points", va="center", fontsize=8)
    left, right = ends.min(), ends.max()
    wide = max(right - left, 10.0**-decimals)
    ax.set_xlim(left - 0.1 * wide, right + 0.42 * wide)
    ax.xaxis.grid(True)
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.set_xlabel(words.say("chart.points"))
