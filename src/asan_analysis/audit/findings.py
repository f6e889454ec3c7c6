"""What the audit found, as a reader needs it: key figures, short lists, weight beside effect."""

from __future__ import annotations

import pandas as pd

from asan_analysis.audit.examination import Audit
from asan_analysis.index.framework import Tree

_ORDER = ("high", "negative", "weak", "few", "constant")
_CHILDREN = ["node_id", "weight", "covariance_share", "importance", "difference"]


def list_flagged(nodes: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The items that deserve a second look, those with most words first.

    Parameters
    ----------
    nodes : DataFrame
        From `audit_edition`.
    tree : Tree

    Returns
    -------
    DataFrame
        Key item_id, the rows of items with a flag; of as many words the lower discrimination
        first. Other columns as in `audit_nodes`.
    """
    own = nodes[nodes["node_id"].isin(tree.items) & (nodes["flag"] != "")]
    ordered = own.assign(words=own["flag"].str.count(" ")).sort_values(
        ["words", "discrimination"], ascending=[False, True], kind="stable"
    )
    named = ordered.drop(columns="words").rename(columns={"node_id": "item_id"})
    return named.reset_index(drop=True)


def list_pairs(correlations: pd.DataFrame) -> pd.DataFrame:
    """The flagged pairs of nodes: repeats, then trade-offs, then weak ones, the worst first.

    Parameters
    ----------
    correlations : DataFrame
        From `correlate_nodes`.

    Returns
    -------
    DataFrame
        The rows with a flag.
    """
    own = correlations[correlations["flag"] != ""]
    worst = own["correlation"].where(own["flag"] != "high", -own["correlation"])
    place = own["flag"].map({flag: at for at, flag in enumerate(_ORDER)})
    ordered = own.assign(place=place, worst=worst).sort_values(["place", "worst"], kind="stable")
    return ordered.drop(columns=["place", "worst"]).reset_index(drop=True)


def summarise_components(components: pd.DataFrame) -> pd.DataFrame:
    """How many things the children of each node measure.

    Parameters
    ----------
    components : DataFrame
        From `list_components`.

    Returns
    -------
    DataFrame
        Key group, in order. Columns nodes (that vary), services (the correlations rest on),
        share_first and share_second (of the variance, 0..1), above_one (components with an
        eigenvalue above 1), remark. A group without components has a remark why, and no figures.
    """
    own = components.drop_duplicates(["group", "component"])
    share = own[own["component"].notna()].pivot(index="group", columns="component", values="share")
    above = (own["eigenvalue"] > 1).groupby(own["group"], sort=False).sum()
    grouped = own.groupby("group", sort=False)
    table = pd.DataFrame({"nodes": grouped["component"].count(), "services": grouped["n"].first()})
    for name, number in (("share_first", 1), ("share_second", 2)):
        table[name] = share.get(number, pd.Series(dtype="float64")).reindex(table.index)
    table["above_one"] = above.astype("Int64").where(table["nodes"] > 0)
    table["nodes"] = table["nodes"].astype("Int64").where(table["nodes"] > 0)
    return table.assign(remark=grouped["remark"].first()).reset_index()


def compare_children(nodes: pd.DataFrame, tree: Tree, node_id: str | None = None) -> pd.DataFrame:
    """Weight of each child of a node beside its share in the differences between scores.

    Parameters
    ----------
    nodes : DataFrame
        From `audit_edition`.
    tree : Tree
    node_id : str, optional
        The root where left out.

    Returns
    -------
    DataFrame
        Key node_id. Columns weight (among the siblings), covariance_share (of the siblings' sum:
        how much of the differences between scores lies at the child; can be negative), importance
        (correlation ratio over the siblings' sum), difference (covariance_share less weight).
        Children that do not vary, and all where no score differs, have a covariance share of zero
        or none.

    Notes
    -----
    The covariance share is shown first, since it adds up whatever correlates; see `compare_weights`
    for why the importance comes close to equal shares where siblings follow each other.
    """
    below = tree.below(tree.root if node_id is None else node_id)
    own = nodes.set_index("node_id").loc[below].reset_index()
    total = own["covariance_share"].sum(min_count=1)
    own["covariance_share"] /= total if total else float("nan")
    own["weight"] = own["weight_among"]
    return own.assign(difference=own["covariance_share"] - own["weight"])[_CHILDREN]


def audit_numbers(
    audit: Audit, components: pd.DataFrame, tree: Tree
) -> dict[str, int | float | tuple[float, int]]:
    """Headline figures of an audit by text key; shares are floats, numbers have their digits.

    Parameters
    ----------
    audit : Audit
    components : DataFrame
        From `summarise_components`.
    tree : Tree

    Returns
    -------
    dict
        Items, items with a flag, share of answers without a score, alpha of the root's children,
        the share of their first component, pairs that repeat each other, the largest distance of a
        child's covariance share from its weight, agreement of evaluators (left out where nobody
        read an answer twice).
    """
    nodes, agreement = audit.nodes, audit.agreement
    root = nodes.set_index("node_id").loc[tree.root].to_dict()
    first = components.set_index("group")["share_first"].get(tree.root)
    gap = compare_children(nodes, tree)["difference"].abs().max()
    found: dict[str, int | float | tuple[float, int]] = {
        "audit.facts.items": len(tree.items),
        "audit.facts.flagged": len(list_flagged(nodes, tree)),
        "audit.facts.missing": float(root["share_not_applicable"] + root["share_not_answered"]),
        "audit.facts.alpha": (float(root["alpha"]), 2),
        "audit.facts.component": float("nan") if first is None else float(first),
        "audit.facts.repeats": int((audit.correlations["flag"] == "high").sum()),
        "audit.facts.gap": float(gap),
    }
    whole = agreement.loc[agreement["node_id"] == tree.root, "agreement"]
    return found if whole.empty else {**found, "audit.facts.agreement": float(whole.iloc[0])}
