"""Announced figures against computed ones."""

import pandas as pd
import pytest

from asan_analysis.analysis.reconciliation import reconcile, summarise_reconciliation


def announced(**change):
    row = {
        "edition_year": 2023,
        "level": "organisation",
        "unit_id": "a",
        "node_id": "0",
        "scope": "all",
        "score_percent": 12.3,
        "rank": 1,
        "decimals": 1,
        "source": "x",
    }
    return pd.DataFrame([{**row, **change}]).astype({"rank": "Int64", "decimals": "Int64"})


SCORES = pd.DataFrame({"organisation_id": ["a"], "node_id": ["0"], "score_percent": [12.349]})
NOTHING = pd.DataFrame({"service_id": [], "node_id": [], "score_percent": []})
CATEGORIES = pd.DataFrame({"category": ["c"], "node_id": ["0"], "score_percent": [12.349]})
RANKS = pd.DataFrame({"organisation_id": ["a"], "category": ["c"], "rank": [2], "rank_all": [1]})


def run(table):
    return reconcile(table, NOTHING, SCORES, CATEGORIES, RANKS, root="0")


def test_a_score_agrees_within_half_a_unit_of_its_last_decimal():
    table = run(announced())
    assert table.loc[table["figure"] == "score", "agrees"].tolist() == [True]
    table = run(announced(decimals=2))
    assert table.loc[table["figure"] == "score", "agrees"].tolist() == [False]


def test_a_rank_is_compared_in_its_scope():
    """Rank 1 over all agrees; the same rank in the category, where it is 2, does not."""
    assert run(announced()).query("figure == 'rank'")["agrees"].tolist() == [True]
    assert run(announced(scope="c")).query("figure == 'rank'")["agrees"].tolist() == [False]


def test_a_figure_that_is_not_computed_does_not_agree():
    table = run(announced(unit_id="z"))
    assert not table["agrees"].any()
    assert summarise_reconciliation(table)["not_computed"].tolist() == [1, 1]


def test_the_summary_counts_by_level_and_figure():
    summary = summarise_reconciliation(run(announced()))
    assert summary[["level", "figure", "figures", "agreeing"]].values.tolist() == [
        ["organisation", "score", 1, 1],
        ["organisation", "rank", 1, 1],
    ]
    assert summary["largest_difference"].tolist() == pytest.approx([0.049, 0.0])


def test_nothing_announced_gives_an_empty_table():
    assert run(announced().iloc[:0]).empty
