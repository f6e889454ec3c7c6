"""Services by words."""

import sys
import time

import numpy as np
import pandas as pd
import pytest
from build_scripts import ROOT

from asan_analysis.errors import DataError, ParameterError
from asan_analysis.register.search import COLUMNS, find_services

sys.path.insert(0, str(ROOT / "benchmarks"))
import service_search

SERVICES = pd.DataFrame(
    [
        ("birth", "a", "Doğum haqqında arayışın verilməsi", "Certificate of birth"),
        ("death", "a", "Ölüm haqqında arayışın verilməsi", "Certificate of death"),
        ("record", "a", "Doğumun qeydə alınması", "Registration of birth"),
        ("family", "b", "Ailə üzvləri haqqında arayış", "Certificate of family members"),
        ("child", "b", "Uşaqların bağçaya qəbulu", "Admission to kindergarten"),
        ("card", "c", "İtirilmiş smart kartın bərpası", "Restoring a lost smart card"),
        ("tax", "c", "Vergi ödəyicisinin uçota alınması", "Registration of a taxpayer"),
        ("none", "c", None, "Water"),
    ],
    columns=["service_id", "organisation_id", "name_az", "name_en"],
)


def first(words, most=1):
    return find_services(SERVICES, words, most=most)["service_id"].tolist()


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("dogum haqqinda arayis", "birth"),
        ("arayis haqqinda dogum", "birth"),
        ("DOĞUM HAQQINDA ARAYIŞ", "birth"),
        ("doqum arayıs", "birth"),
        ("olumun arayisi", "death"),
        ("kart itirilmis", "card"),
        ("vergi ode", "tax"),  # beginning of the last word
        ("usag", "child"),  # the stem as it is before an ending
        ("uşağın", "child"),
        ("certificat of famly", "family"),
        ("water", "none"),
    ],
)
def test_words_find_their_service(words, service):
    assert first(words)[0] == service


def test_a_beginning_counts_only_at_the_end_of_the_query():
    assert first("od vergi", most=5) == first("vergi", most=5)
    both = [find_services(SERVICES, words)["score"].iloc[0] for words in ("od vergi", "vergi od")]
    assert both[0] < both[1]


def test_the_whole_name_scores_100_and_a_word_that_meets_nothing_counts_against():
    assert find_services(SERVICES, "Doğumun qeydə alınması")["score"].iloc[0] == pytest.approx(100)
    assert (find_services(SERVICES, "doğum qqqzz")["score"] < 60).all()


def test_rare_words_weigh_more():
    """arayış stands in three names, smart in one: the one with the rare word is first."""
    assert first("arayış smart", most=2)[0] == "card"


def test_the_score_by_a_plain_calculation():
    """Two exact words of three; weights are ln(1 + names / names that meet) squared."""
    found = find_services(SERVICES, "vergi uçota qqqzz")
    rare = np.log1p(7) ** 2  # seven Azerbaijani names, each word met by one of them
    score = 90 * 2 * rare / (3 * rare) + 10 * 2 / 4
    assert found["score"].tolist() == pytest.approx([score])
    assert found["words"].tolist() == ["vergi;ucota"]
    assert found["lang"].tolist() == ["az"]


def test_nothing_found_is_an_empty_table_with_columns():
    found = find_services(SERVICES, "zzzqq")
    assert found.empty and list(found.columns) == list(COLUMNS)
    assert find_services(SERVICES.head(0), "doğum").empty


def test_rows_are_the_best_and_their_order_is_that_of_the_scores():
    found = find_services(SERVICES, "arayış", most=2)
    assert len(found) == 2 and found["score"].is_monotonic_decreasing
    same = pd.concat([SERVICES.head(1)] * 3).assign(service_id=["x", "y", "z"])
    assert find_services(same, "doğum")["service_id"].tolist() == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("services", "words", "most", "kind", "message"),
    [
        (SERVICES, " … ", 1, ParameterError, "words are empty"),
        (SERVICES, "doğum", 0, ParameterError, "most 0 is below 1"),
        (SERVICES.drop(columns="name_en"), "doğum", 1, DataError, "no column name_en"),
    ],
)
def test_refusals(services, words, most, kind, message):
    with pytest.raises(kind, match=message):
        find_services(services, words, most=most)


def test_planted_queries_find_real_services():
    services = pd.read_csv(ROOT / "data" / "asan_register" / "services.csv", dtype=str)
    judged = service_search.judge(services, 4, 120)
    assert (judged["place"] == 1).mean() > 0.93
    assert (judged["place"] <= 5).mean() > 0.97


def test_a_large_register_takes_little_time():
    """30,000 services in processor time, so that a busy machine does not fail it."""
    services = pd.read_csv(ROOT / "data" / "asan_register" / "services.csv", dtype=str)
    many = service_search.many_services(services, 30_000)
    start = time.process_time()
    find_services(many, "dogum haqqinda arayis")
    assert time.process_time() - start < 2
