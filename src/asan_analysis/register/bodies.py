"""Bodies by name: free text to the id of a body; what is not certain is listed, never guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from asan_analysis.data.names import fold
from asan_analysis.errors import DataError, ParameterError, UnknownEditionError
from asan_analysis.register.districts import DISTRICT_WORDS
from asan_analysis.register.parts import (
    Parts,
    agree_forms,
    drop_initials,
    drop_misspelt_forms,
    initials,
    is_clear,
    pair_words,
    split_name,
)

# Chosen with benchmarks/body_names.py on seeds 1 to 16, reported on 17 to 26.
LIMIT = 72.0  # least likeness of the words that tell apart, 0 to 100
MARGIN = 6.0  # least lead over the second body
CANDIDATE = 75.0  # least likeness of a body that is listed
_MOST = 5
_BARE = 6  # letters of a misspelt text that says no form
_NAMES = ("name_az", "name_en", "name_ru")
COLUMNS = ("text", "organisation_id", "how", "score", "candidates")


class _Name(NamedTuple):
    organisation_id: str
    how: str
    plain: str
    parts: Parts


class _Found(NamedTuple):
    how: str
    score: float
    bodies: list[str]


class _Register(NamedTuple):
    names: list[_Name]
    exact: dict[str, dict[str, set[str]]]
    words: frozenset[str]
    forms: dict[str, frozenset[str]]
    present: set[str]
    successors: dict[str, list[str]]


def match_bodies(
    texts: Iterable[str], organisations: pd.DataFrame, *, edition_year: int | None = None
) -> pd.DataFrame:
    """Which body each text names.

    The roads in their order: id; folded name in any language; alias; initials of the name; name
    without its form, the body above it and the country; a misspelt name. Each holds only for one
    body. A misspelt name has the same number of words that tell it apart, each within one letter
    (two from eight letters on) and nearer to that name's word than to any other known word or
    district; forms must not contradict each other, and a text of fewer than six letters names one.

    Parameters
    ----------
    texts : iterable of str
        Names as typed; a missing one is `none`.
    organisations : DataFrame
        organisation_id, name_az; where present name_en, name_ru, aliases and successors (separated
        by `;`), edition_year (a row per edition) or valid_from (a date).
    edition_year : int, optional
        Only bodies of that edition are an answer. A body of earlier editions gives way to its
        successors that exist then; one that does not exist yet is `none`.

    Returns
    -------
    DataFrame
        A row per text in the given order: text, organisation_id (missing where not certain), how
        (`id`, `name`, `alias`, `abbreviation`, `near`, `successor`, `uncertain`, `none`), score (0
        to 100, likeness of the words that tell apart), candidates (ids separated by `;`, best
        first, at most five, where nothing is certain).

    Raises
    ------
    DataError
        The organisations lack a column.
    UnknownEditionError, ParameterError
        The organisations do not hold the edition, or do not say when bodies exist.
    """
    register = _read_register(organisations, edition_year)
    known: dict[str, tuple[Any, ...]] = {}
    rows = []
    for text in texts:
        plain = "" if pd.isna(text) else str(text)
        if plain not in known:
            known[plain] = _answer(_find(plain, register), register)
        rows.append((text, *known[plain]))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = {column: "str" for column in COLUMNS if column != "score"}
    return table.astype({**kinds, "score": "float64"})


def _read_register(organisations: pd.DataFrame, year: int | None) -> _Register:
    """Names, words and years of the bodies."""
    absent = [name for name in ("organisation_id", "name_az") if name not in organisations]
    if absent:
        raise DataError(f"organisations: no column {', '.join(absent)}; add it")
    names: list[_Name] = []
    successors: dict[str, list[str]] = defaultdict(list)
    for row in organisations.to_dict("records"):
        body = str(row["organisation_id"])
        typed = [("name", row.get(column)) for column in _NAMES]
        typed += [("alias", one.strip()) for one in _several(row.get("aliases"))]
        names += [
            _Name(body, how, fold(str(text)), split_name(str(text)))
            for how, text in typed
            if isinstance(text, str) and fold(text)
        ]
        successors[body] += [
            one for one in _several(row.get("successors")) if one not in successors[body]
        ]
    names = list(dict.fromkeys(names))
    exact: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in names:
        exact[name.how][name.plain].add(name.organisation_id)
        if name.how == "name":
            for short in initials(name.plain):
                exact["abbreviation"][short].add(name.organisation_id)
    forms: dict[str, frozenset[str]] = defaultdict(frozenset)
    for name in names:
        exact["id"][name.organisation_id].add(name.organisation_id)
        forms[name.organisation_id] |= name.parts.forms
    words = DISTRICT_WORDS.union(*(name.parts.core for name in names))
    present = _find_present(organisations, year)
    return _Register(names, exact, words, forms, present, dict(successors))


def _several(cell: object) -> list[str]:
    """The parts of a cell separated by `;`; none of an empty one."""
    return [one.strip() for one in cell.split(";") if one.strip()] if isinstance(cell, str) else []


def _find_present(organisations: pd.DataFrame, year: int | None) -> set[str]:
    """The bodies that exist in the year asked for; all of them where none is asked for."""
    bodies = organisations["organisation_id"].astype("str")
    if year is None:
        return set(bodies)
    if "edition_year" in organisations:
        years = organisations["edition_year"].astype("int64")
        if year not in set(years):
            known = ", ".join(map(str, sorted(set(years))))
            raise UnknownEditionError(f"edition {year} has no organisations; known: {known}")
        return set(bodies[years == year])
    if "valid_from" in organisations:
        first = pd.to_datetime(organisations["valid_from"]).dt.year
        return set(bodies[~(first > year)])
    raise ParameterError(
        "edition_year is given, but the organisations have neither edition_year nor valid_from"
    )


def _find(text: str, register: _Register) -> _Found:
    """The bodies a text names by the first road that leads anywhere."""
    plain = fold(drop_initials(text))
    if not plain:
        return _Found("none", 0.0, [])
    parts = split_name(drop_initials(text))
    for how, key in (("id", text.strip()), ("name", plain), ("alias", plain),
                     ("abbreviation", "".join(parts.core) or plain)):  # fmt: skip
        if how == "abbreviation" and not _is_short(text, key, parts):
            continue
        if bodies := register.exact[how].get(key):
            return _Found(how, 100.0, sorted(bodies))
    return _find_like(plain, parts, register)


def _is_short(text: str, key: str, parts: Parts) -> bool:
    """Whether a text may be an abbreviation: one word, capitals or at least four letters."""
    return len(parts.core) == 1 and not parts.forms and (len(key) >= 4 or text.upper() == text)


def _find_like(plain: str, parts: Parts, register: _Register) -> _Found:
    """Bodies by the words that tell apart: the same words, else misspelt ones."""
    scored: dict[str, float] = {}
    same: dict[str, str] = {}
    near: dict[str, float] = {}
    rivals: dict[str, float] = {}
    core = " ".join(sorted(parts.core))
    district = bool(core) and DISTRICT_WORDS.issuperset(parts.core)
    for name in register.names:
        body, other = name.organisation_id, " ".join(sorted(name.parts.core))
        if not core or not other:
            like = fuzz.ratio(plain, name.plain) if not core else 0.0
            scored[body] = max(scored.get(body, 0.0), like)
            continue
        like = fuzz.ratio(core, other)
        loose = max(like, 0.95 * fuzz.token_set_ratio(core, other))
        if district and not set(parts.core) & set(name.parts.core):
            loose = 0.0
        scored[body] = max(scored.get(body, 0.0), loose)
        if agree_forms(parts.forms, name.parts.forms):
            rivals[body] = max(rivals.get(body, 0.0), loose)
        if not _may_be(parts, name.parts, register.forms[body]):
            continue
        if core == other:
            same.setdefault(body, name.how)
        elif core.replace(" ", "") == other.replace(" ", ""):
            near[body] = max(near.get(body, 0.0), like)
        elif (told := _trim(parts, name.parts, register.words)) is not None:
            near[body] = max(near.get(body, 0.0), fuzz.ratio(" ".join(sorted(told)), other))
    if same:
        alive = [body for body in same if body in register.present] or sorted(same)
        return _Found(same[alive[0]], 100.0, alive)
    best = max(near, key=lambda body: near[body], default="")
    second = max((near.get(body, rivals[body]) for body in rivals if body != best), default=0.0)
    if best and near[best] >= max(LIMIT, second + MARGIN):
        return _Found("near", near[best], [best])
    order = sorted(scored, key=lambda body: (-scored[body], body))
    listed = [body for body in order if scored[body] >= CANDIDATE or body in near]
    top = scored[order[0]] if order else 0.0
    return _Found("uncertain" if listed else "none", top, listed)


def _may_be(text: Parts, name: Parts, forms: frozenset[str]) -> bool:
    """Whether forms, and the bodies above where both name one, do not contradict each other.

    `forms` are those of all names of the body: an alias often leaves its form out.
    """
    if text.above and name.above:
        above = pair_words(text.above, name.above) is not None
    else:
        above = not text.above or bool(text.forms)  # what stands under another says what it is
    return above and agree_forms(text.forms, name.forms) and (not forms or text.forms <= forms)


def _trim(text: Parts, name: Parts, words: frozenset[str]) -> tuple[str, ...] | None:
    """The words of a text that tell apart, where each is the name's or misspells it clearly.

    A text without any form must be long enough not to be some other word. Known words are not
    misspelt, and no other known word is as near.
    """
    core = drop_misspelt_forms(text, name, words)
    pairs = pair_words(core, name.core)
    said = text.forms or sum(map(len, text.core)) >= _BARE
    clear = (
        said
        and pairs is not None
        and all(word not in words and is_clear(word, meant, words) for word, meant in pairs)
    )
    return core if clear else None


def _answer(found: _Found, register: _Register) -> tuple[object, str, float, object]:
    """Body, how, score and candidates once the edition has had its say."""
    bodies = [body for body in found.bodies if body in register.present]
    if found.how in ("uncertain", "none"):
        return _listed(found.how, found.score, bodies or found.bodies)
    if len(bodies) == 1:
        return bodies[0], found.how, found.score, None
    if bodies or len(found.bodies) > 1:
        return _listed("uncertain", found.score, bodies or found.bodies)
    (body,) = found.bodies
    later = _find_successors(body, register)
    if len(later) == 1:
        return later[0], "successor", found.score, None
    return _listed("uncertain" if later else "none", found.score, later or [body])


def _listed(how: str, score: float, bodies: list[str]) -> tuple[None, str, float, str | None]:
    return None, how, score, ";".join(bodies[:_MOST]) or None


def _find_successors(body: str, register: _Register) -> list[str]:
    """The bodies of the edition that took a body's place, through as many steps as it needs."""
    found, seen, queue = [], {body}, list(register.successors.get(body, []))
    while queue:
        one = queue.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if one in register.present:
            found.append(one)
        else:
            queue += register.successors.get(one, [])
    return found
