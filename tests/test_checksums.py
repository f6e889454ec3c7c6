"""The committed checksums are those of this library, these notebooks and these data."""

import json
from pathlib import Path

import pytest

from asan_analysis.data.datasets import load_dataset
from asan_analysis.report.identity import source_digest
from asan_analysis.report.plan import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "reports" / "checksums").glob("*.json"))


def test_the_reports_of_2023_have_checksums():
    names = [path.name for path in SHIPPED]
    assert names == ["2023-asan_sample.json", "2023-egov_benchmark_2023.json"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_checksums_are_not_stale(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    content = json.loads(path.read_text("utf-8"))
    notebooks = [ROOT / "notebooks" / f"{name}.ipynb" for name in CHAPTERS]
    now = source_digest(ROOT, load_dataset(content["dataset"]), notebooks)
    assert content["source_digest"] == now, "run `make checksums`"
    assert len(content["outputs"]) > 50
