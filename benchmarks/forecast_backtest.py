"""How forecasts of the sample do, over seeds not used to choose the priors.

Each seed draws the whole sample again, bodies and services included. The model forecasts every
edition from the earlier ones, beside four rules that need no model. Prints tables over all seeds;
then the published series of one body.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
import make_sample as sample

from asan_analysis.analysis.trends import cover_editions, score_editions
from asan_analysis.data.datasets import Dataset, load_dataset
from asan_analysis.forecast.backtest import backtest, summarise_backtest
from asan_analysis.forecast.history import list_series

PRINTED = "labour_social_protection_ministry"
TOP = "index"
PARTS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7")


def draw_dataset(seed: int) -> Dataset:
    """The sample of another seed."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / sample.FOLDER.name
        shutil.copytree(sample.FOLDER, output, ignore=shutil.ignore_patterns("*.parquet", "raw"))
        sample.build(output, seed=seed)
        return load_dataset(str(output))


def judge_seed(seed: int, nodes: tuple[str, ...] = (TOP,)) -> pd.DataFrame:
    """The backtest of one seed at some nodes; the unit is a body of a seed."""
    data = draw_dataset(seed)
    scores, editions = score_editions(data), cover_editions(data)
    parts = []
    for place, node in enumerate(nodes):
        history = list_series(scores, data.organisations, editions, node_id=node)
        rng = np.random.default_rng([seed, place])
        parts.append(backtest(history, rng=rng).assign(node_id=node, seed=seed))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(unit_id=table["unit_id"] + f" {seed}")


def compare_seeds(found: pd.DataFrame) -> pd.DataFrame:
    """Mean over the seeds of the difference to each rule, with an interval over seeds."""
    sizes = found.assign(size=found["error"].abs())
    wide = sizes.groupby(["horizon", "seed", "method"])["size"].mean().unstack("method")
    paired = wide.drop(columns="model").rsub(wide["model"], axis=0).stack()
    table = paired.groupby(["horizon", "method"]).agg(["mean", "std", "count"])
    half = 1.96 * table["std"] / np.sqrt(table["count"])
    return table.assign(low_95=table["mean"] - half, high_95=table["mean"] + half)


def list_printed() -> pd.DataFrame:
    """The printed scores of one body as a series; one of no certain edition is left out."""
    path = sample.FOLDER.parent / "published" / "results.csv"
    facts = pd.read_csv(path)
    own = facts[(facts["organisation_id"] == PRINTED) & (facts["fact"] == "score")]
    own = own[own["edition_year"].notna()].astype({"edition_year": int})
    series = own.rename(columns={"organisation_id": "unit_id", "category": "group"})
    return series[["unit_id", "group", "edition_year", "score_percent", "services"]]


def main() -> None:
    """Read the seeds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=201)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parameters", action="store_true", help="P1 to P7 instead of the index")
    given = parser.parse_args()
    start = time.monotonic()
    judge = partial(judge_seed, nodes=PARTS if given.parameters else (TOP,))
    with ProcessPoolExecutor(given.workers) as pool:
        found = pd.concat(pool.map(judge, range(given.first, given.first + given.seeds)))
    if given.parameters:  # the units stay the bodies; a forecast is one of a body at a node
        found["edition_year"] = found["edition_year"].astype(str) + found["node_id"]
    for by in ([], ["horizon"], ["origin_year", "edition_year"]):
        table = summarise_backtest(found, rng=np.random.default_rng(0), by=by)
        shown = table if len(by) < 2 else table[table["method"] == "model"]
        print(shown.round(2).to_string(index=False))
    print(compare_seeds(found).round(2).to_string())
    if not given.parameters:
        printed = backtest(list_printed(), rng=np.random.default_rng(0))
        keys = ["origin_year", "edition_year", "actual"]
        wide = printed.pivot(index=keys, columns="method", values="forecast")
        inside = printed[printed["method"] == "model"].set_index(keys)
        print(wide.join(inside[["inside_80", "inside_95"]]).round(2).to_string())
        table = summarise_backtest(printed, rng=np.random.default_rng(0), by=())
        print(table[["method", "n", "mean_absolute_error"]].round(2).to_string(index=False))
    print(f"{given.seeds} seeds from {given.first}; {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
