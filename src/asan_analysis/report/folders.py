"""The folder of a report: locked while it is built, and put in its place whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from asan_analysis.errors import ReportError


@contextmanager
def told_plainly() -> Iterator[None]:
    """A file that cannot be written ends as one message."""
    try:
        yield
    except OSError as error:
        what = Path(error.filename).name if error.filename else "a file"
        raise ReportError(
            f"{what} cannot be written: {error.strerror or error}; make room or give rights and "
            "try again\n  the last good report, if there was one, is as it was"
        ) from None


@contextmanager
def alone(kept: Path) -> Iterator[None]:
    """Hold the lock of a report; a second build of the same one waits and says so."""
    kept.mkdir(parents=True, exist_ok=True)
    lock = FileLock(kept / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build of this report is running; waiting for it", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def built_aside(place: Path) -> Iterator[Path]:
    """A new folder beside `place`, put in its place when the block ends well, removed when not."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(place)
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        aside.chmod(0o755)
        yield aside
        if not _exchange(aside, place):
            _replace(aside, place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _clear_leftovers(place: Path) -> None:
    """Finish what a killed build left: put a moved report back, remove half-built ones."""
    old = place.with_name(f".{place.name}.old")
    if old.exists() and not place.exists():
        old.rename(place)
    for left in place.parent.glob(f".{place.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _exchange(aside: Path, place: Path) -> bool:
    """Let two folders change places in one step, so that no moment is without a whole report.

    Linux alone can; elsewhere, or where there is no report yet, False.
    """
    if not sys.platform.startswith("linux") or not place.exists():
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    names = os.fsencode(aside), os.fsencode(place)
    return rename is not None and rename(here, names[0], here, names[1], exchange) == 0


def _replace(aside: Path, place: Path) -> None:
    """The same in two steps; `_clear_leftovers` mends a break between them."""
    old = place.with_name(f".{place.name}.old")
    if place.exists():
        place.rename(old)
    aside.rename(place)
    shutil.rmtree(old, ignore_errors=True)
