"""The benchmark of the uncertainty analysis runs, and its floor does the same work as ours."""

import re
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


def test_a_small_run_prints_both_lines_and_their_memory(bench, monkeypatch, capsys):
    """Memory is measured in this process here; the next test has a process of its own."""
    monkeypatch.setattr(bench, "measure_peak", bench.peak_here)
    monkeypatch.setattr(sys, "argv", ["bench", "--draws", "5", "--repeats", "1"])
    bench.main()
    told = capsys.readouterr().out
    for line in "ab":
        figures = r"ms +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d\d  bare numpy$"
        assert re.search(rf"^{line}, 5 draws +{figures}", told, re.M)
        for draws in (5, 50):
            assert re.search(rf"^{line}, {draws} draws, memory +MB +\d+\.\d{{3}}$", told, re.M)


def test_memory_is_that_of_a_fresh_process(bench):
    """The script prints the growth of one call and nothing else."""
    assert 0 <= bench.measure_peak("a", 20) < 100
