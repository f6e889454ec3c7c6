"""The environment is pinned, made on demand, and no value given to make is ever run."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOSTILE = [
    "2023; touch x",
    '2023"; touch x; "',
    "2023'; touch x; '",
    "`touch x`",
    "$(touch x)",
    "$(shell touch x)",
    "${shell touch x}",
    "$$(touch x)",
    "$(eval $(shell touch x))",
    "$(YEAR)",
    "2023 | touch x",
    "2023 && touch x",
    "2023 # not a comment",
    "2023 23 ",
    "*",
    "%",
    "--help",
    "20\\23\\",
    "Əİş",
]

needs_make = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="needs make and a POSIX shell"
)


def read_project() -> dict:
    """Return the table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name: str) -> str:
    """Return the name of a package in its one normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def ranges(requirements: list[str]) -> dict[str, str]:
    """Return name: range for plain requirements such as `numpy>=2.0`."""
    pairs = (re.fullmatch(r"([\w.-]+?)([<>=!~].*)?", line) for line in requirements)
    return {normal(pair[1]): pair[2] or "" for pair in pairs}


def pins(lock: str) -> dict[tuple[str, str], str]:
    """Return (name, marker): version for every pin of a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==(\S+?)(?: ; (.*?))? \\$", text, flags=re.MULTILINE)
    return {(normal(name), marker): version for name, version, marker in found}


def script(path: Path, body: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command away from any make that runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAKE")
        and name not in {"MFLAGS", "YEAR", "DATASET", "ORG", "WORKERS", "UPGRADE"}
    }
    return subprocess.run(
        command, cwd=cwd, env=kept | env, capture_output=True, encoding="utf-8", timeout=60
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the files that make the environment, in a folder with an awkward name."""
    folder = tmp_path / "a folder Əİş $ #1"
    (folder / "scripts").mkdir(parents=True)
    for name in (
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        "requirements-dev.lock",
        "scripts/make_env.sh",
    ):
        shutil.copy(ROOT / name, folder / name)
    return folder


# Ranges and locks


def test_conda_ranges_are_those_of_pyproject():
    """environment.yml asks for the same packages and ranges as pyproject.toml."""
    project = read_project()
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    own = [entry for entry in pip if entry != "-e ."]
    conda = ranges([entry for entry in listed if isinstance(entry, str)] + own)
    asked = ranges(project["dependencies"] + project["optional-dependencies"]["build"])
    assert conda == asked | {"python": project["requires-python"], "pip": ""}
    assert "-e ." in pip


def test_locks_pin_every_dependency():
    """One lock pins what a report and the build need; the other pins every extra too."""
    project = read_project()
    extras = project["optional-dependencies"]
    report = ranges(project["dependencies"] + extras["build"])
    everything = report | ranges([line for extra in extras.values() for line in extra])
    assert set(report) <= {name for name, _ in pins("requirements.lock")}
    assert set(everything) <= {name for name, _ in pins("requirements-dev.lock")}


def test_report_lock_leaves_the_tools_out():
    """A report is built without the test and development tools, and without a cluster."""
    extras = read_project()["optional-dependencies"]
    tools = set(ranges(extras["test"] + extras["dev"] + extras["scale"])) - {
        "pyyaml"
    }  # papermill needs PyYAML
    assert not tools & {name for name, _ in pins("requirements.lock")}


def test_dev_lock_holds_the_report_lock():
    """Every pin of the first lock stands in the second: the same version, where and more."""
    report, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    everywhere = {name: version for (name, marker), version in dev.items() if not marker}
    for (name, marker), version in report.items():
        assert dev.get((name, marker), everywhere.get(name)) == version, name


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(lock: str):
    """Each line of a lock is a comment, an exact pin or a hash: no address, no option."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pin = r"[\w.-]+==[\w.!+]+(?: ; .+)? \\"
    digest = r"    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    body = [line for line in lines if not line.startswith("#")]
    assert body
    assert [line for line in body if not re.fullmatch(f"{pin}|{digest}", line)] == []
    assert [line for line in lines if "://" in line] == []
    for line, after in zip(body, [*body[1:], "end"], strict=True):
        if line.endswith("\\"):
            assert after.startswith("    --hash="), line


def test_citation_names_the_version():
    """CITATION.cff and pyproject.toml name the same version."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == read_project()["version"]


# Repository files


def test_line_ends_are_fixed():
    """Text has LF everywhere; data and pictures are never converted."""
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "* text=auto eol=lf"
    assert {"*.parquet binary", "*.png binary", "*.xlsx binary"} <= set(lines)


def test_workflow_runs_the_commands_of_the_readme():
    """Continuous integration builds the report with the command the README gives."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    steps = {
        name: [step["run"] for step in job["steps"] if "run" in step]
        for name, job in workflow["jobs"].items()
    }
    assert steps["linux"] == ["bash .ci/run"]
    assert steps["windows"][-1] == "python -m asan_analysis report --year 2023"
    commands = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.findall(r"^step (.*)$", commands, flags=re.MULTILINE) == [
        "make check",
        "make test",
        "make report YEAR=2023",
    ]
    assert "make report YEAR=2023" in (ROOT / "README.md").read_text(encoding="utf-8")


@needs_make
def test_continuous_integration_asks_for_its_browser_first():
    """A browser that is not there is named in one line before anything runs."""
    done = run("bash", ".ci/run", cwd=ROOT, CHROMIUM="/no/such/browser")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ci: CHROMIUM names /no/such/browser, which is no program\n"


def test_hooks_need_no_network():
    """Every hook is local; notebooks are stripped as the Makefile checks them."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = {hook["id"]: hook for hook in config["repos"][0]["hooks"]}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    strip = hooks["nbstripout"]["entry"].removeprefix(".venv/bin/python ")
    assert f"STRIP := {strip}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


# Makefile


@needs_make
def test_every_target_has_help(project: Path):
    """`make` alone lists every target a reader can call."""
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split()
    listed = re.findall(r"^make (\w+) +\S", run("make", cwd=project).stdout, flags=re.MULTILINE)
    assert listed == targets
    assert set(targets) >= {"help", "report", "lab", "test", "check", "data", "lock", "clean"}


def report_arguments(project: Path, *given: str, target: str = "report", **env: str) -> list[str]:
    """Run `make report` with a program that shows its arguments, and return them."""
    show = project / "show.py"
    show.write_text(
        "import json, os, sys\nprint(json.dumps([sys.argv[1:], os.environ['YEAR']]))\n",
        encoding="utf-8",
    )
    python = script(project / "show", f'exec "{sys.executable}" show.py "$@"')
    command = ["make", "-s", target, "READY=", f"PYTHON=./{python.name}", *given]
    arguments, year = json.loads(run(*command, cwd=project, **env).stdout)
    assert arguments[:3] == ["-m", "asan_analysis", target]
    assert target != "report" or arguments[3] == f"--year={year}"
    return arguments[3:]


@needs_make
@pytest.mark.parametrize("value", HOSTILE)
def test_values_arrive_as_text(project: Path, value: str):
    """A value reaches the program letter by letter, from the command line and the environment."""
    wanted = [f"--year={value}", f"--dataset={value}", f"--workers={value}"]
    values = {"YEAR": value, "DATASET": value, "WORKERS": value}
    line = [f"{name}={text}" for name, text in values.items()]
    assert report_arguments(project, *line) == wanted
    assert report_arguments(project, **values) == wanted
    assert not (project / "x").exists()


@needs_make
def test_the_guard_against_expansion_is_needed(project: Path):
    """Without its override lines make itself would run a value: the test above can fail."""
    makefile = project / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    makefile.write_text(re.sub("(?m)^override .*\n", "", text), encoding="utf-8")
    report_arguments(project, "YEAR=$(shell touch x)")
    assert (project / "x").exists()


@needs_make
def test_all_reports_are_built_where_no_dataset_is_named(project: Path):
    """`make reports` has no year, and a dataset only where one is given."""
    assert report_arguments(project, "YEAR=2023", target="reports") == []
    given = report_arguments(project, "DATASET=a b", "WORKERS=3", target="reports")
    assert given == ["--dataset=a b", "--workers=3"]


@needs_make
def test_options_left_out_are_not_passed(project: Path):
    """Without values the program gets an empty year, which it refuses, and nothing else."""
    assert report_arguments(project) == ["--year="]
    given = report_arguments(project, "YEAR=2023", "DATASET=", "WORKERS=2")
    assert given == ["--year=2023", "--workers=2"]


@needs_make
def test_clean_keeps_checksums(project: Path):
    """`make clean` deletes built reports and caches, not the checksums or the environment."""
    kept = [".venv/bin/python", "reports/README.md", "reports/checksums/2023.json", "src/a.py"]
    lost = ["reports/2023/s/run.json", ".cache/a", "src/__pycache__/a.pyc", ".ruff_cache/a"]
    for name in kept + lost:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    assert run("make", "clean", cwd=project).returncode == 0
    assert [name for name in kept if not (project / name).exists()] == []
    assert [name for name in lost if (project / name).exists()] == []


# scripts/make_env.sh

FAKE_UV = """
echo "$*" >>uv.log
case $1 in
venv) exec "{python}" -m venv --without-pip .venv ;;
pip) exit "${{UV_FAKE_STATUS:-0}}" ;;
esac
"""


def fake_python(folder: Path, before: str) -> Path:
    """Write a `python3` that runs one statement before the code it is given."""
    code = f"import sys; {before}; exec(sys.argv[1])"
    return script(folder / "python3", f'shift; exec "{sys.executable}" -c "{code}" "$@"').parent


@pytest.fixture
def uv_path(project: Path) -> str:
    """Return a PATH that starts with a `uv` that makes bare environments and logs its calls."""
    folder = script(project / "bin/uv", FAKE_UV.format(python=sys.executable)).parent
    script(folder / "python3", f'exec "{sys.executable}" "$@"')
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def calls(project: Path) -> list[str]:
    """Return the calls of `uv` so far and forget them."""
    log = project / "uv.log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


@needs_make
@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("sys.version_info = (3, 9, 18)", "Python 3.11 or newer is needed"),
        ("sys.modules['ensurepip'] = None", "python3 lacks the module venv or ensurepip"),
    ],
)
def test_an_unfit_python_is_named_in_one_line(project: Path, before: str, message: str):
    """A Python that is too old or has no ensurepip stops the set-up in one line."""
    folder = fake_python(project / "bin", before)
    done = run("/bin/sh", "scripts/make_env.sh", "report", cwd=project, PATH=str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert "apt install" in done.stderr
    assert not (project / ".venv").exists()


@needs_make
def test_a_second_run_does_nothing(project: Path, uv_path: str):
    """The environment is made once, and again only after a lock file or the folder changed."""
    stamp = ".venv/.stamp-dev"
    assert run("make", stamp, cwd=project, PATH=uv_path).returncode == 0
    made = calls(project)
    assert made[0].startswith("venv ")
    assert "--require-hashes -r requirements-dev.lock" in made[1]
    assert "--no-deps --no-build-isolation -e ." in made[2]
    for target in (stamp, ".venv/.stamp-report"):
        run("make", target, cwd=project, PATH=uv_path)
    assert calls(project) == []

    lock = project / "requirements.lock"
    newer = (project / stamp).stat().st_mtime + 1
    os.utime(lock, (newer, newer))
    assert "make_env.sh dev" in run("make", "-n", stamp, cwd=project).stdout
    os.utime(lock, (newer - 100, newer - 100))
    assert "make_env.sh" not in run("make", "-n", stamp, cwd=project).stdout
    moved = project.rename(project.with_name("moved"))
    assert "make_env.sh dev" in run("make", "-n", stamp, cwd=moved).stdout


@needs_make
def test_a_failed_install_leaves_no_stamp(project: Path, uv_path: str):
    """When the installer fails, earlier stamps are gone too and the next run tries again."""
    (project / ".venv").mkdir()
    (project / ".venv/.stamp-report").touch()
    make = ["sh", "scripts/make_env.sh", "report"]
    assert run(*make, cwd=project, PATH=uv_path, UV_FAKE_STATUS="2").returncode != 0
    assert list((project / ".venv").glob(".stamp*")) == []
    assert run(*make, cwd=project, PATH=uv_path).returncode == 0
    assert [path.name for path in (project / ".venv").glob(".stamp*")] == [".stamp-report"]


@needs_make
@pytest.mark.parametrize("record", [None, "half/a.py,,10\n", "half.dist-info/METADATA,,99\n"])
def test_a_half_made_environment_is_made_anew(project: Path, uv_path: str, record: str | None):
    """A package without its record, or with a file missing or cut short, is not built upon."""
    make = ["sh", "scripts/make_env.sh", "report"]
    run(*make, cwd=project, PATH=uv_path)
    run(*make, cwd=project, PATH=uv_path)
    assert [call.split()[0] for call in calls(project)] == ["venv", "pip", "pip", "pip", "pip"]
    (site,) = (project / ".venv").glob("lib/python*/site-packages")
    info = site / "half.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: half\nVersion: 1\n", encoding="utf-8")
    if record:
        (info / "RECORD").write_text(record, encoding="utf-8")
    assert run(*make, cwd=project, PATH=uv_path).returncode == 0
    assert calls(project)[0].startswith("venv ")
    assert not info.exists()


@needs_make
@pytest.mark.parametrize("python", ["gone", sys.executable])
def test_a_python_outside_the_environment_is_not_used(project: Path, uv_path: str, python: str):
    """A link to a Python that was removed, or one without an environment around it, is replaced."""
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").symlink_to(python)
    done = run("sh", "scripts/make_env.sh", "report", cwd=project, PATH=uv_path)
    assert done.returncode == 0
    assert (project / ".venv/pyvenv.cfg").exists()


def test_the_npm_lock_pins_typescript_and_names_no_registry():
    """`npm ci` asks whatever registry the user has; the checksum says what it may take."""
    folder = ROOT / "scripts" / "types"
    lock = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    (pinned,) = json.loads((folder / "package.json").read_text("utf-8"))["devDependencies"].items()
    package = json.loads(lock)["packages"][f"node_modules/{pinned[0]}"]
    assert pinned == ("typescript", package["version"])
    assert package["integrity"].startswith("sha512-")
    assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text("utf-8")
