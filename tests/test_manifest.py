"""Manifest, dictionary and files agree."""

from pathlib import Path

import pandas as pd
import pytest

from asan_analysis.data import contracts
from asan_analysis.data.files import files_below, sha256_of
from asan_analysis.data.provenance import KINDS, load_manifest
from asan_analysis.data.tables import read_csv

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def manifest():
    return load_manifest(DATA).set_index("path")


def test_every_file_has_a_row_and_every_row_a_file(manifest):
    files = {path.relative_to(DATA).as_posix() for path in files_below(DATA)} - {"manifest.csv"}
    assert set(manifest.index) == files


def test_checksums_are_those_of_the_files(manifest):
    wrong = [name for name, row in manifest.iterrows() if sha256_of(DATA / name) != row["sha256"]]
    assert wrong == [], "run `make data`"


def test_row_counts_are_those_of_the_tables(manifest):
    for name in manifest.index:
        path = DATA / name
        if path.suffix == ".csv":
            assert manifest["rows"][name] == len(pd.read_csv(path, dtype=str)), name
        elif path.suffix == ".parquet":
            assert manifest["rows"][name] == len(pd.read_parquet(path)), name
        else:
            assert pd.isna(manifest["rows"][name]), name


def test_kinds_publishers_and_licences_are_told(manifest):
    assert set(manifest["kind"]) <= set(KINDS)
    assert manifest[["publisher", "licence"]].notna().all().all()
    assert manifest.loc[manifest["kind"] == "observed", "url"].str.startswith("https://").all()


def test_no_file_is_over_five_megabytes(manifest):
    assert all((DATA / name).stat().st_size < 5_000_000 for name in manifest.index)


def test_every_column_of_every_table_stands_in_the_dictionary():
    dictionary = read_csv(DATA / "dictionary.csv", contracts.DICTIONARY)
    known = set(zip(dictionary["table"], dictionary["column"], strict=True))
    for path in files_below(DATA, "*.csv"):
        for column in pd.read_csv(path, dtype=str, nrows=0):
            assert {(path.stem, column), ("*", column)} & known, f"{path.name}: {column}"


def test_the_schema_and_the_dictionary_agree():
    dictionary = read_csv(DATA / "dictionary.csv", contracts.DICTIONARY)
    known = set(dictionary["column"])
    tables = [contracts.EDITIONS, contracts.FRAMEWORK, contracts.ORGANISATIONS, contracts.SERVICES,
              contracts.ASSESSMENTS, contracts.EVALUATIONS, contracts.ANNOUNCED,
              *contracts.PUBLISHED.values()]  # fmt: skip
    for table in tables:
        assert set(table.columns) <= known


def test_a_column_that_repeats_scored_items_names_items_of_its_dataset():
    dictionary = read_csv(DATA / "dictionary.csv", contracts.DICTIONARY)
    told = dictionary[dictionary["scored_by"].notna()].set_index("column")
    assert set(told["table"]) == {"services"}
    for column, items in told["scored_by"].str.split(";").items():
        folders = [
            path.parent
            for path in DATA.glob("*/services.csv")
            if column in pd.read_csv(path, nrows=0)
        ]
        assert folders, column
        for folder in folders:
            nodes = pd.concat([pd.read_csv(path, dtype=str) for path in folder.glob("framework*")])
            assert set(items) <= set(nodes["node_id"]) - set(nodes["parent_id"]), column


def test_online_application_is_the_answer_it_is_said_to_repeat():
    folder = DATA / "asan_sample"
    services = pd.read_csv(folder / "services.csv", dtype=str)
    answers = pd.read_parquet(folder / "assessments.parquet")
    answers = answers[answers["item_id"] == "2.1.1"].astype({"edition_year": str})
    both = services.merge(answers, on=["edition_year", "service_id"])
    scored = both[both["status"] == "scored"]
    assert len(scored) > 100
    assert ((scored["value"] > 0.5) == (scored["online_application"] == "yes")).all()
