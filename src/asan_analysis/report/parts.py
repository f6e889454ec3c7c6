"""Parts of a page: its sections and their kinds, tables as HTML, the templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from asan_analysis.errors import ReportError
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.status import is_public
from asan_analysis.report.words import Words

SECTIONS = (
    "announced", "method", "data", "results", "breakdown", "trends", "forecast", "drivers",
    "robustness", "audit", "agreement", "profile", "register",
)  # fmt: skip
_PUBLISHED = ("announced", "method")
TEMPLATES = Path(__file__).with_name("templates")


def kind_of(section: str, data_kind: str) -> str:
    """The kind of data of a section: `published`, or the kind of the dataset."""
    if section not in SECTIONS:
        raise ReportError(f"section {section!r} is not known; known: {', '.join(SECTIONS)}")
    return "published" if is_published(section) else data_kind


def is_published(section: str) -> bool:
    """Whether a section rests on the announced facts alone."""
    return section in _PUBLISHED


@cache
def environment() -> jinja2.Environment:
    """The templates; every value is escaped, a missing one is an error."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
    )  # fmt: skip
    found.filters |= {
        "host": host_of,
        "basename": lambda path: path.rpartition("/")[2],
        "source": _link,
    }
    return found


def _link(cell: str) -> str | Markup:
    """A cell that is a public address as a link named after its host."""
    if not re.fullmatch(r"https?://\S+", cell):
        return cell
    return Markup('<a href="{}">{}</a>').format(cell, host_of(cell))


def host_of(address: str) -> str:
    """The host of an address; the whole where it is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:  # as "https://["
        return address


def style() -> Markup:
    """The style sheet of all pages."""
    sheets = ("style.css", "watermark.css")
    return Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in sheets))


def watermark(about: Mapping[str, Any]) -> Markup:
    """The word for a draft in every language, laid over each page; nothing on a final report."""
    if is_public(about):
        return Markup("")
    words = [(lang, Words(lang).say("page.watermark")) for lang in LANGUAGES]
    return Markup(environment().get_template("watermark.html.j2").render(words=words))


def render_table(texts: Mapping[str, Any], numeric: Iterable[bool]) -> str:
    """One table as HTML, its cells escaped; it scrolls by itself where the page is narrow."""
    module: Any = environment().get_template("table.html.j2").module
    return str(module.table(texts, list(numeric)))
