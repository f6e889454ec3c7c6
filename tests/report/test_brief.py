"""The brief for the hall: its pages, kinds, letters and bytes."""

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from kinds import announced_names, kinds_of, mixed_kinds, named_in

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.data.published import load_published
from asan_analysis.data.tables import write_csv
from asan_analysis.errors import ReportError
from asan_analysis.report.brief import write_brief
from asan_analysis.report.brief_pages import list_pages
from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.paper import write_paper
from asan_analysis.report.slides import Case
from asan_analysis.report.words import Words

ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz ABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVYZ"
SCORES = pd.DataFrame(
    {
        "organisation_id": ["laughter_committee", "yesterday_ministry", "neptune_ep"],
        "category": ["central", "central", "local"],
        "score_percent": [81.25, 79.5, 90.125],
        "services": [9, 4, 5], "rank": [1, 2, 1],
    }
)  # fmt: skip
PARTS = pd.DataFrame(
    [(category, node, 50.0 + 10 * place, 2, 40.0, 60.0)
     for node in ("P1", "P2") for place, category in enumerate(("central", "local", "all"))],
    columns=["category", "node_id", "score_percent", "organisations", "lowest", "highest"],
)  # fmt: skip


def identity_of(dataset: str, year: int = 2023, **about: str) -> Identity:
    data = load_dataset(dataset)
    _, edition = select_edition(data, year)
    return Identity(replace(data, about=data.about | about), edition, "f" * 64)


def case_in(folder: Path, lang: str, dataset: str = "asan_sample", year: int = 2023) -> Case:
    return Case(folder, [], identity_of(dataset, year), load_published(), lang)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A brief of the sample from two tables of a report."""
    folder = tmp_path_factory.mktemp("brief")
    (folder / "tables").mkdir()
    write_csv(SCORES, folder / "tables" / "organisation_scores.csv")
    write_csv(PARTS, folder / "tables" / "category_scores.csv")
    write_brief(folder, [], identity_of("asan_sample"), load_published())
    return folder


@pytest.fixture(scope="module", params=LANGUAGES)
def told(folder, request):
    """Language, and the text of each page of its PDF."""
    reader = pypdf.PdfReader(folder / f"brief.{request.param}.pdf")
    return request.param, [page.extract_text() for page in reader.pages]


def test_the_announced_part_comes_first_and_the_demonstration_has_a_title(told):
    lang, pages = told
    published, synthetic = (Words(lang).say(f"kind.{kind}") for kind in ("published", "synthetic"))
    assert [published in page for page in pages] == [True, True, False, True]
    assert [synthetic in page for page in pages] == [False, False, True, True]
    assert {"en": "Demonstration: ", "az": "Nümayiş: "}[lang] in pages[2]


def test_announced_places_and_invented_scores_stand_on_their_own_pages(told):
    lang, pages = told
    names, flat = announced_names(), [" ".join(page.split()) for page in pages]
    score = Words(lang).number(90.125, 2)
    assert named_in(flat[1], names)
    assert score in flat[2] and not named_in(flat[2], names)
    assert not any(score in page for page in (flat[0], flat[1], flat[3]))
    assert named_in(f"{score} {flat[1]}", names)  # on a planted mixture the search finds them


def test_the_pages_of_the_brief_have_sections_of_one_kind(folder):
    for name in ("brief.html", "brief.az.html"):
        html = (folder / name).read_text(encoding="utf-8")
        assert kinds_of(html) == ["published", "published", "synthetic", "published", "synthetic"]
        assert not mixed_kinds(html, announced_names())


def test_a_paper_is_tagged_titled_in_its_language_and_has_shipped_fonts_alone(folder):
    for lang in LANGUAGES:
        reader = pypdf.PdfReader(folder / f"brief.{lang}.pdf")
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == lang
        assert b"pdfuaid:part" in root["/Metadata"].get_data()
        assert reader.metadata.title == identity_of("asan_sample").title(lang)
        fonts = {str(font["/BaseFont"]) for page in reader.pages
                 for font in page["/Resources"]["/Font"].values()}  # fmt: skip
        assert {name.split("+")[1].split("-")[0] for name in fonts} <= {"Lato", "NotoSerifDisplay"}


def test_the_same_brief_has_the_same_bytes(folder, tmp_path):
    (tmp_path / "tables").symlink_to(folder / "tables")
    write_brief(tmp_path, [], identity_of("asan_sample"), load_published())
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(made) >= 4
    for name in made:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def paper(**more: object) -> dict[str, object]:
    section = {"kind": "synthetic", "badge": "b", "means": "m", "heading": "h", "lead": "",
               "columns": [[{"what": "text", "text": ALPHABET}]], "widths": [1]}  # fmt: skip
    return {"lang": "az", "title": "t", "pages": [[section], [section]], "author": "a",
            "label": "2023", "name": "n", "index": "i", "dataset": "d", "contents": [],
            "page": "{page}/{pages}", "foot": "f", "draft": ""} | more  # fmt: skip


def read(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages]


def test_every_azerbaijani_letter_survives_in_a_paper(tmp_path):
    write_paper(tmp_path / "p.pdf", "brief.typ", paper())
    assert [" ".join(ALPHABET.split()) in " ".join(page.split()) for page in
            read(tmp_path / "p.pdf")] == [True, True]  # fmt: skip


def test_a_sign_that_no_shipped_font_has_is_a_box(tmp_path):
    section = paper()["pages"][0][0] | {"heading": "Bulud \U0001f600 漢", "lead": "Ərik\u202e"}
    write_paper(tmp_path / "p.pdf", "brief.typ", paper(pages=[[section], [section]]))
    assert "Bulud □ □" in read(tmp_path / "p.pdf")[1]


def test_a_draft_says_so_on_every_page(tmp_path):
    for draft, times in (("LAYİHƏ", 2), ("", 0)):
        write_paper(tmp_path / "p.pdf", "brief.typ", paper(draft=draft))
        assert sum("LAYİHƏ" in page for page in read(tmp_path / "p.pdf")) == times


def test_a_page_that_is_too_full_shrinks_and_stays_one_page(tmp_path):
    rows = [[f"Body {place}", "1.00"] for place in range(34)]
    table = {"what": "table", "title": "t", "columns": ["Body", "Score"], "rows": rows,
             "numeric": [False, True]}  # fmt: skip
    section = paper()["pages"][0][0] | {"columns": [[table]]}
    write_paper(tmp_path / "p.pdf", "brief.typ", paper(pages=[[section], [section]]))
    told = read(tmp_path / "p.pdf")
    assert len(told) == 2 and "Body 33" in told[1]


def test_content_that_typst_refuses_is_an_error_and_writes_nothing(tmp_path):
    section = paper()["pages"][0][0] | {"columns": [[{"what": "poem"}]]}
    with pytest.raises(ReportError, match="unknown block poem"):
        write_paper(tmp_path / "p.pdf", "brief.typ", paper(pages=[[section]]))
    assert not (tmp_path / "p.pdf").exists()


@pytest.mark.parametrize(
    ("year", "heading"),
    [(2022, "How many services were evaluated in 2022 is not published"),
     (2021, "What was evaluated in 2020-2021")],
)  # fmt: skip
def test_an_edition_says_what_of_it_is_published(tmp_path, year, heading):
    pages = list_pages(case_in(tmp_path, "en", year=year))
    assert pages[0][0]["heading"] == heading


def test_shared_places_are_marked_and_first_ones_stand_out(tmp_path):
    (tmp_path / "tables").mkdir()
    shared = SCORES.assign(score_percent=[81.25, 81.25, 90.125], rank=[1, 1, 1])
    write_csv(shared, tmp_path / "tables" / "organisation_scores.csv")
    write_csv(PARTS, tmp_path / "tables" / "category_scores.csv")
    (section,) = list_pages(case_in(tmp_path, "az"))[2]
    groups = section["columns"][0][0]["groups"]
    told = [[(place["rank"], place["first"], place["score"]) for place in group["places"]]
            for group in groups]  # fmt: skip
    assert told == [[("=1", True, "81,25"), ("=1", True, "81,25")], [("1", True, "90,12")]]


def test_a_register_has_a_page_of_its_own_and_no_scores(tmp_path):
    (tmp_path / "tables").mkdir()
    counts = pd.DataFrame({"category": ["central", "all"], "bodies": [1, 1], "services": [2, 2],
                           "names": [2, 2]})  # fmt: skip
    write_csv(counts, tmp_path / "tables" / "register_counts.csv")
    pages = list_pages(case_in(tmp_path, "en", "asan_register"))
    assert [page[0]["kind"] for page in pages] == [
        "published", "published", "observed", "published",
    ]  # fmt: skip
    assert "register of services" in pages[2][0]["heading"]
