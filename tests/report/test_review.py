"""The two pages for a reviewer: one kind each, the records of the chapter and nothing beside."""

import base64
import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.review import has_review, review_file, write_review
from asan_analysis.report.texts import COLUMNS

HEADINGS = ("step", "topic", "published", "source_url", "unknown", "check", "checked_on", "verdict")
ROW = ["1", "Frame <b>", "Little.", "https://example.org/a", "U1, U2", "Much.", "Observed", "So."]


def both(**by_language):
    return {lang: {key: text(lang) for key, text in by_language.items()} for lang in LANGUAGES}


def records():
    at = LANGUAGES.index
    sentence = both(text=lambda lang: f"Said in {lang} of the method.")
    own = both(text=lambda lang: f"Said in {lang} of the data.")
    steps = both(columns=lambda lang: [COLUMNS[name][at(lang)] for name in HEADINGS],
                 rows=lambda lang: [ROW], title=lambda lang: "Steps",
                 caption=lambda lang: "Steps.")  # fmt: skip
    chart = both(alt=lambda lang: f"Chart in {lang}.", caption=lambda lang: "A chart.")
    return [
        {"section": "method", "what": "sentence", "name": "s", "texts": sentence},
        {"section": "method", "what": "table", "name": "handbook_steps", "texts": steps},
        {"section": "audit", "what": "numbers", "name": "",
         "texts": both(numbers=lambda lang: [["0.93", "alpha"]])},
        {"section": "audit", "what": "sentence", "name": "t", "texts": own},
        {"section": "audit", "what": "sentence", "name": "t", "texts": own},
        {"section": "audit", "what": "figure", "name": "importance", "texts": chart},
        {"section": "results", "what": "sentence", "name": "r",
         "texts": both(text=lambda lang: "Not of the review.")},
    ]  # fmt: skip


def identity(status="final"):
    about = {"status": status}
    data = SimpleNamespace(kind="synthetic", about=about, title=lambda lang: f"Trial {lang}")
    return SimpleNamespace(
        data=data,
        label=lambda lang: "2022-2023",
        citation=lambda lang: f"Cited in {lang}, source 0123456789ab.",
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "figures").mkdir()
    for ending in ("", ".az"):
        (tmp_path / f"figures/importance{ending}.svg").write_text(f"<svg>{ending}</svg>", "utf-8")
    return tmp_path


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_sections_of_one_kind_each(folder, lang):
    write_review(folder, records(), identity())
    html = BeautifulSoup((folder / review_file(lang)).read_text("utf-8"), "html.parser")
    assert html.html["lang"] == lang
    method, audit = html("section")
    assert (method["data-kind"], audit["data-kind"]) == ("published", "synthetic")
    assert f"Said in {lang} of the method." in method.get_text()
    assert method.get_text().count("of the data") == 0
    assert audit.get_text().count(f"Said in {lang} of the data.") == 1
    assert audit.select_one(".numbers li").get_text() == "0.93alpha"
    assert f"Trial {lang}" not in method.get_text()
    assert "Not of the review." not in html.get_text()
    for section in (method, audit):
        assert f"Cited in {lang}, source 0123456789ab." in section.get_text()
    assert not html(class_="draft")


def test_a_step_stands_in_one_row_with_its_public_page(folder):
    write_review(folder, records(), identity())
    html = BeautifulSoup((folder / "review.html").read_text("utf-8"), "html.parser")
    row = html.tbody.tr
    assert [cell.get_text() for cell in row(["th", "td"])] == [
        "1. Frame <b>", "Little. example.org", "U1, U2", "Much.", "So.",
    ]  # fmt: skip
    assert row.a["href"] == "https://example.org/a"
    assert len(html.thead("th")) == 5


def test_the_page_stands_alone_and_is_set_for_a4(folder):
    """The chart of its language lies in the page; nothing else is loaded."""
    write_review(folder, records(), identity("draft"))
    text = (folder / "review.az.html").read_text("utf-8")
    html = BeautifulSoup(text, "html.parser")
    kind, _, content = html.img["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content) == b"<svg>.az</svg>"
    assert html.img["alt"] == "Chart in az."
    assert not html(["script", "link"])
    assert not re.search(r"url\(|@import", text)
    assert "size: A4" in text
    assert len(html(class_="draft")) == 2


def test_a_report_without_an_audit_has_no_review(folder):
    without = [record for record in records() if record["section"] != "audit"]
    assert not has_review(without)
    write_review(folder, without, identity())
    assert not list(folder.glob("*.html"))
