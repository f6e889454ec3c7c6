"""How often the planted drivers of the sample are found, and absent ones claimed.

Bodies and services are those of the committed sample in 2023. Each seed draws everything else
again under its model, over all editions: attributes, quality and improvements, abilities, items,
profiles, silence, noise. Prints percent of seeds.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
import make_sample as sample

from asan_analysis.drivers.attributes import add_body_attributes, list_attributes
from asan_analysis.drivers.explanation import explain_scores
from asan_analysis.index.framework import build_tree
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services

YEAR = 2023
DRAWN = ("attributes", "abilities", "items", "profiles", "noise", "applies", "answered", "silence",
         "families")  # fmt: skip
PLANTED = ("channel", "documents")
ABSENT = ("fee", "audience", "term_days", "annual_users")
COPY = "online_application"
# Name, bodies of which category (None: all), bootstrap below so many bodies.
SETTINGS: list[tuple[str, str | None, int]] = [
    ("47 bodies, CR3", None, 0),
    ("47 bodies, bootstrap", None, 99),
    ("23 central bodies, bootstrap", "central", 99),
    ("9 legal entities, bootstrap", "legal_entity", 99),
]


@cache
def make_frame() -> dict[str, Any]:
    """What no seed changes: bodies, services and the frameworks of the committed sample."""
    facts = sample.load_published(sample.FOLDER.parent / "published")
    words = {
        name: pd.read_csv(sample.FOLDER / "raw" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("bodies", "objects", "actions")
    }
    first, second = (sample.load_framework(sample.FOLDER / f"framework_{year}.csv")
                     for year in (2017, 2022))  # fmt: skip
    seeds = np.random.SeedSequence(sample.SEED).spawn(len(sample.STREAMS))
    world = sample.make_world(sample.plan_coverage(facts), words, np.random.default_rng(seeds[0]))
    raw = sample.read_csv(sample.FOLDER / "framework_2022.csv", sample.FRAMEWORK)
    bodies = sample.organisation_rows(world)
    return {
        "world": world,
        "years": [int(year) for year in facts.editions["edition_year"]],
        "items": sample.number_items(first, second),
        "framework": second,
        "tree": build_tree(raw, name="framework_2022.csv"),
        "organisations": bodies[bodies["edition_year"] == YEAR],
    }


def draw_edition(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Services with attributes and answers of 2023, drawn again under the model."""
    frame = make_frame()
    world, years = frame["world"], frame["years"]
    rng = {name: np.random.default_rng([seed, place]) for place, name in enumerate(DRAWN)}
    services = sample.draw_attributes(world, years, rng["attributes"])
    abilities = sample.draw_abilities(world, years, rng["abilities"])
    items = sample.draw_items(frame["items"], rng["items"])
    profiles = sample.draw_profiles(world, rng["profiles"])
    silence = sample.draw_silence(profiles, rng["silence"])
    answers = sample.draw_answers(world, services, abilities, profiles, silence, items, rng)
    own = services[services["edition_year"] == YEAR]
    assessments = sample.long_answers(own, answers, {YEAR: frame["framework"]}, items)
    repeated = sample.first_items({YEAR: frame["framework"]}, sample.REPEATED_ITEM_OF)
    return sample.service_rows(own, assessments, rng["families"], repeated), assessments


def explain_seed(seed: int) -> Iterator[pd.DataFrame]:
    """The table of each setting for one seed; `copy_used` says whether the copy came through."""
    services, assessments = draw_edition(seed)
    frame = make_frame()
    root = frame["tree"].node_ids[0]
    scores = score_services(assessments, services, frame["tree"], Rules())
    scores = scores[scores["node_id"] == root]
    services = add_body_attributes(services, frame["organisations"])
    listed = list_attributes(services, assessments)
    copied = bool(listed.set_index("attribute").loc[COPY, "used"])
    for place, (name, category, few) in enumerate(SETTINGS):
        own = services if category is None else services[services["category"] == category]
        used = listed
        if category is not None:
            used = listed.assign(used=listed["used"] & (listed["attribute"] != "category"))
        rng = np.random.default_rng([seed, 100 + place])
        table = explain_scores(scores, own, used, rng=rng, few_clusters=few)
        yield table.assign(seed=seed, setting=name, copy_used=copied)


def explain_all(seed: int) -> pd.DataFrame:
    """The tables of all settings for one seed."""
    return pd.concat(explain_seed(seed), ignore_index=True)


def summarise(found: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """Share of seeds in which each attribute is found."""
    whole = found[(found["test"] == "attribute") & found["p"].notna()]
    whole = whole.assign(p_low=whole["p"] <= level, p_adjusted_low=whole["p_adjusted"] <= level)
    keys = ["setting", "model", "attribute"]
    return whole.groupby(keys, sort=False)[["p_low", "p_adjusted_low"]].mean().reset_index()


def claim_any(found: pd.DataFrame, level: float = 0.05) -> pd.Series:
    """Share of seeds in which p_adjusted claims any absent attribute, by setting and model."""
    own = found[(found["test"] == "attribute") & found["attribute"].isin(ABSENT)]
    low = (own["p_adjusted"] <= level).groupby([own["setting"], own["model"], own["seed"]]).any()
    return low.groupby(level=[0, 1]).mean()


def measure_effects(found: pd.DataFrame) -> pd.DataFrame:
    """Mean and spread over the seeds of two effects: channel against in_person, one document."""
    own = found[(found["setting"] == SETTINGS[0][0]) & found["effect"].notna()]
    keys = ["model", "seed"]
    channel = own[own["attribute"] == "channel"].pivot(index=keys, columns="level", values="effect")
    channel = channel.fillna(0.0)
    channel = channel.sub(channel["in_person"], axis=0)[["mixed", "electronic"]]
    documents = own[own["attribute"] == "documents"].set_index(keys)
    step = documents["unit"].astype("float64")
    table = channel.assign(one_document=documents["effect"] / step)
    return table.groupby("model").agg(["mean", "std"])


def main() -> None:
    """Read the seeds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seeds = given.seeds
    start = time.monotonic()
    with ProcessPoolExecutor(given.workers) as pool:
        found = pd.concat(
            pool.map(explain_all, range(given.first, given.first + seeds), chunksize=5)
        )
    table = summarise(found).assign(percent=lambda rows: 100 * rows["p_low"])
    wide = table.pivot(index=["setting", "model"], columns="attribute", values="percent")
    wide = wide[[*PLANTED, *ABSENT]].assign(any_absent_adjusted=100 * claim_any(found))
    print(wide.loc[[name for name, _, _ in SETTINGS]].round(1).to_string())
    print(measure_effects(found).round(2).to_string())
    used = found.groupby("seed")["copy_used"].first()
    print(f"{COPY} used in {used.sum()} of {seeds} seeds; {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
