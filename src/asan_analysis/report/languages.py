"""The languages of a report and the names of files in them."""

from __future__ import annotations

LANGUAGES = ("en", "az")


def file_in(lang: str, stem: str, ending: str) -> str:
    """The name of a file in a language: `stem.svg` in English, `stem.az.svg` in Azerbaijani."""
    return f"{stem}.{ending}" if lang == LANGUAGES[0] else f"{stem}.{lang}.{ending}"
