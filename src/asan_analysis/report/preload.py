"""What forked processes find ready; imported by the one they are forked from, and by no other.

That are the modules which notebooks import, and data that are checked: a process that loads them
reads the files again and takes what is here if their bytes are the same (`data.files`).
"""

from __future__ import annotations

import ast
import gc
import os
from contextlib import suppress
from pathlib import Path

from asan_analysis.report import warm

warm.end_with_parent()  # which may end before all is imported

import ipykernel.kernelapp  # noqa: E402, F401

import asan_analysis.report.outputs  # noqa: E402, F401
from asan_analysis.data.datasets import load_dataset  # noqa: E402
from asan_analysis.data.files import forget_reads  # noqa: E402
from asan_analysis.data.published import load_published  # noqa: E402
from asan_analysis.errors import AsanAnalysisError  # noqa: E402
from asan_analysis.report.plan import read_notebook  # noqa: E402
from asan_analysis.report.pool import DATA_VARIABLE, NOTEBOOKS_VARIABLE  # noqa: E402


def import_for(notebook: Path) -> None:
    """Import the modules of this library that a notebook imports."""
    cells = [cell for cell in read_notebook(notebook)["cells"] if cell["cell_type"] == "code"]
    found: list[ast.stmt] = [
        statement
        for cell in cells
        for statement in ast.parse(cell["source"]).body
        if isinstance(statement, ast.ImportFrom)
        and str(statement.module).partition(".")[0] == "asan_analysis"
    ]
    exec(compile(ast.Module(found, []), str(notebook), "exec"), {})


for _path in filter(None, os.environ.get(NOTEBOOKS_VARIABLE, "").split(os.pathsep)):
    with suppress(Exception):  # the notebook tells it when it runs
        import_for(Path(_path))
with suppress(AsanAnalysisError, OSError):  # whoever loads it tells what is wrong
    load_dataset(os.environ.get(DATA_VARIABLE, ""))
    load_published()
forget_reads()
gc.freeze()  # forked processes need not look through what is here
gc.set_threshold(50_000, 20, 100)  # and look for garbage less often: each lives for one notebook
