"""The pages of a brief, each a message: announced facts first, then what rests on a dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from asan_analysis.analysis.announced import announced_numbers, coverage_by_edition, list_unknowns
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.published import announced_coverage, announced_places
from asan_analysis.data.tables import each_row
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import label_ranks
from asan_analysis.index.rules import Rules
from asan_analysis.report.charts import plot_coverage
from asan_analysis.report.parts import host_of
from asan_analysis.report.robustness_charts import plot_places
from asan_analysis.report.score_charts import plot_categories
from asan_analysis.report.slides import Block, Case, Section
from asan_analysis.report.trend_charts import plot_editions
from asan_analysis.report.words import Words, in_language

_MOST_PARTS, _FIRST_BODIES, _MOVED = 10, 5, 5
_NAMES = ("organisation_id", "category")


def list_pages(case: Case) -> list[list[Section]]:
    """The sections of each page; a page that has nothing to say is left out."""
    made = (_coverage(case), _places(case), _results(case), _moves(case), _firmness(case),
            _method(case))  # fmt: skip
    return [page for page in made if page]


def _coverage(case: Case) -> list[Section]:
    """What was evaluated: numbers, and services by category over the editions."""
    words, facts = case.words("announced"), case.facts
    frame = coverage_by_edition(facts)
    told = announced_numbers(facts, case.identity.edition.edition_year)
    numbers = [[words.number(value), words.say(key)] for key, value in told.items()]
    coverage = announced_coverage(facts)
    here = coverage[coverage["edition_year"] == case.identity.edition.edition_year]
    known = here["services"].dropna().any()
    heading = words.say("brief.coverage" if known else "brief.coverage.nothing",
                        label=case.identity.label(case.lang))  # fmt: skip
    chart = case.figure("announced", "coverage_by_edition", plot_coverage, frame, (7.8, 3.5))
    blocks: list[Block] = [{"what": "numbers", "rows": numbers, "across": 4}, chart]
    if known:
        blocks.append(_coverage_rows(here, words))
    return [case.section("announced", heading, blocks)]


def _coverage_rows(frame: pd.DataFrame, words: Words) -> Block:
    """Bodies and services of each category of the edition."""
    rows = frame[frame["category"] != CATEGORY_ALL]
    columns = ["category", "organisations", "services"]
    return _table("", rows[columns], words, 0)


def _places(case: Case) -> list[Section]:
    """The announced places of each category."""
    words, label = case.words("announced"), case.identity.label(case.lang)
    places = announced_places(case.facts, case.identity.edition.edition_year)
    heading = words.say("brief.places", label=label)
    if places.empty:
        text = {"what": "text", "text": words.say("announced_places.nothing")}
        return [case.section("announced", heading, [text])]
    groups = [
        {"category": words.name(category), "places": [_announced(row, words) for row in each_row(
            rows)]}
        for category, rows in places.groupby("category", sort=False)
    ]  # fmt: skip
    urls = [*places["source_url"], *places["score_source_url"].dropna()]
    hosts = ", ".join(dict.fromkeys(host_of(str(url)) for url in urls))
    blocks: list[Block] = [
        {"what": "places", "groups": groups, "across": 3, "size": 1.6},
        {"what": "note", "text": words.say("brief.places.note", hosts=hosts)},
    ]
    return [case.section("announced", heading, blocks)]


def _announced(row: Any, words: Words) -> dict[str, Any]:
    score = row.score_percent
    told = "" if pd.isna(score) else words.number(score, 2)
    return {"rank": str(row.rank), "first": row.rank == 1, "printed": bool(told),
            "name": words.name(row.organisation_id),
            "score": told or words.say("page.score_not_printed")}  # fmt: skip


def _part(case: Case, key: str, **values: str) -> str:
    """A heading of the second part, which says on what it rests."""
    words = Words(case.lang)
    kind, dataset = case.identity.data.kind, case.identity.data.title(case.lang)
    return words.say(f"brief.part.{kind}", what=words.say(key, **values), dataset=dataset)


def _results(case: Case) -> list[Section]:
    """The places of the dataset, and its categories by part of the index."""
    scores = case.table("organisation_scores")
    if scores.empty or not scores["rank"].notna().any():
        return _register(case)
    words, tree = case.words("results"), _method_of(case)[0]
    labels = scores.groupby("category")["rank"].transform(label_ranks)
    firsts = scores.assign(label=labels)[scores["rank"] <= int(case.identity.data.about["places"])]
    groups = [
        {"category": words.name(category), "places": [_place(case, row, words) for row in each_row(
            firsts[firsts["category"] == category].sort_values(["rank", "organisation_id"]))]}
        for category in case.identity.data.categories["id"]
        if (firsts["category"] == category).any()
    ]  # fmt: skip
    parts = _parts(case.table("category_scores"), tree)
    size = 4.8, 0.8 + 0.33 * parts["node_id"].nunique()
    right = [
        case.figure("breakdown", "category_parts", plot_categories, parts, size),
        {"what": "note", "text": case.sentence("breakdown", "category_spread.sentence")},
    ]
    left: list[Block] = [{"what": "places", "groups": groups}]
    lead = Words(case.lang).say(f"brief.lead.{case.identity.data.kind}",
                                dataset=case.identity.data.title(case.lang))  # fmt: skip
    return [case.section("results", _part(case, "brief.results"), left, right, lead=lead)]


def _parts(scores: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """Means by category of the parts of the index, at most ten: those that differ most."""
    own = scores[scores["node_id"].isin(tree.below(tree.root)) & scores["score_percent"].notna()]
    of_all = own[own["category"] == CATEGORY_ALL].set_index("node_id")["score_percent"]
    own = own[own["category"] != CATEGORY_ALL].assign(all_mean=own["node_id"].map(of_all))
    spread = own.groupby("node_id")["score_percent"].agg(lambda score: score.max() - score.min())
    kept = spread.sort_values(ascending=False, kind="stable").index[:_MOST_PARTS]
    places = {node: place for place, node in enumerate(tree.below(tree.root))}
    return own[own["node_id"].isin(kept)].sort_values(
        "node_id", key=lambda nodes: nodes.map(places), kind="stable"
    )


def _place(case: Case, row: Any, words: Words) -> dict[str, Any]:
    return {"rank": row.label, "first": row.rank == 1, "printed": True,
            "name": words.name(row.organisation_id),
            "score": words.number(row.score_percent, case.decimals)}  # fmt: skip


def _register(case: Case) -> list[Section]:
    """What a register without scores holds."""
    counts = case.table("register_counts")
    if counts.empty:
        return []
    words = case.words("register")
    names = ("family_cover.sentence", "alike_services.sentence", "register_changes.sentence")
    texts = [case.sentence("register", name) for name in names]
    right = [{"what": "text", "text": text} for text in texts if text]
    left = [_table("", counts[["category", "bodies", "services", "names"]], words, 0)]
    return [case.section("register", _part(case, "brief.register"), left, right)]


def _moves(case: Case) -> list[Section]:
    """What moved since the edition before: means of categories, who rose and who fell most."""
    moved = case.table("organisation_changes")
    if moved.empty or moved["change"].notna().sum() < 2:
        return []
    words = case.words("trends")
    stayed = moved.dropna(subset="change").sort_values("change", ascending=False, kind="stable")
    means = case.table("category_editions")
    means = means[means["category"] != CATEGORY_ALL]
    columns = ["organisation_id", "change", "score_percent"]
    most = min(_MOVED, len(stayed) // 2)
    right = [
        _table(words.say("brief.rose"), stayed.head(most)[columns], words, case.decimals),
        _table(words.say("brief.fell"), stayed.tail(most)[columns][::-1], words, case.decimals),
    ]
    left = [case.figure("trends", "editions", plot_editions, means, (7.3, 4.6))]
    left += [{"what": "note", "text": case.sentence("trends", "firm_moves.sentence")}]
    baseline = words.name(int(stayed["baseline_year"].iloc[0]))
    heading = _part(case, "brief.moves", baseline=baseline)
    lead = case.sentence("trends", "like_for_like.sentence")
    return [case.section("trends", heading, left, right, lead=lead, widths=(4, 3))]


def _firmness(case: Case) -> list[Section]:
    """How firm the first places are."""
    firm = case.table("places_firm")
    if firm.empty:
        return []
    words = case.words("robustness")
    firsts = firm.sort_values(["rank", "organisation_id"], kind="stable")
    head = firsts.groupby("category", sort=False).head(_FIRST_BODIES)
    height = 1.2 + 0.215 * (len(head) + 1.2 * head["category"].nunique())
    left = [case.figure("robustness", "places", plot_places, head, (6.2, min(height, 5.4)))]
    columns = ["organisation_id", "share_first_both", "share_top_both"]
    likely = head[head["rank"] <= int(case.identity.data.about["places"])]
    likely = likely.sort_values("category", key=_order_of(case), kind="stable")[columns]
    right: list[Block] = [
        _table(words.say("brief.firm.table"), likely, words, case.decimals),
        {"what": "note", "text": words.say("brief.firm.note")},
    ]
    heading = _part(case, "brief.firm")
    lead = words.say("brief.firm.lead")
    return [case.section("robustness", heading, left, right, lead=lead, widths=(3, 2))]


def _order_of(case: Case) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    """Categories by their place in the dataset, to sort by."""
    places = {code: place for place, code in enumerate(case.identity.data.categories["id"])}
    return lambda codes: codes.map(places)


def _method(case: Case) -> list[Section]:
    """What is known of the official method, how the figures of the dataset were made, sources."""
    words = case.words("announced")
    unknowns = words.number(len(list_unknowns(case.facts)))
    editions = case.facts.editions.dropna(subset="source_url")
    sources = [
        {"label": ", ".join(words.name(year) for year in rows["edition_year"]),
         "url": str(url)}
        for url, rows in editions.groupby("source_url", sort=False)
    ]  # fmt: skip
    known: list[Block] = [
        {"what": "text", "text": words.say("brief.known", unknowns=unknowns)},
        {"what": "sources", "title": words.say("brief.sources"), "rows": sources},
    ]
    published = case.section("method", words.say("brief.method.published"), known)
    about, dataset = case.identity.data.about, case.identity.data.title(case.lang)
    lines = [*_how(case), words.say("page.data_from", dataset=dataset, citation=about["citation"]),
             words.say("page.licence", licence=about["licence"])]  # fmt: skip
    heading = "brief.method.own" if len(lines) > 2 else "brief.method.source"
    own = case.section("data", words.say(heading, dataset=dataset),
                       [{"what": "list", "rows": lines}])  # fmt: skip
    return [published, own]


def _how(case: Case) -> list[str]:
    """The rules of the edition in plain words; none for a register."""
    if case.table("organisation_scores").empty:
        return []
    tree, rules = _method_of(case)
    words = case.words("results")
    low, high = (words.number(end) for end in rules.range)
    items, parts = len(tree.items), len(tree.below(tree.root))
    least = int(case.identity.data.about["min_services"])
    return [
        words.say("brief.how.items", items=words.number(items), parts=words.number(parts),
                  low=low, high=high),
        words.say(f"brief.how.not_applicable.{rules.not_applicable}"),
        words.say(f"brief.how.not_answered.{rules.not_answered}"),
        words.say(f"brief.how.roll_up.{rules.roll_up}"),
        words.say("brief.how.places"),
        *([words.say("brief.how.least", least=words.number(least))] if least > 1 else []),
    ]  # fmt: skip


def _method_of(case: Case) -> tuple[Tree, Rules]:
    one, edition = select_edition(case.identity.data, case.identity.edition.edition_year)
    return find_method(one, edition)


def _table(title: str, frame: pd.DataFrame, words: Words, decimals: int) -> Block:
    told = in_language(frame, words.lang)
    return {"what": "table", "title": title, "rows": words.rows(told, decimals),
            "columns": [words.column(str(column)) for column in told],
            "numeric": [column not in _NAMES for column in told]}  # fmt: skip
