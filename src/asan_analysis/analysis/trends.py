"""What moved between editions, and what can be compared at all."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition, list_editions
from asan_analysis.index.aggregation import nominal_weights
from asan_analysis.index.framework import Tree, keep_items
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.rules import Rules

BASES = ("everything", "same_organisations", "same_services", "same_items")
_LEAST_SHARED = 0.5  # of the services of either edition, for a line to join the two


def score_editions(data: Dataset) -> pd.DataFrame:
    """Score the organisations of every edition under the method of that edition.

    Parameters
    ----------
    data : Dataset
        All editions.

    Returns
    -------
    DataFrame
        Key edition_year, organisation_id, node_id. Columns score_percent, services,
        weight_redistributed as in `score_organisations`. Editions without answers have no rows.
    """
    parts = []
    for edition in list_editions(data.editions):
        one, _ = select_edition(data, edition.edition_year)
        if len(one.assessments):
            scores = score_organisations(one.assessments, one.services, *find_method(data, edition))
            scores.insert(0, "edition_year", edition.edition_year)
            parts.append(scores)
    columns = ["edition_year", "organisation_id", "node_id", "score_percent", "services",
               "weight_redistributed"]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def rank_editions(data: Dataset, scores: pd.DataFrame) -> pd.DataFrame:
    """Places of organisations in every edition.

    Parameters
    ----------
    scores : DataFrame
        From `score_editions`.

    Returns
    -------
    DataFrame
        Key edition_year, organisation_id, best first within an edition. Columns as in
        `rank_organisations`.
    """
    parts = []
    for edition in list_editions(data.editions):
        one, _ = select_edition(data, edition.edition_year)
        own = scores[scores["edition_year"] == edition.edition_year].drop(columns="edition_year")
        ranks = rank_organisations(
            own, one.organisations, *find_method(data, edition),
            decimals=data.about["decimals"], min_services=data.about["min_services"],
        )  # fmt: skip
        ranks.insert(0, "edition_year", edition.edition_year)
        parts.append(ranks[ranks["score_percent"].notna()])
    return pd.concat(parts, ignore_index=True)


def average_editions(data: Dataset, scores: pd.DataFrame) -> pd.DataFrame:
    """Mean over the organisations of each category, and of all, at the root, by edition.

    Returns
    -------
    DataFrame
        Key edition_year (all editions in order), category. Columns order, score_percent (missing
        where the edition has no answers for the category), organisations, lowest, highest,
        comparable (bool: a line may join this edition and the one before; see `cover_editions`).
    """
    comparable = cover_editions(data).set_index("edition_year")["comparable"]
    parts = []
    for edition in list_editions(data.editions):
        one, _ = select_edition(data, edition.edition_year)
        tree, _ = find_method(data, edition)
        own = scores[(scores["edition_year"] == edition.edition_year)
                     & (scores["node_id"] == tree.root)]  # fmt: skip
        means = score_categories(own, one.organisations).set_index("category")
        means = means.reindex([*data.categories["id"], CATEGORY_ALL]).drop(columns="node_id")
        parts.append(
            means.reset_index(names="category").assign(
                edition_year=edition.edition_year,
                order=edition.order,
                comparable=bool(comparable[edition.edition_year]),
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table["organisations"] = table["organisations"].fillna(0).astype("Int64")
    first = ["edition_year", "category", "order"]
    return table[[*first, *(column for column in table if column not in first)]]


def cover_editions(data: Dataset) -> pd.DataFrame:
    """What every edition covers and what it shares with the one before.

    Two neighbouring editions are comparable when they have the same framework and rules and at
    least half of the services of either are in both.

    Returns
    -------
    DataFrame
        Key edition_year in order. Columns organisations, services, items (counts), shared with the
        edition before: organisations_shared, services_shared, items_shared (missing at the first
        edition), same_method (bool, missing likewise), comparable (bool; False at the first),
        coverage_basis (what the size of the edition rests on, where `editions.csv` says it).
    """
    rows: list[dict[str, Any]] = []
    before: Edition | None = None
    for edition in list_editions(data.editions):
        row = _count_edition(data, edition)
        if before:
            shared = _count_shared(data, before, edition)
            least = _LEAST_SHARED * max(row["services"], rows[-1]["services"])
            shared["comparable"] = shared["same_method"] and shared["services_shared"] >= least
            row |= shared
        rows.append(row)
        before = edition
    table = pd.DataFrame(
        rows,
        columns=["edition_year", "organisations", "services", "items", "organisations_shared",
                 "services_shared", "items_shared", "same_method", "comparable", "coverage_basis"],
    )  # fmt: skip
    others = ("same_method", "comparable", "coverage_basis")
    counts = [column for column in table if column not in others]
    return table.astype({column: "Int64" for column in counts}).astype(
        {"same_method": "boolean", "comparable": "bool"}
    )


def _count_edition(data: Dataset, edition: Edition) -> dict[str, Any]:
    one, _ = select_edition(data, edition.edition_year)
    tree, _ = find_method(data, edition)
    about = data.editions.set_index("edition_year").reindex(columns=["coverage_basis"])
    return {
        "edition_year": edition.edition_year,
        "coverage_basis": about["coverage_basis"][edition.edition_year],
        "organisations": len(one.organisations),
        "services": len(one.services),
        "items": len(tree.items),
        "comparable": False,
    }


def _count_shared(data: Dataset, before: Edition, after: Edition) -> dict[str, Any]:
    old, new = (select_edition(data, edition.edition_year)[0] for edition in (before, after))
    items = match_items(find_method(data, before)[0], find_method(data, after)[0])
    return {
        "organisations_shared": len(
            set(old.organisations["organisation_id"]) & set(new.organisations["organisation_id"])
        ),
        "services_shared": len(set(old.services["service_id"]) & set(new.services["service_id"])),
        "items_shared": int(items["state"].isin(["same", "renamed"]).sum()),
        "same_method": (before.framework, before.rules) == (after.framework, after.rules),
    }


def match_items(before: Tree, after: Tree) -> pd.DataFrame:
    """Which items of two frameworks ask the same.

    An item is the same when its id stands in both, renamed when its `replaces` names one item of
    the former framework, merged when it names several, else added. What no item takes up is
    dropped.

    Returns
    -------
    DataFrame
        Columns item_id (missing where dropped), former_id (missing where added; several separated
        by `;` where merged), state (`same`, `renamed`, `merged`, `added`, `dropped`). Items of the
        later framework in tree order, then the dropped ones.
    """
    replaces = dict(zip(after.node_ids, after.column("replaces", ""), strict=True))
    rows = [_match_item(item, str(replaces[item]), before.items) for item in after.items]
    taken = {former for _, formers, _ in rows for former in formers.split(";")}
    rows += [("", item, "dropped") for item in before.items if item not in taken]
    table = pd.DataFrame(rows, columns=["item_id", "former_id", "state"])
    return table.mask(table == "")


def compare_frameworks(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    """`match_items` of two editions, with the weights of the items in the root.

    Returns
    -------
    DataFrame
        Columns of `match_items`, then weight_before and weight (shares of the root, 0..1; missing
        where the item is not in that framework). Empty without an earlier edition.
    """
    columns = ["item_id", "former_id", "state", "weight_before", "weight"]
    if before is None:
        return pd.DataFrame(columns=columns)
    trees = [find_method(data, edition)[0] for edition in (before, after)]
    table = match_items(*trees)
    weights = [
        pd.Series(nominal_weights(tree), index=tree.node_ids).reindex(table[column]).to_numpy()
        for tree, column in zip(trees, ("former_id", "item_id"), strict=True)
    ]
    return table.assign(weight_before=weights[0], weight=weights[1])


def _match_item(item: str, replaces: str, former: list[str]) -> tuple[str, str, str]:
    if item in former:
        return item, item, "same"
    found = [one.strip() for one in replaces.split(";") if one.strip() in former]
    if not found:
        return item, "", "added"
    return item, ";".join(found), "renamed" if len(found) == 1 else "merged"


def compare_organisations(
    data: Dataset, ranks: pd.DataFrame, before: Edition | None, after: Edition
) -> pd.DataFrame:
    """What became of every organisation between two editions.

    Scores are those of each edition under its own method; a change holds new services and a
    changed method too. `compare_like_for_like` parts them.

    Parameters
    ----------
    ranks : DataFrame
        From `rank_editions`.

    Returns
    -------
    DataFrame
        Key organisation_id, largest rise first. Columns category (of the later edition where there
        is one), state (`both`, `entered`, `left`, `merged`), successors, baseline_year,
        score_before, score_percent, change (points), rank_before, ranked_before, rank, ranked,
        places (climbed; missing where the category changed), services_before, services. Empty
        without an earlier edition.
    """
    columns = ["organisation_id", "category", "state", "successors", "baseline_year",
               "score_before", "score_percent", "change", "rank_before", "ranked_before", "rank",
               "ranked", "places", "services_before", "services"]  # fmt: skip
    if before is None:
        return pd.DataFrame(columns=columns)
    old, new = (_places(ranks, edition) for edition in (before, after))
    table = old.merge(new, on="organisation_id", how="outer", suffixes=("_before", ""),
                      validate="one_to_one")  # fmt: skip
    former = select_edition(data, before.edition_year)[0].organisations
    successors = former.set_index("organisation_id")["successors"]
    table["successors"] = table["organisation_id"].map(successors)
    gone = table["category"].isna()
    table["state"] = "both"
    table.loc[table["category_before"].isna(), "state"] = "entered"
    table.loc[gone, "state"] = "left"
    table.loc[gone & table["successors"].notna(), "state"] = "merged"
    table["change"] = table["score_percent"] - table["score_percent_before"]
    same = (table["category"] == table["category_before"]).fillna(False)
    table["places"] = (table["rank_before"] - table["rank"]).where(same)
    table["category"] = table["category"].fillna(table["category_before"])
    table["baseline_year"] = before.edition_year
    return (
        table.rename(columns={"score_percent_before": "score_before"})[columns]
        .sort_values(["change", "organisation_id"], ascending=[False, True], ignore_index=True)
    )  # fmt: skip


def _places(ranks: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    columns = ["organisation_id", "category", "score_percent", "services", "rank", "ranked"]
    return ranks.loc[ranks["edition_year"] == edition.edition_year, columns]


def compare_like_for_like(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    """The mean score of two editions on four bases, each more alike than the one before.

    `everything` is what the two editions report. `same_organisations` keeps the organisations of
    both. `same_services` keeps the services of both, each under its later owner and category.
    `same_items` also keeps only the items that ask the same, under the later framework and rules.
    The change on the last basis is owed neither to entry or exit nor to the method.

    Parameters
    ----------
    data : Dataset
        All editions.
    before, after : Edition

    Returns
    -------
    DataFrame
        Key category (the dataset's, then `all`), basis. Columns baseline_year, organisations,
        services, items (counts of the later edition), score_before, score_percent (plain mean over
        organisations), change (points). Categories without organisations on a basis are left out.
        Empty without an earlier edition.
    """
    columns = ["category", "basis", "baseline_year", "organisations", "services", "items",
               "score_before", "score_percent", "change"]  # fmt: skip
    if before is None:
        return pd.DataFrame(columns=columns)
    old, new = (select_edition(data, edition.edition_year)[0] for edition in (before, after))
    old_method, method = find_method(data, before), find_method(data, after)
    matched = match_items(old_method[0], method[0])
    matched = matched[matched["state"].isin(["same", "renamed"])]
    names = dict(zip(matched["former_id"], matched["item_id"], strict=True))
    renamed = old.assessments.assign(item_id=old.assessments["item_id"].map(names))
    common = keep_items(method[0], list(matched["item_id"])), method[1]
    shared = new.services[new.services["service_id"].isin(old.services["service_id"])]
    earlier = _root_scores(old.assessments, old.services, old_method, old.organisations)
    later = _root_scores(new.assessments, new.services, method, new.organisations)
    both = set(earlier["organisation_id"]) & set(later["organisation_id"])
    bodies = new.organisations
    pairs = {
        "everything": (earlier, later),
        "same_organisations": tuple(
            frame[frame["organisation_id"].isin(both)] for frame in (earlier, later)
        ),
        "same_services": (
            _root_scores(old.assessments, shared, old_method, bodies),
            _root_scores(new.assessments, shared, method, bodies),
        ),
        "same_items": (
            _root_scores(renamed.dropna(subset="item_id"), shared, common, bodies),
            _root_scores(new.assessments, shared, common, bodies),
        ),
    }
    items = dict.fromkeys(BASES, len(method[0].items)) | {"same_items": len(common[0].items)}
    table = pd.concat(
        [_compare_means(*pairs[basis]).assign(basis=basis, items=items[basis]) for basis in BASES]
    )
    place = {category: number for number, category in enumerate(data.categories["id"])}
    order = table["category"].map(place).fillna(len(place))
    table = table.assign(order=order, baseline_year=before.edition_year)
    return table.sort_values("order", kind="stable", ignore_index=True)[columns]


def _root_scores(
    assessments: pd.DataFrame,
    services: pd.DataFrame,
    method: tuple[Tree, Rules],
    organisations: pd.DataFrame,
) -> pd.DataFrame:
    """organisation_id, category, score_percent and services at the root, of those with a score."""
    scores = score_organisations(assessments, services, *method)
    root = scores[(scores["node_id"] == method[0].root) & scores["score_percent"].notna()]
    return root[["organisation_id", "score_percent", "services"]].merge(
        organisations[["organisation_id", "category"]], on="organisation_id", validate="one_to_one"
    )


def _compare_means(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Plain means over organisations, by category and over all, side by side."""
    old, new = (
        pd.concat([frame, frame.assign(category=CATEGORY_ALL)]).groupby("category")
        for frame in (before, after)
    )
    table = new.agg(
        organisations=("organisation_id", "nunique"), services=("services", "sum"),
        score_percent=("score_percent", "mean"),
    )  # fmt: skip
    table["score_before"] = old["score_percent"].mean()
    return table.assign(change=table["score_percent"] - table["score_before"]).reset_index()


def list_history(ranks: pd.DataFrame, averages: pd.DataFrame, organisation_id: str) -> pd.DataFrame:
    """Score and place of one organisation over the editions, beside the mean of its category.

    Parameters
    ----------
    ranks, averages : DataFrame
        From `rank_editions` and `average_editions`.

    Returns
    -------
    DataFrame
        Key edition_year, a row for every edition, in order. Columns organisation_id, order,
        category, score_percent, services, rank, ranked, category_mean, comparable. Missing where
        the organisation was not scored; the category there is the nearest one it had.
    """
    own = ranks.loc[ranks["organisation_id"] == organisation_id].set_index("edition_year")
    editions = averages[["edition_year", "order", "comparable"]].drop_duplicates()
    table = editions.join(own[["category", "score_percent", "services", "rank", "ranked"]],
                          on="edition_year")  # fmt: skip
    table["category"] = table["category"].ffill().bfill()
    table.insert(1, "organisation_id", organisation_id)
    means = averages.rename(columns={"score_percent": "category_mean"})
    return table.merge(
        means[["edition_year", "category", "category_mean"]], on=["edition_year", "category"],
        how="left", validate="one_to_one",
    )  # fmt: skip
