"""The benchmarks run, their lines and page have the form they promise, scores meet the floor."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def modules():
    """The folder of the benchmarks, from which they import each other."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def bench(modules):
    import bench_scoring

    return bench_scoring


@pytest.fixture(scope="module")
def driver(modules):
    pytest.importorskip("polars")
    import bench

    return bench


@pytest.fixture(scope="module")
def paper(modules):
    pytest.importorskip("polars")
    import bench_page

    return bench_page


# Scoring


def test_a_small_run_prints_every_line_with_its_ratio(bench, monkeypatch, capsys):
    """Memory is measured in this process here; the next test has a process of its own."""
    monkeypatch.setattr(bench, "measure_peak", bench.peak_here)
    monkeypatch.setattr(sys, "argv", ["bench", "--units", "30", "40", "--repeats", "2"])
    bench.main()
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["unit", "ours", "floor", "ratio"]
    both = [(units, what) for units in (30, 40) for what in ("kernel", "table")]
    names = [
        *((f"{what} {units} x 143", "ms") for units, what in both),
        *((f"{what} {units} x 143, memory", "MB") for units, what in both),
        ("long to wide 30 x 143", "ms"),
    ]
    assert len(lines) == len(names)
    for (name, unit), line in zip(names, lines, strict=True):
        figures = r" +-?\d+\.\d{3} +-?\d+\.\d{3} +(-?\d+\.\d\d)?  bare numpy"
        assert re.fullmatch(re.escape(name) + rf" +{unit}" + figures, line), line


def test_memory_is_that_of_a_fresh_process(bench):
    """The script prints the growth of one call and nothing else."""
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


# The page


def lines_of(group, name, *ours, floor=None, axis="", size=None, unit="s"):
    """One line of `performance.csv` for each run."""
    return [{"script": "one", "run": run, "group": group, "name": name, "unit": unit, "ours": own,
             "floor": floor, "peer": "" if floor is None else "polars", "axis": axis, "size": size}
            for run, own in enumerate(ours, start=1)]  # fmt: skip


def test_a_quick_run_of_one_script_writes_its_lines_ratios_and_goals(driver, tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "count_busy", lambda seconds: 0.0)
    monkeypatch.setattr(driver.os, "getloadavg", lambda: (0.25, 0.0, 0.0))
    driver.main(["--quick", "--only", "scoring", "--output", str(tmp_path)])
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    figures = pd.read_csv(tmp_path / "performance.csv")
    assert set(figures["script"]) == {"scoring"} and len(figures) == 5
    for row in figures.itertuples():
        (line,) = re.findall(rf"^\| {row.name} \| {row.unit} \| .+$", text, flags=re.MULTILINE)
        if row.floor > 0:
            assert f"| bare numpy | {row.ours / row.floor:.2f} |" in line
    assert "| Report: nothing changed | below 0.5 s |  | not measured |" in text
    assert "| scoring | " in text and "| 0.25 | 0.00 |" in text
    assert "Warning" not in text and "make bench" in text
    assert not list(tmp_path.glob("*.png"))


def test_tiny_sizes_are_not_written_into_the_documents(driver, capsys):
    with pytest.raises(SystemExit):
        driver.main(["--quick"])
    assert "--quick needs --output" in capsys.readouterr().err


def test_a_script_that_fails_stops_the_run(driver, tmp_path, monkeypatch):
    """Its own message stands on the standard error."""
    (tmp_path / "bench_scoring.py").write_text("raise SystemExit('bench: scores differ')")
    monkeypatch.setattr(driver, "HERE", tmp_path)
    with pytest.raises(SystemExit, match=r"bench_scoring\.py ended with 1"):
        driver.run_script("bench_scoring.py", quick=True)


def test_scripts_that_are_not_measured_keep_their_figures(driver, tmp_path):
    file = tmp_path / "performance.csv"
    pd.DataFrame({"script": ["scale", "scoring"], "ours": [1, 2]}).to_csv(file, index=False)
    kept = driver.keep_others(
        file, pd.DataFrame({"script": ["scale"], "ours": [3]}), ["scoring", "scale"]
    )
    assert kept.to_numpy().tolist() == [["scoring", 2], ["scale", 3]]


def test_medians_ranges_and_ratios_by_hand(paper):
    lines = lines_of("Report", "notebooks", 12, 10, 17, floor=10)
    row = paper.summarise(pd.DataFrame(lines)).iloc[0]
    assert row[["ours", "ours_low", "ours_high", "floor"]].tolist() == [12, 10, 17, 10]
    assert row[["ratio", "ratio_low", "ratio_high"]].tolist() == [1.2, 1.0, 1.7]
    assert paper.write_table(row.to_frame().T)[2] == (
        "| notebooks | s | 12.0 | 10.0 to 17.0 | 10.0 | polars | 1.20 | 1.00 to 1.70"
        " | at most 1.2 x: met |"
    )


@pytest.mark.parametrize(
    ("group", "name", "ours", "floor", "told"),
    [
        ("Report", "notebooks", 12.01, 10, "at most 1.2 x: missed"),
        ("Report", "notebooks", 12, None, "at most 1.2 x: not measured"),
        ("Report", "nothing changed", 0.499, None, "below 0.5 s: met"),
        ("Report", "nothing changed", 0.5, None, "below 0.5 s: missed"),
        ("Report", "whole report", 9, None, ""),
    ],
)
def test_goals_are_computed(paper, group, name, ours, floor, told):
    table = paper.summarise(pd.DataFrame(lines_of(group, name, ours, floor=floor)))
    assert paper.judge(table.iloc[0]) == told


def test_a_slope_leaves_out_what_is_fixed(paper):
    """Cost 1 + size / 100 bends at its lower end; what is fixed is read off or measured."""
    assert paper.fit_slope([10, 100], [1, 10], 0)[0] == pytest.approx(1)
    sizes, costs = [10, 50, 1_000, 10_000], [1.1, 1.5, 11.0, 101.0]
    assert paper.fixed_cost(sizes, costs, 0.2) == pytest.approx(1)
    assert paper.fixed_cost(sizes, costs, 1.3) == 1.3
    slope, height, first = paper.fit_slope(sizes, costs, 0.2)
    assert first == 2
    assert slope == pytest.approx(np.log10(101 / 11)) and pytest.approx(height * 1_000**slope) == 11
    assert paper.fit_slope([1, 10, 100], [1.0, 1.0, 2.5], 1.0)[2] == 0


def test_a_curve_has_its_slope_range_and_both_charts(paper, driver, tmp_path):
    group = "Scoring, by services"
    lines = [
        line
        for size, costs in ((0, (0.1, 0.1, 0.1)), (100, (1, 1, 1)), (10_000, (10, 100, 1_000)))
        for line in lines_of(group, f"{size}", *costs, axis="services", size=size)
    ] + [
        line
        for at in range(3)
        for line in lines_of(paper.MEMORY, "100 services", at, axis="seconds", size=at, unit="MB")
    ]
    runs = pd.DataFrame({"script": "one", "run": [1, 2], "date": ["2026-01-01 10:00"] * 2,
                         "load": [0.1, 1.4], "busy": [0.0, 0.9], "machine": "2 cores"})  # fmt: skip
    driver.write_all(tmp_path, pd.DataFrame(lines), runs)
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "| slope |  | 1.00 | 0.50 to 1.50 | at most 1.05: met |" in text
    assert "Warning" in text and "up to 0.9 cores busy before 1 of 2 runs" in text
    for name in ("performance.png", "memory.png"):
        assert (tmp_path / name).stat().st_size > 5_000 and f"({name})" in text
    first = text
    driver.main(["--page", "--output", str(tmp_path)])
    assert (tmp_path / "performance.md").read_text(encoding="utf-8") == first


# Methods


def test_certificates_agree_with_the_programmes_and_a_difference_stops_the_run(modules):
    import bench_methods as methods

    bodies, nodes = list("abcdef"), list("xyz")
    values = np.random.default_rng(1).uniform(20, 90, (6, 3))
    points = pd.DataFrame(values, pd.Index(bodies, name="organisation_id"), nodes)
    given = points, pd.Series([0.5, 0.3, 0.2], nodes), pd.Series("c", bodies)
    ours, peer = methods.certify_places(*given, box=methods.BOX), methods.certify_plainly(*given)
    methods.check_certificates(ours, peer)
    assert 0 < peer["margin"].min() < 1 and (peer["worst_rank"] > peer["best_rank"]).any()
    for change in ({"best_rank": peer["best_rank"] + 1}, {"margin": peer["margin"] + 1e-5}):
        with pytest.raises(SystemExit, match="certificates differ"):
            methods.check_certificates(ours, peer.assign(**change))


def test_lines_pass_through_json(modules, capsys):
    import lines

    line = lines.Line("Group", "name", "s", 2.0, 4.0, "peer", "services", 10)
    lines.show_lines([line], as_json=True)
    (back,) = (lines.Line(**one) for one in json.loads(capsys.readouterr().out))
    assert back == line and back.ratio == 0.5
    assert line._replace(floor=0.0).ratio is None
