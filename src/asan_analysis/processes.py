"""Work spread over processes of this machine: a `map` that gives the same results in any number."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from asan_analysis.errors import ReportError

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
THREADS = ("OMP_NUMTHREADS", "OPENBLAS_NUMTHREADS", "MKL_NUMTHREADS", "NUMEXPR_NUMTHREADS")

_held: list[Any] = []  # in a process that works: the function it calls, the folder for results


def spread_over(workers: int, *, preload: Iterable[str] = ()) -> Spread:
    """A `map` over some processes; the built-in one where there is one worker.

    The function is sent to each process once, with all that is bound to it, and each item by
    itself. Results come in the order of the items, an error as `map` gives it.

    Parameters
    ----------
    workers : int
        Processes at the same time, each with one thread for algebra.
    preload : iterable of str
        Modules that the function needs. On Linux one process begins to import them now, and those
        that work are forked from it.

    Returns
    -------
    callable
        Takes a function and items that can be pickled. It raises ReportError when a process is
        killed.
    """
    if workers == 1:
        return map
    if sys.platform.startswith("linux"):
        forkserver.set_forkserver_preload([*preload])
        with suppress(OSError), _one_thread():  # no socket can be made
            forkserver.ensure_running()
            return partial(_spread, workers, "forkserver")
    return partial(_spread, workers, "spawn")


def _spread(
    workers: int, method: str, function: Callable[[Any], Any], items: Iterable[Any]
) -> Iterator[Any]:
    items = list(items)
    if len(items) < 2:  # nothing to share
        yield from map(function, items)
        return
    context = multiprocessing.get_context(method)
    with tempfile.TemporaryDirectory(prefix="asan-") as folder:
        given = function, Path(folder)
        pool = ProcessPoolExecutor(min(workers, len(items)), context, _begin, given)
        try:
            with _one_thread():
                results = pool.map(_call, items)  # which starts the processes
            yield from map(_take, results)
        except BrokenProcessPool:
            raise ReportError(
                "a process was killed, perhaps for want of memory; nothing was written; "
                "try again with fewer workers"
            ) from None
        except BaseException:
            _end(pool)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _end(pool: ProcessPoolExecutor) -> None:
    """Kill the processes of a pool: nobody waits for what they do."""
    for process in list((pool._processes or {}).values()):
        process.kill()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that start here have one thread for algebra."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(function: Callable[[Any], Any], folder: Path) -> None:
    follow_parent()
    _held[:] = [function, folder]


def _call(item: Any) -> Path:
    """The file that holds the result: a pipe would keep whoever reads it waiting for the rest.

    All processes write into one pipe. One that is killed in the middle of a large result leaves it
    open and locked.
    """
    function, folder = _held
    result = function(item)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)
    return Path(file.name)


def _take(path: Path) -> Any:
    """The result that a process left in a file."""
    result = pickle.loads(path.read_bytes())
    path.unlink()
    return result


def follow_parent() -> None:
    """A worker leaves Ctrl-C to its parent and ends when the parent does, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        assert parent is not None
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
