"""Rebuild data/egov_benchmark_2023 from the two workbooks the European Commission published.

    python scripts/build_egov_benchmark.py [--output FOLDER]

The same workbooks give the same bytes. A cell that no rule knows is refused by its address.
The two README pages of the folder are written by hand and stay as they are.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import (  # type: ignore[import-untyped]
    column_index_from_string,
    get_column_letter,
)

T = TypeVar("T")

FOLDER = Path(__file__).resolve().parents[1] / "data" / "egov_benchmark_2023"
EDITION = 2023
PAGE = "https://digital-strategy.ec.europa.eu/en/library/egovernment-benchmark-2023"
DECIMALS = 10

RESULTS = "egov_benchmark_2023_final_results.xlsx"
MACHINE = "egov_benchmark_2023_machine_readable.xlsx"
SHA256 = {
    RESULTS: "d63e0634d6999a5d46483e0fedd1673527ba7bd14c0b431ff8e7d170159a8f68",
    MACHINE: "95670359ce59e1477b7b9e0c8b3803576998a81c4205f76e4e5b7930a81eb9c5",
}

DATASET_TOML = f"""\
id = "egov_benchmark_2023"
title_az = "Avropa Komissiyasının elektron hökumət müqayisəsi, 2023"
title_en = "eGovernment Benchmark 2023"
kind = "observed"
status = "final"
publisher = "European Commission, Directorate-General for Communications Networks, \
Content and Technology"
licence = "CC BY 4.0"
citation = "European Commission, eGovernment Benchmark 2023, Final Results, 27 September 2023"
url = "{PAGE}"
decimals = 1
places = 3
min_services = 1

[[categories]]
id = "eu27"
title_az = "Aİ-nin 27 üzvü"
title_en = "EU27 members"
order = 1

[[categories]]
id = "other"
title_az = "Digər ölkələr"
title_en = "Other countries"
order = 2
"""

RULES_TOML = """\
# The arithmetic was recovered from the published workbook (sheet "1. Scores 2022"): these rules
# and the weights of framework.csv repeat every published dimension, overall and country score.
aggregation = "arithmetic"
normalisation = "none"  # every item names its own goalposts, 0 and 100
range = [0, 100]
not_applicable = "exclude"
not_answered = "exclude"
roll_up = "mean"  # a country is the plain mean of its nine life events
"""

EU27 = [
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
]
# Code as published: name_az, name_en, aliases.
COUNTRIES = {
    "AL": ("Albaniya", "Albania", ""),
    "AT": ("Avstriya", "Austria", ""),
    "BE": ("Belçika", "Belgium", ""),
    "BG": ("Bolqarıstan", "Bulgaria", ""),
    "CH": ("İsveçrə", "Switzerland", ""),
    "CY": ("Kipr", "Cyprus", ""),
    "CZ": ("Çexiya", "Czechia", "Czech Republic;Çexiya Respublikası"),
    "DE": ("Almaniya", "Germany", ""),
    "DK": ("Danimarka", "Denmark", ""),
    "EE": ("Estoniya", "Estonia", ""),
    "EL": ("Yunanıstan", "Greece", "GR"),
    "ES": ("İspaniya", "Spain", ""),
    "FI": ("Finlandiya", "Finland", ""),
    "FR": ("Fransa", "France", ""),
    "HR": ("Xorvatiya", "Croatia", ""),
    "HU": ("Macarıstan", "Hungary", ""),
    "IE": ("İrlandiya", "Ireland", ""),
    "IS": ("İslandiya", "Iceland", ""),
    "IT": ("İtaliya", "Italy", ""),
    "LT": ("Litva", "Lithuania", ""),
    "LU": ("Lüksemburq", "Luxembourg", ""),
    "LV": ("Latviya", "Latvia", ""),
    "ME": ("Monteneqro", "Montenegro", "Çernoqoriya"),
    "MK": ("Şimali Makedoniya", "North Macedonia", ""),
    "MT": ("Malta", "Malta", ""),
    "NL": ("Niderland", "Netherlands", "Hollandiya"),
    "NO": ("Norveç", "Norway", ""),
    "PL": ("Polşa", "Poland", ""),
    "PT": ("Portuqaliya", "Portugal", ""),
    "RO": ("Rumıniya", "Romania", ""),
    "RS": ("Serbiya", "Serbia", ""),
    "SE": ("İsveç", "Sweden", ""),
    "SI": ("Sloveniya", "Slovenia", ""),
    "SK": ("Slovakiya", "Slovakia", ""),
    "TR": ("Türkiyə", "Türkiye", "Turkey"),
}


class LifeEvent(NamedTuple):
    """One life event: its slug, its heading in sheet 1, its name in sheets 3a and 3b."""

    slug: str
    heading: str
    label: str
    target: str
    name_az: str
    name_en: str


LIFE_EVENTS = [
    LifeEvent("business_startup", "Business Start-up (2022)", "Business Start-up", "business",
              "Biznesin qurulması", "Business start-up"),
    LifeEvent("family", "Family (2022)", "Family", "citizen", "Ailə", "Family"),
    LifeEvent("career", "Career (2022)", "Career", "citizen", "Karyera", "Career"),
    LifeEvent("studying", "Studying (2022)", "Studying", "citizen", "Təhsil", "Studying"),
    LifeEvent("regular_business", "Regular business operations (2021)", "Economic", "business",
              "Müntəzəm biznes fəaliyyəti", "Regular business operations"),
    LifeEvent("transport", "Transport (2021)", "Transport", "citizen", "Nəqliyyat", "Transport"),
    LifeEvent("justice", "Justice (2021)", "Justice", "citizen", "Ədalət mühakiməsi", "Justice"),
    LifeEvent("moving", "Moving (2021)", "Moving", "citizen", "Yaşayış yerinin dəyişdirilməsi",
              "Moving"),
    LifeEvent("health", "Health (2021)", "Health", "citizen", "Səhiyyə", "Health"),
]  # fmt: skip
SLUGS = {event.label: event.slug for event in LIFE_EVENTS}


class Node(NamedTuple):
    """One node of the framework; label is its name in sheet 1, empty where none is printed."""

    node_id: str
    parent_id: str
    weight: int
    label: str
    name_az: str
    name_en: str
    guidance_az: str = ""
    guidance_en: str = ""


NODES = [
    Node("0", "", 1, "0. OVERALL SCORE", "Ümumi bal", "Overall score"),
    Node("1", "0", 1, "1. User centricity", "İstifadəçiyönümlülük", "User centricity"),
    Node("1.1", "1", 6, "1.1 Online availability", "Onlayn əlçatanlıq", "Online availability",
         "Xidmət haqqında məlumat və xidmətin özü onlayn və portal vasitəsilə əlçatandır.",
         "Information on the service and the service itself are online and found by a portal."),
    Node("1.2", "1", 1, "1.2 Mobile friendliness", "Mobil cihazlara uyğunluq",
         "Mobile friendliness",
         "Xidmətin veb-səhifəsi mobil cihazda rahat işləyir.",
         "The web page of the service works well on a mobile device."),
    Node("1.3", "1", 2, "1.3 User support", "İstifadəçi dəstəyi", "User support",
         "Portalda kömək, rəy bildirmək və şikayət etmək imkanları var.",
         "The portal offers help, feedback and a way to complain."),
    Node("2", "0", 1, "2. Transparency", "Şəffaflıq", "Transparency"),
    Node("2.1", "2", 1, "2.1 Transparency of service delivery",
         "Xidmət göstərilməsinin şəffaflığı", "Transparency of service delivery",
         "Xidmətin gedişi, müddəti və nəticəsi barədə istifadəçiyə məlumat verilir.",
         "The user is told about the progress, the duration and the outcome of the service."),
    Node("2.2", "2", 1, "2.2 Transparency of personal data", "Fərdi məlumatların şəffaflığı",
         "Transparency of personal data",
         "İstifadəçi öz məlumatlarına baxa, onları düzəldə və kimin baxdığını görə bilir.",
         "Users can see and correct their own data and learn who has consulted them."),
    Node("2.3", "2", 1, "2.3 Transparency of service design", "Xidmət dizaynının şəffaflığı",
         "Transparency of service design",
         "Xidmətlərin necə hazırlandığı açıqlanır və istifadəçi bu işdə iştirak edə bilir.",
         "How services are designed is explained, and users can take part in it."),
    Node("3", "0", 1, "3. Key Enablers", "Əsas rəqəmsal vasitələr", "Key enablers"),
    Node("3.1", "3", 1, "3.1 eID", "Elektron identifikasiya", "eID",
         "Xidmətə milli elektron identifikasiya ilə daxil olmaq mümkündür.",
         "The service can be entered with the national electronic identity."),
    Node("3.2", "3", 1, "3.2 eDocuments", "Elektron sənədlər", "eDocuments",
         "Sənədləri elektron formada təqdim etmək və ya almaq mümkündür.",
         "Documents can be submitted or obtained in electronic form."),
    Node("3.3", "3", 1, "3.3 Pre-filled forms", "Əvvəlcədən doldurulmuş formalar",
         "Pre-filled forms",
         "Dövlətdə olan məlumatlar onlayn formaya əvvəlcədən yazılır.",
         "Data the state already holds are filled into the online form beforehand."),
    Node("3.4", "3", 1, "3.4 Digital Post", "Rəqəmsal poçt", "Digital post",
         "Dövlət qurumlarının məktublarını yalnız rəqəmsal yolla almaq mümkündür.",
         "Letters of public bodies can be received in digital form alone."),
    Node("4", "0", 1, "4. Cross-border services", "Transsərhəd xidmətlər",
         "Cross-border services"),
    Node("4.1", "4", 4, "4.1 Cross-border online availability",
         "Transsərhəd onlayn əlçatanlıq", "Cross-border online availability",
         "Məlumat və xidmət başqa ölkədən olan istifadəçi üçün onlayn əlçatandır.",
         "Information and service can be reached online by a user from another country."),
    Node("4.2", "4", 2, "4.2 Cross-border user support", "Transsərhəd istifadəçi dəstəyi",
         "Cross-border user support",
         "Başqa ölkədən olan istifadəçi kömək ala, rəy bildirə və şikayət edə bilir.",
         "A user from another country can get help, give feedback and complain."),
    Node("4.x", "4", 2, "", "Transsərhəd rəqəmsal vasitələr", "Cross-border key enablers"),
    Node("4.3", "4.x", 1, "4.3 Cross-border eID", "Transsərhəd elektron identifikasiya",
         "Cross-border eID",
         "Xidmətə başqa ölkənin elektron identifikasiyası ilə daxil olmaq mümkündür.",
         "The service can be entered with the electronic identity of another country."),
    Node("4.4", "4.x", 1, "4.4 Cross-border eDocuments", "Transsərhəd elektron sənədlər",
         "Cross-border eDocuments",
         "Başqa ölkədən olan istifadəçi sənədləri elektron formada təqdim edə və ya ala bilir.",
         "A user from another country can submit or obtain documents in electronic form."),
]  # fmt: skip
LABELS = {node.label: node.node_id for node in NODES if node.label}
ITEMS = [node.node_id for node in NODES if node.guidance_en]
COMPUTED = [node_id for node_id in LABELS.values() if node_id not in ITEMS]
FRAMEWORK_COLUMNS = [
    *("node_id", "parent_id", "weight", "aggregation", "direction", "normalisation"),
    *("lower", "upper", "log", "cap", "denominator", "name_az", "name_en", "official"),
    *("source", "guidance_az", "guidance_en", "replaces"),
]

QUESTIONS = [
    *("A1", "A2", "A3", "A4", "A5"),
    *("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"),
    *("F1", "F2", "F3", "F4", "F5", "F6", "F7_1", "F7_2", "F8", "F9"),
]
SERVICE_SCORES = ["online_availability", "1.2", "2.1", "3.1", "3.2", "3.3"]

# What a cell may hold, and what it is read as.
ANSWERS = {
    "Yes": ("scored", 1),
    "No": ("scored", 0),
    "NR": ("not_applicable", None),
    "NR*": ("not_applicable", None),
    ".": ("not_applicable", None),
}
SPELLINGS = {text.upper(): text for text in ANSWERS}
YES_NO = {"Yes": "Yes", "No": "No"}
PROACTIVE = {"Yes": "Yes", "No": "No", ".": ""}
TYPES = {"Transactional": "Transactional", "Informational": "Informational"}
LEVELS = {
    "Central": "Central",
    "Regional": "Regional",
    "Local": "Local",
    "central": "Central",
    ".": "",
    0: "",
}
TITLE_REPAIRS = {
    "1.3 Submit financial reports t+E484:W508o business registration office": (
        "1.3 Submit financial reports to business registration office"
    ),
}

SHEET_1, SHEET_3A, SHEET_3B = (
    "1. Scores 2022",
    "3a. Nat. Services - Results",
    "3b. Nat. Services - Data",
)
SHEET_MACHINE = "Machine Readable Format"
# The heading row of each sheet and the headings it must show.
HEADINGS = {
    SHEET_1: (6, {"B": "Country", "C": "Scoring", "D": "Biennial average 2021 + 2022"}),
    SHEET_3A: (
        7,
        {
            "B": "Country",
            "C": "Life event",
            "D": "Label service",
            "F": "Service type",
            "H": "Year data collection",
            "I": "Applicable",
            "J": "Proactive",
            "K": "Government level",
            "M": "Online availability",
            "N": "Mobile Friendliness",
            "O": "Service delivery",
            "P": "eID",
            "Q": "eDocuments",
            "R": "Pre-filed forms",
        },
    ),
    SHEET_3B: (6, {"C": "Country", "D": "Life event", "E": "Service"}),
    SHEET_MACHINE: (1, {"A": "year", "B": "Country", "C": "variable"}),
}
# rule_id: sheet, what the rule does.
CLEANING = {
    "answer_case": (SHEET_3B, "Yes and No in another case, such as YEs, are read as Yes and No."),
    "answer_spaces": (SHEET_3B, "Spaces before and after an answer are dropped."),
    "answer_nr": (SHEET_3B, "NR (not relevant) in any case is read as not_applicable."),
    "answer_nr_mark": (SHEET_3B, "NR with an asterisk is read as NR; no cell explains the mark."),
    "answer_dot": (SHEET_3B, "A full stop marks a question that was not put; not_applicable."),
    "answer_empty": (SHEET_3B, "An empty answer is read as not_answered, never as No."),
    "title_spaces_3b": (SHEET_3B, "Spaces at the ends of a service title are dropped."),
    "title_breaks_3b": (SHEET_3B, "A line break in a service title becomes one space."),
    "title_repair_3b": (SHEET_3B, "A cell range typed into a service title is taken out again."),
    "title_spaces_3a": (SHEET_3A, "Spaces at the ends of a service title are dropped."),
    "title_breaks_3a": (SHEET_3A, "A line break in a service title becomes one space."),
    "level_case": (SHEET_3A, "The government level central is read as Central."),
    "level_empty": (SHEET_3A, "A full stop or 0 as government level is read as no level."),
    "proactive_dot": (SHEET_3A, "A full stop under Proactive (not applicable) is left empty."),
    "score_dot_3a": (SHEET_3A, "A full stop as score of a service (not applicable) is left empty."),
    "score_dot_1": (SHEET_1, "A full stop as indicator of a life event is read as not_applicable."),
    "machine_variable_missing": (
        SHEET_MACHINE,
        "A row without a variable name cannot be used; the sheet feeds no table of this folder.",
    ),
}  # fmt: skip

# key, value, alternatives, why.
ASSUMPTIONS: list[tuple[str, str, Any, str]] = [
    ("aggregation:0", "arithmetic", ["geometric"],
     "The published scores are weighted arithmetic means; a geometric mean lets no strong part "
     "make up for a weak one."),
    ("weight:1", "1", {"relative": 0.25},
     "The publisher weighs the four dimensions (depth 1) alike."),
    ("weight:1.1", "6", {"relative": 0.25}, "Online availability has 6 of 9 parts of dimension 1."),
    ("weight:1.3", "2", {"relative": 0.25}, "User support has 2 of 9 parts of dimension 1."),
    ("weight:4.1", "4", {"relative": 0.25},
     "Cross-border online availability has 4 of 8 parts of dimension 4."),
    ("weight:4.2", "2", {"relative": 0.25},
     "Cross-border user support has 2 of 8 parts of dimension 4."),
    ("weight:4.x", "2", {"relative": 0.25},
     "Cross-border eID and eDocuments share 2 of 8 parts of dimension 4."),
    ("not_applicable", "exclude", ["zero"],
     "The publisher leaves out an indicator that does not apply; zero would count it as failed."),
    ("roll_up", "mean", ["pooled"],
     "A country is the plain mean of its nine life events, whatever their number of services."),
]  # fmt: skip

ASSESSMENTS_SCHEMA = pa.schema(
    [
        ("edition_year", pa.int64()),
        ("service_id", pa.string()),
        ("item_id", pa.string()),
        ("status", pa.string()),
        ("value", pa.float64()),
    ]
)
ANSWERS_SCHEMA = pa.schema(
    [
        ("sheet_row", pa.int32()),
        ("organisation_id", pa.string()),
        ("service_id", pa.string()),
        ("service", pa.string()),
        ("question_id", pa.string()),
        ("status", pa.string()),
        ("value", pa.int8()),
    ]
)

Row = dict[str, Any]
Scores = dict[tuple[str, str, str], float | None]
Tally = Counter[str]


class CellError(ValueError):
    """A cell, a heading or a file is not what this script knows how to read."""


@dataclass(frozen=True)
class Sheet:
    """The cells of one worksheet; rows and columns count from 1."""

    title: str
    rows: list[tuple[Any, ...]]

    def value(self, row: int, column: int) -> Any:
        """The value of one cell; None where the sheet ends before it."""
        cells = self.rows[row - 1]
        return cells[column - 1] if column <= len(cells) else None

    def cell(self, row: int, column: int) -> str:
        """The address of one cell as a reader of the workbook would type it, such as 3b!N214."""
        return f"{self.title.split('.')[0]}!{get_column_letter(column)}{row}"


# Reading


def check_sha256(path: Path, expected: str) -> None:
    """Refuse a workbook that is not the one this script was written for."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise CellError(f"{path.name}: sha256 {found}; expected {expected}")


def load_sheets(path: Path, titles: Sequence[str]) -> list[Sheet]:
    """The named sheets of one workbook, values only."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Slicer List extension", category=UserWarning)
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = [Sheet(title, list(book[title].iter_rows(values_only=True))) for title in titles]
        book.close()
    return sheets


def check_headings(sheet: Sheet) -> None:
    """Refuse a sheet whose headings moved; every difference is named."""
    row, expected = HEADINGS[sheet.title]
    found = {column: sheet.value(row, column_index_from_string(column)) for column in expected}
    wrong = [
        f"  {column}{row}: {found[column]!r}; expected {text!r}"
        for column, text in expected.items()
        if found[column] != text
    ]
    if wrong:
        raise CellError("\n".join([f"{sheet.title}: {len(wrong)} headings differ", *wrong]))


def unknown_value(value: Any, accepted: Iterable[Any], cell: str) -> CellError:
    """The refusal of a cell that holds something no rule knows."""
    known = ", ".join(repr(item) for item in accepted)
    return CellError(f"{cell}: unknown value {value!r}; accepted: {known}")


def pick(value: Any, accepted: Mapping[Any, T], cell: str) -> T:
    """What an accepted value is read as; any other value is refused by its cell."""
    if isinstance(value, (str, int)) and value in accepted:
        return accepted[value]
    raise unknown_value(value, accepted, cell)


def read_answer(value: Any, cell: str, tally: Tally) -> tuple[str, int | None]:
    """Status and value of one answer; the rules that changed it are counted."""
    if value is None or value == "":
        tally["answer_empty"] += 1
        return "not_answered", None
    text = value.strip() if isinstance(value, str) else ""
    if text.upper() not in SPELLINGS:
        raise unknown_value(value, [*ANSWERS, ""], cell)
    answer = SPELLINGS[text.upper()]
    tally["answer_spaces"] += text != value
    tally["answer_case"] += answer in YES_NO and text != answer
    tally["answer_nr"] += answer == "NR"
    tally["answer_nr_mark"] += answer == "NR*"
    tally["answer_dot"] += answer == "."
    return ANSWERS[answer]


def read_title(value: Any, cell: str, suffix: str, tally: Tally) -> str:
    """A service title on one line, without spaces at its ends."""
    if not isinstance(value, str) or not value.strip():
        raise unknown_value(value, ["a service title"], cell)
    broken = "\n" in value.strip() or "\r" in value.strip()
    tally[f"title_breaks_{suffix}"] += broken
    tally[f"title_spaces_{suffix}"] += value != value.strip()
    title = " ".join(value.split())
    if title in TITLE_REPAIRS:
        tally[f"title_repair_{suffix}"] += 1
        title = TITLE_REPAIRS[title]
    return title


def read_score(value: Any, cell: str, rule: str, tally: Tally) -> float | None:
    """A score of 0 to 100, or None for the full stop that marks "not applicable"."""
    if value == ".":
        tally[rule] += 1
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= 100:
        raise unknown_value(value, ["a number from 0 to 100", "."], cell)
    return float(value)


def score_columns(sheet: Sheet) -> dict[int, str]:
    """The columns of sheet 1 that are read: averages by name, life events by slug."""
    headings = {
        "Biennial average 2021 + 2022": "all",
        "Business life events 2021 + 2022": "business",
        "Citizen life events 2021 + 2022": "citizen",
    } | {event.heading: event.slug for event in LIFE_EVENTS}
    found = {text: number for number, text in enumerate(sheet.rows[5], start=1)}
    missing = [text for text in headings if text not in found]
    if missing:
        raise CellError(f"{sheet.title}: row 6 lacks the headings {missing}")
    return {found[text]: name for text, name in headings.items()}


def read_scores(sheet: Sheet, tally: Tally) -> Scores:
    """Sheet 1: the published score of unit, node and column (an average or a life event)."""
    check_headings(sheet)
    columns = score_columns(sheet)
    units = {code: code for code in COUNTRIES} | {"AVERAGE_EU27": "eu27", "EU27+": ""}
    scores: Scores = {}
    for row in range(7, len(sheet.rows) + 1):
        if sheet.value(row, 2) is None and sheet.value(row, 3) is None:
            continue  # empty rows below the table
        unit = pick(sheet.value(row, 2), units, sheet.cell(row, 2))
        node_id = pick(sheet.value(row, 3), LABELS, sheet.cell(row, 3))
        wanted = columns if unit in COUNTRIES else {4: "all"} if unit else {}
        for column, name in wanted.items():
            cell = sheet.cell(row, column)
            value = sheet.value(row, column)
            scores[unit, node_id, name] = read_score(value, cell, "score_dot_1", tally)
    check_scores(scores)
    return scores


def check_scores(scores: Scores) -> None:
    """Refuse a sheet 1 with a missing row, or with an average or a dimension left blank."""
    expected = len(COUNTRIES) * len(LABELS) * (3 + len(LIFE_EVENTS)) + len(LABELS)
    if len(scores) != expected:
        raise CellError(f"{SHEET_1}: {len(scores)} scores; expected {expected}")
    averages = ("all", "business", "citizen")
    blank = [
        key
        for key, score in scores.items()
        if score is None and (key[1] in COMPUTED or key[2] in averages)
    ]
    if blank:
        raise CellError(f"{SHEET_1}: no score at {blank}; expected a number")


def read_services(sheet: Sheet, tally: Tally) -> list[Row]:
    """Sheet 3a: one row per country and public service, with its six published indicators."""
    check_headings(sheet)
    return [read_service(sheet, row, tally) for row in range(8, len(sheet.rows) + 1)]


def read_service(sheet: Sheet, row: int, tally: Tally) -> Row:
    """One row of sheet 3a."""

    def chosen(column: int, accepted: Mapping[Any, T]) -> T:
        return pick(sheet.value(row, column), accepted, sheet.cell(row, column))

    country = chosen(2, {code: code for code in COUNTRIES})
    family = chosen(3, SLUGS)
    level = sheet.value(row, 11)
    tally["level_case"] += level == "central"
    tally["level_empty"] += level in (".", 0)
    tally["proactive_dot"] += sheet.value(row, 10) == "."
    values = {
        name: read_score(sheet.value(row, c), sheet.cell(row, c), "score_dot_3a", tally)
        for c, name in enumerate(SERVICE_SCORES, start=13)
    }
    return {
        "organisation_id": country,
        "service_id": f"{country}_{family}",
        "family_id": family,
        "service": read_title(sheet.value(row, 4), sheet.cell(row, 4), "3a", tally),
        "type": chosen(6, TYPES),
        "applicable": chosen(9, YES_NO),
        "proactive": chosen(10, PROACTIVE),
        "gov_level": chosen(11, LEVELS),
        "data_year": chosen(8, {2021: 2021, 2022: 2022}),
    } | values


def read_answers(sheet: Sheet, services: Sequence[Row], tally: Tally) -> list[Row]:
    """Sheet 3b: one row per web address and question; titles must be those of sheet 3a."""
    check_headings(sheet)
    headings = [str(text).split(":")[0] for text in sheet.rows[5][12:36]]
    if headings != QUESTIONS:
        raise CellError(f"{sheet.title}: questions {headings}; expected {QUESTIONS}")
    titles: dict[str, dict[str, str]] = {}
    for service in services:
        titles.setdefault(service["service_id"], {})[service["service"]] = service["service"]
    answers: list[Row] = []
    for row in range(7, len(sheet.rows) + 1):
        answers.extend(read_address(sheet, row, titles, tally))
    return answers


def read_address(
    sheet: Sheet, row: int, titles: Mapping[str, Mapping[str, str]], tally: Tally
) -> list[Row]:
    """The 24 answers of one row of sheet 3b."""
    countries = {code: code for code in COUNTRIES}
    country = pick(sheet.value(row, 3), countries, sheet.cell(row, 3))
    family = pick(sheet.value(row, 4), SLUGS, sheet.cell(row, 4))
    service_id = f"{country}_{family}"
    cell = sheet.cell(row, 5)
    title = pick(read_title(sheet.value(row, 5), cell, "3b", tally), titles[service_id], cell)
    known = {
        "sheet_row": row,
        "organisation_id": country,
        "service_id": service_id,
        "service": title,
    }
    rows = []
    for column, question in enumerate(QUESTIONS, start=13):
        status, value = read_answer(sheet.value(row, column), sheet.cell(row, column), tally)
        rows.append(known | {"question_id": question, "status": status, "value": value})
    return rows


# Tables


def framework_rows() -> list[Row]:
    """The tree of the publication, depth first, with the weights it was computed with."""
    bounds = {"direction": 1, "normalisation": "goalposts", "lower": 0, "upper": 100}
    return [
        {
            "node_id": node.node_id,
            "parent_id": node.parent_id,
            "weight": node.weight,
            "name_az": node.name_az,
            "name_en": node.name_en,
            "official": "yes",
            "source": PAGE,
            "guidance_az": node.guidance_az,
            "guidance_en": node.guidance_en,
        }
        | (bounds if node.node_id in ITEMS else {})
        for node in NODES
    ]


def organisation_rows() -> list[Row]:
    """One row per country."""
    return [
        {
            "edition_year": EDITION,
            "organisation_id": code,
            "category": "eu27" if code in EU27 else "other",
            "name_az": name_az,
            "name_en": name_en,
            "aliases": aliases,
            "successors": "",
        }
        for code, (name_az, name_en, aliases) in COUNTRIES.items()
    ]


def service_rows(services: Sequence[Row]) -> list[Row]:
    """One row per country and life event, with counts of the public services under it."""
    counts: Counter[tuple[str, str]] = Counter()
    years: dict[str, int] = {}
    for service in services:
        key = service["service_id"]
        counts[key, "all"] += 1
        counts[key, "applicable"] += service["applicable"] == "Yes"
        counts[key, "transactional"] += service["type"] == "Transactional"
        if years.setdefault(key, service["data_year"]) != service["data_year"]:
            raise CellError(f"{SHEET_3A}: {key} has two years of collection; expected one")
    rows = []
    for code, event in ((code, event) for code in COUNTRIES for event in LIFE_EVENTS):
        key = f"{code}_{event.slug}"
        rows.append(
            {
                "edition_year": EDITION,
                "service_id": key,
                "organisation_id": code,
                "name_az": event.name_az,
                "name_en": event.name_en,
                "family_id": event.slug,
                "target": event.target,
                "data_year": years[key],
                "n_services": counts[key, "all"],
                "n_applicable": counts[key, "applicable"],
                "n_transactional": counts[key, "transactional"],
            }
        )
    return sorted(rows, key=lambda row: row["service_id"])


def assessment_rows(scores: Scores) -> list[Row]:
    """One row per life event of a country and indicator."""
    rows = []
    for (unit, node_id, name), score in scores.items():
        if node_id in ITEMS and name in SLUGS.values():
            rows.append(
                {
                    "edition_year": EDITION,
                    "service_id": f"{unit}_{name}",
                    "item_id": node_id,
                    "status": "not_applicable" if score is None else "scored",
                    "value": score,
                }
            )
    return sorted(rows, key=lambda row: (row["service_id"], row["item_id"]))


def overall_ranks(scores: Scores) -> dict[str, int]:
    """The rank of each country on its printed overall score; 1 is the highest."""
    overall = {code: scores[code, "0", "all"] or 0.0 for code in COUNTRIES}
    return {
        code: 1 + sum(other > score for other in overall.values())
        for code, score in overall.items()
    }


def announced_row(level: str, unit: str, node_id: str, score: float | None, rank: Any = "") -> Row:
    """One published score."""
    return {
        "edition_year": EDITION,
        "level": level,
        "unit_id": unit,
        "node_id": node_id,
        "scope": "all",
        "score_percent": score,
        "rank": rank,
        "decimals": DECIMALS,
        "source": PAGE,
    }


def announced_rows(scores: Scores) -> list[Row]:
    """Published scores: life events on computed nodes, countries and the EU27 on every node."""
    ranks = overall_ranks(scores)
    rows = []
    for (unit, node_id, name), score in scores.items():
        if name in SLUGS.values() and node_id in COMPUTED:
            rows.append(announced_row("service", f"{unit}_{name}", node_id, score))
        elif name == "all" and unit in COUNTRIES:
            rank = ranks[unit] if node_id == "0" else ""
            rows.append(announced_row("organisation", unit, node_id, score, rank))
        elif name == "all":
            rows.append(announced_row("category", unit, node_id, score))
    levels = ["service", "organisation", "category"]
    return sorted(rows, key=lambda r: (levels.index(r["level"]), r["unit_id"], r["node_id"]))


def target_rows(scores: Scores) -> list[Row]:
    """The published averages over the business and over the citizen life events."""
    rows = [
        {"organisation_id": unit, "target": name, "node_id": node_id, "score_percent": score}
        for (unit, node_id, name), score in scores.items()
        if name in ("business", "citizen")
    ]
    return sorted(rows, key=lambda row: (row["organisation_id"], row["target"], row["node_id"]))


def cleaning_rows(tally: Tally, read: Mapping[str, int]) -> list[Row]:
    """What each cleaning rule read and changed."""
    return [
        {
            "rule_id": rule_id,
            "sheet": sheet,
            "what": what,
            "cells_read": read[rule_id],
            "cells_changed": tally[rule_id],
        }
        for rule_id, (sheet, what) in CLEANING.items()
    ]


def cells_read(scores: Scores, services: int, answers: int, machine: int) -> dict[str, int]:
    """How many cells each cleaning rule looked at."""
    addresses = answers // len(QUESTIONS)
    read = {rule_id: answers for rule_id in CLEANING if rule_id.startswith("answer_")}
    read |= {rule_id: addresses for rule_id in CLEANING if rule_id.endswith("_3b")}
    read |= {f"title_{what}_3a": services for what in ("spaces", "breaks")}
    read |= {rule_id: services for rule_id in ("level_case", "level_empty", "proactive_dot")}
    read |= {"score_dot_3a": services * len(SERVICE_SCORES), "score_dot_1": len(scores)}
    return read | {"machine_variable_missing": machine}


def assumption_rows(prefix: str, assumptions: list[tuple[str, str, Any, str]]) -> list[Row]:
    """The choices of the publisher that an analysis may vary."""
    return [
        {
            "assumption_id": f"{prefix}{number}",
            "key": key,
            "value": value,
            "alternatives": json.dumps(alternatives),
            "active": "yes",
            "why": why,
            "unknown": "",
        }
        for number, (key, value, alternatives, why) in enumerate(assumptions, start=1)
    ]


def edition_rows() -> list[Row]:
    """The one edition of this dataset."""
    files = {"framework": "framework.csv", "rules": "rules.toml"}
    labels = {"label_az": str(EDITION), "label_en": str(EDITION)}
    return [{"edition_year": EDITION, **labels, "order": 1, **files}]


# Writing


def cell_text(value: Any) -> str:
    """A value as it stands in a CSV file: floats in full precision, missing as nothing."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def write_csv(path: Path, rows: Sequence[Row], columns: Iterable[str] = ()) -> None:
    """Rows as UTF-8 with a line feed at each end; the first row names the columns."""
    names = list(columns) or list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([cell_text(row.get(name)) for name in names] for row in rows)


def write_parquet(path: Path, rows: Sequence[Row], schema: pa.Schema) -> None:
    """Rows under a fixed schema, without the metadata of another library."""
    columns = {name: [row[name] for row in rows] for name in schema.names}
    table = pa.table(columns, schema=schema)
    pq.write_table(table, path, compression="zstd", store_schema=False)


def count_machine_rows(raw: Path, tally: Tally) -> int:
    """Rows of the machine readable sheet; those without a variable name are counted."""
    (sheet,) = load_sheets(raw / MACHINE, [SHEET_MACHINE])
    check_headings(sheet)
    tally["machine_variable_missing"] += sum(row[2] is None for row in sheet.rows[1:])
    return len(sheet.rows) - 1


def build(output: Path, raw: Path = FOLDER / "raw") -> None:
    """Write every derived file of the dataset into a folder."""
    for name, digest in SHA256.items():
        check_sha256(raw / name, digest)
    tally: Tally = Counter()
    sheet_1, sheet_3a, sheet_3b = load_sheets(raw / RESULTS, [SHEET_1, SHEET_3A, SHEET_3B])
    scores = read_scores(sheet_1, tally)
    services = read_services(sheet_3a, tally)
    answers = read_answers(sheet_3b, services, tally)
    read = cells_read(scores, len(services), len(answers), count_machine_rows(raw, tally))
    services.sort(key=lambda row: (row["service_id"], row["service"]))
    output.mkdir(parents=True, exist_ok=True)
    write_text_files(output)
    write_csv(output / "services.csv", service_rows(services))
    write_csv(output / "announced.csv", announced_rows(scores))
    write_csv(output / "country_scores_by_target.csv", target_rows(scores))
    write_csv(output / "service_indicators.csv", services)
    write_csv(output / "cleaning.csv", cleaning_rows(tally, read))
    write_parquet(output / "assessments.parquet", assessment_rows(scores), ASSESSMENTS_SCHEMA)
    write_parquet(output / "answers.parquet", answers, ANSWERS_SCHEMA)


def write_text_files(output: Path) -> None:
    """Write the files that rest on this script alone."""
    (output / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8", newline="\n")
    (output / "rules.toml").write_text(RULES_TOML, encoding="utf-8", newline="\n")
    write_csv(output / "editions.csv", edition_rows())
    write_csv(output / "framework.csv", framework_rows(), FRAMEWORK_COLUMNS)
    write_csv(output / "organisations.csv", organisation_rows())
    write_csv(output / "assumptions.csv", assumption_rows("EB", ASSUMPTIONS))


def main() -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description="Rebuild the eGovernment Benchmark 2023 dataset.")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
