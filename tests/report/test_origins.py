"""Where figures come from, in small: cells found by source, files described, hostile addresses."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.report import origins
from asan_analysis.report.identity import Identity
from asan_analysis.report.outputs import Chapter
from asan_analysis.report.words import Words

EDITION = Edition(2023, "2023", "2023", 1, "framework.csv", "rules.toml")
MANIFEST = """path,sha256,rows,kind,publisher,url,accessed,licence
published/results.csv,0,1,published,Us,,2026-01-01,CC BY 4.0
try/dataset.toml,0,1,observed,Office,https://example.org/data,2026-01-01,CC BY 4.0
"""
INPUTS = {
    "try/dataset.toml": "a" * 64, "try/rules.toml": "b" * 64, "data/dictionary.csv": "c" * 64,
    "data/published/results.csv": "d" * 64, "notebooks/01_x.ipynb": "e" * 64,
}  # fmt: skip
RECORD = {"what": "table", "section": "results", "name": "t", "chapter": "01_x", "cell": "cell-03"}


def identity(folder: Path, **about: str) -> Identity:
    """A dataset in a folder, of which only what it says of itself counts here."""
    told = {"kind": "observed", "publisher": "Nobody", "citation": "Try, 2023.", "title_en": "Try",
            "title_az": "Sınaq", "decimals": 2, **about}  # fmt: skip
    none = pd.DataFrame()
    data = Dataset("try", folder, told, none, none, none, none, none, none, none, none, {}, {})
    return Identity(data, EDITION, "0" * 64)


def project(folder: Path) -> Path:
    (folder / "data" / "try").mkdir(parents=True)
    (folder / "data" / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    return folder


def test_a_cell_is_found_by_its_source():
    cells = [
        {"cell_type": "markdown", "id": "cell-01", "source": "chapter.table(1)"},
        {"cell_type": "code", "id": "cell-02", "source": "chapter.table(1)\n"},
        {"cell_type": "code", "id": "cell-03", "source": "chapter.table(2)"},
    ]
    records = [
        {"chapter": "a", "source": "chapter.table(1)"},
        {"chapter": "a", "source": "chapter.table(2)"},
        {"chapter": "b", "source": "chapter.table(2)"},
        {"chapter": "a"},
    ]
    found = origins.locate_cells(records, {"a": {"cells": cells}, "b": {"cells": []}})
    assert [record["cell"] for record in found] == ["cell-02", "cell-03", "", ""]


def test_a_chapter_outside_a_kernel_has_no_cell(tmp_path):
    """Its records stand without a cell, and the page leads to the notebook as a whole."""
    chapter = Chapter("01_x", identity(tmp_path).data, EDITION, SimpleNamespace(), tmp_path)
    chapter._record("table", "results", "t")
    assert [record["source"] for record in chapter.records] == [""]
    groups = {"dataset": [], "announced": [], "project": []}
    (record,) = origins.locate_cells(chapter.records, {"01_x": {"cells": []}})
    told = origins.trace_record(record, groups, {}, identity(tmp_path), Words("en"))
    assert told["made"] == ("notebooks/01_x.html", "01_x")
    assert origins.list_shown([record])["tables/t"]["cell"] is None


def test_files_are_described_by_the_manifest_and_else_by_the_dataset(tmp_path):
    root = project(tmp_path)
    groups = origins.describe_inputs(INPUTS, identity(root / "data" / "try", url="x"), root)
    told = {file.path: (file.publisher, file.url) for files in groups.values() for file in files}
    assert told["try/dataset.toml"] == ("Office", "https://example.org/data")
    assert told["try/rules.toml"] == ("Nobody", "x")
    assert told["data/published/results.csv"] == ("Us", "")
    assert {group: len(files) for group, files in groups.items()} == {
        "announced": 1, "dataset": 2, "project": 2,
    }  # fmt: skip


def test_the_manifest_says_nothing_of_a_folder_elsewhere(tmp_path):
    """A user's folder may carry the name of a dataset of the manifest."""
    root = project(tmp_path)
    groups = origins.describe_inputs(INPUTS, identity(tmp_path / "mine" / "try"), root)
    assert {file.publisher for file in groups["dataset"]} == {"Nobody"}
    assert {file.url for file in groups["dataset"]} == {""}


def test_a_project_without_a_manifest_describes_its_files_by_the_dataset(tmp_path):
    groups = origins.describe_inputs(INPUTS, identity(tmp_path), tmp_path)
    assert {file.publisher for file in groups["dataset"]} == {"Nobody"}
    assert [(file.kind, file.publisher) for file in groups["announced"]] == [("published", "")]


def test_equal_cells_of_neighbouring_files_are_joined(tmp_path):
    root = project(tmp_path)
    here = identity(tmp_path / "mine")
    groups = origins.describe_inputs(INPUTS, here, root)
    _, dataset, _ = origins.tell_inputs(groups, here, Words("en"))
    assert [(row["path"], row["span"]) for row in dataset["rows"]] == [
        ("try/dataset.toml", 2), ("try/rules.toml", 0),
    ]  # fmt: skip
    assert dataset["rows"][0]["source"] == "Try, 2023."


def test_the_script_of_a_dataset_without_an_address_is_named(tmp_path):
    here = identity(tmp_path, citation="Us, Sample, made by scripts/make_it.py.")
    assert origins.made_by(here, Words("en")) == "none; made by scripts/make_it.py"
    assert origins.made_by(identity(tmp_path), Words("az")) == "Try, 2023."


def test_only_public_addresses_become_links(tmp_path):
    groups = {"dataset": [], "announced": [], "project": []}
    for url in ("javascript:alert(1)", "data:text/html,x", "/etc/passwd", "https://a b"):
        here = identity(tmp_path, url=url)
        told = origins.trace_record(RECORD, groups, {}, here, Words("en"))
        assert told["sources"] == [("", "Try, 2023.")]
    assert told["made"] == ("notebooks/01_x.html#cell-03", "01_x, cell 3")


def test_addresses_of_one_host_are_numbered():
    urls = ["https://b.az/2", "https://a.az/1", "https://b.az/1", "ftp://c.az"]
    assert origins.name_addresses(urls) == [
        ("https://a.az/1", "a.az"), ("https://b.az/1", "b.az"), ("https://b.az/2", "2"),
    ]  # fmt: skip
