"""Weights from data side by side: the single functions agree, and poor data give none."""

import numpy as np
import pandas as pd
import pytest

from asan_analysis.robustness.data_weights import compare_schemes, list_weights
from asan_analysis.robustness.levels import Level
from asan_analysis.robustness.weighting import (
    compare_weightings,
    weigh_components,
    weigh_doubt,
    weigh_importance,
)

NODES = ["x", "y"]
POINTS = np.array([[90.0, 10], [60, 70], [30, 50], [80, 20], [10, 15]])


def level_of(points, weights=(0.75, 0.25)):
    names = [f"b{place}" for place in range(len(points))]
    shares = pd.Series(weights, index=NODES[: len(weights)], name="weight")
    return Level("T", shares, names, lambda given: given @ np.asarray(points).T, ())


def category_of(level):
    return pd.Series("c", index=level.organisations)


def test_each_column_is_the_single_function():
    level = level_of(POINTS)
    table = list_weights(level).set_index("node_id")
    points = level.points()
    assert table["weight"].tolist() == [0.75, 0.25]
    assert table["weight_equal"].tolist() == [0.5, 0.5]
    found = weigh_components(points).set_index("node_id")["weight"]
    assert table["weight_components"].tolist() == pytest.approx(found.tolist())
    found = weigh_importance(points, level.weights).set_index("node_id")["weight"]
    assert table["weight_importance"].tolist() == pytest.approx(found.tolist())
    assert table.sum().tolist() == pytest.approx([1] * 4)


def test_places_by_hand_under_equal_weights():
    """Means 50, 65, 40, 50, 12.5 instead of 70, 62.5, 35, 65, 11.25."""
    level = level_of(POINTS)
    league = compare_schemes(level, list_weights(level), category_of(level))
    assert league["scheme"].tolist() == ["equal", "components", "importance", "doubt"]
    equal = league.iloc[0]
    # places 1, 3, 4, 2, 5 become 2, 1, 4, 2, 5
    assert equal[["organisations", "moved", "largest_move"]].tolist() == [5, 2, 2]
    doubt = weigh_doubt(level.points(), lower=0.25, upper=1.0)
    best = doubt.drop_duplicates("organisation_id").set_index("organisation_id")["score"]
    weights = pd.DataFrame({"own": level.weights})
    again = compare_weightings(
        level.points(), weights, category_of(level), scores=best.to_frame("d")
    )
    moved = again.loc[again["scheme"] == "d", "moved"].ne(0).sum()
    assert league.iloc[3]["moved"] == moved


@pytest.mark.parametrize(
    ("points", "weights"),
    [(POINTS[:2], (0.75, 0.25)), (np.ones((4, 2)), (0.75, 0.25)), (POINTS[:, :1], (1.0,)),
     (np.full((4, 2), np.nan), (0.75, 0.25))],
    ids=["two bodies", "all alike", "one part", "no scores"],
)  # fmt: skip
def test_poor_data_give_no_weights(points, weights):
    level = level_of(points, weights)
    table = list_weights(level)
    assert table.empty
    league = compare_schemes(level, table, category_of(level))
    assert league.empty
    assert list(league.columns[:2]) == ["scheme", "category"]


def test_organisations_without_a_score_take_no_part():
    holes = np.vstack([POINTS, [np.nan, 50]])
    pd.testing.assert_frame_equal(list_weights(level_of(holes)), list_weights(level_of(POINTS)))


def test_organisations_without_a_place_take_none():
    """The category names those with a place; the last one has none, nor does it pass others."""
    level = level_of(POINTS)
    placed = category_of(level).drop("b4")
    league = compare_schemes(level, list_weights(level), placed)
    assert set(league["organisations"]) == {4}
    assert compare_schemes(level, list_weights(level), placed.head(1)).empty
