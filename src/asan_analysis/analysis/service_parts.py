"""The change of a unit's mean split over its services, under one method for both editions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.analysis.pairs import UNIT, Pair, Side
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.index.aggregation import Floats

OF_SERVICES = ["improvement", "reweighting", "entry", "exit"]
SERVICE_COLUMNS = [
    *UNIT, "service_id", "score_before", "score_after", "weight_before", "weight_after", "state",
    *OF_SERVICES,
]  # fmt: skip


def list_no_services() -> pd.DataFrame:
    """The table of `split_services` without rows."""
    texts = (*UNIT, "service_id", "state")
    kinds = {name: "str" if name in texts else "float64" for name in SERVICE_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def split_services(pair: Pair, node: str) -> pd.DataFrame:
    """Parts by unit and service under the common method; see `decompose_change`."""
    if pair.common is None or node not in pair.common.node_ids:
        return list_no_services()
    row = pair.common.node_ids.index(node)
    before, after = (_weigh_services(side, row) for side in (pair.before, pair.after))
    table = before.merge(after, on=[*UNIT, "service_id"], how="outer", validate="one_to_one",
                         suffixes=("_before", "_after"))  # fmt: skip
    table["state"] = _name_states(table)
    columns = ["score_before", "score_after", "weight_before", "weight_after"]
    unit = table.groupby(UNIT, sort=False).ngroup().to_numpy(dtype="int64")
    s0, s1, w0, w1 = (table[name].to_numpy(dtype="float64") for name in columns)
    parts = _split_means((s0, s1), (w0, w1), unit)
    table[columns[2:]] = table[columns[2:]].fillna(0.0)
    return table.assign(**dict(zip(OF_SERVICES, parts, strict=True)))[SERVICE_COLUMNS]


def _split_means(
    scores: tuple[Floats, Floats], weights: tuple[Floats, Floats], unit: NDArray[Any]
) -> tuple[Floats, ...]:
    """Improvement, reweighting, entry, exit of services, from scores and weights in both."""
    (s0, s1), (w0, w1) = scores, weights
    stays = ~np.isnan(s0) & ~np.isnan(s1)

    def total(values: Floats) -> Floats:
        sums = np.bincount(unit, np.where(stays, values, 0.0))
        return np.asarray(sums[unit], dtype="float64")

    some = total(np.ones(len(unit))) > 0
    v0, v1 = (weight / np.where(some, total(weight), np.nan) for weight in (w0, w1))
    level0, level1 = (np.where(some, total(v * s), np.nan) for v, s in ((v0, s0), (v1, s1)))
    middle = (s0 + s1) / 2 - (level0 + level1) / 2
    parts = (
        ((v0 + v1) / 2 * (s1 - s0), stays),
        ((v1 - v0) * middle, stays),
        (w1 * (s1 - level1), np.isnan(s0)),
        (w0 * (level0 - s0), np.isnan(s1)),
    )
    return tuple(np.where(some, np.where(here, part, 0.0), np.nan) for part, here in parts)


def _name_states(table: pd.DataFrame) -> NDArray[Any]:
    """What became of each service in its unit; it moved where the field has it in both editions."""
    field = table[table["level"] == "field"]
    old, new = (
        table["service_id"].isin(field.loc[field[name].notna(), "service_id"])
        for name in ("score_before", "score_after")
    )
    came, went = table["score_before"].isna(), table["score_after"].isna()
    return np.select(
        [came & old, came, went & new, went], ["moved_in", "entered", "moved_out", "left"], "stayed"
    )


def _weigh_services(side: Side, row: int) -> pd.DataFrame:
    """Scores and weights of the services of every unit at a node; weights add up to 1 in a unit."""
    table = side.services.assign(score=side.score[row])
    table = table[table["score"].notna() & (table["weight"] > 0)].reset_index(drop=True)
    owner, _ = pd.factorize(table["organisation_id"])
    share = table["weight"].to_numpy() / np.bincount(owner, table["weight"])[owner]
    first = ~table["organisation_id"].duplicated()
    units = {
        "field": pd.Series(CATEGORY_ALL, index=table.index, dtype="str"),
        "category": table["category"],
        "organisation": table["organisation_id"],
    }
    parts = []
    for level, unit in units.items():
        code, _ = pd.factorize(unit)
        weight = share / np.bincount(code, first)[code]
        parts.append(
            table[["service_id", "score"]].assign(level=level, unit_id=unit, weight=weight)
        )
    return pd.concat(parts, ignore_index=True)
