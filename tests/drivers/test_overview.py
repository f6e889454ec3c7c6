"""The drivers of a whole edition: rows held against the functions for one body."""

import numpy as np
import pandas as pd
import pytest

from asan_analysis.data.datasets import load_dataset, load_scored_by, select_edition
from asan_analysis.drivers import overview
from asan_analysis.drivers.accounts import explain_gap
from asan_analysis.drivers.fewest import reach_place
from asan_analysis.drivers.remedies import list_gains, list_remedies
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules


@pytest.fixture(scope="module")
def case():
    """The eGovernment Benchmark of 2023 with its ranks."""
    data, edition = select_edition(load_dataset("egov_benchmark_2023"), 2023)
    tree, rules = find_method(data, edition)
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(scores, data.organisations, tree, rules,
                               decimals=1, min_services=1)  # fmt: skip
    return data, tree, rules, ranks


def test_gaps_are_those_of_each_body(case):
    """Every row of the table equals the gap that is split for one body."""
    data, tree, rules, _ = case
    table = overview.list_gaps(*case).set_index("organisation_id")
    assert len(table) == 35
    assert table.groupby("category")["gap"].sum().abs().max() < 1e-9
    for body in ("MT", "AL", "DE"):
        gap = explain_gap(data, tree, rules, body, rng=np.random.default_rng(1))
        assert table.loc[body, "gap"] == pytest.approx(gap.gap, abs=1e-9)
        parts = gap.table.set_index("node_id").loc[tree.below(tree.root), "gap"]
        assert parts.abs().max() == pytest.approx(abs(table.loc[body, "largest_gap"]), abs=1e-9)
        assert parts.abs().idxmax() == table.loc[body, "largest"]


def test_next_places_are_those_of_each_body(case):
    """Who is first in a category is left out; a row is the list for that body in short."""
    table = overview.list_next_places(*case).set_index("organisation_id")
    data, tree, rules, ranks = case
    firsts = ranks.loc[ranks["rank"] == 1, "organisation_id"]
    assert set(table.index) == set(ranks["organisation_id"]) - set(firsts)
    found = reach_place(data, tree, rules, "DE", ranks)
    row = table.loc["DE"]
    assert row["answers"] == len(found)
    assert row["gain"] == pytest.approx(found["gain"].sum(), abs=1e-9)
    assert row["gain"] >= row["needed"] - 1e-9
    assert set(table["proved"]) == {"yes"}


def test_gains_alone_are_those_of_the_remedies(case):
    data, tree, rules, _ = case
    alone = list_gains(data, tree, rules, "DE")
    pd.testing.assert_frame_equal(alone, list_remedies(data, tree, rules, "DE")[alone.columns])


def test_rules_that_are_not_linear_leave_the_tables_empty(case):
    """A geometric mean: nothing is split over all bodies and nothing is planned."""
    data, tree, _, ranks = case
    rules = Rules(aggregation="geometric")
    gaps = overview.list_gaps(data, tree, rules, ranks)
    plans = overview.list_next_places(data, tree, rules, ranks)
    assert gaps.empty and list(gaps.columns) == list(overview.GAPS)
    assert plans.empty and list(plans.columns) == list(overview.PLACES)


def test_without_attributes_there_are_no_effects():
    nothing = pd.DataFrame({"attribute": ["a"], "type": ["levels"], "levels": [1], "missing": [0],
                            "used": [False], "reason": ["one value"]})  # fmt: skip
    scores = pd.DataFrame({"service_id": ["s", "t"], "score_percent": [1.0, 2.0]})
    services = pd.DataFrame({"service_id": ["s", "t"], "organisation_id": "b", "a": "x"})
    found = overview.list_effects(scores, services, nothing, rng=np.random.default_rng(0))
    assert found.empty and list(found.columns) == list(overview.EFFECTS)


def test_columns_that_repeat_an_item_are_those_of_the_dictionary():
    assert load_scored_by(load_dataset("asan_sample")) == {"online_application": ["2.1.1"]}
    assert load_scored_by(load_dataset("egov_benchmark_2023")) == {}
