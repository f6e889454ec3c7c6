"""Forked workers and kernels: as if started anew, nothing shared, none left, same bytes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from small_project import (
    CHAPTERS,
    bytes_of,
    make_project,
    place_of,
    processes_of,
    report,
    start,
    write_chapter,
)

from asan_analysis.report import pool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
TWO = CHAPTERS[:2]
SLEEP = "import time\nopen('here', 'w').close()\ntime.sleep(600)\n"
# what a notebook finds and leaves: it must find nothing, in a process that imported everything
PLANT = """import os, random, sys
from pathlib import Path
import numpy as np
from asan_analysis import errors
from asan_analysis.data import files
assert not hasattr(np, "planted") and not hasattr(errors, "planted"), "state is shared"
assert "PLANTED" not in os.environ and "planted" not in sys.path
np.planted = errors.planted = os.environ["PLANTED"] = "here"
sys.path.append("planted")
places = [path or "here" for path in sys.path if path != "planted"]
forked = "forkserver" in Path("/proc/self/cmdline").read_text()
settings = {name: value for name, value in os.environ.items()
            if name.startswith(("MPL", "OMP", "OPENBLAS", "PYTHON"))}
with Path("../told.txt").open("a") as told:
    print(forked, random.random(), np.random.random(), file=told)
Path("../found.txt").write_text(repr((places, settings, os.getcwd(), len(files.files_read()))))"""
# a process that forks for each module it is given, and tells how each of them ended
FORKING = """import json, os, signal, sys, time
from asan_analysis.report import preload, warm
codes = []
for name, number in json.loads(sys.argv[1]):
    warm.fork_kernel()
    kernel = warm.Provisioner.waiting
    kernel.orders.send(([sys.executable, "-m", name, "-f", "x"], {"ONLY": "this"}, os.getcwd()))
    while number and not os.path.exists("here"):
        time.sleep(0.01)
    if number:
        os.remove("here")
        os.killpg(kernel.pid, number)
    while kernel.poll() is None:
        time.sleep(0.01)
    codes.append(kernel.wait())
warm.fork_kernel()
print(json.dumps([codes, warm.Provisioner.waiting.pid]), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
MODULES = {
    "told": "import json, os, sys, threading\n"
    "told = dict(argv=sys.argv, name=__name__, folder=os.getcwd(), first=sys.path[0],\n"
    "            environment=dict(os.environ), tasks=len(os.listdir('/proc/self/task')),\n"
    "            group=os.getpgid(0) == os.getpid(), warm='pandas' in sys.modules)\n"
    "open('told.json', 'w').write(json.dumps(told))\n",
    "leaves": "import sys\nsys.exit(7)",
    "fails": "raise ValueError",
    "tidies": "import atexit\natexit.register(lambda: open('tidied', 'w').close())",
    "sleeps": SLEEP,
    "listens": "import signal, sys\nsignal.signal(2, lambda *_: sys.exit(5))\n" + SLEEP,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project of two chapters that plant, with its report."""
    project = make_project(tmp_path_factory.mktemp("warm") / "p", chapters=TWO)
    for name in TWO:
        write_chapter(project, name, PLANT)
    done = report(project, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return project


def assert_ended(pids: list[int]) -> None:
    """Every process ends by itself, soon; one that nobody collects counts as ended."""
    limit = time.monotonic() + 20
    while any(psutil.pid_exists(pid) and not is_zombie(pid) for pid in pids):
        assert time.monotonic() < limit, pids
        time.sleep(0.02)


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def told_by(project: Path) -> list[list[str]]:
    """A line a notebook: whether its kernel was forked, two numbers it drew."""
    return [line.split() for line in (project / "told.txt").read_text("utf-8").splitlines()]


def test_no_state_passes_from_one_notebook_to_the_next(built):
    """What the first leaves behind the second does not find; each draws other numbers."""
    told = told_by(built)
    assert [forked for forked, *_ in told] == ["True", "True"]
    assert len({number for _, *drawn in told for number in drawn}) == 4


def test_ordinary_kernels_find_the_same_and_make_the_same_bytes(built):
    """In the same place: environment, folder and import path are compared as well."""
    before, found = bytes_of(place_of(built)), (built / "found.txt").read_text("utf-8")
    shutil.rmtree(built / ".cache" / "reports" / "2023" / "tiny" / TWO[0])
    shutil.rmtree(place_of(built))
    done = report(built, **{pool.COLD_VARIABLE: "1"})
    assert done.returncode == 0, done.stderr
    assert [forked for forked, *_ in told_by(built)[2:]] == ["False"]
    assert bytes_of(place_of(built)) == before
    assert (built / "found.txt").read_text("utf-8") == found


def test_a_forked_process_is_as_one_started_anew_and_tells_how_it_ended(tmp_path):
    """Exit codes and signals arrive; one that still waits ends with the process that forked it."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    asked = [("told", 0), ("leaves", 0), ("fails", 0), ("tidies", 0), ("sleeps", signal.SIGKILL),
             ("sleeps", signal.SIGTERM), ("listens", signal.SIGINT)]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", FORKING, json.dumps(asked)],
        cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "JE_ARROW_MALLOC_CONF": "background_thread:false"},
    )  # fmt: skip
    assert done.stdout, done.stderr
    codes, waiting = json.loads(done.stdout)
    assert codes == [0, 7, 1, 0, -signal.SIGKILL, -signal.SIGTERM, 5]
    assert "ValueError" in done.stderr
    assert (tmp_path / "tidied").exists()
    assert_ended([waiting])
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    parent = told["environment"].pop("JPY_PARENT_PID")
    assert int(parent) > 1
    assert told == {
        "argv": [str(tmp_path / "told.py"), "-f", "x"], "name": "__main__", "warm": True,
        "folder": str(tmp_path), "first": str(tmp_path), "environment": {"ONLY": "this"},
        "tasks": 1, "group": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["darwin", "win32", "linux"])
def test_where_processes_are_not_forked_they_are_spawned(monkeypatch, name):
    """Elsewhere than on Linux, where it is switched off, and where no socket can be made."""

    def refuse() -> None:
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(sys, "platform", name)
    monkeypatch.setattr(pool.forkserver, "ensure_running", refuse)
    with pool._open_pool(1) as opened:
        assert isinstance(opened, pool.ProcessPoolExecutor)


def test_where_the_preloading_process_is_gone_a_call_is_answered_all_the_same(monkeypatch):
    """Its socket is there and nobody answers: what it imports cannot be imported, say."""

    def refuse(fds) -> None:
        raise EOFError

    monkeypatch.setattr(pool.forkserver, "connect_to_new_process", refuse)
    assert pool._call_forked(abs, -3) == 3


@pytest.mark.parametrize(
    ("victim", "number", "code", "told"),
    [
        ("run", signal.SIGINT, 130, "stopped"),
        ("forking process", signal.SIGKILL, 1, "its process was killed"),
    ],
)
def test_whoever_is_killed_nothing_is_left(tmp_path, victim, number, code, told):
    """A kernel sleeps; one message. The other victims are in `test_faults`, forked as here."""
    project = make_project(tmp_path / "p", chapters=CHAPTERS[:1])
    write_chapter(project, CHAPTERS[0], SLEEP)
    process = start(project, "report", "--year", "2023", "--dataset", "tiny")
    while not (project / "notebooks" / "here").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    below = psutil.Process(process.pid).children(recursive=True)
    assert [one.num_threads() for one in below if one.ppid() == process.pid] == [1, 1]
    forking, worker, kernel = [one for one in below if "forkserver" in " ".join(one.cmdline())]
    assert [worker.ppid(), kernel.ppid()] == [forking.pid, worker.pid]
    (process if victim == "run" else forking).send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert told in err
    assert "Traceback" not in err
    assert_ended([one.pid for one in below])
    assert processes_of(project) == []
