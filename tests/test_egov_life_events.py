"""Life events of the eGovernment Benchmark by year, against the workbook and its own averages."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from build_scripts import load_script
from openpyxl import load_workbook

from asan_analysis.analysis.trends import cover_editions
from asan_analysis.cli import main
from asan_analysis.data.datasets import Dataset, load_dataset, select_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.scoring import score_services

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "egov_life_events"
SISTER = ROOT / "data" / "egov_benchmark_2023"
YEARS = (2020, 2021, 2022)
NODES = 19
DIMENSIONS = ["1", "2", "3", "4"]
CLOSE = 1e-8


sister = load_script("build_egov_benchmark")
script = load_script("build_egov_life_events")


@pytest.fixture(scope="module")
def sheet() -> Any:
    """The sheet as the script is given it, read once for all tests of this page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(script.RAW / sister.MACHINE, read_only=True, data_only=True)
        rows = list(book["Machine Readable Format"].iter_rows(values_only=True))
        book.close()
    return sister.Sheet("Machine Readable Format", rows)


@pytest.fixture(scope="module")
def raw(sheet: Any) -> pd.DataFrame:
    """The rows of the sheet, read without the script; `node_id` from the name of the variable."""
    table = pd.DataFrame(sheet.rows[1:], columns=list(sheet.rows[0]))
    code = table["variable"].str.split("_").str[2]
    letter = code.str[1:].map(lambda text: f".{ord(text) - 96}" if text else "", "ignore")
    table["node_id"] = code.str[0] + letter
    table["value"] = pd.to_numeric(table["Value"].where(table["Value"] != "."))
    return table


@pytest.fixture(scope="module")
def named(raw: pd.DataFrame) -> pd.DataFrame:
    """The rows that name their variable."""
    return raw[raw["variable"].notna()]


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load_dataset(str(FOLDER))


@pytest.fixture(scope="module")
def scores(data: Dataset) -> pd.DataFrame:
    """Every life event of every year at every node, scored by the library."""
    parts = []
    for year in YEARS:
        one, edition = select_edition(data, year)
        scored = score_services(one.assessments, one.services, *find_method(one, edition))
        parts.append(scored.assign(edition_year=year))
    keys = ["edition_year", "service_id"]
    about = data.services[[*keys, "organisation_id", "family_id"]]
    return pd.concat(parts).merge(about, on=keys)


@pytest.fixture(scope="module")
def averages() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "published_averages.csv", dtype={"node_id": str})


# The folder


def test_rebuilding_gives_the_same_files(
    sheet: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text files byte for byte; Parquet too, where the same writer is at hand."""
    monkeypatch.setattr(sister, "load_sheets", lambda *_: [sheet])
    script.build(tmp_path)
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in sorted(names - {"assessments.parquet"}):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
    ours, kept = tmp_path / "assessments.parquet", FOLDER / "assessments.parquet"
    assert pq.read_table(ours).equals(pq.read_table(kept))
    assert pq.read_schema(kept).metadata is None
    if len({pq.read_metadata(path).created_by for path in (ours, kept)}) == 1:
        assert ours.read_bytes() == kept.read_bytes()


def test_the_dataset_keeps_its_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FOLDER)]) == 0
    told = capsys.readouterr().out
    assert "3 edition(s), 35 organisations, 315 services, 6370 answers; no problems" in told
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 500_000


def test_texts_of_the_sister_are_changed_where_they_must_be(data: Dataset) -> None:
    assert data.about["id"] == "egov_life_events"
    assert data.title("az").endswith("həyat hadisələri, 2020-2022")
    assert data.title("en") == "eGovernment Benchmark: life events, 2020-2022"
    assert data.about["citation"].count("Machine readable format") == 1
    rules = (FOLDER / "rules.toml").read_text(encoding="utf-8")
    assert "nine" not in rules and "measured in the year" in rules
    keys = [row[0] for row in script.ASSUMPTIONS]
    assert sorted(keys) == sorted(row[0] for row in sister.ASSUMPTIONS)


def test_framework_and_countries_are_those_of_the_sister(data: Dataset) -> None:
    assert (FOLDER / "framework.csv").read_bytes() == (SISTER / "framework.csv").read_bytes()
    columns = ["organisation_id", "category", "name_az", "name_en"]
    known = pd.read_csv(SISTER / "organisations.csv", dtype=str)[columns]
    for year in YEARS:
        ours = data.organisations[data.organisations["edition_year"] == year]
        assert (ours[columns].to_numpy() == known.to_numpy()).all()


# Rows and cleaning


def test_answers_follow_from_the_sheet(data: Dataset, named: pd.DataFrame) -> None:
    """All 6,370 answers, found again in the sheet by year, country, number and variable."""
    rows = named[named["brkdown"].str.startswith("e_gov") & ~named["Country"].str.startswith("EU")]
    rows = rows[rows["node_id"].str.len() == 3].copy()
    rows["service_id"] = rows["Country"] + "_" + rows["brkdown"].map(script.EVENTS)
    keys = ["edition_year", "service_id", "item_id"]
    told = rows.rename(columns={"year": "edition_year", "node_id": "item_id"}).set_index(keys)
    ours = data.assessments.set_index(keys)
    assert len(told) == len(ours) == 6370 and told.index.is_unique
    told = told.reindex(ours.index)
    missing = told["Value"] == "."
    assert ((ours["status"] == "not_applicable") == missing).all()
    assert set(ours["status"]) == {"scored", "not_applicable"}
    pd.testing.assert_series_equal(ours["value"], told["value"], check_names=False)
    counts = data.assessments.groupby("edition_year")["status"].value_counts().to_dict()
    assert counts == {
        (2020, "scored"): 1910, (2020, "not_applicable"): 50,
        (2021, "scored"): 2392, (2021, "not_applicable"): 58,
        (2022, "scored"): 1930, (2022, "not_applicable"): 30,
    }  # fmt: skip


def test_cleaning_counts_are_those_of_the_sheet(raw: pd.DataFrame, named: pd.DataFrame) -> None:
    """Each rule is counted again without the script."""
    told = pd.read_csv(FOLDER / "cleaning.csv").set_index("rule_id")
    country = ~named["Country"].isin(["EU", "EUplus"])
    life_event = named["brkdown"] != "EGOV_LIFE_EVENTS"
    counted = {
        "machine_variable_missing": raw["variable"].isna().sum(),
        "year_before_2020": (raw["year"] < 2020).sum(),
        "variable_case": named["variable"].str.endswith(("uc_mf", "uc_us", "tr_pd", "tr_de")).sum(),
        "average_unit": (~country).sum(),
        "average_life_events": (country & ~life_event).sum(),
        "computed_node": (country & life_event & (named["node_id"].str.len() == 1)).sum(),
        "score_dot_machine": (named["Value"] == ".").sum(),
    }
    assert told["cells_changed"].to_dict() == counted
    assert list(counted.values()) == [23910, 23910, 1628, 608, 1995, 2275, 138]
    assert set(told["cells_read"]) == {len(raw), len(named)} == {35158, 11248}
    left_out = told["cells_changed"][["average_unit", "average_life_events", "computed_node"]]
    assert len(named) - left_out.sum() == 6370


def test_rows_without_a_variable_are_those_before_2020(raw: pd.DataFrame) -> None:
    assert (raw["variable"].isna() == (raw["year"] < 2020)).all()


def test_other_values_than_numbers_are_full_stops_at_indicators(named: pd.DataFrame) -> None:
    text = named[named["Value"].map(lambda value: isinstance(value, str))]
    assert set(text["Value"]) == {"."}
    assert set(text["node_id"]) == {"3.1", "3.2", "3.3", "3.4", "4.3", "4.4"}
    assert named["value"].between(0, 100).sum() == len(named) - len(text)


# The numbering of life events


def compare_events(named: pd.DataFrame, year: int) -> pd.DataFrame:
    """Indicators of a year equal to those of the sister: number in the sheet x life event."""
    known = pd.read_parquet(SISTER / "assessments.parquet").rename(columns={"item_id": "node_id"})
    known[["Country", "event"]] = known["service_id"].str.split("_", n=1, expand=True)
    rows = named[(named["year"] == year) & (named["brkdown"] != "EGOV_LIFE_EVENTS")]
    both = rows.merge(known, on=["Country", "node_id"], suffixes=("", "_known"))
    near = (both["value"] - both["value_known"]).abs() < CLOSE
    both["same"] = near | (both["value"].isna() & both["value_known"].isna())
    return both.groupby(["brkdown", "event"])["same"].sum().unstack()


def test_numbers_of_life_events_follow_from_values(named: pd.DataFrame) -> None:
    """In 2021 and 2022 one life event has all 490 values of a number, any other under 200."""
    found = {}
    for year in (2021, 2022):
        same = compare_events(named, year)
        assert (same.max(axis=1) == 35 * 14).all()
        assert ((same > 200).sum(axis=1) == 1).all()
        found |= same.idxmax(axis=1).to_dict()
    assert found == script.EVENTS and len(found) == 9


def test_numbers_of_2020_are_those_of_2022(named: pd.DataFrame) -> None:
    """Values of 2020 are most often those of the same number two years later, by far."""
    same = compare_events(named, 2020)
    numbers = [f"e_gov_EVENTS_{number}" for number in (5, 6, 7, 8)]
    assert same.idxmax(axis=1).to_dict() == {number: script.EVENTS[number] for number in numbers}
    second = same.apply(lambda row: row.nlargest(2).iloc[1], axis=1)
    assert (same.max(axis=1) > 1.4 * second).all()


# Scores against the published ones


def held_against_announced(data: Dataset, scores: pd.DataFrame) -> pd.DataFrame:
    told = data.announced.rename(columns={"unit_id": "service_id", "score_percent": "told"})
    keys = ["edition_year", "service_id", "node_id"]
    table = told[[*keys, "told"]].merge(scores, on=keys, how="left")
    table["agrees"] = (table["score_percent"] - table["told"]).abs() < CLOSE
    return table


def test_weights_of_the_framework_repeat_the_dimensions(
    data: Dataset, scores: pd.DataFrame
) -> None:
    """All 1,820 dimensions of life events but one; the overall scores of 2020 and 2021."""
    table = held_against_announced(data, scores)
    assert len(table) == 455 * 5
    wrong = table[~table["agrees"]]
    assert Counter(zip(wrong["edition_year"], wrong["node_id"], strict=True)) == {
        (2022, "0"): 139, (2021, "4"): 1,
    }  # fmt: skip
    (one,) = wrong[wrong["node_id"] == "4"].to_dict("records")
    assert one["service_id"] == "PT_health"
    assert (one["told"], one["score_percent"]) == (56.0, 49.75)


def test_the_overall_scores_of_2022_lack_a_dimension(data: Dataset) -> None:
    """The sheet has (1 + 2 + 3) / 4: cross-border services are left out and still counted."""
    told = data.announced[data.announced["edition_year"] == 2022]
    wide = told.pivot(index="unit_id", columns="node_id", values="score_percent")
    assert len(wide) == 140
    assert ((wide[["1", "2", "3"]].sum(axis=1) / 4 - wide["0"]).abs() < CLOSE).all()
    whole = (wide[DIMENSIONS].mean(axis=1) - wide["0"]).abs() < CLOSE
    assert whole.sum() == 1
    assert (wide.loc[whole, "4"] == 0).all()


def test_dimension_4_of_portugal_has_the_value_before_a_correction(data: Dataset) -> None:
    """With 100 for cross-border eID, not the 50 of the sheet, the printed 56 comes out."""
    rows = data.assessments[
        (data.assessments["service_id"] == "PT_health") & (data.assessments["edition_year"] == 2021)
    ]
    values = rows.set_index("item_id")["value"]
    assert values["4.3"] == 50 and values["4.4"] == 100
    assert (4 * values["4.1"] + 2 * values["4.2"] + 2 * (100 + 100) / 2) / 8 == pytest.approx(56)


def country_averages(averages: pd.DataFrame, year: int) -> pd.DataFrame:
    """The published scores of countries: a row per country, a column per node."""
    rows = averages[
        (averages["edition_year"] == year)
        & (averages["life_event"] == "all")
        & ~averages["unit_id"].isin(["EU", "EUplus"])
    ]
    return rows.pivot(index="unit_id", columns="node_id", values="score_percent")


def mean_of_events(scores: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Countries as plain means over the life events of the years."""
    rows = scores[scores["edition_year"].isin(years)]
    return rows.pivot_table(index="organisation_id", columns="node_id", values="score_percent")


@pytest.mark.parametrize(
    ("year", "years", "agreeing"),
    [(2022, (2021, 2022), 665), (2021, (2020, 2021), 662),
     (2022, (2022,), 40), (2021, (2021,), 36), (2020, (2020,), 65)],
)  # fmt: skip
def test_country_scores_are_means_over_two_years(
    averages: pd.DataFrame,
    scores: pd.DataFrame,
    year: int,
    years: tuple[int, ...],
    agreeing: int,
) -> None:
    """Of 665 country scores of a year: those of two years agree, those of the year alone do not."""
    told = country_averages(averages, year)
    near = (mean_of_events(scores, years)[told.columns] - told).abs() < CLOSE
    assert told.shape == (35, NODES)
    assert near.to_numpy().sum() == agreeing
    if agreeing == 662:
        wrong = [key for key, same in near.stack().items() if not same]
        assert wrong == [("PT", "0"), ("PT", "4"), ("PT", "4.3")]


def test_country_scores_of_2020_contain_2019(raw: pd.DataFrame, averages: pd.DataFrame) -> None:
    """With the nameless rows of 2019, matched by their order, 17 nodes agree at all countries.

    Dimension 4 of 2019 is printed with one decimal. Service design is not among the nodes of 2019
    and agrees without them; there is no overall score of 2019. The order of the nodes in 2019 was
    read off by this agreement and is used nowhere else.
    """
    order = ["1", "1.1", "1.3", "1.2", "2", "2.1", "", "2.2", "4", "4.1", "4.2", "4.3", "4.4",
             "3", "3.1", "3.2", "3.3", "3.4"]  # fmt: skip
    rows = raw[(raw["brkdown"] != "EGOV_LIFE_EVENTS") & raw["year"].isin([2019, 2020])].copy()
    old = rows["year"] == 2019
    place = rows[old].groupby(["Country", "brkdown"]).cumcount()
    rows.loc[old, "node_id"] = place.map(dict(enumerate(order)))
    told = country_averages(averages, 2020)
    wide = rows.pivot_table(index="Country", columns="node_id", values="value").loc[told.index]
    nodes = [*filter(None, order), "2.3"]
    assert len(nodes) == 18
    far = (wide[nodes] - told[nodes]).abs().max()
    assert far["4"] < 0.05
    assert (far.drop("4") < CLOSE).all()
    overall = (told[DIMENSIONS].mean(axis=1) - told["0"]).abs()
    assert list(overall.index[overall > CLOSE]) == ["IE"]


def test_averages_of_countries_are_plain_means(named: pd.DataFrame, averages: pd.DataFrame) -> None:
    """EU is the mean of the 27 members, EUplus of all 35; eight averages of 2021 each are not.

    In health EUplus has the cross-border eID of Portugal at 100, before the correction to 50.
    """
    rows = named.assign(life_event=named["brkdown"].map(script.BREAKDOWNS))
    rows = rows.rename(columns={"year": "edition_year"})
    keys = ["edition_year", "life_event", "node_id"]
    for unit, members in (("EU", sister.EU27), ("EUplus", list(sister.COUNTRIES))):
        told = averages[averages["unit_id"] == unit].set_index(keys)["score_percent"]
        mean = rows[rows["Country"].isin(members)].groupby(keys)["value"].mean()
        far = told.index[(told - mean.reindex(told.index)).abs() > CLOSE]
        assert len(told) == (4 + 5 + 4 + 3) * NODES
        assert set(far) == {
            (2021, "transport", "0"), (2021, "transport", "3"), (2021, "transport", "3.1"),
            (2021, "health", "0"), (2021, "health", "4.3"),
            (2021, "all", "0"), (2021, "all", "3"), (2021, "all", "3.1"),
        }  # fmt: skip
    health = rows[(rows["life_event"] == "health") & (rows["node_id"] == "4.3")].dropna()
    countries = health[health["Country"].isin(list(sister.COUNTRIES))]["value"]
    before = (countries.sum() - 50 + 100) / len(countries)
    assert told[2021, "health", "4.3"] == pytest.approx(before)


def test_indicators_repeat_those_of_the_sister(data: Dataset) -> None:
    """The years 2021 and 2022 hold the same 4,410 indicators as egov_benchmark_2023."""
    keys = ["service_id", "item_id"]
    known = pd.read_parquet(SISTER / "assessments.parquet").set_index(keys)[["status", "value"]]
    later = data.assessments[data.assessments["edition_year"] > 2020].set_index(keys)
    assert len(known) == len(later) == 4410
    pd.testing.assert_frame_equal(later.loc[known.index, ["status", "value"]], known)


# Editions


def test_neighbouring_editions_share_no_service(data: Dataset) -> None:
    cover = cover_editions(data).set_index("edition_year")
    assert cover["services"].to_dict() == {2020: 140, 2021: 175, 2022: 140}
    assert list(cover["services_shared"][1:]) == [0, 0]
    assert list(cover["same_method"][1:]) == [True, True]
    assert not cover["comparable"].any()


def test_without_2021_the_years_2020_and_2022_are_comparable(data: Dataset) -> None:
    names = ("editions", "organisations", "services", "assessments", "announced")
    tables = {name: getattr(data, name) for name in names}
    even = {name: table[table["edition_year"] != 2021] for name, table in tables.items()}
    cover = cover_editions(replace(data, **even)).set_index("edition_year")
    assert cover.loc[2022, "services_shared"] == 140
    assert cover["comparable"].to_dict() == {2020: False, 2022: True}


# Refusals


GOOD = (2022, "AT", "e_gov_1_UC", "e_gov_EVENTS_5", "eGov_score", 90)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (1, "2022", "unknown value '2022'; accepted: 'a year'"),
        (1, 2023, "unknown value 2023"),
        (2, "UK", "unknown value 'UK'"),
        (3, "e_gov_1_uc", "unknown value 'e_gov_1_uc'"),
        (4, "e_gov_EVENTS_1", "unknown value 'e_gov_EVENTS_1'"),
        (5, "percent", "unknown value 'percent'"),
        (6, 100.5, "unknown value 100.5"),
        (6, None, "unknown value None"),
        (6, ".", "unknown value '.'; accepted: 'a number from 0 to 100'"),
    ],
)
def test_a_cell_no_rule_knows_is_refused(column: int, value: Any, message: str) -> None:
    row = [*GOOD]
    row[column - 1] = value
    sheet = sister.Sheet("Machine Readable Format", [script.HEADINGS, tuple(row)])
    with pytest.raises(sister.CellError) as told:
        script.read_scores(sheet, Counter())
    assert f"{'ABCDEF'[column - 1]}2: {message}" in str(told.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([script.HEADINGS, GOOD, GOOD], "second score"),
        ([script.HEADINGS, GOOD], "no score of"),
        ([(*script.HEADINGS[:5], "value"), GOOD], "headings"),
    ],
)
def test_a_sheet_of_another_shape_is_refused(rows: list[Any], message: str) -> None:
    with pytest.raises(sister.CellError, match=message):
        script.read_scores(sister.Sheet("Machine Readable Format", rows), Counter())
