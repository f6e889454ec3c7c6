"""Rewrite checksums and row counts of `data/manifest.csv`; what a person knows stays as written.

Every file below `data/` has a row. A new file gets a row with empty publisher and licence, which
the tests refuse until somebody fills them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet

from asan_analysis.data.files import files_below, sha256_of
from asan_analysis.data.provenance import MANIFEST
from asan_analysis.data.tables import write_csv

DATA = Path(__file__).resolve().parents[1] / "data"


def count_rows(path: Path) -> int | None:
    """Rows of a table without its header; None for a file that is no table."""
    if path.suffix == ".parquet":
        return int(pyarrow.parquet.read_metadata(path).num_rows)
    if path.suffix == ".csv":
        return len(pd.read_csv(path, dtype=str))
    return None


def manifest_rows(known: pd.DataFrame) -> pd.DataFrame:
    """One row per file below `data/` except the manifest, in sorted order."""
    rows = []
    for path in files_below(DATA):
        name = path.relative_to(DATA).as_posix()
        if name == "manifest.csv":
            continue
        told = known.loc[name].to_dict() if name in known.index else {}
        measured = {"path": name, "sha256": sha256_of(path), "rows": count_rows(path)}
        rows.append({**told, **measured})
    table = pd.DataFrame(rows).reindex(columns=list(MANIFEST.columns))
    return table.astype({"rows": "Int64"})


def main() -> None:
    """Rewrite the manifest in place."""
    path = DATA / "manifest.csv"
    known = pd.read_csv(path, dtype=str, index_col="path")
    write_csv(manifest_rows(known), path)


if __name__ == "__main__":
    main()
