"""Charts: each draws a frame on an Axes; nothing is computed here beyond positions."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from asan_analysis.report.fonts import use_own_fonts
from asan_analysis.report.words import Words

STYLE = Path(__file__).with_name("asan.mplstyle")
COLOURS = ("#1f4e79", "#ac5a08", "#3f7f72", "#76549a", "#6b6b6b", "#a83a4c")
_STATUS_COLOURS = {"scored": "#1f4e79", "not_applicable": "#c9c9c9", "not_answered": "#ac5a08"}
INK = "#333333"
PALE = "#6f6f6f"
BADGE = "#8a4b08"
_CANVASES = {"png": FigureCanvasAgg, "svg": FigureCanvasSVG}
_METADATA: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}

use_own_fonts()


def new_axes(width: float = 8.0, height: float = 4.2) -> Axes:
    """An Axes in the project's style; width and height in inches."""
    with plt.style.context(STYLE):
        _, ax = plt.subplots(figsize=(width, height))
    return ax


def add_frame(ax: Axes, *, title: str, foot: str, badge: str = "") -> None:
    """Title above the chart; source, kind and number of bodies under it; a badge at the right."""
    figure = _add_badge(ax, badge)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    lines = textwrap.fill(foot, width=int(figure.get_figwidth() * 19))
    figure.supxlabel(lines, x=0.01, ha="left", fontsize=7.5, color="#5f5f5f")


def _add_badge(ax: Axes, badge: str) -> Figure:
    """The figure of a chart, with a word at its upper right where one is given."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    if badge:
        box = {"facecolor": BADGE, "edgecolor": "none", "pad": 3}
        inside = ScaledTranslation(-5 / 72, -5 / 72, figure.dpi_scale_trans)
        figure.text(1, 1, badge, ha="right", va="top", fontsize=8, fontweight="bold",
                    color="white", bbox=box, transform=figure.transFigure + inside)  # fmt: skip
    return figure


def render(ax: Axes, formats: tuple[str, ...] = ("png", "svg")) -> list[bytes]:
    """The figure in each format, with bytes that repeat; it is closed."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    made = []
    with warnings.catch_warnings():
        # a letter that the font lacks is drawn as a box
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        if engine := figure.get_layout_engine():
            engine.execute(figure)  # once for all formats
            figure.set_layout_engine("none")
        for name in formats:
            made.append(_print(figure, name))
    plt.close(figure)
    return made


def _print(figure: Figure, name: str) -> bytes:
    """The figure in one format, drawn once: `savefig` draws twice, first to lay out."""
    file = io.BytesIO()
    canvas: Any = _CANVASES[name](figure)
    getattr(canvas, f"print_{name}")(file, metadata=_METADATA[name])
    return file.getvalue()


def drawn(
    plot: Callable[..., Axes], frame: pd.DataFrame, words: Words, size: tuple[float, float],
    *, badge: str = "", **more: Any,
) -> str:  # fmt: skip
    """A chart as SVG of a size in inches, without title and foot, for a page that has its own."""
    with plt.style.context(STYLE):
        ax = plot(frame, ax=new_axes(*size), words=drawable(words), **more)
        _add_badge(ax, badge)
        return render(ax, ("svg",))[0].decode("utf-8")


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
                    color=PALE, fontsize=8, style="italic")  # fmt: skip
        else:
            star = "*" if conflict else ""
            ax.text(place, bottom[place] + 8, f"{words.number(total)}{star}", ha="center",
                    va="bottom", fontweight="bold", color=INK)  # fmt: skip
    ax.set_xticks(range(len(years)), [words.name(year) for year in years])
    ax.set_ylabel(words.say("chart.services"))
    ax.set_ylim(0, max(bottom.max(), 1) * 1.08)
    ax.yaxis.grid(True)
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def plot_answers(frame: pd.DataFrame, *, ax: Axes | None = None, words: Words) -> Axes:
    """Share of answers scored, not applicable and not answered, part by part in tree order.

    `frame`: node_id, scored, not_applicable, not_answered, answers.
    """
    names = [wrap(words.short(node)) for node in frame["node_id"]]
    lines = sum(1 + name.count("\n") * 0.55 for name in names)
    ax = ax or new_axes(8, 1.2 + 0.27 * lines)
    left = np.zeros(len(frame))
    for status, colour in _STATUS_COLOURS.items():
        share = (100 * frame[status] / frame["answers"]).to_numpy(dtype="float64")
        if not share.any():
            continue
        bars = ax.barh(range(len(frame)), share, left=left, color=colour, height=0.68,
                       label=words.say(f"status.{status}"))  # fmt: skip
        labels = [words.number(count) if part >= 7 else "" for count, part
                  in zip(frame[status], share, strict=True)]  # fmt: skip
        ax.bar_label(bars, labels, label_type="center", fontsize=8,
                     color=INK if status == "not_applicable" else "white")  # fmt: skip
        left += share
    ax.set_yticks(range(len(frame)), names, fontsize=8)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xlabel(words.say("chart.share_answers"))
    ax.spines["left"].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.0)
    return ax


def drawable(words: Words) -> Words:
    """The same words with names that a figure can take.

    A name stands on one line and ends in an ellipsis where it is very long. matplotlib hides what
    starts with an underscore from a legend, so a sign without width stands before it.
    """
    return replace(words, names={code: _drawable(name) for code, name in words.names.items()})


def _drawable(name: str) -> str:
    text = cut(" ".join(name.split()), 120)
    return f"\u200b{text}" if text.startswith("_") else text


def cut(name: str, most: int = 64) -> str:
    """A name that fits beside a bar; a longer one ends in an ellipsis."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def wrap(text: str, width: int = 46) -> str:
    """A label on at most two lines of like length; what does not fit ends in an ellipsis."""
    for most in (max(len(text) // 2 + 4, 8), width):
        lines = textwrap.wrap(text, min(most, width), break_long_words=False)
        if len(text) <= width or len(lines) <= 2:
            return text if len(text) <= width else "\n".join(lines)
    rest = textwrap.shorten(" ".join(lines[1:]), width, placeholder=" …")
    return f"{lines[0]}\n{rest}"


def in_order(codes: pd.Series[Any], words: Words) -> list[str]:
    """The codes that occur, in the order in which they are named."""
    return sorted(codes.unique(), key=list(words.names).index)
