"""Rebuild a report and compare it, file by file, with what was built or with the checksums."""

from __future__ import annotations

import io
import json
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.files import files_below, project_root, sha256_of
from asan_analysis.errors import ReportError
from asan_analysis.report import cache
from asan_analysis.report.build import build
from asan_analysis.report.tasks import plan_task

_TOLERANCE = 1e-9  # between platforms, on the scale of the figures
_SHOWN = 20


def checksums_file(root: Path, year: int, dataset_id: str) -> Path:
    """The committed `run.json` of a shipped report."""
    return root / "reports" / "checksums" / f"{year}-{dataset_id}.json"


def verify_report(data: Dataset, year: int, *, workers: int = 2) -> None:
    """Rebuild a report in a folder of its own, without the cache, and compare.

    The built report is what it is compared with: its `run.json` and its files. Without one it is
    compared with `reports/checksums/`.

    Raises
    ------
    ReportError
        Files differ: each with its first difference. Or there is nothing to compare with.
    """
    root = project_root()
    place = root / "reports" / cache.report_place(year, data.dataset_id)
    reference, told = find_reference(root, place, year, data.dataset_id)
    print(f"rebuilding {year}, {data.dataset_id} to compare it with {told}", flush=True)
    with tempfile.TemporaryDirectory(prefix="asan-verify-") as folder:
        rebuilt = Path(folder, "report")
        build([plan_task(data, year, rebuilt, Path(folder, "cache"))], workers=workers)
        differences = compare_files(reference, rebuilt, place)
        foreign = _platform_of(place) not in ("", platform.platform())
    counted = f"{len(reference)} files, {len(differences)} differ"
    serious = [line for line in differences.values() if not (foreign and "within 1e-9" in line)]
    lines = [f"  {name}: {what}" for name, what in differences.items()]
    if serious:
        more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        raise ReportError("\n".join([f"{counted} from {told}", *lines[:_SHOWN], *more]))
    print("\n".join([counted, *lines]), flush=True)


def find_reference(
    root: Path, place: Path, year: int, dataset_id: str
) -> tuple[dict[str, str], str]:
    """Checksums to compare with, by file, and what they are of; the built report comes first.

    Raises
    ------
    ReportError
        There is neither a report nor its checksums.
    """
    for path in (place / "run.json", checksums_file(root, year, dataset_id)):
        if path.is_file():
            outputs = dict(json.loads(path.read_text(encoding="utf-8"))["outputs"])
            return {**outputs, "run.json": sha256_of(path)}, path.relative_to(root).as_posix()
    raise ReportError(
        f"there is no report {year} of {dataset_id} and no checksums of it; "
        f"build it first: make report YEAR={year}"
    )


def compare_files(reference: Mapping[str, str], rebuilt: Path, place: Path) -> dict[str, str]:
    """Files that are not the same, with their first difference.

    Parameters
    ----------
    reference : mapping
        sha256 by file.
    rebuilt : Path
        Folder of the files now.
    place : Path
        Folder of the files that the checksums are of, where they still stand.
    """
    found = {path.relative_to(rebuilt).as_posix(): path for path in files_below(rebuilt)}
    found.pop(cache.UNCHECKED, None)
    differences = {}
    for name in sorted({*reference, *found}):
        if name not in found:
            differences[name] = "is not made any more"
        elif name not in reference:
            differences[name] = "is new"
        elif sha256_of(found[name]) != reference[name]:
            differences[name] = _first_difference(place / name, found[name], reference[name])
    return differences


def _first_difference(before: Path, after: Path, digest: str) -> str:
    """Where two files part: the line of a text, the byte of anything else."""
    if not before.is_file():
        return "has another checksum"
    if sha256_of(before) != digest:
        return "was changed by hand since it was built"
    if after.suffix == ".csv" and _agree(before, after):
        return "agrees within 1e-9"
    old, new = before.read_bytes(), after.read_bytes()
    try:
        lines = [text.decode("utf-8").splitlines() for text in (old, new)]
    except UnicodeDecodeError:
        at = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]),
                  min(len(old), len(new)))  # fmt: skip
        return f"byte {at + 1} of {len(old)}"
    for number, (one, other) in enumerate(zip(*lines, strict=False), start=1):
        if one != other:
            return f"line {number}: {_around(one, other)} is now {_around(other, one)}"
    return f"has {len(lines[1])} lines and had {len(lines[0])}"


def _around(text: str, other: str, width: int = 40) -> str:
    """The part of a line in which it differs from another."""
    pairs = enumerate(zip(text, other, strict=False))
    at = next((n for n, pair in pairs if pair[0] != pair[1]), min(len(text), len(other)))
    return repr(text[max(at - width // 2, 0) : at + width // 2])


def _agree(before: Path, after: Path) -> bool:
    """Whether two tables hold the same texts and numbers that differ by 1e-9 at most."""
    tables: list[Any] = [pd.read_csv(io.BytesIO(path.read_bytes())) for path in (before, after)]
    old, new = tables
    if list(old.columns) != list(new.columns) or len(old) != len(new):
        return False
    numbers = list(old.select_dtypes("number"))
    same = old.drop(columns=numbers).equals(new.drop(columns=numbers))
    one, other = (table[numbers].to_numpy(dtype="float64") for table in (old, new))
    return same and bool(np.allclose(one, other, rtol=0, atol=_TOLERANCE, equal_nan=True))


def _platform_of(place: Path) -> str:
    """The platform a report was built on; empty where it is not told."""
    path = place / cache.UNCHECKED
    return str(json.loads(path.read_text("utf-8")).get("platform", "")) if path.is_file() else ""
