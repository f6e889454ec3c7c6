"""A filled template of invented bodies, whole or with 20 planted faults.

`python tests/planted_faults.py FOLDER` writes both; `asan-analysis import` then shows the report.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from asan_analysis.forms.template import write_template

FRAMEWORK = """node_id,parent_id,weight,normalisation,lower,upper,direction,name_az,name_en
index,,1,,,,,Ümumi bal,Overall score
P1,index,1,,,,,Məlumat,Information
1.1,P1,1,,,,,Qiymət dərc olunub,The fee is published
1.2,P1,1,,,,,Müddət dərc olunub,The time is published
P2,index,1,,,,,Müraciət,Application
2.1,P2,1,,,,,Müraciət onlayndır,The application is online
2.2,P2,1,goalposts,0,30,-1,Gözləmə günləri,Days of waiting
"""
ABOUT = {
    "id": "weather",
    "title_az": "Hava qurumları",
    "title_en": "Bodies of weather",
    "kind": "synthetic",
    "publisher": "Heç kim",
    "licence": "CC0",
    "citation": "Trial.",
}
BODIES = [
    (2023, "clouds", "central", "Buludlar Nazirliyi", "Ministry of Clouds", "BN", None),
    (2023, "fog", "central", "Duman Agentliyi", "Fog Agency", None, None),
    (2023, "dew", "local", "Şeh İdarəsi", "Dew Office", None, None),
]
SERVICES = [
    (2023, f"S{number}", body, f"{what} pasportu", f"{what} passport", None)
    for number, (body, what) in enumerate(
        [("clouds", "Bulud"), ("clouds", "Yağış"), ("fog", "Duman"), ("fog", "Çən"),
         ("dew", "Şeh"), ("dew", "Qırov")], 1)
]  # fmt: skip
ITEMS = ("1.1", "1.2", "2.1", "2.2")


def answers() -> list[tuple[Any, ...]]:
    """A row for each answer: edition, service, item, status, value."""
    rows: list[tuple[Any, ...]] = []
    for place, service in enumerate(one[1] for one in SERVICES):
        words = ["bəli", "xeyr", "tətbiq olunmur", "cavab yoxdur"]
        rows += [(2023, service, item, words[(place + number) % 4], None)
                 for number, item in enumerate(ITEMS[:2])]  # fmt: skip
        rows += [(2023, service, "2.1", "qiymətləndirilib", 0.25 * (place % 4 + 1)),
                 (2023, service, "2.2", "qiymətləndirilib", 3.0 + place)]  # fmt: skip
    return rows


def fill_template(path: Path) -> Workbook:
    """The template of the framework above, filled; the examples stay. Answers begin in row 5."""
    framework = path.with_name("weather.csv")
    framework.write_text(FRAMEWORK, encoding="utf-8")
    path.unlink(missing_ok=True)
    write_template(path, framework=framework)
    book = load_workbook(path)
    for row in book["About"].iter_rows(min_row=2):
        if row[0].value in ABOUT:
            row[1].value = ABOUT[row[0].value]
    for column, value in zip("ABC", (2023, "2022-2023", "2022-2023"), strict=True):
        book["Editions"][f"{column}2"] = value
    for sheet, rows in (("Bodies", BODIES), ("Services", SERVICES), ("Answers", answers())):
        page = book[sheet]
        first = 5 if sheet == "Answers" else 3
        for number, cells in enumerate(rows, first):
            for column, value in enumerate(cells, 1):
                page.cell(number, column).value = value
    book.save(path)
    return book


def plant_faults(path: Path) -> None:
    """The same workbook with 20 faults of different kinds."""
    book = fill_template(path)
    about, editions, rules = book["About"], book["Editions"], book["Rules"]
    framework, bodies, services, page = (
        book["Framework"], book["Bodies"], book["Services"], book["Answers"],
    )  # fmt: skip
    about["B5"] = "syntetic"  # 1 a word that is not known
    editions["F2"] = "rule.toml"  # 2 a file that no sheet holds
    rules["C2"] = "aritmetic"  # 3 a method that does not exist
    framework["D4"] = "iki"  # 4 a word where a number belongs
    bodies["C4"] = "centrl"  # 5 a category that is not known
    services["C4"] = "Buludlr Nazirliyi"  # 6 a body by a name that is not quite its own
    services["D5"] = None  # 7 an empty name
    page["D5"] = "bəlli"  # 8 a word that is none of the list
    page["E7"] = "1,234"  # 9 a number with two readings
    page["E8"] = "#N/A"  # 10 an error of the spreadsheet
    page["E8"].data_type = "e"
    page["E11"] = "=E7*2"  # 11 a formula without a computed value
    page["E15"] = datetime.date(2023, 5, 1)  # 12 a number turned into a date
    page["C12"] = datetime.date(2023, 2, 2)  # 13 a code turned into a date
    page["B13"] = "S33"  # 14 a service that is not known
    page["C14"] = "1.22"  # 15 an item that is not known
    page["B18"], page["C18"] = "S3", "2.1"  # 16 an answer that stands twice
    page["D19"], page["E19"] = "xeyr", 1  # 17 a value that contradicts its word
    page["E23"] = 1.5  # 18 a share above 1
    page["B35"] = "Cədvəl yoxlanıldı"  # 19 a note below the table
    page.merge_cells("D21:E21")  # 20 cells merged across columns
    book.save(path)


def main() -> None:
    """Write the filled template and the one with faults."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    fill_template(folder / "filled.xlsx")
    plant_faults(folder / "faulty.xlsx")
    print(f"{folder / 'filled.xlsx'}\n{folder / 'faulty.xlsx'}")


if __name__ == "__main__":
    main()
