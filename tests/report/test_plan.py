"""Parameters are checked before anything runs."""

import json

import pytest

from asan_analysis.errors import ParameterError, ReportError
from asan_analysis.report.plan import check_parameters, declared_parameters, plan_report


def write_notebook(path, *sources, tag="parameters"):
    cells = [
        {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source, "outputs": []}
        for source in sources
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")
    return path


def test_declared_parameters_are_read_with_their_types(tmp_path):
    notebook = write_notebook(
        tmp_path / "a.ipynb", 'year: int = 2023  # closing year\nname: str = "x"  # a name\n'
    )
    assert declared_parameters(notebook) == {"year": "int", "name": "str"}


def test_a_line_that_papermill_would_not_see_is_refused(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", "year: int | None = 2023  # help")
    with pytest.raises(ReportError, match="name: type = literal"):
        declared_parameters(notebook)


def test_a_notebook_needs_exactly_one_parameters_cell(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", "x = 1", tag="other")
    with pytest.raises(ReportError, match="0 cells tagged parameters"):
        declared_parameters(notebook)


def test_a_parameter_the_notebook_does_not_declare_is_refused():
    with pytest.raises(ParameterError, match=r"unknown \['yaer'\]; it accepts \['year'\]"):
        check_parameters({"yaer": 2023}, {"year": "int"}, name="01")


@pytest.mark.parametrize("value", ["2023", 2023.0, True])
def test_a_value_of_another_type_is_refused(value):
    with pytest.raises(ParameterError, match="it needs int"):
        check_parameters({"year": value}, {"year": "int"}, name="01")


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"00_data_and_coverage\.ipynb is missing"):
        plan_report(tmp_path, year=2023, dataset="x")


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "a.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"a\.ipynb is not a notebook"):
        declared_parameters(tmp_path / "a.ipynb")
