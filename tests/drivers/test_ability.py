"""Abilities: planted ones recovered, the same likelihood by another road, and refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from shipped import load_shipped
from small_answers import answers_of

from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.ability import fit_abilities
from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import arrange_edition
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules

TRUTH = Path(__file__).parents[2] / "data" / "asan_sample" / "truth.json"


def plant(rng, ability, difficulty, sizes, quality=0.0):
    """Shares 0, 1/2 and 1 whose mean follows the model; services differ by `quality`."""
    latent = np.repeat(ability, sizes)[:, None] - difficulty
    latent = latent + quality * rng.standard_normal((len(latent), 1))
    return rng.binomial(2, 1 / (1 + np.exp(-latent))) / 2


def newton(y, own, bodies, penalty):
    """Mean, bodies and items that maximise the penalised likelihood, one row per answer."""
    rows, columns = np.nonzero(~np.isnan(y))
    x = np.zeros((len(rows), 1 + bodies + y.shape[1]))
    x[:, 0] = 1
    x[np.arange(len(rows)), 1 + own[rows]] = 1
    x[np.arange(len(rows)), 1 + bodies + columns] = 1
    pull = np.full(x.shape[1], penalty)
    pull[0], b = 0, np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        slope = x.T @ (y[rows, columns] - p) - pull * b
        b = b + np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(pull), slope)
    assert np.abs(slope).max() < 1e-10
    return b[0], b[1 : 1 + bodies], b[1 + bodies :]


@pytest.mark.parametrize("penalty", [0.3, 1.0, 20.0])
def test_newton_on_single_answers_finds_the_same(penalty):
    rng, sizes = np.random.default_rng(1), [3, 1, 4, 2]
    y = rng.random((10, 7))
    y[rng.random(y.shape) < 0.3] = math.nan
    mean, body, item = newton(y, np.repeat(np.arange(4), sizes), 4, penalty)
    found = fit_abilities(*answers_of(y, sizes), Rules(), penalty=penalty)
    assert found.bodies["ability"].to_numpy() == pytest.approx(body, abs=1e-6)
    assert found.items["difficulty"].to_numpy() == pytest.approx(-mean - item, abs=1e-6)
    expected = 1 / (1 + np.exp(-(mean + body[:, None] + item)))
    assert found.bodies["ability_percent"].to_numpy() == pytest.approx(
        100 * expected.mean(axis=1), abs=1e-4
    )


def test_without_missing_cells_the_difference_is_the_pull_alone():
    """With all items answered the share earned says all: order kept, difference below a point."""
    rng = np.random.default_rng(2)
    y = plant(rng, np.linspace(-1, 1, 6), rng.normal(0, 1, 15), [8] * 6)
    found = fit_abilities(*answers_of(y, [8] * 6), Rules()).bodies
    assert found["difference"].abs().max() < 1
    assert found["raw_percent"].to_numpy() == pytest.approx(
        100 * y.reshape(6, -1).mean(axis=1), abs=1e-9
    )
    assert found["ability"].sum() == pytest.approx(0, abs=1e-6)
    order = found["raw_percent"].rank(ascending=False).tolist()
    assert found["rank"].tolist() == order
    assert order == sorted(order, reverse=True)


def test_a_body_gains_nothing_from_hard_items_that_do_not_apply():
    """Bodies 0 and 1 are alike; the hard half does not apply to 0, and the share alone flatters it.

    Without the hard items 0 earns 20 points more; its ability stays within 0.3 logit of 1's.
    """
    rng, sizes = np.random.default_rng(3), [20] * 8
    difficulty = np.repeat([-1.0, 1.5], 10)
    y = plant(rng, np.array([0.0, 0, -1, -0.5, 0.5, 1, 0.2, -0.2]), difficulty, sizes)
    y[:20, 10:] = math.nan
    found = fit_abilities(*answers_of(y, sizes), Rules()).bodies
    assert found["raw_percent"][0] - found["raw_percent"][1] > 20
    assert abs(found["ability"][0] - found["ability"][1]) < 0.3
    assert found["difference"][0] < -20


def test_planted_abilities_and_difficulties_come_back():
    """Slope 1 and correlation near 1 with 30 bodies, 10 services, 40 items, a fifth missing."""
    rng = np.random.default_rng(4)
    ability, difficulty = rng.normal(0, 1, 30), rng.normal(0, 1, 40)
    y = plant(rng, ability, difficulty, [10] * 30)
    y[rng.random(y.shape) < 0.2] = math.nan
    found = fit_abilities(*answers_of(y, [10] * 30), Rules())
    for truth, one in ((ability, found.bodies["ability"]), (difficulty, found.items["difficulty"])):
        assert np.corrcoef(truth, one)[0, 1] > 0.99
        assert np.polyfit(truth, one, 1)[0] == pytest.approx(1, abs=0.05)


def test_about_nine_in_ten_intervals_hold():
    """Nominal 90 %: of 40 x 12 abilities 84 to 95 % are inside, with services that differ.

    Services of unlike quality flatten the curve; the truth is the limit with many services.
    """
    rng = np.random.default_rng(5)
    ability, difficulty = np.linspace(-1.2, 1.2, 12), np.linspace(-1, 1, 10)
    many = plant(rng, ability, difficulty, [3000] * 12, quality=0.6)
    limit = fit_abilities(*answers_of(many, [3000] * 12), Rules()).bodies["ability_percent"]
    sizes = [3, 4, 5, 6, 8, 10] * 2
    held = []
    for _ in range(40):
        y = plant(rng, ability, difficulty, sizes, quality=0.6)
        found = fit_abilities(*answers_of(y, sizes), Rules()).bodies
        held += ((found["low"] <= limit) & (limit <= found["high"])).tolist()
    assert 0.84 < np.mean(held) < 0.95


def test_the_sample_gives_back_its_planted_abilities():
    """Abilities of 2023 correlate above 0.85 with the planted ones, difficulties above 0.9.

    What is left is planted too: profiles of bodies, quality of their few services.
    """
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    data, edition = select_edition(load_shipped("asan_sample"), 2023)
    tree, rules = find_method(data, edition)
    found = fit_abilities(arrange_edition(data, tree), tree, rules)
    bodies = found.bodies.set_index("organisation_id")["ability"]
    planted = [truth["ability"][body]["2023"] for body in bodies.index]
    assert np.corrcoef(planted, bodies)[0, 1] > 0.85
    items = found.items.set_index("item_id")["difficulty"]
    items = items[[item for item in items.index if item in truth["items"]]]
    assert len(items) > 100
    assert np.corrcoef([truth["items"][i]["difficulty"] for i in items.index], items)[0, 1] > 0.9


def test_a_body_that_meets_everything_has_a_finite_ability():
    y = np.array([[1.0, 1, 1], [1, 1, 1], [0, 1, 0], [1, 0, 1]])
    found = fit_abilities(*answers_of(y, [2, 2]), Rules()).bodies
    assert found["raw_percent"].tolist() == pytest.approx([100, 50])
    assert 0 < found["ability"][0] < 5
    assert found["low"][0] <= found["ability_percent"][0] < 100


def test_who_has_no_place_no_interval_and_no_ability():
    """One service: no interval; too few services: no place; no answer: no ability."""
    y = np.array([[1.0, 1], [0, 1], [0, 0], [1, 0], [math.nan] * 2, [math.nan] * 2])
    answers, tree = answers_of(y, [1, 3, 2], categories=["c", "c", "d"])
    found = fit_abilities(answers, tree, Rules(), min_services=2).bodies
    assert found["standard_error"].isna().tolist() == [True, False, True]
    assert found["low"].isna().tolist() == [True, False, True]
    assert found["ability"].isna().tolist() == [False, False, True]
    assert found["rank"].isna().tolist() == [True, False, True]
    assert found["rank"][1] == found["rank_raw"][1] == 1
    assert found["rank_raw"].isna().tolist() == [True, False, True]
    assert found["n"].tolist() == [2, 6, 0]


@pytest.mark.parametrize("ties", ["min", "average", "dense"])
def test_places_follow_the_rules_for_ties(ties):
    """A and b are alike, c is lower; by the plain share c is level with them."""
    y = np.array([[1.0, 0, 1, 0], [1, 0, 1, 0], [0.5, 0.5, math.nan, math.nan], [0, 0, 0, 0]])
    found = fit_abilities(*answers_of(y, [1] * 4), Rules(ties=ties)).bodies
    assert found["raw_percent"].tolist() == pytest.approx([50, 50, 50, 0])
    raw = {"min": [1, 1, 1, 4], "average": [2, 2, 2, 4], "dense": [1, 1, 1, 2]}
    own = {"min": [1, 1, 3, 4], "average": [1.5, 1.5, 3, 4], "dense": [1, 1, 2, 3]}
    assert found["rank_raw"].tolist() == raw[ties]
    assert found["rank"].tolist() == own[ties]


def test_what_is_not_answered_counts_as_the_rules_say():
    """As zero the body earns 1/2 of its answers, as missing all of them."""
    y, silent = [[1.0, 0], [0.4, 0.6]], [[False, True], [False, False]]
    for how, raw in (("zero", 50), ("exclude", 100)):
        answers, tree = answers_of(y, [1, 1], not_answered=silent)
        found = fit_abilities(answers, tree, Rules(not_answered=how)).bodies
        assert found["raw_percent"][0] == pytest.approx(raw)


@pytest.mark.parametrize(
    ("y", "options", "match"),
    [
        (np.eye(2), {"penalty": 0}, "penalty 0"),
        (np.eye(2), {"level": 1}, "level 1"),
        ([[1, 0], [math.nan, math.nan]], {}, "fewer than two bodies"),
    ],
)
def test_what_cannot_be_fitted_is_refused(y, options, match):
    with pytest.raises(ParameterError, match=match):
        fit_abilities(*answers_of(y, [1, 1]), Rules(), **options)
