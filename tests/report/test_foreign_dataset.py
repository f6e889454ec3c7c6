"""A dataset of a user's own folder, with hostile names and a new edition under a new method.

One report and one profile of the real chapters prove three things: names are free text that a
page, a workbook and a figure show without any of it working; the drill of
docs/adding_a_method_version.md needs data alone; and a folder outside `data/` is reported under
its own id.
"""

import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kinds import parse
from small_project import draw_little
from test_report import origins_of

from asan_analysis.analysis.trends import match_items
from asan_analysis.data.contracts import FRAMEWORK
from asan_analysis.data.files import sha256_of
from asan_analysis.data.tables import read_csv
from asan_analysis.index.framework import build_tree

ROOT = Path(__file__).resolve().parents[2]
NAMES = (  # of the bodies, and of their services
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "../../x",
    "{{ 7*'7' }} ${HOME} %s {0} {name}",
    '"><img src=x onerror=alert(1)>',
    r"$x_1$ and \frac{1",
    "_leading underscore",
    "ab\u202edc\u200b\u0627\u0628 \U0001f600",
    "two\nlines",
    "[a](javascript:alert(1)) *b* `c` https://[",
    "long " * 60 + "end",
    "x" * 200,
)
ABOUT = {  # what the sample says of itself, and what this dataset says
    '"asan_sample"': '"drill"',
    '"synthetic"': '"observed"',
    '"final"': '"draft"',
    '"ASAN Analysis"': "'$x$ <script>alert(3)</script>'\nurl = 'https://example.org/mine'",
    '"Sample of invented bodies"': "'<script>alert(2)</script>'",
    '"Central bodies"': "'_first <b>$a_1$</b>'",
    '"Local bodies"': "'=1+1 </text>$b'",
    "min_services = 3": "min_services = 1",
}
PUBLISHER, URL = "$x$ <script>alert(3)</script>", "https://example.org/mine"
NEW_CRITERION = ["K-8.1", "P8", "1", "Könüllü yoxlama", "Trial by volunteers"]
RULES = """
aggregation = "arithmetic"
not_applicable = "exclude"
not_answered = "zero"
roll_up = "weighted"
roll_up_weight = "annual_users"
round_organisation = 1
"""
BODIES = {"central": 5, "local": 5, "legal_entity": 2}  # kept in each category
BODY = "buttons_committee"  # the profile is about it
LONE = "bottomless_trunk"  # left with a single service


def text_cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def save(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def change_framework(folder: Path) -> None:
    """An eighth parameter, a renamed item, a dropped one, moved weights, another mean.

    One of the two new items is a number of days between goalposts, the fewer the better.
    Every node of both frameworks has a tag and a formula in its names.
    """
    nodes = text_cells(folder / "framework_2022.csv")
    for name in ("name_az", "name_en"):
        nodes[name] = nodes[name] + " <i>$n_1$</i>"
    save(nodes, folder / "framework_2022.csv")
    nodes = nodes[nodes["node_id"] != "1.1.1"]
    nodes.loc[nodes["node_id"] == "1.1.2", ["node_id", "replaces"]] = ["1.1.20", "1.1.2"]
    nodes.loc[nodes["node_id"] == "P4", "weight"] = "20"
    nodes["aggregation"] = np.where(nodes["node_id"] == "K-6.3", "geometric", "")
    head = list(nodes.columns[:5])
    new = [
        ["P8", "index", "5", "Sınaqdan keçirmə", "Trying the service"],
        NEW_CRITERION,
        ["8.1.1", "K-8.1", "1", "Xidmət sınaqdan keçirilir", "The service is tried out"],
        ["8.1.2", "K-8.1", "1", "Sınağın müddəti", "Days that the trial takes"],
    ]
    assert head[:3] == ["node_id", "parent_id", "weight"]
    rows = pd.DataFrame(new, columns=head).assign(official="no")
    nodes = pd.concat([nodes, rows]).fillna("")
    days = ["-1", "goalposts", "0", "30", "yes"]
    for name, cell in zip(
        ("direction", "normalisation", "lower", "upper", "cap"), days, strict=True
    ):
        nodes[name] = np.where(nodes["node_id"] == "8.1.2", cell, "")
    save(nodes, folder / "framework_2026.csv")


def add_edition(folder: Path) -> None:
    """Rows of 2026 in the tables: the bodies and services of 2024 under the new items.

    Few bodies are kept, with up to five services each: charts of few rows.
    """
    bodies = text_cells(folder / "organisations.csv").query("edition_year == '2024'")
    place = bodies.groupby("category").cumcount()
    bodies = bodies.loc[place < bodies["category"].map(BODIES), "organisation_id"]
    for name in ("editions", "organisations", "services"):
        table = text_cells(folder / f"{name}.csv")
        table = table[table["edition_year"].isin({"2023", "2024"})]
        if name != "editions":
            table = table[table["organisation_id"].isin(bodies)]
        if name == "services":
            place = table.groupby(["edition_year", "organisation_id"]).cumcount()
            table = table[place < np.where(table["organisation_id"] == LONE, 1, 5)]
        new = table[table["edition_year"] == "2024"].replace({"edition_year": {"2024": "2026"}})
        if name == "editions":
            new = new.assign(label_az="2026", label_en="2026", order="9", rules="rules_2026.toml",
                             framework="framework_2026.csv", coverage_basis="")  # fmt: skip
        save(pd.concat([table, new]), folder / f"{name}.csv")
    answers = pd.read_parquet(folder / "assessments.parquet")
    kept = text_cells(folder / "services.csv")[["edition_year", "service_id"]]
    answers = answers.merge(kept.astype({"edition_year": np.int16}))
    last = answers[answers["edition_year"] == 2024].assign(edition_year=np.int16(2026))
    last = last[last["item_id"] != "1.1.1"].replace({"item_id": {"1.1.2": "1.1.20"}})
    tried = last[last["item_id"] == "1.1.3"]
    days = tried.assign(item_id="8.1.2", value=tried["value"] * 30)
    added = [answers, last, tried.assign(item_id="8.1.1"), days]
    table = pa.Table.from_pandas(pd.concat(added), preserve_index=False)
    pq.write_table(table, folder / "assessments.parquet")


def name_all(folder: Path) -> None:
    """Each body has a hostile name, and all its services bear it too."""
    organisations = text_cells(folder / "organisations.csv")
    bodies = organisations["organisation_id"].unique()
    names = dict(zip(bodies, NAMES, strict=True))
    for name in ("organisations", "services"):
        table = text_cells(folder / f"{name}.csv")
        table["name_az"] = table["name_en"] = table["organisation_id"].map(names)
        save(table, folder / f"{name}.csv")


def write_foreign(folder: Path) -> None:
    """The dataset: three editions and twelve bodies of the sample, changed as told above."""
    ignore = shutil.ignore_patterns("raw", "evaluations.parquet", "truth.json",
                                    "framework_2017.csv", "README.md")  # fmt: skip
    shutil.copytree(ROOT / "data" / "asan_sample", folder, ignore=ignore)
    about = (folder / "dataset.toml").read_text("utf-8")
    for plain, other in ABOUT.items():
        assert about.count(plain) == 1
        about = about.replace(plain, other)
    (folder / "dataset.toml").write_text(about, encoding="utf-8")
    (folder / "rules_2026.toml").write_text(RULES, encoding="utf-8")
    change_framework(folder)
    add_edition(folder)
    name_all(folder)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    done = subprocess.run([sys.executable, "-m", "asan_analysis", *arguments], cwd=project,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    return done


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The dataset, in a folder that lies beside the project."""
    folder = tmp_path_factory.mktemp("foreign") / "my data"
    write_foreign(folder)
    return folder


@pytest.fixture(scope="module")
def project(own):
    """A project with a report and a profile of the dataset, which writes nowhere else."""
    project = own.parent / "p"
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    draw_little(project / "notebooks")
    shutil.copytree(ROOT / "data" / "published", project / "data" / "published")
    shutil.copy(ROOT / "data" / "dictionary.csv", project / "data")
    shutil.copy(ROOT / "requirements.lock", project)
    before = set(own.parent.rglob("*"))
    run(project, "report", "--year", "2026", "--dataset", str(own))
    run(project, "profile", "--organisation", BODY, "--year", "2026", "--dataset", "../my data")
    new = [path.relative_to(project) for path in set(own.parent.rglob("*")) - before]
    assert {path.parts[0] for path in new} == {"reports", ".cache"}
    return project


@pytest.fixture(scope="module")
def whole(project):
    return project / "reports" / "2026" / "drill"


@pytest.fixture(scope="module", params=["drill", f"drill.profiles/{BODY}"])
def report(project, request):
    return project / "reports" / "2026" / request.param


def test_no_name_becomes_an_element(report):
    """No script, no image and no emphasis comes from a name, on any page."""
    pages = [*report.glob("*.html"), *report.glob("notebooks/*.html")]
    assert len(pages) >= 3
    for path in pages:
        page = parse(path.read_text(encoding="utf-8"))
        assert not page.find_all("script"), path.name
        assert not [
            tag for tag in page.find_all() if any(key.startswith("on") for key in tag.attrs)
        ]
        assert not [
            tag
            for tag in page.find_all("img")
            if not str(tag.get("src")).startswith(
                ("figures/", "data:image/png", "data:image/svg+xml")
            )
        ]
        links = [str(tag.get("href")) for tag in page.find_all("a")]
        assert not [link for link in links if link.startswith("javascript")]
        for output in page.select(".output_area, section"):
            assert not [tag for tag in output.find_all(["i", "em"]) if "n_1" in tag.text]


def test_every_page_of_a_draft_bears_the_word_and_none_is_an_index(report, whole):
    """Links inside the report lead to pages that are there, also back from the chapters."""
    pages = [path for path in report.rglob("*.html")]
    assert not list(report.rglob("index*.html"))
    assert {"draft.html", "draft.az.html"} <= {path.name for path in pages}
    assert len(pages) > (10 if report == whole else 2)
    for path in pages:
        html = parse(path.read_text("utf-8"))
        assert len(html.select("body > .watermark[aria-hidden=true]")) == 1, path.name
        links = [str(link["href"]).partition("#")[0] for link in html("a", href=True)]
        inside = [link for link in links if not re.match("https?:", link)]
        assert [link for link in inside if not (path.parent / link).exists()] == [], path.name


def test_names_stand_on_the_pages_as_they_are(whole):
    for path in (whole / "draft.html", whole / "notebooks" / "01_index_overview.html"):
        text = parse(path.read_text(encoding="utf-8")).get_text()
        for name in NAMES:
            assert " ".join(name.split()) in " ".join(text.split()), (path.name, name)
        assert "7777777" not in text


def test_no_notebook_warns(report):
    """A warning would carry a path and a number of a process into the page."""
    for path in report.glob("notebooks/*.ipynb"):
        assert '"stderr"' not in path.read_text(encoding="utf-8"), path.name


def test_names_in_a_workbook_are_texts(report, whole):
    """No cell is a formula, and each name stands in a cell as it is."""
    for path in report.glob("tables/*.xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [cell for page in book for row in page.iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        texts = {cell.value for cell in cells}
        if report == whole:
            assert set(NAMES) <= texts
    assert list(report.glob("tables/*.xlsx"))


def test_csv_files_hold_codes_and_no_names(report):
    """A table is keyed by codes; names stand only in pages and workbooks.

    Words of alike names stand folded, letters and digits alone, and begin no formula.
    """
    tables = list(report.glob("tables/*.csv"))
    for path in tables:
        text = path.read_text(encoding="utf-8")
        folded = path.name in ("alike_services.csv", "reworded_services.csv")
        assert not [name for name in NAMES if name in text and not (folded and name.isalnum())]
        assert not re.search(r"(?m)(^|,)[=+@]|(^|,)-[^0-9]", text), path.name
    assert tables


def test_files_are_named_by_codes(project):
    for path in (project / "reports").rglob("*"):
        assert not set(path.name) & set("<>|'\"$={}")


def test_figures_are_whole_and_show_the_names(report, whole):
    """Every figure is drawn, its SVG is XML, and comments tell the words that paths draw."""
    figures = list(report.glob("figures/*.svg"))
    assert figures
    words = []
    for path in figures:
        builder = ElementTree.TreeBuilder(insert_comments=True)
        tree = ElementTree.parse(path, ElementTree.XMLParser(target=builder))
        assert tree.getroot().tag.endswith("svg")
        if not path.name.startswith("brief_"):
            assert path.with_suffix(".png").stat().st_size > 1000
        words += [unescape(each.text) for each in tree.iter(ElementTree.Comment)]
    shown = [name.splitlines()[0][:8] for name in (NAMES if report == whole else NAMES[:1])]
    assert not [name for name in shown if not any(name in each for each in words)]


def test_the_new_edition_passes_the_check(own, project):
    assert "3 edition(s)" in run(project, "check", str(own)).stdout


def test_the_change_of_items_is_told(own):
    """144 items: one renamed, one dropped, two added; the rest ask the same."""
    trees = [
        build_tree(read_csv(own / f"framework_{year}.csv", FRAMEWORK)) for year in (2022, 2026)
    ]
    states = match_items(*trees)["state"].value_counts().to_dict()
    assert states == {"same": 141, "added": 2, "renamed": 1, "dropped": 1}


def test_the_report_of_the_new_edition_is_built_under_its_own_method(whole):
    html = parse((whole / "draft.html").read_text("utf-8"))
    text = html.get_text(" ")
    assert "items renamed 1, joined from several 0, split off 0, new 2, dropped 1" in text
    assert "The method changed before: 2026" in text
    ranks = pd.read_csv(whole / "tables" / "organisation_scores.csv")
    assert len(ranks) == 12
    assert (ranks["score_percent"] == ranks["score_percent"].round(1)).all()
    shown = pd.read_csv(whole / "tables" / "category_parts.csv")["node_id"]
    assert NEW_CRITERION[0] in set(shown)
    announced = html.find(id="announced").get_text(" ")
    assert "Nothing to show for this edition" in announced


def test_a_dataset_of_a_users_own_folder_is_reported_under_its_own_id(own, whole):
    """A draft from outside the project, without announced figures, with a source of its own."""
    page = (whole / "draft.html").read_text("utf-8")
    assert "Draft: not for publication" in page
    assert "announced no figures" in page
    group = parse(page).find(id="inputs-dataset")
    files = {row.th.get_text(): row.code["title"] for row in group("tr") if row.code}
    assert set(files) == {f"drill/{path.name}" for path in own.iterdir()}
    for path, digest in files.items():
        assert digest == sha256_of(own / path.removeprefix("drill/"))
    assert PUBLISHER in [cell.get_text() for cell in group("td")]
    assert [link["href"] for link in group("a")] == [URL]
    links = {tuple(link["href"] for link in origin["links"])
             for origin in origins_of(whole, "draft.az.html").values()
             if origin["kind"] == "observed"}  # fmt: skip
    assert links == {(URL,)}
