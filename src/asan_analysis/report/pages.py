"""Pages of a report: the first page in each language, the notebooks, the codebook."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import escape

from asan_analysis import __version__
from asan_analysis.data.tables import each_row, read_cells, write_csv
from asan_analysis.errors import ReportError
from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.openings import (
    list_cards,
    list_figures,
    name_chapter,
    summarise_chapter,
)
from asan_analysis.report.origins import InputFile, tell_inputs, trace_record
from asan_analysis.report.parts import SECTIONS, TEMPLATES, environment, kind_of, style, watermark
from asan_analysis.report.review import has_review, review_file
from asan_analysis.report.status import first_page, is_public
from asan_analysis.report.words import Words, list_languages
from asan_analysis.report.workbook import workbook_file

_ORDER = ("numbers", "sentence", "places", "figure", "table")


def write_index(
    folder: Path,
    records: list[dict[str, Any]],
    chapters: list[dict[str, str]],
    identity: Identity,
    inputs: Mapping[str, list[InputFile]],
) -> None:
    """Write the first page in each language, see `first_page`, from the records of all chapters.

    The head of the page leads to the other files of the folder, so they are written before it.
    """
    titles = {chapter["name"]: chapter["title"] for chapter in chapters}
    files = sorted(f"tables/{path.name}" for path in (folder / "tables").glob("*.csv"))
    about = identity.data.about
    for lang in LANGUAGES:
        trace = partial(trace_record, groups=inputs, chapters=titles, identity=identity,
                        words=Words(lang))  # fmt: skip
        sections = _sections(records, identity, lang)
        page = environment().get_template("index.html.j2").render(
            words=Words(lang), title=identity.title(lang), lead=identity.lead(lang),
            dataset=identity.data.title(lang),
            style=style(), version=__version__,
            languages=list_languages(partial(first_page, about)),
            chapters=[(chapter["name"], *name_chapter(chapter, lang)) for chapter in chapters],
            cards=list_cards(folder, lang, chapters=len(chapters), tables=len(files)),
            draft=not is_public(about), watermark=watermark(about), files=files,
            workbook=f"tables/{workbook_file(lang)}",
            review=review_file(lang) if has_review(records) else "",
            sections=list_figures(sections, lang), trace=trace,
            inputs=tell_inputs(inputs, identity, Words(lang)), citation=identity.citation(lang),
            data_citation=about["citation"],
            licence=about["licence"], bibtex=identity.bibtex(),
        )  # fmt: skip
        (folder / first_page(about, lang)).write_text(page, encoding="utf-8", newline="\n")


def _sections(records: list[dict[str, Any]], identity: Identity, lang: str) -> list[dict[str, Any]]:
    """Sections in their order, each with its kind, heading and records, headlines first."""
    sections = []
    for section in SECTIONS:
        own = [record for record in records if record["section"] == section]
        own = [record for record in own if record.get("page", True)]
        own = [record for place, record in enumerate(own) if not _said(record, own[:place], lang)]
        if own:
            own.sort(key=lambda record: _ORDER.index(record["what"]))
            heading = Words(lang).say(f"section.{section}")
            kind = kind_of(section, identity.data.kind)
            sections.append({"id": section, "kind": kind, "heading": heading, "records": own})
    return sections


def _said(record: dict[str, Any], before: list[dict[str, Any]], lang: str) -> bool:
    """Whether a sentence stands in the section already, word for word."""
    told = [other["texts"][lang] for other in before if other["what"] == "sentence"]
    return record["what"] == "sentence" and record["texts"][lang] in told


def chapter_title(notebook: Mapping[str, Any]) -> str:
    """The question a notebook asks: its first heading."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell["source"].startswith("# "):
            return str(cell["source"].splitlines()[0].removeprefix("# ").strip())
    raise ReportError("a notebook has no title; start its first cell with '# '")


def mark_sections(notebook: Any, data_kind: str) -> None:
    """Open and close one element per part of a notebook, in the metadata of its cells.

    A second-level heading starts a part. A heading cell tagged `section:<name>` starts a
    `<section>` with the kind of that section; parts without the tag hold no figures of data and
    stay plain.
    """
    cells = notebook["cells"]
    starts = [
        place
        for place, cell in enumerate(cells)
        if place == 0 or (cell["cell_type"] == "markdown" and cell["source"].startswith("## "))
    ]
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        tags = cells[start]["metadata"].get("tags", [])
        named = [tag.removeprefix("section:") for tag in tags if tag.startswith("section:")]
        opening, closing = '<div class="part">', "</div>"
        if named:
            kind = kind_of(named[0], data_kind)
            words = Words("en")
            badge = (
                f'<p class="kind"><b>{escape(words.say(f"kind.{kind}"))}</b>'
                f"{escape(words.say(f'kind.{kind}.means'))}</p>"
            )
            opening, closing = f'<section data-kind="{kind}">{badge}', "</section>"
        cells[start]["metadata"]["open"] = [opening]
        cells[end - 1]["metadata"]["close"] = [closing]


def open_with_summary(notebook: Any, summary: str) -> None:
    """Set a summary behind the first cell, the title, in the metadata that `mark_sections` made."""
    title, *others = notebook["cells"]
    closing = "</section>" if title["metadata"]["open"][0].startswith("<section") else "</div>"
    going_on = "close" not in title["metadata"]
    title["metadata"]["close"] = [closing, summary]
    if going_on:
        others[0]["metadata"]["open"] = title["metadata"]["open"]


def write_pages(
    folder: Path,
    records: list[dict[str, Any]],
    chapters: list[dict[str, str]],
    identity: Identity,
) -> None:
    """Write each executed notebook of a report as a page beside it."""
    # nbformat validates through jsonschema, which imports rfc3987_syntax: a grammar that takes
    # over a second to compile and that no notebook needs. jsonschema does without it.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import nbformat

    for chapter in chapters:
        path = folder / "notebooks" / f"{chapter['name']}.ipynb"
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        write_notebook_page(notebook, chapter["name"], path.parent, chapters, records, identity)


def write_notebook_page(
    notebook: Any,
    name: str,
    folder: Path,
    chapters: list[dict[str, str]],
    records: list[dict[str, Any]],
    identity: Identity,
) -> None:
    """Write an executed notebook as a page: its summary in every language, its code folded."""
    mark_sections(notebook, identity.data.kind)
    words, about = Words("en"), identity.data.about
    own = [record for record in records if record["chapter"] == name]
    first = {lang: first_page(about, lang) for lang in LANGUAGES}
    summary = environment().get_template("summary.html.j2")
    told = summary.render(
        parts=summarise_chapter(own), words={lang: Words(lang) for lang in LANGUAGES}, first=first
    )
    open_with_summary(notebook, told)
    draft = "" if is_public(about) else words.say("page.draft")
    page = {
        "title": chapter_title(notebook), "name": name, "chapters": chapters, "draft": draft,
        "watermark": watermark(about), "style": style(), "code_style": _code_style("default"),
        "dark_code_style": _code_style("github-dark"),
        "code": words.say("page.code"), "contents": words.say("page.chapters"),
        "back": {lang: (first[lang], Words(lang).say("page.back")) for lang in LANGUAGES},
        "citation": identity.citation("en"),
    }  # fmt: skip
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    (folder / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")


def _code_style(name: str) -> str:
    """The colours of code."""
    from pygments.formatters import HtmlFormatter

    return str(HtmlFormatter(style=name).get_style_defs(".highlight"))


@cache
def _exporter() -> Any:
    """What turns notebooks into pages; of code that stands in many notebooks each is made once."""
    from nbconvert.exporters import HTMLExporter
    from nbconvert.filters import clean_html

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    exporter.register_filter("clean_code", cache(clean_html))  # type: ignore[no-untyped-call]
    return exporter


def write_codebook(folder: Path, dictionary: pd.DataFrame) -> None:
    """Write `tables/codebook.csv`: file, column, type, unit, meaning, n, missing.

    `dictionary` is `data/dictionary.csv`.

    Raises
    ------
    ReportError
        A table has a column that `data/dictionary.csv` does not explain.
    """
    known = {(str(row.table), str(row.column)): row for row in each_row(dictionary)}
    rows, unknown = [], []
    for path in sorted((folder / "tables").glob("*.csv")):
        cells = read_cells(path)
        for column in cells:
            entry = known.get((path.stem, str(column))) or known.get(("*", str(column)))
            if entry is None:
                unknown.append(f"{path.name}: {column}")
                continue
            missing = int((cells[column] == "").sum())
            rows.append(
                {"file": path.name, "column": column, "type": entry.type, "unit": entry.unit,
                 "meaning": entry.meaning, "n": len(cells) - missing, "missing": missing}
            )  # fmt: skip
    if unknown:
        raise ReportError(f"columns without an entry in dictionary.csv: {unknown}")
    write_csv(pd.DataFrame(rows), folder / "tables" / "codebook.csv")
