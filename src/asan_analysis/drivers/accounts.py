"""Gaps between scores split over the nodes: against a mean, a rival or an earlier edition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import list_editions
from asan_analysis.drivers.matching import join_trees, name_former
from asan_analysis.drivers.rivals import Rival, find_rival
from asan_analysis.drivers.shapley import is_linear
from asan_analysis.drivers.splits import (
    average_items,
    average_splits,
    list_item_scores,
    split_distances,
    split_scores,
)
from asan_analysis.errors import ParameterError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

_PARTS = ["from_scores", "from_redistribution", "from_method"]


class Gap(NamedTuple):
    """A gap and its split: `table` as from `account_gap`; `baseline_year` in a change only."""

    organisation_id: str
    rival: Rival
    score_own: float
    score_other: float
    gap: float
    table: pd.DataFrame
    baseline_year: int | None = None


def rank_edition(data: Dataset, tree: Tree, rules: Rules) -> pd.DataFrame:
    """Scores and places of the organisations of one edition, as from `rank_organisations`."""
    scores = score_organisations(data.assessments, data.services, tree, rules)
    return rank_organisations(scores, data.organisations, tree, rules,
                              decimals=data.about["decimals"],
                              min_services=data.about["min_services"])  # fmt: skip


def account_gap(own: pd.DataFrame, other: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """Split the gap between two scores over the nodes.

    Under arithmetic means, for an item with the scores s and the used weights u of the two sides
    and k, the midpoint of the two root scores: from_scores is the difference of s times the mean
    of u, and the difference of u times (mean of s less k) is the part of the weights. The
    difference of nominal weights in it is from_method, the rest from_redistribution. Where one
    side leaves the item out there is one s and all is the part of the weights. Used weights add up
    to 1 on each side, so k changes no sum; it says that weight is gained by an item above the
    level of the two, and lost by one below it.

    Under other means the parts are the differences of the moves of `split_distances`: of items
    with a weight in the service from_scores, of items left out from_redistribution. Where the two
    sides are under different methods, from_method is the difference of the two contributions of
    the reference, its weights taken against the midpoint of its two scores.

    An item that only one side's framework has is from_method as a whole. Inner nodes are sums.

    Parameters
    ----------
    own, other : DataFrame
        Sides from `average_splits`, both from `split_scores` or both from `split_distances`, with
        the node ids of `tree`. Nodes that a side does not have are left out of it.
    tree : Tree
        Holds the nodes of both sides; see `join_trees`.

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns own, other (points that the items below contribute), gap
        (points; the sum of the next three; children add up to their parent, and to own less other
        at the root), from_scores, from_redistribution, from_method (points), score_own,
        score_other (0..100 in percent; missing without one), framework (`both`, `own`, `other`:
        who has the node), certainty (`exact`, `sampled`).

    Raises
    ------
    ParameterError
        A side without a score.

    Notes
    -----
    Below the root the gap of a node is not own less other where weights differ: a node that gains
    weight takes it from others, and gains only by how far it is from the level of the two.
    A part says what lies behind a gap, not what would close it at least cost.
    """
    ids, rows = tree.node_ids, tree.item_rows
    sides = [_arrange(side, tree) for side in (own, other)]
    has = [side["known"] for side in sides]
    items = [{name: column[rows] for name, column in side.items()} for side in sides]
    shared = items[0]["known"] & items[1]["known"]
    split = _split_moves if "reference" in own else _split_linear
    nodes = np.zeros((len(ids), 5))
    nodes[rows] = np.column_stack(
        [*(side["contribution"] for side in items), *split(items[0], items[1], shared)]
    )
    for row in tree.inner_rows:
        nodes[row] = nodes[list(tree.children[row])].sum(axis=0)
    if np.isnan(nodes[0]).any():
        raise ParameterError("a side of the gap has no score; compare organisations with a score")
    sampled = sides[0]["sampled"] | sides[1]["sampled"]
    return pd.DataFrame(
        {
            "node_id": ids,
            "own": nodes[:, 0],
            "other": nodes[:, 1],
            "gap": nodes[:, 2:].sum(axis=1),
            **dict(zip(_PARTS, nodes[:, 2:].T, strict=True)),
            "score_own": sides[0]["score_percent"],
            "score_other": sides[1]["score_percent"],
            "framework": np.where(has[0] & has[1], "both", np.where(has[0], "own", "other")),
            "certainty": np.where(sampled, "sampled", "exact"),
        }
    )


_Columns = dict[str, NDArray[Any]]


def _arrange(side: pd.DataFrame, tree: Tree) -> _Columns:
    """Columns of a side by node of the tree; 0 points and no score at nodes it does not have."""
    places = pd.Index(side["node_id"]).get_indexer(tree.node_index)
    known = places >= 0
    columns = {"known": known, "sampled": np.zeros(len(known), dtype="bool")}
    for name in side.columns.drop("node_id"):
        column = side[name].to_numpy()
        if name == "certainty":
            columns["sampled"] = known & (column[places] == "sampled")
        else:
            columns[name] = np.where(known, column[places],
                                     np.nan if name == "score_percent" else 0.0)  # fmt: skip
    return columns


def _split_linear(
    own: _Columns, other: _Columns, shared: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """from_scores, from_redistribution, from_method of the items, from used weights."""
    (c1, u1, w1), (c2, u2, w2) = (
        (side["contribution"], side["weight_used"], side["weight"]) for side in (own, other)
    )
    middle = (c1.sum() + c2.sum()) / 2
    both, neither = (u1 > 0) & (u2 > 0), (u1 == 0) & (u2 == 0)
    s1, s2 = (c / np.where(u > 0, u, 1.0) for c, u in ((c1, u1), (c2, u2)))
    scores = np.where(both, (s1 - s2) * (u1 + u2) / 2, 0.0)
    level = np.where(both, (s1 + s2) / 2, np.where(u1 > 0, s1, s2)) - middle
    level[neither] = 0.0
    weights = (u1 - u2) * level
    method = np.where(shared, (w1 - w2) * level, weights)
    return scores, weights - method, method


def _split_moves(
    own: _Columns, other: _Columns, shared: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """from_scores, from_redistribution, from_method of the items, from moves."""
    columns = ["move_scores", "move_redistribution", "reference", "reference_weight"]
    (m1, d1, r1, u1), (m2, d2, r2, u2) = (
        [side[column] for column in columns] for side in (own, other)
    )
    middle = (r1.sum() + r2.sum()) / 2
    method = (r1 - r2) - middle * (u1 - u2)
    whole = (m1 - m2) + (d1 - d2) + method
    return (
        np.where(shared, m1 - m2, 0.0),
        np.where(shared, d1 - d2, 0.0),
        np.where(shared, method, whole),
    )


def explain_gap(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    *,
    against: str = "mean",
    rng: Generator,
) -> Gap:
    """Why an organisation's score differs from the mean, the leader, the next or another body.

    The split is that of `account_gap`. Under other means than the arithmetic one the reference is
    the mean item score over all services of the edition; so the gaps from a to b and from b to c
    add up to that from a to c at every node.

    Parameters
    ----------
    data : Dataset
        One edition.
    tree, rules : Tree, Rules
        Its method.
    organisation_id : str
    against : str
        See `find_rival`.
    rng : Generator
        Used only where coalitions are sampled; see `split_moves`.

    Returns
    -------
    Gap

    Raises
    ------
    ParameterError
        As `find_rival`.
    """
    rival = find_rival(rank_edition(data, tree, rules), organisation_id, against)
    return explain_rivals(data, tree, rules, organisation_id, [rival], rng=rng)[0]


def explain_rivals(
    data: Dataset,
    tree: Tree,
    rules: Rules,
    organisation_id: str,
    rivals: Sequence[Rival],
    *,
    rng: Generator,
) -> list[Gap]:
    """`explain_gap` against each of some rivals, from `find_rival`; the data are split once."""
    if is_linear(tree, rules):
        splits = split_scores(data, tree, rules)
    else:
        others = (body for rival in rivals for body in rival.bodies)
        bodies = list(dict.fromkeys([organisation_id, *others]))
        reference = average_items(list_item_scores(data, tree, rules))
        splits = split_distances(data, tree, rules, bodies, reference=reference, rng=rng)
    own = average_splits(splits, [organisation_id])
    return [
        _gap(organisation_id, rival, account_gap(own, average_splits(splits, rival.bodies), tree),
             None)
        for rival in rivals
    ]  # fmt: skip


def _gap(organisation_id: str, rival: Rival, table: pd.DataFrame, year: int | None) -> Gap:
    own, other, gap = (float(table[column].iloc[0]) for column in ("own", "other", "gap"))
    return Gap(organisation_id, rival, own, other, gap, table, year)


def explain_change(data: Dataset, year: int, organisation_id: str, *, rng: Generator) -> Gap:
    """Why an organisation's score differs from its score in the last edition that scored it.

    Each edition is scored under its own method. Items are matched by `match_items`: the same and
    the renamed are one item, at its place in the later framework; of the others each belongs to
    one edition. Inner nodes are matched by id. So where items moved between nodes `other` is what
    the items now below the node contributed, and `score_other` what the node scored. The services
    of the two editions may be others: their difference is in from_scores.

    Where a mean is not arithmetic, the reference of both editions is the mean of each item over
    all services of the two.

    Parameters
    ----------
    data : Dataset
        All editions.
    year : int
        The later edition.
    organisation_id : str
        The same id in both; bodies that merged into it are not followed.
    rng : Generator
        See `explain_gap`.

    Returns
    -------
    Gap
        `rival` is the organisation itself, `baseline_year` the earlier edition.

    Raises
    ------
    UnknownEditionError
        No such edition.
    Refusal
        The organisation has no score in the edition, or in none before it.
    """
    one, after = select_edition(data, year)
    method = find_method(one, after)
    scored = _list_scored(one, *method)
    if organisation_id not in scored:
        raise Refusal(
            f"organisation {organisation_id!r} has no score in {year}; "
            f"with a score: {', '.join(scored)}",
            code="no_score",
        )
    before = find_last_scored(data, year, organisation_id)
    if before is None:
        raise Refusal(
            f"organisation {organisation_id!r} has no score under this id before {year}; "
            "compare it inside the edition",
            code="no_baseline",
        )
    other, edition = select_edition(data, before)
    former = find_method(other, edition)
    sides = _split_editions((one, other), (method, former), organisation_id, rng)
    table = account_gap(*sides, join_trees(method[0], former[0]))
    bodies = one.organisations.set_index("organisation_id")
    rival = Rival("before", str(bodies.loc[organisation_id, "category"]), [organisation_id])
    return _gap(organisation_id, rival, table, before)


def find_last_scored(data: Dataset, year: int, organisation_id: str) -> int | None:
    """The last edition before one that scores an organisation under this id; none without any."""
    after = select_edition(data, year)[1]
    for edition in reversed(list_editions(data.editions)):
        if edition.order < after.order:
            other, _ = select_edition(data, edition.edition_year)
            if organisation_id in _list_scored(other, *find_method(data, edition)):
                return edition.edition_year
    return None


def _list_scored(data: Dataset, tree: Tree, rules: Rules) -> list[str]:
    """Organisations of one edition that have a score, sorted."""
    if data.assessments.empty:
        return []
    scores = score_organisations(data.assessments, data.services, tree, rules)
    own = scores[(scores["node_id"] == tree.root) & scores["score_percent"].notna()]
    return sorted(str(body) for body in own["organisation_id"])


def _split_editions(
    editions: tuple[Dataset, Dataset],
    methods: tuple[tuple[Tree, Rules], tuple[Tree, Rules]],
    body: str,
    rng: Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sides of a body in two editions, the later first, under the node ids of `join_trees`."""
    names = name_former(methods[0][0], methods[1][0])
    if all(is_linear(*method) for method in methods):
        later, earlier = (
            split_scores(data, *method) for data, method in zip(editions, methods, strict=True)
        )
    else:
        frames = [
            list_item_scores(data, *method) for data, method in zip(editions, methods, strict=True)
        ]
        shared = average_items(pd.concat([frames[0], frames[1].rename(columns=names)]))
        former = methods[1][0].items
        own = pd.Series(shared[[names[item] for item in former]].to_numpy(), index=former)
        later, earlier = (
            split_distances(data, *method, [body], reference=reference, rng=rng)
            for data, method, reference in zip(editions, methods, (shared, own), strict=True)
        )
    earlier = earlier.assign(node_id=earlier["node_id"].map(names))
    return average_splits(later, [body]), average_splits(earlier, [body])
