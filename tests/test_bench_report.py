"""The benchmark of reports: cells run alone as in a kernel, and the table has its form."""

import importlib.util
import sys
from pathlib import Path

import pytest
from small_project import CHAPTERS, make_project, write_chapter

from asan_analysis.report.plan import plan_report

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench_report.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_report", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform != "linux", reason="the scripts are forked")
def test_cells_run_alone_with_the_parameters_of_the_run_and_a_failure_is_told(
    bench, tmp_path, monkeypatch
):
    project = make_project(tmp_path / "p")
    monkeypatch.chdir(project)
    write_chapter(project, CHAPTERS[0], "from pathlib import Path\nPath('ran').write_text(dataset)")
    runs = plan_report(project / "notebooks", year=2023, dataset="tiny")[:1]
    assert bench.time_cells(runs) > 0
    assert (project / "notebooks" / "ran").read_text() == "tiny"
    write_chapter(project, CHAPTERS[0], "raise ValueError")
    with pytest.raises(SystemExit, match="failed"):
        bench.time_cells(runs)


def test_the_table_has_ours_the_floor_and_the_ratio(bench, monkeypatch, capsys):
    lines = [("notebooks", 3.0, 2.0), ("brief", 1.0, bench.NONE)]
    monkeypatch.setattr(bench, "measure", lambda year, dataset, profiles: lines)
    monkeypatch.setattr(sys, "argv", ["bench"])
    bench.main()
    header, first, second, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["ours", "floor", "ratio"]
    assert first.split() == ["notebooks", "3.00", "2.00", "1.50"]
    assert second.split() == ["brief", "1.00", "-", "-"]
