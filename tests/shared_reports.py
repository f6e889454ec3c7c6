"""The real chapters on a cut of the sample, built once a run however many files read the pages."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock
from small_project import cut_sample, draw_little

ROOT = Path(__file__).resolve().parents[1]
YEAR = Path("reports", "2023")
PLACES = {
    "sample": YEAR / "asan_sample",
    "egov": YEAR / "egov_benchmark_2023",
    "profile": YEAR / "asan_sample.profiles" / "buttons_committee",
}
COMMANDS = (
    ("report", "--year", "2023"),
    ("report", "--year", "2023", "--dataset", "egov_benchmark_2023"),
    ("profile", "--year", "2023", "--organisation", "buttons_committee"),
)


def share_reports(tmp_path_factory) -> tuple[Path, list[dict]]:
    """A project with its reports, to be read only, and what each command said.

    The worker that comes first builds; another one waits for it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    said = shared / "reports.json"
    with FileLock(shared / "reports.lock"):
        if not said.exists():
            project = copy_project(shared)
            done = [run(project, *command) for command in COMMANDS]
            told = [{"code": one.returncode, "stdout": one.stdout, "stderr": one.stderr}
                    for one in done]  # fmt: skip
            said.write_text(json.dumps({"project": str(project), "told": told}), encoding="utf-8")
    content = json.loads(said.read_text(encoding="utf-8"))
    told = content["told"]
    assert [one["code"] for one in told] == [0, 0, 0], "\n".join(one["stderr"] for one in told)
    return Path(content["project"]), told


def copy_project(folder: Path) -> Path:
    """What a report needs, in a folder named with a space and Azerbaijani letters.

    The sample has 21 bodies and three editions there; `make report` builds the whole.
    """
    project = folder / "a copy Əİş"
    project.mkdir()
    for name in ("data", "notebooks", "src"):
        ignore = shutil.ignore_patterns("__pycache__", "raw", "answers.parquet", ".ipynb_*")
        shutil.copytree(ROOT / name, project / name, ignore=ignore)
    shutil.copy(ROOT / "requirements.lock", project)
    draw_little(project / "notebooks")
    cut_sample(project / "data" / "asan_sample")
    return project


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command of the copy, not the installed one."""
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "asan_analysis", *arguments],
        cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
