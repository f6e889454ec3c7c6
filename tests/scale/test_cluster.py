"""A real cluster: a scheduler and two workers as processes, one of which is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from parts_of import ROOT, write_parts

from asan_analysis.cli import main
from asan_analysis.data.datasets import load_outline
from asan_analysis.errors import DataError, ParameterError, ReportError
from asan_analysis.report.editions import Entry, build_editions
from asan_analysis.scale.cluster import open_cluster
from asan_analysis.scale.scoring import plan_scoring, score_parts

START = 60  # seconds that a process may take to be there
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def start(folder: Path, *command: str) -> subprocess.Popen:
    """A process of the cluster that logs into a file."""
    module = f"distributed.cli.dask_{command[0]}"
    environment = {**os.environ, **ONE_THREAD}
    with (folder / f"{command[0]}.{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", module, *command[1:]], stdout=log, stderr=log,
            cwd=folder, env=environment,
        )  # fmt: skip


def wait_for(path: Path, process: subprocess.Popen) -> str:
    """The address in the file that a scheduler writes once it listens."""
    end = time.monotonic() + START
    while not path.is_file() or not path.read_text():
        assert process.poll() is None and time.monotonic() < end, "the scheduler did not start"
        time.sleep(0.05)
    return json.loads(path.read_text())["address"]


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=START)


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, a function that starts a worker, and the workers started."""
    file, processes = tmp_path / "scheduler.json", []
    scheduler = start(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0",
                      "--no-dashboard", "--scheduler-file", str(file))  # fmt: skip
    processes.append(scheduler)
    address = wait_for(file, scheduler)

    def add_worker():
        worker = start(tmp_path, "worker", address, "--nthreads", "1", "--no-nanny",
                       "--no-dashboard", "--host", "127.0.0.1")  # fmt: skip
        processes.append(worker)
        return worker

    yield address, add_worker
    for process in reversed(processes):
        process.kill()
        process.wait()


def test_a_killed_worker_loses_nothing_and_is_told(tmp_path, cluster):
    """Two workers, forty parts, one worker killed at the first result: the same to the last bit."""
    address, add_worker = cluster
    workers = [add_worker(), add_worker()]
    data = load_outline(str(write_parts(tmp_path / "parts", cuts=40)))
    plan = plan_scoring(data, 2023, audit=True)
    expected = score_parts(data, plan)
    wait_for_workers(address, 2)
    told, done = [], []

    def kill_one(services):
        done.append(services)
        if len(done) == 1:
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()

    with open_cluster(address, tell=told.append) as spread:
        found = score_parts(data, plan, spread=spread, progress=kill_one)
    assert workers[0].returncode == -signal.SIGKILL and workers[1].poll() is None
    assert len(told) == 1 and "is lost; its parts are done by the others" in told[0]
    assert len(done) == 40
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, check_exact=True, obj=name)
    services = int(found["coverage"]["services"].iloc[-1])
    print(f"\n2 workers, 40 parts, {services} services, one worker killed after the first part\n"
          f"  told: {told[0]}\n  tables equal to the last bit: {', '.join(expected)}")  # fmt: skip


def test_faults_of_a_part_reach_the_user_from_a_worker(tmp_path, cluster):
    """The message is that of one machine; a run without workers ends with what to do."""
    address, add_worker = cluster
    folder = write_parts(tmp_path / "parts", cuts=2)
    data = load_outline(str(folder))
    plan = plan_scoring(data, 2023)
    with (
        open_cluster(address, patience=0.2) as spread,
        pytest.raises(ParameterError, match=r"no worker for 0\.2 s; start some with `dask worker"),
    ):
        score_parts(data, plan, spread=spread)
    add_worker()
    path = folder / "assessments" / "edition_year=2023" / "part-00001.parquet"
    part = pd.read_parquet(path)
    part.iloc[3, 2] = 1.5
    part.to_parquet(path, index=False)
    with (
        open_cluster(address) as spread,
        pytest.raises(DataError, match=r"row 4, .*outside 0 to 1"),
    ):
        score_parts(data, plan, spread=spread)


def test_draws_and_reports_run_on_the_cluster(tmp_path, cluster, monkeypatch, capsys):
    """The tables of draws are the same bytes; a build that fails there is told here."""
    address, add_worker = cluster
    add_worker()
    monkeypatch.chdir(ROOT)
    asked = ["robustness", "--year", "2023", "--draws", "2100"]
    there = ["--output", str(tmp_path / "there"), "--scheduler", address]
    assert main([*asked, *there]) == 0
    assert main([*asked, "--output", str(tmp_path / "here"), "--workers", "1"]) == 0
    names = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "there").iterdir())
    for name in names:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    capsys.readouterr()
    entries = [Entry("nowhere", "2023", "report"), Entry("nothing", "2023", "profiles")]
    with open_cluster(address) as spread, pytest.raises(ReportError, match="2 of 2 could not"):
        build_editions(entries, spread=spread)
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "report 2023, nowhere: failed", "profiles 2023, nothing: failed",
    ]  # fmt: skip


def test_a_scheduler_that_is_not_there_is_told_in_five_seconds(tmp_path, monkeypatch, capsys):
    """By the command, which writes nothing."""
    folder = write_parts(tmp_path / "parts", cuts=2)
    monkeypatch.chdir(tmp_path)
    begun = time.monotonic()
    code = main(["score-dataset", str(folder), "--year", "2023", "--output", "scores",
                 "--scheduler", "tcp://127.0.0.1:9"])  # fmt: skip
    assert code == 1 and time.monotonic() - begun < 8
    told = capsys.readouterr().err
    assert "--scheduler tcp://127.0.0.1:9: no dask scheduler answers within 5 s" in told
    assert "start one with `dask scheduler`" in told
    assert not list(tmp_path.glob("*scores*"))


@pytest.mark.parametrize("address", ["nonsense://x", "127.0.0.1:port", ""])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ParameterError, match=r"--scheduler"), open_cluster(address):
        pass
