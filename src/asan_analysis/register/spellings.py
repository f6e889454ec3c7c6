"""Names as typed: spellings of one body joined within their place; the doubtful listed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from asan_analysis.data.names import fold
from asan_analysis.errors import ParameterError
from asan_analysis.register.parts import drop_initials, pair_words

DOUBTFUL = 88.0  # least likeness of two names that are listed as perhaps one body
_LIKE_WORD = 70.0
_SHORTEST = 6  # letters of a word that may be misspelt: cities differ by one letter
_Key = tuple[str, ...]
_Doubt = tuple[_Key, _Key, float, str]
_SILENT = {"the", "of", "for", "and", "on", "in", "a", "an"}
_FORMS = {
    "asc", "qsc", "mmc", "ib", "ojsc", "cjsc", "llc", "ltd", "limited", "plc", "inc", "gmbh", "ag",
    "sa", "nv", "bv", "srl", "spa", "sro", "as", "oy", "ab", "ou", "uab", "sia", "doo", "dd",
    "kft", "zrt", "eood", "ad",
}  # fmt: skip
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")  # s.r.o., d.o.o.


class Spellings(NamedTuple):
    """Spellings with their groups, and pairs that may be one body and are not joined."""

    names: pd.DataFrame
    doubtful: pd.DataFrame


def group_names(names: pd.Series[str], within: pd.Series[str]) -> Spellings:
    """Join the spellings of one body; places are never mixed.

    Joined are names that are the same when folded (`same`), that differ by linking words, by the
    legal form, by the order of words or by a bracket that abbreviates the rest (`form`), and
    misspelt ones (`near`): the same number of words, one word of six letters or more differing
    within one letter (two from eight letters on), the first letter the same, and the misspelt
    word found in no other name anywhere. Neither plural nor number is a misspelling.

    Parameters
    ----------
    names : Series of str
        Names as typed; missing ones are left out.
    within : Series of str
        The place of each, on the same index: a country, an edition.

    Returns
    -------
    Spellings
        `names`: a row per place and distinct spelling: within, name, uses, group (the most used
        spelling, the first by alphabet among equals), how (`same`, `form`, `near`; missing where a
        spelling stands alone or is the one the group is called by).
        `doubtful`: within, name, other, score (0 to 100), why (`words`, `known_word`, `bracket`).

    Raises
    ------
    ParameterError
        The two series are not on one index.

    Notes
    -----
    A group is one spelling of a name, not proof of one body: two bodies of one name are joined,
    one body of two names is not.
    """
    if not names.index.equals(within.index):
        raise ParameterError("names and within are not on one index; take both from one table")
    typed = pd.DataFrame({"within": within, "name": names}).dropna()
    table = typed.value_counts(sort=False).rename("uses").reset_index()
    table = table.sort_values(["within", "name"], ignore_index=True)
    words = {name: _split(name) for name in table["name"].unique()}
    spread = Counter(word for found in {*words.values()} for word in set(found))
    parts = [
        _group_place(str(place), rows, words, spread) for place, rows in table.groupby("within")
    ]
    joined = [one for one, _ in parts]
    pairs = pd.DataFrame([pair for _, found in parts for pair in found],
                         columns=["within", "name", "other", "score", "why"])  # fmt: skip
    empty = table.assign(group=table["name"], how=None)
    return Spellings(pd.concat(joined, ignore_index=True) if joined else empty, pairs)


def _split(name: str) -> _Key:
    """The words of a name that count, in alphabetical order; all words where none would be left."""
    plain = fold(_DOTTED.sub(r"\1", drop_initials(name))).split()
    kept = [word for word in plain if word not in _SILENT and word not in _FORMS]
    return tuple(sorted(kept or plain))


def _group_place(
    place: str, rows: pd.DataFrame, words: dict[str, _Key], spread: Counter[str]
) -> tuple[pd.DataFrame, list[tuple[str, str, str, float, str]]]:
    """The spellings of one place with their groups, and its doubtful pairs."""
    uses = dict(zip(rows["name"], rows["uses"], strict=True))
    alike: dict[_Key, list[str]] = defaultdict(list)
    for name in rows["name"]:
        alike[words[name]].append(name)
    near, doubtful = _compare(alike, spread)
    group: dict[str, str] = {}
    for keys in _connect(list(alike), near):
        members = [name for key in keys for name in alike[key]]
        lead = min(members, key=lambda name: (-uses[name], name))
        group |= dict.fromkeys(members, lead)
    told = [_how(name, group[name], words) for name in rows["name"]]
    table = rows.assign(group=rows["name"].map(group), how=pd.Series(told, rows.index, dtype="str"))
    pairs = [
        (place, alike[one][0], alike[other][0], score, why)
        for one, other, score, why in doubtful
        if group[alike[one][0]] != group[alike[other][0]]
    ]
    return table, sorted(pairs, key=lambda pair: (-pair[3], pair[1]))


def _compare(
    keys: dict[_Key, list[str]], spread: Counter[str]
) -> tuple[list[tuple[_Key, _Key]], list[_Doubt]]:
    """Pairs that are misspellings of each other, and pairs that perhaps are one body."""
    near: list[tuple[_Key, _Key]] = []
    doubtful: list[_Doubt] = []
    for one, other in combinations(keys, 2):
        score = fuzz.ratio(" ".join(one), " ".join(other))
        pairs = pair_words(one, other) if score >= 70 else None
        slip = pairs is not None and len(pairs) == 1 and _is_slip(*pairs[0], spread)
        if slip or "".join(one) == "".join(other):
            near.append((one, other))
        elif pairs is not None:
            doubtful.append((one, other, score, "known_word"))
        elif score >= DOUBTFUL and not _is_other(one, other):
            doubtful.append((one, other, score, "words"))
        elif _is_inside(keys[one][0], keys[other][0]) or _is_inside(keys[other][0], keys[one][0]):
            doubtful.append((one, other, score, "bracket"))
    return near, doubtful


def _is_slip(one: str, other: str, spread: Counter[str]) -> bool:
    """Whether one of two words is a misspelling of the other and not a word of its own."""
    plural = one + "s" == other or other + "s" == one
    long = min(len(one), len(other)) >= _SHORTEST
    return long and not plural and one[0] == other[0] and min(spread[one], spread[other]) == 1


def _is_other(one: _Key, other: _Key) -> bool:
    """Whether one word stands in another's place and is no spelling of it: another district."""
    left, right = Counter(one) - Counter(other), Counter(other) - Counter(one)
    if len(left) != 1 or len(right) != 1:
        return False
    (mine,), (its,) = left, right
    return not (mine + its).isalpha() or fuzz.ratio(mine, its) < _LIKE_WORD


def _is_inside(name: str, other: str) -> bool:
    """Whether a name is another one with a bracket added, or what stands in the bracket."""
    start, _, rest = other.partition("(")
    return bool(rest) and fold(name) in (fold(start), fold(rest.partition(")")[0]))


def _connect(keys: list[_Key], pairs: list[tuple[_Key, _Key]]) -> list[list[_Key]]:
    """Keys joined by pairs, directly or through others."""
    group = {key: [key] for key in keys}
    for one, other in pairs:
        if group[one] is not group[other]:
            group[one] += group[other]
            for key in group[other]:
                group[key] = group[one]
    return list({id(members): members for members in group.values()}.values())


def _how(name: str, lead: str, words: dict[str, _Key]) -> str | None:
    if name == lead:
        return None
    if fold(name) == fold(lead):
        return "same"
    return "form" if words[name] == words[lead] else "near"
