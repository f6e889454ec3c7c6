"""The change of a score between two editions, split exactly by its causes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.analysis.pairs import UNIT, Pair, score_pair
from asan_analysis.analysis.service_parts import OF_SERVICES, list_no_services, split_services
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.errors import ParameterError
from asan_analysis.index.framework import Tree

PARTS = (*OF_SERVICES, "method")
LEVELS = ("field", "category", "organisation")
_COUNTS = ["stayed", "entered", "left", "moved_in", "moved_out"]
COLUMNS = [*UNIT, "category", "score_before", "score_after", "change", *PARTS, *_COUNTS, "state"]


def decompose_change(
    data: Dataset, before: Edition | None, after: Edition, *, node_id: str | None = None
) -> pd.DataFrame:
    """Why a score moved: better services, other weights, entry, exit or another method.

    A unit is the whole field, a category or an organisation. Its score is a weighted mean of the
    scores of its services: of an organisation with the weights of the roll-up, of a category or
    the field with these over the number of its organisations with a score.

    The common method is the later framework cut to the items that ask the same in both editions
    (`find_alike_items`), under the later rules. With S the score of a unit under the method of its
    edition and C under the common one: method = (S - C) after less (S - C) before. It is zero
    where both editions have the same framework and rules. The rest is C after less C before:

    - improvement: over the services that stay, mean weight times change of score;
    - reweighting: over the same, change of weight times (mean score less the level of those that
      stay), the level being the midpoint of their two means;
    - entry: weight of the services that came, after, times (their mean less that of the others);
    - exit: weight of the services that went, before, times (mean of the others less theirs).

    Weights of those that stay are made to add up to 1 in the first two. The five parts add up to
    the change.

    Entry and exit are those of dynamic Olley-Pakes: newcomers are held against those that stay in
    the same edition. Foster, Haltiwanger and Krizan hold them against the field of the past, so a
    rise common to all is called entry. What stays is split at midpoint weights: the covariance of
    Olley and Pakes moves also where no weight does.

    Parameters
    ----------
    data : Dataset
        All editions.
    before, after : Edition
        None as the earlier one gives no rows.
    node_id : str, optional
        A node of the later framework whose score is split; the root where left out. Inner nodes
        are matched by id, items as the same or renamed, the roots with each other.

    Returns
    -------
    DataFrame
        Key level (`field`, `category`, `organisation`), unit_id (`all` for the field). Columns
        category (the later one where there is one), score_before, score_after (0..100 in percent),
        change, improvement, reweighting, entry, exit, method (points), stayed, entered, left,
        moved_in, moved_out (services under the common method with a score and a weight above zero;
        missing where it does not have the node), state. `moved_in` and `moved_out` are services of
        the unit in one edition and of another unit in the other: they are in entry and exit, and
        neither in `entered` nor in `left`. States:

        - `both`: all parts are there;
        - `entered`, `left`, `merged`: a score in one edition only, no parts; `merged` where an
          edition names successors, as in `compare_organisations`;
        - `nothing_stayed`: no service stays, so the method is the only part that can be told;
        - `nothing_alike`: the two editions share no items or no answers to them, no parts;
        - `new_node`: the earlier framework does not have the node, no parts.

        Units without a score in either edition are left out. Empty where an edition has no
        answers.

    Raises
    ------
    ParameterError
        An unknown node; later rules that average answers over services (`pooled`) or round the
        scores of organisations, under which no score is a weighted mean of service scores.
    FrameworkError
        The common items cannot be normalised, as where their values do not differ; services of
        either edition lack the weights that the later rules ask for.

    Notes
    -----
    An organisation is matched by its own id, so the services of a body that merged move in at the
    successor. For the category they stay, and weigh differently. Improvement is the change of what
    was scored; it does not say that anybody did something. Where items are normalised over the
    units of their own edition, it is the change of the standing among these.

    Sources: Melitz and Polanec (2015); Foster, Haltiwanger and Krizan (2001); Olley and
    Pakes (1996).
    """
    pair = score_pair(data, before, after)
    if pair is None:
        return pd.DataFrame(columns=COLUMNS)
    return _decompose(pair, _find_node(pair.tree, node_id))


def decompose_parts(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    """`decompose_change` of the root of the later framework and of each of its children.

    Returns
    -------
    DataFrame
        Key node_id (root first, children in order), level, unit_id. The columns of
        `decompose_change`; parts are points of the node's own score, so those of the children do
        not add up to those of the root.

    Raises
    ------
    ParameterError, FrameworkError
        See `decompose_change`.
    """
    pair = score_pair(data, before, after)
    if pair is None:
        return pd.DataFrame(columns=["node_id", *COLUMNS])
    tables = []
    for row in (0, *pair.tree.children[0]):
        table = _decompose(pair, pair.tree.node_ids[row])
        table.insert(0, "node_id", pair.tree.node_ids[row])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def list_service_parts(
    data: Dataset, before: Edition | None, after: Edition, *, node_id: str | None = None
) -> pd.DataFrame:
    """The parts of `decompose_change` by service; the method is no part of a service.

    Returns
    -------
    DataFrame
        Key level, unit_id, service_id. Columns score_before, score_after (0..100 in percent, under
        the common method), weight_before, weight_after (0..1, add up to 1 over a unit), state
        (`stayed`, `entered`, `left`, `moved_in`, `moved_out`), improvement, reweighting, entry,
        exit (points of the unit's score; missing in units where no service stays). Empty where
        the common method does not have the node.

    Raises
    ------
    ParameterError, FrameworkError
        See `decompose_change`.
    """
    pair = score_pair(data, before, after)
    if pair is None:
        return list_no_services()
    return split_services(pair, _find_node(pair.tree, node_id))


def _find_node(tree: Tree, node_id: str | None) -> str:
    if node_id is None or node_id in tree.node_ids:
        return node_id or tree.root
    known = ", ".join([tree.root, *tree.below(tree.root)])
    raise ParameterError(
        f"node_id {node_id!r} is not in {tree.name}; write a node of the later framework, such as "
        f"{known}"
    )


def _decompose(pair: Pair, node: str) -> pd.DataFrame:
    table = _join_scores(pair, node)
    services = split_services(pair, node)
    counts = {state: services["state"] == state for state in _COUNTS}
    sums = services[[*UNIT, *OF_SERVICES]].assign(**counts).groupby(UNIT).sum()
    table = table.join(sums.astype(dict.fromkeys(_COUNTS, "Int64")), on=UNIT)
    if pair.common is not None and node in pair.common.node_ids:
        table[_COUNTS] = table[_COUNTS].fillna(0)
    table["change"] = table["score_after"] - table["score_before"]
    later = table["score_after"] - table["common_after"]
    table["method"] = later - (table["score_before"] - table["common_before"])
    table["state"] = _name_states(table, pair, node)
    split = table["state"] == "both"
    table[OF_SERVICES] = table[OF_SERVICES].where(split)
    table["method"] = table["method"].where(split | (table["state"] == "nothing_stayed"))
    return _order(table, pair.order)


def _join_scores(pair: Pair, node: str) -> pd.DataFrame:
    """Scores of units that have one, before and after, under the own and the common method."""
    alike = node if pair.common is not None else None
    columns = {
        "score_before": (pair.before.own, pair.former.get(node)),
        "score_after": (pair.after.own, node),
        "common_before": (pair.before.common, alike),
        "common_after": (pair.after.common, alike),
    }
    units = pair.before.own.index.union(pair.after.own.index)
    table = pd.DataFrame(
        {
            name: frame[own].reindex(units) if own in frame else pd.Series(np.nan, index=units)
            for name, (frame, own) in columns.items()
        }
    )
    table = table[table[["score_before", "score_after"]].notna().any(axis=1)].reset_index()
    table["category"] = table["unit_id"].map(pair.categories).fillna(table["unit_id"])
    return table


def _name_states(table: pd.DataFrame, pair: Pair, node: str) -> pd.Series[Any]:
    state = pd.Series("both", index=table.index)
    state[table["stayed"].fillna(0) == 0] = "nothing_stayed"
    state[table[["common_before", "common_after"]].isna().any(axis=1)] = "nothing_alike"
    state[table["score_before"].isna()] = "entered" if node in pair.former else "new_node"
    gone = table["score_after"].isna()
    state[gone] = "left"
    named = (table["level"] == "organisation") & table["unit_id"].isin(pair.merged)
    state[gone & named] = "merged"
    return state


def _order(table: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """Field, categories in their order, organisations by category and id."""
    places = {name: place for place, name in enumerate([*LEVELS, *categories])}
    table = table.assign(
        _level=table["level"].map(places), _category=table["category"].map(places)
    ).sort_values(["_level", "_category", "unit_id"], ignore_index=True)
    return table[COLUMNS]
