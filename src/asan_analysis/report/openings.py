"""What opens a page: the cards and figures of a report, the summary of a chapter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.parts import SECTIONS
from asan_analysis.report.review import review_file
from asan_analysis.report.texts import TEXTS
from asan_analysis.report.words import Words
from asan_analysis.report.workbook import workbook_file

_CARDS = ("profile", "brief", "explorer", "workbook", "review", "chapters", "tables", "provenance")


def list_cards(folder: Path, lang: str, *, chapters: int, tables: int) -> list[dict[str, Any]]:
    """What a report holds, for the head of its first page.

    Parameters
    ----------
    folder : Path
        The folder of the report; a card leads only to files that stand there already.
    lang : str
        Language of the page.
    chapters, tables : int
        How many there are.

    Returns
    -------
    list of dict
        `title`, `text` and `links`: pairs of address and label, the first for the whole card.
    """
    words = Words(lang)
    links = {
        "brief": [
            ("brief.{}.pdf", "PDF"),
            (file_in(lang, "brief", "html"), words.say("card.brief.page")),
        ],
        "profile": [("profile.{}.pdf", "")],
        "explorer": [("explorer.html#{}", "")],
        "workbook": [(f"tables/{workbook_file(lang)}", "")],
        "review": [(review_file(lang), "")],
        "chapters": [("#chapters", "")],
        "tables": [("#files", "")],
        "provenance": [("#inputs", "")],
    }
    cards = []
    for name in _CARDS:
        told = [(address.format(lang), label) for address, label in links[name]]
        there = [link for link in told if _is_there(folder, link[0])]
        if there:
            text = words.say(f"card.{name}.text", chapters=chapters, tables=tables)
            cards.append({"title": words.say(f"card.{name}"), "text": text, "links": there})
    return cards


def _is_there(folder: Path, address: str) -> bool:
    file = address.partition("#")[0]
    return not file or (folder / file).is_file()


def list_figures(sections: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """The sections of a first page with the id and title of each figure in them."""
    return [
        {
            **section,
            "figures": [
                (record["name"], record["texts"][lang]["title"])
                for record in section["records"]
                if record["what"] == "figure"
            ],
        }
        for section in sections
    ]


def name_chapter(chapter: Mapping[str, str], lang: str) -> tuple[str, str]:
    """The question of a chapter and the language it stands in.

    English where the title of the notebook is not the one that was translated.
    """
    english, *others = TEXTS.get(f"chapter.{chapter['name']}", ("",))
    if english != chapter["title"]:
        return chapter["title"], LANGUAGES[0]
    return (english, *others)[LANGUAGES.index(lang)], lang


def summarise_chapter(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a chapter found, by kind of data, in every language.

    These are its sentences; where a kind has none its headline numbers, where it has none of
    these the captions of its figures.

    Parameters
    ----------
    records : list of dict
        What one chapter shows.

    Returns
    -------
    list of dict
        One a kind, in the order of the chapter: `kind`, `texts` (by language, each once) and
        `sections` (those of the first page, with their Azerbaijani headings).
    """
    kinds = dict.fromkeys(record["kind"] for record in records)
    return [
        {
            "kind": kind,
            "texts": _tell([record for record in records if record["kind"] == kind]),
            "sections": _headings([record for record in records if record["kind"] == kind]),
        }
        for kind in kinds
    ]


def _tell(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The sentences, numbers or captions, by language."""
    for what, tell in (("sentence", _text), ("numbers", _numbers), ("figure", _caption)):
        told = [
            {lang: tell(record["texts"][lang]) for lang in LANGUAGES}
            for record in records
            if record["what"] == what
        ]
        if told:
            return [one for place, one in enumerate(told) if one not in told[:place]]
    return []


def _text(texts: Mapping[str, Any]) -> str:
    return str(texts["text"])


def _numbers(texts: Mapping[str, Any]) -> str:
    return "; ".join(f"{number} {label}" for number, label in texts["numbers"]) + "."


def _caption(texts: Mapping[str, Any]) -> str:
    return f"{texts['title']}. {texts['caption']}"


def _headings(records: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The sections of the Azerbaijani first page that show the records."""
    shown = {record["section"] for record in records if record.get("page", True)}
    words = Words("az")
    return [(name, words.say(f"section.{name}")) for name in SECTIONS if name in shown]
