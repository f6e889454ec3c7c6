"""Which totals a number of scores can have, in whole numbers: an exact search with a proof."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

_MOST_BITS = 10**9  # scores x length of the set of totals; above it totals are not listed
_NEAR = 64  # pairs tried before all totals are listed
_STRIDE = 50  # sets of totals are built in steps, so that calls do not nest too deep


@dataclass(frozen=True, eq=False)
class Scale:
    """Scores that one service can have, as whole numbers from 0 to `top`, ascending.

    Both ends belong to it. What is listed for a scale once is kept by its identity.
    """

    scores: tuple[int, ...]

    @property
    def top(self) -> int:
        """The highest score."""
        return self.scores[-1]


class Found(NamedTuple):
    """Scores with a wanted total; none of them and `decided`: it is proved that there are none."""

    scores: tuple[int, ...]
    decided: bool = True


def find_total(scale: Scale, count: int, low: int, high: int) -> Found:
    """`count` scores of a scale, repeats allowed, with a total from `low` to `high`.

    Pairs are tried first: all scores but two are equal. Where they fail, every total is listed as
    a set of bits: adding a score shifts the set. Where that set is too long, all pairs are tried;
    they prove that there is no such total for two scores, and near either end, where at most two
    scores can lie off the end. Otherwise nothing is decided.
    """
    if low > high or high < 0 or low > count * scale.top:
        return Found(())
    if count == 1:
        at = bisect_left(scale.scores, low)
        return Found(scale.scores[at : at + 1] if scale.scores[at] <= high else ())
    middle = bisect_right(scale.scores, low // count)
    around = scale.scores[max(middle - 1, 0) : middle + 1]
    near = _try_pairs(scale, count, low, high, around[:1], most=_NEAR)
    if near:
        return Found(near)
    if len(scale.scores) * scale.top * count <= _MOST_BITS:
        return Found(_list_parts(scale, count, low, high))
    rests = (*around, 0, scale.top)
    parts = _try_pairs(scale, count, low, high, rests, most=len(scale.scores))
    above, below = scale.scores[1], scale.top - scale.scores[-2]
    at_ends = high < 3 * above or count * scale.top - low < 3 * below
    return Found(parts, decided=bool(parts) or count == 2 or at_ends)


def _try_pairs(
    scale: Scale, count: int, low: int, high: int, rests: tuple[int, ...], *, most: int
) -> tuple[int, ...]:
    """All scores but two at one of `rests`: the two that fill up the total, or nothing.

    The lower of the two is at most half of what they share, so going down from there meets every
    pair; `most` stops earlier.
    """
    scores = scale.scores
    for rest in rests:
        least, greatest = low - (count - 2) * rest, high - (count - 2) * rest
        start = bisect_right(scores, greatest // 2)
        for lower in reversed(scores[max(start - most, 0) : start]):
            at = bisect_left(scores, least - lower)
            if at < len(scores) and scores[at] <= greatest - lower:
                return (lower, scores[at], *(rest for _ in range(count - 2)))
    return ()


@lru_cache(maxsize=2048)
def _totals(scale: Scale, count: int) -> int:
    """Every total of `count` scores: bit t stands for the total t."""
    if count == 0:
        return 1
    before, totals = _totals(scale, count - 1), 0
    for score in scale.scores:
        totals |= before << score
    return totals


def _list_parts(scale: Scale, count: int, low: int, high: int) -> tuple[int, ...]:
    """The scores of the least total in reach, taken back one by one; nothing where none is."""
    for step in range(_STRIDE, count, _STRIDE):
        _totals(scale, step)
    within = (_totals(scale, count) >> max(low, 0)) & ((1 << (high - max(low, 0) + 1)) - 1)
    if not within:
        return ()
    total, parts = max(low, 0) + (within & -within).bit_length() - 1, []
    for left in range(count - 1, -1, -1):
        before, middle = _totals(scale, left), bisect_right(scale.scores, total // (left + 1))
        below, above = scale.scores[:middle], scale.scores[middle:]
        part = next(
            score
            for score in chain(reversed(below), above)
            if score <= total and before >> (total - score) & 1
        )
        parts.append(part)
        total -= part
    return tuple(parts)
