"""Draws of methods: closed forms, a plain loop that scores from scratch, planted truth."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, node, random_answers, random_framework, tree_of, wide
from shipped import load_shipped

from asan_analysis.data.datasets import select_edition
from asan_analysis.errors import FrameworkError, ParameterError
from asan_analysis.index.answers import arrange_answers, arrange_table
from asan_analysis.index.framework import build_tree
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rescoring import rank_draws, rescore, vary
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_table
from asan_analysis.processes import spread_over
from asan_analysis.robustness import chunks
from asan_analysis.robustness.alternatives import count_columns, draw_variants, read_factors
from asan_analysis.robustness.chunks import CHUNK
from asan_analysis.robustness.uncertainty import measure_uncertainty


def assumptions(*rows):
    """Active rows of assumptions.csv: key, alternatives, and the stated value where given."""
    return pd.DataFrame(
        [
            {"assumption_id": f"a{place}", "key": row[0], "alternatives": json.dumps(row[1]),
             "value": row[2] if len(row) > 2 else None, "active": "yes"}
            for place, row in enumerate(rows)
        ],
        columns=["assumption_id", "key", "value", "alternatives", "active"],
    )  # fmt: skip


def table(answers, tree):
    return arrange_table(*wide(answers, tree), tree)


def measure(answers, tree, factors, *, rules=None, draws=4000, seed=1, **options):
    """The rows of one source for a table."""
    options = {"sources": ["method"], **options}
    rng = np.random.default_rng(seed)
    found = measure_uncertainty(answers, tree, rules or Rules(), factors, draws=draws, rng=rng,
                                **options)  # fmt: skip
    return found, found.bodies.set_index("unit_id")


TWO = tree_of(node("T"), node("x", "T"), node("y", "T"))


def test_the_share_of_draws_is_the_area_of_a_closed_form():
    """A = (110, 0) beats B = (0, 121) where w1 > 1.1 w2; both uniform on 0.75 to 1.25."""
    answers = table({"A": {"x": 110, "y": 0}, "B": {"x": 0, "y": 121}}, TWO)
    factors = read_factors(assumptions(("weight:1", {"relative": 0.25})), TWO, Rules())
    found, bodies = measure(answers, TWO, factors, draws=40_000)
    low, high = 0.75, 1.25 / 1.1
    area = (1.25 * (high - low) - 1.1 * (high**2 - low**2) / 2) / 0.25
    error = np.sqrt(area * (1 - area) / 40_000)
    assert abs(bodies.loc["A", "p_first"] - area) < 4 * error
    pairs = found.pairs.set_index(["unit_id", "other_id"])["p_above"]
    assert pairs["A", "B"] == bodies.loc["A", "p_first"] == pytest.approx(1 - pairs["B", "A"])
    assert bodies.loc["A", "rank_mean"] == pytest.approx(2 - bodies.loc["A", "p_first"])


def test_a_dirichlet_weight_has_the_mean_and_variance_of_its_beta():
    """Score of A = 100 share of x; the share is Beta(c s, c (1 - s))."""
    tree = tree_of(node("T"), node("x", "T", weight=3), node("y", "T", weight=1))
    factors = read_factors(assumptions(("weight:1", {"dirichlet": 8})), tree, Rules())
    design = np.random.default_rng(3).random((40_000, count_columns(factors)))
    answers = table({"A": {"x": 100, "y": 0}, "B": {"x": 0, "y": 100}}, tree)
    score = rescore(answers, draw_variants(factors, design, tree, Rules()))[0] / 100
    assert score.mean() == pytest.approx(0.75, abs=4 * score.std() / 200)
    assert score.var() == pytest.approx(0.75 * 0.25 / 9, rel=0.04)


def test_choices_are_drawn_alike_often_and_the_nominal_one_is_among_them():
    answers = table({"A": {"x": 90, "y": 10}, "B": {"x": 40, "y": 40}}, TWO)
    factors = read_factors(
        assumptions(("aggregation", ["geometric", "harmonic"], "arithmetic")), TWO, Rules()
    )
    _, bodies = measure(answers, TWO, factors, draws=9000)
    # A: arithmetic 50, geometric 30, harmonic 18; B always 40
    assert bodies.loc["A", "p_first"] == pytest.approx(1 / 3, abs=0.02)
    assert bodies.loc["A", ["score_q05", "score_q50", "score_q95"]].round(9).tolist() == [
        18,
        30,
        50,
    ]


def test_nodes_left_out_in_turn_are_scenarios():
    tree = tree_of(node("T"), node("x", "T"), node("y", "T"), node("z", "T"))
    factors = read_factors(assumptions(("weight:1", ["drop", {"x": 5}, "equal"])), tree, Rules())
    assert factors[0].labels == ("", "-x", "-y", "-z", '{"x": 5}', "equal")
    weights = [factors[0].choices[place] for place in (1, 4)]
    assert weights == [{1: 0.0, 2: 1.0, 3: 1.0}, {1: 5.0, 2: 1.0, 3: 1.0}]


# A second road: score everything again, draw by draw, from the tables


ROWS = [
    node("T"), node("P", "T", weight=2), node("a", "P"), node("b", "P", weight=3), node("c", "P"),
    node("Q", "T", weight=1), node("d", "Q"), node("e", "Q", weight=2),
]  # fmt: skip
EVERYTHING = assumptions(
    ("weight:1", {"dirichlet": 20}), ("weight:b", {"relative": 0.5}), ("weight:2", ["drop"]),
    ("aggregation:0", ["geometric"]), ("not_applicable", ["zero"]), ("not_answered", ["exclude"]),
    ("roll_up", ["pooled", "weighted"]), ("round_service", [1]), ("min_coverage", [0.6]),
    ("round_organisation", [1, 0]), ("ties", ["average", "dense"]),
)  # fmt: skip


def random_edition(rng):
    """Answers of 16 services of five bodies in two categories, a tenth of each kind missing."""
    services = pd.DataFrame({"service_id": [f"s{place}" for place in range(16)]})
    services["organisation_id"] = rng.choice(list("VWXYZ"), 16)
    services.loc[:4, "organisation_id"] = list("VWXYZ")
    services["users"] = rng.integers(1, 50, 16)
    rows = [(service, item, *random_answer(rng)) for service in services["service_id"]
            for item in "abcde"]  # fmt: skip
    answers = pd.DataFrame(rows, columns=["service_id", "item_id", "status", "value"])
    bodies = pd.DataFrame({"organisation_id": list("VWXYZ"), "category": list("ppqqq")})
    return answers, services.sample(frac=1, random_state=4), bodies


def random_answer(rng):
    kind = rng.choice(["scored", NA, NO_ANSWER], p=[0.8, 0.1, 0.1])
    return kind, float(rng.choice([0.1, 0.25, 0.5, 1.0])) if kind == "scored" else np.nan


def from_scratch(answers, services, bodies, variants, draw, counted):
    """Scores and places of one draw by the public functions alone."""
    tree, rules = variants.methods[variants.which[draw]]
    nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
    own = build_tree(nodes.assign(weight=variants.weights[:, draw]), name="F.csv")
    scores = score_organisations(answers, services, own, rules)
    root = scores[scores["node_id"] == "T"].set_index("organisation_id")["score_percent"]
    category = bodies.set_index("organisation_id")["category"]
    ranked = root.where(root.index.isin(counted))
    rank = ranked.groupby(category).transform(lambda own: rank_scores(own, ties=rules.ties))
    return root, rank


@pytest.mark.parametrize("seed", range(3))
def test_draws_equal_scoring_from_scratch(seed):
    rng = np.random.default_rng(seed)
    answers, services, bodies = random_edition(rng)
    tree, rules = tree_of(*ROWS), Rules(not_answered="zero", roll_up_weight="users")
    arranged = arrange_answers(answers, services, bodies, tree)
    factors = read_factors(EVERYTHING, tree, rules)
    variants = draw_variants(factors, rng.random((50, count_columns(factors))), tree, rules)
    scores = rescore(arranged, variants)
    ranks = rank_draws(scores, arranged, variants)
    for draw in range(50):
        root, rank = from_scratch(answers, services, bodies, variants, draw, arranged.bodies)
        expected = root.reindex(arranged.bodies).to_numpy()
        np.testing.assert_allclose(scores[:, draw], expected, rtol=0, atol=1e-9)
        places = rank.reindex(arranged.bodies).to_numpy(dtype="float64", na_value=np.nan)
        np.testing.assert_array_equal(ranks[:, draw], places)


@pytest.mark.parametrize("seed", range(12))
def test_any_tree_scores_as_the_table_function_does(seed):
    """Random trees, means, options and weights at every node against `score_table`."""
    rng = np.random.default_rng(seed)
    rows = random_framework(rng)
    tree = tree_of(*rows)
    rules = Rules(min_coverage=float(rng.choice([0, 0.3])), not_applicable="exclude")
    answers = random_answers(rng, rows)
    values, status = wide(answers, tree)
    weights = tree.weights * rng.uniform(0.5, 1.5, len(tree.weights))
    nodes = tree.nodes.drop(columns=["depth", "share", "is_item", "file_row"])
    other = build_tree(nodes.assign(weight=weights), name="F.csv")
    expected = score_table(values, status, other, rules)["T"].to_numpy()
    variants = vary([(tree, rules)], [0], weights[:, None])
    found = rescore(arrange_table(values, status, tree), variants)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-9, atol=1e-9)


# The datasets


@cache
def nominal(dataset):
    data, edition = select_edition(load_shipped(dataset), 2023)
    tree, rules = find_method(data, edition)
    answers = arrange_answers(data.assessments, data.services, data.organisations, tree)
    return data, tree, rules, answers


@pytest.mark.parametrize("dataset", ["asan_sample", "egov_benchmark_2023"])
def test_the_nominal_case_is_the_score_of_the_dataset(dataset):
    data, tree, rules, answers = nominal(dataset)
    found = rescore(answers, vary([(tree, rules)], [0]))[:, 0]
    scores = score_organisations(data.assessments, data.services, tree, rules)
    expected = scores[scores["node_id"] == tree.root].set_index("organisation_id")["score_percent"]
    np.testing.assert_allclose(found, expected.reindex(answers.bodies), atol=1e-9)


def test_the_benchmark_publishes_the_nominal_case():
    """Published overall scores of 35 countries, one decimal."""
    data, tree, rules, answers = nominal("egov_benchmark_2023")
    found = rescore(answers, vary([(tree, rules)], [0]))[:, 0]
    told = data.announced[(data.announced["level"] == "organisation")
                          & (data.announced["node_id"] == tree.root)]  # fmt: skip
    printed = told.dropna(subset="score_percent").drop_duplicates("unit_id").set_index("unit_id")
    gap = np.abs(found - printed["score_percent"].reindex(answers.bodies).to_numpy())
    assert len(printed) == 35 and gap.max() <= 0.05 + 1e-9


def test_chunks_change_no_number():
    data, tree, rules, answers = nominal("asan_sample")
    factors = read_factors(data.assumptions, tree, rules)
    runs = [
        measure_uncertainty(answers, tree, rules, factors, draws=60, min_services=3, cells=cells,
                            rng=np.random.default_rng(7))
        for cells in (1, 438 * 7, 2**20)
    ]  # fmt: skip
    for other in runs[1:]:
        for name in ("bodies", "ranks", "pairs"):
            pd.testing.assert_frame_equal(getattr(runs[0], name), getattr(other, name),
                                          check_exact=True)  # fmt: skip


@pytest.mark.parametrize("draws", [1, CHUNK - 1, CHUNK, 2 * CHUNK + 1])
def test_processes_change_no_number(draws):
    """Draws that end inside a chunk, with it and just after it; parts that cut it unevenly."""
    answers = table(
        {"A": {"x": 110, "y": 0}, "B": {"x": 0, "y": 121}, "C": {"x": 60, "y": 60}}, TWO
    )
    rows = ("weight:1", {"relative": 0.25}), ("aggregation", ["geometric"])
    factors = read_factors(assumptions(*rows), TWO, Rules())
    told: list[int] = []
    runs = [
        measure(answers, TWO, factors, draws=draws, sources=["method", "services", "both"],
                spread=spread_over(workers), cells=cells, progress=told.append)[0]
        for workers, cells in ((1, 2**20), (2, 2**20), (3, 3 * 700), (1, 3 * 999))
    ]  # fmt: skip
    assert sum(told) == 4 * 3 * draws
    for other in runs[1:]:
        for name in ("bodies", "ranks", "pairs"):
            pd.testing.assert_frame_equal(getattr(runs[0], name), getattr(other, name),
                                          check_exact=True)  # fmt: skip


def test_chunks_may_be_counted_in_any_order_and_differ():
    """So too by somebody who was sent function and chunks as bytes."""
    answers = table({"A": {"x": 110, "y": 0}, "B": {"x": 0, "y": 121}}, TWO)
    factors = read_factors(assumptions(("weight:1", {"relative": 0.25})), TWO, Rules())
    sent: dict = {}

    def backwards(function, items):
        function, items = pickle.loads(pickle.dumps((function, list(items))))
        sent.update({item: function(item) for item in reversed(items)})
        return [sent[item] for item in items]

    found, _ = measure(answers, TWO, factors, draws=2 * CHUNK, sources=["method", "both"],
                       spread=backwards)  # fmt: skip
    plain, _ = measure(answers, TWO, factors, draws=2 * CHUNK, sources=["method", "both"])
    pd.testing.assert_frame_equal(found.bodies, plain.bodies, check_exact=True)
    first, second = (sent["method", chunk].scores for chunk in (0, 1))
    assert len(np.unique([first, second])) == first.size + second.size


def test_every_source_sees_the_same_draws(monkeypatch):
    """Alternatives of "method" are those of "both", services those of "both", chunk by chunk."""
    _, tree, rules, answers = nominal("asan_sample")
    factors = read_factors(assumptions(("weight:1", {"relative": 0.25})), tree, rules)
    seen: dict[str, list] = {name: [] for name in ("draw_variants", "draw_shares")}
    for name, kept in seen.items():
        real = getattr(chunks, name)

        def spy(*given, real=real, kept=kept):
            kept.append(given[1] if real is draw_variants else real(*given))
            return real(*given) if real is draw_variants else kept[-1]

        monkeypatch.setattr(chunks, name, spy)
    monkeypatch.setattr(chunks, "CHUNK", 30)
    measure_uncertainty(answers, tree, rules, factors, draws=60, rng=np.random.default_rng(1))
    design = [one for one in seen["draw_variants"] if one.shape[1]]
    for drawn in (design, seen["draw_shares"]):
        first, second, *again = drawn
        np.testing.assert_array_equal(again, [first, second])
        assert not np.array_equal(first, second)


def test_the_state_of_the_generator_is_all_that_counts():
    """A generator set back to a state gives its numbers again, whatever it spawned before."""
    answers = table({"A": {"x": 110, "y": 0}, "B": {"x": 0, "y": 121}}, TWO)
    factors = read_factors(assumptions(("weight:1", {"relative": 0.25})), TWO, Rules())
    rng = np.random.default_rng(3)
    state, runs = rng.bit_generator.state, []
    for _ in range(2):
        rng.bit_generator.state = state
        rng.spawn(2)
        runs.append(measure_uncertainty(answers, TWO, Rules(), factors, draws=500, rng=rng,
                                        sources=["method"]).bodies)  # fmt: skip
    pd.testing.assert_frame_equal(*runs, check_exact=True)
    after = measure_uncertainty(answers, TWO, Rules(), factors, draws=500, rng=rng,
                                sources=["method"]).bodies  # fmt: skip
    assert not after.equals(runs[0])


def test_another_process_is_sent_answers_without_kept_scores():
    _, tree, rules, answers = nominal("asan_sample")
    rescore(answers, vary([(tree, rules)], [0]))
    other = pickle.loads(pickle.dumps(answers))
    assert answers.scores and not other.scores
    np.testing.assert_array_equal(other.values, answers.values)


def test_planted_ability_is_ordered_by_the_median_scores():
    data, tree, rules, answers = nominal("asan_sample")
    factors = read_factors(data.assumptions, tree, rules)
    truth = json.loads((data.folder / "truth.json").read_text("utf-8"))["ability"]
    _, bodies = measure(answers, tree, factors, rules=rules, draws=200, min_services=3)
    ability = pd.Series({body: truth[body]["2023"] for body in bodies.index})
    assert bodies["score_q50"].corr(ability) > 0.85  # strengths and services add to it
    assert (bodies["score_q05"] <= bodies["score_q95"]).all()


def test_scores_of_heavy_services_stay_on_the_scale_and_their_draws_count_in_full():
    """A body worth little more than one service has stretched draws far beyond 0 and 100."""
    _, tree, rules, answers = nominal("asan_sample")
    options = {"draws": 200, "min_services": 3, "sources": ["services"]}
    heavy = replace(rules, roll_up="weighted", roll_up_weight="annual_users")
    _, bodies = measure(answers, tree, [], rules=heavy, **options)
    quantiles = bodies[["score_q05", "score_q50", "score_q95"]].dropna()
    assert quantiles.min().min() == 0 and quantiles.max().max() == 100
    assert (bodies["rank_sd"] > 0).all()


def test_services_alone_keep_the_method_and_small_bodies_have_no_interval():
    answers, services, bodies = random_edition(np.random.default_rng(5))
    services = services.drop_duplicates("organisation_id", keep="first")
    more = services.assign(service_id=services["service_id"] + "x")
    services = pd.concat([services, more[more["organisation_id"] != "V"]])
    again = answers.assign(service_id=answers["service_id"] + "x", value=answers["value"] / 2)
    arranged = arrange_answers(pd.concat([answers, again]), services, bodies, tree_of(*ROWS))
    tree = tree_of(*ROWS)
    _, found = measure(arranged, tree, [], sources=["services"], draws=500)
    assert found.loc["V", ["score_q05", "p_first", "rank_mean"]].isna().all()
    assert found.loc["V", "nominal_rank"] >= 1
    others = found.drop(index="V")
    assert (others["score_q05"] < others["score_q95"]).all()


# Refusals


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (("weight:nowhere", [1]), "names no node and no depth"),
        (("weight:9", ["equal"]), "names no node and no depth"),
        (("weight:P", [0, "many"]), "is no weight; write a number"),
        (("weight:2", [{"a": 0, "b": 0, "c": 0}]), "leaves the children of P without weight"),
        (("weight:2", [{"P": 1}]), "is no node of that depth"),
        (("weight:1", {"relative": 2}), "has no known spread"),
        (("weight:P", {"dirichlet": 5}), "has no known spread"),
        (("aggregation", ["median"]), "is not known; write one of arithmetic"),
        (("aggregation:a", ["geometric"]), "different means or none"),
        (("colour", ["red"]), "is not a rules key; write one of aggregation"),
        (("roll_up", {"relative": 0.1}), "needs a list of other values"),
    ],
)
def test_faulty_alternatives_are_refused(row, match):
    with pytest.raises(ParameterError, match=match):
        read_factors(assumptions(row), tree_of(*ROWS), Rules())


def test_all_faults_are_told_at_once_with_their_rows():
    rows = assumptions(("weight:nowhere", [1]), ("aggregation", ["geometric"]), ("colour", ["red"]))
    with pytest.raises(ParameterError, match=r"2 problems[\s\S]*row 2[\s\S]*row 4"):
        read_factors(rows, tree_of(*ROWS), Rules())


def test_a_key_that_stands_twice_is_refused():
    rows = assumptions(("ties", ["dense"]), ("ties", ["average"]))
    with pytest.raises(ParameterError, match="stands twice"):
        read_factors(rows, TWO, Rules())


def test_rules_about_services_are_refused_for_a_table():
    with pytest.raises(ParameterError, match="the table has none"):
        read_factors(assumptions(("roll_up", ["pooled"])), TWO, Rules(), table=True)


@pytest.mark.parametrize(
    ("answers", "draws", "match"),
    [
        ({"A": {"x": 1, "y": 2}}, 10, "1 unit has a place"),
        ({"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 1}}, 10, "every unit has the same score"),
        ({"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 2}}, 0, "0 draws: give 1 or more"),
    ],
)
def test_what_cannot_be_examined_is_refused(answers, draws, match):
    factors = read_factors(assumptions(("weight:x", {"relative": 0.5})), TWO, Rules())
    with pytest.raises(ParameterError, match=match):
        measure(table(answers, TWO), TWO, factors, draws=draws)


def test_no_alternatives_are_refused_where_the_method_is_to_vary():
    answers = table({"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 2}}, TWO)
    with pytest.raises(ParameterError, match="no active assumption lists an alternative"):
        measure(answers, TWO, [])


def test_a_draw_without_any_weight_is_told():
    answers = table({"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 2}}, TWO)
    rows = assumptions(("weight:x", [0]), ("weight:y", [0]))
    factors = read_factors(rows, TWO, Rules())
    with pytest.raises(ParameterError, match="T: a variant leaves its children without weight"):
        measure(answers, TWO, factors)


def test_a_combination_that_cannot_be_scored_names_its_rules():
    answers = table({"A": {"x": 1, "y": 2}, "B": {"x": 2, "y": 4}, "C": {"x": 3, "y": 0}}, TWO)
    rows = assumptions(("aggregation", ["geometric"]), ("normalisation", ["zscore"]))
    factors = read_factors(rows, TWO, Rules())
    with pytest.raises(FrameworkError, match="under aggregation geometric, normalisation zscore"):
        measure(answers, TWO, factors)


def test_an_alternative_that_is_the_method_s_own_is_left_out():
    rows = assumptions(("ties", ["min"]), ("aggregation", ["arithmetic", "harmonic"]))
    (factor,) = read_factors(rows, TWO, Rules())
    assert (factor.key, factor.labels) == ("aggregation", ("arithmetic", "harmonic"))


def test_inactive_rows_and_rows_without_alternatives_are_no_factors():
    rows = assumptions(("ties", ["dense"]), ("rounding", []))
    rows.loc[0, "active"] = "no"
    assert read_factors(rows, TWO, Rules()) == []


def test_a_mean_changes_at_the_named_node_alone():
    tree = tree_of(*ROWS)
    (factor,) = read_factors(assumptions(("aggregation:P", ["geometric"])), tree, Rules())
    variants = draw_variants([factor], np.array([[0.0], [0.9]]), tree, Rules())
    changed = variants.methods[1][0].column("aggregation", None)
    assert [tree.node_ids[row] for row, mean in enumerate(changed) if mean] == ["P"]
    assert replace(variants.methods[0][1]) == Rules()
