"""The first sheet of the workbook: what the report is, what each sheet holds, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asan_analysis.report.columns import lines_of
from asan_analysis.report.identity import Identity
from asan_analysis.report.sheets import (
    KIND_COLOURS,
    SOFT,
    Formats,
    Sheet,
    height_of,
    set_print,
    write_heading,
    write_link,
    write_wide,
)
from asan_analysis.report.status import is_public
from asan_analysis.report.words import Words

_WIDTHS = (30, 50, 20, 11, 50, 46)


@dataclass(frozen=True)
class Entry:
    """What the first sheet says of a sheet."""

    sheet: Sheet
    rows: int
    source: str
    chapter: str


def write_cover(
    page: Any,
    entries: list[Entry],
    kept: Mapping[str, int],
    identity: Identity,
    words: Words,
    formats: Formats,
) -> None:
    """Write the first sheet. It lists tables and holds no figure of the data, so it has no kind.

    Parameters
    ----------
    page : xlsxwriter.worksheet.Worksheet
        The sheet.
    entries : list of Entry
        One per sheet, in their order.
    kept : mapping of str to int
        Rows of the files that have no sheet, by file name.
    identity : Identity
        Dataset, edition and version.
    words : Words
        The language.
    formats : Formats
        The formats of the workbook.
    """
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    row = _write_top(page, identity, words, formats)
    row = _write_kinds(page, row, entries, words, formats)
    row = _write_sheets(page, row + 1, entries, words, formats)
    row = _write_files(page, row + 1, kept, words, formats)
    _write_end(page, row + 1, identity, words, formats)
    set_print(page, identity.title(words.lang))


def _write_top(page: Any, identity: Identity, words: Words, formats: Formats) -> int:
    """Title, edition and dataset, and a mark on a draft; the next free row."""
    label, data = identity.label(words.lang), identity.data
    large = formats.get(bold=True, font_size=18)
    page.write_string(0, 0, identity.title(words.lang), large)
    page.set_row(0, 28)
    about = words.say("workbook.about", label=label, dataset=data.title(words.lang))
    page.write_string(1, 0, about, formats.get(font_size=12, font_color=SOFT))
    if is_public(data.about):
        return 3
    draft = formats.get(bold=True, font_color="#ffffff", bg_color="#b3261e")
    write_wide(page, 2, words.say("page.draft"), draft, _WIDTHS)
    return 4


def _write_heading(page: Any, row: int, text: str, formats: Formats) -> int:
    page.write_string(row, 0, text, formats.get(bold=True, font_size=13))
    page.set_row(row, 20)
    return row + 1


def _write_kinds(page: Any, row: int, entries: list[Entry], words: Words, formats: Formats) -> int:
    """How to read the workbook, and each kind that occurs in its colour."""
    row = _write_heading(page, row, words.say("workbook.how"), formats)
    text = words.say("workbook.how.text")
    write_wide(page, row, text, formats.get(text_wrap=True), _WIDTHS)
    for kind in dict.fromkeys(entry.sheet.kind for entry in entries):
        row += 1
        _write_badge(page, row, 0, kind, words, formats)
        page.write_string(row, 1, words.say(f"kind.{kind}.means"), formats.get())
    return row + 1


def _write_badge(
    page: Any, row: int, place: int, kind: str, words: Words, formats: Formats
) -> None:
    look = formats.get(bold=True, font_color="#ffffff", bg_color=KIND_COLOURS[kind])
    page.write_string(row, place, words.say(f"kind.{kind}"), look)


def _write_sheets(page: Any, row: int, entries: list[Entry], words: Words, formats: Formats) -> int:
    """One row per sheet, with a link to it."""
    row = _write_heading(page, row, words.say("workbook.sheets"), formats)
    parts = ("sheet", "title", "kind", "rows", "source", "chapter")
    for place, part in enumerate(parts):
        text = words.say(f"workbook.{part}")
        write_heading(page, row, place, text, formats, number=part == "rows")
    for entry in entries:
        row += 1
        _write_entry(page, row, entry, words, formats)
    return row + 1


def _write_entry(page: Any, row: int, entry: Entry, words: Words, formats: Formats) -> None:
    line: dict[str, Any] = {"bottom": 1, "bottom_color": "#d9dee4"}
    text = formats.get(text_wrap=True, **line)
    write_link(page, row, 0, entry.sheet.name, entry.sheet.name, formats, **line)
    _write_badge(page, row, 2, entry.sheet.kind, words, formats)
    page.write_number(row, 3, entry.rows, formats.get(align="right", **line))
    told = {1: entry.sheet.title, 4: entry.source, 5: entry.chapter}
    for place, cell in told.items():
        page.write_string(row, place, cell, text)
    lines = max(lines_of(cell, _WIDTHS[place] - 1) for place, cell in told.items())
    page.set_row(row, height_of(lines) + 2)


def _write_files(
    page: Any, row: int, kept: Mapping[str, int], words: Words, formats: Formats
) -> int:
    """The tables that are only CSV files, with their rows."""
    row = _write_heading(page, row, words.say("workbook.files"), formats)
    plain = formats.get(text_wrap=True)
    write_wide(page, row, words.say("workbook.files.text"), plain, _WIDTHS)
    row += 1
    for place, part in enumerate(("file_name", "title", "rows")):
        text = words.say(f"workbook.{part}")
        write_heading(page, row, place, text, formats, number=part == "rows")
    for file, rows in kept.items():
        row += 1
        told = words.say("workbook.codebook") if file == "codebook.csv" else ""
        page.write_string(row, 0, file, plain)
        page.write_string(row, 1, told, plain)
        page.write_number(row, 2, rows, formats.get(align="right"))
    return row + 1


def _write_end(page: Any, row: int, identity: Identity, words: Words, formats: Formats) -> None:
    """Version, citation and licence."""
    row = _write_heading(page, row, words.say("page.cite"), formats)
    about, dataset = identity.data.about, identity.data.title(words.lang)
    lines = (
        identity.citation(words.lang),
        words.say("page.data_from", dataset=dataset, citation=about["citation"]),
        words.say("page.licence", licence=about["licence"]),
    )
    for place, line in enumerate(lines):
        write_wide(page, row + place, line, formats.get(text_wrap=True), _WIDTHS)
