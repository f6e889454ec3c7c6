"""Services of one body and one family that name the same thing and tell the deed in other words.

Names alone cannot show that "issue of a licence for X" and "licensing of X" are one service. A
family_id tells that two services are of alike form; what is left is whether the thing is the same.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pandas as pd

from asan_analysis.register.families import label_services

FORM = 0.5  # a word in this share of the names of a family is of its form
COLUMNS = [
    "service_id", "other_id", "organisation_id", "family", "shares", "form_words", "other_words",
]  # fmt: skip


def find_reworded(
    services: pd.DataFrame, organisations: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Pairs of one body and family that share their thing while one is not in the usual form.

    The form of a family is the stems that at least half of its different compared names hold (and
    at least two). A pair is shown if the names have a stem in common that is not of the form, both
    have stems of their own, and those of one are all of the form: they tell the usual deed, and
    the other name tells it otherwise. It is a suggestion to look, not a score.

    Parameters
    ----------
    services, organisations : DataFrame
        As in `find_pairs`, with family_id. Services without one are not looked at.

    Returns
    -------
    DataFrame
        Key (edition_year,) service_id, other_id, service_id before other_id in the alphabet.
        Columns organisation_id, family, shares (stems of the thing), form_words (stems of the one
        in the usual form), other_words (those of the other); stems separated by `;`.

    Notes
    -----
    It misleads where the thing of one service is the thing of another and a word more ("wish",
    "wishing well") and both are worded differently. In families of two or three names every word
    they share is form, and little is found.
    """
    if "edition_year" not in services:
        return _pair_edition(services, organisations)
    found = []
    for year, own in services.groupby("edition_year"):
        bodies = organisations
        if bodies is not None and "edition_year" in bodies:
            bodies = bodies[bodies["edition_year"] == year]
        pairs = _pair_edition(own, bodies)
        pairs.insert(0, "edition_year", year)
        found.append(pairs)
    return pd.concat(found, ignore_index=True) if found else _pair_edition(services, None)


def _pair_edition(services: pd.DataFrame, organisations: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs of one edition."""
    frame = label_services(services.sort_values("service_id", ignore_index=True), organisations)
    frame = frame[frame["how"] == "given"]
    rows = [
        (one[0], other[0], body, family, *map(_join, words))
        for family, own in frame.groupby("family")
        for form in [_find_form(own["key"])]
        for body, held in own.groupby("organisation_id")
        for one, other in combinations(zip(held["service_id"], held["key"], strict=True), 2)
        if (words := _part_words(one[1], other[1], form))
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str").sort_values(
        ["service_id", "other_id"], ignore_index=True
    )


def _find_form(keys: pd.Series[str]) -> set[str]:
    """The stems that most names of a family hold."""
    distinct = [set(key.split()) for key in keys.unique()]
    counts = Counter(stem for stems in distinct for stem in stems)
    return {stem for stem, count in counts.items() if count >= max(2, FORM * len(distinct))}


def _part_words(one: str, other: str, form: set[str]) -> tuple[set[str], set[str], set[str]] | None:
    """What two names share, the words of the usual one and those of the other; else nothing."""
    left, right = set(one.split()), set(other.split())
    thing, left, right = (left & right) - form, left - right, right - left
    if not (thing and left and right and (left <= form or right <= form)):
        return None
    return (thing, left, right) if left <= form else (thing, right, left)


def _join(stems: set[str]) -> str:
    return ";".join(sorted(stems))
