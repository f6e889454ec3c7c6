"""Sums of groups that are exact: no bit depends on the order or on how what is added is cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError

Floats = NDArray[np.float64]

_WIDTH = 32  # bits of a digit; 2**31 digits of one place can be added
_OFFSET = 7  # scores from 0 to 100 fill one digit and part of the next
_MOST = 2.0**960
_BLOCK = 2**14  # numbers whose digits are added as floats, which is exact


@dataclass(frozen=True)
class Sums:
    """Exact sums, rows x groups, written in digits of 32 bits.

    The sum of a cell is that of `digits[i] * 2.0 ** places[i]` over i; `digits` (int64) are places
    x rows x groups, `places` descend.
    """

    places: NDArray[np.int64]
    digits: NDArray[np.int64]


def add_groups(values: Floats, starts: NDArray[np.intp]) -> Sums:
    """Sum each row of an array over groups of columns that stand side by side.

    Every number is cut into digits on a grid that is the same for all numbers, as in reproducible
    summation; digits of one place are whole numbers, and adding those is exact.

    Parameters
    ----------
    values : array, rows x columns
        Finite numbers.
    starts : array of int
        First column of each group, ascending from 0; no group is empty.

    Raises
    ------
    ParameterError
        A number of 2**960 or more.

    References
    ----------
    Demmel and Nguyen (2013), Fast reproducible floating-point summation, IEEE ARITH 21.
    """
    most = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if not most < _MOST:
        raise ParameterError(f"a number of {most:g} is too large to add; rescale the values")
    rest, found = values, {}
    place = _first_place(most)
    while rest.any():
        grid = 1.5 * 2.0 ** (52 + place)
        digit = rest + grid
        digit -= grid
        found[place] = _add_digits(digit, starts, place)
        rest = np.subtract(rest, digit, out=digit)
        place -= _WIDTH
    return _collect(found, (values.shape[0], len(starts)))


def _first_place(most: float) -> int:
    """The place of the grid whose digits reach up to a number."""
    exponent = math.frexp(most)[1] - _OFFSET if most else 0
    return _OFFSET + _WIDTH * (-(-exponent // _WIDTH) - 1)


def _add_digits(digit: Floats, starts: NDArray[np.intp], place: int) -> NDArray[np.int64]:
    """Digits of one place added over groups, in units of 2**place."""
    total = np.zeros((digit.shape[0], len(starts)), dtype="int64")
    for start in range(0, digit.shape[1], _BLOCK):
        first = int(np.searchsorted(starts, start, side="right")) - 1
        here = starts[first : int(np.searchsorted(starts, start + _BLOCK))]
        part = digit[:, start : start + _BLOCK]
        sums = np.add.reduceat(part, np.maximum(here - start, 0), axis=1)
        total[:, first : first + len(here)] += np.ldexp(sums, -place).astype("int64")
    return total


def _collect(found: dict[int, NDArray[np.int64]], shape: tuple[int, int]) -> Sums:
    places = np.array(sorted(found, reverse=True), dtype="int64")
    digits = [found[place] for place in places.tolist()]
    return Sums(places, np.stack(digits) if digits else np.zeros((0, *shape), dtype="int64"))


def join_sums(one: Sums, other: Sums) -> Sums:
    """The sums of two lots of numbers taken together; rows and groups are the same."""
    found = dict(zip(one.places.tolist(), one.digits, strict=True))
    for place, digits in zip(other.places.tolist(), other.digits, strict=True):
        found[place] = found[place] + digits if place in found else digits
    return _collect(found, one.digits.shape[1:])


def round_sums(sums: Sums) -> Floats:
    """The float64 nearest to each exact sum; rows x groups."""
    if not len(sums.places):
        return np.zeros(sums.digits.shape[1:])
    terms = []
    for place, digits in zip(sums.places.tolist(), sums.digits, strict=True):
        high = digits >> _WIDTH << _WIDTH
        terms += [np.ldexp(part.astype("float64"), place) for part in (high, digits - high)]
    if len(terms) == 2:
        return np.asarray(terms[0] + terms[1])
    rows = np.stack(terms).reshape(len(terms), -1).T.tolist()
    return np.array([math.fsum(row) for row in rows]).reshape(sums.digits.shape[1:])
