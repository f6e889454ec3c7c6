"""The benchmark runs, its table has the form it promises, and scores agree with the floor."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench_scoring.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_scoring", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_small_run_prints_every_line_with_its_ratio(bench, monkeypatch, capsys):
    """Memory is measured in this process here; the next test has a process of its own."""
    monkeypatch.setattr(bench, "measure_peak", bench.peak_here)
    monkeypatch.setattr(sys, "argv", ["bench", "--units", "30", "40", "--repeats", "2"])
    bench.main()
    told = capsys.readouterr().out
    header, *lines = told.splitlines()
    assert header.split() == ["ours", "floor", "ratio"]
    names = [
        *(f"{what} {units} x 143, ms" for units in (30, 40) for what in ("kernel", "table")),
        *(f"{what} {units} x 143, MB" for units in (30, 40) for what in ("kernel", "table")),
        "long to wide 30 x 143, ms",
    ]
    for name, line in zip(names, lines, strict=False):
        assert re.fullmatch(re.escape(name) + r" +-?\d+\.\d{3} +-?\d+\.\d{3} +(\d+\.\d\d|-)", line)
    assert "ru_maxrss" in told
    assert f"repeats: 2, 2 by size; one BLAS thread; numpy {np.__version__}" in told


def test_memory_is_that_of_a_fresh_process(bench):
    """The script prints its growth alone: nil where it began as large as the process it is from."""
    assert 0 <= bench.measure_peak("table", 30) < 100


def test_the_tree_has_the_size_it_names(bench):
    tree = bench.make_tree()
    assert np.bincount(tree.depths).tolist() == [1, bench.PARAMETERS, bench.CRITERIA, bench.ITEMS]
    assert len(tree.items) == bench.ITEMS


def test_scores_agree_with_the_floor(bench):
    assert bench.check_scores(bench.make_values(50), bench.make_tree()) <= bench.AGREEMENT


def test_scores_that_differ_from_the_floor_stop_the_run(bench):
    scores = np.array([1.0, np.nan])
    with pytest.raises(SystemExit, match="differ from the floor"):
        bench.check_equal([(scores, scores + 1e-6)])
    with pytest.raises(SystemExit, match="other places"):
        bench.check_equal([(scores, scores[::-1])])
