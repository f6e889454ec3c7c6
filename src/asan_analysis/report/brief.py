"""The brief for the hall: four to six pages in each language, as PDF and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from asan_analysis import __version__
from asan_analysis.data.published import Published
from asan_analysis.report.brief_pages import list_pages
from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.paper import describe_paper, write_paper
from asan_analysis.report.parts import environment, style, watermark
from asan_analysis.report.slides import Case, Section
from asan_analysis.report.status import first_page
from asan_analysis.report.words import Words, list_languages


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
        paper = _paper(case, pages)
        write_paper(folder / f"brief.{lang}.pdf", "brief.typ", paper)
        _write_html(case, paper)


def _write_figures(case: Case, pages: list[list[Section]]) -> None:
    """Write the charts as files for the page, which shows them by name."""
    blocks = [
        one for page in pages for part in page for column in part["columns"] for one in column
    ]
    (case.folder / "figures").mkdir(exist_ok=True)
    for block in blocks:
        if block["what"] == "figure":
            block["file"] = file_in(case.lang, f"figures/brief_{block['name']}", "svg")
            (case.folder / block["file"]).write_text(block["svg"], encoding="utf-8", newline="\n")


def _paper(case: Case, pages: list[list[Section]]) -> dict[str, Any]:
    """What the papers and pages say outside their sections, and the sections."""
    words = Words(case.lang)
    return describe_paper(case.identity, case.lang) | {
        "name": words.say("brief.name"), "index": words.say("brief.index"),
        "contents": [page[0]["heading"] for page in pages], "pages": pages,
    }  # fmt: skip


def _write_html(case: Case, paper: dict[str, Any]) -> None:
    about = case.identity.data.about
    page = environment().get_template("brief.html.j2").render(
        words=Words(case.lang), paper=paper, style=style(), version=__version__,
        languages=list_languages(_page_file), index=first_page(about, case.lang),
        watermark=watermark(about),
    )  # fmt: skip
    (case.folder / _page_file(case.lang)).write_text(page, encoding="utf-8", newline="\n")


def _page_file(lang: str) -> str:
    return file_in(lang, "brief", "html")
