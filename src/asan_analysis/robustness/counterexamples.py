"""Weightings under which a place is lost, searched where no exact statement can be made."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.ranking import rank_array
from asan_analysis.robustness.levels import Rescore

NOISE = 1e-9  # a difference below this share of the largest score is none
_WHOLE = 8  # up to so many nodes every combination of signs is tried
_RANDOM = 200
_STEP = 0.04
_LARGEST = 0.99  # at 1 a weighting may have no weight left
_FOLLOWED = 16  # directions followed to the flip
_HALVINGS = 20


def search_places(
    rescore: Rescore,
    weights: pd.Series[float],
    category: pd.Series[Any],
    *,
    rng: np.random.Generator,
    level: str = "",
    first: int | None = None,
    box: float = 0.25,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The smallest change of weights found that lets a lower organisation pass a higher one.

    Every weight moves up or down by the same share t of itself: all 2^k combinations of signs for
    up to 8 nodes, else each node alone and 200 random combinations. t grows in steps of 0.04 to
    0.99, and the first step with a flip is halved down to the flip. This is an upper bound found
    by a search and no certificate: a smaller change may exist, and none found does not mean that
    there is none.

    Parameters
    ----------
    rescore : callable
        Weightings x nodes to weightings x organisations in the order of `category`: the scores
        that ranks are made of.
    weights : Series
        Nominal weights by node_id, above zero.
    category : Series
        Category by organisation_id; organisations without a score have no place.
    rng : Generator
        Draws the signs where there are more than 8 nodes.
    level : str
        What the column `level` says.
    first : int or None
        Only places up to this one; all where left out.
    box : float
        Ranks are watched for changes up to this share, 0 to below 1.

    Returns
    -------
    (DataFrame, DataFrame)
        Key and columns of `certify_places` with status "not linear": margin is the smallest t
        found (missing: none found), best_rank and worst_rank are the ranks seen, the bounds are
        missing, holds_all is False. Then the weightings found: columns of `list_flips`.

    Raises
    ------
    ParameterError
        A weight that is not above zero, a box outside 0 to below 1.
    """
    check_weights(weights, box)
    signs = _signs(len(weights), rng)
    steps = {*np.arange(_STEP, _LARGEST, _STEP).tolist(), box, _LARGEST} - {0}
    changes = np.array(sorted(steps), dtype="float64")
    nominal = np.asarray(weights, dtype="float64")
    factors = 1 + changes[None, :, None] * signs[:, None, :]
    scores = rescore(np.reshape(factors * nominal, (-1, len(nominal))))
    scores = scores.reshape(len(signs), len(changes), -1)
    start = rescore(nominal[None])[0]
    noise = NOISE * float(np.nanmax(np.abs(start), initial=0.0))
    rows, flips = [], []
    for body, rank, field, lower in list_fields(start, category, first):
        ahead = _largest_gap(scores, body, lower) > noise
        near = scores[:, changes <= box][:, :, field]
        seen = 1 + (near - scores[:, changes <= box][:, :, [body]] > noise).sum(axis=2)
        names = [category.index[body], category.iloc[body], rank, level, "not linear"]
        change, factor, rival = np.nan, None, None
        if (np.abs(start[lower] - start[body]) <= noise).any():
            change, factor, rival = 0.0, np.ones(len(nominal)), category.index[lower[0]]
        elif ahead.any():
            change, factor = _halve(rescore, nominal, body, lower, signs, changes, ahead, noise)
            flipped = rescore((nominal * factor)[None])[0]
            rival = category.index[lower[np.nanargmax(flipped[lower])]]
        rows.append([*names, change, rival, False, int(seen.min(initial=rank)),
                     int(seen.max(initial=rank)), pd.NA, pd.NA, box])  # fmt: skip
        if factor is not None:
            flips.append(show_weighting(category.index[body], rival, weights, factor))
    return table_places(rows), join_weightings(flips)


def list_fields(
    scores: Floats, category: pd.Series[Any], first: int | None
) -> list[tuple[int, int, NDArray[np.int64], NDArray[np.int64]]]:
    """Each organisation with a place, best first in its category: its position and rank.

    Then the positions of all in its category and of those that do not stand above it, in order of
    rank and id.
    """
    found = []
    for name in sorted(category.unique()):
        field = np.flatnonzero((category == name).to_numpy() & ~np.isnan(scores))
        ranks = rank_array(scores[field]).to_numpy(dtype="int64")
        order = np.lexsort((category.index[field].astype(str), ranks))
        field, ranks = field[order], ranks[order]
        for body, rank in zip(field.tolist(), ranks.tolist(), strict=True):
            if first is None or rank <= first:
                lower = field[(ranks >= rank) & (field != body)]
                found.append((body, rank, field, lower))
    return found


def check_weights(weights: pd.Series[float], box: float) -> None:
    """Refuse weights that cannot be moved by a share of themselves and boxes without an inside."""
    values = weights.to_numpy(dtype="float64")
    if not len(values) or not (np.isfinite(values) & (values > 0)).all():
        raise ParameterError("weights must be above zero; leave out the nodes without weight")
    if not 0 <= box < 1:
        raise ParameterError(f"box {box} is not a share from 0 to below 1; write 0.25 for 25 %")


def show_weighting(
    organisation_id: str, rival: str | None, weights: pd.Series[float], factor: Floats
) -> pd.DataFrame:
    """One weighting beside the nominal one, a row per node."""
    moved = weights * factor
    return pd.DataFrame(
        {
            "organisation_id": organisation_id,
            "rival": rival,
            "node_id": weights.index,
            "weight": (weights / weights.sum()).to_numpy(),
            "factor": factor,
            "new_weight": (moved / moved.sum()).to_numpy(),
        }
    )


def join_weightings(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Weightings one below the other; an empty table where there is none."""
    columns = ["organisation_id", "rival", "node_id", "weight", "factor", "new_weight"]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)


def table_places(rows: list[list[Any]]) -> pd.DataFrame:
    """Rows of `certify_places` in their types."""
    columns = ["organisation_id", "category", "rank", "level", "status", "margin", "rival",
               "holds_all", "best_rank", "worst_rank", "best_bound", "worst_bound",
               "box"]  # fmt: skip
    whole = ["rank", "best_rank", "worst_rank", "best_bound", "worst_bound"]
    kinds = {name: "Int64" for name in whole} | {"margin": "float64", "box": "float64"}
    kinds |= {"holds_all": "bool"} | {
        name: "str" for name in ("organisation_id", "category", "level", "status", "rival")
    }
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _signs(number: int, rng: np.random.Generator) -> Floats:
    """Directions to move the weights in."""
    if number <= _WHOLE:
        return np.array(list(product((-1.0, 1.0), repeat=number)))
    axes = np.eye(number)
    return np.vstack([axes, -axes, rng.choice([-1.0, 1.0], size=(_RANDOM, number))])


def _largest_gap(scores: Floats, body: int, lower: NDArray[np.int64]) -> Floats:
    """By how much the best of the lower ones is ahead; -inf where nobody has a score."""
    gaps = scores[..., lower] - scores[..., [body]]
    largest: Floats = np.where(np.isnan(gaps), -np.inf, gaps).max(axis=-1, initial=-np.inf)
    return largest


def _halve(
    rescore: Rescore,
    nominal: Floats,
    body: int,
    lower: NDArray[np.int64],
    signs: Floats,
    changes: Floats,
    ahead: NDArray[np.bool_],
    noise: float,
) -> tuple[float, Floats]:
    """Down to the flip from the first step that has one, along some of its directions."""
    step = int(np.flatnonzero(ahead.any(axis=0))[0])
    ways = signs[np.flatnonzero(ahead[:, step])]
    gap = _largest_gap(rescore((1 + changes[step] * ways) * nominal), body, lower)
    ways = ways[np.argsort(-gap, kind="stable")[:_FOLLOWED]]
    high = np.full(len(ways), changes[step])
    low = np.full(len(ways), changes[step - 1] if step else 0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gap = _largest_gap(rescore((1 + middle[:, None] * ways) * nominal), body, lower)
        high, low = np.where(gap > noise, middle, high), np.where(gap > noise, low, middle)
    best = int(np.argmin(high))
    return float(high[best]), 1 + high[best] * ways[best]
