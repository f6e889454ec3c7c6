"""Rebuild data/egov_life_events from the machine readable workbook of data/egov_benchmark_2023.

    python scripts/build_egov_life_events.py [--output FOLDER]

A life event in a country is the service, the year of measurement is the edition. Reading of cells,
the tree, the countries and the writing are those of `build_egov_benchmark.py`.
The README page of the folder is written by hand and stays as it is.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import build_egov_benchmark as sister
from build_egov_benchmark import (
    ASSESSMENTS_SCHEMA,
    COMPUTED,
    COUNTRIES,
    EU27,
    FRAMEWORK_COLUMNS,
    ITEMS,
    LIFE_EVENTS,
    MACHINE,
    SHEET_MACHINE,
    CellError,
    Row,
    Sheet,
    Tally,
)

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = DATA / "egov_life_events"
RAW = DATA / "egov_benchmark_2023" / "raw"

DATASET_TOML = (
    sister.DATASET_TOML.replace('"egov_benchmark_2023"', '"egov_life_events"')
    .replace("müqayisəsi, 2023", "müqayisəsi: həyat hadisələri, 2020-2022")
    .replace('"eGovernment Benchmark 2023"', '"eGovernment Benchmark: life events, 2020-2022"')
    .replace("Final Results", "Machine readable format")
)
RULES_TOML = """\
# The rules of egov_benchmark_2023; with them the dimensions of all three years are repeated, but
# for one score. See README.md.
""" + "".join(
    line.replace("its nine life events", "the life events measured in the year")
    for line in sister.RULES_TOML.splitlines(keepends=True)
    if not line.startswith("#")
)
ASSUMPTIONS = [
    *(row for row in sister.ASSUMPTIONS if row[0] != "roll_up"),
    ("roll_up", "mean", ["pooled"],
     "The publisher averages life events alike, over two years; here a country is the plain mean "
     "of those of one year."),
]  # fmt: skip

HEADINGS = ("year", "Country", "variable", "brkdown", "unit", "Value")
UNIT = "eGov_score"
FIRST_YEAR = 2020
# Found by comparing the values of 2021 and 2022 with egov_benchmark_2023; tested there.
EVENTS = {
    "e_gov_EVENTS_1": "regular_business",
    "e_gov_EVENTS_2": "moving",
    "e_gov_EVENTS_3": "transport",
    "e_gov_EVENTS_4": "justice",
    "e_gov_EVENTS_5": "business_startup",
    "e_gov_EVENTS_6": "family",
    "e_gov_EVENTS_7": "career",
    "e_gov_EVENTS_8": "studying",
    "e_gov_EVENTS_9": "health",
}
ALL = "all"
BREAKDOWNS = EVENTS | {"EGOV_LIFE_EVENTS": ALL}
EVEN_YEARS = ("business_startup", "family", "career", "studying")
MEASURED = {
    2020: EVEN_YEARS,
    2021: ("regular_business", "moving", "transport", "justice", "health"),
    2022: EVEN_YEARS,
}
# Variable as written in 2022: node of the tree.
VARIABLES = {
    "e_gov_0_score": "0",
    "e_gov_1_UC": "1",
    "e_gov_1a_UC_OA": "1.1",
    "e_gov_1b_UC_MF": "1.2",
    "e_gov_1c_UC_US": "1.3",
    "e_gov_2_TR": "2",
    "e_gov_2a_TR_SD": "2.1",
    "e_gov_2b_TR_PD": "2.2",
    "e_gov_2c_TR_DE": "2.3",
    "e_gov_3_KE": "3",
    "e_gov_3a_KE_EID": "3.1",
    "e_gov_3b_KE_EDOC": "3.2",
    "e_gov_3c_KE_AS": "3.3",
    "e_gov_3d_KE_DP": "3.4",
    "e_gov_4_CB": "4",
    "e_gov_4a_CB_OA": "4.1",
    "e_gov_4b_CB_US": "4.2",
    "e_gov_4c_CB_EID": "4.3",
    "e_gov_4d_CB_EDOC": "4.4",
}
AVERAGES = {"EU": EU27, "EUplus": list(COUNTRIES)}
UNITS = {unit: unit for unit in [*COUNTRIES, *AVERAGES]}
LOWER_CASE = {
    name.lower(): name for name in VARIABLES if name.endswith(("UC_MF", "UC_US", "TR_PD", "TR_DE"))
}

# rule_id: what the rule does; all are about one sheet.
CLEANING = {
    "machine_variable_missing": "A row without a variable name is left out; counted in rows.",
    "year_before_2020": (
        "A row of a year before 2020 is left out, because the sample of services changed in 2020; "
        "counted in rows. They are the rows without a variable name."),
    "variable_case": (
        "A variable name in lower case (1b, 1c, 2b, 2c of 2020 and 2021) is read as that of 2022; "
        "counted in rows."),
    "average_unit": (
        "A row of EU or EUplus, which are averages of countries, is no assessment; it stands in "
        "published_averages.csv; counted in rows."),
    "average_life_events": (
        "A row of a country over all life events is an average of two years and no assessment; it "
        "stands in published_averages.csv; counted in rows."),
    "computed_node": (
        "A dimension or overall score of a life event is no assessment; it stands in "
        "announced.csv; counted in rows."),
    "score_dot_machine": (
        "A full stop as indicator of a life event is read as not_applicable; counted in rows."),
}  # fmt: skip

Key = tuple[int, str, str, str]  # year, country or average, life event or all, node
Scores = dict[Key, float | None]


# Reading


def check_headings(sheet: Sheet) -> None:
    """Refuse a sheet whose six columns are not those this script reads."""
    sister.check_headings(sheet)
    if sheet.rows[0] != HEADINGS:
        raise CellError(f"{sheet.title}: headings {sheet.rows[0]}; expected {HEADINGS}")


def read_scores(sheet: Sheet, tally: Tally) -> Scores:
    """The scores of the years from 2020 on; a score printed twice is refused."""
    check_headings(sheet)
    scores: Scores = {}
    for row in range(2, len(sheet.rows) + 1):
        if is_left_out(sheet, row, tally):
            continue
        key = read_key(sheet, row, tally)
        if key in scores:
            raise CellError(f"{sheet.cell(row, 6)}: second score of {key}; expected one")
        scores[key] = read_value(sheet, row, key, tally)
    check_scores(scores)
    return scores


def is_left_out(sheet: Sheet, row: int, tally: Tally) -> bool:
    """Whether a row has no variable name or is of a year before 2020."""
    year = sheet.value(row, 1)
    if not isinstance(year, int):
        raise sister.unknown_value(year, ["a year"], sheet.cell(row, 1))
    nameless, early = sheet.value(row, 3) is None, year < FIRST_YEAR
    tally["machine_variable_missing"] += nameless
    tally["year_before_2020"] += early
    return nameless or early


def read_key(sheet: Sheet, row: int, tally: Tally) -> Key:
    """What the score of a row is about; the rules that decide on the row are counted."""

    def chosen(column: int, accepted: dict[Any, Any]) -> Any:
        return sister.pick(sheet.value(row, column), accepted, sheet.cell(row, column))

    year = chosen(1, {year: year for year in MEASURED})
    unit = chosen(2, UNITS)
    spelling = chosen(3, {name: name for name in VARIABLES} | LOWER_CASE)
    node_id = VARIABLES[spelling]
    event = chosen(4, {name: event for name, event in BREAKDOWNS.items()
                       if event in (ALL, *MEASURED[year])})  # fmt: skip
    chosen(5, {UNIT: UNIT})
    tally["variable_case"] += sheet.value(row, 3) in LOWER_CASE
    tally["average_unit"] += unit in AVERAGES
    tally["average_life_events"] += unit in COUNTRIES and event == ALL
    tally["computed_node"] += unit in COUNTRIES and event != ALL and node_id in COMPUTED
    return year, unit, event, node_id


def read_value(sheet: Sheet, row: int, key: Key, tally: Tally) -> float | None:
    """A score; a full stop is known at the indicators of a country's life event alone."""
    value, cell = sheet.value(row, 6), sheet.cell(row, 6)
    score = sister.read_score(value, cell, "score_dot_machine", tally)
    if score is None and not is_assessment(key):
        raise sister.unknown_value(value, ["a number from 0 to 100"], cell)
    return score


def is_assessment(key: Key) -> bool:
    """Whether a score is an indicator of a life event in a country."""
    _, unit, event, node_id = key
    return unit in COUNTRIES and event != ALL and node_id in ITEMS


def check_scores(scores: Scores) -> None:
    """Refuse a sheet that lacks a score of a year."""
    for year, events in MEASURED.items():
        for key in product([year], UNITS, [*events, ALL], VARIABLES.values()):
            if key not in scores:
                raise CellError(f"{SHEET_MACHINE}: no score of {key}; expected one")


# Tables


def edition_rows() -> list[Row]:
    """One edition per year of measurement, all with one framework."""
    (known,) = sister.edition_rows()
    return [
        known | {"edition_year": year, "label_az": year, "label_en": year, "order": order}
        for order, year in enumerate(MEASURED, start=1)
    ]


def organisation_rows() -> list[Row]:
    """The countries, once a year."""
    return [row | {"edition_year": year} for year in MEASURED for row in sister.organisation_rows()]


def service_rows() -> list[Row]:
    """One row per year, country and life event; a service keeps its id over the years."""
    return [
        {
            "edition_year": year,
            "service_id": f"{country}_{event.slug}",
            "organisation_id": country,
            "name_az": event.name_az,
            "name_en": event.name_en,
            "family_id": event.slug,
            "target": event.target,
        }
        for year, events in MEASURED.items()
        for country in COUNTRIES
        for event in sorted(LIFE_EVENTS)
        if event.slug in events
    ]


def assessment_rows(scores: Scores) -> list[Row]:
    """One row per year, life event of a country and indicator."""
    return [
        {
            "edition_year": year,
            "service_id": f"{unit}_{event}",
            "item_id": node_id,
            "status": "not_applicable" if scores[key] is None else "scored",
            "value": scores[key],
        }
        for key in sorted(scores)
        if is_assessment(key)
        for year, unit, event, node_id in [key]
    ]


def announced_rows(scores: Scores) -> list[Row]:
    """The published dimensions and overall scores of life events, as printed."""
    return [
        sister.announced_row("service", f"{unit}_{event}", node_id, scores[key])
        | {"edition_year": year}
        for key in sorted(scores)
        for year, unit, event, node_id in [key]
        if unit in COUNTRIES and event != ALL and node_id in COMPUTED
    ]


def average_rows(scores: Scores) -> list[Row]:
    """The published averages: over life events, over countries, or over both."""
    return [
        {
            "edition_year": year,
            "unit_id": unit,
            "life_event": event,
            "node_id": node_id,
            "score_percent": scores[key],
        }
        for key in sorted(scores)
        for year, unit, event, node_id in [key]
        if unit in AVERAGES or event == ALL
    ]


def cleaning_rows(tally: Tally, rows: int, kept: int) -> list[Row]:
    """What each cleaning rule read and changed."""
    every = ("machine_variable_missing", "year_before_2020")
    return [
        {
            "rule_id": rule_id,
            "sheet": SHEET_MACHINE,
            "what": what,
            "cells_read": rows if rule_id in every else kept,
            "cells_changed": tally[rule_id],
        }
        for rule_id, what in CLEANING.items()
    ]


# Writing


def build(output: Path, raw: Path = RAW) -> None:
    """Write every derived file of the dataset into a folder."""
    sister.check_sha256(raw / MACHINE, sister.SHA256[MACHINE])
    (sheet,) = sister.load_sheets(raw / MACHINE, [SHEET_MACHINE])
    tally: Tally = Counter()
    scores = read_scores(sheet, tally)
    output.mkdir(parents=True, exist_ok=True)
    write_text_files(output)
    tables = {
        "announced": announced_rows(scores),
        "published_averages": average_rows(scores),
        "cleaning": cleaning_rows(tally, len(sheet.rows) - 1, len(scores)),
    }
    for name, table in tables.items():
        sister.write_csv(output / f"{name}.csv", table)
    sister.write_parquet(
        output / "assessments.parquet", assessment_rows(scores), ASSESSMENTS_SCHEMA
    )


def write_text_files(output: Path) -> None:
    """Write the files that rest on this script and its sister alone."""
    (output / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8", newline="\n")
    (output / "rules.toml").write_text(RULES_TOML, encoding="utf-8", newline="\n")
    sister.write_csv(output / "framework.csv", sister.framework_rows(), FRAMEWORK_COLUMNS)
    tables = {
        "editions": edition_rows(),
        "organisations": organisation_rows(),
        "services": service_rows(),
        "assumptions": sister.assumption_rows("EL", ASSUMPTIONS),
    }
    for name, table in tables.items():
        sister.write_csv(output / f"{name}.csv", table)


def main() -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description="Rebuild the dataset of life events by year.")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
