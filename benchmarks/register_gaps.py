"""How often a service that a body really gives is suggested when it is hidden.

Every family of every body that gives at least two is hidden in turn, all else as it is, and the
families the body then lacks are ranked three ways:

share     by the share of the other bodies of the category that give them
alike     by the same share, each body weighted by its likeness (Jaccard): `suggest_services`
chance    any order

Printed: percent of hidden families among the first 1, 5 and 10, mean over bodies of their mean over
families; families that tie share the places among them. Nothing is drawn: a random family of each
body, drawn again and again, has this mean. `gain` is alike less share among the first 5, with its
standard error over bodies. Where families are given at random, as in the sample, hiding one leaves
it rarer among the others than those not given, so that ranking by share stays below chance.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.register.cover import arrange_cover, given_families, measure_likeness
from asan_analysis.register.gaps import weigh_peers

FIRST = (1, 5, 10)
WAYS = ("share", "alike", "chance")
DATASETS = ("asan_sample", "egov_questions_2023")


def hide_families(given: NDArray[np.bool_]) -> pd.DataFrame:
    """One row a hidden family: body, and its chance to stand among the first by each way."""
    rows = []
    for body, hidden in np.argwhere(given):
        if given[body].sum() > 1 and len(given) > 1:
            left = given.copy()
            left[body, hidden] = False
            rest = np.arange(len(given)) != body
            share, alike = weigh_peers(measure_likeness(left)[body, rest], left[rest])
            ways = (share, alike, np.zeros_like(share))
            places = [find_chances(way, hidden, ~left[body]) for way in ways]
            rows.append((body, *np.concatenate(places)))
    return pd.DataFrame(rows, columns=["body", *(f"{way} {k}" for way in WAYS for k in FIRST)])


def find_chances(
    score: NDArray[np.float64], hidden: int, lacking: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The chance of one family to be among the first of those lacking, equals in random order."""
    values = score.round(10)
    better = (values[lacking] > values[hidden]).sum()
    equal = (values[lacking] == values[hidden]).sum()
    return np.clip((np.array(FIRST) - better) / equal, 0, 1)


def plant_kinds(
    rng: np.random.Generator, bodies: int = 30, families: int = 40
) -> NDArray[np.bool_]:
    """Bodies of two kinds that give different halves of the families; what alike should find."""
    kind, half = np.arange(bodies) % 2, np.arange(families) % 2
    chance = np.where(kind[:, None] == half[None, :], 0.5, 0.05)
    return rng.random((bodies, families)) < chance


def sum_up(table: pd.DataFrame) -> dict[str, float]:
    """Means over bodies in percent, and the gains with their standard errors."""
    by_body = 100 * table.groupby("body").mean()
    found = {**by_body.mean()}
    gain = by_body["alike 5"] - by_body["share 5"]
    spread = {"gain": gain.mean(), "gain se": gain.std() / len(gain) ** 0.5}
    return {"bodies": len(by_body), "hidden": len(table), **found, **spread}


def judge_dataset(dataset: str, years: list[int] | None = None) -> pd.DataFrame:
    """The table of a dataset: one row an edition and category, and one for all its bodies."""
    data = load_dataset(dataset)
    rows, tables = [], []
    for year in years or data.editions["edition_year"].tolist():
        one, _ = select_edition(data, year)
        for cover in arrange_cover(one.services, one.organisations, given_families(one.services)):
            table = hide_families(cover.counts > 0)
            if len(table):
                rows.append({"dataset": dataset, "edition": year, "category": cover.category,
                             **sum_up(table)})  # fmt: skip
                tables.append(table.assign(body=table["body"].map(
                    lambda body, ids=cover.bodies: ids[body])))  # fmt: skip
    every = pd.concat(tables, ignore_index=True)
    return pd.DataFrame(
        [*rows, {"dataset": dataset, "edition": "all", "category": "all", **sum_up(every)}]
    )


def judge_planted(seeds: int = 5) -> pd.DataFrame:
    """The same for planted kinds of bodies, where likeness tells something."""
    tables = [hide_families(plant_kinds(np.random.default_rng(seed))) for seed in range(seeds)]
    every = pd.concat([table.assign(body=table["body"] + 1000 * seed)
                       for seed, table in enumerate(tables)])  # fmt: skip
    return pd.DataFrame(
        [{"dataset": "two kinds", "edition": "-", "category": "-", **sum_up(every)}]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", nargs="*", default=list(DATASETS))
    given = parser.parse_args()
    tables = [*(judge_dataset(dataset) for dataset in given.dataset), judge_planted()]
    table = pd.concat(tables, ignore_index=True)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.1f}"))


if __name__ == "__main__":
    main()
