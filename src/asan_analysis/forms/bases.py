"""A loaded dataset as tables of the layout, without cells: what a workbook builds on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.forms.layout import PLANS
from asan_analysis.forms.tables import Table


def tables_of(data: Dataset) -> dict[str, Table]:
    """Every table of a dataset by the key of its sheet; faults found in them have no cell."""
    facts = [(key, one) for key, one in data.about.items() if key != "categories"]
    rules: list[tuple[str, str | None, Any]] = []
    for name, table in data.rules.items():
        rules += [(name, key, one) for key, one in table.items()] or [(name, None, None)]
    frames = {
        "about": pd.DataFrame(facts, columns=["key", "value"], dtype=object),
        "categories": pd.DataFrame(data.about["categories"], dtype=object),
        "editions": data.editions,
        "rules": pd.DataFrame(rules, columns=["file", "key", "value"], dtype=object),
        "bodies": data.organisations,
        "services": data.services,
        "answers": data.assessments,
        "announced": data.announced,
        "assumptions": data.assumptions,
        "evaluations": data.evaluations,
    }
    tables = {key: table_of(key, frame) for key, frame in frames.items()}
    nodes = [frame.assign(file=name) for name, frame in data.frameworks.items()]
    letters = {(name, ""): dict.fromkeys(frame.columns, "A")
               for name, frame in data.frameworks.items()}  # fmt: skip
    framework = table_of("framework", pd.concat(nodes, ignore_index=True))
    origin = framework.origin.assign(file=framework.frame["file"].tolist())
    tables["framework"] = Table(PLANS["framework"], framework.frame, origin, letters)
    return tables


def table_of(key: str, frame: pd.DataFrame) -> Table:
    """A frame as a table whose values stand in no cell."""
    plain = frame.reset_index(drop=True).astype(object)
    plain = plain.where(plain.notna(), None)
    origin = pd.DataFrame({"file": "", "sheet": "", "row": 0, "letter": ""}, index=plain.index)
    return Table(PLANS[key], plain, origin, {("", ""): dict.fromkeys(map(str, plain), "A")})
