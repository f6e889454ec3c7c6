"""What to fix first: by hand, by the formula, by every subset, and scored again."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, node, random_answers, random_framework
from scipy.optimize import OptimizeResult
from shipped import load_shipped
from small_dataset import dataset, edition, records

from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers import fewest
from asan_analysis.drivers.fewest import find_fewest
from asan_analysis.drivers.gains import meet_answers
from asan_analysis.drivers.plans import reach_place, reach_score
from asan_analysis.drivers.remedies import group_remedies, list_gains, list_remedies
from asan_analysis.errors import ParameterError
from asan_analysis.index.contributions import contribute_organisations
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations

ROWS = [node("T"), node("A", "T"), node("x", "A"), node("y", "A"),
        node("z", "T", weight=3, guidance_en="Show the fee")]  # fmt: skip
ANSWERS = {
    "s1": {"x": 0.2, "y": 1.0, "z": 0.5},
    "s2": {"x": 1.0, "y": NA, "z": NO_ANSWER},
    "s3": {"x": 1.0, "y": 1.0, "z": 1.0},
    "s4": {"x": 0.0, "y": 1.0, "z": 1.0},
}
OWNERS = {"s1": "a", "s2": "a", "s3": "b", "s4": "e"}


def small(answers=ANSWERS, owners=OWNERS, rows=ROWS, rules=None, **options):
    """One edition, its tree and its rules; a service without an answer is zero."""
    given = {"not_answered": "zero"} | (rules or {})
    data = dataset(edition(2023, answers, owners, **options), frameworks={"F.csv": rows},
                   rules={"R.toml": given})  # fmt: skip
    one, found = select_edition(data, 2023)
    return one, *find_method(data, found)


@cache
def edition_of(name):
    data, found = select_edition(load_shipped(name), 2023)
    return data, *find_method(data, found)


def ranks_of(data, tree, rules, min_services=1):
    scores = score_organisations(data.assessments, data.services, tree, rules)
    return rank_organisations(scores, data.organisations, tree, rules, decimals=2,
                              min_services=min_services)  # fmt: skip


def score_of(data, tree, rules, body, met=None):
    """The score of one body by the plain road of the library, some answers met."""
    services = data.services[data.services["organisation_id"] == body]
    answers = data.assessments[data.assessments["service_id"].isin(services["service_id"])]
    if met is not None:
        answers = meet_answers(answers, met, tree, rules)
    scores = score_organisations(answers, services, tree, rules).set_index("node_id")
    return scores.loc[tree.root, "score_percent"]


def random_case(seed, rules=None, services=6):
    """Services of body a and b on a random tree of arithmetic means."""
    rng = np.random.default_rng(seed)
    rows = random_framework(rng, options=False, means=False, depth=3)
    answers = random_answers(rng, rows, shares=True)
    answers = dict(list(answers.items())[:services])
    owners = {unit: "ab"[place % 2] for place, unit in enumerate(answers)}
    users = {unit: int(rng.integers(1, 5)) for unit in answers}
    return small(answers, owners, rows, rules, columns={"users": users})


# Gains


def test_remedies_by_hand():
    """Item z of s2: 3/4 x 100 / 2 services; z of s1 half of that; x of s1 1/8 x 80 / 2."""
    table = list_remedies(*small(), "a")
    assert records(table, "service_id", "item_id", "gain", "exact", "status", "value") == [
        ("s2", "z", 37.5, "sum", "not_answered", None), ("s1", "z", 18.75, "sum", "scored", 0.5),
        ("s1", "x", 5.0, "sum", "scored", 0.2),
    ]  # fmt: skip
    assert records(table, "guidance_en", "guidance_az", "reason", "peers") == [
        ("Show the fee", None, None, None), ("Show the fee", None, None, None), (None,) * 4,
    ]  # fmt: skip
    grouped = group_remedies(table, small()[1])
    assert records(grouped, "item_id", "services", "gain", "exact") == [
        ("z", 2, 56.25, "sum"), ("x", 1, 5.0, "sum"),
    ]  # fmt: skip


def test_an_answer_left_out_until_given_is_scored_again():
    """s2 has x alone and 100 points; z met leaves it there: nothing gained, and only alone."""
    table = list_remedies(*small(rules={"not_answered": "exclude"}), "a").set_index("service_id")
    assert table.loc["s2", ["gain", "exact"]].tolist() == [0.0, "single"]
    assert set(table.loc["s1", "exact"]) == {"sum"}


def test_a_first_answer_under_pooled_answers_and_for_a_service_without_a_score():
    """Pooled z: 50, then (50 + 100) / 2 = 75 weighs 3/4. s2 gets 100 beside the 40 of s1."""
    rows = [node("T"), node("x", "T"), node("z", "T", weight=3)]
    pooled = {"roll_up": "pooled", "not_answered": "exclude"}
    answers = {"s1": {"x": 1.0, "z": 0.5}, "s2": {"x": 1.0, "z": NO_ANSWER}}
    table = list_remedies(*small(answers, {}, rows, pooled), "a")
    assert records(table, "service_id", "gain") == [("s1", 37.5), ("s2", 18.75)]
    weighted = {"roll_up": "weighted", "roll_up_weight": "users", "not_answered": "exclude"}
    answers = {"s1": {"x": 0.4, "z": 0.4}, "s2": {"x": NO_ANSWER, "z": NA}}
    case = small(answers, {}, rows, weighted, columns={"users": {"s1": 1, "s2": 3}})
    table = list_remedies(*case, "a")
    assert records(table, "service_id", "item_id", "gain", "exact") == [
        ("s2", "x", 45.0, "single"), ("s1", "z", 45.0, "sum"), ("s1", "x", 15.0, "sum"),
    ]  # fmt: skip


def test_ties_stand_in_the_order_of_the_framework():
    answers = {unit: {"x": 0.5, "y": 0.5, "z": 1.0} for unit in ("s2", "s1")}
    table = list_remedies(*small(answers, {}), "a")
    assert records(table, "item_id", "service_id") == [
        ("x", "s2"), ("x", "s1"), ("y", "s2"), ("y", "s1"),
    ]  # fmt: skip


def test_the_reason_of_the_assessment_stands_beside_its_answer():
    data, tree, rules = small()
    reasons = [f"{row.service_id} {row.item_id}" for row in data.assessments.itertuples()]
    shuffled = data.assessments.assign(reason=reasons).iloc[::-1]
    table = list_remedies(replace(data, assessments=shuffled), tree, rules, "a")
    assert table["reason"].tolist() == ["s2 z", "s1 z", "s1 x"]


def test_peers_share_category_and_family_best_first():
    """All in family F but p5 (family G) and p6 (another category); p4 does not meet x."""
    answers = {"s": {"x": 0.0, "y": 0.0}, "p1": {"x": 1.0, "y": 0.0}, "p2": {"x": 1.0, "y": 0.9},
               "p3": {"x": 1.0, "y": 0.5}, "p4": {"x": 0.9, "y": 1.0}, "p5": {"x": 1.0, "y": 1.0},
               "p6": {"x": 1.0, "y": 1.0}, "q": {"x": 0.0, "y": 0.0},
               "own": {"x": 1.0, "y": 1.0}}  # fmt: skip
    owners = {unit: f"body_{unit}" for unit in answers} | {"q": "body_s", "own": "body_s"}
    data, tree, rules = small(answers, owners, [node("T"), node("x", "T"), node("y", "T")],
                              categories={"body_p6": "d"})  # fmt: skip
    family = data.services["service_id"].map(dict.fromkeys(answers, "F") | {"p5": "G", "q": None})
    data = replace(data, services=data.services.assign(family_id=family))
    table = list_remedies(data, tree, rules, "body_s").set_index(["service_id", "item_id"])
    assert table.loc[("s", "x"), "peers"] == "body_p2;body_p3"
    assert table.loc[("s", "y"), "peers"] == "body_p4"
    assert table.loc["q", "peers"].isna().all()


@pytest.mark.parametrize("roll_up", ["mean", "weighted", "pooled"])
@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric", "power:2"])
@pytest.mark.parametrize("missing", ["zero", "exclude"])
def test_each_gain_is_that_of_scoring_again(roll_up, aggregation, missing):
    """Every unmet answer of random cases, one at a time; what does not apply is never listed."""
    given = {"roll_up": roll_up, "roll_up_weight": "users", "aggregation": aggregation,
             "not_answered": missing}  # fmt: skip
    for seed in (0, 5):
        data, tree, rules = random_case(seed, given, services=4)
        table = list_remedies(data, tree, rules, "a")
        own = data.services.loc[data.services["organisation_id"] == "a", "service_id"]
        rows = data.assessments[data.assessments["service_id"].isin(own)]
        unmet = rows[(rows["status"] != NA) & ~(rows["value"] >= 1)]
        left = len(own) * len(tree.items) - len(rows)  # pairs without a row are not answered
        assert len(table) == len(unmet) + left > 5
        assert table["exact"].eq("sum").any() == (aggregation == "arithmetic")
        before = score_of(data, tree, rules, "a")
        for place in range(0, len(table), 2):
            after = score_of(data, tree, rules, "a", table.iloc[[place]])
            assert after - before == pytest.approx(table["gain"].iloc[place], abs=1e-9)


def test_gains_follow_a_range_rounding_and_bounds():
    """Range 0 to 10; w from 20 down to 10, less is better; 10 is the best answer."""
    bounds = {"normalisation": "goalposts", "lower": 10, "upper": 20, "direction": -1}
    rows = [node("T"), node("x", "T"), node("w", "T", **bounds)]
    data, tree, rules = small({"s": {"x": 0.5, "w": 14.0}}, {}, rows,
                              {"range": [0, 10], "round_service": 1})  # fmt: skip
    table = list_remedies(data, tree, rules, "a")
    assert records(table, "item_id", "gain", "exact") == [
        ("x", 2.5, "single"), ("w", 2.0, "single"),
    ]  # fmt: skip
    assert score_of(data, tree, rules, "a", table) == 10.0


@pytest.mark.parametrize("name", ["asan_sample", "egov_benchmark_2023"])
def test_gains_of_the_data_by_weight_and_adding_up(name):
    """Weight used x distance to the top summed over services, and everything met is the top."""
    data, tree, rules = edition_of(name)
    parts = contribute_organisations(data.assessments, data.services, tree, rules)
    parts["lacking"] = 100 * parts["weight_used"] - parts["contribution"]
    for body in data.organisations["organisation_id"][::9]:
        table = list_remedies(data, tree, rules, body)
        own = parts[parts["organisation_id"] == body].set_index("node_id")["lacking"]
        gain = table.groupby("item_id")["gain"].sum()
        np.testing.assert_allclose(gain, own[gain.index], rtol=0, atol=1e-9)
        assert gain.sum() == pytest.approx(own[tree.root], abs=1e-9)
        assert score_of(data, tree, rules, body, table) == pytest.approx(100, abs=1e-9)


def test_bodies_and_items_that_have_no_remedies_are_refused():
    data, tree, rules = small(categories={"idle": "c"})
    with pytest.raises(ParameterError, match=r"'nobody' is not in.*known: a, b, e, idle"):
        list_remedies(data, tree, rules, "nobody")
    with pytest.raises(ParameterError, match="idle has no services"):
        list_remedies(data, tree, rules, "idle")
    ranked = [node("T"), node("x", "T", normalisation="rank"), node("y", "T"), node("z", "T")]
    with pytest.raises(ParameterError, match="x: rank compares a unit with the others"):
        list_remedies(*small(rows=ranked), "a")


# The smallest set


def answers_of(gains, exact="sum"):
    """Remedies with some gains, one item each."""
    items = [f"i{place}" for place in range(len(gains))]
    return pd.DataFrame({"service_id": "s", "item_id": items, "gain": gains, "exact": exact})


def try_all(gains, cost, needed):
    """The least effort that reaches, and the most gained at that effort, over all subsets."""
    masks = np.array(list(itertools.product([0, 1], repeat=len(gains))))
    effort, gain = masks @ cost, masks @ gains
    enough = gain >= needed - 1e-9
    least = effort[enough].min()
    return least, gain[enough & (effort <= least + 1e-9)].max()


@pytest.mark.parametrize("weighed", [False, True])
def test_the_smallest_set_is_that_of_every_subset(weighed):
    """A hundred random cases each; round gains make ties, and sums that reach exactly."""
    rng = np.random.default_rng(7)
    for _ in range(100):
        n = int(rng.integers(1, 12))
        gains = rng.integers(1, 9, n) / 8 if rng.random() < 0.5 else rng.uniform(0, 2, n)
        cost = rng.choice([1.0, 2.0, 2.5, 7.0], n) if weighed else np.ones(n)
        needed = float(rng.choice(gains, n).sum()) if rng.random() < 0.5 else gains.sum() * 0.6
        needed = min(needed, gains.sum())
        table = answers_of(gains)
        effort = dict(zip(table["item_id"], cost, strict=True)) if weighed else None
        found = find_fewest(table, needed, effort=effort)
        least, most = try_all(gains, cost, needed)
        assert found["effort"].sum() == pytest.approx(least, abs=1e-9)
        assert found["gain"].sum() == pytest.approx(most, abs=1e-9)
        assert set(found["proved"]) == {"yes"}
        assert (found["bound"] <= least + 1e-6).all()


def test_without_efforts_the_largest_gains_are_optimal_on_a_large_body():
    """Taking the largest first as a second road, over 500 answers with many ties."""
    rng = np.random.default_rng(3)
    gains = np.sort(rng.choice([0.1, 0.2, 0.3, 0.7], 500))[::-1]
    for needed in (0.05, 30.0, 30.1, 100.0, gains.sum()):
        found = find_fewest(answers_of(gains), needed)
        number = int(np.searchsorted(np.cumsum(gains), needed - 1e-9)) + 1
        assert found["item_id"].tolist() == [f"i{place}" for place in range(number)]


def test_efforts_that_greed_gets_wrong():
    """By gain a effort i0 first (6 + 5 = 11); i1 and i2 together reach 10 points for 8."""
    efforts = {"i0": 6.0, "i1": 4.0, "i2": 4.0}
    found = find_fewest(answers_of([9.0, 5.0, 5.0]), 10, effort=efforts)
    assert found["item_id"].tolist() == ["i1", "i2"]
    assert found["gain_total"].tolist() == [5, 10]
    assert found["effort_total"].tolist() == [4, 8]
    assert found["status"].tolist() == ["optimal"] * 2


def test_level_answers_go_to_those_listed_first():
    for order in ([0, 1, 2, 3], [2, 3, 1, 0]):
        table = answers_of([1.0, 1.0, 1.0, 1.0]).iloc[order]
        found = find_fewest(table, 2)
        assert found["item_id"].tolist() == [f"i{place}" for place in order[:2]]


def test_nothing_is_proposed_where_nothing_is_needed_or_gained():
    assert find_fewest(answers_of([1.0]), -3).empty
    assert find_fewest(answers_of([0.0, 1.0]), 1)["item_id"].tolist() == ["i1"]


@pytest.mark.parametrize(
    ("gains", "needed", "options", "words"),
    [
        ([1.0, 2.0], 4, {}, "4 points are out of reach; all 2 answers together gain 3"),
        ([1.0], np.nan, {}, "no points are named"),
        ([1.0], 1, {"effort": {"i0": 0}}, "no effort above zero for i0"),
        ([1.0], 1, {"effort": {}}, "no effort above zero for i0"),
    ],
)
def test_what_cannot_be_solved_is_refused(gains, needed, options, words):
    with pytest.raises(ParameterError, match=words):
        find_fewest(answers_of(gains), needed, **options)


def test_gains_that_do_not_add_up_are_refused():
    with pytest.raises(ParameterError, match="1 of 1 gains hold for the answer alone"):
        find_fewest(answers_of([1.0], "single"), 1)
    with pytest.raises(ParameterError, match="do not add up"):
        reach_score(*small(rules={"aggregation": "geometric"}), "a", 90)


# Scores and places


@pytest.mark.parametrize("roll_up", ["mean", "weighted", "pooled"])
def test_the_score_after_is_the_one_predicted(roll_up):
    for seed in range(3):
        case = random_case(seed, {"roll_up": roll_up, "roll_up_weight": "users"})
        before = score_of(*case, "a")
        target = before + 0.4 * list_remedies(*case, "a")["gain"].sum()
        found = reach_score(*case, "a", target)
        after = score_of(*case, "a", found)
        assert after >= target - 1e-9
        assert found["score_after"].tolist() == pytest.approx([after] * len(found), abs=1e-12)
        assert after == pytest.approx(before + found["gain"].sum(), abs=1e-9)
        if len(found) > 1:  # and no answer is too many
            assert score_of(*case, "a", found.iloc[:-1]) < target


@pytest.mark.parametrize("name", ["asan_sample", "egov_benchmark_2023"])
def test_the_next_place_of_every_body_is_reached_and_proved(name):
    """All bodies but the first; one answer less does not reach the score of the rival."""
    data, tree, rules = edition_of(name)
    ranks = ranks_of(data, tree, rules)
    score = ranks.set_index("organisation_id")["score_percent"]
    placed = ranks[ranks["rank"] > 1]
    for body, rank in zip(placed["organisation_id"], placed["rank"], strict=True):
        found = reach_place(data, tree, rules, body, ranks)
        last = found.iloc[-1]
        assert set(found["proved"]) == {"yes"}
        assert last["rank_before"] == rank > last["rank_after"]
        assert last["score_after"] >= score[last["rival"]] - 1e-9
        assert last["score_after"] == pytest.approx(score[body] + last["gain_total"], abs=1e-9)
        assert score[body] + found["gain"].iloc[:-1].sum() < score[last["rival"]] - 1e-11
        assert found["gain"].round(9).is_monotonic_decreasing


def test_a_tie_shares_the_better_place_and_passing_it_takes_more():
    """Body a stands at 38.75 and e at 87.5: x of s4 brings 12.5, so e comes level with b at 100."""
    data, tree, rules = small()
    ranks = ranks_of(data, tree, rules)
    found = reach_place(data, tree, rules, "e", ranks)
    assert records(found, "rival", "score_before", "score_after", "rank_before", "rank_after") == [
        ("b", 87.5, 100.0, 2, 1),
    ]  # fmt: skip
    with pytest.raises(ParameterError, match=r"out of reach; with every answer met it is 100"):
        reach_place(data, tree, rules, "e", ranks, strictly=True)


def test_passing_a_rival_strictly():
    """Body b has 50; a needs one answer of 50 to come level and a second to pass."""
    rows = [node("T"), node("x", "T"), node("y", "T")]
    answers = {"s1": {"x": 0.0, "y": 0.0}, "s2": {"x": 1.0, "y": 0.0}}
    data, tree, rules = small(answers, {"s1": "a", "s2": "b"}, rows)
    ranks = ranks_of(data, tree, rules)
    level = reach_place(data, tree, rules, "a", ranks)
    passed = reach_place(data, tree, rules, "a", ranks, strictly=True)
    assert (len(level), len(passed)) == (1, 2)
    assert (level["rank_after"].iloc[0], passed["rank_after"].iloc[0]) == (1, 1)


@pytest.mark.parametrize(("ties", "after"), [("min", 3), ("average", 3.5), ("dense", 2)])
def test_the_place_after_follows_the_rules_for_ties(ties, after):
    """Two share the first place, b has 50 and a 0: one answer brings a level with b."""
    rows = [node("T"), node("x", "T"), node("y", "T")]
    answers = {"s1": {"x": 0.0, "y": 0.0}, "s2": {"x": 1.0, "y": 0.0},
               "s3": {"x": 1.0, "y": 1.0}, "s4": {"x": 1.0, "y": 1.0}}  # fmt: skip
    owners = {"s1": "a", "s2": "b", "s3": "c", "s4": "d"}
    data, tree, rules = small(answers, owners, rows, {"ties": ties})
    ranks = ranks_of(data, tree, rules)
    found = reach_place(data, tree, rules, "a", ranks)
    before = ranks.set_index("organisation_id")["rank"]
    assert found["rival"].tolist() == ["b"]
    assert found["rank_before"].tolist() == [before["a"]]
    assert found["rank_after"].tolist() == [after]


def hard_answers():
    """Gains and efforts that no order settles: 40 of the kind that a knapsack is hard with."""
    rng = np.random.default_rng(8)
    gains = rng.integers(1000, 2000, 40) / 100
    return gains, {f"i{place}": float(100 * gain + 50) for place, gain in enumerate(gains)}


def test_a_solver_out_of_time_proves_nothing():
    """No time at all: the set reaches the points, the bound is below its effort."""
    gains, effort = hard_answers()
    found = find_fewest(answers_of(gains), 300, effort=effort, time_limit=1e-9)
    assert found["gain"].sum() >= 300
    assert set(found["proved"]) == {"no"}
    assert found["status"].str.contains("[Tt]ime limit").all()
    assert 0 <= found["bound"].iloc[0] < found["effort_total"].iloc[-1]
    full = find_fewest(answers_of(gains), 300, effort=effort, time_limit=0.5)
    assert full["effort_total"].iloc[-1] <= found["effort_total"].iloc[-1]
    with pytest.raises(ParameterError, match="time_limit 0"):
        find_fewest(answers_of(gains), 300, effort=effort, time_limit=0)


def test_a_set_the_solver_has_not_proved_is_given_with_its_bound(monkeypatch):
    """The solver stops with two answers and a bound of half an answer: one could do."""
    stopped = OptimizeResult(x=np.array([2.0]), status=1, mip_dual_bound=500.0,
                             message="Time limit reached")  # fmt: skip
    monkeypatch.setattr(fewest, "milp", lambda *given, **more: stopped)
    found = find_fewest(answers_of([1.0, 1.0, 1.0]), 1)
    assert found["item_id"].tolist() == ["i0", "i1"]
    assert found["bound"].tolist() == [0.5, 0.5]
    assert found["proved"].tolist() == ["no", "no"]
    assert found["status"].tolist() == ["Time limit reached"] * 2


def test_bodies_without_a_place_are_no_rivals_and_have_no_next_place():
    """With two services required only a has a place: it is first, and b has none."""
    data, tree, rules = small()
    ranks = ranks_of(data, tree, rules, min_services=2)
    with pytest.raises(ParameterError, match="a stands first in its category"):
        reach_place(data, tree, rules, "a", ranks)
    with pytest.raises(ParameterError, match="b has no place"):
        reach_place(data, tree, rules, "b", ranks)
    with pytest.raises(ParameterError, match="rank_on = unrounded"):
        reach_place(data, tree, replace(rules, rank_on="rounded"), "a", ranks)


@pytest.mark.parametrize("roll_up", ["mean", "pooled"])
def test_answers_left_out_until_given_are_not_proposed_and_counted(roll_up):
    """The rest is planned: no subset of the answers that add up is smaller, scored again."""
    planned = 0
    for seed in range(40):
        case = random_case(seed, {"not_answered": "exclude", "roll_up": roll_up}, services=3)
        gains = list_gains(*case, "a")
        summed = gains[(gains["exact"] == "sum") & (gains["gain"] > 0)]
        if len(summed) == len(gains) or not 2 <= len(summed) <= 9:
            continue
        before = score_of(*case, "a")
        target = before + 0.55 * summed["gain"].sum()
        found = reach_score(*case, "a", target)
        assert set(found["left_out"]) == {int((gains["exact"] != "sum").sum())}
        sizes = [
            len(one)
            for size in range(len(summed) + 1)
            for one in itertools.combinations(summed.index, size)
            if before + summed.loc[list(one), "gain"].sum() >= target - 1e-9
        ]
        assert len(found) == min(sizes)
        assert score_of(*case, "a", found) >= target - 1e-9
        planned += 1
        if planned == 3:
            break
    assert planned == 3
