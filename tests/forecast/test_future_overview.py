"""What may come: the tables are those of the functions asked, and nothing later is seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forecast.series import draw_series
from small_dataset import dataset, edition

from asan_analysis.analysis.trends import cover_editions, score_editions
from asan_analysis.data.editions import find_edition
from asan_analysis.forecast import history, overview
from asan_analysis.forecast.backtest import backtest, summarise_backtest
from asan_analysis.forecast.model import fit_forecast
from asan_analysis.forecast.paths import forecast_groups, forecast_scores, simulate_paths
from asan_analysis.forecast.targets import chance_of_place, chance_of_score
from asan_analysis.index.method import find_method

YEARS = [2004, 2005]
DRAWS = 40
NAMES = {"unit_id": "organisation_id", "group": "category", "units": "organisations"}
POINTS = ["point", "low_80", "high_80", "low_95", "high_95"]


@pytest.fixture(scope="module")
def series():
    """Three editions of four bodies at the root `T` and the part `x`, as from list_histories."""
    drawn = draw_series(1, units=4, years=3).assign(segment=0)
    other = drawn.assign(score_percent=100 - drawn["score_percent"])
    parts = [drawn.assign(node_id="T"), other.assign(node_id="x")]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def future(series):
    return overview.draw_future(series, "T", YEARS, rng=np.random.default_rng(1), draws=DRAWS)


def own_series(series, node_id="T"):
    return series[series["node_id"] == node_id].drop(columns="node_id")


def test_paths_are_those_of_the_model_of_one_node(series, future):
    fitted = fit_forecast(own_series(series))
    paths = simulate_paths(fitted, YEARS, rng=np.random.default_rng(1), draws=DRAWS)
    assert future.refused is None and future.paths.scores.shape == (DRAWS, 4, 2)
    np.testing.assert_array_equal(future.paths.scores, paths.scores)
    pd.testing.assert_frame_equal(future.history, own_series(series))


def test_bodies_and_groups_are_those_of_the_paths(future):
    bodies = forecast_scores(future.paths).rename(columns=NAMES)
    table, refused = overview.list_bodies(future)
    assert refused is None and table["category"].is_monotonic_increasing
    key = ["organisation_id", "edition_year"]
    pd.testing.assert_frame_equal(
        table.sort_values(key, ignore_index=True),
        bodies.sort_values(key, ignore_index=True)[list(overview.BODIES)],
    )
    table, refused = overview.list_groups(future)
    groups = forecast_groups(future.paths).rename(columns=NAMES)
    assert refused is None
    pd.testing.assert_frame_equal(table, groups[list(overview.GROUPS)])


def test_fans_join_plain_means_so_far_and_groups_to_come(future):
    fans = overview.list_fans(future)
    assert not fans.duplicated(["category", "edition_year"]).any()
    so_far = fans[fans["score_percent"].notna()]
    assert len(so_far) == 3 * 3 and so_far["point"].isna().all()
    for row in so_far.itertuples():
        same = [one for one in future.history.itertuples() if one.edition_year == row.edition_year]
        known = [one.score_percent for one in same if row.category in (one.group, "all")]
        assert row.score_percent == pytest.approx(sum(known) / len(known), abs=1e-9)
        assert len(known) == (4 if row.category == "all" else 2)
    to_come = fans[fans["point"].notna()].reset_index(drop=True)
    groups = overview.list_groups(future).table
    columns = ["category", "edition_year", *POINTS]
    pd.testing.assert_frame_equal(to_come[columns], groups[columns])


def test_next_has_the_first_edition_and_the_last_score(future):
    """The best first inside a category; a body is held against its own last score."""
    table = overview.list_next(future)
    assert table["edition_year"].tolist() == [2004] * 4
    last = {one.unit_id: one.score_percent for one in future.history.itertuples()
            if one.edition_year == 2003}  # fmt: skip
    assert table.set_index("organisation_id")["last"].to_dict() == last
    order = [(row.category, -row.point) for row in table.itertuples()]
    assert order == sorted(order)
    bodies = overview.list_bodies(future).table.set_index(["organisation_id", "edition_year"])
    for row in table.itertuples():
        assert row.point == bodies.loc[(row.organisation_id, 2004), "point"]


def test_chances_are_those_of_score_and_place(future):
    """By each edition: a target that is passed and a first place, in the order of the end."""
    goal = round(float(np.median(future.paths.scores)), 1)
    table, refused = overview.list_chances(future, target=goal, place=1)
    assert refused is None and list(table.columns) == list(overview.CHANCES)
    assert (table["target_score"] == goal).all() and (table["target_place"] == 1).all()
    asked = table.rename(columns={"organisation_id": "unit_id"})[["unit_id", "edition_year"]]
    score = chance_of_score(future.paths, asked.assign(target=goal))["chance_by"]
    place = chance_of_place(future.paths, asked.assign(place=1))["chance_by"]
    assert table["chance_score"].tolist() == score.tolist()
    assert table["chance_place"].tolist() == place.tolist()
    assert score.nunique() > 2 and place.nunique() > 1
    ends = table[table["edition_year"] == 2005]
    order = [(row.category, -row.chance_place) for row in ends.itertuples()]
    assert order == sorted(order)
    assert table["edition_year"].tolist() == YEARS * 4


def test_a_place_beyond_a_small_category_has_no_chance(future):
    """Of four bodies one is alone in its category: nobody is second there."""
    units = future.paths.units.assign(group=["c", "c", "c", "d"])
    alone = future._replace(paths=future.paths._replace(units=units))
    table, _ = overview.list_chances(alone, target=80, place=2)
    assert table["chance_place"].notna().tolist() == [True] * 6 + [False] * 2
    assert table["category"].tolist() == ["c"] * 6 + ["d"] * 2
    assert table["chance_score"].notna().all()
    table, _ = overview.list_chances(alone, target=80, place=4)
    assert table["chance_place"].isna().all() and len(table) == 8


def test_tested_is_the_summary_of_the_backtest(future):
    table, refused = overview.list_tested(future, rng=np.random.default_rng(5), draws=10)
    rng = np.random.default_rng(5)
    summary = summarise_backtest(backtest(future.history, rng=rng, draws=10), rng=rng)
    assert refused is None and set(table["horizon"]) == {1}
    pd.testing.assert_frame_equal(table, summary.rename(columns=NAMES)[list(overview.TESTED)])


def check_refused(found, columns, code):
    """Nothing but the columns and the reason."""
    assert found.table.empty and list(found.table.columns) == list(columns)
    assert found.refused is not None and found.refused.code == code


@pytest.mark.parametrize("code", sorted(history.REFUSALS))
def test_series_that_allow_no_forecast_say_why_in_every_table(series, code):
    kept = {"no_scores": series.iloc[:0], "one_edition": series[series["edition_year"] == 2003],
            "no_comparable_pair": series.assign(segment=series["edition_year"])}[code]  # fmt: skip
    rng = np.random.default_rng(1)
    future = overview.draw_future(kept, "T", YEARS, rng=rng, draws=DRAWS)
    assert future.paths is None
    pd.testing.assert_frame_equal(future.history, own_series(kept))
    check_refused(overview.list_bodies(future), overview.BODIES, code)
    check_refused(overview.list_groups(future), overview.GROUPS, code)
    chances = overview.list_chances(future, target=80, place=1)
    check_refused(chances, overview.CHANCES, code)
    check_refused(overview.list_tested(future, rng=rng), overview.TESTED, code)
    assert overview.list_fans(future).empty and overview.list_next(future).empty
    assert "last" in overview.list_next(future) and "segment" in overview.list_fans(future)


def test_two_editions_are_forecast_and_cannot_be_tested(series):
    """One edition to start from, none to check against."""
    future = overview.Future(own_series(series[series["edition_year"] > 2001]), None, None)
    found = overview.list_tested(future, rng=np.random.default_rng(1), draws=10)
    check_refused(found, overview.TESTED, "no_origin")


@pytest.fixture(scope="module")
def data():
    """Editions 2001 to 2003 of two bodies; the last has another method; `b` changes category."""
    shares = np.random.default_rng(4).integers(1, 10, (3, 4, 2)) / 10
    services = ("s1", "s2", "s3", "s4")
    owners = dict(zip(services, "aabb", strict=True))
    editions = [
        edition(2001 + place, {service: dict(zip("xy", map(float, cells), strict=True))
                               for service, cells in zip(services, rows, strict=True)}, owners,
                categories={"a": "c", "b": "c" if place < 2 else "d"},
                rules="R.toml" if place < 2 else "S.toml")
        for place, rows in enumerate(shares)
    ]  # fmt: skip
    return dataset(*editions, rules={"R.toml": {}, "S.toml": {"aggregation": "geometric"}})


def test_histories_are_the_series_of_every_node(data):
    last = find_edition(2003, data.editions)
    histories = overview.list_histories(data, last)
    assert set(histories["node_id"]) == {"T", "x", "y"}
    scores, coverage = score_editions(data), cover_editions(data)
    for node_id, own in histories.groupby("node_id"):
        expected = history.list_series(scores, data.organisations, coverage, node_id=node_id)
        pd.testing.assert_frame_equal(
            own.drop(columns="node_id").reset_index(drop=True), expected[history.SERIES]
        )
    root = own_series(histories)
    assert root.groupby("edition_year")["segment"].first().diff().tolist()[1:] == [0, 1]
    assert dict(zip(root["unit_id"], root["group"], strict=True)) == {"a": "c", "b": "d"}


def test_histories_see_nothing_after_the_edition(data):
    """Later answers change and a later category too: up to 2002 all stays as it was."""
    known = find_edition(2002, data.editions)
    before = overview.list_histories(data, known)
    later = data.assessments["edition_year"] == 2003
    value = data.assessments["value"].where(~later, 1 - data.assessments["value"])
    bodies = data.organisations["edition_year"] == 2003
    changed = replace(
        data,
        assessments=data.assessments.assign(value=value),
        organisations=data.organisations.assign(
            category=data.organisations["category"].where(~bodies, "d")
        ),
    )
    assert set(before["edition_year"]) == {2001, 2002} and set(before["group"]) == {"c"}
    pd.testing.assert_frame_equal(overview.list_histories(changed, known), before)
    whole = find_edition(2003, data.editions)
    assert not overview.list_histories(changed, whole).equals(overview.list_histories(data, whole))


def test_parts_are_the_groups_of_each_child_with_a_forecast(data, series, future):
    """The child without series is left out; where no child has any, the reason stands."""
    tree, _ = find_method(data, find_edition(2001, data.editions))
    assert tree.below(tree.root) == ["x", "y"]
    part = series[series["node_id"] == "T"].assign(node_id="x")
    rng = np.random.default_rng(1)
    table, refused = overview.list_parts(part, tree, YEARS, rng=rng, draws=DRAWS)
    assert refused is None and set(table["node_id"]) == {"x"}
    expected = overview.list_groups(future).table
    pd.testing.assert_frame_equal(table.drop(columns="node_id"), expected)
    root = series[series["node_id"] == "T"]
    found = overview.list_parts(root, tree, YEARS, rng=rng, draws=DRAWS)
    check_refused(found, ["node_id", *overview.GROUPS], "no_scores")
