"""How a workbook of this layout is written: headings, drop-downs, rows, nothing of the clock."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from asan_analysis.data.contracts import NORMALISATIONS
from asan_analysis.errors import ParameterError
from asan_analysis.forms.layout import Plan
from asan_analysis.forms.texts import CONTENTS, INSTRUCTIONS, SHEETS, WORDS, heading

CREATED = datetime(1980, 1, 1)
_MOST_TEXT, _MOST_ROWS = 32767, 1_048_575
_CHOICE_ROWS, _ITEM_WIDTH = 5000, 18
_GREY, _SOFT, _HEAD = "#7a828c", "#55606e", "#e3edf5"
_TEXT = ("text", "code", "literal", "category", "body", "status")
_LEFT = ("literal", "integer", "number", "edition")
_FIXED = {
    "direction": ["1", "-1"], "log": ["no", "yes"], "cap": ["no", "yes"], "active": ["yes", "no"],
    "normalisation": list(NORMALISATIONS), "aggregation": ["arithmetic", "geometric", "harmonic"],
    "level": ["service", "organisation", "category"],
}  # fmt: skip
STATUS_WORDS = [form for word in WORDS for form in WORDS[word][:2]]


class Exact(float):
    """A number that is written with every digit; XlsxWriter alone would keep 16 of 17."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


class Page(NamedTuple):
    """A sheet to write: its plan, its rows, example rows above them, items of a wide sheet."""

    plan: Plan
    frame: pd.DataFrame
    examples: Sequence[Mapping[str, Any]] = ()
    items: Mapping[str, str] | None = None


def write_book(path: Path, pages: Sequence[Page], *, title: str) -> None:
    """Write the instructions, the pages and the lists; the same pages give the same bytes.

    The file is written beside its place and moved there.

    Raises
    ------
    ParameterError
        A sheet has more rows or a text more letters than a workbook takes; the place takes no
        file.
    """
    for page in pages:
        _check_size(page)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # in memory: the files of the archive then carry a fixed time
        with Workbook(str(aside), {"in_memory": True, "strings_to_urls": False}) as book:
            book.set_properties({"title": title, "created": CREATED})
            looks = _looks(book)
            write_instructions(book, looks, [page.plan.key for page in pages])
            places = _places(pages)
            for page in pages:
                _write_page(book, page, looks, places)
            _write_lists(book, looks)
            wide = {page.plan.name for page in pages if page.items}
            for sheet in book.worksheets():
                set_print(sheet, title, pages_wide=0 if sheet.get_name() in wide else 1)
        aside.replace(path)
    except OSError as error:
        raise ParameterError(f"{path}: {error.strerror}; give a place that takes a file") from None
    finally:
        aside.unlink(missing_ok=True)


def _check_size(page: Page) -> None:
    if len(page.frame) + len(page.examples) > _MOST_ROWS:
        raise ParameterError(f"sheet {page.plan.name} has {len(page.frame)} rows and a workbook "
                             f"takes {_MOST_ROWS}; write fewer editions at once")  # fmt: skip
    for column in page.frame:
        texts = page.frame[column]
        if texts.dtype.kind in "OUT" or texts.dtype == "str":
            long = texts.map(lambda one: isinstance(one, str) and len(one) > _MOST_TEXT)
            if long.any():
                row = int(long.to_numpy().argmax()) + 1
                raise ParameterError(
                    f"sheet {page.plan.name}, row {row} of the data, {column}: a "
                    f"text of more than {_MOST_TEXT} letters; shorten it"
                )


def _looks(book: Any) -> dict[str, Any]:
    plain = {"font_size": 10, "valign": "top"}
    return {
        "head": book.add_format({**plain, "bold": True, "text_wrap": True, "bg_color": _HEAD,
                                 "bottom": 2, "locked": True}),
        "need": book.add_format({**plain, "bold": True, "text_wrap": True, "bg_color": "#cfe2f1",
                                 "bottom": 2}),
        "text": book.add_format({**plain, "num_format": "@", "text_wrap": True}),
        "number": book.add_format(plain),
        "beside": book.add_format({**plain, "align": "left"}),
        "soft": book.add_format({**plain, "font_color": _SOFT, "text_wrap": True}),
        "example": book.add_format({**plain, "num_format": "@", "italic": True,
                                    "font_color": _GREY, "bg_color": "#f4f4f4"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "line": book.add_format({**plain, "text_wrap": True, "indent": 1}),
        "link": book.add_format({**plain, "font_color": "#1b5a96", "underline": 1}),
    }  # fmt: skip


def write_instructions(book: Any, looks: Mapping[str, Any], sheets: Sequence[str]) -> None:
    """The first sheet: how to fill, in both languages, and what each other sheet holds."""
    page = book.add_worksheet(SHEETS["instructions"]["name"])
    page.set_column(0, 0, 14)
    page.set_column(1, 2, 70)
    page.hide_gridlines(2)
    page.write_string(0, 1, "Necə doldurmalı", looks["title"])
    page.write_string(0, 2, "How to fill it", looks["title"])
    for row, line in enumerate(INSTRUCTIONS, 1):
        page.write_number(row, 0, row, looks["beside"])
        _write_line(page, row, line, looks)
    top = len(INSTRUCTIONS) + 2
    page.write_string(top, 1, "Vərəqlər", looks["title"])
    page.write_string(top, 2, "Sheets", looks["title"])
    for row, key in enumerate(dict.fromkeys([*sheets, "lists"]), top + 1):
        name = SHEETS[key]["name"]
        page.write_url(row, 0, f"internal:'{name}'!A1", looks["link"], name)
        texts = CONTENTS[key]
        _write_line(page, row, {**texts, "az": f"{SHEETS[key]['az']}: {texts['az']}"}, looks)
    page.freeze_panes(1, 0)


def _write_line(page: Any, row: int, line: Mapping[str, str], looks: Mapping[str, Any]) -> None:
    for place, lang in enumerate(("az", "en"), 1):
        page.write_string(row, place, line[lang], looks["line"])
    page.set_row(row, 13.5 * max(lines_of(line[lang], 74) for lang in ("az", "en")) + 5)


def set_print(sheet: Any, foot: str, *, pages_wide: int = 1) -> None:
    """A sheet on landscape A4, as many pages wide as told; 0 leaves its size as it is."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if pages_wide:
        sheet.fit_to_pages(pages_wide, 0)
    sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&A, &P / &N")


def columns_of(page: Page) -> list[str]:
    """The columns of a page in their order, without items."""
    return [str(column) for column in page.frame.columns]


def _places(pages: Sequence[Page]) -> dict[str, str]:
    """The cells that drop-downs choose from, by sheet and column."""
    last = _CHOICE_ROWS
    found = {"lists.status": f"={SHEETS['lists']['name']}!$A$2:$A${len(STATUS_WORDS) + 1}"}
    for page in pages:
        first = 2 + len(page.examples)
        for number, column in enumerate(columns_of(page)):
            letter = xl_col_to_name(number)
            area = f"={page.plan.name}!${letter}${first}:${letter}${max(last, len(page.frame) + 1)}"
            found.setdefault(f"{page.plan.key}.{column}", area)
    return found


def _write_page(book: Any, page: Page, looks: Mapping[str, Any], places: Mapping[str, str]) -> None:
    number = sum(one.get_name().startswith(page.plan.name) for one in book.worksheets())
    sheet = book.add_worksheet(page.plan.name if not number else f"{page.plan.name} {number + 1}")
    columns = columns_of(page)
    described = {field.name for field in page.plan.fields}
    first = 1 + len(page.examples)
    rows = max(_CHOICE_ROWS, len(page.frame) + first)
    for place, column in enumerate(columns):
        field = page.plan.field(column)
        text = field.reading in _TEXT and column != "value"
        look = looks["soft"] if column == "meaning" else looks["text" if text else "number"]
        look = looks["beside"] if field.reading in _LEFT else look
        needed = field.filled and column in described
        sheet.set_column(place, place, field.width, look)
        sheet.write_string(0, place, heading(column, extra=column not in described),
                           looks["need" if needed else "head"])  # fmt: skip
        _write_column(sheet, place, page.frame[column].tolist(), first, look)
        _add_choices(sheet, place, field.choices, column, (first, rows), places)
    for place, (item, name) in enumerate((page.items or {}).items(), len(columns)):
        sheet.set_column(place, place, _ITEM_WIDTH)
        sheet.write_string(0, place, f"{item}\n{name}"[:250], looks["head"])
        _add_choices(sheet, place, "lists.status", "", (first, rows), places)
    for row, example in enumerate(page.examples, 1):
        for place, column in enumerate(columns):
            value = example.get(column)
            sheet.write(row, place, value if value is not None else "", looks["example"])
    width = len(columns) + len(page.items or {})
    headings = [(heading(column, extra=column not in described), page.plan.field(column).width)
                for column in columns]  # fmt: skip
    headings += [
        (f"{item}\n{name}"[:250], _ITEM_WIDTH) for item, name in (page.items or {}).items()
    ]
    sheet.set_row(0, height_of(headings))
    _set_heights(sheet, page, first)
    sheet.freeze_panes(1, len(page.plan.unique) if page.plan.key != "answers" else 2)
    sheet.autofilter(0, 0, max(len(page.frame) + first - 1, 1), max(width - 1, 0))
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(max(width - 1, 0))}{rows}"})
    if page.plan.key == "about":
        _add_facts(sheet, page.frame)
    sheet.repeat_rows(0)


def height_of(headings: Sequence[tuple[str, float]]) -> float:
    """Height of a row of bold headings, each with the width of its column; at most 160 points."""
    lines = [lines_of(text, width - 3) for text, width in headings]
    return float(min(13.5 * max(lines, default=1) + 4, 160))


def lines_of(text: str, width: float) -> int:
    """Lines that a text takes in a column that holds so many letters."""
    return sum(1 + int(max(len(line) - 1, 0) / width) for line in text.split("\n"))


def _set_heights(sheet: Any, page: Page, first: int) -> None:
    """Rows with a text of several lines get their height; not every program finds it itself."""
    lines = [1] * len(page.frame)
    for column in page.frame:
        field = page.plan.field(str(column))
        if field.reading in _TEXT:
            for row, cell in enumerate(page.frame[column].tolist()):
                if isinstance(cell, str) and (len(cell) > field.width or "\n" in cell):
                    lines[row] = max(lines[row], lines_of(cell, field.width))
    for row, count in enumerate(lines, first):
        if count > 1:
            sheet.set_row(row, min(13.5 * count + 2, 400))


def _write_column(sheet: Any, place: int, cells: Sequence[Any], first: int, look: Any) -> None:
    for row, value in enumerate(cells, first):
        if isinstance(value, str):
            sheet.write_string(row, place, value, look)
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value, look)
        elif value is not None and value is not pd.NA and value == value:
            sheet.write_number(row, place, value if isinstance(value, int) else Exact(value), look)


def _add_choices(
    sheet: Any, place: int, choices: str, column: str, rows: tuple[int, int],
    places: Mapping[str, str],
) -> None:  # fmt: skip
    """A drop-down; another word is taken after a warning, and reported by the import."""
    source: Any = _FIXED.get(column) or places.get(choices)
    if source:
        sheet.data_validation(rows[0], place, rows[1], place, {
            "validate": "list", "source": source, "error_type": "warning",
            "error_title": "?",
            "error_message": "Siyahıda belə söz yoxdur. / The list has no such word.",
        })  # fmt: skip


def _add_facts(sheet: Any, frame: pd.DataFrame) -> None:
    options = {"kind": ["observed", "synthetic"], "status": ["draft", "final"]}
    place = list(frame.columns).index("value")
    for row, key in enumerate(frame["key"].tolist(), 1):
        if key in options:
            sheet.data_validation(row, place, row, place,
                                  {"validate": "list", "source": options[key]})  # fmt: skip


def _write_lists(book: Any, looks: Mapping[str, Any]) -> None:
    """The words of the drop-downs, each with the word that the dataset holds."""
    sheet = book.add_worksheet(SHEETS["lists"]["name"])
    sheet.set_column(0, 1, 25)
    sheet.set_row(0, 18)
    sheet.write_string(0, 0, "Cavab / Status", looks["head"])
    sheet.write_string(0, 1, "Mənası / Stands for", looks["head"])
    pairs = [(form, word) for word in WORDS for form in WORDS[word][:2]]
    meant = {"yes": "1 (scored)", "no": "0 (scored)"}
    for row, (form, word) in enumerate(pairs, 1):
        sheet.write_string(row, 0, form, looks["text"])
        sheet.write_string(row, 1, meant.get(word, word), looks["soft"])
    sheet.freeze_panes(1, 0)
