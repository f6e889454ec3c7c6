"""Values of TOML files as texts: in a cell, and in a file."""

from __future__ import annotations

import datetime as dates
import json
import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_literal(value: Any) -> str:
    """A value as TOML writes it on one line.

    >>> write_literal({"0": 2, "range": [0, 100.0]})
    '{ 0 = 2, range = [0, 100.0] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, dates.datetime | dates.date | dates.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{write_key(key)} = {write_literal(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(write_literal(one) for one in value)}]"
    return str(int(value))


def write_key(key: str) -> str:
    """A key as TOML writes it: in quotes where it is more than a plain word."""
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def read_literal(text: str) -> Any:
    """The value that a text stands for: what TOML reads, otherwise the text itself.

    >>> read_literal("[0, 100]"), read_literal("exclude"), read_literal('"2"')
    ([0, 100], 'exclude', '2')
    """
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if set(found) == {"value"} else text


def show_literal(value: Any) -> Any:
    """What a cell shows: whole numbers and plain texts as they are, all else as TOML writes it."""
    plain = isinstance(value, str) and value != "" and value == value.strip()
    if type(value) is int or (plain and read_literal(value) is value):
        return value
    return write_literal(value)


def write_toml(table: Mapping[str, Any]) -> str:
    """A TOML file: a line for each key, lists of tables below them as `[[key]]`."""
    lists = {
        key: one
        for key, one in table.items()
        if isinstance(one, list) and one and all(isinstance(row, dict) for row in one)
    }
    lines = [f"{write_key(key)} = {write_literal(one)}" for key, one in table.items()
             if key not in lists]  # fmt: skip
    for key, rows in lists.items():
        for row in rows:
            lines += ["", f"[[{write_key(key)}]]"]
            lines += [f"{write_key(name)} = {write_literal(one)}" for name, one in row.items()]
    return "\n".join(lines) + "\n"
