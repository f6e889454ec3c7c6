"""Certificates of places, duplicates of a register and the explorer's weights; `make bench`.

The peer of each does the same, or less, by a plain road; what is extrapolated says so.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from lines import Line, make_parser, show_lines, time_together
from numpy.typing import NDArray
from register_planting import make_large
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.index.answers import arrange_answers
from asan_analysis.index.method import find_method
from asan_analysis.register.duplicates import THRESHOLD, find_pairs
from asan_analysis.robustness.certificates import certify_places
from asan_analysis.robustness.levels import find_level

Floats = NDArray[np.float64]

SAMPLE, YEAR, BOX = "asan_sample", 2023, 0.25
SERVICES, QUICK = 100_000, 2_000
ROWS = 1_000  # names of the peers of duplicates that are held against all others
AHEAD = 1e-7  # least lead of a rival in the peer's programme, of points that lie between 0 and 1
WEIGHTINGS, TURNS = 200, 21


# Certificates: the peer asks a solver for every pair and every place


def read_points() -> tuple[pd.DataFrame, pd.Series[float], pd.Series[str]]:
    """Points of the bodies at the seven parameters, nominal weights, categories."""
    one, edition = select_edition(load_dataset(SAMPLE), YEAR)
    tree, rules = find_method(one, edition)
    answers = arrange_answers(one.assessments, one.services, one.organisations, tree)
    level = find_level(answers, tree, rules)
    points = level.points().dropna()
    category = one.organisations.set_index("organisation_id")["category"]
    return points, level.weights, category.loc[points.index]


def least_move(gap: Floats, weights: Floats) -> float:
    """The least t for which factors from 1 - t to 1 + t bring a lead to nothing, by linprog."""
    diagonal, column = np.diag(np.ones(len(gap))), weights[:, None]
    rows = np.vstack([np.append(gap, 0), np.hstack([diagonal, -column]),
                      np.hstack([-diagonal, -column])])  # fmt: skip
    ends = np.concatenate([[0], weights, -weights])
    found = linprog(np.append(np.zeros(len(gap)), 1), A_ub=rows, b_ub=ends,
                    bounds=[(0, None)] * (len(gap) + 1))  # fmt: skip
    return min(float(found.fun), 1.0)


def most_ahead(gaps: Floats, weights: Floats) -> int:
    """The most rows of gaps that can be above zero under one weighting of the box, by milp."""
    number, nodes = gaps.shape
    least = np.abs(gaps) @ weights * 2
    rows = np.hstack([gaps, -np.diag(least + AHEAD)])
    found = milp(
        np.append(np.zeros(nodes), -np.ones(number)),
        constraints=LinearConstraint(rows, -least, np.inf),
        integrality=np.append(np.zeros(nodes), np.ones(number)),
        bounds=Bounds(np.append(weights * (1 - BOX), np.zeros(number)),
                      np.append(weights * (1 + BOX), np.ones(number))),
    )  # fmt: skip
    return round(-found.fun)


def certify_plainly(
    points: pd.DataFrame, weights: pd.Series[float], category: pd.Series[str]
) -> pd.DataFrame:
    """Margin, best and worst rank of every body, one programme after the other."""
    values, nominal, rows = points.to_numpy() / 100, weights.to_numpy(), []
    scores, groups = values @ nominal, category.to_numpy()
    for body in range(len(points)):
        rivals = np.flatnonzero(groups == groups[body])
        rivals = rivals[rivals != body]
        gaps = values[body] - values[rivals]
        below = gaps[scores[rivals] < scores[body]]
        margin = min([least_move(gap, nominal) for gap in below], default=1.0)
        best = 1 + len(rivals) - most_ahead(gaps, nominal)
        rows.append([points.index[body], margin, best, 1 + most_ahead(-gaps, nominal)])
    columns = ["organisation_id", "margin", "best_rank", "worst_rank"]
    return pd.DataFrame(rows, columns=columns).set_index("organisation_id")


def check_certificates(ours: pd.DataFrame, peer: pd.DataFrame) -> None:
    """The same margins and ranks, or no figures."""
    mine = ours.set_index("organisation_id").loc[peer.index]
    apart = np.abs(mine["margin"] - peer["margin"]).max()
    ranks = ["best_rank", "worst_rank"]
    if apart > 1e-6 or not (mine[ranks].astype(int) == peer[ranks].astype(int)).all(axis=None):
        raise SystemExit(f"bench: certificates differ from the programmes', margins by {apart:g}")


def compare_certificates(repeats: int) -> Line:
    """Places of all bodies, ours and by programmes."""
    given = read_points()
    ours: Callable[[], pd.DataFrame] = lambda: certify_places(*given, box=BOX)  # noqa: E731
    check_certificates(ours(), certify_plainly(*given))
    mine, peer = time_together([ours, lambda: certify_plainly(*given)], repeats)
    name = f"certificates of {len(given[0])} places"
    return Line("Certificates", name, "ms", 1000 * mine, 1000 * peer, "linprog and milp")


# Duplicates: the peers compare letters only, a part of the names with all


def time_trigrams(names: list[str], rows: int) -> float:
    """Seconds of tf-idf of trigrams and the product of each pair once, from some rows to all."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    start = perf_counter()
    table = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit_transform(names)
    ready = perf_counter()
    for first in range(0, rows, 500):
        product = table[first : first + min(500, rows - first)] @ table.T
        np.count_nonzero(product.data >= THRESHOLD)
    return ready - start + (perf_counter() - ready) * len(names) / rows / 2


def time_distances(names: list[str], rows: int) -> float:
    """Seconds of rapidfuzz over each pair once, from some rows held against all, in one thread."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    start = perf_counter()
    for first in range(0, rows, 500):
        cdist(names[first : min(first + 500, rows)], names, scorer=ratio,
              score_cutoff=100 * THRESHOLD, workers=1)  # fmt: skip
    return (perf_counter() - start) * len(names) / rows / 2


def compare_duplicates(services: int) -> list[Line]:
    """Pairs of a large register, each road once."""
    register, bodies, _ = make_large(services, np.random.default_rng(1))
    start = perf_counter()
    find_pairs(register, bodies)
    seconds = perf_counter() - start
    names = register["name_az"].drop_duplicates().sample(frac=1, random_state=1).tolist()
    rows = min(ROWS, len(names))
    group, name = "Duplicates", f"pairs of {len(register):,} services"
    told = f"{len(names):,} names"
    if rows < len(names):
        told += f", extrapolated from {rows:,} of them held against all"
    return [
        Line(group, name, "s", seconds, time_trigrams(names, rows), f"trigram product, {told}"),
        Line(group, name, "s", seconds, time_distances(names, rows), f"rapidfuzz, {told}"),
    ]


# The explorer: its scripts in chromium, beside the same places in numpy

PLACE = """([weightings, turns]) => {
  const times = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const start = performance.now();
    for (const one of weightings) placeBodies(fields[0], one, model.method);
    times.push((performance.now() - start) / weightings.length);
  }
  return times.sort((one, other) => one - other)[Math.floor(turns / 2)];
}"""
RERANK = """([weightings, turns]) => {
  const times = [];
  for (const weights of weightings.slice(0, turns)) {
    state.weights = weights;
    const start = performance.now();
    rerank(document, true);
    void document.body.offsetHeight;
    times.push(performance.now() - start);
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
}"""
GIVEN = "({rows: model.scores.services[0], owner: model.services.body, category: \
model.bodies.map(body => body.category), weights: model.parts.map(part => part.weight)})"
PLACES = """([weightings]) => weightings.map((one) => {
  const { score, rank } = placeBodies(fields[0], one, model.method);
  return [[...score], [...rank]];
})"""


def place_plainly(given: dict[str, Any], weightings: Floats) -> list[tuple[Floats, Floats]]:
    """The floor: scores and places of the bodies under each weighting, nothing else."""
    owner, category = np.array(given["owner"]), np.array(given["category"])
    rows = np.array(given["rows"], dtype="float64")
    sizes, found = np.bincount(owner), []
    groups = [np.flatnonzero(category == one) for one in np.unique(category)]
    for weights in weightings:
        score = np.bincount(owner, rows @ (weights / weights.sum())) / sizes
        place = np.empty(len(score))
        for own in groups:
            place[own[np.argsort(-score[own])]] = np.arange(1, len(own) + 1)
        found.append((score, place))
    return found


def open_explorer(page: Any, folder: Path) -> None:
    """The explorer of the sample at its weights."""
    from small_explorer import last_editions, write_page

    data = last_editions(load_dataset(SAMPLE), YEAR)
    page.goto(write_page(folder, data, YEAR).as_uri() + "#en/weights")


def compare_explorer(weightings: int, turns: int) -> list[Line]:
    """Medians in the page; the floor in this process."""
    from browsing import find_chromium
    from playwright.sync_api import sync_playwright

    rng = np.random.default_rng(1)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        place = find_chromium(playwright)
        if place is None:
            raise SystemExit(
                "bench: no Chromium; apt-get install chromium, or name one in CHROMIUM"
            )
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        page = browser.new_page()
        open_explorer(page, Path(folder))
        given = page.evaluate(GIVEN)
        tried = rng.integers(1, 41, (weightings, len(given["weights"])))
        check_places(page.evaluate(PLACES, [tried.tolist()]), place_plainly(given, tried))
        placed, drawn = (page.evaluate(script, [tried.tolist(), turns])
                         for script in (PLACE, RERANK))  # fmt: skip
        browser.close()
    (floor,) = time_together([lambda: place_plainly(given, tried)], turns)
    bodies = len(given["category"])
    return [
        Line("Explorer", f"places of {bodies} bodies", "ms", placed,
             1000 * floor / weightings, "bare numpy"),
        Line("Explorer", f"places of {bodies} bodies, drawn anew", "ms", drawn),
    ]  # fmt: skip


def check_places(ours: list[Any], floor: list[tuple[Floats, Floats]]) -> None:
    """The same scores and places, or no figures."""
    for (score, rank), (least, place) in zip(ours, floor, strict=True):
        if np.abs(np.array(score) - least).max() > 1e-9 or rank != place.tolist():
            raise SystemExit("bench: the explorer places bodies otherwise than the floor")


def measure(services: int = SERVICES, weightings: int = WEIGHTINGS, turns: int = TURNS,
            repeats: int = 3) -> list[Line]:  # fmt: skip
    """Every line of this file."""
    return [compare_certificates(repeats), *compare_duplicates(services),
            *compare_explorer(weightings, turns)]  # fmt: skip


def main() -> None:
    """Read the options and run."""
    options = make_parser(__doc__).parse_args()
    lines = measure(QUICK, 10, 3, 1) if options.quick else measure()
    show_lines(lines, as_json=options.json)


if __name__ == "__main__":
    main()
