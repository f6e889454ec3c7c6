"""Charts of the register: who gives which family, what changed, and how well pairs are found."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.register.duplicates import THRESHOLD
from asan_analysis.report.charts import COLOURS, INK, PALE, cut, new_axes
from asan_analysis.report.words import Words

# none, one, two, three or four, more services; light enough for dark numbers
_STEPS = ListedColormap(["#f4f4f4", "#dbe7f0", "#b9d3e8", "#9bc0e0", "#7dabd1"])
_BOUNDS = (1, 2, 3, 5)
_FAMILIES, _BODIES = 25, 40
_STATES = ("entered", "moved", "moved_renamed", "renamed", "left")
_LEAST_LABEL = 0.035  # of the height of the chart, for a number inside a bar


def plot_family_cover(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """A heat map of one category: families down, bodies across, services in the cells.

    `frame`: family, name_az, name_en, organisation_id, services, of one category; see
    `tabulate_cover`. The first 25 families and the first 40 bodies are drawn, and how many there
    are is told.
    """
    families, bodies = frame["family"].unique(), frame["organisation_id"].unique()
    cells = frame.set_index(["family", "organisation_id"])["services"].unstack()
    shown = cells.loc[families[:_FAMILIES], bodies[:_BODIES]].to_numpy()
    ax = ax or new_axes(8, 2.4 + 0.24 * len(shown))
    ax.pcolormesh(np.digitize(shown, _BOUNDS), cmap=_STEPS, vmin=0, vmax=len(_BOUNDS),
                  edgecolor="white", linewidth=1)  # fmt: skip
    for row, column in np.argwhere(shown > 0):
        text = ax.text(column + 0.5, row + 0.5, words.number(shown[row, column]), ha="center",
                       va="center", fontsize=7, color=INK)  # fmt: skip
        text.set_in_layout(False)
    names = frame.drop_duplicates("family").set_index("family")[f"name_{words.lang}"]
    rows = [cut(names[family], 42) for family in families[:_FAMILIES]]
    heads = [cut(words.name(body), 30) for body in bodies[:_BODIES]]
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=7.5)
    ax.set_xticks(np.arange(len(heads)) + 0.5, heads, rotation=60, ha="left",
                  rotation_mode="anchor", fontsize=7)  # fmt: skip
    ax.set_ylim(len(shown), 0)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    told = words.say("chart.families_shown", shown=len(shown), all=len(families),
                     bodies=shown.shape[1], all_bodies=len(bodies))  # fmt: skip
    ax.set_xlabel(told, fontsize=7.5, color=PALE, loc="left")
    return ax


def plot_register_changes(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Stacked bars by edition: services that entered, moved or were renamed; below zero, that left.

    `frame`: edition_year, category (`all` is drawn), entered, moved, moved_renamed, renamed, left;
    see `count_changes`.
    """
    rows = frame[frame["category"] == CATEGORY_ALL]
    ax = ax or new_axes(8, 4.4)
    at, top = np.arange(len(rows)), np.zeros(len(rows))
    height = rows[list(_STATES)].sum(axis=1).max() if len(rows) else 0
    free = np.full(len(rows), -np.inf)  # the lowest place for a number beside a bar
    for colour, state in zip(COLOURS, _STATES, strict=False):
        count = rows[state].to_numpy(dtype="float64")
        if not count.any():
            continue
        below = state == "left"
        bars = ax.bar(at, -count if below else count, bottom=0 if below else top, width=0.62,
                      color=colour, label=words.say(f"state.{state}"))  # fmt: skip
        inside = count >= _LEAST_LABEL * height
        labels = [words.number(one) for one in count]
        ax.bar_label(bars, np.where(inside, labels, ""), label_type="center", color="white",
                     fontsize=8)  # fmt: skip
        middle = -count / 2 if below else np.maximum(top + count / 2, free)
        for place in np.flatnonzero(~inside & (count > 0)):
            ax.annotate(labels[place], (place + 0.31, middle[place]), (3, 0), va="center",
                        textcoords="offset points", fontsize=8, color=colour)  # fmt: skip
            free[place] = middle[place] + 2 * _LEAST_LABEL * height
        top = top if below else top + count
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xticks(at, [words.name(year) for year in rows["edition_year"]])
    ax.yaxis.set_major_formatter(lambda value, _: words.number(abs(value)))
    ax.set_ylabel(words.say("chart.services_entered_left"))
    ax.yaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def plot_pairs_curve(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    words: Words,
    shipped: float | None = None,
    decimals: int = 2,
) -> Axes:
    """Precision and recall against the threshold, in percent; the shipped threshold is marked.

    `frame`: threshold, precision, recall (0..1, missing where not defined).
    """
    rows = frame.sort_values("threshold")
    ax = ax or new_axes(8, 4.0)
    for column, colour, line in (("precision", COLOURS[0], "-"), ("recall", COLOURS[1], "--")):
        ax.plot(rows["threshold"], 100 * rows[column], color=colour, linestyle=line, marker="",
                linewidth=2, label=words.say(f"chart.{column}"))  # fmt: skip
    if shipped is not None:
        ax.axvline(shipped, color=PALE, linewidth=0.9, linestyle=":")
        text = words.say("chart.threshold_chosen", threshold=words.number(shipped, decimals))
        ax.annotate(text, (shipped, 3), (4, 0), textcoords="offset points", fontsize=8, color=PALE)
    ax.set_ylim(0, 103)
    ax.xaxis.set_major_formatter(lambda value, _: words.number(value, decimals))
    ax.set_xlabel(words.say("chart.threshold"))
    ax.set_ylabel(words.say("chart.share_percent"))
    ax.yaxis.grid(True)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    return ax


def plot_pairs_by_threshold(
    frame: pd.DataFrame, *, ax: Axes | None = None, words: Words, shipped: float = THRESHOLD
) -> Axes:
    """Pairs that would be reported at each threshold, inside one body and across bodies.

    `frame`: threshold, inside, across; see `count_pairs`. The threshold in use is marked.
    """
    ax = ax or new_axes(8, 3.6)
    at = frame["threshold"].to_numpy()
    for column, colour, line in (("inside", COLOURS[0], "-"), ("across", COLOURS[1], "--")):
        label = words.say(f"chart.pairs_{column}")
        ax.plot(at, frame[column].to_numpy(), color=colour, linestyle=line, marker="o",
                markersize=3.5, linewidth=1.6, label=label)  # fmt: skip
    ax.axvline(shipped, color=PALE, linewidth=0.9, linestyle=":")
    ax.annotate(words.say("chart.threshold_chosen", threshold=words.number(shipped, 2)),
                (shipped, 1), (0, 3), xycoords=("data", "axes fraction"), ha="left",
                textcoords="offset points", va="bottom", fontsize=8, color=PALE)  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_formatter(lambda value, _: words.number(value, 2))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: words.number(value))
    ax.set_xlabel(words.say("chart.threshold"))
    ax.set_ylabel(words.say("chart.pairs"))
    ax.yaxis.grid(True)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    return ax
