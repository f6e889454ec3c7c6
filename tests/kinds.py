"""The search for mixed kinds of data in pages and workbooks, used by several tests."""

import re
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pypdf
from bs4 import BeautifulSoup

from asan_analysis.data.files import files_below
from asan_analysis.data.provenance import KINDS
from asan_analysis.data.published import load_published
from asan_analysis.data.tables import each_row

ROOT = Path(__file__).resolve().parents[1]


@cache
def parse(html: str) -> BeautifulSoup:
    """A page as a tree, parsed once however many tests read it; to be read only."""
    return BeautifulSoup(html, "html.parser")


@cache
def open_book(path: Path) -> openpyxl.Workbook:
    """A workbook of a report, loaded once; to be read only."""
    return openpyxl.load_workbook(path)


def announced_names() -> list[str]:
    """Every name and alias of the announced bodies, in every language."""
    names = []
    for row in each_row(load_published(ROOT / "data" / "published").organisations):
        names += [row.name_az, row.name_en, row.name_ru, *str(row.aliases).split(";")]
    return [str(name) for name in names if str(name) not in ("nan", "<NA>")]


def named_in(text: str, names: list[str]) -> list[str]:
    """The names that stand in a text as whole words."""
    found = [name for name in names if name in text]
    return [name for name in found if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def kinds_of(html: str) -> list[str]:
    return [section.get("data-kind") for section in parse(html)("section")]


def mixed_kinds(html: str, names: list[str]) -> list[str]:
    """Sections without exactly one kind, and synthetic ones that name an announced body.

    What a picture says, its alternative text, counts as text of its section.
    """
    wrong = []
    for section in parse(html)("section"):
        kind = section.get("data-kind")
        if kind not in KINDS or section.find("section"):
            wrong.append(f"kind {kind}")
        if kind == "synthetic":
            pictures = [image.get("alt", "") for image in section("img")]
            wrong += named_in(" ".join([section.get_text(" "), *pictures]), names)
    return wrong


def sheet_kinds(page) -> set[str]:
    """The kinds a sheet says: its name `kind` and the word that cell A2 begins with."""
    said = page.defined_names["kind"].value.strip('"') if "kind" in page.defined_names else "none"
    return {said, str(page["A2"].value).partition(":")[0].lower()}


def mixed_sheets(book: openpyxl.Workbook, names: list[str]) -> list[str]:
    """Sheets without exactly one kind, and synthetic ones that name an announced body."""
    wrong = []
    for page in book.worksheets[1:]:
        kinds = sheet_kinds(page)
        if len(kinds) != 1 or not kinds <= set(KINDS):
            wrong.append(f"{page.title}: kind {sorted(kinds)}")
        if "synthetic" in kinds:
            text = " ".join(str(cell) for row in page.values for cell in row if cell is not None)
            wrong += named_in(text, names)
    return wrong


def published_parts(html: str) -> list[str]:
    """The published sections of a page as they stand."""
    found = parse(html).find_all("section", {"data-kind": "published"})
    return [str(section) for section in found]


def published_sheets(book: openpyxl.Workbook) -> dict[str, list[tuple]]:
    """The cells of every published sheet of a workbook."""
    pages = [page for page in book.worksheets[1:] if "published" in sheet_kinds(page)]
    return {page.title: list(page.values) for page in pages}


def text_of(path: Path) -> str:
    """Everything that a file of a report says: a page with its alternative texts, a workbook."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return "" if path.suffix == ".png" else path.read_text("utf-8")


def other_bodies(folder: Path, dataset: Path, body: str) -> dict[str, set[str]]:
    """Ids and names of the other bodies of a dataset that stand in the files of a profile.

    By the ending of the files; names are those of every edition in both languages.
    """
    table = pd.read_csv(dataset / "organisations.csv", dtype=str)
    own = table[table["organisation_id"] == body]
    names = {str(name) for column in ("organisation_id", "name_en", "name_az")
             for name in set(table[column]) - set(own[column])}  # fmt: skip
    found: dict[str, set[str]] = {}
    for path in files_below(folder):
        for name in named_in(text_of(path), sorted(names)):
            found.setdefault(path.suffix, set()).add(name)
    return found
