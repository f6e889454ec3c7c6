"""The brief for the hall: four to six pages in each language, as PDF and as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis import __version__
from asan_analysis.analysis.announced import coverage_by_edition, list_unknowns
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.published import Published, announced_coverage
from asan_analysis.data.tables import each_row
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules
from asan_analysis.report.charts import drawn, plot_coverage
from asan_analysis.report.identity import Identity
from asan_analysis.report.labels import labels_of
from asan_analysis.report.paper import write_paper
from asan_analysis.report.parts import environment, host_of, kind_of, style
from asan_analysis.report.robustness_charts import plot_places
from asan_analysis.report.score_charts import plot_categories
from asan_analysis.report.sentences import VALUES
from asan_analysis.report.trend_charts import plot_editions
from asan_analysis.report.words import LANGUAGES, Words, in_language

_MOST_PARTS, _FIRST_BODIES, _MOVED = 10, 5, 5
_SCORED = ("category_parts", "editions")  # figures whose texts hold scores
_NAMES = ("organisation_id", "category")
Block = dict[str, Any]
Section = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What the brief of one report in one language is made from."""

    folder: Path
    records: list[dict[str, Any]]
    identity: Identity
    facts: Published
    lang: str

    def words(self, section: str) -> Words:
        """The words of a section, as the chapters have them."""
        about = self.identity
        return Words(
            self.lang, labels_of(section, about.data, about.edition, self.facts, self.lang)
        )

    def table(self, name: str) -> pd.DataFrame:
        """A table of the report at full precision; no rows where no chapter wrote it."""
        path = self.folder / "tables" / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame()
        return pd.read_csv(
            path, keep_default_na=False, na_values=[""], float_precision="round_trip"
        )

    def record(self, section: str, what: str, name: str = "") -> dict[str, Any]:
        """The texts of a record of the chapters; nothing where there is none."""
        for record in self.records:
            if (record["section"], record["what"]) == (section, what) and name in record["name"]:
                return dict(record["texts"][self.lang])
        return {}

    def sentence(self, section: str, name: str) -> str:
        """A sentence of the chapters, or nothing."""
        return str(self.record(section, "sentence", name).get("text", ""))

    def section(
        self, section: str, heading: str, *columns: list[Block], lead: str = "",
        widths: tuple[int, ...] = (5, 7),
    ) -> Section:  # fmt: skip
        """One section of a page: its kind, its heading and its blocks in columns."""
        words, kind = Words(self.lang), kind_of(section, self.identity.data.kind)
        return {"kind": kind, "badge": words.say(f"kind.{kind}"), "heading": heading, "lead": lead,
                "means": words.say(f"kind.{kind}.means"), "columns": list(columns),
                "widths": list(widths)}  # fmt: skip

    def figure(
        self, section: str, name: str, plot: Callable[..., Any], frame: pd.DataFrame,
        size: tuple[float, float],
    ) -> Block:  # fmt: skip
        """A chart without title and foot, which the page has; its alternative text and caption."""
        words = self.words(section)
        more = {"decimals": self.decimals} if plot is plot_editions else {}
        own_decimals = {"decimals": self.decimals} if name in _SCORED else {}
        told = VALUES[name](frame, words, **own_decimals)
        own = name if f"brief.{name}.caption" not in _texts() else f"brief.{name}"
        common = {"label": self.identity.label(self.lang)} | told
        return {
            "what": "figure", "name": name, "alt": words.say(f"{name}.alt", **common),
            "caption": words.say(f"{own}.caption", **common),
            "svg": drawn(plot, frame, words, size, **more),
        }  # fmt: skip

    @property
    def decimals(self) -> int:
        """Decimals of scores in the dataset."""
        return int(self.identity.data.about["decimals"])


def _texts() -> Mapping[str, Any]:
    from asan_analysis.report.texts import TEXTS

    return TEXTS


def write_brief(
    folder: Path, records: list[dict[str, Any]], identity: Identity, facts: Published
) -> None:
    """Write `brief.<lang>.pdf` and, as pages, `brief.html` (English) and `brief.az.html`.

    The charts of the pages lie in `figures/` as `brief_<name>.svg` and `brief_<name>.az.svg`.

    Announced facts come first. What rests on the dataset stands in a part with a title of its own,
    so that nobody takes one for the other.
    """
    for lang in LANGUAGES:
        case = Case(folder, records, identity, facts, lang)
        pages = list_pages(case)
        _write_figures(case, pages)
        write_paper(folder / f"brief.{lang}.pdf", "brief.typ", _paper(case, pages))
        _write_html(case, pages)


def _write_figures(case: Case, pages: list[list[Section]]) -> None:
    """Write the charts as files for the page, which shows them by name."""
    blocks = [
        one for page in pages for part in page for column in part["columns"] for one in column
    ]
    (case.folder / "figures").mkdir(exist_ok=True)
    for block in blocks:
        if block["what"] == "figure":
            end = "svg" if case.lang == "en" else f"{case.lang}.svg"
            block["file"] = f"figures/brief_{block['name']}.{end}"
            (case.folder / block["file"]).write_text(block["svg"], encoding="utf-8", newline="\n")


def list_pages(case: Case) -> list[list[Section]]:
    """The sections of each page; a page that has nothing to say is left out."""
    made = (_coverage(case), _places(case), _results(case), _moves(case), _firmness(case),
            _method(case))  # fmt: skip
    return [page for page in made if page]


def _coverage(case: Case) -> list[Section]:
    """What was evaluated: numbers, and services by category over the editions."""
    words, facts = case.words("announced"), case.facts
    frame = coverage_by_edition(facts)
    numbers = case.record("announced", "numbers").get("numbers", [])
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
    words = case.words("announced")
    groups = case.record("announced", "places")["groups"] if case.record(
        "announced", "places") else []  # fmt: skip
    label = case.identity.label(case.lang)
    if not any(group["places"] for group in groups):
        text = {"what": "text", "text": words.say("announced_places.nothing")}
        return [case.section("announced", words.say("brief.places", label=label), [text])]
    told = [
        {"category": group["category"],
         "places": [{"rank": str(place["rank"]), "name": place["name"],
                     "score": place["score"] or words.say("page.score_not_printed"),
                     "printed": bool(place["score"])} for place in group["places"]]}
        for group in groups
    ]  # fmt: skip
    hosts = sorted({host_of(place[key]) for group in groups for place in group["places"]
                    for key in ("source_url", "score_source_url") if place[key]})  # fmt: skip
    note = words.say("brief.places.note", hosts=", ".join(hosts))
    blocks: list[Block] = [{"what": "places", "groups": told, "across": 3, "size": 1.6},
                           {"what": "note", "text": note}]  # fmt: skip
    return [case.section("announced", words.say("brief.places", label=label), blocks)]


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
    firsts = scores[scores["rank"] <= int(case.identity.data.about["places"])]
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
    return {"rank": words.number(int(row.rank)), "name": words.name(row.organisation_id),
            "score": words.number(row.score_percent, case.decimals), "printed": True}  # fmt: skip


def _register(case: Case) -> list[Section]:
    """What a register without scores holds."""
    names = ("register_counts", "family_cover", "alike_services", "register_changes")
    texts = [case.sentence("register", f"{name}.sentence") for name in names]
    blocks = [{"what": "text", "text": text} for text in texts if text]
    if not blocks:
        return []
    return [case.section("register", _part(case, "section.register"), blocks)]


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
         "host": host_of(str(url)), "url": str(url)}
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
    own = case.section("data", words.say("brief.method.own", dataset=dataset),
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
        words.say("brief.how.places", least=words.number(least)),
    ]  # fmt: skip


def _method_of(case: Case) -> tuple[Tree, Rules]:
    one, edition = select_edition(case.identity.data, case.identity.edition.edition_year)
    return find_method(one, edition)


def _table(title: str, frame: pd.DataFrame, words: Words, decimals: int) -> Block:
    told = in_language(frame, words.lang)
    rows = [
        [words.cell(value, str(column), decimals) for column, value in row.items()]
        for row in told.astype(object).to_dict("records")
    ]
    return {"what": "table", "title": title, "rows": rows,
            "columns": [words.column(str(column)) for column in told],
            "numeric": [column not in _NAMES for column in told]}  # fmt: skip


def _paper(case: Case, pages: list[list[Section]]) -> dict[str, Any]:
    """What a PDF says outside its sections."""
    words, identity = Words(case.lang), case.identity
    return {
        "lang": case.lang, "title": identity.title(case.lang), "pages": pages,
        "author": str(identity.data.about["publisher"]), "label": identity.label(case.lang),
        "name": words.say("brief.name"), "index": words.say("brief.index"),
        "dataset": identity.data.title(case.lang), "contents": _contents(pages),
        "page": words.say("brief.page"),
        "foot": identity.citation(case.lang), "generator": f"asan-analysis {__version__}",
        "draft": words.say("brief.draft") if identity.data.about["status"] == "draft" else "",
    }  # fmt: skip


def _contents(pages: list[list[Section]]) -> list[dict[str, str]]:
    """The first heading of each page with its kind."""
    return [{"kind": page[0]["kind"], "heading": page[0]["heading"]} for page in pages]


def _write_html(case: Case, pages: list[list[Section]]) -> None:
    names = {lang: "brief.html" if lang == "en" else f"brief.{lang}.html" for lang in LANGUAGES}
    languages = [
        {"lang": lang, "file": names[lang], "name": Words(lang).say("language_name")}
        for lang in LANGUAGES
    ]
    index = "index.html" if case.lang == "en" else f"index.{case.lang}.html"
    page = environment().get_template("brief.html.j2").render(
        words=Words(case.lang), paper=_paper(case, pages), style=style(), languages=languages,
        index=index, version=__version__,
    )  # fmt: skip
    (case.folder / names[case.lang]).write_text(page, encoding="utf-8", newline="\n")
