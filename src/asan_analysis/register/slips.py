"""Names of a register that are one another with a word or two misspelt, cut short or run together.

Neighbours by the letters of whole names fail in large registers, where every run of letters is in
thousands of names. Here the words are compared, of which there are few, and names are looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product

import pandas as pd

from asan_analysis.register.letters import find_nearest, weigh_letters
from asan_analysis.register.resemblance import Rarity, liken_words, may_be_idle
from asan_analysis.register.words import Word, Words, find_stem

_COSINE = 0.2  # words less alike than this are not taken for one another
_REPLACED = 2  # words of a name that are read otherwise at once

Readings = dict[str, list[str]]


def find_slips(names: Sequence[Words], rarity: Rarity) -> list[tuple[int, int]]:
    """Pairs of names of which one becomes the other if up to two words are read otherwise.

    A word is read as a commoner word that it may misspell or is a form of, as one that it begins
    where it is cut short, as nothing where it may misspell a light word; or two neighbours are
    read as one word. Each pair once, the smaller place first.
    """
    places = {name.key: place for place, name in enumerate(names)}
    readings = _read_otherwise(names, rarity)
    found = {
        (min(place, other), max(place, other))
        for place, name in enumerate(names)
        for key in _vary(name, readings)
        if (other := places.get(key, place)) != place
    }
    return sorted(found)


def _vary(name: Words, readings: Readings) -> Iterator[str]:
    """The keys that a name has if some of its words are read otherwise."""
    stems = [word.stem for word in name.own]
    doubtful = [place for place, stem in enumerate(stems) if readings.get(stem)]
    for number in range(1, _REPLACED + 1):
        for chosen in combinations(doubtful, number):
            for read in product(*(readings[stems[place]] for place in chosen)):
                again = list(stems)
                for place, stem in zip(chosen, read, strict=True):
                    again[place] = stem
                yield " ".join(sorted(filter(None, again)))
    for place, (one, other) in enumerate(pairwise(name.own)):
        joined = find_stem(one.text + other.text)
        yield " ".join(sorted([*stems[:place], joined, *stems[place + 2 :]]))


def _read_otherwise(names: Sequence[Words], rarity: Rarity) -> Readings:
    """What else each stem may be, never a rarer stem than itself."""
    words = sorted({word for name in names for word in name.own})
    readings: dict[str, set[str]] = defaultdict(set)
    for one, other in [*_pair_words(words), *_pair_cut(words)]:
        if one.stem != other.stem and liken_words(one, other, rarity):
            rare, common = sorted((one, other), key=lambda word: _rank(word, rarity))
            readings[rare.stem].add(common.stem)
            if _rank(rare, rarity) == _rank(common, rarity):
                readings[common.stem].add(rare.stem)
    for word in words:
        if may_be_idle(word, rarity):
            readings[word.stem].add("")
    return {stem: sorted(read) for stem, read in readings.items()}


def _rank(word: Word, rarity: Rarity) -> int:
    """The number of names with the stem; a word cut short is read as any whole one."""
    return 0 if word.cut else rarity.counts.get(word.stem, 1)


def _pair_words(words: list[Word]) -> Iterator[tuple[Word, Word]]:
    """Words whose letters are alike."""
    whole = [word for word in words if not word.cut]
    matrix = weigh_letters(pd.Series([word.text for word in whole], dtype="str"))
    low, high = find_nearest(matrix, cosine=_COSINE, nearest=100)
    return ((whole[one], whole[other]) for one, other in zip(low, high, strict=True))


def _pair_cut(words: list[Word]) -> Iterator[tuple[Word, Word]]:
    """Words cut short with every word that they begin."""
    cut = [word for word in words if word.cut]
    return (
        (short, word)
        for short in cut
        for word in words
        if word is not short and word.text.startswith(short.text)
    )
