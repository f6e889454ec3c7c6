"""Which bodies do better once the difficulty of their items is allowed for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.special import expit
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression

from asan_analysis.drivers.components import list_shares
from asan_analysis.errors import ParameterError, check_level
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.answers import Answers
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

BODIES = ("organisation_id", "category", "ability", "standard_error", "ability_percent",
          "raw_percent", "difference", "low", "high", "rank", "rank_raw", "n",
          "services")  # fmt: skip
ITEMS = ("item_id", "difficulty", "standard_error", "met_percent", "n")


class Abilities(NamedTuple):
    """Bodies and items on one scale, as `fit_abilities` says."""

    bodies: pd.DataFrame
    items: pd.DataFrame


def fit_abilities(
    answers: Answers,
    tree: Tree,
    rules: Rules,
    *,
    penalty: float = 1.0,
    level: float = 0.9,
    min_services: int = 1,
) -> Abilities:
    """Compare bodies as if every item applied to all of them.

    The share that a service earns of an item has the expected value
    1 / (1 + exp(difficulty of the item - ability of its body)). Both are estimated together by
    logistic regression of the shares on bodies and items; a body to which hard items do not apply
    gains nothing from that. The penalty takes penalty / 2 times the squared distance of each
    ability from the mean ability, and of each difficulty from the mean difficulty, off the log
    likelihood; the mean itself is free.

    Parameters
    ----------
    answers : Answers
        Of one edition. Items of weight 0 and items without any score are left out; every other
        item counts alike, whatever its weight.
    tree, rules : Tree, Rules
        What is missing and what is zero follows the rules.
    penalty : float
        Above 0. 1, fixed beforehand, is as much pull as four answers at even odds make, or the
        belief that abilities have a standard deviation of 1 logit: next to nothing for a body with
        hundreds of answers, and enough to give a body that meets everything a finite ability.
    level : float
        Of the intervals, above 0 and below 1.
    min_services : int
        Bodies with fewer services have an ability and no place.

    Returns
    -------
    Abilities
        `bodies`: key organisation_id, in the order of the answers. Columns category, ability
        (logit, mean 0 over bodies), standard_error (logit), ability_percent (share a body of this
        ability is expected to earn if all items applied to it, plain mean over items, 0..100),
        raw_percent (share earned of what applied, 0..100), difference (points, the first less the
        second), low, high (of ability_percent, with the difficulties as estimated), rank (within
        the category by ability, 1 is the highest, ties as the rules say), rank_raw (the same by
        raw_percent, among the same bodies), n (number of answers), services.
        `items`: key item_id. Columns difficulty (logit, at which a body earns half),
        standard_error, met_percent (share earned, 0..100), n. What has no answer has no estimate.

    Raises
    ------
    ParameterError
        A penalty that is not above 0; a level that is not between 0 and 1; fewer than two bodies
        with answers; scores of items off the scale of the rules.

    Notes
    -----
    Standard errors are those of the sandwich: services of a body are taken as a random part of many
    like it, their answers to the items as dependent in any way. The interval uses t with (services
    - 1) degrees of freedom; a body with one service has none. The model knows no strengths of a
    body at one item: where items that do not apply would have been its strong ones, the ability is
    too low. It is no score of the index, in which items have weights.

    References
    ----------
    Rasch (1960), Probabilistic Models for Some Intelligence and Attainment Tests; Papke and
    Wooldridge (1996), Econometric methods for fractional response variables, Journal of Applied
    Econometrics 11(6); Liang and Zeger (1986), Biometrika 73(1).
    """
    _check_options(penalty, level)
    share, names = list_shares(answers, tree, rules)
    count = np.add.reduceat(~np.isnan(share), answers.starts, axis=0, dtype="float64")
    earned = np.add.reduceat(np.nan_to_num(share), answers.starts, axis=0)
    if (count.sum(axis=1) > 0).sum() < 2:
        raise Refusal(
            "fewer than two bodies have answers; there is nothing to compare",
            code="too_few_bodies",
        )
    mean, body, item = _fit(earned, count, penalty)
    errors = _errors(share, answers, expit(mean + body[:, None] + item), count, penalty)
    place = partial(_places, answers=answers, rules=rules, min_services=min_services)
    bodies = _list_bodies(answers, earned, count, (body, -mean - item, errors), level, place)
    total = count.sum(axis=0)
    met = 100 * earned.sum(axis=0) / total
    values = (names, -mean - item, errors[len(body) :], met, total.astype("int64"))
    return Abilities(bodies, pd.DataFrame(dict(zip(ITEMS, values, strict=True))))


def _check_options(penalty: float, level: float) -> None:
    """A pull and a level that can be used."""
    if not 0 < penalty < np.inf:
        raise ParameterError(f"penalty {penalty!r} is not above 0; 1 is the usual choice")
    check_level(level)


def _list_bodies(
    answers: Answers,
    earned: Floats,
    count: Floats,
    fitted: tuple[Floats, Floats, Floats],
    level: float,
    place: Callable[[Floats], pd.Series[Any]],
) -> pd.DataFrame:
    """The table of bodies from abilities, difficulties and standard errors."""
    body, difficulty, errors = fitted
    n = count.sum(axis=1)
    ability, error = np.where(n > 0, body, np.nan), errors[: len(body)]
    far = student.ppf((1 + level) / 2, np.maximum(answers.sizes - 1, 1)) * error
    percent, low, high = (
        100 * expit(one[:, None] - difficulty).mean(axis=1)
        for one in (ability, ability - far, ability + far)
    )
    raw = 100 * earned.sum(axis=1) / np.where(n > 0, n, np.nan)
    values = (answers.bodies, answers.category.to_numpy(), ability, error, percent, raw,
              percent - raw, low, high, place(ability), place(raw), n.astype("int64"),
              answers.sizes)  # fmt: skip
    return pd.DataFrame(dict(zip(BODIES, values, strict=True)))


def _fit(earned: Floats, count: Floats, penalty: float) -> tuple[float, Floats, Floats]:
    """Mean, bodies and items, in logits: each cell is a row that met and a row that did not."""
    body, item = np.nonzero(count)
    cells, (bodies, items) = len(body), count.shape
    places = np.column_stack([body, bodies + item]).ravel()
    rows = csr_matrix((np.ones(4 * cells), np.tile(places, 2), 2 * np.arange(2 * cells + 1)),
                      (2 * cells, bodies + items))  # fmt: skip
    weight = np.concatenate([earned[body, item], (count - earned)[body, item]])
    model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-8, max_iter=200)
    model.fit(rows, np.repeat([1, 0], cells), sample_weight=weight)
    found = model.coef_[0]
    return float(model.intercept_[0]), found[:bodies], found[bodies:]


def _errors(
    share: Floats, answers: Answers, expected: Floats, count: Floats, penalty: float
) -> Floats:
    """Standard errors of bodies, then items, with services as the units drawn."""
    bodies, items = count.shape
    spread = count * expected * (1 - expected)
    own = np.repeat(np.arange(bodies), answers.sizes)
    left = np.nan_to_num(share - expected[own])
    curve = np.zeros((1 + bodies + items,) * 2)
    curve[0, 0] = spread.sum()
    by = np.concatenate([spread.sum(axis=1), spread.sum(axis=0)])
    curve[0, 1:] = curve[1:, 0] = by
    curve[1:, 1:] = np.diag(by + penalty)
    curve[1 : 1 + bodies, 1 + bodies :] = spread
    curve[1 + bodies :, 1 : 1 + bodies] = spread.T
    bread = np.linalg.inv(curve)[1:]
    total = left.sum(axis=1)
    moved = bread[:, :1] * total + bread[:, 1 + own] * total + bread[:, 1 + bodies :] @ left.T
    mean = np.add.reduceat(moved, answers.starts, axis=1) / answers.sizes
    free = answers.sizes / np.maximum(answers.sizes - 1, 1)
    errors: Floats = np.sqrt(((moved - mean[:, own]) ** 2 * free[own]).sum(axis=1))
    errors[:bodies][(answers.sizes < 2) | (count.sum(axis=1) == 0)] = np.nan
    return errors


def _places(values: Floats, *, answers: Answers, rules: Rules, min_services: int) -> pd.Series[Any]:
    """Places in the category, 1 the highest value; none for a body with too few services."""
    counted = pd.Series(np.where(answers.sizes >= min_services, values, np.nan))
    groups = counted.groupby(answers.category.to_numpy())
    return groups.transform(lambda one: rank_scores(one, ties=rules.ties))
