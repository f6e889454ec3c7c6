"""What the explorer shows, as one JSON: figures from the tables of the report, names, method."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import list_editions
from asan_analysis.data.names import collation_key
from asan_analysis.data.published import Published
from asan_analysis.data.tables import read_cells
from asan_analysis.index.method import find_method
from asan_analysis.report.explorer_scores import (
    compare_announced,
    plain,
    score_parts,
    tell_method,
    weigh_services,
)
from asan_analysis.report.identity import Identity
from asan_analysis.report.labels import labels_of
from asan_analysis.report.languages import LANGUAGES

NEEDED = ("organisation_scores", "organisation_node_scores", "contributions")
_BODIES = ("organisation_node_scores", "contributions", "uncertainty", "lowest_ten", "first_items",
           "next_places", "organisation_changes", "firm_moves", "suggested_services",
           "organisation_editions")  # fmt: skip
_SUGGESTED = 3

Row = dict[str, str]


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
        `bodies` (see `_tell_body`; in the order of the places), `services` (body of each and, where
        they differ, weight in the roll-up), `items` (name by id, those named somewhere),
        `editions` (year, label, comparable with the one before), `means` (of a category: over
        editions and over parts), `orders` (bodies in the order of the alphabet, by language),
        `method` (see `tell_method`) and `scores` (see `score_parts`). A name is a text, or two
        where languages differ, in the order of `LANGUAGES`. Bodies and categories are named by
        their place. Missing is null.

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

    ranks = _read(folder, "organisation_scores")
    bodies = [row["organisation_id"] for row in ranks]
    categories = [str(category) for category in data.categories["id"]]
    below = tree.below(tree.root)
    found = {table: _by_body(folder, table) for table in _BODIES}
    told = [_tell_body(row, categories, below, found, name) for row in ranks]
    compare_announced(told, data, tree)
    scores = score_parts(data, tree, rules, bodies)
    place = {body: number for number, body in enumerate(bodies)}
    weight = weigh_services(data, rules)
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
        "services": {
            "body": [place[str(body)] for body in data.services["organisation_id"]],
            "weight": None if (weight == 1).all() else [plain(one) for one in weight],
        },
        "items": {item: name(item) for item in _items_named(told)},
        "editions": _tell_editions(folder, identity, name),
        "means": _tell_means(folder, categories, below),
        "orders": [_order([_name_in(body["name"], place) for body in told])
                   for place in range(len(LANGUAGES))],
        "method": tell_method(data, tree, rules, scores),
        "scores": scores,
    }  # fmt: skip


def _read(folder: Path, name: str) -> list[Row]:
    """The rows of a table of the report as text, '' where missing; none where it is not there."""
    path = folder / "tables" / f"{name}.csv"
    if not path.is_file():
        return []
    cells = read_cells(path)
    names = [str(column) for column in cells]
    return [dict(zip(names, row, strict=True)) for row in cells.to_numpy().tolist()]


def _by_body(folder: Path, name: str) -> dict[str, list[Row]]:
    """The rows of a table by organisation, in their order."""
    found: dict[str, list[Row]] = {}
    for row in _read(folder, name):
        found.setdefault(row["organisation_id"], []).append(row)
    return found


def _tell_body(
    row: Row,
    categories: list[str],
    below: list[str],
    found: dict[str, dict[str, list[Row]]],
    name: Callable[..., Any],
) -> dict[str, Any]:
    """One body.

    id, name, category, score, services, rank, ranked; parts (score of each child of the root and
    the points it contributes); draws (5 and 95 percent quantile of its place by source of
    uncertainty, and of its score under the method alone); change (points since the edition before,
    where the two compare; whether it is more than chance); history (edition, score, place, of how
    many); lowest (service, score, item and points that cost it most); first (item, services,
    points); next (rival, points needed, answers, outcome); suggested (service, bodies that give it,
    of how many).
    """
    body = row["organisation_id"]
    own = {table: rows.get(body, []) for table, rows in found.items()}
    nodes = {one["node_id"]: one["score_percent"] for one in own["organisation_node_scores"]}
    parts = {one["node_id"]: one["contribution"] for one in own["contributions"]}
    draws = {one["source"]: one for one in own["uncertainty"]}
    both = draws.get("both", draws.get("method", {}))
    return {
        "id": body,
        "name": name(body),
        "category": categories.index(row["category"]),
        "score": plain(row["score_percent"]),
        "services": int(row["services"]),
        "rank": plain(row["rank"]),
        "ranked": plain(row["ranked"]),
        "parts": [[plain(nodes.get(node)), plain(parts.get(node))] for node in below],
        "draws": {
            "both": _span(both, "rank_q05", "rank_q95"),
            "method": _span(draws.get("method", {}), "rank_q05", "rank_q95"),
            "score": _span(draws.get("method", {}), "score_q05", "score_q95"),
        },
        "change": _tell_change(own["organisation_changes"], own["firm_moves"]),
        "history": [
            [int(one["edition_year"]), *map(plain, (one["score_percent"], one["rank"],
                                                       one["ranked"]))]
            for one in own["organisation_editions"]
        ],
        "lowest": [
            [name(one["service_id"]), plain(one["score_percent"]), one["item_1"] or None,
             plain(one["cost_1"])] for one in own["lowest_ten"][:10]
        ],
        "first": [[one["item_id"], int(one["services"]), plain(one["gain"])]
                  for one in own["first_items"]],
        "next": [[name(one["rival"]), *map(plain, (one["needed"], one["answers"])),
                  one["outcome"]] for one in own["next_places"]],
        "suggested": [[name(one["example_id"]), int(one["giving"]), int(one["others"])]
                      for one in own["suggested_services"][:_SUGGESTED]],
    }  # fmt: skip


def _tell_change(changes: list[Row], moves: list[Row]) -> Any:
    """Points since the edition before and whether they are more than chance; None without."""
    comparable = any(one["comparable"] == "True" for one in moves)
    known = [one for one in changes if one["state"] == "both" and one["change"]]
    if not known or not comparable:
        return None
    return [plain(known[0]["change"]), any(one["firm"] == "True" for one in moves)]


def _tell_editions(
    folder: Path, identity: Identity, name: Callable[..., Any]
) -> list[dict[str, Any]]:
    """Editions up to that of the report, in their order."""
    shared = {row["edition_year"]: row["comparable"] for row in _read(folder, "editions_shared")}
    return [
        {"year": one.edition_year, "label": name(one.edition_year),
         "comparable": shared.get(str(one.edition_year)) == "True"}
        for one in list_editions(identity.data.editions) if one.order <= identity.edition.order
    ]  # fmt: skip


def _tell_means(folder: Path, categories: list[str], below: list[str]) -> list[dict[str, Any]]:
    """Means over the bodies of each category: by edition, and by child of the root."""
    editions, parts = _read(folder, "category_editions"), _read(folder, "category_scores")
    nodes = {(row["category"], row["node_id"]): plain(row["score_percent"]) for row in parts}
    return [
        {"editions": [[int(row["edition_year"]), plain(row["score_percent"])]
                      for row in editions if row["category"] == category],
         "parts": [nodes.get((category, node)) for node in below]}
        for category in categories
    ]  # fmt: skip


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


def _span(row: Row, low: str, high: str) -> list[Any] | None:
    span = [plain(row.get(low)), plain(row.get(high))]
    return None if None in span else span
