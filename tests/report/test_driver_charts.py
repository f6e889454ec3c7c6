"""Charts and sentences of the drivers: marks and words counted by hand."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from shipped import load_shipped

from asan_analysis.data.datasets import select_edition
from asan_analysis.data.published import load_published
from asan_analysis.refusals import Refusal
from asan_analysis.report import outputs
from asan_analysis.report.driver_charts import plot_effects, plot_shares
from asan_analysis.report.driver_sentences import VALUES, name_effect
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.outputs import Chapter
from asan_analysis.report.words import Words

NAMES = {"T": "All", "x": "Ex", "y": "Why", "a": "Ay", "b": "Bee", "central": "Central"}
SHARES = pd.DataFrame(
    {"level": ["between"] * 3 + ["within"] * 3, "node_id": ["T", "x", "y"] * 2,
     "n": [4, 4, 4, 9, 9, 9], "covariance_share": [1.0, 0.75, 0.25, 1.0, -0.1, 1.1],
     "level_share": [0.6, 0.5, 0.5, 0.4, 0.5, 0.5]}
)  # fmt: skip
EFFECTS = pd.DataFrame(
    {"model": ["every_service"] * 3 + ["inside_body"] * 2,
     "attribute": ["documents", "channel", "category", "documents", "channel"],
     "level": ["", "mixed", "central", "", "mixed"], "test": "attribute",
     "reference": ["", "in_person", "central", "", "in_person"], "unit": ["2", "", "", "2", ""],
     "clusters": 9, "effect": [1.0, 2.0, 3.0, -1.5, 2.5], "low": [0.0, 1.0, np.nan, -2.0, 2.0],
     "high": [2.0, 3.0, np.nan, -1.0, 3.0], "p": [0.04, 0.2, np.nan, 0.001, 0.9],
     "p_adjusted": [0.08, 0.2, np.nan, 0.002, 0.9]}
)  # fmt: skip
GAPS = pd.DataFrame({"organisation_id": ["a", "b"], "gap": [1.25, -1.25],
                     "from_redistribution": [0.5, -0.75], "largest": ["x", "y"]})  # fmt: skip
PLACES = pd.DataFrame({"organisation_id": ["a", "b", "a", "b"], "answers": [2, 7, None, None],
                       "outcome": ["proved", "not_proved", *["not_additive"] * 2]})  # fmt: skip
LOWEST = pd.DataFrame({"service_id": ["x", "y", "s"], "organisation_id": ["a", "b", "b"],
                       "score_percent": [30.0, 12.25, 40], "item_1": ["x", "y", "y"]})  # fmt: skip
ITEMS = pd.DataFrame({"item_id": ["x", "y"], "difficulty": [0.25, np.nan],
                      "always_met": [False, False], "never_met": [False, True]})  # fmt: skip
LISTED = pd.DataFrame(
    {
        "attribute": ["channel", "online_application"],
        "used": [True, False],
        "why_unused": ["", "computed_from_item"],
        "repeats": ["", "2.1.1"],
    }
)
LISTED.loc[2] = ["url", False, "id_or_text", ""]
COMPONENTS = pd.DataFrame({"component": ["body", "service", "item", "residual"],
                           "share": [0.1, 0.2, 0.3, 0.4]})  # fmt: skip
ABILITIES = pd.DataFrame(
    {"rank": [1, 2, 3, None], "rank_raw": [2, 1, 3, None], "difference": [1.0, -2.0, 0.0, 0.5]}
)  # fmt: skip
CASES = {
    "variance_shares.sentence": (SHARES, ["60.0%", "40.0%", "Ex", "75.0%", "Why", "110.0%"]),
    "variance_shares": (SHARES[SHARES["node_id"] != "T"], ["Ex 75.0%", "Why 110.0%", "4"]),
    "gaps_to_mean.sentence": (GAPS, ["Ay", "+1.25", "Bee", "-1.25", "0.75"]),
    "attributes_listed.sentence": (
        LISTED,
        ["Online application", "1", "3", "Address (too many values: an id or"],
    ),
    "attribute_effects.sentence": (EFFECTS, ["none", "Documents", "9"]),
    "attribute_effects": (EFFECTS, ["mixed / in person +2.5", "-1.5"]),
    "items_described.sentence": (ITEMS, ["Ex", "75.0%", "1", "0"]),
    "next_places.sentence": (
        PLACES,
        ["2 answer(s) (Ay)", "7 (Bee)", "gains do not add up (2)", "4"],
    ),
    "lowest_ten.sentence": (LOWEST, ["3", "Why", "Bee", "12.25", "2"]),
    "variances.sentence": (COMPONENTS, ["10.0%", "20.0%", "30.0%", "40.0%"]),
    "abilities.sentence": (ABILITIES, ["2.0", "2", "3"]),
}


def values_of(name: str, frame: pd.DataFrame, words: Words) -> dict[str, str]:
    describe = VALUES[name]
    takes = "decimals" in describe.__code__.co_varnames[: describe.__code__.co_argcount]
    return describe(frame, words, decimals=2) if takes else describe(frame, words)


def test_every_sentence_is_tried():
    assert set(CASES) == set(VALUES)


@pytest.mark.parametrize("name", CASES)
def test_a_sentence_holds_its_numbers(name):
    frame, expected = CASES[name]
    told = " ".join(values_of(name, frame, Words("en", NAMES)).values())
    assert [part for part in expected if part not in told] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in CASES if name.endswith(".sentence")])
def test_a_sentence_fills_its_text(name, lang):
    words = Words(lang, NAMES)
    told = words.say(name, **values_of(name, CASES[name][0], words))
    assert not re.search(r"[{}]|nan|None", told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_no_list_can_be_made_the_sentence_says_why(lang):
    """All four refused: no range, and the reason with its number."""
    words = Words(lang, NAMES)
    values = values_of("next_places.sentence", PLACES[PLACES["answers"].isna()], words)
    told = words.say("next_places.sentence", **values)
    assert values["listed"] == "0" and values["range"] == ""
    assert f"{words.say('refused.not_additive')} (2)" in told


def test_a_level_without_a_text_stays_as_it_is():
    row = EFFECTS.iloc[1].copy()
    row["level"] = "never_seen"
    assert name_effect(row, Words("az", NAMES)).endswith("never_seen / əyani")


def test_a_component_that_is_not_known_has_no_place_in_the_sentence():
    told = values_of("attribute_effects.sentence", EFFECTS, Words("en", NAMES))
    assert told["every_service"] == "none" and told["inside_body"] == "Documents"
    assert (told["every_service_tested"], told["inside_body_tested"]) == ("2", "2")


def test_shares_have_two_bars_a_part_and_a_scale_in_percent():
    ax = plot_shares(SHARES[SHARES["node_id"] != "T"], words=Words("en", NAMES))
    assert sorted(round(bar.get_width(), 6) for bar in ax.patches) == [-10, 25, 75, 110]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Ex", "Why"]
    assert "%" in ax.get_xlabel()
    assert len(ax.get_legend().get_texts()) == 2
    plt.close(ax.figure)


def test_effects_have_a_mark_each_and_name_what_is_compared():
    ax = plot_effects(EFFECTS, words=Words("en", NAMES))
    marks = [one for one in ax.collections if isinstance(one, PathCollection)]
    assert [len(one.get_offsets()) for one in marks] == [3, 2]
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["Documents (+2)", "Channel: mixed / in person", "Category: Central / Central"]
    lines = [one for one in ax.collections if isinstance(one, LineCollection)]
    drawn = [line for one in lines for line in one.get_segments() if len(line)]
    assert len(drawn) == 4
    plt.close(ax.figure)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """A chapter of the sample in 2023."""
    data, edition = select_edition(load_shipped("asan_sample"), 2023)
    return Chapter("04_x", data, edition, load_published(), tmp_path_factory.mktemp("chapter"))


def test_codes_of_the_chapter_have_names_of_their_own(chapter):
    """A component, a column and a value are not shown under another group's name."""
    words = chapter.words("drivers")
    codes = ["service", "category", "fee", "in_person", "not_additive", "id_or_text", "central"]
    assert [words.name(code) for code in codes] == [
        "between services", "Category", "Fee", "in person", "gains do not add up",
        "too many values: an id or free text", "Central bodies",
    ]  # fmt: skip
    assert chapter.words("results").name("in_person") == "in_person"


def test_a_refusal_is_told_in_both_languages_and_its_message_shown(chapter, monkeypatch):
    shown = []
    monkeypatch.setattr(outputs, "_show_text", shown.append)
    refused = Refusal("three words here", code="off_scale")
    chapter.sentence("drivers", "variances.sentence", COMPONENTS.iloc[:0], refused)
    record = chapter.records[-1]
    assert record["name"] == "variances.sentence.nothing"
    told = [record["texts"][lang]["text"] for lang in LANGUAGES]
    assert "scores of items leave the scale" in told[0] and "şkala" in told[1]
    assert shown == [told[0], "three words here"]
