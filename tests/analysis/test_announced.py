"""All announced series in one table: every figure stands in one cell, gaps stay gaps."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from asan_analysis.analysis.announced import list_series
from asan_analysis.data.contracts import CATEGORIES, CATEGORY_ALL
from asan_analysis.data.files import project_root
from asan_analysis.data.published import find_conflicts, load_published


@pytest.fixture(scope="module")
def facts():
    return load_published()


@pytest.fixture(scope="module")
def series(facts):
    return list_series(facts)


def read_lines(name: str) -> list[dict[str, str]]:
    """Lines of a file of announced facts, as text."""
    path = Path(project_root()) / "data" / "published" / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def collect_printed() -> dict[tuple[str, str, str], list[float]]:
    """What the files print of each row, edition and column, in a plain loop."""
    printed: dict[tuple[str, str, str], list[float]] = {}
    for line in read_lines("coverage.csv"):
        if line["services"]:
            key = (line["category"], line["edition_year"], "services")
            printed.setdefault(key, []).append(float(line["services"]))
    for line in read_lines("results.csv"):
        for column in ("rank", "score_percent"):
            if line[column]:
                key = (line["organisation_id"], line["edition_year"], column)
                printed.setdefault(key, []).append(float(line[column]))
    return printed


def test_every_printed_figure_stands_in_one_cell_and_no_other_is_there(series):
    """A cell holds what most sources print; 411 beside 412 is the one figure that is left out."""
    printed = collect_printed()
    found = {}
    for row in series.itertuples():
        year = "" if pd.isna(row.edition_year) else str(row.edition_year)
        for column in ("services", "rank", "score_percent"):
            value = getattr(row, column)
            if pd.notna(value):
                assert (row.row, year, column) not in found
                found[row.row, year, column] = float(value)
    assert found == {key: max(values, key=values.count) for key, values in printed.items()}
    assert {key: values for key, values in printed.items() if len(set(values)) > 1} == {
        ("all", "2017", "services"): [412, 412, 411]
    }


def test_the_key_is_every_pair_and_the_uncertain_score(series, facts):
    assert not series.duplicated(["row", "edition_year"]).any()
    bodies = {key[0] for key in collect_printed()} - {*CATEGORIES, CATEGORY_ALL}
    assert len(series) == (len(CATEGORIES) + 1 + len(bodies)) * len(facts.editions) + 1
    loose = series[series["edition_year"].isna()].iloc[0]
    assert loose["row"] == "labour_social_protection_ministry"
    assert (loose["rank"], loose["score_percent"]) == (20, 5.15)
    assert loose["possible_editions"] == "2018;2019"
    assert pd.isna(loose["order"]) and not loose["conflict"]
    assert series["possible_editions"].notna().sum() == 1


def test_rows_go_by_category_and_best_place_and_editions_by_order(series):
    """Ministries first by their best place, then districts, then companies."""
    rows = list(dict.fromkeys(series["row"]))
    assert rows == [
        *CATEGORIES, CATEGORY_ALL, "state_migration_service", "labour_social_protection_ministry",
        "justice_ministry", "pirallahi_district_executive_power",
        "binagadi_district_executive_power", "yasamal_district_executive_power", "azerishig",
        "azersu", "azerigaz",
    ]  # fmt: skip
    for _, cells in series.groupby("row"):
        assert cells["order"].dropna().tolist() == list(range(1, 9))
    places = {"central": 3, "local": 3, "legal_entity": 3}
    bodies = series[series["rank"].notna()].drop_duplicates("row")
    assert bodies["category"].value_counts().to_dict() == places


def test_marks_are_the_conflicts(series, facts):
    """Every mark has a row among the conflicts of its edition, and the other way round."""
    label = dict(zip(facts.editions["edition_year"], facts.editions["label_en"], strict=True))
    disputed = set()
    for conflict in find_conflicts(facts).itertuples():
        if conflict.about and conflict.printed_cycle in label.values():
            disputed.add((conflict.printed_cycle, conflict.about))
    marked = series[series["conflict"]]
    assert {(label[row.edition_year], row.row) for row in marked.itertuples()} == {
        pair for pair in disputed if pair[1] in set(series["row"])
    }
    assert len(marked) == 3


def test_a_source_stands_where_a_figure_stands(series):
    """Each figure has a source that prints it; a cell without one has none."""
    filled = series[["services", "rank", "score_percent"]].notna().any(axis=1)
    assert (series["source_url"].notna() >= filled).all()
    bodies = series[~series["row"].isin([*CATEGORIES, CATEGORY_ALL])]
    assert bodies["source_url"].notna().equals(bodies["rank"].notna())
    lines = {(one["organisation_id"], one["edition_year"], one["source_url"])
             for one in read_lines("results.csv") if one["rank"]}  # fmt: skip
    for row in bodies[bodies["rank"].notna()].itertuples():
        year = "" if pd.isna(row.edition_year) else str(row.edition_year)
        assert (row.row, year, row.source_url) in lines
