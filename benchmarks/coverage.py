"""Coverage of score intervals and rank sets when services are drawn from known populations.

Each body of the sample gets a population of services: answers drawn from the planted model
(`data/asan_sample/truth.json`, `scripts/make_sample.py`) with the body's ability, profile and
silence, scored by the library. Channel and documents of a service are those of a service of its
category. Datasets are drawn from the populations with replacement, so their means are the truth.

Columns, coverage in percent with its standard error over datasets:

naive       5-95 % interval of the score, services drawn with replacement
widened     the same from `find_score_intervals`
drawn rank  5-95 % interval of the rank in the widened draws
wider rank  2.5-97.5 % interval of the rank in draws widened for it
one body    set of ranks of one body, single_low to single_high
all bodies  sets of ranks, rank_low to rank_high, of all bodies of the category at once
differences all pairs of bodies within the critical value: coverage if the means were equal
wrong       percent of datasets with a pair told apart the wrong way round

lowest: coverage of the worst body, one of many, so a little below its own truth. width: mean, in
points or in ranks. Size "own" is the number of services each body has in the edition.
`--spread 0.1` brings the means of a category ten times closer together.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.scoring import score_array
from asan_analysis.robustness.rank_sets import find_above, find_critical, moderate_variances
from asan_analysis.robustness.resampling import draw_shares, widen

EDITION, LEVEL, WIDER = 2023, 0.9, 0.95
BLOCK = 50  # datasets that share their random shares


def make_pools(size: int, rng: np.random.Generator) -> tuple[np.ndarray, pd.DataFrame]:
    """Scores of the services of each body's population, and the bodies with category and size."""
    data, edition = select_edition(load_dataset("asan_sample"), EDITION)
    tree, rules = find_method(data, edition)
    truth = json.loads((data.folder / "truth.json").read_text(encoding="utf-8"))
    former = data.frameworks[edition.framework].set_index("node_id")["replaces"].fillna("")
    items = pd.DataFrame([truth["items"][former[item] or item] for item in tree.items])
    bodies = data.organisations[["organisation_id", "category"]]
    services = data.services.merge(bodies, on="organisation_id", validate="many_to_one")
    pools = []
    for body, category in bodies.itertuples(index=False):
        like = services[services["category"] == category]
        value, silent = draw_answers(str(body), like, items, truth, size, rng)
        scored = score_array(value, tree, rules, units=range(size), zeros=[silent], shares=True)
        pools.append(scored.score[0])
    counts = services["organisation_id"].value_counts()
    return np.array(pools), bodies.assign(services=bodies["organisation_id"].map(counts))


def draw_answers(
    body: str, like: pd.DataFrame, items: pd.DataFrame, truth: dict[str, Any], size: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Values of new services of a body, missing unless scored, and which are not answered."""
    model, shape = truth["model"], (size, len(items))
    kind = like.iloc[rng.integers(len(like), size=size)]
    base = truth["ability"][body][str(EDITION)] + model["quality_sd"] * rng.standard_normal(size)
    base += kind["channel"].map(model["drivers"]["channel"]).to_numpy(dtype=float)
    base += model["drivers"]["documents"] * kind["documents"].to_numpy(dtype=float)
    shift = items["parameter"].map(truth["profile"][body]) - items["difficulty"]
    latent = base[:, None] + shift.to_numpy() + rng.standard_normal(shape)
    value = np.zeros(shape)
    for steps, cuts in model["cut_points"].items():
        own = items["steps"].to_numpy() == int(steps)
        value[:, own] = sum((latent[:, own] > cut) / int(steps) for cut in cuts)
    applies = rng.random(shape) >= items["not_applicable"].to_numpy()
    silent = applies & (rng.random(shape) < truth["not_answered"][body])
    value[~applies | silent] = np.nan
    return value, silent


def draw_datasets(
    pools: np.ndarray, sizes: np.ndarray, datasets: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """For each body the scores of its services, datasets x services."""
    return [
        pool[rng.integers(len(pool), size=(datasets, size))]
        for pool, size in zip(pools, sizes, strict=True)
    ]


def measure_draws(
    scores: list[np.ndarray], truth: np.ndarray, codes: np.ndarray, draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Whether intervals from draws hold the truth, and their widths; datasets x bodies."""
    sizes = np.array([own.shape[1] for own in scores])
    ranks, cuts = true_ranks(truth, codes), np.cumsum(sizes)[:-1]
    found: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(scores[0]), BLOCK):
        own = [one[start : start + BLOCK] for one in scores]
        mean = np.array([one.mean(axis=1) for one in own])
        shares = np.split(draw_shares(sizes.tolist(), draws, rng), cuts)
        again = [rng.multinomial(size, np.full(size, 1 / size), draws).T / size for size in sizes]
        naive = np.array([one @ part for one, part in zip(own, again, strict=True)])
        drawn = np.array([one @ part for one, part in zip(own, shares, strict=True)])
        wide, wider = (
            mean[..., None] + widen(sizes, level=level)[:, None, None] * (drawn - mean[..., None])
            for level in (LEVEL, WIDER)
        )
        for name, what, target, level in (
            ("naive", naive, truth, LEVEL),
            ("widened", wide, truth, LEVEL),
            ("drawn_rank", rank_draws(wide, codes), ranks, LEVEL),
            ("wider_rank", rank_draws(wider, codes), ranks, WIDER),
        ):
            low, high = find_ends(what, level)
            if target is truth:
                low, high = np.clip([low, high], 0, 100)
            inside = (low <= target[:, None]) & (target[:, None] <= high)
            found.setdefault(name, []).append(inside.T)
            found.setdefault(f"{name}_width", []).append((high - low + (target is ranks)).T)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def find_ends(values: np.ndarray, level: float) -> np.ndarray:
    """The two ends of the interval over the last axis, values that occur."""
    at = [int(np.ceil((1 + side * level) / 2 * values.shape[-1])) - 1 for side in (-1, 1)]
    return np.moveaxis(np.partition(values, at, axis=-1)[..., at], -1, 0)


def rank_draws(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Ranks over the first axis within each category, 1 the highest."""
    ranks = np.empty(values.shape, dtype="float32")
    for code in np.unique(codes):
        rows = np.ascontiguousarray(-np.moveaxis(values[codes == code], 0, -1))
        order = np.argsort(rows, axis=-1)
        places = np.arange(1, rows.shape[-1] + 1, dtype="float32")
        inverse = np.empty(rows.shape, dtype="float32")
        np.put_along_axis(inverse, order, np.broadcast_to(places, rows.shape), axis=-1)
        ranks[codes == code] = np.moveaxis(inverse, -1, 0)
    return ranks


def true_ranks(truth: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Ranks of the expected scores within each category."""
    higher = (truth[None, :] > truth[:, None]) & (codes[None, :] == codes[:, None])
    return 1 + higher.sum(axis=1)


def measure_sets(
    scores: list[np.ndarray], truth: np.ndarray, codes: np.ndarray, draws: int, own: bool,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Whether rank sets hold the true ranks, and their widths; one row per dataset."""
    sizes = np.array([one.shape[1] for one in scores])
    mean = np.array([one.mean(axis=1) for one in scores]).T
    variance = np.array([one.var(axis=1, ddof=1) for one in scores]).T
    ranks, shape = true_ranks(truth, codes), (len(mean), len(np.unique(codes)))
    single, single_width, width = (np.zeros(mean.shape) for _ in range(3))
    every, differences, wrong = (np.zeros(shape) for _ in range(3))
    for row in range(len(mean)):
        moderated, freedom = moderate_variances(variance[row], sizes, codes)
        if own:
            moderated, freedom = variance[row], sizes - 1.0
        error = np.sqrt(moderated / sizes)
        for code in range(shape[1]):
            at = np.flatnonzero(codes == code)
            centre, se, rank = mean[row, at], error[at], ranks[at]
            critical = find_critical(se, freedom[at], level=LEVEL, draws=draws, rng=rng)
            above = find_above(centre, se, critical.every)
            low, high = 1 + above.sum(axis=1), len(at) - above.sum(axis=0)
            width[row, at] = high - low + 1
            every[row, code] = ((low <= rank) & (rank <= high)).all()
            wrong[row, code] = (above & (truth[at][None, :] < truth[at][:, None])).any()
            off = centre - truth[at]
            differences[row, code] = not find_above(off, se, critical.every).any()
            limit = critical.single[:, None]
            low = 1 + find_above(centre, se, limit).sum(axis=1)
            high = len(at) - find_above(-centre, se, limit).sum(axis=1)
            single[row, at] = (low <= rank) & (rank <= high)
            single_width[row, at] = high - low + 1
    return {"one_body": single, "one_body_width": single_width, "all_width": width,
            "all_bodies": every, "differences": differences, "wrong": wrong}  # fmt: skip


def study(options: argparse.Namespace) -> pd.DataFrame:
    """One row per size and category."""
    seeds = np.random.SeedSequence(options.seed).spawn(1 + len(options.sizes))
    pools, bodies = make_pools(options.pool, np.random.default_rng(seeds[0]))
    codes, categories = pd.factorize(bodies["category"])
    centre = np.bincount(codes, pools.mean(axis=1))[codes] / np.bincount(codes)[codes]
    pools += (options.spread - 1) * (pools.mean(axis=1) - centre)[:, None]
    truth = pools.mean(axis=1)
    rows = []
    for size, seed in zip(options.sizes, seeds[1:], strict=True):
        rng = np.random.default_rng(seed)
        own = bodies["services"].to_numpy(dtype=int)
        sizes = own if size == "own" else np.full(len(bodies), int(size))
        scores = draw_datasets(pools, sizes, options.datasets, rng)
        found = measure_draws(scores, truth, codes, options.draws, rng)
        found |= measure_sets(scores, truth, codes, options.draws, options.own_variances, rng)
        for code, category in enumerate(categories):
            row = summarise(found, codes == code, code)
            count = int((codes == code).sum())
            rows.append({"size": size, "category": category, "bodies": count} | row)
    return pd.DataFrame(rows)


def summarise(found: dict[str, np.ndarray], own: np.ndarray, code: int) -> dict[str, float]:
    """Coverage in percent, its standard error, the worst body and the width, of one category."""
    row: dict[str, float] = {}
    for name in ("naive", "widened", "drawn_rank", "wider_rank", "one_body"):
        inside = found[name][:, own] * 100.0
        row[name] = float(inside.mean())
        row[f"{name}_se"] = standard_error(inside.mean(axis=1))
        row[f"{name}_lowest"] = float(inside.mean(axis=0).min())
        row[f"{name}_width"] = float(found[f"{name}_width"][:, own].mean())
    for name in ("all_bodies", "differences", "wrong"):
        happens = found[name][:, code] * 100.0
        row[name], row[f"{name}_se"] = float(happens.mean()), standard_error(happens)
    row["all_bodies_width"] = float(found["all_width"][:, own].mean())
    return row


def standard_error(values: np.ndarray) -> float:
    """Standard error of a mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def as_text(table: pd.DataFrame) -> str:
    """The table for reading: coverage with its standard error, lowest, width."""
    shown = table[["size", "category", "bodies"]].copy()
    intervals = ["naive", "widened", "drawn_rank", "wider_rank", "one_body"]
    for name in [*intervals, "all_bodies", "differences", "wrong"]:
        pairs = zip(table[name], table[f"{name}_se"], strict=True)
        shown[name.replace("_", " ")] = [f"{value:.1f} ±{error:.1f}" for value, error in pairs]
        for part in ("lowest", "width"):
            if f"{name}_{part}" in table:
                digits = table[f"{name}_{part}"].map("{:.1f}".format)
                shown[f"{name.replace('_', ' ')} {part}"] = digits
    blocks = [["naive", "naive width", "widened", "widened lowest", "widened width"],
              *[[name, f"{name} lowest", f"{name} width"]
                for name in ("drawn rank", "wider rank", "one body")],
              ["all bodies", "all bodies width", "differences", "wrong"]]  # fmt: skip
    keys = ["size", "category", "bodies"]
    return "\n\n".join(shown[keys + block].to_string(index=False) for block in blocks)


def main() -> None:
    """Read the options, run the study, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--datasets", type=int, default=2000, help="per size")
    parser.add_argument("--sizes", nargs="+", default=["3", "5", "7", "10", "20", "own"])
    parser.add_argument("--draws", type=int, default=1000, help="of intervals and critical values")
    parser.add_argument("--pool", type=int, default=10_000, help="services of each population")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--spread", type=float, default=1.0, help="of the means of a category")
    parser.add_argument("--own-variances", action="store_true", help="do not moderate variances")
    parser.add_argument("--csv", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    start = time.perf_counter()
    table = study(options)
    print(as_text(table))
    told = f"datasets {options.datasets}, draws {options.draws}, population {options.pool}"
    told += f", spread {options.spread:g}" + ", own variances" * options.own_variances
    print(f"\n{told}, seed {options.seed}, {time.perf_counter() - start:.0f} s")
    if options.csv:
        table.to_csv(options.csv, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
