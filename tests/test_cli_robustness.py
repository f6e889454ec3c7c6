"""The command `robustness`: files in, files out, and what it refuses."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from asan_analysis.cli import main

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = {
    "uncertainty": ["unit_id", "category", "source", "nominal_rank", "rank_mean", "rank_q05",
                    "rank_q50", "rank_q95", "rank_sd", "score_q05", "score_q50", "score_q95",
                    "p_first", "p_top3"],
    "sensitivity": ["output", "factor", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "n"],
}  # fmt: skip
FILES = ["audit", "certificates", "methods", "pairwise", "rank_share", "remove", "sensitivity",
         "uncertainty"]  # fmt: skip
FRAMEWORK = "node_id,parent_id,weight\nT,,1\nP,T,1\na,P,1\nb,P,2\nQ,T,1\nc,Q,1\n"
VALUES = "unit_id,a,b,c\nu1,80,40,60\nu2,30,70,65\nu3,10,20,90\nu4,55,50,40\n"
ALTERNATIVES = (
    "assumption_id,key,value,alternatives,active,why,unknown\n"
    'w,weight:1,1,"{""relative"": 0.5}",yes,because,\n'
    'm,aggregation,arithmetic,"[""geometric""]",yes,because,\n'
)


@pytest.fixture
def files(tmp_path):
    texts = {"F.csv": FRAMEWORK, "V.csv": VALUES, "A.csv": ALTERNATIVES}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder, *more, draws="200", framework="F.csv", values="V.csv"):
    return main(["robustness", "--framework", str(folder / framework), "--values",
                 str(folder / values), "--draws", draws, "--output", str(folder / "out"),
                 *more])  # fmt: skip


def test_a_table_is_examined(files, capsys):
    assert run(files, "--alternatives", str(files / "A.csv")) == 0
    assert sorted(path.stem for path in (files / "out").iterdir()) == FILES
    for name, columns in CONTRACT.items():
        assert list(pd.read_csv(files / "out" / f"{name}.csv").columns) == columns
    told = capsys.readouterr().out
    assert "4 units, 200 draws a source; varied: weight:1, aggregation" in told
    assert "all: u2 is first; share of draws: method" in told
    shares = pd.read_csv(files / "out" / "rank_share.csv")
    assert shares.groupby("unit_id")["share"].sum().round(9).eq(1).all()
    pairs = pd.read_csv(files / "out" / "pairwise.csv").set_index(["unit_id", "other_id"])
    first = pd.read_csv(files / "out" / "uncertainty.csv").set_index("unit_id")["p_first"]
    assert len(pairs) == 12 and (pairs.loc["u2", "p_above"] >= first["u2"] - 1e-9).all()


def test_the_same_seed_writes_the_same_bytes(files):
    runs = []
    for seed in ("5", "5", "6"):
        assert run(files, "--alternatives", str(files / "A.csv"), "--seed", seed) == 0
        runs.append({path.name: path.read_bytes() for path in (files / "out").iterdir()})
    assert runs[0] == runs[1]
    assert runs[0]["uncertainty.csv"] != runs[2]["uncertainty.csv"]
    assert runs[0]["certificates.csv"] == runs[2]["certificates.csv"]


def test_any_number_of_workers_writes_the_same_bytes(files):
    """5000 draws are more than two chunks; sensitivity has several parts too."""
    runs = []
    for workers in ("1", "3"):
        assert run(files, "--alternatives", str(files / "A.csv"), "--workers", workers,
                   draws="5000") == 0  # fmt: skip
        runs.append({path.name: path.read_bytes() for path in (files / "out").iterdir()})
    assert runs[0] == runs[1]


def start(folder):
    """The command with draws for minutes, and its processes once two of them draw."""
    process = subprocess.Popen(
        [sys.executable, "-m", "asan_analysis", "robustness", "--year", "2023", "--draws",
         "1000000", "--workers", "2", "--output", str(folder / "out")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    family = psutil.Process(process.pid)
    for _ in range(600):
        busy = [child for child in family.children(recursive=True)
                if child.parent().pid != process.pid]  # fmt: skip  # forked from the server
        if len(busy) == 2 and all(sum(child.cpu_times()[:2]) > 0.2 for child in busy):
            return process, busy
        time.sleep(0.1)
    process.kill()
    raise AssertionError(process.communicate()[1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks from a server on Linux")
@pytest.mark.parametrize("who", ["worker", "Ctrl-C", "command"])
def test_a_killed_process_ends_the_command_and_writes_nothing(tmp_path, who):
    """One line says what happened; no process is left behind, nor a file."""
    process, busy = start(tmp_path)
    if who == "worker":
        busy[0].kill()
    else:
        process.send_signal(signal.SIGINT if who == "Ctrl-C" else signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    code, told = {
        "worker": (1, "asan-analysis: a process was killed, perhaps for want of memory; nothing "
                      "was written; try again with fewer workers\n"),
        "Ctrl-C": (130, "asan-analysis: stopped; nothing was changed\n"),
        "command": (-signal.SIGKILL, err),  # Python may count what was left
    }[who]  # fmt: skip
    assert (process.returncode, out, err) == (code, "", told)
    assert psutil.wait_procs(busy, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_steps_run_before(files):
    (files / "R.toml").write_text('[[steps]]\ndo = "screen"\nleast = 0.9\n', encoding="utf-8")
    (files / "V.csv").write_text(VALUES + "u5,,70,99\n", encoding="utf-8")
    steps = files / "steps"
    assert run(files, "--alternatives", str(files / "A.csv"), "--rules", str(files / "R.toml"),
               "--steps-output", str(steps)) == 0  # fmt: skip
    assert "u5" not in set(pd.read_csv(files / "out" / "uncertainty.csv")["unit_id"])
    assert [path.name for path in steps.iterdir()] == ["1_screen.csv"]


def test_an_edition_of_a_dataset_is_examined_from_another_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "asan_analysis", "robustness", "--dataset", "egov_benchmark_2023",
         "--year", "2023", "--draws", "50", "--output", str(tmp_path / "out")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "eu27: MT is first" in done.stdout and "other: IS is first" in done.stdout
    found = pd.read_csv(tmp_path / "out" / "uncertainty.csv")
    assert found["source"].unique().tolist() == ["method", "services", "both"]
    assert found.groupby("source").size().tolist() == [35, 35, 35]
    sets = pd.read_csv(tmp_path / "out" / "rank_sets.csv")
    assert (sets["rank_low"] <= sets["rank"]).all() and (sets["rank"] <= sets["rank_high"]).all()


@pytest.mark.parametrize(
    ("change", "more", "match"),
    [
        ({}, [], "no active assumption lists an alternative"),
        ({"A.csv": ALTERNATIVES.replace("weight:1", "weight:Z")}, ["A"],
         "A.csv: 1 problem\n  row 2, alternatives: weight:Z names no node"),
        ({"A.csv": ALTERNATIVES.replace("aggregation,ar", "roll_up,ar")}, ["A"], "about services"),
        ({"V.csv": "unit_id,a,b,c\nu1,1,2,3\n"}, ["A"], "1 unit has a place"),
        ({"V.csv": "unit_id,a,b,c\nu1,1,2,3\nu2,1,2,3\n"}, ["A"], "every unit has the same score"),
        ({}, ["A", "--draws", "0"], "draws '0' is not a whole number from 1"),
        ({}, ["A", "--workers", "17"], "workers '17' is not a whole number from 1 to 16"),
        ({}, ["A", "--seed", "-1"], "seed '-1' is not a whole number"),
        ({}, ["A", "--year", "2023"], "not both"),
        ({}, ["A", "--steps-output", "there"], "the rules have no steps"),
    ],
)  # fmt: skip
def test_faulty_input_is_refused_and_nothing_is_written(files, capsys, change, more, match):
    for name, text in change.items():
        (files / name).write_text(text, encoding="utf-8")
    given = ["--alternatives", str(files / "A.csv")] if more[:1] == ["A"] else []
    assert run(files, *given, *more[1:]) == 1
    assert match in capsys.readouterr().err
    assert not (files / "out").exists()


def test_an_edition_or_a_table_is_needed(tmp_path, capsys):
    assert main(["robustness", "--output", str(tmp_path / "out")]) == 1
    assert "give --year of an edition" in capsys.readouterr().err
    assert main(["robustness", "--values", "V.csv", "--output", str(tmp_path / "out")]) == 1
    assert "needs both --framework and --values" in capsys.readouterr().err
