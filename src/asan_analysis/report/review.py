"""Two pages for a reviewer's file: what is known of the method, and what the data show."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.parts import environment, kind_of, watermark
from asan_analysis.report.status import is_public
from asan_analysis.report.words import Words

_STEPS = "handbook_steps"
_COLUMNS = ("step", "topic", "published", "unknown", "check", "verdict")


def review_file(lang: str) -> str:
    """Name of the two pages in a language."""
    return file_in(lang, "review", "html")


def has_review(records: list[dict[str, Any]]) -> bool:
    """Whether the records hold the steps and the audit that the two pages show."""
    return {"method", "audit"} <= {record["section"] for record in records}


def write_review(folder: Path, records: list[dict[str, Any]], identity: Identity) -> None:
    """Write `review.html` and `review.az.html`, two pages of A4 each, from the records.

    The first page holds the steps of the handbook and what the printed scores allow (published),
    the second the key figures, sentences and one chart of the audit (the kind of the dataset). A
    report without an audit, as that of a register, gets neither.

    Parameters
    ----------
    folder : Path
        Folder of the report; its `figures/` are set into the page, so that the file stands alone.
    records : list of dict
        What all chapters show.
    identity : Identity
        Dataset, edition and version.
    """
    if not has_review(records):
        return
    for lang in LANGUAGES:
        words = Words(lang)
        page = environment().get_template("review.html.j2").render(
            words=words, dataset=identity.data.title(lang), citation=identity.citation(lang),
            title=words.say("review.title", label=identity.label(lang)),
            draft=not is_public(identity.data.about), watermark=watermark(identity.data.about),
            method=_tell_method(records, lang), audit=_tell_audit(records, folder, lang),
            kind=kind_of("audit", identity.data.kind),
        )  # fmt: skip
        (folder / review_file(lang)).write_text(page, encoding="utf-8", newline="\n")


def _tell_method(records: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    """Sentences of the section, and the steps with their public pages."""
    own = [record for record in records if record["section"] == "method"]
    steps = next(record for record in own if record["name"] == _STEPS)
    texts = steps["texts"][lang]
    heading = Words(lang).column
    places = [texts["columns"].index(heading(column)) for column in _COLUMNS]
    source = texts["columns"].index(heading("source_url"))
    rows = [{"cells": [row[at] for at in places], "url": row[source]} for row in texts["rows"]]
    return {
        "columns": [texts["columns"][at] for at in places[1:]],
        "rows": rows,
        "title": texts["title"],
        "caption": texts["caption"],
        "sentences": _sentences(own, lang),
    }


def _tell_audit(records: list[dict[str, Any]], folder: Path, lang: str) -> dict[str, Any]:
    """Key figures, sentences and the charts of the section, set into the page."""
    own = [record for record in records if record["section"] == "audit"]
    numbers = [pair for record in own if record["what"] == "numbers"
               for pair in record["texts"][lang]["numbers"]]  # fmt: skip
    ending = "" if lang == "en" else f".{lang}"
    figures = [
        {**record["texts"][lang], "image": _image(folder / f"figures/{record['name']}{ending}.svg")}
        for record in own
        if record["what"] == "figure"
    ]
    return {"numbers": numbers, "figures": figures, "sentences": _sentences(own, lang)}


def _sentences(records: list[dict[str, Any]], lang: str) -> list[str]:
    """The sentences of a section, each once."""
    told = [record["texts"][lang]["text"] for record in records if record["what"] == "sentence"]
    return list(dict.fromkeys(told))


def _image(path: Path) -> str:
    """A figure as part of a page."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
