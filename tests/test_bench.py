"""The benchmark runs, its table has the form it promises, and scores agree with the floor."""

import importlib.util
import re
import subprocess
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


def test_a_small_run_prints_every_line_with_its_ratio():
    command = [sys.executable, str(BENCH), "--units", "30", "40", "--repeats", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    header, *lines = run.stdout.splitlines()
    assert header.split() == ["ours", "floor", "ratio"]
    names = [
        *(f"{what} {units} x 143, ms" for units in (30, 40) for what in ("kernel", "table")),
        *(f"{what} {units} x 143, MB" for units in (30, 40) for what in ("kernel", "table")),
        "long to wide 30 x 143, ms",
    ]
    for name, line in zip(names, lines, strict=False):
        assert re.fullmatch(re.escape(name) + r" +-?\d+\.\d{3} +-?\d+\.\d{3} +(\d+\.\d\d|-)", line)
    assert "ru_maxrss" in run.stdout
    assert f"repeats: 2, 2 by size; one BLAS thread; numpy {np.__version__}" in run.stdout


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
