"""Charts of announced series, of falls and of what may come: what is drawn equals the frame."""

import matplotlib.colors
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, PolyCollection

from asan_analysis.report import charts, fall_charts, forecast_charts, trend_charts
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.words import Words

LONG = "An organisation whose name is longer than any line beside a chart can ever be printed"
NAMES = {"x": "Ex", "y": "Why", "all": "All", "a": "Alpha", "b": "Beta", "c": LONG, "T": "Index",
         "p": "Part", "q": "Quarter", "2021": "2020-2021", "2022": "2022"}  # fmt: skip
WORDS = Words("en", NAMES)
ANNOUNCED = pd.DataFrame(
    [("x", "x", 2021, 1, 1208, None, None, False), ("x", "x", 2022, 2, None, None, None, False),
     ("all", "all", 2021, 1, 411, None, None, True), ("all", "all", 2022, 2, 9, None, None, False),
     ("a", "x", 2021, 1, None, 4, None, False), ("a", "x", 2022, 2, None, 1, 97.5, True),
     ("a", "x", None, None, None, 20, 5.15, False), ("c", "y", 2021, 1, None, None, None, False),
     ("c", "y", 2022, 2, None, 3, None, False)],
    columns=["row", "category", "edition_year", "order", "services", "rank", "score_percent",
             "conflict"],
).astype({"edition_year": "Int64", "order": "Int64", "services": "Int64"})  # fmt: skip
GAPS = pd.DataFrame(
    {"against": ["mean"] * 3 + ["before"] * 3 + ["next"] * 3, "node_id": ["T", "p", "q"] * 3,
     "rival": None, "baseline_year": [None] * 3 + [2021] * 3 + [None] * 3,
     "gap": [-5.0, -7.5, 2.5, 3.0, 1.0, 2.0, -9.0, -4.0, -5.0],
     "score_own": 60.0, "score_other": [65.0] * 3 + [57.0] * 3 + [69.0] * 3}
).astype({"baseline_year": "Int64"})  # fmt: skip
CAUSES = pd.DataFrame(
    {"unit_id": ["all", "x"], "score_before": [50.0, 1040.0], "improvement": [4.0, 0.0],
     "reweighting": [-1.0, -2.0], "entry": [0.0, 3.0], "exit": [0.5, 1.0], "method": [-6.0, 0.25]}
)  # fmt: skip
FANS = pd.DataFrame(
    [("x", 2020, 0, 40.0, *[None] * 5), ("x", 2021, 0, 50.0, *[None] * 5),
     ("x", 2022, 1, 45.0, *[None] * 5), ("all", 2022, 1, 48.0, *[None] * 5),
     ("x", 2023, None, None, 46.0, 44.0, 49.0, 42.0, 51.0),
     ("x", 2024, None, None, 47.0, 43.0, 52.0, 40.0, 55.0),
     ("all", 2023, None, None, 49.0, 47.0, 50.0, 45.0, 53.0)],
    columns=["category", "edition_year", "segment", "score_percent", "point", "low_80",
             "high_80", "low_95", "high_95"],
)  # fmt: skip
AHEAD = pd.DataFrame(
    {"organisation_id": ["a", "b", "c"], "category": ["x", "y", "x"], "last": [50.0, 60.0, 70.0],
     "point": [52.25, 61.0, 69.0], "low_80": [45.0, 55.0, 66.0], "high_80": [58.0, 68.0, 72.0],
     "low_95": [40.0, 50.0, 61.0], "high_95": [63.0, 73.0, 77.0],
     "basis": ["own", "category", "field"]}
)  # fmt: skip


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def ticks_of(labels):
    return [label.get_text() for label in labels]


def bars_of(ax):
    """Start and end of each bar from the top down."""
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert [bar.get_y() + bar.get_height() / 2 for bar in ax.patches] == pytest.approx(
        range(1, len(ends) + 1)
    )
    return [end for pair in ends for end in pair]


def test_announced_cells_stand_at_their_row_and_edition():
    """Counts, dashes and stars where the frame has them; the uncertain score is not drawn."""
    ax = trend_charts.plot_announced(ANNOUNCED, words=WORDS)
    cells = [(text.get_text(), text.get_position()) for text in ax.texts]
    assert sorted(cells) == sorted([
        ("1,208", (1, 0)), ("–", (2, 0)), ("411*", (1, 1)), ("9", (2, 1)),
        ("4", (0.8, 2)), ("", (1.02, 2)), ("1", (1.8, 2)), ("97.50*", (2.02, 2)),
        ("3", (1.8, 3)), ("", (2.02, 3)),
    ])  # fmt: skip
    assert ticks_of(ax.get_yticklabels())[:3] == ["Ex: services", "All: services", "Alpha"]
    assert ticks_of(ax.get_xticklabels()) == ["2020-2021", "2022"]


def test_announced_discs_are_full_for_the_first_three_places():
    ax = trend_charts.plot_announced(ANNOUNCED, words=WORDS)
    discs = [one for one in ax.collections if isinstance(one, PathCollection)]
    filled = {tuple(one.get_offsets()[0]): matplotlib.colors.to_hex(one.get_facecolor()[0])
              for one in discs}  # fmt: skip
    colour = charts.COLOURS[0].lower()
    assert filled == {(0.8, 2): "#ffffff", (1.8, 2): colour, (1.8, 3): colour}
    lines = [line.get_ydata()[0] for line in ax.get_lines()]
    assert lines == [1.5, 2.5], "a line before the bodies and before each next category"


def test_announced_names_and_numbers_go_by_language_and_long_names_are_cut():
    ax = trend_charts.plot_announced(ANNOUNCED, words=Words("az", NAMES))
    assert {"1.208", "97,50*"} <= set(texts_of(ax))
    labels = ticks_of(ax.get_yticklabels())
    assert labels[0].startswith("Ex") and labels[0] != "Ex: services"
    assert labels[3].endswith("…") and max(map(len, labels[3].split("\n"))) <= 34


def test_announced_can_be_one_category_alone():
    ax = trend_charts.plot_announced(ANNOUNCED.iloc[:2], words=WORDS)
    assert texts_of(ax) == ["1,208", "–"] and not ax.get_lines()


def test_gaps_fall_from_the_other_score_to_the_own_in_each_panel():
    """Two panels in order; the next place has none; bars join and end at the own score."""
    ax = fall_charts.plot_gaps(GAPS, words=WORDS)
    first, second = ax.get_figure().axes
    assert bars_of(first) == [65, 57.5, 57.5, 60]
    assert bars_of(second) == [57, 58, 58, 60]
    assert texts_of(first) == ["65.00", "-7.50", "+2.50", "60.00"]
    assert texts_of(second) == ["57.00", "+1.00", "+2.00", "60.00"]
    assert [one.get_title(loc="left") for one in (first, second)] == [
        "Mean of the category", "The organisation in 2020-2021",
    ]  # fmt: skip
    names = ["compared score", "Part", "Quarter", "own score"]
    assert ticks_of(first.get_yticklabels()) == names
    assert first.get_ylim() == second.get_ylim() and first.get_ylim()[0] > first.get_ylim()[1]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in first.patches]
    assert colours == [charts.COLOURS[1].lower(), charts.COLOURS[0].lower()]


def test_gaps_name_a_rival_and_cut_a_long_name():
    frame = GAPS.iloc[:3].assign(against="leader", rival="c")
    ax = fall_charts.plot_gaps(frame, words=WORDS, decimals=1)
    assert len(ax.get_figure().axes) == 1
    head, *body = ax.get_title(loc="left").split("\n")
    assert head == "First of the category" and body[0].startswith("An organisation")
    assert max(map(len, body)) <= 30
    assert texts_of(ax) == ["65.0", "-7.5", "+2.5", "60.0"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_causes_lead_from_the_score_before_to_the_score_now(lang):
    words = Words(lang, NAMES)
    ax = fall_charts.plot_causes(CAUSES, words=words, decimals=1)
    field, category = ax.get_figure().axes
    assert bars_of(field) == [50, 54, 54, 53, 53, 53, 53, 53.5, 53.5, 47.5]
    assert bars_of(category)[-1] == 1042.25
    marks = [one.get_offsets().tolist() for one in field.collections
             if isinstance(one, PathCollection)]  # fmt: skip
    assert marks == [[[50, 0], [47.5, 6]]]
    told = ["50.0", "+4.0", "-1.0", "0.0", "+0.5", "-6.0", "47.5"]
    assert texts_of(field) == [one.replace(".", "," if lang == "az" else ".") for one in told]
    assert texts_of(category)[0] == ("1,040.0" if lang == "en" else "1.040,0")
    assert ticks_of(ax.get_yticklabels())[1] == words.column("improvement")
    assert [one.get_title(loc="left") for one in (field, category)] == ["All", "Ex"]


def test_causes_that_are_all_nil_still_have_a_scale():
    nil = CAUSES.iloc[:1].assign(improvement=0.0, reweighting=0.0, exit=0.0, method=0.0)
    ax = fall_charts.plot_causes(nil, words=WORDS)
    left, right = ax.get_xlim()
    assert left < 50 < right and texts_of(ax)[-1] == "50.00"


def bands_of(ax):
    """Lowest and highest value of each band by year, the wide band first."""
    bands = []
    for one in ax.collections:
        assert isinstance(one, PolyCollection)
        corners = one.get_paths()[0].vertices
        years = sorted(set(corners[:, 0]))
        inside = [corners[corners[:, 0] == year, 1] for year in years]
        bands.append({int(year): (y.min(), y.max()) for year, y in zip(years, inside, strict=True)})
    return bands


def test_fans_draw_lines_so_far_by_segment_and_two_bands_to_come():
    ax = forecast_charts.plot_fans(FANS, words=WORDS)
    first, second = ax.get_figure().axes
    assert [one.get_title(loc="left") for one in (first, second)] == ["Ex", "All"]
    drawn = [list(zip(*line.get_data(), strict=True)) for line in first.get_lines()]
    assert drawn == [[(2020, 40), (2021, 50)], [(2022, 45)],
                     [(2022, 45), (2023, 46), (2024, 47)]]  # fmt: skip
    wide, narrow = bands_of(first)
    assert wide == {2022: (45, 45), 2023: (42, 51), 2024: (40, 55)}
    assert narrow == {2022: (45, 45), 2023: (44, 49), 2024: (43, 52)}
    assert bands_of(second)[0] == {2022: (48, 48), 2023: (45, 53)}
    assert first.get_ylim() == second.get_ylim() == (0, 100)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fan_of_one_category_is_one_panel(lang):
    words = Words(lang, NAMES)
    ax = forecast_charts.plot_fans(FANS[FANS["category"] == "x"], words=words)
    assert ax.get_figure().axes == [ax]
    assert ax.get_ylabel() == words.say("chart.score_axis")


def test_three_fans_stand_in_two_rows_with_the_scale_at_the_left():
    third = FANS[FANS["category"] == "all"].assign(category="y")
    ax = forecast_charts.plot_fans(pd.concat([FANS, third]), words=WORDS)
    panels = ax.get_figure().axes
    places = [one.get_subplotspec() for one in panels]
    assert [(one.rowspan.start, one.colspan.start) for one in places] == [(0, 0), (0, 1), (1, 0)]
    assert [bool(one.get_ylabel()) for one in panels] == [True, False, True]


def test_forecasts_draw_bars_and_dots_of_each_body_by_category():
    """Rows of Ex first; a star where the body leans on others; the last score is hollow."""
    ax = forecast_charts.plot_forecasts(AHEAD, words=WORDS)
    rows = [ax.get_lines()[at : at + 4] for at in range(0, 12, 4)]
    for drawn, body in zip(rows, [0, 2, 1], strict=True):
        wide, narrow, last, point = (line.get_xdata().tolist() for line in drawn)
        row = AHEAD.iloc[body]
        assert wide == [row["low_95"], row["high_95"]]
        assert narrow == [row["low_80"], row["high_80"]]
        assert (last, point) == ([row["last"]], [row["point"]])
        assert drawn[2].get_markerfacecolor() == "white"
        assert len({y for line in drawn for y in np.atleast_1d(line.get_ydata())}) == 1
    assert texts_of(ax) == ["52.25", "69.00*", "61.00*", "Ex", "Why"]
    labels = ticks_of(ax.get_yticklabels())
    assert labels[::2] == ["Alpha", "Beta"]
    assert labels[1] == f"{LONG[:63]}…"


def test_forecasts_of_one_category_in_azerbaijani():
    ax = forecast_charts.plot_forecasts(AHEAD.iloc[1:2], words=Words("az", NAMES), decimals=1)
    assert texts_of(ax) == ["61,0*", "Why"] and len(ax.get_lines()) == 4
