"""Names are free text: a page, a workbook and a figure show them and nothing of them works."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from test_report import copy_project, run

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "red": "<script>alert(1)</script>",
    "blue": "=cmd|'/c calc'!A1",
    "green": "../../x",
    "b3": "{{ 7*7 }} ${HOME} %s {0} {name}",
    "b4": '"><img src=x onerror=alert(1)>',
    "b5": r"$x_1$ and \frac{1",
    "b6": "_leading underscore",
    "b7": "ab\u202edc\u200b\u0627\u0628 \U0001f600",
    "b8": "two\nlines",
    "b9": "[a](javascript:alert(1)) *b* `c` https://[",
    "c1": "long " * 60 + "end",
    "c2": "x" * 200,
}
CATEGORIES = {"first": "_first <b>$a_1$</b>", "second": "=1+1 </text>$b"}


def fuzzer():
    path = ROOT / "benchmarks" / "fuzz_loader.py"
    spec = importlib.util.spec_from_file_location("fuzz_loader", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_hostile(folder: Path) -> None:
    """The small dataset with a body and a service for each name, in both editions."""
    module = fuzzer()
    module.write_dataset(folder)
    bodies = [
        {"edition_year": year, "organisation_id": body, "name_az": name, "name_en": name,
         "category": "second" if body > "c" else "first", "aliases": "", "successors": ""}
        for year in module.ITEMS for body, name in NAMES.items()
    ]  # fmt: skip
    services = [
        {"edition_year": row["edition_year"], "service_id": f"s_{row['organisation_id']}",
         "organisation_id": row["organisation_id"], "name_az": row["name_az"],
         "name_en": row["name_en"], "family_id": "", "annual_users": 5}
        for row in bodies
    ]  # fmt: skip
    answers = [
        {"edition_year": row["edition_year"], "service_id": row["service_id"], "item_id": item,
         "status": "scored", "value": {"days": 3.0, "users": 10.0 + place}.get(item, place / 30)}
        for place, row in enumerate(services) for item in module.ITEMS[row["edition_year"]]
    ]  # fmt: skip
    pd.DataFrame(bodies).to_csv(folder / "organisations.csv", index=False)
    pd.DataFrame(services).to_csv(folder / "services.csv", index=False)
    pd.DataFrame(answers).to_parquet(folder / "assessments.parquet", index=False)
    for name in ("announced.csv", "evaluations.parquet"):
        (folder / name).unlink()
    for name in ("framework_old.csv", "framework_new.csv"):  # bounds: a body has one service
        nodes = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        nodes.loc[nodes["node_id"] == "users", ["lower", "upper"]] = ["1", "100"]
        nodes["name_en"] = nodes["name_az"] = nodes["name_en"] + " <i>$n_1$</i>"
        nodes.to_csv(folder / name, index=False)
    text = (folder / "dataset.toml").read_text(encoding="utf-8")
    for plain, name in (("First", CATEGORIES["first"]), ("Second", CATEGORIES["second"]),
                        ("Tiny sample", "<script>alert(2)</script>"),
                        ("Nobody", "$x$ <script>alert(3)</script>")):  # fmt: skip
        text = text.replace(f'"{plain}"', f"'{name}'")
    (folder / "dataset.toml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with one report and one profile of the dataset with hostile names."""
    project = copy_project(tmp_path_factory.mktemp("hostile"))
    folder = project / "hostile"
    folder.mkdir()
    write_hostile(folder)
    before = {path for path in project.parent.rglob("*")}
    for command in (["report"], ["profile", "--organisation", "red"]):
        done = run(project, *command, "--year", "2023", "--dataset", "./hostile")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Warning" not in done.stderr
    new = {path.relative_to(project.parent) for path in project.parent.rglob("*")} - {
        path.relative_to(project.parent) for path in before
    }
    inside = (f"{project.name}/reports", f"{project.name}/.cache")
    assert all(path.as_posix().startswith(inside) for path in new)
    return project


@pytest.fixture(scope="module", params=["tiny", "tiny.profiles/red"])
def report(project, request):
    return project / "reports" / "2023" / request.param


def test_no_name_becomes_an_element(report):
    """No script, no image and no emphasis comes from a name, on any page."""
    pages = [*report.glob("*.html"), *report.glob("notebooks/*.html")]
    assert len(pages) >= 3
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
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


def test_names_stand_on_the_pages_as_they_are(project):
    folder = project / "reports" / "2023" / "tiny"
    for path in (folder / "index.html", folder / "notebooks" / "01_index_overview.html"):
        text = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text()
        for name in NAMES.values():
            assert " ".join(name.split()) in " ".join(text.split()), (path.name, name)
        assert "49" not in [word for word in text.split() if word == "49"]


def test_no_notebook_warns(report):
    """A warning would carry a path and a number of a process into the page."""
    for path in report.glob("notebooks/*.ipynb"):
        assert '"stderr"' not in path.read_text(encoding="utf-8"), path.name


def test_names_in_a_workbook_are_texts(report):
    """No cell is a formula, and each name stands in a cell as it is."""
    for path in report.glob("tables/*.xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [cell for page in book for row in page.iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        texts = {cell.value for cell in cells}
        if report.name == "tiny":
            assert set(NAMES.values()) <= texts
    assert list(report.glob("tables/*.xlsx"))


def test_csv_files_hold_codes_and_no_names(report):
    """A table is keyed by codes; names stand only in pages and workbooks."""
    tables = list(report.glob("tables/*.csv"))
    for path in tables:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in NAMES.values() if name in text], path.name
    assert tables


def test_files_are_named_by_codes(project):
    for path in (project / "reports").rglob("*"):
        assert not set(path.name) & set("<>|'\"$={}")


def test_figures_are_whole(report):
    """Every figure is drawn, and its SVG is XML."""
    from xml.etree import ElementTree

    figures = list(report.glob("figures/*.svg"))
    assert figures
    for path in figures:
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
        assert path.with_suffix(".png").stat().st_size > 1000


def test_the_library_is_that_of_the_copy(project):
    """The fixture runs what it copied."""
    found = subprocess.run([sys.executable, "-c", "import asan_analysis as a; print(a.__file__)"],
                           cwd=project, env={"PYTHONPATH": str(project / "src")},
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert str(project) in found.stdout
