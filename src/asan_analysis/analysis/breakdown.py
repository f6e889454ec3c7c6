"""Scores taken apart by category, by part of the index, and for one organisation."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from asan_analysis.analysis.coverage import count_answers
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset
from asan_analysis.errors import ParameterError
from asan_analysis.index.framework import Tree


def spread_categories(ranks: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """How the scores of the organisations of each category spread.

    Quantiles are interpolated linearly between the sorted scores (Hyndman and Fan, type 7).

    Parameters
    ----------
    ranks : DataFrame
        From `rank_organisations`.
    categories : list of str
        Ids in the order to show.

    Returns
    -------
    DataFrame
        Key category (those with a score, then `all`). Columns organisations (number with a score),
        lowest, quartile_1, median, mean, quartile_3, highest, sd (with n - 1, missing for one
        organisation); points.
    """
    scored = ranks[ranks["score_percent"].notna()]
    both = pd.concat([scored, scored.assign(category=CATEGORY_ALL)])
    scores = both.groupby("category")["score_percent"]
    table = scores.agg(
        organisations="size", lowest="min", quartile_1=lambda score: score.quantile(0.25),
        median="median", mean="mean", quartile_3=lambda score: score.quantile(0.75),
        highest="max", sd="std",
    )  # fmt: skip
    order = [category for category in [*categories, CATEGORY_ALL] if category in table.index]
    return table.loc[order].reset_index()


def spread_organisations(ranks: pd.DataFrame) -> pd.DataFrame:
    """Scores of organisations beside the median of their category.

    Returns
    -------
    DataFrame
        Key organisation_id (those with a score), best first. Columns category, rank, ranked,
        score_percent, category_median, distance (points above the median).
    """
    columns = ["organisation_id", "category", "rank", "ranked", "score_percent"]
    table = ranks.loc[ranks["score_percent"].notna(), columns]
    median = table.groupby("category")["score_percent"].transform("median")
    distance = table["score_percent"] - median
    return table.assign(category_median=median, distance=distance).reset_index(drop=True)


def compare_categories(categories: pd.DataFrame, nodes: list[str]) -> pd.DataFrame:
    """Each category's mean at each node beside the mean of all organisations.

    Parameters
    ----------
    categories : DataFrame
        From `score_categories`.
    nodes : list of str
        Nodes to compare, in the order to show.

    Returns
    -------
    DataFrame
        Key node_id, category (without `all`), in that order. Columns score_percent, organisations,
        all_mean (mean of all organisations), difference (points above it).
    """
    own = categories[categories["node_id"].isin(nodes)]
    overall = own[own["category"] == CATEGORY_ALL].set_index("node_id")["score_percent"]
    table = own.loc[own["category"] != CATEGORY_ALL,
                    ["node_id", "category", "score_percent", "organisations"]].copy()  # fmt: skip
    table["all_mean"] = table["node_id"].map(overall)
    table["difference"] = table["score_percent"] - table["all_mean"]
    place = {node: number for number, node in enumerate(nodes)}
    return table.sort_values(
        "node_id", key=lambda column: column.map(place), kind="stable", ignore_index=True
    )


def list_parts(scores: pd.DataFrame, ranks: pd.DataFrame, nodes: list[str]) -> pd.DataFrame:
    """Scores of every organisation at some nodes, beside its place.

    Parameters
    ----------
    scores, ranks : DataFrame
        From `score_organisations` and `rank_organisations`.
    nodes : list of str
        Nodes to list, in that order.

    Returns
    -------
    DataFrame
        Key organisation_id (best first), node_id. Columns category, rank, score_percent (of the
        node).
    """
    columns = ["organisation_id", "category", "rank"]
    table = ranks.loc[ranks["score_percent"].notna(), columns].merge(
        scores[["organisation_id", "node_id", "score_percent"]], on="organisation_id",
        validate="one_to_many",
    )  # fmt: skip
    table = table[table["node_id"].isin(nodes)]
    order = table["node_id"].map({node: number for number, node in enumerate(nodes)})
    best = pd.factorize(table["organisation_id"])[0]
    return table.assign(best=best, order=order).sort_values(["best", "order"], ignore_index=True)[
        ["organisation_id", "node_id", "category", "rank", "score_percent"]
    ]


def list_services(
    services: pd.DataFrame, about: pd.DataFrame, organisations: pd.DataFrame, root: str
) -> pd.DataFrame:
    """Services with their score, the lowest first.

    Parameters
    ----------
    services : DataFrame
        From `score_services`.
    about, organisations : DataFrame
        `services.csv` and `organisations.csv` of the same edition.

    Returns
    -------
    DataFrame
        Key service_id. Columns organisation_id, category, score_percent, weight_redistributed.
    """
    own = services.loc[services["node_id"] == root,
                       ["service_id", "score_percent", "weight_redistributed"]]  # fmt: skip
    table = own.merge(about[["service_id", "organisation_id"]], on="service_id",
                      validate="one_to_one")  # fmt: skip
    table = table.merge(organisations[["organisation_id", "category"]], on="organisation_id",
                        how="left", validate="many_to_one")  # fmt: skip
    columns = ["service_id", "organisation_id", "category", "score_percent", "weight_redistributed"]
    return table[columns].sort_values(["score_percent", "service_id"], ignore_index=True)


def select_organisation(data: Dataset, organisation_id: str) -> Dataset:
    """The dataset of one edition cut to one organisation and its services.

    Of the announced figures those of the organisation and of its services stay.

    Raises
    ------
    ParameterError
        No such organisation in the edition; the message lists those there are.
    """
    known = [str(body) for body in data.organisations["organisation_id"]]
    if organisation_id not in known:
        raise ParameterError(
            f"organisation {organisation_id!r} is not in the edition; known: {', '.join(known)}"
        )
    services = data.services[data.services["organisation_id"] == organisation_id]
    mine = data.organisations["organisation_id"] == organisation_id
    told, unit = data.announced, data.announced["unit_id"]
    of_body = (told["level"] == "organisation") & (unit == organisation_id)
    of_service = (told["level"] == "service") & unit.isin(services["service_id"])

    def cut(answers: pd.DataFrame) -> pd.DataFrame:
        own = answers["service_id"].isin(services["service_id"])
        return answers[own].reset_index(drop=True)

    return replace(
        data,
        organisations=data.organisations[mine].reset_index(drop=True),
        services=services.reset_index(drop=True),
        assessments=cut(data.assessments),
        evaluations=cut(data.evaluations),
        announced=told[of_body | of_service].reset_index(drop=True),
    )


def profile_nodes(
    scores: pd.DataFrame, categories: pd.DataFrame, parts: pd.DataFrame, own: Dataset, top: float
) -> pd.DataFrame:
    """One organisation at every node, beside its category, and the points it lacks there.

    Over the children of a node the lacking points add up to those of the node, and over a cut
    through the tree (`Tree.cut`) to `top` less the score, whatever the means, the rounding and the
    roll-up. Where the organisation has no score they are missing.

    Only under arithmetic means do they tell where the points are lost: there a node at `top`
    lacks nothing and a node left out lacks nothing. Under a geometric mean every child lacks its
    weight's share of what the parent lacks, weak or strong; under a harmonic mean, and every power
    below 0, the strong child lacks more than the weak; under a power above 1 a strong child can
    lack less than nothing. Rounding is spread over the nodes in proportion to their points. Items
    that are not on the scale of `range` (normalisation none of a measured quantity, zscore, ranks)
    have another top: the sum still holds, the parts say nothing.

    Parameters
    ----------
    scores, categories, parts : DataFrame
        From `score_organisations`, `score_categories` and `contribute_organisations`.
    own : Dataset
        From `select_organisation`.
    top : float
        The highest score, the high end of the rules' `range`.

    Returns
    -------
    DataFrame
        Key node_id, depth first. Columns score_percent, category_mean, difference (points above
        it), lowest, highest (of the category), weight_used (0..1), lacking (points of the overall
        score: weight used times top, less the contribution).
    """
    body, category = own.organisations.loc[0, ["organisation_id", "category"]]
    mine = scores[scores["organisation_id"] == body].set_index("node_id")
    field = categories[categories["category"] == category].set_index("node_id")
    split = parts[parts["organisation_id"] == body].set_index("node_id")
    table = pd.DataFrame(
        {
            "score_percent": mine["score_percent"],
            "category_mean": field["score_percent"].reindex(mine.index),
            "difference": mine["score_percent"] - field["score_percent"].reindex(mine.index),
            "lowest": field["lowest"].reindex(mine.index),
            "highest": field["highest"].reindex(mine.index),
            "weight_used": split["weight_used"].reindex(mine.index),
            "lacking": (top * split["weight_used"] - split["contribution"]).reindex(mine.index),
        }
    )
    return table.rename_axis("node_id").reset_index()


def profile_items(own: Dataset, profile: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The items of one organisation, those that cost it most first.

    Parameters
    ----------
    own : Dataset
        From `select_organisation`.
    profile : DataFrame
        From `profile_nodes`.

    Returns
    -------
    DataFrame
        Key item_id, the most lacking first. Columns parent_id, score_percent, category_mean,
        lacking, scored, not_answered, not_applicable (numbers of services; an organisation without
        a single answer has answered nothing). Empty where the profile is.
    """
    counts = count_answers(own, tree)[["item_id", "scored", "not_answered", "not_applicable"]]
    if own.assessments.empty:
        silent = {"scored": 0, "not_answered": len(own.services), "not_applicable": 0}
        counts = pd.DataFrame({"item_id": tree.items, **silent})
    parents = tree.nodes.set_index("node_id")["parent_id"]
    columns = ["item_id", "score_percent", "category_mean", "lacking"]
    table = profile.rename(columns={"node_id": "item_id"})[columns].merge(
        counts, on="item_id", validate="one_to_one"
    )
    table.insert(1, "parent_id", table["item_id"].map(parents))
    return table.sort_values(["lacking", "item_id"], ascending=[False, True], ignore_index=True)
