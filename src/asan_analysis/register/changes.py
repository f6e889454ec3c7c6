"""What became of each service from one edition to the next: kept, renamed, moved, left, entered."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition, list_editions
from asan_analysis.data.names import fold
from asan_analysis.data.tables import each_row
from asan_analysis.refusals import no_rows

LINKED = ("kept", "renamed", "moved", "moved_renamed")
COLUMNS = ["edition_year", "baseline_year", "service_id", "previous_id", "organisation_id",
           "previous_organisation", "state", "how", "name_az", "name_en", "previous_name_az",
           "previous_name_en", "likeness"]  # fmt: skip
_COUNTED = ["before", *LINKED, "went", "left", "entered", "came", "after"]
OWN = ["service_id", "organisation_id", "name_az", "name_en"]
PREVIOUS = ["previous_id", "previous_organisation", "previous_name_az", "previous_name_en"]


def follow_services(data: Dataset) -> pd.DataFrame:
    """Each service of two consecutive editions, linked to itself where that is certain.

    Services are linked by id; then, among the rest, by the folded Azerbaijani name inside the same
    body or its successors; then across bodies, if no other service of either edition has the name.
    Nothing is linked by likeness: `list_unlinked` names candidates.

    Parameters
    ----------
    data : Dataset
        All editions. Successors are those that the earlier edition names, and theirs in turn.

    Returns
    -------
    DataFrame
        One row a service and pair of editions; services of the later edition in its order, then
        those that left. Columns edition_year, baseline_year (the edition before), service_id,
        previous_id, organisation_id, previous_organisation, state, how (`id`, `name`; missing where
        not linked), name_az, name_en, previous_name_az, previous_name_en, likeness (of the two
        names folded, 0 to 100; missing where not linked). State: `kept`; `renamed`; `moved` (to a
        body that is no successor); `moved_renamed`; `entered` (nothing previous); `left` (nothing
        later). Empty with a single edition.

    Notes
    -----
    A service that pauses for an edition leaves and enters; `follow_pair` compares any two editions.
    Names that differ in case, quotes or spaces only are the same (`fold`). The Azerbaijani name
    decides; an English one may be translated anew. An id given to another service reads as a new
    name: `likeness` is low then. Two services of a body with one name are not linked by it.
    """
    editions = list_editions(data.editions)
    parts = [follow_pair(data, before, after) for before, after in pairwise(editions)]
    return pd.concat(parts, ignore_index=True) if parts else no_rows(COLUMNS)


def follow_pair(data: Dataset, before: Edition, after: Edition) -> pd.DataFrame:
    """Two editions of `follow_services`, whether or not others stand between them."""
    former, later = _services_of(data, before), _services_of(data, after)
    homes = find_homes(data, before, after)
    links = _link(former, later, homes)
    old = former.loc[links["former"]].reset_index(drop=True)
    new = later.loc[links["later"]].reset_index(drop=True)
    rows = pd.concat([new[OWN], old[OWN].set_axis(PREVIOUS, axis=1)], axis=1)
    renamed = (old["folded"] != new["folded"]).to_numpy()
    owners = zip(old["organisation_id"], new["organisation_id"], strict=True)
    moved = np.array([body not in homes[owner] for owner, body in owners], dtype=bool)
    state = np.array(LINKED)[renamed + 2 * moved]
    alike = list(map(fuzz.ratio, old["folded"], new["folded"]))
    rows = rows.assign(state=state, how=links["how"].array, likeness=np.array(alike, dtype=float))
    entered = later.drop(links["later"])[OWN].assign(state="entered")
    left = former.drop(links["former"])[OWN].set_axis(PREVIOUS, axis=1).assign(state="left")
    place = pd.Index([*links["later"], *entered.index, *(len(later) + np.arange(len(left)))])
    table = pd.concat([rows, entered, left]).set_axis(place).sort_index()
    return table.assign(edition_year=after.edition_year, baseline_year=before.edition_year)[COLUMNS]


def find_homes(data: Dataset, before: Edition, after: Edition) -> dict[str, set[str]]:
    """Where the services of each body of `before` may stand in `after` without having moved.

    The body itself, the successors that it names from the earlier edition up to the later, and the
    successors of these.
    """
    place = data.editions.set_index("edition_year")["order"]
    order = data.organisations["edition_year"].map(place)
    named = data.organisations[order.between(before.order, max(before.order, after.order - 1))]
    heirs: dict[str, set[str]] = {}
    for row in each_row(named.dropna(subset="successors")):
        own = heirs.setdefault(str(row.organisation_id), set())
        own |= {one.strip() for one in str(row.successors).split(";")} - {""}
    return {body: _reach(body, heirs) for body in map(str, named["organisation_id"].unique())}


def _reach(body: str, heirs: Mapping[str, set[str]]) -> set[str]:
    """A body and all that follow it."""
    found: set[str] = set()
    new = {body}
    while new:
        found |= new
        new = {heir for one in new for heir in heirs.get(one, ())} - found
    return found


def _services_of(data: Dataset, edition: Edition) -> pd.DataFrame:
    own = data.services[data.services["edition_year"] == edition.edition_year]
    return own[OWN].assign(folded=own["name_az"].map(fold)).reset_index(drop=True)


def _link(former: pd.DataFrame, later: pd.DataFrame, homes: Mapping[str, set[str]]) -> pd.DataFrame:
    """Rows of the two editions that are one service: former, later (row numbers), how."""
    former, later = former.rename_axis("former"), later.rename_axis("later")
    links = _match(former.reset_index(), later.reset_index(), ["service_id"]).assign(how="id")
    for across in (False, True):
        old = former.reset_index()
        if across:
            new = later.reset_index()
            keys = ["folded"]
            old, new = (one[~one["folded"].duplicated(keep=False)] for one in (old, new))
        else:
            new, keys = later.reset_index(), ["organisation_id", "folded"]
            old["organisation_id"] = [sorted(homes[body]) for body in old["organisation_id"]]
            old = old.explode("organisation_id")
        old = old[~old["former"].isin(links["former"]) & (old["folded"] != "")]
        new = new[~new["later"].isin(links["later"])]
        links = pd.concat([links, _match(old, new, keys).assign(how="name")], ignore_index=True)
    return links


def _match(old: pd.DataFrame, new: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Pairs with equal keys, where neither has another such partner."""
    pairs = old.merge(new, on=keys)[["former", "later"]]
    alone = ~pairs["former"].duplicated(keep=False) & ~pairs["later"].duplicated(keep=False)
    return pairs[alone]


def count_changes(changes: pd.DataFrame, organisations: pd.DataFrame) -> pd.DataFrame:
    """How many services of each pair of editions were kept, renamed, moved, left and entered.

    Parameters
    ----------
    changes : DataFrame
        From `follow_services`.
    organisations : DataFrame
        Of all editions: edition_year, organisation_id, category.

    Returns
    -------
    DataFrame
        Key edition_year, category (then `all`). Columns baseline_year, before, kept, renamed,
        moved, moved_renamed, went (linked, to a body of another category), left, entered, came
        (linked, from another category), after. before = kept + renamed + moved + moved_renamed +
        went + left, and after is the same sum with came and entered in place of
        went and left. Nothing went or came among `all`.
    """
    category = organisations.set_index(["edition_year", "organisation_id"])["category"]
    table = changes.assign(
        old=_look_up(category, changes, "baseline_year", "previous_organisation"),
        new=_look_up(category, changes, "edition_year", "organisation_id"),
    )
    names = organisations["category"].unique()
    rows = []
    for (year, baseline), pair in table.groupby(["edition_year", "baseline_year"], sort=False):
        for name in [*names, CATEGORY_ALL]:
            rows.append({"edition_year": year, "baseline_year": baseline, "category": name,
                         **_count(pair, str(name))})  # fmt: skip
    return pd.DataFrame(rows, columns=["edition_year", "baseline_year", "category", *_COUNTED])


def _look_up(category: pd.Series[Any], changes: pd.DataFrame, year: str, body: str) -> Any:
    keys = pd.MultiIndex.from_frame(changes[[year, body]])
    return category.reindex(keys).array


def _count(pair: pd.DataFrame, name: str) -> dict[str, int]:
    """The counts of one category, or of all, in one pair of editions."""
    before, after = pair["old"].notna(), pair["new"].notna()
    if name != CATEGORY_ALL:
        before, after = pair["old"] == name, pair["new"] == name
    linked, state = pair["state"].isin(LINKED), pair["state"]
    counts = {one: before & after & (state == one) for one in LINKED}
    counts |= {"went": before & ~after & linked, "came": after & ~before & linked,
               "left": before & (state == "left"), "entered": after & (state == "entered"),
               "before": before, "after": after}  # fmt: skip
    return {column: int(counts[column].sum()) for column in _COUNTED}
