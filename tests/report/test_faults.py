"""What stands after a fault: the last good report, no leftovers, no process left alive."""

import json
import os
import re
import resource
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
    FEW,
    MAIN,
    bytes_of,
    make_project,
    place_of,
    processes_of,
    report,
    run,
    start,
    write_chapter,
)

from asan_analysis.errors import ReportError
from asan_analysis.report import cache, verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
SLOW = "import time\ntime.sleep(600)"


def good_project(folder: Path, **options) -> Path:
    project = make_project(folder, **options)
    done = report(project)
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project of one chapter with a good report."""
    return good_project(tmp_path_factory.mktemp("built") / "p", chapters=CHAPTERS[:1])


@pytest.fixture
def project(built, tmp_path):
    """A copy of the project, its report and its cache, to break."""
    shutil.copytree(built, tmp_path / "p", symlinks=True)
    return tmp_path / "p"


@pytest.fixture(scope="module")
def whole_built(tmp_path_factory):
    """A project of three chapters with a good report."""
    return good_project(tmp_path_factory.mktemp("whole") / "p", chapters=FEW)


@pytest.fixture
def whole(whole_built, tmp_path):
    shutil.copytree(whole_built, tmp_path / "w", symlinks=True)
    return tmp_path / "w"


def change_lock(project: Path) -> None:
    """Every chapter has a reason to run again."""
    lock = project / "requirements.lock"
    lock.write_text(lock.read_text("utf-8") + "# changed\n", encoding="utf-8")


def restore_lock(project: Path) -> None:
    lock = project / "requirements.lock"
    lock.write_text(lock.read_text("utf-8").removesuffix("# changed\n"), encoding="utf-8")


def wait_for(process: subprocess.Popen, text: str) -> str:
    """Read the output of a command until a line holds the text; what was read."""
    told = ""
    for line in process.stdout:
        told += line
        if text in line:
            return told
    raise AssertionError(f"{text} was never printed: {process.stderr.read()}")


def wait_for_kernel(project: Path, process: subprocess.Popen) -> list[psutil.Process]:
    """The processes of a project once a kernel runs."""
    while process.poll() is None:
        found = [one for one in processes_of(project) if is_kernel(one, project)]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(process.stderr.read())


def is_kernel(process: psutil.Process, project: Path) -> bool:
    """A process in the folder of notebooks that leads a session of its own."""
    try:
        leads = os.getsid(process.pid) == process.pid
        return leads and process.cwd() == str(project / "notebooks")
    except (psutil.Error, OSError):
        return False


def command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def assert_nothing_is_left(project: Path) -> None:
    """Every process ends by itself, soon."""
    _, alive = psutil.wait_procs(processes_of(project), timeout=20)
    assert [command(one) for one in alive] == []


def assert_the_next_run_mends(project: Path, good: dict[str, str]) -> None:
    """The report is as it was, and the next build leaves it alone in its folder."""
    assert bytes_of(place_of(project)) == good
    write_chapter(project, CHAPTERS[0])
    done = report(project)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in place_of(project).parent.iterdir()] == ["tiny"]
    assert bytes_of(place_of(project)) == good
    kept = project / ".cache" / "reports" / "2023" / "tiny"
    assert [path.name for path in kept.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_leaves_the_last_good_report_and_no_process(project, number):
    good = bytes_of(place_of(project))
    write_chapter(project, CHAPTERS[0], SLOW)
    process = start(project, "report", "--year", "2023", "--dataset", "tiny")
    wait_for(process, "report 2023")
    wait_for_kernel(project, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode in (130, -9), (out, err)
    assert "Traceback" not in err
    assert_nothing_is_left(project)
    assert_the_next_run_mends(project, good)


def test_killed_again_and_again_it_goes_on_from_the_chapters_that_were_done(whole):
    """Killed at five moments; chapters that were done before a kill do not run again.

    At the last moment two were done, so that only one has a reason to run, and tells it.
    """
    good = bytes_of(place_of(whole))
    for name in FEW:
        write_chapter(whole, name, "1 + 1")
    first, second, last = FEW[2], FEW[0], FEW[1]  # as they are begun
    for moment in ("report 2023", first, second, "unchanged", last):
        process = start(whole, "report", "--year", "2023", "--dataset", "tiny", "--workers", "1")
        told = wait_for(process, moment)
        process.kill()
        process.communicate(timeout=120)
        assert_nothing_is_left(whole)
        assert bytes_of(place_of(whole)) == good
    assert told.count("unchanged") == 2
    assert re.search(rf"^  {last}  \d+\.\d s  \(notebook changed\)$", told, re.M)
    done = report(whole)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("unchanged") == len(FEW)
    assert bytes_of(place_of(whole)) != good
    assert [path.name for path in place_of(whole).parent.iterdir()] == ["tiny"]


def test_a_failing_notebook_leaves_the_last_good_report(whole):
    """The error shows notebook, cell, line and reason in ten lines; nothing is half-written.

    A chapter runs beside it and one waits.
    """
    good = bytes_of(place_of(whole))
    for name in FEW:
        write_chapter(whole, name, "1 + 1")
    write_chapter(whole, FEW[0], "x = 1\nvalue = undefined_name + 1\n")
    done = report(whole)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 10
    assert re.search(r"00_data_and_coverage failed in cell \d+", done.stderr)
    assert "value = undefined_name + 1" in done.stderr
    assert "NameError: name 'undefined_name' is not defined" in done.stderr
    assert bytes_of(place_of(whole)) == good
    kept = whole / "reports" / "2023" / "tiny.failed" / "00_data_and_coverage.ipynb"
    assert "undefined_name" in kept.read_text("utf-8")
    left = {path.name for path in (whole / "reports" / "2023").iterdir()}
    assert left == {"tiny.failed", "tiny"}


def test_a_break_between_two_renames_is_mended_after_a_build_that_was_refused(project):
    """Where folders cannot change places in one step, a moved report is put back.

    The build before it reads a data file with pandas, past the record: it fails and says why.
    """
    good = bytes_of(place_of(project))
    place = place_of(project)
    place.rename(place.with_name(".tiny.old"))
    (place.with_name(".tiny.half") / "figures").mkdir(parents=True)
    notes = project / "data" / "tiny" / "notes.csv"
    notes.write_text("a\n1\n", encoding="utf-8")
    extra = 'import pandas as pd\npd.read_csv("../data/tiny/notes.csv")'
    write_chapter(project, CHAPTERS[0], extra)
    done = report(project)
    assert done.returncode == 1
    assert "notes.csv: read past asan_analysis.data" in done.stderr
    shutil.rmtree(place.parent / "tiny.failed")
    notes.unlink()
    write_chapter(project, CHAPTERS[0])
    assert report(project).returncode == 0
    assert [path.name for path in place.parent.iterdir()] == ["tiny"]
    assert bytes_of(place) == good


def test_a_cell_that_hangs_is_stopped_at_its_limit(project):
    """The message names notebook, seconds and the cell."""
    path = project / "notebooks" / f"{CHAPTERS[0]}.ipynb"
    content = json.loads(path.read_text("utf-8"))
    content["cells"][3]["source"] = "while True:\n    __import__('time').sleep(1)"
    path.write_text(json.dumps(content), encoding="utf-8")
    code = (
        "from pathlib import Path; from asan_analysis.report import cache, execute, plan\n"
        "plan.CHAPTERS = plan.CHAPTERS[:1]\n"
        "root = Path.cwd(); sources = cache.Sources(root, root / 'data' / 'tiny', 'tiny')\n"
        "one = plan.plan_report(root / 'notebooks', year=2023, dataset='tiny')[0]\n"
        "job = execute.Job(one, root / 'kept', {}, 'new', sources, 5)\n"
        "execute.run_jobs([job], workers=1, failed=root / 'reports' / '2023' / 'tiny.failed')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    last = done.stderr[done.stderr.rindex("ReportError") :]
    assert "00_data_and_coverage was stopped: a cell ran for more than 5 s" in last
    assert "while True:" in last
    assert (project / "reports" / "2023" / "tiny.failed" / "00_data_and_coverage.ipynb").is_file()
    assert not (project / "kept").exists()
    assert_nothing_is_left(project)


@pytest.mark.parametrize(
    ("victim", "told"),
    [("kernel", "Kernel died"), ("worker", "its process was killed")],
)
def test_a_killed_kernel_or_worker_is_one_message(project, victim, told):
    good = bytes_of(place_of(project))
    whom = "os.getpid()" if victim == "kernel" else "os.getppid()"
    extra = f"import os, signal, time\nos.kill({whom}, signal.SIGKILL)\ntime.sleep(60)"
    write_chapter(project, CHAPTERS[0], extra)
    done = report(project)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert told in done.stderr
    assert_nothing_is_left(project)
    shutil.rmtree(project / "reports" / "2023" / "tiny.failed", ignore_errors=True)
    assert_the_next_run_mends(project, good)


def test_two_builds_at_once_wait_for_each_other(project):
    change_lock(project)
    arguments = ("report", "--year", "2023", "--dataset", "tiny")
    first = start(project, *arguments)
    wait_for(first, "report 2023")
    second = start(project, *arguments)
    told = [process.communicate(timeout=120) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], told
    assert "another build of this report is running; waiting for it" in told[1][0]
    assert "nothing changed" in told[1][0]
    content = json.loads((place_of(project) / "run.json").read_text("utf-8"))
    assert content["outputs"] == {
        name: digest for name, digest in bytes_of(place_of(project)).items() if name != "run.json"
    }


def test_a_full_disk_is_one_message(project):
    """No file may grow beyond 3 kB, as on a disk without room."""
    good = bytes_of(place_of(project))
    change_lock(project)
    code = MAIN.format(chapters=CHAPTERS[:1])
    done = subprocess.run(
        [sys.executable, "-c", code, "report", "--year", "2023", "--dataset", "tiny"],
        cwd=project, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)),
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    shutil.rmtree(project / "reports" / "2023" / "tiny.failed", ignore_errors=True)
    restore_lock(project)
    assert_the_next_run_mends(project, good)


def test_an_output_that_takes_no_folder_is_one_message(project):
    shutil.rmtree(project / "reports")
    (project / "reports").write_text("a file", encoding="utf-8")
    done = report(project)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert (project / "reports").read_text("utf-8") == "a file"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("notebook", "notebook changed"),
        ("data", "tiny/services.csv changed"),
        ("new", "tiny/announced.csv is new"),
        ("lock", "requirements.lock changed"),
        ("kept", "tables/coverage_by_category.csv is not as it was made"),
        ("published", "data/published/results.csv changed"),
    ],
)
def test_a_chapter_runs_again_only_for_a_reason_that_is_told(project, change, reason):
    tiny, kept = project / "data" / "tiny", project / ".cache" / "reports" / "2023" / "tiny"
    files = {
        "data": tiny / "services.csv",
        "lock": project / "requirements.lock",
        "published": project / "data" / "published" / "results.csv",
        "kept": kept / CHAPTERS[0] / "tables" / "coverage_by_category.csv",
    }
    if change == "notebook":
        write_chapter(project, CHAPTERS[0], "1 + 1")
    elif change == "new":
        head = "edition_year,level,unit_id,node_id,scope,score_percent,rank,decimals,source\n"
        (tiny / "announced.csv").write_text(head, encoding="utf-8")
    else:
        text = files[change].read_text("utf-8")
        files[change].write_text(text.rstrip("\n") + "\n\n", encoding="utf-8")
        if change == "kept":
            (place_of(project) / "index.html").unlink()
    assert why(project) == reason


def why(project: Path) -> str:
    """Why the first chapter of a project would run again."""
    sources = cache.Sources(project, project / "data" / "tiny", "tiny")
    entry = project / ".cache" / "reports" / "2023" / "tiny" / CHAPTERS[0]
    notebook = project / "notebooks" / f"{CHAPTERS[0]}.ipynb"
    given = {"year": 2023, "dataset": "tiny"}
    state = cache.chapter_state(notebook, given, cache.library_state(project))
    return cache.find_change(entry, state, sources, entry)


def test_other_parameters_or_no_record_are_reasons_too(project):
    assert why(project) == ""
    entry = project / ".cache" / "reports" / "2023" / "tiny" / CHAPTERS[0]
    record = json.loads((entry / "record.json").read_text("utf-8"))
    record["state"]["parameters"] = "{}"
    (entry / "record.json").write_text(json.dumps(record), encoding="utf-8")
    assert why(project) == "parameters changed"
    (entry / "record.json").write_text("{", encoding="utf-8")
    assert why(project) == "not built yet"


def test_nothing_changed_starts_nothing(project):
    for _ in range(2):
        done = report(project)
        assert done.stdout.splitlines() == ["reports/2023/tiny/index.html  nothing changed"]
    (place_of(project) / "index.html").write_text("changed by hand", encoding="utf-8")
    done = report(project)
    assert done.stdout.count("unchanged") == 1
    assert "changed by hand" not in (place_of(project) / "index.html").read_text("utf-8")


def test_bytes_repeat_in_another_place_time_zone_and_order(whole, tmp_path):
    """All chapters run again there, one after the other."""
    other = tmp_path / "elsewhere Əİş"
    shutil.copytree(whole, other, symlinks=True)
    shutil.rmtree(other / "reports")
    shutil.rmtree(other / ".cache" / "reports")
    done = report(other, "--workers", "1", TZ="Asia/Baku", LC_ALL="C", PYTHONHASHSEED="77")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("not built yet") == len(FEW)
    assert bytes_of(place_of(other)) == bytes_of(place_of(whole))


def test_verify_compares_with_what_was_built(project):
    arguments = ("verify", "--year", "2023", "--dataset", "tiny")
    done = run(project, *arguments)
    assert done.returncode == 0, done.stderr
    assert " 0 differ" in done.stdout
    services = project / "data" / "tiny" / "organisations.csv"
    services.write_text(services.read_text("utf-8").replace("Fog", "Fig"), encoding="utf-8")
    done = run(project, *arguments)
    assert done.returncode == 1
    assert "index.html: line" in done.stderr
    assert "run.json: line" in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_without_a_report_takes_the_checksums_or_says_what_to_do(project):
    place, checksums = place_of(project), project / "reports" / "checksums"
    checksums.mkdir()
    shutil.copy(place / "run.json", checksums / "2023-tiny.json")
    good = bytes_of(place)
    shutil.rmtree(place)
    reference, told = verify.find_reference(project, place, 2023, "tiny")
    assert told == "reports/checksums/2023-tiny.json"
    assert reference == good
    shutil.rmtree(checksums)
    with pytest.raises(ReportError, match="build it first: make report YEAR=2023"):
        verify.find_reference(project, place, 2023, "tiny")


def test_a_difference_is_told_where_it_begins(tmp_path):
    """Text by line, other files by byte; tables that differ by noise agree within 1e-9."""
    before, after = tmp_path / "before", tmp_path / "after"
    contents = {
        "a.html": (b"one\ntwo\n", b"one\ntwa\n"),
        "b.png": (b"\xff\x00\x01", b"\xff\x00\x02"),
        "c.csv": (b"x,y\na,0.1\n", b"x,y\na,0.10000000000000002\n"),
        "d.csv": (b"x,y\na,0.1\n", b"x,y\na,0.2\n"),
        "e.txt": (b"same", b"same"),
    }
    for name, pair in contents.items():
        for folder, content in zip((before, after), pair, strict=True):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    (after / "new.csv").write_text("x\n", encoding="utf-8")
    reference = {**bytes_of(before), "gone.csv": "0"}
    assert verify.compare_files(reference, after, before) == {
        "a.html": "line 2: 'two' is now 'twa'",
        "b.png": "byte 3 of 3",
        "c.csv": "agrees within 1e-9",
        "d.csv": "line 2: 'a,0.1' is now 'a,0.2'",
        "gone.csv": "is not made any more",
        "new.csv": "is new",
    }
