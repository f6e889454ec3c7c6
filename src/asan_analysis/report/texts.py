"""The texts themselves, read from `az.po`: key or column, then English and Azerbaijani."""

from __future__ import annotations

from pathlib import Path

from asan_analysis.catalogue import load_catalogue

_COLUMN, _CATEGORY = "column.", "category."
_ALL = {text.key: (text.en, text.az) for text in load_catalogue(Path(__file__).with_name("az.po"))}


def texts_below(prefix: str) -> dict[str, tuple[str, str]]:
    """The texts whose key begins with a prefix, by the rest of the key."""
    return {key.removeprefix(prefix): pair for key, pair in _ALL.items() if key.startswith(prefix)}


COLUMNS = texts_below(_COLUMN)
CATEGORY_NAMES = texts_below(_CATEGORY)
TEXTS = {key: pair for key, pair in _ALL.items() if not key.startswith((_COLUMN, _CATEGORY))}
