"""`asan-analysis register find`: a short table, the kind and the edition first."""

import subprocess
import sys
from functools import cache

import pytest
from build_scripts import ROOT

from asan_analysis.cli import main
from asan_analysis.data import datasets

load_once = cache(datasets.load_dataset)


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(datasets, "load_dataset", load_once)


def find(capsys, *arguments):
    assert main(["register", "find", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_register_is_searched_where_no_dataset_is_given(capsys):
    lines = find(capsys, "dogum", "haqqinda", "arayis", "--most", "3")
    assert lines[0].startswith("Observed: real services")
    assert lines[1] == "Edition 2023, the last of asan_register: 143 services"
    assert lines[3].split() == ["Score", "Service", "Organisation", "Id"]
    assert len(lines) == 7 and lines[4].endswith("S001")
    assert "Doğumun qeydə alınması" in lines[4] and "Ministry of Justice" in lines[4]
    assert all(len(line) <= 100 for line in lines)


def test_invented_services_are_called_invented(capsys):
    lines = find(capsys, "güzgü", "--dataset", "asan_sample", "--year", "2017", "--lang", "az")
    assert lines[0].startswith("Süni: uydurulmuş qurumların uydurulmuş xidmətləri")
    assert lines[1].startswith("Mərhələ 2016-2017, asan_sample:") and "sonuncu" not in lines[1]
    assert len(lines) == 14


def test_no_result_is_said(capsys):
    assert find(capsys, "zzzqq")[-1].startswith('No result: no name of a service meets "zzzqq"')


def test_a_project_without_the_register_searches_the_sample(tmp_path, monkeypatch):
    (tmp_path / "data" / "published").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert datasets.default_register() == "asan_sample"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([" "], "the words are empty"),
        (["doğum", "--dataset", "nowhere"], "dataset 'nowhere' is neither"),
        (["doğum", "--dataset", ""], "the dataset is empty"),
        (["doğum", "--year", "2020"], "edition 2020 is not in dataset asan_register"),
        (["doğum", "--year", "soon"], "year 'soon' is not a whole number"),
        (["doğum", "--most", "0"], "--most '0' is not a whole number from 1 to 1000"),
    ],
)
def test_what_cannot_be_answered_is_one_message(capsys, arguments, message):
    assert main(["register", "find", *arguments]) == 1
    told = capsys.readouterr()
    assert told.out == "" and message in told.err and len(told.err.splitlines()) == 1


def test_a_reader_who_stops_reading_is_no_error():
    """As under `| head -1`: the output is closed before all of it is written."""
    command = [sys.executable, "-m", "asan_analysis", "register", "find", "doğum", "--most", "1000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == b""
    process.stderr.close()
