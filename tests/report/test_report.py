"""The report as a whole, built from a copy of the project whose path holds a space and letters."""

import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from kinds import (
    announced_names,
    kinds_of,
    mixed_kinds,
    mixed_sheets,
    open_book,
    other_bodies,
    parse,
    published_parts,
    published_sheets,
    sheet_kinds,
)
from shared_reports import PLACES, YEAR, run, share_reports
from small_project import make_project, report

from asan_analysis.cli import main
from asan_analysis.data.files import files_below, sha256_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with the reports of both datasets and one profile."""
    project, told = share_reports(tmp_path_factory)
    assert re.search(r"03_trends  \d+\.\d s", told[0]["stdout"])
    profile = told[2]["stdout"]
    assert re.search(r"06_organisation_profile of buttons_committee  \d+\.\d s", profile)
    return project


@pytest.fixture(scope="module", params=PLACES)
def folder(project, request):
    """The folder of each report in turn; what holds for one holds for all."""
    return project / PLACES[request.param]


@pytest.fixture(scope="module")
def egov(project):
    return project / PLACES["egov"]


@pytest.fixture(scope="module")
def sample(project):
    return project / PLACES["sample"]


def pages_of(folder: Path) -> dict[str, str]:
    paths = [*folder.glob("*.html"), *(folder / "notebooks").glob("*.html")]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.fixture(scope="module")
def pages(folder):
    return pages_of(folder)


@pytest.mark.parametrize("place", ["sample", "egov"])
def test_the_report_is_whole(project, place):
    folder = project / PLACES[place]
    assert set(pages_of(folder)) == {
        "index.html", "index.az.html", "notebooks/00_data_and_coverage.html",
        "notebooks/01_index_overview.html", "notebooks/02_category_breakdown.html",
        "notebooks/03_trends.html", "notebooks/04_score_drivers.html",
            "notebooks/05_robustness.html",
        "notebooks/07_methodology_review.html", "notebooks/08_forecast.html",
        "notebooks/09_register_review.html",
        "brief.html", "brief.az.html", "explorer.html", "review.html", "review.az.html",
    }  # fmt: skip
    for name in ("coverage_by_edition", "printed_scores", "answers_by_part", "ranking", "spread",
                 "places", "acceptability", "indices", "methods", "importance"):  # fmt: skip
        for end in (".png", ".svg", ".az.png", ".az.svg"):
            assert (folder / "figures" / f"{name}{end}").stat().st_size > 1000
    assert not (folder / "records").exists()


def test_reports_and_profiles_lie_side_by_side(project):
    found = sorted(path.name for path in (project / YEAR).iterdir())
    assert found == ["asan_sample", "asan_sample.profiles", "egov_benchmark_2023"]


def test_a_profile_is_whole(project):
    folder = project / PLACES["profile"]
    assert set(pages_of(folder)) == {
        "index.html", "index.az.html", "notebooks/06_organisation_profile.html",
    }  # fmt: skip
    figures = {path.stem for path in (folder / "figures").glob("*.png")}
    assert {"profile_history", "profile_parts", "profile_services"} <= figures
    heading = parse(pages_of(folder)["index.az.html"]).h1.get_text()
    assert heading == "Düymələr Dövlət Komitəsi, 2023"


def test_a_final_profile_names_others_in_every_kind_of_file(project):
    """What `test_profiles` looks for in a draft is there to be found in a final profile."""
    folder = project / PLACES["profile"]
    found = other_bodies(folder, project / "data" / "asan_sample", "buttons_committee")
    gaps = pd.read_csv(folder / "tables" / "profile_gaps.csv")
    assert set(gaps["against"]) == {"mean", "leader", "next", "before"}
    rivals = set(gaps["rival"].dropna())
    assert rivals and rivals <= found[".csv"]
    assert found[".svg"]  # long names stand there in two lines
    names = pd.read_csv(project / "data/asan_sample/organisations.csv").set_index("organisation_id")
    for rival in rivals:
        english = set(names.loc[[rival], "name_en"])
        for ending in (".html", ".ipynb", ".xlsx"):
            assert english & found[ending], ending
        images = parse((folder / "index.html").read_text("utf-8"))("img")
        assert any(name in image["alt"] for image in images for name in english)


def test_the_search_for_mixed_kinds_can_fail():
    """A planted mixture and a section without a kind are found before the report is judged."""
    names = announced_names()
    planted = '<section data-kind="synthetic">Ədliyyə Nazirliyi 71.20</section>'
    assert mixed_kinds(planted, names) == ["Ədliyyə Nazirliyi"]
    assert mixed_kinds("<section>12</section>", names) == ["kind None"]
    nested = '<section data-kind="observed"><section data-kind="published">x</section></section>'
    assert mixed_kinds(nested, names) == ["kind observed"]


def test_each_section_has_one_kind(pages):
    names = announced_names()
    for name, html in pages.items():
        assert mixed_kinds(html, names) == [], name
        assert kinds_of(html), name


def test_the_sections_of_a_first_page_stand_in_their_order(project):
    sections = {
        "sample": ["published", "published", *["synthetic"] * 10],
        "egov": ["published", "published", *["observed"] * 10],
        "profile": ["synthetic"],
    }
    for place, kinds in sections.items():
        html = (project / PLACES[place] / "index.html").read_text("utf-8")
        assert kinds_of(html) == kinds, place


def test_nothing_published_comes_from_a_dataset(sample, egov):
    """The announced sections and sheets are the same whatever dataset the report is about."""
    for name in ("index.html", "index.az.html"):
        parts = published_parts((sample / name).read_text("utf-8"))
        assert parts
        assert parts == published_parts((egov / name).read_text("utf-8"))
        assert parts != published_parts((egov / name).read_text("utf-8").replace("438", "439"))
    books = [open_book(folder / "tables" / "report.xlsx") for folder in (sample, egov)]
    sheets = [published_sheets(book) for book in books]
    assert sheets[0]
    assert sheets[0] == sheets[1]


def test_synthetic_figures_say_so(sample, project):
    """The word stands in every figure of the sample that is not of the announced facts."""
    announced = {"coverage_by_edition", "printed_scores", "announced_series",
                 "brief_coverage_by_edition"}  # fmt: skip
    profile = project / PLACES["profile"]
    for path in [*(sample / "figures").glob("*.svg"), *(profile / "figures").glob("*.svg")]:
        badge = 'style="fill: #8a4b08"' in path.read_text("utf-8")
        assert badge is (path.name.partition(".")[0] not in announced), path.name


def planted_book(said: str, told: str, cell: str) -> openpyxl.Workbook:
    """A workbook with one sheet whose name `kind`, cell A2 and one cell are given."""
    book = openpyxl.Workbook()
    page = book.create_sheet("planted")
    page["A2"], page["A6"] = f"{told}: what it means", cell
    page.defined_names["kind"] = openpyxl.workbook.defined_name.DefinedName(
        "kind", attr_text=f'"{said}"'
    )
    return book


def test_the_search_for_mixed_sheets_can_fail():
    names = announced_names()
    planted = planted_book("synthetic", "Synthetic", "Ədliyyə Nazirliyi")
    assert mixed_sheets(planted, names) == ["Ədliyyə Nazirliyi"]
    planted = planted_book("published", "Observed", "x")
    assert mixed_sheets(planted, names) == ["planted: kind ['observed', 'published']"]
    planted = planted_book("real", "Real", "x")
    assert mixed_sheets(planted, names) == ["planted: kind ['real']"]
    assert mixed_sheets(planted_book("published", "Published", "Ədliyyə Nazirliyi"), names) == []


def test_each_sheet_has_one_kind(folder):
    for name in ("report.xlsx", "report.az.xlsx"):
        book = open_book(folder / "tables" / name)
        wrong = mixed_sheets(book, announced_names())
        assert [one for one in wrong if name == "report.xlsx" or "kind" not in one] == []
        assert len(book.worksheets) > 3


def test_sheets_stand_for_the_tables_shown(egov):
    """Sheets stand for every table shown, and no announced sheet names a country of the dataset."""
    book = open_book(egov / "tables" / "report.xlsx")
    kinds = {page.title: sheet_kinds(page) for page in book.worksheets[1:]}
    assert kinds["announced_places"] == {"published"}
    assert kinds["organisation_scores"] == {"observed"}
    assert "service_scores" not in kinds
    countries = pd.read_csv(ROOT / "data" / "egov_benchmark_2023" / "organisations.csv")["name_en"]
    for page in book.worksheets[1:]:
        if kinds[page.title] == {"published"}:
            assert not set(countries) & {cell for row in page.values for cell in row}


def test_the_workbook_holds_the_saved_tables_to_the_last_digit(egov):
    saved = pd.read_csv(egov / "tables" / "organisation_scores.csv")
    for name in ("report.xlsx", "report.az.xlsx"):
        page = open_book(egov / "tables" / name)["organisation_scores"]
        rows = [row for row in page.iter_rows(min_row=6, values_only=True)]
        assert [row[1] for row in rows] == saved["organisation_id"].tolist()
        assert [row[3] for row in rows] == saved["score_percent"].tolist()


def test_each_page_offers_the_workbook_of_its_language_first(pages):
    for name, file in (("index.html", "report.xlsx"), ("index.az.html", "report.az.xlsx")):
        links = parse(pages[name]).find("footer")("a", href=True)
        files = [link["href"] for link in links if link["href"].startswith("tables/")]
        assert files[0] == f"tables/{file}"


def test_each_page_offers_the_review_of_its_language(egov, sample):
    """Two sections, the second of the dataset; the published one holds no name of the dataset."""
    for name, file in (("index.html", "review.html"), ("index.az.html", "review.az.html")):
        for folder, kind in ((egov, "observed"), (sample, "synthetic")):
            page = parse((folder / name).read_text("utf-8"))
            assert page.find("footer").find("a", href=file)
            review = (folder / file).read_text("utf-8")
            assert kinds_of(review) == ["published", kind]
            soup = parse(review)
            assert len(soup.select("#method tbody tr")) == 10
            assert 5 <= len(soup.select("#audit .numbers li")) <= 8
            title = soup.select_one("#audit h1").get_text()
            assert title not in soup.find(id="method").get_text()


def test_figures_stand_inside_sections(pages):
    for name, html in pages.items():
        for image in parse(html)("img"):
            assert image.find_parent("section") is not None, name


def test_no_country_of_the_dataset_stands_in_the_announced_section(egov):
    """The announced section names none of the dataset's organisations."""
    html = parse((egov / "index.html").read_text("utf-8"))
    text = html.find(id="announced").get_text(" ")
    organisations = pd.read_csv(ROOT / "data" / "egov_benchmark_2023" / "organisations.csv")
    assert not [name for name in organisations["name_en"] if name in text]
    for section in html.find_all("section", {"data-kind": "observed"}):
        text = section.get_text(" ")
        assert "Ministry of Labour" not in text
        assert "Pirallahi" not in text


@pytest.mark.parametrize("place", ["sample", "egov"])
def test_the_aide_sees_the_announced_places_first(project, place):
    html = (project / PLACES[place] / "index.html").read_text("utf-8")
    section = parse(html).find("section")
    numbers = [item.get_text() for item in section.select("ul.numbers b")]
    assert numbers == ["438", "47", "3", "9"]
    first = [group.li.get_text(" ") for group in section.select(".places > div")]
    assert "Ministry of Labour and Social Protection" in first[0]
    assert "92.38" in first[0]
    assert "Pirallahi" in first[1]
    assert "score not published" in first[1]
    assert "Azerishig" in first[2]


def test_the_azerbaijani_page_speaks_azerbaijani(sample):
    html = parse((sample / "index.az.html").read_text("utf-8"))
    assert html.html["lang"] == "az"
    text = html.get_text(" ")
    assert "Əmək və Əhalinin Sosial Müdafiəsi Nazirliyi" in text
    assert "92,38" in text
    assert "Announced" not in text


def test_pages_load_nothing_from_outside(pages):
    """Addresses are cited as links; nothing is loaded, and the explorer alone has a script."""
    for name, html in pages.items():
        soup = parse(html)
        assert bool(soup("script")) is (name == "explorer.html"), name
        assert not soup("script", src=True), name
        assert not soup("link"), name
        for tag in soup(src=True):
            assert not re.match(r"(?:https?:)?//", tag["src"]), name
        for style in soup("style"):
            assert "@import" not in style.get_text()
            assert "url(" not in style.get_text()


def test_links_inside_the_report_lead_somewhere(folder, pages):
    for name, html in pages.items():
        soup = parse(html)
        for tag in [*soup("a", href=True), *soup("img", src=True)]:
            target = tag.get("href") or tag.get("src")
            if target.startswith("#"):
                assert soup.find(id=target[1:]), (name, target)
            elif not re.match(r"https?:|data:", target):
                file, _, anchor = target.partition("#")
                place = ((folder / name).parent / file).resolve()
                assert place.exists(), (name, target)
                if anchor and file != "explorer.html":  # where the rest is what it shows first
                    assert f'id="{anchor}"' in place.read_text("utf-8"), (name, target)


def origins_of(folder: Path, page: str) -> dict[str, dict]:
    """What stands below each figure and table of a first page, beside what `run.json` says."""
    soup = parse((folder / page).read_text("utf-8"))
    shown = json.loads((folder / "run.json").read_text("utf-8"))["shown"]
    found = {}
    for key, told in shown.items():
        name = key.partition("/")[2]
        element = soup.main.find(id=name)
        if element is not None:
            line = element.find_next(class_="origin")
            made, data, *sources = line("a")
            kind = element.find_parent("section")["data-kind"]
            found[name] = {**told, "kind": kind, "line": line, "made": made, "data": data,
                           "links": sources}  # fmt: skip
    assert len(found) == len(soup.main.select(".origin"))
    assert len(found) == len(soup.main.select("figure, .places, .scroll > table, .scroll > h3"))
    return found


@pytest.mark.parametrize("page", ["index.html", "index.az.html"])
def test_every_figure_and_table_leads_to_the_cell_that_made_it(folder, page):
    """The source of the linked cell names the figure or table."""
    for name, origin in origins_of(folder, page).items():
        file, _, anchor = origin["made"]["href"].partition("#")
        assert file == f"notebooks/{origin['notebook']}.html"
        assert anchor == f"cell-{origin['cell']:02d}"
        assert str(origin["cell"]) in origin["made"].get_text().split()
        html = parse((folder / file).read_text("utf-8"))
        code = html.find(id=anchor).select_one("details.code .highlight").get_text()
        assert f'"{name}"' in code, (name, code)
        notebook = json.loads((folder / file).with_suffix(".ipynb").read_text("utf-8"))
        cell = notebook["cells"][origin["cell"] - 1]
        assert cell["id"] == anchor
        assert f'"{name}"' in "".join(cell["source"])


@pytest.mark.parametrize("page", ["index.html", "index.az.html"])
def test_every_figure_and_table_leads_to_its_input_files(project, folder, page):
    """The files in the table are those of `run.json`, with the checksums they have on the disk."""
    soup = parse((folder / page).read_text("utf-8"))
    content = json.loads((folder / "run.json").read_text("utf-8"))
    listed, groups = {}, {}
    for group in soup.select("footer table.inputs tbody"):
        rows = [row for row in group("tr") if row.code]
        groups[group["id"]] = {row.th.get_text(): row.code["title"] for row in rows}
        listed |= groups[group["id"]]
        assert all(row.code.get_text() == row.code["title"][:12] for row in rows)
    assert listed == content["inputs"]
    for path, digest in listed.items():
        below = "" if path.startswith(("data/", "notebooks/", "requirements.")) else "data"
        assert sha256_of(project / below / path) == digest, path
    for name, origin in origins_of(folder, page).items():
        group = origin["data"]["href"].removeprefix("#")
        assert group == f"inputs-{origin['inputs']}"
        published = all(path.startswith("data/published/") for path in groups[group])
        assert published is (origin["kind"] == "published"), name
        assert origin["data"].get_text().split()[0] == str(len(groups[group]))


@pytest.mark.parametrize("page", ["index.html", "index.az.html"])
def test_every_figure_and_table_leads_to_its_public_source(folder, page):
    """The pages that print it, the dataset's public page, or the script that invented it."""
    benchmark = "https://digital-strategy.ec.europa.eu/en/library/egovernment-benchmark-2023"
    announced = set()
    for name in ("coverage", "editions", "results", "other_facts", "handbook_steps"):
        announced |= set(pd.read_csv(ROOT / "data/published" / f"{name}.csv")["source_url"])
    for name, origin in origins_of(folder, page).items():
        links = [link["href"] for link in origin["links"]]
        if origin["kind"] == "published":
            assert links, name
            assert set(links) <= announced, name
            assert links == sorted(origin["sources"], key=lambda url: (url.split("/")[2], url))
        elif origin["kind"] == "observed":
            assert links == [benchmark], name
        else:
            assert links == []
            assert "scripts/make_sample.py" in origin["line"].get_text()
    assert (ROOT / "scripts" / "make_sample.py").is_file()


def test_every_picture_has_a_text_that_says_its_series(pages):
    for name, html in pages.items():
        for image in parse(html)("img"):
            assert len(image["alt"]) > 60, name
            assert re.search(r"\d", image["alt"]), name


def test_headings_do_not_skip_a_level(pages):
    for name in ("index.html", "index.az.html"):
        found = parse(pages[name]).find_all(re.compile("^h[1-6]$"))
        levels = [int(heading.name[1]) for heading in found]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_notebook_pages_fold_their_code(pages):
    for name, page in pages.items():
        html = parse(page)
        for code in html.select(".highlight"):
            assert code.find_parent("details") is not None
        assert bool(html.select("details.code")) is name.startswith("notebooks/")


def test_the_reconciliation_is_complete(egov):
    """35 of 35 ranks and every announced score."""
    summary = pd.read_csv(egov / "tables" / "reconciliation_summary.csv")
    assert (summary["agreeing"] == summary["figures"]).all()
    ranks = summary[summary["figure"] == "rank"]
    assert ranks["figures"].tolist() == [35]
    assert summary["not_computed"].sum() == 0


def test_the_codebook_explains_every_column_of_every_table(folder):
    codebook = pd.read_csv(folder / "tables" / "codebook.csv")
    assert list(codebook.columns) == [
        "file", "column", "type", "unit", "meaning", "n", "missing",
    ]  # fmt: skip
    found = set(zip(codebook["file"], codebook["column"], strict=True))
    for path in (folder / "tables").glob("*.csv"):
        if path.name != "codebook.csv":
            table = pd.read_csv(path, dtype=str)
            assert {(path.name, column) for column in table} <= found
            rows = codebook[codebook["file"] == path.name]
            assert (rows["n"] + rows["missing"] == len(table)).all()


def test_run_json_names_every_input_and_output(folder):
    content = json.loads((folder / "run.json").read_text("utf-8"))
    files = {path.relative_to(folder).as_posix() for path in files_below(folder)}
    assert set(content["outputs"]) == files - {"run.json", "timings.json"}
    for name, digest in content["outputs"].items():
        assert sha256_of(folder / name) == digest
    assert content["inputs"]["data/published/results.csv"] == sha256_of(
        ROOT / "data" / "published" / "results.csv"
    )
    assert content["edition"]["edition_year"] == 2023
    assert content["packages"]["pandas"]
    assert not re.search(r"seconds|\bcommit\b|/tmp/|\bworkers\b", json.dumps(content))


def test_nothing_of_this_machine_stands_in_the_report(project, folder):
    for path in files_below(folder):
        if path.suffix in (".html", ".ipynb", ".csv", ".json", ".svg"):
            text = path.read_text("utf-8")
            assert str(project) not in text, path.name
            assert str(Path.home()) not in text, path.name


def test_citation_names_version_and_digest(folder, pages):
    digest = json.loads((folder / "run.json").read_text("utf-8"))["source_digest"]
    assert digest[:12] in pages["index.html"]
    assert "@misc{" in pages["index.html"]


def test_a_notebook_without_the_parameter_is_refused_before_anything_runs(tmp_path):
    project = make_project(tmp_path / "p")
    path = project / "notebooks" / "00_data_and_coverage.ipynb"
    path.write_text(path.read_text("utf-8").replace("year: int", "yaer: int"), encoding="utf-8")
    done = report(project)
    assert done.returncode == 1
    assert "unknown ['year']; it accepts ['dataset', 'yaer']" in done.stderr
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    ("year", "told"),
    [
        ("2015", "known editions: 2022, 2023, 2024"),
        ("", "known editions of asan_sample: 2022, 2023"),
        ("2023; touch x", "is not a whole number"),
        ('2023"; touch x; "', "is not a whole number"),
        ("`touch x`", "is not a whole number"),
        ("２０２３", "is not a whole number"),
        ("-2023", "is not a whole number"),
        ("2023.0", "is not a whole number"),
    ],
)
def test_a_year_that_is_none_is_refused_with_the_known_editions(
    project, monkeypatch, capsys, year, told
):
    before = sorted(project.rglob("*"))
    monkeypatch.chdir(project)
    assert main(["report", f"--year={year}"]) == 1
    message = capsys.readouterr().err
    assert told in message
    assert len(message.strip().splitlines()) == 1
    assert sorted(project.rglob("*")) == before


def test_a_folder_of_another_place_cannot_take_the_id_of_a_dataset(project, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(project / "data" / "egov_benchmark_2023", other)
    done = run(project, "report", "--year", "2023", "--dataset", str(other))
    assert done.returncode == 1
    assert "belongs to data/egov_benchmark_2023 already" in done.stderr


def test_the_library_is_that_of_the_copy(project):
    """The fixture runs what it copied."""
    found = subprocess.run([sys.executable, "-c", "import asan_analysis as a; print(a.__file__)"],
                           cwd=project, env={"PYTHONPATH": str(project / "src")},
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert str(project) in found.stdout
