"""Run notebooks, each in a process of its own: the only user of papermill."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import (
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from asan_analysis.data.files import FOLDER_VARIABLE
from asan_analysis.errors import ReportError
from asan_analysis.report.cache import Sources, forget, write_record
from asan_analysis.report.plan import OUTPUT_VARIABLE, Run

CELL_SECONDS = 600
COLD_VARIABLE = "ASAN_COLD_KERNELS"  # when set, workers and kernels start as where fork is missing
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_ONE_THREAD = {  # pyarrow starts one of its own otherwise: a process that forks has one alone
    **dict.fromkeys(_THREADS, "1"), "JE_ARROW_MALLOC_CONF": "background_thread:false",
}  # fmt: skip
_WARM = "asan_analysis.report.warm"
_SHARED = [_WARM, "papermill"]  # what a process imports before it forks, in this order
_CHARTS = ["asan_analysis.report.score_charts", "seaborn"]  # and this where there are many to fork
_PAUSE = 0.05  # seconds between looks at whether killed processes ended
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
    seconds: dict[Path, float] = {}
    shutil.rmtree(failed, ignore_errors=True)
    if not jobs:
        return seconds
    count = min(workers, len(jobs))
    with _library_environment(jobs[0].sources.root), _open_pool(count, many=len(jobs) > 1) as pool:
        waiting = {pool.submit(_run_job, job, failed): job for job in jobs}
        try:
            for done in as_completed(waiting):
                job = waiting[done]
                seconds[job.entry] = done.result()
                tell(job, seconds[job.entry])
        except (ReportError, BrokenProcessPool) as error:
            pool.shutdown(wait=True, cancel_futures=True)
            killed = f"{job.run.told} failed: its process was killed, perhaps for want of memory"
            told = str(error) if isinstance(error, ReportError) else killed
            kept = (
                f"\n  kept: reports/{failed.parent.name}/{failed.name}/" if failed.is_dir() else ""
            )
            raise ReportError(
                f"{told}{kept}\n  the last good report, if there was one, is as it was"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(run.done() for run in waiting):
                for child in multiprocessing.active_children():
                    child.kill()  # their kernels see it and end themselves
                time.sleep(_PAUSE)
            raise
    return seconds


def _open_pool(count: int, *, many: bool) -> Executor:
    """Runs jobs, `count` at a time, in other processes: papermill changes the working folder.

    On Linux each job has a process of its own, forked from one that has imported the libraries,
    those for charts too where there are many jobs. Elsewhere processes are spawned, and each runs
    many jobs, because it takes seconds to start.
    """
    if sys.platform.startswith("linux") and not os.environ.get(COLD_VARIABLE):
        forkserver.set_forkserver_preload(_SHARED + _CHARTS * many)
        with suppress(OSError):  # no socket can be made
            forkserver.ensure_running()
            return _ForkingPool(count)
    return _spawn(count)


def _spawn(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _follow_parent)


class _ForkingPool(ThreadPoolExecutor):
    """Threads that wait, each for a process forked for one call."""

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        return super().submit(_call_forked, function, *given, **named)


def _call_forked(function: Callable[..., Any], *given: Any) -> Any:
    """The result of a call in a forked process, or in a spawned one when nobody forks."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, context, _begin, (dict(os.environ),)) as one:
        try:
            answer = one.submit(function, *given)
        except (OSError, EOFError):
            with _spawn(1) as other:
                return other.submit(function, *given).result()
        return answer.result()


def _begin(environment: dict[str, str]) -> None:
    """A forked process forks the kernel it needs, if what was imported read this environment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm = sys.modules.get(_WARM)
    if warm and environment.items() <= os.environ.items():
        warm.end_with_parent()
        warm.fork_kernel()
    os.environ.clear()
    os.environ.update(environment)
    _follow_parent()


def _follow_parent() -> None:
    """A worker leaves Ctrl-C to its parent and ends when the parent does, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        assert parent is not None
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
                cwd=str(run.notebook.parent), progress_bar=False,
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


@contextmanager
def _library_environment(root: Path) -> Iterator[None]:
    """What libraries read when a process imports them: one thread, charts to files, kept fonts."""
    fonts = root / ".cache" / "matplotlib"
    fonts.mkdir(parents=True, exist_ok=True)
    before = dict(os.environ)
    os.environ.update(_ONE_THREAD, MPLCONFIGDIR=str(fonts), MPLBACKEND="agg")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


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
