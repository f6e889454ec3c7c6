"""Small datasets written in a test: a few editions, bodies, services and items."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from plain_road import Row, framework_of, node

from asan_analysis.data import contracts
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.links import check_links
from asan_analysis.data.tables import Contract

FLAT = [node("T"), node("x", "T"), node("y", "T")]
CATEGORIES = ("c", "d")
_KINDS = {"text": "str", "integer": "Int64", "number": "float64"}


def edition(
    year: int,
    answers: Mapping[str, Mapping[str, float | str]],
    owners: Mapping[str, str] | None = None,
    *,
    categories: Mapping[str, str] | None = None,
    successors: Mapping[str, str] | None = None,
    framework: str = "F.csv",
    rules: str = "R.toml",
    columns: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """One edition: answers by service and item, the owner of each service (else body `a`).

    `categories` lists the bodies with their category; owners it leaves out stand in `c`.
    """
    owners = {service: "a" for service in answers} | dict(owners or {})
    bodies = {body: "c" for body in owners.values()} | dict(categories or {})
    return {
        "year": year, "answers": answers, "owners": owners, "bodies": bodies,
        "successors": successors or {}, "framework": framework, "rules": rules,
        "columns": columns or {},
    }  # fmt: skip


def dataset(
    *editions: dict[str, Any],
    frameworks: Mapping[str, list[Row]] | None = None,
    rules: Mapping[str, dict[str, Any]] | None = None,
    min_services: int = 1,
) -> Dataset:
    """A dataset of some editions in order, in the types of the contracts, its links checked."""
    frames = {
        name: _framework(tuple(tuple(row.items()) for row in rows))
        for name, rows in (frameworks or {"F.csv": FLAT}).items()
    }
    rules = dict(rules or {"R.toml": {}})
    tables = {
        "editions.csv": _table(
            contracts.EDITIONS,
            [{"edition_year": one["year"], "label_az": "-", "label_en": "-",
              "order": place, "framework": one["framework"], "rules": one["rules"]}
             for place, one in enumerate(editions, 1)],
        ),
        "organisations.csv": _table(
            contracts.ORGANISATIONS,
            [{"edition_year": one["year"], "organisation_id": body, "category": category,
              "name_az": body, "name_en": body, "successors": one["successors"].get(body)}
             for one in editions for body, category in one["bodies"].items()],
        ),
        "services.csv": _table(
            contracts.SERVICES,
            [{"edition_year": one["year"], "service_id": service, "organisation_id": owner,
              "name_az": service, "name_en": service,
              **{name: str(column[service]) for name, column in one["columns"].items()}}
             for one in editions for service, owner in one["owners"].items()],
        ),
        "assessments.parquet": _table(
            contracts.ASSESSMENTS,
            [{"edition_year": one["year"], "service_id": service, "item_id": item,
              "status": cell if isinstance(cell, str) else "scored",
              "value": math.nan if isinstance(cell, str) else cell}
             for one in editions for service, own in one["answers"].items()
             for item, cell in own.items()],
        ),
        "evaluations.parquet": _table(contracts.EVALUATIONS, []),
        "announced.csv": _table(contracts.ANNOUNCED, []),
    }  # fmt: skip
    problems = check_links(tables, list(CATEGORIES), {**frames, **rules}, unread=set(), told=[])
    assert not problems, problems
    order = range(1, len(CATEGORIES) + 1)
    ids = list(CATEGORIES)
    return Dataset(
        dataset_id="small", folder=Path("small"),
        about={"kind": "synthetic", "decimals": 2, "places": 1, "min_services": min_services},
        categories=pd.DataFrame({"id": ids, "title_az": ids, "title_en": ids, "order": order}),
        editions=tables["editions.csv"], organisations=tables["organisations.csv"],
        services=tables["services.csv"], assessments=tables["assessments.parquet"],
        announced=tables["announced.csv"], evaluations=tables["evaluations.parquet"],
        assumptions=_table(contracts.ASSUMPTIONS, []), frameworks=frames, rules=rules,
    )  # fmt: skip


def _table(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows in the types of a contract; a cell left out is missing, other columns stay text."""
    kinds = {name: _KINDS[column.kind] for name, column in contract.columns.items()}
    kinds |= {name: "str" for row in rows[:1] for name in row if name not in kinds}
    cells = {
        name: pd.Series([row.get(name) for row in rows], dtype="object").astype(kind)
        for name, kind in kinds.items()
    }
    return pd.DataFrame(cells)


@cache
def _framework(rows: tuple[tuple[tuple[str, str], ...], ...]) -> pd.DataFrame:
    return framework_of(dict(row) for row in rows)


def records(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows as tuples; None stands for missing, floats at nine digits."""
    return [
        tuple(
            None if _is_missing(cell) else round(cell, 9) if isinstance(cell, float) else cell
            for cell in row
        )
        for row in frame[list(columns)].astype(object).itertuples(index=False)
    ]


def _is_missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell))
