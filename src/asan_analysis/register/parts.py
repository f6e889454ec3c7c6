"""A body's name in parts: the words that tell it apart, its form, and the body it stands under."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from asan_analysis.data.names import fold

# Folded words that say what a body is, by the form they stand for; an empty form says nothing.
_FORMS = {
    "ministry": "nazirliyi nazirliyinin nazirlik naz ministry министерство",
    "committee": "komitesi komitesinin komite kom committee комитет",
    "service": "xidmeti xidmetinin xidmet xid service служба",
    "agency": "agentliyi agentliyinin agentlik agency агентство",
    "department": "idaresi idaresinin idare departamenti department управление",
    "centre": "merkezi merkezinin merkez centre center центр",
    "inspectorate": "mufettisliyi mufettislik inspectorate инспекция",
    "executive": "icra hakimiyyeti hakimiyyetinin hak ih executive",
    "district": "rayon rayonu rayonunun ray r district район",
    "city": "seher seheri seherinin seh city город",
    "open company": "asc ojsc aciq open",
    "closed company": "qsc cjsc qapali closed",
    "limited company": "mmc llc mehdud mesuliyyetli limited liability",
    "union": "ib istehsalat birliyi production union",
    "company": "sehmdar cemiyyeti cemiyyetinin joint stock company",
    "": "dovlet dov state государственный государственная azerbaycan azerbaijan "
    "respublikasi respublikasinin republic",
}
_FORM_OF = {word: form for form, words in _FORMS.items() for word in words.split()}
_LONG = [word for word in _FORM_OF if len(word) >= 6]
_SHORT_FORMS = {"rih": ("rayon", "icra"), "sih": ("seher", "icra")}
_POWERS = {"power", "authority", "body", "authorities"}  # of an executive power only
_ONE_LETTER = {"executive", "company", "union"}  # what initials of these names tell apart by
_LINKS = {"ve", "uzre", "of", "the", "and", "for", "on", "in", "и", "по"}
_COUNTRY = re.compile(
    r"\b(?:azerbaycan respublikasi(?:nin)?|ar(?:in)?|(?:of )?(?:the )?republic of azerbaijan"
    r"|azerbaijan republic)\b"
)
_UNDER = re.compile(r"^(.*)\b(?:yaninda|nezdinde|tabeliyinde)\b(.*)$")
_UNDER_EN = re.compile(r"^(.*?)\b(?:under|affiliated to|при)\b(.*)$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SHORTEST, _LONG_WORD, _LONG_FORM = 4, 8, 9


class Parts(NamedTuple):
    """The words that tell a body apart, its forms and their words, the words of the body above."""

    core: tuple[str, ...]
    forms: frozenset[str]
    plain: frozenset[str]
    above: tuple[str, ...]


@lru_cache(maxsize=65536)
def split_name(text: str) -> Parts:
    """The parts of a name or of a text that may be one.

    >>> split_name("Binəqədi RİH").core
    ('bineqedi',)
    """
    plain = _COUNTRY.sub(" ", fold(text))
    own, above = plain, ""
    if found := _UNDER.match(plain):
        above, own = found[1], found[2]
    elif found := _UNDER_EN.match(plain):
        own, above = found[1], found[2]
    core, forms, common = _sort_words(own.split())
    return Parts(core, forms, common, _sort_words(above.split())[0])


def _sort_words(words: list[str]) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """Words that tell apart, forms, and the words that do not tell apart."""
    spread = [part for word in words for part in _SHORT_FORMS.get(word, (word,))]
    told = {word: _find_form(word) for word in spread}
    forms = {form for form in told.values() if form}
    silent = _LINKS | (_POWERS if "executive" in forms else set())
    core = [word for word in spread if told[word] is None and word not in silent]
    if "district" in forms and len(core) > 1 and core[0] in ("baki", "baku"):
        core = core[1:]  # its districts are told apart by their own names
        forms -= {"city"}
    if not core:
        core = [word for word in spread if told[word] == "" and word in ("azerbaycan",)]
    return tuple(core), frozenset(forms), frozenset(spread) - set(core)


@lru_cache(maxsize=65536)
def _find_form(word: str) -> str | None:
    """The form a word stands for, misspelt ones too; None for a word that tells apart."""
    if word in _FORM_OF:
        return _FORM_OF[word]
    if len(word) < 6:
        return None
    most = 1 if len(word) < _LONG_FORM else 2
    found = process.extractOne(word, _LONG, scorer=OSA.distance, score_cutoff=most)
    return None if found is None else _FORM_OF[found[0]]


def initials(name: str) -> set[str]:
    """Abbreviations of a name: first letters of its words, with and without linking words.

    >>> sorted(initials("Elm və Təhsil Nazirliyi"))
    ['etn', 'evtn']
    """
    found: set[str] = set()
    if split_name(name).forms & _ONE_LETTER:
        return found
    for plain in (fold(name), _COUNTRY.sub(" ", fold(name))):
        under = _UNDER.match(plain)
        for part in (plain, under[2] if under else plain):
            words = part.split()
            found.add("".join(word[0] for word in words))
            found.add("".join(word[0] for word in words if word not in _LINKS))
    return {one for one in found if len(one) >= 3}


def drop_initials(text: str) -> str:
    """The text without a bracket that only abbreviates the rest of it."""
    rest = _BRACKETS.sub(" ", text)
    inside = [fold(one).replace(" ", "") for one in _BRACKETS.findall(text)]
    return rest if inside and set(inside) <= initials(rest) else text


def drop_misspelt_forms(text: Parts, name: Parts, known: Collection[str]) -> tuple[str, ...]:
    """The words of a text that tell apart, without those that misspell a form of the name."""

    def is_form(word: str) -> bool:
        return (
            word.isalpha()
            and len(word) >= _SHORTEST - 1
            and word not in known
            and any(len(form) >= _SHORTEST and OSA.distance(word, form) <= max(1, reach(word, form))
                    for form in name.plain - text.plain)
        )  # fmt: skip

    return tuple(word for word in text.core if not is_form(word))


def reach(word: str, other: str) -> int:
    """Letters that may differ between two spellings of one word; 0 where none may."""
    if min(len(word), len(other)) < _SHORTEST or not (word + other).isalpha():
        return 0
    return 1 if min(len(word), len(other)) < _LONG_WORD else 2


def pair_words(text: Collection[str], name: Collection[str]) -> list[tuple[str, str]] | None:
    """The words that differ, each with the one it may be a misspelling of; None where one may not.

    Every word has its counterpart; the order is free.
    """
    left, right = list(text), list(name)
    for word in text:
        if word in right:
            left.remove(word)
            right.remove(word)
    if len(left) != len(right) or len(left) > 3:
        return None
    for order in permutations(right):
        pairs = list(zip(left, order, strict=True))
        if all(OSA.distance(a, b) <= reach(a, b) for a, b in pairs):
            return pairs
    return None


def is_clear(word: str, meant: str, known: Iterable[str]) -> bool:
    """Whether no known word is as near to a misspelt word as the one that is meant."""
    own = OSA.distance(word, meant)
    return all(OSA.distance(word, other, score_cutoff=own) > own
               for other in known if other != meant)  # fmt: skip


def agree_forms(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the forms of two names do not contradict each other: one names those of the other."""
    return one <= other or other <= one
