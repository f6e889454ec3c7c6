"""Sums of groups that are exact: no bit depends on the order or on how what is added is cut."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_WIDTH = 32  # bits of a digit; 2**31 digits of one place can be added
_OFFSET = 7  # scores from 0 to 100 fill one digit and part of the next
_MOST = 2.0**960
_BLOCK = 2**14  # numbers whose digits are added as floats, which is exact


class Sums:
    """Exact sums, rows x groups, that numbers are added to.

    Every number is cut into digits of 32 bits on a grid that is the same for all numbers, as in
    reproducible summation. Digits of one place are whole numbers, and adding those is exact.

    Parameters
    ----------
    rows, groups : int
    digits : mapping, optional
        Of sums made before: int64 arrays rows x groups by place; the sum of a cell is that of
        `digits[place] * 2.0 ** place`.

    References
    ----------
    Demmel and Nguyen (2013), Fast reproducible floating-point summation, IEEE ARITH 21.
    """

    def __init__(
        self, rows: int, groups: int, digits: Mapping[int, NDArray[np.int64]] | None = None
    ) -> None:
        self.rows, self.groups, self.digits = rows, groups, dict(digits or {})

    def add(self, values: Floats, starts: Places, groups: Places | None = None) -> Self:
        """Add columns that stand side by side to their group; returns itself.

        Parameters
        ----------
        values : array, rows x columns
            Finite numbers.
        starts : array of int
            First column of each group, ascending from 0; no group is empty.
        groups : array of int, optional
            Which group each lot belongs to, none twice; all of them in turn where left out.

        Raises
        ------
        ParameterError
            A number of 2**960 or more.
        """
        where = slice(None) if groups is None else groups
        for start in range(0, values.shape[1], _BLOCK):
            first = int(np.searchsorted(starts, start, side="right")) - 1
            last = int(np.searchsorted(starts, start + _BLOCK))
            begins = np.maximum(starts[first:last] - start, 0)
            here = np.arange(self.groups)[where][first:last]
            self._add_block(values[:, start : start + _BLOCK], begins, here)
        return self

    def _add_block(self, values: Floats, starts: Places, groups: Places) -> None:
        most = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
        if not most < _MOST:
            raise ParameterError(f"a number of {most:g} is too large to add; rescale the values")
        rest, place = values, _first_place(most)
        while rest.any():
            grid = 1.5 * 2.0 ** (52 + place)
            digit = rest + grid
            digit -= grid
            sums = np.ldexp(np.add.reduceat(digit, starts, axis=1), -place).astype("int64")
            self._place(place)[:, groups] += sums
            rest = np.subtract(rest, digit, out=digit)
            place -= _WIDTH

    def _place(self, place: int) -> NDArray[np.int64]:
        if place not in self.digits:
            self.digits[place] = np.zeros((self.rows, self.groups), dtype="int64")
        return self.digits[place]

    def join(self, other: Sums) -> Self:
        """Add what other sums of the same rows and groups hold; returns itself."""
        for place, digits in other.digits.items():
            self._place(place)[:] += digits
        return self

    def round(self) -> Floats:
        """The float64 nearest to each exact sum; rows x groups."""
        total, rest = np.zeros((2, self.rows, self.groups))
        inexact = np.zeros(total.shape, dtype="bool")
        terms = [term for place in sorted(self.digits) for term in self._terms(place)]
        for term in reversed(terms):  # the largest first
            total, lost = _add_exactly(total, term)
            rest, gone = _add_exactly(rest, lost)
            inexact |= gone != 0
        total += rest  # the two are the exact sum, unless something of the rest was lost
        if inexact.any():
            cells = zip(*(term[inexact].tolist() for term in terms), strict=True)
            total[inexact] = [math.fsum(cell) for cell in cells]
        return total

    def _terms(self, place: int) -> list[Floats]:
        """Digits of a place as floats that are exact: one, or two where they have many bits."""
        digits = self.digits[place]
        high = digits >> _WIDTH << _WIDTH
        parts = (digits - high, high) if np.abs(high).max(initial=0) >= 2**53 else (digits,)
        return [np.ldexp(part.astype("float64"), place) for part in parts]


def _add_exactly(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """The rounded sum and what was lost (Knuth's TwoSum)."""
    total = one + other
    own = total - one
    return total, (one - (total - own)) + (other - own)


def _first_place(most: float) -> int:
    """The place of the grid whose digits reach up to a number."""
    exponent = math.frexp(most)[1] - _OFFSET if most else 0
    return _OFFSET + _WIDTH * (-(-exponent // _WIDTH) - 1)
