"""Where numbers came from: kinds of data and the manifest of files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from asan_analysis.data.tables import Column, Contract, read_csv

KINDS = ("published", "observed", "synthetic")

MANIFEST = Contract(
    {
        "path": Column(),
        "sha256": Column(),
        "rows": Column("integer", empty=True),
        "kind": Column(),
        "publisher": Column(),
        "url": Column(empty=True),
        "accessed": Column(empty=True),
        "licence": Column(),
    },
    ("path",),
)


def load_manifest(folder: Path) -> pd.DataFrame:
    """`manifest.csv` of a data folder: path, sha256, rows, kind, publisher, url, licence."""
    return read_csv(folder / "manifest.csv", MANIFEST)
