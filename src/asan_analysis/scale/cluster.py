"""Calls spread over the workers of a dask cluster: a `map` in the order of what was given."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from asan_analysis.errors import ParameterError
from asan_analysis.processes import Spread

_ANSWER = 5.0  # seconds a scheduler has to answer
_WITHOUT = 30.0  # seconds without a worker before a run ends
_LOOK = 0.5  # seconds between looks at the workers


@contextmanager
def open_cluster(
    address: str, *, tell: Callable[[str], None] = print, patience: float = _WITHOUT
) -> Iterator[Spread]:
    """A `map` over the workers of a dask scheduler.

    What a lost worker was at is done again by another; `tell` gets a line about it. Calls must
    give the same result whenever and wherever they run, as those on parts do.

    Parameters
    ----------
    address : str
        Of the scheduler, as tcp://host:8786.
    tell : callable
        Told of workers that come and go.
    patience : float
        Seconds without any worker after which the run ends.

    Raises
    ------
    ParameterError
        dask.distributed is not installed; no scheduler answers within 5 seconds; there is no
        worker for too long; a call ended every worker that it was given to.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ParameterError(
            "--scheduler needs dask.distributed, the extra `scale`: "
            "pip install 'asan-analysis[scale]', or leave --scheduler out to use this machine"
        ) from None
    client = _connect(Client, address)
    try:
        yield _Cluster(client, address, tell, patience).run
    finally:
        client.close()


def _connect(client: Any, address: str) -> Any:
    """A client whose scheduler answers."""
    remedy = "start one with `dask scheduler`, check the address, or leave --scheduler out"
    try:
        return client(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, TimeoutError):
        reason = f"no dask scheduler answers within {_ANSWER:g} s"
    except ValueError as error:
        reason = f"this is no address of a scheduler ({error})"
    raise ParameterError(f"--scheduler {address}: {reason}; {remedy}")


class _Cluster:
    """Runs calls on the workers of a scheduler and watches these."""

    def __init__(
        self, client: Any, address: str, tell: Callable[[str], None], patience: float
    ) -> None:
        self.client, self.address, self.tell, self.patience = client, address, tell, patience
        self.workers = self._list_workers()
        self.seen = time.monotonic()

    def run(self, function: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
        """Results in the order given, each as soon as it and those before it are there."""
        from distributed import TimeoutError as StillRunning
        from distributed.scheduler import KilledWorker

        futures = self.client.map(function, list(given), pure=False)
        futures.reverse()
        while futures:
            try:
                result = futures[-1].result(timeout=_LOOK)
            except (StillRunning, TimeoutError):
                self._watch()
                continue
            except KilledWorker as error:
                raise ParameterError(
                    f"--scheduler {self.address}: workers ended one after the other at the same "
                    f"part, the last one {error.last_worker.address}; give workers more memory, "
                    "or write smaller parts"
                ) from None
            self._watch()
            futures.pop()
            yield result

    def _list_workers(self) -> set[str]:
        return set(self.client.scheduler_info(n_workers=-1)["workers"])

    def _watch(self) -> None:
        """Tell of workers that are lost or new; end when there is none for too long."""
        now = self._list_workers()
        for worker in sorted(self.workers - now):
            self.tell(f"worker {worker} is lost; its parts are done by the others")
        for worker in sorted(now - self.workers):
            self.tell(f"worker {worker} is new")
        self.workers = now
        if now:
            self.seen = time.monotonic()
        elif time.monotonic() - self.seen > self.patience:
            raise ParameterError(
                f"--scheduler {self.address}: no worker for {self.patience:g} s; start some with "
                f"`dask worker {self.address}` and run the command again"
            )
