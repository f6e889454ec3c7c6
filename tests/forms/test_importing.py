"""Filled workbooks: 20 planted faults and their report, dirty sheets, folders, nothing half."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from planted_faults import fill_template, plant_faults

from asan_analysis.cli import main
from asan_analysis.data.datasets import load_dataset
from asan_analysis.errors import DataError, ParameterError
from asan_analysis.forms.importing import Imported, import_workbook
from asan_analysis.forms.template import write_template

REPORT = """\
faulty.xlsx: 20 faults; nothing was imported
About!B5: 'syntetic' is not known; write one of observed, synthetic
Editions!F2: 'rule.toml' is no file of the sheet Rules; did you mean 'rules.toml'?
Rules!C2: 'aritmetic' is not known; write one of arithmetic, geometric, harmonic, power:<p>
Framework!D4: 'iki' is not a number; write it with a point, as 12.5
Bodies!C4: 'centrl' is not a category of the dataset; did you mean 'central'?
Services!C4: 'Buludlr Nazirliyi' is no id and no name of a body; did you mean 'clouds'?
Services!D5: name_az is empty; fill the cell
Answers!D5: 'bəlli' is none of bəli, xeyr, tətbiq olunmur, ...; did you mean 'bəli'?
Answers!E7: '1,234' can be read in two ways; write 1234 or 1.234
Answers!E8: '#N/A' is an error of the spreadsheet; correct the formula or write the value
Answers!E11: '=E7*2' is a formula without a computed value; \
open and save the file in a spreadsheet program, or write the value
Answers!C12: '2023-02-02' is a date where a code belongs; \
a spreadsheet turns codes such as 1.1 into dates; \
format the column as text and write the code again
Answers!B13: 'S33' is not in the sheet Services for that edition; did you mean 'S3'?
Answers!C14: '1.22' is not an item of weather.csv; did you mean '1.2'?
Answers!E15: '2023-05-01' is a date; a spreadsheet turns numbers such as 1.5 into dates; \
format the column as a number and write the value again
Answers!C18: '2023 / S3 / 2.1' stands twice; first in Answers!C15; keep one row for each key
Answers!E19: '1' contradicts the status, which says no; correct one of the two cells
Answers!D21: 'bəli' is merged across columns; undo the merge and fill each cell
Answers!E23: '1.5' is outside 0 to 1; write a share, or give the item a normalisation
Answers!B35: 'Cədvəl yoxlanıldı' stands alone in its row; \
complete the row, or move the note to another sheet"""


def read(folder: Path, change: Callable[[Workbook], None] = lambda book: None) -> Imported:
    """Import a filled template after a change."""
    path = folder / "filled.xlsx"
    book = fill_template(path)
    change(book)
    book.save(path)
    return import_workbook(path, folder / "weather")


def faults(folder: Path, change: Callable[[Workbook], None]) -> list[str]:
    """The lines of the faults of a filled template after a change."""
    with pytest.raises(DataError) as told:
        read(folder, change)
    assert not (folder / "weather").exists()
    return [line for line in str(told.value).splitlines()[1:]
            if not line.startswith(("all faults", "marked copy"))]  # fmt: skip


def rules(done: Imported) -> dict[str, list[str]]:
    """Accepted readings: cells by rule, examples left out."""
    found: dict[str, list[str]] = {}
    for one in done.accepted:
        if one.rule != "example":
            found.setdefault(one.rule, []).append(f"{one.sheet}!{one.cell}")
    return found


def test_twenty_planted_faults_are_all_reported_with_their_cells(tmp_path):
    plant_faults(tmp_path / "faulty.xlsx")
    before = (tmp_path / "faulty.xlsx").read_bytes()
    with pytest.raises(DataError) as told:
        import_workbook(tmp_path / "faulty.xlsx", tmp_path / "weather")
    lines = str(told.value).splitlines()
    assert "\n".join(lines[:-2]) == REPORT
    assert lines[-2:] == [f"all faults: {tmp_path / 'faulty.faults.csv'}",
                          f"marked copy: {tmp_path / 'faulty.marked.xlsx'}"]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {
        "faulty.xlsx", "weather.csv", "faulty.faults.csv", "faulty.marked.xlsx",
    }  # fmt: skip
    assert (tmp_path / "faulty.xlsx").read_bytes() == before
    with open(tmp_path / "faulty.faults.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [f"{row['sheet']}!{row['cell']}" for row in rows] == [
        line.split(": ")[0] for line in REPORT.splitlines()[1:]
    ]
    check_marked(tmp_path / "faulty.marked.xlsx", rows)


def check_marked(path: Path, rows: list[dict[str, str]]) -> None:
    """Faulty cells are red with a comment, all others are not; the list links to each."""
    book = load_workbook(path)
    places = {(row["sheet"], row["cell"]) for row in rows}
    red = set()
    for page in book.worksheets[1:]:
        for cells in page.iter_rows():
            for cell in cells:
                if cell.fill.start_color.rgb == "FFFFB3B3":
                    red.add((page.title, cell.coordinate))
                assert (cell.comment is not None) == ((page.title, cell.coordinate) in places)
    assert red == places
    assert "did you mean: bəli" in book["Answers"]["D5"].comment.text
    listed = book.worksheets[0]
    assert listed.title == "Faults" and listed.max_row == 21
    links = [listed.cell(number, 1).hyperlink.location for number in range(2, 22)]
    assert links == [f"'{row['sheet']}'!{row['cell']}" for row in rows]


def test_a_second_marked_copy_does_not_write_over_the_first(tmp_path):
    plant_faults(tmp_path / "faulty.xlsx")
    (tmp_path / "faulty.marked.xlsx").write_text("mine")
    with pytest.raises(DataError):
        import_workbook(tmp_path / "faulty.xlsx", tmp_path / "weather")
    assert (tmp_path / "faulty.marked.xlsx").read_text() == "mine"
    assert (tmp_path / "faulty.marked-2.xlsx").exists()


def test_a_filled_template_becomes_a_dataset(tmp_path):
    done = read(tmp_path)
    data = load_dataset(str(tmp_path / "weather"))
    assert done.counts == {"editions": 1, "bodies": 3, "services": 6, "answers": 24}
    assert rules(done) == {}
    answers = data.assessments.set_index(["service_id", "item_id"])
    assert answers.loc[("S1", "1.1"), "value"] == 1
    assert answers.loc[("S2", "1.1"), "value"] == 0
    assert answers.loc[("S3", "1.1"), "status"] == "not_applicable"
    assert answers.loc[("S6", "2.2"), "value"] == 8
    assert not list(tmp_path.glob("*marked*"))


def test_dirty_cells_are_read_and_told(tmp_path):
    def soil(book: Workbook) -> None:
        page = book["Answers"]
        page["D5"], page["D6"] = "  BƏLİ", "No"
        page["E7"], page["E11"], page["E15"] = "0,25", "50 %", 0.75
        page["E15"].number_format = "0%"
        page["D19"], page["D23"], page["E23"] = None, True, None
        page["B8"] = "S1\u00a0"
        page["A9"] = "2022-2023"
        book["Bodies"]["C5"] = "Yerli qurumlar"
        book["Services"]["C3"], book["Services"]["C4"] = "buludlar nazirliyi", "Buludlar Naz."
        book["About"]["B5"] = "süni"

    done = read(tmp_path, soil)
    assert rules(done) == {
        "word": ["About!B5", "Answers!D5", "Answers!D6"],
        "title_as_id": ["Bodies!C5"],
        "name_as_id": ["Services!C3", "Services!C4"],
        "spaces": ["Answers!B8"],
        "edition_label": ["Answers!A9"],
        "decimal_comma": ["Answers!E7"],
        "percent": ["Answers!E11", "Answers!E15"],
        "status_of_value": ["Answers!D19"],
        "logical": ["Answers!D23"],
    }
    data = load_dataset(str(tmp_path / "weather"))
    values = data.assessments.set_index(["service_id", "item_id"])["value"]
    assert values[[("S1", "2.1"), ("S2", "2.1"), ("S3", "2.1")]].tolist() == [0.25, 0.5, 0.75]
    assert values[("S5", "2.1")] == 1
    assert data.kind == "synthetic"
    with open(tmp_path / "weather" / "accepted.csv", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(done.accepted)
    assert any(line.startswith("2 x a percentage") for line in done.tell())


def test_headers_hidden_rows_and_merged_cells(tmp_path):
    def change(book: Workbook) -> None:
        page = book["Answers"]
        page.insert_rows(1, 3)  # a title, a blank row and a line of English headings
        page["A1"] = "Cavablar, 2023"
        page.merge_cells("A1:F1")
        for column, text in enumerate(("Edition year", "Service id", "Item id"), 1):
            page.cell(3, column).value = text
        page["D4"], page["E4"] = "Cavab növü / Status", "Qiymeti"
        page.row_dimensions[10].hidden = True
        page.row_dimensions[12].hidden = True
        page.column_dimensions["C"].hidden = True
        page.merge_cells("B8:B11")
        page.delete_cols(6, 4)

    done = read(tmp_path, change)
    found = rules(done)
    assert found["hidden_row"] == ["Answers!10:10", "Answers!12:12"]
    assert found["hidden_column"] == ["Answers!C:C"]
    assert found["merged_down"] == ["Answers!B8:B11"]
    assert found["heading"] == ["Answers!E4"]
    assert len(load_dataset(str(tmp_path / "weather")).assessments) == 24


def test_filters_hidden_and_unknown_sheets_are_told(tmp_path):
    def change(book: Workbook) -> None:
        book["Answers"].auto_filter.add_filter_column(3, ["bəli"])
        book["Services"].sheet_state = "hidden"
        book["Services"].title = "Xidmətlər"
        book["Bodies"].title = "Qurumlr"
        book.create_sheet("Qeydlər")["A1"] = "x"

    assert rules(read(tmp_path, change)) == {
        "hidden_sheet": ["Xidmətlər!"], "sheet_name": ["Qurumlr!"],
        "sheet_ignored": ["Qeydlər!"], "filtered": ["Answers!"],
    }  # fmt: skip


def test_facts_without_their_keys_are_refused(tmp_path):
    lines = faults(tmp_path, lambda book: book["About"].delete_cols(1))
    assert "About!A1: has no column key; add the column, or correct its heading" in lines


def test_further_faults_are_told_at_their_cells(tmp_path):
    def change(book: Workbook) -> None:
        book["Answers"].merge_cells("D5:D6")
        for sheet, cell, value in (
            ("Answers", "K7", "yoxla"), ("Answers", "B2", "S1"), ("Bodies", "D1", "Name"),
            ("Services", "B4", "S1"), ("Rules", "A8", "old.toml"), ("About", "B2", None),
            ("About", "A7", "publishr"), ("Framework", "C5", "P11"), ("Answers", "A6", 2031),
            ("Categories", "A3", "local office"),
        ):  # fmt: skip
            put(book, sheet, cell, value)

    absent = "is not in the sheet Services for that edition; add it there or correct this row"
    assert faults(tmp_path, change) == [
        "About: has no row publisher; add a row with that key",
        "About!B2: id is empty; fill the cell",
        "Categories!A3: 'local office' is not a code; use ascii letters, digits, '_', '-' and '.'",
        "Rules!A8: 'old.toml' is named by no edition; correct it here or in the sheet Editions",
        "Framework!C5: 'P11' is not a node; did you mean 'P1'?",
        "Bodies!D1: 'Name' is a doubtful heading; did you mean 'Adı (azərbaycanca)'?",
        "Bodies!C5: 'local' is not a category of the dataset; write one of central, local office, "
        "legal_entity, or add it to the sheet Categories",
        "Services!B4: '2023 / S1' stands twice; first in Services!B3; keep one row for each key",
        "Answers!A2: 'nümunə / example' marks an example and the row holds data; "
        "write the edition or the file instead of the mark",
        "Answers!D5: 'bəli' is merged with cells below it; undo the merge and fill each cell",
        "Answers!A6: '2031' is not in the sheet Editions; did you mean '2023'?",
        f"Answers!B6: 'S1' {absent}",
        "Answers!D6: status is empty; fill the cell",
        "Answers!K7: 'yoxla' stands outside the columns; "
        "give its column a heading, or move the note to another sheet",
        *(f"Answers!B{row}: 'S2' {absent}" for row in range(9, 13)),
    ]


def test_a_framework_file_that_is_not_there_is_told_once(tmp_path):
    assert faults(tmp_path, lambda book: put(book, "Editions", "E2", "frame.csv")) == [
        "Editions!E2: 'frame.csv' is no file of the sheet Framework; did you mean 'weather.csv'?"
    ]


def put(book: Workbook, sheet: str, cell: str, value: Any) -> None:
    book[sheet][cell] = value


def test_a_missing_sheet_and_a_missing_column_are_told(tmp_path):
    def change(book: Workbook) -> None:
        del book["Rules"]
        del book["Categories"]
        book["Services"].delete_cols(4)

    lines = faults(tmp_path, change)
    assert lines[:2] == ["Categories: is missing; add the sheet Categories (Kateqoriyalar); "
                         "`template` writes one",
                         "Rules: is missing; "
                         "add the sheet Rules (Qaydalar); `template` writes one"]  # fmt: skip
    assert "Services!A1: has no column name_az; add the column, or correct its heading" in lines


def test_an_unfilled_template_names_what_is_missing(tmp_path):
    write_template(tmp_path / "empty.xlsx")
    with pytest.raises(DataError) as told:
        import_workbook(tmp_path / "empty.xlsx", tmp_path / "out")
    for line in ("About!B2: id is empty; fill the cell",
                 "Editions!A2: edition_year is empty; fill the cell",
                 "Bodies: has no rows; add the rows below the header"):  # fmt: skip
        assert line in str(told.value).splitlines()


def test_wide_answers_are_read(tmp_path):
    def widen(book: Workbook) -> None:
        old = {row: cells for row, *cells in long_rows(book)}
        page = book.create_sheet("Cavablar")
        page.append(["Buraxılış ili", "Xidmət", "1.1\nQiymət dərc olunub", "Müddət dərc olunub",
                     "2.1", 2.2])  # fmt: skip
        page.append([2023, "S1", "Bəli", "n/a", "0,5", 12])
        page.append([2023, "S2", "xeyr", None, 1, "cavab yoxdur"])
        assert old
        del book["Answers"]

    done = read(tmp_path, widen)
    data = load_dataset(str(tmp_path / "weather"))
    found = data.assessments[["service_id", "item_id", "status", "value"]].fillna(-1)
    assert [tuple(row) for row in found.to_numpy().tolist()] == [
        ("S1", "1.1", "scored", 1), ("S1", "1.2", "not_applicable", -1),
        ("S1", "2.1", "scored", 0.5), ("S1", "2.2", "scored", 12),
        ("S2", "1.1", "scored", 0), ("S2", "2.1", "scored", 1), ("S2", "2.2", "not_answered", -1),
    ]  # fmt: skip
    assert rules(done) == {"word": ["Cavablar!C2", "Cavablar!D2"],
                           "decimal_comma": ["Cavablar!E2"]}  # fmt: skip


def long_rows(book: Workbook) -> list[tuple[Any, ...]]:
    return list(book["Answers"].iter_rows(min_row=5, values_only=True))


def test_a_fault_in_a_wide_sheet_names_its_own_cell(tmp_path):
    def widen(book: Workbook) -> None:
        page = book["Answers"]
        page.delete_rows(1, 40)
        for cells in (["Buraxılış ili", "Xidmət", "1.1", "2.1", "9.9"],
                      [2023, "S1", "bəlli", 2, None], [2023, "S1", "yes", None, None]):  # fmt: skip
            page.append(cells)

    assert faults(tmp_path, widen) == [
        "Answers!E1: '9.9' is no column and no item of the framework; "
        "correct the heading or remove the column",
        "Answers!C2: 'bəlli' is none of bəli, xeyr, tətbiq olunmur, ...; did you mean 'bəli'?",
        "Answers!D2: '2.0' is outside 0 to 1; write a share, or give the item a normalisation",
        "Answers!C3: '2023 / S1 / 1.1' stands twice; first in Answers!C2; "
        "keep one row for each key",
    ]


def split(folder: Path, change: Callable[[Workbook, str], None] = lambda book, body: None) -> Path:
    """One workbook for each body: the same facts, its own services and answers."""
    books = folder / "books"
    books.mkdir()
    for body, services in (("clouds", ("S1", "S2")), ("fog", ("S3", "S4")), ("dew", ("S5", "S6"))):
        book = fill_template(folder / "one.xlsx")
        for sheet in ("Services", "Answers"):
            page = book[sheet]
            for row in range(page.max_row, 1, -1):
                if page.cell(row, 2).value not in (*services, None):
                    page.delete_rows(row)
        change(book, body)
        book.save(books / f"{body}.xlsx")
    return books


def test_a_folder_of_workbooks_is_joined(tmp_path):
    books = split(tmp_path)
    (books / "old.marked.xlsx").write_text("no workbook")
    (books / "~$fog.xlsx").write_text("no workbook")
    done = import_workbook(books, tmp_path / "joined")
    assert done.counts == {"editions": 1, "bodies": 3, "services": 6, "answers": 24}
    whole = fill_template(tmp_path / "whole.xlsx")
    whole.save(tmp_path / "whole.xlsx")
    (tmp_path / "beside").mkdir()
    import_workbook(tmp_path / "whole.xlsx", tmp_path / "beside" / "weather")
    one, other = (load_dataset(str(tmp_path / name)) for name in ("joined", "beside/weather"))
    key = ["service_id", "item_id"]
    assert one.assessments.sort_values(key).reset_index(drop=True).equals(
        other.assessments.sort_values(key).reset_index(drop=True))  # fmt: skip
    assert one.about == other.about and len(one.organisations) == 3


def test_workbooks_that_disagree_are_told_by_name(tmp_path):
    def change(book: Workbook, body: str) -> None:
        if body == "fog":
            book["About"]["B7"] = "Somebody else"
            book["Framework"]["B8"] = "2.3"
            book["Services"]["B2"] = "S1"
            book["Answers"]["D5"] = "bəlli"

    with pytest.raises(DataError) as told:
        import_workbook(split(tmp_path, change), tmp_path / "joined")
    text = str(told.value)
    assert "fog.xlsx Answers!D5: 'bəlli'" in text
    assert "stands twice; first in clouds.xlsx Services!B2" in text
    assert "'publisher' stands twice; first in" in text
    assert "fog.xlsx Framework!B8: '2.3' stands in fog.xlsx and not in clouds.xlsx" in text
    assert (tmp_path / "books" / "fog.marked.xlsx").exists()
    assert (tmp_path / "books" / "faults.csv").exists()
    assert not (tmp_path / "joined").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty; give a filled workbook"),
        (b"PK\x03\x04 nothing", "is damaged, or is no .xlsx workbook; open it"),
        (b"Ad;Bal", "the file is no .xlsx workbook; open it"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
            "locked with a password, or is an older",
        ),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content, told):
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(told)) as error:
        import_workbook(tmp_path / "x.xlsx", tmp_path / "out")
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["x.xlsx"]


def test_a_workbook_without_a_filled_cell_is_refused_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no project here
    Workbook().save("blank.xlsx")
    with pytest.raises(ParameterError, match=r"blank\.xlsx: the workbook is empty"):
        import_workbook(Path("blank.xlsx"), tmp_path / "out")
    book = Workbook()
    book.active.append(["Qurum", "Xidmət"])
    book.save("foreign.xlsx")
    with pytest.raises(ParameterError, match=r"another layout.*needs --dataset"):
        import_workbook(Path("foreign.xlsx"), tmp_path / "out")


@pytest.mark.parametrize("name", ["dew.xls", "dew.ODS"])
def test_a_folder_leaves_no_spreadsheet_out_in_silence(tmp_path, name):
    fill_template(tmp_path / "one.xlsx").save(tmp_path / "one.xlsx")
    (tmp_path / name).write_bytes(b"other")
    with pytest.raises(ParameterError, match=f"{name}: not an .xlsx workbook"):
        import_workbook(tmp_path, tmp_path / "out")


def test_faults_of_a_folder_name_their_workbook_even_where_it_is_one(tmp_path):
    books = split(tmp_path, lambda book, body: put(book, "Answers", "D5", "bəlli")
                  if body == "fog" else None)  # fmt: skip
    with pytest.raises(DataError, match=r"\nfog\.xlsx Answers!D5: 'bəlli' is none of"):
        import_workbook(books, tmp_path / "joined")


def test_an_empty_template_tells_each_empty_sheet_once(tmp_path):
    write_template(tmp_path / "empty.xlsx")
    with pytest.raises(DataError) as error:
        import_workbook(tmp_path / "empty.xlsx", tmp_path / "out")
    for sheet in ("Framework", "Bodies", "Services"):
        assert f"\n{sheet}: has no rows; add the rows below the header" in str(error.value)
    assert "write one of \n" not in str(error.value)


def test_a_workbook_without_answers_is_imported_and_says_so(tmp_path):
    done = read(tmp_path, lambda book: book["Answers"].delete_rows(2, 400))
    assert done.tell()[-1].startswith("there are no answers yet")
    assert not any("no answers" in line for line in done.tell()[:-1])


def test_places_that_do_not_suit_are_refused(tmp_path):
    fill_template(tmp_path / "a.xlsx")
    (tmp_path / "there").mkdir()
    (tmp_path / "a.csv").write_text("x")
    for source, to, told in (
        ("a.xlsx", "there", "exists already"), ("a.xlsx", "none/out", "there is no folder"),
        ("b.xlsx", "out", "no such file"), ("a.csv", "out", "is not an .xlsx"),
        ("there", "out", "has no .xlsx workbook"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=told.replace(".", r"\.")):
            import_workbook(tmp_path / source, tmp_path / to)
    assert not list((tmp_path / "there").iterdir())


def test_the_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["template"]) == 0
    assert (tmp_path / "asan_template.xlsx").exists()
    assert main(["template", "--wide"]) == 1
    assert "--wide needs --framework" in capsys.readouterr().err
    plant_faults(tmp_path / "faulty.xlsx")
    assert main(["import", "faulty.xlsx", "--to", "weather"]) == 1
    assert "20 faults; nothing was imported" in capsys.readouterr().err
    fill_template(tmp_path / "filled.xlsx")
    assert main(["import", "filled.xlsx", "--to", "weather"]) == 0
    assert "weather: 1 editions, 3 bodies" in capsys.readouterr().out
    assert main(["check", "./weather"]) == 0
    wide = ["template", "--framework", "weather.csv", "--wide", "--output", "wide.xlsx"]
    assert main(wide) == 0
    headings = [cell.value for cell in load_workbook("wide.xlsx")["Answers"][1]]
    assert headings[2] == "1.1\nQiymət dərc olunub" and len(headings) == 6
