"""Rounding on the decimal value, places on full precision, labels of ties."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_road import MODES, near, plain_list, rank_plain, round_plain

from asan_analysis.index.ranking import label_ranks, rank_scores, round_decimal

ROUNDED = [
    # value, digits, half_up, half_even, truncate
    (2.675, 2, 2.68, 2.68, 2.67),
    (2.665, 2, 2.67, 2.66, 2.66),
    (0.285, 2, 0.29, 0.28, 0.28),
    (1.005, 2, 1.01, 1.0, 1.0),
    (-2.675, 2, -2.68, -2.68, -2.67),
    (-2.665, 2, -2.67, -2.66, -2.66),
    (0.5, 0, 1, 0, 0),
    (1.5, 0, 2, 2, 1),
    (-0.5, 0, -1, 0, 0),
    (0.29, 2, 0.29, 0.29, 0.29),
    (-0.29, 2, -0.29, -0.29, -0.29),
    (0.57, 2, 0.57, 0.57, 0.57),
    (4.35, 2, 4.35, 4.35, 4.35),
    (99.995, 2, 100, 100, 99.99),
    (2.6749999, 2, 2.67, 2.67, 2.67),
    (2.6750001, 2, 2.68, 2.68, 2.67),
    (0.125, 15, 0.125, 0.125, 0.125),
    (100.0, 15, 100, 100, 100),
    (1234567.345, 2, 1234567.35, 1234567.34, 1234567.34),
]


@pytest.mark.parametrize(("value", "digits", "up", "even", "cut"), ROUNDED)
def test_rounding_by_hand(value, digits, up, even, cut):
    expected = {"half_up": up, "half_even": even, "truncate": cut}
    found = {mode: round_decimal(np.array([value]), digits, rounding=mode)[0] for mode in expected}
    assert found == expected


@pytest.mark.parametrize("rounding", MODES)
@pytest.mark.parametrize("seed", range(4))
def test_rounding_agrees_with_decimal_on_random_decimals(rounding, seed):
    """Decimals of every length, many of them one digit 5 past the last kept one."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(-(10**7), 10**7, 4000)
    places = rng.integers(0, 8, 4000)
    texts = [f"{int(one)}e-{int(place)}" for one, place in zip(whole, places, strict=True)]
    texts += [f"{text.split('e')[0]}5e-{int(text.split('-')[-1]) + 1}" for text in texts]
    values = np.array([float(Decimal(text)) for text in texts])
    for digits in range(6):
        expected = [round_plain(float(value), digits, rounding) for value in values]
        assert round_decimal(values, digits, rounding=rounding).tolist() == expected


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    value=st.decimals(-100000, 100000, places=7).map(float),
    digits=st.integers(0, 10),
    rounding=st.sampled_from(list(MODES)),
)
def test_rounding_agrees_with_decimal_on_decimals_of_seven_places(value, digits, rounding):
    found = round_decimal(np.array([value]), digits, rounding=rounding)[0]
    assert found == round_plain(value, digits, rounding)


@pytest.mark.parametrize("rounding", MODES)
def test_rounding_keeps_shape_missing_cells_and_its_input(rounding):
    given_values = np.array([[1.005, math.nan], [math.nan, 2.5]])
    before = given_values.copy()
    found = round_decimal(given_values, 1, rounding=rounding)
    assert found.shape == (2, 2)
    assert np.isnan(found).tolist() == [[False, True], [True, False]]
    assert np.array_equal(given_values, before, equal_nan=True)


def test_rounding_a_number_near_the_largest_float_gives_it_back():
    """No digit of it stands after the point, so there is nothing to round and nothing to warn."""
    assert round_decimal(np.array([1e308]), 2, rounding="half_up").tolist() == [1e308]


def test_rounding_to_nothing_leaves_no_minus_sign():
    """-0.0 would be printed in S.csv."""
    found = round_decimal(np.array([-0.001]), 2, rounding="half_up")[0]
    assert repr(float(found)) == "0.0"


PLACES = {
    "min": [2, 2, 1, None, 4, 5],
    "average": [2.5, 2.5, 1, None, 4, 5],
    "dense": [2, 2, 1, None, 3, 4],
}


@pytest.mark.parametrize("ties", PLACES)
def test_places_by_hand(ties):
    """Missing has no place; equal scores share theirs."""
    score = pd.Series([70.0, 70.0, 90.0, None, 12.5, -3.0], index=list("abcdef"))
    rank = rank_scores(score, ties=ties)
    assert plain_list(rank) == near(PLACES[ties])
    assert rank.index.tolist() == list("abcdef")
    assert str(rank.dtype) == ("Float64" if ties == "average" else "Int64")


def test_a_repeated_label_does_not_stop_the_ranking():
    assert rank_scores(pd.Series([1.0, 3.0, 2.0], index=["a", "a", "b"])).tolist() == [3, 1, 2]


def test_all_missing_has_no_place_and_all_zero_shares_the_first():
    assert rank_scores(pd.Series([math.nan, math.nan])).isna().all()
    assert rank_scores(pd.Series([0.0, -0.0, 0.0])).tolist() == [1, 1, 1]
    assert rank_scores(pd.Series([], dtype="float64")).empty


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1.0, 1e6, 1e200])
def test_sums_of_the_same_parts_in_another_order_share_a_place(scale):
    parts = [0.1, 0.2, 0.3, 0.7, 1.1]
    sums = []
    for order in itertools.permutations(parts):
        total = 0.0
        for part in order:
            total += part
        sums.append(total * scale)
    assert len(set(sums)) > 1
    assert set(rank_scores(pd.Series(sums))) == {1}


@pytest.mark.parametrize("ties", PLACES)
def test_scores_that_differ_in_the_eleventh_digit_differ_in_place(ties):
    score = pd.Series([61.234567890, 61.234567891, 61.234567889])
    assert rank_scores(score, ties=ties).tolist() == [2, 1, 3]


def test_float_noise_on_the_edge_of_the_twelfth_digit_still_shares_a_place():
    """Two neighbouring floats, 12.34567890135 and the next one down, are one score."""
    score = 12.34567890135
    assert rank_scores(pd.Series([score, np.nextafter(score, 0), 50.0])).tolist() == [2, 2, 1]


def test_one_very_large_score_does_not_tie_the_others():
    """0.4 is a third more than 0.3, whatever the first unit has."""
    assert rank_scores(pd.Series([1e12, 0.3, 0.4])).tolist() == [1, 3, 2]


def test_many_very_large_scores_do_not_tie_the_others():
    """The same with more large scores than small ones."""
    scores = pd.Series([3e12, 2e12, 1e12, 0.3, 0.4])
    assert rank_scores(scores).tolist() == [1, 2, 3, 5, 4]


@pytest.mark.parametrize("ties", PLACES)
@pytest.mark.parametrize("seed", range(5))
def test_places_agree_with_counting(ties, seed):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.uniform(-50, 100, 80), int(rng.integers(0, 3)))
    scores[rng.random(80) < 0.1] = math.nan
    expected = rank_plain(plain_list(scores), ties)
    assert plain_list(rank_scores(pd.Series(scores), ties=ties)) == near(expected)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(scores=st.lists(st.integers(-9, 9), min_size=1, max_size=15), seed=st.integers(0, 99))
def test_the_order_of_rows_changes_no_place(scores, seed):
    there = pd.Series(scores, dtype="float64")
    order = np.random.default_rng(seed).permutation(len(scores))
    assert rank_scores(there)[order].tolist() == rank_scores(there.iloc[order]).tolist()


def test_labels_mark_ties_and_leave_missing_empty():
    rank = pd.Series([1, 2, 2, 4, None, None], dtype="Int64")
    assert label_ranks(rank).tolist() == ["1", "=2", "=2", "4", "", ""]
    average = pd.Series([1, 2.5, 2.5], dtype="Float64")
    assert label_ranks(average).tolist() == ["1", "=2.5", "=2.5"]
