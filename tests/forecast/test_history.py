"""Series, their scale, and the refusals."""

import numpy as np
import pandas as pd
import pytest
from forecast.series import draw_series

from asan_analysis.errors import DataError, ParameterError
from asan_analysis.forecast.history import (
    check_history,
    find_refusal,
    list_series,
    to_logit,
    to_percent,
)  # fmt: skip


def test_the_scale_by_hand():
    """50 is nil, 0 and 100 are finite and opposite, and the way back is exact."""
    assert to_logit(50.0) == 0
    assert to_logit(100.0) == pytest.approx(np.log(201))
    assert to_logit(0.0) == pytest.approx(-np.log(201))
    scores = np.linspace(0, 100, 41)
    np.testing.assert_allclose(to_percent(to_logit(scores)), scores, atol=1e-10)
    assert to_percent(np.array([-50.0, 50.0])).tolist() == [0, 100]


def test_series_of_bodies():
    """Group of the last edition, a new segment at a break, no row for a missing score."""
    scores = pd.DataFrame(
        {"edition_year": [1, 2, 3, 3], "organisation_id": ["x", "x", "x", "y"], "node_id": "top",
         "score_percent": [10.0, np.nan, 30.0, 40.0], "services": [3, 3, 4, 5]}
    )  # fmt: skip
    bodies = pd.DataFrame(
        {"edition_year": [1, 3, 3], "organisation_id": ["x", "x", "y"],
         "category": ["old", "new", "new"]}
    )  # fmt: skip
    editions = pd.DataFrame({"edition_year": [1, 2, 3], "comparable": [False, True, False]})
    found = list_series(scores, bodies, editions, node_id="top")
    assert found.to_numpy().tolist() == [
        ["x", "new", 1, 1, 10.0, 3], ["x", "new", 3, 2, 30.0, 4], ["y", "new", 3, 2, 40.0, 5],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("years", "segments", "scores", "reason"),
    [
        ([1, 2], [1, 1], [np.nan, np.nan], "no_scores"),
        ([1, 2], [1, 1], [50.0, np.nan], "one_edition"),
        ([1, 2], [1, 2], [50.0, 60.0], "no_comparable_pair"),
        ([1, 2], [1, 1], [50.0, 60.0], ""),
    ],
)
def test_refusals(years, segments, scores, reason):
    history = pd.DataFrame(
        {"unit_id": "x", "group": "a", "edition_year": years, "segment": segments,
         "score_percent": scores, "services": 5}
    )  # fmt: skip
    assert find_refusal(history) == reason
    if reason:
        with pytest.raises(ParameterError, match=reason):
            check_history(history)
    else:
        assert len(check_history(history)) == 2


def test_faults_are_told_at_once():
    history = draw_series(1, units=2, years=3)
    bad = pd.concat([history, history.head(1)], ignore_index=True)
    bad.loc[2, "score_percent"] = 101.0
    bad["segment"] = bad["edition_year"].map({2001: 1, 2002: 2, 2003: 1})
    with pytest.raises(DataError) as caught:
        check_history(bad)
    assert [one.column for one in caught.value.problems] == ["unit_id", "score_percent", "segment"]


def test_unknown_services_are_the_median_or_ten():
    history = draw_series(1, units=3, years=2).assign(services=[4.0, 8.0, np.nan] * 2)
    assert check_history(history)["services"].tolist() == [4, 4, 8, 8, 6, 6]
    bare = history.drop(columns="services")
    assert set(check_history(bare)["services"]) == {10}
