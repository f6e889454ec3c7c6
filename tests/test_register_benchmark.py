"""The planted registers: found at the shipped threshold, and no candidate is lost on the way."""

import importlib
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from asan_analysis.register.duplicates import THRESHOLD, cluster_pairs, find_pairs
from asan_analysis.register.resemblance import compare_names, count_rarity
from asan_analysis.register.words import split_words

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("register_duplicates")
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def planted(bench):
    planting = importlib.import_module("register_planting")
    return planting.plant_register(np.random.default_rng(11))


def test_a_register_holds_what_is_asked(planted):
    services, pairs = planted
    counts = pairs.groupby(["duplicate", "kind"]).size()
    assert counts[True].to_dict() == dict.fromkeys(
        ["typo", "letters", "order", "inflection", "abbreviation", "two_at_once"], 60
    )
    assert counts[False].sum() == 1600
    assert services["service_id"].is_unique
    assert services["name_az"].is_unique
    assert set(pairs["service_id"]) | set(pairs["other_id"]) <= set(services["service_id"])


def test_a_seed_without_part_in_the_threshold_reaches_the_aim(planted):
    services, pairs = planted
    found = find_pairs(services)
    reported = set(zip(found["service_id"], found["other_id"], strict=True))
    keys = [tuple(sorted(key)) for key in pairs[["service_id", "other_id"]].to_numpy()]
    true = {key for key, own in zip(keys, pairs["duplicate"], strict=True) if own}
    assert len(reported & true) / len(true) >= 0.95
    assert len(reported & true) / len(reported) >= 0.95


def test_all_pairs_compared_one_by_one_give_the_same_pairs(bench):
    """The second road: no candidate above the threshold is lost by neighbours or bounds."""
    planting = importlib.import_module("register_planting")
    services, _ = planting.plant_register(
        np.random.default_rng(12), duplicates=10, negatives=8, fillers=10
    )
    joined = services.tail(8).assign(
        service_id=lambda own: "J" + own["service_id"],
        name_az=lambda own: own["name_az"].str.replace(" ", "", n=1).to_numpy(),
    )
    services = pd.concat([services, joined], ignore_index=True)
    words = services["name_az"].map(split_words)
    rarity = count_rarity(words)
    expected = {
        tuple(sorted((services["service_id"][low], services["service_id"][high])))
        for low, high in combinations(range(len(services)), 2)
        if compare_names(words[low], words[high], rarity).score >= THRESHOLD
    }
    found = find_pairs(services)
    assert set(zip(found["service_id"], found["other_id"], strict=True)) == expected
    assert len(expected) > 60
    assert any(other.startswith("S") for one, other in expected if one.startswith("J"))


def test_the_threshold_is_the_middle_of_the_best(bench):
    curve = pd.DataFrame(
        {"threshold": [0.4, 0.5, 0.6, 0.9, 0.95], "precision": [0.7, 1.0, 1.0, 1.0, 1.0],
         "recall": [1.0, 0.98, 0.98, 0.98, 0.5]}
    )  # fmt: skip
    assert bench.choose_threshold(curve) == 0.7


def test_a_large_register_in_small(bench):
    planting = importlib.import_module("register_planting")
    services, bodies, pairs = planting.make_large(3000, np.random.default_rng(1))
    assert len(services) == 3000
    found = find_pairs(services, bodies)
    assert len(found) < len(services)
    cluster = cluster_pairs(found).set_index("service_id")["cluster"]
    same = pairs["service_id"].map(cluster) == pairs["other_id"].map(cluster)
    assert same.mean() > 0.9


def test_the_script_prints_and_writes_the_curve(bench, monkeypatch, capsys, tmp_path):
    path = tmp_path / "curve.csv"
    monkeypatch.setattr(sys, "argv", ["register_duplicates.py", "--seed", "6", "--csv", str(path)])
    bench.main()
    assert "seeds from 6" in capsys.readouterr().out
    table = pd.read_csv(path)
    assert table["threshold"].tolist() == bench.STEPS.tolist()
    assert table["recall"].is_monotonic_decreasing
