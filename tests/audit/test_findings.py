"""What the audit found: order of lists, effects by hand, key figures against the tables."""

import math

import numpy as np
import pandas as pd
import pytest
from plain_road import node, tree_of
from shipped import load_shipped

from asan_analysis.audit import findings
from asan_analysis.audit.examination import audit_edition
from asan_analysis.data.datasets import select_edition
from asan_analysis.index.method import find_method

TREE = tree_of(node("T"), node("x", "T"), node("y", "T"))


def test_items_with_most_remarks_come_first_and_inner_nodes_are_left_out():
    nodes = pd.DataFrame(
        {"node_id": ["T", "x", "y"], "flag": ["weak", "weak", "ceiling weak"],
         "discrimination": [0.0, 0.1, 0.2]}
    )  # fmt: skip
    assert findings.list_flagged(nodes, TREE)["item_id"].tolist() == ["y", "x"]


def test_pairs_stand_by_remark_and_the_worst_first():
    pairs = pd.DataFrame(
        {"node_id": list("abcdef"), "correlation": [0.1, 0.95, -0.5, -0.1, 0.99, 0.5],
         "flag": ["weak", "high", "negative", "weak", "high", ""]}
    )  # fmt: skip
    assert findings.list_pairs(pairs)["node_id"].tolist() == ["e", "b", "c", "d", "a"]


def test_components_are_summed_up_and_a_group_without_any_says_why():
    loadings = pd.DataFrame(
        {"group": ["T"] * 4 + ["p"], "component": pd.array([1, 1, 2, 2, None], dtype="Int64"),
         "node_id": [*"xyxy", None], "eigenvalue": [1.4, 1.4, 0.6, 0.6, np.nan],
         "share": [0.7, 0.7, 0.3, 0.3, np.nan], "n": [9, 9, 9, 9, 2],
         "remark": ["", "", "", "", "few_units"]}
    )  # fmt: skip
    table = findings.summarise_components(loadings).set_index("group")
    assert table.loc["T"].tolist() == [2, 9, 0.7, 0.3, 1, ""]
    assert table.loc["p", "remark"] == "few_units"
    assert table.loc["p", ["nodes", "share_first", "share_second", "above_one"]].isna().all()


def test_effects_are_shares_of_the_siblings():
    """Covariance shares 0.6 and 0.2 of the root are 3/4 and 1/4 among the two."""
    nodes = pd.DataFrame(
        {"node_id": ["T", "x", "y"], "weight_among": [1.0, 0.5, 0.5],
         "covariance_share": [1.0, 0.6, 0.2], "importance": [1.0, 0.5, 0.5]}
    )  # fmt: skip
    table = findings.compare_children(nodes, TREE).set_index("node_id")
    assert table["covariance_share"].tolist() == pytest.approx([0.75, 0.25])
    assert table["difference"].tolist() == pytest.approx([0.25, -0.25])
    still = findings.compare_children(nodes.assign(covariance_share=np.nan), TREE)
    assert still["covariance_share"].isna().all()


@pytest.mark.parametrize("year", [2017, 2023])
def test_key_figures_are_those_of_the_tables(year):
    data, edition = select_edition(load_shipped("asan_sample"), year)
    tree, rules = find_method(data, edition)
    audit = audit_edition(data, tree, rules, rng=np.random.default_rng(1), resamples=20)
    components = findings.summarise_components(audit.loadings)
    found = findings.audit_numbers(audit, components, tree)
    answered = data.assessments[data.assessments["status"] == "scored"]
    share = 1 - len(answered) / (len(data.services) * len(tree.items))
    assert found["audit.facts.missing"] == pytest.approx(share)
    alpha, digits = found["audit.facts.alpha"]
    assert alpha == audit.nodes["alpha"].iloc[0]
    assert digits == 2
    effects = findings.compare_children(audit.nodes, tree)
    assert effects["covariance_share"].sum() == pytest.approx(1)
    assert math.isclose(found["audit.facts.gap"], effects["difference"].abs().max())
    # the evaluators read answers twice in some editions only
    assert ("audit.facts.agreement" in found) is not data.evaluations.empty
