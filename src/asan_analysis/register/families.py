"""Families: the same service given by several bodies of one category, as every district does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pandas as pd

from asan_analysis.data.names import fold
from asan_analysis.register.lexicon import BODY_KINDS, PLACE_MARKS
from asan_analysis.register.words import Words, list_stems, split_words

LEAST_BODIES = 3  # bodies of one category that make a found family

Phrases = tuple[tuple[str, ...], ...]


def read_names(services: pd.DataFrame, organisations: pd.DataFrame | None = None) -> list[Words]:
    """The compared words of each service in order, without the name and place of its body.

    Parameters
    ----------
    services : DataFrame
        Columns organisation_id, name_az.
    organisations : DataFrame, optional
        Columns organisation_id, name_az, aliases (separated by `;`). The name of the body, and
        aliases with a word such as "Nazirliyi", are taken out of the names of its services, and so
        is the place that a body with "Rayon", "Şəhər" or the like in its name is of.
    """
    phrases = _name_bodies(organisations) if organisations is not None else {}
    bodies = services["organisation_id"].tolist()
    names = services["name_az"].fillna("").astype(str).tolist()
    return [
        _read_name(name, phrases.get(body, ())) for body, name in zip(bodies, names, strict=True)
    ]


def _read_name(name: str, phrases: Phrases) -> Words:
    """The words of a name without phrases; most names hold none of them."""
    plain = _split_once(name)
    stems = {word.stem for word in (*plain.own, *plain.rest)}
    held = [phrase for phrase in phrases if stems.issuperset(phrase)]
    return split_words(name, held) if held else plain


_split_once = lru_cache(maxsize=2**17)(split_words)


def find_families(
    services: pd.DataFrame, organisations: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Which family each service belongs to.

    A family is given by `family_id`. Where this is empty or absent it is found: at least three
    bodies of one category give services of the same compared name (`read_names`, `Words.key`).
    If just one family_id is given among these services, the others belong to it too.

    Parameters
    ----------
    services : DataFrame
        Columns service_id, organisation_id, name_az, optionally family_id. One edition.
    organisations : DataFrame, optional
        Columns organisation_id, category, name_az, aliases of the same edition. Without them all
        bodies are of one category and keep their names in those of their services.

    Returns
    -------
    DataFrame
        Key service_id, in the order of `services`; services of no family are left out. Columns
        family (the family_id, or `found:` with category and compared name), name (the commonest
        name of the family, the first in the alphabet if there are several), how (`given`,
        `found`).

    Notes
    -----
    Names that differ by a slip of the pen are not one compared name; `find_pairs` shows them as
    pairs of the kind `family`.
    """
    frame = label_services(services, organisations)
    found = frame[frame["family"] != ""]
    counts = found.groupby(["family", "name_az"], as_index=False).size()
    first = counts.sort_values(["size", "name_az"], ascending=[False, True], kind="stable")
    names = first.drop_duplicates("family").set_index("family")["name_az"]
    table = found.assign(name=found["family"].map(names))
    return table[["service_id", "family", "name", "how"]].reset_index(drop=True)


def label_services(
    services: pd.DataFrame, organisations: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Services with category, key (compared name), family ('' for none), how, same_bodies.

    `same_bodies` counts the bodies of the category that give the compared name.
    """
    frame = services[["service_id", "organisation_id", "name_az"]].copy()
    words = read_names(services, organisations)
    frame["words"] = pd.Series(words, index=frame.index, dtype=object)
    frame["key"] = pd.Series([one.key for one in words], index=frame.index, dtype="str")
    frame["category"] = ""
    if organisations is not None:
        categories = organisations.set_index("organisation_id")["category"]
        frame["category"] = frame["organisation_id"].map(categories).fillna("")
    given = services["family_id"] if "family_id" in services else pd.Series("", services.index)
    frame["family"] = given.fillna("").astype(str)
    groups = frame.groupby(["category", "key"])
    frame["same_bodies"] = groups["organisation_id"].transform("nunique")
    known = frame.loc[frame["family"] != "", ["category", "key", "family"]].drop_duplicates()
    known = known.drop_duplicates(["category", "key"], keep=False)
    single = frame[["category", "key"]].merge(
        known, on=["category", "key"], how="left", validate="many_to_one"
    )["family"].fillna("").set_axis(frame.index)  # fmt: skip
    own = single.where(single != "", "found:" + frame["category"] + ":" + frame["key"])
    lacking = frame["family"] == ""
    found = lacking & (frame["same_bodies"] >= LEAST_BODIES) & (frame["key"] != "")
    frame["how"] = (~lacking).map({True: "given", False: ""}).mask(found, "found")
    frame["family"] = frame["family"].mask(found, own)
    return frame


def _name_bodies(organisations: pd.DataFrame) -> dict[str, Phrases]:
    """What is taken out of the names of a body's services: runs of stems, the longest first."""
    aliases = organisations["aliases"].fillna("") if "aliases" in organisations else ""
    told = organisations["name_az"] + ";" + aliases
    return {
        str(body): _list_phrases(str(texts).split(";"))
        for body, texts in zip(organisations["organisation_id"], told, strict=True)
    }


def _list_phrases(names: Iterable[str]) -> Phrases:
    """Whole names with a word such as "Nazirliyi", and places with and without their mark.

    An alias without such a word may be the thing that the services are about.
    """
    found: set[tuple[str, ...]] = set()
    for name in names:
        stems = list_stems(fold(name))
        found |= {tuple(stems)} if len(stems) > 1 and BODY_KINDS & set(stems) else set()
        found |= set(_find_place(stems))
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def _find_place(stems: Sequence[str]) -> list[tuple[str, ...]]:
    """The words before "rayon" and the like, alone and with that word."""
    for place, stem in enumerate(stems):
        if stem in PLACE_MARKS and place:
            return [tuple(stems[: place + 1]), tuple(stems[:place])]
    return []
