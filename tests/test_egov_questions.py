"""The answers of the eGovernment Benchmark 2023 as a dataset, against the workbook and sheet 3a."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from build_scripts import load_script
from openpyxl import load_workbook
from shipped import load_shipped

from asan_analysis.cli import main
from asan_analysis.data.datasets import Dataset, load_dataset, select_edition
from asan_analysis.data.published import load_published
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services, score_table
from asan_analysis.report.labels import labels_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "egov_questions_2023"
KEY = ["organisation_id", "family_id"]
GATES = {"F1": ["F2", "F3", "F4", "F5"], "F6": ["F7_1", "F7_2"], "F8": ["F9"]}


sister = load_script("build_egov_benchmark")
script = load_script("build_egov_questions")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder built again from the workbook."""
    folder = tmp_path_factory.mktemp("questions")
    script.build(folder)
    return Path(folder)


@pytest.fixture(scope="module")
def edition() -> tuple[Dataset, Tree, Rules]:
    """The edition and its method, read by the library."""
    data, found = select_edition(load_dataset(str(FOLDER)), 2023)
    return data, *find_method(data, found)


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Sheet 3a as the sister dataset holds it: a row per service, the indicators by node here."""
    path = ROOT / "data" / "egov_benchmark_2023" / "service_indicators.csv"
    table = pd.read_csv(path, keep_default_na=False, na_values={"online_availability": [""]})
    table = table[table["applicable"] == "Yes"]
    number = table["service"].str.split().str[0]
    names = {column: node for node, column in script.INDICATORS.items()}
    scores = table[list(names)].rename(columns=names).apply(pd.to_numeric)
    return scores.set_index(
        pd.MultiIndex.from_arrays(
            [table["organisation_id"], table["family_id"] + "_" + number], names=KEY
        )
    )


@pytest.fixture(scope="module")
def workbook() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of sheets 3a and 3b below their headings, read without the scripts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(script.RAW / sister.RESULTS, read_only=True, data_only=True)
        sheets = [
            list(book[title].iter_rows(values_only=True, min_row=first))
            for title, first in (
                ("3a. Nat. Services - Results", 8),
                ("3b. Nat. Services - Data", 7),
            )
        ]
        book.close()
    return sheets[0], sheets[1]


# The folder


def test_rebuilding_gives_the_same_files(rebuilt: Path) -> None:
    """Text files byte for byte; Parquet too, where the same writer is at hand."""
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {path.name for path in rebuilt.iterdir()} == names
    for name in sorted(names - {"assessments.parquet"}):
        assert (rebuilt / name).read_bytes() == (FOLDER / name).read_bytes(), name
    ours, kept = rebuilt / "assessments.parquet", FOLDER / "assessments.parquet"
    assert pq.read_table(ours).equals(pq.read_table(kept))
    assert pq.read_schema(kept).metadata is None
    if len({pq.read_metadata(path).created_by for path in (ours, kept)}) == 1:
        assert ours.read_bytes() == kept.read_bytes()


def test_the_dataset_keeps_its_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FOLDER)]) == 0
    told = capsys.readouterr().out
    assert "35 organisations, 8726 services, 218150 answers; no problems" in told


def test_rows_follow_from_the_sheet(
    edition: tuple[Dataset, Tree, Rules], workbook: tuple[Any, Any]
) -> None:
    """Each service is a row of sheet 3b, found again by its number; 25 items each."""
    data, tree, _ = edition
    for row in data.services.iloc[::500].itertuples():
        typed = workbook[1][int(row.service_id.split("_")[1]) - 7]
        assert (typed[2], typed[6].lower()) == (row.organisation_id, row.type)
        assert " ".join(typed[4].split()) == row.name_en
    assert len(workbook[1]) - 241 == len(data.services) == 8726
    assert len(tree.items) == 25
    assert data.services["family_id"].nunique() == 92
    counts = data.services.groupby(KEY)["service_id"].transform("size")
    assert (counts == data.services["addresses"].astype(int)).all()
    assert len(data.services.groupby(KEY)) == 2979


def test_question_texts_are_those_of_the_workbook() -> None:
    """The English name of an asked item is the heading of its column, but for capitals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(script.RAW / sister.RESULTS, read_only=True, data_only=True)
        sheet = book["3b. Nat. Services - Data"]
        (headings,) = sheet.iter_rows(min_row=6, max_row=6, values_only=True)
        book.close()
    names = {node.node_id: node.name_en.casefold() for node in script.NODES}
    for heading in headings[12:36]:
        code, text = heading.split(":")
        assert names[code] == text.strip().casefold()


def test_statuses_are_counted(edition: tuple[Dataset, Tree, Rules]) -> None:
    """210 answers were left empty, as the sister dataset says; 8 computed items rest on them."""
    answers = edition[0].assessments
    empty = answers[answers["status"] == "not_answered"]
    assert (empty["item_id"] != "F7").sum() == 210
    assert (empty["item_id"] == "F7").sum() == 8


# Agreement with sheet 3a, by the scores of the library


def typed_values(data: Dataset) -> pd.DataFrame:
    """Answers before the gates, service by item; missing where nothing was answered."""
    answers = data.assessments
    evidence = answers["evidence"].map({"yes": 1.0, "no": 0.0})
    value = answers["value"].astype("float64").fillna(evidence)
    return answers.assign(value=value).pivot(index="service_id", columns="item_id", values="value")


def close_gates(values: pd.DataFrame) -> pd.DataFrame:
    """Answers below a gate that is not yes are taken out; F7 is made again."""
    values = values.copy()
    for gate, below in GATES.items():
        values.loc[values[gate] != 1, below] = np.nan
    return values.assign(F7=values[["F7_1", "F7_2"]].max(axis=1))


def count_agreement(ours: pd.DataFrame, published: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Per indicator: services within 0.5 points, services compared."""
    counts = {}
    for node_id in script.INDICATORS:
        pair = pd.concat([ours[node_id], published[node_id].reindex(ours.index)], axis=1).dropna()
        near = (pair.iloc[:, 0] - pair.iloc[:, 1]).abs() <= 0.5
        counts[node_id] = (int(near.sum()), len(pair))
    return counts


def select_addresses(data: Dataset, level: str) -> pd.DataFrame:
    """The services of a level of government that are asked for, by id."""
    services = data.services.set_index("service_id")
    return services[(services["gov_level"] == level) & (services["proactive"] == "no")]


def test_central_services_are_given_back(
    edition: tuple[Dataset, Tree, Rules], published: pd.DataFrame
) -> None:
    """A question is yes where any address says yes: all but two of 4,841, and 1,981 of 1,982."""
    data, tree, rules = edition
    some = select_addresses(data, "central")
    joined = typed_values(data).loc[some.index].groupby([some[name] for name in KEY]).max()
    scores = score_table(100 * close_gates(joined)[tree.items], None, tree, rules)
    assert count_agreement(scores, published) == {
        "1": (2257, 2257),
        "2": (1387, 1389),
        "3.1": (1195, 1195),
        "3.2": (972, 973),
        "3.3": (1009, 1009),
    }
    assert (scores["3.1"].notna() == published["3.1"].reindex(scores.index).notna()).all()


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("local", [(308, 310), (166, 200), (157, 160), (135, 135), (118, 118)]),
        ("regional", [(204, 207), (92, 103), (78, 82), (70, 70), (56, 56)]),
    ],
)
def test_local_and_regional_means_of_addresses(
    edition: tuple[Dataset, Tree, Rules],
    published: pd.DataFrame,
    level: str,
    expected: list[tuple[int, int]],
) -> None:
    """The plain mean of the scores of the addresses."""
    data, tree, rules = edition
    scores = score_services(data.assessments, data.services, tree, rules)
    wide = scores.pivot(index="service_id", columns="node_id", values="score_percent")
    some = select_addresses(data, level)
    means = wide.loc[some.index].groupby([some[name] for name in KEY]).mean()
    assert list(count_agreement(means, published).values()) == expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("local", [(310, 310), (200, 200), (160, 160), (135, 135), (118, 118)]),
        ("regional", [(207, 207), (103, 103), (82, 82), (69, 70), (55, 56)]),
    ],
)
def test_counting_missing_answers_as_zero_explains_them(
    edition: tuple[Dataset, Tree, Rules],
    published: pd.DataFrame,
    level: str,
    expected: list[tuple[int, int]],
) -> None:
    """A question answered at one address counts as no where it has no answer."""
    data, tree, rules = edition
    some = select_addresses(data, level)
    cells = data.assessments.pivot(index="service_id", columns="item_id")
    value = cells["value"].loc[some.index].astype("float64")
    status = cells["status"].loc[some.index]
    keys = [some[name] for name in KEY]
    answered = value.groupby(keys).transform("count") > 0
    filled = value.mask(answered & value.isna(), 0.0)
    for gate, below in GATES.items():
        closed = (status[gate] == "not_applicable") | (value[gate] == 0)
        items = [*below, "F7"] if gate == "F6" else below
        filled.loc[closed, items] = np.nan
    scores = score_table(100 * filled[tree.items], None, tree, rules).groupby(keys).mean()
    assert list(count_agreement(scores, published).values()) == expected


def test_agreement_and_disagreements_tell_one_story() -> None:
    """Every compared service agrees or is listed, and every listed local one has a reason."""
    text = {"node_id": str}
    agreement = pd.read_csv(FOLDER / "agreement.csv", dtype=text)
    listed = pd.read_csv(FOLDER / "disagreements.csv", dtype=text)
    stated = agreement[agreement["rule"] != "mean_with_zero"]
    missing = stated["compared"] - stated["agree"]
    lone = stated["only_recomputed"] + stated["only_published"]
    assert (missing + lone).sum() == len(listed) == 68
    local = listed[listed["gov_level"].isin(["local", "regional"])]
    assert set(local["reading"]) == {"missing_as_zero"}
    assert ((local["with_zero"] - local["published"]).abs() <= 0.5).all()
    assert (listed.loc[listed["reading"] == "proactive_as_100", "published"] == 100).all()
    assert stated.groupby("gov_level")["services"].max().to_dict() == {
        "any": 205,
        "central": 2257,
        "local": 310,
        "regional": 207,
    }


# Cleaning rules


def address(**answers: str) -> dict[str, tuple[str, int | None]]:
    """Answers of one address: yes unless told; y, n, r (not relevant) or e (empty)."""
    meaning = {
        "y": ("scored", 1),
        "n": ("scored", 0),
        "r": ("not_applicable", None),
        "e": ("not_answered", None),
    }
    return {item: meaning[answers.get(item, "y")] for item in sister.QUESTIONS}


def ruled(
    answers: dict[str, Any], kind: str = "transactional", year: int = 2022, proactive: str = "no"
) -> tuple[Any, Counter[str]]:
    """The address after the rules, and what they counted."""
    tally: Counter[str] = Counter()
    row = {"type": kind, "data_year": year, "proactive": proactive}
    result = script.apply_rules(row, answers, tally)
    tally.pop("f7_computed")
    return result, tally


def test_questions_not_in_use_in_2021_do_not_apply() -> None:
    """Only empty answers, only of 2021, only of the four new questions."""
    answers = address(A4="e", C9="e", A1="e", A5="n")
    found, tally = ruled(answers, year=2021)
    assert tally == {"not_asked_2021": 2}
    assert [found.final[item][0] for item in ("A4", "C9", "A1", "A5")] == [
        *("not_applicable", "not_applicable", "not_answered", "scored"),
    ]
    assert ruled(answers, year=2022)[1] == {}


def test_informational_services_are_not_asked_c_and_f() -> None:
    """An empty A answer stays unanswered, and so does a C answer of a transactional service."""
    answers = address(A1="e", C1="e", F9="e")
    found, tally = ruled(answers, kind="informational")
    assert tally == {"not_asked_informational": 2}
    assert found.final["A1"] == ("not_answered", None)
    assert found.reasons == {"C1": "not_asked_informational", "F9": "not_asked_informational"}
    assert ruled(answers)[1] == {}


@pytest.mark.parametrize("gate", list(GATES))
@pytest.mark.parametrize("answer", ["y", "n", "r", "e"])
def test_a_gate_closes_its_questions_and_no_other(gate: str, answer: str) -> None:
    """No and not relevant close; yes and no answer leave the questions as typed."""
    found, tally = ruled(address(**{gate: answer}))
    closed = GATES[gate] if answer in "nr" else []
    assert tally == ({f"gate_{gate}": len(closed)} if closed else {})
    changed = {item for item in sister.QUESTIONS if found.final[item] != found.typed[item]}
    assert changed == set(closed)


def test_a_closed_question_is_counted_once_and_proactive_answers_stay() -> None:
    """What is not relevant already is not changed again; a proactive service keeps its answers."""
    answers = address(F1="n", F2="r", F3="n")
    assert ruled(answers)[1] == {"gate_F1": 3}
    found, tally = ruled(answers, proactive="yes")
    assert tally == {} and found.final["F3"] == ("scored", 0)


@pytest.mark.parametrize(
    ("submit", "obtain", "expected"),
    [
        ("y", "n", ("scored", 1)),
        ("n", "y", ("scored", 1)),
        ("n", "n", ("scored", 0)),
        ("r", "n", ("scored", 0)),
        ("e", "y", ("scored", 1)),
        ("r", "r", ("not_applicable", None)),
        ("e", "e", ("not_answered", None)),
    ],
)
def test_item_f7_joins_two_questions(submit: str, obtain: str, expected: Any) -> None:
    assert ruled(address(F7_1=submit, F7_2=obtain))[0].final["F7"] == expected


def test_a_closed_answer_is_kept_as_evidence() -> None:
    """The row says which rule closed it and what was typed; an open answer has neither."""
    found, _ = ruled(address(F8="n", F9="y", F6="n", F7_2="r"))
    found.row["service_id"] = "AL_0007"
    rows = {row["item_id"]: row for row in script.assessment_rows([found])}
    told = {item: (rows[item]["reason"], rows[item]["evidence"]) for item in rows}
    assert told["F9"] == ("gate_F8", "yes")
    assert told["F7_1"] == ("gate_F6", "yes")
    assert told["F7"] == ("gate_F6", None)
    assert told["F7_2"] == told["F8"] == (None, None)
    assert rows["F9"]["value"] is None and rows["F8"]["value"] == 0.0


def test_providers_and_addresses_are_put_on_one_line() -> None:
    """Spaces go, marks are emptied, everything else stays as typed; each is counted."""
    tally: Counter[str] = Counter()
    assert script.read_provider("Tax \nOffice ", tally) == "Tax Office"
    assert script.read_provider("tax office", tally) == "tax office"
    assert script.read_provider("Proactive", tally) == script.read_provider(None, tally) == ""
    assert script.read_url(" https://a.b/c\nd ", tally) == "https://a.b/c d"
    assert [script.read_url(value, tally) for value in ("Proactive", 1, None)] == ["", "", ""]
    assert tally == {"provider_spaces": 1, "provider_mark": 1, "url_spaces": 1, "url_mark": 2}


def planted_row(**changed: Any) -> tuple[Any, ...]:
    """A row of sheet 3b; keywords are column letters."""
    row: list[Any] = [None, None, "AL", "Family", "1.1 Title", "", "Transactional", "National"]
    row += ["Central", 2022, "Office", "https://a.b", *["Yes"] * 24, 100]
    for letter, value in changed.items():
        row["ABCDEFGHIJKL".index(letter) if letter != "AK" else 36] = value
    return tuple(row)


SERVICE = {
    **{"organisation_id": "AL", "family_id": "family", "service": "1.1 Title"},
    **{"type": "Transactional", "data_year": 2022, "gov_level": "Central"},
    **{"mandatory_online": "yes", "proactive": "No", "applicable": "Yes"},
}


def test_what_sheet_3a_says_is_kept_and_a_difference_counted() -> None:
    """A level spelt otherwise is no difference; another type, year or level word is refused."""
    tally: Counter[str] = Counter()
    for level in ("Central", "central", "Local", "."):
        sheet = sister.Sheet(sister.SHEET_3B, [planted_row(I=level)])
        script.compare_row(sheet, 1, SERVICE, tally)
        assert script.read_attributes(sheet, 1, SERVICE, Counter())["gov_level"] == "central"
    assert tally == {"level_3a": 2}
    for wrong in ({"G": "Informational"}, {"J": 2021}, {"I": "Federal"}):
        with pytest.raises(sister.CellError, match="unknown value"):
            sheet = sister.Sheet(sister.SHEET_3B, [planted_row(**wrong)])
            script.compare_row(sheet, 1, SERVICE, Counter())


def test_mobile_friendliness_is_yes_no_or_empty() -> None:
    tally: Counter[str] = Counter()
    read = []
    for value in (100, 0, ".", None):
        sheet = sister.Sheet(sister.SHEET_3B, [planted_row(AK=value)])
        read.append(script.read_attributes(sheet, 1, SERVICE, tally)["mobile_friendly"])
    assert read == ["yes", "no", "", ""]
    assert tally["mobile_empty"] == 2


def test_mandatory_online_is_read_from_sheet_3a() -> None:
    """Yes, No and no are words; empty and 0 are nothing."""
    headings = [()] * 5 + [(), (None, "Country", "Life event", "Label service", "Definition",
                "Service type", "National or cross-border", "Year data collection", "Applicable",
                "Proactive", "Government level", "Mandatory online", "Online availability",
                "Mobile Friendliness", "Service delivery", "eID", "eDocuments",
                "Pre-filed forms")]  # fmt: skip
    rows = [
        (None, "AL", "Family", f"1.{n} Title", "", "Transactional", "", 2022, "Yes", "No",
         "Central", word, *[100] * 6)
        for n, word in enumerate(("Yes", "No", "no", None, 0))
    ]  # fmt: skip
    tally: Counter[str] = Counter()
    services = script.read_3a(sister.Sheet(sister.SHEET_3A, [*headings, *rows]), tally)
    assert [row["mandatory_online"] for row in services.values()] == ["yes", "no", "no", "", ""]
    assert tally == {"mandatory_case": 1, "mandatory_empty": 2}


def test_a_moved_heading_is_refused() -> None:
    sheet = sister.Sheet(sister.SHEET_3B, [()] * 5 + [planted_row(C="Country")])
    with pytest.raises(sister.CellError, match="headings differ"):
        script.check_headings(sheet)


def test_rows_of_services_that_do_not_apply_leave() -> None:
    """The row is counted and left out; its neighbour stays and is one of one address."""
    titles = ["1.1 Title", "1.2 Title"]
    services = {
        ("AL_family", title): SERVICE | {"service": title, "applicable": applies}
        for title, applies in zip(titles, ("Yes", "No"), strict=True)
    }
    heading = [None] * 37
    heading[2:5] = ["Country", "Life event", "Service"]
    for column, text in script.HEADINGS_3B.items():
        heading[column - 1] = text
    names = {node.node_id: node.name_en for node in script.NODES}
    heading[12:36] = [f"{item}: {names[item]}" for item in sister.QUESTIONS]
    rows = [()] * 5 + [tuple(heading), *(planted_row(E=title) for title in titles)]
    tally: Counter[str] = Counter()
    kept = script.read_rows(sister.Sheet(sister.SHEET_3B, rows), services, tally)
    assert [(row["service_id"], row["addresses"]) for row, _ in kept] == [("AL_0007", 1)]
    assert tally["service_not_applicable"] == 1


def test_cleaning_counts_equal_a_count_straight_from_the_sheets(
    workbook: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]],
) -> None:
    """A plain count of the cells, without the reading functions; answers are counted next door."""
    rows_3a, rows_3b = workbook
    about = {(r[1], r[2], r[3].split()[0]): r for r in rows_3a}
    pairs = [(r, about[r[2], r[3], r[4].split()[0]]) for r in rows_3b]
    kept = [(r, s) for r, s in pairs if s[8] == "Yes"]
    level = {".": "", 0: "", None: "", "central": "Central"}
    count = {
        "service_not_applicable": len(pairs) - len(kept),
        "level_3a": sum(level.get(r[8], r[8]) != level.get(s[10], s[10]) for r, s in pairs),
        "mandatory_case": sum(s[11] == "no" for s in rows_3a),
        "mandatory_empty": sum(s[11] in ("", None, 0) for s in rows_3a),
        "mobile_empty": sum(r[36] not in (0, 100) for r, _ in kept),
        "provider_mark": sum(str(r[10]).strip() == "Proactive" for r, _ in kept),
        "provider_spaces": sum(r[10] is not None and str(r[10]) != " ".join(str(r[10]).split())
                               for r, _ in kept),
        "url_mark": sum(r[11] == "Proactive" or isinstance(r[11], int) for r, _ in kept),
        "url_spaces": sum(r[11] is not None and str(r[11]) != " ".join(str(r[11]).split())
                          for r, _ in kept),
        "f7_computed": len(kept),
    }  # fmt: skip
    place = {item: 12 + number for number, item in enumerate(sister.QUESTIONS)}
    new = [place[item] for item in ("A4", "A5", "C8", "C9")]
    count["not_asked_2021"] = sum(r[c] is None for r, s in kept if s[7] == 2021 for c in new)
    count["not_asked_informational"] = sum(
        r[c] is None
        for r, s in kept
        if s[5] == "Informational"
        for c in range(place["C1"], place["F9"] + 1)
        if not (s[7] == 2021 and c in new)
    )
    for gate, below in GATES.items():
        count[f"gate_{gate}"] = sum(
            str(r[place[item]]).strip().upper() in ("YES", "NO", "NONE")
            for r, s in kept
            if s[5] == "Transactional" and s[9] == "No"
            if str(r[place[gate]]).strip().upper() in ("NO", "NR", "NR*", ".")
            for item in below
        )
    table = pd.read_csv(FOLDER / "cleaning.csv", index_col="rule_id")
    assert table["cells_changed"].loc[list(count)].to_dict() == count
    theirs = pd.read_csv(
        ROOT / "data" / "egov_benchmark_2023" / "cleaning.csv", index_col="rule_id"
    )["cells_changed"]
    shared = [rule for rule in table.index if rule not in count]
    assert table["cells_changed"].loc[shared].to_dict() == theirs.loc[shared].to_dict()
    assert len(shared) + len(count) == len(table)


def test_services_that_share_a_name_are_told_apart_by_their_id() -> None:
    """A country has many addresses of one service; a chart must not show one name for all."""
    data, edition = select_edition(load_shipped("egov_questions_2023"), 2023)
    for lang in ("en", "az"):
        names = labels_of("profile", data, edition, load_published(), lang)
        shown = data.services["service_id"].map(names)
        by = data.services.groupby(["organisation_id", f"name_{lang}"])["service_id"]
        alone = by.transform("size") == 1
        assert (shown[alone] == data.services.loc[alone, f"name_{lang}"]).all() and alone.any()
        told = data.services[f"name_{lang}"] + " (" + data.services["service_id"] + ")"
        assert (shown[~alone] == told[~alone]).all() and (~alone).any()
