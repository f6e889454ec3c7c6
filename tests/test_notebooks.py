"""Every notebook keeps the house rules; the report tests run them."""

import ast
import json
import re
from pathlib import Path

import pytest

from asan_analysis.report.parts import SECTIONS
from asan_analysis.report.plan import CHAPTERS, PROFILE, declared_parameters
from asan_analysis.report.texts import TEXTS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells_of(path: Path, kind: str) -> list[dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == kind]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


def test_every_chapter_of_the_plan_is_a_notebook():
    assert [path.stem for path in NOTEBOOKS] == sorted([*CHAPTERS, PROFILE])


def test_the_title_is_a_question(notebook):
    first = cells_of(notebook, "markdown")[0]["source"].splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith("?")


def test_parameters_are_one_line_each_with_help(notebook):
    declared = declared_parameters(notebook)
    assert {"year", "dataset"} <= set(declared)
    tagged = [
        cell
        for cell in cells_of(notebook, "code")
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    for line in tagged[0]["source"].splitlines():
        assert re.search(r"  # \w+", line), line


def test_it_is_committed_without_outputs_and_with_its_kernel(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert "papermill" not in content["metadata"]
    for cell in cells_of(notebook, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_code_cells_are_short_and_only_ask_and_show(notebook):
    """No functions, loops over data, file paths, installs or network in a notebook."""
    for cell in cells_of(notebook, "code"):
        source = cell["source"]
        lines = [line for line in source.splitlines() if line.strip()]
        assert len(lines) <= 10, source
        assert "/" not in re.sub(r'"[^"]*"', "", source.split("#")[0]).replace("//", ""), source
        tree = ast.parse(source)
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.While | ast.Lambda)
            if isinstance(node, ast.For):
                assert "chapter.save()" in source


def test_notebooks_do_not_import_the_runner(notebook):
    code = "\n".join(cell["source"] for cell in cells_of(notebook, "code"))
    assert "report.execute" not in code
    assert "report.plan" not in code


def test_figures_and_tables_stand_under_a_heading_of_their_section(notebook):
    """A cell that shows something names the section whose heading it stands under."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    section, seen = None, 0
    for cell in content["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and source.startswith("## "):
            tags = cell["metadata"].get("tags", [])
            named = [tag.removeprefix("section:") for tag in tags if tag.startswith("section:")]
            section = named[0] if named else None
            assert section is None or section in SECTIONS
        shown = re.findall(r'chapter\.(?:figure|table|sentence|numbers)\(\s*"(\w+)"', source)
        shown += ["announced"] * source.count("chapter.places(")
        assert all(name == section for name in shown), source
        seen += len(shown)
    assert seen >= 3


def test_the_last_cells_say_what_is_not_shown_and_save(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in content["cells"]]
    assert sources[-2].startswith("## What this does not show")
    assert "chapter.save()" in sources[-1]


def test_every_sentence_can_say_that_there_is_nothing(notebook):
    """A frame may be empty on some dataset; the report then needs words for that."""
    code = "\n".join(cell["source"] for cell in cells_of(notebook, "code"))
    names = re.findall(r'chapter\.sentence\(\s*"\w+",\s*"([\w.]+)"', code)
    assert [name for name in names if f"{name}.nothing" not in TEXTS] == []
