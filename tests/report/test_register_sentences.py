"""Sentences on the register: values by hand, both languages."""

import pandas as pd
import pytest

from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.register_sentences import VALUES
from asan_analysis.report.words import Words, in_language

NAMES = {"x": "Ex", "all": "All", "2022": "2022", "2023": "2022-2023"}
COUNTS = pd.DataFrame(
    [["x", 3, 0, 4, 3, 2, 4], ["all", 35, 1, 8726, 93, 92, 4]],
    columns=["category", "bodies", "bodies_without", "services", "names", "families",
             "in_families"],
)  # fmt: skip
ALIKE = pd.DataFrame({"scope": ["inside", "across", "inside"], "score": [1.0, 0.704, 0.98]})
THRESHOLDS = pd.DataFrame({"threshold": [0.4, 1.0], "inside": [1200, 2], "across": [3, 0]})
COVER = pd.DataFrame(
    {"share": [1.0, 0.5, 0.9, 0.1], "complete": [True, False, False, False],
     "giving": [10, 5, 9, 1]}
)  # fmt: skip
MAP = pd.DataFrame(
    [("x", "F", "a", "Doğum", "Birth", 2), ("x", "F", "b", "Doğum", "Birth", 2),
     ("x", "G", "a", "Ölüm", "Death", 1), ("x", "G", "b", "Ölüm", "Death", 1)],
    columns=["category", "family", "organisation_id", "name_az", "name_en", "giving"],
)  # fmt: skip
GAPS = pd.DataFrame({"category": ["x", "all", "all"], "least": [0.3, 0.3, 0.8],
                     "gaps": [9, 1300, 0]})  # fmt: skip
CHANGES = pd.DataFrame(
    {"edition_year": [2023, 2023], "baseline_year": 2022, "category": ["x", "all"],
     "before": [9, 1419], "kept": [9, 364], "renamed": [0, 2], "moved": [0, 6],
     "moved_renamed": 0, "entered": [0, 68], "left": [0, 49], "after": [9, 438]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "frame", "told"),
    [
        ("register_counts.sentence", COUNTS, {"services": "8,726", "bodies_without": "1"}),
        ("alike_services.sentence", ALIKE,
         {"n": "3", "inside": "2", "across": "1", "lowest": "0.70"}),
        ("pairs_by_threshold", THRESHOLDS, {"series": "0.40: 1,200 + 3; 1.00: 2 + 0"}),
        ("family_cover.sentence", COVER, {"n": "4", "complete": "1", "most": "2", "one": "1"}),
        ("family_map", MAP, {"category": "Ex", "bodies": "2", "series": "Birth 2; Death 1"}),
        ("missing_services.sentence", GAPS, {"series": "30%: 1,300; 80%: 0"}),
        ("register_changes.sentence", CHANGES[CHANGES["category"] == "all"],
         {"before": "1,419", "kept": "364", "entered": "68", "after": "438", "baseline": "2022"}),
        ("services_followed", CHANGES,
         {"series": "2022-2023: entered 68, moved to another body 6, renamed 2, left 49."}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_values_are_those_of_the_rows(name, frame, told):
    found = VALUES[name](frame, Words("en", NAMES))
    assert {key: found[key] for key in told} == told


def test_names_and_states_are_told_in_azerbaijani():
    assert VALUES["family_map"](MAP, Words("az", NAMES))["series"] == "Doğum 2; Ölüm 1"
    found = VALUES["services_followed"](CHANGES, Words("az", NAMES))["series"]
    assert found.startswith("2022-2023: əlavə olunub 68")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_two_names_the_one_of_the_language_is_shown(lang):
    frame = pd.DataFrame({"name_az": ["ad"], "name_en": ["name"], "n": [1]})
    table = in_language(frame, lang)
    assert list(table.columns) == ["name", "n"]
    assert table["name"].tolist() == [{"az": "ad", "en": "name"}[lang]]
    twins = pd.DataFrame({"object": ["a thing"], "object_az": ["bir şey"]})
    assert in_language(twins, lang).to_numpy().tolist() == [
        [{"az": "bir şey", "en": "a thing"}[lang]]
    ]
