"""How a sheet of the workbook is written: what stands above a table, its rows, its print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asan_analysis.report.columns import HEADER_ROW, MOST_CHARACTERS, Column, lines_of
from asan_analysis.report.words import Words

KIND_COLOURS = {"published": "#1f4e79", "observed": "#2f6f62", "synthetic": "#8a4b08"}
SOFT = "#55606e"
_PLAIN = {"font_size": 10, "valign": "top", "align": "left", "indent": 1}
_BANNER_WIDTH = 90
_FREE_WIDTH = 8.43


class _Exact(float):
    """A number that is written with every digit; XlsxWriter alone would keep 16 of 17."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


@dataclass(frozen=True)
class Sheet:
    """What one sheet says above its table, and the table."""

    name: str
    kind: str
    title: str
    note: str
    columns: list[Column]


@dataclass
class Formats:
    """The formats of a workbook, each made once."""

    workbook: Any
    made: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def get(self, **look: Any) -> Any:
        """The format with these XlsxWriter properties."""
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.workbook.add_format({**_PLAIN, **look})
        return self.made[key]


def write_sheet(sheet: Sheet, page: Any, formats: Formats, words: Words, first: str) -> None:
    """Write a sheet: title, kind, note, a link to the first sheet, the header, the rows.

    Cell A2 begins with the word of the kind; the name `kind` of the sheet holds the code of it.
    """
    colour = KIND_COLOURS[sheet.kind]
    widths = [column.width for column in sheet.columns]
    page.set_tab_color(colour)
    formats.workbook.define_name(f"'{sheet.name}'!kind", f'="{sheet.kind}"')
    kind = f"{words.say(f'kind.{sheet.kind}')}: {words.say(f'kind.{sheet.kind}.means')}"
    title = formats.get(bold=True, font_size=14, font_color=colour, text_wrap=True)
    badge = formats.get(bold=True, font_color="#ffffff", bg_color=colour, text_wrap=True)
    write_wide(page, 0, sheet.title, title, widths, size=14)
    write_wide(page, 1, kind, badge, widths)
    write_wide(page, 2, sheet.note, formats.get(font_color=SOFT, text_wrap=True), widths)
    write_link(page, 3, 0, first, f"← {words.say('page.contents')}", formats)
    for place, (column, width) in enumerate(zip(sheet.columns, widths, strict=True)):
        page.set_column(place, place, width)
        _write_column(page, place, column, formats)
    _set_heights(page, sheet.columns)
    _set_up(page, len(sheet.columns), max((len(c.cells) for c in sheet.columns), default=0))
    set_print(page, words.say(f"kind.{sheet.kind}"))


def write_wide(
    page: Any, row: int, text: str, look: Any, widths: Sequence[float], *, size: int = 10
) -> None:
    """Write a text over as many columns as a line needs, and give the row its height.

    `size` is that of the letters in points.
    """
    last, total = 0, (widths[0] if widths else _FREE_WIDTH)
    while total < _BANNER_WIDTH:
        last += 1
        total += widths[last] if last < len(widths) else _FREE_WIDTH
    if last:
        page.merge_range(row, 0, row, last, "", look)
    page.write_string(row, 0, text, look)
    page.set_row(row, height_of(lines_of(text, total * 10 / size), size))


def height_of(lines: int, size: int = 10) -> float:
    """Height of a row of so many lines in letters of so many points."""
    return lines * size * 1.3 + 3


def write_link(
    page: Any, row: int, place: int, sheet: str, text: str, formats: Formats, **line: Any
) -> None:
    """A link to another sheet of the workbook; `line` is a border."""
    look = formats.get(font_color="#1b5a96", underline=1, **line)
    page.write_url(row, place, f"internal:'{sheet}'!A1", look, text)


def write_heading(page: Any, row: int, place: int, text: str, formats: Formats, *,
                  number: bool = False) -> None:  # fmt: skip
    """The heading of a column; that of numbers stands to the right, clear of the filter button."""
    side = {"align": "right", "indent": 2} if number else {}
    look = formats.get(bold=True, bottom=2, bg_color="#eef1f4", text_wrap=True, **side)
    page.write_string(row, place, text, look)


def _write_column(page: Any, place: int, column: Column, formats: Formats) -> None:
    write_heading(page, HEADER_ROW, place, column.heading, formats, number=column.is_number())
    # the prefix keeps a text a text when somebody edits the cell
    text = formats.get(text_wrap=True, quote_prefix=True)
    # "fill" cuts a long address at the edge; it neither wraps nor runs over its neighbours
    cut = formats.get(align="fill", quote_prefix=True)
    longest = column.width if column.holds_addresses() else MOST_CHARACTERS
    side = "right" if column.is_number() else "left"
    looks = dict.fromkeys(cell.look for cell in column.cells if isinstance(cell.value, float))
    numbers = {look: formats.get(num_format=look, align=side) for look in looks}
    for row, (value, shown) in enumerate(column.cells, start=HEADER_ROW + 1):
        if isinstance(value, str):
            page.write_string(row, place, value, text if len(value) <= longest else cut)
        elif value is not None:
            page.write_number(row, place, _Exact(value), numbers[shown])


def _set_heights(page: Any, columns: Sequence[Column]) -> None:
    """Rows get their height here: programs differ in finding it, and addresses take one line."""
    headings = [lines_of(column.heading, column.width - 4) for column in columns]
    page.set_row(HEADER_ROW, height_of(max(headings, default=1)))
    rows = zip(*(column.lines() for column in columns), strict=True)
    for row, lines in enumerate(rows, start=HEADER_ROW + 1):
        page.set_row(row, height_of(max(lines)))


def _set_up(page: Any, columns: int, rows: int) -> None:
    """Header and first column stay in sight; each column can be filtered."""
    page.freeze_panes(HEADER_ROW + 1, 1)
    if columns:
        page.autofilter(HEADER_ROW, 0, HEADER_ROW + rows, columns - 1)
        # codes such as 1.1 are texts on purpose
        below = (HEADER_ROW, 0, HEADER_ROW + rows, columns - 1)
        page.ignore_errors({"number_stored_as_text": _area(*below)})
        page.repeat_rows(HEADER_ROW)


def _area(top: int, left: int, bottom: int, right: int) -> str:
    from xlsxwriter.utility import xl_range

    return str(xl_range(top, left, bottom, right))


def set_print(page: Any, foot: str) -> None:
    """A4 across, as wide as the paper, with the kind and the page number at the foot."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    short = foot[:100].replace("&", "&&")  # Excel takes no foot of more than 255 characters
    page.set_footer(f"&L{short}&C&A&R&P / &N")
    page.hide_gridlines(2)
