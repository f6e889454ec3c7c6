"""What a chapter or a report rested on when it was made; whether that is still so.

A record holds the state (library, lock, packages, notebook, parameters), every data file that was
read with its sha256, and every file that came out with its sha256. Nothing is declared by hand:
the files are those that `data.files` saw. This module imports nothing heavy, so that a report
that needs no work is told so at once.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asan_analysis.data.files import digest_of, files_below, project_root, sha256_of
from asan_analysis.errors import ParameterError
from asan_analysis.report.status import first_page

PACKAGES = ("babel", "jupyterlab", "matplotlib", "nbconvert", "numpy", "pandas", "pandera",
            "papermill", "pyarrow", "scipy", "seaborn", "typst", "xlsxwriter")  # fmt: skip
UNCHECKED = "timings.json"  # holds what differs from run to run
_RECORD = "record.json"


@dataclass(frozen=True)
class Sources:
    """Where input files lie, and the names that records call them by, the same on any machine."""

    root: Path
    folder: Path
    dataset_id: str

    def name(self, path: Path) -> str:
        """`<dataset id>/<file>` for a file of the dataset, else its place below the project."""
        for base, prefix in ((self.folder, f"{self.dataset_id}/"), (self.root, "")):
            if path.is_relative_to(base.resolve()):
                return prefix + path.relative_to(base.resolve()).as_posix()
        return path.as_posix()

    def locate(self, name: str) -> Path:
        """The file of a name."""
        first, _, rest = name.partition("/")
        return self.folder / rest if first == self.dataset_id else self.root / name

    def name_all(self, reads: Mapping[Path, str]) -> dict[str, str]:
        """Checksums by name instead of by path."""
        return {self.name(path): digest for path, digest in sorted(reads.items())}


def library_state(root: Path) -> dict[str, str]:
    """Digests of the library and the lock, and the versions of the packages that make a report."""
    library, lock = Path(__file__).parents[1], root / "requirements.lock"
    packages = {name: version(name) for name in PACKAGES}
    packages["python"] = ".".join(map(str, sys.version_info[:2]))
    return {
        "library": digest_of(files_below(library), root=library),
        "requirements.lock": sha256_of(lock) if lock.is_file() else "",
        "packages": json.dumps(packages, sort_keys=True),
    }


def chapter_state(
    notebook: Path, parameters: Mapping[str, Any], library: Mapping[str, str]
) -> dict[str, str]:
    """The state that one notebook is run in."""
    given = json.dumps(parameters, sort_keys=True)
    return {"notebook": sha256_of(notebook), "parameters": given, **library}


def write_record(
    entry: Path, state: Mapping[str, str], reads: Mapping[str, str], made: Path
) -> None:
    """Write the record of what lies below `made` into the folder `entry`."""
    outputs = {
        path.relative_to(made).as_posix(): sha256_of(path)
        for path in files_below(made)
        if path.name not in (_RECORD, UNCHECKED)
    }
    entry.mkdir(parents=True, exist_ok=True)
    content = {"state": dict(state), "reads": dict(reads), "outputs": outputs}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    aside = entry / f".{_RECORD}"
    aside.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    aside.replace(entry / _RECORD)


def read_record(entry: Path) -> dict[str, dict[str, str]]:
    """The record of a folder; empty where there is none or it is damaged."""
    try:
        content = json.loads((entry / _RECORD).read_text(encoding="utf-8"))
        return {part: dict(content[part]) for part in ("state", "reads", "outputs")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def find_change(entry: Path, state: Mapping[str, str], sources: Sources, made: Path) -> str:
    """Why what the record of `entry` tells of must be made anew; empty where nothing changed.

    Parameters
    ----------
    entry : Path
        Folder of the record.
    state : mapping
        The state now.
    sources : Sources
        Where the files are that were read.
    made : Path
        Folder of what came out.
    """
    record = read_record(entry)
    if not record:
        return "not built yet"
    for part, value in state.items():
        if record["state"].get(part) != value:
            return f"{part} changed"
    for name, digest in record["reads"].items():
        path = sources.locate(name)
        now = sha256_of(path) if path.exists() else ""
        if now != digest:
            return f"{name} {'changed' if now and digest else 'is new' if now else 'is gone'}"
    for name, digest in record["outputs"].items():
        path = made / name
        if not path.is_file() or sha256_of(path) != digest:
            return f"{name} is not as it was made"
    return ""


def report_place(year: int, dataset_id: str, organisation_id: str = "") -> Path:
    """Where a report or a profile lies below `reports/`; its records lie likewise in the cache."""
    if organisation_id:
        return Path(str(year), f"{dataset_id}.profiles", organisation_id)
    return Path(str(year), dataset_id)


def cache_of(root: Path, place: Path) -> Path:
    """The folder of a report's records and kept chapters."""
    return root / ".cache" / "reports" / place


def is_whole(entry: Path, made: Path, sources: Sources, library: Mapping[str, str]) -> bool:
    """Whether a report is built, no file of it was changed, and it rests on what is there now."""
    if any(entry.glob(".*")) or any(made.parent.glob(f".{made.name}.*")):
        return False  # a build was killed, or is running
    there = [path for path in files_below(made) if path.name != UNCHECKED]
    extra = {path.relative_to(made).as_posix() for path in there}
    extra -= set(read_record(entry).get("outputs", {}))
    return not (extra or find_change(entry, library, sources, made))


def folder_of(dataset: str) -> Path:
    """Where a dataset lies that is called by its id under `data/` or by its folder."""
    named = re.fullmatch(r"[\w-]+", dataset)
    return project_root() / "data" / dataset if named else Path(dataset)


def is_current(dataset: str, year: str, organisation_id: str = "") -> Path | None:
    """The first page of a report that is built and rests on what is there now; else None."""
    if not re.fullmatch(r"[\w.-]*", organisation_id):
        return None
    return _find_whole(dataset, year, partial(report_place, organisation_id=organisation_id))


def are_current(dataset: str, year: str) -> Path | None:
    """The page that lists the profiles of an edition, if `is_current` holds for all; else None."""
    return _find_whole(dataset, year, _place_of_profiles)


def record_profiles(dataset_id: str, year: int, bodies: Iterable[str]) -> None:
    """Record what the profiles of an edition rest on, once all of them and their list are built."""
    root, place = project_root(), _place_of_profiles(year, dataset_id)
    kept = cache_of(root, place)
    reads: dict[str, str] = {}
    for body in bodies:
        reads |= read_record(kept / body).get("reads", {})
    write_record(kept, library_state(root), reads, root / "reports" / place)


def _place_of_profiles(year: int, dataset_id: str) -> Path:
    return report_place(year, dataset_id, "body").parent


def tell_page(page: Path) -> str:
    """The line that tells where a page is that needed no work."""
    return f"{page.relative_to(project_root()).as_posix()}  nothing changed"


def _find_whole(dataset: str, year: str, place_of: Callable[[int, str], Path]) -> Path | None:
    """The first page of what is kept and built at a place, if it is whole."""
    try:
        root, folder = project_root(), folder_of(dataset)
        about = tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8-sig"))
        place = place_of(int(year), str(about["id"]))
        page = first_page(about)
    except (ParameterError, OSError, ValueError, KeyError):
        return None  # a build says what is wrong
    sources = Sources(root, folder.resolve(), str(about["id"]))
    own = root / "data" / sources.dataset_id
    if not re.fullmatch(r"[0-9]{4}", year) or (own.is_dir() and own.resolve() != sources.folder):
        return None  # the id belongs to another folder, which a build refuses
    made = root / "reports" / place
    whole = is_whole(cache_of(root, place), made, sources, library_state(root))
    return made / page if whole else None


def forget(entry: Path) -> None:
    """Remove a record and what was kept with it."""
    shutil.rmtree(entry, ignore_errors=True)
