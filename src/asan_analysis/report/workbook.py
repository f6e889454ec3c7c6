"""The workbook of a report: one sheet for each table shown, and a first sheet that lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data.published import Published
from asan_analysis.data.tables import each_row, read_cells
from asan_analysis.errors import ReportError
from asan_analysis.report.columns import make_columns
from asan_analysis.report.cover import Entry, write_cover
from asan_analysis.report.identity import Identity
from asan_analysis.report.labels import labels_of
from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.parts import SECTIONS, host_of, is_published
from asan_analysis.report.sheets import Formats, Sheet, write_sheet
from asan_analysis.report.status import is_public
from asan_analysis.report.words import Words

COVER = "contents"
_CREATED = datetime(1980, 1, 1)
_NAME_LENGTH = 31
_ADDRESSES = ("source_url", "score_source_url", "source", "url")


@dataclass(frozen=True)
class Table:
    """A table that the report shows: its record, its saved cells, the name of its sheet."""

    record: Mapping[str, Any]
    cells: pd.DataFrame
    sheet: str


def workbook_file(lang: str) -> str:
    """Name of the workbook in a language."""
    return file_in(lang, "report", "xlsx")


def write_workbook(
    folder: Path,
    records: list[dict[str, Any]],
    chapters: list[dict[str, str]],
    identity: Identity,
    facts: Published,
) -> None:
    """Write `tables/report.xlsx` and `tables/report.az.xlsx` from the tables already saved.

    A sheet holds the whole saved table, not only the rows that a page shows. The same tables give
    the same bytes at any time and in any place.

    Parameters
    ----------
    folder : Path
        Folder of the report; `tables/` holds the CSV files and `codebook.csv`.
    records : list of dict
        What all chapters show, in the order of the chapters.
    chapters : list of dict
        Name and title of each chapter.
    identity : Identity
        Dataset, edition and version.
    facts : Published
        Names of the announced bodies.

    Raises
    ------
    ReportError
        A table is shown as two kinds, or has more rows than a sheet holds.
    """
    codebook = read_cells(folder / "tables" / "codebook.csv")
    shown = _shown_tables(folder / "tables", records)
    kept = _kept_tables(codebook, {str(table.record["name"]) for table in shown})
    titles = {chapter["name"]: chapter["title"] for chapter in chapters}
    for lang in LANGUAGES:
        path = folder / "tables" / workbook_file(lang)
        sections = dict.fromkeys(str(table.record["section"]) for table in shown)
        spoken = {
            section: Words(lang, labels_of(section, identity.data, identity.edition, facts, lang))
            for section in sections
        }
        told = [_tell(table, codebook, identity, spoken[table.record["section"]])
                for table in shown]  # fmt: skip
        entries = [
            Entry(sheet, len(table.cells), _source(table, identity.data.title(lang), Words(lang)),
                  titles.get(table.record["chapter"], table.record["chapter"]))
            for table, sheet in zip(shown, told, strict=True)
        ]  # fmt: skip
        _write(path, entries, kept, identity, lang)


def _shown_tables(folder: Path, records: list[dict[str, Any]]) -> list[Table]:
    """Every table shown, once, in the order of the sections."""
    found: dict[str, dict[str, Any]] = {}
    for section in SECTIONS:
        for record in records:
            if record["section"] == section and record["what"] in ("table", "places"):
                first = found.setdefault(record["name"], record)
                if first["kind"] != record["kind"]:
                    raise ReportError(
                        f"table {record['name']} is shown as {first['kind']} in "
                        f"{first['chapter']} and as {record['kind']} in {record['chapter']}; "
                        "give each its own name"
                    )
    sheets = sheet_names(found)
    return [
        Table(record, read_cells(folder / f"{name}.csv"), sheets[name])
        for name, record in found.items()
    ]


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """Names of sheets by table: the table's own, as far as Excel takes it, and each only once."""
    names: dict[str, str] = {}
    taken = {COVER, "history"}
    for table in tables:
        clean = re.sub(r"[^\w .-]", "_", table, flags=re.ASCII).strip() or "table"
        name, number = clean[:_NAME_LENGTH], 1
        while name.lower() in taken:
            number += 1
            end = f"~{number}"
            name = clean[: _NAME_LENGTH - len(end)] + end
        names[table] = name
        taken.add(name.lower())
    return names


def _kept_tables(codebook: pd.DataFrame, shown: set[str]) -> dict[str, int]:
    """Files that have no sheet, with their rows; the codebook comes first."""
    rows = {"codebook.csv": len(codebook)}
    for row in each_row(codebook.drop_duplicates("file")):
        if str(row.file).removesuffix(".csv") not in shown:
            rows[str(row.file)] = int(row.n) + int(row.missing)
    return rows


def _tell(table: Table, codebook: pd.DataFrame, identity: Identity, words: Words) -> Sheet:
    """A table in the words of its own section."""
    record, file = table.record, f"{table.record['name']}.csv"
    meanings = {
        str(row.column): (str(row.type), str(row.unit))
        for row in each_row(codebook[codebook["file"] == file])
    }
    columns = make_columns(table.cells, meanings, words, decimals=record["decimals"], file=file)
    texts = record["texts"][words.lang]
    publisher = f"{identity.data.about['publisher']}, {identity.data.title(words.lang)}"
    note = _note(table, _source(table, publisher, words), identity, words)
    return Sheet(table.sheet, record["kind"], texts["title"], note, columns)


def _note(table: Table, source: str, identity: Identity, words: Words) -> str:
    """Caption, source, how much of the table the report shows, and whether it is a draft."""
    texts = table.record["texts"][words.lang]
    lines = [texts["caption"], words.say("workbook.source_line", source=source)]
    shown, rows = len(texts.get("rows", table.cells)), len(table.cells)
    if shown < rows:
        counts = {"all": words.number(rows), "shown": words.number(shown)}
        lines.append(words.say("workbook.all_rows", **counts))
    if rows == 0:
        lines.append(words.say("page.no_rows"))
    if not is_public(identity.data.about):
        lines.append(f"{words.say('page.draft')}.")
    return " ".join(lines)


def _source(table: Table, dataset: str, words: Words) -> str:
    """The dataset as it is given, or the hosts of the pages that print announced figures."""
    if not is_published(str(table.record["section"])):
        return dataset
    found = [table.cells[column] for column in _ADDRESSES if column in table.cells]
    hosts = [host_of(url) for column in found for url in column]
    return ", ".join(dict.fromkeys(filter(None, hosts))) or words.say("workbook.own_list")


def _write(
    path: Path, entries: list[Entry], kept: dict[str, int], identity: Identity, lang: str
) -> None:
    """Write one workbook with nothing of the clock in it."""
    from xlsxwriter import Workbook

    words = Words(lang)
    title = f"{identity.title(lang)} – {identity.data.title(lang)}"
    # in memory: the files of the archive then carry a fixed time
    workbook = Workbook(str(path), {"in_memory": True})
    workbook.set_properties({"title": title, "created": _CREATED})
    workbook.set_size(2400, 1400)
    formats = Formats(workbook)
    cover = workbook.add_worksheet(COVER)
    for entry in entries:
        page = workbook.add_worksheet(entry.sheet.name)
        write_sheet(entry.sheet, page, formats, words, COVER)
    write_cover(cover, entries, kept, identity, words, formats)
    workbook.close()
