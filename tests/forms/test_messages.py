"""Every fault of a workbook says its rule and its remedy in Azerbaijani too."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from planted_faults import plant_faults
from test_importing import REPORT

from asan_analysis.errors import DataError
from asan_analysis.forms.importing import import_workbook
from asan_analysis.forms.messages import say_both, translate


def test_planted_faults_are_told_in_both_languages(tmp_path: Path) -> None:
    """In the list of the marked copy and in the note of the cell; the CSV file stays English."""
    plant_faults(tmp_path / "faulty.xlsx")
    with pytest.raises(DataError):
        import_workbook(tmp_path / "faulty.xlsx", tmp_path / "out")
    with (tmp_path / "faulty.faults.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == REPORT.count("\n")
    untold = {text for row in rows for text in (row["rule"], row["remedy"]) if not translate(text)}
    assert untold == set()
    book = load_workbook(tmp_path / "faulty.marked.xlsx")
    listed = {row[0].value: row for row in book["Faults"].iter_rows(min_row=2)}
    assert listed["Answers!E7"][2].value == "iki cür oxuna bilər\ncan be read in two ways"
    assert listed["Answers!E7"][3].value == "1234 və ya 1.234 yazın\nwrite 1234 or 1.234"
    assert all(row[3].alignment.wrap_text for row in listed.values())
    assert "iki cür oxuna bilər" in book["Answers"]["E7"].comment.text


@pytest.mark.parametrize(
    ("english", "told"),
    [
        ("is empty", "boşdur"),
        ("title_en is empty", "title_en boşdur"),
        ("stands twice; first in Answers!C15", "təkrar yazılıb; ilk dəfə: Answers!C15"),
        ("is not the dataset that is decided, which is weather",
         "qərar verilən deyil; qərar verilən: weather"),
        ("write one of a, b, or add it to the sheet Categories",
         "bunlardan birini yazın: a, b; yaxud Categories vərəqinə əlavə edin"),
        ("is a rule of nowhere", ""),
    ],
)  # fmt: skip
def test_the_most_particular_text_is_taken(english: str, told: str) -> None:
    assert translate(english) == told


def test_a_text_that_is_not_listed_stays_in_english() -> None:
    assert say_both("is a rule of nowhere") == "is a rule of nowhere"
