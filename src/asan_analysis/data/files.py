"""The one door to data files: what is read is recorded with its checksum; checksums of files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from asan_analysis.errors import DataError, ParameterError

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
    """Begin anew with what is recorded: what is made next rests on what is read from now on."""
    _READ.clear()


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
    """Hexadecimal sha256 of a file's bytes."""
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
