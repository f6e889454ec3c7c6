"""The answers of one edition or of one table as arrays, ready to be scored many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.data.datasets import Dataset
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.scoring import arrays_of_answers

STATUSES = ("not_applicable", "not_answered")


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of one edition as arrays, services of a body side by side.

    `values` (services x items) is NaN where there is none; `statuses` says which cells are not
    applicable and which are not answered. Body i owns `sizes[i]` rows from `starts[i]` on.
    `services` holds the columns that a roll-up may weigh by. `shares`: an item without a
    normalisation is a share. A table without services has one row for each body.
    """

    values: Floats
    statuses: dict[str, NDArray[np.bool_]]
    services: pd.DataFrame
    bodies: list[str]
    category: pd.Series[Any]
    starts: NDArray[np.int64]
    shares: bool
    scores: dict[Any, Any] = field(default_factory=dict)  # kept by `index.rescoring`

    def __getstate__(self) -> dict[str, Any]:
        """What another process is sent: it scores for itself."""
        return {**self.__dict__, "scores": {}}

    @cached_property
    def names(self) -> list[str]:
        """Ids of the services, or of the units of a table."""
        return [str(name) for name in self.services["service_id"]]

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of services of each body."""
        return np.diff(np.append(self.starts, len(self.values)))

    def only_ranked(self, scores: Floats, min_services: int) -> Floats:
        """Scores, bodies x draws, missing for bodies with too few services for a place."""
        return np.where((self.sizes >= min_services)[:, None], scores, np.nan)

    def list_ranked(self, min_services: int) -> pd.Series[Any]:
        """Category by organisation_id of the bodies with services enough for a place."""
        names = pd.Index(self.bodies, name="organisation_id")
        return pd.Series(self.category.to_numpy(), names)[self.sizes >= min_services]

    @cached_property
    def groups(self) -> list[NDArray[np.int64]]:
        """The bodies of each category, as places."""
        codes = pd.unique(self.category)
        return [np.flatnonzero((self.category == code).to_numpy()) for code in codes]


def arrange_answers(
    assessments: pd.DataFrame, services: pd.DataFrame, organisations: pd.DataFrame, tree: Tree
) -> Answers:
    """Answers of one edition of a dataset, bodies in the order of `organisations`.

    Parameters
    ----------
    assessments : DataFrame
        Rows of one edition: service_id, item_id, status, value.
    services, organisations : DataFrame
        Rows of the same edition: service_id, organisation_id; organisation_id, category.

    Raises
    ------
    ParameterError
        The edition has no assessments or no services.
    """
    if assessments.empty or services.empty:
        raise ParameterError("there are no answers to score again; choose an edition with some")
    listed = organisations[organisations["organisation_id"].isin(services["organisation_id"])]
    bodies = pd.Index(listed["organisation_id"])
    codes = bodies.get_indexer(pd.Index(services["organisation_id"]))
    rows = services.iloc[np.argsort(codes, kind="stable")].reset_index(drop=True)
    _, values, cells = arrays_of_answers(assessments, rows, tree, statuses=STATUSES)
    category = listed.set_index("organisation_id")["category"]
    return Answers(
        values, dict(zip(STATUSES, cells, strict=True)), rows, [str(body) for body in bodies],
        category, np.searchsorted(np.sort(codes), np.arange(len(bodies))), shares=True,
    )  # fmt: skip


def arrange_edition(data: Dataset, tree: Tree) -> Answers:
    """`arrange_answers` of a dataset cut to one edition, bodies by category in the dataset's order.

    Raises
    ------
    ParameterError
        As `arrange_answers`.
    """
    order = {str(category): place for place, category in enumerate(data.categories["id"])}
    bodies = data.organisations.sort_values(
        "category", key=lambda category: category.map(order), kind="stable"
    )
    return arrange_answers(data.assessments, data.services, bodies, tree)


def arrange_table(values: pd.DataFrame, status: pd.DataFrame, tree: Tree) -> Answers:
    """Answers of a table with a row per unit and a column per item; every unit is a body.

    `values` and `status` are as `score_table` takes them.
    """
    units = [str(unit) for unit in values.index]
    cells = {name: (status[tree.items] == name).to_numpy(dtype="bool") for name in STATUSES}
    rows = pd.DataFrame({"service_id": units, "organisation_id": units})
    category = pd.Series("all", index=pd.Index(units))
    numbers = values[tree.items].to_numpy(dtype="float64")
    return Answers(numbers, cells, rows, units, category, np.arange(len(units)), shares=False)
