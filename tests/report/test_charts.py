"""Charts: labels, axes, number of marks, and the colours of numbers that must be read."""

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from asan_analysis.report import charts, score_charts, trend_charts
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
    ax = trend_charts.plot_printed_scores(frame, words=WORDS)
    first = ax.get_lines()[0].get_ydata()
    assert pd.isna(first[1]), "no line crosses an edition without a score"
    assert "5.15" in texts_of(ax)
    assert ax.get_xticklabels()[0].get_text() == "edition\nnot certain"
    assert {"Alpha", "Beta"} <= set(texts_of(ax))


def test_ranking_starts_at_zero_and_marks_ties():
    frame = pd.DataFrame(
        {
            "organisation_id": ["a", "b", "c", "d"],
            "category": ["x", "y", "x", "x"],
            "score_percent": [90.0, 95.0, 90.0, 40.0],
            "rank": pd.array([1, 1, 1, 3], dtype="Int64"),
        }
    )
    ax = score_charts.plot_ranking(frame, words=WORDS, decimals=1)
    assert len(ax.patches) == 4
    assert all(bar.get_x() == 0 for bar in ax.patches)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["Alpha   =1", "Gamma   =1", "d    3", "Beta    1"]
    assert {"90.0", "X", "Y"} <= set(texts_of(ax))


def test_answers_fill_each_bar_to_one_hundred():
    frame = pd.DataFrame(
        {"node_id": ["a", "b"], "scored": [9, 5], "not_applicable": [1, 3],
         "not_answered": [0, 2], "answers": [10, 10]}
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
    ax = score_charts.plot_parameters(frame, words=WORDS, decimals=0)
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


def scores_of(**more) -> pd.DataFrame:
    """Three organisations of two categories."""
    frame = pd.DataFrame(
        {"organisation_id": ["a", "b", "c"], "category": ["x", "x", "y"],
         "score_percent": [90.0, 40.0, 70.0], "rank": [1, 2, 1]}
    )  # fmt: skip
    return frame.assign(**more)


def test_spread_draws_a_dot_for_each_and_names_first_and_last():
    ax = score_charts.plot_spread(scores_of(category_median=[65.0, 65.0, 70.0]), words=WORDS)
    assert sum(len(points.get_offsets()) for points in ax.collections[::2]) == 3
    assert {"Alpha 90.00", "Beta 40.00", "65.00", "70.00"} <= set(texts_of(ax))
    assert ax.get_xlim() == (0, 100)


def test_a_grid_writes_every_score_and_a_dash_for_none():
    frame = pd.concat([scores_of(node_id="n"), scores_of(node_id="m", score_percent=[1, None, 3])])
    ax = score_charts.plot_grid(frame, words=WORDS)
    assert sorted(texts_of(ax)) == sorted(["90.0", "40.0", "70.0", "1.0", "–", "3.0", "X", "Y"])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["n", "m"]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Alpha  1",
        "Beta  2",
        "Gamma  1",
    ]


def test_categories_stand_in_columns_with_all_at_the_end():
    frame = pd.DataFrame(
        {"node_id": ["n", "n"], "category": ["x", "y"], "score_percent": [10.0, 30.0],
         "all_mean": [15.0, 15.0]}
    )  # fmt: skip
    ax = score_charts.plot_categories(frame, words=WORDS)
    assert texts_of(ax) == ["10.0", "30.0", "15.0"]


def editions_of(scores, comparable) -> pd.DataFrame:
    return pd.DataFrame(
        {"edition_year": [2021, 2022, 2023], "order": [1, 2, 3], "category": "x",
         "score_percent": scores, "comparable": comparable}
    )  # fmt: skip


def test_a_line_breaks_where_editions_do_not_compare():
    frame = editions_of([50.0, 60.0, 70.0], [False, True, False])
    ax = trend_charts.plot_editions(frame, words=WORDS)
    drawn = [line.get_xdata().tolist() for line in ax.get_lines() if line.get_marker() == "o"]
    assert drawn == [[1, 2], [3]]
    assert texts_of(ax).count("not comparable") == 1
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020-2021", "2022", "2023"]
    assert ax.get_ylim() == (0, 100)


def test_a_category_without_a_score_draws_nothing():
    frame = editions_of([None, None, None], [False, True, True]).assign(category_mean=None)
    ax = trend_charts.plot_editions(frame, words=WORDS)
    assert texts_of(ax) == []
    ranks = frame.assign(rank=None, ranked=None)
    assert texts_of(trend_charts.plot_history(ranks, words=WORDS)) == []


def test_a_history_leaves_a_gap_and_names_score_and_place():
    frame = editions_of([50.0, None, 70.0], [False, True, True]).assign(
        category_mean=[55.0, 56.0, 57.0], rank=pd.array([2, None, 1], dtype="Int64"),
        ranked=pd.array([3, None, 4], dtype="Int64"),
    )  # fmt: skip
    ax = trend_charts.plot_history(frame, words=WORDS)
    assert {"50.00\nplace 2 of 3", "70.00\nplace 1 of 4"} <= set(texts_of(ax))
    own = ax.get_lines()[1].get_ydata()
    assert pd.isna(own[1])


def test_moves_join_two_dots_and_carry_a_sign():
    frame = scores_of(score_before=[80.0, 45.0, 70.0], change=[10.0, -5.0, 0.0])
    ax = trend_charts.plot_moves(frame, words=WORDS)
    assert {"+10.00", "-5.00", "0.00"} <= set(texts_of(ax))
    assert len(ax.get_lines()) == 3 * len(frame)


def test_a_profile_draws_range_mean_and_score():
    frame = pd.DataFrame(
        {"node_id": ["n", "m"], "score_percent": [50.0, 60.0], "category_mean": [55.0, 65.0],
         "lowest": [10.0, 20.0], "highest": [90.0, 80.0]}
    )  # fmt: skip
    ax = score_charts.plot_profile(frame, words=WORDS)
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches] == [
        (10, 90),
        (20, 80),
    ]
    assert texts_of(ax) == ["50.00", "60.00"]


def test_services_of_several_organisations_name_them():
    frame = pd.DataFrame(
        {"service_id": ["s", "t"], "organisation_id": ["a", "b"], "category": ["x", "y"],
         "score_percent": [5.0, 7.0]}
    )  # fmt: skip
    ax = score_charts.plot_services(frame, words=WORDS)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["s\nAlpha", "t\nBeta"]
    alone = score_charts.plot_services(frame.head(1), words=WORDS)
    assert [label.get_text() for label in alone.get_yticklabels()] == ["s"]


def test_labels_wrap_without_breaking_a_word():
    assert charts.wrap("short") == "short"
    assert charts.wrap("Data and integration", 12) == "Data and\nintegration"
    assert charts.wrap("one two three four five six seven eight", 12).endswith("…")
    assert charts.wrap("Satisfactionmeasured", 12) == "Satisfactionmeasured"


def test_the_badge_stands_on_a_synthetic_figure_only():
    ax = charts.new_axes()
    charts.add_frame(ax, title="T", foot="F")
    assert ax.get_figure(root=True).texts[-1].get_text() != "Synthetic"
    charts.add_frame(ax, title="T", foot="F", badge="Synthetic")
    assert "Synthetic" in [text.get_text() for text in ax.get_figure(root=True).texts]


@pytest.mark.parametrize("score", range(0, 101, 5))
def test_cells_of_a_grid_can_be_read(score):
    cell = matplotlib.colors.to_hex(score_charts._HEAT(score / 100))
    assert contrast(cell, charts.INK) >= 4.5


def test_names_are_drawn_as_they_are():
    """A dollar is no formula, an underscore hides nothing from a legend, a long name is cut."""
    names = {"x": "_$a_1$", "y": r"$\\frac{1", "a": "two\nlines", "b": "long " * 80, "T": "$T"}
    words = charts.drawable(Words("en", names))
    frame = pd.DataFrame(
        {"category": ["x", "y"], "node_id": ["T", "T"], "score_percent": [50.0, 60.0],
         "lowest": [40.0, 50.0], "highest": [60.0, 70.0]}
    )  # fmt: skip
    with plt.style.context(charts.STYLE):
        ax = score_charts.plot_parameters(frame, words=words)
        ax.figure.draw_without_rendering()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["\u200b_$a_1$", names["y"]]
    assert not any(text.get_parse_math() for text in ax.get_yticklabels())
    assert words.name("a") == "two lines"
    assert len(words.name("b")) == 120 and words.name("b").endswith("…")
