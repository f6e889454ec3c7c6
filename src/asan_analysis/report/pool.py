"""The processes that work for a build: begun early, warm where the system can fork, none left.

On Linux each call has a process of its own, forked from one that has imported the libraries and
checked the data, see `report.preload`. Elsewhere processes are spawned, and each takes many calls,
because it takes seconds to start.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, TypeVar

from asan_analysis.errors import ReportError
from asan_analysis.processes import THREADS, follow_parent

COLD_VARIABLE = "ASAN_COLD_KERNELS"  # when set, workers and kernels start as where fork is missing
DATA_VARIABLE = "ASAN_PRELOAD_DATA"  # the folder of a dataset
NOTEBOOKS_VARIABLE = "ASAN_PRELOAD_NOTEBOOKS"  # paths of notebooks
_PRELOAD, _WARM = "asan_analysis.report.preload", "asan_analysis.report.warm"
_ONE_THREAD = {  # pyarrow starts one of its own otherwise: a process that forks has one alone
    **dict.fromkeys(THREADS, "1"), "JE_ARROW_MALLOC_CONF": "background_thread:false",
}  # fmt: skip
_PAUSE = 0.05  # seconds between looks at whether killed processes ended

Answer = TypeVar("Answer")


def begin(root: Path, folder: Path, notebooks: Iterable[Path]) -> None:
    """Begin to import what notebooks import and to check a dataset, while the caller goes on.

    What is forked later finds both ready. Nothing depends on it: where no process can be forked,
    or this one was begun for other data, each process does the same for itself.
    """
    if not _can_fork():
        return
    paths = os.pathsep.join(map(str, notebooks))
    with library_environment(root), suppress(OSError):
        os.environ |= {DATA_VARIABLE: str(folder.resolve()), NOTEBOOKS_VARIABLE: paths}
        _start_forking()


def run_all(
    calls: Mapping[str, Callable[[], Answer]],
    *,
    root: Path,
    workers: int,
    tell: Callable[[str, Answer], None] = lambda name, answer: None,
) -> dict[str, Answer]:
    """Do calls in other processes and return their answers by name.

    Parameters
    ----------
    calls : mapping of str to callable
        Functions without arguments that can be pickled, by the name that messages give them.
    root : Path
        The project; fonts that are found are kept in its cache.
    workers : int
        Processes at the same time.
    tell : callable
        Told of each call that ended, with its answer.

    Raises
    ------
    ReportError
        A process was killed. Also whatever a call raises. Calls that have begun end before; no
        other begins.
    """
    answers: dict[str, Answer] = {}
    if not calls:
        return answers
    with library_environment(root), _open_pool(min(workers, len(calls))) as pool:
        waiting = {pool.submit(call): name for name, call in calls.items()}
        try:
            for done in as_completed(waiting):
                name = waiting[done]
                answers[name] = done.result()
                tell(name, answers[name])
        except BrokenProcessPool:
            pool.shutdown(wait=True, cancel_futures=True)
            told = f"{name} failed: its process was killed, perhaps for want of memory"
            raise ReportError(told) from None
        except Exception:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(run.done() for run in waiting):
                for child in multiprocessing.active_children():
                    child.kill()  # their kernels see it and end themselves
                time.sleep(_PAUSE)
            raise
    return answers


@contextmanager
def library_environment(root: Path) -> Iterator[None]:
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


def _can_fork() -> bool:
    return sys.platform.startswith("linux") and not os.environ.get(COLD_VARIABLE)


def _start_forking() -> None:
    forkserver.set_forkserver_preload([_PRELOAD, "papermill"])
    forkserver.ensure_running()


def _open_pool(count: int) -> Executor:
    """Takes calls, `count` at a time, for other processes: papermill changes the working folder."""
    if _can_fork():
        with suppress(OSError):  # no socket can be made
            _start_forking()
            return _ForkingPool(count)
    return _spawn(count)


def _spawn(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), follow_parent)


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
    """A forked process forks the kernel it may need, if what was imported read this environment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm = sys.modules.get(_WARM)
    if warm and environment.items() <= os.environ.items():
        warm.end_with_parent()
        warm.fork_kernel()
    os.environ.clear()
    os.environ.update(environment)
    follow_parent()
