"""The command `explain`: one screen of text whose parts add up."""

import re

import pytest

from asan_analysis.cli import main

BODY = "buttons_committee"


def explain(capsys, *more: str, organisation: str = BODY, dataset: str = "asan_sample") -> str:
    code = main(["explain", "--year", "2023", "--dataset", dataset,
                 "--organisation", organisation, *more])  # fmt: skip
    told = capsys.readouterr()
    assert code == 0, told.err
    return told.out


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
