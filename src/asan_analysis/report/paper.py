"""Papers as PDF/UA-1, set by typst from templates with shipped fonts; their bytes repeat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from asan_analysis.errors import ReportError
from asan_analysis.report.fonts import FOLDER as FONTS
from asan_analysis.report.fonts import known_signs
from asan_analysis.report.identity import Identity
from asan_analysis.report.parts import TEMPLATES
from asan_analysis.report.words import Words

_BOX = "\u25a1"


def describe_section(kind: str, heading: str, lead: str, lang: str) -> dict[str, Any]:
    """What a section of a paper says of itself: kind, its word and meaning, heading, lead."""
    words = Words(lang)
    return {"kind": kind, "badge": words.say(f"kind.{kind}"), "heading": heading, "lead": lead,
            "means": words.say(f"kind.{kind}.means")}  # fmt: skip


def describe_paper(identity: Identity, lang: str) -> dict[str, Any]:
    """What a paper says of itself: language, title, author, edition, foot, and whether a draft."""
    words, about = Words(lang), identity.data.about
    return {
        "lang": lang, "title": identity.title(lang), "author": str(about["publisher"]),
        "label": identity.label(lang), "page": words.say("brief.page"),
        "foot": identity.citation(lang),
        "draft": words.say("brief.draft") if about["status"] == "draft" else "",
    }  # fmt: skip


def write_paper(path: Path, template: str, content: Mapping[str, Any]) -> None:
    """Write a PDF.

    Parameters
    ----------
    path : Path
        The file.
    template : str
        A file of `templates/`.
    content : mapping
        What the template shows, as JSON; figures are SVG texts with alternative texts.

    Raises
    ------
    ReportError
        typst refuses the template or the content.
    """
    text = json.dumps(_printable(content), ensure_ascii=False)
    try:
        made = typst.compile(
            str(TEMPLATES / template), root=str(TEMPLATES), font_paths=[str(FONTS)],
            ignore_system_fonts=True, format="pdf", sys_inputs={"paper": text},
            pdf_standards="ua-1",  # a screen reader gets order, headings, tables and texts
        )  # fmt: skip
    except typst.TypstError as error:
        raise ReportError(f"{path.name} cannot be set: {error}") from None
    path.write_bytes(made)


def _printable(content: Any) -> Any:
    """The content with a box for each sign that the fonts lack: PDF/UA asks for every glyph."""
    if isinstance(content, str):
        lacking = set(content) - known_signs()
        return content.translate(dict.fromkeys(map(ord, lacking), _BOX)) if lacking else content
    if isinstance(content, Mapping):
        return {key: value if key == "svg" else _printable(value) for key, value in content.items()}
    return [_printable(one) for one in content] if isinstance(content, list | tuple) else content
