"""Analysis of the ASAN service index: data, scoring, findings, report."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "find_edition": "data.editions",
    "load_dataset": "data.datasets",
    "load_published": "data.published",
    "select_edition": "data.datasets",
    "build_tree": "index.framework",
    "check_rules": "index.rules",
    "score_table": "index.scoring",
    "score_services": "index.scoring",
    "score_organisations": "index.rollup",
    "score_categories": "index.rollup",
    "rank_organisations": "index.ranking",
    "contribute_organisations": "index.contributions",
    "contribute_services": "index.contributions",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that the command line starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
