"""How much two names of services are alike, from their words and how rare these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import NamedTuple

from rapidfuzz.distance import OSA

from asan_analysis.register.districts import DISTRICT_WORDS
from asan_analysis.register.lexicon import NEGATING, REAL
from asan_analysis.register.words import IDLE_TEXTS, Word, Words, are_forms, find_stem

DOUBT = 0.5  # what a word takes off the score that only one name of the register has
_PART = 0.95  # likeness of a word and its beginning, or of two words and the two run together
_SEEN = 10  # a word of four letters in so many names may be misspelt; fewer only by a swap
_KNOWN = 100  # a misspelling is about so many times rarer than the word meant
_IDLE = [(text, find_stem(text)) for text in IDLE_TEXTS if len(text) > 3]
_SERVICE = find_stem("xidmeti")


class Rarity(NamedTuple):
    """In how many different names of the register each stem occurs, and the number of names."""

    names: int
    counts: dict[str, int]

    def weigh(self, stem: str) -> float:
        """1 + ln((1 + N) / (1 + n)), the smoothed inverse document frequency of a stem."""
        return 1 + log((1 + self.names) / (1 + self.counts.get(stem, 1)))

    def doubt(self, stem: str) -> float:
        """(N - n) / (N - 1), the share of the other names that do without the stem."""
        return (self.names - self.counts.get(stem, 1)) / (self.names - 1) if self.names > 1 else 1.0

    def may_misspell(self, one: str, other: str) -> bool:
        """Whether one of two stems is so much rarer that it may be the other, misspelt."""
        rare, common = sorted((self.counts.get(one, 1), self.counts.get(other, 1)))
        return rare <= 1 + common // _KNOWN


class Match(NamedTuple):
    """A word of one name, the word of the other that it is read as, and how alike they are."""

    one: str
    other: str
    likeness: float
    weight: float


class Likeness(NamedTuple):
    """The score of two names with the words that make it."""

    score: float
    same: tuple[str, ...]
    near: tuple[Match, ...]
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]


def count_rarity(names: Iterable[Words]) -> Rarity:
    """Count in how many different names (by key) each stem occurs."""
    distinct = {name.key: name for name in names}
    counts = Counter(
        stem for name in distinct.values() for stem in {w.stem for w in (*name.own, *name.rest)}
    )
    return Rarity(len(distinct), dict(counts))


def compare_names(one: Words, other: Words, rarity: Rarity) -> Likeness:
    """Score two names between 0 (nothing in common) and 1 (the same words).

    The score is the product of a share and doubts.

    1. Words of the same stem are matched, each at most once. Of those left over, the most alike
       are matched in turn: forms of one word (likeness 1), a word and its misspelling (1 - d / m,
       with d the edit distance, a swap of neighbours counted as one, and m the letters of the
       longer word), a word and its beginning where it is cut short with a point, and two words
       and the same two run together (0.95).
    2. With the weight w = 1 + ln((1 + N) / (1 + n)) of a stem that n of the N different names
       hold, the share is the sum of 2 w x likeness over matched words, over the sum of 2 w over
       matched words and of w over all others. A match has the smaller weight of its two words.
    3. Each word that is not matched multiplies the share by 1 - r / 2, where
       r = (N - n) / (N - 1) is the share of the other names that do without it: a word that few
       names have halves the score. A number, a negated word or one such as "ləğv" makes it 0.

    Doubts do not thin out in long names: a replaced word weighs as much in ten as in two.

    A pair is a misspelling only if one of the two words is hardly known: n of the rarer at most
    1 + n / 100 of the other. The first letters agree or change places. d is at most 1 up to eight
    letters and 2 above; in words of four letters a swap counts, and any slip if one of the two is
    in at least 10 names. Words under four letters, words with digits, two names of districts and
    two words of the lexicon's list of real words are never misspellings of each other. A word that
    all services may carry ("verilməsi") is looked for too, and weighs nothing.

    Returns
    -------
    Likeness
        Score and words; the same with the names exchanged.

    Notes
    -----
    It misleads where a real word is rare and one letter from another ("qəbul", "qəbur"), and
    where two names say the same in other words: synonyms are not known.
    """
    rest = Counter(word.stem for word in one.own) & Counter(word.stem for word in other.own)
    same = tuple(sorted(rest.elements()))
    left, right = _drop(one.own, rest), _drop(other.own, rest)
    near = _match_rest(left, right, rarity)
    idle = _find_idle(left, one, other, rarity), _find_idle(right, other, one, rarity)
    left = [word for word in left if word not in idle[0]]
    right = [word for word in right if word not in idle[1]]
    weights = [rarity.weigh(stem) for stem in same]
    matched = 2 * (sum(weights) + sum(match.weight for match in near))
    found = 2 * (sum(weights) + sum(match.weight * match.likeness for match in near))
    single = [word.stem for word in (*left, *right)]
    whole = matched + sum(map(rarity.weigh, single))
    score = found / whole if whole else 1.0
    for stem in sorted(single):
        score *= 0.0 if decides(stem) else 1 - DOUBT * rarity.doubt(stem)
    texts = tuple(tuple(word.text for word in words) for words in (left, right))
    return Likeness(score, same, tuple(near), *texts)


def decides(stem: str) -> bool:
    """Whether a word that only one name has makes two services of them: numbers, negation."""
    return stem.endswith("#not") or stem in NEGATING or any(sign.isdigit() for sign in stem)


def _drop(words: tuple[Word, ...], taken: Counter[str]) -> list[Word]:
    """The words left over once those taken are gone, the first ones of each stem."""
    left, again = [], Counter(taken)
    for word in words:
        if again[word.stem] > 0:
            again[word.stem] -= 1
        else:
            left.append(word)
    return left


def _match_rest(left: list[Word], right: list[Word], rarity: Rarity) -> list[Match]:
    """Match words left over, the most alike first, and take them out of both lists."""
    if not left or not right:
        return []
    near = _match_joined(left, right, rarity)
    near += [match._replace(one=match.other, other=match.one)
             for match in _match_joined(right, left, rarity)]  # fmt: skip
    likes = {
        (one, other): likeness
        for one in left
        for other in right
        if (likeness := liken_words(one, other, rarity)) > 0
    }
    for one, other in sorted(likes, key=lambda pair: (-likes[pair], sorted(pair))):
        while one in left and other in right:
            left.remove(one)
            right.remove(other)
            weight = min(rarity.weigh(one.stem), rarity.weigh(other.stem))
            near.append(Match(one.text, other.text, likes[one, other], weight))
    return near


def _match_joined(short: list[Word], long: list[Word], rarity: Rarity) -> list[Match]:
    """Match a word with two neighbours of the other name that it runs together."""
    found = []
    for word in list(short):
        for first, second in pairwise(long):
            if find_stem(first.text + second.text) == word.stem:
                weight = rarity.weigh(first.stem) + rarity.weigh(second.stem)
                found.append(Match(word.text, f"{first.text} {second.text}", _PART, weight))
                short.remove(word)
                long.remove(first)
                long.remove(second)
                break
    return found


def _find_idle(words: list[Word], own: Words, other: Words, rarity: Rarity) -> set[Word]:
    """The words left over that are a joining or light word misspelt or cut short.

    The word meant stands in the other name and not in this; "xidməti" may end any name.
    """
    meant = {word.stem for word in other.rest} - {word.stem for word in own.rest} | {_SERVICE}
    return {word for word in words if may_be_idle(word, rarity, meant)}


def may_be_idle(word: Word, rarity: Rarity, meant: Collection[str] = ()) -> bool:
    """Whether a word may be a joining or light word, misspelt (one of `meant`) or cut short."""
    if word.cut:
        return len(word.text) > 2 and any(text.startswith(word.text) for text, _ in _IDLE)
    return any(
        (not meant or stem in meant) and rarity.may_misspell(word.stem, stem)
        for stem in _list_idle(word)
    )


@lru_cache(maxsize=2**16)
def _list_idle(word: Word) -> tuple[str, ...]:
    """Stems of the joining and light words that a word is within a slip of."""
    if "#" in word.stem or _is_known(word):
        return ()
    return tuple(stem for text, stem in _IDLE if _near(word.text, text, most=2, least=4))


def liken_words(one: Word, other: Word, rarity: Rarity) -> float:
    """How alike two words are; 0 unless one is a form, a misspelling or a beginning."""
    if one.cut or other.cut:
        cut, whole = (one, other) if one.cut else (other, one)
        return _PART if whole.text.startswith(cut.text) else 0.0
    if are_forms(one.text, other.text):
        return 1.0
    if (_is_known(one) and _is_known(other)) or not rarity.may_misspell(one.stem, other.stem):
        return 0.0
    if "#" in one.stem + other.stem and one.stem[-4:] != other.stem[-4:]:
        return 0.0
    known = max(rarity.counts.get(word.stem, 1) for word in (one, other)) >= _SEEN
    least = 4 if known else 5
    apart = not (one.stem.startswith(other.stem) or other.stem.startswith(one.stem))
    stems = _near(one.stem, other.stem, most=1) if apart else 0.0
    most = 2 if stems or OSA.distance(one.stem, other.stem) < 3 else 1
    return max(_near(one.text, other.text, most=most, least=least), stems)


def _is_known(word: Word) -> bool:
    """Whether a word is a district or one of the words that are near others."""
    return word.text in DISTRICT_WORDS or word.text in REAL or word.stem in REAL


def _near(one: str, other: str, *, most: int, least: int = 5) -> float:
    """1 - d / m of two words within the distance of a misspelling, else 0."""
    longest = max(len(one), len(other))
    if longest < (4 if sorted(one) == sorted(other) else least) or not (
        one.isalpha() and other.isalpha()
    ):
        return 0.0
    most = most if longest > 8 else 1
    distance = OSA.distance(one, other, score_cutoff=most)
    if distance > most or (one[0] != other[0] and sorted(one[:2]) != sorted(other[:2])):
        return 0.0
    return 1 - distance / longest
