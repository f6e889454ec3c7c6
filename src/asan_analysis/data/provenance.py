"""Where numbers came from: checksums of files, the manifest, kinds of data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from asan_analysis.data.tables import Column, Contract, read_csv
from asan_analysis.errors import ParameterError

KINDS = ("published", "observed", "synthetic")

MANIFEST = Contract(
    {
        "path": Column(),
        "sha256": Column(),
        "rows": Column("integer", empty=True),
        "kind": Column(),
        "publisher": Column(),
        "url": Column(empty=True),
        "accessed": Column(empty=True),
        "licence": Column(),
    },
    ("path",),
)


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


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of(paths: Iterable[Path], *, root: Path) -> str:
    """One sha256 over many files: their paths below `root` and their bytes, in sorted order."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
        digest.update(f"{path.relative_to(root).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def load_manifest(folder: Path) -> pd.DataFrame:
    """`manifest.csv` of a data folder: path, sha256, rows, kind, publisher, url, licence."""
    return read_csv(folder / "manifest.csv", MANIFEST)


def files_below(folder: Path, pattern: str = "*") -> list[Path]:
    """Files below a folder in sorted order, without caches and hidden files."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and name[0] != "."]
        found += [Path(parent, name) for name in names if name[0] != "."]
    return sorted(path for path in found if path.match(pattern))
