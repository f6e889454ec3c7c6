"""A bound of the score of two names that costs little: most candidates need no comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from asan_analysis.register.resemblance import DOUBT, Rarity, decides, liken_words, may_be_idle
from asan_analysis.register.words import Word, Words


def make_screen(
    names: Sequence[Words], rarity: Rarity, threshold: float
) -> Callable[[int, int], bool]:
    """A test of two places whether the score of their names can reach the threshold.

    The score is at most the product of 1 - r / 2 over the words of one name that have no likely
    counterpart among those of the other (see `compare_names`). No pair that reaches the threshold
    is refused.
    """
    stems = [frozenset(word.stem for word in name.own) for name in names]
    words: dict[str, set[Word]] = defaultdict(set)
    for name in names:
        for word in name.own:
            words[word.stem].add(word)
    factors = {stem: _bound_factor(stem, own, rarity) for stem, own in words.items()}
    known: dict[tuple[str, str], bool] = {}

    def may_match(one: str, other: str) -> bool:
        pair = (one, other) if one < other else (other, one)
        if pair not in known:
            joined = one[:3] in other or other[:3] in one  # one may be part of the other
            known[pair] = joined or any(
                liken_words(left, right, rarity) for left in words[one] for right in words[other]
            )
        return known[pair]

    def screen(low: int, high: int) -> bool:
        left, right = stems[low] - stems[high], stems[high] - stems[low]
        bound = 1.0
        for own, others in ((left, right), (right, left)):
            for stem in own:
                if factors[stem] < 1 and not any(may_match(stem, other) for other in others):
                    bound *= factors[stem]
        return bound >= threshold

    return screen


def _bound_factor(stem: str, words: set[Word], rarity: Rarity) -> float:
    """What an unmatched stem leaves of the score at most; 1 where it may misspell a light word."""
    if any(may_be_idle(word, rarity) for word in words):
        return 1.0
    return 0.0 if decides(stem) else 1 - DOUBT * rarity.doubt(stem)
