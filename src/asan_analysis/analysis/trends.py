"""What moved between editions, and what can be compared at all."""

from __future__ import annotations

from collections import Counter
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
from asan_analysis.index.scoring import score_services

BASES = ("everything", "same_organisations", "same_services", "same_items")
_ALIKE = ("same", "renamed")  # states of items that ask the same
LEAST_SHARED = 0.5  # of the services of either edition, for a line to join the two
_SCORES = {
    "edition_year": "int64", "organisation_id": "str", "node_id": "str",
    "score_percent": "float64", "services": "int64", "weight_redistributed": "float64",
}  # fmt: skip


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
    for year, method in _find_methods(data).items():
        one, _ = select_edition(data, year)
        if len(one.assessments):
            scores = score_organisations(one.assessments, one.services, *method)
            scores.insert(0, "edition_year", year)
            parts.append(scores)
    nothing = pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in _SCORES.items()})
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _find_methods(data: Dataset) -> dict[int, tuple[Tree, Rules]]:
    """The method of every edition in order; editions under the same files share one."""
    editions = list_editions(data.editions)
    methods = {(edition.framework, edition.rules): edition for edition in editions}
    built = {files: find_method(data, edition) for files, edition in methods.items()}
    return {one.edition_year: built[one.framework, one.rules] for one in editions}


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
    for year, method in _find_methods(data).items():
        own = scores[scores["edition_year"] == year].drop(columns="edition_year")
        ranks = rank_organisations(
            own, data.organisations[data.organisations["edition_year"] == year], *method,
            decimals=data.about["decimals"], min_services=data.about["min_services"],
        )  # fmt: skip
        ranks.insert(0, "edition_year", year)
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
    methods, parts = _find_methods(data), []
    for edition in list_editions(data.editions):
        year, (tree, _) = edition.edition_year, methods[edition.edition_year]
        own = scores[(scores["edition_year"] == year) & (scores["node_id"] == tree.root)]
        bodies = data.organisations[data.organisations["edition_year"] == year]
        means = score_categories(own, bodies).set_index("category")
        means = means.reindex([*data.categories["id"], CATEGORY_ALL]).drop(columns="node_id")
        parts.append(
            means.reset_index(names="category").assign(
                edition_year=year,
                order=edition.order,
                comparable=bool(comparable[year]),
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table["organisations"] = table["organisations"].fillna(0).astype("Int64")
    first = ["edition_year", "category", "order"]
    return table[[*first, *(column for column in table if column not in first)]]


def cover_editions(data: Dataset) -> pd.DataFrame:
    """What every edition covers and what it shares with the one before.

    Two neighbouring editions are comparable when they name the same framework and rules files and
    at least half of the services listed in either, so half of the longer list, are in both.

    Returns
    -------
    DataFrame
        Key edition_year in order. Columns organisations, services, items (counts), shared with the
        edition before: organisations_shared, services_shared, items_shared (same or renamed, see
        `match_items`; missing at the first edition), same_method (bool, the same files; missing
        likewise), comparable (bool; False at the first),
        coverage_basis (what the size of the edition rests on, where `editions.csv` says it).
    """
    methods = _find_methods(data)
    rows: list[dict[str, Any]] = []
    before: Edition | None = None
    for edition in list_editions(data.editions):
        tree, _ = methods[edition.edition_year]
        row = _count_edition(data, edition, tree)
        if before:
            shared = _count_shared(data, before, edition)
            least = LEAST_SHARED * max(row["services"], rows[-1]["services"])
            shared["comparable"] = shared["same_method"] and shared["services_shared"] >= least
            items = match_items(methods[before.edition_year][0], tree)
            shared["items_shared"] = int(items["state"].isin(_ALIKE).sum())
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


def _count_edition(data: Dataset, edition: Edition, tree: Tree) -> dict[str, Any]:
    about = data.editions.set_index("edition_year").reindex(columns=["coverage_basis"])
    return {
        "edition_year": edition.edition_year,
        "coverage_basis": about["coverage_basis"][edition.edition_year],
        "organisations": len(_list_ids(data.organisations, "organisation_id", edition)),
        "services": len(_list_ids(data.services, "service_id", edition)),
        "items": len(tree.items),
        "comparable": False,
    }


def _count_shared(data: Dataset, before: Edition, after: Edition) -> dict[str, Any]:
    def shared(frame: pd.DataFrame, key: str) -> int:
        return len(_list_ids(frame, key, before) & _list_ids(frame, key, after))

    return {
        "organisations_shared": shared(data.organisations, "organisation_id"),
        "services_shared": shared(data.services, "service_id"),
        "same_method": (before.framework, before.rules) == (after.framework, after.rules),
    }


def _list_ids(frame: pd.DataFrame, key: str, edition: Edition) -> set[str]:
    return set(frame.loc[frame["edition_year"] == edition.edition_year, key])


def match_items(before: Tree, after: Tree) -> pd.DataFrame:
    """Which items of two frameworks ask the same.

    An item is the same when its id stands in both, whatever its `replaces` says. Otherwise it is
    renamed when its `replaces` names one item of the former framework that no other item takes up
    or carries on, split when another does, merged when it names several, else added. What no item
    takes up is dropped. Whether an item of the same id still asks the same is for whoever writes
    the framework to see to.

    Returns
    -------
    DataFrame
        Columns item_id (missing where dropped), former_id (missing where added; several separated
        by `;` where merged), state (`same`, `renamed`, `split`, `merged`, `added`, `dropped`).
        Items of the later framework in tree order, then the dropped ones. Only `same` and
        `renamed` name each former item once.
    """
    replaces = dict(zip(after.node_ids, after.column("replaces", ""), strict=True))
    former = {item: _find_former(item, str(replaces[item]), before.items) for item in after.items}
    taken = Counter(one for found in former.values() for one in found)
    rows = [(item, ";".join(found), _state(item, found, taken)) for item, found in former.items()]
    rows += [("", item, "dropped") for item in before.items if item not in taken]
    table = pd.DataFrame(rows, columns=["item_id", "former_id", "state"])
    return table.mask(table == "")


def _find_former(item: str, replaces: str, former: list[str]) -> list[str]:
    if item in former:
        return [item]
    named = dict.fromkeys(one.strip() for one in replaces.split(";"))
    return [one for one in named if one in former]


def _state(item: str, former: list[str], taken: Counter[str]) -> str:
    if not former:
        return "added"
    if len(former) > 1:
        return "merged"
    if former == [item]:
        return "same"
    return "renamed" if taken[former[0]] == 1 else "split"


def compare_frameworks(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    """`match_items` of two editions, with the weights of the items in the root.

    Returns
    -------
    DataFrame
        Columns of `match_items`, then weight_before and weight (shares of the root, 0..1; missing
        where the item is not in that framework; the sum of the former items where merged, the
        whole former item where split). Empty without an earlier edition.
    """
    columns = ["item_id", "former_id", "state", "weight_before", "weight"]
    if before is None:
        return pd.DataFrame(columns=columns)
    trees = [find_method(data, edition)[0] for edition in (before, after)]
    table = match_items(*trees)
    for tree, items, column in zip(
        trees, ("former_id", "item_id"), ("weight_before", "weight"), strict=True
    ):
        one = pd.Series(nominal_weights(tree), index=tree.node_ids)
        each = table[items].str.split(";").explode()
        table[column] = one.reindex(each).groupby(each.index.to_numpy()).sum(min_count=1)
    return table


def compare_organisations(
    data: Dataset, ranks: pd.DataFrame, before: Edition | None, after: Edition
) -> pd.DataFrame:
    """What became of every organisation between two editions.

    Scores are those of each edition under its own method; a change holds new services and a
    changed method too. `compare_like_for_like` parts them. The states speak of scores: `both` has
    one in both editions, `entered` only in the later, `left` and `merged` only in the earlier, even
    where the other edition lists the organisation. It merged when an edition from the earlier up
    to the later names its successors.

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
        without an earlier edition, and where either edition has no scores.
    """
    columns = ["organisation_id", "category", "state", "successors", "baseline_year",
               "score_before", "score_percent", "change", "rank_before", "ranked_before", "rank",
               "ranked", "places", "services_before", "services"]  # fmt: skip
    if before is None:
        return pd.DataFrame(columns=columns)
    old, new = (_places(ranks, edition) for edition in (before, after))
    if old.empty or new.empty:
        return pd.DataFrame(columns=columns)
    table = old.merge(new, on="organisation_id", how="outer", suffixes=("_before", ""),
                      validate="one_to_one")  # fmt: skip
    successors = find_successors(data, before, after)
    table["successors"] = successors.reindex(table["organisation_id"]).array
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


def find_successors(data: Dataset, before: Edition, after: Edition) -> pd.Series[Any]:
    """Successors by organisation: the last named from the earlier edition up to the later."""
    place = data.editions.set_index("edition_year")["order"]
    named = data.organisations[data.organisations["successors"].notna()]
    named = named.assign(order=named["edition_year"].map(place)).sort_values("order")
    named = named[named["order"].between(before.order, max(before.order, after.order - 1))]
    return named.drop_duplicates("organisation_id", keep="last").set_index("organisation_id")[
        "successors"
    ]


def _places(ranks: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    columns = ["organisation_id", "category", "score_percent", "services", "rank", "ranked"]
    return ranks.loc[ranks["edition_year"] == edition.edition_year, columns]


def compare_like_for_like(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    """The mean score of two editions on four bases, each more alike than the one before.

    `everything` is what the two editions report. `same_organisations` keeps the organisations that
    have a score in both, under their later category. `same_services` keeps the services that have
    a score in both, each under its later owner and category; an owner may be new. `same_items` also
    keeps only the items that ask the same (`match_items`) and weigh something, under the later
    framework and rules, and the services that have a score on them in both. The change on the last
    basis is owed neither to entry or exit nor to the method.

    Where an item is normalised over the units of its own edition (zscore, ranks, empty bounds), a
    score says how a service stands among the others of that edition, and no basis makes two
    editions alike. An item of the same id whose values changed their unit is not caught either.

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
        organisations), change (points). Categories without organisations in the later edition on a
        basis are left out; `all` stands on every basis, without a score where nothing is left.
        Empty without an earlier edition, and where either edition has no answers.

    Raises
    ------
    FrameworkError
        What is left on a basis cannot be normalised, as where its values do not differ.
    """
    columns = ["category", "basis", "baseline_year", "organisations", "services", "items",
               "score_before", "score_percent", "change"]  # fmt: skip
    if before is None:
        return pd.DataFrame(columns=columns)
    old, new = (select_edition(data, edition.edition_year)[0] for edition in (before, after))
    if old.assessments.empty or new.assessments.empty:
        return pd.DataFrame(columns=columns)
    methods = find_method(data, before), find_method(data, after)
    tree, rules = methods[1]
    items = find_alike_items(methods[0][0], tree)
    common = (keep_items(tree, list(items.values())) if items else tree, rules)
    former = rename_answers(old.assessments, items)
    bodies = new.organisations
    shared = new.services[new.services["service_id"].isin(old.services["service_id"])]
    earlier = _root_scores(old.assessments, old.services, methods[0], old.organisations)
    later = _root_scores(new.assessments, new.services, methods[1], bodies)
    answers = old.assessments, new.assessments
    pairs = {
        "everything": (earlier, later),
        "same_organisations": _keep_both(earlier, later),
        "same_services": _score_both(answers, shared, methods, bodies),
        "same_items": _score_both((former, new.assessments), shared if items else shared.iloc[:0],
                                  (common, common), bodies),
    }  # fmt: skip
    counts = dict.fromkeys(BASES, len(tree.items)) | {"same_items": len(items)}
    table = pd.concat(
        [_compare_means(*pairs[basis]).assign(basis=basis, items=counts[basis]) for basis in BASES]
    )
    place = {category: number for number, category in enumerate(data.categories["id"])}
    order = table["category"].map(place).fillna(len(place))
    table = table.assign(order=order, baseline_year=before.edition_year)
    return table.sort_values("order", kind="stable", ignore_index=True)[columns]


def find_alike_items(before: Tree, after: Tree) -> dict[str, str]:
    """Items that ask the same, former id to later id; without those of no weight."""
    table = match_items(before, after)
    weight = dict(zip(after.node_ids, nominal_weights(after), strict=True))
    alike = table[table["state"].isin(_ALIKE)]
    pairs = zip(alike["former_id"], alike["item_id"], strict=True)
    return {former: item for former, item in pairs if weight[item] > 0}


def rename_answers(assessments: pd.DataFrame, items: dict[str, str]) -> pd.DataFrame:
    """Answers of a former edition under the later ids of `find_alike_items`, without the others."""
    renamed = assessments.assign(item_id=assessments["item_id"].map(items))
    return renamed.dropna(subset="item_id")


def _keep_both(earlier: pd.DataFrame, later: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The organisations of both, under their later category."""
    category = later[["organisation_id", "category"]]
    old = earlier.drop(columns="category").merge(category, on="organisation_id",
                                                 validate="one_to_one")  # fmt: skip
    return old, later[later["organisation_id"].isin(old["organisation_id"])]


def _score_both(
    answers: tuple[pd.DataFrame, pd.DataFrame],
    services: pd.DataFrame,
    methods: tuple[tuple[Tree, Rules], tuple[Tree, Rules]],
    organisations: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Root scores of two editions over the services that have a score in both."""
    for assessments, method in zip(answers, methods, strict=True):
        if len(services):
            scores = score_services(assessments, services, *method)
            scores = scores[(scores["node_id"] == method[0].root) & scores["score_percent"].notna()]
            services = services[services["service_id"].isin(scores["service_id"])]
    old, new = (
        _root_scores(assessments, services, method, organisations)
        for assessments, method in zip(answers, methods, strict=True)
    )
    return old, new


def _root_scores(
    assessments: pd.DataFrame,
    services: pd.DataFrame,
    method: tuple[Tree, Rules],
    organisations: pd.DataFrame,
) -> pd.DataFrame:
    """organisation_id, category, score_percent and services at the root, of those with a score."""
    bodies = organisations[["organisation_id", "category"]]
    if services.empty:
        return bodies.iloc[:0].assign(score_percent=0.0, services=0)
    scores = score_organisations(assessments, services, *method)
    root = scores[(scores["node_id"] == method[0].root) & scores["score_percent"].notna()]
    return root[["organisation_id", "score_percent", "services"]].merge(
        bodies, on="organisation_id", validate="one_to_one"
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
    table = table.reindex(table.index.union([CATEGORY_ALL]))
    counts = table[["organisations", "services"]].fillna(0).astype("int64")
    table = table.assign(**counts, score_before=old["score_percent"].mean())
    change = table["score_percent"] - table["score_before"]
    return table.assign(change=change).rename_axis("category").reset_index()


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
        the organisation was not scored; the category there is the last one it had before, or else
        the first one after.
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
