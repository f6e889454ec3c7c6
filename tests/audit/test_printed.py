"""What printed scores leave of the rules, in one row per score and one per way of scoring."""

import pandas as pd
import pytest

from asan_analysis.audit.consistency import examine_printed, is_reachable, list_rules
from asan_analysis.audit.consistency import summarise_printed as summarise
from asan_analysis.audit.printed import examine_facts, list_printed, list_roundings
from asan_analysis.data.published import load_published

RESULTS = pd.DataFrame(
    {"organisation_id": ["a", "a", "b", "b"], "edition_year": [2023, 2023, 2023, 2023],
     "printed_cycle": "2023", "score_percent": [33.33, 33.33, 50.0, None],
     "services": pd.array([None, 1, None, 3], dtype="Int64"),
     "source_url": ["https://a.az/1", "https://a.az/2", "https://b.az", "https://b.az"]}
)  # fmt: skip


@pytest.fixture(scope="module")
def summary():
    rules = list_rules(2, steps=(1, 3), round_service=(None, 0))
    return summarise(examine_printed(RESULTS, rules, services=(1, 2)))


def test_each_score_stands_once_with_the_source_that_prints_its_services(summary):
    table = list_printed(summary, RESULTS).set_index("organisation_id")
    assert table.loc["a", ["services", "source_url"]].tolist() == [1, "https://a.az/2"]
    assert pd.isna(table.loc["b", "services"])
    assert (table["rules"] == 2 * 2 * 2 * 3).all()
    assert (table[["remains", "excluded", "undecided"]].sum(axis=1) == table["rules"]).all()
    counts = summary.groupby("organisation_id")["state"].value_counts().unstack(fill_value=0)
    assert table["remains"].to_dict() == counts["remains"].to_dict()


def test_roundings_by_hand(summary):
    """2 of 6 points are 33.33, which two items of yes or no never give; of 33 nothing gives it."""
    table = list_roundings(summary, RESULTS)
    assert table["organisation_id"].unique().tolist() == ["a"]
    told = table[["all_apply", "round_service", "points_1", "points_3"]].astype(object)
    assert told.where(told.notna(), None).values.tolist() == [
        [True, None, "none", "any"],
        [True, 0, "none", "none"],
        [False, None, "none", "any"],
        [False, 0, "none", "none"],
    ]


def test_the_published_scores_by_the_plain_question():
    """Each cell of the real table is what `is_reachable` says of its rule."""
    facts = load_published()
    summary = examine_facts(facts)
    table = list_roundings(summary, facts.results)
    row = table[table["all_apply"] & table["round_service"].isna()].iloc[0]
    for steps in (1, 2, 4):
        ways = [way for way in ("half_up", "half_even", "truncate")
                if is_reachable("97.77", 14, items=143, steps=steps, rounding=way)]  # fmt: skip
        assert row[f"points_{steps}"] == (";".join(ways) or "none")
    left = list_printed(summary, facts.results)
    assert left.loc[left["services"].notna(), ["score_percent", "services"]].values.tolist() == [
        [97.77, 14]
    ]
    assert (left.loc[left["services"].isna(), "excluded"] == 0).all()
