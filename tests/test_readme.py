"""The number that the README follows from a row to a page is the one that the library computes."""

import re
from pathlib import Path

import pytest

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.scoring import score_services

ROOT = Path(__file__).resolve().parents[1]
SERVICE, BODY = "S0479", "laughter_committee"


@pytest.fixture(scope="module")
def steps():
    """The eight lines, by their number."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## Follow one number from row to page")[1].split("\n## ")[0]
    found = dict(re.findall(r"^(\d)\. (.+)$", section, flags=re.MULTILINE))
    assert list(found) == [str(place) for place in range(1, 9)]
    return found


@pytest.fixture(scope="module")
def edition():
    return select_edition(load_dataset("asan_sample"), 2023)[0]


@pytest.fixture(scope="module")
def method(edition):
    return find_method(*select_edition(load_dataset("asan_sample"), 2023))


def test_the_rows_and_the_criterion(steps, edition, method):
    rows = edition.assessments[edition.assessments["service_id"] == SERVICE].set_index("item_id")
    tree, rules = method
    below = rows.loc[[item for item in tree.below("K-1.1")]]
    assert (rows.loc["1.1.1", "status"], rows.loc["1.1.1", "value"]) == ("scored", 1)
    assert rows.loc["1.1.2", "status"] == "not_applicable" and rules.not_applicable == "exclude"
    assert below["status"].value_counts().to_dict() == {"scored": 6, "not_applicable": 1}
    assert (below["value"].dropna() == 1).all()
    assert "six items of seven" in steps["2"] and "scores 100" in steps["2"]


def test_the_scores_up_the_tree(steps, edition, method):
    tree, _ = method
    scores = score_services(edition.assessments, edition.services, *method)
    own = scores[scores["service_id"] == SERVICE].set_index("node_id")["score_percent"]
    parts = [f"{own[node]:.2f}".removesuffix(".00") for node in tree.below("P1")]
    assert f"{', '.join(parts[:-1])} and {parts[-1]}" in steps["3"]
    assert f"`P1` scores {own['P1']:.2f}" in steps["3"]
    assert f"the service scores {own[tree.root]:.2f}" in steps["4"]


def test_the_body_and_its_place(steps, edition, method):
    tree, rules = method
    nodes = score_organisations(edition.assessments, edition.services, *method)
    score = nodes[nodes["node_id"] == tree.root].set_index("organisation_id")["score_percent"]
    assert f"`{BODY}` have the mean {score[BODY]:.2f}" in steps["5"]
    ranks = rank_organisations(nodes, edition.organisations, tree, rules, decimals=2)
    ranks = ranks.set_index("organisation_id")
    assert f"place {ranks.loc[BODY, 'rank']} of {ranks.loc[BODY, 'ranked']}" in steps["6"]
