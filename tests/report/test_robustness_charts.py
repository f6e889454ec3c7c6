"""Charts of the methodology review: marks, labels, and a legend that stays on the figure."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from test_charts import NAMES, contrast, texts_of

from asan_analysis.report import charts, robustness_charts
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.words import Words

WORDS = Words("en", NAMES)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def places(**more):
    frame = pd.DataFrame(
        {"organisation_id": ["a", "b", "c"], "category": ["x", "x", "y"],
         "rank": pd.array([1, 2, 1], dtype="Int64"),
         "method_low": pd.array([1, 1, 1], dtype="Int64"),
         "method_high": pd.array([2, 2, 1], dtype="Int64"),
         "set_low": [1.0, 1.0, np.nan], "set_high": [2.0, 2.0, np.nan]}
    )  # fmt: skip
    return frame.assign(**more)


def factors():
    return pd.DataFrame(
        {"factor": ["roll_up", "weight:1"], "S1": [0.2, -0.01], "S1_low": [0.1, -0.05],
         "S1_high": [0.3, 0.03], "ST": [0.4, 0.7], "ST_low": [0.3, 0.6], "ST_high": [0.5, 0.8]}
    )  # fmt: skip


def effects(**more):
    frame = pd.DataFrame(
        {"node_id": ["a", "b"], "weight": [0.75, 0.25], "covariance_share": [1.04, -0.04],
         "importance": [0.5, 0.5]}
    )  # fmt: skip
    return frame.assign(**more)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("plot", "frame"),
    [
        (robustness_charts.plot_places, places()),
        (robustness_charts.plot_indices, factors()),
        (robustness_charts.plot_importance, effects()),
    ],
)
def test_the_legend_stays_on_the_figure(plot, frame, lang):
    with plt.style.context(charts.STYLE):
        ax = plot(frame, words=Words(lang, NAMES))
        charts.add_frame(ax, title="T", foot="F", badge="B")
        figure = ax.get_figure(root=True)
        figure.draw_without_rendering()
        box, whole = ax.get_legend().get_window_extent(), figure.bbox
    assert box.x1 <= whole.x1 and box.y1 <= whole.y1
    assert ax.get_position().width > 0.5


def test_every_place_has_its_dot_and_both_intervals():
    ax = robustness_charts.plot_places(places(), words=WORDS)
    sets, method, dots = ax.collections
    assert [len(line) for line in sets.get_segments()[:2]] == [2, 2]
    assert [line[:, 0].tolist() for line in method.get_segments()] == [[1, 2], [1, 2], [1, 1]]
    assert dots.get_offsets()[:, 0].tolist() == [1, 2, 1]
    assert {"X", "Y"} <= set(texts_of(ax))


def test_shares_are_written_where_they_are_large_enough():
    frame = pd.DataFrame(
        {"organisation_id": ["a", "a", "b", "b"], "category": "x", "rank": [1, 2, 1, 2],
         "share": [0.96, 0.04, 0.04, 0.96]}
    )  # fmt: skip
    ax = robustness_charts.plot_acceptability(frame, words=WORDS)
    assert texts_of(ax) == ["96", "96", "X"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]


@pytest.mark.parametrize("share", range(0, 101, 10))
def test_cells_of_shares_can_be_read(share):
    from matplotlib.colors import to_hex

    assert contrast(to_hex(robustness_charts._SHARE(share / 100)), charts.INK) >= 4.5


def test_indices_stand_largest_first_and_below_zero_as_zero():
    ax = robustness_charts.plot_indices(factors(), words=WORDS)
    assert texts_of(ax) == ["70.0", "40.0", "0.0", "20.0"]
    assert all(bar.get_width() >= 0 and bar.get_x() == 0 for bar in ax.patches)


def test_the_league_says_how_many_moved():
    frame = pd.DataFrame(
        {"factor": ["roll_up", "ties"], "alternative": ["pooled", "dense"],
         "moved": [6, 20], "mean_move": [0.1, 1.5], "largest_move": [1.0, 7.0]}
    )  # fmt: skip
    ax = robustness_charts.plot_league(frame, words=WORDS)
    assert texts_of(ax) == ["20 moved, by 7 at most", "6 moved, by 1 at most"]
    assert [bar.get_width() for bar in ax.patches] == [1.5, 0.1]


def test_importance_shows_weight_ratio_and_share_and_keeps_a_negative_one_in_sight():
    ax = robustness_charts.plot_importance(effects(), words=WORDS)
    _, weights, ratios, shares = ax.collections
    assert weights.get_offsets()[:, 0].tolist() == [75, 25]
    assert ratios.get_offsets()[:, 0].tolist() == [50, 50]
    assert shares.get_offsets()[:, 0].tolist() == [104, -4]
    assert texts_of(ax) == ["104.0", "-4.0"]
    low, high = ax.get_xlim()
    assert low < -4 and high > 104
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Alpha", "Beta"]


def test_importance_starts_at_zero_and_leaves_out_a_share_that_is_not_known():
    ax = robustness_charts.plot_importance(effects(covariance_share=[1.0, None]), words=WORDS)
    assert texts_of(ax) == ["100.0"]
    assert ax.get_xlim()[0] == 0
