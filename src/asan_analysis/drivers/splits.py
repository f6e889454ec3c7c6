"""Scores of organisations split over the nodes, ready to be set against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from asan_analysis.data.datasets import Dataset
from asan_analysis.drivers.shapley import split_moves
from asan_analysis.index.aggregation import Floats, Scored, aggregate, split_root
from asan_analysis.index.contributions import contribute_organisations
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import round_decimal
from asan_analysis.index.rollup import (
    group_means,
    group_services,
    pool_services,
    score_organisations,
)
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services, long_keys, round_services


def split_scores(data: Dataset, tree: Tree, rules: Rules) -> pd.DataFrame:
    """The split of every organisation of one edition under arithmetic means.

    Returns
    -------
    DataFrame
        Key organisation_id, node_id. Columns contribution, weight, weight_used as in
        `contribute_organisations`, score_percent (of the node).
    """
    parts = contribute_organisations(data.assessments, data.services, tree, rules)
    scores = score_organisations(data.assessments, data.services, tree, rules)
    return parts.assign(score_percent=scores["score_percent"].to_numpy())


def split_distances(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    bodies: list[str],
    *,
    reference: pd.Series[float],
    rng: Generator,
) -> pd.DataFrame:
    """The split of some organisations of one edition under any mean, as moves from a reference.

    Every service (under pooled answers every body) is moved from the reference to its own answers,
    see `split_moves`. The moves roll up as the scores do. What the rounding of services and bodies
    adds is shared out over the items by their used weights and counts as a move of their scores.

    Parameters
    ----------
    data : Dataset
        One edition.
    tree, rules : Tree, Rules
    bodies : list of str
        Organisations to split.
    reference : Series
        Normalised score by item_id; see `average_items`.
    rng : Generator
        See `split_moves`.

    Returns
    -------
    DataFrame
        Columns of `split_scores` and, at items (0 at inner nodes), move_scores,
        move_redistribution (of items that have no weight in the service; points), reference,
        reference_weight (contribution and used weight of the reference; the same for every body),
        certainty (`exact` or `sampled`). The moves and the reference add up to the score. Missing
        without a score.
    """
    table = split_scores(data, tree, rules)
    table = table[table["organisation_id"].isin(bodies)].reset_index(drop=True)
    services = data.services[data.services["organisation_id"].isin(bodies)].reset_index(drop=True)
    scored, units = arrays_of_services(data.assessments, data.services, tree, rules)
    kept = np.flatnonzero(data.services["organisation_id"].isin(bodies))
    scored = Scored(scored.score[:, kept], scored.raw[:, kept])
    names, members, weight = group_services(services, [units[place] for place in kept], rules)
    if rules.roll_up == "pooled":
        scored = pool_services(scored, members, tree, rules, names)
        members, weight = [np.array([place]) for place in range(len(names))], np.ones(len(names))
        final = scored.score[0]
    else:
        final = round_services(scored, rules).score[0]
    values: Floats = np.array([reference[item] for item in tree.items], dtype="float64")
    start = aggregate(values[:, None], tree, rules, ["reference"])
    base, base_used = (one[tree.item_rows] for one in split_root(start, tree, rules))
    moves, sampled = split_moves(scored, start, tree, rules, rng=rng)
    used = split_root(scored, tree, rules)[1][tree.item_rows]
    moves += used * (final - (moves + base).sum(axis=0))
    both = np.where(used > 0, moves, 0 * moves), np.where(used > 0, 0 * moves, moves)
    own, redistributed, used = (group_means(one, members, weight) for one in (*both, used))
    if rules.round_organisation is not None:
        whole = (own + redistributed + base).sum(axis=0)
        rounded = round_decimal(whole, rules.round_organisation, rounding=rules.rounding)
        own += used * (rounded - whole)
    columns = {
        "move_scores": own, "move_redistribution": redistributed,
        "reference": np.repeat(base, len(names), axis=1),
        "reference_weight": np.repeat(base_used, len(names), axis=1),
    }  # fmt: skip
    spread = {name: _on_nodes(one, tree).T.ravel() for name, one in columns.items()}
    certainty = np.where(sampled, "sampled", "exact")
    keys = pd.DataFrame(long_keys("organisation_id", names, tree))
    moved = keys.assign(**spread, certainty=np.tile(certainty, len(names)))
    return table.merge(moved, on=["organisation_id", "node_id"], validate="one_to_one")


def _on_nodes(items: Floats, tree: Tree) -> Floats:
    """Values of items among all nodes, 0 at the inner ones."""
    nodes = np.zeros((len(tree.node_ids), items.shape[1]))
    nodes[tree.item_rows] = items
    return nodes


def list_item_scores(data: Dataset, tree: Tree, rules: Rules) -> pd.DataFrame:
    """Normalised item scores of the services of one edition: index service_id, column by item."""
    scored, units = arrays_of_services(data.assessments, data.services, tree, rules)
    return pd.DataFrame(scored.score[tree.item_rows].T, index=units, columns=tree.item_index)


def average_items(scores: pd.DataFrame) -> pd.Series[float]:
    """Mean of each item over the services that have a score on it: a state to start from."""
    values = scores.to_numpy(dtype="float64").T
    means = group_means(values, [np.arange(values.shape[1])], np.ones(values.shape[1]))
    return pd.Series(means[:, 0], index=scores.columns)


def average_splits(splits: pd.DataFrame, bodies: list[str]) -> pd.DataFrame:
    """One side of a comparison: the plain mean of the splits of some organisations.

    Parameters
    ----------
    splits : DataFrame
        From `split_scores` or `split_distances`.
    bodies : list of str
        Organisations with a score; one for its own split.

    Returns
    -------
    DataFrame
        Key node_id, depth first; the other columns of `splits`. A node's score is the mean over
        the bodies that have one.
    """
    own = splits[splits["organisation_id"].isin(bodies)].drop(columns="organisation_id")
    grouped = own.groupby("node_id", sort=False)
    constant = ["weight", "reference", "reference_weight", "certainty"]
    how = {
        column: "first" if column in constant else "mean"
        for column in own.columns
        if column != "node_id"
    }
    return grouped.agg(how).reset_index()
