"""The texts themselves, read from `texts.toml`: key or column, then English and Azerbaijani."""

from __future__ import annotations

import tomllib
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def _pairs(table: str) -> dict[str, tuple[str, str]]:
    return {key: (text["en"], text["az"]) for key, text in _FILE[table].items()}


TEXTS = _pairs("texts")
COLUMNS = _pairs("columns")
CATEGORY_NAMES = _pairs("categories")
