"""`data.files` is the only reader of data files; what the kernel's watch cannot see is held here.

Libraries that open files outside Python, as pyarrow does, pass the watch of a kernel unseen.
"""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "asan_analysis"
OPENERS = {"open", "read_bytes", "read_text", "read_table", "read_excel", "read_feather",
           "loadtxt", "genfromtxt", "fromfile", "memory_map", "dataset"}  # fmt: skip
FRAMES = {"read_csv", "read_parquet", "ParquetFile", "read_json", "read_pickle"}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = [
    path
    for wing in ("data", "index", "analysis", "audit", "drivers", "robustness")
    for path in sorted((SOURCE / wing).glob("*.py"))
]


def calls_of(code: str) -> set[str]:
    """The names that a piece of code calls."""
    called = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
             for one in called]  # fmt: skip
    return set(names)


def test_a_reader_is_found():
    code = "import pyarrow.parquet as pq\npq.read_table('x'); open('y'); pd.read_parquet('z')"
    assert calls_of(code) & (OPENERS | FRAMES) == {"read_table", "open", "read_parquet"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_one_module_opens_data_files(path):
    found = calls_of(path.read_text("utf-8")) & OPENERS
    assert found == ({"read_bytes"} if path == SOURCE / "data" / "files.py" else set())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_reads_a_file(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert calls_of(code) & (OPENERS | FRAMES) == set()
