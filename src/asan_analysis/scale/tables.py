"""Tables of an edition from the totals of its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.analysis.breakdown import spread_categories
from asan_analysis.audit.description import flag_nodes
from asan_analysis.audit.structure import alpha_of
from asan_analysis.data.contracts import CATEGORY_ALL, STATUSES
from asan_analysis.index.aggregation import Floats, aggregate, nominal_weights
from asan_analysis.index.framework import Tree
from asan_analysis.index.ranking import rank_organisations, round_decimal
from asan_analysis.index.rollup import score_categories
from asan_analysis.index.scoring import long_keys
from asan_analysis.index.sums import Sums
from asan_analysis.scale.moments import Comoments, correlate
from asan_analysis.scale.totals import MISSING, Totals

TABLES = ("organisations", "ranks", "categories", "spread", "coverage", "items", "nodes")


def tabulate(
    totals: Totals, organisations: pd.DataFrame, categories: list[str], *, decimals: int,
    min_services: int,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The tables of an edition.

    Parameters
    ----------
    totals : Totals
        Of all its parts.
    organisations : DataFrame
        Rows of the edition: organisation_id, category.
    categories : list of str
        Ids in the dataset's order.
    decimals, min_services : int
        As `rank_organisations` takes them.

    Returns
    -------
    dict of DataFrame
        `organisations` as `score_organisations`, `ranks` as `rank_organisations`, `categories` as
        `score_categories`, `spread` as `spread_categories`, `coverage` as `cover_categories`,
        `items` as `count_answers`; `nodes`, where the plan asks for it, as `describe_totals`.
    """
    tree, rules = totals.plan.tree, totals.plan.rules
    scores = _list_scores(totals, organisations)
    ranks = rank_organisations(
        scores, organisations, tree, rules, decimals=decimals, min_services=min_services
    )
    tables = {
        "organisations": scores,
        "ranks": ranks,
        "categories": score_categories(scores, organisations),
        "spread": spread_categories(ranks, categories),
        "coverage": _cover(totals, organisations, categories),
        "items": _count_items(totals),
    }
    return tables if totals.nodes is None else {**tables, "nodes": describe_totals(totals)}


def _list_scores(totals: Totals, organisations: pd.DataFrame) -> pd.DataFrame:
    """Every organisation with services at every node, in the order of the edition."""
    tree, rules = totals.plan.tree, totals.plan.rules
    score, left_out = _mean_scores(totals)
    place = {body: number for number, body in enumerate(totals.plan.layout.bodies)}
    listed = [str(body) for body in organisations["organisation_id"]
              if totals.answers[0, place[str(body)]]]  # fmt: skip
    columns = np.array([place[body] for body in listed], dtype="int64")
    if rules.round_organisation is not None:
        score[0] = round_decimal(score[0], rules.round_organisation, rounding=rules.rounding)
    return pd.DataFrame(
        {
            **long_keys("organisation_id", listed, tree),
            "score_percent": score[:, columns].T.ravel(),
            "services": totals.count[:, columns].T.ravel(),
            "weight_redistributed": left_out[:, columns].T.ravel(),
        }
    )


def _mean_scores(totals: Totals) -> tuple[Floats, Floats]:
    """Scores, and shares of item weight left out; nodes x bodies."""
    tree, rules = totals.plan.tree, totals.plan.rules
    weighted = bool(totals.plan.layout.weight)
    used = totals.weight.round() if weighted else totals.count.astype("float64")
    every = totals.every.round()[0] if weighted else totals.answers[0].astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        score = totals.score.round() / np.where(used > 0, used, np.nan)
        left_out = np.empty(score.shape)
        left_out[tree.inner_rows] = totals.left_out.round()
        left_out[tree.item_rows] = _left_of_items(totals, weighted)
        left_out /= np.where(every > 0, every, np.nan)
    if rules.roll_up == "pooled":
        score = aggregate(score[tree.item_rows], tree, rules, totals.plan.layout.bodies).score
    return score, left_out


def _left_of_items(totals: Totals, weighted: bool) -> Floats:
    """The weight of services without a score at each item: all weight less that of the others."""
    items = totals.plan.tree.item_rows
    if not weighted:
        left: Floats = (totals.answers[0] - totals.count[items]).astype("float64")
        return left
    rows, groups = len(items), totals.every.groups
    every = {place: np.repeat(own, rows, axis=0) for place, own in totals.every.digits.items()}
    used = {place: -own[items] for place, own in totals.weight.digits.items()}
    return Sums(rows, groups, every).join(Sums(rows, groups, used)).round()


def _cover(totals: Totals, organisations: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """What was assessed, by category and in all."""
    place = {body: number for number, body in enumerate(totals.plan.layout.bodies)}
    columns = [place[str(body)] for body in organisations["organisation_id"]]
    services, *missing = totals.answers[:, columns]
    own = pd.DataFrame({"organisations": 1, "services": services}, index=organisations.index)
    asked = services * len(totals.plan.layout.items)
    own["scored"] = asked - missing[0] - missing[1]
    own = own.assign(**dict(zip(MISSING, missing, strict=True)))
    table = own.groupby(organisations["category"]).sum().reindex(categories, fill_value=0)
    table.loc[CATEGORY_ALL] = table.sum()
    answers = table[list(STATUSES)].sum(axis=1)
    table["share_scored"] = table["scored"] / answers.where(answers > 0)
    return table.rename_axis("category").reset_index()


def _count_items(totals: Totals) -> pd.DataFrame:
    """Answers by item and status."""
    services = int(totals.answers[0].sum())
    missing = dict(zip(MISSING, totals.statuses, strict=True))
    scored = services - totals.statuses.sum(axis=0)
    items = list(totals.plan.layout.items)
    return pd.DataFrame({"item_id": items, "scored": scored, **missing, "services": services})


def describe_totals(totals: Totals) -> pd.DataFrame:
    """What each node shows over all services.

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns depth to flag as `describe_nodes` gives them; alpha,
        alpha_children, alpha_n as `measure_alpha`, always on pairs; weight (nominal in the root),
        correlation (with the root), weight_n (services with both) and covariance_share as
        `compare_weights` gives them without contributions.
    """
    assert totals.nodes is not None
    tree, found = totals.plan.tree, totals.nodes
    n, mean, second, third, fourth, low, high = found.moments
    varies = high - low > 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pd.DataFrame(
            {
                "node_id": tree.node_ids,
                "depth": tree.depths,
                "n": n.astype("int64"),
                "mean": np.where(n > 0, mean, np.nan),
                "sd": np.where(n < 2, np.nan, np.where(varies, np.sqrt(second / (n - 1)), 0.0)),
                "skewness": np.where(varies & (n > 2), _skewness(n, second, third), np.nan),
                "kurtosis": np.where(varies & (n > 3), _kurtosis(n, second, fourth), np.nan),
            }
        )
        for name, counts in zip(MISSING, totals.statuses, strict=True):
            table[f"share_{name}"] = _share_below(counts, totals)
        for name, counts in zip(("floor", "ceiling"), found.ends, strict=False):
            table[f"share_{name}"] = np.where(found.ends[2] > 0, counts / found.ends[2], np.nan)
        table["discrimination"] = correlate(found.rest)
        table["flag"] = flag_nodes(table, int(totals.answers[0].sum()))
        table = table.assign(**_alphas(found.pairs, tree), weight=nominal_weights(tree))
        table["correlation"] = correlate(found.root)
        table["weight_n"] = found.root.n.astype("int64")
        slope = np.where(found.root.yy > 0, found.root.xy / found.root.yy, np.nan)
        table["covariance_share"] = table["weight"] * slope
    return table


def _skewness(n: Floats, second: Floats, third: Floats) -> Floats:
    """The adjusted Fisher-Pearson coefficient G1."""
    return np.sqrt(n * (n - 1)) / (n - 2) * (third / n) / (second / n) ** 1.5


def _kurtosis(n: Floats, second: Floats, fourth: Floats) -> Floats:
    """The adjusted excess kurtosis G2."""
    excess = n * fourth / second**2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def _share_below(counts: NDArray[np.int64], totals: Totals) -> Floats:
    """The share of the answers to the items below each node that a count tells."""
    tree, services = totals.plan.tree, int(totals.answers[0].sum())
    found, items = np.zeros(len(tree.node_ids)), np.zeros(len(tree.node_ids))
    found[tree.item_rows], items[tree.item_rows] = counts / services, 1
    for row in tree.inner_rows:
        below = list(tree.children[row])
        found[row], items[row] = found[below].sum(), items[below].sum()
    return found / items


def _alphas(pairs: Comoments, tree: Tree) -> dict[str, pd.Series[float]]:
    """Cronbach's alpha of the children of each node, their number and the fewest services."""
    alpha, number, least = (np.full(len(tree.node_ids), np.nan) for _ in range(3))
    start = 0
    for row in tree.inner_rows:
        size = len(tree.children[row])
        own = [cells[start : start + size**2].reshape(size, size) for cells in pairs]
        start += size**2
        n, *_, xy = own
        kept = (np.diag(xy) > 1e-18) & (tree.weights[list(tree.children[row])] > 0)
        chosen = np.ix_(kept, kept)
        covariance = np.where(n >= 3, xy / (n - 1), np.nan)[chosen]
        number[row] = kept.sum()
        least[row] = n[chosen].min(initial=np.inf) if kept.any() else 0
        alpha[row] = alpha_of(covariance)
    return {
        "alpha": pd.Series(alpha),
        "alpha_children": pd.Series(number).astype("Int64"),
        "alpha_n": pd.Series(least).astype("Int64"),
    }
