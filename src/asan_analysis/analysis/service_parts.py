"""The change of a unit's mean split over its services, under one method for both editions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.analysis.pairs import Pair, Side
from asan_analysis.data.contracts import CATEGORY_ALL

UNIT = ["level", "unit_id"]
OF_SERVICES = ["improvement", "reweighting", "entry", "exit"]
SERVICE_COLUMNS = [
    *UNIT, "service_id", "score_before", "score_after", "weight_before", "weight_after", "state",
    *OF_SERVICES,
]  # fmt: skip


def split_services(pair: Pair, node: str) -> pd.DataFrame:
    """Parts by unit and service under the common method."""
    if pair.common is None or node not in pair.common.node_ids:
        return pd.DataFrame(columns=SERVICE_COLUMNS)
    row = pair.common.node_ids.index(node)
    before, after = (weigh_services(side, row) for side in (pair.before, pair.after))
    table = before.merge(after, on=[*UNIT, "service_id"], how="outer", validate="one_to_one",
                         suffixes=("_before", "_after"))  # fmt: skip
    units = [table[column] for column in UNIT]
    s0, s1, w0, w1 = (
        table[name] for name in ("score_before", "score_after", "weight_before", "weight_after")
    )
    came, went = s0.isna(), s1.isna()
    stays = ~came & ~went

    def add(values: pd.Series[Any]) -> pd.Series[Any]:
        return values.where(stays).groupby(units).transform("sum", min_count=1)

    v0, v1 = w0 / add(w0), w1 / add(w1)
    level0, level1 = add(v0 * s0), add(v1 * s1)
    middle = (s0 + s1) / 2 - (level0 + level1) / 2
    parts = {
        "improvement": ((v0 + v1) / 2 * (s1 - s0), stays),
        "reweighting": ((v1 - v0) * middle, stays),
        "entry": (w1 * (s1 - level1), came),
        "exit": (w0 * (level0 - s0), went),
    }
    for name, (value, here) in parts.items():
        table[name] = value.where(here, 0.0).where(level0.notna())
    field = table[table["level"] == "field"].set_index("service_id")
    moved_in = table["service_id"].map(field["score_before"].notna())
    moved_out = table["service_id"].map(field["score_after"].notna())
    table["state"] = np.select(
        [stays, came & moved_in, came, moved_out], ["stayed", "moved_in", "entered", "moved_out"],
        "left",
    )  # fmt: skip
    table[["weight_before", "weight_after"]] = table[["weight_before", "weight_after"]].fillna(0.0)
    return table[SERVICE_COLUMNS]


def weigh_services(side: Side, row: int) -> pd.DataFrame:
    """Scores and weights of the services of every unit at a node; weights add up to 1 in a unit."""
    table = side.services.assign(score=side.score[row])
    table = table[table["score"].notna() & (table["weight"] > 0)]
    share = table["weight"] / table.groupby("organisation_id")["weight"].transform("sum")
    units = {"field": pd.Series(CATEGORY_ALL, index=table.index, dtype="str"),
             "category": table["category"], "organisation": table["organisation_id"]}  # fmt: skip
    parts = []
    for level, unit in units.items():
        bodies = table["organisation_id"].groupby(unit).transform("nunique")
        parts.append(
            table[["service_id", "score"]].assign(level=level, unit_id=unit, weight=share / bodies)
        )
    return pd.concat(parts, ignore_index=True)
