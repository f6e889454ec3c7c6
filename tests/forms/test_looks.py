"""What a person meets who opens a written workbook: heights, colours, words, printing."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from planted_faults import FRAMEWORK

from asan_analysis.forms.template import write_template
from asan_analysis.forms.texts import COLUMNS, CONTENTS, SHEETS
from asan_analysis.report.texts import COLUMNS as REPORT

NEEDED, MAY_BE_EMPTY = "FFCFE2F1", "FFE3EDF5"


def test_rows_of_several_lines_have_their_height(tmp_path: Path) -> None:
    """Not every program finds the height of a row of wrapped text; then lines lie on lines."""
    framework = tmp_path / "weather.csv"
    long = "Müraciətin nəticəsi barədə vətəndaşa yazılı məlumat verilir və izah olunur"
    framework.write_text(FRAMEWORK.replace("Müddət dərc olunub", long), encoding="utf-8")
    write_template(tmp_path / "one.xlsx", framework=framework)
    book = load_workbook(tmp_path / "one.xlsx")
    about = book["About"]
    assert all(about.row_dimensions[row].height >= 2 * 13 for row in range(2, about.max_row + 1))
    heights = {book["Framework"].cell(row, 2).value: book["Framework"].row_dimensions[row].height
               for row in range(2, 9)}  # fmt: skip
    assert heights["1.2"] >= 3 * 13  # 74 letters in a column of 34
    assert heights["1.1"] is None  # rows of one line keep growing with what is written


def test_dark_headings_are_those_whose_cells_must_be_filled(tmp_path: Path) -> None:
    """The first sheet promises it; other names and successors of a body may stay empty."""
    write_template(tmp_path / "one.xlsx")
    head = {cell.value.split("\n")[1]: cell.fill.start_color.rgb
            for cell in load_workbook(tmp_path / "one.xlsx")["Bodies"][1]}  # fmt: skip
    assert head["Body id"] == head["Name (Azerbaijani)"] == NEEDED
    assert head["Other names (divided by ;)"] == MAY_BE_EMPTY


def test_the_first_sheet_links_to_every_other_and_says_what_it_holds(tmp_path: Path) -> None:
    """In both languages, under the name that the tab has."""
    write_template(tmp_path / "one.xlsx")
    book = load_workbook(tmp_path / "one.xlsx")
    first = book["Instructions"]
    links = {row[0].value: [cell.value for cell in row[1:3]]
             for row in first.iter_rows(min_row=2) if row[0].hyperlink}  # fmt: skip
    assert list(links) == book.sheetnames[1:]
    held = CONTENTS["answers"]
    assert links["Answers"] == [f"{SHEETS['answers']['az']}: {held['az']}", held["en"]]
    assert first["A2"].value == 1


def test_a_printed_sheet_is_one_page_wide_with_its_headings_on_each(tmp_path: Path) -> None:
    """But not a wide one, whose letters would be too small to read."""
    framework = tmp_path / "weather.csv"
    framework.write_text(FRAMEWORK, encoding="utf-8")
    write_template(tmp_path / "wide.xlsx", framework=framework, wide=True)
    book = load_workbook(tmp_path / "wide.xlsx")
    assert book["Bodies"].page_setup.orientation == "landscape"
    assert book["Bodies"].print_title_rows == "$1:$1"
    assert (book["Bodies"].page_setup.fitToWidth or 1) == 1
    assert book["Bodies"].sheet_properties.pageSetUpPr.fitToPage
    fit = book["Answers"].sheet_properties.pageSetUpPr
    assert fit is None or not fit.fitToPage


def test_workbook_and_report_name_edition_and_item_with_one_word() -> None:
    """One word an idea, also in Azerbaijani."""
    for column in ("edition_year", "item_id", "service_id", "organisation_id", "weight"):
        stem = REPORT[column][1][:6]
        assert COLUMNS[column]["az"].startswith(stem), column
