"""Draws of services and score intervals: known moments, chunks, coverage on normal data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from asan_analysis.errors import ParameterError
from asan_analysis.robustness.resampling import (
    count_effective,
    draw_shares,
    find_score_intervals,
    widen,
)

WIDE = (-1e6, 1e6)


def rng(seed=1):
    return np.random.default_rng(seed)


def scores_of(bodies):
    """Scores of services by body as `find_score_intervals` takes them."""
    rows = [(body, score) for body, own in bodies.items() for score in own]
    return pd.DataFrame(rows, columns=["organisation_id", "score_percent"])


def intervals(bodies, **options):
    """Intervals by body."""
    options = {"rng": rng(), "limits": WIDE} | options
    return find_score_intervals(scores_of(bodies), **options).set_index("organisation_id")


# Shares


def test_shares_are_exponentials_over_their_sum_in_each_body():
    """A second road: plain loops over the same numbers, draw after draw."""
    sizes, draws = [2, 1, 3], 4
    numbers = rng().standard_exponential((draws, 6))
    shares = draw_shares(sizes, draws, rng())
    for draw in range(draws):
        start = 0
        for size in sizes:
            own = numbers[draw, start : start + size]
            for place in range(size):
                assert shares[start + place, draw] == pytest.approx(own[place] / sum(own))
            start += size
    assert shares[2] == pytest.approx(1.0)


def test_thirty_draws_and_then_twenty_are_fifty():
    sizes, members, chunks = [3, 2], [[0, 3, 4], [2, 1]], rng()
    both = [draw_shares(sizes, draws, chunks, members=members) for draws in (30, 20)]
    whole = draw_shares(sizes, 50, rng(), members=members)
    assert np.array_equal(np.concatenate(both, axis=1), whole)


def test_members_put_the_shares_in_their_places():
    plain, placed = (
        draw_shares([3, 2], 5, rng(), members=one) for one in (None, [[0, 3, 4], [2, 1]])
    )
    assert np.array_equal(placed[[0, 3, 4, 2, 1]], plain)


@pytest.mark.parametrize("size", [3, 10])
def test_a_share_has_the_moments_of_dirichlet(size):
    """Mean 1 / n and variance (n - 1) / (n^2 (n + 1)), at four standard errors."""
    share = draw_shares([size], 20_000, rng())[0]
    variance = (size - 1) / (size**2 * (size + 1))
    assert share.mean() == pytest.approx(1 / size, abs=4 * np.sqrt(variance / 20_000))
    off = (share - 1 / size) ** 2
    assert off.mean() == pytest.approx(variance, abs=4 * off.std() / np.sqrt(20_000))


@pytest.mark.parametrize(
    ("sizes", "draws", "members", "match"),
    [
        ([2, 0], 3, None, "a service in each"),
        ([], 3, None, "a service in each"),
        ([2], 0, None, "need a draw"),
        ([2, 1], 3, [[0, 1], [1]], "each place"),
        ([2, 1], 3, [[0], [1, 2]], "do not fit"),
    ],
)
def test_shares_that_cannot_be_drawn_are_refused(sizes, draws, members, match):
    with pytest.raises(ParameterError, match=match):
        draw_shares(sizes, draws, rng(), members=members)


# Widening


def test_the_factor_of_three_services_from_printed_quantiles():
    """Student's t with 2 degrees of freedom is 2.920 at 0.95, the normal quantile 1.645."""
    assert widen([3])[0] == pytest.approx(np.sqrt(2) * 2.920 / 1.645, rel=5e-4)
    assert widen([3], level=0.95)[0] == pytest.approx(np.sqrt(2) * 4.303 / 1.960, rel=5e-4)


def test_one_service_has_no_factor_and_very_many_need_none():
    factors = widen([1, 2, 10, 10**7])
    assert np.isnan(factors[0])
    assert factors[1] > factors[2] > factors[3] == pytest.approx(1, abs=1e-6)


def test_equal_weights_count_in_full_and_one_heavy_service_counts_alone():
    """Weights 2, 1, 1: 16 / 6 services."""
    weight = np.array([5.0, 5.0, 5.0, 1.0, 0.0, 2.0, 1.0, 1.0])
    assert count_effective(weight, [[0, 1, 2], [3, 4], [5, 6, 7]]) == pytest.approx([3, 1, 16 / 6])


@pytest.mark.parametrize("level", [0, 1, 90])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(ParameterError, match=r"write 0\.9 for 90 %"):
        widen([3], level=level)


# Intervals


def test_the_interval_of_two_services_by_hand():
    """A share of two is uniform: draws of 40 and 60 fill 40 to 60, 5 to 95 % is 50 -+ 9.

    The factor is sqrt(3) * 6.314 / 1.645 = 6.648, so the interval is 50 -+ 59.8.
    """
    row = intervals({"a": [40.0, 60.0]}, draws=40_000).loc["a"]
    assert [row["score_low"], row["score_high"]] == pytest.approx([-9.8, 109.8], abs=0.7)
    assert (row["services"], row["score_percent"]) == (2, 50)
    row = intervals({"a": [40.0, 60.0]}, limits=(0.0, 100.0)).loc["a"]
    assert [row["score_low"], row["score_high"]] == [0, 100]


def test_the_interval_of_many_services_is_that_of_student():
    own = rng(3).normal(50, 10, 60)
    row = intervals({"a": own}, draws=20_000).loc["a"]
    half = t.ppf(0.95, 59) * own.std(ddof=1) / np.sqrt(60)
    assert row["score_low"] == pytest.approx(own.mean() - half, abs=0.15)
    assert row["score_high"] == pytest.approx(own.mean() + half, abs=0.15)


def test_bodies_without_an_interval_stay_in_the_table():
    table = intervals(
        {"one": [50.0], "none": [np.nan], "same": [70.0, 70.0], "two": [1.0, np.nan, 3.0]}
    )
    ends = table[["score_low", "score_high"]]
    assert table["services"].tolist() == [1, 0, 2, 2]
    assert ends.loc[["one", "none"]].isna().all(axis=None)
    assert ends.loc["same"].tolist() == pytest.approx([70, 70])
    assert table["score_percent"].tolist() == pytest.approx([50, np.nan, 70, 2], nan_ok=True)
    with pytest.raises(ParameterError, match="no service has a score"):
        intervals({"none": [np.nan]})


@pytest.mark.parametrize("services", [3, 5])
def test_intervals_hold_the_truth_as_often_as_they_say(services):
    """1,800 bodies with normal scores around 50, at three standard errors."""
    drawn = rng(services).normal(50, 10, (1800, services))
    table = intervals(dict(enumerate(drawn)), draws=400)
    inside = (table["score_low"] <= 50) & (table["score_high"] >= 50)
    assert inside.mean() == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / 1800))
