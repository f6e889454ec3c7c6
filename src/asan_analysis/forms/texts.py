"""Words of the workbooks, read from `texts.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FILE = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))

SHEETS: dict[str, dict[str, str]] = _FILE["sheets"]
COLUMNS: dict[str, dict[str, Any]] = _FILE["columns"]
WORDS: dict[str, list[str]] = _FILE["words"]
KINDS: dict[str, list[str]] = _FILE["kinds"]
ABOUT: dict[str, dict[str, str]] = _FILE["about"]
INSTRUCTIONS: list[dict[str, str]] = _FILE["instructions"]
CONTENTS: dict[str, dict[str, str]] = _FILE["contents"]
EXAMPLES: dict[str, list[dict[str, Any]]] = _FILE["examples"]

EXTRA = "(əlavə / extra)"
EXAMPLE = "nümunə / example"


def heading(column: str, *, extra: bool = False) -> str:
    """Both headings of a column, a line each; one beyond the layout keeps its name and a mark."""
    texts = COLUMNS.get(column)
    return f"{column}\n{EXTRA}" if extra or not texts else f"{texts['az']}\n{texts['en']}"
