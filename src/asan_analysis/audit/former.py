"""The version of a method that was in force before, and what the change did to the scores."""

from __future__ import annotations

import pandas as pd

from asan_analysis.audit.versions import compare_methods
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition, list_editions
from asan_analysis.errors import FrameworkError, ParameterError
from asan_analysis.index.method import find_method


def find_former_method(data: Dataset, edition: Edition) -> Edition | None:
    """The nearest earlier edition with another framework or other rules; None where there is none.

    Parameters
    ----------
    data : Dataset
        All editions.
    edition : Edition
        The later one.
    """
    earlier = [other for other in list_editions(data.editions) if other.order < edition.order]
    now = (data.frameworks[edition.framework], data.rules[edition.rules])
    for other in reversed(earlier):
        before = (data.frameworks[other.framework], data.rules[other.rules])
        if not (before[0].equals(now[0]) and before[1] == now[1]):
            return other
    return None


def compare_former(data: Dataset, edition: Edition) -> pd.DataFrame:
    """What the answers of an edition score under its own method and under the one before.

    Parameters
    ----------
    data : Dataset
        All editions.
    edition : Edition
        The answers are those of this edition; the former method is that of `find_former_method`.

    Returns
    -------
    DataFrame
        As `compare_methods`, with baseline_year (of the former method) in front. Empty where there
        is no other method, or where the two cannot be taken apart: more than eight changes, no
        answer to an item of one of them, a node that changed its place.
    """
    former = find_former_method(data, edition)
    own, _ = select_edition(data, edition.edition_year)
    now = find_method(data, edition)
    table = compare_methods(own, now, now)  # the columns, without a row
    if former is not None:
        try:
            table = compare_methods(own, find_method(data, former), now)
        except (ParameterError, FrameworkError):
            former = None
    year = former.edition_year if former else pd.NA
    table.insert(0, "baseline_year", pd.Series(year, index=table.index, dtype="Int64"))
    return table
