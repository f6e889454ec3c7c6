"""Services that stand twice in the parts of an edition, found without holding all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from asan_analysis.data.parts import KEYS, MOST_TOLD, damaged, is_long, name_part, open_part
from asan_analysis.errors import Problem

_ID = KEYS[0]
_LAST = "\U0010ffff"


def count_rows(parts: list[Path]) -> int:
    """Rows of all parts, from their footers."""
    total = 0
    for path in parts:
        with open_part(path) as file:
            total += int(file.metadata.num_rows)
    return total


def check_services(parts: list[Path]) -> list[Problem]:
    """Services that stand twice in a wide part, or in two parts.

    Footers tell the least and the greatest id of a part. A part whose ids lie apart from those of
    all others is looked into alone; of parts whose ids may mix a number of 8 bytes is held for
    each service.
    """
    spans = sorted((*_find_span(path), path) for path in parts)
    problems: list[Problem] = []
    mixed: list[Path] = []
    last = ""
    for low, high, path in spans:
        if mixed and low > last:
            problems += _find_doubles(mixed)
            mixed = []
        mixed.append(path)
        last = max(last, high)
    return problems + (_find_doubles(mixed) if mixed else [])


def _find_span(path: Path) -> tuple[str, str]:
    """The least and the greatest id of a part; the widest span where the footer does not tell."""
    with open_part(path) as file:
        names = file.schema_arrow.names
        if _ID not in names:
            return "", _LAST
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        ends = [group.column(names.index(_ID)).statistics for group in groups]
    if not ends or not all(end is not None and end.has_min_max for end in ends):
        return "", _LAST
    return min(str(end.min) for end in ends), max(str(end.max) for end in ends)


def _read_ids(path: Path) -> tuple[Any, bool]:
    """The ids of a part, and whether one may stand in many rows."""
    with open_part(path) as file:
        names = file.schema_arrow.names
        if _ID not in names:  # told when its columns are checked
            return arrow.array([], "string"), True
        try:
            column = compute.cast(file.read([_ID]).column(_ID), "string").combine_chunks()
        except (arrow.ArrowException, OSError) as error:
            raise damaged(path, error) from None
        return column, is_long(names)


def _find_doubles(parts: list[Path]) -> list[Problem]:
    """Ids that stand twice in one of some parts or in two of them."""
    problems: list[Problem] = []
    marks = []
    for path in parts:
        ids, long = _read_ids(path)
        different = compute.unique(ids.drop_null())
        if not long and len(different) + ids.null_count < len(ids):
            problems += _tell_rows(path, ids)
        if len(parts) > 1:
            marks.append(pd.util.hash_array(different.to_numpy(zero_copy_only=False)))
    if not marks:
        return problems
    every = np.sort(np.concatenate(marks))
    again = np.unique(every[1:][every[1:] == every[:-1]])
    return problems if not len(again) else problems + _tell_parts(parts, marks, again)


def _tell_rows(path: Path, ids: Any) -> list[Problem]:
    """The rows of a wide part that repeat an id."""
    names = pd.Series(ids.to_numpy(zero_copy_only=False))
    rule, remedy = "stands twice", "keep one row for each service"
    return [
        Problem(name_part(path), int(row) + 1, _ID, str(names[row]), rule, remedy)
        for row in np.flatnonzero(names.duplicated() & names.notna())[:MOST_TOLD]
    ]


def _tell_parts(parts: list[Path], marks: list[Any], again: Any) -> list[Problem]:
    """The ids behind marks that stand in two parts; marks can agree by chance, ids decide."""
    where: dict[str, str] = {}
    problems: list[Problem] = []
    for path, mark in zip(parts, marks, strict=True):
        if not np.isin(mark, again).any():
            continue
        ids = compute.unique(_read_ids(path)[0].drop_null()).to_numpy(zero_copy_only=False)
        for service in ids[np.isin(pd.util.hash_array(ids), again)].tolist():
            if service in where:
                rule = f"stands in {where[service]} too"
                remedy = "keep all answers of a service in one part"
                problems.append(Problem(name_part(path), None, _ID, service, rule, remedy))
            where.setdefault(service, name_part(path))
    return problems[:MOST_TOLD]
