"""Rank sets: critical values from closed forms, known decisions, odd bodies, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import studentized_range, ttest_ind

from asan_analysis.errors import DataError, ParameterError
from asan_analysis.robustness.rank_sets import (
    find_above,
    find_bands,
    find_critical,
    find_rank_sets,
    moderate_variances,
)

SHAPE = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])  # services around their body's mean
ENDS = ["rank_low", "rank_high"]


def rng(seed=1):
    return np.random.default_rng(seed)


def scores_of(bodies, categories=None):
    """Service scores of bodies as `find_rank_sets` takes them."""
    rows = [
        (f"{body}-{number}", body, (categories or {}).get(body, "c"), score)
        for body, own in bodies.items()
        for number, score in enumerate(own)
    ]
    return pd.DataFrame(
        rows, columns=["service_id", "organisation_id", "category", "score_percent"]
    )


def sets_of(bodies, categories=None, **options):
    """Rank sets by body."""
    options = {"rng": rng(), "draws": 2000} | options
    return find_rank_sets(scores_of(bodies, categories), **options).set_index("organisation_id")


# Critical values


def test_two_bodies_of_two_services_have_the_critical_value_of_cauchy():
    """The difference of two Cauchy deviations is Cauchy: sqrt(2) tan(0.45 pi) = 8.929."""
    found = find_critical(np.ones(2), np.ones(2), level=0.9, draws=100_000, rng=rng())
    assert found.every == pytest.approx(math.sqrt(2) * math.tan(0.45 * math.pi), rel=0.04)
    assert found.single == pytest.approx([found.every] * 2)


@pytest.mark.parametrize(("bodies", "printed"), [(2, 1.645), (3, 2.052), (10, 2.918)])
def test_with_variances_known_it_is_the_studentised_range(bodies, printed):
    """Tables of the studentised range at 10 %, infinite freedom: 2.326, 2.902, 4.129."""
    exact = studentized_range.ppf(0.9, bodies, np.inf) / math.sqrt(2)
    assert exact == pytest.approx(printed, abs=0.0025)
    error, freedom = np.full(bodies, 2.0), np.full(bodies, 1e9)
    found = find_critical(error, freedom, level=0.9, draws=40_000, rng=rng())
    assert found.every == pytest.approx(exact, abs=0.03)
    assert (found.single <= found.every).all()


def test_the_critical_value_by_plain_loops():
    error, freedom = np.array([1.0, 2.0, 0.5]), np.array([4.0, 9.0, 30.0])
    deviation = error * rng().standard_t(freedom, size=(50, 3))
    largest = [
        max(
            abs(row[j] - row[k]) / math.hypot(error[j], error[k])
            for j in range(3)
            for k in range(j)
        )
        for row in deviation
    ]
    found = find_critical(error, freedom, level=0.8, draws=50, rng=rng())
    assert found.every == pytest.approx(np.quantile(largest, 0.8))


# Variances


def test_variances_that_do_not_differ_become_the_pooled_one():
    variance, freedom = moderate_variances(
        np.array([90.0, 100.0, 110.0, np.nan]), np.array([5, 5, 5, 1]), np.zeros(4, int)
    )
    assert variance == pytest.approx([100, 100, 100, np.nan], nan_ok=True)
    assert freedom == pytest.approx([12, 12, 12, np.nan], nan_ok=True)


def test_where_variances_differ_much_the_pooled_one_is_worth_less_than_one_service():
    own = np.array([1.0, 1e2, 1e4, 1e2])
    _, freedom = moderate_variances(own, np.full(4, 60), np.zeros(4, int))
    assert (freedom > 59).all()
    assert (freedom < 60).all()


def test_moderation_by_plain_loops():
    """Prior degrees of freedom solve trigamma(d0 / 2) = raised spread less its expectation."""
    sizes, groups = [3, 5, 8, 4, 6, 3], [0, 0, 0, 1, 1, 1]
    own = [20.0, 400.0, 100.0, 5.0, 80.0, 200.0]
    pooled, left, spread, expected = [], 4, 0.0, 0.0
    for group in (0, 1):
        at = [place for place in range(6) if groups[place] == group]
        total = sum(sizes[place] - 1 for place in at)
        pooled.append(sum((sizes[place] - 1) * own[place] for place in at) / total)
        logs = []
        for place in at:
            half = (sizes[place] - 1) / 2
            logs.append(math.log(own[place] / pooled[group]) - digamma(half) + math.log(half))
            expected += polygamma(1, half) / 6
        spread += sum((one - sum(logs) / len(logs)) ** 2 for one in logs) / left
    variance, freedom = moderate_variances(np.array(own), np.array(sizes), np.array(groups))
    prior = freedom[0] - 2
    target = spread * (1 + math.sqrt(2 / left)) - expected
    assert polygamma(1, prior / 2) == pytest.approx(target)
    for place in range(6):
        d = sizes[place] - 1
        drawn = (d * own[place] + prior * pooled[groups[place]]) / (d + prior)
        assert variance[place] == pytest.approx(drawn)
        assert freedom[place] == pytest.approx(min(d + prior, 13 if place < 3 else 10))


# Sets


@pytest.mark.parametrize("gap", [0.5, 0.9, 1.3, 2.0, 4.0])
def test_two_bodies_are_told_apart_where_the_t_test_does(gap):
    """40 services each with the same spread: p below 0.1 decides, here 0.53 to 0.00001."""
    first = np.tile(SHAPE, 8) * 1.6
    table = sets_of({"a": 50 + first, "b": 50 + gap + first})
    apart = ttest_ind(first, gap + first, equal_var=False).pvalue < 0.1
    assert table.loc["b", ENDS].tolist() == ([1, 1] if apart else [1, 2])
    assert table.loc["a", ENDS].tolist() == ([2, 2] if apart else [1, 2])
    assert table["band"].tolist() == ([1, 2] if apart else [1, 1])


def test_equal_bodies_have_the_whole_range_and_one_band():
    table = sets_of({body: 50 + SHAPE for body in "abcd"})
    assert table["rank"].tolist() == [1] * 4
    for low, high in (ENDS, ["single_low", "single_high"]):
        assert table[low].tolist() == [1] * 4
        assert table[high].tolist() == [4] * 4
    assert table["alike"].tolist() == [3] * 4
    assert table["band"].tolist() == [1] * 4


def test_bodies_far_apart_have_one_rank_each():
    table = sets_of({"low": 10 + SHAPE, "high": 90 + SHAPE, "middle": 50 + SHAPE})
    assert table.index.tolist() == ["high", "middle", "low"]
    for column in ("rank", "rank_low", "rank_high", "single_low", "single_high", "band"):
        assert table[column].tolist() == [1, 2, 3]
    assert table["alike"].tolist() == [0, 0, 0]
    assert table["score_percent"].tolist() == pytest.approx([90, 50, 10])


def test_a_body_of_one_service_has_the_whole_range_and_leaves_the_others_theirs():
    bodies = {"a": 90 + SHAPE, "b": 50 + SHAPE, "c": 49 + SHAPE, "d": 10 + SHAPE}
    without, table = sets_of(bodies), sets_of(bodies | {"one": [95.0]})
    assert table.loc["one", ["rank", *ENDS, "single_low", "single_high"]].tolist() == [
        1,
        1,
        5,
        1,
        5,
    ]
    assert pd.isna(table.loc["one", "band"])
    others = table.drop("one")
    assert others["rank_low"].tolist() == without["rank_low"].tolist() == [1, 2, 2, 4]
    assert others["rank_high"].tolist() == [2, 4, 4, 5]
    assert others["alike"].tolist() == [1, 2, 2, 1]
    assert others["band"].tolist() == without["band"].tolist() == [1, 2, 2, 3]


def test_a_body_whose_services_all_score_alike_borrows_from_the_others():
    """Its variance is neither zero, which would set it apart from its neighbour, nor theirs."""
    wide = SHAPE * 3
    table = sets_of({"same": [50.5] * 5, "a": 50 + wide, "b": 60 + wide, "c": 10 + wide})
    assert table.loc[["same", "a"], ENDS].to_numpy().tolist() == [[1, 3], [1, 3]]
    assert table.loc["c", ENDS].tolist() == [4, 4]


def test_where_no_service_differs_nothing_is_told_apart():
    """Also where equal scores miss each other by a last bit, as sums in another order do."""
    table = sets_of({"a": [10.0, 10.0, 10.0], "b": [30.0, 30.0 + 2**-48, 30.0 + 2**-47]})
    assert table[ENDS].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert table["band"].isna().all()


def test_services_and_bodies_without_a_score_are_left_out():
    table = sets_of({"a": [*(90 + SHAPE), np.nan], "b": 10 + SHAPE, "none": [np.nan]})
    assert table["services"].tolist() == [5, 5, 0]
    assert table.loc[["a", "b"], ENDS].to_numpy().tolist() == [[1, 1], [2, 2]]
    assert table.loc["none"].drop(["category", "services"]).isna().all()


def test_categories_are_apart_and_the_order_of_rows_does_not_matter():
    bodies = {
        body: mean + SHAPE for body, mean in zip("abcdef", (60, 61, 90, 62, 20, 64), strict=True)
    }
    scores = scores_of(bodies, {"a": "d", "d": "d", "f": "d"})
    tables = [
        find_rank_sets(one, draws=500, rng=rng())
        for one in (scores, scores.sample(frac=1, random_state=2))
    ]
    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["organisation_id"].tolist() == ["c", "b", "e", "f", "d", "a"]
    assert tables[0]["rank_high"].tolist() == [1, 2, 3, 2, 3, 3]


def test_bands_start_at_the_first_body_below_the_leader():
    """2 is alike to both neighbours; the band is decided by its leader alone."""
    above = np.zeros((5, 5), dtype=bool)
    above[2, 0] = above[3, 0] = above[4, 0] = above[4, 2] = True
    assert find_bands(above, range(5)) == [1, 1, 2, 2, 3]
    assert find_bands(above, [0, 2, 4]) == [1, None, 2, None, 3]
    assert find_bands(above, [1, 2, 4]) == [None, 1, 1, None, 1]


# Coverage


def normal_sets(means, datasets, seed):
    """For normal datasets of five services: above, and the single sets, per dataset."""
    means, chance = np.asarray(means, dtype=float), rng(seed)
    for _ in range(datasets):
        drawn = chance.normal(means[:, None], 10, (len(means), 5))
        variance, freedom = moderate_variances(
            drawn.var(axis=1, ddof=1), np.full(len(means), 5), np.zeros(len(means), int)
        )
        error = np.sqrt(variance / 5)
        critical = find_critical(error, freedom, level=0.9, draws=400, rng=chance)
        yield find_above(drawn.mean(axis=1), error, critical.every)


def test_equal_bodies_are_told_apart_in_a_tenth_of_datasets():
    """Six bodies, 300 datasets, three standard errors."""
    wrong = np.mean([above.any() for above in normal_sets([50] * 6, 300, seed=4)])
    assert wrong == pytest.approx(0.1, abs=3 * np.sqrt(0.09 / 300))


def test_sets_hold_all_true_ranks_and_are_not_the_whole_range():
    true, inside, width = np.arange(6, 0, -1), [], []
    for above in normal_sets([30, 34, 45, 60, 70, 73], 300, seed=5):
        low, high = 1 + above.sum(axis=1), 6 - above.sum(axis=0)
        inside.append(((low <= true) & (true <= high)).all())
        width.append((high - low + 1).mean())
    assert np.mean(inside) >= 0.9 - 3 * np.sqrt(0.09 / 300)
    assert np.mean(width) < 3.5


# Refusals


def test_a_level_that_is_no_share_and_no_rows_are_refused():
    bodies = {"a": 50 + SHAPE, "b": 60 + SHAPE}
    with pytest.raises(ParameterError, match="level 90 is not between 0 and 1"):
        sets_of(bodies, level=90)
    with pytest.raises(ParameterError, match="need a scored service and a draw"):
        sets_of(bodies, draws=0)
    with pytest.raises(ParameterError, match="need a scored service and a draw"):
        find_rank_sets(scores_of(bodies).iloc[:0], rng=rng())


def test_services_in_two_places_or_in_none_are_refused():
    scores = scores_of({"a": 50 + SHAPE, "b": 60 + SHAPE})
    with pytest.raises(DataError, match="a service stands twice"):
        find_rank_sets(pd.concat([scores, scores]), rng=rng())
    with pytest.raises(DataError, match="two categories"):
        find_rank_sets(scores.assign(category=["c", "d"] * 5), rng=rng())
    with pytest.raises(DataError, match="no body or no category"):
        find_rank_sets(scores.assign(category=["c"] * 9 + [None]), rng=rng())
