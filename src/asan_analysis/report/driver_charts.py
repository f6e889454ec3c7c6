"""Charts of what goes with a score: parts of the differences, effects of attributes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from asan_analysis.data.tables import each_row
from asan_analysis.report.charts import COLOURS, INK, cut, new_axes
from asan_analysis.report.driver_sentences import name_effect
from asan_analysis.report.words import Words

_LEVELS = ("between", "within")
_MODELS = ("every_service", "inside_body")


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
