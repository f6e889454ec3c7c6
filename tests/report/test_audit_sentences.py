"""Sentences of the review: counts and names by hand, in both languages."""

import re

import numpy as np
import pandas as pd
import pytest

from asan_analysis.report.audit_sentences import VALUES
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.words import Words

NAMES = {"x": "Ex", "y": "Why", "T": "All", "weak": "weak link", "items": "items", "2021": "2021",
         "equal": "equal weights", "doubt": "doubt", "weights": "weights"}  # fmt: skip
STEPS = pd.DataFrame(
    {"disclosure": ["disclosed", "partly_disclosed", "not_disclosed", "not_disclosed"],
     "checked_on": ["observed", "none", "observed;synthetic", "none"]}
)  # fmt: skip
PRINTED = pd.DataFrame(
    {"services": pd.array([14, None, None], dtype="Int64"), "rules": 72, "remains": [39, 70, 72],
     "excluded": [33, 2, 0]}
)  # fmt: skip
ROUNDINGS = pd.DataFrame(
    {"score_percent": [97.77, 97.77, 80.0], "all_apply": True, "points_1": ["none", "none", "any"]}
)
NODES = pd.DataFrame(
    {"node_id": ["T", "x", "y"], "services": [8, 8, 7], "alpha": [0.936, np.nan, np.nan],
     "flag": ["", "weak", "few weak"]}
)  # fmt: skip
PAIRS = pd.DataFrame({"flag": ["weak", "", "high", "weak"]})
COMPONENTS = pd.DataFrame(
    {"nodes": [7], "share_first": [0.723], "share_second": [0.066], "above_one": [1]}
)
EFFECTS = pd.DataFrame(
    {"node_id": ["x", "y"], "weight": [0.5, 0.5], "covariance_share": [0.3, 0.7],
     "difference": [-0.2, 0.2]}
)  # fmt: skip
AGREEMENT = pd.DataFrame(
    {"node_id": ["T", "x", "y"], "pairs": [1200, 700, 500], "services": 8,
     "agreement": [0.88, 0.9, 0.75], "agreement_low": 0.7, "agreement_high": 0.95,
     "alpha": [0.79, 0.8, 0.5]}
)  # fmt: skip
EVALUATORS = pd.DataFrame({"flag": ["severe", "", "", "lenient", "severe"]})
LEAGUE = pd.DataFrame(
    {"scheme": ["equal", "equal", "doubt", "doubt"], "category": ["c", "d", "c", "d"],
     "organisations": [5, 4, 5, 4], "moved": [2, 1, 0, 2], "largest_move": [1, 3, 0, 6]}
)  # fmt: skip
VERSIONS = pd.DataFrame(
    {"baseline_year": 2021, "change": ["items", "weights", "total"], "organisations": 47,
     "mean_change": [-0.9, -0.7, -1.6], "mean_absolute": [0.9, 0.9, 1.66],
     "mean_move": [0.1, 0.3, 0.5], "leading": pd.array([24, 23, None], dtype="Int64")}
)  # fmt: skip
TOLD = {
    "handbook_steps.sentence": (STEPS, ["4 steps", "1 are disclosed", "1 in part", "2 not",
                                        "2 of them"]),
    "printed_left.sentence": (PRINTED, ["72 rules", "3 printed", "services: 1;", "leaves 39",
                                        "it: 2;", "excludes: 2"]),
    "printed_rules.sentence": (ROUNDINGS, ["rounded: 97.77."]),
    "nodes_audited.sentence": (NODES, ["2 of 2", "weak link: 2; few: 1", "8 services", "0.94"]),
    "pairs_flagged.sentence": (PAIRS, ["4 pairs", "2 correlate", "0 below -0.4", "1 repeat"]),
    "components.sentence": (COMPONENTS, ["7 parts", "72.3%", "6.6%", "above 1: 1"]),
    "importance": (EFFECTS, ["Ex", "50.0%", "30.0%"]),
    "evaluators_agree.sentence": (AGREEMENT, ["1,200 pairs", "88.0%", "70.0% to 95.0%", "0.79",
                                              "“Why” (75.0%)"]),
    "evaluators.sentence": (EVALUATORS, ["5 evaluators 2 read lower and 1 higher"]),
    "weights_from_data.sentence": (LEAGUE, ["“equal weights”: 3 of 9", "by 3 places"]),
    "versions_compared.sentence": (VERSIONS, ["2021", "items, weights", "-1.60 points", "1.66",
                                              "0.5", "items, for 24 of 47"]),
}  # fmt: skip


def say(name: str, lang: str) -> str:
    words = Words(lang, NAMES)
    frame, describe = TOLD[name][0], VALUES[name]
    options = {"decimals": 2} if name == "versions_compared.sentence" else {}
    key = name if name.endswith(".sentence") else f"{name}.caption"
    return words.say(key, **describe(frame, words, **options))


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
        text = say(name, lang).replace("\u00a0", " ")
        if lang == "az":  # 12.345,67 as in English
            text = text.replace(".", "").replace(",", ".")
        plain = text.replace(",", "")
        figures.append(sorted(re.findall(r"\d+(?:\.\d+)?", plain)))
    assert figures[0] == figures[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_remarks_of_nobody_are_none(lang):
    words = Words(lang, NAMES)
    told = VALUES["nodes_audited.sentence"](NODES.assign(flag=""), words)
    assert told["parts"] == words.say("none")
    assert VALUES["printed_rules.sentence"](ROUNDINGS.iloc[2:], words)["never"] == words.say("none")
