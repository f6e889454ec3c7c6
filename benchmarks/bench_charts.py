"""The two charts of `bench.py`: how cost grows, and memory over time."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from bench_page import list_curves, points_of, slope_of, two
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from asan_analysis.report.charts import COLOURS, PALE, STYLE, add_frame, new_axes, render

COLUMNS = 2
GOAL = 500  # MB of a process
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}  # under a label, over the grid


def write_number(value: float, _: object = None) -> str:
    """1000 as 1,000; below 1 with its decimals; millions in words."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} million"
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def draw_growth(table: pd.DataFrame, file: Path) -> list[str]:
    """Seconds against what grows, both on logarithmic axes; a panel for each axis."""
    groups = list_curves(table)
    if not groups:
        return []
    axes = list(dict.fromkeys(table.loc[table["group"].isin(groups), "axis"].replace("", np.nan)
                              .dropna()))  # fmt: skip
    rows = -(-len(axes) // COLUMNS)
    with plt.style.context(STYLE):
        first = new_axes(8, 1.0 + 2.9 * rows)
        figure = first.get_figure(root=True)
        grid = figure.add_gridspec(rows, COLUMNS)
        panels = [first, *(figure.add_subplot() for _ in axes[1:])]
        for place, (panel, axis) in enumerate(zip(panels, axes, strict=True)):
            panel.set_subplotspec(grid[place // COLUMNS, place % COLUMNS])
            own = [group for group in groups
                   if axis in set(table.loc[table["group"] == group, "axis"])]  # fmt: skip
            draw_panel(panel, table, own, axis)
        add_frame(first, title="How cost grows",
                  foot="Dots: medians over the runs. Lines: least squares through the logs of the "
                  "filled dots; hollow dots are near the fixed cost and do not count. "
                  "143 items and 47 bodies where nothing else is said.")  # fmt: skip
        file.write_bytes(render(first, ("png",))[0])
    slopes = "; ".join(f"{group} {two(slope_of(table[table['group'] == group])[0])}"
                       for group in groups)  # fmt: skip
    return [f"![Cost on logarithmic axes. Slopes: {slopes}]({file.name})", ""]


def draw_panel(ax: Axes, table: pd.DataFrame, groups: list[str], axis: str) -> None:
    """The curves over one axis with their slopes beside the lines."""
    for place, group in enumerate(groups):
        points, _ = points_of(table[table["group"] == group])
        slope, height, first = slope_of(table[table["group"] == group])
        sizes, costs = points["size"].to_numpy(), points["ours"].to_numpy()
        colour, mark = COLOURS[place], "os"[place]
        ax.plot(sizes[first:], height * sizes[first:] ** slope, color=colour, linewidth=1.4)
        ax.plot(sizes, costs, mark, color=colour, markerfacecolor="white", markersize=5)
        ax.plot(sizes[first:], costs[first:], mark, color=colour, markersize=5)
        told = f"slope {two(slope)}"
        if len(groups) == 1:
            ax.text(0.04, 0.93, told, transform=ax.transAxes, va="top", color=colour,
                    bbox=PAPER)  # fmt: skip
        else:
            middle = np.sqrt(sizes[first] * sizes[-1])
            ax.annotate(f"{group.partition(',')[0][-1]}: {told}", (middle, height * middle**slope),
                        (-8, 9), textcoords="offset points", ha="right", color=colour,
                        bbox=PAPER)  # fmt: skip
    dress(ax, table[table["group"].isin(groups)], axis)
    title = f"Uncertainty analysis, by {axis}" if len(groups) > 1 else groups[0]
    ax.set_title(title, fontsize=9.5)


def dress(ax: Axes, rows: pd.DataFrame, axis: str) -> None:
    """Logarithmic axes with round numbers, units and room for the labels."""
    rows = rows[rows["size"] > 0]
    ax.set_xscale("log")
    ax.set_yscale("log")
    sizes = sorted(set(rows["size"]))
    low, high = rows["ours"].min(), rows["ours"].max()
    ax.set_ylim(min(low / 2, high / 12), high * 2.5)
    ax.set_xlim(sizes[0] / 1.5, sizes[-1] * 1.5)
    ax.set_xticks(sizes)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 3) if high / low < 300 else (1,)))
    ax.yaxis.set_minor_locator(NullLocator())
    for side in (ax.xaxis, ax.yaxis):
        side.set_major_formatter(FuncFormatter(write_number))
    ax.tick_params(labelsize=8)
    ax.set_xlabel(axis, fontsize=8.5)
    ax.set_ylabel("seconds", fontsize=8.5)
    ax.grid(True)


def draw_memory(table: pd.DataFrame, file: Path) -> list[str]:
    """Size of the largest process over time, a panel for each number of services."""
    rows = table[table["axis"] == "seconds"]
    if rows.empty:
        return []
    names = list(dict.fromkeys(rows["name"]))
    top = max(GOAL, rows["ours"].max()) * 1.15
    with plt.style.context(STYLE):
        first = new_axes(8, 3.2)
        grid = first.get_figure(root=True).add_gridspec(1, len(names))
        panels = [first, *(first.figure.add_subplot(sharey=first) for _ in names[1:])]
        for place, (ax, name) in enumerate(zip(panels, names, strict=True)):
            ax.set_subplotspec(grid[0, place])
            own = rows[rows["name"] == name].sort_values("size")
            ax.plot(own["size"], own["ours"], color=COLOURS[0], linewidth=1.4)
            ax.axhline(GOAL, color=PALE, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_xlim(0, max(own["size"].max(), 0.01))
            ax.set_ylim(0, top)
            ax.xaxis.set_major_locator(MaxNLocator(4))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            ax.set_xlabel("seconds")
            ax.set_title(name, fontsize=9.5)
            ax.yaxis.grid(True)
            ax.tick_params(labelleft=place == 0)
        first.annotate(f"goal: below {GOAL} MB", (0, GOAL), (4, 4), color=PALE, fontsize=8,
                       xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
        first.set_ylabel("MB of the largest process")
        add_frame(first, title="Memory while editions are scored",
                  foot="143 items, 47 bodies, parts of 100,000 services, two processes that score; "
                  "the largest of all with its imports. The first run.")  # fmt: skip
        file.write_bytes(render(first, ("png",))[0])
    peaks = "; ".join(f"{name} {rows.loc[rows['name'] == name, 'ours'].max():.0f} MB"
                      for name in names)  # fmt: skip
    return [f"![Memory over time. Largest: {peaks}]({file.name})", ""]
