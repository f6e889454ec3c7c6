"""Azerbaijani letters: both letters i, marks, quotes and signs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asan_analysis.data.names import collation_key, fold, lower


@pytest.mark.parametrize(
    ("text", "told"),
    [("İŞIQ", "işıq"), ("IĞDIR", "ığdır"), ("i\u0307ş", "i\u0307ş"), ("ƏÇÖÜ", "əçöü")],
)
def test_lower_case_keeps_the_two_letters_apart(text, told):
    assert lower(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("“Azərişıq” ASC", "azerisiq asc"),
        ("AZƏRİŞIQ", "azerisiq"),
        ("İ\u0307stehsalat", "istehsalat"),  # a dot more than the letter needs
        ("Elm və Təhsil Nazirliyi", "elm ve tehsil nazirliyi"),
        ("Bakı şəhəri, Binəqədi r.", "baki seheri bineqedi r"),
        ("sən’ət", "senet"),
        ("«Azəriqaz»\u00a0İB", "azeriqaz ib"),
        ("  çay–ğöl\tüzrə  ", "cay gol uzre"),
        ("Straße Łódź Ørsted", "strasse lodz orsted"),
        ("Υπουργείο", "υπουργειο"),
        ("…", ""),
    ],
)
def test_names_are_folded(text, told):
    assert fold(text) == told


@example("𝐀ŉ ﬁ ǰ")
@given(st.text())
def test_a_folded_name_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


def test_names_are_listed_by_the_azerbaijani_alphabet():
    for letters in ("abcçdeəfgğhxıijkqlmnoöprsştuüvwyz", "ABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVWYZ"):
        assert sorted(reversed(letters), key=collation_key) == list(letters)


def test_spaces_and_digits_stand_before_letters_and_foreign_letters_by_their_plain_one():
    names = ["Zal", "É", "Su idarəsi", "2 nömrəli zal", "Suxanə", "Ev", "“Ev”"]
    told = ["2 nömrəli zal", "Ev", "“Ev”", "É", "Su idarəsi", "Suxanə", "Zal"]
    assert sorted(names, key=collation_key) == told
