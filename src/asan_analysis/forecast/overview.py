"""The next editions of a dataset: each table, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from asan_analysis.analysis.trends import cover_editions, score_editions
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.forecast.backtest import backtest, summarise_backtest
from asan_analysis.forecast.history import list_series
from asan_analysis.forecast.model import fit_forecast
from asan_analysis.forecast.paths import Paths, forecast_groups, forecast_scores, simulate_paths
from asan_analysis.forecast.targets import chance_of_place, chance_of_score
from asan_analysis.index.framework import Tree
from asan_analysis.refusals import Overview, Refusal, ask_table, no_rows

_NAMES = {"unit_id": "organisation_id", "group": "category", "units": "organisations",
          "target": "target_score", "place": "target_place"}  # fmt: skip
_INTERVALS = ("point", "low_80", "high_80", "low_95", "high_95")
BODIES = ("organisation_id", "category", "edition_year", "origin_year", "horizon", *_INTERVALS,
          "basis", "editions")  # fmt: skip
GROUPS = ("category", "edition_year", "organisations", "origin_year", "horizon", *_INTERVALS)
CHANCES = (
    "organisation_id",
    "category",
    "edition_year",
    "target_score",
    "target_place",
    "chance_score",
    "chance_place",
)
TESTED = ("horizon", "method", "n", "organisations", "mean_absolute_error", "mean_error",
          "best_rule", "difference", "low_95", "high_95", "verdict", "coverage_80",
          "coverage_80_se", "coverage_95", "coverage_95_se")  # fmt: skip


class Future(NamedTuple):
    """The series up to an edition and the paths drawn from them, or why there are none."""

    history: pd.DataFrame
    paths: Paths | None
    refused: Refusal | None


def list_histories(data: Dataset, edition: Edition) -> pd.DataFrame:
    """`list_series` of every node over the editions up to one, with its node_id."""
    scores, coverage = score_editions(data), cover_editions(data)
    order = data.editions.set_index("edition_year")["order"]
    known = [year for year in coverage["edition_year"] if order[year] <= edition.order]
    scores = scores[scores["edition_year"].isin(known)]
    coverage = coverage[coverage["edition_year"].isin(known)]
    bodies = data.organisations[data.organisations["edition_year"].isin(known)]
    parts = [
        list_series(scores, bodies, coverage, node_id=str(node)).assign(node_id=str(node))
        for node in scores["node_id"].unique()
    ]
    return pd.concat(parts, ignore_index=True)


def draw_future(
    histories: pd.DataFrame,
    node_id: str,
    years: Sequence[int],
    *,
    rng: np.random.Generator,
    draws: int = 2000,
) -> Future:
    """The scores of all bodies at one node in the years to come, drawn together.

    Parameters
    ----------
    histories : DataFrame
        From `list_histories`.
    node_id : str
    years : sequence of int
        Closing years after the last edition, rising.
    rng : Generator
    draws : int

    Returns
    -------
    Future
    """
    history = histories[histories["node_id"] == node_id].drop(columns="node_id")
    try:
        fitted = fit_forecast(history)
    except Refusal as refused:
        return Future(history, None, refused)
    return Future(history, simulate_paths(fitted, years, rng=rng, draws=draws), None)


def list_bodies(future: Future) -> Overview:
    """`forecast_scores`, by group and body."""
    if future.paths is None:
        return Overview(no_rows(BODIES), future.refused)
    table = forecast_scores(future.paths).sort_values(["group", "unit_id", "edition_year"])
    return Overview(table.reset_index(drop=True).rename(columns=_NAMES)[list(BODIES)], None)


def list_groups(future: Future) -> Overview:
    """`forecast_groups`."""
    if future.paths is None:
        return Overview(no_rows(GROUPS), future.refused)
    return Overview(forecast_groups(future.paths).rename(columns=_NAMES)[list(GROUPS)], None)


def list_fans(future: Future) -> pd.DataFrame:
    """Mean scores of the groups so far and what may come, in one frame.

    Returns
    -------
    DataFrame
        Key category, edition_year. Columns segment and score_percent (so far, plain mean over the
        bodies of the edition), then point, low_80 to high_95 (to come). Without a forecast empty.
    """
    if future.paths is None:
        return no_rows(["category", "edition_year", "segment", "score_percent", *_INTERVALS])
    every = pd.concat([future.history, future.history.assign(group=CATEGORY_ALL)])
    keys = ["group", "edition_year", "segment"]
    so_far = every.groupby(keys)["score_percent"].mean().reset_index()
    to_come = forecast_groups(future.paths)[["group", "edition_year", *_INTERVALS]]
    return pd.concat([so_far, to_come], ignore_index=True).rename(columns=_NAMES)


def list_next(future: Future) -> pd.DataFrame:
    """`list_bodies` of the first edition to come with `last`, the score known; the best first."""
    bodies = list_bodies(future).table
    first = bodies[bodies["edition_year"] == bodies["edition_year"].min()]
    known = future.history.sort_values("edition_year").drop_duplicates("unit_id", keep="last")
    last = known.set_index("unit_id")["score_percent"]
    table = first.assign(last=first["organisation_id"].map(last))
    by = ["category", "point"]
    ordered: pd.DataFrame = table.sort_values(by, ascending=[True, False])
    return ordered.reset_index(drop=True)


def list_parts(
    histories: pd.DataFrame,
    tree: Tree,
    years: Sequence[int],
    *,
    rng: np.random.Generator,
    draws: int = 2000,
) -> Overview:
    """`forecast_groups` of each child of the root, with node_id in front."""
    tables: list[pd.DataFrame] = []
    refused = None
    for node in tree.below(tree.root):
        future = draw_future(histories, node, years, rng=rng, draws=draws)
        table, refused = list_groups(future)
        tables.append(table.assign(node_id=node))
    columns = ["node_id", *GROUPS]
    filled = [table for table in tables if len(table)]
    if not filled:
        return Overview(no_rows(columns), refused)
    return Overview(pd.concat(filled, ignore_index=True)[columns], None)


def list_chances(future: Future, *, target: float, place: int) -> Overview:
    """The chance of every body to pass a score, and a place of its category, by each edition.

    Returns
    -------
    Overview
        Its table has the key organisation_id, edition_year. Columns category, target_score
        (points), target_place, chance_score, chance_place (percent, by that edition; missing where
        the category has fewer bodies than the place). Sorted by category, the best chance of the
        place at the end first.
    """
    if future.paths is None:
        return Overview(no_rows(CHANCES), future.refused)
    units = future.paths.units[["unit_id", "group"]]
    asked = units.merge(pd.DataFrame({"edition_year": future.paths.years}), how="cross")
    asked = asked.assign(target=float(target), place=place)
    key = ["unit_id", "edition_year"]
    score = chance_of_score(future.paths, asked.drop(columns="place"))
    held = asked["group"].map(units["group"].value_counts()) >= place
    places = chance_of_place(future.paths, asked[held].drop(columns="target"))
    table = asked.merge(places[[*key, "chance_by"]], on=key, how="left")
    table = table.rename(columns={"chance_by": "chance_place"})
    table = table.merge(score[[*key, "chance_by"]], on=key)
    table = table.rename(columns={"chance_by": "chance_score"})
    best = table.groupby("unit_id")["chance_place"].transform("max")
    table = table.assign(best=-best).sort_values(["group", "best", *key], ignore_index=True)
    return Overview(table.rename(columns=_NAMES)[list(CHANCES)], None)


def list_tested(future: Future, *, rng: np.random.Generator, draws: int = 2000) -> Overview:
    """`backtest` of the series, summarised by horizon; refused where no edition can be an origin.

    Refused too with two comparable editions only: one to start from and none to check against.
    """
    if future.refused is not None:
        return Overview(no_rows(TESTED), future.refused)

    def summarise() -> pd.DataFrame:
        results = backtest(future.history, rng=rng, draws=draws)
        return summarise_backtest(results, rng=rng).rename(columns=_NAMES)[list(TESTED)]

    return ask_table(summarise, TESTED)
