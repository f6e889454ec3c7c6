"""A first mapping for a workbook of another layout, written for the user to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from openpyxl.utils import get_column_letter
from rapidfuzz import fuzz

from asan_analysis.data.datasets import Dataset, load_dataset, select_edition
from asan_analysis.data.names import fold
from asan_analysis.errors import ParameterError
from asan_analysis.forms.cells import Known, clean, read_cell, show
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.literals import write_key, write_literal
from asan_analysis.forms.mapping import items_of, names_of

_WORDS = 6  # different words of a column of answers


def write_attempt(path: Path, grids: Sequence[Grid], dataset: str) -> ParameterError:
    """Write a first mapping of a workbook beside it; the error that says what to do next.

    The sheet with most rows is taken, and the row with most headings. A column is a service or a
    body where most of its cells are ids or names of them. Headings are matched to ids and names
    of items; doubtful ones stand as comments with their candidates. Words that are met and not
    known stand as comments too. A mapping that is there stays.
    """
    target = path.with_suffix(".mapping.toml")
    run = f"asan-analysis import {path} --to FOLDER --mapping {target}"
    if target.exists():
        return ParameterError(f"{path.name} has another layout; complete {target} and run: {run}")
    try:
        data = load_dataset(dataset)
    except ParameterError as error:
        return ParameterError(f"{path.name} has another layout than the template; a first mapping "
                              f"needs --dataset with its items: {error}")  # fmt: skip
    data, edition = select_edition(
        data, int(data.editions.sort_values("order")["edition_year"].iloc[-1])
    )
    data = replace(data, frameworks={edition.framework: data.frameworks[edition.framework]})
    grid = max(grids, key=lambda one: len(one.rows), default=None)
    if grid is None or not grid.rows:
        return ParameterError(f"{path.name}: no sheet has cells; give a filled workbook")
    lines = _attempt(grid, data, edition.edition_year, dataset, path.name)
    try:
        target.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        return ParameterError(f"{target}: {error.strerror}; put the workbook where files can stand")
    return ParameterError(
        f"{path.name} has another layout than the template; nothing was imported. A first mapping "
        f"was written: {target}. Check each line of it, then run: {run}"
    )


def _attempt(grid: Grid, data: Dataset, year: int, dataset: str, name: str) -> list[str]:
    """The lines of a first mapping."""
    texts = {
        number: sum(raw.kind == "text" for raw in cells.values())
        for number, cells in grid.rows[:40]
    }
    row = max(texts, key=lambda number: texts[number])
    headings = {number: clean(show(raw)) for number, raw in sorted(dict(grid.rows)[row].items())}
    lines = [f"# How {name} is read: a first attempt. Check each line.",
             f"dataset = {write_literal(dataset)}", f"year = {year}",
             f"sheet = {write_literal(grid.name)}", f"header_row = {row}",
             "", "# Columns by their letter or by their heading."]  # fmt: skip
    taken: set[int] = set()
    for key, frame, code in (("service", data.services, "service_id"),
                             ("body", data.organisations, "organisation_id")):  # fmt: skip
        share, column = _best_column(grid, row, names_of(frame, code), taken)
        if column and share >= 0.5:
            taken.add(column)
            lines.append(
                f"{key} = {write_literal(get_column_letter(column))}"
                f"  # {headings.get(column, '')}; {share:.0%} of its cells are known"
            )
        else:
            lines.append(f'# {key} = "?"  # no column holds ids or names that are known')
    lines += ["", "[items]"]
    used: set[str] = set()
    for column, heading in headings.items():
        if column not in taken:
            item, told = _match_item(heading, items_of(data), used)
            letter = write_literal(get_column_letter(column))
            if item:
                used.add(item)
            mark = "" if item else "# "
            lines.append(f"{mark}{write_key(item or '?')} = {letter}  # {told}")
    lines += ["", "# What the words of this workbook mean, where they are not known already: yes,",
              "# no, not_applicable or not_answered.", "[words]"]  # fmt: skip
    columns = [column for column in headings if column not in taken]
    return [*lines, *_list_words(grid, row, columns)]


def _list_words(grid: Grid, header: int, columns: Sequence[int]) -> list[str]:
    """The words that are met and not known, most frequent first, each to be told its meaning.

    Columns of which more than `_WORDS` different ones are met hold names or notes, not answers.
    """
    met: Counter[str] = Counter()
    for column in columns:
        own = Counter(
            clean(show(raw)) for number, cells in grid.rows
            if number > header and (raw := cells.get(column)) and raw.kind == "text"
            and read_cell(raw, "answer", Known()).rule
        )  # fmt: skip
        met += own if len(own) <= _WORDS else Counter()
    lines = [f'# {write_literal(word)} = "?"  # in {count}' for word, count in met.most_common(30)]
    return lines or ['# "+" = "yes"']


def _best_column(
    grid: Grid, header: int, known: Mapping[str, str], taken: set[int]
) -> tuple[float, int]:
    """The column of whose cells the largest share is known, and that share."""
    hits: dict[int, list[bool]] = {}
    for number, cells in grid.rows:
        for column, raw in cells.items():
            if number > header and column not in taken:
                hits.setdefault(column, []).append(fold(show(raw)) in known)
    shares = [(sum(found) / len(found), -column) for column, found in hits.items()]
    share, column = max(shares, default=(0.0, 0))
    return share, -column


def _match_item(
    heading: str, items: Mapping[str, Sequence[str]], used: set[str]
) -> tuple[str, str]:
    """The item that a heading names, or none and what it may be."""
    plain = fold(heading)
    near: dict[str, float] = {}
    for item, names in items.items():
        if item not in used:
            near[item] = max(float(fuzz.ratio(plain, fold(name))) for name in (item, *names))
    order = sorted(near, key=lambda item: -near[item])
    if not order or not plain:
        return "", heading
    lead = near[order[0]] - (near[order[1]] if len(order) > 1 else 0.0)
    told = heading.replace("\n", " ")
    if near[order[0]] >= 88 and lead >= 5:
        return order[0], told
    candidates = ", ".join(f"{item} ({near[item]:.0f})" for item in order[:3] if near[item] >= 50)
    return "", f"{told}; candidates: {candidates or 'none'}"
