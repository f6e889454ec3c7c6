"""Draft or final: whether a report is for the public, and what its first page is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asan_analysis.report.languages import file_in


def is_public(about: Mapping[str, Any]) -> bool:
    """Whether a report may be shown to everybody; `about` is what `dataset.toml` says."""
    return str(about["status"]) == "final"


def first_page(about: Mapping[str, Any], lang: str = "en") -> str:
    """Name of the first page in a language: `index` of a report for the public, else `draft`."""
    return file_in(lang, "index" if is_public(about) else "draft", "html")
