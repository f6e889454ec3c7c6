"""Whatever stands in a file, reading it gives a table or one refusal."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asan_analysis.data.contracts import ASSESSMENTS, EDITIONS
from asan_analysis.data.tables import compose, examine_table, read_cells, read_parquet, read_toml
from asan_analysis.errors import DataError, describe

QUICK = settings(deadline=None, derandomize=True, max_examples=60)
SIGNS = st.sampled_from(
    [
        *'ab1,,,\n\n"";\t \r.-=',
        "\0",
        "\u0130",
        "e\u0301",
        "\u202e",
        "\u2028",
        "\x85",
        "\ufeff",
        "\xa0",
    ]
)
TEXT = st.one_of(st.lists(SIGNS, max_size=40).map("".join), st.text(max_size=30))
CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5),
    st.binary(max_size=4), st.datetimes(), st.decimals(), st.lists(st.integers(0, 9), max_size=2),
    st.sampled_from(["scored", "not_answered", "2023", " 1 ", "nan", "1e999"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: each writes its file anew."""
    return tmp_path_factory.mktemp("random")


def check_message(problems: list[Any]) -> None:
    """Every problem can be told, each line on one line."""
    assert all(line.isprintable() for line in describe(problems).split("\n"))


def read(path: Path) -> pd.DataFrame | None:
    """The cells of a file, or None where it is refused."""
    try:
        return read_cells(path)
    except DataError as error:
        check_message(error.problems)
        return None


@QUICK
@given(content=st.one_of(st.binary(max_size=60), TEXT.map(lambda text: text.encode())))
def test_any_bytes_are_a_table_or_a_refusal(content: bytes, folder: Path) -> None:
    path = folder / "any.csv"
    path.write_bytes(content)
    cells = read(path)
    if cells is not None:
        table, problems = examine_table(cells, EDITIONS, name=path.name, first_row=2)
        assert len(table) == len(cells)
        check_message(problems)


@QUICK
@given(text=TEXT)
def test_cells_are_those_of_pythons_own_reader(text: str, folder: Path) -> None:
    """A second road: the csv module splits the same text into the same cells."""
    path = folder / "same.csv"
    path.write_bytes(text.encode("utf-8"))
    cells = read(path)
    if cells is not None:
        rows = list(csv.reader(io.StringIO(compose(text.removeprefix("\ufeff")))))
        plain = [[cell.strip() for cell in row] for row in rows]
        assert [list(cells.columns), *cells.to_numpy().tolist()] == plain[: len(cells) + 1]
        assert not any(any(row) for row in plain[len(cells) + 1 :])


@QUICK
@given(content=TEXT, key=st.sampled_from(["id", "decimals", '"\\u0000"', "a.b"]))
def test_any_toml_is_a_table_or_a_refusal(content: str, key: str, folder: Path) -> None:
    path = folder / "any.toml"
    path.write_bytes(f"{key} = {content}".encode())
    try:
        assert isinstance(read_toml(path), dict)
    except DataError as error:
        check_message(error.problems)


@QUICK
@given(
    names=st.lists(st.sampled_from([*ASSESSMENTS.columns, "x", ""]), min_size=1, max_size=7),
    data=st.data(),
)
def test_any_parquet_file_is_a_table_or_a_refusal(
    names: list[str], data: st.DataObject, folder: Path
) -> None:
    path = folder / "any.parquet"
    rows = data.draw(st.integers(0, 3))
    columns = [data.draw(st.lists(CELL, min_size=rows, max_size=rows)) for _ in names]
    try:
        pq.write_table(pa.Table.from_arrays([pa.array(cells) for cells in columns], names), path)
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        return  # arrow has no column of such a mixture
    try:
        cells = read_parquet(path)
        table, problems = examine_table(cells, ASSESSMENTS, name=path.name, first_row=1)
    except DataError as error:
        check_message(error.problems)
        return
    assert len(table) == rows
    check_message(problems)


@QUICK
@given(content=st.binary(max_size=200), at=st.integers(0, 2000))
def test_a_damaged_parquet_file_is_a_table_or_a_refusal(
    content: bytes, at: int, folder: Path
) -> None:
    path = folder / "damaged.parquet"
    pq.write_table(pa.table({"edition_year": [2023, 2022], "status": ["scored", "x"]}), path)
    whole = path.read_bytes()
    at %= len(whole)
    path.write_bytes(whole[:at] + content + whole[at + len(content) :])
    try:
        cells = read_parquet(path)
        check_message(examine_table(cells, ASSESSMENTS, name=path.name, first_row=1)[1])
    except DataError as error:
        check_message(error.problems)


@QUICK
@given(text=st.text(max_size=20))
def test_both_forms_of_a_text_are_read_as_one(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    assert compose(forms[0]) == compose(forms[1]) == compose(compose(text))
