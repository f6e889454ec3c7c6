"""Charts of the register: marks, numbers and names."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from asan_analysis.report import register_charts
from asan_analysis.report.charts import INK
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.words import Words

NAMES = {"a": "Alpha", "b": "Beta", "2022": "2022", "2023": "2023"}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def cells(families: int) -> pd.DataFrame:
    """The first family is given by a (twice) and b, every other one by a."""
    rows = [(f"F{place}", f"ad {place}", f"name {place}", body, services)
            for place in range(families)
            for body, services in (("a", 1 + (place == 0)), ("b", int(place == 0)))]  # fmt: skip
    return pd.DataFrame(rows, columns=["family", "name_az", "name_en", "organisation_id",
                                       "services"])  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_heat_map_numbers_what_is_given_and_leaves_the_rest_empty(lang):
    ax = register_charts.plot_family_cover(cells(2), words=Words(lang, NAMES))
    assert texts_of(ax) == ["2", "1", "1"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["Alpha", "Beta"]
    name = {"az": "ad", "en": "name"}[lang]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [f"{name} 0", f"{name} 1"]
    assert ax.collections[0].get_array().ravel().tolist() == [2, 1, 1, 0]


def test_the_heat_map_tells_how_much_it_shows():
    ax = register_charts.plot_family_cover(cells(31), words=Words("en", NAMES))
    assert len(ax.get_yticklabels()) == 25
    assert "25 of 31" in ax.get_xlabel()


def test_steps_of_the_heat_map_carry_dark_numbers_and_grow_darker():
    from test_charts import contrast

    steps = register_charts._STEPS.colors
    assert all(contrast(step, INK) >= 4.5 for step in steps)
    light = [contrast(step, "#000000") for step in steps]
    assert light == sorted(light, reverse=True)


CHANGES = pd.DataFrame(
    {"edition_year": [2022, 2022, 2023], "category": ["x", "all", "all"], "entered": [9, 40, 60],
     "moved": [0, 10, 0], "moved_renamed": 0, "renamed": [0, 1, 30], "left": [9, 20, 50]}
)  # fmt: skip


def test_changes_are_stacked_and_what_left_stands_below():
    ax = register_charts.plot_register_changes(CHANGES, words=Words("en", NAMES))
    drawn = [[(bar.get_y(), bar.get_height()) for bar in bars] for bars in ax.containers]
    assert drawn == [[(0, 40), (0, 60)], [(40, 10), (60, 0)], [(50, 1), (60, 30)],
                     [(0, -20), (0, -50)]]  # fmt: skip
    shown = [text for text in texts_of(ax) if text]
    assert sorted(shown) == sorted(["40", "60", "10", "30", "20", "50", "1"])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2022", "2023"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["entered", "moved to another body", "renamed", "left"]


def test_thin_bars_have_their_numbers_beside_them_one_above_the_other():
    frame = CHANGES.tail(1).assign(entered=500, moved=2, renamed=1)
    ax = register_charts.plot_register_changes(frame, words=Words("en", NAMES))
    beside = {text.get_text(): text.xy for text in ax.texts if text.get_text() in ("1", "2")}
    assert beside["1"][1] - beside["2"][1] > 20
    assert {x for x, _ in beside.values()} == {0.31}


def test_the_curve_is_in_percent_and_marks_the_threshold():
    frame = pd.DataFrame({"threshold": [0.9, 0.5], "precision": [1.0, 0.5], "recall": [0.4, 1.0]})
    ax = register_charts.plot_pairs_curve(frame, words=Words("az", NAMES), shipped=0.75)
    precision, recall, mark = ax.get_lines()
    assert precision.get_ydata().tolist() == [50, 100] and recall.get_ydata().tolist() == [100, 40]
    assert mark.get_xdata() == [0.75, 0.75]
    assert "0,75" in texts_of(ax)[0]
    assert len(register_charts.plot_pairs_curve(frame, words=Words("en")).get_lines()) == 2


def test_pairs_at_other_thresholds_stand_beside_the_one_in_use():
    frame = pd.DataFrame({"threshold": [0.4, 0.7, 1.0], "inside": [4, 2, 2], "across": [7, 0, 0]})
    ax = register_charts.plot_pairs_by_threshold(frame, words=Words("en", NAMES))
    lines = {line.get_label(): line.get_ydata().tolist() for line in ax.lines[:2]}
    assert lines == {"inside one body": [4, 2, 2], "across bodies": [7, 0, 0]}
    assert ax.lines[2].get_xdata() == [0.7, 0.7]
    assert texts_of(ax) == ["in use: 0.70"]
