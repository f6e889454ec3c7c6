"""Sentences on moves, on what may come and on one profile: values by hand, both languages."""

import re

import numpy as np
import pandas as pd
import pytest

from asan_analysis.report import forecast_sentences, profile_sentences, trend_sentences
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.words import Words

NAMES = {"a": "Alpha", "b": "Beta", "x": "Ex", "y": "Why", "all": "All", "T": "Index", "p": "Part",
         "q": "Quarter", "2021": "2020-2021", "2022": "2022", "last": "last score",
         "model": "model", "better": "better", "no_spread": "no spread",
         "method_changed": "method changed", "p.short": "Pt"}  # fmt: skip
VALUES = {**trend_sentences.VALUES, **forecast_sentences.VALUES, **profile_sentences.VALUES}
SERIES = pd.DataFrame(
    [("x", 2021, 1, 1208, None, None), ("x", 2022, 2, None, None, None),
     ("a", 2021, 1, None, 4, None), ("a", 2022, 2, None, 1, 97.5), ("a", None, None, None, 20, 5.2),
     ("b", 2021, 1, None, None, None), ("b", 2022, 2, None, None, None)],
    columns=["row", "edition_year", "order", "services", "rank", "score_percent"],
).astype({"edition_year": "Int64", "order": "Int64"})  # fmt: skip
CAUSES = pd.DataFrame(
    {"unit_id": ["all", "x"], "change": [-2.5, 1.0], "improvement": [4.0, 1.25],
     "reweighting": [-1.0, 0.0], "entry": [0.0, -0.5], "exit": [0.5, 0.25],
     "method": [-6.0, 0.0], "stayed": [1319, 20]}
)  # fmt: skip
MOVES = pd.DataFrame(
    {"change": [3.0, -2.0, 1.0, -1.25, 9.0], "low": [1.0, -3.0, -1.0, -3.0, np.nan],
     "firm": pd.array([True, True, False, False, None], dtype="boolean")}
)  # fmt: skip
ORDERS = pd.DataFrame({"kendall_tau": [0.1, 0.754], "low": [0.0, 0.6], "high": [0.2, 0.9],
                       "state": ["compared", "compared"]})  # fmt: skip
SPREADS = pd.DataFrame(
    {"spread_after": [9.0, 12.34], "spread_both_before": [8.0, 14.0],
     "spread_both_after": [9.0, 12.6], "ratio": [1.1, 0.9], "low": [0.5, 0.81],
     "high": [1.5, 0.99], "state": "compared"}
)  # fmt: skip
SLOPES = pd.DataFrame({"slope": [-0.25], "slope_corrected": [-0.15], "corrected_low": [-0.29],
                       "corrected_high": [-0.02], "state": ["compared"]})  # fmt: skip
CEILING = pd.DataFrame({"near_top": [0.0, 0.125], "mean_room": [50.0, 30.5],
                        "least_room": [9.0, 2.25]})  # fmt: skip
GROUPS = pd.DataFrame(
    {"category": ["x", "all"], "edition_year": 2024, "organisations": [9, 47],
     "point": [50.0, 61.5], "low_80": [45.0, 58.0], "high_80": [55.0, 65.0],
     "low_95": [40.0, 55.25], "high_95": [60.0, 68.0]}
)  # fmt: skip
FANS = pd.concat(
    [GROUPS, pd.DataFrame({"category": ["x"] * 2, "edition_year": [2022, 2023],
                           "score_percent": [1.0, 2.0]})]
)  # fmt: skip
BODIES = pd.DataFrame(
    {"organisation_id": ["a", "b", "c"], "edition_year": 2024, "point": [52.25, 61.0, 1.0],
     "low_80": [45.0, 55.0, 0.0], "high_80": [49.0, 60.0, 9.0],
     "basis": ["own", "category", "field"]}
)  # fmt: skip
TESTED = pd.DataFrame(
    {"horizon": [2, 2, 1, 1], "method": ["model", "last", "last", "model"],
     "n": [40, 40, 1200, 1200], "mean_absolute_error": [4.0, 5.0, 3.25, 2.5], "best_rule": "last",
     "difference": [-1.0, 0.0, 0.0, -0.75], "low_95": [-2.0, 0.0, 0.0, -1.5],
     "high_95": [0.5, 0.0, 0.0, -0.25], "verdict": "better", "coverage_80": [75, None, None, 82.4],
     "coverage_95": [90.0, None, None, 94.6]}
)  # fmt: skip
CHANCES = pd.DataFrame(
    {"organisation_id": ["a", "b", "a", "b"], "edition_year": [2024, 2024, 2025, 2025],
     "target_score": 80.0, "target_place": 3, "chance_score": [90.0, 90.0, 50.0, 49.9],
     "chance_place": [99.0, 98.0, 20.0, 70.4]}
)  # fmt: skip
HISTORY = pd.DataFrame(
    {"organisation_id": "a", "category": "x", "edition_year": [2021, 2022, 2023],
     "score_percent": [50.0, 62.5, None], "rank": [4, 2, None], "ranked": [9, 8, None],
     "category_mean": [55.0, 57.0, 58.0], "services": [3, 1411, None]}
)  # fmt: skip
PARTS = pd.DataFrame(
    {"node_id": ["p", "q"], "score_percent": [50.0, 40.0], "category_mean": [49.0, None],
     "lacking": [25.0, 12.5], "difference": [-1.5, None]}
)  # fmt: skip
ITEMS = pd.DataFrame({"lacking": [3.0, 2.0, 2.0, 1.0, 0.0], "not_answered": [2, 0, 1, 0, 0]})
GAPS = pd.DataFrame(
    {"against": ["leader"] * 3 + ["before"] * 3, "node_id": ["T", "p", "q"] * 2,
     "rival": ["b"] * 3 + [None] * 3, "gap": [-5.0, 2.5, -7.5, 3.0, 2.0, 1.0],
     "from_redistribution": [0.5, 0.0, -0.75, 0.0, 0.0, 0.0],
     "baseline_year": pd.array([None] * 3 + [2021] * 3, dtype="Int64")}
)  # fmt: skip
PLACE = pd.DataFrame({"answers": [4], "outcome": ["proved"], "rival": ["b"], "needed": [1.25],
                      "gain": [1.5], "rank_after": [2], "left_out": [0]})  # fmt: skip
LINES = {name: f"{name}.alt" for name in (
    "announced_series", "mean_moved", "fans", "bodies_ahead", "profile_history", "profile_parts",
    "profile_steps",
)}  # fmt: skip
TOLD = {
    "announced_series": (SERIES, ["over 2 editions", "Ex: 2020-2021 1,208. Alpha: 2020-2021 place "
                                  "4, 2022 place 1 (97.50). Beta: none."]),
    "causes.sentence": (CAUSES, ["by -2.50 points: +4.00 from the 1,319", "-1.00 from their",
                                 "0.00 from services that came, +0.50", "-6.00 from the method"]),
    "mean_moved": (CAUSES, ["All -2.50: Improvement +4.00, Weights -1.00, Entry 0.00, Exit +0.50, "
                        "Method -6.00. Ex +1.00: Improvement +1.25"]),
    "firm_moves.sentence": (MOVES, ["Of 4 org", "1 rose and 1 fell", "firm is 1.25 points"]),
    "orders.sentence": (ORDERS, ["kept to 0.75", "0.60 to 0.90"]),
    "spread_now.sentence": (SPREADS, ["is 12.60 points, 14.00", "ratio 0.90", "0.81 to 0.99"]),
    "slopes.sentence": (SLOPES, ["with -0.25", "-0.15 once", "-0.29 to -0.02): low scores rise"]),
    "ceiling.sentence": (CEILING, ["12.5% of the", "30.50 points, 2.25 for"]),
    "group_forecasts.sentence": (GROUPS, ["In 2024 the mean of the 47", "at 61.50",
                                          "58.00 and 65.00", "55.25 and 68.00"]),
    "fans": (FANS, ["Ex 2024: 50.00 (45.00–55.00). All 2024: 61.50 (58.00–65.00)."]),
    "body_forecasts.sentence": (BODIES, ["For 3 org", "of 2024 are wider than 5.00", "; 2 of"]),
    "bodies_ahead": (BODIES, ["Alpha 52.25, Beta 61.00, c 1.00"]),
    "tested.sentence": (TESTED, [
        "it: 1 year(s) ahead the model misses by 2.50 points on average (1,200 forecasts)",
        "(last score) by 3.25; difference -0.75 (95 %: -1.50 to -0.25), better",
        "held 82 %, its 95 % intervals 95 %. 2 year(s) ahead the model misses by 4.00",
    ]),
    "chances.sentence": (CHANCES, ["By 2025", "first 3 of", "Beta (70%), Alpha (20%). 1 of 2 org",
                                   "pass 80 points"]),
    "profile_history.sentence": (HISTORY, ["Alpha scores 62.50 over 1,411", "place 2 of 8",
                                           "(Ex), whose mean is 57.00"]),
    "profile_history": (HISTORY, ["of Alpha: 50.00 (2020-2021), 62.50 (2022)"]),
    "profile_parts.sentence": (PARTS, ["Of 37.50", "“Pt” (25.00)", "“Pt” (-1.50)"]),
    "profile_parts": (PARTS, ["Part: 50.00", " 49.00). Quarter: 40.00"]),
    "profile_items.sentence": (ITEMS, ["the 8.00", "on 2 of 5 items. 3 answers"]),
    "profile_gaps.sentence": (GAPS, [
        "First of the category: Beta: -5.00 (most: Quarter -7.50)",
        "The organisation in 2020-2021: +3.00 (most: Pt +2.00)", "At most 0.75 points",
    ]),
    "profile_steps": (GAPS, ["Beta (-5.00): Pt +2.50, Quarter -7.50. The organisation in 2020-2021 "
                             "(+3.00): Pt +2.00, Quarter +1.00."]),
    "profile_place.sentence": (PLACE, ["1.25 points are missing", "of Beta. 4 answers are enough "
                                       "and no fewer; they bring 1.50 points and place 2."]),
}  # fmt: skip


def values_of(name: str, frame: pd.DataFrame, words: Words) -> dict[str, str]:
    describe = VALUES[name]
    takes = "decimals" in describe.__code__.co_varnames[: describe.__code__.co_argcount]
    return describe(frame, words, decimals=2) if takes else describe(frame, words)


def say(name: str, lang: str, frame: pd.DataFrame | None = None) -> str:
    words = Words(lang, NAMES)
    frame = TOLD[name][0] if frame is None else frame
    return words.say(LINES.get(name, name), **values_of(name, frame, words))


def test_every_sentence_is_told():
    assert set(TOLD) == set(VALUES)


@pytest.mark.parametrize("name", TOLD)
def test_sentences_by_hand(name):
    text = say(name, "en")
    assert [part for part in TOLD[name][1] if part not in text] == [], text


@pytest.mark.parametrize("name", TOLD)
def test_both_languages_tell_the_same_numbers(name):
    """The same figures stand in both, whatever their order."""
    figures = []
    for lang in LANGUAGES:
        text = say(name, lang)
        assert not re.search(r"[{}]|\bnan\b|None|<NA>", text)
        if lang == "az":  # 12.345,67 as in English
            text = re.sub(r"(?<=\d)[.,](?=\d)", lambda sign: ".,"[sign[0] == "."], text)
        plain = text.replace(",", "")
        figures.append(sorted(re.findall(r"\d+(?:\.\d+)?", plain)))
    assert figures[0] == figures[1]


def test_feet_count_what_is_drawn():
    words = Words("en", NAMES)
    feet = {name: values_of(name, TOLD[name][0], words)["foot"] for name in LINES}
    assert feet == {
        "announced_series": "Editions with published coverage: 1 of 2.",
        "mean_moved": "Services: 1,319.", "fans": "Editions: 3.", "bodies_ahead": "Bodies: 3.",
        "profile_history": "Editions: 3.",
        "profile_parts": "One organisation and its category.",
        "profile_steps": "One organisation and its category.",
    }  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_known_is_told_with_its_state(lang):
    """No interval, no ratio and no corrected slope: the reason stands in their place."""
    words = Words(lang, NAMES)
    state = {"state": "no_spread"}
    orders = say("orders.sentence", lang, ORDERS.assign(low=None, **state))
    assert orders == words.say("orders.unknown", state="no spread")
    assert say("orders.sentence", lang, ORDERS.assign(kendall_tau=None, **state)) == orders
    told = say("spread_now.sentence", lang, SPREADS.assign(ratio=None, **state))
    after = words.number(12.34, 2)
    assert told == words.say("spread_now.unknown", after=after, state="no spread")
    told = say("slopes.sentence", lang, SLOPES.assign(corrected_low=None, **state))
    assert told == words.say("slopes.unknown", state="no spread")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.3, -0.01, "closer"), (-0.3, 0.0, "open"), (0.0, 0.3, "open"), (0.01, 0.3, "apart")],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_slope_says_something_only_where_zero_is_outside(lang, low, high, verdict):
    told = say("slopes.sentence", lang, SLOPES.assign(corrected_low=low, corrected_high=high))
    said = [one for one in ("closer", "apart", "open")
            if f"): {Words(lang).say(f'slopes.{one}')}." in told]  # fmt: skip
    assert said == [verdict]


def test_where_all_moves_are_firm_or_none_is_known_the_widest_is_a_dash():
    words = Words("en", NAMES)
    firm = trend_sentences.firm_moves(MOVES.iloc[:2], words, 2)
    assert firm == {"n": "2", "up": "1", "down": "1", "widest": "–"}
    unknown = trend_sentences.firm_moves(MOVES.iloc[4:], words, 2)
    assert unknown == {"n": "0", "up": "0", "down": "0", "widest": "–"}


def test_at_most_five_bodies_are_named_with_their_chance():
    """Six equal chances: the first five in the order of the frame; 50 percent passes."""
    many = pd.DataFrame(
        {"organisation_id": list("fedcba"), "edition_year": 2025, "target_score": 80.0,
         "target_place": 3, "chance_score": [50.0] * 3 + [49.9] * 3, "chance_place": 10.0}
    )  # fmt: skip
    values = forecast_sentences.chances(many, Words("en"))
    assert values["best"] == "f (10%), e (10%), d (10%), c (10%), b (10%)"
    assert (values["sure"], values["n"]) == ("3", "6")


def test_a_chance_that_is_missing_is_not_told():
    """No place of a category that has fewer organisations; where none has as many, so it says."""
    few = pd.DataFrame(
        {"organisation_id": ["a", "b"], "edition_year": 2025, "target_score": 80.0,
         "target_place": 3, "chance_score": 60.0, "chance_place": [np.nan, 20.0]}
    )  # fmt: skip
    assert forecast_sentences.chances(few, Words("en"))["best"] == "b (20%)"
    told = forecast_sentences.chances(few.assign(chance_place=np.nan), Words("en"))["best"]
    assert told == "none, as every category has fewer organisations"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_to_the_next_place_says_what_is_proved_left_out_or_refused(lang):
    words = Words(lang, NAMES)
    found = say("profile_place.sentence", lang, PLACE.assign(outcome="not_proved", left_out=3))
    values = {"rival": "Beta", "needed": words.number(1.25, 2), "answers": "4",
              "gain": words.number(1.5, 2), "rank_after": "2"}  # fmt: skip
    more = words.say("profile_place.left_out", n="3")
    assert found == words.say("profile_place.found", **values) + more
    refused = say("profile_place.sentence", lang, PLACE.assign(answers=None, outcome="first"))
    reason = words.say("refused.first")
    assert refused == words.say("profile_place.refused", reason=reason)


@pytest.mark.parametrize(("lacking", "half"), [([4.0, 4.0], "1"), ([3.0, 2.0, 3.0], "2"),
                                               ([0.0, 0.0], "1"), ([9.0, 0.5], "1")])  # fmt: skip
def test_half_of_what_lacks_is_counted_from_the_top(lacking, half):
    frame = pd.DataFrame({"lacking": lacking, "not_answered": 0})
    assert profile_sentences.profile_items(frame, Words("en"), 2)["half"] == half


def test_parts_without_a_mean_of_the_category_have_no_difference():
    """No other body of the category is scored: a dash where the difference would stand."""
    words = Words("en", NAMES)
    values = profile_sentences.profile_parts(PARTS.assign(difference=np.nan), words, 2)
    assert values["difference"] == "–" and values["most"] == "Pt"
