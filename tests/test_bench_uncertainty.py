"""The benchmark of the uncertainty analysis runs, and its floor does the same work as ours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(FOLDER))
    import bench_uncertainty

    yield bench_uncertainty
    sys.path.remove(str(FOLDER))


def test_ours_and_the_floor_agree_under_the_same_draws(bench):
    assert bench.check_scores(40) <= 1e-9


def test_a_small_run_prints_both_lines_and_their_memory():
    command = [sys.executable, str(FOLDER / "bench_uncertainty.py"), "--draws", "50",
               "--repeats", "1"]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in "ab":
        assert re.search(rf"^{line} 50 draws, ms +\d+\.\d +\d+\.\d +\d+\.\d\d$", told, re.M)
        assert re.search(rf"^{line} 500 draws, MB above imports +\d+$", told, re.M)
