"""How well planted duplicates are found, and how long a large register takes.

`python benchmarks/register_duplicates.py` plants 360 duplicates of six kinds and 1,600 hard
negatives of five kinds in a register (`register_planting.py`), for seeds 1 to 10, and prints
precision and recall by threshold for seeds 1 to 5, from which `THRESHOLD` is chosen, and for
seeds 6 to 10, which had no part in it. `--csv` writes the curve. `--services 100000` makes a
register of that size and measures time and memory of one run in a process of its own. `--sample`
counts what is found of the duplicates planted in `asan_sample`.

Precision counts every pair of the register that is reported: one that was not planted is wrong,
whether or not it is among the hard negatives. Recall of a kind is the share of its pairs reported.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
from register_names import KINDS
from register_planting import NEGATIVES, make_large, plant_register

from asan_analysis.data.datasets import load_dataset
from asan_analysis.register.duplicates import THRESHOLD, cluster_pairs, find_pairs

STEPS = np.round(np.arange(0.40, 0.98, 0.05), 2)


def measure_seed(seed: int) -> pd.DataFrame:
    """Precision, recall and the share reported of each kind, one row per threshold."""
    services, planted = plant_register(np.random.default_rng(seed))
    pairs = find_pairs(services, threshold=float(STEPS[0]))
    scores = pairs.set_index(["service_id", "other_id"])["score"]
    ordered = np.sort(planted[["service_id", "other_id"]].to_numpy(dtype=str), axis=1)
    keys = pd.MultiIndex.from_arrays(ordered.T, names=scores.index.names)
    planted["score"] = scores.reindex(keys).fillna(0.0).to_numpy()
    true = scores.index.isin(keys[planted["duplicate"]])
    rows = []
    for step in STEPS:
        reported, found = scores >= step, planted["score"] >= step
        kinds = found.groupby(planted["kind"]).mean().to_dict()
        labelled = planted["duplicate"][found].mean()
        rows.append({"seed": seed, "threshold": step, "precision": true[reported].mean(),
                     "labelled_precision": labelled, "recall": found[planted["duplicate"]].mean(),
                     **kinds})  # fmt: skip
    return pd.DataFrame(rows)


def choose_threshold(curve: pd.DataFrame) -> float:
    """The middle of the thresholds whose F1 (of means over seeds) is within 0.001 of the best."""
    mean = curve.groupby("threshold")[["precision", "recall"]].mean()
    f1 = 2 * mean["precision"] * mean["recall"] / mean.sum(axis=1)
    best = f1.index[f1 >= f1.max() - 0.001]
    return round(float(best.min() + best.max()) / 2, 1)


def show_curve(curve: pd.DataFrame, title: str) -> None:
    """Print the means over seeds."""
    mean = curve.drop(columns="seed").groupby("threshold").mean()
    print(f"\n{title}")
    print(mean[["precision", "labelled_precision", "recall", *KINDS]].round(3).to_string())
    print(mean[list(NEGATIVES)].round(4).to_string())


def measure_large(services: int, seed: int) -> None:
    """One run on a large register: seconds, megabytes and the planted pairs found."""
    rng = np.random.default_rng(seed)
    register, bodies, planted = make_large(services, rng)
    start, work = time.perf_counter(), time.process_time()
    pairs = find_pairs(register, bodies)
    seconds, work = time.perf_counter() - start, time.process_time() - work
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak /= 2**20 if sys.platform == "darwin" else 2**10
    cluster = cluster_pairs(pairs).set_index("service_id")["cluster"]
    same = planted["service_id"].map(cluster) == planted["other_id"].map(cluster)
    print(f"services {len(register):,}, different names {register['name_az'].nunique():,}")
    print(f"{seconds:.1f} s ({work:.1f} s of processor), {peak:.0f} MB at most with the register")
    print(f"pairs {len(pairs):,}")
    print(pairs.groupby(["kind", "scope"]).size().to_string())
    print("planted pairs in one cluster, by kind")
    print(same.groupby(planted["kind"]).agg(["size", "mean"]).round(3).to_string())


def measure_sample() -> None:
    """What is found of the duplicates planted in the sample, each pair at its first edition."""
    data = load_dataset("asan_sample")
    truth = json.loads((data.folder / "truth.json").read_text(encoding="utf-8"))
    planted = {
        frozenset((row["service_id"], row["of"])): row["kind"] for row in truth["duplicates"]
    }
    pairs = find_pairs(data.services, data.organisations)
    pairs = pairs.sort_values("edition_year", kind="stable")
    pairs = pairs.drop_duplicates(["service_id", "other_id"]).copy()
    keys = [frozenset(key) for key in pairs[["service_id", "other_id"]].to_numpy()]
    pairs["planted"] = [planted.get(key, "no") for key in keys]
    print(f"planted: {pd.Series(planted.values()).value_counts().to_dict()}")
    print(pairs.groupby(["kind", "scope", "planted"]).size().to_string())
    categories = data.organisations.drop_duplicates("organisation_id").set_index("organisation_id")
    family = pairs[pairs["kind"] == "family"]
    local = family["organisation_id"].map(categories["category"]) == "local"
    told = [local.rename("local"), family["same_bodies"], family["planted"]]
    print("pairs of the kind family, by bodies of the category with that name")
    print(family.groupby(told).size().to_string())


def draw_curve(file: Path, picture: Path) -> None:
    """Precision and recall of seeds 6 to 10 against the threshold."""
    import matplotlib

    matplotlib.use("agg")
    from asan_analysis.report.charts import add_frame
    from asan_analysis.report.register_charts import plot_pairs_curve
    from asan_analysis.report.words import Words

    frame = pd.read_csv(file)
    ax = plot_pairs_curve(frame[frame["seeds"] == "6-10"], words=Words("en"), shipped=THRESHOLD)
    foot = "Planted duplicates, seeds 6 to 10: 360 duplicates and 1,600 hard negatives a seed."
    add_frame(ax, title="Duplicates found, and right, at each threshold", foot=foot)
    ax.figure.savefig(picture, dpi=110, metadata={"Software": None})


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--services", type=int, help="measure time and memory on so many")
    parser.add_argument("--sample", action="store_true", help="look at the sample instead")
    parser.add_argument("--csv", type=Path, help="write threshold, precision, recall of all seeds")
    parser.add_argument("--picture", type=Path, help="draw the curve of register_duplicates.csv")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.picture:
        draw_curve(Path(__file__).with_name("register_duplicates.csv"), options.picture)
    elif options.services and options.here:
        measure_large(options.services, options.seed[0])
    elif options.sample:
        measure_sample()
    elif options.services:
        command = [sys.executable, __file__, "--here", "--services", str(options.services)]
        subprocess.run([*command, "--seed", str(options.seed[0])], check=True)
    else:
        curve = pd.concat([measure_seed(seed) for seed in options.seed], ignore_index=True)
        for title, own in (("seeds to 5", curve["seed"] <= 5), ("seeds from 6", curve["seed"] > 5)):
            if own.any():
                show_curve(curve[own], title)
        early = curve[curve["seed"] <= 5]
        if len(early):
            print(f"\nchosen from the first: {choose_threshold(early):.3f}; shipped: {THRESHOLD}")
        if options.csv:
            mean = curve.groupby([curve["seed"] > 5, "threshold"]).mean().drop(columns="seed")
            mean.index = mean.index.set_levels(
                ["1-5", "6-10"][: len(mean.index.levels[0])], level=0
            )
            mean.round(6).to_csv(
                options.csv, lineterminator="\n", index_label=["seeds", "threshold"]
            )


if __name__ == "__main__":
    main()
