"""What the name of a service is compared by: its words, without endings and without joining words.

Endings are taken off one after the other until none is left, so that all forms of a word come to
one stem ("qeydiyyatının", "qeydiyyata": qeydiyyat). The stem need not be a word. Negation stays
("olmaması" is not "olması"), and so do -siz, -li, -lik and -çi, which make other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from asan_analysis.data.names import fold
from asan_analysis.register.districts import DISTRICT_WORDS
from asan_analysis.register.lexicon import (
    ABBREVIATIONS,
    CAPITALS,
    COMMON,
    ENDINGS,
    JOINING,
    LIGHT,
    NOUNS,
    OPENING,
    ROOTS,
    SAME,
    WHOLE,
)

_CASES = r"(?<=[aeiou])(?:nd[ae]n?|n[iu]n|n[iu]|n[ae]|y[ae]|s[iu])|d[ae]n?|[iu]n|l[ae]r?"
_ENDS = re.compile(rf"(?:{_CASES}|m(?:aq|ek|a|e)|[aeiu])$")
_CHAIN = re.compile(
    r"(?:ma|me)?(?:l[ae]r)?(?:s?[iu])?(?:n?d[ae]n?|n?[iu]n|[ny]?[aeiu]|nl[ae]|l[ae])?"
)
_NEGATIVE = re.compile("(?:mama|meme|mamaq|memek)(?=(?:s?i|s?u|n|d|y|$))")
_SOFT = {"g": "q", "y": "k"}  # uşaqlıq, uşaqlığı; nazirlik, nazirliyi
_DOTTED = re.compile(r"\b([^\W\d_]{2,6})\.(?=\s|$|[^\W\d_])")
_MARK = "abbrevmark"  # survives folding at the end of a word cut short


class Word(NamedTuple):
    """A word as it is written (folded), its stem, and whether the name was cut short there."""

    text: str
    stem: str
    cut: bool = False


class Words(NamedTuple):
    """The words of a name that tell it from others, and those that do not; both in order."""

    own: tuple[Word, ...]
    rest: tuple[Word, ...]

    @property
    def key(self) -> str:
        """The stems in alphabetical order: names with the same key are the same."""
        return " ".join(sorted(word.stem for word in self.own))


@lru_cache(maxsize=2**16)
def find_stem(word: str) -> str:
    """The stem of a folded word.

    >>> find_stem("sehadetnamelerin"), find_stem("sehadetname")
    ('sehadetn', 'sehadetn')
    >>> find_stem("olmamasi") == find_stem("olmasi")
    False
    """
    if not word.isalpha() or word in DISTRICT_WORDS:
        return word
    if found := _NEGATIVE.search(word, 1):
        return word[: found.start()] + "#not"
    while True:
        bare = SAME.get(word, word)
        shorter = "" if bare in WHOLE else _take_ending(bare)
        if not shorter:
            break
        word = shorter
    word = bare[:-1] + _SOFT.get(bare[-1], bare[-1]) if len(bare) > 2 else bare
    return SAME.get(word, word)


def _take_ending(word: str) -> str:
    """The word without its last ending; nothing where it has none or too little would be left."""
    found = _ENDS.search(word)
    start = found.start() if found else 0
    if word[: start + 1] in NOUNS:
        return word[: start + 1]
    return word[:start] if start > 2 or word[:start] in ROOTS else ""


def are_forms(one: str, other: str) -> bool:
    """Whether two words differ in endings alone, where their stems went apart.

    >>> are_forms("plan", "planin"), are_forms("saxlanma", "saxlanmama")
    (True, False)
    """
    start = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        start += 1
    if start < 3 or (find_stem(one) + find_stem(other)).count("#not"):
        return False
    return all(_CHAIN.fullmatch(word[start:]) for word in (one, other))


IDLE_TEXTS = sorted(JOINING | LIGHT | COMMON)
_IDLE = JOINING | {find_stem(word) for word in LIGHT | COMMON}
_ENDING = re.compile("(?<= )(?:" + "|".join(sorted(ENDINGS, key=len, reverse=True)) + ")$")
_OPENING = re.compile("(?<= )" + OPENING + "|" + OPENING + "(?= )")
_CAPITAL = re.compile(r"\b(?:" + "|".join(CAPITALS) + r")\b")
_SHORTHAND = re.compile(r"\b(?:" + "|".join(sorted(ABBREVIATIONS, key=len, reverse=True)) + r")\b")


def split_words(name: str, without: Sequence[tuple[str, ...]] = ()) -> Words:
    """The words of a name for comparison.

    Abbreviations are written out, whole endings such as "üçün müraciətin və sənədlərin qəbulu"
    left off, and so are the runs of stems in `without` unless nothing would be left. A name of
    nothing but joining words keeps them.

    >>> split_words("Doğumun qeydiyyata alınması").key == split_words("doğum qeydi").key
    True
    """
    name = _CAPITAL.sub(lambda found: CAPITALS[found[0]], name)
    text = _write_out(fold(_DOTTED.sub(rf"\1{_MARK} ", name)))
    text = _ENDING.sub("", _OPENING.sub(" ", text)) or text
    words = [_read_word(word) for word in text.split()]
    for phrase in without:
        words = _take_out(words, phrase) or words
    own = tuple(word for word in words if not _is_idle(word))
    rest = tuple(word for word in words if _is_idle(word))
    return Words(own, rest) if own else Words(rest, ())


def list_stems(text: str) -> list[str]:
    """The stems of a folded text in order, abbreviations written out."""
    return [find_stem(word) for word in _write_out(text).split()]


def _write_out(text: str) -> str:
    return _SHORTHAND.sub(lambda found: ABBREVIATIONS[found[0]], text)


def _take_out(words: list[Word], phrase: tuple[str, ...]) -> list[Word]:
    """The words without the runs whose stems are a phrase."""
    left, start, long = [], 0, len(phrase)
    while start < len(words):
        if tuple(word.stem for word in words[start : start + long]) == phrase:
            start += long
        else:
            left.append(words[start])
            start += 1
    return left


def _read_word(word: str) -> Word:
    if word.endswith(_MARK):
        text = word.removesuffix(_MARK)
        return Word(text, f"{text}.", True)
    return Word(word, find_stem(word))


def _is_idle(word: Word) -> bool:
    """Whether a word tells no service from another."""
    return not word.cut and (word.text in _IDLE or word.stem in _IDLE)
