"""The command `explain`: one screen of text whose parts add up."""

import re
from functools import cache

import pandas as pd
import pytest
from small_dataset import dataset, edition

from asan_analysis.cli import main
from asan_analysis.data import datasets
from asan_analysis.drivers.plans import Plan
from asan_analysis.report.explain import tell_plan
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.texts import TEXTS
from asan_analysis.report.words import Words

BODY = "buttons_committee"
ANSWERS: dict[tuple[str, ...], str] = {}
load_once = cache(datasets.load_dataset)


@pytest.fixture(autouse=True)
def read_once(monkeypatch):
    """Each dataset is read once for all tests."""
    monkeypatch.setattr(datasets, "load_dataset", load_once)


def explain(capsys, *more: str, organisation: str = BODY, dataset: str = "asan_sample") -> str:
    """What the command prints; each question is asked once for all tests."""
    asked = ("--dataset", dataset, "--organisation", organisation, *more)
    if asked not in ANSWERS:
        code = main(["explain", "--year", "2023", *asked])
        told = capsys.readouterr()
        assert code == 0, told.err
        ANSWERS[asked] = told.out
    return ANSWERS[asked]


def numbers_of(line: str) -> list[float]:
    """Numbers with two decimals at the end of a line of the table."""
    return [float(one) for one in re.findall(r"(?<=\s)[+-]?\d+\.\d\d\b", line[44:])]


@pytest.mark.parametrize("against", ["mean", "leader", "next", "previous", "dewdrops_agency"])
def test_the_parts_add_up_as_printed(capsys, against):
    """Gaps of the parts add up to the gap of the whole, each rounded to two digits."""
    lines = explain(capsys, "--against", against).splitlines()
    assert len(lines) <= 27 and all(len(line) <= 120 for line in lines)
    start = next(n for n, line in enumerate(lines) if line.startswith("Part"))
    end = next(n for n, line in enumerate(lines) if line.startswith("All"))
    rows = [numbers_of(line) for line in lines[start + 1 : end]]
    whole = numbers_of(lines[end])
    assert len(rows) == 7
    for column, total in enumerate(whole):
        assert sum(row[column] for row in rows) == pytest.approx(total, abs=0.04)
    assert sum(whole[1:]) == pytest.approx(whole[0], abs=0.02)
    own, other, gap = re.findall(r"[+-]?\d+\.\d\d", lines[1])
    assert float(own) - float(other) == pytest.approx(float(gap), abs=0.011)
    assert whole[0] == float(gap)


def test_the_kind_of_the_data_comes_first(capsys):
    assert explain(capsys).startswith("Synthetic: ")
    told = explain(capsys, organisation="AL", dataset="egov_benchmark_2023")
    assert told.startswith("Observed: ")


def test_azerbaijani_has_its_own_words_and_commas(capsys):
    told = explain(capsys, "--lang", "az")
    assert told.startswith("Süni: ")
    assert "Cəmi" in told and "Gap" not in told
    assert re.search(r"[+-]\d+,\d\d", told)


def words_in(text: str) -> set[str]:
    """Words of three letters and more; codes, such as `4.1.3` and `buttons_committee`, are none."""
    plain = re.sub(r"\w*[\d_]\w*", " ", text)
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", plain)}


def test_the_search_for_english_words_can_fail():
    assert words_in("Part 4.1.3 from_scores: Gap +1.2 buttons_committee in") == {"part", "gap"}


@pytest.mark.parametrize("against", ["mean", "leader", "next", "previous", "dewdrops_agency"])
def test_no_english_word_is_left_in_the_azerbaijani_answer(capsys, against):
    """Names, labels, headings, the list to the next place: what both share is a word of both."""
    english, azerbaijani = (
        words_in(explain(capsys, "--against", against, *more)) for more in ([], ["--lang", "az"])
    )
    assert len(english) > 60
    assert english & azerbaijani <= {"plan"}


@pytest.mark.parametrize(
    ("body", "against", "code"),
    [
        ("nobody", "mean", "unknown_body"),
        (BODY, "nobody", "unknown_body"),
        (BODY, BODY, "itself"),
        ("laughter_committee", "next", "first"),
        ("laughter_committee", "leader", "first"),
    ],
)
def test_what_cannot_be_explained_is_told_in_azerbaijani_too(capsys, body, against, code):
    """One line with the reason, and with codes as they are written on the command line."""
    asked = ["explain", "--year", "2023", "--organisation", body, "--against", against]
    told = {}
    for lang in LANGUAGES:
        assert main([*asked, "--lang", lang]) == 1
        told[lang] = capsys.readouterr().err.strip()
    assert TEXTS[f"refused.{code}"][1] in told["az"]
    assert len(told["az"].splitlines()) == 1
    codes = {"asan", "analysis", "mean", "leader", "next", "previous", "nobody"}
    assert words_in(told["en"]) & words_in(told["az"]) <= codes


def test_no_edition_before_is_told_in_azerbaijani(capsys):
    assert main(["explain", "--year", "2017", "--organisation", BODY, "--against", "previous",
                 "--lang", "az"]) == 1  # fmt: skip
    assert TEXTS["refused.no_baseline"][1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--organisation", "nobody"], "'nobody' is not in the edition"),
        (["--organisation", BODY, "--against", "nobody"], "nobody"),
        (["--organisation", BODY, "--against", BODY], "itself"),
        (["--organisation", "AL", "--dataset", "egov_benchmark_2023", "--against", "previous"],
         "before 2023"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_is_one_message(capsys, more, told):
    assert main(["explain", "--year", "2023", *more]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert len(error.strip().splitlines()) == 1


def test_the_list_to_the_next_place_is_four_lines_and_the_number_of_the_rest(capsys):
    """Nine answers: the largest gains first; the lines shown and the rest make all of them."""
    lines = explain(capsys, organisation="AL", dataset="egov_benchmark_2023").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Next place (Serbia)"))
    listed, more = lines[start + 1 : -1], lines[-1]
    assert all(len(line) <= 100 for line in lines[start + 1 :])
    gains = [float(line.split()[0]) for line in listed]
    assert len(gains) == 4 and gains == sorted(gains, reverse=True)
    needed, answers = re.search(r": ([\d.]+) points away\. (\d+) of", lines[start]).groups()
    assert int(re.search(r"and (\d+) more", more)[1]) + 4 == int(answers)
    assert sum(gains) < float(needed), "the lines that are shown are not enough alone"


def test_who_is_first_has_no_list_and_is_told_why(capsys):
    told = explain(capsys, organisation="MT", dataset="egov_benchmark_2023")
    assert told.splitlines()[-1] == "No list of answers to the next place: nobody stands higher"


SMALL = dataset(edition(2021, {"s": {"x": 1.0}}))
LIST = pd.DataFrame(
    {"service_id": "s", "item_id": ["x", "y", "x", "y", "x"], "gain": [3.0, 2.5, 1.0, 0.5, 0.25],
     "rival": "b", "target": 80.0, "score_before": 73.5, "left_out": 0, "proved": "yes",
     "unmet": 12}
)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("size", "more"), [(1, 0), (4, 0), (5, 1)])
def test_a_list_shows_four_answers_and_counts_the_others(lang, size, more):
    words = Words(lang, {"b": "Beta", "s": "A service"})
    lines = tell_plan(Plan(LIST.head(size), ""), SMALL, words)
    assert lines[0] == words.say("explain.list_proved", rival="Beta", n=str(size),
                                 needed=words.number(6.5, 2), unmet="12")  # fmt: skip
    assert len(lines) == 1 + min(size, 4) + bool(more)
    assert lines[1] == f"     {words.number(3, 2, sign=True)}  x  x (A service)"
    assert not more or lines[-1] == words.say("explain.list_more", n="1")


@pytest.mark.parametrize("change", [{"proved": "no"}, {"left_out": 2}])
def test_a_list_is_not_called_the_smallest_without_proof(change):
    """Without the bound, or with answers that were left out of the search."""
    words = Words("en", {"b": "Beta"})
    told = tell_plan(Plan(LIST.assign(**change), ""), SMALL, words)[0]
    assert told.endswith("5 of 12 unmet answers are enough:")


def test_long_names_of_an_answer_are_cut():
    words = Words("en", {"x": "item " * 30, "s": "service " * 30})
    [_, line] = tell_plan(Plan(LIST.head(1), ""), SMALL, words)
    assert len(line) <= 100 and line.count("...") == 2


@pytest.mark.parametrize("code", ["first", "no_place", "out_of_reach", "rounded_places"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_that_is_refused_is_one_line_with_its_reason(code, lang):
    reason = TEXTS[f"refused.{code}"][LANGUAGES.index(lang)]
    [line] = tell_plan(Plan(None, code), SMALL, Words(lang))
    assert line.endswith(f": {reason}")
