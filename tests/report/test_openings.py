"""What opens a page: cards of what is there, chapters by their question, findings by their kind."""

from pathlib import Path

import pytest

from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.openings import (
    list_cards,
    list_figures,
    name_chapter,
    summarise_chapter,
)
from asan_analysis.report.pages import chapter_title, open_with_summary
from asan_analysis.report.plan import CHAPTERS, PROFILE, read_notebook

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def titles(folder, lang="en"):
    return [card["title"] for card in list_cards(folder, lang, chapters=9, tables=2)]


def test_a_card_stands_only_for_what_is_there(tmp_path):
    assert titles(tmp_path) == ["Chapters", "Tables", "Where the figures come from"]
    for name in ("brief.en.pdf", "explorer.html", "review.az.html"):
        (tmp_path / name).touch()
    assert titles(tmp_path)[:2] == ["Brief", "Explorer"]
    assert titles(tmp_path, "az")[:2] == ["İnteraktiv icmal", "Metod üzrə rəy"]


def test_cards_lead_to_the_files_of_their_language(tmp_path):
    (tmp_path / "tables").mkdir()
    for name in ("brief.az.pdf", "brief.az.html", "explorer.html", "tables/report.az.xlsx"):
        (tmp_path / name).touch()
    brief, explorer, workbook, chapters, *_ = list_cards(tmp_path, "az", chapters=9, tables=2)
    assert brief["links"] == [("brief.az.pdf", "PDF"), ("brief.az.html", "səhifə")]
    assert explorer["links"] == [("explorer.html#az", "")]
    assert workbook["links"] == [("tables/report.az.xlsx", "")]
    assert chapters["text"].endswith(": 9")


@pytest.mark.parametrize("name", [*CHAPTERS, PROFILE])
def test_the_question_of_every_chapter_is_translated(name):
    title = chapter_title(read_notebook(NOTEBOOKS / f"{name}.ipynb"))
    chapter = {"name": name, "title": title}
    assert name_chapter(chapter, "en") == (title, "en")
    question, spoken = name_chapter(chapter, "az")
    assert spoken == "az"
    assert question.endswith("?")
    assert question != title


def test_a_title_that_was_not_translated_stays_english():
    chapter = {"name": CHAPTERS[0], "title": "Another question?"}
    assert name_chapter(chapter, "az") == ("Another question?", "en")
    assert name_chapter({**chapter, "name": "new"}, "az") == ("Another question?", "en")


def record(what, section="results", kind="synthetic", page=True, **texts):
    told = {lang: {key: text(lang) for key, text in texts.items()} for lang in LANGUAGES}
    return {"what": what, "section": section, "kind": kind, "texts": told, "page": page,
            "name": "n"}  # fmt: skip


def test_a_chapter_says_its_sentences_by_kind_each_once():
    said = record("sentence", text=lambda lang: f"Said in {lang}.")
    public = record("sentence", "method", "published", text=lambda lang: f"Known in {lang}.")
    parts = summarise_chapter([said, public, said])
    assert [part["kind"] for part in parts] == ["synthetic", "published"]
    assert parts[0]["texts"] == [{"en": "Said in en.", "az": "Said in az."}]
    assert parts[1]["texts"] == [{"en": "Known in en.", "az": "Known in az."}]
    assert parts[0]["sections"] == [("results", "Nəticələr")]


def test_without_sentences_a_chapter_says_its_numbers_or_what_its_figures_show():
    numbers = record("numbers", numbers=lambda lang: [["3", "a"], ["4", "b"]])
    figure = record("figure", title=lambda lang: "T", caption=lambda lang: "C.")
    table = record("table", page=False, title=lambda lang: "T")
    assert summarise_chapter([figure, numbers])[0]["texts"] == [
        {"en": "3 a; 4 b.", "az": "3 a; 4 b."}
    ]
    assert summarise_chapter([figure])[0]["texts"] == [{"en": "T. C.", "az": "T. C."}]
    assert summarise_chapter([table]) == [{"kind": "synthetic", "texts": [], "sections": []}]


def test_figures_are_listed_by_section():
    figure = record("figure", title=lambda lang: f"Title {lang}")
    sections = [{"id": "results", "records": [figure, record("table")]}]
    assert list_figures(sections, "az")[0]["figures"] == [("n", "Title az")]


@pytest.mark.parametrize("closed", [False, True], ids=["one part", "a part of its own"])
def test_the_summary_stands_behind_the_title(closed):
    title = {"open": ["<div>"], **({"close": ["</div>"]} if closed else {})}
    rest = {"open": ["<section>"]} if closed else {}
    notebook = {"cells": [{"metadata": title}, {"metadata": {**rest, "close": ["</div>"]}}]}
    open_with_summary(notebook, "SUMMARY")
    opened = "".join(
        "".join([*cell["metadata"].get("open", []), "x", *cell["metadata"]["close"]])
        for cell in notebook["cells"]
    )
    second = "<section>" if closed else "<div>"
    assert opened == f"<div>x</div>SUMMARY{second}x</div>"
