"""The benchmark of reports: cells run alone as in a kernel, and the table has its form."""

import sys
from pathlib import Path

import pytest
from small_project import CHAPTERS, make_project, write_chapter

from asan_analysis.report.plan import plan_report

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(FOLDER))
    import bench_report

    yield bench_report
    sys.path.remove(str(FOLDER))


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
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["unit", "ours", "floor", "ratio"]
    assert first.split() == ["notebooks", "s", "3.000", "2.000", "1.50", "cells", "alone"]
    assert second.split() == ["brief", "s", "1.000"]
