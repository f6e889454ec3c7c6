"""What to fix first: the unmet answers of one body and the points that each would bring."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis.data.datasets import Dataset
from asan_analysis.drivers.gains import Field, adds_up, arrange_field, gain_body
from asan_analysis.errors import ParameterError
from asan_analysis.index.framework import Tree
from asan_analysis.index.rollup import group_services, score_organisations
from asan_analysis.index.rules import Rules
from asan_analysis.refusals import Refusal

_DIGITS = 10  # gains that differ by less are level
_PEERS = 2


def list_remedies(data: Dataset, tree: Tree, rules: Rules, organisation_id: str) -> pd.DataFrame:
    """Every unmet answer of one body, and the points it would gain if that alone were met.

    An answer is unmet when its normalised score is below the top of the rules' `range` or when it
    is not answered; what is not applicable is left out. The gain is the body's score with the
    answer at the top, less the score as it is. Under arithmetic means that is

        weight used in the service's root x (top - score) x share of the service in the roll-up

    and, for pooled answers, weight used in the body's root x (top - score) / services with a score
    at the item. For other means, and where meeting an answer changes the weights of others
    (not answered, left out by the rules), it is found by scoring again.

    Parameters
    ----------
    data : Dataset
        Cut to one edition by `select_edition`.
    tree, rules : Tree, Rules
        From `find_method`, or a variant of them.
    organisation_id : str

    Returns
    -------
    DataFrame
        Key service_id, item_id; the largest gain first, ties in the order of the framework and
        then of the services. Columns gain (points of the body's score; missing where the body has
        no score), exact (`sum`: gains of such answers add up; `single`: it holds for this answer
        alone), value (the answer as given), status, reason (of the assessment, missing where the
        dataset has none), guidance_az, guidance_en (of the framework), peers (up to two
        organisations of the same category that meet the item in a service of the same family,
        that with the higher score first, a semicolon between; missing where there is none).

    Raises
    ------
    ParameterError
        No such organisation in the edition, or it has no services; an item has no best answer of
        its own (see `list_best`).

    Notes
    -----
    A gain says what the index would show, not what citizens would notice, and nothing on the work
    that it takes. Peers stand by their score, which need not rest on this item.
    """
    table, cells, services = _list_unmet(data, tree, rules, organisation_id)
    table["reason"] = _reasons(data.assessments, table)
    nodes = tree.nodes.set_index("node_id")
    for name in ("guidance_az", "guidance_en"):
        words = nodes[name] if name in nodes else pd.Series(None, index=nodes.index, dtype="str")
        table[name] = table["item_id"].map(words.where(words != "")).astype("str")
    peers = _find_peers(data, tree, rules, organisation_id, services)
    table["peers"] = pd.Series(peers[cells[:, 0], cells[:, 1]], dtype="str")
    return _sort_gains(table)


def list_gains(data: Dataset, tree: Tree, rules: Rules, organisation_id: str) -> pd.DataFrame:
    """`list_remedies` without reasons, guidance and peers, which take most of its time."""
    return _sort_gains(_list_unmet(data, tree, rules, organisation_id)[0])


def _list_unmet(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str
) -> tuple[pd.DataFrame, NDArray[Any], pd.DataFrame]:
    """Unmet answers with their gains, their places (item, service), the services of the body."""
    services = _select_services(data, organisation_id)
    field = arrange_field(data.assessments, services, tree, rules)
    cells = np.argwhere(field.unmet)
    weight = group_services(services, field.names, rules)[2]
    _, gain = gain_body(field, weight, tree, rules, cells)
    item, service = cells.T
    summed = adds_up(tree, rules) & ~np.isnan(field.items[item, service])
    table = pd.DataFrame(
        {
            "service_id": np.array(field.names, dtype=object)[service],
            "item_id": np.array(tree.items, dtype=object)[item],
            "gain": gain + 0.0,
            "exact": np.where(summed, "sum", "single"),
            "value": field.values[item, service],
            "status": np.where(np.isnan(field.values[item, service]), "not_answered", "scored"),
        }
    ).astype(dict.fromkeys(["service_id", "item_id", "exact", "status"], "str"))
    return table, cells, services


def _sort_gains(table: pd.DataFrame) -> pd.DataFrame:
    order = np.argsort(-table["gain"].round(_DIGITS), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def group_remedies(remedies: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The unmet answers of a body by item: how many services, how many points together.

    Parameters
    ----------
    remedies : DataFrame
        From `list_remedies`.

    Returns
    -------
    DataFrame
        Key item_id, the largest gain first, ties in the order of the framework. Columns services
        (number in which it is unmet), gain (sum of the gains, points), exact (`sum` where the
        gains add up, else `single`: the sum is then no forecast).
    """
    grouped = remedies.groupby("item_id")
    table = pd.DataFrame(
        {
            "services": grouped.size(),
            "gain": grouped["gain"].sum(min_count=1),
            "exact": (remedies["exact"] == "sum").groupby(remedies["item_id"]).all(),
        }
    ).reindex([item for item in tree.items if item in grouped.groups])
    table["exact"] = pd.Series(np.where(table["exact"], "sum", "single"), table.index, dtype="str")
    order = np.argsort(-table["gain"].round(_DIGITS), kind="stable")
    return table.iloc[order].rename_axis("item_id").reset_index()


def _select_services(data: Dataset, organisation_id: str) -> pd.DataFrame:
    """The services of one body."""
    known = [str(body) for body in data.organisations["organisation_id"]]
    if organisation_id not in known:
        raise ParameterError(
            f"organisation {organisation_id!r} is not in the edition; known: {', '.join(known)}"
        )
    own = data.services["organisation_id"] == organisation_id
    if not own.any():
        raise Refusal(
            f"{organisation_id} has no services; choose an organisation with some",
            code="no_services",
        )
    return data.services[own].reset_index(drop=True)


def _reasons(assessments: pd.DataFrame, table: pd.DataFrame) -> pd.Series[Any]:
    """What the assessment of each answer gives as its reason."""
    if "reason" not in assessments:
        return pd.Series(None, index=table.index, dtype="str")
    key = ["service_id", "item_id"]
    own = assessments.loc[assessments["service_id"].isin(table["service_id"]), [*key, "reason"]]
    joined = table[key].merge(own, on=key, how="left", validate="one_to_one")
    return joined["reason"].astype("str")


def _find_peers(
    data: Dataset, tree: Tree, rules: Rules, organisation_id: str, services: pd.DataFrame
) -> NDArray[Any]:
    """Names of the peers of each answer, items x services of the body; None without any."""
    found = np.full((len(tree.items), len(services)), None, dtype=object)
    about = data.organisations.set_index("organisation_id")["category"]
    rivals = about.index[(about == about[organisation_id]) & (about.index != organisation_id)]
    shared = services["family_id"].dropna()
    others = data.services[
        data.services["organisation_id"].isin(rivals) & data.services["family_id"].isin(shared)
    ].reset_index(drop=True)
    if others.empty:
        return found
    field = arrange_field(data.assessments, others, tree, rules)
    best = _order_bodies(data, tree, rules, others)
    for family in shared.unique():
        mine = np.flatnonzero(services["family_id"] == family)
        names = _first_meeting(field, others, others["family_id"] == family, best)
        found[:, mine] = names[:, None]
    return found


def _order_bodies(data: Dataset, tree: Tree, rules: Rules, others: pd.DataFrame) -> list[str]:
    """The owners of some services by the score of all their services, the highest first."""
    bodies = others["organisation_id"]
    theirs = data.services[data.services["organisation_id"].isin(bodies)].reset_index(drop=True)
    scores = score_organisations(data.assessments, theirs, tree, rules)
    roots = scores[scores["node_id"] == tree.root]
    roots = roots.sort_values(["score_percent", "organisation_id"], ascending=[False, True])
    return [str(body) for body in roots["organisation_id"]]


def _first_meeting(
    field: Field, others: pd.DataFrame, family: pd.Series[bool], best: list[str]
) -> NDArray[Any]:
    """The first bodies that meet each item in a service of one family."""
    names = np.full(len(field.met), None, dtype=object)
    owner = others["organisation_id"].to_numpy()
    for body in best:
        own = np.flatnonzero((owner == body) & family.to_numpy())
        for item in np.flatnonzero(field.met[:, own].any(axis=1)):
            told = [] if names[item] is None else names[item].split(";")
            names[item] = ";".join([*told, body][:_PEERS])
    return names
