"""How much was assessed: organisations, services and answers by category and by item."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL, STATUSES
from asan_analysis.data.datasets import Dataset
from asan_analysis.index.framework import Tree


def count_answers(data: Dataset, tree: Tree) -> pd.DataFrame:
    """Answers of one edition by item and status.

    Parameters
    ----------
    data : Dataset
        Cut to one edition.
    tree : Tree
        Of that edition.

    Returns
    -------
    DataFrame
        Key item_id, in the order of the tree. Columns scored, not_applicable, not_answered
        (counts; a service without a row for an item has not answered it) and services, their sum.
        Empty for a register, a dataset without assessments.
    """
    items = tree.items if len(data.assessments) else []
    counts = (
        data.assessments.groupby(["item_id", "status"]).size().unstack("status", fill_value=0)
        .reindex(index=pd.Index(items, name="item_id"), columns=list(STATUSES), fill_value=0)
    )  # fmt: skip
    counts["not_answered"] += len(data.services) - counts.sum(axis=1)
    counts["services"] = counts[list(STATUSES)].sum(axis=1)
    return counts.rename_axis(columns=None).reset_index()


def join_answers(counts: pd.DataFrame, tree: Tree, nodes: list[str]) -> pd.DataFrame:
    """Answers by node and status, from those by item.

    Parameters
    ----------
    counts : DataFrame
        From `count_answers`.
    nodes : list of str
        Nodes none of which lies below another, in the order to show; an item stands for itself.
        Items below none of them are left out.

    Returns
    -------
    DataFrame
        Key node_id, in the order given. Columns scored, not_applicable, not_answered (counts) and
        answers, their sum. Empty for a register.
    """
    parent = dict(zip(tree.node_ids, tree.nodes["parent_id"], strict=True))
    place = {node: number for number, node in enumerate(nodes)}

    def climb(node: str) -> str | None:
        while node not in place and node != tree.root:
            node = parent[node]
        return node if node in place else None

    table = counts.assign(node_id=counts["item_id"].map(climb)).groupby("node_id", sort=False)
    sums = table[[*STATUSES, "services"]].sum().rename(columns={"services": "answers"})
    return sums.sort_index(key=lambda node: node.map(place)).reset_index()


def cover_categories(data: Dataset, tree: Tree) -> pd.DataFrame:
    """What one edition of a dataset covers, by category and in all.

    Returns
    -------
    DataFrame
        Key category (ids in the dataset's order, then `all`). Columns organisations, services,
        scored, not_applicable, not_answered (answers), share_scored (0..1); these four are missing
        for a register, a dataset without assessments.
    """
    category = data.organisations.set_index("organisation_id")["category"]
    services = data.services.assign(category=data.services["organisation_id"].map(category))
    of_service = services.set_index("service_id")["category"]
    answers = data.assessments.assign(category=data.assessments["service_id"].map(of_service))
    counts = answers.groupby(["category", "status"]).size().unstack("status", fill_value=0)
    order = list(data.categories["id"])
    table = counts.reindex(index=order, columns=list(STATUSES), fill_value=0)
    table.insert(0, "organisations", category.value_counts().reindex(order, fill_value=0))
    table.insert(1, "services", services["category"].value_counts().reindex(order, fill_value=0))
    expected = table["services"] * len(tree.items)
    table["not_answered"] += expected - table[list(STATUSES)].sum(axis=1)
    table.loc[CATEGORY_ALL] = table.sum()
    asked = table[list(STATUSES)].sum(axis=1)
    table["share_scored"] = table["scored"] / asked.where(asked > 0)
    if data.assessments.empty:
        table[[*STATUSES, "share_scored"]] = np.nan
    return table.rename_axis(index="category", columns=None).reset_index()


def covered_numbers(covered: pd.DataFrame, tree: Tree) -> dict[str, int | float]:
    """Headline counts of a dataset by text key, from `cover_categories`; shares are floats."""
    total = covered.set_index("category").loc[CATEGORY_ALL].to_dict()
    counts: dict[str, int | float] = {
        "data.facts.organisations": int(total["organisations"]),
        "data.facts.services": int(total["services"]),
        "data.facts.items": len(tree.items),
    }
    share = float(total["share_scored"])
    return counts if np.isnan(share) else {**counts, "data.facts.scored": share}
