"""Write a dataset of the project as a folder of parts, for tests."""

import itertools
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import load_dataset
from asan_analysis.data.parts import CODES

ROOT = Path(__file__).resolve().parents[1]


def write_parts(
    folder: Path, dataset: str = "asan_sample", *, year: int = 2023, cuts: int = 3,
    long: bool = False, extra: tuple[str, ...] = (), shuffle: int | None = None,
) -> Path:  # fmt: skip
    """A copy of a dataset whose answers of one year stand in parts; services cut in `cuts` lots."""
    source = ROOT / "data" / dataset
    shutil.copytree(source, folder)
    (folder / "assessments.parquet").unlink()
    (folder / "evaluations.parquet").unlink(missing_ok=True)
    data = load_dataset(str(source))
    services = data.services[data.services["edition_year"] == year]
    if shuffle is not None:
        services = services.iloc[np.random.default_rng(shuffle).permutation(len(services))]
    answers = data.assessments[data.assessments["edition_year"] == year]
    place = folder / "assessments" / f"edition_year={year}"
    place.mkdir(parents=True)
    edges = np.linspace(0, len(services), cuts + 1).astype(int)
    for number, (start, end) in enumerate(itertools.pairwise(edges)):
        lot = services.iloc[start:end]
        frame = (long_part if long else wide_part)(answers, lot, extra)
        frame.to_parquet(place / f"part-{number:05d}.parquet", index=False)
    return folder


def wide_part(
    answers: pd.DataFrame, services: pd.DataFrame, extra: tuple[str, ...]
) -> pd.DataFrame:
    """A row per service, reserved codes for what is no value."""
    own = answers[answers["service_id"].isin(services["service_id"])]
    codes = own["status"].map(CODES)
    cells = own.assign(cell=own["value"].where(codes.isna(), codes))
    wide = cells.pivot(index="service_id", columns="item_id", values="cell")
    wide = wide.reindex(services["service_id"]).reset_index().rename_axis(columns=None)
    keys = services[["service_id", "organisation_id", *extra]]
    return keys.merge(wide, on="service_id", validate="one_to_one")


def long_part(
    answers: pd.DataFrame, services: pd.DataFrame, extra: tuple[str, ...]
) -> pd.DataFrame:
    """A row per answer, in an order of no meaning."""
    keys = services[["service_id", "organisation_id", *extra]]
    rows = keys.merge(answers, on="service_id", validate="one_to_many")
    columns = ["service_id", "organisation_id", *extra, "item_id", "status", "value"]
    return rows[columns].sample(frac=1, random_state=5)
