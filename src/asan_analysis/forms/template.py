"""Workbooks of this layout: an empty one to fill, and one that holds a whole dataset."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data.contracts import FRAMEWORK
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import read_csv
from asan_analysis.errors import ParameterError
from asan_analysis.forms.layout import ABOUT_KEYS, PLANS
from asan_analysis.forms.literals import show_literal
from asan_analysis.forms.texts import ABOUT, EXAMPLES
from asan_analysis.forms.writing import Page, write_book
from asan_analysis.index.framework import build_tree

_FACTS = {"kind": "observed", "status": "draft", "decimals": 2, "places": 3, "min_services": 3}
_RULES = {"aggregation": "arithmetic", "normalisation": "none", "range": [0, 100],
          "not_applicable": "exclude", "not_answered": "exclude", "roll_up": "mean"}  # fmt: skip
_CATEGORIES = (
    ("central", "Mərkəzi qurumlar", "Central bodies"),
    ("local", "Yerli qurumlar", "Local bodies"),
    ("legal_entity", "Hüquqi şəxslər", "Legal entities"),
)  # fmt: skip


def write_template(path: Path, *, framework: Path | None = None, wide: bool = False) -> None:
    """Write a workbook to fill: instructions, facts, framework, bodies, services, answers.

    Parameters
    ----------
    path : Path
        The .xlsx file.
    framework : Path, optional
        A framework file; its nodes are filled in and its items can be chosen.
    wide : bool
        Answers with a row for each service and a column for each item. Needs a framework.

    Raises
    ------
    ParameterError
        Wide without a framework; a place that takes no file.
    DataError, FrameworkError
        The framework has faults.
    """
    if wide and framework is None:
        raise ParameterError("--wide needs --framework F.csv: its items become the columns")
    check_place(path)
    name = framework.name if framework else "framework.csv"
    nodes, items = _empty("framework"), {}
    if framework:
        table = read_csv(framework, FRAMEWORK)
        tree = build_tree(table, name=name)
        names = table.set_index("node_id").get("name_az", pd.Series(dtype="str"))
        items = {item: str(names.get(item, "")) for item in tree.items}
        nodes = table.assign(file=name)[["file", *table.columns]]
    edition = {"order": 1, "framework": name, "rules": "rules.toml"}
    answers = _empty("answers")
    pages = [
        Page(PLANS["about"], _facts(_FACTS)),
        Page(PLANS["categories"], _categories()),
        Page(PLANS["editions"], _row("editions", edition)),
        Page(PLANS["rules"], _rules({"rules.toml": _RULES})),
        Page(PLANS["framework"], nodes, () if framework else EXAMPLES["framework"]),
        Page(PLANS["bodies"], _empty("bodies"), EXAMPLES["bodies"]),
        Page(PLANS["services"], _empty("services"), EXAMPLES["services"]),
        Page(PLANS["answers"], answers[["edition_year", "service_id"]] if wide else answers,
             EXAMPLES["answers"][:1] if wide else EXAMPLES["answers"], items if wide else None),
    ]  # fmt: skip
    write_book(path, pages, title="ASAN: doldurmaq üçün / to fill")


def write_workbook(data: Dataset, path: Path) -> None:
    """Write a dataset, all its editions, frameworks and rules, in the layout of the template.

    Rules and facts stand one key a row; a value that is more than a plain text or a whole number
    is written as TOML writes it (`[0, 100]`, `0.0`, `""`). Numbers keep every digit. Comments of
    TOML files and files beyond the contract are not part of a dataset and are left out.

    Raises
    ------
    ParameterError
        More rows or longer texts than a workbook takes; a place that takes no file.
    """
    check_place(path)
    frames = [(name, frame.assign(file=name)) for name, frame in data.frameworks.items()]
    rest = {"bodies": data.organisations, "services": data.services, "answers": data.assessments,
            "announced": data.announced, "assumptions": data.assumptions,
            "evaluations": data.evaluations}  # fmt: skip
    kept = {key: frame for key, frame in rest.items()
            if not frame.empty or key in ("bodies", "services", "answers")}  # fmt: skip
    facts = {key: one for key, one in data.about.items() if key != "categories"}
    pages = [
        Page(PLANS["about"], _facts(facts, only=True)),
        Page(PLANS["categories"], _shown(pd.DataFrame(data.about["categories"], dtype=object))),
        Page(PLANS["editions"], data.editions),
        Page(PLANS["rules"], _rules(data.rules)),
        *(Page(PLANS["framework"], frame[["file", *frame.columns.drop("file")]])
          for _, frame in frames),
        *(Page(PLANS[key], frame) for key, frame in kept.items()),
    ]  # fmt: skip
    write_book(path, pages, title=data.title("en"))


def check_place(path: Path) -> None:
    """Refuse a file that is no workbook by name, that exists, or whose folder does not."""
    if path.suffix != ".xlsx":
        raise ParameterError(f"{path}: a workbook ends in .xlsx; rename it")
    if not path.parent.is_dir():
        raise ParameterError(f"{path}: there is no folder {path.parent}; make it first")
    if os.path.lexists(path):
        raise ParameterError(f"{path} exists already and may be filled; give another name")


def _empty(key: str) -> pd.DataFrame:
    return pd.DataFrame({field.name: [] for field in PLANS[key].fields}, dtype=object)


def _row(key: str, cells: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{field.name: cells.get(field.name) for field in PLANS[key].fields}],
                        dtype=object)  # fmt: skip


def _facts(given: dict[str, Any], *, only: bool = False) -> pd.DataFrame:
    """The facts of a dataset, a key a row, each with what it means."""
    keys = list(given) if only else list(ABOUT_KEYS)
    rows = [(key, show_literal(given[key]) if key in given else None, _meaning(key))
            for key in keys]  # fmt: skip
    return pd.DataFrame(rows, columns=["key", "value", "meaning"], dtype=object)


def _meaning(key: str) -> str | None:
    return f"{ABOUT[key]['az']}\n{ABOUT[key]['en']}" if key in ABOUT else None


def _categories() -> pd.DataFrame:
    rows = [(*texts, order) for order, texts in enumerate(_CATEGORIES, 1)]
    return pd.DataFrame(rows, columns=["id", "title_az", "title_en", "order"], dtype=object)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Categories with further keys as TOML writes them."""
    plain = ("id", "title_az", "title_en", "order")
    more = [column for column in frame.columns if column not in plain]
    shown = {column: frame[column].map(show_literal, na_action="ignore") for column in more}
    return frame.assign(**shown)


def _rules(files: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Rules, a key a row; a file without rules has one row with its name alone."""
    rows: list[tuple[Any, ...]] = []
    for name, rules in files.items():
        rows += [(name, key, show_literal(value)) for key, value in rules.items()]
        rows += [] if rules else [(name, None, None)]
    return pd.DataFrame(rows, columns=["file", "key", "value"], dtype=object)
