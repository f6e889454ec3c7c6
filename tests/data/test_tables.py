"""Reading and checking of single tables: what is taken, what is refused, how a refusal reads."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from asan_analysis.data import contracts
from asan_analysis.data.provenance import MANIFEST
from asan_analysis.data.tables import (
    Column,
    Contract,
    check_table,
    read_cells,
    read_csv,
    read_parquet,
    read_toml,
    write_csv,
)
from asan_analysis.errors import DataError, Problem

YEAR = {"edition_year": "2023"}
NAMES = {"name_az": "Ədliyyə", "name_en": "Justice"}
URL = {"source_url": "https://example.org/page"}
LABELS = {"label_az": "2023", "label_en": "2023", "order": "1"}
ANSWER = {**YEAR, "service_id": "s1", "item_id": "i1", "status": "scored", "value": "0.5"}

# One valid row of every contract, by the file that holds it.
VALID: dict[str, tuple[Contract, dict[str, str]]] = {
    "editions.csv": (
        contracts.EDITIONS, {**YEAR, **LABELS, "framework": "f.csv", "rules": "r.toml"},
    ),
    "framework.csv": (
        contracts.FRAMEWORK,
        {"node_id": "1", "parent_id": "0", "weight": "2.5", "aggregation": "power:0.5",
         "direction": "-1", "normalisation": "goalposts", "lower": "0", "upper": "30",
         "log": "no", "cap": "yes", "denominator": ""},
    ),
    "organisations.csv": (
        contracts.ORGANISATIONS,
        {**YEAR, "organisation_id": "o1", "category": "central", **NAMES, "aliases": "",
         "successors": ""},
    ),
    "services.csv": (
        contracts.SERVICES,
        {**YEAR, "service_id": "s1", "organisation_id": "o1", **NAMES, "family_id": ""},
    ),
    "assessments.parquet": (contracts.ASSESSMENTS, ANSWER),
    "evaluations.parquet": (contracts.EVALUATIONS, {**ANSWER, "evaluator_id": "e1"}),
    "announced.csv": (
        contracts.ANNOUNCED,
        {**YEAR, "level": "organisation", "unit_id": "o1", "node_id": "0", "scope": "all",
         "score_percent": "92.38", "rank": "1", "decimals": "2", "source": "a page"},
    ),
    "assumptions.csv": (
        contracts.ASSUMPTIONS,
        {"assumption_id": "a1", "key": "ties", "value": "min", "alternatives": '["dense"]',
         "active": "yes", "why": "No rule was found.", "unknown": "U10"},
    ),
    "manifest.csv": (
        MANIFEST,
        {"path": "a.csv", "sha256": "0" * 64, "rows": "1", "kind": "published",
         "publisher": "somebody", "url": "", "accessed": "", "licence": "CC0"},
    ),
    "dictionary.csv": (
        contracts.DICTIONARY,
        {"table": "t", "column": "c", "type": "text", "unit": "", "allowed": "",
         "meaning": "m", "source": "", "scored_by": ""},
    ),
    "published/editions.csv": (contracts.PUBLISHED["editions"], {**YEAR, **LABELS, **URL}),
    "published/coverage.csv": (
        contracts.PUBLISHED["coverage"],
        {**YEAR, "category": "all", "organisations": "", "services": "438", **URL, "note": ""},
    ),
    "published/results.csv": (
        contracts.PUBLISHED["results"],
        {**YEAR, "printed_cycle": "2023", "possible_editions": "", "category": "central",
         "organisation_id": "o1", "fact": "place", "rank": "1", "score_percent": "",
         "services": "", "scope_printed": "", **URL, "note": ""},
    ),
    "published/organisations.csv": (
        contracts.PUBLISHED["organisations"],
        {"organisation_id": "o1", "category": "central", **NAMES, "name_ru": "", "aliases": "",
         "successors": "", "valid_from": "", **URL, "note": ""},
    ),
    "published/other_facts.csv": (
        contracts.PUBLISHED["other_facts"],
        {"edition_year": "", "printed_cycle": "all", "fact": "f", "value": "7", "unit": "count",
         **URL, "note": ""},
    ),
    "published/handbook_steps.csv": (
        contracts.PUBLISHED["handbook_steps"],
        {"step": "1", "step_en": "s", "step_az": "a", "question_en": "q", "question_az": "q",
         "published_en": "p", "published_az": "p", **URL, "certainty": "act", "unknown": "U1;U2",
         "check_en": "c", "check_az": "c", "checked_on": "observed;synthetic",
         "disclosure": "not_disclosed", "verdict_en": "v", "verdict_az": "v"},
    ),
}  # fmt: skip

WORD = "is not known"
# File, column, cell, the rule it breaks, the remedy a user reads.
BROKEN = [
    ("editions.csv", "edition_year", "1899", "is not a year", "write the closing year"),
    ("editions.csv", "edition_year", "20230", "is not a year", "write the closing year"),
    ("editions.csv", "order", "0", "is below 1", "correct the figure"),
    ("framework.csv", "weight", "-1", "is below 0", "correct the figure"),
    ("framework.csv", "aggregation", "median", WORD, "write one of arithmetic"),
    ("framework.csv", "direction", "2", "is not a direction", "write 1 or -1"),
    ("framework.csv", "normalisation", "goalpost", WORD, "write one of none"),
    ("framework.csv", "log", "maybe", WORD, "write one of yes, no"),
    ("framework.csv", "cap", "1", WORD, "write one of yes, no"),
    ("organisations.csv", "organisation_id", "ədliyyə", "is not a code", "use ascii letters"),
    ("organisations.csv", "category", "a b", "is not a code", "use ascii letters"),
    ("services.csv", "service_id", "x/y", "is not a code", "use ascii letters"),
    ("assessments.parquet", "status", "Scored", WORD, "write one of scored"),
    ("evaluations.parquet", "status", "na", WORD, "write one of scored"),
    ("announced.csv", "level", "country", WORD, "write one of service"),
    ("published/handbook_steps.csv", "step", "11", "is outside 1 to 10", "correct the figure"),
    ("published/handbook_steps.csv", "certainty", "rumour", WORD, "write one of act"),
    ("published/handbook_steps.csv", "unknown", "U1, U2", "is not a list", "write it as U7;U8"),
    ("published/handbook_steps.csv", "checked_on", "asan", WORD, "write one of none"),
    ("published/handbook_steps.csv", "disclosure", "no", WORD, "write one of disclosed"),
    ("announced.csv", "score_percent", "103.2", "is outside 0 to 100", "correct the figure"),
    ("announced.csv", "score_percent", "-0.5", "is outside 0 to 100", "correct the figure"),
    ("announced.csv", "rank", "0", "is below 1", "correct the figure"),
    ("announced.csv", "decimals", "16", "is outside 0 to 15", "correct the figure"),
    ("assumptions.csv", "active", "maybe", WORD, "write one of yes, no"),
    ("assumptions.csv", "unknown", "10", "is not a U-number", "write it as U7"),
    ("assumptions.csv", "alternatives", "dense", "is not a JSON list", "write it as"),
    ("published/editions.csv", "source_url", "a.txt", "is not an address", "cite a public page"),
    ("published/coverage.csv", "category", "total", WORD, "write one of central"),
    ("published/coverage.csv", "services", "-1", "is below 0", "correct the figure"),
    ("published/results.csv", "category", "all", WORD, "write one of central"),
    ("published/results.csv", "fact", "guess", WORD, "write one of score"),
    ("published/results.csv", "score_percent", "100.5", "is outside 0 to 100", "leave it empty"),
    ("published/results.csv", "rank", "0", "is below 1", "correct the figure"),
    ("published/organisations.csv", "category", "regional", WORD, "write one of central"),
    ("published/other_facts.csv", "source_url", "ftp://a", "is not an address", "cite a public"),
]


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as the kind of file the name says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(folder: Path, name: str, rows: list[dict[str, str]]) -> pd.DataFrame:
    """Write rows to a file and read them under the contract of that name."""
    path = folder / Path(name).name
    write_rows(path, rows)
    contract = VALID[name][0]
    if path.suffix == ".parquet":
        return check_table(read_parquet(path), contract, name=name, first_row=1)
    return read_csv(path, contract, name=name)


def refused_rows(folder: Path, name: str, rows: list[dict[str, str]]) -> DataError:
    """The refusal of a file with these rows."""
    with pytest.raises(DataError) as refused:
        read_rows(folder, name, rows)
    return refused.value


def second_row(name: str) -> int:
    """The number of the second row of data: a header is row 1, parquet has no header."""
    return 2 if name.endswith(".parquet") else 3


def columns_of(*, required: bool = False, kinds: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """File and column for every contract column that must be filled, or has one of the kinds."""
    return [
        (name, column)
        for name, (contract, _) in VALID.items()
        for column, rule in contract.columns.items()
        if (required and not rule.empty) or rule.kind in kinds
    ]


@pytest.mark.parametrize("name", VALID)
def test_a_valid_row_passes_every_contract(name: str, tmp_path: Path) -> None:
    """A correct row is read back with every column of its contract that the file holds."""
    _, row = VALID[name]
    table = read_rows(tmp_path, name, [row])
    assert len(table) == 1
    assert set(row) <= set(table.columns)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        (name, column)
        for name, (contract, _) in VALID.items()
        for column, rule in contract.columns.items()
        if not rule.optional
    ],
)
def test_a_missing_column_is_named_with_its_remedy(name: str, column: str, tmp_path: Path) -> None:
    """The refusal says which column the file lacks, what to add and what was found."""
    row = {key: value for key, value in VALID[name][1].items() if key != column}
    error = refused_rows(tmp_path, name, [row])
    (problem,) = error.problems
    assert (problem.file, problem.column) == (name, column)
    assert problem.rule == "has no such column"
    assert problem.remedy.startswith(f"add {column}; found {next(iter(row))}")
    assert str(error).startswith(f"{name}: 1 problem\n  {column}: has no such column; add {column}")


@pytest.mark.parametrize(("name", "column"), columns_of(required=True))
def test_an_empty_required_cell_is_named(name: str, column: str, tmp_path: Path) -> None:
    """The refusal names file, row, column and remedy of an empty cell that must be filled."""
    row = VALID[name][1]
    error = refused_rows(tmp_path, name, [row, {**row, column: ""}])
    at = second_row(name)
    assert Problem(name, at, column, "", "is empty", "fill the cell") in error.problems
    assert f"  row {at}, {column}: is empty; fill the cell" in str(error).splitlines()


@pytest.mark.parametrize(("name", "column"), columns_of(kinds=("integer", "number")))
def test_a_cell_of_the_wrong_type_is_named(name: str, column: str, tmp_path: Path) -> None:
    """Text in a column of numbers is named with its value, the rule and an example to follow."""
    contract, row = VALID[name]
    error = refused_rows(tmp_path, name, [row, {**row, column: "many"}])
    rule, remedy = {
        "integer": ("is not a whole number", "write it as 12"),
        "number": ("is not a finite number", "write it with a point, as 12.5"),
    }[contract.columns[column].kind]
    at = second_row(name)
    assert Problem(name, at, column, "many", rule, remedy) in error.problems
    assert f"  row {at}, {column}: many {rule}; {remedy}" in str(error).splitlines()


@pytest.mark.parametrize(("name", "column", "value", "rule", "remedy"), BROKEN)
def test_a_cell_outside_its_range_or_words_is_named(
    name: str, column: str, value: str, rule: str, remedy: str, tmp_path: Path
) -> None:
    """The refusal names file, row, column, value, rule and remedy of a cell that is not allowed."""
    row = VALID[name][1]
    error = refused_rows(tmp_path, name, [row, {**row, column: value}])
    at = second_row(name)
    (problem,) = [one for one in error.problems if one.column == column]
    assert (problem.file, problem.row, problem.value) == (name, at, value)
    assert problem.rule.startswith(rule)
    assert remedy in problem.remedy
    assert f"row {at}, {column}: {value} {rule}" in str(error)


@pytest.mark.parametrize("name", [name for name, (contract, _) in VALID.items() if contract.key])
def test_a_repeated_key_is_named(name: str, tmp_path: Path) -> None:
    """The second row with the same key is refused with the key's columns and values."""
    contract, row = VALID[name]
    error = refused_rows(tmp_path, name, [row, row])
    value = " / ".join(row[column] for column in contract.key)
    remedy = "keep one row for each key"
    assert error.problems == [
        Problem(name, second_row(name), ", ".join(contract.key), value, "stands twice", remedy)
    ]


@pytest.mark.parametrize("name", ["published/coverage.csv", "published/results.csv"])
def test_facts_of_several_sources_may_stand_beside_each_other(name: str, tmp_path: Path) -> None:
    """Announced facts have no key: the same fact from two sources is two rows."""
    row = VALID[name][1]
    assert len(read_rows(tmp_path, name, [row, {**row, "source_url": "https://b.org/x"}])) == 2


def test_all_failures_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    """Empty cells, wrong types, ranges, words and keys of one file stand in one refusal by row."""
    row = VALID["announced.csv"][1]
    rows = [
        {**row, "level": "country"},
        {**row, "node_id": "1", "rank": "first", "score_percent": "103.2"},
        {**row, "node_id": "2", "source": ""},
        row, row,
    ]  # fmt: skip
    problems = refused_rows(tmp_path, "announced.csv", rows).problems
    key = "edition_year, level, unit_id, node_id, scope"
    assert (problems[0].row, problems[0].column) == (2, "level")
    assert {(one.row, one.column) for one in problems} == {
        (2, "level"), (3, "rank"), (3, "score_percent"), (4, "source"), (6, key),
    }  # fmt: skip
    assert [one.row for one in problems] == sorted(one.row or 0 for one in problems)


def test_a_missing_column_does_not_hide_the_other_failures(tmp_path: Path) -> None:
    """A file without one column and with a bad cell in another column is told both at once."""
    row = {key: value for key, value in VALID["services.csv"][1].items() if key != "name_en"}
    problems = refused_rows(tmp_path, "services.csv", [{**row, "service_id": "x/y"}]).problems
    assert {one.column for one in problems} == {"name_en", "service_id"}


def test_one_fault_in_a_few_rows_names_each_of_the_rows(tmp_path: Path) -> None:
    """Three empty cells of one column lie in rows 3, 5 and 9, and the message says all three."""
    row = VALID["services.csv"][1]
    rows = [{**row, "service_id": f"s{at}"} for at in range(2, 12)]
    for at in (3, 5, 9):
        rows[at - 2]["name_az"] = ""
    error = refused_rows(tmp_path, "services.csv", rows)
    assert [one.row for one in error.problems] == [3, 5, 9]
    assert {"3", "5", "9"} <= set(re.findall(r"\d+", str(error).partition("\n")[2]))


@pytest.mark.parametrize("cell", ["", "x/{}"], ids=["same", "different"])
def test_a_long_list_of_failures_is_cut_in_the_message_and_kept_in_the_error(
    cell: str, tmp_path: Path
) -> None:
    """Sixty failures, all alike or all different, are counted, cut short and kept in the error."""
    row = VALID["services.csv"][1]
    rows = [{**row, "service_id": f"s{at}", "organisation_id": cell.format(at)} for at in range(60)]
    error = refused_rows(tmp_path, "services.csv", rows)
    assert [one.row for one in error.problems] == list(range(2, 62))
    head, first, *others = str(error).splitlines()
    assert head == "services.csv: 60 problems"
    assert first.startswith("  row 2, organisation_id: ")
    assert len(others) <= 50
    assert "more" in (others or [first])[-1]


@pytest.mark.parametrize("value", ["100.0000001", "-0.00000012345678"])
def test_a_refused_value_is_shown_as_written(value: str, tmp_path: Path) -> None:
    """The value in a message is the cell itself, so "100 is outside 0 to 100" is never said."""
    row = VALID["announced.csv"][1]
    (problem,) = refused_rows(tmp_path, "announced.csv", [{**row, "score_percent": value}]).problems
    assert float(problem.value) == float(value)


# Reading

TABLE = Contract(
    {
        "key": Column(),
        "count": Column("integer", empty=True),
        "size": Column("number", empty=True),
        "text": Column(empty=True),
    },
    ("key",),
)
HEADER = "key,count,size,text\n"


def read_text(folder: Path, text: str | bytes) -> pd.DataFrame:
    """Write a file and read it under the small contract."""
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(path, TABLE)


def test_types_of_a_table(tmp_path: Path) -> None:
    """Text is str, integers are Int64, numbers float64, whatever the file holds."""
    types = read_text(tmp_path, HEADER + "a,1,2,x\n").dtypes.astype(str).to_dict()
    assert types == {"key": "str", "count": "Int64", "size": "float64", "text": "str"}


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    """A file saved with a byte order mark reads as one without."""
    plain = read_text(tmp_path, HEADER + "a,1,2.5,x\n")
    pd.testing.assert_frame_equal(read_text(tmp_path, "\ufeff" + HEADER + "a,1,2.5,x\n"), plain)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1254", "utf-16"])
def test_another_encoding_is_refused(encoding: str, tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused with the way out, not read as wrong letters."""
    with pytest.raises(DataError, match=r"t\.csv: the file is not UTF-8 .*; save it as UTF-8"):
        read_text(tmp_path, (HEADER + "a,1,2.5,çöü\n").encode(encoding))


@pytest.mark.parametrize("row", ["a;1;2.5;x", "a;1;2,5;x"])
def test_semicolons_are_refused(row: str, tmp_path: Path) -> None:
    """A file separated by semicolons is refused, with or without decimal commas."""
    with pytest.raises(DataError, match=r"^t\.csv: "):
        read_text(tmp_path, HEADER.replace(",", ";") + row + "\n")


def test_quoted_commas_quotes_and_line_breaks_are_text(tmp_path: Path) -> None:
    """Commas, doubled quotes and line breaks within quotes belong to the cell."""
    table = read_text(tmp_path, HEADER + 'a,1,2.5,"x, ""y"""\nb,,,"one\ntwo"\n')
    assert table["text"].tolist() == ['x, "y"', "one\ntwo"]


@pytest.mark.parametrize("row", ["a,1,2.5,x,more", "a,1,2,5,x"])
def test_a_row_with_too_many_cells_is_refused_with_its_row(row: str, tmp_path: Path) -> None:
    """A row longer than the header is refused and named, never cut."""
    with pytest.raises(DataError, match=r"row 3: has 5 cells and the header 4; .*quote cells"):
        read_text(tmp_path, HEADER + "z,1,2.5,x\n" + row + "\n")


def test_a_short_row_is_refused_with_its_row(tmp_path: Path) -> None:
    """A row that lacks cells may be cut off, so it is neither missing answers nor zeros."""
    with pytest.raises(DataError, match="row 2: has 2 cells and the header 4"):
        read_text(tmp_path, HEADER + "a,1\n")


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\n,,,\n , ,,\n"])
def test_blank_lines_at_the_end_are_left_out(end: str, tmp_path: Path) -> None:
    """Empty lines after the last row, with or without commas, are not rows."""
    assert read_text(tmp_path, HEADER + "a,1,2.5,x" + end)["key"].tolist() == ["a"]


@pytest.mark.parametrize("blank", ["", ",,,", "  "])
def test_a_blank_line_in_the_middle_is_refused_and_counts(blank: str, tmp_path: Path) -> None:
    """A blank line between rows is named, and the rows below it keep the file's numbering."""
    with pytest.raises(DataError) as refused:
        read_text(tmp_path, HEADER + f"a,1,2.5,x\n{blank}\nb,many,2,x\n")
    places = [(one.row, one.column) for one in refused.value.problems]
    assert places == [(3, "key"), (4, "count")]


@pytest.mark.parametrize("column", ["text", "extra"])
def test_a_repeated_header_name_is_refused(column: str, tmp_path: Path) -> None:
    """Two columns of one name are refused by name, in the contract or beyond it."""
    header = f"key,count,size,text,extra,{column}\n"
    with pytest.raises(DataError, match=f"repeats the column '{column}'; name each column once"):
        read_text(tmp_path, header + "a,1,2.5,x,y,z\n")


@pytest.mark.parametrize("text", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(text: bytes, tmp_path: Path) -> None:
    """A file without a header is refused with the way out."""
    with pytest.raises(DataError, match=r"t\.csv: the file is empty; write a header line and rows"):
        read_text(tmp_path, text)


def test_a_blank_first_line_is_not_called_an_empty_file(tmp_path: Path) -> None:
    """A file whose first line is blank has rows, so the message does not say that it is empty."""
    with pytest.raises(DataError) as refused:
        read_text(tmp_path, "\n" + HEADER + "a,1,2.5,x\n")
    assert "the file is empty" not in str(refused.value)


def test_an_open_quote_is_named_by_the_row_of_the_file(tmp_path: Path) -> None:
    """The header is row 1, so a quote left open in the first row of data is in row 2."""
    with pytest.raises(DataError) as refused:
        read_text(tmp_path, HEADER + 'a,1,2.5,"x\nb,1,2.5,x\n')
    assert "row 2" in str(refused.value) or "line 2" in str(refused.value)


@pytest.mark.parametrize("text", [HEADER, HEADER.strip()])
def test_a_header_alone_is_a_table_without_rows(text: str, tmp_path: Path) -> None:
    """A file with a header only has no rows and still has its types."""
    table = read_text(tmp_path, text)
    assert table.empty
    assert table.dtypes.astype(str).tolist() == ["str", "Int64", "float64", "str"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(end: str, tmp_path: Path) -> None:
    """Files written on other systems read alike."""
    text = HEADER + "a,1,2.5,x\nb,2,3,y\n"
    other = read_text(tmp_path, text.replace("\n", end))
    pd.testing.assert_frame_equal(other, read_text(tmp_path, text))


def test_a_missing_cell_is_missing_and_never_zero(tmp_path: Path) -> None:
    """Empty cells of every type are missing; a written zero stays zero."""
    table = read_text(tmp_path, HEADER + "a,,,\nb,0,0,0\n")
    assert table.loc[0, ["count", "size", "text"]].isna().all()
    assert table.loc[1, ["count", "size"]].tolist() == [0, 0]


def test_defaults_fill_empty_cells_and_absent_columns(tmp_path: Path) -> None:
    """A framework without weights and directions weighs each node 1 and counts upwards."""
    path = tmp_path / "f.csv"
    path.write_text("node_id,parent_id,direction\n0,,\n1,0,-1\n", encoding="utf-8")
    table = read_csv(path, contracts.FRAMEWORK)
    assert table["weight"].tolist() == [1.0, 1.0]
    assert table["direction"].tolist() == [1, -1]
    assert pd.isna(table["parent_id"][0])


def test_extra_columns_are_carried_along_as_text(tmp_path: Path) -> None:
    """Columns beyond the contract keep their cells letter by letter."""
    table = read_text(tmp_path, "more,key,count,size,text\n007,a,1,2.5,x\nNA,b,,,\n")
    assert table["more"].tolist() == ["007", "NA"]


@pytest.mark.parametrize(("text", "number"), [("3.0", 3), (" 3 ", 3), ("-0", 0), ("+5", 5)])
def test_whole_numbers_in_other_spellings_are_whole(text: str, number: int, tmp_path: Path) -> None:
    """A spreadsheet's 3.0 is the whole number 3."""
    assert read_text(tmp_path, HEADER + f"a,{text},,\n")["count"].tolist() == [number]


@pytest.mark.parametrize(
    "text",
    ["3.5", '"3,5"', '"1,000"', "1 000", "1_000", "0x10", "12%", "NaN", "nan", "NA", "null",
     "None", "inf", "-inf", "Infinity", "1e400", "true", "٣", "½"],
)  # fmt: skip
def test_what_is_not_a_whole_number_is_refused(text: str, tmp_path: Path) -> None:
    """Fractions, decimal commas, words for missing and infinity are refused as they stand."""
    with pytest.raises(DataError) as refused:
        read_text(tmp_path, HEADER + f"a,{text},,\n")
    value = text.strip('"')
    assert refused.value.problems == [
        Problem("t.csv", 2, "count", value, "is not a whole number", "write it as 12")
    ]


@pytest.mark.parametrize("text", ['"2,5"', "NaN", "NA", "inf", "-inf", "1e400", "half", "0x10"])
def test_what_is_not_a_finite_number_is_refused(text: str, tmp_path: Path) -> None:
    """A decimal comma is not dropped and a word for missing is not read as an empty cell."""
    with pytest.raises(DataError, match=r"row 2, size: .* is not a finite number; write it with"):
        read_text(tmp_path, HEADER + f"a,,{text},\n")


@pytest.mark.parametrize("text", ["99999999999999999999", "1e19", "-1e30"])
def test_a_whole_number_too_large_for_the_column_is_refused(text: str, tmp_path: Path) -> None:
    """A number beyond 64 bits is a problem of its cell, not an error of the library."""
    with pytest.raises(DataError, match="row 2, count: "):
        read_text(tmp_path, HEADER + f"a,{text},,\n")


def test_numbers_keep_full_precision(tmp_path: Path) -> None:
    """A number is the float64 nearest to what is written."""
    texts = ["74.52480158730158", "0.1", "5e-324", "1.7976931348623157e308"]
    rows = "".join(f"{at},,{text},\n" for at, text in enumerate(texts))
    assert read_text(tmp_path, HEADER + rows)["size"].tolist() == [float(text) for text in texts]


def test_spaces_at_the_ends_are_removed(tmp_path: Path) -> None:
    """Spaces around names and cells, hard ones too, are not part of them."""
    table = read_text(tmp_path, " key , count,size ,text\n  a , 1 ,2.5\u00a0, x y \n")
    assert table.iloc[0].tolist() == ["a", 1, 2.5, "x y"]


def test_keys_that_differ_by_spaces_only_are_the_same(tmp_path: Path) -> None:
    """A key repeated with a space behind it stands twice."""
    with pytest.raises(DataError, match="row 3, key: a stands twice"):
        read_text(tmp_path, HEADER + "a,,,\na ,,,\n")


def test_azerbaijani_letters_survive(tmp_path: Path) -> None:
    """All letters of the alphabet are read as written, capital and small."""
    letters = "Əə Ğğ İi Iı Çç Öö Şş Üü “Azərişıq” ASC"
    assert read_text(tmp_path, HEADER + f"a,,,{letters}\n")["text"].tolist() == [letters]


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A"])
def test_words_for_missing_are_text_in_a_text_column(word: str, tmp_path: Path) -> None:
    """Only an empty cell is missing: a body may be called NA."""
    assert read_text(tmp_path, HEADER + f"{word},,,{word}\n")["text"].tolist() == [word]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is refused by name for every kind of file."""
    with pytest.raises(DataError, match=r"no\.csv: the file is missing; add the file"):
        read_csv(tmp_path / "no.csv", TABLE)
    with pytest.raises(DataError, match=r"no\.parquet: the file is missing; add the file"):
        read_parquet(tmp_path / "no.parquet")
    with pytest.raises(DataError, match=r"no\.toml: the file is missing; add the file"):
        read_toml(tmp_path / "no.toml")


@pytest.mark.parametrize("name", ["t.csv", "t.toml"])
def test_a_folder_in_the_place_of_a_file_is_refused(name: str, tmp_path: Path) -> None:
    """A folder called like a table is a problem of the data, not an error of the system."""
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match=name):
        read_toml(tmp_path / name) if name.endswith("toml") else read_csv(tmp_path / name, TABLE)


def test_reading_cells_keeps_everything_as_text(tmp_path: Path) -> None:
    """The bare reader changes nothing but the spaces at the ends."""
    path = tmp_path / "t.csv"
    path.write_text("a,b\n007, NA \n,1.50\n\n", encoding="utf-8")
    assert read_cells(path).to_dict("list") == {"a": ["007", ""], "b": ["NA", "1.50"]}


def test_checking_leaves_the_input_untouched() -> None:
    """The checked table is a new one."""
    cells = pd.DataFrame({"key": ["a"], "count": ["3.0"], "size": [""], "text": ["x"]})
    before = cells.copy()
    check_table(cells, TABLE, name="t.csv", first_row=2)
    pd.testing.assert_frame_equal(cells, before)


# Parquet


def answers(**columns: Any) -> pa.Table:
    """Two answers as a table of the usual types, with some columns replaced."""
    usual = {
        "edition_year": [2023, 2023],
        "service_id": ["s1", "s2"],
        "item_id": ["i1", "i1"],
        "status": ["scored", "not_answered"],
        "value": [0.5, None],
    }
    return pa.table({**usual, **columns})


def read_answers(folder: Path, table: pa.Table) -> pd.DataFrame:
    """Write a parquet file and read it as assessments."""
    path = folder / "assessments.parquet"
    pq.write_table(table, path)
    return check_table(read_parquet(path), contracts.ASSESSMENTS, name=path.name, first_row=1)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_truncated_parquet_file_is_refused(kept: float, tmp_path: Path) -> None:
    """A file cut short by a failed copy is refused by name in one line."""
    path = tmp_path / "assessments.parquet"
    pq.write_table(answers(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(DataError, match=r"^assessments\.parquet: .*is not a parquet file") as error:
        read_parquet(path)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"value": ["0.5", None]},
        {"value": ["0.5", ""]},
        {"value": pa.array([0.5, None], pa.float32())},
        {"value": [0.5, float("nan")]},
        {"edition_year": pa.array([2023, 2023], pa.int32())},
        {"edition_year": [2023.0, 2023.0]},
        {"edition_year": ["2023", "2023"]},
        {"status": pa.array(["scored", "not_answered"]).dictionary_encode()},
    ],
    ids=lambda columns: "-".join(map(str, columns)),
)
def test_other_column_types_with_the_same_content_read_alike(
    columns: dict[str, Any], tmp_path: Path
) -> None:
    """Text, narrow types, dictionaries, and NaN in the place of null give the same table."""
    expected = read_answers(tmp_path, answers())
    pd.testing.assert_frame_equal(read_answers(tmp_path, answers(**columns)), expected)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"value": ["half", None]}, "row 1, value: half is not a finite number"),
        ({"value": ["0,5", None]}, "row 1, value: 0,5 is not a finite number"),
        ({"value": [0.5, float("inf")]}, "row 2, value: inf is not a finite number"),
        ({"edition_year": [2023, 2023.5]}, "row 2, edition_year: 2023.5 is not a whole number"),
        ({"edition_year": [2023, None]}, "row 2, edition_year: is empty"),
        ({"edition_year": [2023, float("nan")]}, "row 2, edition_year: is empty"),
        ({"item_id": ["i1", None]}, "row 2, item_id: is empty"),
        ({"status": ["scored", " "]}, "row 2, status: "),
        ({"service_id": [["s1"], ["s2"]]}, "row 1, service_id: .* is not a code"),
    ],
)
def test_wrong_content_of_a_parquet_file_is_named_by_row(
    columns: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """Rows of a parquet file count from 1."""
    with pytest.raises(DataError, match=message):
        read_answers(tmp_path, answers(**columns))


def test_moments_are_not_values(tmp_path: Path) -> None:
    """A column of dates with times is refused, not read as a count of microseconds."""
    moments = [datetime.datetime(2023, 1, 1, 12), None]
    with pytest.raises(DataError, match="value: "):
        read_answers(tmp_path, answers(value=moments))


@pytest.mark.parametrize("index", [[7, 9], ["x", "y"]])
def test_rows_count_from_one_whatever_index_pandas_wrote(index: list[Any], tmp_path: Path) -> None:
    """A frame saved after filtering carries its old index; messages still name row 2 of 2."""
    frame = answers(status=["scored", "lost"]).to_pandas().set_index(pd.Index(index))
    with pytest.raises(DataError, match="row 2, status: lost is not known"):
        read_answers(tmp_path, pa.Table.from_pandas(frame))


def test_rows_of_a_table_are_numbered_anew(tmp_path: Path) -> None:
    """The table that is handed over has a plain index, whatever index the file carried."""
    frame = answers().to_pandas().set_index(pd.Index([7, 9]))
    table = read_answers(tmp_path, pa.Table.from_pandas(frame))
    assert table.index.tolist() == [0, 1]


def test_extra_columns_of_a_parquet_file_are_carried_along(tmp_path: Path) -> None:
    """Notes and columns beyond the contract come through."""
    table = read_answers(tmp_path, answers(reason=["seen", None], more=[1, 2]))
    assert table["reason"].tolist()[0] == "seen"
    assert pd.isna(table["reason"][1])
    assert table["more"].tolist() == [1, 2]


# TOML and writing


def test_toml_that_does_not_parse_is_refused_with_its_line(tmp_path: Path) -> None:
    """The message names file, line and what to do."""
    (tmp_path / "r.toml").write_text('a = 1\nb = "open\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"r\.toml: .*not TOML.*line 2.*correct that line"):
        read_toml(tmp_path / "r.toml")


def test_toml_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A rules file that is not UTF-8 is refused with the way out."""
    (tmp_path / "r.toml").write_bytes('title = "Kiçik"'.encode("latin-1"))
    with pytest.raises(DataError, match=r"r\.toml: the file is not UTF-8 .*; save it as UTF-8"):
        read_toml(tmp_path / "r.toml")


def test_a_written_table_reads_back_the_same(tmp_path: Path) -> None:
    """Full precision, LF, UTF-8, missing as empty."""
    frame = pd.DataFrame({"a": ["ə, ı", None], "b": [0.1 + 0.2, np.nan]})
    write_csv(frame, tmp_path / "out.csv")
    expected = 'a,b\n"ə, ı",0.30000000000000004\n,\n'
    assert (tmp_path / "out.csv").read_bytes() == expected.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_writing_into_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """No folder is made and nothing is left behind."""
    with pytest.raises(DataError, match=r"cannot be written: .*; give a folder that exists"):
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "none" / "out.csv")
    assert list(tmp_path.iterdir()) == []
