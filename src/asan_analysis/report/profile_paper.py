"""The profile of one body as PDF in each language, from the records of its chapter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.paper import describe_paper, describe_section, write_paper

_MOST_COLUMNS = 8


def write_profile_papers(folder: Path, records: list[dict[str, Any]], identity: Identity) -> None:
    """Write `profile.<lang>.pdf`: what the page of the profile shows, in the chapter's order.

    Tables with more than eight columns stand on the page and in the workbook alone.
    """
    for lang in LANGUAGES:
        blocks = [_block(record, folder, lang) for record in records if _fits(record, lang)]
        kinds = dict.fromkeys(record["kind"] for record in records)
        sections = [_section(kind, blocks, identity, lang) for kind in kinds]
        content = describe_paper(identity, lang) | {"pages": [sections]}
        write_paper(folder / f"profile.{lang}.pdf", "profile.typ", content)


def _section(
    kind: str, blocks: list[dict[str, Any]], identity: Identity, lang: str
) -> dict[str, Any]:
    own = [block for block in blocks if block["kind"] == kind]
    told = describe_section(kind, identity.title(lang), identity.lead(lang), lang)
    return told | {"columns": [own]}


def _fits(record: Mapping[str, Any], lang: str) -> bool:
    """Whether a paper has room for a record: not for empty or very wide tables."""
    texts = record["texts"][lang]
    if record["what"] == "table":
        return bool(texts["rows"]) and len(texts["columns"]) <= _MOST_COLUMNS
    return record["what"] in ("sentence", "numbers", "figure")


def _block(record: Mapping[str, Any], folder: Path, lang: str) -> dict[str, Any]:
    """A record as the template takes it."""
    texts = record["texts"][lang]
    block = {"what": record["what"], "kind": record["kind"], **texts}
    if record["what"] == "numbers":
        block["rows"] = texts["numbers"]
    if record["what"] == "figure":
        path = folder / file_in(lang, f"figures/{record['name']}", "svg")
        block["svg"] = path.read_text(encoding="utf-8")
    if record["what"] == "table":
        block["numeric"] = record["numeric"]
    return block
