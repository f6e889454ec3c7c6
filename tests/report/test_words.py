"""Texts stand in both languages and numbers follow the language."""

import string

import pandas as pd
import pytest

from asan_analysis.errors import ReportError
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.sentences import VALUES
from asan_analysis.report.texts import CATEGORY_NAMES, COLUMNS, TEXTS
from asan_analysis.report.words import Words


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_need_the_same_values(key):
    english, azerbaijani = TEXTS[key]
    assert placeholders(english) == placeholders(azerbaijani)
    assert english.strip()
    assert azerbaijani.strip()


@pytest.mark.parametrize("table", [COLUMNS, CATEGORY_NAMES], ids=["columns", "categories"])
def test_every_label_has_both_languages(table):
    assert all(len(texts) == len(LANGUAGES) and all(texts) for texts in table.values())


def test_every_described_name_has_its_texts():
    for name in VALUES:
        assert name in TEXTS or f"{name}.title" in TEXTS


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "12,345.68"), ("az", "12.345,68")], ids=["en", "az"]
)
def test_numbers_follow_the_language(lang, text):
    assert Words(lang).number(12345.678, 2) == text


def test_a_missing_number_is_a_dash_and_never_zero():
    for missing in (float("nan"), pd.NA, None):
        assert Words("en").number(missing, 2) == "–"
        assert Words("en").percent(missing) == "–"
        assert Words("en").cell(missing, "score_percent", 2) == "–"


def test_a_small_p_is_never_zero():
    assert Words("en").cell(1e-9, "p_adjusted", 3) == "<0.001"
    assert Words("az").cell(0.0004, "p", 3) == "<0,001"
    assert Words("en").cell(0.0005, "p", 3) == "0.001"
    assert Words("en").cell(0.05, "p", 1) == "0.1"
    assert Words("en").cell(1e-9, "effect", 3) == "0.000"


def test_changes_can_carry_their_sign():
    assert Words("en").number(1.5, 1, sign=True) == "+1.5"
    assert Words("az").number(-1.5, 1, sign=True) == "-1,5"


def test_codes_become_names_and_printed_cycles_stay_as_printed():
    words = Words("en", {"a": "Alpha", "2018": "2017-2018"})
    assert words.cell("a", "organisation_id", 2) == "Alpha"
    assert words.cell("2018", "printed_cycle", 2) == "2018"
    assert words.cell(2018, "edition_year", 2) == "2017-2018"
    assert words.cell("2018;a", "possible_editions", 2) == "2017-2018 / Alpha"


def test_remarks_stand_with_commas_and_numbers_of_unknowns_stay():
    words = Words("en", {"weak": "weak link", "floor": "at the bottom", "U1": "wrong"})
    assert words.cell("floor weak", "flag", 2) == "at the bottom, weak link"
    assert words.cell("", "flag", 2) == ""
    assert words.cell("U1;U22", "unknown", 2) == "U1, U22"


def test_a_missing_text_or_value_is_an_error_that_says_where_to_add_it():
    with pytest.raises(ReportError, match=r"report/az\.po"):
        Words("en").say("no.such.key")
    with pytest.raises(ReportError, match="label"):
        Words("en").say("page.title")
