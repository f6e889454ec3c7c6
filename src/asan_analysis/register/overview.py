"""The register of one edition as a whole: counts, pairs by threshold, cover, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.names import fold
from asan_analysis.refusals import Overview, ask
from asan_analysis.register import cover, gaps

COUNTS = ("category", "bodies", "bodies_without", "services", "names", "families", "in_families")
LEVELS = tuple(round(0.4 + 0.05 * step, 2) for step in range(13))
COVERED = ("category", "family", "bodies", "giving", "share", "services", "complete",
           "example_id")  # fmt: skip
CELLS = ("category", "family", "organisation_id", "name_az", "name_en", "giving", "services")
MISSING = ("organisation_id", "category", "family", "giving", "others", "share", "share_alike",
           "peers", "unplaced", "nearest", "example_id")  # fmt: skip
SHOWN = ["organisation_id", "example_id", "giving", "others", "share_alike", "nearest"]
NEAREST = 3  # bodies that are named beside a gap; the column peers has all
COUNTED = ("category", "least", "gaps", "bodies", "families")


def count_register(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """What the register holds, by category and in all.

    Parameters
    ----------
    services : DataFrame
        Of one edition: service_id, organisation_id, name_az.
    organisations : DataFrame
        Of the same edition: organisation_id, category.
    families : DataFrame
        service_id and family, from `find_families`.

    Returns
    -------
    DataFrame
        Key category, in the order of the bodies, then `all`. Columns bodies, bodies_without (a
        service), services, names (different names once folded), families, in_families (services of
        a family). A name or a family of two categories counts once in `all`.
    """
    table = services[["service_id", "organisation_id"]].assign(name=services["name_az"].map(fold))
    table = table.merge(organisations[["organisation_id", "category"]], how="left")
    table = table.merge(families[["service_id", "family"]], how="left", on="service_id")
    rows = [
        _count(organisations[organisations["category"] == category],
               table[table["category"] == category], str(category))
        for category in organisations["category"].unique()
    ]  # fmt: skip
    return pd.DataFrame([*rows, _count(organisations, table, CATEGORY_ALL)], columns=list(COUNTS))


def _count(bodies: pd.DataFrame, services: pd.DataFrame, category: str) -> tuple[object, ...]:
    without = ~bodies["organisation_id"].isin(services["organisation_id"])
    return (category, len(bodies), int(without.sum()), len(services), services["name"].nunique(),
            services["family"].nunique(), int(services["family"].notna().sum()))  # fmt: skip


def count_pairs(pairs: pd.DataFrame, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """How many pairs there would be at other thresholds.

    Parameters
    ----------
    pairs : DataFrame
        From `find_pairs` with the least of the levels as threshold: scope, kind, score.
    levels : sequence of float
        Thresholds.

    Returns
    -------
    DataFrame
        Key threshold. Columns inside (one body), across (bodies), family: numbers of pairs. Empty
        without pairs.
    """
    group = np.where(pairs["kind"] == "family", "family", pairs["scope"])
    rows = [
        (level, *(int((pairs["score"].ge(level) & (group == name)).sum())
                  for name in ("inside", "across", "family")))
        for level in levels
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["threshold", "inside", "across", "family"])
    return table if len(pairs) else table.head(0)


def list_cover(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> Overview:
    """`cover_families` with an example for its names, or why there is none."""
    found = ask(partial(cover.cover_families, services, organisations, families), COVERED)
    return _name_examples(found, services, families)


def map_cover(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """`tabulate_cover` of the families that some body of the category does not give."""
    draw = partial(cover.tabulate_cover, services, organisations, families, complete=False)
    return ask(draw, CELLS).table


def choose_category(cells: pd.DataFrame, category: str = "") -> pd.DataFrame:
    """The cells of one category; of the one with most families where none is asked for."""
    if cells.empty or category:
        return cells[cells["category"] == category]
    most = cells.groupby("category", sort=False)["family"].nunique().idxmax()
    return cells[cells["category"] == most]


def list_missing(
    services: pd.DataFrame,
    organisations: pd.DataFrame,
    families: pd.DataFrame,
    *,
    least: float = 0.5,
) -> Overview:
    """`list_gaps` with `nearest` (three peers) and an example, or why there are none."""
    find = partial(gaps.list_gaps, services, organisations, families, least=least)
    return _name_examples(_name_nearest(ask(find, MISSING)), services, families)


def count_missing(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame
) -> pd.DataFrame:
    """`count_gaps`; without rows where no service has a family."""
    return ask(partial(gaps.count_gaps, services, organisations, families), COUNTED).table


def list_suggestions(
    services: pd.DataFrame, organisations: pd.DataFrame, families: pd.DataFrame, *, most: int = 5
) -> Overview:
    """`suggest_services` with `nearest` and an example, or why there are none."""
    find = partial(gaps.suggest_services, services, organisations, families, most=most)
    found = ask(find, ("organisation_id", "place", *MISSING[1:]))
    return _name_examples(_name_nearest(found), services, families)


def _name_nearest(found: Overview) -> Overview:
    nearest = found.table["peers"].map(lambda ids: ";".join(ids.split(";")[:NEAREST]))
    return Overview(found.table.assign(nearest=nearest), found.refused)


def _name_examples(found: Overview, services: pd.DataFrame, families: pd.DataFrame) -> Overview:
    """`example_id`, the first service with the commonest name of the family, for the names."""
    known = services[["service_id", "name_az"]].merge(families[["service_id", "family"]])
    uses = known.groupby(["family", "name_az"])["service_id"].transform("size")
    first = known.assign(uses=uses).sort_values("uses", ascending=False, kind="stable")
    examples = first.drop_duplicates("family").set_index("family")["service_id"]
    table = drop_names(found.table)
    return Overview(table.assign(example_id=table["family"].map(examples)), found.refused)


def drop_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without names: files hold codes, and what people typed stays in the register."""
    return frame[[column for column in frame if "name" not in str(column)]]


def mark_strongest(missing: pd.DataFrame, most: int = 20) -> pd.Series[bool]:
    """Which gaps are the strongest: the highest share among alike bodies, ties in order."""
    order = missing["share_alike"].rank(ascending=False, method="first")
    return order <= most
