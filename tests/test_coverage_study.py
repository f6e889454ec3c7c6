"""The study of coverage runs, and its populations are those the sample was drawn from."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shipped import load_shipped

from asan_analysis.data.datasets import select_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.scoring import score_services
from asan_analysis.robustness.resampling import find_score_intervals

STUDY = Path(__file__).resolve().parents[1] / "benchmarks" / "coverage.py"


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("coverage_study", STUDY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_small_study_prints_and_writes_a_row_per_size_and_category(
    study, monkeypatch, capsys, tmp_path
):
    path = tmp_path / "study.csv"
    options = ["--datasets", "4", "--draws", "50", "--pool", "100", "--sizes", "3", "own"]
    monkeypatch.setattr(sys, "argv", [str(STUDY), *options, "--csv", str(path)])
    study.main()
    assert "datasets 4, draws 50, population 100, spread 1, seed 2024" in capsys.readouterr().out
    table = pd.read_csv(path)
    assert table["size"].astype(str).tolist() == ["3"] * 3 + ["own"] * 3
    assert table["bodies"].tolist() == [23, 15, 9] * 2
    coverage = table[["naive", "widened", "drawn_rank", "one_body", "all_bodies", "differences"]]
    assert coverage.ge(0).all(axis=None)
    assert coverage.le(100).all(axis=None)
    assert (table["widened_width"] > table["naive_width"]).all()


def test_populations_agree_with_the_scores_of_the_sample(study):
    """Of 47 intervals at 90 % at least 37 hold the mean; by chance fewer in 1 of 170 runs."""
    pools, bodies = study.make_pools(400, np.random.default_rng(1))
    data, edition = select_edition(load_shipped("asan_sample"), study.EDITION)
    tree, rules = find_method(data, edition)
    scored = score_services(data.assessments, data.services, tree, rules)
    own = scored[scored["node_id"] == tree.root].merge(
        data.services[["service_id", "organisation_id"]], on="service_id", validate="one_to_one"
    )
    table = find_score_intervals(own, rng=np.random.default_rng(2)).set_index("organisation_id")
    table = table.loc[bodies["organisation_id"]]
    mean = pools.mean(axis=1)
    assert ((table["score_low"] <= mean) & (mean <= table["score_high"])).sum() >= 37
    assert np.corrcoef(table["score_percent"], mean)[0, 1] > 0.95
    assert bodies["services"].tolist() == table["services"].tolist()


def test_ranks_and_ends_of_draws_by_hand(study):
    draws = np.array([[[3.0, 1.0]], [[2.0, 2.0]], [[1.0, 3.0]], [[9.0, 9.0]]])
    ranks = study.rank_draws(draws, np.array([0, 0, 0, 1]))
    assert ranks[:, 0].tolist() == [[1, 3], [2, 2], [3, 1], [1, 1]]
    low, high = study.find_ends(np.arange(100.0, 0, -1)[None], 0.9)
    assert (low.tolist(), high.tolist()) == ([5], [95])
