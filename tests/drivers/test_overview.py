"""The drivers of a whole edition: rows held against the functions for one body."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shipped import load_shipped
from small_answers import answers_of

from asan_analysis.data.datasets import load_scored_by, select_edition
from asan_analysis.drivers import ability, components, explanation, lowest, overview, plans
from asan_analysis.drivers.accounts import explain_gap
from asan_analysis.drivers.plans import reach_place
from asan_analysis.drivers.remedies import group_remedies, list_gains, list_remedies
from asan_analysis.errors import ParameterError
from asan_analysis.forecast.history import REFUSALS
from asan_analysis.index.framework import build_tree
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.report.texts import TEXTS


@pytest.fixture(scope="module")
def case():
    """The eGovernment Benchmark of 2023 with its ranks."""
    data, edition = select_edition(load_shipped("egov_benchmark_2023"), 2023)
    tree, rules = find_method(data, edition)
    scores = score_organisations(data.assessments, data.services, tree, rules)
    ranks = rank_organisations(scores, data.organisations, tree, rules,
                               decimals=1, min_services=1)  # fmt: skip
    return data, tree, rules, ranks


def test_gaps_are_those_of_each_body(case):
    """Every row of the table equals the gap that is split for one body."""
    data, tree, rules, _ = case
    table, refused = overview.list_gaps(*case)
    assert refused is None
    table = table.set_index("organisation_id")
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
    assert set(table["outcome"]) == {"proved"}


def test_gains_alone_are_those_of_the_remedies(case):
    data, tree, rules, _ = case
    alone = list_gains(data, tree, rules, "DE")
    pd.testing.assert_frame_equal(alone, list_remedies(data, tree, rules, "DE")[alone.columns])


def check_empty(found, columns, code):
    """An empty table with all its columns and the reason."""
    assert found[0].empty
    assert list(found[0].columns) == list(columns)
    assert found[-1].code == code


def test_rules_that_are_not_linear_say_why_there_is_nothing(case):
    """A geometric mean: nothing is split over all bodies; each row says why no list is made."""
    data, tree, _, ranks = case
    rules = Rules(aggregation="geometric")
    check_empty(overview.list_gaps(data, tree, rules, ranks), overview.GAPS, "not_linear")
    found = overview.list_next_places(data, tree, rules, ranks)
    assert len(found) == 33
    assert set(found["outcome"]) == {"not_additive"}
    assert found[["rival", "needed", "answers", "gain", "rank_after"]].isna().all(axis=None)
    found = overview.list_next_places(data, tree, replace(rules, rank_on="rounded"), ranks)
    assert set(found["outcome"]) == {"rounded_places"}


def test_a_list_without_proof_is_told(case, monkeypatch):
    """A solver that stops at once leaves no list proved unless its bound says so."""
    monkeypatch.setattr(plans, "reach_place", lambda *given, **more: reach_place(
        *given, **more).assign(proved="no"))  # fmt: skip
    assert set(overview.list_next_places(*case)["outcome"]) == {"not_proved"}


def test_without_attributes_there_are_no_effects():
    nothing = pd.DataFrame({"attribute": ["a"], "type": ["levels"], "levels": [1], "missing": [0],
                            "used": [False], "why_unused": ["one_value"]})  # fmt: skip
    scores = pd.DataFrame({"service_id": ["s", "t"], "score_percent": [1.0, 2.0]})
    services = pd.DataFrame({"service_id": ["s", "t"], "organisation_id": "b", "a": "x"})
    rng = np.random.default_rng(0)
    found = overview.list_effects(scores, services, nothing, rng=rng)
    check_empty(found, explanation.COLUMNS, "no_attribute")
    found = overview.list_effects(scores, services, nothing.assign(used=True), rng=rng)
    check_empty(found, explanation.COLUMNS, "too_few_bodies")


def test_a_call_that_is_wrong_is_no_refusal():
    """Two scores of one service are the caller's fault and are raised."""
    listed = pd.DataFrame({"attribute": ["a"], "used": [True]})
    scores = pd.DataFrame({"service_id": ["s", "s"], "score_percent": [1.0, 2.0]})
    services = pd.DataFrame({"service_id": ["s"], "organisation_id": "b", "a": "x"})
    with pytest.raises(ParameterError, match="rows of one node"):
        overview.list_effects(scores, services, listed, rng=np.random.default_rng(0))


def test_answers_that_are_too_few_or_off_the_scale_say_so(case):
    answers, tree = answers_of([[0.5, 1], [0.2, 0]], [1, 1])
    options = {"rng": np.random.default_rng(0)}
    found = overview.list_variances(answers, tree, Rules(), **options)
    check_empty(found, components.COLUMNS, "too_few_in_common")
    ranked = Rules(normalisation="zscore")
    found = overview.list_variances(answers, tree, ranked, **options)
    check_empty(found, components.COLUMNS, "off_scale")
    lone = answers_of([[0.5, 1], [0.2, 0]], [2])
    bodies, items, refused = overview.list_abilities(*lone, Rules(), min_services=1)
    check_empty((bodies, refused), ability.BODIES, "too_few_bodies")
    check_empty((items, refused), ability.ITEMS, "too_few_bodies")
    sample, edition = select_edition(load_shipped("asan_sample"), 2023)
    tree, _ = find_method(sample, edition)
    found = overview.list_lowest_services(sample, tree, Rules(normalisation="rank"))
    check_empty(found, lowest.COLUMNS, "no_best_answer")
    data, tree, _, ranks = case
    nobody = ranks.assign(score_percent=np.nan)
    check_empty(overview.list_gaps(data, tree, Rules(), nobody), overview.GAPS, "no_scores")


def test_every_refusal_has_its_text():
    """The codes in the sources are those that the texts and the dictionary say."""
    sources = Path(overview.__file__).parents[1].glob("**/*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    codes = set(re.findall(r'\b(?:code|refused)="(\w+)"', text))
    codes |= set(REFUSALS)
    told = {key.removeprefix("refused.") for key in TEXTS if key.startswith("refused.")}
    assert codes == told


def test_columns_that_repeat_an_item_are_those_of_the_dictionary():
    assert load_scored_by(load_shipped("asan_sample")) == {"online_application": ["2.1.1"]}
    assert load_scored_by(load_shipped("egov_benchmark_2023")) == {}


def test_first_items_are_the_largest_of_each_body(case):
    """The rows of a body are those of `group_remedies`; no best answer, no list."""
    data, tree, rules, _ = case
    found = overview.list_first_items(data, tree, rules, most=3)
    assert found.refused is None
    assert found.table["organisation_id"].value_counts().max() == 3
    for body in ("EE", "CY"):
        expected = group_remedies(list_remedies(data, tree, rules, body), tree).head(3)
        own = found.table[found.table["organisation_id"] == body].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[list(expected)], expected, rtol=0, atol=1e-9)
    ranked = find_method_with(tree, normalisation="rank")
    assert overview.list_first_items(data, ranked, rules).refused.code == "no_best_answer"


def find_method_with(tree, **options):
    """The same tree with options of its items changed."""
    nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"]).copy()
    nodes.loc[tree.item_rows, list(options)] = list(options.values())
    return build_tree(nodes)
