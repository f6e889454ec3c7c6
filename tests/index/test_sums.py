"""Exact sums against `math.fsum` and fractions, in every order and however cut."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asan_analysis.errors import ParameterError
from asan_analysis.index.sums import Sums

NUMBERS = st.floats(-1e200, 1e200, allow_nan=False)
WHOLE = np.array([0])


def add(values: list[float]) -> Sums:
    return Sums(1, 1).add(np.array([values]), WHOLE)


def nearest(values: list[float]) -> float:
    """The float64 nearest to the exact sum, by fractions."""
    return float(sum((Fraction(value) for value in values), Fraction(0)))


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_a_sum_is_the_float_nearest_to_the_exact_sum(values):
    found = add(values).round()[0, 0]
    assert found == nearest(values) == math.fsum(values)


def test_the_plain_sum_is_not():
    """What these sums are for: here additions one by one lose the small numbers."""
    values = [1e16, 1.0, -1e16, 1e-3]
    assert sum(values) != nearest(values)
    assert add(values).round()[0, 0] == 1.001


@given(st.lists(NUMBERS, min_size=2, max_size=30), st.randoms())
def test_no_bit_depends_on_the_order_or_the_cut(values, random):
    whole = add(values).round()
    random.shuffle(values)
    cut = random.randrange(1, len(values))
    joined = add(values[:cut]).join(add(values[cut:]))
    assert joined.round() == whole
    assert add(values[:cut]).add(np.array([values[cut:]]), WHOLE).round() == whole


def test_groups_and_rows_are_kept_apart_over_many_columns():
    """More columns than are added at a time, groups of one and of thousands, a group cut by it."""
    rng = np.random.default_rng(3)
    values = rng.uniform(0, 100, (3, 40_000))
    starts = np.array([0, 1, 2, 16_383, 16_384, 16_385, 39_999])
    found = Sums(3, 7).add(values, starts).round()
    for row, own in enumerate(np.split(values, starts[1:], axis=1)):
        np.testing.assert_array_equal(found[:, row], [math.fsum(line) for line in own])


def test_the_sum_of_scores_of_equal_services_is_exact():
    """A mean of equal scores is that score."""
    values = np.full((1, 3_000_000), 33.3)
    assert Sums(1, 1).add(values, WHOLE).round()[0, 0] / 3_000_000 == 33.3


@pytest.mark.parametrize(
    "values", [[0.0, 0.0], [5e-324, 5e-324], [2.0**959, 2.0**959], [-0.5, 0.5]]
)
def test_ends_of_the_range(values):
    assert add(values).round()[0, 0] == math.fsum(values)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=5), st.integers(-3, 3))
def test_digits_of_any_size_are_rounded_once(digits, start):
    """Whole digits that no adding would make soon, against fractions."""
    places = [7 + 32 * (start - place) for place in range(len(digits))]
    exact = sum((Fraction(digit) * Fraction(2) ** place
                 for digit, place in zip(digits, places, strict=True)), Fraction(0))  # fmt: skip
    cells = {place: np.array([[digit]]) for digit, place in zip(digits, places, strict=True)}
    assert Sums(1, 1, cells).round()[0, 0] == float(exact)


def test_sums_of_nothing_join():
    empty = Sums(2, 3).add(np.zeros((2, 3)), np.array([0, 1]), np.array([0, 2]))
    np.testing.assert_array_equal(empty.round(), np.zeros((2, 3)))
    some = Sums(2, 3).add(np.ones((2, 3)), np.array([0, 1]), np.array([0, 2]))
    np.testing.assert_array_equal(empty.join(some).round(), [[1.0, 0.0, 2.0]] * 2)


def test_a_number_too_large_is_refused():
    with pytest.raises(ParameterError, match="too large to add; rescale"):
        add([1e300])
