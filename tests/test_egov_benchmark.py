"""The eGovernment Benchmark 2023 folder against its workbooks, its answers and its own rules."""

from __future__ import annotations

import csv
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from build_scripts import load_script
from openpyxl import load_workbook

Answers = dict[str, int | None]

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "egov_benchmark_2023"
SHEETS = ["1. Scores 2022", "3a. Nat. Services - Results", "3b. Nat. Services - Data"]
PARQUET = ["answers.parquet", "assessments.parquet"]


egov = load_script("build_egov_benchmark")


def read_table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder built again from the raw workbooks."""
    folder = tmp_path_factory.mktemp("egov")
    egov.build(folder)
    return Path(folder)


def open_sheets(name: str, titles: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Sheets of a raw workbook, read without the script."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(FOLDER / "raw" / name, read_only=True, data_only=True)
        sheets = {title: list(book[title].iter_rows(values_only=True)) for title in titles}
        book.close()
    return sheets


@pytest.fixture(scope="module")
def workbook() -> dict[str, list[tuple[Any, ...]]]:
    """The three sheets in use."""
    return open_sheets("egov_benchmark_2023_final_results.xlsx", SHEETS)


@pytest.fixture(scope="module")
def machine() -> list[tuple[Any, ...]]:
    """The rows of the machine readable workbook below its heading."""
    title = "Machine Readable Format"
    return open_sheets("egov_benchmark_2023_machine_readable.xlsx", [title])[title][1:]


@pytest.fixture(scope="module")
def services() -> list[dict[str, str]]:
    return read_table("service_indicators.csv")


# The folder and its source


def test_rebuilding_gives_the_same_text_files_byte_for_byte(rebuilt: Path) -> None:
    """Every CSV and TOML file of the folder comes out of the workbooks again, and no other."""
    names = sorted(path.name for path in rebuilt.iterdir())
    kept = sorted(path.name for path in FOLDER.iterdir() if path.is_file())
    assert names == [name for name in kept if name != "README.md"]
    for name in set(names) - set(PARQUET):
        assert (rebuilt / name).read_bytes() == (FOLDER / name).read_bytes(), name


@pytest.mark.parametrize("name", PARQUET)
def test_rebuilding_gives_the_same_parquet_tables(rebuilt: Path, name: str) -> None:
    """Schema and values are equal, and the file carries no metadata of another library."""
    table = pq.read_table(FOLDER / name)
    assert pq.read_table(rebuilt / name).equals(table)
    assert table.schema.metadata is None


@pytest.mark.parametrize("name", PARQUET)
def test_rebuilding_gives_the_same_parquet_bytes(rebuilt: Path, name: str) -> None:
    """The bytes are equal too, where the same version of the Parquet writer is at hand."""
    writers = {pq.read_metadata(folder / name).created_by for folder in (rebuilt, FOLDER)}
    if len(writers) > 1:
        pytest.skip(f"written by different versions, values compared only: {sorted(writers)}")
    assert (rebuilt / name).read_bytes() == (FOLDER / name).read_bytes()


def test_provenance_page_names_both_files_with_their_digests() -> None:
    """The page beside the workbooks shows the checksums that the script insists on."""
    page = (FOLDER / "raw" / "README.md").read_text(encoding="utf-8")
    for name, digest in egov.SHA256.items():
        egov.check_sha256(FOLDER / "raw" / name, digest)
        assert name in page and digest in page


def test_changed_workbook_is_refused(tmp_path: Path) -> None:
    """A file with another checksum is not read."""
    path = tmp_path / egov.RESULTS
    path.write_bytes(b"something else")
    with pytest.raises(egov.CellError, match="expected d63e0634"):
        egov.check_sha256(path, egov.SHA256[egov.RESULTS])


def test_tables_have_the_published_number_of_rows() -> None:
    """35 countries, 9 life events, 14 indicators and 19 published nodes."""
    levels = Counter(row["level"] for row in read_table("announced.csv"))
    assert levels == {"service": 315 * 5, "organisation": 35 * 19, "category": 19}
    assert len(read_table("organisations.csv")) == 35
    assert len(read_table("services.csv")) == 315
    assert len(read_table("service_indicators.csv")) == 35 * 92
    assert len(read_table("country_scores_by_target.csv")) == 2 * 35 * 19
    assert pq.read_metadata(FOLDER / "assessments.parquet").num_rows == 315 * 14
    assert pq.read_metadata(FOLDER / "answers.parquet").num_rows == 8967 * 24


# From services to life events


def test_five_indicators_are_means_over_applicable_services(
    services: list[dict[str, str]],
) -> None:
    """1,544 means agree with the published indicators; 31 indicators have no service to count."""
    values = defaultdict(list)
    for row in services:
        for item in ("1.2", "2.1", "3.1", "3.2", "3.3"):
            if row["applicable"] == "Yes" and row[item]:
                values[row["service_id"], item].append(float(row[item]))
    compared = empty = 0
    for row in pq.read_table(FOLDER / "assessments.parquet").to_pylist():
        if row["item_id"] not in ("1.2", "2.1", "3.1", "3.2", "3.3"):
            continue
        scores = values[row["service_id"], row["item_id"]]
        if row["status"] == "not_applicable":
            assert scores == [] and row["value"] is None
            empty += 1
        else:
            assert abs(sum(scores) / len(scores) - row["value"]) < 1e-9, row
            compared += 1
    assert (compared, empty) == (1544, 31)


# From answers to services


def mean(values: list[int | None]) -> float | None:
    present = [value for value in values if value is not None]
    return 100 * sum(present) / len(present) if present else None


def online_availability(answers: Answers) -> float | None:
    weights = {"A1": 25, "A2": 50, "A3": 25}
    return float(sum(weight * (answers[key] or 0) for key, weight in weights.items()))


def transparency(answers: Answers) -> float | None:
    return mean([answers[f"C{number}"] for number in range(1, 8)])


def eid(answers: Answers) -> float | None:
    return mean([answers[key] for key in ("F2", "F3", "F4")]) if answers["F1"] == 1 else None


def edocuments(answers: Answers) -> float | None:
    yes = 1 in (answers["F7_1"], answers["F7_2"])
    return 100.0 * yes if answers["F6"] == 1 else None


def prefilled(answers: Answers) -> float | None:
    return 100.0 * (answers["F9"] == 1) if answers["F8"] == 1 else None


@pytest.fixture(scope="module")
def said_yes() -> dict[tuple[str, str, str], int]:
    """Per service and question: 1 where the answer at any web address is yes, else 0."""
    highest: dict[tuple[str, str, str], int] = {}
    for row in pq.read_table(FOLDER / "answers.parquet").to_pylist():
        if row["status"] == "scored":
            key = (row["service_id"], row["service"], row["question_id"])
            highest[key] = max(row["value"], highest.get(key, 0))
    return highest


@pytest.mark.parametrize(
    ("item", "formula", "agree", "published"),
    [
        ("online_availability", online_availability, 2257, 2257),
        ("2.1", transparency, 1387, 1389),
        ("3.1", eid, 1195, 1195),
        ("3.2", edocuments, 972, 973),
        ("3.3", prefilled, 1009, 1009),
    ],
)
def test_central_services_follow_from_their_answers(
    services: list[dict[str, str]],
    said_yes: dict[tuple[str, str, str], int],
    item: str,
    formula: Callable[[Answers], float | None],
    agree: int,
    published: int,
) -> None:
    """Within 0.5 points, for central services that are applicable and not proactive.

    A service without a published score has no score by the formula either.
    """
    found = total = 0
    for row in services:
        if row["gov_level"] != "Central" or row["applicable"] != "Yes" or row["proactive"] != "No":
            continue
        key = (row["service_id"], row["service"])
        score = formula({question: said_yes.get((*key, question)) for question in egov.QUESTIONS})
        if not row[item]:
            assert score is None, row
            continue
        assert score is not None, row
        total += 1
        found += abs(score - float(row[item])) <= 0.5
    assert (found, total) == (agree, published)


# Cleaning rules


@pytest.mark.parametrize(
    ("value", "expected", "rules"),
    [
        ("Yes", ("scored", 1), set()),
        ("No", ("scored", 0), set()),
        ("YEs", ("scored", 1), {"answer_case"}),
        ("NO", ("scored", 0), {"answer_case"}),
        (" no ", ("scored", 0), {"answer_case", "answer_spaces"}),
        ("Yes ", ("scored", 1), {"answer_spaces"}),
        ("NR", ("not_applicable", None), {"answer_nr"}),
        ("nr ", ("not_applicable", None), {"answer_nr", "answer_spaces"}),
        ("NR*", ("not_applicable", None), {"answer_nr_mark"}),
        (".", ("not_applicable", None), {"answer_dot"}),
        (None, ("not_answered", None), {"answer_empty"}),
        ("", ("not_answered", None), {"answer_empty"}),
    ],
)
def test_answer_is_read_by_the_rules_it_counts(
    value: Any, expected: tuple[str, int | None], rules: set[str]
) -> None:
    """Each spelling gives one status and value, and counts the rules it met."""
    tally: Counter[str] = Counter()
    assert egov.read_answer(value, "3b!M7", tally) == expected
    assert {rule for rule, count in tally.items() if count} == rules


@pytest.mark.parametrize("value", ["maybe", "Y", "n/a", "yes?", " ", 1, 0, True])
def test_unknown_answer_is_refused_by_its_cell(value: Any) -> None:
    """The message names sheet, cell, value and what is accepted; nothing is guessed."""
    row = (None, None, "AL", "Business Start-up", "1.1 Check")
    cells = [*row, *[None] * 7, *["Yes"] * 24]
    cells[13] = value
    sheet = egov.Sheet(egov.SHEET_3B, [()] * 213 + [tuple(cells)])
    titles = {"AL_business_startup": {"1.1 Check": "1.1 Check"}}
    message = f"3b!N214: unknown value {value!r}; accepted: 'Yes', 'No', 'NR', 'NR*', '.', ''"
    with pytest.raises(egov.CellError, match=re.escape(message)):
        egov.read_address(sheet, 214, titles, Counter())


def test_title_is_put_on_one_line() -> None:
    """Line breaks become one space and spaces at the ends go; each is counted for itself."""
    tally: Counter[str] = Counter()
    assert egov.read_title("1.1 Declare\r\ncorporate tax ", "3a!D8", "3a", tally) == (
        "1.1 Declare corporate tax"
    )
    assert egov.read_title("1.1 Declare corporate tax", "3a!D9", "3a", tally) == (
        "1.1 Declare corporate tax"
    )
    assert tally == {"title_breaks_3a": 1, "title_spaces_3a": 1}


def test_title_with_a_cell_range_is_repaired_and_no_other() -> None:
    """The one known slip is mended; a title that sheet 3a lacks is refused by its cell."""
    tally: Counter[str] = Counter()
    slip = "1.3 Submit financial reports t+E484:W508o business registration office"
    right = "1.3 Submit financial reports to business registration office"
    assert egov.read_title(slip, "3b!E5709", "3b", tally) == right
    assert tally["title_repair_3b"] == 1
    row = (None, None, "CH", "Economic", "1.3 Submit reports", *[None] * 31)
    sheet = egov.Sheet(egov.SHEET_3B, [row])
    with pytest.raises(egov.CellError, match=r"3b!E1: unknown value '1\.3 Submit reports'"):
        egov.read_address(sheet, 1, {"CH_regular_business": {right: right}}, tally)


@pytest.mark.parametrize("value", [None, "", 100.5, -1, "100", True])
def test_unknown_score_is_refused_by_its_cell(value: Any) -> None:
    """A score is a number from 0 to 100 or a full stop."""
    tally: Counter[str] = Counter()
    assert egov.read_score(0, "3a!M8", "score_dot_3a", tally) == 0.0
    assert egov.read_score(".", "3a!M8", "score_dot_3a", tally) is None
    assert tally == {"score_dot_3a": 1}
    message = f"3a!M9: unknown value {value!r}; accepted: 'a number from 0 to 100', '.'"
    with pytest.raises(egov.CellError, match=re.escape(message)):
        egov.read_score(value, "3a!M9", "score_dot_3a", tally)


def test_service_row_reads_levels_and_refuses_an_unknown_one() -> None:
    """The levels central, full stop and 0 are known; Federal is not."""
    row = ["", "AL", "Health", "2.1 Visit ", "", "Transactional", "National", 2021, "Yes", "No"]
    scores = [100, 50.5, ".", 0, ".", 33]
    tally: Counter[str] = Counter()
    sheet = egov.Sheet(egov.SHEET_3A, [(*row, "central", "no", *scores)])
    read = egov.read_service(sheet, 1, tally)
    assert (read["service_id"], read["service"], read["gov_level"]) == (
        "AL_health",
        "2.1 Visit",
        "Central",
    )
    assert [read[name] for name in egov.SERVICE_SCORES] == [100.0, 50.5, None, 0.0, None, 33.0]
    assert tally["level_case"] == 1 and tally["score_dot_3a"] == 2
    wrong = egov.Sheet(egov.SHEET_3A, [(*row, "Federal", "no", *scores)])
    with pytest.raises(egov.CellError, match=r"3a!K1: unknown value 'Federal'; accepted: 'Cent"):
        egov.read_service(wrong, 1, tally)


def test_moved_headings_are_refused_together() -> None:
    """Every heading that is not where it should be is named in one message."""
    sheet = egov.Sheet(egov.SHEET_MACHINE, [("year", "variable", "Country")])
    with pytest.raises(egov.CellError, match=r"2 headings differ\n  B1: 'variable'.*\n  C1: "):
        egov.check_headings(sheet)


def test_cleaning_counts_equal_a_count_straight_from_the_sheets(
    workbook: dict[str, list[tuple[Any, ...]]], machine: list[tuple[Any, ...]]
) -> None:
    """A plain count of the cells, without the reading functions, gives cleaning.csv again."""
    rows_1, rows_3a, rows_3b = (workbook[title] for title in SHEETS)
    answers = Counter(value for row in rows_3b[6:] for value in row[12:36])
    plain = answers.pop("Yes") + answers.pop("No")
    count = {
        "answer_case": matching(answers, r"\s*(yes|no)\s*") - matching(answers, r" *(Yes|No) *", 0),
        "answer_spaces": matching(answers, r"\s+\S.*|.*\S\s+"),
        "answer_nr": matching(answers, r"\s*nr\s*"),
        "answer_nr_mark": answers["NR*"],
        "answer_dot": answers["."],
        "answer_empty": answers[None],
    }
    assert plain + sum(count.values()) - count["answer_spaces"] == 8967 * 24
    for suffix, titles in (
        ("3b", Counter(row[4] for row in rows_3b[6:])),
        ("3a", Counter(row[3] for row in rows_3a[7:])),
    ):
        count[f"title_spaces_{suffix}"] = matching(titles, r"\s+\S.*|.*\S\s+")
        count[f"title_breaks_{suffix}"] = matching(titles, r".*\S[\r\n]+\S.*")
    count["title_repair_3b"] = sum("E484:W508" in row[4] for row in rows_3b[6:])
    levels = Counter(row[10] for row in rows_3a[7:])
    count["level_case"], count["level_empty"] = levels["central"], levels["."] + levels[0]
    count["proactive_dot"] = sum(row[9] == "." for row in rows_3a[7:])
    count["score_dot_3a"] = sum(row[12:18].count(".") for row in rows_3a[7:])
    events = [row[7:11] + row[16:21] for row in rows_1[6 : 6 + 35 * 19]]
    count["score_dot_1"] = sum(row.count(".") for row in events)
    count["machine_variable_missing"] = sum(row[2] is None for row in machine)
    written = {row["rule_id"]: int(row["cells_changed"]) for row in read_table("cleaning.csv")}
    assert written == count


def matching(cells: Counter[Any], pattern: str, flags: int = re.IGNORECASE) -> int:
    """How many text cells match a pattern as a whole."""
    found = re.compile(pattern, flags | re.DOTALL)
    return sum(n for text, n in cells.items() if isinstance(text, str) and found.fullmatch(text))


def test_cells_read_are_the_cells_of_the_sheets(
    workbook: dict[str, list[tuple[Any, ...]]], machine: list[tuple[Any, ...]]
) -> None:
    """The counts of cells read follow from the sizes of the sheets."""
    read = {row["rule_id"]: int(row["cells_read"]) for row in read_table("cleaning.csv")}
    addresses = len(workbook[SHEETS[2]]) - 6
    assert {read[rule] for rule in read if rule.startswith("answer_")} == {addresses * 24}
    assert {read[rule] for rule in read if rule.endswith("_3b")} == {addresses}
    rows_3a = len(workbook[SHEETS[1]]) - 7
    assert read["title_spaces_3a"] == read["level_empty"] == rows_3a
    assert read["score_dot_3a"] == rows_3a * 6
    assert read["score_dot_1"] == 35 * 19 * 12 + 19
    assert read["machine_variable_missing"] == len(machine)


# What the README says


EVENTS = {
    **{"1": "regular_business", "2": "moving", "3": "transport", "4": "justice"},
    **{"5": "business_startup", "6": "family", "7": "career", "8": "studying", "9": "health"},
}


def published_life_events() -> dict[tuple[str, str], float | None]:
    """The score of each life event of a country on each of the 19 published nodes."""
    table = pq.read_table(FOLDER / "assessments.parquet").to_pylist()
    scores = {(row["service_id"], row["item_id"]): row["value"] for row in table}
    for row in read_table("announced.csv"):
        if row["level"] == "service":
            scores[row["unit_id"], row["node_id"]] = float(row["score_percent"])
    return scores


def test_machine_readable_workbook_differs_in_140_overall_and_dimension_scores(
    machine: list[tuple[Any, ...]],
) -> None:
    """Of 5,985 life event scores of 2021 and 2022, 139 overall scores and one dimension differ."""
    scores = published_life_events()
    differing = []
    compared = 0
    for year, country, variable, breakdown, _, value in machine:
        event = EVENTS.get(breakdown.removeprefix("e_gov_EVENTS_"))
        if year < 2021 or event is None or country.startswith("EU"):
            continue
        code = variable.split("_")[2]
        node_id = code if len(code) == 1 else f"{code[0]}.{ord(code[1]) - ord('a') + 1}"
        score = scores[f"{country}_{event}", node_id]
        compared += 1
        if value != "." if score is None else abs(value - score) > 1e-9:
            differing.append((year, node_id))
    assert compared == len(scores) == 5985
    assert Counter(differing) == {(2022, "0"): 139, (2021, "4"): 1}


def test_empty_answers_are_mostly_questions_that_were_not_put(
    services: list[dict[str, str]],
) -> None:
    """Why the 67,185 empty answers of sheet 3b are empty, as the README says."""
    about = {(row["service_id"], row["service"]): row for row in services}
    reasons: Counter[str] = Counter()
    for row in pq.read_table(FOLDER / "answers.parquet").to_pylist():
        if row["status"] == "not_answered":
            reasons[reason(row["question_id"], about[row["service_id"], row["service"]])] += 1
    assert reasons == {
        "not asked in 2021": 14952,
        "informational service": 50157,
        "service not applicable": 1866,
        "left empty": 210,
    }


def reason(question: str, service: dict[str, str]) -> str:
    """The first reason that explains an empty answer."""
    if question in ("A4", "A5", "C8", "C9") and service["data_year"] == "2021":
        return "not asked in 2021"
    if question[0] in "CF" and service["type"] == "Informational":
        return "informational service"
    return "service not applicable" if service["applicable"] == "No" else "left empty"
