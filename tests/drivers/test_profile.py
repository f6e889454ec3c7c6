"""One body against everybody: each gap is the one that is split for it alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shipped import load_shipped

from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.accounts import (
    explain_change,
    explain_gap,
    find_last_scored,
    rank_edition,
)
from asan_analysis.drivers.plans import plan_place, reach_place, summarise_plans
from asan_analysis.drivers.profile import profile_gaps, profile_plan, profile_remedies
from asan_analysis.drivers.remedies import list_remedies
from asan_analysis.index.method import find_method

PARTS = ["from_scores", "from_redistribution", "from_method"]


@pytest.fixture(scope="module")
def sample():
    """The sample, the method of 2023 and its ranks."""
    whole = load_shipped("asan_sample")
    data, edition = select_edition(whole, 2023)
    tree, rules = find_method(data, edition)
    return whole, data, tree, rules, rank_edition(data, tree, rules)


def profile(sample, body):
    whole, *_, ranks = sample
    return profile_gaps(whole, 2023, body, ranks, rng=np.random.default_rng(1))


def test_every_gap_is_the_one_split_alone(sample):
    whole, data, tree, rules, _ = sample
    table = profile(sample, "buttons_committee")
    assert list(dict.fromkeys(table["against"])) == ["mean", "leader", "next", "before"]
    rng = np.random.default_rng(1)
    for against, rows in table.groupby("against"):
        if against == "before":
            gap = explain_change(whole, 2023, "buttons_committee", rng=rng)
        else:
            gap = explain_gap(data, tree, rules, "buttons_committee", against=against, rng=rng)
        same = gap.table.columns
        pd.testing.assert_frame_equal(rows[same].reset_index(drop=True), gap.table)
        assert rows["gap"].iloc[0] == pytest.approx(rows["own"].iloc[0] - rows["other"].iloc[0])
        assert (rows[PARTS].sum(axis=1) - rows["gap"]).abs().max() < 1e-9
    held = table.drop_duplicates("against").set_index("against")
    assert held["rival"].notna().to_dict() == {
        "mean": False, "leader": True, "next": True, "before": False,
    }  # fmt: skip
    assert held["baseline_year"].dropna().to_dict() == {"before": 2022}


def test_the_first_and_the_second_have_fewer_rivals(sample):
    """The first has nobody above; for the second the leader holds the next place."""
    ranks = sample[-1]
    shown = {}
    for place in (1, 2):
        rows = ranks[(ranks["rank"] == place) & (ranks["category"] == ranks["category"].iloc[0])]
        shown[place] = set(profile(sample, rows["organisation_id"].iloc[0])["against"])
    assert shown == {1: {"mean", "before"}, 2: {"mean", "leader", "before"}}


def test_without_a_score_there_is_no_gap(sample):
    whole, *_, ranks = sample
    silent = ranks.assign(score_percent=ranks["score_percent"].mask(ranks.index == 0))
    body = ranks["organisation_id"].iloc[0]
    table = profile_gaps(whole, 2023, body, silent, rng=np.random.default_rng(1))
    assert table.empty and {"against", "node_id", "gap"} <= set(table.columns)


def test_the_baseline_is_the_last_edition_with_a_score(sample):
    """Held against the ranks of every edition; the first edition has none before it."""
    whole = sample[0]
    body = "buttons_committee"
    years = [int(year) for year in whole.editions["edition_year"]]
    scored = []
    for year in sorted(years):
        assert find_last_scored(whole, year, body) == (scored[-1] if scored else None)
        data, edition = select_edition(whole, year)
        if data.assessments.empty:
            continue
        ranks = rank_edition(data, *find_method(data, edition)).set_index("organisation_id")
        if body in ranks.index and pd.notna(ranks.loc[body, "score_percent"]):
            scored.append(year)
    assert len(scored) > 3


def test_chosen_answers_are_the_list_to_the_next_place(sample):
    _, data, tree, rules, ranks = sample
    plan = plan_place(data, tree, rules, "buttons_committee", ranks)
    table, refused = profile_remedies(data, tree, rules, "buttons_committee", plan)
    found = reach_place(data, tree, rules, "buttons_committee", ranks)
    pd.testing.assert_frame_equal(plan.answers, found)
    assert (plan.refused, refused) == ("", None)
    assert set(found["unmet"]) == {len(table)}
    key = ["service_id", "item_id"]
    chosen = table.loc[table["chosen"], key].reset_index(drop=True)
    pd.testing.assert_frame_equal(chosen, found[key])
    same = list_remedies(data, tree, rules, "buttons_committee")
    assert table["guidance"].equals(same["guidance_en"]) and table["peers"].equals(same["peers"])


def test_the_first_has_unmet_answers_and_no_list(sample):
    _, data, tree, rules, ranks = sample
    first = ranks.loc[ranks["rank"] == 1, "organisation_id"].iloc[0]
    plan = plan_place(data, tree, rules, first, ranks)
    assert plan.answers is None and plan.refused == "first"
    table, _ = profile_remedies(data, tree, rules, first, plan)
    assert len(table) > 0 and not table["chosen"].any()
    row = summarise_plans(ranks, {first: plan})
    assert row["outcome"].tolist() == ["first"] and row["answers"].isna().all()


def test_without_a_best_answer_there_is_nothing_to_propose(sample):
    _, data, tree, rules, ranks = sample
    ranked = replace(rules, normalisation="rank")
    plan = plan_place(data, tree, ranked, "buttons_committee", ranks)
    assert (plan.answers, plan.refused) == (None, "no_best_answer")
    table, refused = profile_remedies(data, tree, ranked, "buttons_committee", plan)
    assert table.empty and "chosen" in table and refused.code == "no_best_answer"


def test_a_draft_shows_the_mean_and_the_edition_before_and_no_other_body(sample):
    """The same rows as of a final dataset, less what names another body or tells its score."""
    whole, data, tree, rules, ranks = sample
    body, seen = "buttons_committee", {}
    for status in ("final", "draft"):
        every, one = (replace(each, about={**each.about, "status": status})
                      for each in (whole, data))  # fmt: skip
        gaps = profile_gaps(every, 2023, body, ranks, rng=np.random.default_rng(1))
        plan = profile_plan(one, tree, rules, body, ranks)
        table, _ = profile_remedies(one, tree, rules, body, plan)
        seen[status] = gaps, plan, table, summarise_plans(ranks, {body: plan})
    (all_gaps, plan, all_fixes, found), (gaps, none, fixes, place) = seen["final"], seen["draft"]
    kept = all_gaps["against"].isin(["mean", "before"])
    pd.testing.assert_frame_equal(gaps, all_gaps[kept].reset_index(drop=True))
    assert set(all_gaps["against"]) - set(gaps["against"]) == {"leader", "next"}
    assert gaps["rival"].isna().all()
    hidden = ["peers", "chosen"]
    assert all_fixes["peers"].notna().any() and all_fixes["chosen"].any()
    assert fixes[hidden].isna().all(axis=None)
    pd.testing.assert_frame_equal(fixes.drop(columns=hidden), all_fixes.drop(columns=hidden))
    assert plan.answers is not None and found["rival"].notna().all()
    assert none == (None, "draft")
    assert place["rank"].notna().all()
    assert place.loc[0, ["rival", "needed", "answers", "gain", "rank_after"]].isna().all()
