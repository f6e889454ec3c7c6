"""How often a service is found by words: its own name with typos, words dropped, letters lost.

    python benchmarks/service_search.py [--seeds 4 5 6] [--queries 300]

Real names of services and their sources (data/asan_register). Limits were chosen on seeds 1 to 3.
Services of one name count as one. Ends with the time for 100,000 services.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from body_names import PLAIN, add_typo

from asan_analysis.data.names import fold
from asan_analysis.register.search import find_services

RAW = Path(__file__).resolve().parents[1] / "data" / "asan_register" / "services.csv"
KINDS = ("typo", "two typos", "plain letters", "two words dropped", "stems", "two words")


def change_name(name: str, kind: str, rng: np.random.Generator) -> str:
    """A query made of a name."""
    words = name.split()
    if kind == "typo":
        return add_typo(name, rng)
    if kind == "two typos":
        return add_typo(add_typo(name, rng), rng)
    if kind == "plain letters":
        return " ".join(rng.permutation(words)).translate(PLAIN).lower()
    if kind == "two words dropped":
        kept = sorted(rng.choice(len(words), size=max(1, len(words) - 2), replace=False))
        return " ".join(words[at] for at in kept).translate(PLAIN)
    if kind == "stems":
        return " ".join(word[:-2] if len(word) > 7 else word for word in words)
    long = [word for word in words if len(word) > 4]
    return " ".join(rng.permutation(long)[:2])


def judge(services: pd.DataFrame, seed: int, queries: int) -> pd.DataFrame:
    """Each query with its kind and the place of its service; missing where it is not in ten."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(queries):
        lang = ("az", "en")[int(rng.random() < 0.25)]
        name = str(services[f"name_{lang}"].iloc[rng.integers(len(services))])
        kind = KINDS[number % len(KINDS)]
        query = change_name(name, kind, rng)
        if not fold(query):
            continue
        found = find_services(services, query)[f"name_{lang}"].tolist()
        rows.append((kind, lang, query, name, found.index(name) + 1 if name in found else None))
    return pd.DataFrame(rows, columns=["kind", "lang", "query", "name", "place"])


def many_services(services: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Names of real services with a number and a body's word each, to measure time."""
    times = -(-rows // len(services))
    many = pd.concat([services] * times, ignore_index=True).head(rows)
    mark = pd.Series([f" q{number % 3000}ar" for number in range(rows)])
    return many.assign(name_az=many["name_az"] + mark, name_en=many["name_en"] + mark)


def main() -> None:
    """Print the share of queries with the service first and among five, and the time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, nargs="+", default=[4, 5, 6])
    parser.add_argument("--queries", type=int, default=300)
    options = parser.parse_args()
    services = pd.read_csv(RAW, dtype=str)
    judged = pd.concat([judge(services, seed, options.queries) for seed in options.seeds])
    judged = judged.assign(first=judged["place"] == 1, five=judged["place"] <= 5)
    print(judged.groupby("kind")[["first", "five"]].mean().round(3).to_string())
    print(judged[["first", "five"]].mean().round(3).to_string())
    many = many_services(services, 100_000)
    start = time.perf_counter()
    find_services(many, "dogum haqqinda arayis")
    print(f"100,000 services: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
