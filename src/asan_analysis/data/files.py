"""The one door to data files: what is read is recorded with its checksum; checksums of files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import wraps
from itertools import starmap
from pathlib import Path
from typing import TypeVar

from asan_analysis.errors import DataError, ParameterError

Loaded = TypeVar("Loaded")

DEFAULT_DATASET = "asan_sample"
FOLDER_VARIABLE = "ASAN_DATASET_FOLDER"

_READ: dict[Path, str] = {}
_OPENED: set[Path] = set()


def project_root() -> Path:
    """The folder that holds `data/published`: the working folder or the nearest one above it.

    Raises
    ------
    ParameterError
        Neither the working folder nor a folder above it is a copy of the project.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "published").is_dir():
            return folder
    raise ParameterError(
        "no project here: run from the folder that holds data/ and notebooks/, or from one below it"
    )


def read_file(path: Path) -> bytes:
    """The bytes of a data file; path and sha256 are recorded.

    Raises
    ------
    OSError
        The file is missing (which is recorded too) or cannot be read.
    """
    place = Path(os.path.realpath(path))
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        _READ[place] = ""
        raise
    _READ[place] = hashlib.sha256(content).hexdigest()
    return content


def list_folder(folder: Path) -> list[Path]:
    """The files below a folder in sorted order; which there are is recorded."""
    place = Path(os.path.realpath(folder))
    _READ[place] = sha256_of(place)
    return files_below(folder)


def is_there(path: Path) -> bool:
    """Whether a file, or a link to nowhere, stands there; that there is none is recorded."""
    there = os.path.lexists(path)
    if not there:
        _READ[Path(os.path.realpath(path))] = ""
    return there


def files_read() -> dict[Path, str]:
    """Every data file read in this process and its sha256; empty text where there was none."""
    return dict(_READ)


def forget_reads() -> None:
    """From now on `files_read` tells of what is read from here on."""
    _READ.clear()


def kept_while_same(load: Callable[[Path], Loaded]) -> Callable[[Path], Loaded]:
    """A loader of a folder that keeps what it loaded last while the files have the same bytes.

    Every call reads and records each file that the loader read, and one that was missing is still
    missing, or the folder is loaded anew. Each caller gets a copy of its own; an error is not kept.
    """
    kept: dict[Path, tuple[dict[Path, str], Loaded]] = {}

    @wraps(load)
    def ask(folder: Path) -> Loaded:
        if folder not in kept or not all(starmap(_is_same, kept[folder][0].items())):
            kept.clear()
            before = dict(_READ)
            _READ.clear()
            try:
                made = load(folder)
                kept[folder] = dict(_READ), made
            finally:
                _READ.update({**before, **_READ})
        return deepcopy(kept[folder][1])

    return ask


def _is_same(path: Path, digest: str) -> bool:
    """Whether a file holds the bytes of a digest, or is missing as it was; it is recorded."""
    if path.is_dir():
        list_folder(path)
        return _READ[path] == digest
    try:
        read_file(path)
    except FileNotFoundError:
        return not digest
    except OSError:
        return False
    return _READ[path] == digest


def watch_folders(*folders: str) -> None:
    """From now on note every file that is opened below these folders, whoever opens it.

    A kernel of a report does so first of all, and `refuse_unrecorded` then finds what was read
    past this module. Python offers no way to stop watching.
    """
    roots = tuple(os.path.realpath(folder) + os.sep for folder in folders)

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path.startswith(roots):
                _OPENED.add(Path(path))

    sys.addaudithook(note)


def refuse_unrecorded() -> None:
    """Refuse files that were opened below the watched folders and not read by `read_file`.

    Raises
    ------
    DataError
        Names them: a report that reads past the record would not be rebuilt when they change.
    """
    past = sorted(path.name for path in _OPENED - set(_READ) if path.is_file())
    if past:
        raise DataError(
            f"{', '.join(past)}: read past asan_analysis.data, so a change would go unnoticed; "
            "load it with load_dataset or load_published"
        )


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes; of a folder, of the names of the files below it."""
    if path.is_dir():
        names = "\n".join(one.relative_to(path).as_posix() for one in files_below(path))
        return hashlib.sha256(names.encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of(paths: Iterable[Path], *, root: Path) -> str:
    """One sha256 over many files: their paths below `root` and their bytes, in sorted order."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
        digest.update(f"{path.relative_to(root).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def files_below(folder: Path, pattern: str = "*") -> list[Path]:
    """Files below a folder in sorted order, without caches and hidden files."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and name[0] != "."]
        found += [Path(parent, name) for name in names if name[0] != "."]
    return sorted(path for path in found if path.match(pattern))
