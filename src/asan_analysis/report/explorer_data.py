"""What the explorer shows, as one JSON: figures from the tables of the report, names, method."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import list_editions
from asan_analysis.data.names import collation_key
from asan_analysis.data.published import Published
from asan_analysis.data.tables import each_row
from asan_analysis.errors import FrameworkError
from asan_analysis.index.aggregation import Floats
from asan_analysis.index.framework import Tree, power_of
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_scores
from asan_analysis.index.rollup import group_services, pool_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_services
from asan_analysis.report.identity import Identity
from asan_analysis.report.labels import labels_of
from asan_analysis.report.words import LANGUAGES

NEEDED = ("organisation_scores", "organisation_node_scores", "contributions")
CHOICES = ("exclude", "zero")  # of the rule on what is not applicable
_SUGGESTED = 3


def collect(folder: Path, identity: Identity, facts: Published) -> dict[str, Any]:
    """Everything the page shows of one edition of a dataset.

    Parameters
    ----------
    folder : Path
        The report; its `tables/` hold the figures that the chapters computed.
    identity : Identity
    facts : Published
        Only asked for names of codes; nothing of it is shown.

    Returns
    -------
    dict
        `about` (id, kind, decimals, year, title, label, citation, top: the best score there is),
        `categories` (name), `parts` (children of the root: name, short, weight among siblings),
        `bodies` (see `_tell_body`; in the order of the places), `services` (name, body, weight in
        the roll-up), `items` (name by id, those named somewhere), `editions` (year, label,
        comparable with the one before), `means` (of a category: over editions and over parts),
        `orders` (bodies in the order of the alphabet, by language), `method` (see `_tell_method`)
        and `scores` (see `_score_parts`). A name is a text, or two where languages differ, in the
        order of `LANGUAGES`. Bodies, categories and services are named by their place. Missing
        is null.

    Raises
    ------
    FrameworkError
        The edition cannot be scored.
    """
    data, edition = select_edition(identity.data, identity.edition.edition_year)
    tree, rules = find_method(data, edition)
    names = [labels_of("results", identity.data, edition, facts, lang) for lang in LANGUAGES]

    def name(code: object, end: str = "") -> Any:
        found = [own.get(f"{code}{end}", own.get(str(code), str(code))) for own in names]
        return found[0] if len(set(found)) == 1 else found

    tables = Tables(folder)
    ranks = tables.read("organisation_scores")
    bodies = [str(body) for body in ranks["organisation_id"]]
    categories = [str(category) for category in data.categories["id"]]
    below = tree.below(tree.root)
    found = tables.of_bodies(tree)
    told = [_tell_body(row, categories, below, found, name) for row in each_row(ranks)]
    compare_announced(told, data, tree)
    scores = _score_parts(data, tree, rules, bodies)
    place = {body: number for number, body in enumerate(bodies)}
    owner = data.services["organisation_id"].map(place)
    weight = _weigh(data, rules)
    return {
        "about": {
            "id": data.dataset_id, "kind": data.kind, "decimals": int(data.about["decimals"]),
            "year": edition.edition_year, "label": _pair(identity.label), "top": rules.range[1],
            "title": _pair(data.title), "citation": _pair(identity.citation),
        },
        "categories": [name(category) for category in categories],
        "parts": [
            {"name": name(node), "short": name(node, ".short"), "weight": float(share)}
            for node, share in zip(below, tree.weights[list(tree.children[0])], strict=True)
        ],
        "bodies": told,
        "services": [
            {"name": name(service), "body": int(body), "weight": float(own)}
            for service, body, own in zip(data.services["service_id"], owner, weight, strict=True)
        ],
        "items": {item: name(item) for item in _items_named(told)},
        "editions": _tell_editions(tables, identity, name),
        "means": _tell_means(tables, categories, below, identity.edition.edition_year),
        "orders": [_order([_name_in(body["name"], place) for body in told])
                   for place in range(len(LANGUAGES))],
        "method": _tell_method(data, tree, rules, scores),
        "scores": scores,
    }  # fmt: skip


class Tables:
    """Tables of a report by name, read when asked for; one that is not there has no rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tables"

    def read(self, name: str) -> pd.DataFrame:
        """A table; its codes are text."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame()
        codes = ("organisation_id", "service_id", "node_id", "item_id", "item_1", "item_2",
                 "item_3", "rival", "example_id", "category")  # fmt: skip
        return pd.read_csv(
            path, dtype=dict.fromkeys(codes, "str"), keep_default_na=False, na_values=[""],
            float_precision="round_trip",
        )  # fmt: skip

    def by_body(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """The rows of a table by organisation, in their order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.read(name).astype(object).to_dict("records"):
            found.setdefault(str(row["organisation_id"]), []).append(
                {str(column): value for column, value in row.items()}
            )
        return found

    def of_bodies(self, tree: Tree) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """What the page tells of each body, by table."""
        names = ("organisation_node_scores", "contributions", "uncertainty", "lowest_ten",
                 "first_items", "next_places", "organisation_changes", "firm_moves",
                 "suggested_services", "organisation_editions")  # fmt: skip
        return {name: self.by_body(name) for name in names}


def _tell_body(
    row: Any,
    categories: list[str],
    below: list[str],
    found: dict[str, dict[str, list[dict[str, Any]]]],
    name: Callable[..., Any],
) -> dict[str, Any]:
    """One body.

    id, name, category, score, services, rank, ranked; parts (score of each child of the root and
    the points it contributes); draws (5 and 95 percent quantile of its place by source of
    uncertainty, and of its score over both); change (points since the edition before, where the
    two compare; whether it is more than chance); history (edition, score, place, of how many);
    lowest (service, score, item and points that cost it most); first (item, services, points);
    next (rival, points needed, answers, outcome); suggested (service, bodies that give it, of).
    """
    body = str(row.organisation_id)
    own = {table: rows.get(body, []) for table, rows in found.items()}
    nodes = {one["node_id"]: one["score_percent"] for one in own["organisation_node_scores"]}
    parts = {one["node_id"]: one["contribution"] for one in own["contributions"]}
    draws = {one["source"]: one for one in own["uncertainty"]}
    both = draws.get("both", draws.get("method", {}))
    return {
        "id": body,
        "name": name(body),
        "category": categories.index(str(row.category)),
        "score": _number(row.score_percent),
        "services": int(row.services),
        "rank": _number(row.rank),
        "ranked": _number(row.ranked),
        "parts": [[_number(nodes.get(node)), _number(parts.get(node))] for node in below],
        "draws": {
            "both": _span(both, "rank_q05", "rank_q95"),
            "method": _span(draws.get("method", {}), "rank_q05", "rank_q95"),
            "score": _span(both, "score_q05", "score_q95"),
        },
        "change": _tell_change(own["organisation_changes"], own["firm_moves"]),
        "history": [
            [int(one["edition_year"]), *map(_number, (one["score_percent"], one["rank"],
                                                       one["ranked"]))]
            for one in own["organisation_editions"]
        ],
        "lowest": [
            [name(one["service_id"]), _number(one["score_percent"]), _text(one["item_1"]),
             _number(one["cost_1"])] for one in own["lowest_ten"][:10]
        ],
        "first": [[one["item_id"], int(one["services"]), _number(one["gain"])]
                  for one in own["first_items"]],
        "next": [[name(one["rival"]), *map(_number, (one["needed"], one["answers"])),
                  one["outcome"]] for one in own["next_places"]],
        "suggested": [[name(one["example_id"]), int(one["giving"]), int(one["others"])]
                      for one in own["suggested_services"][:_SUGGESTED]],
    }  # fmt: skip


def _tell_change(changes: list[dict[str, Any]], moves: list[dict[str, Any]]) -> Any:
    """Points since the edition before and whether they are more than chance; None without."""
    points = {one["state"]: _number(one["change"]) for one in moves}
    comparable = any(one["comparable"] is True for one in moves)
    known = [one for one in changes if one["state"] == "both" and not pd.isna(one["change"])]
    if not known or not comparable or not points:
        return None
    return [_number(known[0]["change"]), any(one["firm"] is True for one in moves)]


def compare_announced(told: list[dict[str, Any]], data: Dataset, tree: Tree) -> None:
    """Give the bodies their announced place in the category where all of them have one.

    Only of an observed dataset. A rank announced for the category stands as it is; one over all,
    or else the score, gives the order of the category.
    """
    rows = data.announced
    if data.kind != "observed" or rows.empty:
        return
    own = rows[(rows["level"] == "organisation") & (rows["node_id"] == tree.root)]
    own = own.set_index("unit_id")
    for category, place in enumerate(data.categories["id"]):
        bodies = [body for body in told if body["category"] == category and body["rank"]]
        ids = [body["id"] for body in bodies]
        for ranks in _announced_ranks(own, str(place), ids):
            if len(ranks) == len(ids) and ranks.notna().all():
                for body, rank in zip(bodies, ranks, strict=True):
                    body["announced"] = _number(rank)
                break


def _announced_ranks(
    own: pd.DataFrame, category: str, bodies: list[str]
) -> Iterable[pd.Series[Any]]:
    """Places of bodies by what was announced, the closest first."""
    named, overall = (own[own["scope"] == scope] for scope in (category, "all"))
    if named.index.is_unique:
        yield named["rank"].reindex(bodies)
    if overall.index.is_unique:
        yield rank_scores(-overall["rank"].reindex(bodies).astype("float64"))
        yield rank_scores(overall["score_percent"].reindex(bodies).astype("float64"))


def _tell_method(
    data: Dataset, tree: Tree, rules: Rules, scores: dict[str, Any]
) -> dict[str, Any]:
    """What `scoring.js` has to know of the root and of the rules, and why it cannot weigh.

    `refused` is a text of the catalogue, empty where weights can be moved: fewer than two children,
    or a mean that is not defined for a score below zero.
    """
    power = power_of(tree.column("aggregation", rules.aggregation)[0])
    few = len(tree.children[0]) < 2
    below = power != 1 and any(
        score is not None and score < 0 for rows in scores["services"] for row in rows
        for score in row
    )
    return {
        "power": power,
        "notApplicable": scores["choices"].index(rules.not_applicable),
        "minCoverage": rules.min_coverage,
        "round": rules.round.get(0),
        "roundService": rules.round_service,
        "roundBody": rules.round_organisation,
        "rounding": rules.rounding,
        "ties": rules.ties,
        "rankDigits": None if rules.rank_on != "rounded" else
        rules.round_organisation if rules.round_organisation is not None
        else int(data.about["decimals"]),
        "minServices": int(data.about["min_services"]),
        "refused": "few" if few else "below" if below else "",
    }  # fmt: skip


def _score_parts(data: Dataset, tree: Tree, rules: Rules, bodies: list[str]) -> dict[str, Any]:
    """Scores of the root's children, which no weight of theirs changes.

    `choices` names the rules on what is not applicable under which they differ; `services` and,
    where answers are pooled, `pooled` hold for each choice a row a service (a body) and a column
    a child.
    """
    found: dict[str, list[Floats]] = {}
    for choice in sorted(CHOICES, key=lambda one: one != rules.not_applicable):
        try:
            found[choice] = _score_once(data, tree, replace(rules, not_applicable=choice), bodies)
        except FrameworkError:
            if choice == rules.not_applicable:
                raise
    own = found[rules.not_applicable]
    choices = [
        choice for choice in CHOICES
        if choice == rules.not_applicable
        or (choice in found and not all(map(_same, found[choice], own)))
    ]  # fmt: skip
    pooled = rules.roll_up == "pooled"
    return {
        "choices": choices,
        "services": [_rows(found[choice][0]) for choice in choices],
        "pooled": [_rows(found[choice][1]) for choice in choices] if pooled else None,
    }


def _score_once(data: Dataset, tree: Tree, rules: Rules, bodies: list[str]) -> list[Floats]:
    """Children of the root under one set of rules: of the services and, if pooled, of bodies."""
    scored, units = arrays_of_services(data.assessments, data.services, tree, rules)
    below = list(tree.children[0])
    if rules.roll_up != "pooled":
        return [scored.score[below]]
    owners, members, _ = group_services(data.services, units, rules)
    pooled = pool_services(scored, members, tree, rules, owners).score[below]
    place = {body: number for number, body in enumerate(owners)}
    whole = np.full((len(below), len(bodies)), np.nan)
    for number, body in enumerate(bodies):
        if body in place:
            whole[:, number] = pooled[:, place[body]]
    return [scored.score[below], whole]


def _weigh(data: Dataset, rules: Rules) -> Floats:
    """Weight of each service in the roll-up."""
    return group_services(data.services, [str(one) for one in data.services["service_id"]], rules)[
        2
    ]


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def _rows(scores: Floats) -> list[list[Any]]:
    return [[_number(score) for score in row] for row in scores.T]


def _tell_editions(
    tables: Tables, identity: Identity, name: Callable[..., Any]
) -> list[dict[str, Any]]:
    """Editions up to that of the report, in their order."""
    shared = tables.read("editions_shared")
    known = {} if shared.empty else dict(zip(shared["edition_year"], shared["comparable"],
                                             strict=True))  # fmt: skip
    return [
        {"year": one.edition_year, "label": name(one.edition_year),
         "comparable": bool(known.get(one.edition_year, False))}
        for one in list_editions(identity.data.editions) if one.order <= identity.edition.order
    ]  # fmt: skip


def _tell_means(
    tables: Tables, categories: list[str], below: list[str], year: int
) -> list[dict[str, Any]]:
    """Means over the bodies of each category: by edition, and by child of the root."""
    editions, parts = tables.read("category_editions"), tables.read("category_scores")
    told = []
    for category in categories:
        own = editions[editions["category"] == category] if len(editions) else editions
        nodes = parts[parts["category"] == category] if len(parts) else parts
        score = dict(zip(nodes["node_id"], nodes["score_percent"], strict=True)) if len(nodes) else {}
        told.append({
            "editions": [] if own.empty else
            [[int(one), _number(mean)] for one, mean in
             zip(own["edition_year"], own["score_percent"], strict=True)],
            "parts": [_number(score.get(node)) for node in below],
        })  # fmt: skip
    return told


def _items_named(told: list[dict[str, Any]]) -> list[str]:
    first = {item for body in told for item, *_ in body["first"]}
    low = {item for body in told for _, _, item, _ in body["lowest"] if item}
    return sorted(first | low)


def _order(names: list[str]) -> list[int]:
    """Places of names in the order of the Azerbaijani alphabet."""
    return sorted(range(len(names)), key=lambda place: collation_key(names[place]))


def _name_in(name: Any, place: int) -> str:
    return str(name if isinstance(name, str) else name[place])


def _pair(text: Callable[[str], str]) -> Any:
    """A text in both languages, once where they are the same."""
    found = [text(lang) for lang in LANGUAGES]
    return found[0] if len(set(found)) == 1 else found


def _number(value: Any) -> int | float | None:
    """A number for JSON: whole ones without a point, missing and infinite ones None."""
    if value is None or pd.isna(value) or math.isinf(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _span(row: dict[str, Any], low: str, high: str) -> list[Any] | None:
    span = [_number(row.get(low)), _number(row.get(high))]
    return None if None in span else span


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
