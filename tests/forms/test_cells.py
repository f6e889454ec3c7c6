"""Readings of dirty cells: each accepted one, and each that is refused."""

from __future__ import annotations

import datetime

import pytest

from asan_analysis.forms.answers import SHARE, Scale, list_scales, read_answer
from asan_analysis.forms.cells import Known, Percent, Raw, Word, clean, read_cell, suggest
from asan_analysis.forms.literals import read_literal, show_literal, write_toml
from asan_analysis.forms.texts import WORDS


def text(value: str) -> Raw:
    return Raw("text", value)


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("bəli", "yes"), ("BƏLİ", "yes"), ("Beli", "yes"), (" Bəli\u00a0", "yes"), ("hə", "yes"),
        ("Yes", "yes"), ("YES", "yes"), ("yEs", "yes"), ("xeyr", "no"), ("XEYR", "no"),
        ("Xeyir", ""), ("NO", "no"), ("Tətbiq  olunmur", "not_applicable"),
        ("TETBIQ OLUNMUR", "not_applicable"), ("tətbiq\u200b olunmur", "not_applicable"),
        ("nr", "not_applicable"), ("NR", "not_applicable"), ("n/a", "not_applicable"),
        ("N/A", "not_applicable"), ("na", "not_applicable"), ("not applicable", "not_applicable"),
        ("cavab yoxdur", "not_answered"), ("No answer", "not_answered"), ("scored", "scored"),
        ("qiymetlendirilib", "scored"), ("bəlli", ""), ("yesno", ""), ("-", ""),
    ],
)  # fmt: skip
def test_a_status_is_read_in_any_case_with_and_without_letters(written, word):
    read = read_cell(text(written), "status", Known())
    assert (read.value.word if isinstance(read.value, Word) else "") == word
    assert bool(read.rule) == (word == "")


def test_a_listed_word_is_not_told_and_another_form_is():
    assert read_cell(text("bəli"), "status", Known()).told == ""
    assert read_cell(text("Bəli"), "status", Known()).told == "word"


def test_a_refused_word_names_the_list_and_the_nearest():
    read = read_cell(text("bəlli"), "status", Known())
    assert read.rule == "is none of bəli, xeyr, tətbiq olunmur, ..."
    assert read.suggestion == "bəli"
    assert read_cell(text("xyz"), "status", Known()).suggestion == ""


@pytest.mark.parametrize(
    ("raw", "value", "told"),
    [
        (Raw("number", 0.5), 0.5, ""),
        (text("0.5"), 0.5, "number_as_text"),
        (text("0,5"), 0.5, "decimal_comma"),
        (text("0,125"), 0.125, "decimal_comma"),
        (text("12,5"), 12.5, "decimal_comma"),
        (text("−3"), -3.0, "number_as_text"),
        (text("1e-3"), 0.001, "number_as_text"),
        (text("\u00a01\u200b"), 1.0, "number_as_text"),
        (text("50 %"), Percent(0.5), "percent"),
        (text("33,3%"), Percent(0.333), "percent"),
        (Raw("percent", 0.5), Percent(0.5), "percent"),
        (Raw("logical", True), Word("yes"), "logical"),
    ],
)
def test_a_value_is_read(raw, value, told):
    read = read_cell(raw, "answer", Known())
    assert (read.value, read.told, read.rule) == (value, told, "")


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (text("1,234"), "can be read in two ways"),
        (text("-1,234"), "can be read in two ways"),
        (text("1.234,5"), "is a number with signs between its digits"),
        (text("1 234"), "is a number with signs between its digits"),
        (text("1,234,567"), "is a number with signs between its digits"),
        (text("5 bal"), "is not a number"),
        (Raw("moment", datetime.datetime(2023, 5, 1)),
         "is a date; a spreadsheet turns numbers such as 1.5 into dates"),
        (Raw("error", "#DIV/0!"), "is an error of the spreadsheet"),
        (Raw("formula", "=A1"), "is a formula without a computed value"),
    ],
)  # fmt: skip
def test_a_value_with_two_readings_or_none_is_refused(raw, rule):
    read = read_cell(raw, "answer", Known())
    assert (read.value, read.rule) == (None, rule)
    assert read.remedy


@pytest.mark.parametrize(
    ("raw", "reading", "value", "told"),
    [
        (text("  a  b "), "text", "a  b", "spaces"),
        (text("  S\u200b1  x "), "code", "S1 x", "spaces"),
        (Raw("number", 1.1), "code", "1.1", "text_as_number"),
        (Raw("number", 1.1, 2), "code", "1.10", "text_as_number"),
        (Raw("number", 7), "text", "7", "text_as_number"),
        (Raw("moment", datetime.datetime(2023, 5, 1)), "text", "2023-05-01", "date_as_text"),
        (text("2022-2023"), "edition", 2023, "edition_label"),
        (text("2023"), "edition", 2023, "number_as_text"),
        (text("Mərkəzi qurumlar"), "category", "central", "title_as_id"),
        (text("BULUDLAR NAZİRLİYİ"), "body", "clouds", "name_as_id"),
        (text("unknown"), "body", "unknown", ""),
        (text("BƏLİ"), "yes_no", "yes", "word"),
        (text("[0, 100]"), "literal", [0, 100], ""),
        (Raw("number", 2.0), "literal", 2, ""),
        (None, "number", None, ""),
    ],
)
def test_other_columns(raw, reading, value, told):
    known = Known(editions={"2022 2023": 2023}, categories={"merkezi qurumlar": "central"},
                  bodies={"buludlar nazirliyi": "clouds"})  # fmt: skip
    read = read_cell(raw, reading, known)
    assert (read.value, read.told, read.rule) == (value, told, "")


@pytest.mark.parametrize(
    ("raw", "reading"),
    [
        (Raw("moment", datetime.datetime(2023, 1, 1)), "code"),
        (Raw("moment", datetime.datetime(2023, 1, 1)), "edition"),
        (Raw("number", 1.5), "integer"),
        (Raw("number", 1), "status"),
        (Raw("percent", 0.5), "number"),
        (text("a\x85b"), "text"),
    ],
)
def test_what_other_columns_refuse(raw, reading):
    assert read_cell(raw, reading, Known()).rule


def test_no_two_words_share_a_form():
    forms = [form for words in WORDS.values() for form in words]
    assert len(set(forms)) == len(forms)


def test_of_two_equally_near_nothing_is_suggested():
    assert suggest("S9", ["S1", "S2"]) == ""
    assert suggest("S33", ["S1", "S3"]) == "S3"


def test_spaces_and_suggestions():
    assert clean(" a\u00a0\u00a0b\u200b\n c ") == "a b c"
    assert suggest("centrl", ["central", "local"]) == "central"


DAYS = Scale(0.0, 0.0, share=False, words=False)
POINTS = Scale(0.0, 100.0, share=False)


@pytest.mark.parametrize(
    ("status", "value", "scale", "found"),
    [
        ("bəli", None, SHARE, ("scored", 1.0)),
        ("xeyr", None, SHARE, ("scored", 0.0)),
        (None, "bəli", SHARE, ("scored", 1.0)),
        ("scored", "no", SHARE, ("scored", 0.0)),
        ("bəli", 1.0, SHARE, ("scored", 1.0)),
        (None, 0.25, SHARE, ("scored", 0.25)),
        (None, "NR", SHARE, ("not_applicable", None)),
        ("cavab yoxdur", None, DAYS, ("not_answered", None)),
        ("scored", 12.0, DAYS, ("scored", 12.0)),
        ("bəli", None, POINTS, ("scored", 100.0)),
        (None, None, SHARE, (None, None)),
    ],
)
def test_status_and_value_make_an_answer(status, value, scale, found):
    raw = text(value) if isinstance(value, str) else value and Raw("number", value)
    answer = read_answer(text(status) if status else None, raw, scale, wide=False)
    assert (answer.status, answer.value) == found
    assert answer.faults == ()


@pytest.mark.parametrize(
    ("status", "value", "scale", "column"),
    [
        ("bəli", Raw("number", 0.0), SHARE, "value"),
        ("tətbiq olunmur", text("bəli"), SHARE, "value"),
        ("bəli", None, DAYS, "status"),
        ("scored", Raw("percent", 0.5), DAYS, "value"),
        ("maybe", None, SHARE, "status"),
    ],
)
def test_contradictions_are_refused(status, value, scale, column):
    answer = read_answer(text(status), value, scale, wide=False)
    assert answer.status is None
    assert [name for name, _ in answer.faults] == [column]


def test_yes_is_worth_what_the_item_says():
    import pandas as pd

    rows = [("T", None, None, None, None, 1), ("a", "T", None, None, None, 1),
            ("b", "T", "goalposts", 0, 100, 1), ("c", "T", "goalposts", 0, 30, -1),
            ("d", "T", "zscore", None, None, 1)]  # fmt: skip
    columns = ["node_id", "parent_id", "normalisation", "lower", "upper", "direction"]
    scales = list_scales(pd.DataFrame(rows, columns=columns, dtype=object), {})
    assert scales == {"a": SHARE, "b": POINTS, "c": DAYS, "d": DAYS}


@pytest.mark.parametrize(
    "value", ["", "exclude", "2", 2, 0.0, True, "true", [0, 100], {"0": 2}, "a\nb", '"q"', " a",
              "inf", "x # y", [], {}, 1e-300, "2023-01-01", [{"do": "screen", "least": 0.65}]],
)  # fmt: skip
def test_a_value_of_toml_survives_its_cell_and_its_file(value):
    import tomllib

    shown = show_literal(value)
    back = read_literal(shown) if isinstance(shown, str) else shown
    assert back == value and type(back) is type(value)
    again = tomllib.loads(write_toml({"x y": value}))["x y"]
    assert again == value and type(again) is type(value)
