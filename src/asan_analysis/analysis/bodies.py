"""Two editions side by side: whether they can be compared, and the bodies that stand in both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.errors import ParameterError, UnknownEditionError

COMPARED = "compared"
LEAST_BODIES = 5  # for a figure on the order or the spread of a category


def find_state(coverage: pd.DataFrame, before_year: int, after_year: int) -> str:
    """Say whether two editions can be compared, and if not, why.

    They can when a trend line joins them: every edition after the earlier and up to the later is
    comparable with the one before it.

    Parameters
    ----------
    coverage : DataFrame
        From `cover_editions`.

    Returns
    -------
    str
        `compared`; `method_changed` where the method changes on the way; else
        `few_services_shared`.

    Raises
    ------
    UnknownEditionError
        A year that is not in the coverage.
    ParameterError
        The earlier edition does not come first.
    """
    years = coverage["edition_year"].tolist()
    unknown = [year for year in (before_year, after_year) if year not in years]
    if unknown:
        raise UnknownEditionError(f"edition {unknown[0]} is not among {years}; choose one of these")
    first, last = years.index(before_year), years.index(after_year)
    if first >= last:
        raise ParameterError(f"edition {before_year} is not before {after_year}; swap the two")
    steps = coverage.iloc[first + 1 : last + 1]
    if not steps["same_method"].fillna(False).all():
        return "method_changed"
    return COMPARED if steps["comparable"].all() else "few_services_shared"


def list_steps(coverage: pd.DataFrame) -> list[tuple[int, int]]:
    """Years of each edition and the one after, in the order of the editions."""
    return list(pairwise(coverage["edition_year"].tolist()))


def join_bodies(
    ranks: pd.DataFrame, before_year: int, after_year: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Bodies of either edition by category, then all bodies under `all`.

    The frames have the key organisation_id, in order, and rank and score_percent with the endings
    `_before` and `_after`; missing where a body is not in that edition. Under `all` the rank is
    that over all bodies; a body that changed its category stands in two frames, once in each.
    """
    every = ranks.assign(rank=ranks["rank_all"], category=CATEGORY_ALL)
    both = pd.concat([ranks, every])[
        ["edition_year", "category", "organisation_id", "rank", "score_percent"]
    ]
    old, new = (both[both["edition_year"] == year] for year in (before_year, after_year))
    names = {*old["category"], *new["category"]} - {CATEGORY_ALL}
    for name in [*sorted(names), CATEGORY_ALL]:
        yield name, old[old["category"] == name].merge(
            new[new["category"] == name], on="organisation_id", how="outer",
            suffixes=("_before", "_after"), validate="one_to_one",
        )  # fmt: skip


def check_draws(draws: int) -> None:
    """Refuse fewer than two draws."""
    if draws < 2:
        raise ParameterError(f"{draws} draws give no interval; ask for at least 2")
