"""The published figures of the eGovernment Benchmark 2023, recomputed from its indicators."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.index.contributions import contribute_organisations
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.scoring import score_services

FOLDER = Path(__file__).resolve().parents[1] / "data" / "egov_benchmark_2023"
CLOSE = 1e-9
COMPUTED = ["0", "1", "2", "3", "4"]


@pytest.fixture(scope="module")
def benchmark():
    data, edition = select_edition(load_dataset(f"{FOLDER}/"), 2023)
    return data, *find_method(data, edition)


def published(data, level):
    rows = data.announced[data.announced["level"] == level]
    return rows.set_index(["unit_id", "node_id"])["score_percent"]


def wide(scores, key):
    return scores.set_index([key, "node_id"])["score_percent"]


def test_315_life_events_at_four_dimensions_and_overall(benchmark):
    data, tree, rules = benchmark
    scores = wide(score_services(data.assessments, data.services, tree, rules), "service_id")
    expected = published(data, "service")
    assert len(expected) == 315 * len(COMPUTED)
    assert (scores.reindex(expected.index) - expected).abs().max() < CLOSE


def test_35_countries_at_every_published_node(benchmark):
    data, tree, rules = benchmark
    scores = wide(
        score_organisations(data.assessments, data.services, tree, rules), "organisation_id"
    )
    expected = published(data, "organisation")
    assert len(expected) == 35 * 19
    assert (scores.reindex(expected.index) - expected).abs().max() < CLOSE


@pytest.mark.parametrize("target", ["business", "citizen"])
def test_the_other_70_country_rows_are_means_over_part_of_the_life_events(benchmark, target):
    data, tree, rules = benchmark
    services = data.services[data.services["target"] == target]
    answers = data.assessments[data.assessments["service_id"].isin(services["service_id"])]
    scores = wide(score_organisations(answers, services, tree, rules), "organisation_id")
    rows = pd.read_csv(FOLDER / "country_scores_by_target.csv", dtype={"node_id": str})
    rows = rows[rows["target"] == target].set_index(["organisation_id", "node_id"])
    assert len(rows) == 35 * 19
    difference = scores.reindex(rows.index) - rows["score_percent"]
    assert difference.abs().max() < CLOSE
    assert (difference.isna() == rows["score_percent"].isna()).all()


def test_the_35_ranks(benchmark):
    data, tree, rules = benchmark
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(scores, data.organisations, tree, rules, decimals=1)
    expected = data.announced[data.announced["rank"].notna()].set_index("unit_id")["rank"]
    assert len(expected) == 35
    found = ranks.set_index("organisation_id")["rank_all"].reindex(expected.index)
    assert found.tolist() == expected.tolist()


def test_the_mean_of_the_27_member_states(benchmark):
    data, tree, rules = benchmark
    scores = score_organisations(data.assessments, data.services, tree, rules)
    means = wide(score_categories(scores, data.organisations), "category")
    expected = published(data, "category")
    assert len(expected) >= 19
    assert (means.reindex(expected.index) - expected).abs().max() < CLOSE


def test_contributions_add_up_to_the_published_overall_scores(benchmark):
    data, tree, rules = benchmark
    parts = contribute_organisations(data.assessments, data.services, tree, rules)
    items = parts[parts["node_id"].isin(tree.items)]
    added = items.groupby("organisation_id")["contribution"].sum()
    overall = published(data, "organisation").xs("0", level="node_id")
    assert (added - overall).abs().max() < CLOSE
    weights = items.groupby("organisation_id")["weight_used"].sum()
    assert np.allclose(weights, 1, atol=1e-12)
