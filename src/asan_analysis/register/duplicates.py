"""Pairs and clusters of services that look alike, inside a body and across bodies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from asan_analysis.errors import ParameterError
from asan_analysis.register.candidates import find_candidates
from asan_analysis.register.families import label_services
from asan_analysis.register.resemblance import Likeness, compare_names, count_rarity
from asan_analysis.register.screening import make_screen

# From planted duplicates, seeds 1 to 5 of `benchmarks/register_duplicates.py`: precision and recall
# are level from 0.50 to 0.85. Seeds 6 to 10, which had no part in it: 1.000 and 0.979.
THRESHOLD = 0.7
EVERY = 20  # up to so many pairs of one name or of two names are all listed
_NAMES = ["edition_year", "service_id", "organisation_id", "name_az", "name_en"]
COLUMNS = [
    "service_id", "other_id", "organisation_id", "other_organisation_id", "scope", "kind", "score",
    "same_bodies", "words_agree", "words_differ", "fields_agree", "fields_differ",
]  # fmt: skip


def find_pairs(
    services: pd.DataFrame,
    organisations: pd.DataFrame | None = None,
    *,
    threshold: float = THRESHOLD,
) -> pd.DataFrame:
    """Pairs of services whose names are the same or nearly the same.

    Names are compared as `compare_names` tells, with the rarity of words counted in the register
    itself, edition by edition. The same service in two editions is no pair.

    Parameters
    ----------
    services : DataFrame
        Columns service_id, organisation_id, name_az, optionally edition_year, family_id and any
        others; service_id is unique in an edition.
    organisations : DataFrame, optional
        Columns organisation_id, category, name_az, aliases, and edition_year where the services
        have it; see `find_families`.
    threshold : float
        Least score, above 0 and at most 1.

    Returns
    -------
    DataFrame
        Key (edition_year,) service_id, other_id, with service_id before other_id in the alphabet;
        the highest scores first. Columns organisation_id, other_organisation_id, scope (`inside`
        one body, `across` bodies), kind (`family`, `duplicate`), score (0..1), same_bodies (the
        number of bodies of the category that give the compared name of service_id; 2 beside a
        family of dozens of bodies is worth a look), words_agree (stems), words_differ (`1:word`
        stands in the first name alone, `2:word` in the second, `kart~krat` are read as one word),
        fields_agree, fields_differ (a field that is empty on either side is in neither), all
        separated by `;`.

    Raises
    ------
    ParameterError
        A threshold outside its range.

    Notes
    -----
    A pair of different bodies is of the kind `family` if their family_id is the same, or if they
    are of one category and one of the two names is that of a found family, or of two categories
    and both are; never a duplicate.
    Inside a body the family_id says nothing: services of alike form may share it. Of a name with
    more than 20 pairs (every district gives it) each service is joined to the first of its body,
    each body to the first of its category and each category to the first one, so that pairs grow
    with services and not with their square; the clusters are the same.
    """
    if not 0 < threshold <= 1:
        raise ParameterError(
            f"threshold {threshold!r} is not above 0 and at most 1; write {THRESHOLD}"
        )
    if "edition_year" not in services:
        return _pair_edition(services, organisations, threshold)
    found = []
    for year, own in services.groupby("edition_year"):
        bodies = organisations
        if bodies is not None and "edition_year" in bodies:
            bodies = bodies[bodies["edition_year"] == year]
        pairs = _pair_edition(own, bodies, threshold)
        pairs.insert(0, "edition_year", year)
        found.append(pairs)
    if not found:
        return _pair_edition(services, organisations, threshold).assign(edition_year=0)
    return pd.concat(found, ignore_index=True)


def _pair_edition(
    services: pd.DataFrame, organisations: pd.DataFrame | None, threshold: float
) -> pd.DataFrame:
    """The pairs of one edition."""
    services = services.sort_values("service_id", ignore_index=True)
    frame = label_services(services, organisations)
    groups = {str(key): rows for key, rows in frame.groupby("key").indices.items()}
    keys = sorted(key for key in groups if key)
    likes = _compare_keys(frame, keys, groups, threshold)
    rows: list[tuple[int, int, Likeness]] = []
    bodies, categories = frame["organisation_id"].to_numpy(), frame["category"].to_numpy()
    for key in keys:
        same = Likeness(1.0, tuple(key.split()), (), (), ())
        rows += [(low, high, same) for low, high in _link_same(groups[key], bodies, categories)]
    for one, other, like in likes:
        links = _link_two(groups[one], groups[other], bodies)
        rows += [(low, high, like) for low, high in links]
    return _show(rows, frame, services)


def _compare_keys(
    frame: pd.DataFrame, keys: list[str], groups: Any, threshold: float
) -> list[tuple[str, str, Likeness]]:
    """Pairs of different compared names whose score reaches the threshold."""
    words = frame["words"].to_numpy()
    names = [min(words[groups[key]]) for key in keys]
    rarity = count_rarity(names)
    screen = make_screen(names, rarity, threshold)
    likes = (
        (keys[low], keys[high], compare_names(names[low], names[high], rarity))
        for low, high in find_candidates(names, rarity)
        if screen(low, high)
    )
    return [row for row in likes if row[2].score >= threshold]


def _link_same(rows: Any, bodies: Any, categories: Any) -> Iterator[tuple[int, int]]:
    """Pairs of services of one name: all if they are few, else each with a first one."""
    if len(rows) * (len(rows) - 1) // 2 <= EVERY:
        yield from combinations(rows, 2)
        return
    first: dict[str, int] = {}
    heads: dict[str, int] = {}
    for row in rows:
        body, category = bodies[row], categories[row]
        if body in first:
            yield first[body], row
        elif category in heads:
            yield heads[category], row
        elif heads:
            yield rows[0], row
        first.setdefault(body, row)
        heads.setdefault(category, row)


def _link_two(rows: Any, others: Any, bodies: Any) -> Iterator[tuple[int, int]]:
    """Pairs of services of two names: all if they are few, else the first ones body by body."""
    if len(rows) * len(others) <= EVERY:
        yield from product(rows, others)
        return
    ours, theirs = ({bodies[row]: row for row in reversed(part)} for part in (rows, others))
    shared = sorted(set(ours) & set(theirs))
    yield from ((ours[body], theirs[body]) for body in shared)
    if not shared:
        yield rows[0], others[0]


def _show(
    rows: list[tuple[int, int, Likeness]], frame: pd.DataFrame, services: pd.DataFrame
) -> pd.DataFrame:
    """The table of pairs, the smaller service_id first."""
    flat = [
        (low, high, like, 1) if low < high else (high, low, like, -1) for low, high, like in rows
    ]
    low = np.array([row[0] for row in flat], dtype="int64")
    high = np.array([row[1] for row in flat], dtype="int64")
    one, other = (frame.iloc[part].reset_index(drop=True) for part in (low, high))
    words = [_tell_words(like, way) for _, _, like, way in flat]
    fields_agree, fields_differ = _compare_fields(services, low, high)
    across = one["organisation_id"] != other["organisation_id"]
    table = pd.DataFrame(
        {
            "service_id": one["service_id"],
            "other_id": other["service_id"],
            "organisation_id": one["organisation_id"],
            "other_organisation_id": other["organisation_id"],
            "scope": across.map({True: "across", False: "inside"}),
            "kind": (across & _share_family(one, other)).map({True: "family", False: "duplicate"}),
            "score": [like.score for _, _, like, _ in flat],
            "same_bodies": one["same_bodies"],
            "words_agree": [text for text, _ in words],
            "words_differ": [text for _, text in words],
            "fields_agree": fields_agree,
            "fields_differ": fields_differ,
        }
    )
    table = table.astype({"score": "float64", "same_bodies": "int64"})
    order = ["score", "service_id", "other_id"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _share_family(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series[bool]:
    """Whether two services of different bodies belong together as a family."""
    same = (one["family"] == other["family"]) & (one["family"] != "")
    found, other_found = one["how"] == "found", other["how"] == "found"
    near = (found | other_found) & (one["category"] == other["category"])
    return same | near | (found & other_found)


def _tell_words(like: Likeness, way: int) -> tuple[str, str]:
    """The words that agree and those that differ, for print."""
    only = (like.only_one, like.only_other)[::way]
    near = [(match.one, match.other)[::way] for match in like.near if match.likeness < 1]
    differs = [f"{one}~{other}" for one, other in near]
    differs += [f"1:{word}" for word in only[0]] + [f"2:{word}" for word in only[1]]
    return ";".join(like.same), ";".join(differs)


def _compare_fields(services: pd.DataFrame, low: Any, high: Any) -> tuple[list[str], list[str]]:
    """Names of the further fields that agree and differ, for each pair."""
    agree, differ = [""] * len(low), [""] * len(low)
    for column in services.columns.difference(_NAMES, sort=False):
        values = services[column].mask(services[column].astype("str").str.strip() == "")
        one, other = values.iloc[low], values.iloc[high]
        known = one.notna().to_numpy() & other.notna().to_numpy()
        equal = one.astype("str").to_numpy() == other.astype("str").to_numpy()
        agree = _join(agree, np.where(known & equal, column, "").tolist())
        differ = _join(differ, np.where(known & ~equal, column, "").tolist())
    return agree, differ


def _join(texts: list[str], more: list[str]) -> list[str]:
    return [";".join(filter(None, both)) for both in zip(texts, more, strict=True)]


def cluster_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """The clusters that pairs make: services joined by a chain of pairs.

    Parameters
    ----------
    pairs : DataFrame
        From `find_pairs`, one edition; choose a kind first.

    Returns
    -------
    DataFrame
        Key service_id. Columns cluster (1, 2, ..., the largest first, then by the first
        service_id), service_id, size (services of the cluster).

    Notes
    -----
    The ends of a chain may be less alike than the threshold.
    """
    ids = sorted(set(pairs["service_id"]) | set(pairs["other_id"]))
    place = {service: row for row, service in enumerate(ids)}
    low, high = (pairs[column].map(place).to_numpy() for column in ("service_id", "other_id"))
    links = coo_matrix((np.ones(len(pairs)), (low, high)), shape=(len(ids), len(ids)))
    _, labels = connected_components(links, directed=False) if ids else (0, np.empty(0, dtype=int))
    table = pd.DataFrame({"service_id": pd.Series(ids, dtype="str"), "label": labels})
    table["size"] = table.groupby("label")["service_id"].transform("size").astype("int64")
    table = table.sort_values(["size", "label"], ascending=[False, True], kind="stable")
    table["cluster"] = pd.factorize(table["label"])[0] + 1
    return table[["cluster", "service_id", "size"]].reset_index(drop=True)
