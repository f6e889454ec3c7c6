"""Charts: labels, axes, number of marks, and the colours of numbers that must be read."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from asan_analysis.report import charts
from asan_analysis.report.words import Words

NAMES = {"a": "Alpha", "b": "Beta", "c": "Gamma", "x": "X", "y": "Y", "2021": "2020-2021",
         "2022": "2022", "2023": "2023"}  # fmt: skip
WORDS = Words("en", NAMES)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def test_coverage_leaves_a_marked_gap_for_an_edition_without_figures():
    frame = pd.DataFrame(
        {
            "edition_year": [2021, 2021, 2022, 2022],
            "category": ["x", "y", "x", "y"],
            "services": [100, 50, None, None],
            "total": [150, 150, None, None],
            "conflict": [True, True, False, False],
        }
    )
    ax = charts.plot_coverage(frame, words=WORDS)
    assert "150*" in texts_of(ax)
    assert "not\npublished" in texts_of(ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020-2021", "2022"]
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylabel() == "services"


def test_printed_scores_join_neighbours_only_and_keep_the_uncertain_one_apart():
    frame = pd.DataFrame(
        {
            "organisation_id": ["a", "a", "a", "b", None],
            "order": [None, 1.0, 3.0, 2.0, 2.0],
            "edition_year": [None, 2021, 2023, 2022, 2022],
            "score_percent": [5.15, 80.0, 90.0, 70.0, None],
            "rank": [20, 1, 1, 2, None],
        }
    )
    ax = charts.plot_printed_scores(frame, words=WORDS)
    first = ax.get_lines()[0].get_ydata()
    assert pd.isna(first[1]), "no line crosses an edition without a score"
    assert "5.15" in texts_of(ax)
    assert ax.get_xticklabels()[0].get_text() == "edition\nnot certain"
    assert {"Alpha", "Beta"} <= set(texts_of(ax))


def test_ranking_starts_at_zero_and_marks_ties():
    frame = pd.DataFrame(
        {
            "organisation_id": ["a", "b", "c"],
            "category": ["x", "y", "x"],
            "score_percent": [90.0, 90.0, 40.0],
            "rank_all": pd.array([1, 1, 3], dtype="Int64"),
        }
    )
    ax = charts.plot_ranking(frame, words=WORDS, decimals=1)
    assert len(ax.patches) == 3
    assert all(bar.get_x() == 0 for bar in ax.patches)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["Alpha   =1", "Beta   =1", "Gamma    3"]
    assert "90.0" in texts_of(ax)


def test_answers_fill_each_bar_to_one_hundred():
    frame = pd.DataFrame(
        {"item_id": ["a", "b"], "scored": [9, 5], "not_applicable": [1, 3],
         "not_answered": [0, 2], "services": [10, 10]}
    )  # fmt: skip
    ax = charts.plot_answers(frame, words=WORDS)
    ends = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        ends[row] = max(ends.get(row, 0), bar.get_x() + bar.get_width())
    assert ends == pytest.approx({0: 100, 1: 100})


def test_parameters_draw_a_dot_and_a_range_for_each_category():
    frame = pd.DataFrame(
        {"category": ["x", "x", "y", "y"], "node_id": ["a", "b", "a", "b"],
         "score_percent": [50.0, 60, 70, 80], "lowest": [40.0, 50, 60, 70],
         "highest": [60.0, 70, 80, 90], "organisations": [2, 2, 3, 3]}
    )  # fmt: skip
    ax = charts.plot_parameters(frame, words=WORDS, decimals=0)
    assert texts_of(ax) == ["50", "60", "70", "80"]
    assert ax.get_xlim() == (0, 100)


def test_title_and_foot_stand_on_the_figure():
    ax = charts.new_axes()
    charts.add_frame(ax, title="Measure, 2023", foot="Observed data. Source: S. Bodies: 3.")
    figure = ax.get_figure(root=True)
    assert figure.get_suptitle() == "Measure, 2023"
    assert "Bodies: 3." in figure.get_supxlabel()


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours after WCAG 2.1."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", charts.COLOURS)
def test_colours_can_carry_white_numbers(colour):
    """Numbers stand in white on the colours, and in the colours on white."""
    assert contrast(colour, "#ffffff") >= 4.5
