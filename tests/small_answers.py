"""Answers of a few bodies written as an array of shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from plain_road import flat_tree

from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree


def answers_of(
    share: Any, sizes: Sequence[int], *, not_answered: Any = None, categories: Any = None
) -> tuple[Answers, Tree]:
    """Services x items, NaN not applicable where `not_answered` does not say other; a flat tree."""
    values = np.array(share, dtype="float64")
    silent = np.zeros(values.shape, bool) if not_answered is None else np.array(not_answered)
    statuses = {"not_applicable": np.isnan(values) & ~silent, "not_answered": silent}
    values[silent] = np.nan
    bodies = [f"b{place}" for place in range(len(sizes))]
    names = [f"s{place}" for place in range(len(values))]
    rows = pd.DataFrame({"service_id": names, "organisation_id": np.repeat(bodies, sizes)})
    category = pd.Series(["c"] * len(sizes) if categories is None else categories, bodies)
    starts = np.cumsum(sizes) - np.array(sizes)
    tree = flat_tree(*(f"i{place}" for place in range(values.shape[1])))
    return Answers(values, statuses, rows, bodies, category, starts, shares=True), tree
