"""What `dataset.toml` says about a dataset: its keys held against their types and values."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from asan_analysis.data import contracts
from asan_analysis.errors import Problem

_CATEGORY: dict[str, type] = {"id": str, "title_az": str, "title_en": str, "order": int}
_TYPE_NAMES = {str: "text", int: "a whole number", list: "[[categories]] tables"}
_ABOUT: dict[str, type] = {
    "id": str, "title_az": str, "title_en": str, "kind": str, "status": str, "publisher": str,
    "licence": str, "citation": str, "decimals": int, "places": int, "min_services": int,
    "categories": list,
}  # fmt: skip
_MOST = {"decimals": 15}
_ABOUT_VALUES = {"kind": ("observed", "synthetic"), "status": ("draft", "final")}


def list_categories(about: dict[str, Any]) -> pd.DataFrame:
    """The categories of dataset.toml in their order; entries with faults are left out."""
    given = about.get("categories")
    entries = [
        entry
        for entry in (given if isinstance(given, list) else [])
        if isinstance(entry, dict)
        and all(type(entry.get(key)) is kind for key, kind in _CATEGORY.items())
    ]
    table = pd.DataFrame(entries, columns=list(_CATEGORY))
    return table.sort_values("order", ignore_index=True)


def check_about(about: dict[str, Any]) -> list[Problem]:
    """Faults of dataset.toml."""
    problems: list[Problem] = []

    def add(key: str, value: object, rule: str, remedy: str) -> None:
        problems.append(Problem("dataset.toml", None, key, str(value), rule, remedy))

    for key, kind in _ABOUT.items():
        if key not in about:
            add(key, "", "is missing", "add it")
        elif type(about[key]) is not kind:
            add(key, about[key], "has the wrong type", f"write {_TYPE_NAMES[kind]}")
        elif kind is int and not 0 <= about[key] <= _MOST.get(key, 10**6):
            add(key, about[key], "is out of range", f"write 0 to {_MOST.get(key, 10**6)}")
    for key, allowed in _ABOUT_VALUES.items():
        if about.get(key, allowed[0]) not in allowed:
            add(key, about[key], "is not known", f"write one of {', '.join(allowed)}")
    identifier = about.get("id", "x")
    if isinstance(identifier, str) and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", identifier):
        add("id", identifier, "is not a name", "use ascii letters, digits, '_' and '-'")
    given = about.get("categories")
    if given == []:
        add("categories", "", "has no category", "add [[categories]]")
    for entry in given if isinstance(given, list) else []:
        for key, kind in _CATEGORY.items():
            if not isinstance(entry, dict) or type(entry.get(key)) is not kind:
                add(f"categories.{key}", entry, f"needs {_TYPE_NAMES[kind]}", "add it")
    names = [str(name) for name in list_categories(about)["id"]]
    for name in names:
        if not re.fullmatch(contracts.CODE, name):
            rule, remedy = contracts.CODE_RULE.split("; ")
            add("categories.id", name, rule, remedy)
    for name in sorted({name for name in names if names.count(name) > 1}):
        add("categories.id", name, "stands twice", "keep one category for each id")
    return problems
