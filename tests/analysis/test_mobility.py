"""Moves between editions: by hand, by scipy and plain loops, and how often intervals hold."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, norm, pearsonr, t
from shipped import load_shipped
from small_dataset import dataset, edition

from asan_analysis.analysis.bodies import find_state, list_steps
from asan_analysis.analysis.convergence import correct_slope, measure_convergence, measure_spread
from asan_analysis.analysis.mobility import compare_orders, count_transitions, measure_ceiling
from asan_analysis.analysis.moves import draw_moves, find_freedom, measure_moves, pair_services
from asan_analysis.analysis.trends import (
    compare_organisations,
    cover_editions,
    rank_editions,
    score_editions,
)
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import find_edition
from asan_analysis.errors import ParameterError, UnknownEditionError
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.scoring import score_services

COVERAGE = pd.DataFrame(
    {
        "edition_year": [2019, 2021, 2022, 2023],
        "same_method": pd.array([None, True, False, True], dtype="boolean"),
        "comparable": [False, True, False, False],
    }
)  # 2019-2021 joined, 2022 another method, 2023 shares few services


def rng(seed=0):
    return np.random.default_rng(seed)


def ranks_of(before, after, *, years=(2019, 2021)):
    """Frame of places of two editions; scores by category and body."""
    rows = [
        {"edition_year": year, "category": category, "organisation_id": body, "score_percent": one}
        for year, scores in zip(years, (before, after), strict=True)
        for category, bodies in scores.items()
        for body, one in bodies.items()
    ]
    table = pd.DataFrame(rows)
    table["rank"] = table.groupby(["edition_year", "category"])["score_percent"].transform(
        rank_scores
    )
    table["rank_all"] = table.groupby("edition_year")["score_percent"].transform(rank_scores)
    return table


def apart(ranks):
    """Each category with bodies of its own, and none ranked over all."""
    names = ranks["category"] + ranks["organisation_id"]
    return ranks.assign(organisation_id=names, rank_all=np.nan)


def bodies_of(*scores):
    return {f"b{place:02d}": float(score) for place, score in enumerate(scores)}


def cells(table, category="c"):
    own = table[table["category"] == category]
    return {(row.group_before, row.group_after): row.bodies for row in own.itertuples()}


def covers(low, high, truth):
    """Share of intervals that hold the truth, and two binomial standard errors at 90 %."""
    inside = (low <= truth) & (truth <= high)
    return float(np.mean(inside)), 2 * math.sqrt(0.09 / len(inside))


@cache
def sample():
    data = load_shipped("asan_sample")
    return data, rank_editions(data, score_editions(data)), cover_editions(data)


# Which editions can be compared


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [(2019, 2021, "compared"), (2021, 2022, "method_changed"), (2019, 2023, "method_changed"),
     (2022, 2023, "few_services_shared")],
)  # fmt: skip
def test_a_pair_is_as_comparable_as_the_steps_between(before, after, state):
    assert find_state(COVERAGE, before, after) == state


def test_pairs_follow_the_order_and_a_wrong_year_is_refused():
    assert list_steps(COVERAGE) == [(2019, 2021), (2021, 2022), (2022, 2023)]
    with pytest.raises(ParameterError, match="2021 is not before 2019"):
        find_state(COVERAGE, 2021, 2019)
    with pytest.raises(UnknownEditionError, match="2020 is not among"):
        find_state(COVERAGE, 2020, 2021)


# Transitions


def test_transitions_of_six_bodies_by_hand():
    """The first falls to the third place, the last stays: 2 by 2 by 2."""
    ranks = ranks_of({"c": bodies_of(9, 8, 7, 6, 5, 4)}, {"c": bodies_of(7, 9, 8, 6, 5, 4)})
    table = count_transitions(ranks, COVERAGE, 2019, 2021)
    assert {key: bodies for key, bodies in cells(table).items() if bodies} == {
        (1, 1): 1, (1, 2): 1, (2, 1): 1, (2, 2): 1, (3, 3): 2,
    }  # fmt: skip
    first = table[(table["category"] == "c") & (table["group_before"] == 1)]
    assert first["share"].tolist() == [0.5, 0.5, 0]
    assert set(table["ranked_both"]) == {6}


def test_ties_share_the_better_group_and_an_empty_row_has_no_share():
    ranks = ranks_of({"c": bodies_of(9, 9, 9, 9, 5, 4)}, {"c": bodies_of(9, 8, 7, 6, 5, 4)})
    table = count_transitions(ranks, COVERAGE, 2019, 2021).query("category == 'c'")
    assert cells(table)[1, 1] == 2 and cells(table)[1, 2] == 2 and cells(table)[1, 3] == 0
    assert table.loc[table["group_before"] == 2, "share"].isna().all()


def test_twelve_bodies_are_cut_in_quarters_and_eleven_in_thirds():
    for number, groups in ((12, 4), (11, 3)):
        ranks = ranks_of({"c": bodies_of(*range(number))}, {"c": bodies_of(*range(number))})
        table = count_transitions(ranks, COVERAGE, 2019, 2021)
        assert set(table["groups"]) == {groups}
        assert table.loc[table["group_before"] != table["group_after"], "bodies"].sum() == 0


def test_seven_bodies_are_cut_three_two_two():
    scores = {"c": bodies_of(*range(7))}
    table = count_transitions(ranks_of(scores, scores), COVERAGE, 2019, 2021)
    assert [cells(table)[one, one] for one in (1, 2, 3)] == [3, 2, 2]


def test_places_count_among_the_bodies_of_both():
    """The leader leaves and a new leader enters: nobody of the others moves."""
    before = {"c": bodies_of(9, 8, 7, 6, 5, 4) | {"gone": 99.0, "moved": 1.0}, "d": {"x": 1.0}}
    after = {"c": bodies_of(9, 8, 7, 6, 5, 4) | {"new": 99.0}, "d": {"x": 2.0, "moved": 1.0}}
    table = count_transitions(ranks_of(before, after), COVERAGE, 2019, 2021)
    assert [cells(table)[one, one] for one in (1, 2, 3)] == [2, 2, 2]
    by_category = table.drop_duplicates("category").set_index("category")
    assert by_category["ranked_both"].to_dict() == {"c": 6, "d": 1, "all": 8}
    assert by_category["state"].to_dict() == {"c": "compared", "d": "few_bodies", "all": "compared"}


def test_editions_under_two_methods_leave_a_row_without_figures():
    scores = {"c": bodies_of(9, 8, 7, 6, 5, 4)}
    table = count_transitions(ranks_of(scores, scores, years=(2021, 2022)), COVERAGE, 2021, 2022)
    assert table["state"].tolist() == ["method_changed"] * 2
    assert table[["group_before", "bodies", "share"]].isna().all(axis=None)


def test_transitions_add_up_on_the_sample():
    _, ranks, coverage = sample()
    table = count_transitions(ranks, coverage, 2022, 2023)
    sums = table.groupby("category")["bodies"].sum()
    assert sums.to_dict() == {"central": 23, "legal_entity": 7, "local": 14, "all": 44}
    shares = table.groupby(["category", "group_before"])["share"].sum()
    np.testing.assert_allclose(shares, 1)
    with pytest.raises(ParameterError, match="at least 2"):
        count_transitions(ranks, coverage, 2022, 2023, groups=1)


# Orders


def test_tau_of_five_bodies_by_hand():
    """One of ten pairs is turned: tau is (9 - 1) / 10."""
    ranks = ranks_of({"c": bodies_of(5, 4, 3, 2, 1)}, {"c": bodies_of(4, 5, 3, 2, 1)})
    table = compare_orders(ranks, COVERAGE, rng=rng(), pairs=[(2019, 2021)])
    assert table["kendall_tau"].tolist() == pytest.approx([0.8, 0.8])
    assert (table["low"] < 0.8).all() and (table["high"] > 0.8).all()


def test_tau_agrees_with_scipy_on_the_sample_and_under_ties():
    _, ranks, coverage = sample()
    tied = ranks.assign(rank=(ranks["rank"] + 2) // 3, rank_all=(ranks["rank_all"] + 2) // 3)
    for frame in (ranks, tied):
        table = compare_orders(frame, coverage, rng=rng(), draws=20)
        table = table[table["state"] == "compared"]
        assert len(table) >= 14
        for row in table.itertuples():
            every = frame.assign(rank=frame["rank_all"])
            own = every if row.category == "all" else frame[frame["category"] == row.category]
            own = own.set_index("organisation_id")
            old, new = (own.loc[own["edition_year"] == year, "rank"]
                        for year in (row.baseline_year, row.edition_year))  # fmt: skip
            both = pd.concat([old, new], axis=1).dropna()
            expected = kendalltau(*both.to_numpy(dtype=float).T).statistic
            assert row.kendall_tau == pytest.approx(expected, abs=1e-12)
            assert row.bodies == len(both)


def test_draws_of_tau_follow_a_plain_loop_over_pairs():
    before, after = rng(1).normal(size=(2, 7)).round(0)
    ranks = ranks_of({"c": bodies_of(*before)}, {"c": bodies_of(*after)})
    table = compare_orders(ranks, COVERAGE, rng=rng(4), pairs=[(2019, 2021)], draws=40, level=0.8)
    taus = []
    for weights in rng(4).standard_exponential((40, 7)):
        sums = [0.0, 0.0, 0.0]
        for one, two in itertools.combinations(range(7), 2):
            pair = weights[one] * weights[two]
            old, new = np.sign(before[one] - before[two]), np.sign(after[one] - after[two])
            sums = [sums[0] + pair * old * new, sums[1] + pair * old**2, sums[2] + pair * new**2]
        taus.append(sums[0] / math.sqrt(sums[1] * sums[2]))
    first = table.iloc[0]
    assert [first["low"], first["high"]] == pytest.approx(np.quantile(taus, [0.1, 0.9]).tolist())


def test_orders_without_an_interval_say_why():
    cases = {
        "few_bodies": ((4, 3, 2, 1), (4, 3, 1, 2)),
        "all_tied": ((1, 1, 1, 1, 1), (5, 4, 3, 2, 1)),
        "same_order": ((5, 4, 3, 2, 1), (15, 14, 13, 12, 11)),
    }
    for state, (before, after) in cases.items():
        ranks = ranks_of({"c": bodies_of(*before)}, {"c": bodies_of(*after)})
        row = compare_orders(ranks, COVERAGE, rng=rng(), pairs=[(2019, 2021)]).iloc[0]
        assert row["state"] == state and math.isnan(row["low"])
        assert math.isnan(row["kendall_tau"]) == (state != "same_order")
    reverse = ranks_of({"c": bodies_of(5, 4, 3, 2, 1)}, {"c": bodies_of(1, 2, 3, 4, 5)})
    assert compare_orders(reverse, COVERAGE, rng=rng(), pairs=[(2019, 2021)]).iloc[0][
        "kendall_tau"
    ] == pytest.approx(-1)


@pytest.mark.parametrize(("bodies", "rho"), [(15, 0.5), (15, 0.95), (25, 0.0), (25, 0.8)])
def test_intervals_of_tau_hold_it_nine_times_in_ten(bodies, rho):
    """Bivariate normal scores: tau is 2 / pi * asin(rho). 3 points and two binomial errors.

    Of 250 shares one error is 1.9 points: an interval of 80 percent fails.
    """
    chance, sims = rng(7), 250
    cases = [{}, {}]
    for sim in range(sims):
        one, other = chance.normal(size=(2, bodies))
        cases[0][f"s{sim}"] = bodies_of(*one)
        cases[1][f"s{sim}"] = bodies_of(*(rho * one + math.sqrt(1 - rho**2) * other))
    ranks = apart(ranks_of(*cases))
    table = compare_orders(ranks, COVERAGE, rng=chance, pairs=[(2019, 2021)], draws=199)
    table = table[table["category"] != "all"]
    share, error = covers(table["low"], table["high"], 2 / math.pi * math.asin(rho))
    assert len(table) == sims and abs(share - 0.9) <= 0.03 + error


# Moves of bodies


def two_editions():
    """Body a: s1 in both, s2 left, s3 new; b: two in both; c: one service."""
    before = {"s1": {"x": 0.4, "y": 0.4}, "s2": {"x": 0.6, "y": 0.6}, "t1": {"x": 0.1, "y": 0.3},
              "t2": {"x": 0.5, "y": 0.5}, "u1": {"x": 1.0, "y": 0.0}}  # fmt: skip
    after = {"s1": {"x": 0.5, "y": 0.7}, "s3": {"x": 0.9, "y": 0.7}, "t1": {"x": 0.2, "y": 0.4},
             "t2": {"x": 0.6, "y": 0.6}, "u1": {"x": 1.0, "y": 1.0}}  # fmt: skip
    owners = {"s1": "a", "s2": "a", "s3": "a", "t1": "b", "t2": "b", "u1": "c"}
    return [
        edition(year, answers, {service: owners[service] for service in answers})
        for year, answers in ((2021, before), (2022, after))
    ]


def moves_of(data, before=2021, after=2022, *, seed=0, draws=199):
    years = (find_edition(year, data.editions) for year in (before, after))
    return measure_moves(data, *years, rng=rng(seed), draws=draws)


def test_moves_of_three_bodies_by_hand():
    table = moves_of(dataset(*two_editions())).set_index("organisation_id")
    assert table["change"].to_dict() == pytest.approx({"a": 20, "b": 10, "c": 50})
    counts = table[["services_before", "services_after", "services_both"]].to_numpy().tolist()
    assert counts == [[2, 2, 1], [2, 2, 2], [1, 1, 1]]
    assert table["state"].tolist() == ["compared", "compared", "few_services"]
    assert table["firm"].isna().tolist() == [False, False, True]
    # a: scores 40, 60 and then 60, 80; standard errors sqrt(200 / 2)
    assert table.loc["a", ["error_before", "error_after"]].tolist() == pytest.approx([10, 10])
    # b: both services rise by 10 points, so nothing varies and the errors move together
    assert table.loc["b", "standard_error"] == pytest.approx(0, abs=1e-9)
    assert table.loc["b", "error_covariance"] == pytest.approx(table.loc["b", "error_before"] ** 2)
    assert table.loc[["c"], ["low", "high", "standard_error"]].isna().all(axis=None)


def test_a_changed_method_leaves_the_scores_and_no_change():
    first, second = two_editions()
    data = dataset(first, second | {"rules": "S.toml"}, rules={"R.toml": {}, "S.toml": {}})
    table = moves_of(data)
    assert set(table["state"]) == {"method_changed"} and not table["comparable"].any()
    assert table[["change", "low", "high", "firm"]].isna().all(axis=None)
    assert table["score_before"].tolist() == pytest.approx([50, 35, 50])


def test_pooled_answers_are_refused():
    with pytest.raises(ParameterError, match="means over services"):
        moves_of(dataset(*two_editions(), rules={"R.toml": {"roll_up": "pooled"}}))


def test_changes_are_those_of_compare_organisations():
    data, ranks, _ = sample()
    years = (find_edition(year, data.editions) for year in (2022, 2023))
    known = compare_organisations(data, ranks, *years).query("state == 'both'")
    known = known.set_index("organisation_id").sort_index()
    table = moves_of(data, 2022, 2023, draws=50).set_index("organisation_id")
    assert table.index.tolist() == known.index.tolist()
    np.testing.assert_allclose(table["change"], known["change"], atol=1e-9)
    assert (table["services_after"] == known["services"]).all()
    assert (table["category"] == known["category"]).all()


def test_order_of_rows_does_not_matter():
    data, ranks, coverage = sample()
    mixed = replace(data, **{
        name: getattr(data, name).sample(frac=1, random_state=3)
        for name in ("organisations", "services", "assessments")
    })  # fmt: skip
    pd.testing.assert_frame_equal(
        moves_of(mixed, 2022, 2023, draws=50), moves_of(data, 2022, 2023, draws=50)
    )
    shuffled = ranks.sample(frac=1, random_state=4)
    for compare in (
        lambda frame: count_transitions(frame, coverage, 2022, 2023),
        lambda frame: compare_orders(frame, coverage, rng=rng(), draws=50),
        lambda frame: measure_spread(frame, coverage),
    ):
        pd.testing.assert_frame_equal(compare(shuffled), compare(ranks))


def test_draws_of_a_body_follow_a_plain_loop():
    """Weights of one draw, two means, deviations stretched, then t over z: body by body."""
    data, _, _ = sample()
    table = moves_of(data, 2022, 2023, seed=2, draws=60).set_index("organisation_id")
    scores = []
    for year in (2022, 2023):
        one, found = select_edition(data, year)
        tree, rules = find_method(data, found)
        root = score_services(one.assessments, one.services, tree, rules)
        root = root[root["node_id"] == tree.root].set_index("service_id")["score_percent"]
        owner = one.services.set_index("service_id")["organisation_id"]
        scores.append({(owner[unit], unit): value for unit, value in root.dropna().items()})
    bodies = {body for body, _ in scores[0]} & {body for body, _ in scores[1]}
    units = sorted(unit for unit in {*scores[0], *scores[1]} if unit[0] in bodies)
    weights = rng(2).standard_exponential((60, len(units)))
    for body in sorted(bodies)[:6]:
        drawn = np.zeros(60)
        for sign, edition_scores in zip((-1, 1), scores, strict=True):
            own = [
                at for at, unit in enumerate(units) if unit[0] == body and unit in edition_scores
            ]
            value = np.array([edition_scores[units[at]] for at in own])
            stretch = math.sqrt((len(own) + 1) / (len(own) - 1))
            for draw in range(60):
                mean = np.average(value, weights=weights[draw, own])
                drawn[draw] += sign * stretch * (mean - value.mean())
        row = table.loc[body]
        counts = np.array([[row["services_before"]], [row["services_after"]]], dtype=float)
        freedom = find_freedom(counts, np.array([row["services_both"]], dtype=float))[0]
        ends = np.quantile(drawn, [0.05, 0.95]) * t.ppf(0.95, freedom) / norm.ppf(0.95)
        assert [row["low"], row["high"]] == pytest.approx((row["change"] + ends).tolist())
        assert row["standard_error"] == pytest.approx(drawn.std(ddof=1))


def test_freedom_is_that_of_the_paired_and_of_the_welch_test():
    counts = np.array([[8.0, 8, 2], [8, 8, 20]])
    paired, apart, uneven = find_freedom(counts, np.array([8.0, 0, 0]))
    assert paired == pytest.approx(7)
    assert apart == pytest.approx(14)
    assert uneven == pytest.approx((1 / 2 + 1 / 20) ** 2 / (1 / 4 + 1 / 400 / 19))


def services_of(chance, bodies, both, left, new, *, rho=0.8):
    """Services of bodies that truly rise by 4 points; scores vary by 12, rho over editions."""
    size = both + left + new
    one, other = chance.normal(size=(2, bodies, size))
    old, late = 50 + 12 * one, 54 + 12 * (rho * one + math.sqrt(1 - rho**2) * other)
    old[:, both + left :], late[:, both : both + left] = np.nan, np.nan
    return pd.DataFrame({
        "organisation_id": np.repeat(np.arange(bodies), size), "score_before": old.ravel(),
        "score_after": late.ravel(), "weight_before": 1.0, "weight_after": 1.0,
    })  # fmt: skip


@pytest.mark.parametrize(
    "services", [(3, 0, 0), (5, 0, 0), (8, 0, 0), (6, 2, 2), (0, 8, 8), (10, 5, 5)]
)
def test_intervals_of_moves_hold_the_true_change_nine_times_in_ten(services):
    """Services in both, left and new; 3 points and two binomial errors, from 3 services on."""
    chance = rng(11)
    pair = pair_services(services_of(chance, 1200, *services))
    table = draw_moves(pair, rng=chance, draws=249, level=0.9)
    share, error = covers(table["low"], table["high"], 4)
    assert abs(share - 0.9) <= 0.03 + error
    shared, before, after = services[0], services[0] + services[1], services[0] + services[2]
    expected = 0.8 * 144 * shared / before / after
    assert table["error_covariance"].mean() == pytest.approx(expected, abs=2)
    assert (table["error_before"] ** 2).mean() == pytest.approx(144 / before, rel=0.1)


def test_an_interval_that_ignored_pairs_would_be_too_wide():
    """The same services in both editions: pairs make the interval far shorter."""
    table = services_of(rng(1), 200, 8, 0, 0)
    apart = pd.concat([table.assign(score_after=np.nan), table.assign(score_before=np.nan)])
    apart = apart.sort_values("organisation_id", kind="stable")
    widths = [
        (moved["high"] - moved["low"]).mean()
        for moved in (draw_moves(pair_services(one), rng=rng(2), draws=99, level=0.9)
                      for one in (table, apart))
    ]  # fmt: skip
    assert widths[0] < 0.7 * widths[1]


# Spread


def test_spread_halves_by_hand_and_agrees_with_a_plain_jackknife():
    before, after = (0, 10, 20, 30, 50), (30, 31, 41, 44, 54)
    ranks = ranks_of({"c": bodies_of(*before) | {"gone": 90.0}}, {"c": bodies_of(*after)})
    row = measure_spread(ranks, COVERAGE, pairs=[(2019, 2021)]).iloc[0]
    old, new = np.std(before, ddof=1), np.std(after, ddof=1)
    assert [row["spread_both_before"], row["spread_both_after"]] == pytest.approx([old, new])
    assert row["spread_before"] == pytest.approx(np.std([*before, 90], ddof=1))
    assert row["ratio"] == pytest.approx(new / old)
    logs = [
        math.log(np.std(np.delete(after, out)) / np.std(np.delete(before, out))) for out in range(5)
    ]
    error = math.sqrt(4 / 5 * sum((log - np.mean(logs)) ** 2 for log in logs))
    ends = [row["ratio"] * math.exp(sign * t.ppf(0.95, 4) * error) for sign in (-1, 1)]
    assert [row["low"], row["high"]] == pytest.approx(ends)


def test_spread_without_a_ratio_says_why():
    cases = {"few_bodies": (1, 2, 3, 4), "no_spread": (2, 2, 2, 2, 7)}
    for state, scores in cases.items():
        ranks = ranks_of({"c": bodies_of(*scores)}, {"c": bodies_of(*scores)})
        row = measure_spread(ranks, COVERAGE, pairs=[(2019, 2021)]).iloc[0]
        assert row["state"] == state and math.isnan(row["ratio"])
    scores = {"c": bodies_of(1, 2, 3, 4, 5)}
    ranks = ranks_of(scores, scores, years=(2021, 2022))
    row = measure_spread(ranks, COVERAGE, pairs=[(2021, 2022)]).iloc[0]
    assert row["state"] == "method_changed" and math.isnan(row["spread_both_after"])
    assert row["spread_after"] == pytest.approx(math.sqrt(2.5))


@pytest.mark.parametrize("bodies", [9, 15, 25])
def test_intervals_of_the_ratio_hold_it_nine_times_in_ten(bodies):
    """Normal scores whose spread falls to 0.8; 3 points and two binomial errors.

    Of 260 shares one error is 1.9 points: an interval of 80 percent fails.
    """
    chance, parts = rng(5), []
    for _ in range(13):
        cases = {}, {}
        for sim in range(20):
            one, other = chance.normal(size=(2, bodies))
            cases[0][f"s{sim}"] = bodies_of(*one)
            cases[1][f"s{sim}"] = bodies_of(*(0.8 * (0.9 * one + math.sqrt(0.19) * other)))
        parts.append(measure_spread(apart(ranks_of(*cases)), COVERAGE, pairs=[(2019, 2021)]))
    table = pd.concat(parts).query("category != 'all'")
    share, error = covers(table["low"], table["high"], 0.8)
    assert len(table) == 260 and abs(share - 0.9) <= 0.03 + error


# Convergence


def planted(chance, bodies, beta, noise, *, category="c"):
    """Bodies whose true change is 5 + beta * (true earlier score - 50) + rest, as a moves frame.

    Each has 3 to 12 services that scatter by noise, rho 0.6 over editions; errors are estimated.
    """
    true = 50 + 12 * chance.normal(size=bodies)
    later = true + 5 + beta * (true - 50) + 4 * chance.normal(size=bodies)
    sizes = chance.integers(3, 13, size=bodies)
    one, other = noise * chance.normal(size=(2, sizes.sum()))
    services = pd.DataFrame({
        "organisation_id": np.repeat(np.arange(bodies), sizes),
        "score_before": np.repeat(true, sizes) + one,
        "score_after": np.repeat(later, sizes) + 0.6 * one + 0.8 * other,
        "weight_before": 1.0, "weight_after": 1.0,
    })  # fmt: skip
    moved = draw_moves(pair_services(services), rng=chance, draws=2, level=0.9)
    return moved.assign(organisation_id=np.arange(bodies), category=category, state="compared")


@pytest.mark.parametrize("beta", [0.0, -0.1])
def test_the_correction_finds_the_planted_slope_where_the_raw_one_does_not(beta):
    """1,500 bodies; noise 20 over services makes the earlier scores 69 % reliable."""
    table = measure_convergence(planted(rng(3), 1500, beta, 20)).set_index("category")
    noise = 400 * np.mean([1 / size for size in range(3, 13)])
    biased = (beta * 144 - 0.4 * noise) / (144 + noise)
    row = table.loc["c"]
    assert row["reliability"] == pytest.approx(144 / (144 + noise), abs=0.03)
    assert row["slope"] == pytest.approx(biased, abs=0.03)
    assert row["slope_corrected"] == pytest.approx(beta, abs=0.04)
    assert row["corrected_low"] < beta < row["corrected_high"]
    assert not row["slope_low"] < beta < row["slope_high"]


def test_intervals_of_the_corrected_slope_are_not_too_short():
    """25 bodies, 90 % reliable: within 3 points and two binomial errors of 90 %."""
    chance = rng(8)
    parts = [
        measure_convergence(
            pd.concat([planted(chance, 25, -0.2, 10, category=f"s{sim}") for sim in range(20)])
        )
        for _ in range(15)
    ]
    table = pd.concat(parts).query("category != 'all'")
    share, error = covers(table["corrected_low"], table["corrected_high"], -0.2)
    assert len(table) == 300 and abs(share - 0.9) <= 0.03 + error
    assert table["slope_corrected"].median() == pytest.approx(-0.2, abs=0.02)


def moves_frame(score, change, noise=0.0, shared=0.0):
    return pd.DataFrame({
        "organisation_id": [f"b{place}" for place in range(len(score))], "category": "c",
        "score_before": score, "change": change, "error_before": noise,
        "error_covariance": shared, "state": "compared",
    })  # fmt: skip


def test_slopes_without_noise_are_those_of_least_squares_and_of_hc3():
    score = np.array([20.0, 35, 41, 58, 77, 80])
    change = np.array([9.0, 4, 6, 5, 1, 2])
    row = measure_convergence(moves_frame(score, change)).iloc[0]
    design = np.column_stack([np.ones(6), score])
    inverse = np.linalg.inv(design.T @ design)
    fit = inverse @ design.T @ change
    rest, leverage = change - design @ fit, np.diag(design @ inverse @ design.T)
    middle = design.T @ np.diag((rest / (1 - leverage)) ** 2) @ design
    error = math.sqrt((inverse @ middle @ inverse)[1, 1])
    assert row["slope"] == pytest.approx(fit[1])
    assert row["slope_corrected"] == pytest.approx(fit[1])
    assert row["slope_high"] - row["slope"] == pytest.approx(t.ppf(0.95, 4) * error)
    assert row["reliability"] == 1
    slope = pearsonr(score, change).statistic * change.std() / score.std()
    assert row["slope"] == pytest.approx(slope)


def test_the_corrected_slope_by_hand():
    """Variance 250 less 50, covariance -75 less (10 - 50): -35 / 200."""
    score = np.array([[10.0, 20, 30, 40, 50]])
    change = np.array([[6.0, 3, 0, -3, -6]])
    corrected = correct_slope(score, change, np.full((1, 5), 50.0), np.full((1, 5), 10.0))
    assert corrected.tolist() == pytest.approx([(-75 - (10 - 50)) / (250 - 50)])


def test_convergence_without_a_slope_says_why():
    four = measure_convergence(moves_frame([1.0, 2, 3, 4], [1.0, 1, 2, 2]))
    alike = measure_convergence(moves_frame([2.0, 2, 2, 2, 9], [1.0, 1, 2, 2, 1]))
    noisy = measure_convergence(moves_frame([1.0, 2, 3, 4, 5], [1.0, 1, 2, 2, 1], noise=1.2))
    assert [table.iloc[0]["state"] for table in (four, alike, noisy)] == [
        "few_bodies", "no_spread", "much_noise",
    ]  # fmt: skip
    assert noisy["slope"].notna().all() and noisy["slope_corrected"].isna().all()
    assert four["slope"].isna().all() and alike["slope"].isna().all()


def test_rows_that_are_not_compared_are_left_out():
    score, change = [20.0, 35, 41, 58, 77], [9.0, 4, 6, 5, 1]
    extra = moves_frame([99.0], [50.0]).assign(organisation_id="z", state="few_services")
    table = moves_frame(score, change)
    with_extra = measure_convergence(pd.concat([extra, table]))
    pd.testing.assert_frame_equal(with_extra, measure_convergence(table))


# Ceiling


def test_room_at_the_top_by_hand():
    ranks = ranks_of({"c": bodies_of(100, 95, 94.9), "d": {"x": 40.0}}, {"c": bodies_of(50)})
    rules = find_method(sample()[0], find_edition(2023, sample()[0].editions))[1]
    table = measure_ceiling(ranks, rules)
    rows = table.set_index(["edition_year", "category"])
    assert rows.index.tolist() == [(2019, "c"), (2019, "d"), (2019, "all"),
                                   (2021, "c"), (2021, "all")]  # fmt: skip
    assert rows["near_top"].tolist() == pytest.approx([2 / 3, 0, 1 / 2, 0, 0])
    assert rows["mean_room"].tolist() == pytest.approx([10.1 / 3, 60, 70.1 / 4, 50, 50])
    assert rows["least_room"].tolist() == pytest.approx([0, 60, 0, 50, 50])
    wider = measure_ceiling(ranks, replace(rules, range=(0.0, 110.0)), within=10)
    assert wider["near_top"].tolist() == pytest.approx([1 / 3, 0, 1 / 4, 0, 0])
    with pytest.raises(ParameterError, match="below zero"):
        measure_ceiling(ranks, rules, within=-1)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_level_that_is_none_is_refused(level):
    data, ranks, coverage = sample()
    years = [find_edition(year, data.editions) for year in (2022, 2023)]
    calls = (
        lambda: compare_orders(ranks, coverage, rng=rng(), level=level),
        lambda: measure_spread(ranks, coverage, level=level),
        lambda: measure_moves(data, *years, rng=rng(), level=level),
        lambda: measure_convergence(moves_frame([1.0], [1.0]), level=level),
    )
    for call in calls:
        with pytest.raises(ParameterError, match="not between 0 and 1"):
            call()
    with pytest.raises(ParameterError, match="at least 2"):
        compare_orders(ranks, coverage, rng=rng(), draws=1)
