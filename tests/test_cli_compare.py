"""The command `compare`: one screen of text whose causes add up to the change."""

import re
from functools import cache

import pytest
from numpy.random import default_rng
from small_dataset import dataset, edition

from asan_analysis.analysis.overview import list_causes, list_moves
from asan_analysis.analysis.trends import cover_editions
from asan_analysis.cli import main
from asan_analysis.commands import run_compare
from asan_analysis.data import datasets
from asan_analysis.data.editions import find_edition
from asan_analysis.errors import ParameterError
from asan_analysis.report.compare import tell_change
from asan_analysis.report.words import Words

BODY = "buttons_committee"
load_once = cache(datasets.load_dataset)


@pytest.fixture(autouse=True)
def read_once(monkeypatch):
    """Each dataset is read once for all tests."""
    monkeypatch.setattr(datasets, "load_dataset", load_once)


def compare(capsys, *more: str, of: str = "asan_sample", code: int = 0) -> str:
    found = main(["compare", "--dataset", of, *more])
    told = capsys.readouterr()
    assert found == code, told.err
    return told.err if code else told.out


def rows_of(lines: list[str]) -> dict[str, list[float]]:
    """Numbers of the table by the name of the line: change and five causes."""
    table = lines[lines.index("") + 1 :]
    rows = {}
    for line in table[1 : table.index("")]:
        name, *cells = re.split(r"\s{2,}(?=[+-]?\d)", line)
        rows[name] = [float(cell.replace(",", ".")) for cell in cells]
    return rows


def check_head(lines: list[str], change: float) -> None:
    """The scores in the second line differ by the change of the first row."""
    before, after = (float(one.replace(",", ".")) for one in re.findall(r"\d+[.,]\d\d", lines[1]))
    assert after - before == pytest.approx(change, abs=0.011)


def test_causes_add_up_as_printed_for_all_and_each_category(capsys):
    """Two methods: five causes of two digits add up; how firm moves are is refused with a word."""
    lines = compare(capsys, "--from", "2021", "--to", "2023").splitlines()
    assert lines[0].startswith("Synthetic: ") and all(len(line) <= 120 for line in lines)
    rows = rows_of(lines)
    assert list(rows) == ["All", "Central bodies", "Local bodies", "Legal entities"]
    for numbers in rows.values():
        assert len(numbers) == 6
        assert sum(numbers[1:]) == pytest.approx(numbers[0], abs=0.03)
    assert rows["All"][5] != 0
    check_head(lines, rows["All"][0])
    assert lines[-1].endswith("the method changes between the editions.")


def test_moves_are_those_that_rose_and_fell_most_and_firm_where_zero_is_outside(capsys):
    lines = compare(capsys, "--from", "2022", "--to", "2023").splitlines()
    moves = [line for line in lines[lines.index("Moves with 90 % intervals (services drawn again):")
                                    + 1 :]]  # fmt: skip
    assert len(moves) == 6
    changes = []
    for line in moves:
        change, low, high = map(float, re.findall(r"(?<=[ (])[+-]?\d+\.\d\d", line))
        assert low <= change <= high
        assert line.endswith("  not firm") == (low <= 0 <= high)
        changes.append(change)
    assert changes == sorted(changes, reverse=True)


def test_one_organisation_has_a_line_for_every_part(capsys):
    """The whole and seven parts in Azerbaijani words and commas; its own interval last."""
    more = ("--from", "2022", "--to", "2023", "--organisation", BODY, "--lang", "az")
    lines = compare(capsys, *more).splitlines()
    assert lines[0].startswith("Süni: ") and "Yaxşılaşma" in lines[3]
    assert not re.search(r"\d\.\d\d|Change|firm", "\n".join(lines))
    rows = rows_of(lines)
    assert len(rows) == 8 and next(iter(rows)) == "Cəmi"
    for numbers in rows.values():
        assert sum(numbers[1:]) == pytest.approx(numbers[0], abs=0.03)
    check_head(lines, rows["Cəmi"][0])
    [change] = re.findall(r"[+-]\d+,\d\d(?=  \()", lines[-1])
    assert float(change.replace(",", ".")) == rows["Cəmi"][0]


def test_editions_without_a_shared_service_say_so_in_each_line(capsys):
    lines = compare(capsys, "--from", "2020", "--to", "2021", of="egov_life_events").splitlines()
    assert lines[0].startswith("Observed: ") and "services: 0 stayed" in lines[1]
    table = lines[4 : lines.index("", 4)]
    assert len(table) == 3 and all(line.endswith("  no service stayed") for line in table)


@pytest.mark.parametrize(
    ("of", "years", "more", "told"),
    [
        ("asan_sample", ("2012", "2022"), [], "edition 2012 is not in dataset asan_sample"),
        ("asan_sample", ("2022", "2029"), [], "edition 2029 is not in dataset asan_sample"),
        ("asan_sample", ("soon", "2022"), [], "--from 'soon' is not a whole number"),
        ("asan_sample", ("2023", "2022"), [], "--from 2023 is not before --to 2022; swap"),
        ("asan_sample", ("2022", "2023"), ["--organisation", "nobody"], "is in neither edition"),
        ("egov_benchmark_2023", ("2022", "2023"), [], "known editions: 2023"),
        ("egov_benchmark_2023", ("2023", "2023"), [], "--from 2023 is not before --to 2023"),
    ],
)
def test_what_cannot_be_compared_is_one_message(capsys, of, years, more, told):
    error = compare(capsys, "--from", years[0], "--to", years[1], *more, of=of, code=1)
    assert told in error
    assert len(error.strip().splitlines()) == 1


def test_an_organisation_without_a_score_is_one_message():
    """It stands in both editions and has no service there."""
    bodies = {"a": "c", "b": "c"}
    data = dataset(*(edition(year, {"s": {"x": 1.0, "y": 0.5}}, categories=bodies)
                     for year in (2021, 2022)))  # fmt: skip
    with pytest.raises(ParameterError, match="'b' has no score in either edition"):
        run_compare(data, (2021, 2022), "b", "en")


def test_a_body_with_one_service_has_causes_and_no_interval():
    """Change by hand: from 75 to 50 in the one service; no heading stands over nothing."""
    answers = {2021: {"s": {"x": 1.0, "y": 0.5}}, 2022: {"s": {"x": 1.0, "y": 0.0}}}
    data = dataset(*(edition(year, own) for year, own in answers.items()))
    before, after = (find_edition(year, data.editions) for year in answers)
    split = list_causes(data, before, after).table
    firm = list_moves(data, cover_editions(data), before, after, rng=default_rng(1), draws=9)
    assert firm.refused is None and firm.table["low"].isna().all()
    lines = tell_change(split, firm, data, Words("en"), body="a")
    assert lines[1] == "a: 75.00 before, 50.00 now; services: 1 stayed, 0 came, 0 left"
    assert list(rows_of([*lines]).values()) == [
        [-25.0, -25.0, 0, 0, 0, 0],
        [0.0] * 6,
        [-50.0, -50.0, 0, 0, 0, 0],
    ]
    assert lines[-1].startswith("The causes add up") and "Moves" not in "".join(lines)
