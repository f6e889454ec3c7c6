"""The command `score-dataset`: what it prints, writes and refuses."""

import sys

import pandas as pd
import pytest
from parts_of import ROOT, write_parts

from asan_analysis import commands
from asan_analysis.cli import main

TABLES = ["organisations", "ranks", "categories", "spread", "coverage", "items"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_parts(tmp_path / "parts", cuts=3)


def run(*arguments):
    return main(["score-dataset", *map(str, arguments)])


def test_the_tables_of_the_year_asked_for_are_written(folder, tmp_path, capsys):
    assert run(folder, "--year", "2023", "--audit") == 0
    told = capsys.readouterr().out.splitlines()
    place = tmp_path / "asan_sample_2023_scores"
    assert sorted(path.stem for path in place.iterdir()) == sorted([*TABLES, "nodes"])
    assert told[:3] == ["  1 of 3 parts, 146 services", "  2 of 3 parts, 292 services",
                        "  3 of 3 parts, 438 services"]  # fmt: skip
    assert told[3] == "asan_sample 2023: 438 services of 47 organisations scored"
    assert "nodes.csv" in told[4]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_dataset_in_one_file_gives_the_same_tables(folder, tmp_path):
    """The last edition is scored where no year is given."""
    assert run(folder, "--year", "2023", "--output", "parts_scores") == 0
    assert run(ROOT / "data" / "asan_sample", "--year", "2023", "--output", "file_scores") == 0
    for table in TABLES:
        one, other = (tmp_path / name / f"{table}.csv" for name in ("parts_scores", "file_scores"))
        assert one.read_bytes() == other.read_bytes()
    assert run(ROOT / "data" / "asan_sample") == 0
    assert (tmp_path / "asan_sample_2024_scores" / "ranks.csv").is_file()


def test_an_interrupted_run_says_how_to_go_on(folder, tmp_path, capsys, monkeypatch):
    """A fault in the last part: the parts before it are kept, no table is written."""
    path = folder / "assessments" / "edition_year=2023" / "part-00002.parquet"
    good = path.read_bytes()
    part = pd.read_parquet(path)
    part.iloc[0, 2] = 9.0
    part.to_parquet(path, index=False)
    assert run(folder, "--year", "2023", "--workers", "1") == 1
    told = capsys.readouterr().err
    assert "part-00002.parquet: 1 problem\n  row 1, " in told
    assert "are kept in .asan_sample_2023_scores.parts; run the same command to go on" in told
    assert not (tmp_path / "asan_sample_2023_scores").exists()
    path.write_bytes(good)
    assert run(folder, "--year", "2023") == 0
    assert "2 of 3 parts were done by an earlier run" in "".join(capsys.readouterr())


def test_what_cannot_work_is_refused_before_anything_is_read(folder, tmp_path, capsys):
    assert run(folder, "--output", "nowhere/scores") == 1
    assert "there is no folder nowhere; make it" in capsys.readouterr().err
    assert run(folder, "--year", "1999") == 1
    assert "edition 1999 is not in dataset asan_sample" in capsys.readouterr().err
    assert run(ROOT / "data" / "asan_sample", "--scheduler", "tcp://127.0.0.1:9") == 1
    assert "keeps its answers in one file" in capsys.readouterr().err


def test_without_the_extra_the_scheduler_names_it(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(folder, "--year", "2023", "--scheduler", "tcp://127.0.0.1:9") == 1
    told = capsys.readouterr().err
    assert "--scheduler needs dask.distributed, the extra `scale`" in told
    assert run(folder, "--year", "2023") == 0


def test_a_long_run_prints_few_lines(folder, capsys, monkeypatch):
    monkeypatch.setattr(commands, "_LINES", 2)
    assert run(folder, "--year", "2023") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "parts, " in line]
    assert told == ["  2 of 3 parts, 292 services", "  3 of 3 parts, 438 services"]
