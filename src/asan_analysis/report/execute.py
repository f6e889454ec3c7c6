"""Run notebooks, each in a process of its own: the only user of papermill."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from asan_analysis.data.files import FOLDER_VARIABLE
from asan_analysis.errors import ReportError
from asan_analysis.report.cache import Sources, forget, write_record
from asan_analysis.report.plan import OUTPUT_VARIABLE, Run
from asan_analysis.report.pool import run_all

CELL_SECONDS = 600
_QUIET = 50  # a kernel's log: it warns of TCP and tells of every interrupt
_SOCKET_PATH = 100  # bytes that every system takes as the path of a local socket


@dataclass(frozen=True)
class Job:
    """A notebook to run, where its results are kept, the state it runs in, and why it runs."""

    run: Run
    entry: Path
    state: dict[str, str]
    reason: str
    sources: Sources
    cell_seconds: int = CELL_SECONDS


def tell_job(job: Job, seconds: float) -> None:
    """Print what ran, how long, and why."""
    print(f"  {job.run.told}  {seconds:.1f} s  ({job.reason})", flush=True)


def run_jobs(
    jobs: list[Job],
    *,
    workers: int,
    failed: Path,
    tell: Callable[[Job, float], None] = tell_job,
) -> dict[Path, float]:
    """Run notebooks and keep their results.

    Parameters
    ----------
    jobs : list of Job
        What to run. Results appear in `Job.entry`, whole or not at all, as soon as a notebook ends,
        so a run that is interrupted goes on from there.
    workers : int
        Processes at the same time.
    failed : Path
        Folder that takes the notebook that failed.
    tell : callable
        Told of each job that ended, with the seconds it took.

    Returns
    -------
    dict
        Seconds that each notebook took, by `Job.entry`.

    Raises
    ------
    ReportError
        A notebook failed: its name, cell, line and reason in ten lines.
    """
    shutil.rmtree(failed, ignore_errors=True)
    if not jobs:
        return {}
    named = {job.run.told: job for job in jobs}
    try:
        seconds = run_all(
            {name: partial(_run_job, job, failed) for name, job in named.items()},
            root=jobs[0].sources.root, workers=workers,
            tell=lambda name, taken: tell(named[name], taken),
        )  # fmt: skip
    except ReportError as error:
        kept = f"\n  kept: reports/{failed.parent.name}/{failed.name}/" if failed.is_dir() else ""
        raise ReportError(
            f"{error}{kept}\n  the last good report, if there was one, is as it was"
        ) from None
    return {named[name].entry: taken for name, taken in seconds.items()}


def _run_job(job: Job, failed: Path) -> float:
    """Run one notebook aside, then put its results where they are kept; seconds taken."""
    started = time.perf_counter()
    job.entry.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{job.entry.name}.", dir=job.entry.parent))
    try:
        _execute(job, aside, failed)
        reads = json.loads((aside / "reads.json").read_text(encoding="utf-8"))
        (aside / "reads.json").unlink()
        named = job.sources.name_all({Path(path): digest for path, digest in reads.items()})
        write_record(aside, job.state, named, aside)
        forget(job.entry)
        aside.rename(job.entry)
    finally:
        forget(aside)
    return time.perf_counter() - started


def _execute(job: Job, aside: Path, failed: Path) -> None:
    """Execute the notebook of a job; figures, tables and records go to `aside`."""
    # nbformat validates through jsonschema, which imports rfc3987_syntax: a grammar that takes
    # over a second to compile and that no notebook needs. jsonschema does without it.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    run, output = job.run, aside / "notebooks" / f"{job.run.name}.ipynb"
    output.parent.mkdir()
    with tempfile.TemporaryDirectory(prefix="asan-") as private:
        os.environ.update(_kernel_environment(job, aside, Path(private)))
        try:
            papermill.execute_notebook(
                str(run.notebook), str(output), parameters=run.parameters, kernel_name="python3",
                cwd=str(run.notebook.parent), progress_bar=False, engine_name=_add_engine(),
                execution_timeout=job.cell_seconds, config=_kernel_settings(Path(private)),
            )  # fmt: skip
        except PapermillExecutionError as error:
            _keep_failed(run, output, failed)
            raise ReportError(_describe_failure(run, error)) from None
        except Exception as error:  # whatever stops a kernel ends as one message
            _keep_failed(run, output, failed)
            raise ReportError(_describe_stop(run, error, job.cell_seconds)) from None
    notebook = clean_notebook(nbformat.read(output, as_version=4))  # type: ignore[no-untyped-call]
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    output.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _add_engine() -> str:
    """The name of an engine that saves a notebook when it ends, and not with every cell."""
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.iorw import write_ipynb

    class Engine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_notebook(
            cls, nb: Any, kernel_name: str, output_path: str = "", **more: Any
        ) -> Any:
            try:
                return super().execute_notebook(nb, kernel_name, **more)
            finally:
                write_ipynb(nb, output_path)

    papermill_engines.register("saves_once", Engine)
    return "saves_once"


def _keep_failed(run: Run, output: Path, failed: Path) -> None:
    failed.mkdir(parents=True, exist_ok=True)
    name = run.told.replace(" of ", ".")
    shutil.copyfile(output if output.exists() else run.notebook, failed / f"{name}.ipynb")


def _describe_stop(run: Run, error: Exception, seconds: int) -> str:
    """One or two lines for a notebook that ended in another way than a failed cell."""
    text = str(error).strip()
    if type(error).__name__ == "CellTimeoutError":
        source = re.search(r"cell contents:\n-+\n(.*)", text, flags=re.DOTALL)
        first = source[1].strip().splitlines()[0] if source else ""
        return f"{run.told} was stopped: a cell ran for more than {seconds} s\n  cell: {first}"
    lines = text.splitlines() or [type(error).__name__]
    return f"{run.told} failed: {lines[-1]}"


def _kernel_environment(job: Job, output: Path, private: Path) -> dict[str, str]:
    """What a kernel gets from outside: where data and output are, no user settings."""
    profile = private / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    watched = str(job.sources.root / "data"), str(job.sources.folder)
    settings = (
        f"get_config().IPKernelApp.log_level = {_QUIET}\n"
        f"from asan_analysis.data.files import watch_folders\nwatch_folders(*{watched!r})\n"
    )
    (profile / "ipython_kernel_config.py").write_text(settings, encoding="utf-8")
    return {
        OUTPUT_VARIABLE: str(output),
        FOLDER_VARIABLE: str(job.sources.folder),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_CONFIG_DIR": str(private / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": "",
    }


def _kernel_settings(private: Path) -> Any:
    """Kernels are spoken to through local sockets where there are any.

    TCP ports are chosen first and bound later, so that kernels started at the same time can be
    given the same one, and one of them dies.
    """
    from traitlets.config import Config

    sockets = private / "kernel"  # a number is added to the name of each
    if sys.platform == "win32" or len(os.fsencode(f"{sockets}-5")) > _SOCKET_PATH:
        return Config({"KernelManager": {"transport": "tcp"}})
    return Config({"KernelManager": {"transport": "ipc", "ip": str(sockets)}})


def _describe_failure(run: Run, error: Any) -> str:
    """Notebook, cell, line and reason of a failed cell, in at most eight lines."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    arrow = re.search(r"^-+> \d+ (.+)$", text, flags=re.MULTILINE)
    first = str(error.source).strip().splitlines()[0] if error.source else ""
    reason = str(error.evalue).strip().splitlines() or [""]
    lines = [
        f"{run.told} failed in cell {error.cell_index + 1}",
        f"  line: {(arrow[1] if arrow else first).strip()}",
        f"  {error.ename}: {reason[0]}",
        *(f"  {line}" for line in reason[1:4]),
    ]
    return "\n".join(lines)


def clean_notebook(notebook: Any) -> Any:
    """An executed notebook without what differs from run to run: times, ids, machine."""
    notebook["metadata"].pop("papermill", None)
    language = notebook["metadata"].get("language_info", {})
    notebook["metadata"]["language_info"] = {"name": language.get("name", "python")}
    for number, cell in enumerate(notebook["cells"], start=1):
        cell["id"] = f"cell-{number:02d}"
        for key in ("papermill", "execution"):
            cell["metadata"].pop(key, None)
    return notebook
